//! What a frame is taken for: conversations of released clients, both serialisers, and everything that is nearly a frame (API §6;
//! F24; T9, T10, T17, T18, T19).

use std::collections::BTreeMap;

use crate::realtime::{ID, Listener, TABLE, change, change_of, reply, reply_ok, system_ok, topic, version_1};
use dollr_core::{ChannelAction, ChannelEvent};
use serde_json::{Value, json};

const CONVERSATIONS: &str = include_str!("../vectors/realtime/conversations.txt");

/// A conversation's name, and its lines: whether the server speaks, and the frame.
fn conversations() -> Vec<(&'static str, Vec<(bool, Value)>)> {
    let mut all: Vec<(&str, Vec<(bool, Value)>)> = Vec::new();
    for line in CONVERSATIONS.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        match line.split_at(2) {
            ("< " | "> ", frame) => {
                let frame = serde_json::from_str(frame).unwrap();
                all.last_mut().unwrap().1.push((line.starts_with('<'), frame));
            }
            _ => all.push((line.trim_matches(['[', ']']), Vec::new())),
        }
    }
    all
}

/// The join's reference, the frame's own, and the event, in either form.
fn slots(frame: &mut Value) -> (Value, Value, String) {
    let take = |value: &mut Value| value.take();
    if frame.is_array() {
        (take(&mut frame[0]), take(&mut frame[1]), frame[3].as_str().unwrap().to_owned())
    } else {
        let event = frame["event"].as_str().unwrap().to_owned();
        (Value::Null, take(&mut frame["ref"]), event)
    }
}

/// A conversation with our references in the place of the client's, and the states that it led to.
fn replay(lines: &[(bool, Value)]) -> (Vec<&'static str>, usize) {
    let mut listener = Listener::new().keyed();
    let mut ours: BTreeMap<String, String> = BTreeMap::new();
    let mut states = Vec::new();
    for (server, frame) in lines {
        let mut frame = frame.clone();
        let (join, number, event) = slots(&mut frame);
        listener = settle(listener, &event, *server);
        match (*server, event.as_str()) {
            (false, "phx_leave") => break,
            (false, "phx_join" | "heartbeat") => {
                let asked = number.as_str().map(str::to_owned);
                // A join or a beat that we do not make: its reference is nobody's.
                let push = if let ChannelAction::Send(push) = listener.next() { Some(push) } else { None };
                let push = push.filter(|push| push.text.expose().contains(&event));
                let number = push.map_or("900".to_owned(), |push| {
                    listener = listener.clone().sends(&event);
                    push.number.to_string()
                });
                asked.map(|asked| ours.insert(asked, number));
            }
            (false, _) => {}
            (true, _) => {
                let own =
                    |slot: &Value| slot.as_str().map_or(Value::Null, |slot| ours.get(slot).cloned().into());
                let at = if frame.is_array() { [json!(0), json!(1)] } else { [Value::Null, json!("ref")] };
                for (at, slot) in at.iter().zip([join, number]) {
                    match at {
                        Value::Null => {}
                        Value::String(name) => frame[name] = own(&slot),
                        at => frame[usize::try_from(at.as_u64().unwrap()).unwrap()] = own(&slot),
                    }
                }
                listener = listener.millis(1_000);
                let told = ChannelEvent::Text(frame.to_string());
                listener.channel = listener.channel.apply(&told, listener.now).unwrap();
                states.push(listener.state());
            }
        }
    }
    (states, listener.hints.len())
}

/// Does what is to be done before the client's next frame.
fn settle(mut listener: Listener, event: &str, server: bool) -> Listener {
    for _ in 0..30 {
        listener = match listener.next() {
            ChannelAction::Hint => listener.hinted(),
            ChannelAction::Connect(_) => listener.connected(),
            ChannelAction::Key(_) => listener.keyed(),
            ChannelAction::Wait { until } if !server && matches!(event, "phx_join" | "heartbeat") => {
                if listener.state() == "Online" || event == "heartbeat" {
                    Listener { now: until, ..listener }
                } else {
                    break;
                }
            }
            _ => break,
        };
    }
    listener
}

