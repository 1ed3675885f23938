//! What an answer may say wrong, what a request may do late or twice, and what it leaves in the ledger.

mod support;

use dollr_sim::{Call, Fault, FaultKind, Simulator, SourceKind};
use serde_json::json;
use support::{World, world, world_of};

fn arm(world: &World, at: Call, kind: FaultKind) {
    world.sim.arm(Fault::new(at, kind));
}

#[test]
fn a_delayed_request_takes_effect_after_the_status_calls_it_waits_for() {
    let world = world();
    let payment = world.prepare("1000");
    arm(&world, Call::Execute, FaultKind::DelayEffect { reads: 2 });
    assert!(world.try_collect(&payment).is_err());
    assert_eq!(world.status(&payment).status, 404);
    world.sim.arm(Fault::new(Call::Status, FaultKind::Drop));
    assert!(world.try_status(&payment).is_err(), "a status call without an answer doesn't count");
    assert_eq!((world.status(&payment).status, world.charges(&payment)), (404, 1));
    assert_eq!(world.status(&payment).field("status"), "COMPLETED");
    assert_eq!(world.sim.ledger().status_reads(&payment.reference), 4);
}

#[test]
fn a_request_delayed_past_its_session_is_refused() {
    let world = world();
    let payment = world.prepare("1000");
    arm(&world, Call::Execute, FaultKind::DelayEffect { reads: 1 });
    assert!(world.try_collect(&payment).is_err());
    world.clock.advance(14 * 60_000);
    let other = world.prepare("1000");
    assert_eq!(world.status(&other).status, 404, "another id's status call lets nothing in");
    world.clock.advance(60_000);
    assert_eq!(world.status(&payment).status, 404);
    assert_eq!((world.status(&payment).status, world.charges(&payment)), (404, 0));
}

#[test]
fn what_is_still_on_its_way_can_be_let_in() {
    let world = world();
    let in_time = world.prepare("1000");
    let too_late = world.prepare("1000");
    for payment in [&in_time, &too_late] {
        arm(&world, Call::Execute, FaultKind::DelayEffect { reads: u32::MAX });
        assert!(world.try_collect(payment).is_err());
        if payment.reference == in_time.reference {
            assert_eq!(world.sim.deliver_delayed(), 1);
        }
    }
    world.clock.advance(15 * 60_000);
    assert_eq!(world.post("/_sim/deliver", &json!({})).json(), json!({"delivered": 1}));
    assert_eq!((world.charges(&in_time), world.charges(&too_late)), (1, 0));
}

#[test]
fn a_late_request_after_a_repeated_one_charges_twice_without_deduplication() {
    for (deduplicate, charges) in [(true, 1), (false, 2)] {
        let world = world_of(Simulator::builder().deduplicate(deduplicate));
        let payment = world.prepare("1000");
        arm(&world, Call::Execute, FaultKind::DelayEffect { reads: 2 });
        assert!(world.try_collect(&payment).is_err());
        assert_eq!(world.status(&payment).status, 404);
        assert_eq!(world.collect(&payment).status, 200);
        assert_eq!(world.status(&payment).status, 200);
        assert_eq!(world.charges(&payment), charges);
        assert_eq!(world.sim.ledger().posts(&payment.reference), 2);
    }
}

#[test]
fn a_duplicated_request_is_processed_twice() {
    for (deduplicate, charges) in [(true, 1), (false, 2)] {
        let world = world_of(Simulator::builder().deduplicate(deduplicate));
        let payment = world.prepare("1000");
        arm(&world, Call::Execute, FaultKind::Duplicate);
        assert_eq!(world.collect(&payment).status, 200);
        let ledger = world.sim.ledger();
        let entry = ledger.reference(&payment.reference).expect("an entry");
        assert_eq!((entry.posts, entry.posts_processed, entry.charges), (1, 2, charges));
    }
}

#[test]
fn any_status_is_answered_before_or_after_the_effect() {
    for code in [400, 403, 404, 408, 409, 422, 425, 500, 502, 503, 504] {
        for (after, charges) in [(false, 0), (true, 1)] {
            let world = world();
            let payment = world.prepare("1000");
            let fault = Fault::new(Call::Execute, FaultKind::Status { code, retry_after: None, body: None });
            world.sim.arm(if after { fault.after() } else { fault });
            let reply = world.collect(&payment);
            assert_eq!((reply.status, world.charges(&payment)), (code, charges));
            assert_eq!(code >= 500, reply.header("content-type").starts_with("text/html"));
            assert_eq!(
                world.sim.ledger().reference(&payment.reference).map(|entry| entry.posts_at_risk),
                Some(1)
            );
        }
    }
}

