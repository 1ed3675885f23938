//! Many who reconcile: what is due is shared out, under one budget of calls, and given back by who stops.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, ThreadId};
use std::time::Duration;

use dollr_client::core::{Limit, Timestamp};
use dollr_client::{Client, Clock, Reconcile, Summary};
use dollr_e2e::{Payment, World};
use dollr_sim::{Call, Fault, FaultKind};

fn reads(world: &World, payment: &Payment) -> u64 {
    world.sim.ledger().reference(&payment.key()).map_or(0, |entry| entry.status_reads)
}

/// T32, I14: who reconciles beside others asks about what they have not.
#[test]
fn four_reconcilers_ask_about_each_payment_once() {
    let world = World::start();
    let payments: Vec<_> = (0..60).map(|_| world.hand_over("3000")).collect();
    let before: Vec<_> = payments.iter().map(|payment| reads(&world, payment)).collect();
    let clock = world.sim.clock();
    clock.advance_to(clock.now_ms() + 600_000);
    let clients: Vec<_> = (0..4).map(|_| world.client()).collect();
    let asked: u64 = thread::scope(|scope| {
        let reconcile = |client: &Client| client.reconcile(&Reconcile::default()).expect("a summary").asked;
        let runs: Vec<_> = clients.iter().map(|client| scope.spawn(move || reconcile(client))).collect();
        runs.into_iter().map(|run| run.join().expect("no panic")).sum()
    });
    assert_eq!(asked, 60);
    for (payment, before) in payments.iter().zip(before) {
        assert_eq!(reads(&world, payment), before + 1, "asked about once");
    }
}

/// I12: one budget for all who share the journal.
#[test]
fn two_reconcilers_share_one_budget() {
    let world = World::start();
    let payments: Vec<_> = (0..40).map(|_| world.hand_over("3000")).collect();
    let before: Vec<_> = payments.iter().map(|payment| reads(&world, payment)).collect();
    let clock = world.sim.clock();
    clock.advance_to(clock.now_ms() + 600_000);
    let (begun, first) = (clock.now_ms(), world.sim.ledger().calls.len());
    let limit = Limit::new(2, Duration::from_secs(1)).expect("a limit");
    let how = Reconcile::default().workers(3).rate(limit);
    let clients = [world.client(), world.client()];
    thread::scope(|scope| {
        for client in &clients {
            scope.spawn(|| client.reconcile(&how).expect("a summary"));
        }
    });
    let ledger = world.sim.ledger();
    let calls: Vec<_> = ledger.calls[first..].iter().filter(|call| call.method == "GET").collect();
    // More than once where one begins when the other one is far: what is due again by then is its own to ask about.
    assert!(
        payments.iter().zip(before).all(|(payment, before)| reads(&world, payment) > before),
        "all were due"
    );
    // Virtual time goes on only while somebody waits: 2 at once, and then 2 a second.
    for (n, call) in (0_u64..).zip(&calls) {
        let least = begun + (n.saturating_sub(2)) * 500;
        assert!(
            call.at_ms + 1 >= least,
            "call {n} came at {} ms, {} too early",
            call.at_ms - begun,
            least - call.at_ms
        );
    }
    assert!(clock.now_ms() - begun >= 18_900, "{}", clock.now_ms() - begun);
}

/// I12: whoever comes with a tighter limit than the one before keeps to it.
#[test]
fn a_tighter_limit_binds_at_once() {
    let world = World::start();
    let spent = |seconds: u64| {
        let limit = Limit::new(1, Duration::from_secs(seconds)).expect("a limit");
        let client = world.builder().limit(limit).build().expect("a client");
        client.collect(world.payment("1002").intent).expect("a report").elapsed
    };
    // Its request, and a question at least.
    assert!(spent(1) < Duration::from_secs(60));
    assert!(spent(600) >= Duration::from_secs(600));
}

