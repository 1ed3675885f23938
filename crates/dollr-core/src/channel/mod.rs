//! `Channel`: news of one payment over Supabase Realtime (Phoenix channels, API §6). It decides when to connect, join, beat and
//! leave, and all that it ever says about the payment is *ask now*. No status and no amount is read from a frame: whoever
//! writes frames can make the payment be asked about a little sooner, and nothing else.
//!
//! It needs no snapshot. A socket does not outlive its process, what it knows is nothing that the status API does not say
//! better, and half a minute after the payment began it is over.

mod advance;
mod event;
mod frame;
mod heard;
mod hints;
mod state;
mod table;
mod time;
mod trouble;
mod watch;

use core::time::Duration;

pub use event::{ChannelAction, ChannelEvent, ChannelPolicy};
pub use table::CHANNEL_TRANSITIONS;
pub use trouble::Ending;
pub use watch::{Handshake, Push};

use crate::machine::{Refused, Rejected};
use crate::table::legal;
use crate::timestamp::millis;
use crate::{Exchange, Purpose, RealtimeKey, ReferenceId, Request, SessionId, SourceKind, Timestamp};
use hints::Hints;
use state::{Attempt, Key, State};
use watch::{Frame, Watch};

/// News of one payment, as a value. `Debug` shows no key.
///
/// Time that goes by counts in full, also while the machine slept: its socket is as old as that. A clock that is set back by
/// more than a second ends the channel, so that nothing waits for it to come round.
///
/// Drive it beside its payment: give it the frames that have come, do what it says until it waits or is done, do what the payment
/// says until that waits, then read the socket until the earlier of the two moments. What the host says late, because a call
/// took long, is never an error, and a frame that lay there meanwhile still counts.
/// Each read, write and handshake needs a time limit of its own; a write that fails is [`ChannelEvent::Closed`].
///
/// A whole conversation, with a server that says what it must:
///
/// ```
/// use std::collections::VecDeque;
/// use std::time::Duration;
/// use dollr_core::{Channel, ChannelAction, ChannelEvent, ChannelPolicy, Ending, ReferenceId, Response, Secret, SourceKind, Timestamp};
///
/// let id: ReferenceId = "0b8f6f2e-6a1d-4c5a-9a53-7d2f6a3c1e10".parse()?;
/// let mut now = Timestamp::from_millis(1_750_000_000_000);
/// let mut channel = Channel::watch("55".parse()?, SourceKind::Invoice, id, ChannelPolicy::default(), now);
/// let topic = "realtime:payment-intent:55:0b8f6f2e-6a1d-4c5a-9a53-7d2f6a3c1e10";
/// let (mut frames, mut hints) = (VecDeque::new(), 0); // what the server has sent, and what the payment was told
///
/// let ending = loop {
///     let event = match channel.next(now) {
///         ChannelAction::Key(request) => {
///             let response = Response::new(200, r#"{"access_token": "eyJ.key", "expires_in": 600}"#);
///             ChannelEvent::Answered { exchange: request.exchange, response }
///         }
///         ChannelAction::Connect(handshake) => {
///             assert!(handshake.target(&Secret::new("anon")).expose().ends_with("websocket?apikey=anon&vsn=2.0.0"));
///             ChannelEvent::Connected
///         }
///         ChannelAction::Send(push) => {
///             let frame: serde_json::Value = serde_json::from_str(push.text.expose())?;
///             if frame[3] == "phx_join" {
///                 let mut binding = frame[4]["config"]["postgres_changes"][0].clone();
///                 binding["id"] = 7.into();
///                 let taken = format!(r#"{{"status":"ok","response":{{"postgres_changes":[{binding}]}}}}"#);
///                 frames.push_back(format!(r#"[{0},{0},"{topic}","phx_reply",{taken}]"#, frame[0]));
///                 let live = r#"{"extension":"postgres_changes","status":"ok","message":"Subscribed to PostgreSQL"}"#;
///                 frames.push_back(format!(r#"[{},null,"{topic}","system",{live}]"#, frame[0]));
///             } else if frame[3] == "heartbeat" {
///                 frames.push_back(format!(r#"[null,{},"phoenix","phx_reply",{{"status":"ok"}}]"#, frame[1]));
///             }
///             ChannelEvent::Sent { number: push.number }
///         }
///         ChannelAction::Hint => { hints += 1; ChannelEvent::Hinted } // payment.apply(Event::Hint, now)
///         ChannelAction::Wait { until } => match frames.pop_front() {
///             Some(frame) => { now = now.after(Duration::from_millis(300)); ChannelEvent::Text(frame) }
///             None => { now = until; continue }
///         },
///         ChannelAction::Close => ChannelEvent::Closed,
///         ChannelAction::Done(ending) => break ending,
///     };
///     channel = channel.apply(&event, now)?;
/// };
/// assert_eq!((ending, hints), (Ending::LifeOver, 3)); // joined, live, over
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Channel {
    watch: Watch,
    policy: ChannelPolicy,
    state: State,
    /// The caller's clock at the latest event, and how long the channel had lived by then.
    seen: Timestamp,
    spent: u64,
    /// Whether the host has a socket open.
    open: bool,
    key: Option<Key>,
    /// Calls for a key that have been answered or lost.
    keys: u32,
    /// The latest reference that was used, and the frame that is to go out with the next one.
    latest: u32,
    outbox: Option<Frame>,
    hints: Hints,
    /// Whether the one further attempt has been begun.
    again: bool,
}

