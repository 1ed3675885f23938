//! Pattern 4, reconciliation: what others have left open is asked about until it ends, by whoever comes by (API §7). Real
//! sockets, a real journal, virtual time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use dollr_client::core::{Policy, Resend, SourceRef, Timestamp};
use dollr_client::journal::{Entry, Journal, SqliteJournal};
use dollr_client::{Attempt, Client, Clock, Reconcile, Summary};
use dollr_e2e::{Payment, World};
use dollr_sim::{Call, Fault, FaultKind, SourceKind};

const HOUR: Duration = Duration::from_secs(3_600);

fn pass(time: Duration, world: &World, client: &Client) -> Summary {
    let clock = world.sim.clock();
    clock.advance_to(clock.now_ms() + u64::try_from(time.as_millis()).expect("short"));
    client.reconcile(&Reconcile::default().workers(2)).expect("a summary")
}

fn row(world: &World, payment: &Payment) -> Entry {
    let journal = SqliteJournal::open_existing(world.journal_path()).expect("a journal");
    journal.load(&payment.key()).expect("readable").expect("an entry")
}

fn reads(world: &World, payment: &Payment) -> u64 {
    world.sim.ledger().reference(&payment.key()).map_or(0, |entry| entry.status_reads)
}

#[test]
fn i5_what_was_handed_over_is_asked_about_until_it_is_paid() {
    let world = World::start();
    let payment = world.hand_over("1090");
    let client = world.client();
    let early = pass(Duration::from_secs(30), &world, &client);
    assert_eq!((early.asked, early.verdicts["open"], early.calls.status), (1, 1, 1), "{early:?}");
    let paid = pass(Duration::from_secs(90), &world, &client);
    assert_eq!((paid.verdicts["paid"], paid.paid.as_slice()), (1, &[payment.key()][..]), "{paid:?}");
    assert!(!row(&world, &payment).open);
    assert_eq!(world.posts_and_charges(&payment), (1, 1));
    let after = pass(HOUR * 100, &world, &client);
    assert_eq!((after.asked, after.calls.total()), (0, 0), "what has ended is left alone: {after:?}");
}

/// I12: once nobody waits, others need not wait for somebody who might.
#[test]
fn what_was_handed_over_is_due_when_its_schedule_says() {
    let world = World::start();
    // Its last question is the first that finds it PROCESSING: that is on disk before it is handed over.
    let payment = world.payment("18");
    let attempt = Attempt::new(payment.intent.clone()).patience(Duration::from_secs(2));
    world.client().collect(attempt).expect("a report");
    let due = row(&world, &payment).due.expect("it is open");
    assert!(due <= Timestamp::from_millis(world.sim.clock().now_ms() + 4_000), "{due}");
    assert_eq!(pass(Duration::from_secs(4), &world, &world.client()).asked, 1);
}

/// F2, F25: sent, never answered, and its process gone.
#[test]
fn i2_what_a_crash_has_left_is_found_and_never_sent_again() {
    let world = World::without_deduplication();
    let payment = world.payment("1000");
    world.arm(&payment, Fault::new(Call::Execute, FaultKind::Drop).after());
    world.arm(&payment, Fault::new(Call::Status, FaultKind::Drop));
    let attempt = Attempt::new(payment.intent.clone()).patience(Duration::from_secs(1));
    let report = world.client().collect(attempt).expect("a report");
    assert_eq!((report.verdict.name(), row(&world, &payment).state.as_str()), ("open", "Uncertain"));
    let summary = pass(HOUR, &world, &world.client());
    assert_eq!(summary.verdicts["paid"], 1, "{summary:?}");
    assert_eq!(world.posts_and_charges(&payment), (1, 1));
}

/// I2: who prepared it may have thought better of it.
#[test]
fn what_was_never_sent_is_listed_each_time_and_not_sent() {
    let world = World::start();
    let payment = world.payment("1000");
    let throttled = FaultKind::RetryAfter { value: "600".to_owned() };
    world.arm(&payment, Fault::new(Call::Execute, throttled));
    let attempt = Attempt::new(payment.intent.clone()).patience(Duration::from_secs(2));
    assert_eq!(world.client().collect(attempt).expect("a report").state, "Prepared");
    for _ in 0..3 {
        let summary = pass(HOUR, &world, &world.client());
        assert_eq!(summary.not_sent, [payment.key()], "{summary:?}");
        assert_eq!((summary.asked, summary.calls.total()), (0, 0), "{summary:?}");
        assert!(!summary.needs_a_person());
    }
    assert!(row(&world, &payment).open, "I5: it is listed");
    assert_eq!(world.posts_and_charges(&payment), (1, 0), "the one that was turned away");
}

