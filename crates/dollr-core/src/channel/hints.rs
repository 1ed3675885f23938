//! How many hints come of what is heard: at most one a second, and of what proves nothing ever fewer (invariant I8).

use core::time::Duration;

use crate::timestamp::millis;

/// No hint comes sooner than this after the one before it.
const LEAST_GAP: Duration = Duration::from_secs(1);

/// Hints that rest on nothing but doubt come 1, 2, 4 … times as far apart, at most 2 to the power of this.
const MOST_DOUBLINGS: u32 = 3;

/// How good the reason for a hint is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Ground {
    /// A frame that could not be read, or is not provably about this payment.
    Doubt,
    /// An event that is ours, or a gap in which one could have been missed.
    Event,
}

/// The hint that is to be given, and when the last one was.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Hints {
    last: Option<u64>,
    doubts: u32,
    pending: Option<Ground>,
}

impl Hints {
    pub(super) fn raise(&mut self, ground: Ground) {
        self.pending = self.pending.max(Some(ground));
    }

    /// When the next one is due, if there is one.
    pub(super) fn due(&self) -> Option<u64> {
        let factor = match self.pending? {
            Ground::Doubt => 1 << self.doubts.min(MOST_DOUBLINGS),
            Ground::Event => 1,
        };
        Some(self.last.map_or(0, |last| last.saturating_add(millis(LEAST_GAP * factor))))
    }

    /// How long ago the last one was given, if there was one.
    pub(super) fn since(&self, at: u64) -> Option<Duration> {
        self.last.map(|last| Duration::from_millis(at.saturating_sub(last)))
    }

    /// The execution was told; whether there was anything to tell.
    pub(super) fn given(&mut self, at: u64) {
        if self.pending.take() == Some(Ground::Doubt) {
            self.doubts = self.doubts.saturating_add(1);
        }
        self.last = Some(at);
    }
}
