//! What the realtime socket does wrong on demand, at which moment and to whom.

mod support;

use std::net::TcpStream;

use dollr_sim::{FrameDirection, Moment, Scenario, ScenarioKind, SourceKind};
use serde_json::{Value, json};
use support::socket::{Client, Heard, binding, join_payload, outline, swift_world, topic};
use support::{Payment, START_MS, World, world};

fn stage(world: &World, kind: ScenarioKind) {
    world.sim.stage(Scenario::new(kind));
}

/// Stages through the control endpoint.
fn post(world: &World, scenario: &Value) {
    let answer = world.post("/_sim/realtime/scenarios", scenario);
    assert_eq!(answer.status, 200, "{}", answer.text);
}

/// Joins where the join itself is struck: the channel's frames until after the gap, but for the answer.
fn struck_join(world: &World, payment: &Payment) -> (Client, Vec<Value>) {
    let mut client = world.connect();
    client.send_join(&topic(payment), &join_payload(&json!([binding(payment)]), &world.key(payment)));
    let mut frames = client.said_until_now();
    world.clock.advance(300);
    frames.extend(client.said_until_now());
    frames.retain(|frame| frame[3] != "phx_reply");
    (client, frames)
}

#[test]
fn a_handshake_is_refused_twice_and_then_it_is_not() {
    let world = world();
    for (status, says) in [
        (401, "Token has expired"),
        (403, "Realtime was disabled for this tenant"),
        (404, "Tenant not found"),
        (429, "Too many joins per second"),
        (500, "Error connecting to Realtime"),
    ] {
        post(&world, &json!({"kind": "refuse", "status": status, "times": 2, "after_ms": 0}));
        let reply = world.open(&format!("{}{}", world.sim.base_url(), world.socket_path("2.0.0")));
        assert_eq!((reply.status, reply.json()), (status, json!({ "error": says })));
        assert_eq!(world.connect_to(&world.socket_path("2.0.0")).err(), Some(status));
        assert!(world.connect_to(&world.socket_path("2.0.0")).is_ok());
    }
}

#[test]
fn a_refusal_takes_its_time() {
    let world = world();
    stage(&world, ScenarioKind::Refuse { status: 401, message: Some("No".to_owned()) });
    std::thread::scope(|scope| {
        let refused = scope.spawn(|| world.connect_to(&world.socket_path("2.0.0")).err());
        while world.sim.realtime_log().connections.is_empty() {
            std::thread::yield_now();
        }
        assert_eq!(world.sim.realtime_log().connections[0].status, None);
        world.clock.advance(2_000);
        assert_eq!(refused.join().expect("no panic"), Some(401));
    });
}

#[test]
fn nothing_listens_for_a_while() {
    let world = world();
    let mut client = world.connect();
    let host = world.sim.base_url().replace("http://", "");
    stage(&world, ScenarioKind::RefuseConnections { for_ms: 300 });
    let connect = || TcpStream::connect(&host).map(drop).map_err(|error| error.kind());
    while connect().is_ok() {
        std::thread::yield_now();
    }
    assert_eq!(connect(), Err(std::io::ErrorKind::ConnectionRefused));
    client.expect_silence();
    while connect().is_err() {
        std::thread::yield_now();
    }
    world.connect().expect_silence();
}