#[test]
fn conversations_of_released_clients_are_understood() {
    let expected: BTreeMap<&str, &str> = [
        ("js-2.119.0-node22-vsn2-happy", "Joined Live Live"),
        ("js-2.119.0-node22-vsn1-happy", "Joined Live Live"),
        ("js-2.119.0-phx_error-rejoin", "Joined Live Online Joined Live Live"),
        // With a new key a second join may help.
        ("js-2.119.0-token-expired", "Joined Live Online Online"),
        // The reply to a second join, and the close of the first, which was ours: it is joined once more.
        ("js-2.119.0-ws-handshake-401-double-join", "Joined Joined Online Online Online Online Online"),
        (
            "js-2.119.0-refresh-then-heartbeat-reverts-to-anon",
            "Joined Live Live Live Live Live Live Live Live",
        ),
        ("js-2.119.0-wait-option", "Joined Live Live"),
        ("js-2.119.0-node22-vsn2-31s-heartbeat", "Joined Live Live Live Live"),
        ("py-2.34.1-vsn1-happy", "Joined Joined Live Live"),
        ("py-2.34.1-error401-event-dropped", "Joined Joined Live Live"),
        // The server cannot watch the table: that client goes on, and goes deaf.
        ("py-2.34.1-system-error-then-zombie-closed", "Joined Joined Ended Ended Ended Ended Ended Ended"),
        ("py-2.34.1-token-expired", "Joined Joined Live Online Online"),
    ]
    .into();
    let seen = conversations();
    assert_eq!(seen.len(), expected.len());
    for (name, lines) in seen {
        let (states, hints) = replay(&lines);
        assert_eq!(states.join(" "), expected[name], "{name}");
        assert!(hints >= 1, "{name}");
    }
}

#[test]
fn the_older_serialiser_says_the_same() {
    let joined = Listener::new().joining().text("joined", &version_1(&reply_ok(1, 7))).hinted().millis(1_000);
    let live = joined.text("subscribed", &version_1(&system_ok(1))).hinted().millis(1_000);
    let told = live.text("heard", &version_1(&change(7))).hinted().millis(1_000);
    let told = told.text("heard", &version_1(&reply(9, 9, "phx_close", &json!({})))).idle();
    told.text("dismissed", &version_1(&reply(1, 1, "phx_error", &json!({}))));
}

/// How a frame is taken: `None` for nothing, else how long the hint after the next one has to wait: doubts become rarer.
fn taken(frame: &str) -> Option<u64> {
    // One doubt is behind: a second one is due two seconds later, an event of ours one.
    let live = Listener::new().live().millis(1_000).text("heard", "rubbish").hinted();
    let told = live.clone().text("heard", frame).in_state("Live");
    (1..=4).find(|seconds| told.clone().millis(seconds * 1_000).next() == ChannelAction::Hint)
}

const OURS: Option<u64> = Some(1);
const DOUBT: Option<u64> = Some(2);

#[test]
fn only_a_change_of_our_row_by_our_subscription_is_more_than_a_doubt() {
    let with = |parts: &Value| taken(&change_of(&json!([7]), ID, parts));
    assert_eq!(taken(&change(7)), OURS);
    assert_eq!(taken(&change_of(&json!([1, 7]), ID, &json!({}))), OURS);
    assert_eq!(with(&json!({ "type": "INSERT", "old_record": null, "columns": [] })), OURS);
    for ids in [
        json!([8]),
        json!([]),
        json!(["7"]),
        json!(7),
        json!(null),
        json!([7.5]),
        json!([-7]),
        json!([7, "x"]),
    ] {
        assert_eq!(taken(&change_of(&ids, ID, &json!({}))), DOUBT, "{ids}");
    }
    for row in ["07070707-0707-4707-8707-070707070708", "", "*"] {
        assert_eq!(taken(&change_of(&json!([7]), row, &json!({}))), DOUBT, "{row}");
    }
    for parts in [
        json!({ "schema": "private" }),
        json!({ "table": "orders" }),
        json!({ "table": null }),
        json!({ "schema": 7 }),
        json!({ "errors": ["Error 401: Unauthorized"], "commit_timestamp": null }),
        json!({ "errors": ["Error 413: Payload Too Large"] }),
        json!({ "errors": [] }),
        json!({ "record": {} }),
        json!({ "record": null, "type": "DELETE" }),
        json!({ "record": [] }),
        json!({ "record": { "reference_id": 7 } }),
    ] {
        assert_eq!(with(&parts), DOUBT, "{parts}");
    }
    // A key twice, where a generic JSON value would take the last.
    let foreign = "\"reference_id\":\"07070707-0707-4707-8707-070707070708\",\"reference_id\":";
    assert_eq!(taken(&change(7).replace("\"reference_id\":", foreign)), DOUBT);
    assert_eq!(taken(&change(7).replace("\"ids\":[7]", "\"ids\":[8],\"ids\":[7]")), DOUBT);
}

#[test]
fn what_comes_before_the_reply_is_asked_about() {
    for frame in [change(7), version_1(&change(7)), system_ok(1), version_1(&system_ok(1))] {
        let early = Listener::new().joining().text("heard", &frame).hinted();
        early.text("joined", &reply_ok(1, 7)).millis(1_000).hinted().text("subscribed", &system_ok(1));
    }
}

