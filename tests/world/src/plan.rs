//! What one seed makes of the world: a random subset of the faults, each turned up by chance (*swarm*), and the deployment
//! that they meet.

use std::time::Duration;

use dollr_client::core::{Limit, Policy, Resend, Schedule};
use fastrand::Rng;

use crate::fault::Fault;

/// The setting of one world.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub(crate) struct Plan {
    /// Of ten thousand chances, by the fault's number.
    pub(crate) odds: [u32; 33],
    /// No fault strikes any more.
    pub(crate) calm: bool,
    /// How many orders there are.
    pub(crate) orders: usize,
    /// In how much time they come.
    pub(crate) span: u64,
    /// How many processes have a client; one more is a queue worker where `worker` says so.
    pub(crate) clients: usize,
    pub(crate) worker: bool,
    /// Whether the vendor de-duplicates on the reference id.
    pub(crate) deduplicates: bool,
    /// Whether its answers bear a `Date`.
    pub(crate) dates: bool,
    /// How long after an execution has landed its status may still be 404, in ms. Less than the engine's margin of a minute.
    pub(crate) lag: u64,
    pub(crate) limit: Option<Limit>,
    pub(crate) policy: Policy,
    /// How often each process reconciles, in ms.
    pub(crate) cron: u64,
    /// How long a token lives, in minutes.
    pub(crate) token_minutes: u64,
    /// Whether the merchant tells the engine when a session ends.
    pub(crate) tells_end: bool,
    /// How long after its time-out a request may still arrive, in ms.
    pub(crate) latest: u64,
}

impl Plan {
    pub(crate) fn of(rng: &mut Rng) -> Self {
        let mut odds = [0; 33];
        for fault in Fault::ALL {
            if rng.bool() {
                odds[fault as usize] = [30, 100, 300, 1_000][rng.usize(..4)];
            }
        }
        let deduplicates = rng.bool();
        let horizon = Duration::from_secs(60 * rng.u64(70..200));
        let mut policy = Policy::default().horizon(horizon).schedule(schedule(rng));
        if deduplicates && rng.u8(..4) == 0 {
            policy =
                policy.resend(Resend::AfterGrace { grace: Duration::from_secs(rng.u64(1..120)), sends: 3 });
        }
        let limit =
            (rng.u8(..4) == 0).then(|| Limit::new(rng.u32(1..8), Duration::from_secs(1)).ok()).flatten();
        Self {
            odds,
            calm: false,
            orders: rng.usize(60..140),
            span: 60_000 * rng.u64(5..60),
            clients: rng.usize(1..4),
            worker: rng.u8(..3) == 0,
            deduplicates,
            dates: rng.u8(..4) != 0,
            lag: if rng.bool() { 0 } else { rng.u64(..55_000) },
            limit,
            policy,
            cron: 60_000 * rng.u64(2..20),
            token_minutes: rng.u64(3..60),
            tells_end: rng.u8(..4) != 0,
            latest: 900_000,
        }
    }

    /// Whether the fault strikes now.
    pub(crate) fn strikes(&self, rng: &mut Rng, fault: Fault) -> bool {
        let odds = self.odds[fault as usize];
        odds > 0 && !self.calm && rng.u32(..10_000) < odds
    }

    /// How often it strikes, of ten thousand chances.
    pub(crate) fn odds(&self, fault: Fault) -> u32 {
        self.odds[fault as usize]
    }

    /// Whether it ever does in this world.
    pub(crate) fn has(&self, fault: Fault) -> bool {
        self.odds[fault as usize] > 0
    }
}

/// The default, the one for cards, or one of the merchant's own, whose gaps grow.
fn schedule(rng: &mut Rng) -> Schedule {
    match rng.u8(..4) {
        0 => Schedule::cards(),
        1 => {
            let (first, least) = (rng.u64(1_000..30_000), rng.u64(1_000..20_000));
            let gaps = [(0, 1), (60, rng.u64(1..5)), (900, rng.u64(5..30))];
            let gaps =
                gaps.map(|(age, times)| (Duration::from_secs(age), Duration::from_millis(least * times)));
            Schedule::new(Duration::from_millis(first), &gaps).expect("a schedule")
        }
        _ => Schedule::default(),
    }
}
