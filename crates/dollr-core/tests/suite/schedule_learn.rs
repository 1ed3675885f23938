//! A learned schedule: on the optimum's curve from a thousand payments, and within a schedule's limits whatever they were.

use std::time::Duration;

use crate::support::completions::{completed, found_out};
use crate::support::optimum::{Cost, HORIZON, Law, MODELS, Model, Optimum, UNSEEN};
use crate::support::polling::{asked_until, reference_ids};
use dollr_core::{Learned, Policy, Schedule, TooFewSamples};
use proptest::prelude::*;

const SEEDS: std::ops::RangeInclusive<u64> = 1..=5;

/// What `it_is_the_same_on_every_machine_and_in_every_order` learns.
const EVERYWHERE: &str = r#"{"first":3724,"gaps":[[1595,3062],[3548,2559],[5745,3353],[7791,3865],[10788,4139],[18334,4555],[40813,5034],[84893,5122],[122187,4801],[175383,3921],[209171,3092],[293478,4084],[502050,16843],[1217750,38062],[7200000,60000],[86400000,600000]]}"#;

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// When the engine asks by this schedule, with the jitter of this many reference ids.
fn asked(schedule: &Schedule, ids: usize) -> Vec<Vec<f64>> {
    let policy = Policy::default().schedule(schedule.clone());
    reference_ids(ids).map(|id| asked_until(HORIZON, id, policy.clone())).collect()
}

fn learned(samples: &[Duration], in_force: &Schedule) -> Learned {
    Schedule::learn(samples, in_force).unwrap()
}

/// What the engine really costs by this schedule, and that over the fewest polls at the same delay.
fn judged(model: &Model, optimum: &Optimum, schedule: &Schedule) -> (Cost, f64) {
    let cost = model.mean_cost(&asked(schedule, 20));
    (cost, cost.polls / optimum.polls_at(cost.delay))
}

/// On each model and for each seed: learned from a thousand exact times, and from a thousand that the default found out.
fn learns_within(most: f64, models: &[Model]) {
    let (default, questions) = (Schedule::default(), asked(&Schedule::default(), 100));
    for model in models {
        let (optimum, before) = (Optimum::over(model, 0.1), model.mean_cost(&questions));
        for seed in SEEDS {
            let exact = completed(model, seed, 1_000);
            for (kind, samples) in [("found out", found_out(&exact, &questions)), ("exact", exact)] {
                let (cost, ratio) = judged(model, &optimum, &learned(&samples, &default).schedule);
                let case = format!("{}, seed {seed}, {kind}: {ratio:.3} × with {cost:.2?}", model.name);
                assert!((1.0..=most).contains(&ratio), "{case}");
                assert!(cost.polls < before.polls, "{case}, but {before:.2?} before");
                assert!((cost.delay / before.delay - 1.0).abs() < 0.1, "{case}, but {before:.2?} before");
            }
        }
    }
}

#[test]
fn a_thousand_payments_teach_a_schedule_within_a_twentieth_of_the_optimum() {
    learns_within(1.05, &MODELS);
}

#[test]
fn payments_like_no_model_teach_a_schedule_within_a_tenth_of_the_optimum() {
    learns_within(1.10, &UNSEEN);
}

/// Every third of the payments is found out at once.
#[test]
fn hints_among_the_samples_do_no_harm() {
    let questions = asked(&Schedule::default(), 20);
    for model in &MODELS {
        let optimum = Optimum::over(model, 0.1);
        for seed in SEEDS {
            let exact = completed(model, seed, 1_000);
            let mut samples = found_out(&exact, &questions);
            (0..samples.len()).step_by(3).for_each(|i| samples[i] = exact[i]);
            let (cost, ratio) = judged(model, &optimum, &learned(&samples, &Schedule::default()).schedule);
            assert!(ratio <= 1.05, "{}, seed {seed}: {ratio:.3} × with {cost:.2?}", model.name);
        }
    }
}

#[test]
fn what_was_learned_from_can_be_learned_from_again() {
    for model in &MODELS {
        let optimum = Optimum::over(model, 0.1);
        let mut schedule = Schedule::default();
        let before = model.mean_cost(&asked(&schedule, 20));
        for seed in 11..=15 {
            let samples = found_out(&completed(model, seed, 1_000), &asked(&schedule, 20));
            schedule = learned(&samples, &schedule).schedule;
            let (cost, ratio) = judged(model, &optimum, &schedule);
            assert!(ratio <= 1.05, "{}, seed {seed}: {ratio:.3} × with {cost:.2?}", model.name);
            assert!(
                (cost.delay / before.delay - 1.0).abs() < 0.1,
                "{}: {cost:.2?}, {before:.2?}",
                model.name
            );
        }
    }
}

