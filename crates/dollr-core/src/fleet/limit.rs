//! How many calls may be made: a rate and a burst, as integers.

use core::fmt;
use core::time::Duration;

use serde::{Deserialize, Serialize};

use crate::timestamp::millis;

/// So many calls in so much time, and how many of them may come at once.
///
/// Kept in thousandths of a call per second, rounded down: a limit is never exceeded by rounding.
///
/// ```
/// use core::time::Duration;
/// use dollr_core::Limit;
///
/// let limit = Limit::new(20, Duration::from_secs(1))?.burst(5)?;
/// assert_eq!(limit.to_string(), "20.000 calls a second, 5 at once");
/// assert!(Limit::new(0, Duration::from_secs(1)).is_err());
/// # Ok::<(), dollr_core::InvalidLimit>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Numbers", into = "Numbers")]
pub struct Limit(Numbers);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Numbers {
    rate: u32,
    burst: u32,
}

/// Why numbers are no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidLimit {
    /// Slower than a call in 1,000 seconds, or faster than a million calls a second.
    #[error("a limit must be between one call in 1,000 seconds and 1,000,000 calls a second")]
    Rate,
    /// No call at all, or more than a million at once.
    #[error("a limit's burst must be between 1 and 1,000,000 calls")]
    Burst,
}

impl Limit {
    const GREATEST_RATE: u32 = 1_000_000_000;
    const GREATEST_BURST: u32 = 1_000_000;

    /// At most `calls` in each span `per`. As many may come at once as there are in a second, at least one.
    pub fn new(calls: u32, per: Duration) -> Result<Self, InvalidLimit> {
        let micros = u64::from(calls) * 1_000_000;
        let rate = micros.checked_div(millis(per)).and_then(|rate| u32::try_from(rate).ok());
        let rate = rate.ok_or(InvalidLimit::Rate)?;
        Numbers { rate, burst: (rate / 1_000).clamp(1, Self::GREATEST_BURST) }.try_into()
    }

    /// With another number of calls that may come at once.
    pub fn burst(self, calls: u32) -> Result<Self, InvalidLimit> {
        Numbers { burst: calls, ..self.0 }.try_into()
    }

    /// Thousandths of a call per second.
    pub fn milli_calls_per_second(self) -> u32 {
        self.0.rate
    }

    /// How many calls may come at once.
    pub fn calls_at_once(self) -> u32 {
        self.0.burst
    }

    /// Trouble slows down to a 64th of the rate, and to no less than a call in 1,000 seconds.
    pub(crate) fn floor(self) -> u32 {
        (self.0.rate / 64).max(1)
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Numbers { rate, burst } = self.0;
        write!(f, "{}.{:03} calls a second, {burst} at once", rate / 1_000, rate % 1_000)
    }
}

impl TryFrom<Numbers> for Limit {
    type Error = InvalidLimit;

    fn try_from(numbers: Numbers) -> Result<Self, InvalidLimit> {
        if !(1..=Self::GREATEST_RATE).contains(&numbers.rate) {
            Err(InvalidLimit::Rate)
        } else if !(1..=Self::GREATEST_BURST).contains(&numbers.burst) {
            Err(InvalidLimit::Burst)
        } else {
            Ok(Self(numbers))
        }
    }
}

impl From<Limit> for Numbers {
    fn from(limit: Limit) -> Self {
        limit.0
    }
}
