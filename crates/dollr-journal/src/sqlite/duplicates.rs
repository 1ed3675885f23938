//! What was paid twice: all that has come in for an order is kept, and what came besides the first of it until somebody says what has become
//! of the money.

use dollr_core::{Receipt, SourceRef};
use rusqlite::{Connection, OptionalExtension, Row};

use super::rows::{COLUMNS, all, entry, most};
use crate::entry::{Duplicate, Kind};
use crate::stored::{moment, receipt};

/// Notes that a row is paid, once, however often it is written.
pub(super) fn note(connection: &Connection, key: &str, pays_for: Option<SourceRef>) -> rusqlite::Result<()> {
    let read = |row: &Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?));
    let Some((kind, order)) = connection.prepare_cached(WHOSE)?.query_row([key], read).optional()? else {
        return Ok(());
    };
    let read = |row: &Row<'_>| Ok(receipt(row.get(0)?, &row.get::<_, String>(1)?, row.get(2)?, row.get(3)?));
    let before = all(connection, BEFORE, [&order], read)?;
    let receipt = Receipt::new(key, kind == Kind::Execution.as_str(), pays_for).after(&before);
    let source = receipt.source.map(|source| source.to_string());
    connection.prepare_cached(NOTE)?.execute((key, source, &receipt.payment, receipt.besides(&before)))?;
    Ok(())
}

const WHOSE: &str = "SELECT kind, order_id FROM dollr_entries
    WHERE key = ?1 AND order_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM dollr_paid WHERE entry_id = dollr_entries.id)";

pub(super) const BEFORE: &str = "SELECT key, kind, source, payment
    FROM dollr_paid CROSS JOIN dollr_entries ON dollr_entries.id = entry_id WHERE dollr_paid.order_id = ?1 ORDER BY dollr_paid.id";

const NOTE: &str = "INSERT INTO dollr_paid (entry_id, order_id, source, payment, noted_at, besides)
    SELECT id, order_id, ?2, ?3, updated_at, ?4 FROM dollr_entries WHERE key = ?1";

pub(super) fn list(connection: &Connection, limit: usize) -> rusqlite::Result<Vec<Duplicate>> {
    all(connection, &list_sql(), [most(limit)], |row: &Row<'_>| {
        Ok(Duplicate { entry: entry(row)?, besides: row.get(13)?, at: moment(row.get(14)?) })
    })
}

pub(super) fn list_sql() -> String {
    format!(
        "SELECT {COLUMNS}, besides, noted_at
         FROM dollr_paid INDEXED BY dollr_paid_twice CROSS JOIN dollr_entries ON dollr_entries.id = entry_id
             LEFT JOIN dollr_work ON dollr_work.id = dollr_entries.id
         WHERE besides IS NOT NULL AND resolved_at IS NULL ORDER BY dollr_paid.id LIMIT ?1"
    )
}

/// It was dealt with.
pub(super) fn resolve(connection: &Connection, id: i64, now_ms: i64) -> rusqlite::Result<()> {
    let sql = "UPDATE dollr_paid SET resolved_at = ?2 WHERE entry_id = ?1 AND besides IS NOT NULL AND resolved_at IS NULL";
    connection.prepare_cached(sql)?.execute((id, now_ms)).map(drop)
}
