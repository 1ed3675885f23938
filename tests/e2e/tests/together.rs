//! Several who ask about the same payment: the success page, the poller, a person with the command, another process.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Waker;
use std::time::Duration;

use dollr_client::core::{Loss, SourceRef, Timestamp};
use dollr_client::journal::{Journal as _, SqliteJournal};
use dollr_client::{Attempt, Claimed, Client, Clock, Reconcile, Report, Step};
use dollr_e2e::{Host, World, on_disk};
use dollr_sim::{Call, Fault, FaultKind, SourceKind};

const MINUTE: Duration = Duration::from_secs(60);

fn order(world: &World, total: &str) -> SourceRef {
    format!("ORDER:{}", world.sim.create_source(SourceKind::Order, "USD", total)).parse().expect("a source")
}

fn verify(client: &Client, source: SourceRef, total: &str, patience: Duration) -> Report {
    let (currency, total) = ("USD".parse().expect("a currency"), total.parse().expect("an amount"));
    client.verify_source(source, currency, total, patience).expect("a report")
}

/// The world's clock, at which somebody else does something while this one waits for the first time.
struct Meanwhile<F> {
    clock: dollr_sim::Clock,
    other: F,
    done: AtomicBool,
}

impl<F> std::fmt::Debug for Meanwhile<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Meanwhile")
    }
}

impl<F: Fn() + Send + Sync> Clock for Meanwhile<F> {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.clock.now_ms())
    }

    fn sleep_until(&self, until: Timestamp) {
        if !self.done.swap(true, Ordering::SeqCst) {
            (self.other)();
        }
        self.clock.advance_to(until.as_millis());
    }
}

/// A client that lets `other` happen while it waits for the first time.
fn client_meanwhile(world: &World, other: impl Fn() + Send + Sync + 'static) -> Client {
    let clock = Meanwhile { clock: world.sim.clock(), other, done: AtomicBool::new(false) };
    world.builder().clock(clock).build().expect("a client")
}

/// I4, T17: who asks about another's order with a total of his own is not told that it is paid because its owner has it on record
/// as paid in the meantime.
#[test]
fn a_row_that_another_order_has_made_meanwhile_is_nobody_elses() {
    let world = World::start();
    let client = world.client();
    let payment = world.payment("1000");
    let source: SourceRef = format!("ORDER:{}", payment.order).parse().expect("a source");
    let (currency, total) = ("USD".parse().expect("a currency"), "1.00".parse().expect("an amount"));
    let mut host = Host::new(&world);
    let mut other = client.stepwise().verify_source(source, currency, total, MINUTE);
    let (request, bearer) = loop {
        match other.next(Waker::noop()) {
            Step::Send(request, bearer) if request.path.contains("/status/") => break (request, bearer),
            Step::Send(request, bearer) => other.answered(host.send(&request, bearer.as_ref())),
            step => panic!("{step:?}"),
        }
    };
    client.collect(payment.intent.clone()).expect("a report");
    assert_eq!(verify(&client, source, dollr_e2e::TOTAL, MINUTE).verdict.name(), "paid");
    other.answered(host.send(&request, bearer.as_ref()));
    let told = host.run(other).expect("a report");
    assert_eq!(told.verdict.name(), "mismatch");
    assert_eq!(verify(&client, source, dollr_e2e::TOTAL, MINUTE).verdict.name(), "paid");
}

/// The world's clock, behind by a day once that is said.
#[derive(Debug)]
struct SetBack(dollr_sim::Clock, Arc<AtomicBool>);

const DAY: u64 = 86_400_000;

impl Clock for SetBack {
    fn now(&self) -> Timestamp {
        let behind = if self.1.load(Ordering::SeqCst) { DAY } else { 0 };
        Timestamp::from_millis(self.0.now_ms() - behind)
    }

    fn sleep_until(&self, _: Timestamp) {}
}

/// I7, F31: whose clock was set back, and who then finds again and again that somebody else has written, waits as long as he
/// wanted to, not for a day, and no longer each time.
#[test]
fn who_is_overtaken_does_not_become_more_patient() {
    let world = World::start();
    let is_behind = Arc::new(AtomicBool::new(false));
    let clock = SetBack(world.sim.clock(), Arc::clone(&is_behind));
    let (client, other) = (world.builder().clock(clock).build().expect("a client"), world.client());
    let payment = world.payment("1099");
    let attempt = Attempt::new(payment.intent.clone()).patience(Duration::from_secs(30));
    let (mut steps, mut host) = (client.stepwise().collect(attempt), Host::new(&world));
    let report = loop {
        match steps.next(Waker::noop()) {
            Step::Send(request, bearer) => steps.answered(host.send(&request, bearer.as_ref())),
            Step::Wait(until) => {
                if is_behind.swap(true, Ordering::SeqCst) {
                    world.sim.clock().advance_to(until.expect("a moment").as_millis() + DAY);
                }
                other.wait(payment.intent.reference_id(), Duration::ZERO).expect("a report");
            }
            Step::Done(report) => break report.expect("a report"),
        }
    };
    assert_eq!(report.verdict.name(), "open", "it would be paid after 99 s");
}

