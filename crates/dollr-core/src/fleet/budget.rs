//! How many calls may be made, by everyone who shares the vendor's limit: a token bucket, and a shared cool-down after a
//! 429 with additive increase and multiplicative decrease (API §1; invariant I12).

use core::time::Duration;

use serde::{Deserialize, Serialize};

use super::axis::Axis;
use super::bucket::Bucket;
use super::limit::Limit;
use crate::retry_after::LONGEST;
use crate::timestamp::millis;
use crate::{BadSnapshot, Schedule, Snapshot, Timestamp, Why};

/// The calls that may be made. A value: kept in memory it is one process's, kept in a row it is everybody's.
///
/// - In any span of time there are at most `rate × span + burst` calls, and after a rest at most `burst` at once.
/// - A 429 halves the rate, down to a 64th, and nobody calls until the back-off of 1, 2, 4 … 60 s or its `Retry-After`
///   (at most an hour) is over, whichever is longer. Then there is one call, and the others follow at the halved rate.
/// - The 429s of calls that were already out when the rate was halved do not halve it again; their `Retry-After` counts.
/// - An answer other than 429 brings back what the time since the cool-down is worth: the full rate after a minute.
/// - A clock that is set back by more than a minute makes one call ready at once, and no more: all else goes on as
///   it stood. One that leaps forward fills the bucket, and no more. Smaller steps back are waited for.
///
/// To share it, change it as a row is changed: load, [`take`](Budget::take), store, in one transaction; and take `now` from
/// one clock, the database's.
///
/// ```
/// use core::time::Duration;
/// use dollr_core::{Budget, BudgetAction, Limit, Timestamp, Why};
///
/// let now = Timestamp::from_millis(1_750_000_000_000);
/// let mut budget = Budget::new(Limit::new(20, Duration::from_secs(1))?, now);
/// let permit = budget.take(now).expect("a full bucket");
/// budget.throttled(permit, Some(Duration::from_secs(30)), now);
/// let until = now.after(Duration::from_secs(30));
/// assert_eq!(budget.next(now), BudgetAction::Wait { until, why: Why::CoolDown });
/// let row = budget.snapshot().to_string();
/// # assert!(row.len() < 400, "{row}");
/// # Ok::<(), dollr_core::InvalidLimit>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct Budget {
    limit: Limit,
    axis: Axis,
    bucket: Bucket,
    epoch: u32,
    cuts: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    limit: Limit,
    axis: Axis,
    bucket: Bucket,
    epoch: u32,
    cuts: u32,
}

/// What the budget says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "a call that the budget holds back must not be made"]
pub enum BudgetAction {
    /// A call may be made: [`Budget::take`] it.
    Call,
    /// Come back at `until`; earlier is harmless.
    Wait {
        /// When a call may be made, if nobody else is faster.
        until: Timestamp,
        /// [`Why::Budget`] or [`Why::CoolDown`].
        why: Why,
    },
}

/// The right to make one call now. It remembers since which cut it is, so that its answer can be judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "taking a permit is paying for a call"]
pub struct Permit {
    epoch: u32,
}

impl Budget {
    /// A full bucket, and no trouble.
    pub fn new(limit: Limit, now: Timestamp) -> Self {
        let axis = Axis::new(now);
        Self { limit, axis, bucket: Bucket::full(limit, axis.latest()), epoch: 0, cuts: 0 }
    }

    /// Whether a call may be made at this moment. Asking twice gives the same answer, and costs nothing.
    pub fn next(&self, now: Timestamp) -> BudgetAction {
        let at = self.axis.at(now);
        let wait = self.bucket.wait(self.limit, at);
        if wait == 0 || self.axis.is_set_back(now) {
            return BudgetAction::Call;
        }
        let why = if at < self.bucket.resumes() { Why::CoolDown } else { Why::Budget };
        BudgetAction::Wait { until: self.axis.moment(at.saturating_add(wait)), why }
    }

    /// Pays for a call, if one may be made.
    #[must_use = "without a permit no call may be made"]
    pub fn take(&mut self, now: Timestamp) -> Option<Permit> {
        if self.next(now) != BudgetAction::Call {
            return None;
        }
        let at = self.axis.observe(now);
        self.bucket.take(self.limit, at);
        Some(Permit { epoch: self.epoch })
    }

    /// The call was answered 429, with or without a `Retry-After`.
    pub fn throttled(&mut self, permit: Permit, retry_after: Option<Duration>, now: Timestamp) {
        let at = self.axis.observe(now);
        let mut wait = retry_after.unwrap_or_default().min(LONGEST);
        if permit.epoch == self.epoch {
            self.epoch = self.epoch.wrapping_add(1);
            self.cuts = self.cuts.saturating_add(1);
            self.bucket.halve(self.limit, at);
            wait = wait.max(Schedule::back_off(self.cuts));
        }
        if !wait.is_zero() {
            self.bucket.cool_down(self.limit, at, at.saturating_add(millis(wait)));
        }
    }

    /// The call was answered, with anything but a 429. Of a call that was lost, say nothing.
    pub fn succeeded(&mut self, permit: Permit, now: Timestamp) {
        let at = self.axis.observe(now);
        if permit.epoch == self.epoch {
            self.cuts = 0;
            self.bucket.recover(self.limit, at);
        }
    }

    /// Goes on under another limit: what was slowed down to a half stays slowed down to a half.
    #[must_use]
    pub fn limited(mut self, limit: Limit, now: Timestamp) -> Self {
        let at = self.axis.observe(now);
        self.bucket.convert(self.limit, limit, at);
        Self { limit, ..self }
    }

    /// The limit that it was given.
    pub fn limit(&self) -> Limit {
        self.limit
    }

    /// The rate at present, in thousandths of a call per second: the limit's, or less after trouble.
    pub fn milli_calls_per_second(&self) -> u32 {
        self.bucket.rate()
    }

    /// All of it, to be kept.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot::of("budget", self)
    }

    /// Goes on from a snapshot, in another process or version.
    pub fn restore(snapshot: &Snapshot) -> Result<Self, BadSnapshot> {
        snapshot.read("budget")
    }
}

impl TryFrom<Stored> for Budget {
    type Error = &'static str;

    fn try_from(stored: Stored) -> Result<Self, Self::Error> {
        let Stored { limit, axis, bucket, epoch, cuts } = stored;
        if bucket.is_possible(limit, axis.latest(), millis(LONGEST)) {
            Ok(Self { limit, axis, bucket, epoch, cuts })
        } else {
            Err("these numbers are no budget: its level, rate or cool-down is out of the limit's range")
        }
    }
}

impl From<Budget> for Stored {
    fn from(Budget { limit, axis, bucket, epoch, cuts }: Budget) -> Self {
        Self { limit, axis, bucket, epoch, cuts }
    }
}
