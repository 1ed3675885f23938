//! Whatever a realtime server or anybody in its place says, a channel ends in time, hints once a second, and prints no key (I8, I10,
//! I12; F24, F31; T13, T19).

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;

use crate::realtime::{
    ANON, KEY, change, heartbeat_reply, key_answer, reply_ok, system_ok, text, version_1, watch,
};
use crate::scenario::{START, cases};
use dollr_core::{
    Channel, ChannelAction, ChannelEvent, ChannelPolicy, Ending, Rejected, Response, Secret, Timestamp,
};
use proptest::prelude::*;
use proptest::sample::select;

/// What happens to a host that does as it is told.
#[derive(Debug, Clone)]
enum Fate {
    Text(String),
    Binary,
    Closed,
    /// So many milliseconds pass.
    Pass(u64),
    /// The next call, handshake or sending goes like this.
    Fails(Option<u16>),
    Short(u64),
}

fn fates() -> impl Strategy<Value = Vec<Fate>> {
    let fate = prop_oneof![
        12 => text().prop_map(Fate::Text),
        1 => Just(Fate::Binary),
        1 => Just(Fate::Closed),
        8 => (0_u64..2_500).prop_map(Fate::Pass),
        1 => prop::option::of(select(vec![401, 403, 404, 429, 500, 503])).prop_map(Fate::Fails),
        1 => (1_u64..40).prop_map(Fate::Short),
    ];
    prop::collection::vec(fate, 0..120)
}

/// All that was done for a channel.
#[derive(Debug, Default)]
struct Tally {
    hints: Vec<Timestamp>,
    counts: BTreeMap<&'static str, u32>,
    print: String,
    ended: Option<(Ending, Timestamp)>,
    heard: u32,
}

impl Tally {
    fn count(&mut self, what: &'static str) {
        *self.counts.entry(what).or_default() += 1;
    }

    /// What comes of doing as a channel says; `fate` is the next one.
    fn does(&mut self, action: &ChannelAction, fate: Option<&Fate>, now: Timestamp) -> ChannelEvent {
        match action {
            ChannelAction::Key(request) => {
                self.count("key");
                let response = match fate {
                    Some(Fate::Fails(status)) => Response::new(status.unwrap_or(0), ""),
                    Some(Fate::Short(seconds)) => key_answer(KEY, *seconds),
                    _ => key_answer(KEY, 600),
                };
                ChannelEvent::Answered { exchange: request.exchange, response }
            }
            ChannelAction::Connect(handshake) => {
                self.count("connect");
                write!(self.print, "{handshake:?} {:?}", handshake.target(&Secret::new(ANON))).unwrap();
                match fate {
                    Some(Fate::Fails(status)) => ChannelEvent::Unconnected { status: *status },
                    _ => ChannelEvent::Connected,
                }
            }
            ChannelAction::Send(push) => {
                let frame: serde_json::Value =
                    serde_json::from_str(push.text.expose()).expect("a frame is JSON");
                assert_eq!(frame.as_array().map(Vec::len), Some(5));
                if frame[3] == "phx_join" {
                    self.count("join");
                }
                match fate {
                    Some(Fate::Fails(_)) => ChannelEvent::Closed,
                    _ => ChannelEvent::Sent { number: push.number },
                }
            }
            ChannelAction::Hint => {
                self.hints.push(now);
                ChannelEvent::Hinted
            }
            ChannelAction::Close => ChannelEvent::Closed,
            ChannelAction::Wait { .. } | ChannelAction::Done(_) => unreachable!("nothing to do"),
        }
    }

    /// What is said to the channel, and what becomes of it.
    fn says(&mut self, channel: Channel, event: &ChannelEvent, asked_for: bool, now: Timestamp) -> Channel {
        match channel.clone().apply(event, now) {
            Ok(after) => {
                self.heard += 1;
                after
            }
            Err(rejected) => {
                // Only what comes over a socket that is not there.
                assert!(!asked_for, "{event:?} was asked for: {rejected}");
                write!(self.print, "{rejected} {rejected:?} {event:?}").unwrap();
                assert_eq!(rejected.into_machine(), channel);
                channel
            }
        }
    }
}

