//! The client's calls gone through step by step, as an event loop does: the same outcomes, and nothing is lost by who leaves.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex};
use std::task::{Wake, Waker};
use std::time::Duration;

use dollr_client::core::{Limit, Loss, Response, Secret, SourceKind, Timestamp};
use dollr_client::journal::{Journal as _, SqliteJournal};
use dollr_client::{Attempt, Client, Clock, Error, Reconcile, Report, Step, Steps};
use dollr_e2e::{Host, Payment, World, random_id};

fn collecting(client: &Client, payment: &Payment) -> Steps<Report> {
    client.stepwise().collect(payment.intent.clone())
}

/// The same calls in the same order, the same moments and the same row, whoever sends and waits.
#[test]
fn steps_come_to_what_the_blocking_call_comes_to() {
    for account in ["1000", "1001", "1002", "1010", "4000", "4221"] {
        let id = random_id();
        let seen = |stepwise: bool| {
            let world = World::start();
            let (client, payment) = (world.client(), world.payment_with(id, account));
            let report = if stepwise {
                Host::new(&world).run(collecting(&client, &payment))
            } else {
                client.collect(payment.intent.clone())
            };
            let report = report.expect("a report");
            world.check_promises(&payment, &report);
            let calls = world
                .sim
                .ledger()
                .calls
                .iter()
                .map(|call| (call.at_ms, call.method.clone()))
                .collect::<Vec<_>>();
            let row = SqliteJournal::open(world.journal_path()).expect("a journal").load(&payment.key());
            let row = row.expect("readable").expect("a row");
            (report.verdict, report.state, report.calls, report.elapsed, calls, row.state, row.due)
        };
        assert_eq!(seen(true), seen(false), "{account}");
    }
}

/// Pattern 1, an execution that is waited for and one that is looked at, step by step.
#[test]
fn every_door_opens_step_by_step() {
    let world = World::start();
    let client = world.client();
    let mut host = Host::new(&world);
    host.run(client.stepwise().sign_in()).expect("credentials");
    let source = world.payment("1000").order;
    let source = format!("ORDER:{source}").parse().expect("a source");
    host.run(client.stepwise().create_session(source)).expect("a session");
    let payment = world.hand_over("1002");
    let id = payment.intent.reference_id();
    host.run(client.stepwise().realtime_key(payment.intent.session(), SourceKind::Order, id)).expect("a key");
    assert_eq!(host.run(client.stepwise().status(id)).expect("a report").verdict.name(), "open");
    let patience = Duration::from_secs(60);
    assert_eq!(host.run(client.stepwise().wait(id, patience)).expect("a report").verdict.name(), "paid");
    let paid = format!("ORDER:{}", payment.order).parse().expect("a source");
    let (currency, total) = ("USD".parse().expect("a currency"), "250.00".parse().expect("an amount"));
    let verified = host.run(client.stepwise().verify_source(paid, currency, total, Duration::ZERO));
    assert_eq!(verified.expect("a report").verdict.name(), "paid");
}

/// How a caller goes away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Going {
    /// He says so, before he does the step that he was told to do.
    LeavesBefore,
    /// He says so, while what he has sent is on its way.
    LeavesDuring,
    /// He is gone.
    Drops,
}

/// I2, I5: a caller who goes away at any step has charged at most once; what he leaves is due at once, and others end it.
#[test]
fn who_leaves_at_any_step_loses_nothing_and_charges_once() {
    for going in [Going::LeavesBefore, Going::LeavesDuring, Going::Drops] {
        let mut under_way = 0;
        for after in 0..100 {
            let world = World::without_deduplication();
            let (client, payment) = (world.client(), world.payment("1010"));
            let mut steps = collecting(&client, &payment);
            let mut host = Host::new(&world);
            if (0..after).any(|_| host.step(&mut steps).is_some()) {
                assert!(after > 5, "{going:?}: it was over after {after} steps");
                break;
            }
            go(going, &mut host, steps);
            under_way += usize::from(is_gone_on_with(going, &world, &payment));
        }
        assert!(under_way >= 3, "{going:?}: {under_way} moments in which something was on record");
    }
}

