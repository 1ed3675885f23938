//! Anything in any order, clocks that leap included: the fleet says what a sorted list and a bucket that is filled at each look
//! would say (I7, I9, I12; F31).

use std::hash::{Hash, Hasher};
use std::time::Duration;

use crate::scenario::{START, cases};
use dollr_core::{Budget, Fleet, FleetAction, Limit, Permit, Timestamp, Why};
use proptest::prelude::*;

const CALL: i128 = 1_000_000;

/// A key whose hashes clash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Key(u8);

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u8(self.0 % 3);
    }
}

#[derive(Debug, Clone, Copy)]
enum Op {
    Insert(u8, i64),
    Update(u8, i64),
    Hint(u8),
    Remove(u8),
    Take,
    Throttled(usize, Option<u64>),
    Succeeded(usize),
    Passes(u64),
    Waits,
    Leaps(i64),
}

fn op() -> impl Strategy<Value = Op> {
    let due = || -5_000_i64..20_000;
    prop_oneof![
        4 => (0_u8..24, due()).prop_map(|(key, due)| Op::Insert(key, due)),
        4 => (0_u8..24, due()).prop_map(|(key, due)| Op::Update(key, due)),
        1 => (0_u8..24).prop_map(Op::Hint),
        2 => (0_u8..24).prop_map(Op::Remove),
        6 => Just(Op::Take),
        2 => (any::<usize>(), proptest::option::of(0_u64..4_000)).prop_map(|(which, told)| Op::Throttled(which, told)),
        3 => any::<usize>().prop_map(Op::Succeeded),
        3 => (0_u64..5_000).prop_map(Op::Passes),
        4 => Just(Op::Waits),
        1 => (-120_000_i64..120_000).prop_map(Op::Leaps),
        1 => (-315_360_000_000_i64..315_360_000_000).prop_map(Op::Leaps),
    ]
}

/// Every moment is on the caller's present clock: when that is set back, each is moved along.
struct Naive {
    rate: i128,
    burst: i128,
    seen: i128,
    queue: Vec<(i128, u64, u8)>,
    away: Vec<u8>,
    order: u64,
    budget: NaiveBudget,
}

struct NaiveBudget {
    seen: i128,
    level: i128,
    rate: i128,
    base: i128,
    resumes: i128,
    epoch: u32,
    cuts: u32,
}

impl Naive {
    fn observe(&mut self, now: i128) -> i128 {
        if self.seen > now {
            for entry in &mut self.queue {
                entry.0 -= self.seen - now;
            }
        }
        self.seen = now;
        self.seen
    }

    /// Fills the bucket up to `now`, a stretch in the cool-down and a stretch after it.
    fn fill(&mut self, now: i128) -> i128 {
        let budget = &mut self.budget;
        if budget.seen - now > 60_000 {
            budget.resumes -= budget.seen - now;
            budget.seen = now;
        }
        let to = budget.seen.max(now);
        let cool = budget.resumes.min(to);
        if budget.seen < cool {
            budget.level = CALL.min(budget.level + budget.rate * (cool - budget.seen));
            budget.seen = cool;
        }
        budget.level = (self.burst * CALL).min(budget.level + budget.rate * (to - budget.seen));
        budget.seen = to;
        to
    }

    fn next(&self, now: i128) -> FleetAction<Key> {
        let Some(&(due, _, key)) = self.queue.first() else { return FleetAction::Idle };
        let due = if due <= now.max(self.seen) || self.seen - now > 60_000 { now } else { due };
        let budget = &self.budget;
        let mut ready = now.max(budget.seen).max(budget.resumes);
        let start = budget.seen.max(budget.resumes);
        let cooled = match budget.resumes - budget.seen {
            ahead @ 1.. => CALL.min(budget.level + budget.rate * ahead),
            _ => budget.level,
        };
        let level = (self.burst * CALL).min(cooled + budget.rate * (ready - start));
        ready += (CALL - level).max(0).div_euclid(budget.rate)
            + i128::from((CALL - level).max(0) % budget.rate != 0);
        let free = ready <= now.max(budget.seen) || budget.seen - now > 60_000;
        let at = |moment: i128| Timestamp::from_millis(u64::try_from(moment).unwrap());
        if !free && ready >= due {
            let why = if now.max(budget.seen) < budget.resumes { Why::CoolDown } else { Why::Budget };
            FleetAction::Wait { until: at(ready), why }
        } else if due > now {
            FleetAction::Wait { until: at(due), why: Why::Schedule }
        } else {
            FleetAction::Run(Key(key))
        }
    }

    fn put(&mut self, key: u8, due: i128) {
        self.order += 1;
        self.queue.retain(|entry| entry.2 != key);
        self.away.retain(|&away| away != key);
        self.queue.push((due, self.order, key));
        self.queue.sort_unstable();
    }

    fn insert(&mut self, key: u8, due: i128, now: i128) -> bool {
        let new = !self.away.contains(&key) && self.queue.iter().all(|entry| entry.2 != key);
        if new {
            self.observe(now);
            self.put(key, due);
        }
        new
    }

    fn update(&mut self, key: u8, due: i128, now: i128) -> bool {
        let waits = self.queue.iter().any(|entry| entry.2 == key);
        if !waits && !self.away.contains(&key) {
            return false;
        }
        let at = self.observe(now);
        let keeps = self.queue.iter().any(|entry| entry.2 == key && entry.0 <= at && due <= at);
        if !keeps {
            self.put(key, due.max(at));
        }
        true
    }

