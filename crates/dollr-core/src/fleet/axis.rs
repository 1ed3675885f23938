//! A time that only goes on, made of a clock that may leap: the caller's clock from one change to the next, where a step
//! back counts nothing (fault F31). Unlike a payment's patience, a leap forward counts in full: it only makes due.

use core::time::Duration;

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::timestamp::millis;

/// Clocks of those who share a budget may differ by so much. A step back by more is a clock that was set.
pub(crate) const SLACK: Duration = Duration::from_secs(60);

/// The caller's clock at the latest change, and what the axis read then. All moments kept are on the axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Axis {
    seen: Timestamp,
    spent: u64,
}

impl Axis {
    pub(crate) fn new(now: Timestamp) -> Self {
        Self { seen: now, spent: now.as_millis() }
    }

    /// What it reads at `now`.
    pub(crate) fn at(&self, now: Timestamp) -> u64 {
        self.spent.saturating_add(millis(now.since(self.seen)))
    }

    /// What it read at the latest change.
    pub(crate) fn latest(&self) -> u64 {
        self.spent
    }

    /// Whether the clock was set back: then waiting for it to come round again could take for ever.
    pub(crate) fn is_set_back(&self, now: Timestamp) -> bool {
        self.seen.since(now) > SLACK
    }

    /// Something changes at `now`. A clock within the slack is waited for, one that was set back is followed.
    pub(crate) fn observe(&mut self, now: Timestamp) -> u64 {
        if now >= self.seen || self.is_set_back(now) {
            *self = Self { seen: now, spent: self.at(now) };
        }
        self.spent
    }

    /// The same for a clock that nobody else has: each step back is followed, so that who asks to come later is not due at once
    /// until it has come round again.
    pub(crate) fn follow(&mut self, now: Timestamp) -> u64 {
        *self = Self { seen: now, spent: self.at(now) };
        self.spent
    }

    /// Where a moment of the caller's clock lies; those before the latest change keep their order.
    pub(crate) fn place(&self, moment: Timestamp) -> u64 {
        if moment < self.seen {
            self.spent.saturating_sub(millis(self.seen.since(moment)))
        } else {
            self.at(moment)
        }
    }

    /// When the caller's clock will show what the axis calls `place`.
    pub(crate) fn moment(&self, place: u64) -> Timestamp {
        self.seen.after(Duration::from_millis(place.saturating_sub(self.spent)))
    }
}
