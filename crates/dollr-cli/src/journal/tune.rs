//! `tune`: the schedule that would have suited this journal's payments. Which of them tell something, the core decides.

use std::fmt;
use std::time::Duration;

use dollr_client::core::{Estimate, Execution, Learned, Machine as _, Sample, Schedule, Timestamp};
use dollr_client::journal::{Entry, Journal, Kind};
use dollr_client::{Clock as _, SystemClock};
use serde::Serialize;
use serde_json::json;

use crate::failure::Failure;
use crate::output;

pub(super) fn run(
    journal: &impl Journal,
    delay: Option<Duration>,
    limit: usize,
    json: bool,
) -> Result<(), Failure> {
    let past = Past::of(&journal.entries(limit)?, SystemClock.now());
    let Past { samples, left_out, in_force } = &past;
    let learned = match delay {
        Some(delay) => Schedule::learn_at(samples, in_force, delay),
        None => Schedule::learn(samples, in_force),
    };
    let learned = learned.map_err(|e| Failure::new(format!("{e}; left out: {left_out}")))?;
    if json { say_object(&past, &learned) } else { say_text(&past, &learned) }
}

/// What the payments tell.
struct Past {
    samples: Vec<Duration>,
    left_out: LeftOut,
    /// The schedule of the newest payment.
    in_force: Schedule,
}

/// How many tell nothing, and why.
#[derive(Debug, Default, Serialize)]
struct LeftOut {
    too_young: usize,
    found_late: usize,
    no_end: usize,
    other_schedule: usize,
    unreadable: usize,
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { too_young, found_late, no_end, other_schedule, unreadable } = self;
        write!(
            f,
            "{too_young} sent less than half an hour ago, {found_late} whose end was found late, {no_end} that did not get \
             to an end, {other_schedule} asked about by another schedule, {unreadable} unreadable"
        )
    }
}

impl Past {
    fn of(entries: &[Entry], now: Timestamp) -> Self {
        let rows = entries.iter().filter(|entry| entry.kind == Kind::Execution);
        let rows = rows.map(|entry| (entry.ended_at, Execution::restore(&entry.snapshot)));
        let rows: Vec<_> = rows.collect();
        let newest = rows.iter().find_map(|(_, execution)| execution.as_ref().ok());
        let in_force = newest.map_or_else(Schedule::default, |newest| newest.schedule().clone());
        let (mut samples, mut left_out) = (Vec::new(), LeftOut::default());
        for (ended, execution) in &rows {
            let reason = match execution.as_ref().map(|execution| execution.sample(*ended, &in_force, now)) {
                Ok(Sample::Took(time)) => {
                    samples.push(time);
                    continue;
                }
                Ok(Sample::TooYoung) => &mut left_out.too_young,
                Ok(Sample::FoundLate) => &mut left_out.found_late,
                Ok(Sample::OtherSchedule) => &mut left_out.other_schedule,
                Ok(_) => &mut left_out.no_end,
                Err(_) => &mut left_out.unreadable,
            };
            *reason += 1;
        }
        Self { samples, left_out, in_force }
    }
}

fn say_object(past: &Past, learned: &Learned) -> Result<(), Failure> {
    let cost = |cost: Estimate| json!({ "polls": cost.polls, "delay_ms": cost.delay.as_millis() });
    output::say(json!({
        "schedule": learned.schedule,
        "before": cost(learned.before),
        "after": cost(learned.after),
        "samples": past.samples.len(),
        "left_out": past.left_out,
    }))
}

fn say_text(past: &Past, learned: &Learned) -> Result<(), Failure> {
    let cost = |when: &str, cost: Estimate| {
        let delay = cost.delay.as_secs_f64();
        output::note(format_args!(
            "  {when:<8} {:.1} questions a payment, each end found out {delay:.1} s late on average",
            cost.polls
        ));
    };
    output::note(format_args!("learned from {} payments; left out: {}", past.samples.len(), past.left_out));
    cost("now", learned.before);
    cost("learned", learned.after);
    if learned.schedule == past.in_force {
        output::note("  nothing cheaper was found: this is the schedule in force");
    } else {
        output::note(
            "  ask by it: put the next line into a file, and name that with --schedule or DOLLR_SCHEDULE",
        );
    }
    output::say(json!(learned.schedule))
}