fn go(going: Going, host: &mut Host<'_>, mut steps: Steps<Report>) {
    match (steps.next(Waker::noop()), going) {
        (_, Going::Drops) => return,
        (Step::Send(request, bearer), Going::LeavesDuring) => {
            host.send(&request, bearer.as_ref());
            steps.lost(Loss::Unknown);
        }
        (_, Going::LeavesBefore | Going::LeavesDuring) => {}
    }
    let left = steps.leave();
    assert!(!matches!(left, Some(Err(Error::Journal(_)))), "{left:?}");
}

/// Whether there was a row, for others to end.
fn is_gone_on_with(going: Going, world: &World, payment: &Payment) -> bool {
    let journal = SqliteJournal::open(world.journal_path()).expect("a journal");
    let Some(row) = journal.load(&payment.key()).expect("readable") else {
        assert_eq!(world.posts_and_charges(payment), (0, 0), "I1: {going:?}");
        return false;
    };
    let now = Timestamp::from_millis(world.sim.clock().now_ms());
    if let Some(due) = row.due {
        let patience = Duration::from_secs(1_800 + 60);
        let latest = if going == Going::Drops { patience } else { Duration::from_secs(60) };
        assert!(due.since(now) <= latest, "{going:?}: due in {:?}", due.since(now));
        world.sim.clock().advance_to(due.as_millis().max(now.as_millis()));
    }
    let client = world.client();
    for _ in 0..50 {
        client.reconcile(&Reconcile::default().workers(1)).expect("a summary");
        world.sim.clock().advance_to(world.sim.clock().now_ms() + 60_000);
    }
    let report = client.status(payment.intent.reference_id());
    let (posts, charges) = world.posts_and_charges(payment);
    assert!(posts <= 1 && charges <= 1, "I2: {going:?}: {posts} requests, {charges} charges");
    if let Ok(report) = report {
        world.check_promises(payment, &report);
        let expected = if charges == 1 { "paid" } else { "not_landed" };
        let unsent = report.state == "prepared";
        assert!(
            unsent || report.verdict.name() == expected,
            "I5: {going:?}: {charges} charges and {report:?}"
        );
    }
    true
}

/// What a host is told when it is worth asking again.
struct Woken(Mutex<Sender<()>>, AtomicUsize);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.1.fetch_add(1, Ordering::Relaxed);
        let _ = self.0.lock().expect("nobody panics").send(());
    }
}

/// API §2: who needs the token while another one gets it is woken when it is there, and makes no call of its own.
#[test]
fn one_token_for_all_steps() {
    let world = World::start();
    let client = world.client();
    let mut host = Host::new(&world);
    let (mut first, mut second) = (client.stepwise().sign_in(), client.stepwise().sign_in());
    let Step::Send(request, None) = first.next(Waker::noop()) else { panic!("a token is needed") };
    let (tell, woken) = mpsc::channel();
    let waker = Waker::from(Arc::new(Woken(Mutex::new(tell), AtomicUsize::new(0))));
    assert!(matches!(second.next(&waker), Step::Wait(None)));
    woken.try_recv().expect_err("nothing has happened");
    let response = host.send(&request, None);
    first.answered(response);
    assert!(matches!(first.next(Waker::noop()), Step::Done(Ok(()))));
    woken.try_recv().expect("woken");
    assert!(matches!(second.next(&waker), Step::Done(Ok(()))));
    assert_eq!(host.sends, 1);
}

/// A moment that is over is not waited for again while somebody else renews the token.
#[test]
fn who_waits_for_the_token_waits_for_no_moment() {
    let world = World::start();
    let client = world.client();
    client.sign_in().expect("credentials");
    let pass = |minutes: u64| world.sim.clock().advance_to(world.sim.clock().now_ms() + minutes * 60_000);
    pass(54);
    let payment = world.payment("1010");
    let (mut waits, mut renews) = (collecting(&client, &payment), client.stepwise().sign_in());
    let mut host = Host::new(&world);
    while world.posts_and_charges(&payment).0 == 0 {
        assert!(host.step(&mut waits).is_none());
    }
    assert!(matches!(waits.next(Waker::noop()), Step::Wait(Some(_))));
    pass(2);
    assert!(matches!(renews.next(Waker::noop()), Step::Send(..)));
    assert!(matches!(waits.next(Waker::noop()), Step::Wait(None)));
}

