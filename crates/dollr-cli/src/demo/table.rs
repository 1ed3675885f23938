//! The live table, on stderr where that is a terminal.

use std::time::Duration;

use dollr_sim::Ledger;
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::demo::fate::{Fate, Outcome};
use crate::demo::stage::Stage;
use crate::failure::Failure;

pub(crate) const REFRESH: Duration = Duration::from_millis(150);

/// Drawings a second, at most: enough for a spinner.
const DRAWINGS: u8 = 8;

pub(crate) struct Table {
    rows: Vec<(&'static str, ProgressBar)>,
    footer: ProgressBar,
    all: MultiProgress,
}

impl Table {
    pub(crate) fn of(fates: &[Fate]) -> Self {
        let all = MultiProgress::with_draw_target(ProgressDrawTarget::stderr_with_hz(DRAWINGS));
        let style = |template| {
            ProgressStyle::with_template(template)
                .unwrap_or_else(|_| ProgressStyle::default_spinner())
                .tick_chars("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏✓")
        };
        let row = style("{spinner} {prefix:<38} {wide_msg}");
        let row = |fate: &Fate| {
            let bar = ProgressBar::new_spinner().with_style(row.clone()).with_prefix(fate.title);
            (fate.title, all.add(bar))
        };
        let rows: Vec<_> = fates.iter().map(row).collect();
        let fates = u64::try_from(fates.len()).unwrap_or(u64::MAX);
        let footer =
            all.add(ProgressBar::new(fates).with_style(style("\n  {pos} of {len} ended, {elapsed}")));
        // All rows are there now, so that they can be drawn over where they stand, without a flicker.
        all.set_move_cursor(true);
        Self { rows, footer, all }
    }

    /// Shows what the journal has of each payment, and what the vendor has seen.
    pub(crate) fn refresh(&self, stage: &Stage) {
        let ledger = stage.ledger();
        for (title, bar) in self.rows.iter().filter(|(_, bar)| !bar.is_finished()) {
            bar.tick();
            if let Some((key, state)) = stage.seen(title) {
                bar.set_message(message(&state, &key, &ledger));
            }
        }
        self.footer.tick();
    }

    pub(crate) fn end(&self, n: usize, outcome: &Result<Outcome, Failure>, ledger: &Ledger) {
        let message = match outcome {
            Ok(Outcome { report, .. }) => message(report.verdict.name(), &report.key, ledger),
            Err(failure) => failure.to_string(),
        };
        self.rows[n].1.finish_with_message(message);
        self.footer.inc(1);
    }

    pub(crate) fn clear(&self) {
        let _ = self.all.clear();
    }
}

/// How it stands, and the calls that the vendor has seen for it: those for a source name no reference id.
fn message(state: &str, key: &str, ledger: &Ledger) -> String {
    match ledger.reference(key) {
        Some(seen) => format!("{state:<10} {} POST, {} GET", seen.posts, seen.status_reads),
        None => state.to_string(),
    }
}