#[test]
fn a_401_or_429_was_never_processed() {
    let faults = [
        FaultKind::Status { code: 401, retry_after: None, body: None },
        FaultKind::Status { code: 429, retry_after: Some("7".to_owned()), body: Some("{}".to_owned()) },
        FaultKind::RetryAfter { value: "-1".to_owned() },
    ];
    for kind in faults {
        let world = world();
        let payment = world.prepare("1000");
        world.sim.arm(Fault::new(Call::Execute, kind.clone()).after());
        let reply = world.collect(&payment);
        assert!(matches!(reply.status, 401 | 429));
        match &kind {
            FaultKind::Status { retry_after: Some(text), .. } | FaultKind::RetryAfter { value: text } => {
                assert_eq!(reply.header("retry-after"), text);
            }
            _ => {}
        }
        let ledger = world.sim.ledger();
        let entry = ledger.reference(&payment.reference).expect("an entry");
        assert_eq!((entry.posts, entry.posts_at_risk, entry.posts_processed, entry.charges), (1, 0, 0, 0));
    }
}

#[test]
fn a_proxy_and_a_redirect_stand_between() {
    let world = world();
    let payment = world.prepare("1000");
    arm(&world, Call::Status, FaultKind::HtmlOk);
    let reply = world.status(&payment);
    assert!(reply.status == 200 && reply.text.starts_with("<!DOCTYPE html>"));
    arm(&world, Call::Status, FaultKind::Redirect { location: "http://127.0.0.1:1/x".to_owned(), code: 307 });
    let reply = world.status(&payment);
    assert_eq!((reply.status, reply.header("location")), (307, "http://127.0.0.1:1/x"));
}

#[test]
fn a_stale_answer_is_the_first_one_and_says_its_age() {
    let world = world();
    let payment = world.prepare("7000");
    world.collect(&payment);
    assert_eq!(world.status(&payment).field("status"), "PENDING");
    world.clock.advance(12_000);
    assert_eq!(world.status(&payment).field("status"), "COMPLETED");
    arm(&world, Call::Status, FaultKind::Stale { age: 12, completed: false });
    let stale = world.status(&payment);
    assert_eq!((stale.field("status").as_str(), stale.header("age")), ("PENDING", "12"));
}

#[test]
fn a_poisoned_cache_says_completed_of_what_is_not() {
    let world = world();
    let payment = world.prepare("3000");
    for status in [404, 200] {
        assert_eq!(world.status(&payment).status, status);
        arm(&world, Call::Status, FaultKind::Stale { age: 1, completed: true });
        let stale = world.status(&payment);
        assert_eq!(
            (stale.field("status"), stale.field("reference_id")),
            ("COMPLETED".to_owned(), payment.reference.clone())
        );
        assert_eq!((stale.header("age"), world.charges(&payment)), ("1", 0));
        world.collect(&payment);
    }
    arm(&world, Call::SourceStatus, FaultKind::Stale { age: 1, completed: true });
    assert_eq!(world.get("/v1/status/source?source_type=ORDER&source_id=202").field("status"), "PAID");
}

#[test]
fn answers_come_in_the_wrong_order() {
    let world = world();
    let payment = world.prepare("7000");
    world.collect(&payment);
    for (advance, expected) in [(0, "PENDING"), (4_000, "PROCESSING")] {
        world.clock.advance(advance);
        assert_eq!(world.status(&payment).field("status"), expected);
    }
    world.clock.advance(8_000);
    arm(&world, Call::Status, FaultKind::Reorder);
    assert_eq!(world.status(&payment).field("status"), "PROCESSING");
    assert_eq!(world.status(&payment).field("status"), "COMPLETED");
    arm(&world, Call::Status, FaultKind::RegressedStatus);
    assert_eq!(world.status(&payment).field("status"), "PENDING");
}

