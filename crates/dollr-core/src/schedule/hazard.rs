//! Keller's law: where an open payment completes at a rate of h, the best rate of questions is in proportion to √h. So
//! the next question is due when the integral of √h has grown by a constant, the scale; a greater scale costs fewer
//! questions and a longer delay.

use alloc::vec::Vec;
use core::ops::Range;

use super::completions::{CELL, Completions, ONE, WINDOW};
use super::{Curve, Schedule};
use crate::timestamp::millis;

/// Into about how many steps, of as many completions each, the hazard is cut.
const STEPS: u64 = 30;
/// How many points a learned curve has at most.
const POINTS: usize = 16;
/// How long a payment is left alone at most, in milliseconds, while it is learned about.
const GREATEST_GAP: u64 = 60_000;

/// The hazard in steps, and where a curve of gaps bends with it.
pub(super) struct Hazard {
    steps: Vec<Step>,
    knots: Vec<Knot>,
    /// The age after which nothing is known.
    end: u64,
}

#[derive(Clone, Copy)]
struct Step {
    until: u64,
    /// √h, where h is completions per open payment and millisecond, times 2⁶⁰.
    root: u64,
}

#[derive(Clone, Copy)]
struct Knot {
    age: u64,
    /// In proportion to the questions that are asked around it.
    weight: u128,
}

impl Hazard {
    /// A step ends where enough payments have completed in it, or so few that this says enough.
    pub(super) fn of(past: &Completions) -> Self {
        let (all, end) = (past.completed(WINDOW), past.end());
        let enough = all / STEPS;
        let mut hazard = Self { steps: Vec::new(), knots: Vec::new(), end };
        let (mut from, mut until, mut before) = (0, 0, None);
        while from < end {
            until += CELL;
            let completed = past.completed(until) - past.completed(from);
            let exposure = past.exposure(from, until);
            let expected = before.map_or(0, |rate| u128::from(exposure).saturating_mul(rate) >> 60);
            let told = completed >= enough && all - past.completed(until) >= enough / 4
                || expected >= u128::from(2 * enough);
            if until >= end || told && until * 5 >= from * 6 {
                let rate = rate(completed, exposure, enough / 8, before);
                hazard.push(past, from..until, rate);
                (from, before) = (until, Some(rate));
            }
        }
        hazard
    }

    fn push(&mut self, past: &Completions, ages: Range<u64>, rate: u128) {
        let root = u64::try_from(rate.isqrt()).unwrap_or(u64::MAX);
        let weight = u128::from(past.exposure(ages.start, ages.end) >> 20) * u128::from(root);
        self.steps.push(Step { until: ages.end, root });
        self.knots.push(Knot { age: centre(past, ages), weight });
    }

    /// The greatest scale whose delays sum up to at most this.
    pub(super) fn scale(&self, past: &Completions, delay: u64) -> u64 {
        let (mut low, mut high) = (1, 1 << 50);
        while high - low > (low >> 14) + 1 {
            let middle = u64::midpoint(low, high);
            if past.cost(&self.schedule(middle)).delay > delay { high = middle } else { low = middle }
        }
        low
    }

    /// Without the knots that change the curve least, so that it is a handful of points.
    pub(super) fn thinned(mut self, scale: u64) -> Self {
        let most = POINTS - self.tail().count();
        while self.knots.len() > most.max(2) {
            let inner = 1..self.knots.len() - 1;
            let Some(least) = inner.min_by_key(|&i| self.bend(i, scale)) else { break };
            self.knots.remove(least);
        }
        self
    }

    /// How much is lost with a knot: the square of the relative change of the gap there, by its weight.
    fn bend(&self, i: usize, scale: u64) -> u128 {
        let [a, b, c] = [i - 1, i, i + 1].map(|i| self.knots[i].age);
        let [from, gap, to] = [a, b, c].map(|age| self.gap(age, scale));
        let line = (from * (c - b) + to * (b - a)) / (c - a);
        let change = u128::from(1_000 * line.abs_diff(gap) / gap);
        change * change * self.knots[i].weight
    }

    /// The schedule of this scale.
    pub(super) fn schedule(&self, scale: u64) -> Schedule {
        let short = |span: u64| u32::try_from(span).unwrap_or(u32::MAX);
        let known = self.knots.iter().map(|knot| (short(knot.age), short(self.gap(knot.age, scale))));
        Schedule(Curve { first: short(self.gap(0, scale)), gaps: known.chain(self.tail()).collect() })
    }

    /// The default schedule's points after the age up to which something is known.
    fn tail(&self) -> impl Iterator<Item = (u32, u32)> {
        let Schedule(Curve { gaps, .. }) = Schedule::default();
        let end = self.end;
        gaps.into_iter().filter(move |&(age, _)| u64::from(age) > end)
    }

    /// The time that the integral of √h takes to grow by the scale, within what a gap may be.
    fn gap(&self, age: u64, scale: u64) -> u64 {
        let (mut at, mut left, mut root) = (age, scale, 1);
        for step in self.steps.iter().filter(|step| step.until > age) {
            root = step.root;
            let grown = (step.until - at).saturating_mul(root);
            if grown >= left {
                break;
            }
            (at, left) = (step.until, left - grown);
        }
        (at + left / root - age).clamp(millis(Schedule::LEAST_GAP), GREATEST_GAP)
    }
}

/// Completions per open payment and millisecond, times 2⁶⁰: drawn towards the step before, as if `pull` more had
/// completed at its rate, so that chance alone makes no great difference from one step to the next.
fn rate(completed: u64, exposure: u64, pull: u64, before: Option<u128>) -> u128 {
    let scaled = |share: u64| u128::from(share) << 60;
    let rate = match before {
        Some(before) => scaled(completed + pull) / (u128::from(exposure) + scaled(pull) / before).max(1),
        None => scaled(completed) / u128::from(exposure.max(1)),
    };
    rate.max(1)
}

/// The mean age of the payments that are open between two ages.
fn centre(past: &Completions, ages: Range<u64>) -> u64 {
    let (mut sum, mut open) = (0, 0);
    for cell in ages.start / CELL..ages.end / CELL {
        let age = cell * CELL + CELL / 2;
        let share = u128::from(ONE - past.completed(age));
        (sum, open) = (sum + share * u128::from(age), open + share);
    }
    u64::try_from(sum / open.max(1)).unwrap_or(ages.start).clamp(ages.start, ages.end)
}
