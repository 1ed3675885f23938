//! When payments complete, as far as samples tell, and what a schedule costs on them. Times are milliseconds since
//! the sending; a share is a whole number, out of `ONE`.

use alloc::vec;
use alloc::vec::Vec;
use core::time::Duration;

use super::{Schedule, TooFewSamples};
use crate::timestamp::millis;

/// The ages that are learned about: the first half hour.
pub(super) const WINDOW: u64 = 1_800_000;
/// The share of all payments.
pub(super) const ONE: u64 = 1 << 40;
/// Within a cell completions are spread evenly.
pub(super) const CELL: u64 = 100;

/// The distribution of completion times.
pub(super) struct Completions {
    /// At each multiple of a cell, the share completed by then, and the integral of that share.
    grid: Vec<(u64, u64)>,
    /// The age after which nothing is known.
    end: u64,
}

/// What a schedule costs in the window, as shares: questions, and milliseconds of delay.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cost {
    pub(super) polls: u64,
    pub(super) delay: u64,
}

impl Completions {
    pub(super) fn of(samples: &[Duration], in_force: &Schedule) -> Result<Self, TooFewSamples> {
        let ages = || samples.iter().map(|&age| millis(age).max(1)).filter(|&age| age <= WINDOW);
        let found = ages().count();
        if found < Schedule::LEAST_SAMPLES {
            return Err(TooFewSamples { found });
        }
        let share = ONE / u64::try_from(samples.len()).unwrap_or(ONE);
        // What begins and what ceases to complete in each cell.
        let mut changes = vec![(0, 0); index(WINDOW) + 1];
        for age in ages() {
            let (from, until) = (asked_before(in_force, age) / CELL, age.div_ceil(CELL));
            let each = share / (until - from);
            changes[index(from * CELL)].0 += each;
            changes[index(until * CELL)].1 += each;
        }
        let last = ages().max().filter(|_| found == samples.len()).unwrap_or(WINDOW);
        Ok(Self { grid: integrated(&changes), end: last.next_multiple_of(CELL) })
    }

    /// The age after which nothing is known: that of the last completion, or the window's end if payments are open then.
    pub(super) fn end(&self) -> u64 {
        self.end
    }

    /// The share completed by `age`, which lies in the window.
    pub(super) fn completed(&self, age: u64) -> u64 {
        let (from, to) = (self.grid[index(age)].0, self.grid[index(age + CELL - 1)].0);
        from + (to - from) * (age % CELL) / CELL
    }

    /// The integral of the share completed, from the sending to `age`.
    fn waited(&self, age: u64) -> u64 {
        let (completed, waited) = self.grid[index(age)];
        waited + (age % CELL) * completed.midpoint(self.completed(age))
    }

    /// How long payments are open between two ages, on average.
    pub(super) fn exposure(&self, from: u64, until: u64) -> u64 {
        ONE * (until - from) - (self.waited(until) - self.waited(from))
    }

    /// What it costs to ask by this schedule, each delay being as long as its jitter makes it on average.
    pub(super) fn cost(&self, schedule: &Schedule) -> Cost {
        let mut cost = Cost { polls: 0, delay: 0 };
        let (mut last, mut next) = (0, u64::from(schedule.0.first) * 21 / 20);
        while last < WINDOW {
            let age = next.min(WINDOW);
            let completed = self.completed(last);
            cost.polls += ONE - completed;
            cost.delay += self.waited(age) - self.waited(last) - (age - last) * completed;
            (last, next) = (age, age + gap(schedule, age));
        }
        cost
    }
}

/// The sums of what changes in each cell.
fn integrated(changes: &[(u64, u64)]) -> Vec<(u64, u64)> {
    let (mut rate, mut completed, mut waited) = (0, 0, 0);
    let sum = |&(begins, ceases): &(u64, u64)| {
        let here = (completed, waited);
        rate = rate + begins - ceases;
        waited += CELL * completed + CELL * rate / 2;
        completed += rate;
        here
    };
    changes.iter().map(sum).collect()
}

/// When the question was asked that came before the one that found out at this age; the age itself if none did.
fn asked_before(schedule: &Schedule, age: u64) -> u64 {
    let first = u64::from(schedule.0.first);
    if age < first {
        age - 1
    } else if age <= first * 11 / 10 {
        0
    } else {
        let guess = age.saturating_sub(gap(schedule, age));
        age.saturating_sub(gap(schedule, guess)).max(first)
    }
}

fn gap(schedule: &Schedule, age: u64) -> u64 {
    millis(schedule.gap(Duration::from_millis(age)))
}

/// The cell that an age within the window falls into.
fn index(age: u64) -> usize {
    usize::try_from(age / CELL).unwrap_or(usize::MAX)
}
