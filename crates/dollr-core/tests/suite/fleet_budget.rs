//! The budget: never faster than its limit, patient after a 429, and back at the full rate in bounded time, whatever the clock
//! does (I12; F20, F31; T12, T13).

use std::time::Duration;

use crate::scenario::{START, cases};
use dollr_core::{BadSnapshot, Budget, BudgetAction, Limit, Permit, Snapshot, Timestamp, Why};
use proptest::prelude::*;

/// Ten years.
const DECADE: Duration = Duration::from_secs(315_360_000);

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn limit(calls: u32, seconds: u64, burst: u32) -> Limit {
    Limit::new(calls, secs(seconds)).unwrap().burst(burst).unwrap()
}

/// Ten calls a second, five at once.
fn budget() -> Budget {
    Budget::new(limit(10, 1, 5), START)
}

fn before(moment: Timestamp, span: Duration) -> Timestamp {
    Timestamp::from_millis(moment.as_millis() - Timestamp::from_millis(0).after(span).as_millis())
}

/// All the calls that may be made at this moment.
fn drain(budget: &mut Budget, now: Timestamp) -> Vec<Permit> {
    std::iter::from_fn(|| budget.take(now)).take(10_000).collect()
}

/// When the next call may be made, having waited as often as told to: once, as long as nobody else is there.
fn ready(budget: &Budget, now: Timestamp) -> Timestamp {
    let BudgetAction::Wait { until, .. } = budget.next(now) else { return now };
    assert!(until > now, "a wait until now would spin");
    assert_eq!(budget.next(until), BudgetAction::Call);
    until
}

/// A call at the first moment that it may be made.
fn call(budget: &mut Budget, now: Timestamp) -> (Permit, Timestamp) {
    let at = ready(budget, now);
    (budget.take(at).unwrap(), at)
}

#[test]
fn a_greedy_caller_gets_the_burst_and_then_exactly_the_rate() {
    let mut budget = budget();
    assert_eq!(drain(&mut budget, START).len(), 5);
    let mut now = START;
    for n in 1..=100 {
        now = call(&mut budget, now).1;
        assert_eq!(now, START.after(Duration::from_millis(100 * n)));
    }
}

/// F20, T12: raised to the back-off, never lowered, and at most an hour.
#[test]
fn a_retry_after_holds_everybody_back_for_at_least_that_long() {
    for (told, wait) in [
        (None, secs(1)),
        (Some(Duration::ZERO), secs(1)),
        (Some(secs(30)), secs(30)),
        (Some(secs(3_600)), secs(3_600)),
        (Some(Duration::MAX), secs(3_600)),
    ] {
        let mut budget = budget();
        let permit = budget.take(START).unwrap();
        budget.throttled(permit, told, START);
        let until = START.after(wait);
        assert_eq!(budget.next(START), BudgetAction::Wait { until, why: Why::CoolDown }, "{told:?}");
        assert_eq!(budget.take(before(until, Duration::from_millis(1))), None);
        assert_eq!(drain(&mut budget, until).len(), 1, "after a cool-down there is no burst");
    }
}

#[test]
fn trouble_after_trouble_backs_off_up_to_a_minute_and_never_stops_asking() {
    let mut budget = budget();
    let mut now = START;
    let mut waits = Vec::new();
    for _ in 0..40 {
        let permit;
        (permit, now) = call(&mut budget, now);
        budget.throttled(permit, None, now);
        waits.push(ready(&budget, now).since(now).as_secs());
    }
    assert_eq!(waits[..8], [1, 2, 4, 8, 16, 32, 60, 60]);
    assert_eq!(waits[39], 60);
    assert_eq!(budget.milli_calls_per_second(), 10_000 / 64, "a 64th at least");
}

