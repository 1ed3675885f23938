//! May I ship? One attempt at an order at a time, and its goods for one caller, whoever asks (I2, I4; T3, T32).

use std::thread;
use std::time::Duration;

use dollr_client::core::{Intent, SessionId, Settlement, SourceRef, Timestamp};
use dollr_client::journal::JournalError;
use dollr_client::{Attempt, Claimed, Client, Clock, Error, Fulfilment, Reconcile, Report, Summary};
use dollr_e2e::{Payment, TOTAL, World};
use dollr_sim::{CLIENT_ID, CLIENT_SECRET, Call, Fault, FaultKind, SourceKind};

const HOUR: Duration = Duration::from_secs(3_600);
const EVER: Timestamp = Timestamp::from_millis(0);

/// T3: the customer tries again.
#[test]
fn i2_a_second_attempt_at_an_order_is_refused_before_it_is_sent() {
    let world = World::start();
    let client = world.client();
    let first = world.payment("3000");
    let attempt = Attempt::new(first.intent.clone()).order("A-1").patience(Duration::ZERO);
    assert_eq!(client.collect(attempt).expect("a report").verdict.name(), "open");

    let second = world.payment("1000");
    let again = || Attempt::new(second.intent.clone()).order("A-1");
    let error = world.client().collect(again()).expect_err("the order is taken");
    let Error::Journal(JournalError::OrderTaken { order, key, state }) = &error else { panic!("{error:?}") };
    assert_eq!((order.as_str(), key.as_str(), state.as_str()), ("A-1", first.key().as_str(), "Open"));
    assert_eq!(error.key(), None, "there is no payment to go on with");
    assert_eq!(world.posts_and_charges(&second), (0, 0));
    let error = client.status(second.intent.reference_id()).expect_err("not on record");
    assert!(matches!(error, Error::Unrecorded(_)), "{error}");

    // A person knows better, and says why.
    let report = client.collect(again().despite("the first session has ended")).expect("a report");
    assert_eq!(report.verdict.name(), "paid");
}

/// T3: what has moved no money is not in the way, and what has is for good.
#[test]
fn i2_an_order_is_free_again_once_its_attempt_has_moved_nothing() {
    let world = World::start();
    let client = world.client();
    let attempt = |account: &str| Attempt::new(world.payment(account).intent).order("A-1");
    assert_eq!(client.collect(attempt("2000")).expect("a report").verdict.name(), "failed");
    world.sim.arm(Fault::new(Call::Execute, FaultKind::RetryAfter { value: "600".to_owned() }));
    let unsent = client.collect(attempt("1000").patience(Duration::from_secs(1))).expect("a report");
    assert_eq!(unsent.state, "Prepared");
    assert_eq!(client.collect(attempt("1000")).expect("a report").verdict.name(), "paid");
    let error = client.collect(attempt("1000")).expect_err("it is paid");
    assert!(error.to_string().contains("(Completed)"), "{error}");
    let error = client.wait(unsent.key.parse().expect("an id"), HOUR).expect("a report");
    assert_eq!(error.state, "Prepared", "and nobody sends the one that was not sent");
}

fn source(payment: &Payment) -> SourceRef {
    format!("ORDER:{}", payment.order).parse().expect("a source")
}

/// Asks for an order, once.
fn verify(client: &Client, order: &str, source: SourceRef) -> Result<Report, Error> {
    let (currency, total) = ("USD".parse().expect("a currency"), TOTAL.parse().expect("an amount"));
    client.verify_order(order, source, currency, total, Duration::ZERO)
}

/// T32: what is collected, and found paid by its source besides, is shipped once.
#[test]
fn goods_of_what_is_collected_and_verified_for_one_order_are_handed_out_once() {
    let world = World::start();
    let (client, payment) = (world.client(), world.payment("1000"));
    client.collect(Attempt::new(payment.intent.clone()).order("A-1")).expect("a report");
    assert_eq!(verify(&client, "A-1", source(&payment)).expect("a report").verdict.name(), "paid");
    let delivery = client.next_paid(HOUR, EVER).expect("readable").expect("paid");
    assert_eq!(client.next_paid(HOUR, EVER).expect("readable"), None);
    assert!(client.acknowledge(&delivery).expect("readable"));
    for key in [payment.key(), source(&payment).to_string()] {
        let claimed = client.claim_fulfilment(&key).expect("readable");
        assert!(matches!(claimed, Claimed::AlreadyClaimed { .. }), "{key}: {claimed:?}");
    }
}

