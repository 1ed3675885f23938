//! From an event to the fact that it is, and what a fact does to a channel.

use core::time::Duration;

use super::heard::{Awaited, Heard};
use super::hints::Ground;
use super::state::{Again, Attempt, Beat, Fact, Key, Membership, State};
use super::trouble::{Cure, Ending, Trouble};
use super::watch::Frame;
use super::{Channel, ChannelEvent};
use crate::schedule::scatter;
use crate::timestamp::millis;
use crate::{Exchange, RealtimeKey, Response};

/// A key is renewed so long before it ends, or at half its life.
const MARGIN: Duration = Duration::from_secs(15);

/// No key is renewed sooner than this after it was had, and no more calls than this are made for one.
const LEAST_KEY_LIFE: Duration = Duration::from_secs(5);
const MOST_KEYS: u32 = 4;

/// What must be left of the channel's life for a second attempt to be worth it, in milliseconds.
const WORTHWHILE: u64 = 1_000;

impl Channel {
    /// What an event is; `None` where it cannot be.
    pub(super) fn fact(&self, event: &ChannelEvent) -> Option<Fact> {
        let awaited = |exchange: &Exchange| *exchange == self.exchange() && self.wants_key();
        Some(match event {
            ChannelEvent::Answered { exchange, response } if awaited(exchange) => self.answered(response),
            ChannelEvent::Unanswered { exchange } if awaited(exchange) => self.without_key(),
            ChannelEvent::Connected if !self.open => Fact::Connected,
            ChannelEvent::Unconnected { status } if !self.open => match self.state {
                State::Ended(_) => Fact::Closed,
                _ => self.failed(Trouble::of_handshake(*status), false),
            },
            ChannelEvent::Sent { number } => self.sent(*number)?,
            ChannelEvent::Text(text) if self.open => self.heard(text),
            ChannelEvent::Binary if self.open => Fact::Heard(None),
            ChannelEvent::Closed if self.open => match self.state {
                State::Offline(_) | State::Ended(_) => Fact::Closed,
                _ => self.failed(Trouble::LOST, false),
            },
            ChannelEvent::Hinted => self.hints.due().map(|_| Fact::Hinted)?,
            ChannelEvent::Leave => Fact::Left,
            _ => return None,
        })
    }

    /// What a failure leads to: one more attempt, on the same socket or another one, if that may help; else the end.
    pub(super) fn failed(&self, trouble: Trouble, keeps_socket: bool) -> Fact {
        let (delay, new_key) = match trouble.cure {
            Cure::Patience(delay) => (millis(delay), false),
            Cure::NewKey if self.keys < MOST_KEYS => (0, true),
            Cure::NewKey | Cure::Nothing => return Fact::GivenUp(trouble.ending),
        };
        let jitter = scatter(self.watch.reference.seed() ^ u64::from(self.latest)) % delay.saturating_add(1);
        let from = self.spent.saturating_add(delay).saturating_add(jitter);
        if self.again || from.saturating_add(WORTHWHILE) >= self.end() {
            Fact::GivenUp(trouble.ending)
        } else if keeps_socket {
            Fact::Dismissed(Again { from, new_key })
        } else {
            Fact::Lost(Again { from, new_key })
        }
    }

    fn answered(&self, response: &Response) -> Fact {
        let key = Some(response).filter(|response| (200..=299).contains(&response.status()));
        key.and_then(|response| RealtimeKey::parse(response).ok())
            .map_or_else(|| self.without_key(), Fact::Keyed)
    }

    /// Without a key there is no channel; one that has a key lives on with that.
    fn without_key(&self) -> Fact {
        let ended = matches!(self.state, State::Ended(_));
        if self.key.is_some() || ended { Fact::NoKey } else { Fact::GivenUp(Ending::NoKey) }
    }

    fn sent(&self, number: u32) -> Option<Fact> {
        match self.outbox {
            Some(frame) if number == self.latest.saturating_add(1) => {
                Some(if frame == Frame::Join { Fact::JoinSent(number) } else { Fact::Sent(number) })
            }
            // One that time has overtaken.
            _ => (1..=self.latest).contains(&number).then_some(Fact::Sent(number)),
        }
    }

    fn heard(&self, text: &str) -> Fact {
        let awaited = match self.state {
            State::Joining { join, .. } => Awaited { join: Some(join), joining: true, ..Awaited::default() },
            State::Joined(member) | State::Live(member) => Awaited {
                join: Some(member.join),
                subscription: member.subscription,
                beat: if let Beat::Sent { number, .. } = member.beat { Some(number) } else { None },
                ..Awaited::default()
            },
            State::Offline(_) | State::Online(_) | State::Ended(_) => Awaited::default(),
        };
        let heard = Awaited { latest: self.latest, ..awaited }.hear(&self.watch, text);
        let joined = !awaited.joining;
        match heard {
            Heard::Nothing => Fact::Heard(None),
            Heard::Beat => Fact::Beat,
            Heard::Joined(subscription) => Fact::Joined(subscription),
            Heard::Subscribed if joined && awaited.subscription.is_some() => Fact::Subscribed,
            Heard::Unsubscribed if joined => Fact::Unsubscribed,
            Heard::Doubt | Heard::Subscribed | Heard::Unsubscribed => Fact::Heard(Some(Ground::Doubt)),
            Heard::Change => Fact::Heard(Some(Ground::Event)),
            Heard::Dismissed(trouble) => self.failed(trouble, true),
            Heard::Failed(trouble) => self.failed(trouble, false),
            Heard::Disconnecting => self.failed(Trouble::LOST, false),
        }
    }

