//! A clock that is set while the client decides: between any two of its readings (F31).

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Waker;
use std::time::Duration;

use dollr_client::core::{Limit, Loss, Timestamp};
use dollr_client::{Clock, Report, Step};
use dollr_e2e::{Host, World};

const HOUR: u64 = 3_600_000;

/// How the n-th reading is wrong.
#[derive(Debug, Clone, Copy)]
enum Wrong {
    /// It is an hour behind, and all after it are.
    FromThenOn(u64),
    /// It alone is.
    Once(u64),
}

/// The vendor's clock, with a reading that is wrong.
#[derive(Debug, Clone)]
struct Unsteady {
    true_time: dollr_sim::Clock,
    wrong: Wrong,
    readings: Arc<AtomicU64>,
}

impl Unsteady {
    fn shows(&self, reading: u64) -> Timestamp {
        let behind = match self.wrong {
            Wrong::FromThenOn(first) => reading >= first,
            Wrong::Once(only) => reading == only,
        };
        Timestamp::from_millis(self.true_time.now_ms() - if behind { HOUR } else { 0 })
    }

    /// What the last reading has shown.
    fn shown(&self) -> Timestamp {
        self.shows(self.readings.load(Ordering::Relaxed) - 1)
    }
}

impl Clock for Unsteady {
    fn now(&self) -> Timestamp {
        self.shows(self.readings.fetch_add(1, Ordering::Relaxed))
    }

    fn sleep_until(&self, _: Timestamp) {}
}

/// Collects under a budget, with a vendor that cannot be reached at first: how it ends, and after how many readings.
fn collect(wrong: Wrong) -> (Report, u64) {
    let world = World::start();
    let clock =
        Unsteady { true_time: world.sim.clock().clone(), wrong, readings: Arc::new(AtomicU64::new(0)) };
    let limit = Limit::new(1, Duration::from_secs(1)).expect("a limit");
    let client = world.builder().clock(clock.clone()).limit(limit).build().expect("a client");
    let mut steps = client.stepwise().collect(world.payment("1002").intent);
    let (mut host, mut calls) = (Host::new(&world), 0);
    loop {
        match steps.next(Waker::noop()) {
            Step::Send(request, bearer) => {
                calls += 1;
                if calls <= 2 {
                    steps.lost(Loss::NotSent);
                } else {
                    steps.answered(host.send(&request, bearer.as_ref()));
                }
            }
            Step::Wait(until) => {
                let until = until.expect("nobody else has the token");
                let wait = until.since(clock.shown());
                assert!(wait <= Duration::from_secs(60), "{wrong:?}: it waits for {wait:?}");
                let wait = u64::try_from(wait.as_millis()).expect("not so long");
                world.sim.clock().advance_to(world.sim.clock().now_ms() + wait.max(1));
            }
            Step::Done(done) => {
                let report = done.unwrap_or_else(|error| panic!("{wrong:?}: {error}"));
                return (report, clock.readings.load(Ordering::Relaxed));
            }
        }
    }
}

/// I7, F31: whichever of its readings is the first that is an hour behind, nobody waits for an hour.
#[test]
fn a_clock_set_back_between_two_readings_is_not_waited_for() {
    let (report, readings) = collect(Wrong::FromThenOn(u64::MAX));
    assert_eq!(report.verdict.name(), "paid");
    for first in 0..readings {
        collect(Wrong::FromThenOn(first));
    }
}

/// F31: a single reading that is behind is no mistake of the engine's, nor one that the caller hears of.
#[test]
fn a_single_wrong_reading_is_no_error() {
    let (_, readings) = collect(Wrong::Once(u64::MAX));
    for only in 0..readings {
        collect(Wrong::Once(only));
    }
}
