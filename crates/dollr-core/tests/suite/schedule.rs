//! The schedule: on the optimum's curve, polite, and the same for everybody who computes it (invariant I12).

use std::collections::BTreeSet;
use std::time::Duration;

use crate::support::optimum::{Cost, HORIZON, Law, MODELS, Model, Optimum, UNSEEN};
use crate::support::polling::{SENT, asked, asked_until, asked_with, payment, pending, reference_ids};
use dollr_core::{
    Action, Event, Execution, InvalidSchedule, Loss, Machine, Policy, Purpose, Response, Schedule,
};

const HOUR: Duration = Duration::from_secs(3_600);

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[test]
fn the_default_schedule_lies_on_the_optimums_curve() {
    let policy = Policy::default();
    let times: Vec<_> = reference_ids(100).map(|id| asked_until(HORIZON, id, policy.clone())).collect();
    for model in &MODELS {
        let cost = model.mean_cost(&times);
        let ratio = cost.polls / Optimum::over(model, 0.1).polls_at(cost.delay);
        assert!((1.0..=1.15).contains(&ratio), "{}: {ratio:.3} × the optimum with {cost:.2?}", model.name);
    }
}

/// The second misses the bound: two narrow groups of payers, between whom few pay. A schedule that was fitted to it, too, would not.
#[test]
fn the_default_schedule_lies_near_the_curve_where_nothing_was_chosen_by() {
    let policy = Policy::default();
    let times: Vec<_> = reference_ids(100).map(|id| asked_until(HORIZON, id, policy.clone())).collect();
    for (model, most) in UNSEEN.iter().zip([1.15, 1.25]) {
        let cost = model.mean_cost(&times);
        let ratio = cost.polls / Optimum::over(model, 0.1).polls_at(cost.delay);
        assert!((1.0..=most).contains(&ratio), "{}: {ratio:.3} × the optimum with {cost:.2?}", model.name);
    }
}

/// Every subset of eleven times and the horizon, on the three models and on one that is slow enough for so coarse a grid.
#[test]
fn the_optimum_agrees_with_trying_everything() {
    let slow = Model { name: "slow", laws: &[(1.0, Law::LogNormal { median: 600.0, sigma: 0.7 })] };
    let grid: Vec<f64> = (1..12_u32).map(|i| f64::from(i) * 150.0).collect();
    for model in MODELS.iter().chain([&slow]) {
        let costs: Vec<Cost> = (0..1_u32 << grid.len())
            .map(|set| {
                let chosen = grid.iter().enumerate().filter(|(i, _)| (set >> i) & 1 == 1);
                model.cost(&chosen.map(|(_, &t)| t).collect::<Vec<_>>())
            })
            .collect();
        let optimum = Optimum::over(model, 150.0);
        for price in [1e-4, 0.001, 0.01, 0.1, 1.0] {
            let tried = costs.iter().map(|c| c.polls + price * c.delay).fold(f64::INFINITY, f64::min);
            assert!((optimum.least(price) - tried).abs() < 1e-9, "{} at a price of {price}", model.name);
        }
        let (least, most) = (costs[costs.len() - 1].delay, costs[0].delay);
        for share in [0.02, 0.1, 0.3, 0.6, 0.9] {
            let delay = least + share * (most - least);
            let (found, tried) = (optimum.polls_at(delay), envelope(&costs, delay));
            assert!((found - tried).abs() < 1e-4, "{} at {delay} s: {found} but {tried}", model.name);
        }
    }
}

/// The fewest polls at this mean delay when two of these costs may be mixed.
fn envelope(costs: &[Cost], delay: f64) -> f64 {
    let (quick, slow): (Vec<&Cost>, Vec<&Cost>) = costs.iter().partition(|c| c.delay <= delay);
    let alone = quick.iter().map(|c| c.polls).fold(f64::INFINITY, f64::min);
    let mixed = quick.iter().flat_map(|q| {
        slow.iter().map(|s| s.polls + (q.polls - s.polls) * (s.delay - delay) / (s.delay - q.delay))
    });
    mixed.fold(alone, f64::min)
}