/// F18, I6
#[test]
fn what_has_failed_is_asked_about_once_more_and_its_contradiction_said_once() {
    let world = World::start();
    let (flips, _) = world.collect_with(&world.client(), "5000", []);
    let stays = world.hand_over("2000");
    let client = world.client();
    for payment in [&flips, &stays] {
        assert_eq!(row(&world, payment).state, "Failed");
    }
    let before = (reads(&world, &flips), reads(&world, &stays));
    let idle = pass(Duration::from_secs(3_000), &world, &client);
    assert_eq!((idle.asked, before), (0, (reads(&world, &flips), reads(&world, &stays))), "{idle:?}");
    let again = pass(HOUR, &world, &client);
    assert_eq!((again.asked, again.verdicts["failed"]), (2, 2), "an end is an end: {again:?}");
    assert_eq!(again.conflicts, [flips.key()], "{again:?}");
    assert!(again.needs_a_person());
    assert_eq!((reads(&world, &flips), reads(&world, &stays)), (before.0 + 1, before.1 + 1));
    let after = pass(HOUR * 24, &world, &client);
    assert_eq!((after.asked, after.conflicts.len()), (0, 0), "{after:?}");
    let journal = SqliteJournal::open_existing(world.journal_path()).expect("a journal");
    let told = |payment: &Payment| -> Vec<String> {
        journal.lines(&payment.key()).expect("readable").into_iter().map(|line| line.what).collect()
    };
    assert_eq!(told(&flips), ["recorded", "Sending to Open", "Open to Failed", "contradicted"]);
    assert_eq!(told(&stays), ["recorded", "Sending to Open", "Open to Failed", "asked once more"]);
}

/// I7, F23
#[test]
fn what_is_open_at_the_horizon_is_given_up_and_listed() {
    let world = World::start();
    let payment = world.hand_over("3000");
    let client = world.client();
    for _ in 0..24 {
        let summary = pass(HOUR, &world, &client);
        assert_eq!((summary.asked, summary.verdicts.get("open")), (1, Some(&1)), "{summary:?}");
    }
    let short = Reconcile::default().horizon(HOUR * 24);
    let last = client.reconcile(&short).expect("a summary");
    let last = if last.asked == 0 { pass(HOUR, &world, &client) } else { last };
    let mut given_up = last;
    for _ in 0..60 {
        if !given_up.stuck.is_empty() {
            break;
        }
        given_up = pass(HOUR, &world, &client);
    }
    assert_eq!(given_up.stuck, [payment.key()], "{given_up:?}");
    assert!(given_up.needs_a_person());
    let asked = reads(&world, &payment);
    let after = pass(HOUR * 24, &world, &client);
    assert_eq!((after.asked, after.stuck.as_slice()), (0, &[payment.key()][..]), "still listed: {after:?}");
    assert_eq!(reads(&world, &payment), asked, "and not asked about any more");
    assert!(row(&world, &payment).open, "I5: it is no verdict");
    // A person who asks all the same is answered.
    let report = client.status(payment.intent.reference_id()).expect("a report");
    assert_eq!(report.verdict.name(), "stuck");
}

#[test]
fn a_horizon_of_ones_own_counts_from_the_payments_birth() {
    let world = World::start();
    let payment = world.hand_over("3000");
    let client = world.client();
    pass(HOUR, &world, &client);
    let clock = world.sim.clock();
    clock.advance_to(clock.now_ms() + 3_600_000);
    let summary = client.reconcile(&Reconcile::default().horizon(HOUR)).expect("a summary");
    assert_eq!(summary.stuck, [payment.key()], "{summary:?}");
}