#[test]
fn it_corrects_for_the_lateness_of_the_schedule_in_force() {
    let slow = Schedule::new(secs(5), &[(Duration::ZERO, secs(5))]).unwrap();
    let questions = asked(&slow, 20);
    for model in &MODELS {
        let optimum = Optimum::over(model, 0.1);
        for seed in SEEDS {
            let samples = found_out(&completed(model, seed, 1_000), &questions);
            let learned = Schedule::learn_at(&samples, &slow, secs(2)).unwrap();
            let (cost, ratio) = judged(model, &optimum, &learned.schedule);
            assert!(ratio <= 1.05, "{}, seed {seed}: {ratio:.3} × with {cost:.2?}", model.name);
        }
    }
}

#[test]
fn a_delay_that_is_asked_for_is_the_delay_that_there_will_be() {
    let questions = asked(&Schedule::default(), 20);
    for model in &MODELS {
        let optimum = Optimum::over(model, 0.1);
        let samples = found_out(&completed(model, 1, 1_000), &questions);
        for delay in [1, 2, 4, 8] {
            let learned = Schedule::learn_at(&samples, &Schedule::default(), secs(delay)).unwrap();
            let (cost, ratio) = judged(model, &optimum, &learned.schedule);
            let case = format!("{}, {delay} s: {ratio:.3} × with {cost:.2?}", model.name);
            assert!(ratio <= 1.05, "{case}");
            assert!((cost.delay / secs(delay).as_secs_f64() - 1.0).abs() < 0.1, "{case}");
            assert!(
                (ms(1_000 * delay - 10)..=secs(delay)).contains(&learned.after.delay),
                "{case}, {learned:?}"
            );
        }
    }
}

#[test]
fn the_estimates_are_what_the_schedules_cost() {
    let off = |estimate: f64, cost: f64| (estimate / cost - 1.0).abs();
    for model in &MODELS {
        let Learned { schedule, before, after, .. } =
            learned(&completed(model, 1, 20_000), &Schedule::default());
        for (estimate, schedule) in [(before, &Schedule::default()), (after, &schedule)] {
            let cost = model.mean_cost(&asked(schedule, 20));
            let case = format!("{}: {estimate:?}, {cost:?}", model.name);
            assert!(off(estimate.polls, cost.polls) < 0.05, "{case}");
            assert!(off(estimate.delay.as_secs_f64(), cost.delay) < 0.05, "{case}");
        }
    }
}

#[test]
fn the_mean_delay_is_that_of_the_payments_that_complete() {
    let ended = completed(&MODELS[0], 1, 500);
    let all = [ended.clone(), vec![Duration::MAX; 500]].concat();
    let [ended, all] = [ended, all].map(|samples| learned(&samples, &Schedule::default()).before);
    assert!(ended.delay.abs_diff(all.delay) <= ms(1) && all.polls > 5.0 * ended.polls, "{ended:?}, {all:?}");
}

#[test]
fn it_is_the_same_on_every_machine_and_in_every_order() {
    let one = |i: u64| if i % 50 == 49 { Duration::MAX } else { ms(3_000 + i * i) };
    let mut samples: Vec<Duration> = (0..500).map(one).collect();
    let first = learned(&samples, &Schedule::default());
    assert_eq!(serde_json::to_string(&first.schedule).unwrap(), EVERYWHERE);
    samples.reverse();
    assert_eq!(learned(&samples, &Schedule::default()), first);
}

#[test]
fn too_few_payments_teach_nothing() {
    let least = Schedule::LEAST_SAMPLES;
    let some = |count: usize| (0..count).map(|i| secs(5 + i as u64 % 60)).collect::<Vec<_>>();
    let open = vec![secs(1_801); 1_000];
    for count in [0, 1, least - 1] {
        let samples = [some(count), open.clone()].concat();
        let refusal = Schedule::learn(&samples, &Schedule::default()).unwrap_err();
        assert_eq!(refusal, Schedule::learn_at(&samples, &Schedule::default(), secs(2)).unwrap_err());
        assert!(matches!(refusal, TooFewSamples { found, .. } if found == count));
        let sentence = format!(
            "a schedule is learned from at least 200 payments that completed within half an hour, but there are {count}"
        );
        assert_eq!(refusal.to_string(), sentence);
    }
    assert!(Schedule::learn(&some(least), &Schedule::default()).is_ok());
}

