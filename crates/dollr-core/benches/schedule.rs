//! Polls and delay of schedules on the three models, beside the fewest polls that any schedule needs at that delay.
//! Not a timed test: it prints the table that the default was chosen by.
#![allow(clippy::disallowed_macros, reason = "a benchmark prints")]

#[path = "../tests/support/completions.rs"]
mod completions;
#[path = "../tests/support/optimum.rs"]
mod optimum;
#[path = "../tests/support/polling.rs"]
mod polling;

use std::time::Duration;

use completions::{completed, found_out};
use dollr_core::{Policy, Schedule};
use optimum::{Cost, HORIZON, MODELS, Model, Optimum};
use polling::{SEED, SplitMix64, asked_until, reference_ids};

/// How many reference ids the jitter is averaged over, and the grid of the optimum in seconds.
const IDS: usize = 500;
const STEP: f64 = 0.1;

/// How often a schedule is learned, each time from other payments.
const SEEDS: u64 = 20;

/// A name, and the times of the questions: one sequence for each id, or a single one where nothing is jittered.
type Row = (&'static str, Vec<Vec<f64>>);

fn main() {
    println!("seed {SEED}, {IDS} reference ids, optimum on a grid of {STEP} s, horizon {HORIZON} s");
    let rows = rows();
    for model in &MODELS {
        let (optimum, finer) = (Optimum::over(model, STEP), Optimum::over(model, STEP / 2.0));
        println!("\n{}", model.name);
        println!("| schedule | polls | mean delay | p95 delay | optimum's polls | ratio |");
        println!("| --- | ---: | ---: | ---: | ---: | ---: |");
        let mut error = 0.0_f64;
        for (name, times) in &rows {
            let Cost { polls, delay } = model.mean_cost(times);
            let fewest = optimum.polls_at(delay);
            let (p95, ratio) = (p95(model, times), polls / fewest);
            println!("| {name} | {polls:.2} | {delay:.2} s | {p95:.2} s | {fewest:.2} | {ratio:.3} |");
            error = error.max(fewest / finer.polls_at(delay) - 1.0);
        }
        println!("Half the grid lowers the optimum by at most {:.4} %.", 100.0 * error);
    }
    println!(
        "\n“By the engine” drives executions; “by hand” draws the jitter anew, uniform and not in steps."
    );
    println!(
        "\nLearned from 1,000 payments: the best and the worst ratio of {SEEDS} seeds, and what the worst costs"
    );
    println!("| model | samples | polls | mean delay | ratio |");
    println!("| --- | --- | ---: | ---: | ---: |");
    MODELS.iter().for_each(learned);
}

/// What is learned from exact times, and from those that the default found out.
fn learned(model: &Model) {
    let (optimum, questions) = (Optimum::over(model, STEP), engine(&Schedule::default(), IDS));
    for kind in ["exact", "found out"] {
        let mut all = Vec::new();
        for seed in 1..=SEEDS {
            let exact = completed(model, seed, 1_000);
            let samples = if kind == "exact" { exact } else { found_out(&exact, &questions) };
            let learned = Schedule::learn(&samples, &Schedule::default()).unwrap();
            let Cost { polls, delay } = model.mean_cost(&engine(&learned.schedule, 50));
            all.push((polls / optimum.polls_at(delay), polls, delay));
        }
        all.sort_by(|a, b| a.0.total_cmp(&b.0));
        let ((best, ..), (worst, polls, delay)) = (all[0], all[all.len() - 1]);
        println!("| {} | {kind} | {polls:.2} | {delay:.2} s | {best:.3} … {worst:.3} |", model.name);
    }
}

/// The delay in seconds that one completed payment in twenty exceeds.
fn p95(model: &Model, sequences: &[Vec<f64>]) -> f64 {
    let exceeding = |delay: f64| {
        let late = |(last, t): (f64, f64)| (model.completed(t - delay) - model.completed(last)).max(0.0);
        let all = sequences.iter().map(|times| pairs(times).map(late).sum::<f64>());
        all.sum::<f64>() / model.completed(HORIZON)
    };
    let twentieth = exceeding(0.0) / 20.0;
    let (mut low, mut high) = (0.0, HORIZON);
    while high - low > 1e-3 {
        let middle = f64::midpoint(low, high);
        if exceeding(middle) > twentieth { low = middle } else { high = middle }
    }
    high
}

/// Each question with the moment of the one before, from the sending to the horizon.
fn pairs(times: &[f64]) -> impl Iterator<Item = (f64, f64)> {
    let ends = || times.iter().copied().filter(|&t| t < HORIZON);
    [0.0].into_iter().chain(ends()).zip(ends().chain([HORIZON]))
}

fn rows() -> Vec<Row> {
    let every = |gap| Schedule::new(Duration::from_secs(gap), &[(Duration::ZERO, Duration::from_secs(gap))]);
    vec![
        ("default, by the engine", engine(&Schedule::default(), IDS)),
        ("default, by hand", by_hand(&Schedule::default())),
        ("cards, by the engine", engine(&Schedule::cards(), IDS)),
        ("every 3 s", engine(&every(3).unwrap(), IDS)),
        ("every 5 s", engine(&every(5).unwrap(), IDS)),
        ("2, 3, 4, then 5 s", fixed(2.0, |gap| (gap + 1.0).min(5.0))),
        ("×1.5 from 2 s, cap 30 s", fixed(2.0, |gap| (gap * 1.5).min(30.0))),
        ("×2 from 2 s, cap 60 s", fixed(2.0, |gap| (gap * 2.0).min(60.0))),
    ]
}

fn engine(schedule: &Schedule, ids: usize) -> Vec<Vec<f64>> {
    let policy = Policy::default().schedule(schedule.clone());
    reference_ids(ids).map(|id| asked_until(HORIZON, id, policy.clone())).collect()
}

/// The schedule's own promise, read from its public curve: the first delay up to a tenth longer, each gap up to a tenth
/// either way, within the curve.
fn by_hand(schedule: &Schedule) -> Vec<Vec<f64>> {
    let mut random = SplitMix64(SEED);
    let mut unit = || f64::from(u32::try_from(random.draw() >> 32).unwrap()) / f64::from(u32::MAX);
    let gap = |age: f64| schedule.gap(Duration::from_secs_f64(age)).as_secs_f64();
    let (least, greatest) = (gap(0.0), gap(1e6));
    let mut sequence = || {
        let first = schedule.first().as_secs_f64() * (1.0 + 0.1 * unit());
        let next = |&t: &f64| Some(t + (gap(t) * (0.9 + 0.2 * unit())).clamp(least, greatest));
        std::iter::successors(Some(first), next).take_while(|&t| t < HORIZON).collect()
    };
    (0..IDS).map(|_| sequence()).collect()
}

/// Gaps that follow from one another, without jitter.
fn fixed(first: f64, next: impl Fn(f64) -> f64) -> Vec<Vec<f64>> {
    let sequence = std::iter::successors(Some((first, first)), |&(t, gap)| Some((t + next(gap), next(gap))));
    vec![sequence.map(|(t, _)| t).take_while(|&t| t < HORIZON).collect()]
}
