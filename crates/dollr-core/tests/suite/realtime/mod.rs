//! Scripts for channels, in virtual time, and frames to tell them. As with the machines' scripts, a step states the fact that it
//! expects its event to be taken for, and the step that is made must be in the table.

mod any;
mod frames;
mod host;

pub(crate) use any::text;
pub(crate) use frames::{
    ID, TABLE, change, change_of, heartbeat_reply, reply, reply_error, reply_ok, system, system_ok, topic,
    version_1,
};
pub(crate) use host::{Course, Ended, Host, Radio};

use std::time::Duration;

use dollr_core::{
    CHANNEL_TRANSITIONS, Channel, ChannelAction, ChannelEvent, ChannelPolicy, Edge, Ending, Push, Response,
    SourceKind, Timestamp,
};

use crate::scenario::{START, id};

pub(crate) const KEY: &str = "eyK3y~of+the/ch4nnel=Zq";
pub(crate) const ANON: &str = "an0n&k3y=of the%m3rchant/+";

pub(crate) fn watch(policy: ChannelPolicy) -> Channel {
    Channel::watch("55".parse().unwrap(), SourceKind::Invoice, id(), policy, START)
}

pub(crate) fn key_answer(token: &str, seconds: u64) -> Response {
    Response::new(200, format!(r#"{{"access_token": {token:?}, "expires_in": {seconds}}}"#))
}

/// A channel in a script.
#[derive(Clone)]
pub(crate) struct Listener {
    pub(crate) channel: Channel,
    pub(crate) now: Timestamp,
    /// When the payment was told.
    pub(crate) hints: Vec<Timestamp>,
    pub(crate) walked: Vec<Edge>,
}

impl Listener {
    pub(crate) fn new() -> Self {
        Self::with(ChannelPolicy::default())
    }

    pub(crate) fn with(policy: ChannelPolicy) -> Self {
        Self { channel: watch(policy), now: START, hints: Vec::new(), walked: Vec::new() }
    }

    pub(crate) fn next(&self) -> ChannelAction {
        self.channel.next(self.now)
    }

    /// Time goes by, in which nothing is said to the channel.
    pub(crate) fn millis(mut self, millis: u64) -> Self {
        self.now = self.now.after(Duration::from_millis(millis));
        self
    }

    /// What happens, and the fact that it is.
    pub(crate) fn happens(mut self, fact: &'static str, event: &ChannelEvent) -> Self {
        let before = self.state();
        self.channel = self.channel.apply(event, self.now).unwrap_or_else(|e| panic!("{fact}: {e}"));
        let edge = Edge { from: before, on: fact, to: self.channel.state() };
        assert!(CHANNEL_TRANSITIONS.contains(&edge), "{edge:?} is in no table");
        self.walked.push(edge);
        self
    }

    /// The state at this moment, with what only time did.
    pub(crate) fn state(&self) -> &'static str {
        // What is refused leaves the state as it is told.
        let impossible = ChannelEvent::Sent { number: u32::MAX };
        self.channel.clone().apply(&impossible, self.now).expect_err("no such frame").state()
    }

    /// Only time passes until the next thing is to be done, which time does as this fact.
    pub(crate) fn passes(mut self, fact: &'static str) -> Self {
        let before = self.state();
        for _ in 0..20 {
            let ChannelAction::Wait { until } = self.next() else { break };
            assert!(until > self.now, "a wait that is over would spin");
            self.now = until;
            if self.state() != before {
                break;
            }
        }
        let edge = Edge { from: before, on: fact, to: self.state() };
        assert!(CHANNEL_TRANSITIONS.contains(&edge), "{edge:?} is in no table");
        self.walked.push(edge);
        self
    }

    /// Waits until there is something to do.
    pub(crate) fn due(mut self) -> Self {
        for _ in 0..20 {
            let ChannelAction::Wait { until } = self.next() else { break };
            assert!(until > self.now, "a wait that is over would spin");
            self.now = until;
        }
        self
    }

    pub(crate) fn in_state(self, state: &str) -> Self {
        assert_eq!(self.state(), state);
        self
    }

    pub(crate) fn keyed(self) -> Self {
        self.keyed_with(KEY, 600)
    }

    pub(crate) fn keyed_with(self, token: &str, seconds: u64) -> Self {
        self.key_answered("keyed", key_answer(token, seconds))
    }

    pub(crate) fn key_answered(self, fact: &'static str, response: Response) -> Self {
        let ChannelAction::Key(request) = self.next() else {
            panic!("no key is asked for: {:?}", self.next())
        };
        self.happens(fact, &ChannelEvent::Answered { exchange: request.exchange, response })
    }

    pub(crate) fn connected(self) -> Self {
        assert!(matches!(self.next(), ChannelAction::Connect(_)), "{:?}", self.next());
        self.happens("connected", &ChannelEvent::Connected)
    }

    pub(crate) fn unconnected(self, fact: &'static str, status: Option<u16>) -> Self {
        self.happens(fact, &ChannelEvent::Unconnected { status })
    }

    /// The frame that is to be sent.
    pub(crate) fn push(&self) -> Push {
        match self.next() {
            ChannelAction::Send(push) => push,
            other => panic!("nothing is to be sent, but {other:?}"),
        }
    }

    /// That frame, read.
    pub(crate) fn frame(&self) -> serde_json::Value {
        serde_json::from_str(self.push().text.expose()).unwrap()
    }

    /// Until when it waits.
    pub(crate) fn until(&self) -> Timestamp {
        match self.next() {
            ChannelAction::Wait { until } => until,
            other => panic!("it does not wait: {other:?}"),
        }
    }

    /// Sends what is to be sent; the event of the frame must be this.
    pub(crate) fn sends(self, event: &str) -> Self {
        let push = self.push();
        let frame: serde_json::Value = serde_json::from_str(push.text.expose()).unwrap();
        assert_eq!(frame[3], event);
        assert_eq!(frame[1], push.number.to_string());
        let fact = if event == "phx_join" { "join_sent" } else { "sent" };
        self.happens(fact, &ChannelEvent::Sent { number: push.number })
    }

    /// Key, socket and join.
    pub(crate) fn joining(self) -> Self {
        self.keyed().connected().sends("phx_join")
    }

    /// The reference of the latest join that was sent, if no other frame was since.
    pub(crate) fn joined(self) -> Self {
        self.joining().text("joined", &reply_ok(1, 7)).hinted()
    }

    pub(crate) fn live(self) -> Self {
        self.joined().millis(1_500).text("subscribed", &system_ok(1)).hinted()
    }

    pub(crate) fn text(self, fact: &'static str, frame: &str) -> Self {
        self.happens(fact, &ChannelEvent::Text(frame.to_owned()))
    }

    pub(crate) fn closed(self, fact: &'static str) -> Self {
        self.happens(fact, &ChannelEvent::Closed)
    }

    /// The channel asks for a hint at this moment, and the payment is told.
    pub(crate) fn hinted(mut self) -> Self {
        assert_eq!(self.next(), ChannelAction::Hint);
        self.hints.push(self.now);
        self.happens("hinted", &ChannelEvent::Hinted)
    }

    /// The channel closes its socket.
    pub(crate) fn closes(self) -> Self {
        assert_eq!(self.next(), ChannelAction::Close);
        self.closed("closed")
    }

    /// Nothing is to be done at this moment.
    pub(crate) fn idle(self) -> Self {
        assert!(matches!(self.next(), ChannelAction::Wait { .. }), "{:?}", self.next());
        self
    }

    /// It ends, after a last hint, and says why.
    pub(crate) fn ends(mut self) -> Ending {
        for _ in 0..20 {
            self = match self.next() {
                ChannelAction::Done(ending) => return ending,
                ChannelAction::Hint => self.hinted(),
                ChannelAction::Close => self.closed("closed"),
                ChannelAction::Send(_) => self.sends("phx_leave"),
                ChannelAction::Wait { until } => {
                    assert_eq!(self.state(), "Ended", "it goes on");
                    Self { now: until, ..self }
                }
                other => panic!("it goes on: {other:?}"),
            };
        }
        panic!("it does not end");
    }
}
