//! The host's clock. Tests and simulations bring one of their own, so that a minute costs nothing.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use dollr_core::Timestamp;

/// What time it is, and how to wait.
pub trait Clock: Send + Sync + std::fmt::Debug {
    /// Milliseconds since the Unix epoch.
    fn now(&self) -> Timestamp;

    /// Blocks until `until` or not much longer; coming back earlier is harmless.
    fn sleep_until(&self, until: Timestamp);

    /// How long `span` of this clock takes in the world of sockets. A clock that goes faster than that says less; one that is
    /// moved on by waiting, nothing.
    fn real_time(&self, span: Duration) -> Duration {
        span
    }
}

/// The operating system's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_millis(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
    }

    fn sleep_until(&self, until: Timestamp) {
        // A millisecond more, because `now` is rounded down.
        let wait = until.since(self.now()) + Duration::from_millis(1);
        // A clock that is set back meanwhile must not make it sleep for years.
        std::thread::sleep(wait.min(Duration::from_secs(60)));
    }
}