/// Drives a channel to its end, with these fates in turn and then none. `step` is what each call takes.
fn drive(policy: ChannelPolicy, fates: &[Fate], step: u64) -> Tally {
    let (mut channel, mut now, mut tally) = (watch(policy), START, Tally::default());
    let mut fates = fates.iter();
    for _ in 0..3_000 {
        let action = channel.next(now);
        assert_eq!(action, channel.next(now), "asking twice gives two answers");
        write!(tally.print, "{action:?} {channel:?}").unwrap();
        let waits = matches!(action, ChannelAction::Wait { .. });
        let event = match &action {
            ChannelAction::Done(ending) => {
                tally.ended = Some((*ending, now));
                return tally;
            }
            ChannelAction::Wait { until } => {
                assert!(*until > now, "a wait that is over would spin");
                match fates.next() {
                    Some(Fate::Text(text)) => ChannelEvent::Text(text.clone()),
                    Some(Fate::Binary) => ChannelEvent::Binary,
                    Some(Fate::Closed) => ChannelEvent::Closed,
                    other => {
                        let pass = if let Some(Fate::Pass(millis)) = other { *millis } else { u64::MAX };
                        now = now.after(Duration::from_millis(pass)).min(*until);
                        continue;
                    }
                }
            }
            action => tally.does(action, fates.as_slice().first(), now),
        };
        now = now.after(Duration::from_millis(step));
        channel = tally.says(channel, &event, !waits, now);
    }
    panic!("it does not end");
}

/// Pieces of a secret, as they are and as an anon key is written in a URL.
fn gives_away(print: &str, secret: &str) -> bool {
    secret.as_bytes().windows(8).any(|piece| print.contains(std::str::from_utf8(piece).unwrap()))
}

fn holds(tally: &Tally, life: u64, step: u64) -> Result<(), TestCaseError> {
    let (_, end) = tally.ended.unwrap();
    // The end, the wait for the last hint's turn, and the calls on the way out.
    let latest = START.after(Duration::from_millis(life + 1_000 + 8 * step));
    prop_assert!(end <= latest, "it ended {:?} too late", end.since(latest));
    for two in tally.hints.windows(2) {
        prop_assert!(two[1].since(two[0]) >= Duration::from_millis(1_000 - step), "hints at {two:?}");
    }
    let count = |what| tally.counts.get(what).copied().unwrap_or(0);
    prop_assert!(count("connect") <= 2 && count("join") <= 2, "{:?}", tally.counts);
    prop_assert!(count("key") <= 4, "{:?}", tally.counts);
    prop_assert!(!tally.hints.is_empty(), "it ended without a word");
    prop_assert!(!gives_away(&tally.print, KEY) && !gives_away(&tally.print, ANON), "{}", tally.print);
    Ok(())
}

proptest! {
    #![proptest_config(cases(512))]

    #[test]
    fn whatever_is_heard_a_channel_keeps_its_promises(
        fates in fates(), life in 1_000_u64..60_000, step in select(vec![0_u64, 1, 40, 700]),
    ) {
        let policy = ChannelPolicy::default().life(Duration::from_millis(life));
        holds(&drive(policy, &fates, step), life, step)?;
    }

    /// Any bytes, and any policy.
    #[test]
    fn no_text_and_no_policy_makes_it_panic_spin_or_stay(
        texts in prop::collection::vec(text(), 0..40),
        millis in prop::array::uniform4(prop_oneof![Just(0_u64), 0_u64..10_000, any::<u64>()]),
    ) {
        let [life, join, heartbeat, verdict] = millis.map(Duration::from_millis);
        let policy = ChannelPolicy::default().life(life.min(Duration::from_secs(120))).join(join);
        let fates: Vec<_> = texts.into_iter().map(Fate::Text).collect();
        let tally = drive(policy.heartbeat(heartbeat).verdict(verdict), &fates, 1);
        prop_assert!(tally.ended.is_some());
    }

    /// Clocks that leap, forwards and back, at any moment.
    #[test]
    fn no_clock_makes_it_wait_for_ever(
        leaps in prop::collection::vec((any::<bool>(), prop_oneof![0_u64..3_000, any::<u64>()]), 1..30),
    ) {
        let (mut channel, mut now) = (watch(ChannelPolicy::default()), START);
        let mut leaps = leaps.into_iter();
        let mut waited = Duration::ZERO;
        let mut steps = 0;
        loop {
            steps += 1;
            prop_assert!(steps < 500, "it spins");
            let event = match channel.next(now) {
                ChannelAction::Done(_) => break,
                ChannelAction::Wait { until } => {
                    prop_assert!(until > now || now == Timestamp::from_millis(u64::MAX));
                    waited += until.since(now);
                    now = until;
                    ChannelEvent::Binary
                }
                ChannelAction::Key(request) => {
                    ChannelEvent::Answered { exchange: request.exchange, response: key_answer(KEY, 600) }
                }
                ChannelAction::Connect(_) => ChannelEvent::Connected,
                ChannelAction::Send(push) => ChannelEvent::Sent { number: push.number },
                ChannelAction::Hint => ChannelEvent::Hinted,
                ChannelAction::Close => ChannelEvent::Closed,
            };
            if let Some((forwards, leap)) = leaps.next() {
                let back = now.as_millis().saturating_sub(leap);
                now = if forwards { now.after(Duration::from_millis(leap)) } else { Timestamp::from_millis(back) };
            }
            channel = channel.apply(&event, now).unwrap_or_else(Rejected::into_machine);
        }
        prop_assert!(waited < Duration::from_secs(90), "it waited {waited:?}");
    }
}

