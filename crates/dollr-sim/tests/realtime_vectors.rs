//! Conversations that released clients had with another stand-in server, captured on the wire (`vectors/realtime`): the
//! client's side is played to the simulator, which has to answer with the same frames in the same order. Refs are the
//! client's and stay; topics, tokens, ids and moments are this world's. Where the other server was less strict than the
//! real one, the frame that must not come is named.

mod support;

use dollr_sim::{FrameDirection, Moment, RealtimeSettings, Scenario, ScenarioKind, Simulator};
use serde_json::{Value, json};
use support::socket::Client;
use support::{Payment, START_MS, World, world_of};

/// A capture, what goes wrong in it, and the places of the server's frames that the simulator rightly leaves out.
struct Vector {
    name: &'static str,
    text: &'static str,
    scenarios: Vec<Scenario>,
    left_out: &'static [(usize, usize)],
}

macro_rules! vector {
    ($name:literal, $scenarios:expr, $left_out:expr) => {
        Vector {
            name: $name,
            text: include_str!(concat!("vectors/realtime/", $name, ".json")),
            scenarios: $scenarios.into_iter().collect(),
            left_out: $left_out,
        }
    };
    ($name:literal) => {
        vector!($name, [], &[])
    };
}

/// The world that a capture is played in.
struct Stage {
    world: World,
    payment: Payment,
    events: usize,
}

impl Stage {
    fn new(vector: &Vector, capture: &Value) -> Self {
        let gap = first_gap(capture).unwrap_or(300);
        let swift = RealtimeSettings {
            live_after_ms: gap,
            resubscribe_after_ms: 295,
            refusal_delay_ms: 0,
            ..Default::default()
        };
        let world = world_of(Simulator::builder().realtime(swift));
        for scenario in &vector.scenarios {
            world.sim.stage(scenario.clone());
        }
        let payment = world.prepare("4000");
        world.collect(&payment);
        Self { world, payment, events: 0 }
    }

