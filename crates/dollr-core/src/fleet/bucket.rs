//! A token bucket whose rate is halved by trouble and comes back in a straight line, on an axis of milliseconds that never
//! goes back. Calls are counted in millionths, so that a rate in thousandths per second needs no rounding.

use serde::{Deserialize, Serialize};

use super::limit::Limit;

/// One call, in millionths.
const CALL: u64 = 1_000_000;

/// From nothing to the full rate it takes this long, in milliseconds.
const RECOVERY: u64 = 60_000;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Bucket {
    /// Calls in it at `filled`, in millionths.
    level: u64,
    filled: u64,
    /// Thousandths of a call per second: now, and at the end of the latest cool-down.
    rate: u32,
    base: u32,
    /// The end of the latest cool-down.
    resumes: u64,
}

impl Bucket {
    pub(crate) fn full(limit: Limit, at: u64) -> Self {
        let rate = limit.milli_calls_per_second();
        Self { level: capacity(limit), filled: at, rate, base: rate, resumes: at }
    }

    /// How long from `at` until there is a call and no cool-down.
    pub(crate) fn wait(&self, limit: Limit, at: u64) -> u64 {
        // What was in it is still there, as mostly it is.
        if self.level >= CALL && at >= self.resumes {
            return 0;
        }
        let start = at.max(self.resumes);
        let missing = CALL.saturating_sub(self.level(limit, start));
        (start - at).saturating_add(missing.div_ceil(u64::from(self.rate)))
    }

    pub(crate) fn take(&mut self, limit: Limit, at: u64) {
        self.settle(limit, at);
        self.level = self.level.saturating_sub(CALL);
    }

    pub(crate) fn halve(&mut self, limit: Limit, at: u64) {
        self.settle(limit, at);
        self.rate = (self.rate / 2).max(limit.floor());
    }

    /// No call before `until`; then no more than one, and the others at the present rate.
    pub(crate) fn cool_down(&mut self, limit: Limit, at: u64, until: u64) {
        if until <= self.resumes {
            return;
        }
        self.settle(limit, at);
        self.level = self.level.min(CALL);
        self.resumes = until;
        self.base = self.rate;
    }

    /// Brings back the part of the rate that the time since the latest cool-down is worth.
    pub(crate) fn recover(&mut self, limit: Limit, at: u64) {
        self.settle(limit, at);
        let full = limit.milli_calls_per_second();
        let spell = at.saturating_sub(self.resumes).min(RECOVERY);
        let gained = u64::from(full) * spell / RECOVERY;
        let rate = u64::from(self.base).saturating_add(gained).min(u64::from(full));
        self.rate = self.rate.max(u32::try_from(rate).unwrap_or(full));
    }

    /// Goes on under another limit, as slowed down as it was.
    pub(crate) fn convert(&mut self, from: Limit, to: Limit, at: u64) {
        self.settle(from, at);
        let (old, new) = (u64::from(from.milli_calls_per_second()), to.milli_calls_per_second());
        let scale = |rate: u32| u32::try_from(u64::from(rate) * u64::from(new) / old).unwrap_or(new);
        (self.rate, self.base) = (scale(self.rate).max(to.floor()), scale(self.base).max(to.floor()));
        self.level = self.level.min(capacity(to));
    }

    pub(crate) fn rate(&self) -> u32 {
        self.rate
    }

    pub(crate) fn resumes(&self) -> u64 {
        self.resumes
    }

    /// Whether it can have come about, its latest change having been at `latest` and no cool-down being longer than `longest`.
    pub(crate) fn is_possible(&self, limit: Limit, latest: u64, longest: u64) -> bool {
        let rates = limit.floor()..=limit.milli_calls_per_second();
        rates.contains(&self.rate)
            && rates.contains(&self.base)
            && self.level <= capacity(limit)
            && self.resumes <= latest.saturating_add(longest)
            && self.filled <= latest
    }

    fn settle(&mut self, limit: Limit, at: u64) {
        self.level = self.level(limit, at);
        self.filled = self.filled.max(at);
    }

    /// Calls in it at `at`: what a cool-down lets in is one at most.
    fn level(&self, limit: Limit, at: u64) -> u64 {
        let filled = |level: u64, from: u64, to: u64, most: u64| {
            let gained = to.saturating_sub(from).saturating_mul(u64::from(self.rate));
            level.saturating_add(gained).min(most)
        };
        let cooled = at.min(self.resumes);
        if self.filled >= cooled {
            filled(self.level, self.filled, at, capacity(limit))
        } else {
            filled(filled(self.level, self.filled, cooled, CALL), cooled, at, capacity(limit))
        }
    }
}

fn capacity(limit: Limit) -> u64 {
    u64::from(limit.calls_at_once()) * CALL
}
