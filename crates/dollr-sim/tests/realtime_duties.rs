//! What the realtime socket's server owes every client: handshakes, serializers, joins, tokens, and their ends.

mod support;

use dollr_sim::{FrameDirection, RealtimeSettings};
use serde_json::{Value, json};
use support::socket::{Heard, TABLE, binding, join_payload, outline, swift_world, topic};
use support::{START_MS, world};
use tungstenite::Message;

#[test]
fn the_socket_is_under_any_prefix_and_answers_pings_and_closes() {
    let world = world();
    let query = format!("?apikey={}&vsn=2.0.0&log_level=info", world.sim.anon_key());
    for path in ["/realtime/v1/websocket", "/base/realtime/v1/websocket", "/socket/websocket"] {
        let mut client = world.connect_to(&format!("{path}{query}")).expect("a connection");
        client.send_message(Message::Ping("x".into()));
        assert_eq!(client.hear(), Heard::Pong, "{path}");
        client.send_message(Message::Close(None));
        assert_eq!((client.hear(), client.hear()), (Heard::Close(1005), Heard::End), "{path}");
    }
    assert_eq!(world.connect_to(&format!("/elsewhere{query}")).err(), Some(404));
}

#[test]
fn a_handshake_is_refused_with_its_status_and_sentence() {
    let world = swift_world();
    let get = |query: &str| {
        let reply = world.open(&format!("{}/realtime/v1/websocket?{query}", world.sim.base_url()));
        (reply.status, reply.text)
    };
    let anon = world.sim.anon_key();
    let expired = world.sim.realtime_key(1, "r", -7);
    let said = |why: &str| (401, json!({ "error": why }).to_string());
    assert_eq!(get(&format!("apikey={anon}&vsn=3.0.0")), (403, String::new()));
    assert_eq!(get("vsn=2.0.0"), said("API key is missing"));
    assert_eq!(get("apikey=nonsense&vsn=2.0.0"), said("The token provided is not a valid JWT"));
    assert_eq!(get(&format!("apikey={anon}x&vsn=2.0.0")).0, 401);
    assert_eq!(get(&format!("apikey={expired}&vsn=2.0.0")), said("Token has expired 7 seconds ago"));
    assert_eq!(get(&format!("apikey={anon}&vsn=2.0.0")).0, 400, "a good key, but no upgrade");
    let statuses: Vec<_> = world.sim.realtime_log().connections.iter().map(|entry| entry.status).collect();
    assert_eq!(statuses, [403, 401, 401, 401, 401, 400].map(Some));
}

#[test]
fn the_header_goes_before_the_query() {
    let world = swift_world();
    let anon = world.sim.anon_key();
    let ask = |header: &str, query: &str| {
        let url = format!("{}/realtime/v1/websocket?vsn=2.0.0&apikey={query}", world.sim.base_url());
        let request = ureq::get(url).config().http_status_as_error(false).proxy(None).build();
        request.header("x-api-key", header).call().expect("an answer").status().as_u16()
    };
    assert_eq!((ask("nonsense", anon), ask(anon, "nonsense")), (401, 400), "400: it is no upgrade");
}

#[test]
fn version_1_is_spoken_unless_the_client_asks_for_2() {
    let world = world();
    let payment = world.prepare("1000");
    let path = format!("/realtime/v1/websocket?apikey={}", world.sim.anon_key());
    let mut client = world.connect_to(&path).expect("a connection");
    let payload = join_payload(&json!([binding(&payment)]), &world.key(&payment));
    let join = json!({"topic": topic(&payment), "event": "phx_join", "payload": payload, "ref": "1", "join_ref": "1", "more": 1});
    client.send(&join);
    let keys = |frame: &Value| frame.as_object().expect("an object").keys().cloned().collect::<Vec<_>>();
    let reply = client.next();
    assert_eq!(keys(&reply), ["event", "payload", "ref", "topic"]);
    assert_eq!((&reply["ref"], &reply["payload"]["status"]), (&json!("1"), &json!("ok")));
    client.send(
        &json!({"topic": "phoenix", "event": "heartbeat", "payload": {}, "ref": null, "join_ref": null}),
    );
    let beat = client.next();
    assert_eq!(
        beat,
        json!({"ref": null, "event": "phx_reply", "payload": {"status": "ok", "response": {}}, "topic": "phoenix"})
    );
    world.clock.advance(300);
    let live = client.next();
    assert_eq!((&live["event"], &live["ref"]), (&json!("system"), &json!(null)));
    client.send(
        &json!({"topic": topic(&payment), "event": "phx_leave", "payload": {}, "ref": "9", "join_ref": null}),
    );
    assert_eq!((&client.next()["ref"], &client.next()["ref"]), (&json!("9"), &json!("1")));
}