#[test]
fn an_answer_ends_the_doubling_of_the_back_off() {
    let mut budget = budget();
    let (permit, now) = call(&mut budget, START);
    budget.throttled(permit, None, now);
    let (permit, now) = call(&mut budget, now);
    budget.succeeded(permit, now);
    let (permit, now) = call(&mut budget, now);
    budget.throttled(permit, None, now);
    let BudgetAction::Wait { until, .. } = budget.next(now) else { panic!() };
    assert_eq!(until, now.after(secs(1)));
}

#[test]
fn calls_that_were_out_when_the_rate_was_halved_do_not_halve_it_again() {
    let mut budget = budget();
    let out = drain(&mut budget, START);
    for &permit in &out[..4] {
        budget.throttled(permit, None, START);
    }
    assert_eq!(budget.milli_calls_per_second(), 5_000);
    let (fresh, now) = call(&mut budget, START);
    budget.throttled(out[4], None, now);
    assert_eq!(budget.milli_calls_per_second(), 5_000, "late, after the cool-down");
    assert_eq!(ready(&budget, now), now.after(Duration::from_millis(200)), "nor does it hold anything back");
    budget.throttled(fresh, None, now);
    assert_eq!(budget.milli_calls_per_second(), 2_500, "a call made since is news");
}

#[test]
fn a_late_retry_after_is_honoured_though_it_halves_nothing() {
    let mut budget = budget();
    let out = drain(&mut budget, START);
    budget.throttled(out[0], Some(secs(10)), START);
    budget.throttled(out[1], Some(secs(20)), START);
    budget.throttled(out[2], Some(secs(5)), START);
    assert_eq!(ready(&budget, START), START.after(secs(20)), "raised, not lowered");
    let later = START.after(secs(40));
    budget.throttled(out[3], Some(secs(7)), later);
    assert_eq!(ready(&budget, later), later.after(secs(7)));
    assert_eq!(budget.milli_calls_per_second(), 5_000);
}

#[test]
fn the_full_rate_is_back_a_minute_after_the_trouble() {
    let mut budget = budget();
    let out = drain(&mut budget, START);
    budget.throttled(out[0], Some(secs(10)), START);
    let resumed = START.after(secs(10));
    let fresh = budget.take(resumed).unwrap();
    for (seconds, rate) in [(0, 5_000), (6, 6_000), (15, 7_500), (29, 9_833), (30, 10_000), (3_600, 10_000)] {
        budget.succeeded(out[1], resumed.after(secs(seconds)));
        budget.succeeded(fresh, resumed.after(secs(seconds)));
        assert_eq!(budget.milli_calls_per_second(), rate, "after {seconds} s");
    }
}

#[test]
fn only_answers_to_calls_made_since_bring_the_rate_back() {
    let mut budget = budget();
    let out = drain(&mut budget, START);
    budget.throttled(out[0], None, START);
    let later = START.after(secs(600));
    budget.succeeded(out[1], later);
    assert_eq!(budget.milli_calls_per_second(), 5_000);
    let _silent = drain(&mut budget, later);
    assert_eq!(budget.milli_calls_per_second(), 5_000);
}

/// However long the trouble was: a minute of answers, and the rate is the limit's.
#[test]
fn after_the_worst_trouble_a_steady_caller_is_back_within_a_minute_and_a_call() {
    for limit in [limit(10, 1, 5), limit(1, 600, 1), limit(1_000, 1, 1_000), limit(1, 1_000, 1)] {
        let mut budget = Budget::new(limit, START);
        let mut now = START;
        for _ in 0..20 {
            let permit;
            (permit, now) = call(&mut budget, now);
            budget.throttled(permit, None, now);
        }
        let BudgetAction::Wait { until: resumed, .. } = budget.next(now) else { panic!() };
        let mut slowest = secs(0);
        while budget.milli_calls_per_second() < limit.milli_calls_per_second() {
            assert!(
                now.since(resumed) <= secs(60) + slowest,
                "{limit}: not back after {:?}",
                now.since(resumed)
            );
            let (permit, at) = call(&mut budget, now);
            budget.succeeded(permit, at);
            slowest = slowest.max(at.since(now));
            now = at;
        }
        assert!(now.since(resumed) <= secs(60) + slowest, "{limit}: {:?}", now.since(resumed));
    }
}

