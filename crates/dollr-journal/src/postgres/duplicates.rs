//! What was paid twice: all that has come in for an order is kept, and what came besides the first of it until somebody says what has become
//! of the money.

use std::collections::BTreeMap;

use dollr_core::{Receipt, SourceRef};

use super::PostgresJournal;
use super::fault::Fault;
use super::rows::entry;
use super::wire::Wire;
use crate::entry::{Duplicate, Kind};
use crate::error::JournalError;
use crate::stored::{moment, receipt};

/// A row that is paid, and for which source, where that is known.
pub(super) type Paid<'a> = (&'a str, Option<SourceRef>);

/// Which of these rows have an order, and were not noted before.
const WHOSE: &str = "SELECT key, kind, order_id FROM {p}entries
    WHERE key = ANY($1) AND order_id IS NOT NULL AND NOT EXISTS (SELECT FROM {p}paid WHERE entry_id = {p}entries.id) ORDER BY id";

/// Whoever notes something of an order waits here for others who do, after all rows are written: so that of two neither waits for the other.
const LOCK: &str = "SELECT pg_advisory_xact_lock(x'444C4C55'::int, number)
    FROM (SELECT DISTINCT hashtext('{p}' || name) AS number FROM unnest($1::text[]) AS name ORDER BY 1) AS orders";

pub(super) const BEFORE: &str = "SELECT {p}paid.order_id, key, kind, source, payment
    FROM {p}paid JOIN {p}entries ON {p}entries.id = entry_id WHERE {p}paid.order_id = ANY($1) ORDER BY {p}paid.id";

const NOTE: &str = "INSERT INTO {p}paid (entry_id, order_id, source, payment, noted_at, besides)
    SELECT id, order_id, noted.source, noted.payment, updated_at, noted.besides
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) WITH ORDINALITY AS noted (target, source, payment, besides, nth)
        JOIN {p}entries ON key = target ORDER BY nth";

pub(super) const LIST: &str = "SELECT {columns}, besides, noted_at
    FROM {p}paid JOIN {p}entries ON {p}entries.id = entry_id LEFT JOIN {p}work ON {p}work.id = {p}entries.id
    WHERE besides IS NOT NULL AND resolved_at IS NULL ORDER BY {p}paid.id LIMIT $1";

/// Notes what was paid in this transaction, once, however often it is written.
pub(super) fn note(journal: &PostgresJournal, wire: &mut Wire, paid: &[Paid<'_>]) -> Result<(), Fault> {
    let keys: Vec<_> = paid.iter().map(|(key, _)| *key).collect();
    let read = |row: &tokio_postgres::Row| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?));
    let rows = wire.rows(&journal.sql(WHOSE), &[&keys])?;
    let new: Vec<(String, String, String)> = rows.iter().map(read).collect::<Result<_, Fault>>()?;
    if new.is_empty() {
        return Ok(());
    }
    let orders: Vec<_> = new.iter().map(|(_, _, order)| order.as_str()).collect();
    wire.rows(&journal.sql(LOCK), &[&orders])?;
    let mut before: BTreeMap<String, Vec<Receipt>> = BTreeMap::new();
    for row in wire.rows(&journal.sql(BEFORE), &[&orders])? {
        let kind: String = row.try_get(2)?;
        let one = receipt(row.try_get(1)?, &kind, row.try_get(3)?, row.try_get(4)?);
        before.entry(row.try_get(0)?).or_default().push(one);
    }
    let pays_for: BTreeMap<_, _> = paid.iter().copied().collect();
    let (mut sources, mut payments, mut besides) = (Vec::new(), Vec::new(), Vec::new());
    for (key, kind, order) in &new {
        let before = before.entry(order.clone()).or_default();
        let source = pays_for.get(key.as_str()).copied().flatten();
        let receipt = Receipt::new(key, *kind == Kind::Execution.as_str(), source).after(before);
        sources.push(source.map(|source| source.to_string()));
        payments.push(receipt.payment.clone());
        besides.push(receipt.besides(before).map(str::to_owned));
        before.push(receipt);
    }
    let keys: Vec<_> = new.iter().map(|(key, _, _)| key.as_str()).collect();
    wire.rows(&journal.sql(NOTE), &[&keys, &sources, &payments, &besides]).map(drop)
}

pub(super) fn list(journal: &PostgresJournal, limit: usize) -> Result<Vec<Duplicate>, JournalError> {
    journal.rows(LIST, &[&i64::try_from(limit).unwrap_or(i64::MAX)], |row| {
        Ok(Duplicate { entry: entry(row)?, besides: row.try_get(13)?, at: moment(row.try_get(14)?) })
    })
}
