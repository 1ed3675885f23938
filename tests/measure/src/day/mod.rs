//! A day of a million payments in virtual time, through the real machines under one budget, with and without an hour in
//! which the vendor cannot be reached. All calls share the budget. Whoever knew everything would make two: the request
//! itself, and one question at the right moment.

mod host;
mod shop;

use std::time::Duration;

use crate::report::{Axis, Line, Part, Plot, Ratio, Row};
use crate::rounds::{Series, real};
use dollr_core::Schedule;
use host::{Host, Kept};
use shop::{Customer, DAY, OUTAGE, PAYMENTS};

/// Calls a second, each at its time and none saved up, so that no second has more.
const BUDGET: u32 = 50;
const SEED: u64 = 20_250_615;
/// The mean delay that a schedule is learned for: shorter ones take more calls than there are.
const AFFORDED: Duration = Duration::from_secs(20);

pub(crate) fn measure() -> Part {
    let (default, learned) = (Schedule::default(), learned());
    let days = [
        ("default schedule, no outage", &default, None),
        ("default schedule, outage", &default, Some(OUTAGE)),
        ("learned schedule, outage", &learned, Some(OUTAGE)),
    ];
    let (mut rows, mut ratios, mut plots) = (Vec::new(), Vec::new(), Vec::new());
    for (name, schedule, outage) in days {
        let kept = Host::new(BUDGET, SEED, schedule.clone(), outage).run();
        rows.extend(figures(name, &kept));
        let peak = f64::from(kept.peak) / f64::from(BUDGET);
        ratios.push(Ratio::at_most(
            1.0,
            format!("calls in the busiest second, {name}"),
            "dollr",
            "the budget",
            peak,
        ));
        let each = kept.calls() / real(kept.delays.len()) / 2.0;
        ratios.push(Ratio::without_goal(
            format!("calls a payment, {name}"),
            "dollr",
            "perfect knowledge",
            each,
        ));
        plots.extend(curves(plots.len() / 2 + 1, name, &kept));
    }
    Part {
        title: "A day of a million payments",
        goal: "Under a budget of 50 calls a second, with an hour's outage: how many calls a payment takes, how late its verdict \
               is, how soon all is well again; and never more calls than the budget.",
        rows,
        ratios,
        plots,
        limits: limits(),
    }
}

/// For a mean delay that this budget can afford, from a thousand payments of another day.
fn learned() -> Schedule {
    let takes = |customer: &Customer| Duration::from_millis(customer.takes);
    let samples: Vec<_> = shop::customers(!SEED).iter().step_by(PAYMENTS / 1_000).map(takes).collect();
    Schedule::learn_at(&samples, &Schedule::default(), AFFORDED).expect("enough payments").schedule
}

fn limits() -> String {
    format!(
        "{PAYMENTS} payments of one day, most at noon and in the evening, when 22 come each second: their requests and one question \
         each are nine tenths of the budget, so at these hours the budget decides when a payment is asked about, and not its schedule. \
         A request goes before a question. 90 % complete and 4 % are declined after the times of the model “{}”; 6 % are left \
         alone, and fail after 15 minutes. A call takes 200 ms. In the outage, from 12 to 13 o'clock, no connection comes about while \
         customers go on approving; a request that cannot be sent for five minutes is given up, and counts in none of the delays. After \
         its five minutes a payment is looked after until its end, and asked about once more an hour after it has failed. Seed {SEED}.",
        shop::model().name
    )
}

fn figures(name: &str, kept: &Kept) -> Vec<Row> {
    let delays = Series::from(kept.delays.clone());
    let payments = real(kept.delays.len());
    let row = |what: &str, unit, value: f64| Row::exact(what, name, unit, value);
    let delay = |what, share| row(what, "s", delays.quantile(share));
    let mut rows = vec![
        row("payments with a verdict", "", payments),
        row("payments that were never sent", "", f64::from(kept.unsent)),
        row("calls a payment", "calls", kept.calls() / payments)
            .note("with its request; perfect knowledge makes 2"),
        row("questions a payment", "calls", f64::from(kept.questions) / payments)
            .note("perfect knowledge makes 1"),
        delay("delay of a verdict, median", 0.5).note("from the payment's end to the verdict"),
        delay("delay of a verdict, p95", 0.95),
        delay("delay of a verdict, p99", 0.99),
        row("calls in the busiest second", "calls", f64::from(kept.peak)),
        row("machines that lived at once", "", real(kept.most_open)),
    ];
    if let Some(recovered) = kept.recovery() {
        let note = "until no more ends are unknown than there were in the ten minutes before it";
        rows.push(row("recovery after the outage", "s", recovered).note(note));
    }
    rows
}

fn curves(n: usize, name: &str, kept: &Kept) -> [Plot; 2] {
    // A point for every fifth minute is as much as can be seen.
    let shown = kept.minutes.iter().enumerate().take(DAY / 60_000 + 60).step_by(5);
    let hours = || shown.clone().map(|(minute, _)| real(minute) / 60.0);
    let line = |name: &str, y: &dyn Fn(&host::Minute) -> f64| {
        let y = shown.clone().map(|(_, minute)| y(minute)).collect();
        Line { name: name.to_owned(), points: false, x: hours().collect(), y }
    };
    let plot = |kind: &str, title: &str, label, lines| Plot {
        file: format!("day-{kind}-{n}.svg"),
        title: format!("{title}, {name}"),
        x: Axis::linear("hour"),
        y: Axis::linear(label),
        lines,
        bars: Vec::new(),
    };
    let backlog = vec![
        line("payments that are open", &|minute| real(minute.open)),
        line("whose end is not known yet", &|minute| real(minute.unknown)),
    ];
    let calls = vec![
        line("calls", &|minute| f64::from(minute.calls) / 60.0),
        line("of which requests", &|minute| f64::from(minute.sends) / 60.0),
    ];
    [plot("backlog", "The backlog", "payments", backlog), plot("calls", "Calls", "calls a second", calls)]
}