#[test]
fn a_join_is_echoed_with_ids_that_the_parameters_decide() {
    let world = world();
    let payment = world.prepare("1000");
    let other = world.prepare("1000");
    let key = world.key(&payment);
    let mut client = world.connect();
    let reply = client.join(&payment, &key);
    let echo = &reply[4]["response"]["postgres_changes"][0];
    let id = echo["id"].as_u64().expect("an id");
    assert!((1..1 << 27).contains(&id));
    let mut expected = binding(&payment);
    expected["id"] = json!(id);
    assert_eq!(*echo, expected);
    let mut second = world.connect();
    let bindings = json!([binding(&other), null, binding(&payment)]);
    let reply = second.join_with(&topic(&payment), &join_payload(&bindings, &key));
    let ids = &reply[4]["response"]["postgres_changes"];
    assert_eq!((ids[1]["id"].as_u64(), ids[0]["id"] == ids[1]["id"]), (Some(id), false));
    let none = second.join_with("realtime:other", &json!({"config": {}, "access_token": key}));
    assert_eq!(none[4]["response"]["postgres_changes"], json!([]));
    let malformed = json!([{"event": "*", "schema": "public", "table": TABLE, "filter": null}]);
    let reply = second.join_with("realtime:third", &join_payload(&malformed, &key));
    assert_eq!(reply[4]["response"]["postgres_changes"], json!([]), "taken for nothing");
}

#[test]
fn the_channel_is_live_after_the_gap_and_says_so() {
    let world = world();
    let payment = world.prepare("1000");
    let mut client = world.connect();
    client.join(&payment, &world.key(&payment));
    world.clock.advance(299);
    client.expect_silence();
    world.clock.advance(1);
    let name = topic(&payment).replace("realtime:", "");
    let payload = json!({"extension": "postgres_changes", "status": "ok", "message": "Subscribed to PostgreSQL", "channel": name});
    assert_eq!(client.next(), json!(["101", null, topic(&payment), "system", payload]));
}

#[test]
fn what_cannot_be_subscribed_is_said_after_the_join() {
    let world = world();
    let payment = world.prepare("1000");
    for (field, value, said) in [
        ("table", "orders", "Please check Realtime is enabled"),
        ("filter", "nothing=eq.1", "invalid column for filter nothing"),
        ("filter", "status=ilike.x", "Error parsing `filter` params"),
    ] {
        let mut client = world.connect();
        let mut wrong = binding(&payment);
        wrong[field] = json!(value);
        let reply = client.join_with(&topic(&payment), &join_payload(&json!([wrong]), &world.key(&payment)));
        assert_eq!(reply[4]["status"], "ok", "{value}");
        world.clock.advance(300);
        let trouble = client.next();
        assert_eq!((&trouble[3], &trouble[4]["status"]), (&json!("system"), &json!("error")));
        assert!(trouble[4]["message"].as_str().is_some_and(|text| text.contains(said)), "{trouble}");
    }
}

#[test]
fn a_join_is_refused_after_a_delay_in_which_nothing_is_answered() {
    let world = world();
    let payment = world.prepare("1000");
    let mut client = world.connect();
    let expired = world.sim.realtime_key(payment.session_id, &payment.reference, -9);
    client.send_join(&topic(&payment), &join_payload(&json!([]), &expired));
    client.send(&json!([null, "beat", "phoenix", "heartbeat", {}]));
    world.wait_until_heard("heartbeat");
    assert_eq!(world.sim.realtime_log().frames_with(FrameDirection::Out, "").count(), 0);
    world.clock.advance(5_000);
    let reply = client.next();
    let reason = "InvalidJWTToken: Token has expired 9 seconds ago";
    assert_eq!(reply[4], json!({"status": "error", "response": {"reason": reason}}));
    assert_eq!(client.next()[1], "beat");
}

#[test]
fn a_join_takes_the_token_that_the_server_would_take() {
    let world = swift_world();
    let payment = world.prepare("1000");
    let key = world.key(&payment);
    for (payload, role) in [
        (json!({"access_token": key}), "authenticated"),
        (json!({"user_token": key, "access_token": "nonsense"}), "authenticated"),
        (json!({"access_token": "sb_publishable_x"}), "anon"),
        (json!({"access_token": null}), "anon"),
        (json!({}), "anon"),
    ] {
        let mut client = world.connect();
        assert_eq!(client.join_with(&topic(&payment), &payload)[4]["status"], "ok", "{payload}");
        assert_eq!(
            world.sim.realtime_log().tokens.last().and_then(|t| t.role.clone()).as_deref(),
            Some(role)
        );
    }
    let (text, _) = key.rsplit_once('.').expect("a token");
    let (_, signature) = world.sim.anon_key().rsplit_once('.').expect("a token");
    let forged = format!("{text}.{signature}");
    for (token, reason) in [
        ("nonsense", "MalformedJWT: The token provided is not a valid JWT"),
        (&forged, "JwtSignatureError: Failed to validate JWT signature"),
    ] {
        let reply = world.connect().join(&payment, token);
        assert_eq!(reply[4]["response"]["reason"], reason);
    }
    let mut private = join_payload(&json!([]), "sb_x");
    private["config"]["private"] = json!("true");
    let reply = world.connect().join_with(&topic(&payment), &private);
    assert!(reply[4]["response"]["reason"].as_str().is_some_and(|text| text.starts_with("Unauthorized: ")));
    let reply = world.connect().join_with("realtime:", &private);
    assert_eq!(reply[4]["response"]["reason"], "TopicNameRequired: You must provide a topic name");
}

