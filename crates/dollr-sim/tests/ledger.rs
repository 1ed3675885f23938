//! What the ledger counts: the oracle must be right before it judges anyone.

mod support;

use dollr_sim::{Ledger, Simulator, SourceKind};
use serde_json::json;
use support::{new_reference, world, world_of};

#[test]
fn a_repeated_post_moves_money_once_with_deduplication() {
    let world = world();
    let payment = world.prepare("1000");
    let first = world.collect(&payment);
    for _ in 0..2 {
        assert_eq!(world.collect(&payment).text, first.text);
    }
    let ledger = world.sim.ledger();
    let entry = ledger.reference(&payment.reference).expect("an entry");
    assert_eq!((entry.posts, entry.posts_processed, entry.distinct_bodies, entry.charges), (3, 3, 1, 1));
}

#[test]
fn every_repeated_post_moves_money_without_deduplication() {
    let world = world_of(Simulator::builder().deduplicate(false));
    let payment = world.prepare("1000");
    for charges in 1..=3 {
        assert_eq!(world.collect(&payment).status, 200);
        assert_eq!(world.charges(&payment), charges);
    }
    world.clock.advance(15 * 60_000);
    let late = world.collect(&payment);
    assert_eq!((late.status, late.field("detail")), (400, "Session has expired".to_owned()));
    assert_eq!(world.charges(&payment), 3, "an expired session moves no money");
}

#[test]
fn a_repeated_post_on_a_new_session_is_a_double_charge_too() {
    let world = world_of(Simulator::builder().deduplicate(false));
    let mut payment = world.prepare("1000");
    world.collect(&payment);
    let session = world.sim.create_session(SourceKind::Order, payment.source_id);
    payment.body["session_id"] = json!(session.to_string());
    assert_eq!(world.collect(&payment).status, 200);
    assert_eq!(world.charges(&payment), 2);
    assert_eq!(world.sim.ledger().reference(&payment.reference).map(|entry| entry.distinct_bodies), Some(2));
}

#[test]
fn a_reference_that_charges_two_orders_is_counted_at_each() {
    let world = world_of(Simulator::builder().deduplicate(false));
    let first = world.prepare("1000");
    let mut second = world.prepare("1000");
    world.collect(&first);
    second.body["reference_id"] = json!(first.reference);
    assert_eq!(world.collect(&second).status, 200);
    let ledger = world.sim.ledger();
    let charges = |source_id| ledger.charges_for_order(SourceKind::Order, source_id);
    assert_eq!(
        (charges(first.source_id), charges(second.source_id), ledger.charges(&first.reference)),
        (1, 1, 2)
    );
}

#[test]
fn the_documented_session_takes_any_reference_until_its_invoice_is_paid() {
    let world = world();
    let mut payment = world.prepare("18");
    payment.body["session_id"] = json!("55");
    for (advance, status) in [(0, 200), (1_000, 200), (2_000, 400)] {
        world.clock.advance(advance);
        payment.body["reference_id"] = json!(new_reference());
        assert_eq!(world.collect(&payment).status, status);
    }
}

#[test]
fn a_reference_with_another_body_is_a_conflict() {
    let world = world();
    let mut payment = world.prepare("1000");
    world.collect(&payment);
    payment.body["payment_account_id"] = json!("18");
    let reply = world.collect(&payment);
    assert_eq!((reply.status, reply.field("detail")), (409, "reference_id already used".to_owned()));
    let refund = json!({"session_id": payment.session_id.to_string(), "reference_id": payment.reference});
    assert_eq!(world.post("/v1/executions/refund", &refund).status, 409);
    assert_eq!(world.charges(&payment), 1);
}

#[test]
fn two_references_on_one_open_order_are_a_double_charge() {
    let world = world();
    let first = world.prepare("18");
    world.collect(&first);
    let session = world.sim.create_session(SourceKind::Order, first.source_id);
    let mut body = first.body.clone();
    body["session_id"] = json!(session.to_string());
    body["reference_id"] = json!(new_reference());
    assert_eq!(world.post("/v1/executions/collection", &body).status, 200);
    assert_eq!(world.sim.ledger().charges_for_order(SourceKind::Order, first.source_id), 0);
    world.clock.advance(3_000);
    assert_eq!(world.sim.ledger().charges_for_order(SourceKind::Order, first.source_id), 2);
}

#[test]
fn simultaneous_posts_of_one_reference_are_each_counted() {
    for (deduplicate, charges) in [(true, 1), (false, 8)] {
        let world = world_of(Simulator::builder().deduplicate(deduplicate));
        let payment = world.prepare("1000");
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| assert_eq!(world.collect(&payment).status, 200));
            }
        });
        assert_eq!((world.sim.ledger().posts(&payment.reference), world.charges(&payment)), (8, charges));
    }
}

#[test]
fn the_served_ledger_is_the_typed_one_and_holds_no_secret() {
    let world = world();
    let payment = world.prepare("4000");
    let secret = world.collect(&payment).field("client_secret");
    world.open(&format!("{}/sim/3ds/{secret}", world.sim.base_url()));
    world.status(&payment);
    let served = world.get("/_sim/ledger");
    assert_eq!(serde_json::from_str::<Ledger>(&served.text).expect("a ledger"), world.sim.ledger());
    for hidden in [world.token.as_str(), dollr_sim::CLIENT_SECRET, secret.as_str()] {
        assert!(!served.text.contains(hidden));
    }
    let calls = world.sim.ledger().calls;
    let call = calls.iter().find(|call| call.path == "/v1/executions/collection").expect("the POST");
    assert_eq!(call.caller.user_agent.as_deref(), Some("the-tests/1"));
    assert_eq!(call.caller.client_id.as_deref(), Some(dollr_sim::CLIENT_ID));
    assert_eq!(
        (call.method.as_str(), call.reference_id.as_deref()),
        ("POST", Some(payment.reference.as_str()))
    );
    assert!(call.body_hash.is_some() && call.answered == Some(200));
}

#[test]
fn a_movement_tells_what_moved_and_when() {
    let world = world();
    let payment = world.prepare("1005");
    world.collect(&payment);
    world.clock.advance(60_000);
    let ledger = world.get("/_sim/ledger").json();
    let order = ledger["orders"]
        .as_array()
        .expect("orders")
        .iter()
        .find(|order| order["source_id"] == payment.source_id)
        .expect("the order");
    assert_eq!(
        *order,
        json!({
            "source_type": "ORDER", "source_id": payment.source_id, "currency": "USD", "total_amount": "75.50",
            "status": "PAID", "charges": 1,
            "movements": [{
                "reference_id": payment.reference, "operation": "COLLECTION", "amount": "75.50", "currency": "USD",
                "at_ms": support::START_MS + 5_000, "direction": "in",
            }],
        })
    );
}