/// F31: everybody else waits as long as was left to wait.
#[test]
fn a_clock_that_is_set_back_gives_one_call_and_no_more() {
    for back in [secs(61), DECADE] {
        let mut empty = budget();
        assert_eq!(drain(&mut empty, START).len(), 5);
        let now = before(START, back);
        assert_eq!(drain(&mut empty, now).len(), 1, "{back:?}");
        assert_eq!(ready(&empty, now), now.after(Duration::from_millis(100)));

        let mut cooling = budget();
        let permit = cooling.take(START).unwrap();
        cooling.throttled(permit, Some(secs(50)), START);
        assert_eq!(drain(&mut cooling, now).len(), 1, "{back:?}");
        assert!(ready(&cooling, now) >= now.after(secs(50)), "the cool-down goes on");
        assert!(ready(&cooling, now) <= now.after(secs(51)), "as long as it was");
    }
}

#[test]
fn clocks_that_differ_a_little_share_a_budget_without_exceeding_it() {
    let mut budget = budget();
    let mut calls = 0;
    for second in 0..600 {
        let now = START.after(secs(second));
        calls += drain(&mut budget, now).len();
        calls += drain(&mut budget, before(now, secs(60))).len();
        calls += drain(&mut budget, before(now, secs(3))).len();
    }
    assert!(calls <= 5 + 10 * 599, "{calls}");
    let late = before(START.after(secs(599)), secs(60));
    assert!(ready(&budget, late) <= late.after(secs(61)), "a clock that is behind waits no longer than that");
}

#[test]
fn a_leap_forward_or_a_suspension_fills_the_bucket_and_no_more() {
    let mut budget = budget();
    let permit = drain(&mut budget, START)[0];
    assert_eq!(drain(&mut budget, START.after(secs(8 * 3_600))).len(), 5);
    let then = START.after(DECADE);
    assert_eq!(drain(&mut budget, then).len(), 5);
    budget.throttled(permit, Some(secs(3_600)), then);
    assert_eq!(drain(&mut budget, START).len(), 1, "and back again");
    assert_eq!(ready(&budget, START), START.after(secs(3_600)));
    let end = Timestamp::from_millis(u64::MAX);
    assert_eq!(drain(&mut budget, end).len(), 5, "nor at the end of time");
}

#[test]
fn a_budget_goes_on_from_its_snapshot_and_a_damaged_one_is_refused() {
    let kept = include_str!("../vectors/budget-v1.json").trim();
    let mut budget = budget();
    let out = drain(&mut budget, START);
    budget.throttled(out[0], Some(secs(30)), START.after(secs(1)));
    assert_eq!(budget.snapshot().as_str(), kept);
    assert_eq!(Budget::restore(&Snapshot::new(kept)).unwrap(), budget);
    let flipped = kept.replace("5000", "5001");
    assert!(matches!(Budget::restore(&Snapshot::new(flipped)), Err(BadSnapshot::Tampered { .. })));
    assert!(matches!(Budget::restore(&Snapshot::new(&kept[..90])), Err(BadSnapshot::Damaged(_))));
}

/// A row that was written by hand must not divide by nought or wait for ever.
#[test]
fn numbers_that_are_no_budget_are_refused() {
    let mut tried = budget();
    let permit = tried.take(START).unwrap();
    tried.throttled(permit, Some(secs(30)), START);
    let good = serde_json::to_value(&tried).unwrap();
    assert_eq!(serde_json::from_value::<Budget>(good.clone()).unwrap(), tried);
    for (path, value) in [
        ("/bucket/rate", 0),
        ("/bucket/rate", 10_001),
        ("/bucket/base", 0),
        ("/bucket/level", 5_000_001),
        ("/bucket/resumes", START.after(secs(3_601)).as_millis()),
        ("/bucket/filled", START.after(secs(1)).as_millis()),
        ("/limit/rate", 0),
        ("/limit/rate", 1_000_000_001),
        ("/limit/burst", 0),
        ("/limit/burst", 1_000_001),
    ] {
        let mut bad = good.clone();
        *bad.pointer_mut(path).unwrap() = value.into();
        assert!(serde_json::from_value::<Budget>(bad).is_err(), "{path} = {value}");
    }
}

