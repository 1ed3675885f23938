//! Many machines under one budget: oldest due first, nobody starves, nobody is asked twice at a time, and it stays small (I7, I12;
//! F31; T13).

use std::time::Duration;

use crate::scenario::{START, cases};
use dollr_core::{Budget, Fleet, FleetAction, Limit, Permit, ReferenceId, Timestamp, Why};
use proptest::prelude::*;

/// Ten years.
const DECADE: Duration = Duration::from_secs(315_360_000);

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn before(moment: Timestamp, seconds: u64) -> Timestamp {
    Timestamp::from_millis(moment.as_millis() - seconds * 1_000)
}

fn fleet<K: std::hash::Hash + Eq>(calls: u32, burst: u32) -> Fleet<K> {
    let limit = Limit::new(calls, secs(1)).unwrap().burst(burst).unwrap();
    Fleet::new(Budget::new(limit, START), START)
}

fn turn(fleet: &Fleet<u32>, now: Timestamp) -> u32 {
    let FleetAction::Run(&key) = fleet.next(now) else { panic!("{:?}", fleet.next(now)) };
    key
}

fn call(fleet: &mut Fleet<u32>, now: Timestamp) -> (u32, Permit) {
    (turn(fleet, now), fleet.take(now).unwrap())
}

#[test]
fn the_oldest_due_is_first_and_of_those_due_together_who_came_first() {
    let mut fleet = fleet(100, 100);
    for (key, due) in [(1, 0), (2, 50), (3, 0), (4, 100), (5, 50), (6, 0)] {
        assert!(fleet.insert(key, before(START, due), START));
    }
    assert!(!fleet.insert(4, START, START), "it is there already");
    let order: Vec<_> = (0..6).map(|_| call(&mut fleet, START).0).collect();
    assert_eq!(order, [4, 2, 5, 1, 3, 6]);
    assert_eq!((fleet.next(START), fleet.in_flight(), fleet.len()), (FleetAction::Idle, 6, 6));
}

/// They come back at once, or claim that they have been due since the epoch; the eleventh has its turn all the same.
#[test]
fn ten_that_never_end_do_not_hold_up_the_eleventh() {
    for claimed in [|now| now, |_| Timestamp::from_millis(0), |now| before(now, 1)] {
        for outage in [0, 8 * 3_600, 30 * 86_400] {
            let mut fleet = fleet(1, 1);
            for key in 0..10 {
                fleet.insert(key, before(START, 72 * 3_600), START);
            }
            fleet.insert(10, START, START);
            let mut now = START.after(secs(outage));
            let mut calls = 0;
            loop {
                match fleet.next(now) {
                    FleetAction::Wait { until, .. } => now = until,
                    FleetAction::Run(10) => break,
                    FleetAction::Run(&key) => {
                        let _permit = fleet.take(now).unwrap();
                        calls += 1;
                        assert!(calls <= 10, "the eleventh is held up");
                        fleet.update(&key, claimed(now), now);
                    }
                    FleetAction::Idle => unreachable!(),
                }
            }
            assert_eq!(calls, 10);
            assert!(now <= START.after(secs(outage + 10)));
        }
    }
}

#[test]
fn a_turn_without_a_call_costs_nothing() {
    let mut fleet = fleet(1, 1);
    for key in 0..1_000 {
        fleet.insert(key, START, START);
    }
    let full = fleet.budget().clone();
    for _ in 0..999 {
        let key = turn(&fleet, START);
        fleet.update(&key, START.after(secs(5)), START);
    }
    assert_eq!(fleet.budget(), &full);
    assert_eq!(call(&mut fleet, START).0, 999);
    assert!(fleet.take(START).is_none(), "one a second");
}

#[test]
fn who_is_in_flight_has_no_turn_until_it_is_back() {
    let mut fleet = fleet(100, 100);
    fleet.insert(1, START, START);
    let _permit = call(&mut fleet, START);
    let later = START.after(secs(3_600));
    assert!(!fleet.hint(&1, later), "its call is out");
    assert_eq!((fleet.next(later), fleet.in_flight()), (FleetAction::Idle, 1));
    assert!(fleet.update(&1, later, later));
    assert_eq!((turn(&fleet, later), fleet.in_flight()), (1, 0));
    let _permit = call(&mut fleet, later);
    assert_eq!((fleet.remove(&1), fleet.remove(&1), fleet.len()), (Some(1), None, 0));
    assert!(!fleet.update(&1, later, later) && !fleet.hint(&1, later) && fleet.is_empty());
}

