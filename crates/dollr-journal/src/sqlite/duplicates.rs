//! What was paid twice. The first payment of an order is registered, and each later one kept beside it until somebody says what has
//! become of its money: among the claims, as goods of their own.
//!
//! Executions and sources are counted apart: what was collected pays for its source, too, and the vendor does not say which.

use rusqlite::{Connection, Row};

use super::rows::{COLUMNS, WITH_WORK, all, entry, most};
use crate::entry::Duplicate;
use crate::stored::moment;

/// Registers what is paid now, or notes that it came besides what was registered before; once, however often it is written.
pub(super) fn note(connection: &Connection, key: &str) -> rusqlite::Result<()> {
    if connection.prepare_cached(REGISTER)?.execute([key])? == 0 {
        connection.prepare_cached(NOTE)?.execute([key])?;
    }
    Ok(())
}

const REGISTER: &str = "INSERT INTO dollr_claims (goods, entry_id, claimed_by, claimed_at, fulfilled_at)
    SELECT 'first ' || kind || ' ' || order_id, id, key, updated_at, updated_at
    FROM dollr_entries WHERE key = ?1 AND order_id IS NOT NULL
    ON CONFLICT (goods) DO NOTHING";

pub(super) const NOTE: &str = "INSERT INTO dollr_claims (goods, entry_id, claimed_by, claimed_at)
    SELECT 'duplicate ' || paid.key, paid.id, first.claimed_by, paid.updated_at
    FROM dollr_entries AS paid
    CROSS JOIN dollr_claims AS first ON goods = 'first ' || paid.kind || ' ' || paid.order_id
    WHERE paid.key = ?1 AND first.entry_id <> paid.id
    ON CONFLICT (goods) DO NOTHING";

pub(super) fn list(connection: &Connection, limit: usize) -> rusqlite::Result<Vec<Duplicate>> {
    all(connection, &list_sql(), [most(limit)], |row: &Row<'_>| {
        Ok(Duplicate { entry: entry(row)?, besides: row.get(13)?, at: moment(row.get(14)?) })
    })
}

pub(super) fn list_sql() -> String {
    format!(
        "SELECT {COLUMNS}, claimed_by, claimed_at
         FROM dollr_claims CROSS JOIN dollr_entries ON dollr_entries.id = entry_id {WITH_WORK}
         WHERE goods >= 'duplicate ' AND goods < 'duplicate!' AND fulfilled_at IS NULL
         ORDER BY goods LIMIT ?1"
    )
}
