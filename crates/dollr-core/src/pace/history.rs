//! What a pace has seen, for people: when it was sent and asked about, what went wrong last, and where it all ends.

use alloc::string::String;
use core::time::Duration;

use super::Pace;
use crate::{Policy, Timestamp};

/// The past of one machine's calls. Moments are the caller's clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct History {
    /// When it began.
    pub(crate) born: Timestamp,
    /// When its request was last handed out to be sent.
    pub(crate) sent: Option<Timestamp>,
    /// When a question was last answered or lost.
    pub(crate) asked: Option<Timestamp>,
    /// Questions so far, with those that were repeated with a new token.
    pub(crate) asks: u32,
    /// Calls in a row that failed.
    pub(crate) failures: u32,
    /// Which call was the latest, and what went wrong with it.
    pub(crate) latest: Call,
    pub(crate) trouble: Option<String>,
    /// Attended time since it was sent (a source: since it is watched).
    pub(crate) attended: Duration,
    /// What of that needs no other clock.
    pub(crate) surely: Duration,
    /// When a person must look, at the latest, and whether that is now.
    pub(crate) horizon: Timestamp,
    pub(crate) is_over_horizon: bool,
}

/// A call that was answered or failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Call {
    /// The request itself.
    Request,
    /// A question about its status.
    Question,
    /// One of the two; they were in the same moment.
    Either,
}

impl Pace {
    /// The past, as it is known at `now`.
    pub(crate) fn history(&self, policy: &Policy, now: Timestamp) -> History {
        let latest = match (self.sent, self.asked) {
            (_, None) => Call::Request,
            (None, Some(_)) => Call::Question,
            (Some(sent), Some(asked)) if asked.spent > sent.spent => Call::Question,
            (Some(sent), Some(asked)) if asked.spent < sent.spent => Call::Request,
            _ => Call::Either,
        };
        History {
            born: self.born,
            sent: self.sent.map(|mark| mark.at),
            asked: self.asked.map(|mark| mark.at),
            asks: self.asks,
            failures: self.failures,
            latest,
            trouble: self.trouble(),
            attended: self.since_sent().0,
            surely: self.surely_since_sent(),
            horizon: self.born.after(policy.horizon),
            is_over_horizon: self.over_horizon(policy, now),
        }
    }
}