#[test]
fn hints_make_due_and_never_cost_a_place() {
    let mut fleet = fleet(100, 100);
    fleet.insert(1, START.after(secs(60)), START);
    fleet.insert(2, START.after(secs(1)), START);
    assert!(fleet.hint(&1, START));
    let later = START.after(secs(2));
    assert!(fleet.hint(&1, later) && fleet.update(&1, later, later));
    assert_eq!(call(&mut fleet, later).0, 1, "due since its first hint");
    assert_eq!(call(&mut fleet, later).0, 2);
}

/// T13: nor does it to whose turn has come at this very moment.
#[test]
fn who_is_updated_when_it_is_due_keeps_its_place() {
    let mut fleet = fleet(100, 100);
    let due = START.after(secs(1));
    assert!(fleet.insert(1, due, START) && fleet.insert(2, due, START));
    assert!(fleet.update(&1, due, due));
    assert_eq!((call(&mut fleet, due).0, call(&mut fleet, due).0), (1, 2));
}

#[test]
fn a_cool_down_is_everybodys_and_one_wait_says_it_all() {
    let mut fleet = fleet(10, 5);
    for key in 0..5 {
        fleet.insert(key, START, START);
    }
    let (_, permit) = call(&mut fleet, START);
    fleet.budget_mut().throttled(permit, Some(secs(30)), START);
    let until = START.after(secs(30));
    assert_eq!(fleet.next(START), FleetAction::Wait { until, why: Why::CoolDown });
    assert_eq!(fleet.take(START), None);
    assert_eq!((call(&mut fleet, until).0, fleet.take(until)), (1, None));
    let next = until.after(Duration::from_millis(200));
    assert_eq!(fleet.next(until), FleetAction::Wait { until: next, why: Why::Budget }, "at half the rate");
    for key in 2..5 {
        fleet.update(&key, until.after(secs(9)), until);
    }
    assert_eq!(fleet.next(until), FleetAction::Wait { until: until.after(secs(9)), why: Why::Schedule });
}

/// F31: whoever was to wait a moment does not wait ten years; and it is one turn, not a burst of them.
#[test]
fn a_clock_that_is_set_back_gives_one_turn_and_the_others_what_was_left_of_their_wait() {
    let mut fleet = fleet(100, 100);
    for key in 0..100 {
        fleet.insert(key, START.after(secs(u64::from(key) + 5)), START);
    }
    let now = before(START, DECADE.as_secs());
    let _permit = call(&mut fleet, now);
    assert_eq!(fleet.next(now), FleetAction::Wait { until: now.after(secs(6)), why: Why::Schedule });
    fleet.update(&0, now.after(secs(5)), now);
    assert_eq!(fleet.next(now), FleetAction::Wait { until: now.after(secs(5)), why: Why::Schedule });
    let slightly = before(now, 60);
    assert_eq!(fleet.next(slightly), FleetAction::Wait { until: now.after(secs(5)), why: Why::Schedule });
    assert_eq!(turn(&fleet, START), 0, "and on again");
}

/// F31: who asks to come later has no turn until then, also by a clock that was corrected a little.
#[test]
fn a_clock_that_is_corrected_makes_nobody_spin() {
    let mut fleet = fleet(100, 100);
    fleet.insert(1, START, START);
    let now = before(START, 46);
    assert_eq!(turn(&fleet, now), 1);
    fleet.update(&1, now.after(secs(3)), now);
    assert_eq!(fleet.next(now), FleetAction::Wait { until: now.after(secs(3)), why: Why::Schedule });
}

#[test]
fn why_it_waits_is_said_in_words() {
    for (why, words) in [
        (Why::Schedule, "until the next question is due"),
        (Why::BackOff { failures: 1 }, "after a call that failed"),
        (Why::BackOff { failures: 3 }, "after 3 calls in a row that failed"),
        (Why::RetryAfter, "because the vendor asked for patience"),
        (Why::Budget, "until the budget has a call left"),
        (Why::CoolDown, "because the vendor asked everybody for patience"),
    ] {
        assert_eq!(why.to_string(), words);
    }
}