    /// A frame of the capture in the words of this world.
    fn translate(&self, frame: &Value) -> Value {
        let (session, reference) = (self.payment.session_id, &self.payment.reference);
        let second = self.world.sim.realtime_key(session, reference, 400);
        let text = frame
            .to_string()
            .replace("sess_abc", &session.to_string())
            .replace("ref_123", reference)
            .replace("<DOLLR_TOKEN_2>", &second)
            .replace("<DOLLR_TOKEN>", &self.world.key(&self.payment))
            .replace("<ANON_KEY>", self.world.sim.anon_key())
            // One capture was made with a table and a filter of its own.
            .replace(r#""table":"t""#, r#""table":"checkout_payment_intent_public_status""#)
            .replace(r#""reference_id=eq.1""#, &json!(format!("reference_id=eq.{reference}")).to_string());
        serde_json::from_str(&text).expect("JSON")
    }

    /// How many frames the server has dealt with.
    fn heard(&self) -> usize {
        self.world.sim.realtime_log().frames_with(FrameDirection::In, "").count()
    }

    /// Lets a change be committed: the payer's click first, after it the same once more, if it is to be heard.
    fn change(&mut self, unheard: bool) {
        self.events += 1;
        if self.events == 1 {
            assert!(self.world.sim.confirm_3ds(&self.payment.reference, true));
        } else if !unheard {
            self.world.sim.stage(Scenario::new(ScenarioKind::Burst { events: 1 }).at(Moment::Now));
        }
    }
}

/// The time between the first join and the first `system` frame.
fn first_gap(capture: &Value) -> Option<u64> {
    let frames = capture["connections"].as_array()?.last()?["frames"].as_array()?;
    let first = |name: &str| {
        let found = frames.iter().find(|entry| entry.to_string().contains(name))?;
        found["t_ms"].as_u64()
    };
    Some(first(r#""system""#)?.saturating_sub(first(r#""phx_join""#)?).saturating_sub(5))
}

fn event_of(frame: &Value) -> &str {
    let event = if frame.is_array() { &frame[3] } else { &frame["event"] };
    event.as_str().unwrap_or_default()
}

/// What two frames that mean the same have in common: no id, no moment, no row.
fn shape(frame: &Value) -> Value {
    let mut frame = frame.clone();
    let event = event_of(&frame).to_owned();
    let payload = if frame.is_array() { &mut frame[4] } else { &mut frame["payload"] };
    if let Some(echoes) = payload["response"]["postgres_changes"].as_array_mut() {
        for echo in echoes {
            assert!(echo["id"].as_u64().is_some_and(|id| id > 0), "a positive integer: {echo}");
            echo["id"] = json!("an id");
        }
    }
    if event == "postgres_changes" {
        let ids = payload["ids"].as_array().expect("ids").len();
        payload["ids"] = json!(ids);
        let data = payload["data"].as_object_mut().expect("data");
        for name in ["commit_timestamp", "columns", "record", "old_record"] {
            let value = data.get_mut(name).unwrap_or_else(|| panic!("no {name}"));
            *value = match &*value {
                Value::String(_) => json!("text"),
                Value::Array(all) => {
                    json!({"list of": all.first().map(|one| one.as_object().map(serde_json::Map::len))})
                }
                Value::Object(fields) => json!({"object": !fields.is_empty()}),
                other => other.clone(),
            };
        }
    }
    frame
}

fn play(vector: &Vector) {
    let capture: Value = serde_json::from_str(vector.text).expect("JSON");
    let mut stage = Stage::new(vector, &capture);
    let mut passed_ms = START_MS;
    for (number, connection) in capture["connections"].as_array().expect("connections").iter().enumerate() {
        let upgrade = connection["upgrade"].as_str().expect("a line");
        let path =
            upgrade.split(' ').nth(1).expect("a path").replace("<ANON_KEY>", stage.world.sim.anon_key());
        let refused = connection["refused"].as_u64().map(|status| u16::try_from(status).expect("a status"));
        match stage.world.connect_to(&path) {
            Ok(mut client) => {
                assert_eq!(refused, None, "{}", vector.name);
                converse(vector, number, connection, &mut stage, &mut client, passed_ms);
            }
            Err(status) => assert_eq!(refused, Some(status), "{}", vector.name),
        }
        passed_ms = stage.world.clock.now_ms();
    }
}

fn converse(
    vector: &Vector,
    number: usize,
    connection: &Value,
    stage: &mut Stage,
    client: &mut Client,
    start_ms: u64,
) {
    let vsn2 = connection["upgrade"].as_str().is_some_and(|line| line.contains("vsn=2"));
    for (place, entry) in connection["frames"].as_array().expect("frames").iter().enumerate() {
        let at_ms = start_ms + entry["t_ms"].as_u64().expect("a moment");
        if let Some(frame) = entry.get("client") {
            stage.world.clock.advance_to(at_ms);
            if *frame == "<ws ping>" {
                client.send_message(tungstenite::Message::Ping("".into()));
                assert_eq!(client.hear(), support::socket::Heard::Pong);
            } else {
                let heard = stage.heard();
                client.send(&stage.translate(frame));
                while stage.heard() == heard {
                    std::thread::yield_now();
                }
            }
            continue;
        }
        let left_out = vector.left_out.contains(&(number, place));
        let expected = stage.translate(&entry["server"]);
        // The other server's timers were a little late now and then.
        stage.world.clock.advance_to(at_ms + 15);
        if event_of(&expected) == "postgres_changes" {
            stage.change(left_out);
        }
        if !left_out {
            let (heard, place) = (client.next(), format!("{} {number}.{place}", vector.name));
            assert_eq!(shape(&heard), shape(&expected), "{place}");
        }
    }
    // Nothing more has come.
    let (beat, reference) = if vsn2 {
        (json!([null, "last", "phoenix", "heartbeat", {}]), 1)
    } else {
        (json!({"topic": "phoenix", "event": "heartbeat", "payload": {}, "ref": "last"}), 0)
    };
    client.send(&beat);
    let last = client.next();
    let own = if vsn2 { &last[reference] } else { &last["ref"] };
    assert_eq!(*own, json!("last"), "{}: {last}", vector.name);
}

fn always(kind: ScenarioKind) -> Scenario {
    Scenario::new(kind).times(u32::MAX)
}

#[test]
fn clients_that_do_well_are_answered_as_they_were() {
    for vector in [
        vector!("js-2.109.0-node20-ws-vsn2-happy"),
        vector!("js-2.119.0-node22-vsn1-happy"),
        vector!("js-2.119.0-node22-vsn2-happy"),
        vector!("js-2.119.0-node22-vsn2-31s-heartbeat"),
        vector!("js-2.119.0-realtime.accessToken-callback-ok"),
        vector!("js-2.119.0-wait-option"),
        vector!("py-2.34.1-set_auth-while-joined"),
        vector!("py-2.34.1-vsn1-31s-heartbeat"),
        vector!("py-2.34.1-vsn1-happy"),
    ] {
        play(&vector);
    }
}

#[test]
fn clients_whose_token_is_lost_are_answered_but_hear_nothing() {
    for vector in [
        vector!("js-2.119.0-accessToken-option-first-join-without-token"),
        vector!("js-2.119.0-refresh-then-heartbeat-reverts-to-anon"),
        vector!("js-2.119.0-setauth-NOT-awaited-anon-pushed", [], &[(1, 3)]),
        vector!("js-2.119.0-setauth-awaited-rejoin-with-anon", [], &[(1, 3)]),
    ] {
        play(&vector);
    }
}

#[test]
fn what_went_wrong_goes_wrong_in_the_same_frames() {
    let refuse = ScenarioKind::Refuse { status: 401, message: None };
    let expired = |after_ms| Scenario::new(ScenarioKind::TokenExpired).after_ms(after_ms);
    let unpublished = ScenarioKind::SystemError { message: None, retry_after_ms: None };
    for vector in [
        vector!("js-2.119.0-no-reply-timeouts", [always(ScenarioKind::NoReply)], &[]),
        vector!("js-2.119.0-node22-handshake-401-never-retries", [always(refuse.clone())], &[]),
        // It rejoined with the anon key.
        vector!(
            "js-2.119.0-phx_error-rejoin",
            [Scenario::new(ScenarioKind::PhxError).after_ms(400)],
            &[(0, 7)]
        ),
        vector!("js-2.119.0-token-expired", [expired(700)], &[]),
        vector!("py-2.34.1-token-expired", [expired(699)], &[]),
        // The first of two channels was replaced at once, and the second one was anonymous.
        vector!(
            "js-2.119.0-ws-handshake-401-double-join",
            [Scenario::new(refuse).times(2)],
            &[(2, 6), (2, 7), (2, 8)]
        ),
        vector!(
            "py-2.34.1-error401-event-dropped",
            [Scenario::new(ScenarioKind::Errors { code: 401 }).at(Moment::Change)],
            &[]
        ),
        // Without a subscription there are no events.
        vector!("py-2.34.1-system-error-then-zombie-closed", [always(unpublished)], &[(0, 5), (0, 10)]),
    ] {
        play(&vector);
    }
}

#[test]
fn every_capture_is_played() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/realtime");
    let source = include_str!("realtime_vectors.rs");
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_stem().and_then(|name| name.to_str()).expect("a name");
        assert!(source.contains(&format!("\"{name}\"")), "{name} is not played");
    }
}
