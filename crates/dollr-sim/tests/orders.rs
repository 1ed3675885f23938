//! Orders that are paid and called off, and the numbers and words that the vendor gives.

mod support;

use dollr_sim::{Call, Fault, FaultKind, ScenarioKind, SourceKind};
use serde_json::{Value, json};
use support::{Payment, World, errors, new_reference, world};

/// An order over 12.50 USD for the customer with this phone.
fn ordered(world: &World, phone: &str) -> u64 {
    let body = json!({
        "mode": "HOSTED", "source_kind": "ORDER", "party_phone": phone, "currency": "USD", "party_name": "Ma Kou",
        "items": [{"name": "Rice", "currency": "USD", "amount": "12.50"}],
    });
    let reply = world.post("/v1/checkouts/create", &body);
    reply.json()["source_id"].as_u64().unwrap_or_else(|| panic!("{}", reply.text))
}

/// A collection for it.
fn payment(world: &World, source_id: u64, account: &str) -> Payment {
    let session_id = world.sim.create_session(SourceKind::Order, source_id);
    let reference = new_reference();
    let body = json!({
        "session_id": session_id.to_string(), "payment_account_id": account, "currency": "USD",
        "reference_id": reference,
    });
    Payment { source_id, session_id, reference, body }
}

fn standing(world: &World, source_id: u64) -> String {
    world.get(&format!("/v1/status/source?source_type=ORDER&source_id={source_id}")).field("status")
}

/// What comes first counts: an order that was paid is not called off any more, and one that was called off is not paid.
#[test]
fn an_order_is_paid_or_called_off_as_it_was_first() {
    let world = world();
    // Their customers call them off after three seconds.
    let [paid, late] = [ordered(&world, "231880009005"), ordered(&world, "231880009005")];
    let slow = payment(&world, late, "7000");
    assert_eq!(world.collect(&slow).status, 200);
    world.clock.advance(1_000);
    assert_eq!(world.collect(&payment(&world, paid, "1000")).status, 200);
    world.clock.advance(4_000);
    assert_eq!((standing(&world, paid), standing(&world, late)), ("PAID".to_owned(), "CANCELED".to_owned()));
    world.clock.advance(20_000);
    assert_eq!(world.sim.ledger().charges(&slow.reference), 1, "the money moves all the same");
    assert_eq!((standing(&world, paid), standing(&world, late)), ("PAID".to_owned(), "CANCELED".to_owned()));
}

/// A second attempt is refused; the same one that is sent again is not, so that what it does is seen.
#[test]
fn an_order_that_was_called_off_takes_no_other_payment() {
    let world = world();
    let order = ordered(&world, "231880009005");
    let first = payment(&world, order, "3000");
    assert_eq!(world.collect(&first).status, 200);
    world.clock.advance(3_000);
    assert_eq!(standing(&world, order), "CANCELED");
    let other = world.collect(&payment(&world, order, "1000"));
    assert_eq!(other.field("detail"), "Source is canceled");
    for deduplicate in [true, false] {
        world.sim.set_deduplicate(deduplicate);
        assert_eq!(world.collect(&first).field("status"), "PROCESSING");
    }
    let twice = world.prepare("1000");
    for charges in [1, 2] {
        world.collect(&twice);
        assert_eq!(world.charges(&twice), charges, "a vendor that does not deduplicate");
    }
}

#[test]
fn an_order_whose_payment_failed_waits_for_the_next_one() {
    let world = world();
    let payment = world.prepare("2000");
    assert_eq!(world.collect(&payment).field("status"), "FAILED");
    assert_eq!(standing(&world, payment.source_id), "ACTIVE");
    assert_eq!(world.sim.ledger().status_reads(&payment.reference), 0, "nobody has asked about the payment");
}

/// A fault strikes the calls that it is for.
#[test]
fn a_fault_of_links_or_keys_strikes_no_other_call() {
    let world = world();
    for (call, mine, other) in [
        (Call::Links, "/v1/links/none", "/v1/realtime-keys/none"),
        (Call::RealtimeKey, "/v1/realtime-keys/none", "/v1/else"),
    ] {
        world.sim.arm(Fault::new(call, FaultKind::Status { code: 507, retry_after: None, body: None }));
        assert_ne!(world.get(other).status, 507, "{other}");
        assert_eq!(world.get(mine).status, 507, "{mine}");
    }
}

/// Sources, sessions, transactions and calls are counted, and no number comes twice.
#[test]
fn each_thing_has_a_number_of_its_own() {
    let world = world();
    let payments = [world.prepare("1000"), world.prepare("1000"), world.prepare("1000")];
    let count_up = |numbers: [u64; 3]| assert_eq!(numbers, [0, 1, 2].map(|n| numbers[0] + n));
    count_up(payments.each_ref().map(|payment| payment.source_id));
    count_up(payments.each_ref().map(|payment| payment.session_id));
    count_up(payments.each_ref().map(|payment| {
        let transaction = world.collect(payment).field("provider_transaction_id");
        transaction
            .strip_prefix("SIM-")
            .and_then(|n| n.parse().ok())
            .unwrap_or_else(|| panic!("{transaction}"))
    }));
    let ledger = world.sim.ledger();
    let order = ledger.order(SourceKind::Order, payments[0].source_id).expect("an order");
    let said = (SourceKind::Order.to_string(), order.movements[0].operation.to_string());
    assert_eq!(said, ("ORDER".to_owned(), "COLLECTION".to_owned()));
    let numbers: Vec<_> = ledger.calls.iter().map(|call| call.n).collect();
    assert_eq!(numbers, (1..=4).collect::<Vec<_>>(), "a token's and three payments'");
}

#[test]
fn a_transaction_has_its_number_once_it_is_under_way() {
    let world = world();
    let payment = world.prepare("1002");
    assert_eq!(world.collect(&payment).field("provider_transaction_id"), "null");
    world.clock.advance(1_000);
    assert!(world.status(&payment).field("provider_transaction_id").starts_with("SIM-"));
}

#[test]
fn who_orders_is_named_on_the_page_and_has_a_telephone() {
    let world = world();
    let body = |phone: &str| {
        json!({
            "mode": "HOSTED", "source_kind": "ORDER", "party_phone": phone, "currency": "USD", "party_name": "Ma Kou",
            "items": [{"name": "Rice", "currency": "USD", "amount": "0.01"}],
        })
    };
    let reply = world.post("/v1/checkouts/create", &body("231880000001"));
    assert_eq!(reply.status, 200, "a cent is an amount: {}", reply.text);
    assert!(world.open(&reply.field("url")).text.contains("<p>Billed to Ma Kou</p>"));
    for phone in ["2318800", "0231880000001", "23188000000a", "2318800000012345"] {
        let reply = world.post("/v1/checkouts/create", &body(phone));
        assert_eq!(errors(&reply), ["body.party_phone: value_error.str.regex"], "{phone}");
    }
}

/// A scenario of the realtime channel needs no more than its name.
#[test]
fn a_scenario_says_what_the_vendor_would_where_nothing_else_is_said() {
    let said = |name: &str| -> Value {
        let kind: ScenarioKind = serde_json::from_value(json!({ "kind": name })).expect("a scenario");
        serde_json::to_value(kind).expect("JSON")
    };
    assert_eq!(said("refuse")["status"], 401);
    assert_eq!(said("system_close")["message"], "Too many messages per second");
    assert_eq!(said("join_error")["reason"], "InvalidJWTToken: Token has expired 10 seconds ago");
}
