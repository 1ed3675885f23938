//! The channel's table and the channel say the same: every state × every kind of event, and every edge.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::realtime::{KEY, Listener, change, key_answer, reply, reply_error, reply_ok, system, system_ok};
use crate::scenario::START;
use dollr_core::{
    CHANNEL_TRANSITIONS, Channel, ChannelAction, ChannelEvent, ChannelPolicy, Edge, Exchange, Purpose,
    Response,
};
use serde_json::json;

const EXPIRED: &str = "InvalidJWTToken: Token has expired 3 seconds ago";

fn retrying() -> String {
    system(1, "postgres_changes", "error", "{:error, :timeout}")
}

fn crash() -> String {
    reply(1, 1, "phx_error", &json!({}))
}

fn leave(listener: Listener) -> Listener {
    listener.happens("left", &ChannelEvent::Leave)
}

/// A channel that had a key asked for when something else happened.
fn renewing(script: Listener) -> (Listener, Exchange) {
    let mut script = script;
    for number in 2..40 {
        script = script.due();
        match script.next() {
            ChannelAction::Key(request) => return (script, request.exchange),
            _ => script = script.sends("heartbeat").text("heard", &crate::realtime::heartbeat_reply(number)),
        }
    }
    panic!("no key is asked for")
}

fn short_lived() -> Listener {
    let short = Listener::new().keyed_with(KEY, 20).connected().sends("phx_join");
    short.text("joined", &reply_ok(1, 7)).hinted().millis(1_000)
}

/// A key's answer, and none, while this is the state.
fn keys(script: &Listener, exchange: Exchange) -> [Listener; 2] {
    let answered = ChannelEvent::Answered { exchange, response: key_answer(KEY, 600) };
    let keyed = script.clone().happens("keyed", &answered);
    [keyed, script.clone().happens("no_key", &ChannelEvent::Unanswered { exchange })]
}

/// Scripts that together walk every edge.
fn scripts() -> Vec<Listener> {
    let (joining, joined, live) =
        (Listener::new().joining(), Listener::new().joined(), Listener::new().live());
    let mut all = Vec::new();
    let offline =
        live.clone().millis(1_000).text("lost", &system(1, "system", "ok", "Server requested disconnect"));
    let online = Listener::new().keyed().connected();
    // Nothing but words that are too late, and hints.
    for script in [&offline, &joined, &live, &joining] {
        let heard = script.clone().happens("heard", &ChannelEvent::Binary);
        all.push(heard.happens("sent", &ChannelEvent::Sent { number: 1 }));
    }
    all.push(offline.clone().hinted().closes());
    all.push(joining.clone().text("heard", "x").hinted());
    all.push(online.clone().text("heard", "x").hinted());
    let dismissed = live.clone().millis(1_000).text("dismissed", &crash()).hinted();
    all.push(dismissed.clone().happens("sent", &ChannelEvent::Sent { number: 1 }));
    all.push(
        live.clone()
            .text("subscribed", &system_ok(1))
            .text("unsubscribed", &retrying())
            .text("unsubscribed", &retrying()),
    );
    all.push(joined.clone().text("dismissed", &crash()));
    all.push(joining.clone().text("dismissed", &reply_error(1, EXPIRED)).hinted().keyed());
    for script in [&online, &joining, &joined, &live] {
        all.push(script.clone().closed("lost"));
    }
    all.push(Listener::new().keyed().unconnected("lost", None));
    all.push(Listener::new().keyed().unconnected("given_up", Some(403)));
    all.push(dismissed.clone().closed("given_up"));
    for script in [&joining, &joined, &live] {
        all.push(script.clone().closed("lost").millis(1_000).hinted().due().connected().sends("phx_join"));
    }
    all.push(joining.clone().text("given_up", &reply_error(1, "PrivateOnly: x")));
    for script in [&joined, &live] {
        all.push(
            script.clone().text(
                "given_up",
                &system(1, "postgres_changes", "error", "No subscription params provided."),
            ),
        );
    }
    for script in [&Listener::new(), &offline, &online, &joining, &joined, &live] {
        all.push(leave(script.clone()));
    }
    all.extend(renewals());
    all.extend(ends(&joining, &joined, &live));
    all
}

/// Keys that come, or do not, in each state.
fn renewals() -> Vec<Listener> {
    let (joined, exchange) = renewing(short_lived());
    let live = joined.clone().text("subscribed", &system_ok(1));
    let online = joined.clone().text("dismissed", &crash());
    let offline = joined.clone().closed("lost");
    let joining = online.clone().hinted().due().sends("phx_join");
    let ended = leave(joined.clone());
    [joined, live, online, offline, joining, ended].iter().flat_map(|script| keys(script, exchange)).collect()
}