/// I5: what has waited for the budget until its term is nearly over is taken anew, by the same pass, and asked about once.
#[test]
fn what_waits_too_long_for_the_budget_is_taken_anew() {
    let world = World::start();
    let payments: Vec<_> = (0..5).map(|_| world.hand_over("3000")).collect();
    let before: Vec<_> = payments.iter().map(|payment| reads(&world, payment)).collect();
    let clock = world.sim.clock();
    clock.advance_to(clock.now_ms() + 600_000);
    let limit = Limit::new(1, Duration::from_secs(70)).expect("a limit");
    let summary = world.client().reconcile(&Reconcile::default().workers(1).rate(limit)).expect("a summary");
    assert_eq!((summary.asked, summary.overtaken), (5, 0), "{summary:?}");
    for (payment, before) in payments.iter().zip(before) {
        assert_eq!(reads(&world, payment), before + 1, "asked about once");
    }
}

/// I14: a question that was answered is on record, also where the next one waits for the budget until the pass lets go of the row.
#[test]
fn what_was_answered_is_kept_where_the_next_call_must_wait_too_long() {
    let world = World::start();
    let payment = world.hand_over("3000");
    let before = reads(&world, &payment);
    world.sim.arm(Fault::new(Call::Status, FaultKind::Status { code: 401, retry_after: None, body: None }));
    let clock = world.sim.clock();
    clock.advance_to(clock.now_ms() + 600_000);
    let limit = Limit::new(1, Duration::from_secs(70)).expect("a limit");
    let how = Reconcile::default().workers(1).rate(limit);
    let summary = world.client().reconcile(&how).expect("a summary");
    assert_eq!((summary.asked, summary.overtaken, summary.calls.status), (1, 0, 1), "{summary:?}");
    let again = world.client().reconcile(&how).expect("a summary");
    assert_eq!((again.asked, again.overtaken), (1, 0), "nobody else has it: {again:?}");
    assert_eq!(reads(&world, &payment), before + 2, "once by each");
}

/// I12: a 429 counts for everybody, and one with a long wait ends the run.
#[test]
fn a_vendor_that_asks_for_patience_gets_it_from_all() {
    let world = World::start();
    for _ in 0..20 {
        world.hand_over("3000");
    }
    let limit = Limit::new(100, Duration::from_secs(1)).expect("a limit");
    let how = Reconcile::default().workers(2).rate(limit);
    let throttled = FaultKind::RetryAfter { value: "600".to_owned() };
    world.sim.arm(Fault::new(Call::Status, throttled));
    let clock = world.sim.clock();
    clock.advance_to(clock.now_ms() + 600_000);
    let summary = world.client().reconcile(&how).expect("a summary");
    assert_eq!(summary.throttled, 1, "{summary:?}");
    let wait = summary.cool_down.expect("it says so");
    assert!(wait <= Duration::from_secs(660) && wait > Duration::from_secs(500), "{wait:?}");
    let made = world.sim.ledger().calls.len();
    let other = world.client().reconcile(&how).expect("a summary");
    assert_eq!((other.asked, other.cool_down.is_some()), (0, true), "{other:?}");
    let gets = |from: usize| world.sim.ledger().calls[from..].iter().filter(|c| c.method == "GET").count();
    assert_eq!(gets(made), 0, "nobody asked");
    clock.advance_to(clock.now_ms() + 700_000);
    let after = world.client().reconcile(&how).expect("a summary");
    assert_eq!((after.asked, after.throttled), (20, 0), "what was given back was due: {after:?}");
}

