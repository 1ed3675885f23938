//! What only time does to a channel: what is late, what is due, and when to look again.

use core::time::Duration;

use super::Channel;
use super::state::{Beat, Fact, Membership, State};
use super::trouble::Trouble;
use super::watch::Frame;
use crate::Timestamp;
use crate::timestamp::millis;

/// A clock that is behind the last event by more than this was set back.
const DRIFT: Duration = Duration::from_secs(1);

/// Longer than the last hint has to wait for its turn, in milliseconds.
const AFTERWARDS: u64 = 1_000;

impl Channel {
    /// The channel at this moment: what only time does has been done.
    pub(super) fn ticked(&self, now: Timestamp) -> Self {
        let mut channel = self.clone();
        let at = channel.lived(now);
        while let Some((moment, trouble)) = channel.overdue().filter(|(moment, _)| *moment <= at) {
            // It happened when it was due, however late it is noticed: asking twice must not put it off.
            channel.spent = channel.spent.max(moment);
            // What was to be sent by then may be on its way.
            channel.fill_outbox();
            channel.carry_out(trouble.map_or(Fact::Over, |trouble| channel.failed(trouble, false)));
        }
        (channel.spent, channel.seen) = (at, now);
        channel.fill_outbox();
        channel
    }

    /// The same for a frame: it may have lain there since before it was late, while the host was busy with a call. Only
    /// the channel's end is the end.
    pub(super) fn ticked_but_not_late(&self, now: Timestamp) -> Self {
        let at = self.lived(now);
        if at >= self.end() {
            return self.ticked(now);
        }
        let mut channel = Self { spent: at, seen: now, ..self.clone() };
        channel.fill_outbox();
        channel
    }

    pub(super) fn end(&self) -> u64 {
        millis(self.policy.life)
    }

    /// How long it has lived.
    fn lived(&self, now: Timestamp) -> u64 {
        if now.after(DRIFT) < self.seen {
            // Past the end, and past the last hint's second.
            return self.spent.max(self.end()).saturating_add(AFTERWARDS);
        }
        self.spent.saturating_add(millis(now.since(self.seen)))
    }

    /// When time alone will do something next, and which trouble that is; none is the end.
    fn overdue(&self) -> Option<(u64, Option<Trouble>)> {
        let late = match self.state {
            State::Offline(attempt) | State::Online(attempt) => {
                self.key.as_ref().map(|_| (attempt.by, Trouble::LATE))
            }
            State::Joining { by, .. } => Some((by, Trouble::LATE)),
            State::Joined(member) | State::Live(member) => match member.beat {
                Beat::Sent { by, .. } => Some((by, Trouble::SILENT)),
                Beat::At(_) => None,
            },
            State::Ended(_) => return None,
        };
        let late = late.filter(|(by, _)| *by < self.end());
        Some(late.map_or((self.end(), None), |(by, trouble)| (by, Some(trouble))))
    }

    /// When to look again if nothing happens.
    pub(super) fn deadline(&self) -> u64 {
        let overdue = self.overdue().map(|(moment, _)| moment);
        let own = match self.state {
            State::Offline(attempt) | State::Online(attempt) => {
                Some(attempt.from).filter(|from| *from > self.spent)
            }
            State::Joined(member) | State::Live(member) => {
                let beat = if let Beat::At(beat) = member.beat { Some(beat) } else { None };
                let renew = self.key.as_ref().and_then(|key| key.renew);
                beat.into_iter().chain(renew).min()
            }
            State::Joining { .. } | State::Ended(_) => None,
        };
        [overdue, own, self.hints.due()].into_iter().flatten().min().unwrap_or(self.spent)
    }

    /// Chooses the frame to go out, one at a time.
    fn fill_outbox(&mut self) {
        if self.outbox.is_some() {
            return;
        }
        let told = self.key.as_ref().is_none_or(|key| key.told);
        self.outbox = match self.state {
            State::Online(attempt) if attempt.from <= self.spent && self.key.is_some() => Some(Frame::Join),
            State::Joined(member) | State::Live(member) if !told => Some(Frame::Key { join: member.join }),
            State::Joined(Membership { beat: Beat::At(beat), .. })
            | State::Live(Membership { beat: Beat::At(beat), .. })
                if beat <= self.spent =>
            {
                Some(Frame::Beat)
            }
            _ => None,
        };
    }
}
