//! What is counted since the process began, and how it stands now, in Prometheus' text format 0.0.4.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::sync::{Mutex, MutexGuard, PoisonError};

use dollr_client::core::{Budget, BudgetAction, Timestamp, Why};
use dollr_client::journal::Backlog;
use dollr_client::{Clock as _, Summary, SystemClock};

/// Each verdict that a payment can have: all are there from the start, so that an increase from nothing is seen.
const VERDICTS: [&str; 8] =
    ["canceled", "failed", "mismatch", "not_landed", "open", "paid", "refused", "stuck"];

/// How a pass ended.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Done,
    Stopped,
    Failed,
}

/// What all passes have come to.
#[derive(Default)]
pub(super) struct Tally(Mutex<Totals>);

#[derive(Default)]
struct Totals {
    /// Of the passes that have ended, and of the present one.
    before: Counts,
    present: Counts,
    done: u64,
    stopped: u64,
    failed: u64,
    last_done: Option<Timestamp>,
    /// What the last pass has listed for a person: what is stuck, and what was paid twice.
    listed: Option<(usize, usize)>,
}

#[derive(Default, Clone)]
struct Counts {
    polls: u64,
    posts: u64,
    throttled: u64,
    conflicts: u64,
    unreadable: u64,
    overtaken: u64,
    verdicts: BTreeMap<&'static str, u64>,
}

/// What the journal says.
pub(super) struct Standing {
    pub(super) backlog: Backlog,
    pub(super) budget: Option<Budget>,
}

impl Counts {
    fn of(summary: &Summary) -> Self {
        let count = |list: usize| u64::try_from(list).unwrap_or(u64::MAX);
        Self {
            polls: summary.calls.status.into(),
            posts: summary.calls.execute.into(),
            throttled: summary.throttled,
            conflicts: count(summary.conflicts.len()),
            unreadable: count(summary.unreadable.len()),
            overtaken: summary.overtaken,
            verdicts: summary.verdicts.clone(),
        }
    }

    fn and(mut self, other: &Self) -> Self {
        self.polls += other.polls;
        self.posts += other.posts;
        self.throttled += other.throttled;
        self.conflicts += other.conflicts;
        self.unreadable += other.unreadable;
        self.overtaken += other.overtaken;
        for (name, count) in &other.verdicts {
            *self.verdicts.entry(name).or_default() += count;
        }
        self
    }
}

impl Tally {
    /// The present pass has come so far.
    pub(super) fn is_at(&self, summary: &Summary) {
        self.totals().present = Counts::of(summary);
    }

    /// The present pass has listed what a person must look at.
    pub(super) fn has_listed(&self, summary: &Summary) {
        self.totals().listed = Some((summary.stuck.len(), summary.duplicates.len()));
    }

    /// The present pass has ended.
    pub(super) fn has_ended(&self, outcome: Outcome) {
        let mut totals = self.totals();
        let present = std::mem::take(&mut totals.present);
        totals.before = std::mem::take(&mut totals.before).and(&present);
        match outcome {
            Outcome::Done => {
                totals.done += 1;
                totals.last_done = Some(SystemClock.now());
            }
            Outcome::Stopped => totals.stopped += 1,
            Outcome::Failed => totals.failed += 1,
        }
    }

    /// The text for Prometheus: what was counted, and what the journal says now; without that where it cannot be read.
    pub(super) fn text(&self, standing: Option<&Standing>) -> String {
        let (now, mut text) = (SystemClock.now(), Text::default());
        self.totals().write(&mut text);
        let is_readable = u8::from(standing.is_some());
        text.gauge("dollr_journal_up", "Whether the journal could be read just now.", is_readable);
        if let Some(Standing { backlog, budget }) = standing {
            write_backlog(&mut text, backlog, now);
            if let Some(budget) = budget {
                write_budget(&mut text, budget, now);
            }
        }
        text.0
    }

