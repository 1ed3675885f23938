//! How often a payment is asked about and how late its end is found out, in virtual time: the default schedule, and one
//! learned from payments, beside the fewest questions that any schedule needs at the same mean delay, and beside what
//! else people do. Nothing here is timed: the same seeds give the same figures on every machine.

mod choose;
mod family;

pub(crate) use choose::choose;

use dollr_core::{Policy, Schedule};

use crate::judge::completions::{completed, found_out};
use crate::judge::optimum::{Cost, HORIZON, MODELS, Model, Optimum, UNSEEN};
use crate::judge::polling::{SEED, asked_until, reference_ids};
use crate::report::{Axis, Line, Part, Plot, Ratio, Row};
use crate::rounds::{Series, real};

/// How many reference ids the jitter is averaged over, and the grid of the optimum in seconds.
const IDS: usize = 200;
const STEP: f64 = 0.1;

/// Models drawn at random, which nothing was chosen by either: how many, and by which seed.
const DRAWN: usize = 120;
const DRAWN_SEED: u64 = 2;

/// How often a schedule is learned, each time from as many other payments.
const SEEDS: u64 = 20;
const PAYMENTS: usize = 1_000;

/// The times of the questions: one sequence for each id, or a single one where nothing is jittered.
type Questions = Vec<Vec<f64>>;

/// A model, and what is known about it.
struct Judged {
    model: &'static Model,
    unseen: bool,
    optimum: Optimum,
}

/// What a way of asking costs on a model.
struct Outcome {
    cost: Cost,
    p95: f64,
    fewest: f64,
}

pub(crate) fn measure() -> Part {
    let (default, others) = (engine(&Schedule::default(), IDS), others());
    let seen = MODELS.iter().map(|model| (model, false));
    let models = seen.chain(UNSEEN.iter().map(|model| (model, true)));
    let (mut rows, mut ratios, mut plots, mut error) = (Vec::new(), Vec::new(), Vec::new(), 0.0_f64);
    for (n, (model, unseen)) in models.enumerate() {
        let judged = Judged { model, unseen, optimum: Optimum::over(model, STEP) };
        let mut points = Vec::new();
        let by_default = judged.outcome(&default);
        ratios.push(judged.ratio(1.15, "the default", by_default.ratio()));
        let (tuned, all) = judged.tuned(&default);
        let what = format!("tuned by {PAYMENTS} payments");
        ratios.push(judged.ratio(1.05, &format!("{what}, median of {SEEDS}"), all.median()));
        ratios.push(judged.ratio(1.05, &format!("{what}, worst of {SEEDS}"), all.quantile(1.0)));
        points.push(("dollr, default", by_default));
        points.push(("dollr, tuned", tuned));
        points.extend(others.iter().map(|(name, questions)| (*name, judged.outcome(questions))));
        let fine = Optimum::over(model, STEP / 2.0).polls_at(points[0].1.cost.delay);
        error = error.max(points[0].1.fewest / fine - 1.0);
        rows.extend(points.iter().map(|(name, outcome)| judged.row(name, outcome)));
        plots.push(judged.plot(n, &points));
    }
    let drawn = anywhere(&default);
    ratios.push(over_all("the median of", drawn.median()));
    ratios.push(over_all("nine in ten of", drawn.quantile(0.9)));
    Part {
        title: "Polling",
        goal: "At equal mean delay the default schedule asks at most 1.15 × as often as the optimum and one learned from payments \
               at most 1.05 ×, on three models of how payments complete and on two that nothing was chosen by.",
        rows,
        ratios,
        plots,
        limits: format!(
            "The optimum has the fewest questions of all ways to ask at multiples of {STEP} s, or mixtures of two, at a mean delay \
             of at most that of the schedule beside it, when the law of the completion times is known: the dynamic program of the \
             core's tests, with a price for delay, over the half hour after the sending, at whose end all that are open are asked \
             about once more. A grid half as fine makes it {:.3} % better at most. A schedule is learned from {PAYMENTS} payments \
             that the default has found out, {SEEDS} times from others. The default was searched on other models drawn at random (`dollr-measure \
             choose`), so that it is near the optimum wherever the first payments come from; of the {DRAWN} here {} are within 1.15. \
             Seed {SEED}, {IDS} reference ids.",
            100.0 * error,
            drawn.within(1.15)
        ),
    }
}

/// The default's ratios to the optimum on models drawn at random.
fn anywhere(default: &Questions) -> Series {
    let drawn = family::drawn(DRAWN_SEED, DRAWN).into_iter();
    Series::from(drawn.map(|model| ratio(&model, &Optimum::over(&model, STEP), default)).collect::<Vec<_>>())
}

/// How often is asked, to how often the optimum asks at that delay.
fn ratio(model: &Model, optimum: &Optimum, questions: &Questions) -> f64 {
    let cost = model.mean_cost(questions);
    cost.polls / optimum.polls_at(cost.delay)
}

fn over_all(which: &str, ratio: f64) -> Ratio {
    let what = format!("polls at equal delay, {which} {DRAWN} models drawn at random (unseen)");
    Ratio::without_goal(what, "the default", "the optimum", ratio)
}

impl Judged {
    fn name(&self) -> String {
        format!("{}{}", self.model.name, if self.unseen { " (unseen)" } else { "" })
    }

