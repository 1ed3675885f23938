//! The vendor's patterns, as merchants use them: hosted checkout with server verification, and polling an execution;
//! with customers who are slow, come back, close the tab, or bring somebody else's order along.

use std::time::Duration;

use dollr_client::core::{CheckoutOrder, Intent, SourceKind, SourceRef};
use dollr_client::journal::{Journal as _, JournalError, SqliteJournal};
use dollr_client::{Attempt, Client, Error, Report, Verdict};
use dollr_e2e::{World, on_disk};
use dollr_sim::{Call, Fault, FaultKind};

const MINUTE: Duration = Duration::from_secs(60);

fn checkout(client: &Client, total: &str, phone: &str) -> SourceRef {
    let order = CheckoutOrder::new(SourceKind::Invoice, phone, "USD".parse().expect("a currency"));
    let order = order.expect("a phone number").item("Shoes", total.parse().expect("an amount"));
    client.create_checkout(&order).expect("a checkout").source
}

fn verify(client: &Client, source: SourceRef, total: &str, patience: Duration) -> Report {
    let (currency, total) = ("USD".parse().expect("a currency"), total.parse().expect("an amount"));
    client.verify_source(source, currency, total, patience).expect("a report")
}

/// Pattern 1: only the vendor's own word counts, not that the customer is back (I4).
#[test]
fn a_success_url_that_is_opened_by_hand_proves_nothing() {
    let world = World::start();
    let client = world.client();
    let source = checkout(&client, "250.00", "231770000001");
    let report = verify(&client, source, "250.00", Duration::ZERO);
    assert_eq!(report.verdict.to_string(), "still open: IDLE");
    assert_eq!(report.calls.status, 1, "a patience of nought asks once");

    assert!(world.sim.pay_source(dollr_sim::SourceKind::Invoice, source.id));
    let report = verify(&client, source, "250.00", Duration::ZERO);
    assert!(matches!(report.verdict, Verdict::Paid(settlement) if settlement.to_string() == "250.00 USD"));
}

/// T17: the paid id of a cheaper order, brought back in the URL of a dearer one.
#[test]
fn another_orders_paid_source_is_a_mismatch() {
    let world = World::start();
    let client = world.client();
    let cheap = checkout(&client, "1.00", "231770000001");
    assert!(world.sim.pay_source(dollr_sim::SourceKind::Invoice, cheap.id));
    for total in ["250.00", "1.01", "0.99"] {
        let report = verify(&client, cheap, total, MINUTE);
        assert_eq!(report.verdict.name(), "mismatch", "{total}");
    }
    assert_eq!(verify(&client, cheap, "1", MINUTE).verdict.name(), "paid");
}

/// Pattern 1, with customers who take their time, or call it off.
#[test]
fn a_hosted_checkout_is_watched_to_its_end() {
    let world = World::start();
    let client = world.client();
    for (phone, verdict) in [("231770009004", "paid"), ("231770009005", "canceled"), ("231770000001", "open")]
    {
        let source = checkout(&client, "10.00", phone);
        assert_eq!(verify(&client, source, "10.00", MINUTE).verdict.name(), verdict, "{phone}");
    }
}

/// A source that has been found paid is not asked about again.
#[test]
fn what_is_known_costs_no_call() {
    let world = World::start();
    let client = world.client();
    let source = checkout(&client, "10.00", "231770009004");
    assert_eq!(verify(&client, source, "10.00", MINUTE).verdict.name(), "paid");
    let again = verify(&world.client(), source, "10.00", MINUTE);
    assert_eq!((again.verdict.name(), again.calls.total()), ("paid", 0));
}

/// Pattern 2: each magic account ends as it must, with one request.
#[test]
fn each_wallet_and_card_ends_as_it_must() {
    let world = World::start();
    for (account, verdict, charges) in [
        ("18", "paid", 1),
        ("1000", "paid", 1),
        ("1060", "paid", 1),
        ("2000", "failed", 0),
        ("2001", "failed", 0),
        ("3000", "open", 0),
        ("3001", "open", 0),
        ("4001", "paid", 1),
        ("6000", "paid", 1),
        ("7000", "paid", 1),
        ("8000", "paid", 1),
    ] {
        let (payment, report) = world.collect_with(&world.client(), account, []);
        assert_eq!(report.verdict.name(), verdict, "{account}: {report:?}");
        assert_eq!(world.posts_and_charges(&payment), (1, charges), "{account}");
        assert_eq!(report.calls.total(), 1 + report.calls.status, "{account}");
    }
}

/// API §5, rule 5: the card's secret goes to the payer once, and the payment goes on.
#[test]
fn three_d_secure_is_shown_once_and_waited_for() {
    let world = World::start();
    for (approve, verdict) in [(true, "paid"), (false, "failed")] {
        let payment = world.payment("4000");
        let shown = std::sync::Mutex::new(Vec::new());
        let attempt = Attempt::new(payment.intent.clone()).show(|secret| {
            shown.lock().expect("a list").push(secret.expose().to_string());
            assert!(world.sim.confirm_3ds(&payment.key(), approve));
        });
        let report = world.client().collect(attempt).expect("a report");
        assert_eq!(report.verdict.name(), verdict);
        let shown = shown.into_inner().expect("a list");
        assert_eq!(shown.len(), 1);
        for place in [format!("{report:?}"), on_disk(&world, &payment.key()).to_string()] {
            assert!(!place.contains(&shown[0]), "I10: the card's secret is in {place}");
        }
    }
}