/// A fuzzer in small: bytes that grow out of real frames, by a generator whose seed is printed when it fails. `DOLLR_SEED` and
/// `DOLLR_ROUNDS` go further.
#[test]
fn any_bytes_are_heard_without_harm() {
    let number = |name: &str, default: u64| {
        let given = std::env::var_os(name).map(|text| text.into_string().unwrap().parse().unwrap());
        given.unwrap_or(default)
    };
    let (seed, rounds) = (number("DOLLR_SEED", 0x5eed), number("DOLLR_ROUNDS", 20_000));
    let corpus = [change(7), reply_ok(1, 7), system_ok(1), heartbeat_reply(2), version_1(&change(7))];
    let mut live: Channel = crate::realtime::Listener::new().live().channel;
    let now = START.after(Duration::from_secs(3));
    let mut random = seed;
    let mut draw = |below: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        usize::try_from(random % u64::try_from(below).unwrap()).unwrap()
    };
    for round in 0..rounds {
        let mut bytes = corpus[draw(corpus.len())].clone().into_bytes();
        for _ in 0..=draw(6) {
            let at = draw(bytes.len());
            match draw(4) {
                0 => bytes[at] = u8::try_from(draw(256)).unwrap(),
                1 => drop(bytes.remove(at)),
                2 => bytes.insert(at, b"[]{}\",:\\0"[draw(9)]),
                _ => bytes.extend_from_within(at..),
            }
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let heard = std::panic::catch_unwind(|| live.clone().apply(&ChannelEvent::Text(text.clone()), now));
        let heard = heard.unwrap_or_else(|_| panic!("seed {seed}, round {round}: {text}"));
        let after = heard.unwrap_or_else(|e| panic!("seed {seed}, round {round}: {e}"));
        assert!(
            ["Live", "Joined", "Online", "Offline", "Ended"].contains(&after.state()),
            "seed {seed}, round {round}"
        );
        // Most of them leave it live: then the next one meets what this one left behind.
        if after.state() == "Live" {
            live = after;
        }
    }
}

/// I10: neither the key nor the anon key is printed, whatever is printed.
#[test]
fn no_key_is_printed() {
    let tally = drive(
        ChannelPolicy::default(),
        &[Fate::Text(reply_ok(1, 7)), Fate::Text(system_ok(1)), Fate::Short(20)],
        1,
    );
    assert!(tally.print.contains("***") && tally.heard > 5);
    assert!(!gives_away(&tally.print, KEY) && !gives_away(&tally.print, ANON));
    let answer = key_answer(KEY, 60);
    let key = dollr_core::RealtimeKey::parse(&answer).unwrap();
    let event = ChannelEvent::Text(format!("{KEY} {ANON}"));
    let broken = Response::new(200, format!("[{KEY:?}]"));
    let print =
        format!("{key:?} {key:#?} {answer:?} {event:?} {:?}", dollr_core::RealtimeKey::parse(&broken));
    assert!(!gives_away(&print, KEY) && !gives_away(&print, ANON), "{print}");
}
