//! What is learnt from payments that have ended, and how they are forgotten.

use std::time::Duration;

use dollr_core::Timestamp;
use rusqlite::Connection;

use super::rows::{all, most};
use crate::entry::Life;
use crate::stored::whole;

pub(super) fn lives(connection: &Connection, limit: usize) -> rusqlite::Result<Vec<Life>> {
    let sql = "SELECT state, max(ended_at - created_at, 0) FROM dollr_entries
               WHERE ended_at IS NOT NULL AND kind = 'execution' ORDER BY ended_at DESC LIMIT ?1";
    all(connection, sql, [most(limit)], |row| {
        let lasted = Duration::from_millis(row.get::<_, i64>(1)?.unsigned_abs());
        Ok(Life { state: row.get(0)?, lasted })
    })
}

pub(super) fn prune(connection: &Connection, before: Timestamp, limit: usize) -> rusqlite::Result<usize> {
    // An event may go only after its row has.
    connection.execute_batch(
        "PRAGMA defer_foreign_keys = 1; CREATE TEMP TABLE IF NOT EXISTS pruned (id INTEGER PRIMARY KEY)",
    )?;
    connection.execute("DELETE FROM pruned", [])?;
    let pruned = connection.execute(
        "INSERT INTO pruned SELECT id FROM dollr_entries
         WHERE ended_at < ?1 AND open = 0 AND due_at IS NULL AND NOT EXISTS (
             SELECT 1 FROM dollr_claims WHERE entry_id = dollr_entries.id AND fulfilled_at IS NULL)
         ORDER BY ended_at LIMIT ?2",
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
