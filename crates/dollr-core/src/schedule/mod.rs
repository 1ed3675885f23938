//! When to ask next. A schedule is a curve of gaps over a payment's age, close to the *optimal inspection policy*
//! for how payments complete, not a doubling back-off: dense while most customers approve, thin once few are left.
//! Integers only, so that every language and machine comes to the same moment (API §5, rule 4; invariant I12).

mod completions;
mod hazard;
mod learn;

use alloc::vec::Vec;
use core::time::Duration;

use serde::{Deserialize, Serialize};

pub use learn::{Estimate, Learned, TooFewSamples};

use crate::timestamp::millis;

/// When to poll: a delay before the first question, then gaps that grow with age, and a back-off after errors.
///
/// All times are milliseconds. A gap is jittered by up to a tenth either way, but stays between the curve's least
/// and greatest gap; a back-off and a `Retry-After` are floors, and are only ever lengthened.
///
/// ```
/// use core::time::Duration;
/// use dollr_core::Schedule;
///
/// let schedule = Schedule::mobile_money();
/// assert_eq!(schedule.first(), Duration::from_millis(4_500));
/// assert!(schedule.gap(Duration::from_secs(10)) < Duration::from_secs(4));
/// assert!(schedule.gap(Duration::from_secs(600)) > Duration::from_secs(6));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Curve", into = "Curve")]
pub struct Schedule(Curve);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Curve {
    first: u32,
    gaps: Vec<(u32, u32)>,
}

/// Why a curve of gaps is no schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidSchedule {
    /// There is no gap at all.
    #[error("a schedule needs at least one (age, gap)")]
    Empty,
    /// The ages do not grow from one point to the next.
    #[error("the ages of a schedule must grow from one (age, gap) to the next")]
    Unordered,
    /// A delay or gap is under [`Schedule::LEAST_GAP`] or over [`Schedule::GREATEST_GAP`].
    #[error("a schedule's first delay and its gaps must be between 1 second and 1 hour")]
    OutOfRange,
}

impl Schedule {
    /// No schedule asks more often than once a second.
    pub const LEAST_GAP: Duration = Duration::from_secs(1);
    /// No schedule leaves a payment alone for more than an hour.
    pub const GREATEST_GAP: Duration = Duration::from_secs(3_600);
    /// The longest wait after errors, without a `Retry-After`.
    pub const LONGEST_BACK_OFF: Duration = Duration::from_secs(60);

    /// For mobile money, whose customers approve on a phone after seconds or minutes. The default.
    ///
    /// In the first half hour it asks at most 1.15 times as often as the best schedule of the same mean delay, on
    /// each of three models of how payments complete: `tests/suite/schedule.rs` proves it, `tests/bench` shows it. It is
    /// the one with the least mean of that ratio over 60 models drawn at random that a search has found.
    pub fn mobile_money() -> Self {
        Self::preset(
            4_500,
            &[
                (20_000, 3_000),
                (60_000, 4_200),
                (120_000, 5_000),
                (300_000, 6_000),
                (1_800_000, 10_000),
                (7_200_000, 60_000),
                (86_400_000, 600_000),
            ],
        )
    }

    /// For cards, which mostly end within seconds, or wait for the payer's 3-D Secure.
    pub fn cards() -> Self {
        Self::preset(
            3_000,
            &[
                (0, 2_000),
                (10_000, 4_000),
                (60_000, 6_000),
                (600_000, 15_000),
                (7_200_000, 60_000),
                (86_400_000, 600_000),
            ],
        )
    }

    /// A schedule of one's own: the delay before the first question, and gaps at given ages, both in time since the
    /// payment was sent. Between two ages the gap is interpolated; after the last one it stays.
    pub fn new(first: Duration, gaps: &[(Duration, Duration)]) -> Result<Self, InvalidSchedule> {
        let short = |span: Duration| u32::try_from(millis(span)).map_err(|_| InvalidSchedule::OutOfRange);
        let gaps = gaps.iter().map(|&(age, gap)| Ok((short(age)?, short(gap)?))).collect::<Result<_, _>>()?;
        Curve { first: short(first)?, gaps }.try_into()
    }