#[test]
fn a_second_join_is_answered_before_the_first_channel_is_closed() {
    let world = world();
    let payment = world.prepare("1000");
    let mut client = world.watch(&payment);
    let reply = client.join(&payment, &world.key(&payment));
    let close = client.next();
    assert_eq!((&reply[0], &reply[3]), (&json!("102"), &json!("phx_reply")));
    assert_eq!(close, json!(["101", "101", topic(&payment), "phx_close", {}]));
    world.clock.advance(300);
    assert_eq!(outline(&client.said_until_now()), [r#""102" system ok"#], "one channel is left");
}

#[test]
fn a_channel_is_left_and_then_unknown() {
    let world = world();
    let payment = world.prepare("1000");
    let mut client = world.watch(&payment);
    client.send(&json!(["101", "7", topic(&payment), "phx_leave", {}]));
    let ok = json!({"status": "ok", "response": {}});
    assert_eq!(client.next(), json!(["101", "7", topic(&payment), "phx_reply", ok]));
    assert_eq!(client.next(), json!(["101", "101", topic(&payment), "phx_close", {}]));
    client.send(&json!(["101", "8", topic(&payment), "phx_leave", {}]));
    assert_eq!(client.next(), json!(["101", "8", topic(&payment), "phx_reply", ok]));
    client.refresh(&payment, &json!("x"));
    let unmatched = json!({"status": "error", "response": {"reason": "unmatched topic"}});
    assert_eq!(client.next()[4], unmatched);
    world.collect(&payment);
    client.expect_silence();
}

#[test]
fn what_is_no_frame_is_dropped_and_the_socket_stays_open() {
    let world = world();
    let mut client = world.connect();
    for text in ["", "{", "[]", "null", "{}", r#"["1","2","t"]"#] {
        client.send_text(text);
    }
    client.send_message(Message::binary(vec![3, 0, 0]));
    client.expect_silence();
    let mut greedy = world.connect();
    greedy.send_message(Message::text("x".repeat(5_000_001)));
    assert_eq!(greedy.hear(), Heard::Close(1009));
}

#[test]
fn an_idle_socket_is_closed_and_a_word_keeps_it_open() {
    let world = world();
    let mut client = world.connect();
    client.expect_silence();
    world.clock.advance(59_999);
    client.expect_silence();
    world.clock.advance(59_999);
    client.send_message(Message::Ping("".into()));
    assert_eq!(client.hear(), Heard::Pong);
    world.clock.advance(60_000);
    assert_eq!(client.hear(), Heard::Close(1000));
}

#[test]
fn every_frame_is_logged_with_its_time_and_direction_and_without_its_token() {
    let world = world();
    let payment = world.prepare("1000");
    let mut client = world.watch(&payment);
    client.expect_silence();
    let log = world.get("/_sim/realtime");
    assert!(!log.text.contains(&world.key(&payment)) && log.text.contains("<authenticated>"));
    let log = world.sim.realtime_log();
    assert_eq!(serde_json::to_value(&log).expect("JSON"), world.get("/_sim/realtime").json());
    let lines: Vec<_> = log.frames.iter().map(|frame| (frame.at_ms - START_MS, frame.direction)).collect();
    let (inwards, outwards) = (FrameDirection::In, FrameDirection::Out);
    assert_eq!(lines, [(0, inwards), (0, outwards), (300, outwards), (300, inwards), (300, outwards)]);
    assert_eq!(world.post("/_sim/reset", &json!({})).status, 200);
    assert!(world.sim.realtime_log().frames.is_empty());
    client.expect_silence();
}

#[test]
fn the_delays_are_set_through_the_control_endpoint() {
    let world = world();
    let set = world.post("/_sim/realtime/settings", &json!({"live_after_ms": 0}));
    let expected = RealtimeSettings { live_after_ms: 0, ..Default::default() };
    assert_eq!(set.json(), serde_json::to_value(&expected).expect("JSON"));
    assert_eq!(world.post("/_sim/realtime/settings", &json!({"live_after": 0})).status, 422);
    let payment = world.prepare("1000");
    let mut client = world.connect();
    client.join(&payment, &world.key(&payment));
    assert_eq!(client.next()[4]["status"], "ok", "live at once");
}
