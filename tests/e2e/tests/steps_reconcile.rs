//! Reconciling step by step, as an event loop does it: several runs beside each other, and who leaves one.

use std::time::Duration;

use dollr_client::core::Limit;
use dollr_client::{Reconcile, Summary};
use dollr_e2e::{Host, Payment, World};

/// I14: several runs beside each other, each a row at a time, ask about each payment once, and come together to what workers do.
#[test]
fn runs_beside_each_other_ask_once_about_each_payment() {
    let world = World::start();
    let payments: Vec<_> = (0..50).map(|_| world.hand_over("1002")).collect();
    world.sim.clock().advance_to(world.sim.clock().now_ms() + 10 * 60_000);
    let asked = || world.sim.ledger().calls.iter().filter(|call| call.method == "GET").count();
    let before = asked();
    let clients = [world.client(), world.client(), world.client()];
    let mut runs = clients.each_ref().map(|client| Some(client.stepwise().reconcile(Reconcile::default())));
    let mut host = Host::new(&world);
    let mut summary: Option<Summary> = None;
    while runs.iter().any(Option::is_some) {
        for run in &mut runs {
            let Some(result) = run.as_mut().and_then(|steps| host.step(steps)) else { continue };
            let later = result.expect("a summary");
            assert!(later.asked >= 10, "each of them has worked");
            summary = Some(match summary {
                Some(summary) => summary.merge(later),
                None => later,
            });
            *run = None;
        }
    }
    let summary = summary.expect("three runs");
    assert_eq!(asked() - before, 50);
    let mut keys: Vec<_> = payments.iter().map(Payment::key).collect();
    keys.sort();
    assert_eq!((summary.asked, summary.calls.status, summary.paid), (50, 50, keys));
    assert!(summary.lag >= Duration::from_secs(300), "they were due minutes ago");
    assert_eq!((summary.verdicts, summary.backlog.open), ([("paid", 50)].into(), 0));
}

/// I14: who leaves a run gives back what he has taken, and others may take it at once.
#[test]
fn who_leaves_a_run_gives_back_what_he_has_taken() {
    let world = World::start();
    let payments: Vec<_> = (0..10).map(|_| world.hand_over("1002")).collect();
    world.sim.clock().advance_to(world.sim.clock().now_ms() + 10 * 60_000);
    let client = world.client();
    let mut run = client.stepwise().reconcile(Reconcile::default());
    let mut host = Host::new(&world);
    let polled = |world: &World| world.sim.ledger().calls.iter().filter(|call| call.method == "GET").count();
    let before = polled(&world);
    while polled(&world) < before + 3 {
        assert!(host.step(&mut run).is_none());
    }
    let left = run.leave().expect("an end").expect("a summary");
    assert_eq!(left.asked, 3);
    let rest = world.client().reconcile(&Reconcile::default()).expect("a summary");
    assert_eq!((left.paid.len() + rest.paid.len(), rest.asked), (payments.len(), 7));
}

/// I5, I12: what waits for the budget until its term is nearly over is taken anew.
#[test]
fn what_waits_too_long_for_the_budget_is_taken_anew_by_a_stepping_host() {
    let world = World::start();
    for _ in 0..4 {
        world.hand_over("3000");
    }
    world.sim.clock().advance_to(world.sim.clock().now_ms() + 10 * 60_000);
    let polled = || world.sim.ledger().calls.iter().filter(|call| call.method == "GET").count();
    let before = polled();
    let client = world.client();
    let limit = Limit::new(1, Duration::from_secs(70)).expect("a limit");
    let mut run = client.stepwise().reconcile(Reconcile::default().rate(limit));
    let mut host = Host::new(&world);
    let summary = loop {
        if let Some(result) = host.step(&mut run) {
            break result.expect("a summary");
        }
    };
    assert_eq!((summary.asked, summary.overtaken, polled() - before), (4, 0, 4), "{summary:?}");
}