/// A tenth never completes. The optimum then leaves them alone for many minutes; a schedule is not to, which costs the
/// most where all others complete early.
#[test]
fn payments_that_never_complete_are_hardly_asked_about() {
    let questions = asked(&Schedule::default(), 100);
    for Model { name, laws } in MODELS {
        let never = (0.1, Law::LogNormal { median: 1e9, sigma: 0.5 });
        let laws = laws.iter().map(|&(share, law)| (0.9 * share, law)).chain([never]).collect::<Vec<_>>();
        let model = Model { name, laws: laws.leak() };
        let (optimum, before) = (Optimum::over(&model, 0.1), model.mean_cost(&questions));
        for seed in SEEDS {
            let samples = found_out(&completed(&model, seed, 1_000), &questions);
            let Learned { schedule, .. } = learned(&samples, &Schedule::default());
            let (cost, ratio) = judged(&model, &optimum, &schedule);
            assert!(ratio <= 1.15, "{name}, seed {seed}: {ratio:.3} × with {cost:.2?}");
            assert!(cost.polls < 0.8 * before.polls, "{name}, seed {seed}: {cost:.2?}, {before:.2?} before");
            assert!((0..30).all(|minute| schedule.gap(secs(60 * minute)) <= secs(60)), "{schedule:?}");
            assert_eq!(schedule.gap(secs(7_200)), Schedule::default().gap(secs(7_200)));
        }
    }
}

#[test]
fn past_the_last_completion_it_is_the_default() {
    let samples: Vec<_> = (0..1_000).map(|i| ms(8_000 + 40 * i)).collect();
    let Learned { schedule, .. } = learned(&samples, &Schedule::default());
    for age in [secs(300), secs(900), secs(1_800), secs(7_200), secs(86_400), Duration::MAX] {
        assert_eq!(schedule.gap(age), Schedule::default().gap(age), "at {age:?}");
    }
    assert!(schedule.first() > secs(6), "{schedule:?}");
}

#[test]
fn payments_that_all_take_as_long_are_asked_about_then() {
    for age in [5, 20, 300, 1_799] {
        let Learned { schedule, before, after, .. } = learned(&vec![secs(age); 1_000], &Schedule::default());
        assert!(after.delay <= before.delay && after.polls < before.polls, "{age} s: {before:?}, {after:?}");
        assert!(schedule.first() * 2 >= secs(age).min(secs(60)), "{age} s: {schedule:?}");
    }
}

/// All are found out by the first question, so that no schedule can ask less.
#[test]
fn where_nothing_is_gained_the_schedule_in_force_is_kept() {
    for in_force in [Schedule::default(), Schedule::cards()] {
        let learned = learned(&[secs(1); 1_000], &in_force);
        assert_eq!(learned.schedule, in_force);
        assert_eq!(learned.before, learned.after);
    }
}

fn any_sample() -> impl Strategy<Value = Duration> {
    let secs = |range: std::ops::Range<u64>| range.prop_map(Duration::from_millis);
    prop_oneof![
        4 => secs(0..100_000),
        2 => secs(0..2_000_000),
        1 => Just(Duration::ZERO),
        1 => Just(ms(1_800_000)),
        1 => Just(Duration::MAX),
        1 => any::<u64>().prop_map(Duration::from_nanos),
    ]
}

/// Mostly one cluster, so that samples tie.
fn any_samples() -> impl Strategy<Value = Vec<Duration>> {
    let tied = (any_sample(), prop::collection::vec(any_sample(), 0..20), 150_usize..400)
        .prop_map(|(one, others, count)| [vec![one; count], others].concat());
    prop_oneof![prop::collection::vec(any_sample(), 0..600), tied]
}

fn any_schedule() -> impl Strategy<Value = Schedule> {
    let gap = || (1_000_u64..3_600_000).prop_map(Duration::from_millis);
    let gaps = prop::collection::btree_map((0_u64..4_000_000).prop_map(Duration::from_millis), gap(), 1..6);
    let any = (gap(), gaps)
        .prop_map(|(first, gaps)| Schedule::new(first, &gaps.into_iter().collect::<Vec<_>>()).unwrap());
    prop_oneof![Just(Schedule::default()), any]
}

proptest! {
    #[test]
    fn whatever_the_samples_it_is_a_schedule_or_a_refusal(
        samples in any_samples(),
        in_force in any_schedule(),
        delay in prop_oneof![(0_u64..60_000).prop_map(Duration::from_millis), Just(Duration::MAX)],
    ) {
        let ended = samples.iter().filter(|sample| sample.as_millis() <= 1_800_000).count();
        let (same, other) = (Schedule::learn(&samples, &in_force), Schedule::learn_at(&samples, &in_force, delay));
        prop_assert_eq!(same.is_ok(), ended >= Schedule::LEAST_SAMPLES);
        prop_assert_eq!(other.is_ok(), same.is_ok());
        if let (Ok(same), Ok(other)) = (same, other) {
            prop_assert!(same.after.polls <= same.before.polls && same.after.delay <= same.before.delay);
            for schedule in [same.schedule, other.schedule] {
                let stored = serde_json::to_value(&schedule).unwrap();
                prop_assert!(stored["gaps"].as_array().unwrap().len() <= 16);
                prop_assert_eq!(serde_json::from_value::<Schedule>(stored).unwrap(), schedule);
            }
        }
    }
}