    fn take(&mut self, now: i128) -> Option<u32> {
        let FleetAction::Run(Key(key)) = self.next(now) else { return None };
        self.fill(now);
        self.budget.level = (self.budget.level - CALL).max(0);
        self.observe(now);
        self.queue.remove(0);
        self.away.push(key);
        Some(self.budget.epoch)
    }

    fn throttled(&mut self, epoch: u32, told: Option<u64>, now: i128) {
        let at = self.fill(now);
        let budget = &mut self.budget;
        let mut wait = i128::from(told.unwrap_or(0).min(3_600)) * 1_000;
        if epoch == budget.epoch {
            budget.epoch += 1;
            wait = wait.max((1_000 << budget.cuts.min(6)).min(60_000));
            budget.cuts += 1;
            budget.rate = (budget.rate / 2).max((self.rate / 64).max(1));
        }
        if wait > 0 && at + wait > budget.resumes {
            (budget.resumes, budget.base, budget.level) = (at + wait, budget.rate, budget.level.min(CALL));
        }
    }

    fn succeeded(&mut self, epoch: u32, now: i128) {
        let at = self.fill(now);
        let budget = &mut self.budget;
        if epoch == budget.epoch {
            budget.cuts = 0;
            let gained = self.rate * (at - budget.resumes).clamp(0, 60_000) / 60_000;
            budget.rate = budget.rate.max(self.rate.min(budget.base + gained));
        }
    }
}

fn naive(limit: Limit) -> Naive {
    let (rate, burst) = (i128::from(limit.milli_calls_per_second()), i128::from(limit.calls_at_once()));
    let seen = i128::from(START.as_millis());
    let budget =
        NaiveBudget { seen, level: burst * CALL, rate, base: rate, resumes: seen, epoch: 0, cuts: 0 };
    Naive { rate, burst, seen, queue: Vec::new(), away: Vec::new(), order: 0, budget }
}

proptest! {
    #![proptest_config(cases(512))]

    #[test]
    fn a_fleet_says_what_a_sorted_list_and_a_plain_bucket_say(
        (calls, per, burst) in (1_u32..50, 1_u64..20, 1_u32..6),
        ops in prop::collection::vec(op(), 1..200),
    ) {
        let limit = Limit::new(calls, Duration::from_secs(per)).unwrap().burst(burst).unwrap();
        let (mut fleet, mut naive) = (Fleet::new(Budget::new(limit, START), START), naive(limit));
        let mut now = START;
        let mut out: Vec<(Permit, u32)> = Vec::new();
        for op in ops {
            let at = i128::from(now.as_millis());
            let due = |offset: i64| now.as_millis().saturating_add_signed(offset);
            match op {
                Op::Insert(key, offset) => prop_assert_eq!(
                    fleet.insert(Key(key), Timestamp::from_millis(due(offset)), now), naive.insert(key, due(offset).into(), at)
                ),
                Op::Update(key, offset) => prop_assert_eq!(
                    fleet.update(&Key(key), Timestamp::from_millis(due(offset)), now), naive.update(key, due(offset).into(), at)
                ),
                Op::Hint(key) => {
                    let waits = !naive.away.contains(&key) && naive.update(key, at, at);
                    prop_assert_eq!(fleet.hint(&Key(key), now), waits);
                }
                Op::Remove(key) => {
                    let there = naive.queue.iter().any(|entry| entry.2 == key) || naive.away.contains(&key);
                    naive.queue.retain(|entry| entry.2 != key);
                    naive.away.retain(|&away| away != key);
                    prop_assert_eq!(fleet.remove(&Key(key)), there.then_some(Key(key)));
                }
                Op::Take => {
                    let (permit, epoch) = (fleet.take(now), naive.take(at));
                    prop_assert_eq!(permit.is_some(), epoch.is_some());
                    out.extend(permit.zip(epoch));
                }
                Op::Throttled(which, told) if !out.is_empty() => {
                    let (permit, epoch) = out.swap_remove(which % out.len());
                    fleet.budget_mut().throttled(permit, told.map(Duration::from_secs), now);
                    naive.throttled(epoch, told, at);
                }
                Op::Succeeded(which) if !out.is_empty() => {
                    let (permit, epoch) = out.swap_remove(which % out.len());
                    fleet.budget_mut().succeeded(permit, now);
                    naive.succeeded(epoch, at);
                }
                Op::Throttled(..) | Op::Succeeded(_) => {}
                Op::Passes(ms) => now = now.after(Duration::from_millis(ms)),
                Op::Waits => if let FleetAction::Wait { until, .. } = fleet.next(now) { now = until },
                Op::Leaps(ms) => now = Timestamp::from_millis(START.as_millis().saturating_add_signed(ms)),
            }
            let says = naive.next(i128::from(now.as_millis()));
            for _ in 0..2 {
                let action = match fleet.next(now) {
                    FleetAction::Run(&key) => FleetAction::Run(key),
                    FleetAction::Wait { until, why } => FleetAction::Wait { until, why },
                    FleetAction::Idle => FleetAction::Idle,
                };
                prop_assert_eq!(action, says);
            }
            prop_assert_eq!((fleet.len(), fleet.in_flight()), (naive.queue.len() + naive.away.len(), naive.away.len()));
            *fleet.budget_mut() = Budget::restore(&fleet.budget().snapshot()).unwrap();
        }
    }
}