/// A million fit in 64 MB beyond their keys, at each size on the way.
#[test]
fn an_entry_takes_at_most_64_bytes_beyond_its_key() {
    fn grown<K: std::hash::Hash + Eq>(keys: impl Iterator<Item = K>) {
        let mut fleet = fleet(1, 1);
        for (n, key) in (1..).zip(keys) {
            assert!(fleet.insert(key, START, START));
            let bytes = fleet.bytes_beyond_keys();
            assert!(n < 64 || bytes <= 64 * n, "{n}: {}", bytes / n);
            // It has a due time and a number, at least.
            assert!(!fleet.is_empty() && bytes >= 16 * n, "{n}: {}", bytes / n);
        }
    }
    grown(0_u64..200_000);
    grown((0_u64..200_000).map(|n| ReferenceId::from_random_bytes((u128::from(n) << 90).to_be_bytes())));
    grown((0_u64..50_000).map(|n| [n; 6]));
    let mut fleet = fleet(1, 1);
    (0..100_000).for_each(|key: u32| assert!(fleet.insert(key, START, START)));
    (1_000..100_000).for_each(|key| assert_eq!(fleet.remove(&key), Some(key)));
    assert!(fleet.bytes_beyond_keys() <= 256 * 1_000, "room is given back: {}", fleet.bytes_beyond_keys());
}

proptest! {
    #![proptest_config(cases(128))]

    /// Between an entry's becoming due and its turn, every other has at most one, whatever they ask for; so it waits n − 1 calls.
    #[test]
    fn nobody_has_a_second_turn_before_everybody_due_had_one(
        n in 2_u32..30,
        asks in prop::collection::vec((0_u64..3, 0_u64..40), 1..400),
    ) {
        let mut fleet = fleet(5, 3);
        let mut dues = vec![START; n as usize];
        let mut turns = vec![vec![0_u32; n as usize]; n as usize];
        (0..n).for_each(|key| assert!(fleet.insert(key, START, START)));
        let mut now = START;
        for (kind, span) in asks {
            while let FleetAction::Wait { until, .. } = fleet.next(now) {
                prop_assert!(until > now);
                now = until;
            }
            let (key, _permit) = call(&mut fleet, now);
            for other in 0..n {
                if other != key && dues[other as usize] <= now {
                    turns[other as usize][key as usize] += 1;
                    prop_assert!(turns[other as usize][key as usize] <= 1, "{key} twice before {other}");
                }
            }
            turns[key as usize].fill(0);
            let due = match kind { 0 => now, 1 => now.after(secs(span)), _ => before(now, span) };
            dues[key as usize] = due.max(now);
            fleet.update(&key, due, now);
        }
    }

    /// F31: leaps of the clock by up to ten years either way make no host spin and no wait endless.
    #[test]
    fn leaps_of_the_clock_neither_spin_nor_stall(leaps in prop::collection::vec((1_u32..20, -300_000_000_i64..300_000_000), 1..20)) {
        let mut fleet = fleet(2, 4);
        (0..5).for_each(|key| assert!(fleet.insert(key, START, START)));
        for (steps, leap) in leaps {
            let ahead = START.after(secs(leap.max(0).unsigned_abs()));
            let mut now = before(ahead, leap.min(0).unsigned_abs());
            let (mut calls, mut spent) = (0, secs(0));
            for _ in 0..steps * 10 {
                match fleet.next(now) {
                    FleetAction::Wait { until, .. } => {
                        prop_assert!(until > now && until.since(now) <= secs(65), "{:?}", until.since(now));
                        spent += until.since(now);
                        now = until;
                    }
                    FleetAction::Run(&key) => {
                        let _permit = fleet.take(now).unwrap();
                        calls += 1;
                        fleet.update(&key, now.after(secs(3)), now);
                    }
                    FleetAction::Idle => unreachable!(),
                }
            }
            prop_assert!(calls <= 5 + 2 * (spent.as_secs() + 1), "{calls} in {spent:?}");
        }
    }
}
