//! The simulator's time. Every payment's progress is a pure function of this clock, so a manual one makes a test exact.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;
use tokio::sync::watch;

/// A handle to the simulator's clock; clones share the same time.
///
/// ```
/// let clock = dollr_sim::Clock::manual(1_000);
/// clock.advance(250);
/// assert_eq!(clock.now_ms(), 1_250);
/// ```
#[derive(Clone, Debug)]
pub struct Clock(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    pace: Pace,
    /// What [`Clock::advance`] has added, in ms; whoever waits for a moment watches it.
    skipped: watch::Sender<u64>,
}

#[derive(Debug)]
enum Pace {
    Real,
    Scaled { origin_ms: u64, since: Instant, factor: f64 },
    Manual { start_ms: u64 },
}

impl Clock {
    /// The machine's own time.
    pub fn real() -> Self {
        Self::new(Pace::Real)
    }

    /// Starts at the machine's time and runs `factor` times as fast: at 60 a minute passes in a second.
    ///
    /// # Panics
    /// When `factor` is negative or not finite.
    pub fn scaled(factor: f64) -> Self {
        assert!(
            factor.is_finite() && factor >= 0.0,
            "a clock's factor is a number of 0 or more, not {factor}"
        );
        Self::new(Pace::Scaled { origin_ms: wall_ms(), since: Instant::now(), factor })
    }

    /// Stands still at `start_ms` (ms since the Unix epoch) until it is advanced.
    pub fn manual(start_ms: u64) -> Self {
        Self::new(Pace::Manual { start_ms })
    }

    fn new(pace: Pace) -> Self {
        Self(Arc::new(Inner { pace, skipped: watch::Sender::new(0) }))
    }

    /// Milliseconds since the Unix epoch.
    pub fn now_ms(&self) -> u64 {
        let base = match self.0.pace {
            Pace::Real => wall_ms(),
            Pace::Manual { start_ms } => start_ms,
            Pace::Scaled { origin_ms, since, factor } => origin_ms.saturating_add(scale(since, factor)),
        };
        base.saturating_add(*self.0.skipped.borrow())
    }

    /// Moves on by `ms`. A real or scaled clock skips that time and runs on.
    pub fn advance(&self, ms: u64) {
        self.0.skipped.send_modify(|skipped| *skipped = skipped.saturating_add(ms));
    }

    /// Moves on to `ms` since the Unix epoch; a moment that has passed changes nothing.
    pub fn advance_to(&self, ms: u64) {
        self.advance(ms.saturating_sub(self.now_ms()));
    }

    /// Whether the clock stands still until it is advanced.
    pub fn is_manual(&self) -> bool {
        matches!(self.0.pace, Pace::Manual { .. })
    }

    /// Returns when it is `ms` since the Unix epoch, however that comes about; without a moment, never.
    pub(crate) async fn reach(&self, ms: Option<u64>) {
        let mut skips = self.0.skipped.subscribe();
        let Some(ms) = ms else { return std::future::pending().await };
        loop {
            skips.mark_unchanged();
            let left = ms.saturating_sub(self.now_ms());
            if left == 0 {
                return;
            }
            let pause = async {
                match self.0.pace.wall_time(left) {
                    Some(pause) => tokio::time::sleep(pause).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = pause => {}
                _ = skips.changed() => {}
            }
        }
    }
}

impl Pace {
    /// How long `ms` of this time take; a time that stands still never gets there.
    fn wall_time(&self, ms: u64) -> Option<Duration> {
        let wall = Duration::from_millis(ms);
        match self {
            Self::Real => Some(wall),
            Self::Manual { .. } => None,
            // A millisecond more than needed, because the division rounds.
            Self::Scaled { factor, .. } => Duration::try_from_secs_f64(wall.as_secs_f64() / factor)
                .ok()
                .map(|pause| pause + Duration::from_millis(1)),
        }
    }
}

fn wall_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "saturates, and both are positive"
)]
fn scale(since: Instant, factor: f64) -> u64 {
    (since.elapsed().as_secs_f64() * 1000.0 * factor) as u64
}

fn timestamp(ms: u64) -> Timestamp {
    i64::try_from(ms).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok()).unwrap_or(Timestamp::MAX)
}

/// ISO 8601 with `Z`, as the API writes its timestamps.
pub(crate) fn iso(ms: u64) -> String {
    timestamp(ms).to_string()
}

/// The same with milliseconds, always three digits of them.
pub(crate) fn iso_with_millis(ms: u64) -> String {
    format!("{:.3}", timestamp(ms))
}

/// The value of a `Date` header (RFC 9110 §5.6.7).
pub(crate) fn http_date(ms: u64) -> String {
    DateTimePrinter::new()
        .timestamp_to_rfc9110_string(&timestamp(ms))
        .unwrap_or_else(|_| "Thu, 01 Jan 1970 00:00:00 GMT".to_owned())
}

#[cfg(test)]
mod tests {
    use super::{Clock, http_date, iso, iso_with_millis};

    #[test]
    fn a_manual_clock_only_moves_forward() {
        let clock = Clock::manual(5_000);
        let shared = clock.clone();
        clock.advance_to(9_000);
        clock.advance_to(1_000);
        assert_eq!(shared.now_ms(), 9_000);
    }

    #[test]
    fn timestamps_are_written_as_the_api_and_http_do() {
        assert_eq!(iso(1_748_788_200_000), "2025-06-01T14:30:00Z");
        assert_eq!(iso_with_millis(1_748_788_200_010), "2025-06-01T14:30:00.010Z");
        assert_eq!(http_date(1_748_788_200_000), "Sun, 01 Jun 2025 14:30:00 GMT");
        assert_eq!(iso(u64::MAX), iso(u64::MAX - 1), "a far moment is capped, not a panic");
    }
}