/// A clock that others set.
#[derive(Debug, Clone)]
struct Set(Arc<AtomicU64>);

impl Clock for Set {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::Relaxed))
    }

    fn sleep_until(&self, _: Timestamp) {}
}

/// I7, F31: who waits when the clock is set back asks when the wait that he was told is over, not a day later.
#[test]
fn a_clock_that_is_set_back_is_not_waited_for() {
    let world = World::start();
    let clock = Set(Arc::new(AtomicU64::new(world.sim.clock().now_ms())));
    let client = world.builder().clock(clock.clone()).build().expect("a client");
    let payment = world.payment("1002");
    let mut steps = collecting(&client, &payment);
    let mut host = Host::new(&world);
    while world.posts_and_charges(&payment).0 == 0 {
        assert!(host.step(&mut steps).is_none());
    }
    assert!(matches!(steps.next(Waker::noop()), Step::Wait(Some(_))));
    clock.0.fetch_sub(86_400_000, Ordering::Relaxed);
    let step = steps.next(Waker::noop());
    assert!(matches!(step, Step::Send(..)), "{step:?}");
}

/// What was answered is answered: nobody can take it back.
#[test]
fn an_answer_is_heard_once() {
    let world = World::start();
    let client = world.client();
    let mut host = Host::new(&world);
    let mut steps = client.stepwise().sign_in();
    steps.lost(Loss::Unknown);
    let Step::Send(request, _) = steps.next(Waker::noop()) else { panic!("a token is needed") };
    let response = host.send(&request, None);
    steps.answered(response);
    steps.lost(Loss::Unknown);
    steps.answered(Response::new(401, ""));
    assert!(matches!(steps.next(Waker::noop()), Step::Done(Ok(()))));
    client.stepwise().sign_in().leave().expect("an end").expect("the token is there");
    assert_eq!(host.sends, 1);
}

/// Who leaves while another one gets the token goes at once, and who gets it and leaves holds nobody up.
#[test]
fn who_leaves_holds_nobody_up() {
    let world = World::start();
    let client = world.client();
    let (mut first, mut second) = (client.stepwise().sign_in(), client.stepwise().sign_in());
    assert!(matches!(first.next(Waker::noop()), Step::Send(..)));
    assert!(matches!(second.next(Waker::noop()), Step::Wait(None)));
    assert!(second.leave().is_none(), "it has waited for the other one's token");
    assert!(matches!(first.leave(), Some(Ok(()))), "no token is no error of the credentials");
    client.sign_in().expect("nobody holds the token");

    let mut dropped = client.stepwise().sign_in();
    world.sim.expire_tokens();
    let _ = dropped.next(Waker::noop());
    drop(dropped);
    client.sign_in().expect("nobody holds the token");
}

/// Who waits for the budget and leaves is not held until it has a call.
#[test]
fn who_waits_for_the_budget_may_leave() {
    let world = World::start();
    let limit = Limit::new(1, Duration::from_secs(600)).expect("a limit");
    let client = world.builder().limit(limit).build().expect("a client");
    let payment = world.payment("1002");
    let mut host = Host::new(&world);
    let mut steps = collecting(&client, &payment);
    while world.posts_and_charges(&payment).0 == 0 {
        assert!(host.step(&mut steps).is_none());
    }
    // The call of these ten minutes was the payment's own.
    for _ in 0..20 {
        assert!(host.step(&mut steps).is_none());
    }
    let report = steps.leave().expect("an end").expect("a report");
    assert_eq!(report.verdict.name(), "open");
    assert_eq!(world.posts_and_charges(&payment), (1, 1));
}

/// The same where the budget has a call in a moment.
#[test]
fn who_waits_a_moment_for_the_budget_may_leave() {
    let world = World::start();
    let limit = Limit::new(1, Duration::from_secs(1)).expect("a limit");
    let client = world.builder().limit(limit).build().expect("a client");
    let payments = [world.payment("1002"), world.payment("1002")];
    let mut host = Host::new(&world);
    let mut steps = payments.each_ref().map(|payment| collecting(&client, payment));
    while world.posts_and_charges(&payments[0]).0 == 0 {
        assert!(host.step(&mut steps[0]).is_none());
    }
    for _ in 0..2 {
        assert!(matches!(steps[1].next(Waker::noop()), Step::Wait(Some(_))));
    }
    steps[1].leave().expect("an end").expect("a report");
    assert_eq!(world.posts_and_charges(&payments[1]), (0, 0));
}

