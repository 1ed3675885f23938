//! Anything that may be asked of a fleet and its budget, in any order.

use std::collections::BTreeMap;
use std::time::Duration;

use dollr_core::{Budget, BudgetAction, Fleet, FleetAction, Limit, Permit, Timestamp};

use crate::draw::{Draw, NOW};

/// A fleet's life, beside a table that says who is in it.
pub(crate) fn run(bytes: &[u8]) {
    let mut draw = Draw::new(bytes);
    let mut now = Timestamp::from_millis(NOW);
    let calls = u32::from(draw.byte()) + 1;
    let limit = Limit::new(calls, Duration::from_secs(1)).expect("a fair limit");
    let mut fleet: Fleet<u8> = Fleet::new(Budget::new(limit, now), now);
    let mut members: BTreeMap<u8, bool> = BTreeMap::new();
    // With the number of the cut that came before: of the calls that were under way together, one 429 slows down.
    let mut permits: Vec<(Permit, u32)> = Vec::new();
    let mut cuts = 0;
    for _ in 0..512 {
        if draw.is_empty() {
            break;
        }
        match draw.below(10) {
            0 | 1 => {
                let key = draw.below(16);
                let due = draw.moment(now);
                assert_eq!(fleet.insert(key, due, now), !members.contains_key(&key));
                members.entry(key).or_insert(false);
            }
            2 => {
                let key = draw.below(16);
                let due = draw.moment(now);
                assert_eq!(fleet.update(&key, due, now), members.contains_key(&key));
                members.entry(key).and_modify(|flies| *flies = false);
            }
            3 => {
                let key = draw.below(16);
                assert_eq!(fleet.hint(&key, now), members.get(&key) == Some(&false));
            }
            4 => {
                let key = draw.below(16);
                assert_eq!(fleet.remove(&key).is_some(), members.remove(&key).is_some());
            }
            5 => now = draw.moment(now),
            6 => {
                if let Some((permit, cut)) = permits.pop() {
                    let told = draw.flag().then(|| draw.span());
                    fleet.budget_mut().throttled(permit, told, now);
                    let counts = cut == cuts || told.is_some_and(|told| !told.is_zero());
                    cuts += u32::from(cut == cuts);
                    let cools = fleet.budget().next(now) != BudgetAction::Call;
                    assert!(cools || !counts, "no cool-down after a 429 (I12)");
                }
            }
            7 => {
                if let Some((permit, _)) = permits.pop() {
                    fleet.budget_mut().succeeded(permit, now);
                }
            }
            8 => {
                let kept = fleet.budget().snapshot();
                let restored = Budget::restore(&kept).expect("its own snapshot");
                assert_eq!(restored.next(now), fleet.budget().next(now), "another budget after a restart");
                *fleet.budget_mut() = restored;
            }
            _ => take(&mut fleet, &mut members, &mut permits, cuts, &mut now),
        }
        look(&fleet, &members, now);
    }
}

fn take(
    fleet: &mut Fleet<u8>,
    members: &mut BTreeMap<u8, bool>,
    permits: &mut Vec<(Permit, u32)>,
    cuts: u32,
    now: &mut Timestamp,
) {
    match fleet.next(*now) {
        FleetAction::Run(&key) => {
            permits.push((fleet.take(*now).expect("it may run"), cuts));
            assert_eq!(members.insert(key, true), Some(false), "it runs twice at a time");
        }
        FleetAction::Wait { until, .. } => {
            assert!(fleet.take(*now).is_none(), "it waits, and runs all the same");
            *now = until;
        }
        FleetAction::Idle => assert!(fleet.take(*now).is_none()),
    }
}

fn look(fleet: &Fleet<u8>, members: &BTreeMap<u8, bool>, now: Timestamp) {
    assert_eq!(fleet.next(now), fleet.next(now), "asked twice, it wants something else");
    assert_eq!((fleet.len(), fleet.is_empty()), (members.len(), members.is_empty()));
    assert_eq!(fleet.in_flight(), members.values().filter(|flies| **flies).count());
    if let FleetAction::Wait { until, .. } = fleet.next(now) {
        assert!(until > now, "a wait that is over would spin (I7)");
    }
    if let FleetAction::Idle = fleet.next(now) {
        assert!(members.values().all(|flies| *flies), "somebody waits for ever (I7)");
    }
    let limit = fleet.budget().limit().milli_calls_per_second();
    assert!((1..=limit).contains(&fleet.budget().milli_calls_per_second()), "faster than its limit (I12)");
}