/// What was paid twice, each with what was paid first.
fn duplicates(client: &Client) -> Vec<(String, String)> {
    let found = client.duplicates().expect("readable").into_iter();
    found.map(|duplicate| (duplicate.key, duplicate.besides)).collect()
}

/// Nobody is left with the customer's money unawares.
#[test]
fn i2_who_has_paid_twice_for_an_order_is_told_of_until_that_is_resolved() {
    let world = World::start();
    let client = world.client();
    let [one, two, more] = ["1000", "1000", "1000"].map(|account| world.payment(account));
    client.collect(Attempt::new(one.intent.clone()).order("A-1")).expect("a report");
    assert_eq!(verify(&client, "A-1", source(&one)).expect("a report").verdict.name(), "paid");
    assert_eq!(duplicates(&client), [], "it is one payment, of which both the phone and the page tell");

    // Another page of the same order, paid on its own, and another attempt that somebody wanted.
    client.collect(Attempt::new(two.intent.clone()).order("A-2")).expect("a report");
    assert_eq!(verify(&client, "A-1", source(&two)).expect("a report").verdict.name(), "paid");
    client.collect(Attempt::new(more.intent.clone()).order("A-1").despite("a test")).expect("a report");
    assert_eq!(duplicates(&client), [(source(&two).to_string(), one.key()), (more.key(), one.key())]);
    let all = client.duplicates().expect("readable");
    assert!(all.iter().all(|duplicate| duplicate.order.as_deref() == Some("A-1")), "{all:?}");
    let amounts = all.iter().map(|it| it.settlement.as_ref().and_then(Settlement::amount));
    assert!(amounts.into_iter().all(|amount| amount == TOTAL.parse().ok()), "{all:?}");

    for left in [2, 1, 0] {
        let summary = client.reconcile(&Reconcile::default()).expect("a summary");
        assert_eq!((summary.duplicates.len(), summary.needs_a_person()), (left, left > 0), "{summary:?}");
        let mut sorted = summary.duplicates.clone();
        sorted.sort();
        for merged in [summary.clone().merge(Summary::default()), Summary::default().merge(summary.clone())] {
            assert_eq!(merged.duplicates, sorted);
        }
        if let Some(key) = summary.duplicates.first() {
            assert!(client.resolve(key, "the money was returned").expect("readable"));
            assert!(!client.resolve(key, "the money was returned").expect("readable"), "that was said");
        }
    }
}

/// A shop offers both: the customer opens the page, pays by phone after all, and then on the page as well.
#[test]
fn i2_who_pays_by_phone_and_on_the_page_of_another_source_is_told_of() {
    let world = World::start();
    let client = world.client();
    let [phone, page, elsewhere] = ["1000", "1000", "1000"].map(|account| world.payment(account));
    client.collect(Attempt::new(phone.intent.clone()).order("A-1")).expect("a report");
    client.collect(Attempt::new(page.intent.clone())).expect("a report");
    assert_eq!(verify(&client, "A-1", source(&page)).expect("a report").verdict.name(), "paid");
    assert_eq!(duplicates(&client), [(source(&page).to_string(), phone.key())]);

    // Whose session's source nobody has told may have paid for that page.
    let (id, session) = (elsewhere.intent.reference_id(), elsewhere.intent.session());
    let intent =
        Intent::collection(id, session, "1000".parse().expect("an account"), "USD".parse().expect("it"));
    client.collect(Attempt::new(intent).order("A-2")).expect("a report");
    assert_eq!(verify(&client, "A-2", source(&elsewhere)).expect("a report").verdict.name(), "paid");
    assert_eq!(duplicates(&client).len(), 1);
}

/// T3: what may be paid on the hosted page is not collected as well, also where it was first asked about for no order.
#[test]
fn i2_an_order_that_may_be_paid_by_its_source_has_no_other_attempt() {
    let world = World::start();
    let (client, payment) = (world.client(), world.payment("1000"));
    let (currency, total) = ("USD".parse().expect("a currency"), TOTAL.parse().expect("an amount"));
    let asked = client.verify_source(source(&payment), currency, total, Duration::ZERO).expect("a report");
    assert_eq!(asked.verdict.name(), "open");
    assert_eq!(verify(&client, "A-1", source(&payment)).expect("a report").verdict.name(), "open");
    let error = client.collect(Attempt::new(world.payment("1000").intent).order("A-1")).expect_err("taken");
    let Error::Journal(JournalError::OrderTaken { key, .. }) = &error else { panic!("{error:?}") };
    assert_eq!(*key, source(&payment).to_string());
}