/// I7, F23, F29: who waits for a payment whose vendor keeps silent, and whose row others are always faster to write, is told
/// when his patience is over, and not asking for ever.
#[test]
fn who_is_overtaken_at_each_question_is_told_in_time() {
    let world = World::start();
    let (client, other) = (world.client(), world.client());
    let payment = world.payment("1099");
    let id = payment.intent.reference_id();
    let collected = client.collect(Attempt::new(payment.intent.clone()).patience(Duration::ZERO));
    assert_eq!(collected.expect("a report").verdict.name(), "open");
    let (mut steps, mut host, clock) =
        (client.stepwise().wait(id, Duration::from_secs(5)), Host::new(&world), world.sim.clock());
    let (mut questions, began) = (0, clock.now_ms());
    let report = loop {
        match steps.next(Waker::noop()) {
            Step::Send(request, _) if request.path.contains("/status/") => {
                questions += 1;
                assert!(questions < 5, "it asks on after {} ms", clock.now_ms() - began);
                clock.advance_to(clock.now_ms() + 30_000);
                other.wait(id, Duration::ZERO).expect("a report");
                steps.lost(Loss::Unknown);
            }
            Step::Send(request, bearer) => steps.answered(host.send(&request, bearer.as_ref())),
            Step::Wait(until) => clock.advance_to(until.expect("a moment").as_millis()),
            Step::Done(report) => break report.expect("a report"),
        }
    };
    assert_eq!((report.verdict.name(), questions), ("open", 1));
}

/// I4, I14: what somebody has heard counts, though another one, who has heard nothing, was faster to write: it is not asked again,
/// and is on record.
#[test]
fn what_one_has_heard_who_is_overtaken_is_not_asked_again() {
    for looks in [false, true] {
        let world = World::start();
        let (client, other) = (world.client(), world.client());
        let payment = world.payment("1010");
        let id = payment.intent.reference_id();
        let began = client.collect(Attempt::new(payment.intent.clone()).patience(Duration::ZERO));
        assert_eq!(began.expect("a report").verdict.name(), "open");
        world.sim.clock().advance_to(world.sim.clock().now_ms() + 60_000);
        let steps = client.stepwise();
        let (mut steps, mut host) =
            (if looks { steps.status(id) } else { steps.wait(id, MINUTE) }, Host::new(&world));
        let report = loop {
            match steps.next(Waker::noop()) {
                Step::Send(request, bearer) => {
                    let answer = host.send(&request, bearer.as_ref());
                    if request.path.contains("/status/") {
                        world.arm(&payment, Fault::new(Call::Status, FaultKind::Drop));
                        assert_eq!(other.wait(id, Duration::ZERO).expect("a report").verdict.name(), "open");
                    }
                    steps.answered(answer);
                }
                Step::Wait(until) => world.sim.clock().advance_to(until.expect("a moment").as_millis()),
                Step::Done(report) => break report.expect("a report"),
            }
        };
        assert_eq!((report.verdict.name(), report.calls.status), ("paid", 1), "it only looks: {looks}");
        let journal = SqliteJournal::open_existing(world.journal_path()).expect("a journal");
        assert_eq!(journal.load(&id.to_string()).expect("readable").expect("an entry").state, "Completed");
    }
}

/// I14: a look at a payment that is being collected disturbs nobody, whoever writes first.
#[test]
fn a_look_at_a_payment_does_not_end_its_collection() {
    let world = World::without_deduplication();
    let payment = world.payment("1010");
    let (other, id) = (world.client(), payment.intent.reference_id());
    let path = world.journal_path();
    let client = client_meanwhile(&world, move || {
        let journal = SqliteJournal::open_existing(&path).expect("a journal");
        let entry = journal.load(&id.to_string()).expect("readable").expect("an entry");
        assert_eq!(entry.state, "Open", "I5: what is known is on disk before it is waited for");
        for _ in 0..3 {
            assert_eq!(other.status(id).expect("a report").verdict.name(), "open");
        }
        assert_eq!(other.wait(id, Duration::from_secs(1)).expect("a report").verdict.name(), "open");
    });
    let report = client.collect(Attempt::new(payment.intent.clone())).expect("a report");
    assert_eq!(report.verdict.name(), "paid");
    assert_eq!(world.posts_and_charges(&payment), (1, 1));
}

