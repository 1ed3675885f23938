//! One virtual clock of the world, and one of each process on it, that may be wrong and may leap (F31).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use dollr_client::Clock;
use dollr_client::core::Timestamp;

use crate::needle::{Call, Kind, Needle};

/// 2026-03-01T00:00:00Z
pub(crate) const START: u64 = 1_772_323_200_000;

/// True time, in milliseconds since the epoch.
#[derive(Clone, Debug)]
pub(crate) struct WorldClock(Arc<AtomicU64>);

impl WorldClock {
    pub(crate) fn new() -> Self {
        Self(Arc::new(AtomicU64::new(START)))
    }

    pub(crate) fn now(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    pub(crate) fn advance_to(&self, at: u64) {
        self.0.fetch_max(at, Ordering::Relaxed);
    }
}

/// What one process takes for the time.
#[derive(Clone, Debug)]
pub(crate) struct ProcessClock {
    world: WorldClock,
    offset: Arc<AtomicI64>,
    /// How often it leapt, or its process was suspended.
    leaps: Arc<AtomicU32>,
}

impl ProcessClock {
    pub(crate) fn new(world: &WorldClock, offset: i64) -> Self {
        Self { world: world.clone(), offset: Arc::new(AtomicI64::new(offset)), leaps: Arc::default() }
    }

    pub(crate) fn leap(&self, by: i64) {
        self.offset.fetch_add(by, Ordering::Relaxed);
        self.note_leap();
    }

    /// It cannot be told from a leap.
    pub(crate) fn note_leap(&self) {
        self.leaps.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn leaps(&self) -> u32 {
        self.leaps.load(Ordering::Relaxed)
    }

    pub(crate) fn forget_leaps(&self) {
        self.leaps.store(0, Ordering::Relaxed);
    }

    /// The true time at which this clock, left alone, shows `moment`.
    pub(crate) fn true_time(&self, moment: Timestamp) -> u64 {
        moment.as_millis().saturating_add_signed(-self.offset.load(Ordering::Relaxed))
    }
}

impl Clock for ProcessClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.world.now().saturating_add_signed(self.offset.load(Ordering::Relaxed)))
    }

    /// Only who waits for the journal blocks, and the world waits with him.
    fn sleep_until(&self, until: Timestamp) {
        let wait = until.since(self.now()).min(Duration::from_secs(60));
        let wait = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
        self.world.advance_to(self.world.now() + wait + 1);
    }
}

/// The same clock, as its process reads it: a reading may be wrong, and from one on all may be.
#[derive(Clone, Debug)]
pub(crate) struct HostClock {
    clock: ProcessClock,
    needle: Needle,
    process: usize,
    /// The last reading was wrong.
    astray: Arc<AtomicBool>,
}

impl HostClock {
    pub(crate) fn new(clock: ProcessClock, needle: Needle, process: usize) -> Self {
        Self { clock, needle, process, astray: Arc::default() }
    }

    pub(crate) fn true_time(&self, moment: Timestamp) -> u64 {
        self.clock.true_time(moment)
    }
}

impl Clock for HostClock {
    fn now(&self) -> Timestamp {
        const HOUR: i64 = 3_600_000;
        let failing = self.needle.call(self.process, Call::Clock);
        if self.astray.swap(false, Ordering::Relaxed) {
            self.clock.note_leap();
        }
        let once = |by| {
            self.clock.note_leap();
            self.astray.store(true, Ordering::Relaxed);
            Timestamp::from_millis(self.clock.now().as_millis().saturating_add_signed(by))
        };
        match failing {
            Some(Kind::Back) => self.clock.leap(-HOUR),
            Some(Kind::Forward) => self.clock.leap(HOUR),
            Some(Kind::BackOnce) => return once(-HOUR),
            Some(Kind::ForwardOnce) => return once(HOUR),
            _ => {}
        }
        self.clock.now()
    }

    fn sleep_until(&self, until: Timestamp) {
        self.clock.sleep_until(until);
    }
}
