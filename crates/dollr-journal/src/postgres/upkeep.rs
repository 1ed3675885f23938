//! How payments that have ended are forgotten.

use dollr_core::Timestamp;

use super::PostgresJournal;
use super::wire::Wire;
use crate::error::JournalError;
use crate::stored::whole;

/// The rows that may be forgotten which ended before `$1`: none whose goods somebody has, or had and has not handed out, and none that was
/// paid twice and is not resolved.
const PRUNABLE: &str = "FROM {p}entries
    WHERE ended_at < $1 AND NOT open AND NOT attended AND NOT EXISTS (
        SELECT FROM {p}claims WHERE entry_id = {p}entries.id AND fulfilled_at IS NULL)
    AND NOT EXISTS (
        SELECT FROM {p}paid WHERE entry_id = {p}entries.id AND besides IS NOT NULL AND resolved_at IS NULL)
    AND NOT (deliver AND EXISTS (
        SELECT FROM {p}events WHERE entry_id = {p}entries.id AND what = 'claim released'))";

/// An event may go only after its row has.
const PRUNE: [&str; 3] = [
    "DELETE FROM {p}claims WHERE entry_id = ANY($1) AND fulfilled_at IS NOT NULL",
    "DELETE FROM {p}entries WHERE id = ANY($1)",
    "DELETE FROM {p}events WHERE entry_id = ANY($1)",
];

pub(super) fn prunable(journal: &PostgresJournal, before: Timestamp) -> Result<usize, JournalError> {
    let counts =
        journal.rows(&format!("SELECT count(*) {PRUNABLE}"), &[&whole(before.as_millis())], |row| {
            Ok(usize::try_from(row.try_get::<_, i64>(0)?).unwrap_or_default())
        })?;
    Ok(counts.first().copied().unwrap_or_default())
}

pub(super) fn prune(
    journal: &PostgresJournal,
    before: Timestamp,
    limit: usize,
) -> Result<usize, JournalError> {
    let (before, limit) = (whole(before.as_millis()), most(limit));
    let prunable = format!("SELECT id {PRUNABLE} ORDER BY ended_at LIMIT $2 FOR UPDATE SKIP LOCKED");
    let (prunable, steps) = (journal.sql(&prunable), PRUNE.map(|text| journal.sql(text)));
    journal.pool.with(|wire: &mut Wire| {
        wire.batch("BEGIN; SET CONSTRAINTS ALL DEFERRED")?;
        let rows = wire.rows(&prunable, &[&before, &limit])?;
        let ids = rows.iter().map(|row| row.try_get(0)).collect::<Result<Vec<i64>, _>>()?;
        for step in &steps {
            wire.rows(step, &[&ids])?;
        }
        wire.batch("COMMIT")?;
        Ok(ids.len())
    })
}

fn most(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
