//! Who hears of which change, when, with which token; and the keys that tokens are.

mod support;

use dollr_sim::{Call, Clock, Fault, FaultKind, Simulator};
use serde_json::{Value, json};
use support::socket::{TABLE, binding, join_payload, outline, topic};
use support::{Payment, errors, new_reference, world, world_at};

#[test]
fn each_change_of_the_payment_is_an_event() {
    let world = world();
    let payment = world.prepare("18");
    let mut client = world.watch(&payment);
    world.collect(&payment);
    let insert = client.next();
    assert_eq!((&insert[0], &insert[1], &insert[2]), (&json!(null), &json!(null), &json!(topic(&payment))));
    assert!(insert.to_string().contains(r#""amount":75.5"#));
    let data = &insert[4]["data"];
    assert_eq!(
        (&data["type"], &data["schema"], &data["table"]),
        (&json!("INSERT"), &json!("public"), &json!(TABLE))
    );
    assert_eq!(data["commit_timestamp"], "2025-06-01T14:30:00.300Z");
    assert_eq!((&data["errors"], data.get("old_record")), (&json!(null), None));
    let columns = data["columns"].as_array().expect("columns");
    let record = data["record"].as_object().expect("a record");
    assert!(columns.iter().all(|column| record.contains_key(column["name"].as_str().expect("a name"))));
    assert_eq!((columns.len(), &record["status"]), (record.len(), &json!("PENDING")));
    assert_eq!(record["reference_id"], json!(payment.reference));
    world.clock.advance(3_000);
    let (second, third) = (client.next_data(), client.next_data());
    assert_eq!((&second["type"], &second["record"]["status"]), (&json!("UPDATE"), &json!("PROCESSING")));
    assert_eq!(second["commit_timestamp"], "2025-06-01T14:30:01.800Z", "in the order of their time");
    assert_eq!(second["old_record"], json!({"id": record["id"]}));
    assert_eq!(
        (&third["record"]["status"], &third["commit_timestamp"]),
        (&json!("COMPLETED"), &json!("2025-06-01T14:30:03.300Z"))
    );
}

#[test]
fn changes_are_heard_as_time_goes_by_itself() {
    let world = world_at(Simulator::builder(), Clock::scaled(20.0));
    let payment = world.prepare("18");
    let mut client = world.connect();
    client.join(&payment, &world.key(&payment));
    assert_eq!(client.next()[4]["message"], "Subscribed to PostgreSQL");
    world.collect(&payment);
    let statuses = [client.next_status(), client.next_status(), client.next_status()];
    assert_eq!(statuses, ["PENDING", "PROCESSING", "COMPLETED"]);
}

#[test]
fn a_click_of_the_payer_is_an_event() {
    let world = world();
    let payment = world.prepare("4000");
    let mut client = world.watch(&payment);
    world.collect(&payment);
    assert_eq!(client.next_status(), "PENDING");
    assert!(world.sim.confirm_3ds(&payment.reference, true));
    assert_eq!(client.next_status(), "COMPLETED", "even in the same millisecond");
}

#[test]
fn what_is_committed_before_the_channel_is_live_is_not_heard() {
    let world = world();
    let payment = world.prepare("18");
    let mut client = world.connect();
    world.collect(&payment);
    client.join(&payment, &world.key(&payment));
    world.clock.advance(3_000);
    let frames = client.said_until_now();
    assert_eq!(outline(&frames), [r#""101" system ok"#, "null postgres_changes", "null postgres_changes"]);
    assert_eq!(frames[1][4]["data"]["record"]["status"], "PROCESSING", "the INSERT was in the gap");
}

#[test]
fn only_the_payments_own_key_hears_of_it() {
    let world = world();
    let payment = world.prepare("1000");
    let other = world.prepare("1000");
    let mut clients = Vec::new();
    for token in [world.sim.anon_key().to_owned(), world.key(&other), world.key(&payment)] {
        let mut client = world.connect();
        assert_eq!(client.join(&payment, &token)[4]["status"], "ok");
        clients.push(client);
    }
    world.clock.advance(300);
    for client in &mut clients {
        assert_eq!(client.next()[4]["message"], "Subscribed to PostgreSQL", "a deaf channel looks the same");
    }
    world.collect(&payment);
    assert_eq!(clients[2].next_status(), "COMPLETED");
    world.collect(&other);
    for client in &mut clients {
        client.expect_silence();
    }
}

#[test]
fn a_binding_hears_the_events_and_rows_that_it_asked_for() {
    let world = world();
    let payment = world.prepare("18");
    let of = |event: &str, filter: &str| json!({"event": event, "schema": "public", "table": TABLE, "filter": filter});
    let bindings = json!([
        of("insert", ""),
        of("UPDATE", "status=eq.COMPLETED"),
        of("*", &format!("currency=eq.USD,reference_id=eq.{}", payment.reference)),
        of("*", &format!("reference_id=eq.{}", new_reference())),
        of("DELETE", ""),
    ]);
    let mut client = world.connect();
    let reply = client.join_with(&topic(&payment), &join_payload(&bindings, &world.key(&payment)));
    let ids: Vec<Value> =
        (0..5).map(|at| reply[4]["response"]["postgres_changes"][at]["id"].clone()).collect();
    world.clock.advance(300);
    client.next();
    world.collect(&payment);
    world.clock.advance(3_000);
    let heard: Vec<Value> = client.said_until_now().iter().map(|frame| frame[4]["ids"].clone()).collect();
    assert_eq!(heard, [json!([ids[0], ids[2]]), json!([ids[2]]), json!([ids[1], ids[2]])]);
}

#[test]
fn a_good_new_token_subscribes_again_and_an_old_one_is_ignored() {
    let world = world();
    let payment = world.prepare("18");
    let mut client = world.watch(&payment);
    for ignored in [json!(world.key(&payment)), json!("sb_secret"), json!(null)] {
        client.refresh(&payment, &ignored);
    }
    world.clock.advance(1_000);
    client.expect_silence();
    client.refresh(&payment, &json!(world.sim.realtime_key(payment.session_id, &payment.reference, 400)));
    client.expect_silence();
    world.collect(&payment);
    assert_eq!(client.next_status(), "PENDING", "the old subscription delivers meanwhile");
    world.clock.advance(1_000);
    assert_eq!(client.next()[4]["message"], "Subscribed to PostgreSQL");
    world.clock.advance(2_000);
    assert_eq!(
        (client.next_status(), client.next_status()),
        ("PROCESSING".to_owned(), "COMPLETED".to_owned())
    );
    let log = world.sim.realtime_log();
    let events: Vec<_> = log.tokens.iter().map(|token| token.event.as_str()).collect();
    assert_eq!(events, ["phx_join", "access_token"]);
}

#[test]
fn the_anon_key_over_the_token_makes_the_channel_deaf() {
    let world = world();
    let payment = world.prepare("18");
    let mut client = world.watch(&payment);
    client.refresh(&payment, &json!(world.sim.anon_key()));
    client.expect_silence();
    world.clock.advance(1_000);
    assert_eq!(client.next()[4]["message"], "Subscribed to PostgreSQL");
    world.collect(&payment);
    world.clock.advance(10_000);
    client.expect_silence();
    let log = world.sim.realtime_log();
    let roles: Vec<_> = log.tokens.iter().filter_map(|token| token.role.as_deref()).collect();
    assert_eq!(roles, ["authenticated", "anon"]);
}

#[test]
fn a_bad_new_token_ends_the_channel() {
    let world = world();
    let payment = world.prepare("1000");
    let mut client = world.watch(&payment);
    client.refresh(&payment, &json!("nonsense"));
    let frames = client.said_until_now();
    assert_eq!(outline(&frames), [r#""101" system error"#, r#""101" phx_close"#]);
    assert_eq!(frames[0][4]["message"], "The token provided is not a valid JWT");
    assert_eq!(frames[0][4]["extension"], "system");
    let log = world.sim.realtime_log();
    assert!(log.tokens[1].refused.as_deref().is_some_and(|why| why.starts_with("MalformedJWT")));
}

#[test]
fn a_token_expires_on_time_and_a_newer_one_outlives_it() {
    let world = world();
    let (payment, other) = (world.prepare("1000"), world.prepare("1000"));
    let mut client = world.connect();
    for payment in [&payment, &other] {
        client.join(payment, &world.sim.realtime_key(payment.session_id, &payment.reference, 20));
    }
    client.refresh(&other, &json!(world.sim.realtime_key(other.session_id, &other.reference, 30)));
    client.expect_silence();
    world.clock.advance(19_999);
    assert_eq!(client.said_until_now().len(), 3, "each live, and one again");
    world.clock.advance(1);
    let frames = client.said_until_now();
    assert_eq!(outline(&frames), [r#""101" system error"#, r#""101" phx_close"#]);
    assert_eq!(frames[0][4]["message"], "Token has expired 0 seconds ago");
    world.clock.advance(10_000);
    let frames = client.said_until_now();
    assert_eq!((frames.len(), &frames[0][2]), (2, &json!(topic(&other))));
}

#[test]
fn an_answer_may_wait_until_the_channel_is_live() {
    let world = world();
    let payment = world.prepare("1000");
    let mut payload = join_payload(&json!([binding(&payment)]), &world.key(&payment));
    payload["config"]["postgres_changes_options"] = json!({"wait": true, "timeout": 15000});
    let mut client = world.connect();
    client.send_join(&topic(&payment), &payload);
    client.expect_silence();
    world.clock.advance(300);
    assert_eq!(outline(&client.said_until_now()), [r#""101" phx_reply ok"#, r#""101" system ok"#]);

    world.post("/_sim/realtime/settings", &json!({"live_after_ms": 25_000, "idle_close_after_ms": 90_000}));
    payload["config"]["postgres_changes_options"] = json!({"wait": true, "timeout": 60000});
    let mut client = world.connect();
    client.send_join(&topic(&payment), &payload);
    client.expect_silence();
    world.clock.advance(20_000);
    let reply = client.next();
    assert_eq!(reply[4]["status"], "error", "no longer than 20 s");
    let reason = reply[4]["response"]["reason"].as_str().expect("a reason");
    assert!(reason.starts_with("PostgresChangesSubscribeTimeout: "), "{reason}");
    world.clock.advance(10_000);
    client.expect_silence();
}

#[test]
fn many_channels_and_connections_hear_each_their_own() {
    let world = world();
    let (first, second) = (world.prepare("1000"), world.prepare("1000"));
    let mut client = world.connect();
    let mut other = world.watch(&second);
    for payment in [&first, &second] {
        client.join(payment, &world.key(payment));
    }
    world.clock.advance(300);
    assert_eq!(client.said_until_now().len(), 2);
    world.collect(&second);
    world.collect(&first);
    assert_eq!(client.next()[2], json!(topic(&second)));
    assert_eq!(client.next()[2], json!(topic(&first)));
    assert_eq!(outline(&other.said_until_now()), ["null postgres_changes"]);
}

#[test]
fn a_key_is_for_a_session_and_a_payment_and_lives_for_seconds() {
    let world = world();
    let payment = world.prepare("1000");
    let body =
        json!({"session_id": payment.session_id, "source_type": "ORDER", "reference_id": payment.reference});
    let answer = world.post("/v1/realtime-keys/collection", &body);
    assert_eq!((answer.status, answer.field("expires_in").as_str()), (200, "300"));
    let mut client = world.connect();
    client.join(&payment, &answer.field("access_token"));
    world.clock.advance(300);
    client.next();
    world.collect(&payment);
    assert_eq!(client.next_status(), "COMPLETED");
    let calls = world.sim.ledger().calls;
    let key_call =
        calls.iter().find(|call| call.path == "/v1/realtime-keys/collection").expect("it is logged");
    assert_eq!(key_call.reference_id.as_ref(), Some(&payment.reference));
}

#[test]
fn the_key_call_has_faults_of_its_own() {
    let world = world();
    let (one, two) = (world.prepare("1000"), world.prepare("1000"));
    let fault = Fault::new(Call::RealtimeKey, FaultKind::MissingField { name: "access_token".to_owned() });
    world.sim.arm(fault.for_reference(&two.reference));
    let key = |payment: &Payment| {
        let (session, reference) = (payment.session_id, &payment.reference);
        let body = json!({"session_id": session, "source_type": "ORDER", "reference_id": reference});
        world.post("/v1/realtime-keys/collection", &body).json()["access_token"].is_string()
    };
    assert_eq!([key(&one), key(&two), key(&two)], [true, false, true]);
}

#[test]
fn a_key_is_refused_in_the_apis_shapes() {
    let mut world = world();
    let payment = world.prepare("1000");
    let other = world.prepare("1000");
    world.collect(&other);
    let good =
        json!({"session_id": payment.session_id, "source_type": "ORDER", "reference_id": payment.reference});
    let ask = |field: &str, value: Value| {
        let mut body = good.clone();
        body[field] = value;
        world.post("/v1/realtime-keys/collection", &body)
    };
    let text = payment.session_id.to_string();
    assert_eq!(errors(&ask("session_id", json!(text))), ["body.session_id: type_error.integer"]);
    assert_eq!(errors(&ask("source_type", json!("order"))), ["body.source_type: type_error.enum"]);
    assert_eq!(errors(&ask("reference_id", json!("7"))), ["body.reference_id: value_error.uuid"]);
    let refused = |reply: support::Reply| (reply.status, reply.field("detail"));
    let said = |status: u16, why: &str| (status, why.to_owned());
    let subscription = refused(ask("source_type", json!("SUBSCRIPTION")));
    assert_eq!(subscription, said(400, "Realtime is not available for SUBSCRIPTION yet"));
    assert_eq!(refused(ask("session_id", json!(7))), said(404, "Session not found"));
    assert_eq!(refused(ask("source_type", json!("INVOICE"))), said(400, "source_type is not the session's"));
    let foreign = refused(ask("reference_id", json!(other.reference)));
    assert_eq!(foreign, said(400, "reference_id is not the session's"));
    world.token = "nobody's".to_owned();
    assert_eq!(world.post("/v1/realtime-keys/collection", &good).status, 401);
}