    /// Does what the table says.
    pub(super) fn carry_out(&mut self, fact: Fact) {
        match fact {
            Fact::Keyed(key) => self.keyed(key),
            Fact::NoKey => self.keep_key(),
            Fact::Connected => self.connected(),
            Fact::Sent(number) => self.note_sent(number),
            Fact::JoinSent(number) => self.note_join(number),
            Fact::Joined(subscription) => self.joined(subscription),
            Fact::Subscribed | Fact::Unsubscribed => {
                if let State::Joined(member) | State::Live(member) = self.state {
                    let live = fact == Fact::Subscribed;
                    self.state = if live { State::Live(member) } else { State::Joined(member) };
                }
                self.hints.raise(Ground::Event);
            }
            Fact::Heard(Some(ground)) if !matches!(self.state, State::Ended(_)) => self.hints.raise(ground),
            Fact::Beat => self.beat_again(),
            Fact::Hinted => self.hints.given(self.spent),
            Fact::Heard(_) | Fact::Closed => {}
            Fact::Dismissed(again) => self.state = State::Online(self.once_more(again)),
            Fact::Lost(again) => self.state = State::Offline(self.once_more(again)),
            Fact::GivenUp(ending) => self.finish(ending, false),
            Fact::Over => self.finish(Ending::LifeOver, true),
            Fact::Left => self.finish(Ending::Left, true),
        }
    }

    fn keyed(&mut self, key: RealtimeKey) {
        self.keys = self.keys.saturating_add(1);
        let (spent, join) = (self.spent, millis(self.policy.join));
        match &mut self.state {
            State::Ended(_) => return,
            State::Offline(attempt) | State::Online(attempt) => {
                let from = attempt.from.max(spent);
                *attempt = Attempt { from, by: from.saturating_add(join) };
            }
            State::Joining { .. } | State::Joined(_) | State::Live(_) => {}
        }
        let early = key.expires_in.saturating_sub(MARGIN).max(key.expires_in / 2).max(LEAST_KEY_LIFE);
        let renew = Some(spent.saturating_add(millis(early))).filter(|_| self.keys < MOST_KEYS);
        self.key = Some(Key { token: key.access_token, renew, told: false });
    }

    fn keep_key(&mut self) {
        self.keys = self.keys.saturating_add(1);
        if let Some(key) = &mut self.key {
            key.renew = None;
        }
    }

    fn connected(&mut self) {
        if let State::Offline(Attempt { by, .. }) = self.state {
            self.state = State::Online(Attempt { from: self.spent, by });
        }
    }

    fn note_sent(&mut self, number: u32) {
        if number <= self.latest {
            return;
        }
        self.latest = number;
        let (frame, by) = (self.outbox.take(), self.spent.saturating_add(millis(self.policy.verdict)));
        match (frame, &mut self.state, &mut self.key) {
            (Some(Frame::Key { .. }), _, Some(key)) => key.told = true,
            (Some(Frame::Beat), State::Joined(member) | State::Live(member), _) => {
                member.beat = Beat::Sent { number, by };
            }
            _ => {}
        }
    }

    fn note_join(&mut self, number: u32) {
        self.latest = number;
        self.outbox = None;
        if let Some(key) = &mut self.key {
            key.told = true;
        }
        if let State::Online(Attempt { by, .. }) = self.state {
            self.state = State::Joining { join: number, by };
        }
    }

    fn joined(&mut self, subscription: Option<u64>) {
        if let State::Joining { join, .. } = self.state {
            let beat = Beat::At(self.next_beat());
            self.state = State::Joined(Membership { join, subscription, beat });
        }
        self.hints.raise(Ground::Event);
    }

    fn beat_again(&mut self) {
        let beat = Beat::At(self.next_beat());
        if let State::Joined(member) | State::Live(member) = &mut self.state {
            member.beat = beat;
        }
    }

    /// Up to three fifths later than the least time, so that channels that were opened together do not beat together.
    fn next_beat(&self) -> u64 {
        let least = millis(self.policy.heartbeat);
        let jitter = scatter(self.watch.reference.seed() ^ u64::from(self.latest)) % (least * 3 / 5 + 1);
        self.spent.saturating_add(least).saturating_add(jitter)
    }

    /// The second attempt, which is the last one. What could have been missed meanwhile is asked about.
    fn once_more(&mut self, again: Again) -> Attempt {
        self.again = true;
        self.drop_outbox();
        if again.new_key {
            self.key = None;
        }
        self.hints.raise(Ground::Event);
        Attempt { from: again.from, by: again.from.saturating_add(millis(self.policy.join)) }
    }

    /// The end, with a farewell where the server has the channel and listens. The payment is asked about at once.
    fn finish(&mut self, ending: Ending, farewell: bool) {
        self.drop_outbox();
        let join = match self.state {
            State::Joining { join, .. } => Some(join),
            State::Joined(member) | State::Live(member) => Some(member.join),
            State::Offline(_) | State::Online(_) | State::Ended(_) => None,
        };
        self.outbox = join.filter(|_| farewell && self.open).map(|join| Frame::Leave { join });
        self.key = None;
        self.hints.raise(Ground::Event);
        self.state = State::Ended(ending);
    }

    /// A frame that will not go out any more: its number is not used again, so that a late word about it is not taken for
    /// another's.
    pub(super) fn drop_outbox(&mut self) {
        if self.outbox.take().is_some() {
            self.latest = self.latest.saturating_add(1);
        }
    }
}