#[test]
fn a_join_fails_at_once_or_after_a_while_for_any_reason() {
    let world = world();
    let payment = world.prepare("1000");
    let reason = "ClientJoinRateLimitReached: Too many joins per second";
    post(&world, &json!({"kind": "join_error", "reason": reason, "after_ms": 0}));
    let mut client = world.connect();
    let reply = client.join(&payment, &world.key(&payment));
    assert_eq!(reply[4], json!({"status": "error", "response": {"reason": reason}}));
    let unmatched = "unmatched topic";
    client.refresh(&payment, &json!("x"));
    assert_eq!(client.next()[4]["response"]["reason"], unmatched, "there is no channel");
    let join = |client: &mut Client| {
        client.send_join(&topic(&payment), &join_payload(&json!([]), &world.key(&payment)));
    };
    for (scenario, after_ms) in
        [(json!({"kind": "join_error"}), 5_000), (json!({"kind": "late_reply"}), 12_000)]
    {
        post(&world, &scenario);
        join(&mut client);
        client.send(&json!([null, "beat", "phoenix", "heartbeat", {}]));
        world.wait_until_heard(r#""beat""#);
        let before = world.sim.realtime_log().frames_with(FrameDirection::Out, "").count();
        world.clock.advance(after_ms - 1);
        assert_eq!(world.sim.realtime_log().frames_with(FrameDirection::Out, "").count(), before);
        world.clock.advance(1);
        assert_eq!((&client.next()[3], &client.next()[1]), (&json!("phx_reply"), &json!("beat")));
        assert_eq!(world.post("/_sim/reset", &json!({})).status, 200);
    }
}

#[test]
fn a_join_is_never_answered() {
    let world = world();
    let payment = world.prepare("1000");
    stage(&world, ScenarioKind::NoReply);
    let (mut client, frames) = struck_join(&world, &payment);
    assert!(frames.is_empty());
    client.send(&json!(["101", "9", topic(&payment), "phx_leave", {}]));
    assert_eq!(outline(&client.said_until_now()), [r#""101" phx_reply ok"#]);
}

#[test]
fn a_channel_becomes_live_late_or_never() {
    let world = world();
    let payment = world.prepare("18");
    stage(&world, ScenarioKind::NoSystem);
    let (mut client, frames) = struck_join(&world, &payment);
    assert!(frames.is_empty());
    stage(&world, ScenarioKind::LateSystem);
    let (mut late, frames) = struck_join(&world, &payment);
    assert!(frames.is_empty());
    world.collect(&payment);
    world.clock.advance(7_700);
    client.expect_silence();
    assert_eq!(outline(&late.said_until_now()), [r#""101" system ok"#], "what was committed before is lost");
}

#[test]
fn a_change_is_committed_in_the_gap() {
    let world = world();
    let payment = world.prepare("18");
    stage(&world, ScenarioKind::ChangeInGap);
    let (mut client, frames) = struck_join(&world, &payment);
    assert!(frames.is_empty());
    world.collect(&payment);
    assert_eq!(client.next()[4]["message"], "Subscribed to PostgreSQL");
    world.clock.advance(1_500);
    assert_eq!(client.next_status(), "PROCESSING", "PENDING is lost");
}

#[test]
fn a_subscription_fails_and_may_be_tried_again() {
    let world = world();
    let payment = world.prepare("1000");
    stage(&world, ScenarioKind::SystemError { message: None, retry_after_ms: None });
    let (mut client, frames) = struck_join(&world, &payment);
    assert_eq!(outline(&frames), [r#""101" system error"#]);
    let message = frames[0][4]["message"].as_str().expect("a message");
    assert!(message.contains("Please check Realtime is enabled") && message.contains(&payment.reference));
    let database =
        json!({"kind": "system_error", "message": "Too many database timeouts", "retry_after_ms": 5000});
    post(&world, &database);
    let (mut second, frames) = struck_join(&world, &payment);
    assert_eq!(frames[0][4]["message"], "Too many database timeouts");
    world.clock.advance(5_000);
    assert_eq!(second.next()[4]["status"], "ok");
    world.collect(&payment);
    assert_eq!(second.next_status(), "COMPLETED");
    client.expect_silence();
}

#[test]
fn the_answer_to_a_join_is_wrong() {
    let world = world();
    let payment = world.prepare("1000");
    let answer = |kind: ScenarioKind| {
        stage(&world, kind);
        world.connect().join(&payment, &world.key(&payment))[4]["response"].clone()
    };
    assert_eq!(answer(ScenarioKind::NoBindings), json!({}));
    let other = &answer(ScenarioKind::BindingMismatch)["postgres_changes"][0]["filter"];
    assert_eq!(*other, "reference_id=eq.another");
    assert!(answer(ScenarioKind::IdAsString)["postgres_changes"][0]["id"].is_string());
    assert_eq!(answer(ScenarioKind::IdZero)["postgres_changes"][0]["id"], 0);
    stage(&world, ScenarioKind::EventBeforeReply);
    let mut client = world.connect();
    assert_eq!(client.join(&payment, &world.key(&payment))[3], "postgres_changes");
    assert_eq!(client.next()[3], "phx_reply");
}

#[test]
fn the_database_side_restarts_and_what_happens_meanwhile_is_lost() {
    let world = world();
    let payment = world.prepare("18");
    stage(&world, ScenarioKind::SystemAgain);
    let mut client = world.watch(&payment);
    world.collect(&payment);
    client.expect_silence();
    world.clock.advance(1_000);
    assert_eq!(client.next()[4]["message"], "Subscribed to PostgreSQL");
    world.clock.advance(500);
    assert_eq!(client.next_status(), "PROCESSING");
}

#[test]
fn a_channel_ends_in_every_way_it_can() {
    let world = world();
    let message = "Too many messages per second".to_owned();
    let end = |kind: ScenarioKind| {
        let payment = world.prepare("1000");
        stage(&world, kind);
        let mut client = world.watch(&payment);
        world.collect(&payment);
        client.said_until_now()
    };
    let expired = end(ScenarioKind::TokenExpired);
    assert_eq!(outline(&expired), [r#""101" system error"#, r#""101" phx_close"#]);
    assert_eq!(expired[0][4]["message"], "Token has expired 0 seconds ago");
    let limited = end(ScenarioKind::SystemClose { message });
    assert_eq!(outline(&limited), [r#""101" system error"#, r#""101" phx_close"#]);
    let crash = end(ScenarioKind::PhxError);
    assert_eq!(outline(&crash), [r#""101" phx_error"#]);
    assert_eq!(crash[0][4], json!({"reason": "channel_crash"}));
    assert_eq!(outline(&end(ScenarioKind::PhxClose)), [r#""101" phx_close"#]);
    let stale = end(ScenarioKind::StaleClose);
    assert_eq!(outline(&stale), [r#""0" phx_close"#, "null postgres_changes"], "the channel goes on");
    assert!(end(ScenarioKind::AnonOverToken).is_empty());
}

#[test]
fn a_forgotten_channel_is_an_unmatched_topic() {
    let world = world();
    let payment = world.prepare("1000");
    stage(&world, ScenarioKind::ForgetChannel);
    let mut client = world.watch(&payment);
    client.refresh(&payment, &json!(world.sim.anon_key()));
    assert_eq!(client.next()[4]["response"]["reason"], "unmatched topic");
}

#[test]
fn a_socket_ends_in_every_way_it_can() {
    let world = world();
    for code in [1000, 1001, 1009, 1011, 1012] {
        post(&world, &json!({"kind": "close", "code": code}));
        let mut client = world.watch(&world.prepare("1000"));
        assert_eq!((client.hear(), client.hear()), (Heard::Close(code), Heard::End));
    }
    for (kind, heard) in [(ScenarioKind::Drop, Heard::End), (ScenarioKind::Reset, Heard::Reset)] {
        let payment = world.prepare("1000");
        let mut client = world.watch(&payment);
        world.sim.stage(Scenario::new(kind).at(Moment::Change));
        world.collect(&payment);
        assert_eq!(client.hear(), heard, "just as the change commits");
    }
    stage(&world, ScenarioKind::ServerDisconnect);
    let mut client = world.watch(&world.prepare("1000"));
    let said = json!({"extension": "system", "status": "ok", "message": "Server requested disconnect"});
    assert_eq!((&client.next()[4], client.hear()), (&said, Heard::Close(1012)));
}

#[test]
fn a_server_goes_dead_in_two_ways() {
    let world = world();
    stage(&world, ScenarioKind::AppDead);
    let payment = world.prepare("1000");
    let mut client = world.watch(&payment);
    world.collect(&payment);
    client.send(&json!([null, "1", "phoenix", "heartbeat", {}]));
    client.send_message(tungstenite::Message::Ping("".into()));
    assert_eq!(client.hear(), Heard::Pong, "and nothing before it");
    stage(&world, ScenarioKind::Stall);
    let mut client = world.watch(&world.prepare("1000"));
    client.send_message(tungstenite::Message::Ping("".into()));
    assert!(client.is_silent_for_a_moment());
    let log = world.sim.realtime_log();
    assert_eq!(log.frames.iter().filter(|frame| frame.kind == "ping").count(), 1, "the second is not read");
}

#[test]
fn an_event_is_not_what_it_should_be() {
    let world = world();
    let said = |scenario: Value| {
        let payment = world.prepare("1000");
        let mut client = world.watch(&payment);
        let mut scenario = scenario;
        scenario["at"] = json!("change");
        scenario["reference_id"] = json!(payment.reference);
        post(&world, &scenario);
        world.collect(&payment);
        let frames = client.said_until_now();
        (payment, frames.into_iter().map(|frame| frame[4].clone()).collect::<Vec<_>>())
    };
    let (_, twice) = said(json!({"kind": "duplicate_event"}));
    assert_eq!((twice.len(), &twice[0]), (2, &twice[1]));
    let (_, older) = said(json!({"kind": "out_of_order"}));
    let minute_before = older[0]["data"]["commit_timestamp"].as_str().expect("a moment");
    assert!(older.len() == 1 && minute_before.starts_with("2025-06-01T14:29:0"), "{minute_before}");
    let (payment, foreign) = said(json!({"kind": "foreign_event"}));
    let references = foreign.iter().map(|event| event["data"]["record"]["reference_id"] == payment.reference);
    assert_eq!(references.collect::<Vec<_>>(), [false, true]);
    let (_, foreign) = said(json!({"kind": "foreign_id"}));
    assert_eq!((foreign.len(), &foreign[0]["ids"]), (1, &json!([134_217_728])));
    for (code, text) in [(400, "Bad Request, no primary key"), (401, "Unauthorized")] {
        let (_, errors) = said(json!({"kind": "errors", "code": code}));
        let data = &errors[0]["data"];
        assert_eq!(data["errors"], json!([format!("Error {code}: {text}")]));
        assert_eq!((&data["commit_timestamp"], &data["record"]), (&json!(null), &json!({})));
    }
    let (_, errors) = said(json!({"kind": "errors", "code": 413}));
    assert!(errors[0]["data"]["commit_timestamp"].is_string());
    let (_, deleted) = said(json!({"kind": "delete"}));
    assert_eq!((&deleted[0]["data"]["type"], deleted[0]["data"].get("record")), (&json!("DELETE"), None));
    assert!(deleted[0]["data"]["old_record"]["id"].is_u64());
}

#[test]
fn frames_come_that_nobody_asked_for() {
    let world = world();
    let payment = world.prepare("1000");
    let mut client = world.watch(&payment);
    let now = |kind: ScenarioKind| world.sim.stage(Scenario::new(kind).at(Moment::Now));
    now(ScenarioKind::UnknownEvent);
    now(ScenarioKind::PresenceState);
    assert_eq!((&client.next()[3], &client.next()[3]), (&json!("weather_report"), &json!("presence_state")));
    now(ScenarioKind::BinaryFrame);
    assert_eq!(client.hear(), Heard::Binary);
    for text in ["{", "[]", "null", "{}", r#"["1","2"]"#] {
        now(ScenarioKind::RawText { text: text.to_owned() });
        assert_eq!(client.hear(), Heard::Text(text.to_owned()));
    }
    for bytes in [1_500_000, 6_000_000] {
        now(ScenarioKind::BigFrame { bytes });
        assert!(client.next().to_string().len() > bytes);
    }
    now(ScenarioKind::Burst { events: 10_000 });
    let events = client.said_until_now();
    assert_eq!((events.len(), &events[9_999][3]), (10_000, &json!("postgres_changes")));
}

#[test]
fn a_key_expires_earlier_than_it_says() {
    let world = world();
    let payment = world.prepare("1000");
    post(&world, &json!({"kind": "key_clock_skew", "seconds": 290}));
    let body =
        json!({"session_id": payment.session_id, "source_type": "ORDER", "reference_id": payment.reference});
    let answer = world.post("/v1/realtime-keys/collection", &body);
    assert_eq!(answer.field("expires_in"), "300");
    let mut client = world.connect();
    client.join(&payment, &answer.field("access_token"));
    world.clock.advance(10_000);
    assert_eq!(outline(&client.said_until_now()).last().map(String::as_str), Some(r#""101" phx_close"#));
}

#[test]
fn a_scenario_strikes_whom_and_as_often_as_it_says() {
    let world = swift_world();
    let (one, two) = (world.prepare("1000"), world.prepare("1000"));
    let close = ScenarioKind::PhxClose;
    world.sim.stage(Scenario::new(close.clone()).for_reference(&one.reference).skip(1).times(2).after_ms(50));
    let closes = |payment: &Payment| {
        let mut client = world.watch(payment);
        client.expect_silence();
        world.clock.advance(50);
        !client.said_until_now().is_empty()
    };
    assert!(!closes(&two), "another payment");
    assert_eq!([closes(&one), closes(&one), closes(&one), closes(&one)], [false, true, true, false]);
    post(&world, &json!({"kind": "phx_close"}));
    assert_eq!(world.get("/_sim/realtime/scenarios").json()[0]["kind"], "phx_close");
    world.sim.unstage_all();
    assert!(!closes(&two));
    assert_eq!(world.post("/_sim/realtime/scenarios", &json!({"kind": "drop", "at": "join"})).status, 422);
    assert!(
        world.clock.now_ms() > START_MS
            && world.sim.ledger().order(SourceKind::Order, one.source_id).is_some()
    );
}
