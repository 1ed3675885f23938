//! How payments that have ended are forgotten.

use dollr_core::Timestamp;
use rusqlite::Connection;

use super::rows::most;
use crate::stored::whole;

/// The rows that may be forgotten which ended before `?1`: none whose goods somebody has, or had and has not handed out, and none that was
/// paid twice and is not resolved.
const PRUNABLE: &str = "FROM dollr_entries
    WHERE ended_at < ?1 AND open = 0 AND attended = 0 AND NOT EXISTS (
        SELECT 1 FROM dollr_claims WHERE entry_id = dollr_entries.id AND fulfilled_at IS NULL)
    AND NOT EXISTS (
        SELECT 1 FROM dollr_paid
        WHERE entry_id = dollr_entries.id AND besides IS NOT NULL AND resolved_at IS NULL)
    AND NOT (deliver = 1 AND EXISTS (
        SELECT 1 FROM dollr_events WHERE entry_id = dollr_entries.id AND what = 'claim released'))";

pub(super) fn prunable(connection: &Connection, before: Timestamp) -> rusqlite::Result<usize> {
    let sql = format!("SELECT count(*) {PRUNABLE}");
    let count: i64 = connection.query_row(&sql, [whole(before.as_millis())], |row| row.get(0))?;
    Ok(usize::try_from(count).unwrap_or_default())
}

pub(super) fn prune(connection: &Connection, before: Timestamp, limit: usize) -> rusqlite::Result<usize> {
    // An event may go only after its row has.
    connection.execute_batch(
        "PRAGMA defer_foreign_keys = 1; CREATE TEMP TABLE IF NOT EXISTS pruned (id INTEGER PRIMARY KEY)",
    )?;
    connection.execute("DELETE FROM pruned", [])?;
    let pruned = connection.execute(
        &format!("INSERT INTO pruned SELECT id {PRUNABLE} ORDER BY ended_at LIMIT ?2"),
        (whole(before.as_millis()), most(limit)),
    )?;
    connection.execute_batch(
        "DELETE FROM dollr_entries WHERE id IN (SELECT id FROM pruned);
         DELETE FROM dollr_events WHERE entry_id IN (SELECT id FROM pruned);
         DELETE FROM dollr_claims WHERE entry_id IN (SELECT id FROM pruned);
         DELETE FROM pruned",
    )?;
    Ok(pruned)
}
