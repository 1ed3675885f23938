//! Which schedule would have suited the payments that there were: the fewest questions at the delay that there was.
//! Integers only, so that the same samples make the same schedule on every machine.

use core::time::Duration;

use super::Schedule;
use super::completions::{Completions, Cost, ONE, WINDOW};
use super::hazard::Hazard;
use crate::timestamp::millis;

/// The least part of a question that is told and that counts.
const THOUSANDTH: u64 = ONE / 1_000;

/// A schedule that was learned, and what it changes.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Learned {
    /// When to ask from now on.
    pub schedule: Schedule,
    /// What the schedule in force costs.
    pub before: Estimate,
    /// What the learned schedule costs.
    pub after: Estimate,
}

/// What a schedule would have cost, had it asked about the payments that another one was learned from.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Estimate {
    /// The questions about a payment in its first half hour, on average, to three decimals.
    pub polls: f64,
    /// The mean time from a payment's completion to the question that finds it out.
    pub delay: Duration,
}

/// There are too few completion times to learn a schedule from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a schedule is learned from at least {} payments that completed within half an hour, but there are {found}",
    Schedule::LEAST_SAMPLES
)]
#[non_exhaustive]
pub struct TooFewSamples {
    /// How many there are.
    pub found: usize,
}

impl Schedule {
    /// A schedule is learned from at least this many payments that completed within half an hour.
    pub const LEAST_SAMPLES: usize = 200;

    /// The schedule that asks least, at the mean delay of the schedule in force, about payments such as these, whose
    /// [`Execution::sample`](crate::Execution::sample)s they are.
    ///
    /// A sample is the time from a payment's sending to the moment at which its end was found out; a payment that
    /// had not ended within half an hour, or never did, counts as any longer time, such as [`Duration::MAX`]. Leave out
    /// payments that were sent less than half an hour ago, ended or not: of those only the quick ones are known.
    ///
    /// What is found out by asking is found out late. So each sample is taken for a completion at any moment, one as
    /// likely as another, since the question before, by the schedule in force. A sample that is earlier than its
    /// first question came by a hint, and is taken as it stands; later hints are too few or too close to it to do
    /// harm. Leave out what was found out by a schedule that asked much less often than the one in force.
    ///
    /// From 1,000 samples, exact or found out, the result asks at most 1.05 times as often as the best schedule of the
    /// same delay, on each of three models of how payments complete: `tests/suite/schedule_learn.rs` proves it,
    /// `tests/bench` shows it. For the first half hour its gaps are a minute at most. After that, or the last
    /// completion if all have ended, it goes on like the default schedule. Where nothing cheaper is found, it is the
    /// schedule in force.
    ///
    /// ```
    /// use core::time::Duration;
    /// use dollr_core::Schedule;
    ///
    /// // 400 payments that took 5 to 65 seconds, and 20 that nobody approved.
    /// let ended = (0..400).map(|i| Duration::from_millis(5_000 + 150 * i));
    /// let samples: Vec<Duration> = ended.chain([Duration::MAX; 20]).collect();
    ///
    /// let learned = Schedule::learn(&samples, &Schedule::default())?;
    /// assert!(learned.after.polls < 0.7 * learned.before.polls);
    /// assert!(learned.after.delay <= learned.before.delay);
    /// assert!(learned.schedule.gap(Duration::from_secs(600)) > Duration::from_secs(30));
    /// # Ok::<(), dollr_core::TooFewSamples>(())
    /// ```
    pub fn learn(samples: &[Duration], in_force: &Self) -> Result<Learned, TooFewSamples> {
        let past = Completions::of(samples, in_force)?;
        let before = past.cost(in_force);
        let cheapest = cheapest(&past, before.delay);
        let after = past.cost(&cheapest);
        let gains = after.polls + THOUSANDTH <= before.polls && after.delay <= before.delay;
        Ok(past.learned(in_force, if gains { cheapest } else { in_force.clone() }))
    }

    /// As [`Schedule::learn`], but with this mean delay, as near as gaps from a second to a minute come to it.
    pub fn learn_at(
        samples: &[Duration],
        in_force: &Self,
        delay: Duration,
    ) -> Result<Learned, TooFewSamples> {
        let past = Completions::of(samples, in_force)?;
        let delay = millis(delay).min(WINDOW) * past.completed(WINDOW);
        Ok(past.learned(in_force, cheapest(&past, delay)))
    }
}

/// The schedule by Keller's law whose delays sum up to this, or a little less.
fn cheapest(past: &Completions, delay: u64) -> Schedule {
    let hazard = Hazard::of(past);
    let scale = hazard.scale(past, delay);
    let hazard = hazard.thinned(scale);
    hazard.schedule(hazard.scale(past, delay))
}

impl Completions {
    fn learned(&self, in_force: &Schedule, schedule: Schedule) -> Learned {
        Learned { before: self.estimate(in_force), after: self.estimate(&schedule), schedule }
    }

    fn estimate(&self, schedule: &Schedule) -> Estimate {
        let Cost { polls, delay } = self.cost(schedule);
        let thousandths = u32::try_from(polls / THOUSANDTH).unwrap_or(u32::MAX);
        Estimate {
            polls: f64::from(thousandths) / 1_000.0,
            delay: Duration::from_millis(delay / self.completed(WINDOW)),
        }
    }
}