#[test]
fn the_optimum_does_not_hang_on_its_grid() {
    for model in &MODELS {
        let (coarse, fine) = (Optimum::over(model, 0.1), Optimum::over(model, 0.05));
        for delay in [1.0, 2.0, 4.0] {
            let gained = coarse.polls_at(delay) / fine.polls_at(delay) - 1.0;
            assert!((-1e-6..0.001).contains(&gained), "{} at {delay} s: {gained}", model.name);
        }
    }
}

#[test]
fn gaps_stay_between_two_and_five_seconds_in_the_first_half_minute() {
    for id in reference_ids(1_000) {
        let ages = asked(id, Policy::default().patience(secs(40)));
        let from_sending = [0].into_iter().chain(ages);
        let early: Vec<u64> = from_sending.take_while(|&age| age <= 30_000).collect();
        assert!(early.len() >= 7, "{early:?}");
        for pair in early.windows(2) {
            assert!((2_000..=5_000).contains(&(pair[1] - pair[0])), "{pair:?}");
        }
    }
}

#[test]
fn gaps_grow_with_age_and_are_capped() {
    for (schedule, cap) in [(Schedule::mobile_money(), secs(600)), (Schedule::cards(), secs(600))] {
        let gaps: Vec<Duration> = (0..72 * 60).map(|minute| schedule.gap(secs(60 * minute))).collect();
        assert!(gaps.is_sorted() && (1..24 * 60).all(|minute| gaps[minute] > gaps[minute - 1]));
        assert!((0..60).all(|second| schedule.gap(secs(second)) <= schedule.gap(secs(second + 1))));
        assert_eq!(gaps.last(), Some(&cap));
        assert_eq!(schedule.gap(Duration::MAX), cap);

        let policy = Policy::default().schedule(schedule).patience(71 * HOUR);
        let id = reference_ids(1).next().unwrap();
        let ages = asked(id, policy);
        assert!(ages.windows(2).all(|pair| ms(pair[1] - pair[0]) <= cap));
        assert!(ages.len() < 1_500, "{} questions in three days", ages.len());
    }
}

#[test]
fn errors_back_off_by_doubling_up_to_a_minute() {
    let floors = [1, 2, 4, 8, 16, 32, 60, 60, 60];
    for (failures, floor) in (1..).zip(floors) {
        assert_eq!(Schedule::back_off(failures), secs(floor));
    }
    assert_eq!((Schedule::back_off(0), Schedule::back_off(u32::MAX)), (Duration::ZERO, secs(60)));

    for id in reference_ids(20) {
        let ages = asked_with(id, Policy::default(), |_| Response::new(503, "down"));
        for (pair, floor) in ages.windows(2).zip(floors) {
            let (waited, gap) = (ms(pair[1] - pair[0]), Policy::default().schedule.gap(ms(pair[0])));
            assert!(waited >= secs(floor) && waited * 10 <= secs(floor).max(gap) * 11, "{floor} s: {pair:?}");
        }
    }
}

#[test]
fn an_answer_ends_the_back_off() {
    let id = reference_ids(1).next().unwrap();
    let mut count = 0;
    let ages = asked_with(id, Policy::default(), |_| {
        count += 1;
        if count <= 6 { Response::new(503, "down") } else { pending(id) }
    });
    assert!(ages[6] - ages[5] >= 32_000);
    assert!(ages[7] - ages[6] <= 6_000);
}

#[test]
fn jitter_comes_from_the_reference_id() {
    let policy = Policy::default().patience(secs(60));
    let ages: Vec<Vec<u64>> = reference_ids(1_000).map(|id| asked(id, policy.clone())).collect();
    let again: Vec<Vec<u64>> = reference_ids(1_000).map(|id| asked(id, policy.clone())).collect();
    assert_eq!(ages, again);
    assert_eq!(ages.iter().collect::<BTreeSet<_>>().len(), 1_000, "two ids ask at the same times");

    // They spread: over the tenth that the first delay is lengthened by, and ever wider after it.
    for quarter in [4_500..4_613, 4_613..4_725, 4_725..4_838, 4_838..4_951] {
        let count = ages.iter().filter(|ages| quarter.contains(&ages[0])).count();
        assert!((200..=300).contains(&count), "{count} in {quarter:?}");
    }
    let tenth: Vec<u64> = ages.iter().map(|ages| ages[9]).collect();
    assert!(tenth.iter().max().unwrap() - tenth.iter().min().unwrap() > 2_000);
}

