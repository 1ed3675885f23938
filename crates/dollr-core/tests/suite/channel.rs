//! A channel's conversation, row by row: key, handshake, join, heartbeat, renewal, failures and the end (API §6).

use std::time::Duration;

use crate::realtime::{
    ANON, ID, KEY, Listener, TABLE, change, heartbeat_reply, key_answer, reply, reply_error, reply_ok,
    system, system_ok, topic,
};
use crate::scenario::{START, id};
use dollr_core::{
    ChannelAction, ChannelEvent, ChannelPolicy, Ending, RealtimeKey, Response, Secret, SourceKind, Timestamp,
};
use serde_json::{Value, json};

fn at(millis: u64) -> Timestamp {
    START.after(Duration::from_millis(millis))
}

#[test]
fn a_key_is_asked_for_with_an_integer_session_and_lives_seconds() {
    let request = RealtimeKey::request("55".parse().unwrap(), SourceKind::Order, id());
    let body: Value = serde_json::from_str(request.body.as_ref().unwrap().expose()).unwrap();
    assert_eq!(body, json!({ "session_id": 55, "source_type": "ORDER", "reference_id": ID }));
    assert_eq!((request.path.as_str(), request.authorized), ("/v1/realtime-keys/collection", true));
    let key = RealtimeKey::parse(&key_answer(KEY, 600)).unwrap();
    assert_eq!((key.access_token.expose(), key.expires_in), (KEY, Duration::from_secs(600)));
    let wrapped = Response::new(201, r#"{"data": {"access_token": "abc", "expires_in": 1}}"#);
    assert_eq!(RealtimeKey::parse(&wrapped).unwrap().expires_in, Duration::from_secs(1));
}

#[test]
fn an_answer_without_a_usable_key_ends_the_channel_at_once() {
    let bodies = [
        r#"{"access_token": "abc", "expires_in": 0}"#,
        r#"{"access_token": "abc", "expires_in": -5}"#,
        r#"{"access_token": "abc", "expires_in": "60"}"#,
        r#"{"access_token": "abc"}"#,
        r#"{"access_token": "", "expires_in": 60}"#,
        r#"{"access_token": "a\"]\r\n", "expires_in": 60}"#,
        r#"{"access_token": "abc", "access_token": "abd", "expires_in": 60}"#,
        "<html>",
    ];
    let answers = bodies.map(|body| Response::new(200, body));
    let refusals =
        [0, 302, 401, 404, 429, 500].map(|status| Response::new(status, key_answer(KEY, 9).body()));
    for response in answers.into_iter().chain(refusals) {
        assert_eq!(Listener::new().key_answered("given_up", response).ends(), Ending::NoKey);
    }
    let new = Listener::new();
    let ChannelAction::Key(request) = new.next() else { panic!() };
    let lost = new.happens("given_up", &ChannelEvent::Unanswered { exchange: request.exchange });
    assert_eq!(lost.ends(), Ending::NoKey);
}

#[test]
fn the_handshake_carries_the_anon_key_escaped_and_never_the_channels() {
    let ChannelAction::Connect(handshake) = Listener::new().keyed().next() else { panic!() };
    assert_eq!(handshake.until, at(5_000));
    assert_eq!(
        handshake.target(&Secret::new(ANON)).expose(),
        "/realtime/v1/websocket?apikey=an0n%26k3y%3Dof%20the%25m3rchant%2F%2B&vsn=2.0.0"
    );
}

#[test]
fn the_join_says_what_released_clients_say() {
    let joining = Listener::new().keyed().connected();
    let binding = json!({ "event": "*", "schema": "public", "table": TABLE, "filter": format!("reference_id=eq.{ID}") });
    let config = json!({
        "broadcast": { "ack": false, "self": false }, "presence": { "key": "", "enabled": false },
        "postgres_changes": [binding], "private": false,
    });
    assert_eq!(
        joining.frame(),
        json!(["1", "1", topic(), "phx_join", { "config": config, "access_token": KEY }])
    );
}

/// The reply says only that the channel is there; the `system` message, that it listens.
#[test]
fn it_is_live_only_when_the_server_says_that_it_watches() {
    let joined = Listener::new().joined();
    assert!(!joined.channel.is_live(joined.now));
    let live = joined.millis(2_000).text("subscribed", &system_ok(1)).hinted();
    assert!(live.channel.is_live(live.now));
    let again = live.clone().millis(3_000).text("subscribed", &system_ok(1)).hinted();
    assert_eq!(again.hints.len(), 3, "each `ok` marks a possible gap");
    assert!(!live.channel.is_live(at(30_000)));

    // Other good news is no watching, and a late answer to the join itself is no bad news.
    let other = Listener::new().joined().text("heard", &system(1, "postgres_changes", "ok", "Reconnected"));
    assert!(!other.channel.is_live(other.now));
    let late = live.text("heard", &reply_error(1, "unmatched topic"));
    assert!(late.channel.is_live(late.now));
}

/// I8: a live channel thins the questions out, and never beyond five seconds; one that is in trouble, or over, changes nothing.
#[test]
fn beside_a_live_channel_there_is_a_slow_poll() {
    let joined = Listener::new().joined();
    assert_eq!(joined.channel.safety_poll(at(4_000), at(0), joined.now), at(4_000), "not live yet");
    let live = joined.millis(2_000).text("subscribed", &system_ok(1)).hinted();
    let (channel, hinted) = (&live.channel, live.now);
    let after = |millis| hinted.after(Duration::from_millis(millis));
    let (asked, now) = (after(1), after(2));
    assert_eq!(
        channel.safety_poll(after(2_500), asked, now),
        after(5_001),
        "five seconds after the last one"
    );
    assert_eq!(channel.safety_poll(after(60_000), asked, now), after(60_000), "the schedule asks less often");
    let closed = live.clone().millis(2).happens("lost", &ChannelEvent::Closed);
    assert_eq!(closed.channel.safety_poll(after(2_500), asked, now), after(2_500), "back at once");
    assert_eq!(channel.safety_poll(at(31_000), at(29_000), at(30_000)), at(31_000), "over");
}

/// I8: a hint that comes within a second of the last question is asked about a second after that, and not five.
#[test]
fn what_was_hinted_is_not_put_off() {
    let live = Listener::new().joined().millis(2_000).text("subscribed", &system_ok(1)).hinted();
    let before = Timestamp::from_millis(live.now.as_millis() - 900);
    let due = before.after(Duration::from_secs(1));
    let soon = live.now.after(Duration::from_millis(50));
    assert_eq!(live.channel.safety_poll(due, before, live.now), due);
    assert_eq!(live.channel.safety_poll(due, before, soon), due);
}

#[test]
fn a_join_that_was_not_bound_as_asked_never_counts_as_live() {
    for reply in [
        reply_ok(1, 7).replace("public", "private"),
        reply_ok(1, 7).replace(TABLE, "orders"),
        reply_ok(1, 7).replace("=eq.07", "=eq.08"),
        reply_ok(1, 7).replace("\"*\"", "\"INSERT\""),
        reply_ok(1, 7).replace("\"id\":7", "\"id\":\"7\""),
        reply_ok(1, 7).replace("\"id\":7", "\"id\":null"),
        reply(1, 1, "phx_reply", &json!({ "status": "ok", "response": {} })),
        reply(1, 1, "phx_reply", &json!({ "status": "ok", "response": { "postgres_changes": [] } })),
    ] {
        let joined = Listener::new().joining().text("joined", &reply).hinted().millis(1_000);
        let told = joined.text("heard", &system_ok(1)).hinted();
        assert!(!told.channel.is_live(told.now), "{reply}");
    }
    Listener::new().joining().text("joined", &reply_ok(1, 0)).hinted().text("subscribed", &system_ok(1));
}

#[test]
fn a_heartbeat_comes_every_five_to_eight_seconds_and_has_four_for_its_answer() {
    let mut live = Listener::new().live();
    let mut gaps = Vec::new();
    let mut number = 1;
    let mut from = at(0);
    for _ in 0..2 {
        live = live.due();
        gaps.push(live.now.since(from).as_millis());
        live = live.sends("heartbeat").millis(200);
        number += 1;
        live = live.text("heard", &heartbeat_reply(number)).idle();
        from = live.now;
    }
    assert!(gaps.iter().all(|gap| (5_000..=8_000).contains(gap)), "{gaps:?}");
    assert_ne!(gaps[0], gaps[1], "no jitter");
    let beating = live.due().sends("heartbeat");
    let sent = beating.now;
    // Neither an old answer nor another frame answers it.
    let deaf = beating.text("heard", &heartbeat_reply(2)).text("heard", &change(7)).hinted().passes("lost");
    assert_eq!(deaf.now, sent.after(Duration::from_secs(4)));
    assert!(!deaf.channel.is_live(deaf.now));
    assert_eq!(deaf.hinted().next(), ChannelAction::Close);
}

#[test]
fn connecting_and_joining_have_five_seconds_together() {
    let slow = Listener::new().keyed().millis(3_000).connected().millis(1_000).sends("phx_join");
    assert_eq!(slow.until(), at(5_000));
    let late = slow.passes("lost").hinted().closes();
    let second = late.due().connected().sends("phx_join").passes("given_up");
    assert_eq!(second.ends(), Ending::Late);
    let stuck = Listener::new().keyed().millis(5_000).in_state("Offline").hinted().idle().due();
    assert!(matches!(stuck.next(), ChannelAction::Connect(_)));
}

/// F31: what time does happens when it is due, however late and however often it is asked about.
#[test]
fn a_back_off_counts_from_the_failure_not_from_its_being_noticed() {
    let noticed = |after: u64| Listener::new().joining().millis(after).hinted().closes().until();
    assert_eq!(noticed(5_000), noticed(5_900));
}

/// A reply that comes after its time is stale, and does not confuse the second join.
#[test]
fn at_most_one_reconnect_with_a_join_reference_of_its_own() {
    let live = Listener::new().live().closed("lost").millis(1_000).hinted().idle();
    let wait = live.until().since(live.now);
    assert!(wait <= Duration::from_secs(1), "{wait:?}");
    let rejoining = live.due().connected();
    let join = rejoining.frame()[0].as_str().unwrap().parse().unwrap();
    assert_eq!(join, 2);
    let rejoining = rejoining.sends("phx_join");
    let rejoining =
        rejoining.text("heard", &reply_ok(1, 7)).text("heard", &reply_error(1, "Unauthorized: no"));
    let again = rejoining.millis(1_000).text("joined", &reply_ok(join, 7)).hinted().millis(1_000);
    let stale = reply(1, 1, "phx_close", &json!({}));
    let again = again.text("heard", &system_ok(1)).text("heard", &stale).idle();
    let again = again.text("subscribed", &system_ok(join)).hinted();
    assert_eq!(again.closed("given_up").ends(), Ending::Lost);
}

#[test]
fn a_key_that_does_not_outlive_the_channel_is_renewed_and_told() {
    let short = Listener::new().keyed_with("first", 24).connected().sends("phx_join");
    let short = short
        .text("joined", &reply_ok(1, 7))
        .hinted()
        .millis(1_000)
        .text("subscribed", &system_ok(1))
        .hinted();
    let mut short = short;
    for number in 2..40 {
        short = short.due();
        match short.next() {
            ChannelAction::Key(_) => break,
            _ => short = short.sends("heartbeat").text("heard", &heartbeat_reply(number)),
        }
    }
    assert_eq!(short.now, at(12_000), "half its life");
    let renewed = short.clone().keyed_with("second", 600);
    let frame = renewed.frame();
    assert_eq!((&frame[0], &frame[3]), (&json!("1"), &json!("access_token")));
    assert_eq!(frame[4], json!({ "access_token": "second" }));
    let renewed = renewed.sends("access_token").idle();
    renewed.millis(1_500).text("subscribed", &system_ok(1)).hinted();
    // Without a new one it lives on with the old one.
    short.key_answered("no_key", Response::new(500, "")).idle().in_state("Live");
}

/// A vendor whose keys live a second is not asked without end.
#[test]
fn no_more_than_four_keys_are_asked_for() {
    let policy = ChannelPolicy::default().life(Duration::from_secs(600));
    let mut listener = Listener::with(policy);
    let mut keys = 0;
    let mut number = 1;
    for _ in 0..2_000 {
        if listener.now >= at(500_000) {
            break;
        }
        listener = match listener.next() {
            ChannelAction::Key(_) => {
                keys += 1;
                listener.keyed_with(KEY, 1)
            }
            ChannelAction::Connect(_) => {
                listener.connected().sends("phx_join").text("joined", &reply_ok(1, 7))
            }
            ChannelAction::Send(push) => {
                number = push.number;
                let sent = listener.happens("sent", &ChannelEvent::Sent { number });
                sent.text("heard", &heartbeat_reply(number))
            }
            ChannelAction::Hint => listener.hinted(),
            ChannelAction::Wait { until } => Listener { now: until, ..listener },
            other => panic!("{other:?}"),
        };
    }
    assert_eq!(keys, 4);
    let expired = system(1, "system", "error", "Token has expired 0 seconds ago");
    assert_eq!(listener.text("given_up", &expired).ends(), Ending::KeyExpired);
    assert!(number > 50);
}

/// At its end it asks, leaves, closes and says so.
#[test]
fn it_lives_thirty_seconds() {
    let policy = ChannelPolicy::default().heartbeat(Duration::from_secs(3_000));
    let mut live = Listener::with(policy).live();
    assert_eq!(live.until(), at(30_000));
    live = live.passes("over");
    assert_eq!(live.now, at(30_000));
    let left = live.hinted().sends("phx_leave").closes();
    assert_eq!(left.next(), ChannelAction::Done(Ending::LifeOver));
    assert_eq!(Ending::LifeOver.to_string(), "it has lived its life");
    let short = ChannelPolicy::default().life(Duration::ZERO);
    assert_eq!(Listener::with(short).ends(), Ending::LifeOver);
}

/// T13: whatever the policy says, it ends within an hour and does not beat more than once a second.
#[test]
fn a_policy_is_bounded() {
    let hours = Duration::from_secs(2 * 3_600);
    let long = ChannelPolicy::default().life(hours).heartbeat(hours);
    let long = Listener::with(long).keyed_with(KEY, 86_400).connected().sends("phx_join");
    let long = long.text("joined", &reply_ok(1, 7)).hinted().millis(1_500).text("subscribed", &system_ok(1));
    assert_eq!(long.hinted().until(), at(3_600_000));
    let live = Listener::with(ChannelPolicy::default().heartbeat(Duration::ZERO)).live();
    let beaten = live.due().sends("heartbeat").text("heard", &heartbeat_reply(2)).idle();
    let from = beaten.now;
    let gap = beaten.due().sends("heartbeat").now.since(from);
    assert!((1_000..=1_600).contains(&gap.as_millis()), "{gap:?}");
}

#[test]
fn leaving_says_goodbye_where_somebody_listens() {
    let left = Listener::new().live().millis(1_000).happens("left", &ChannelEvent::Leave).hinted();
    // What still comes is not heard any more.
    let left = left.text("heard", &change(7)).sends("phx_leave").text("heard", "x").closes();
    assert_eq!(left.next(), ChannelAction::Done(Ending::Left));
    assert!(!format!("{:?}", left.channel).contains("***"), "the key is kept after the end");
    assert_eq!(Listener::new().happens("left", &ChannelEvent::Leave).ends(), Ending::Left);
    let online = Listener::new().keyed().connected().happens("left", &ChannelEvent::Leave).hinted();
    assert_eq!(online.closes().next(), ChannelAction::Done(Ending::Left));
}

/// I8: hints are coalesced; what only raises doubts becomes rarer and rarer.
#[test]
fn at_most_one_hint_a_second() {
    let count = |frame: &str| {
        let mut live = Listener::new().live().millis(1_000);
        live.hints.clear();
        let end = live.now.after(Duration::from_secs(4));
        while live.now < end {
            live = live.text("heard", frame);
            live = if live.next() == ChannelAction::Hint { live.hinted() } else { live }.millis(10);
        }
        live.hints.len()
    };
    assert_eq!(count(&change(7)), 4);
    assert_eq!(count("rubbish"), 2);
    let mixed = Listener::new().live().millis(1_000).text("heard", "x").hinted().text("heard", "x").idle();
    let mixed = mixed.millis(1_000).text("heard", &change(7)).hinted();
    mixed.idle();
}

/// T13, F31: a suspended machine has lost its socket; a clock that was set back ends the channel.
#[test]
fn a_clock_that_leaps_makes_no_endless_wait_and_no_spin() {
    for script in
        [Listener::new(), Listener::new().keyed(), Listener::new().joining(), Listener::new().live()]
    {
        for leap in [31_000, 8 * 3_600_000, 10 * 365 * 86_400_000] {
            assert!(matches!(script.clone().millis(leap).ends(), Ending::LifeOver | Ending::Late));
        }
        for back in [1_001, 60_000, 10 * 365 * 86_400_000] {
            let set_back = Timestamp::from_millis(script.now.as_millis() - back);
            let ending = Listener { now: set_back, ..script.clone() }.ends();
            assert!(matches!(ending, Ending::LifeOver | Ending::Late));
        }
        let corrected = Timestamp::from_millis(script.now.as_millis() - 999);
        assert_ne!(Listener { now: corrected, ..script }.state(), "Ended");
    }
}

/// A host that was busy with another call reads the answer before it asks what to do.
#[test]
fn a_frame_that_lay_there_while_the_host_was_busy_still_counts() {
    let busy = |listener: Listener, frame: &str| {
        let later = listener.millis(7_000);
        let told = ChannelEvent::Text(frame.to_owned());
        Listener { channel: later.channel.apply(&told, later.now).unwrap(), ..later }
    };
    busy(Listener::new().live().due().sends("heartbeat"), &heartbeat_reply(2)).idle().in_state("Live");
    busy(Listener::new().joining(), &reply_ok(1, 7)).hinted().in_state("Joined");
    busy(Listener::new().joining(), "rubbish").in_state("Offline");
    let over = Listener::new().live().millis(24_000).due().sends("heartbeat");
    busy(over, &heartbeat_reply(2)).in_state("Ended");
}

/// What an adapter says late, because it was busy, is no error.
#[test]
fn a_late_word_is_taken_for_what_it_has_become() {
    let late = Listener::new().keyed().millis(31_000).happens("connected", &ChannelEvent::Connected);
    assert_eq!(late.ends(), Ending::Late);
    let joining = Listener::new().keyed().connected();
    let number = joining.push().number;
    joining.clone().millis(31_000).happens("sent", &ChannelEvent::Sent { number: 1 });
    let overtaken = joining.closed("lost").happens("sent", &ChannelEvent::Sent { number });
    overtaken.hinted().due().connected().sends("phx_join");
    let asked = Listener::new();
    let ChannelAction::Key(request) = asked.next() else { panic!() };
    let answer = ChannelEvent::Answered { exchange: request.exchange, response: key_answer(KEY, 600) };
    assert_eq!(asked.millis(40_000).happens("keyed", &answer).ends(), Ending::LifeOver);
}

#[test]
fn each_setting_of_a_policy_is_taken() {
    let (usual, long) = (ChannelPolicy::default(), Duration::from_secs(77));
    let changed = [
        usual.life(long),
        usual.join(long),
        usual.heartbeat(long),
        usual.verdict(long),
        usual.safety_poll(long),
    ];
    for (n, policy) in changed.iter().enumerate() {
        assert!(*policy != usual && !changed[..n].contains(policy), "{n}");
        assert!(format!("{policy:?}").contains("77"), "{policy:?}");
    }
}