    /// The delay between the payment's being sent and the first question.
    pub fn first(&self) -> Duration {
        Duration::from_millis(u64::from(self.0.first))
    }

    /// The gap after a question asked at this age, before jitter.
    pub fn gap(&self, age: Duration) -> Duration {
        let age = millis(age);
        let gaps = &self.0.gaps;
        let after = gaps.partition_point(|&(at, _)| u64::from(at) <= age);
        let gap = match (after.checked_sub(1).map(|i| gaps[i]), gaps.get(after)) {
            (Some((a, from)), Some(&(b, to))) => interpolate(u64::from(a), from, u64::from(b), to, age),
            (Some((_, gap)), None) | (None, Some(&(_, gap))) => u64::from(gap),
            (None, None) => 0,
        };
        Duration::from_millis(gap)
    }

    /// The wait after this many errors in a row: 1, 2, 4 … seconds, at most [`Schedule::LONGEST_BACK_OFF`].
    pub fn back_off(failures: u32) -> Duration {
        match failures {
            0 => Duration::ZERO,
            n => Duration::from_secs(1 << (n - 1).min(6)).min(Self::LONGEST_BACK_OFF),
        }
    }

    /// The gap after a question, jittered by `seed` and kept between the curve's least and greatest gap.
    pub(crate) fn jittered_gap(&self, age: Duration, seed: u64) -> Duration {
        let gap = millis(self.gap(age));
        let jittered = gap * (900 + scatter(seed) % 201) / 1_000;
        let gaps = || self.0.gaps.iter().map(|&(_, gap)| u64::from(gap));
        Duration::from_millis(jittered.clamp(gaps().min().unwrap_or(gap), gaps().max().unwrap_or(gap)))
    }

    fn preset(first: u32, gaps: &[(u32, u32)]) -> Self {
        Self(Curve { first, gaps: gaps.to_vec() })
    }
}

impl Default for Schedule {
    fn default() -> Self {
        Self::mobile_money()
    }
}

impl TryFrom<Curve> for Schedule {
    type Error = InvalidSchedule;

    fn try_from(curve: Curve) -> Result<Self, InvalidSchedule> {
        let allowed = millis(Self::LEAST_GAP)..=millis(Self::GREATEST_GAP);
        let fits = |span: u32| allowed.contains(&u64::from(span));
        if curve.gaps.is_empty() {
            Err(InvalidSchedule::Empty)
        } else if !curve.gaps.is_sorted_by(|a, b| a.0 < b.0) {
            Err(InvalidSchedule::Unordered)
        } else if !fits(curve.first) || !curve.gaps.iter().all(|&(_, gap)| fits(gap)) {
            Err(InvalidSchedule::OutOfRange)
        } else {
            Ok(Self(curve))
        }
    }
}

impl From<Schedule> for Curve {
    fn from(schedule: Schedule) -> Self {
        schedule.0
    }
}

/// `floor` lengthened by up to a tenth, so that those who were told the same do not come back together.
pub(crate) fn lengthened(floor: Duration, seed: u64) -> Duration {
    Duration::from_millis(millis(floor).saturating_mul(1_000 + scatter(seed) % 101) / 1_000)
}

/// The gap at `x` on the line from (`a`, `from`) to (`b`, `to`).
fn interpolate(a: u64, from: u32, b: u64, to: u32, x: u64) -> u64 {
    let (from, to) = (u64::from(from), u64::from(to));
    (from * (b - x) + to * (x - a)) / (b - a)
}

/// The finaliser of `SplitMix64`: bits that look random, the same ones for the same seed.
pub(crate) fn scatter(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