#[test]
fn a_wrong_field_is_wrong_and_the_others_are_right() {
    let world = world();
    let payment = world.prepare("1000");
    world.collect(&payment);
    let right = world.status(&payment).text;
    let text = str::to_owned;
    let cases = [
        (FaultKind::WrongAmount { amount: text("75.49") }, "75.50", "75.49"),
        (FaultKind::WrongCurrency { currency: text("LRD") }, "\"USD\"", "\"LRD\""),
        (FaultKind::UnknownStatus { text: text("completed") }, "COMPLETED", "completed"),
        (FaultKind::FailedThenCompleted, "COMPLETED", "FAILED"),
        (FaultKind::MissingField { name: text("status") }, r#""status":"COMPLETED","#, ""),
        (FaultKind::NullField { name: text("status") }, "\"COMPLETED\"", "null"),
        (FaultKind::WrongType { name: text("status"), json: text("7e400") }, "\"COMPLETED\"", "7e400"),
        (FaultKind::StringAmounts, "75.50", "\"75.50\""),
        (FaultKind::DuplicateField { name: text("status"), json: text("1") }, "}", r#","status":1}"#),
    ];
    for (kind, from, to) in cases {
        arm(&world, Call::Status, kind.clone());
        assert_eq!(world.status(&payment).text, right.replace(from, to), "{kind:?}");
    }
    arm(&world, Call::Status, FaultKind::WrapData);
    assert_eq!(world.status(&payment).text, format!("{{\"data\":{right}}}"));
    arm(&world, Call::Status, FaultKind::WrongReference);
    let other = world.status(&payment).field("reference_id");
    assert!(other != payment.reference && other.len() == 36, "{other}");
    assert_eq!(world.status(&payment).text, right, "a fault strikes once");
}

#[test]
fn a_sources_answer_is_spoilt_in_its_own_fields() {
    let world = world();
    let path = "/v1/status/source?source_type=ORDER&source_id=202";
    arm(&world, Call::SourceStatus, FaultKind::WrongReference);
    assert_eq!(world.get(path).field("source_id"), "203");
    arm(&world, Call::SourceStatus, FaultKind::WrongAmount { amount: "\"75.5\"".to_owned() });
    assert!(world.get(path).text.contains(r#""total_amount":"75.5""#));
    arm(&world, Call::SourceStatus, FaultKind::WrongCurrency { currency: "LRD".to_owned() });
    assert_eq!(world.get(path).field("currency"), "LRD");
}

#[test]
fn an_execution_fails_and_completes_all_the_same() {
    let world = world();
    let payment = world.prepare("3000");
    arm(&world, Call::Execute, FaultKind::FailedThenCompleted);
    assert_eq!(world.collect(&payment).field("status"), "PENDING");
    world.clock.advance(2_000);
    assert_eq!((world.status(&payment).field("status").as_str(), world.charges(&payment)), ("FAILED", 0));
    world.clock.advance(4_000);
    assert_eq!((world.status(&payment).field("status").as_str(), world.charges(&payment)), ("COMPLETED", 1));
}

#[test]
fn more_headers_are_sent() {
    let world = world();
    let headers = [("X-Cache", "HIT"), ("Date", "Thu, 01 Jan 1970 00:00:00 GMT"), ("Content-Length", "7")];
    let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    arm(&world, Call::Any, FaultKind::ExtraHeaders { headers });
    let reply = world.get("/v1/status/source?source_type=ORDER&source_id=202");
    assert_eq!((reply.header("x-cache"), reply.header("date")), ("HIT", "Thu, 01 Jan 1970 00:00:00 GMT"));
    assert!(reply.text.len() > 7, "the length is that of the body that is sent");
}

#[test]
fn a_fault_is_noted_where_it_struck() {
    let world = world();
    let payment = world.prepare("1000");
    world.sim.arm(Fault::new(Call::Execute, FaultKind::Drop).for_reference("another"));
    world.collect(&payment);
    world.sim.arm(Fault::new(Call::Status, FaultKind::HtmlOk).for_reference(&payment.reference).skip(1));
    world.status(&payment);
    world.status(&payment);
    let ledger = world.sim.ledger();
    let struck: Vec<_> = ledger.calls.iter().map(|call| (call.answered, call.fault.as_deref())).collect();
    assert_eq!(
        struck,
        [(Some(200), None), (Some(200), None), (Some(200), None), (Some(200), Some("html_ok"))]
    );
    world.sim.disarm_all();
    assert_eq!(world.get("/_sim/faults").json(), json!([]));
}

#[test]
fn the_token_call_has_faults_of_its_own() {
    let world = world();
    world.sim.arm(Fault::new(Call::Token, FaultKind::Status { code: 503, retry_after: None, body: None }));
    let body = json!({"client_id": dollr_sim::CLIENT_ID, "client_secret": dollr_sim::CLIENT_SECRET});
    assert_eq!(world.post("/v1/jwt/client/obtain/token", &body).status, 503);
    assert_eq!(world.post("/v1/jwt/client/obtain/token", &body).status, 200);
    assert_eq!(world.sim.ledger().charges_for_order(SourceKind::Order, 202), 0);
}

#[test]
fn the_text_of_an_error_says_what_kind_it_is_of() {
    let world = world();
    let payment = world.prepare("1000");
    for (body, kind) in [
        ("{\"detail\": \"no\"}", "application/json"),
        (" [1]", "application/json"),
        ("<h1>502</h1>", "text/html"),
    ] {
        let body = body.to_owned();
        arm(
            &world,
            Call::Status,
            FaultKind::Status { code: 502, retry_after: None, body: Some(body.clone()) },
        );
        let reply = world.status(&payment);
        assert_eq!((reply.status, &reply.text), (502, &body));
        assert!(reply.header("content-type").starts_with(kind), "{}", reply.header("content-type"));
    }
}

#[test]
fn a_stale_answer_is_a_minute_old_where_nothing_else_is_said() {
    let fault: FaultKind = serde_json::from_value(json!({"kind": "stale"})).expect("a fault");
    let world = world();
    let payment = world.prepare("1000");
    world.collect(&payment);
    arm(&world, Call::Status, fault);
    assert_eq!(world.status(&payment).header("age"), "60");
}
