//! What was paid twice. The first payment of an order is registered, and each later one kept beside it until somebody says what has
//! become of its money: among the claims, as goods of their own.
//!
//! Executions and sources are counted apart: what was collected pays for its source, too, and the vendor does not say which.

use super::PostgresJournal;
use super::fault::Fault;
use super::rows::entry;
use super::wire::Wire;
use crate::entry::Duplicate;
use crate::error::JournalError;
use crate::stored::moment;

/// Registers what is paid now. In one order, so that of two who do so neither waits for the other.
const REGISTER: &str = "INSERT INTO {p}claims (goods, entry_id, claimed_by, claimed_at, fulfilled_at)
    SELECT 'first ' || kind || ' ' || order_id, id, key, updated_at, updated_at
    FROM {p}entries WHERE key = ANY($1) AND order_id IS NOT NULL ORDER BY order_id, kind, id
    ON CONFLICT (goods) DO NOTHING";

/// Notes what came besides a payment that was registered before; once, however often it is written.
pub(super) const NOTE: &str = "INSERT INTO {p}claims (goods, entry_id, claimed_by, claimed_at)
    SELECT 'duplicate ' || paid.key, paid.id, first.claimed_by, paid.updated_at
    FROM {p}entries AS paid JOIN {p}claims AS first ON goods = 'first ' || paid.kind || ' ' || paid.order_id
    WHERE paid.key = ANY($1) AND first.entry_id <> paid.id
    ON CONFLICT (goods) DO NOTHING";

pub(super) const LIST: &str = "SELECT {columns}, claimed_by, claimed_at
    FROM {p}claims JOIN {p}entries ON {p}entries.id = entry_id LEFT JOIN {p}work USING (id)
    WHERE goods >= 'duplicate ' AND goods < 'duplicate!' AND fulfilled_at IS NULL
    ORDER BY goods LIMIT $1";

/// What was paid in this transaction. Another one that registers the same order is waited for, so that the note sees it.
pub(super) fn note(journal: &PostgresJournal, wire: &mut Wire, keys: &[&str]) -> Result<(), Fault> {
    wire.rows(&journal.sql(REGISTER), &[&keys])?;
    wire.rows(&journal.sql(NOTE), &[&keys]).map(drop)
}

pub(super) fn list(journal: &PostgresJournal, limit: usize) -> Result<Vec<Duplicate>, JournalError> {
    journal.rows(LIST, &[&i64::try_from(limit).unwrap_or(i64::MAX)], |row| {
        Ok(Duplicate { entry: entry(row)?, besides: row.try_get(13)?, at: moment(row.try_get(14)?) })
    })
}