/// What was taken and not asked about is given back, and due as before.
#[test]
fn a_run_that_is_stopped_gives_back_what_it_has_not_asked_about() {
    let world = World::start();
    for _ in 0..120 {
        world.hand_over("3000");
    }
    let stop = Arc::new(AtomicBool::new(false));
    let raise = Arc::clone(&stop);
    let (client, opener) = world.client_with_a_gate();
    let how = Reconcile::default().workers(1).stop(stop).watch(move |_| {
        raise.store(true, Ordering::SeqCst);
        opener.send(()).expect("the client is there");
    });
    let clock = world.sim.clock();
    clock.advance_to(clock.now_ms() + 600_000);
    let stopped = client.reconcile(&how).expect("a summary");
    assert!(stopped.stopped && (1..50).contains(&stopped.asked), "{stopped:?}");
    let rest = world.client().reconcile(&Reconcile::default()).expect("a summary");
    assert_eq!(stopped.asked + rest.asked, 120, "{stopped:?} {rest:?}");
    assert!(!rest.stopped);
}

/// I5: of two runs nothing is lost where their summaries are put together, and what both have seen is there once.
#[test]
fn the_summaries_of_two_runs_are_added_up() {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let run = |(own, asked): (&str, u64), seconds: u64, stopped: bool| {
        let mut summary = Summary::default();
        summary.asked = asked;
        summary.overtaken = asked + 1;
        summary.calls.status = u32::try_from(asked).expect("few") + 2;
        summary.throttled = asked + 3;
        summary.lag = Duration::from_secs(seconds);
        summary.cool_down = Some(Duration::from_secs(seconds));
        summary.stopped = stopped;
        for list in [&mut summary.paid, &mut summary.conflicts, &mut summary.stuck, &mut summary.not_sent] {
            *list = names(&[own, "both"]);
        }
        summary.unreadable = vec![(own.to_owned(), "torn".to_owned())];
        summary.verdicts = [("paid", asked)].into();
        summary
    };
    let both = run(("b", 10), 7, true).merge(run(("a", 200), 3, false));
    assert_eq!((both.asked, both.overtaken, both.calls.status, both.throttled), (210, 212, 214, 216));
    assert_eq!((both.lag.as_secs(), both.cool_down.map(|it| it.as_secs()), both.stopped), (7, Some(7), true));
    for list in [&both.paid, &both.conflicts, &both.stuck, &both.not_sent] {
        assert_eq!(*list, names(&["a", "b", "both"]));
    }
    assert_eq!((both.unreadable.len(), both.verdicts["paid"]), (2, 210));
    let later = run(("b", 10), 3, false).merge(run(("a", 200), 7, true));
    assert_eq!(
        (later.lag.as_secs(), later.cool_down.map(|it| it.as_secs()), later.stopped),
        (7, Some(7), true)
    );
}

/// The world's clock, broken for all threads but the one that has made it.
#[derive(Debug)]
struct Broken(dollr_sim::Clock, ThreadId);

impl Clock for Broken {
    fn now(&self) -> Timestamp {
        if thread::current().id() != self.1 {
            resume_unwind(Box::new("the clock is broken"));
        }
        Timestamp::from_millis(self.0.now_ms())
    }

    fn sleep_until(&self, until: Timestamp) {
        self.0.advance_to(until.as_millis());
    }
}

/// F25, I5: a run whose workers die ends all the same. What nobody had begun with is due again at once, the rest after its term.
#[test]
fn a_run_ends_with_its_workers() {
    for (workers, rows) in [(1, 5), (2, 5), (8, 5), (2, 150)] {
        let world = World::start();
        for _ in 0..rows {
            world.hand_over("3000");
        }
        let clock = world.sim.clock();
        clock.advance_to(clock.now_ms() + 600_000);
        let how = Reconcile::default().workers(workers);
        let broken = Broken(world.sim.clock(), thread::current().id());
        let client = world.builder().clock(broken).build().expect("a client");
        catch_unwind(AssertUnwindSafe(|| client.reconcile(&how))).expect_err("its workers have died");
        let next = world.client().reconcile(&how).expect("a summary");
        assert!(next.asked + workers as u64 >= rows, "{workers} workers, {rows} rows: {next:?}");
        clock.advance_to(clock.now_ms() + 600_000);
        let last = world.client().reconcile(&how).expect("a summary");
        assert_eq!(last.asked, rows, "{workers} workers: {last:?}");
    }
}
