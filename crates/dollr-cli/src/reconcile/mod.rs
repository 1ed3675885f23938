//! `dollr reconcile`: one pass, or one after the other until a signal. What a pass does is the client's; here it is begun,
//! shown, counted and ended.

mod endpoint;
mod metrics;
mod report;

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use dollr_client::journal::JournalError;
use dollr_client::{Client, Error, Reconcile, Summary};
use indicatif::{ProgressBar, ProgressStyle};

use crate::args::{self, Args};
use crate::failure::Failure;
use crate::{output, settings, signals};
use metrics::{Outcome, Tally};
use report::Report;

pub(crate) fn run(args: &Args, how: &args::Reconcile) -> Result<ExitCode, Failure> {
    let client = settings::client_without_journal(args)?;
    let client = Arc::new(client.with_journal(settings::existing_journal(args)?));
    let reconciler = Reconciler { client, how, stop: signals::stop()?, tally: Arc::default() };
    if let Some(address) = how.metrics {
        endpoint::serve(address, Arc::clone(&reconciler.client), Arc::clone(&reconciler.tally))
            .map_err(|e| Failure::new(format!("--metrics: cannot listen on {address}: {e}")))?;
    }
    match how.every {
        None => reconciler.once(args.json),
        Some(every) => reconciler.ever_again(every, args.json),
    }
}

struct Reconciler<'a> {
    client: Arc<Client>,
    how: &'a args::Reconcile,
    stop: Arc<AtomicBool>,
    tally: Arc<Tally>,
}

impl Reconciler<'_> {
    fn once(&self, json: bool) -> Result<ExitCode, Failure> {
        let (summary, took) = self.pass()?;
        if json {
            report::say_object(&summary, took)?;
        } else {
            report::say_all(&summary)?;
        }
        Ok(if summary.needs_a_person() { ExitCode::from(5) } else { ExitCode::SUCCESS })
    }

    /// Until a signal. What has gone wrong in one pass may be right in the next.
    fn ever_again(&self, every: Duration, json: bool) -> Result<ExitCode, Failure> {
        let mut report = Report::default();
        while !self.is_stopped() {
            let begun = Instant::now();
            match self.pass() {
                Ok((summary, took)) if json => report::say_object(&summary, took)?,
                Ok((summary, _)) => report.say_new(&summary)?,
                Err(error) if is_lasting(&error) => return Err(error.into()),
                Err(error) => output::note(format_args!("dollr: {error}; the next pass tries again")),
            }
            self.rest_until(begun + every);
        }
        Ok(ExitCode::SUCCESS)
    }

    fn pass(&self) -> Result<(Summary, Duration), Error> {
        let begun = Instant::now();
        let bar = self.bar()?;
        let (tally, shown) = (Arc::clone(&self.tally), bar.clone());
        let watch = move |summary: &Summary| {
            tally.is_at(summary);
            shown.set_position(summary.asked);
            shown.set_message(report::verdicts(summary));
        };
        let mut how =
            Reconcile::default().workers(self.how.workers).stop(Arc::clone(&self.stop)).watch(watch);
        if let Some(limit) = self.how.rate {
            how = how.rate(limit);
        }
        if let Some(horizon) = self.how.horizon {
            how = how.horizon(horizon);
        }
        let summary = self.client.reconcile(&how);
        bar.finish_and_clear();
        if let Ok(summary) = &summary {
            self.tally.has_listed(summary);
        }
        self.tally.has_ended(match &summary {
            Ok(summary) if summary.stopped => Outcome::Stopped,
            Ok(_) => Outcome::Done,
            Err(_) => Outcome::Failed,
        });
        Ok((summary?, begun.elapsed()))
    }

    /// On stderr, where that is a terminal.
    fn bar(&self) -> Result<ProgressBar, Error> {
        const TEMPLATE: &str = "{bar:30} {pos}/{len} {elapsed} {msg}";
        let bar = ProgressBar::new(0);
        if !bar.is_hidden() {
            bar.set_style(
                ProgressStyle::with_template(TEMPLATE).unwrap_or_else(|_| ProgressStyle::default_bar()),
            );
            bar.set_length(self.client.backlog()?.due);
            bar.enable_steady_tick(Duration::from_millis(200));
        }
        Ok(bar)
    }

    fn rest_until(&self, until: Instant) {
        const STEP: Duration = Duration::from_millis(100);
        while !self.is_stopped() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            thread::sleep(left.min(STEP));
        }
    }

    fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

/// Whether the next pass would end in the same way, until somebody changes something.
fn is_lasting(error: &Error) -> bool {
    use JournalError::{Absent, Address, Forked, Newer};
    match error {
        Error::Authentication(_) | Error::Config(_) | Error::NoJournal | Error::Forked => true,
        Error::Journal(error) => {
            matches!(error, Absent { .. } | Address { .. } | Forked { .. } | Newer { .. })
        }
        Error::Payment { error, .. } => is_lasting(error),
        _ => false,
    }
}
