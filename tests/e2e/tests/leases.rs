//! A pass that lasts: what becomes due meanwhile is the next one's, and what somebody else may have by now is left to him.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use dollr_client::core::Timestamp;
use dollr_client::journal::{Journal as _, Lease, SqliteJournal};
use dollr_client::{Attempt, Reconcile, Summary};
use dollr_e2e::World;

fn world_with(payments: u64) -> World {
    let world = World::start();
    for _ in 0..payments {
        let attempt = Attempt::new(world.payment("3000").intent).patience(Duration::ZERO);
        world.client().collect(attempt).expect("a report");
    }
    world.sim.clock().advance(30_000);
    world
}

/// Does it once, after the first save.
fn once(act: impl Fn() + Send + Sync + 'static) -> impl Fn(&Summary) + Send + Sync + 'static {
    let done = AtomicBool::new(false);
    move |_| {
        if !done.swap(true, Ordering::SeqCst) {
            act();
        }
    }
}

/// I7: a pass ends, however slow it is.
#[test]
fn what_becomes_due_in_a_pass_is_the_next_ones() {
    let world = world_with(5);
    let clock = world.sim.clock();
    let how = Reconcile::default().workers(1).watch(once(move || clock.advance(50_000)));
    let summary = world.client().reconcile(&how).expect("a summary");
    assert_eq!((summary.asked, summary.overtaken), (5, 0));
    assert!(summary.backlog.due > 0, "the first is due again");
    let next = world.client().reconcile(&Reconcile::default()).expect("a summary");
    assert_eq!(next.asked, summary.backlog.due, "nobody has to wait for the end of a lease");
}

/// F30, I14, T32: rows that have waited for longer than their lease are not asked about by the one who had it.
#[test]
fn a_row_whose_lease_is_over_is_left_to_others() {
    const PAYMENTS: u64 = 100;
    let world = world_with(PAYMENTS);
    let clock = world.sim.clock();
    let rival = SqliteJournal::open_existing(world.journal_path()).expect("a journal");
    let (client, opener) = world.client_with_a_gate();
    let watch = once(move || {
        clock.advance(130_000);
        let lease = Lease { holder: "a rival", limit: 1_000, term: Duration::from_secs(600) };
        let now = Timestamp::from_millis(clock.now_ms());
        assert!(!rival.take_due(lease, now).expect("readable").is_empty());
        opener.send(()).expect("the worker waits");
    });
    let summary = client.reconcile(&Reconcile::default().workers(1).watch(watch)).expect("a summary");
    let looked_at = summary.asked + summary.overtaken;
    assert!((1..PAYMENTS / 2).contains(&looked_at), "{looked_at}: it went on as if it still had them");
}