#[test]
fn jitter_stays_within_a_tenth_and_within_the_curve() {
    let schedule = Schedule::default();
    let (first, least, cap) = (schedule.first(), schedule.gap(Duration::ZERO), schedule.gap(Duration::MAX));
    for id in reference_ids(20) {
        let ages = asked(id, Policy::default().patience(48 * HOUR).horizon(72 * HOUR));
        assert!((first..=first * 11 / 10).contains(&ms(ages[0])));
        // The last question of all is asked when patience ends, whenever the one before it was.
        for pair in ages[..ages.len() - 1].windows(2) {
            let (waited, gap) = (ms(pair[1] - pair[0]), schedule.gap(ms(pair[0])));
            assert!((least..=cap).contains(&waited), "{pair:?}");
            assert!(waited + ms(1) >= gap * 9 / 10 && waited <= gap * 11 / 10, "{pair:?}");
        }
    }
}

#[test]
fn a_custom_schedule_that_would_spin_is_refused() {
    let range = "a schedule's first delay and its gaps must be between 1 second and 1 hour";
    let order = "the ages of a schedule must grow from one (age, gap) to the next";
    let at = |age, gap| (secs(age), gap);
    let fine = secs(3);
    for (first, gaps, error, sentence) in [
        (fine, vec![], InvalidSchedule::Empty, "a schedule needs at least one (age, gap)"),
        (fine, vec![at(9, fine), at(9, fine)], InvalidSchedule::Unordered, order),
        (fine, vec![at(9, fine), at(0, fine)], InvalidSchedule::Unordered, order),
        (fine, vec![at(0, Duration::ZERO)], InvalidSchedule::OutOfRange, range),
        (fine, vec![at(0, fine), at(9, ms(999))], InvalidSchedule::OutOfRange, range),
        (fine, vec![at(0, HOUR + ms(1))], InvalidSchedule::OutOfRange, range),
        (fine, vec![at(0, Duration::MAX)], InvalidSchedule::OutOfRange, range),
        (fine, vec![(Duration::MAX, fine)], InvalidSchedule::OutOfRange, range),
        (ms(999), vec![at(0, fine)], InvalidSchedule::OutOfRange, range),
        (HOUR + ms(1), vec![at(0, fine)], InvalidSchedule::OutOfRange, range),
    ] {
        assert_eq!(Schedule::new(first, &gaps), Err(error), "{first:?} {gaps:?}");
        assert_eq!(error.to_string(), sentence);
    }
    assert!(Schedule::new(Schedule::LEAST_GAP, &[at(0, Schedule::LEAST_GAP)]).is_ok());
    assert!(Schedule::new(Schedule::GREATEST_GAP, &[at(0, Schedule::GREATEST_GAP)]).is_ok());
    for stored in [r#"{"first":3000,"gaps":[[0,0]]}"#, r#"{"first":3000,"gaps":[]}"#] {
        assert!(serde_json::from_str::<Schedule>(stored).is_err(), "{stored}");
    }
}

#[test]
fn a_custom_schedule_is_interpolated_and_obeyed() {
    let gaps = [(secs(10), secs(2)), (secs(20), secs(4)), (secs(30), secs(4))];
    let schedule = Schedule::new(secs(7), &gaps).unwrap();
    for (age, gap) in [(0, 2_000), (10, 2_000), (15, 3_000), (20, 4_000), (25, 4_000), (9_999, 4_000)] {
        assert_eq!(schedule.gap(secs(age)), ms(gap), "at {age} s");
    }
    let stored = serde_json::to_string(&schedule).unwrap();
    assert_eq!(serde_json::from_str::<Schedule>(&stored).unwrap(), schedule);
    for id in reference_ids(50) {
        let ages = asked(id, Policy::default().schedule(schedule.clone()));
        assert!((7_000..=7_700).contains(&ages[0]));
        assert!(ages[..ages.len() - 1].windows(2).all(|pair| (2_000..=4_000).contains(&(pair[1] - pair[0]))));
    }
}