/// T17: one payment pays for one order.
#[test]
fn a_source_is_one_orders() {
    let world = World::start();
    let (client, payment, other) = (world.client(), world.payment("1000"), world.payment("1000"));
    verify(&client, "A-1", source(&payment)).expect("a report");
    for paid in [false, true] {
        let error = verify(&client, "B-2", source(&payment)).expect_err("another order's");
        assert!(
            matches!(&error, Error::OtherOrder { order, .. } if order.as_deref() == Some("A-1")),
            "{error:?}"
        );
        assert_eq!(
            error.to_string(),
            format!(
                "{} is on record for the order \"A-1\", and one order's only: verify it for that",
                source(&payment)
            )
        );
        assert_eq!(error.key(), Some(source(&payment).to_string().as_str()), "what is there to ask about");
        if !paid {
            client.collect(payment.intent.clone()).expect("a report");
            assert_eq!(verify(&client, "A-1", source(&payment)).expect("a report").verdict.name(), "paid");
        }
    }
    for nameless in ["", " "] {
        let error = verify(&client, nameless, source(&other)).expect_err("all would be one");
        assert!(matches!(error, Error::Invalid(_)), "{error:?}");
        let attempt = Attempt::new(other.intent.clone()).order(nameless);
        assert!(matches!(client.collect(attempt), Err(Error::Invalid(_))));
    }
    let unrecorded = Client::builder()
        .credentials(CLIENT_ID, CLIENT_SECRET)
        .base_url(&world.sim.base_url())
        .build()
        .expect("a client");
    let error = verify(&unrecorded, "A-1", source(&payment)).expect_err("nobody would know");
    assert!(matches!(error, Error::NoJournal), "{error:?}");
    // Its goods may have been handed out as its own.
    client.collect(other.intent.clone()).expect("a report");
    let (currency, total) = ("USD".parse().expect("a currency"), TOTAL.parse().expect("an amount"));
    let told = client.verify_source(source(&other), currency, total, Duration::ZERO).expect("a report");
    assert_eq!(told.verdict.name(), "paid");
    let error = verify(&client, "B-2", source(&other)).expect_err("paid for none");
    assert!(matches!(&error, Error::OtherOrder { order: None, .. }), "{error:?}");
}

#[test]
fn i4_goods_are_claimed_once_they_are_paid_and_once_only() {
    let world = World::start();
    let payment = world.payment("1030");
    let page = world.builder().name("success page").build().expect("a client");
    let cron = world.builder().name("cron").build().expect("a client");
    let id = payment.intent.reference_id();
    let attempt = Attempt::new(payment.intent.clone()).patience(Duration::ZERO);
    page.collect(attempt).expect("a report");
    let Claimed::NotPaid(verdict) = page.claim_fulfilment(id).expect("readable") else { panic!() };
    assert_eq!(verdict.name(), "open");
    assert_eq!(page.next_paid(HOUR, EVER).expect("readable"), None);
    assert!(!page.fulfilled(id).expect("readable"), "nobody has claimed it");

    page.wait(id, HOUR).expect("a report");
    let Claimed::Claimed(settlement) = page.claim_fulfilment(id).expect("readable") else { panic!() };
    assert_eq!(settlement.to_string(), "250.00 USD");
    for client in [&cron, &page] {
        let claimed = client.claim_fulfilment(id).expect("readable");
        let Claimed::AlreadyClaimed { key, by, at } = &claimed else { panic!("{claimed}") };
        assert_eq!((key, by.as_str()), (&id.to_string(), "success page"));
        assert_eq!(claimed.to_string(), format!("success page has claimed it at {at}, for {id}"));
    }
    assert_eq!(cron.next_paid(HOUR, EVER).expect("readable"), None, "it is claimed");
    assert!(page.release(id).expect("readable"));
    let delivery = cron.next_paid(HOUR, EVER).expect("readable").expect("given back");
    assert_eq!((delivery.key.as_str(), &delivery.settlement), (payment.key().as_str(), &settlement));
    assert!(cron.acknowledge(&delivery).expect("readable"));
    assert!(!page.release(id).expect("readable"), "what was shipped is shipped");
    let error = page.claim_fulfilment("INVOICE:7").expect_err("not on record");
    assert!(matches!(error, Error::Unrecorded(_)), "{error}");
}

