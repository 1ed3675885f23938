//! The live table, on stderr where that is a terminal.

use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::demo::fate::{Fate, Outcome};
use crate::demo::stage::Stage;
use crate::failure::Failure;

pub(crate) const REFRESH: Duration = Duration::from_millis(150);

pub(crate) struct Table {
    rows: Vec<(&'static str, ProgressBar)>,
    all: MultiProgress,
}

impl Table {
    pub(crate) fn of(fates: &[Fate]) -> Self {
        let all = MultiProgress::new();
        let style = ProgressStyle::with_template("{spinner} {prefix:<38} {msg}")
            .unwrap_or_else(|_| ProgressStyle::default_spinner())
            .tick_chars("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏✓");
        let row = |fate: &Fate| {
            let bar = all.add(ProgressBar::new_spinner().with_style(style.clone()).with_prefix(fate.title));
            bar.enable_steady_tick(REFRESH);
            (fate.title, bar)
        };
        Self { rows: fates.iter().map(row).collect(), all }
    }

    /// Shows what the journal has of each payment, and what the vendor has seen.
    pub(crate) fn refresh(&self, stage: &Stage) {
        let ledger = stage.ledger();
        for (title, bar) in self.rows.iter().filter(|(_, bar)| !bar.is_finished()) {
            if let Some((key, state)) = stage.seen(title) {
                let (posts, reads) = (ledger.posts(&key), ledger.status_reads(&key));
                let calls =
                    if key.contains(':') { String::new() } else { format!("{posts} POST, {reads} GET") };
                bar.set_message(format!("{state:<10} {calls}"));
            }
        }
    }

    pub(crate) fn end(&self, n: usize, outcome: &Result<Outcome, Failure>) {
        let message = match outcome {
            Ok(outcome) => outcome.report.verdict.name().to_string(),
            Err(failure) => failure.to_string(),
        };
        self.rows[n].1.finish_with_message(message);
    }

    pub(crate) fn clear(&self) {
        let _ = self.all.clear();
    }
}