#[test]
fn another_limit_takes_over_the_trouble() {
    let mut budget = budget();
    let permit = budget.take(START).unwrap();
    budget.throttled(permit, Some(secs(30)), START);
    let mut slower = budget.limited(limit(2, 1, 1), START);
    assert_eq!(slower.milli_calls_per_second(), 1_000, "half of it");
    let until = START.after(secs(30));
    assert_eq!(slower.next(START), BudgetAction::Wait { until, why: Why::CoolDown });
    assert_eq!(drain(&mut slower, until.after(secs(60))).len(), 1);
}

#[test]
fn a_limit_says_what_is_wrong_with_it() {
    for (calls, per) in
        [(0, secs(1)), (1, Duration::ZERO), (1, secs(1_001)), (1, Duration::MAX), (1_001, secs(0))]
    {
        let error = Limit::new(calls, per).unwrap_err().to_string();
        assert!(error.contains("between one call in 1,000 seconds"), "{error}");
    }
    assert!(Limit::new(1_000_000, secs(1)).is_ok() && Limit::new(1_000_001, secs(1)).is_err());
    assert_eq!(Limit::new(1, secs(3)).unwrap().milli_calls_per_second(), 333, "rounded down");
    assert_eq!(Limit::new(1, secs(3)).unwrap().calls_at_once(), 1);
    assert_eq!(limit(5, 2, 3).to_string(), "2.500 calls a second, 3 at once");
    assert!(limit(10, 1, 5).burst(0).unwrap_err().to_string().contains("burst"));
}

/// What a caller does between two calls.
#[derive(Debug, Clone, Copy)]
enum Between {
    Passes(u64),
    Succeeds,
    Throttled(Option<u64>),
}

fn between() -> impl Strategy<Value = Between> {
    prop_oneof![
        5 => (0_u64..3_000).prop_map(Between::Passes),
        1 => Just(Between::Passes(28_800_000)),
        2 => Just(Between::Succeeds),
        1 => proptest::option::of(0_u64..100).prop_map(Between::Throttled),
    ]
}

proptest! {
    #![proptest_config(cases(256))]

    /// As long as the clock only goes on, and whatever the answers are: in no window more than rate × window + burst.
    #[test]
    fn no_window_has_more_calls_than_its_rate_and_a_burst(
        (calls, seconds, burst) in (1_u32..2_000, 1_u64..100, 1_u32..20),
        script in prop::collection::vec(between(), 1..120),
    ) {
        let limit = limit(calls.max(1), seconds, burst);
        let (mut budget, mut now, mut permits, mut made) = (Budget::new(limit, START), START, Vec::new(), Vec::new());
        for step in script {
            match step {
                Between::Passes(ms) => now = now.after(Duration::from_millis(ms)),
                Between::Succeeds => { if let Some(permit) = permits.pop() { budget.succeeded(permit, now) } }
                Between::Throttled(told) => {
                    if let Some(permit) = permits.pop() { budget.throttled(permit, told.map(secs), now) }
                }
            }
            let free = drain(&mut budget, now);
            made.extend(free.iter().map(|_| now.as_millis()));
            permits.extend(free);
            now = ready(&budget, now).min(now.after(secs(1)));
        }
        let rate = u64::from(limit.milli_calls_per_second());
        for (i, from) in made.iter().enumerate() {
            for (n, to) in (1_u64..).zip(&made[i..]) {
                prop_assert!(n * 1_000_000 <= u64::from(burst) * 1_000_000 + rate * (to - from), "{n} in {} ms", to - from);
            }
        }
    }
}