/// T32: who ships after a claim says so once, and is believed from then on.
#[test]
fn what_was_claimed_and_shipped_is_neither_shipped_nor_given_again() {
    let world = World::start();
    let (client, (payment, _)) = (world.client(), world.collect([]));
    let id = payment.intent.reference_id();
    assert!(matches!(client.claim_fulfilment(id).expect("readable"), Claimed::Claimed(_)));
    let said: Vec<_> = (0..2).map(|_| client.fulfilled(id).expect("readable")).collect();
    assert_eq!(said, [true, false]);
    assert!(!client.release(id).expect("readable"), "what was shipped is shipped");
    assert_eq!(client.next_paid(HOUR, EVER).expect("readable"), None);
}

/// T32: success page, poller and cron at the same time.
#[test]
fn one_of_sixteen_callers_ships() {
    let world = World::start();
    let (payment, report) = world.collect([]);
    assert_eq!(report.verdict.name(), "paid");
    let clients: Vec<_> = (0..8).map(|_| world.client()).collect();
    let shipped: usize = thread::scope(|scope| {
        let id = payment.intent.reference_id();
        let claim = move |client: &Client| {
            usize::from(matches!(client.claim_fulfilment(id).expect("readable"), Claimed::Claimed(_)))
        };
        let callers: Vec<_> =
            clients.iter().chain(&clients).map(|client| scope.spawn(move || claim(client))).collect();
        callers.into_iter().map(|caller| caller.join().expect("no panic")).sum()
    });
    assert_eq!(shipped, 1);
}

/// I4, F18: what the vendor takes back is not shipped.
#[test]
fn a_payment_that_is_contradicted_is_not_shipped() {
    let world = World::start();
    let (payment, _) = world.collect([]);
    let (client, id) = (world.client(), payment.intent.reference_id());
    let delivery = client.next_paid(Duration::from_secs(60), EVER).expect("readable").expect("paid");
    let body = format!(
        r#"{{"reference_id":"{id}","status":"FAILED","operation_type":"COLLECTION","payer_currency":"USD"}}"#
    );
    let taken_back = FaultKind::Status { code: 200, retry_after: None, body: Some(body) };
    world.arm(&payment, Fault::new(Call::Status, taken_back));
    let report = client.status(id).expect("a report");
    assert!(report.conflict.is_some(), "{report:?}");
    assert!(client.decline(&delivery).expect("readable"));
    let claimed = client.claim_fulfilment(id).expect("readable");
    assert!(matches!(claimed, Claimed::NotPaid(_)), "{claimed}");
    assert_eq!(client.next_paid(Duration::from_secs(60), EVER).expect("readable"), None);
    assert_eq!(client.next_paid(Duration::from_secs(60), EVER).expect("readable"), None);
}

/// I5: a delivery that nobody acknowledged is made again: at least once.
#[test]
fn a_delivery_whose_process_has_died_is_made_again() {
    let world = World::start();
    let (payment, _) = world.collect([]);
    let died = world.client().next_paid(Duration::from_secs(60), EVER).expect("readable").expect("paid");
    let client = world.client();
    assert_eq!(client.next_paid(HOUR, EVER).expect("readable"), None, "its term is not over");
    let clock = world.sim.clock();
    clock.advance_to(clock.now_ms() + 60_000);
    let again = client.next_paid(HOUR, EVER).expect("readable").expect("its term is over");
    assert_eq!((&again, again.key.as_str()), (&died, payment.key().as_str()));
    assert!(client.acknowledge(&again).expect("readable"));
    clock.advance_to(clock.now_ms() + 7_200_000);
    assert_eq!(client.next_paid(HOUR, EVER).expect("readable"), None);
}

