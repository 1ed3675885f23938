//! `prune`: forgets payments that ended long ago.

use std::time::Duration;

use dollr_client::core::Timestamp;
use dollr_client::journal::Journal;
use dollr_client::{Clock as _, SystemClock};
use serde_json::json;

use crate::failure::Failure;
use crate::output;

/// So many at once, so that nobody waits long for the journal.
const BATCH: usize = 500;

pub(super) fn run(
    journal: &impl Journal,
    older_than: Duration,
    dry_run: bool,
    json: bool,
) -> Result<(), Failure> {
    let ago = u64::try_from(older_than.as_millis()).unwrap_or(u64::MAX);
    let before = Timestamp::from_millis(SystemClock.now().as_millis().saturating_sub(ago));
    let count = if dry_run { journal.prunable(before)? } else { forget(journal, before)? };
    if json {
        let name = if dry_run { "to_forget" } else { "forgotten" };
        return output::say(json!({ name: count, "ended_before": before.to_string() }));
    }
    let what = if dry_run { "would be forgotten" } else { "forgotten" };
    output::say(format_args!("{count} that ended before {before} {what}"))
}

fn forget(journal: &impl Journal, before: Timestamp) -> Result<usize, Failure> {
    let mut forgotten = 0;
    loop {
        match journal.prune(before, BATCH)? {
            0 => return Ok(forgotten),
            batch => forgotten += batch,
        }
    }
}
