//! Steps on a thread that must not be blocked, such as an event loop's: what takes no time is done there, and the journal waits for
//! another thread.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Waker;
use std::time::Duration;

use dollr_client::core::{Limit, Policy, Resend};
use dollr_client::journal::Page;
use dollr_client::{Attempt, Client, Error, Reconcile, Steps};
use dollr_e2e::{Host, Watch, Watched, World};
use dollr_sim::{Call, Fault, FaultKind};

/// Whether the journal must not be used at this moment.
#[derive(Debug, Clone, Default)]
struct Barred(Arc<AtomicBool>);

impl Watch for Barred {
    fn before(&self, _: &[(&str, &Page<'_>)]) {
        assert!(!self.0.load(Ordering::SeqCst), "the journal was used by who must not be blocked");
    }
}

/// An event loop: it goes on by itself as long as it can.
struct Loop<'a> {
    host: Host<'a>,
    client: Client,
    barred: Barred,
    /// How often it could not.
    handed_over: usize,
}

impl<'a> Loop<'a> {
    fn new(world: &'a World, limit: Option<Limit>) -> Self {
        let barred = Barred::default();
        let journal = Watched { journal: world.journal(), watch: barred.clone() };
        let builder = world.builder().journal(journal);
        let builder = if let Some(limit) = limit { builder.limit(limit) } else { builder };
        let client = builder.build().expect("a client");
        Self { host: Host::new(world), client, barred, handed_over: 0 }
    }

    fn run<T>(&mut self, mut steps: Steps<T>) -> Result<T, Error> {
        loop {
            self.barred.0.store(true, Ordering::SeqCst);
            let step = steps.try_next(Waker::noop());
            self.barred.0.store(false, Ordering::SeqCst);
            let step = step.unwrap_or_else(|| {
                self.handed_over += 1;
                steps.next(Waker::noop())
            });
            if let Some(result) = self.host.act(step, &mut steps) {
                return result;
            }
        }
    }
}

/// Every door, with a budget and without: the journal is used where it may be waited for, and what comes of it is the same.
#[test]
fn no_door_blocks_who_must_not_be_blocked() {
    let limit = Limit::new(50, Duration::from_secs(1)).expect("a limit");
    for limit in [None, Some(limit)] {
        for account in ["1000", "1002", "1010", "1020"] {
            let world = World::start();
            let mut host = Loop::new(&world, limit);
            let payment = world.payment(account);
            let collecting = host.client.stepwise().collect(payment.intent.clone());
            let report = host.run(collecting).expect("a report");
            assert_ne!(report.verdict.name(), "open", "{account}: {report:?}");
            world.check_promises(&payment, &report);
        }
        let world = World::start();
        let mut host = Loop::new(&world, limit);
        let payment = world.hand_over("1030");
        let (id, order) = (payment.intent.reference_id(), format!("ORDER:{}", payment.order));
        let (currency, total) = ("USD".parse().expect("a currency"), "250.00".parse().expect("an amount"));
        let source = order.parse().expect("a source");
        let status = host.client.stepwise().status(id);
        assert_eq!(host.run(status).expect("a report").verdict.name(), "open");
        let verifying = host.client.stepwise().verify_source(source, currency, total, Duration::ZERO);
        assert_eq!(host.run(verifying).expect("a report").verdict.name(), "open");
        let clock = world.sim.clock();
        clock.advance_to(clock.now_ms() + 400_000);
        let reconciling = host.client.stepwise().reconcile(Reconcile::default());
        let summary = host.run(reconciling).expect("a summary");
        assert_eq!(summary.paid.len(), 2, "{summary:?}");
    }
}

/// What the vendor says about too many calls is shared by the journal.
#[test]
fn a_429_is_told_to_others_by_who_may_be_blocked() {
    let limit = Limit::new(50, Duration::from_secs(1)).expect("a limit");
    let world = World::start();
    let mut host = Loop::new(&world, Some(limit));
    let payment = world.payment("1030");
    let throttled = FaultKind::RetryAfter { value: "3".to_owned() };
    world.sim.arm(Fault::new(Call::Status, throttled.clone()));
    let collecting =
        host.client.stepwise().collect(Attempt::new(payment.intent.clone()).patience(Duration::from_secs(9)));
    assert_eq!(host.run(collecting).expect("a report").verdict.name(), "open");
    let clock = world.sim.clock();
    clock.advance_to(clock.now_ms() + 400_000);
    world.sim.arm(Fault::new(Call::Status, throttled));
    let reconciling = host.client.stepwise().reconcile(Reconcile::default());
    let summary = host.run(reconciling).expect("a summary");
    assert_eq!(summary.throttled, 1, "{summary:?}");
}

/// I2: what is sent again is recorded before, by who may be blocked.
#[test]
fn a_request_that_is_sent_again_is_recorded_by_who_may_be_blocked() {
    let world = World::start();
    let payment = world.payment("1000");
    world.arm(&payment, Fault::new(Call::Execute, FaultKind::Drop));
    let resend = Resend::AfterGrace { grace: Duration::from_secs(5), sends: 2 };
    let policy = Policy::default().resend(resend).patience(Duration::ZERO);
    let first = world.builder().policy(policy).build().expect("a client");
    first.collect(payment.intent.clone()).expect("a report");
    let clock = world.sim.clock();
    clock.advance_to(clock.now_ms() + 60_000);
    let mut host = Loop::new(&world, None);
    let reconciling = host.client.stepwise().reconcile(Reconcile::default());
    let summary = host.run(reconciling).expect("a summary");
    assert_eq!((summary.calls.execute, world.posts_and_charges(&payment)), (1, (2, 1)), "{summary:?}");
}

/// Who waits for a payment is at the journal when he begins and when something has happened, however often it is asked about in between.
#[test]
fn questions_and_waits_want_no_journal() {
    let world = World::start();
    let mut host = Loop::new(&world, None);
    let payment = world.hand_over("1030");
    let waiting = host.client.stepwise().wait(payment.intent.reference_id(), Duration::from_secs(120));
    let report = host.run(waiting).expect("a report");
    assert_eq!(report.verdict.name(), "paid");
    assert!(report.calls.status >= 8, "{report:?}");
    assert_eq!(host.handed_over, 3, "its row is read, it is being processed, it is paid");
}