/// I12: a call that others are always ahead of counts as not made after ten seconds, and is not sent late.
#[test]
fn nobody_waits_for_the_budget_without_end() {
    let world = World::start();
    let limit = Limit::new(1, Duration::from_secs(1)).expect("a limit");
    let client = world.builder().limit(limit).build().expect("a client");
    client.sign_in().expect("a token");
    let [rival, slow] = [world.hand_over("3000"), world.hand_over("3000")];
    let reads = || world.sim.ledger().reference(&slow.key()).map_or(0, |entry| entry.status_reads);
    let take_a_permit = || client.status(rival.intent.reference_id()).expect("a report");
    take_a_permit();
    let (clock, before) = (world.sim.clock(), reads());
    let begun = clock.now_ms();
    let mut steps = client.stepwise().status(slow.intent.reference_id());
    loop {
        let waited = clock.now_ms() - begun;
        assert!(waited <= 11_000, "it still waits after {waited} ms");
        match steps.next(Waker::noop()) {
            Step::Send(request, _) => panic!("{request:?} after {waited} ms, without a permit"),
            Step::Wait(until) => clock.advance_to(until.expect("a moment").as_millis()),
            Step::Done(report) => break assert_eq!(report.expect("a report").verdict.name(), "open"),
        }
        // Whoever comes now is sooner than the next step of who waits.
        take_a_permit();
    }
    assert_eq!(reads(), before, "nothing was sent");
    assert!(clock.now_ms() - begun >= 8_000, "it waited for what it could have");
}

/// Pattern 3: a waiting host is woken by what the channel's thread hears, long before it would have asked again.
#[test]
fn what_a_channel_hears_wakes_the_host() {
    let world = World::in_real_time();
    let client = world.client();
    let payment = world.payment("1002");
    let attempt = Attempt::new(payment.intent.clone()).realtime(SourceKind::Order);
    let mut steps = client.stepwise().collect(attempt);
    let (tell, bell) = mpsc::channel();
    let waker = Waker::from(Arc::new(Woken(Mutex::new(tell), AtomicUsize::new(0))));
    let mut host = Host::new(&world);
    let mut rung = 0;
    let report = loop {
        match steps.next(&waker) {
            Step::Send(request, bearer) => steps.answered(host.send(&request, bearer.as_ref())),
            Step::Wait(until) => {
                let now = world.sim.clock().now_ms();
                let left = until.expect("a moment").as_millis().saturating_sub(now) + 1;
                rung += usize::from(bell.recv_timeout(Duration::from_millis(left)).is_ok());
            }
            Step::Done(result) => break result.expect("a report"),
        }
    };
    world.check_promises(&payment, &report);
    assert_eq!(report.verdict.name(), "paid");
    assert!(rung > 0, "the channel was joined, and told so");
}

/// Who sends instead of the client is told its settings, of which one may hold a password (I10).
#[test]
fn a_host_is_told_how_the_client_would_send() {
    let world = World::start();
    let builder = world.builder().user_agent("shop/1").proxy("http://till:hush@127.0.0.1:3128");
    let builder = builder.connect_timeout(Duration::from_secs(1)).read_timeout(Duration::from_secs(2));
    let client = builder.total_timeout(Duration::from_secs(3)).build().expect("a client");
    let stepwise = client.stepwise();
    let wire = stepwise.wire();
    assert_eq!((wire.base_url.as_str(), wire.user_agent.as_str()), (world.sim.base_url().as_str(), "shop/1"));
    assert_eq!(wire.proxy.as_ref().map(Secret::expose), Some("http://till:hush@127.0.0.1:3128"));
    let limits = [wire.connect_timeout, wire.read_timeout, wire.total_timeout].map(|limit| limit.as_secs());
    assert_eq!(limits, [1, 2, 3]);
    assert!(wire.ca_bundle.is_none());
    assert!(!format!("{wire:?}").contains("hush"));
}