/// I14: a look at a payment whose request waits for a `Retry-After` neither sends it nor keeps it from being sent.
#[test]
fn a_look_at_a_payment_that_waits_to_be_sent_leaves_it_alone() {
    let world = World::without_deduplication();
    let payment = world.payment("1002");
    world.arm(&payment, Fault::new(Call::Execute, FaultKind::RetryAfter { value: "30".to_string() }));
    let (other, id) = (world.client(), payment.intent.reference_id());
    let client = client_meanwhile(&world, move || {
        assert_eq!(other.status(id).expect("a report").verdict.name(), "open");
    });
    let report = client.collect(Attempt::new(payment.intent.clone())).expect("a report");
    assert_eq!((report.verdict.name(), report.calls.execute), ("paid", 2));
    assert_eq!(world.posts_and_charges(&payment), (2, 1));
}

/// I14: one whose request waits to be sent again, and whose payment somebody else takes over meanwhile, sends nothing more.
#[test]
fn what_could_not_be_recorded_is_not_sent() {
    let world = World::without_deduplication();
    let payment = world.payment("1002");
    world.arm(&payment, Fault::new(Call::Execute, FaultKind::RetryAfter { value: "30".to_string() }));
    let (other, id) = (world.client(), payment.intent.reference_id());
    let client = client_meanwhile(&world, move || {
        assert_eq!(other.wait(id, Duration::from_secs(5)).expect("a report").verdict.name(), "open");
    });
    let report = client.collect(Attempt::new(payment.intent.clone())).expect("a report");
    assert_eq!((report.verdict.name(), report.calls.execute), ("not_landed", 1));
    assert_eq!(world.posts_and_charges(&payment), (1, 0));
}

/// I14: one who is overtaken while a lost answer leaves all in doubt goes on with what the other found out.
#[test]
fn one_who_is_overtaken_goes_on_and_never_sends_again() {
    let world = World::without_deduplication();
    let payment = world.payment("1005");
    world.arm(&payment, Fault::new(Call::Execute, FaultKind::Drop).after());
    let (other, id) = (world.client(), payment.intent.reference_id());
    let client = client_meanwhile(&world, move || {
        assert_eq!(other.wait(id, MINUTE).expect("a report").verdict.name(), "paid");
    });
    let report = client.collect(Attempt::new(payment.intent.clone())).expect("a report");
    assert_eq!(report.verdict.name(), "paid");
    assert_eq!(world.posts_and_charges(&payment), (1, 1));
}

/// The success page and the poller ask about the same source; both learn that it is paid.
#[test]
fn two_who_verify_a_source_both_learn_that_it_is_paid() {
    let world = World::start();
    let source = order(&world, "250.00");
    let (other, sim) = (world.client(), Arc::clone(&world.sim));
    let client = client_meanwhile(&world, move || {
        assert_eq!(verify(&other, source, "250.00", Duration::ZERO).verdict.name(), "open");
        assert!(sim.pay_source(SourceKind::Order, source.id));
        assert_eq!(verify(&other, source, "250.00", Duration::ZERO).verdict.name(), "paid");
    });
    assert_eq!(verify(&client, source, "250.00", 10 * MINUTE).verdict.name(), "paid");
}

/// I6, F29: who has read a payment before goes on from how it stands now: its end is written once.
#[test]
fn what_was_read_of_a_payment_is_not_what_is_gone_on_from() {
    let world = World::start();
    let (first, second) = (world.client(), world.client());
    let payment = world.hand_over("1002");
    let id = payment.intent.reference_id();
    for _ in 0..2 {
        assert_eq!(first.status(id).expect("a report").verdict.name(), "open");
    }
    assert_eq!(second.wait(id, MINUTE).expect("a report").verdict.name(), "paid");
    assert_eq!(first.status(id).expect("a report").verdict.name(), "paid");
    let lines = world.journal().lines(&payment.key()).expect("readable");
    let ends = lines.iter().filter(|line| line.what.ends_with("to Completed")).count();
    assert_eq!(ends, 1, "{lines:?}");
}

/// T17: who brings a paid source's id to a dearer order gets a mismatch, and leaves no trace on the order that was paid with it.
#[test]
fn another_orders_look_changes_nothing_for_the_order_that_was_paid() {
    let world = World::start();
    let client = world.client();
    let source = order(&world, "1.00");
    assert_eq!(verify(&client, source, "1.00", Duration::ZERO).verdict.name(), "open");
    let on_record = on_disk(&world, &source.to_string());
    assert_eq!(verify(&client, source, "900.00", Duration::ZERO).verdict.name(), "open");
    assert!(world.sim.pay_source(SourceKind::Order, source.id));
    assert_eq!(verify(&client, source, "900.00", Duration::ZERO).verdict.name(), "mismatch");
    assert_eq!(on_disk(&world, &source.to_string()), on_record);
    assert_eq!(verify(&client, source, "1.00", MINUTE).verdict.name(), "paid");
    assert_eq!(verify(&client, source, "1.00", MINUTE).calls.total(), 0, "it is on record as paid");
}