/// T17, T18: no value of a row but its id is looked at, whatever it says about money.
#[test]
fn no_money_and_no_status_is_read_from_a_frame() {
    let live = Listener::new().live().millis(1_000);
    let plain = live.clone().text("heard", &change(7)).channel;
    for (status, amount) in [("COMPLETED", json!(0)), ("FAILED", json!("1e400")), ("\u{0}", json!([[]]))] {
        let record = json!({ "reference_id": ID, "status": status, "amount": amount, "currency": "XXX" });
        let told = live.clone().text("heard", &change_of(&json!([7]), ID, &json!({ "record": record })));
        assert_eq!(told.channel, plain);
    }
}

#[test]
fn what_is_not_about_our_channel_is_nothing() {
    let frame = |join: Value, number: Value, topic: &str, event: &str, payload: Value| {
        taken(&json!([join, number, topic, event, payload]).to_string())
    };
    let (ours, none) = (topic(), json!(null));
    for event in ["presence_state", "presence_diff", "broadcast", "postgres_change", "", "phx_joined"] {
        assert_eq!(frame(json!("1"), none.clone(), &ours, event, json!({})), None, "{event}");
    }
    for other in
        ["phoenix", "realtime:payment-intent:56:07070707-0707-4707-8707-070707070707", "realtime:*", ""]
    {
        for event in ["postgres_changes", "phx_reply", "phx_close", "phx_error", "system"] {
            let payload = json!({ "ids": [7], "status": "error", "extension": "system", "message": "x" });
            assert_eq!(frame(none.clone(), none.clone(), other, event, payload), None, "{other} {event}");
        }
    }
    // Of a join that is not the current one, or of none.
    for join in
        [json!("2"), json!("0"), json!("01"), json!(" 1"), json!("99999999999"), json!("x"), none.clone()]
    {
        for event in ["phx_reply", "phx_close", "phx_error", "system"] {
            let payload = json!({ "extension": "system", "status": "error", "message": "Token has expired" });
            assert_eq!(frame(join.clone(), join.clone(), &ours, event, payload), None, "{join} {event}");
        }
    }
    assert_eq!(taken(&change(7).replacen("null", "\"2\"", 1)), None, "an event of a join before");
    assert_eq!(taken(&change(7).replacen("null", "\"1\"", 1)), OURS);
}

/// A row may be long: a frame is read up to 256 KiB.
#[test]
fn a_frame_is_read_up_to_its_greatest_length() {
    let of = |length: usize| {
        let (before, after) =
            change(7).split_once("6b1f").map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
        let filler = "x".repeat(length - before.len() - after.len());
        before + &filler + &after
    };
    let longest = 256 * 1024;
    assert_eq!([taken(&of(longest)), taken(&of(longest + 1))], [OURS, DOUBT]);
}

#[test]
fn what_cannot_be_read_is_a_doubt_and_no_more() {
    let deep = change(7).replace("\"errors\":null", &format!("\"x\":{}{}", "[".repeat(40), "]".repeat(40)));
    let refless = version_1(&change(7)).replace("\"ref\":null,", "");
    let long = change(7).replace("6b1f", &"x".repeat(256 * 1024));
    let twice = change(7).replace("\"schema\":\"public\"", "\"schema\":\"public\",\"schema\":\"public\"");
    let ours = topic();
    let texts = [
        String::new(),
        "null".into(),
        "[]".into(),
        "{}".into(),
        "7".into(),
        "\u{0}".into(),
        "[".repeat(1_000_000),
        deep,
        refless,
        long,
        twice,
        format!(r#"["1","1","{ours}","system"]"#),
        format!(r#"["1","1","{ours}","system",{{}},{{}}]"#),
        format!(r#"["1","1","{ours}","system",[]]"#),
        format!(r#"["1","1","{ours}","system",null]"#),
        format!(r#"[1,1,"{ours}","system",{{}}]"#),
        format!(r#"["1","1","{ours}",null,{{}}]"#),
        r#"["1","1",7,"system",{}]"#.to_owned(),
        format!(r#"["1","1","{ours}","system",{{}}] []"#),
        format!(r#"["1","1","{ours}","system",{{"status":7}}]"#),
        format!(r#"["1","1","{ours}","system",{{}}]"#),
        format!(r#"["1","1","{ours}","phx_reply",{{"status":[]}}]"#),
        format!(r#"["1",null,"{ours}","system",{{"status":"ok","status":"error"}}]"#),
        format!(r#"{{"topic":"{ours}","event":"system","payload":{{}}}}"#),
        format!(r#"{{"topic":"{ours}","event":"system","payload":[],"ref":null}}"#),
        format!(r#"{{"topic":"{ours}","event":"system","payload":{{}},"ref":7}}"#),
        format!(r#"{{"topic":"{ours}","topic":"{ours}","event":"system","payload":{{}},"ref":null}}"#),
        change(7)[..200].to_owned(),
        TABLE.to_owned(),
    ];
    for text in texts {
        assert_eq!(taken(&text), DOUBT, "{}", &text[..text.len().min(200)]);
    }
    let binary = Listener::new().live().millis(1_000).happens("heard", &ChannelEvent::Binary);
    binary.idle();
}