/// I7: patience that is over is no failure; somebody goes on later, elsewhere.
#[test]
fn an_open_payment_is_handed_over_and_gone_on_with() {
    let world = World::start();
    let payment = world.payment("1099");
    let attempt = Attempt::new(payment.intent.clone()).order("A-1").patience(Duration::from_secs(30));
    let report = world.client().collect(attempt).expect("a report");
    assert_eq!(report.verdict.to_string(), "still open: PENDING");

    let journal = SqliteJournal::open_existing(world.journal_path()).expect("a journal");
    let open = journal.open_entries().expect("entries");
    assert_eq!(open.len(), 1);
    assert_eq!((open[0].key.as_str(), open[0].order.as_deref()), (payment.key().as_str(), Some("A-1")));

    let report = world.client().wait(payment.intent.reference_id(), 10 * MINUTE).expect("a report");
    assert_eq!(report.verdict.name(), "paid");
    assert_eq!(world.posts_and_charges(&payment), (1, 1));
    assert!(journal.open_entries().expect("entries").is_empty());
}

/// F25, I5: a process that dies anywhere leaves a payment that another one asks about and never sends.
#[test]
fn a_payment_caught_sending_is_asked_about() {
    let world = World::without_deduplication();
    let payment = world.payment("1002");
    // The vendor takes the request in and says nothing; the process dies while it waits for the answer.
    world.arm(&payment, Fault::new(Call::Execute, FaultKind::Drop).after());
    world.arm(&payment, Fault::new(Call::Status, FaultKind::Drop).for_ever());
    let attempt = Attempt::new(payment.intent.clone()).patience(Duration::ZERO);
    let report = world.client().collect(attempt).expect("a report");
    assert_eq!(report.verdict.name(), "open");
    world.sim.disarm_all();

    let report = world.client().wait(payment.intent.reference_id(), MINUTE).expect("a report");
    assert_eq!((report.verdict.name(), report.calls.execute), ("paid", 0));
    assert_eq!(world.posts_and_charges(&payment), (1, 1));
}

/// T30: an id is used for one attempt, whoever brings it.
#[test]
fn an_id_that_was_used_is_refused_before_the_wire() {
    let world = World::without_deduplication();
    let (payment, _) = world.collect([]);
    let error = world.client().collect(payment.intent.clone()).expect_err("a second attempt");
    assert!(
        matches!(&error, Error::Payment { error, .. } if matches!(**error, Error::Journal(JournalError::Exists { .. })))
    );
    assert_eq!(world.posts_and_charges(&payment), (1, 1));
}

/// I1: without a journal nothing moves.
#[test]
fn money_moves_only_on_record() {
    let world = World::start();
    let client = Client::builder()
        .credentials(dollr_sim::CLIENT_ID, dollr_sim::CLIENT_SECRET)
        .base_url(&world.sim.base_url())
        .build()
        .expect("a client");
    let payment = world.payment("1000");
    assert!(matches!(client.collect(payment.intent.clone()), Err(Error::NoJournal)));
    assert_eq!(world.posts_and_charges(&payment), (0, 0));
}

/// Payouts, transfers and refunds go the same way.
#[test]
fn every_operation_reaches_its_verdict() {
    use dollr_client::core::{Device, Holder, Passcode, Secret};
    let world = World::start();
    let client = world.client();
    let passcode = Passcode {
        code: Secret::new("4711-0815"),
        holder: Holder::Phone("231770000001".to_string()),
        device: Device { name: "till 3".to_string(), kind: "desktop".to_string(), ..Device::default() },
    };
    for operation in ["payout", "transfer", "refund"] {
        let payment = world.payment("1000");
        let (id, session) = (payment.intent.reference_id(), payment.intent.session());
        if operation == "refund" {
            assert!(world.sim.pay_source(dollr_sim::SourceKind::Order, payment.order));
        }
        let intent = match operation {
            "payout" => Intent::payout(id, session, "1000".parse().expect("an account"), &passcode),
            "transfer" => Intent::transfer(id, session),
            _ => Intent::refund(id, session),
        };
        let report = client.execute(intent).expect("a report");
        assert_eq!(report.verdict.name(), "paid", "{operation}: {report:?}");
        let ledger = world.sim.ledger();
        assert_eq!((ledger.posts(&payment.key()), ledger.charges(&payment.key())), (1, 1), "{operation}");
        assert!(
            !on_disk(&world, &payment.key()).as_str().contains("4711"),
            "I10: the passcode is in the journal"
        );
    }
}

/// Who waits does not pay: a payment that was prepared and never sent stays unsent, whoever asks.
#[test]
fn waiting_never_sends() {
    let world = World::start();
    let payment = world.payment("1000");
    let closed = std::net::TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a port");
    let nowhere = world.builder().base_url(&format!("http://{closed}")).build().expect("a client");
    let report = nowhere.collect(payment.intent.clone()).expect("a report");
    assert_eq!(report.state, "Prepared");

    let client = world.client();
    let id = payment.intent.reference_id();
    for report in [client.wait(id, MINUTE), client.status(id)] {
        let report = report.expect("a report");
        assert_eq!((report.verdict.name(), report.state, report.calls.total()), ("open", "Prepared", 0));
    }
    assert_eq!(world.posts_and_charges(&payment), (0, 0));
}

/// F22: the one question of a status check is asked again with a new token.
#[test]
fn a_status_check_outlives_its_token() {
    let world = World::start();
    let client = world.client();
    let payment = world.hand_over("1002");
    let report = client.status(payment.intent.reference_id()).expect("a report");
    assert_eq!(report.verdict.name(), "open");
    world.sim.clock().advance(10_000);
    world.sim.expire_tokens();
    let report = client.status(payment.intent.reference_id()).expect("a report");
    assert_eq!((report.verdict.name(), report.calls.total()), ("paid", 2));
}