/// I5: what was given up by a shorter horizon is asked about again by a longer one.
#[test]
fn a_longer_horizon_takes_up_what_a_shorter_one_has_given_up() {
    let world = World::start();
    let payment = world.hand_over("3000");
    let client = world.client();
    let clock = world.sim.clock();
    clock.advance_to(clock.now_ms() + 7_200_000);
    let short = client.reconcile(&Reconcile::default().horizon(HOUR)).expect("a summary");
    assert_eq!(short.stuck, [payment.key()], "{short:?}");
    let how = Reconcile::default().horizon(HOUR * 72);
    let long = client.reconcile(&how).expect("a summary");
    assert!(long.stuck.is_empty(), "{long:?}");
    clock.advance_to(clock.now_ms() + 3_600_000);
    let again = client.reconcile(&how).expect("a summary");
    assert_eq!((again.asked, again.verdicts.get("open")), (1, Some(&1)), "{again:?}");
}

/// The world's clock, some time ahead.
#[derive(Debug)]
struct Ahead(dollr_sim::Clock, Duration);

impl Clock for Ahead {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.now_ms()).after(self.1)
    }

    fn sleep_until(&self, until: Timestamp) {
        self.0
            .advance_to(until.as_millis().saturating_sub(u64::try_from(self.1.as_millis()).expect("short")));
    }
}

/// F31, T13: a host whose clock was ahead for one run, by less than the horizon and by more.
#[test]
fn i5_one_run_with_a_wrong_clock_forgets_nothing() {
    for ahead in [HOUR * 24, HOUR * 80] {
        let world = World::start();
        let payment = world.hand_over("1090");
        let wrong = world.builder().clock(Ahead(world.sim.clock(), ahead)).build().expect("a client");
        let summary = pass(Duration::from_secs(30), &world, &wrong);
        assert_eq!(summary.asked, 1, "{summary:?}");
        let client = world.client();
        let passes: Vec<_> = (0..3).map(|_| pass(Duration::from_secs(700), &world, &client)).collect();
        assert!(passes.iter().any(|summary| summary.paid == [payment.key()]), "{ahead:?}: {passes:?}");
    }
}

/// I12: who still waits for a payment asks about it himself.
#[test]
fn a_payment_that_a_process_is_at_work_on_is_left_to_it() {
    let world = World::start();
    let payment = world.payment("1060");
    let (asked, meanwhile) = (Arc::new(AtomicBool::new(false)), world.client());
    let show = Arc::clone(&asked);
    // While it is shown to the payer, its process lives.
    let card = world.payment("4001");
    let client = world.client();
    let attempt = Attempt::new(card.intent.clone()).show(move |_| {
        let summary = meanwhile.reconcile(&Reconcile::default()).expect("a summary");
        assert_eq!((summary.asked, summary.calls.total()), (0, 0), "{summary:?}");
        show.store(true, Ordering::SeqCst);
    });
    assert_eq!(client.collect(attempt).expect("a report").verdict.name(), "paid");
    assert!(asked.load(Ordering::SeqCst));
    assert_eq!(world.posts_and_charges(&payment), (0, 0));
}

/// F25, I5: a process that died is missed when its patience, and a minute for a last question, are over.
#[test]
fn a_payment_whose_process_has_died_is_due_when_its_patience_would_be_over() {
    let world = World::start();
    let payment = world.payment("4001");
    let attempt = Attempt::new(payment.intent.clone()).patience(Duration::from_secs(300));
    let client = world.client();
    let died = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let show = |_: &_| std::panic::resume_unwind(Box::new("died"));
        client.collect(attempt.show(show)).map(drop)
    }));
    assert!(died.is_err());
    let early = pass(Duration::from_secs(300), &world, &world.client());
    assert_eq!(early.asked, 0, "{early:?}");
    let later = pass(Duration::from_secs(61), &world, &world.client());
    assert_eq!(later.verdicts.get("paid"), Some(&1), "{later:?}");
    assert_eq!(world.posts_and_charges(&payment), (1, 1));
}

/// I7: ten payments that never end do not hold up the eleventh, also after an outage of two days.
#[test]
fn nobody_starves_after_an_outage() {
    let world = World::start();
    let endless: Vec<_> = (0..10).map(|_| world.hand_over("3000")).collect();
    let eleventh = world.hand_over("1090");
    let client = world.client();
    world.sim.arm(Fault::new(Call::Status, FaultKind::Drop).times(22));
    for _ in 0..2 {
        let summary = pass(HOUR * 12, &world, &client);
        assert_eq!((summary.asked, summary.verdicts["open"]), (11, 11), "{summary:?}");
    }
    let summary = pass(HOUR * 24, &world, &client);
    assert_eq!(
        (summary.asked, summary.verdicts["open"], summary.verdicts["paid"]),
        (11, 10, 1),
        "{summary:?}"
    );
    assert_eq!(summary.paid, [eleventh.key()]);
    assert!(endless.iter().all(|payment| reads(&world, payment) >= 1));
}