impl Channel {
    /// Will watch the row of the execution with this reference id, in its session, paying for a source of this kind. Make it
    /// when the execution has been sent: its life begins now.
    pub fn watch(
        session: SessionId,
        kind: SourceKind,
        reference: ReferenceId,
        policy: ChannelPolicy,
        now: Timestamp,
    ) -> Self {
        let policy = policy.bounded();
        Self {
            watch: Watch { session, kind, reference },
            policy,
            state: State::Offline(Attempt { from: 0, by: millis(policy.join) }),
            seen: now,
            spent: 0,
            open: false,
            key: None,
            keys: 0,
            latest: 0,
            outbox: None,
            hints: Hints::default(),
            again: false,
        }
    }

    /// The name of the state, as in [`CHANNEL_TRANSITIONS`], at the latest event.
    pub fn state(&self) -> &'static str {
        self.state.name()
    }

    /// Whether an event is likely to come if the payment moves. Delivery is at most once, so it is never a reason not to ask: see
    /// [`Channel::safety_poll`].
    pub fn is_live(&self, now: Timestamp) -> bool {
        matches!(self.ticked(now).state, State::Live(_))
    }

    /// When to ask although nothing was heard: a payment that its schedule keeps waiting until `due`, and that was sent or `asked`
    /// about last then. While the channel is live a slow poll is enough; with any trouble, or at its end, the payment is due as if
    /// there were no channel, at once where that has passed. What is due for another reason than its schedule is not put off,
    /// and neither is what was hinted since it was asked about.
    pub fn safety_poll(&self, due: Timestamp, asked: Timestamp, now: Timestamp) -> Timestamp {
        let channel = self.ticked(now);
        let hinted = channel.hints.since(channel.spent).is_some_and(|since| since <= now.since(asked));
        let slowly = matches!(channel.state, State::Live(_)) && !hinted;
        if slowly { due.max(asked.after(self.policy.safety_poll)) } else { due }
    }

    /// What to do at this moment. Asking twice gives the same answer.
    pub fn next(&self, now: Timestamp) -> ChannelAction {
        let channel = self.ticked(now);
        let at = channel.spent;
        let wait = |until: u64| ChannelAction::Wait { until: now.after(Duration::from_millis(until - at)) };
        if channel.hints.due().is_some_and(|due| due <= at) {
            return ChannelAction::Hint;
        }
        if let Some(push) = channel.push() {
            return ChannelAction::Send(push);
        }
        match &channel.state {
            State::Offline(_) | State::Ended(_) if channel.open => ChannelAction::Close,
            State::Ended(ending) => channel.hints.due().map_or(ChannelAction::Done(*ending), wait),
            State::Offline(_) | State::Online(_) if channel.key.is_none() => {
                ChannelAction::Key(channel.request())
            }
            State::Offline(attempt) if attempt.from <= at => {
                let until = now.after(Duration::from_millis(attempt.by.saturating_sub(at)));
                ChannelAction::Connect(Handshake { until })
            }
            State::Joined(_) | State::Live(_) if channel.wants_key() => ChannelAction::Key(channel.request()),
            _ => wait(channel.deadline()),
        }
    }

    /// Takes in what has happened. An event that cannot be is refused, and the channel comes back unchanged.
    pub fn apply(self, event: &ChannelEvent, now: Timestamp) -> Result<Self, Rejected<Self>> {
        let mut channel = match event {
            ChannelEvent::Text(_) | ChannelEvent::Binary => self.ticked_but_not_late(now),
            _ => self.ticked(now),
        };
        let state = channel.state.name();
        let legal = legal(CHANNEL_TRANSITIONS, state);
        match channel.fact(event).filter(|fact| legal.contains(&fact.name())) {
            Some(fact) => {
                match event {
                    ChannelEvent::Connected => channel.open = true,
                    ChannelEvent::Closed => {
                        channel.open = false;
                        channel.drop_outbox();
                    }
                    _ => {}
                }
                channel.carry_out(fact);
                Ok(channel)
            }
            None => Err(Rejected::new(self, Refused { state, event: event.name().into(), legal })),
        }
    }

    fn wants_key(&self) -> bool {
        self.key.as_ref().is_none_or(|key| key.renew.is_some_and(|renew| renew <= self.spent))
    }

    fn request(&self) -> Request {
        let Watch { session, kind, reference } = self.watch;
        Request { exchange: self.exchange(), ..RealtimeKey::request(session, kind, reference) }
    }

    fn exchange(&self) -> Exchange {
        Exchange { purpose: Purpose::Other, number: self.keys }
    }

    fn push(&self) -> Option<Push> {
        let (frame, number) = (self.outbox?, self.latest.saturating_add(1));
        let key = self.key.as_ref().map(|key| &key.token);
        Some(Push { text: self.watch.frame(frame, number, key), number })
    }
}