    fn outcome(&self, questions: &Questions) -> Outcome {
        let cost = self.model.mean_cost(questions);
        Outcome { cost, p95: p95(self.model, questions), fewest: self.optimum.polls_at(cost.delay) }
    }

    /// The outcome of the schedule in the middle, and the ratios of all.
    fn tuned(&self, default: &Questions) -> (Outcome, Series) {
        let learn = |seed| {
            let samples = found_out(&completed(self.model, seed, PAYMENTS), default);
            Schedule::learn(&samples, &Schedule::default()).expect("enough payments").schedule
        };
        let mut all: Vec<Outcome> =
            (1..=SEEDS).map(|seed| self.outcome(&engine(&learn(seed), IDS / 4))).collect();
        all.sort_by(|a, b| a.ratio().total_cmp(&b.ratio()));
        let ratios = Series::from(all.iter().map(Outcome::ratio).collect::<Vec<_>>());
        (all.swap_remove(all.len() / 2), ratios)
    }

    fn ratio(&self, goal: f64, schedule: &str, ratio: f64) -> Ratio {
        let what = format!("polls at equal delay, {}", self.name());
        Ratio::at_most(goal, what, schedule, "the optimum", ratio)
    }

    fn row(&self, name: &str, outcome: &Outcome) -> Row {
        let Outcome { cost: Cost { polls, delay }, p95, fewest } = outcome;
        let note = format!(
            "delay {delay:.2} s, p95 {p95:.2} s; the optimum at that delay {fewest:.2}, {:.3} ×",
            outcome.ratio()
        );
        Row::exact(self.name(), name, "polls", *polls).note(note)
    }

    /// The optimum's curve, and each way of asking as a point.
    fn plot(&self, n: usize, points: &[(&str, Outcome)]) -> Plot {
        let delays: Vec<f64> = (0..=40).map(|i| 0.8 * (f64::from(i) * 0.125).exp()).collect();
        let fewest = delays.iter().map(|&delay| self.optimum.polls_at(delay)).collect();
        let curve = Line { name: "the optimum".to_owned(), points: false, x: delays, y: fewest };
        let point = |(name, outcome): &(&str, Outcome)| {
            let (x, y) = (vec![outcome.cost.delay], vec![outcome.cost.polls]);
            Line { name: (*name).to_owned(), points: true, x, y }
        };
        Plot {
            file: format!("polling-{}.svg", n + 1),
            title: format!("Polls against delay: {}", self.name()),
            x: Axis::log("mean delay (s)"),
            y: Axis::log("polls"),
            lines: [curve].into_iter().chain(points.iter().map(point)).collect(),
            bars: Vec::new(),
        }
    }
}

impl Outcome {
    fn ratio(&self) -> f64 {
        self.cost.polls / self.fewest
    }
}

/// What else people do; the last questions are asked at the horizon.
fn others() -> Vec<(&'static str, Questions)> {
    vec![
        ("every 2 s", fixed(2.0, |gap| gap)),
        ("every 3 s", fixed(3.0, |gap| gap)),
        ("every 5 s", fixed(5.0, |gap| gap)),
        ("×1.5 from 2 s, at most 30 s", fixed(2.0, |gap| (gap * 1.5).min(30.0))),
        ("×2 from 2 s, at most 60 s", fixed(2.0, |gap| (gap * 2.0).min(60.0))),
        (
            "a payment switch: 60 s, then 5 × 300 s",
            vec![(0..6).map(|n| 60.0 + 300.0 * f64::from(n)).collect()],
        ),
        ("the vendor's advice: 2, 3, 4, then 5 s", fixed(2.0, |gap| (gap + 1.0).min(5.0))),
    ]
}

/// When executions ask, each with the jitter of its id.
fn engine(schedule: &Schedule, ids: usize) -> Questions {
    let policy = Policy::default().schedule(schedule.clone());
    reference_ids(ids).map(|id| asked_until(HORIZON, id, policy.clone())).collect()
}

/// Gaps that follow from one another, without jitter.
fn fixed(first: f64, next: impl Fn(f64) -> f64) -> Questions {
    let sequence = std::iter::successors(Some((first, first)), |&(t, gap)| Some((t + next(gap), next(gap))));
    vec![sequence.map(|(t, _)| t).take_while(|&t| t < HORIZON).collect()]
}

/// The delay in seconds that one completed payment in twenty exceeds.
fn p95(model: &Model, sequences: &Questions) -> f64 {
    let exceeding = |delay: f64| {
        let late = |(last, t): (f64, f64)| (model.completed(t - delay) - model.completed(last)).max(0.0);
        let all: f64 = sequences.iter().map(|times| pairs(times).map(late).sum::<f64>()).sum();
        all / real(sequences.len())
    };
    let twentieth = model.completed(HORIZON) / 20.0;
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

#[cfg(test)]
mod tests {
    use super::*;

    /// One question at 1 s finds out the share completed by then after 1 s at most, and all others at the horizon.
    #[test]
    fn the_95th_percentile_is_that_of_the_delay() {
        let model = &MODELS[0];
        let late = p95(model, &vec![vec![]]);
        assert!((model.completed(HORIZON - late) - 0.05 * model.completed(HORIZON)).abs() < 1e-3, "{late}");
        let every = fixed(2.0, |gap| gap);
        assert!((1.5..2.0).contains(&p95(model, &every)));
    }
}