/// What is given back, or moved between accounts, is no sale.
#[test]
fn i4_only_what_a_customer_has_paid_has_goods_and_only_that_is_paid_twice() {
    let world = World::start();
    let client = world.client();
    let sold = world.payment("1000");
    client.collect(Attempt::new(sold.intent.clone()).order("A-1")).expect("a report");
    let refund = |order: u64| {
        let id = client.reference_id().expect("random bytes");
        Intent::refund(id, SessionId::new(world.sim.create_session(SourceKind::Order, order)))
    };
    let given_back = Attempt::new(refund(sold.order)).order("A-1").despite("the customer sent it back");
    let elsewhere = world.payment("1000");
    assert!(world.sim.pay_source(SourceKind::Order, elsewhere.order));
    let moved = Intent::transfer(elsewhere.intent.reference_id(), elsewhere.intent.session());
    for attempt in [given_back, Attempt::new(refund(elsewhere.order)), Attempt::new(moved)] {
        let report = client.execute(attempt).expect("a report");
        assert_eq!(report.verdict.name(), "paid");
        let error = client.claim_fulfilment(&report.key).expect_err("it is no sale");
        let says = format!(
            "payment `{}` is not valid: expected one that a customer pays: a payout, a transfer or a refund has no goods",
            report.key
        );
        assert!(matches!(error, Error::Invalid(_)) && error.to_string() == says, "{error}");
    }
    assert_eq!(duplicates(&client), []);
    let delivery = client.next_paid(HOUR, EVER).expect("readable").expect("sold");
    assert_eq!(delivery.key, sold.key());
    assert_eq!(client.next_paid(HOUR, EVER).expect("readable"), None);
}

/// What a reconciler finds paid is delivered like any other.
#[test]
fn what_is_found_paid_later_is_delivered() {
    let world = World::start();
    let payment = world.payment("1030");
    let attempt = Attempt::new(payment.intent.clone()).order("A-1").patience(Duration::ZERO);
    let client = world.client();
    client.collect(attempt).expect("a report");
    let clock = world.sim.clock();
    clock.advance_to(clock.now_ms() + 60_000);
    client.reconcile(&Reconcile::default()).expect("a summary");
    let delivery = client.next_paid(HOUR, EVER).expect("readable").expect("paid");
    assert_eq!((delivery.key, delivery.order.as_deref()), (payment.key(), Some("A-1")));
    let later = Timestamp::from_millis(clock.now_ms() + 1);
    assert_eq!(client.next_paid(HOUR, later).expect("readable"), None);
}

/// A clock that stands.
#[derive(Debug)]
struct At(Timestamp);

impl Clock for At {
    fn now(&self) -> Timestamp {
        self.0
    }

    fn sleep_until(&self, _: Timestamp) {}
}

/// T32: a program that asks no vendor hands out under its own name and by its own clock.
#[test]
fn who_has_the_goods_and_since_when_is_told() {
    let world = World::start();
    let (payment, _) = world.collect([]);
    let now = Timestamp::from_millis(world.sim.clock().now_ms() + 5_000);
    let till = Fulfilment::new(world.journal()).expect("a name").name("till 3").clock(At(now));
    assert!(matches!(till.claim(payment.key()).expect("readable"), Claimed::Claimed(_)));
    let told = world.client().claim_fulfilment(payment.key()).expect("readable");
    assert_eq!(told, Claimed::AlreadyClaimed { key: payment.key(), by: "till 3".to_owned(), at: now });
}

/// T32: whoever gives a delivery back or puts it off is told whether it was theirs.
#[test]
fn a_delivery_is_given_back_or_put_off_by_who_has_it() {
    let world = World::start();
    world.collect([]);
    let (client, other) = (world.client(), world.client());
    let next = |client: &Client| client.next_paid(HOUR, EVER).expect("readable");
    let delivery = next(&client).expect("paid");
    assert!(!other.decline(&delivery).expect("readable"), "it is not theirs");
    assert_eq!(next(&other), None);
    assert!(client.decline(&delivery).expect("readable"));
    assert!(!client.decline(&delivery).expect("readable"), "it was given back before");
    assert_eq!(next(&other).as_ref(), Some(&delivery));

    let put_off = |client: &Client| {
        let fulfilment = client.fulfilment().expect("a journal");
        fulfilment.put_off(&delivery, Duration::from_secs(60)).expect("readable")
    };
    assert!(!put_off(&client), "it is not theirs");
    assert!(put_off(&other));
    assert_eq!(next(&client), None);
    let clock = world.sim.clock();
    clock.advance_to(clock.now_ms() + 60_000);
    assert_eq!(next(&client), Some(delivery));
}