/// What is left to do and to hear after the end, and the ends that come with time.
fn ends(joining: &Listener, joined: &Listener, live: &Listener) -> Vec<Listener> {
    let left = leave(live.clone().millis(1_000)).text("heard", &change(7)).hinted();
    let late =
        leave(Listener::new().keyed()).happens("connected", &ChannelEvent::Connected).hinted().closes();
    let mut all = vec![left.sends("phx_leave").closes(), late];
    // Attempts that are given more time than there is.
    let patient = || Listener::with(ChannelPolicy::default().join(Duration::from_secs(300)));
    let trying = [patient(), patient().keyed().connected(), patient().joining()];
    for script in trying.into_iter().chain([joined.clone(), live.clone()]) {
        let from = script.state();
        let mut over = script.millis(31_000);
        over.walked.push(Edge { from, on: "over", to: over.state() });
        all.push(over);
    }
    all.push(joining.clone().passes("lost"));
    all
}

#[test]
fn every_edge_of_the_table_is_walked() {
    let walked: BTreeSet<_> = scripts().into_iter().flat_map(|script| script.walked).collect();
    let missing: Vec<_> = CHANNEL_TRANSITIONS.iter().filter(|edge| !walked.contains(edge)).collect();
    assert!(missing.is_empty(), "nobody walks {missing:#?}");
    assert!(walked.iter().all(|edge| CHANNEL_TRANSITIONS.contains(edge)));
}

/// Every kind of event; some are impossible in some states.
fn every_event(listener: &Listener) -> Vec<ChannelEvent> {
    let mut events = vec![
        ChannelEvent::Connected,
        ChannelEvent::Unconnected { status: None },
        ChannelEvent::Unconnected { status: Some(403) },
        ChannelEvent::Binary,
        ChannelEvent::Closed,
        ChannelEvent::Hinted,
        ChannelEvent::Leave,
    ];
    let texts = ["", &change(7), &crash(), &reply_ok(1, 7), &reply_error(1, "x"), &system_ok(1), &retrying()];
    events.extend(texts.map(|text| ChannelEvent::Text(text.to_owned())));
    events.extend((0..6).chain([u32::MAX]).map(|number| ChannelEvent::Sent { number }));
    let asked = if let ChannelAction::Key(request) = listener.next() { request.exchange.number } else { 77 };
    for number in [0, 1, 2, 78, asked] {
        for purpose in [Purpose::Other, Purpose::Status] {
            let exchange = Exchange { purpose, number };
            let answers = [key_answer(KEY, 600), Response::new(500, "")];
            events.extend(answers.map(|response| ChannelEvent::Answered { exchange, response }));
            events.push(ChannelEvent::Unanswered { exchange });
        }
    }
    events
}

/// What must be refused whatever the state, by what the host was asked for.
fn is_impossible(listener: &Listener, open: bool, event: &ChannelEvent) -> bool {
    match event {
        ChannelEvent::Connected | ChannelEvent::Unconnected { .. } => open,
        ChannelEvent::Binary | ChannelEvent::Closed | ChannelEvent::Text(_) => !open,
        ChannelEvent::Leave => listener.state() == "Ended",
        ChannelEvent::Sent { number } => *number == 0 || *number > 50,
        ChannelEvent::Answered { exchange, .. } | ChannelEvent::Unanswered { exchange } => {
            exchange.purpose != Purpose::Other || exchange.number > 50
        }
        ChannelEvent::Hinted => false,
    }
}

/// An event that cannot be is an error value that leaves the channel as it was.
#[test]
fn every_event_in_every_state_is_legal_by_the_table_or_refused() {
    let (mut taken, mut refused, mut states) = (0, 0, BTreeSet::new());
    for script in scripts() {
        let state = script.state();
        states.insert(state);
        let binary = script.channel.clone().apply(&ChannelEvent::Binary, script.now);
        let open = binary.is_ok();
        // What is late is not late yet for a frame that may have lain there.
        let not_late = binary.map_or_else(|rejected| rejected.state(), |channel| channel.state());
        for event in every_event(&script) {
            let frame = matches!(event, ChannelEvent::Text(_) | ChannelEvent::Binary);
            let state = if frame { not_late } else { state };
            match script.channel.clone().apply(&event, script.now) {
                Ok(after) => {
                    taken += 1;
                    assert!(!is_impossible(&script, open, &event), "{state}: {event:?} was taken");
                    let fits = |edge: &&Edge| edge.from == state && edge.to == after.state();
                    assert!(
                        CHANNEL_TRANSITIONS.iter().any(|edge| fits(&edge)),
                        "{state}: {event:?} to {}",
                        after.state()
                    );
                }
                Err(rejected) => {
                    refused += 1;
                    assert_eq!(rejected.state(), state);
                    let said = rejected.to_string();
                    assert!(said.contains(rejected.event()) && said.contains(rejected.legal()[0]), "{said}");
                    assert_eq!(rejected.into_machine(), script.channel, "{state}: {event:?}");
                }
            }
        }
    }
    assert!(taken > 500 && refused > 500, "{taken} taken, {refused} refused");
    assert_eq!(states, CHANNEL_TRANSITIONS.iter().map(|edge| edge.from).collect());
}

#[test]
fn a_hint_that_was_not_asked_for_is_refused() {
    let idle = Listener::new().live().idle();
    assert!(idle.channel.apply(&ChannelEvent::Hinted, idle.now).is_err());
    let new: Channel = Listener::new().channel;
    assert!(new.apply(&ChannelEvent::Closed, START).is_err());
}