/// T17, I5: who brought his own total to an invoice first has it on record, and gives way to whom it is paid for: those goods can be
/// claimed. While he still asks himself, and when he has been told.
#[test]
fn a_source_belongs_to_whom_it_is_paid_for() {
    for (waits, reconciled) in [(false, false), (false, true), (true, false)] {
        let world = World::start();
        let client = world.client();
        let source = order(&world, "250.00");
        let mut host = Host::new(&world);
        let (currency, total) = ("USD".parse().expect("a currency"), "1.00".parse().expect("an amount"));
        let mut other = client.stepwise().verify_source(source, currency, total, 10 * MINUTE);
        assert_eq!(verify(&client, source, "1.00", Duration::ZERO).verdict.name(), "open");
        for _ in 0..if waits { 6 } else { 0 } {
            assert!(host.step(&mut other).is_none());
        }
        assert!(world.sim.pay_source(SourceKind::Order, source.id));
        if reconciled {
            world.sim.clock().advance_to(world.sim.clock().now_ms() + 3_600_000);
            let summary = client.reconcile(&Reconcile::default()).expect("a summary");
            assert_eq!(summary.verdicts.get("mismatch"), Some(&1));
        }
        assert_eq!(verify(&client, source, "250.00", Duration::ZERO).verdict.name(), "paid");
        assert_eq!(verify(&client, source, "1.00", Duration::ZERO).verdict.name(), "mismatch");
        assert!(matches!(client.claim_fulfilment(source), Ok(Claimed::Claimed(_))), "{waits} {reconciled}");
        if waits {
            assert_eq!(host.run(other).expect("a report").verdict.name(), "mismatch");
        }
        let again = verify(&client, source, "250.00", MINUTE);
        assert_eq!((again.verdict.name(), again.calls.total()), ("paid", 0), "{waits} {reconciled}");
    }
}

/// F13 to F15 on a source that is not paid yet: a wrong answer is not the last word.
#[test]
fn a_wrong_answer_about_an_unpaid_source_is_not_its_end() {
    for kind in [
        FaultKind::WrongAmount { amount: "0".to_string() },
        FaultKind::WrongCurrency { currency: "LRD".to_string() },
        FaultKind::WrongReference,
        FaultKind::Stale { age: 5, completed: false },
    ] {
        let world = World::start();
        let client = world.client();
        let source = order(&world, "250.00");
        world.sim.arm(Fault::new(Call::SourceStatus, kind.clone()));
        assert_eq!(verify(&client, source, "250.00", Duration::ZERO).verdict.name(), "open", "{kind:?}");
        assert!(world.sim.pay_source(SourceKind::Order, source.id));
        assert_eq!(verify(&client, source, "250.00", MINUTE).verdict.name(), "paid", "{kind:?}");
    }
}

/// I7: an invoice that is paid after weeks is found paid, however often it was asked about before.
#[test]
fn a_late_payer_is_found_after_the_horizon() {
    let world = World::start();
    let client = world.client();
    let (source, payment) = (order(&world, "250.00"), world.payment("3000"));
    let attempt = Attempt::new(payment.intent.clone()).patience(MINUTE);
    assert_eq!(client.collect(attempt).expect("a report").verdict.name(), "open");
    for day in 0..10 {
        let report = verify(&client, source, "250.00", Duration::ZERO);
        let verdict = if day < 3 { "open" } else { "stuck" };
        assert_eq!((report.verdict.name(), report.calls.status), (verdict, 1), "day {day}");
        let waited = client.wait(payment.intent.reference_id(), Duration::ZERO).expect("a report");
        assert_eq!(waited.calls.status, 1, "day {day}");
        world.sim.clock().advance(24 * 3_600_000);
    }
    assert!(world.sim.pay_source(SourceKind::Order, source.id));
    assert_eq!(verify(&client, source, "250.00", Duration::ZERO).verdict.name(), "paid");
}

/// I12: an unpaid source is asked about ever more rarely, too.
#[test]
fn a_source_is_asked_about_more_rarely_with_age() {
    let world = World::start();
    let client = world.client();
    let source = order(&world, "250.00");
    let hour = verify(&client, source, "250.00", 60 * MINUTE);
    assert_eq!(hour.verdict.name(), "open");
    assert!(hour.calls.status < 500, "{} questions in an hour", hour.calls.status);
}