#[test]
fn a_retry_after_is_never_undercut() {
    let policy = Policy::default().patience(3 * HOUR);
    // What is asked for, beside the vendor's `Date` where there is one, and what it comes to.
    for (told, date, floor) in [
        ("0", None, 1),
        ("1", None, 1),
        ("7", None, 7),
        (" 120 ", None, 120),
        ("99999999999999999999999999", None, 3_600),
        ("Sun, 15 Jun 2025 15:07:00 GMT", Some("Sun, 15 Jun 2025 15:06:00 GMT"), 60),
        ("Sunday, 15-Jun-25 15:07:00 GMT", Some("Sun, 15 Jun 2025 15:06:00 GMT"), 60),
        ("Sun, 15 Jun 2025 15:06:00 GMT", Some("Sun, 15 Jun 2025 15:07:00 GMT"), 1),
        ("-1", None, 1),
        ("soon", None, 1),
        ("", None, 1),
    ] {
        for (id, status) in reference_ids(40).zip([429, 503].into_iter().cycle()) {
            let mut asks = 0;
            let ages = asked_with(id, policy.clone(), |_| {
                asks += 1;
                let limited = Response::new(status, "").with_header("Retry-After", told);
                match date {
                    _ if asks != 5 => pending(id),
                    Some(date) => limited.with_header("Date", date),
                    None => limited,
                }
            });
            let (waited, gap) = (ms(ages[5] - ages[4]), policy.schedule.gap(ms(ages[4])));
            let most = secs(floor).max(gap) * 11 / 10;
            assert!(waited >= secs(floor) && waited <= most, "{told:?}: {waited:?}");
        }
    }
}

#[test]
fn nothing_makes_it_ask_before_a_retry_after_is_over() {
    let id = reference_ids(1).next().unwrap();
    let mut payment = payment(id, Policy::default());
    let mut now = SENT;
    let end = loop {
        match payment.next(now) {
            Action::Record(_) => payment = payment.apply(Event::Recorded, now).unwrap(),
            Action::Send(request) => {
                let exchange = request.exchange;
                let limited = Response::new(429, "").with_header("retry-after", "200");
                let response = if exchange.purpose == Purpose::Execute { pending(id) } else { limited };
                payment = payment.apply(Event::Answered { exchange, response }, now).unwrap();
                if exchange.purpose == Purpose::Status {
                    break now.after(secs(200));
                }
            }
            Action::Wait { until, .. } => now = until,
            action => panic!("{action:?}"),
        }
    };
    while now < end {
        assert!(matches!(payment.next(now), Action::Wait { until, .. } if until >= end), "{now}");
        payment = payment.apply(Event::Hint, now).unwrap();
        payment = payment.apply(Event::Resumed { patience: secs(400) }, now).unwrap();
        payment = Execution::restore(&payment.snapshot()).unwrap();
        now = now.after(secs(10));
    }
    assert!(matches!(payment.next(now.after(secs(20))), Action::Send(_)));
}

#[test]
fn a_send_that_was_limited_waits_as_long_as_it_was_told() {
    let id = reference_ids(1).next().unwrap();
    let payment = payment(id, Policy::default()).apply(Event::Recorded, SENT).unwrap();
    let Action::Send(request) = payment.next(SENT) else { panic!("it does not send") };
    let exchange = request.exchange;
    let response = Response::new(429, "").with_header("Retry-After", "30");
    let limited = payment.clone().apply(Event::Answered { exchange, response }, SENT).unwrap();
    let Action::Wait { until, .. } = limited.next(SENT) else { panic!("it does not wait") };
    assert!((secs(30)..=secs(33)).contains(&until.since(SENT)));
    assert!(limited.apply(Event::Recorded, SENT.after(secs(29))).is_err());

    let lost = payment.apply(Event::Lost { exchange, loss: Loss::NotSent }, SENT).unwrap();
    let Action::Wait { until, .. } = lost.next(SENT) else { panic!("it does not wait") };
    assert!((ms(1_000)..=ms(1_100)).contains(&until.since(SENT)));
}