    fn totals(&self) -> MutexGuard<'_, Totals> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Totals {
    fn write(&self, text: &mut Text) {
        let counts = self.before.clone().and(&self.present);
        text.counter("dollr_polls_total", "Questions to the vendor about a payment's status.", counts.polls);
        text.counter("dollr_posts_total", "Requests to the vendor that move money.", counts.posts);
        text.counter("dollr_throttled_total", "Calls that the vendor answered 429.", counts.throttled);
        let name = "dollr_verdicts_total";
        text.head(name, "counter", "Payments that were asked about, by how they stood then.");
        for verdict in VERDICTS {
            let count = counts.verdicts.get(verdict).copied().unwrap_or_default();
            text.labelled(name, "verdict", verdict, count);
        }
        let what = "Ends that a later answer contradicted: a person must look.";
        text.counter("dollr_conflicts_total", what, counts.conflicts);
        let what = "Rows of the journal that could not be read: a person must look.";
        text.counter("dollr_unreadable_total", what, counts.unreadable);
        let what = "Rows that another process had written meanwhile.";
        text.counter("dollr_overtaken_total", what, counts.overtaken);
        if let Some((stuck, duplicates)) = self.listed {
            let what = "Payments that the last pass found stuck: a person must look, and resolve each.";
            text.gauge("dollr_payments_stuck", what, stuck);
            let what = "Payments of orders that others had paid for, as of the last pass: a person must resolve each.";
            text.gauge("dollr_payments_duplicate", what, duplicates);
        }
        let name = "dollr_passes_total";
        text.head(name, "counter", "Passes that have ended, by how.");
        for (outcome, count) in [("done", self.done), ("stopped", self.stopped), ("failed", self.failed)] {
            text.labelled(name, "outcome", outcome, count);
        }
        if let Some(moment) = self.last_done {
            let what = "When a pass was last done, since the Unix epoch.";
            text.gauge("dollr_last_pass_timestamp_seconds", what, Thousandths(moment.as_millis()));
        }
    }
}

fn write_backlog(text: &mut Text, backlog: &Backlog, now: Timestamp) {
    let lag =
        backlog.oldest_due.map_or(0, |due| u64::try_from(now.since(due).as_millis()).unwrap_or(u64::MAX));
    text.gauge("dollr_payments_open", "Payments without a final verdict.", backlog.open);
    text.gauge("dollr_payments_due", "Payments that should be looked after now.", backlog.due);
    text.gauge("dollr_due_lag_seconds", "How late the oldest of those is.", Thousandths(lag));
}

fn write_budget(text: &mut Text, budget: &Budget, now: Timestamp) {
    let (limit, rate) = (budget.limit().milli_calls_per_second(), budget.milli_calls_per_second());
    let cool_down = match budget.next(now) {
        BudgetAction::Wait { until, why: Why::CoolDown } => until.since(now).as_millis(),
        _ => 0,
    };
    let cool_down = u64::try_from(cool_down).unwrap_or(u64::MAX);
    let what = "Calls that all together may make in a second: the limit, or less after 429s.";
    text.gauge("dollr_budget_calls_per_second", what, Thousandths(rate.into()));
    let what = "Calls that all together may make in a second without trouble.";
    text.gauge("dollr_budget_limit_calls_per_second", what, Thousandths(limit.into()));
    let what = "How long nobody calls, because the vendor wants it so.";
    text.gauge("dollr_budget_cool_down_seconds", what, Thousandths(cool_down));
}

/// A number that is kept in thousandths.
struct Thousandths(u64);

impl fmt::Display for Thousandths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:03}", self.0 / 1_000, self.0 % 1_000)
    }
}

#[derive(Default)]
struct Text(String);

impl Text {
    fn counter(&mut self, name: &str, help: &str, value: impl fmt::Display) {
        self.head(name, "counter", help);
        self.line(format_args!("{name} {value}"));
    }

    fn gauge(&mut self, name: &str, help: &str, value: impl fmt::Display) {
        self.head(name, "gauge", help);
        self.line(format_args!("{name} {value}"));
    }

    fn head(&mut self, name: &str, kind: &str, help: &str) {
        self.line(format_args!("# HELP {name} {help}"));
        self.line(format_args!("# TYPE {name} {kind}"));
    }

    fn labelled(&mut self, name: &str, label: &str, value: &str, count: u64) {
        self.line(format_args!("{name}{{{label}=\"{value}\"}} {count}"));
    }

    fn line(&mut self, line: fmt::Arguments<'_>) {
        // A `String` has room for all of it.
        let _ = writeln!(self.0, "{line}");
    }
}