#[test]
fn hosted_checkouts_are_reconciled_too() {
    let world = World::start();
    let order = world.sim.create_source(SourceKind::Order, "USD", "250.00");
    let source: SourceRef = format!("ORDER:{order}").parse().expect("a source");
    let client = world.client();
    let (currency, total) = ("USD".parse().expect("a currency"), "250.00".parse().expect("an amount"));
    let report = client.verify_source(source, currency, total, Duration::ZERO).expect("a report");
    assert_eq!(report.verdict.name(), "open");
    let session = world.sim.create_session(SourceKind::Order, order);
    let intent = dollr_client::core::Intent::collection(
        dollr_e2e::random_id(),
        dollr_client::core::SessionId::new(session),
        "1000".parse().expect("an account"),
        currency,
    );
    client.collect(intent).expect("a report");
    let summary = pass(Duration::from_secs(60), &world, &client);
    assert_eq!(summary.paid, [source.to_string()], "{summary:?}");
}

/// T29: what cannot be read is said, put off, and in nobody's way.
#[test]
fn a_row_that_cannot_be_read_stops_nobody() {
    let world = World::start();
    let (broken, other) = (world.hand_over("3000"), world.hand_over("3000"));
    let raw = rusqlite::Connection::open(world.journal_path()).expect("a connection");
    let sql = "UPDATE dollr_entries SET snapshot = replace(snapshot, 'USD', 'ZWG') WHERE key = ?1";
    raw.execute(sql, [broken.key()]).expect("changed");
    let client = world.client();
    let summary = pass(HOUR, &world, &client);
    assert_eq!((summary.asked, summary.verdicts["open"]), (1, 1), "{summary:?}");
    let [(key, why)] = summary.unreadable.as_slice() else { panic!("{summary:?}") };
    assert_eq!(*key, broken.key());
    assert!(why.contains("has been changed since it was written"), "{why}");
    assert!(summary.needs_a_person());
    let sql = "SELECT holds_order FROM dollr_entries WHERE key = ?1";
    let held: bool = raw.query_row(sql, [broken.key()], |row| row.get(0)).expect("a row");
    assert!(held, "I2: it is not known that no money moved");
    let before = row(&world, &broken);
    assert!(before.open && before.state == "Open", "nothing was lost: {before:?}");
    let soon = pass(Duration::from_secs(600), &world, &client);
    assert_eq!((soon.asked, soon.unreadable.len()), (1, 0), "{soon:?}");
    assert!(reads(&world, &other) >= 2);
    assert_eq!(pass(HOUR, &world, &client).unreadable.len(), 1, "it is not forgotten");
}

/// I1, I2, I3: the only request that a reconciler sends is one that its payment's own policy allows.
#[test]
fn a_request_that_was_lost_is_sent_again_by_the_payments_policy_alone() {
    let world = World::start();
    let payment = world.payment("1000");
    world.arm(&payment, Fault::new(Call::Execute, FaultKind::Drop));
    let resend = Resend::AfterGrace { grace: Duration::from_secs(5), sends: 2 };
    let policy = Policy::default().resend(resend).patience(Duration::ZERO);
    let client = world.builder().policy(policy).build().expect("a client");
    client.collect(payment.intent.clone()).expect("a report");
    assert_eq!(world.posts_and_charges(&payment), (1, 0));
    let summary = pass(Duration::from_secs(60), &world, &world.client());
    assert_eq!(summary.calls.execute, 1, "{summary:?}");
    assert_eq!(summary.paid, [payment.key()], "{summary:?}");
    let entry = world.sim.ledger().reference(&payment.key()).cloned().expect("known");
    assert_eq!((entry.posts, entry.charges, entry.distinct_bodies), (2, 1, 1));
}

#[test]
fn without_a_journal_there_is_nothing_to_reconcile() {
    let world = World::start();
    let client = Client::builder()
        .credentials(dollr_sim::CLIENT_ID, dollr_sim::CLIENT_SECRET)
        .base_url(&world.sim.base_url())
        .build()
        .expect("a client");
    let error = client.reconcile(&Reconcile::default()).expect_err("no journal");
    assert!(error.to_string().starts_with("there is no journal"), "{error}");
}
