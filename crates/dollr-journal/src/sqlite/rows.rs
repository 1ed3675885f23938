//! The statements of rows and events. Every value is bound, none is ever part of the SQL.

use std::sync::LazyLock;

use dollr_core::{Snapshot, Timestamp};
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Params, Row, named_params};

use super::duplicates;
use crate::entry::{Entry, Kind, Line, Order, Page, Version};
use crate::error::JournalError;
use crate::stored::{counted, moment, whole};

/// What [`entry`] reads, of an entry and its work.
pub(super) const COLUMNS: &str =
    "key, kind, dollr_entries.order_id, state, open, snapshot, version, created_at, dollr_entries.updated_at, due_at, despite,
     ended_at, coalesce(takes, 0)";

/// The work that belongs to an entry, if there is some.
pub(super) const WITH_WORK: &str = "LEFT JOIN dollr_work USING (id)";

/// What the goods of a row are claimed under: those of an order are handed out once, whichever attempt paid for them.
pub(super) const GOODS: &str =
    "CASE WHEN order_id IS NULL THEN 'payment ' || key ELSE 'order ' || order_id END";

pub(super) fn version(connection: &Connection, key: &str) -> rusqlite::Result<Option<Version>> {
    let Some((id, number)) = at(connection, key, None)? else { return Ok(None) };
    Ok(Some(counted(number, takes(connection, id)?)))
}

/// Where a row is, first of all at `place`, and how often it was written. Not how often it was taken: SQLite would plan one of both tables anew
/// for each key.
fn at(connection: &Connection, key: &str, place: Option<i64>) -> rusqlite::Result<Option<(i64, i64)>> {
    if let Some(id) = place {
        let mut there =
            connection.prepare_cached("SELECT version FROM dollr_entries WHERE id = ?1 AND key = ?2")?;
        if let Some(number) = there.query_row((id, key), |row| row.get(0)).optional()? {
            return Ok(Some((id, number)));
        }
    }
    let mut entry = connection.prepare_cached("SELECT id, version FROM dollr_entries WHERE key = ?1")?;
    entry.query_row([key], |row| Ok((row.get(0)?, row.get(1)?))).optional()
}

fn takes(connection: &Connection, id: i64) -> rusqlite::Result<i64> {
    let mut work = connection.prepare_cached("SELECT takes FROM dollr_work WHERE id = ?1")?;
    Ok(work.query_row([id], |row| row.get(0)).optional()?.unwrap_or_default())
}

pub(super) const HOLDER: &str = "SELECT key, state FROM dollr_entries INDEXED BY dollr_entries_order
     WHERE order_id = ?1 AND order_id IS NOT NULL AND holds_order = 1 ORDER BY id DESC LIMIT 1";

/// The attempt that holds this order.
pub(super) fn holder(connection: &Connection, order: &str) -> rusqlite::Result<Option<JournalError>> {
    let taken = |row: &Row<'_>| {
        Ok(JournalError::OrderTaken { order: order.to_owned(), key: row.get(0)?, state: row.get(1)? })
    };
    connection.prepare_cached(HOLDER)?.query_row([order], taken).optional()
}

/// The order that a row would take by being sent: none where it has it already, or may go without.
pub(super) fn wanted(connection: &Connection, key: &str) -> rusqlite::Result<Option<String>> {
    let sql = "SELECT order_id FROM dollr_entries
               WHERE key = ?1 AND holds_order = 0 AND despite IS NULL AND order_id IS NOT NULL";
    connection.prepare_cached(sql)?.query_row([key], |row| row.get(0)).optional()
}

pub(super) fn insert(
    connection: &Connection,
    key: &str,
    kind: Kind,
    order: Option<Order<'_>>,
    page: &Page<'_>,
    now: Timestamp,
) -> rusqlite::Result<Version> {
    connection
        .prepare_cached(
            "INSERT INTO dollr_entries (key, kind, order_id, despite, state, open, snapshot, version,
                 created_at, updated_at, attended, holds_order, deliver, ended_at)
             VALUES (:key, :kind, :order, :despite, :state, :open, :snapshot, :version,
                 :now, :now, :attended, :holds, :paid, CASE WHEN :open THEN NULL ELSE :now END)",
        )?
        .execute(named_params! {
            ":key": key, ":kind": kind.as_str(), ":order": order.map(|order| order.name),
            ":despite": order.and_then(|order| order.despite), ":state": page.state, ":open": page.open,
            ":snapshot": page.snapshot.as_str(), ":version": whole(Version::FIRST.number()),
            ":now": whole(now.as_millis()), ":attended": page.due.is_some(), ":holds": page.holds_order,
            ":paid": page.paid,
        })?;
    let id = connection.last_insert_rowid();
    if page.due.is_some() {
        begin_or_end(connection, id, page, now)?;
    }
    follow(connection, key, id, Version::FIRST, page, now)?;
    Ok(Version::FIRST)
}

/// Writes a row over that has the version `expected`; none where it has another. It may be at `place`. Nobody else writes meanwhile.
pub(super) fn update(
    connection: &Connection,
    (key, place): (&str, Option<i64>),
    expected: Version,
    page: &Page<'_>,
    now: Timestamp,
) -> rusqlite::Result<Option<Version>> {
    let found = at(connection, key, place)?.filter(|(_, number)| *number == whole(expected.number()));
    let Some((id, _)) = found else { return Ok(None) };
    let goes_on = goes_on(connection, id, expected, page, now)?;
    if !goes_on && takes(connection, id)? != whole(expected.takes()) {
        return Ok(None);
    }
    if !renew(connection, id, page, now)? {
        connection.prepare_cached(&UPDATE)?.execute(named_params! {
            ":state": page.state, ":open": page.open, ":snapshot": page.snapshot.as_str(), ":now": whole(now.as_millis()),
            ":attended": page.due.is_some(), ":holds": page.holds_order, ":order": page.order, ":paid": page.paid,
            ":id": id,
        })?;
    }
    if !goes_on {
        begin_or_end(connection, id, page, now)?;
    }
    follow(connection, key, id, expected.next(), page, now)?;
    Ok(Some(expected.next()))
}

/// Writes over the work of a row that was taken so often and goes on, as most do that were asked about; `false` where it was taken since, has
/// no work, or none is left.
fn goes_on(
    connection: &Connection,
    id: i64,
    expected: Version,
    page: &Page<'_>,
    now: Timestamp,
) -> rusqlite::Result<bool> {
    let Some(due) = page.due else { return Ok(false) };
    let values = (id, whole(expected.takes()), whole(due.as_millis()), whole(now.as_millis()));
    Ok(connection.prepare_cached(GO_ON)?.execute(values)? == 1)
}

const GO_ON: &str =
    "UPDATE dollr_work SET due_at = ?3, updated_at = ?4, holder = NULL, lease_until = NULL, takes = 0
    WHERE id = ?1 AND takes = ?2";

/// Writes over a row that stands as it stood, as most do that were asked about; `false` where it does not. A column that an index
/// has is written into the index, too, even if its value stays: so only the others are.
fn renew(connection: &Connection, id: i64, page: &Page<'_>, now: Timestamp) -> rusqlite::Result<bool> {
    if !page.open || page.paid || page.order.is_some() {
        return Ok(false);
    }
    let (now, attended) = (whole(now.as_millis()), page.due.is_some());
    let values = (page.snapshot.as_str(), now, id, page.state, page.holds_order, attended);
    Ok(connection.prepare_cached(RENEW)?.execute(values)? == 1)
}

const RENEW: &str = "UPDATE dollr_entries SET snapshot = ?1, version = version + 1, updated_at = ?2
    WHERE id = ?3 AND state = ?4 AND open = 1 AND holds_order = ?5 AND attended = ?6 AND deliver = 0 AND ended_at IS NULL";

/// The goods are to be delivered until somebody has claimed them for good.
static UPDATE: LazyLock<String> = LazyLock::new(|| {
    format!(
        "UPDATE dollr_entries
         SET state = :state, open = :open, snapshot = :snapshot, version = version + 1, updated_at = :now,
             attended = :attended, holds_order = :holds, order_id = coalesce(order_id, :order),
             ended_at = CASE WHEN :open THEN NULL ELSE coalesce(ended_at, :now) END,
             deliver = :paid AND NOT EXISTS (SELECT 1 FROM dollr_claims
                 WHERE goods = {GOODS} AND (lease_until IS NULL OR fulfilled_at IS NOT NULL))
         WHERE id = :id"
    )
});

/// The work that a row has from now on which had none, or has none any more.
fn begin_or_end(connection: &Connection, id: i64, page: &Page<'_>, now: Timestamp) -> rusqlite::Result<()> {
    if let Some(due) = page.due {
        let sql = "INSERT INTO dollr_work (id, due_at, updated_at) VALUES (?1, ?2, ?3)";
        let values = (id, whole(due.as_millis()), whole(now.as_millis()));
        connection.prepare_cached(sql)?.execute(values)?;
    } else {
        connection.prepare_cached("DELETE FROM dollr_work WHERE id = ?1")?.execute([id])?;
    }
    Ok(())
}

/// What goes with a write: the event, and that its order is paid.
fn follow(
    connection: &Connection,
    key: &str,
    id: i64,
    version: Version,
    page: &Page<'_>,
    now: Timestamp,
) -> rusqlite::Result<()> {
    if let Some(what) = page.what {
        note(connection, id, version, (what, page.state), now)?;
    }
    if page.paid { duplicates::note(connection, key, page.pays_for) } else { Ok(()) }
}

/// An event, and the state that the row has now.
pub(super) fn note(
    connection: &Connection,
    id: i64,
    version: Version,
    (what, state): (&str, &str),
    now: Timestamp,
) -> rusqlite::Result<()> {
    // Not `INSERT … SELECT`: beside a trigger, SQLite would put the one row into a table of its own first.
    let sql = "INSERT INTO dollr_events (entry_id, version, at, what, state) VALUES (?1, ?2, ?3, ?4, ?5)";
    let values = (id, whole(version.number()), whole(now.as_millis()), what, state);
    connection.prepare_cached(sql)?.execute(values)?;
    Ok(())
}

pub(super) fn load(connection: &Connection, key: &str) -> rusqlite::Result<Option<Entry>> {
    connection.prepare_cached(&LOAD)?.query_row([key], entry).optional()
}

static LOAD: LazyLock<String> =
    LazyLock::new(|| format!("SELECT {COLUMNS} FROM dollr_entries {WITH_WORK} WHERE key = ?1"));

pub(super) fn open(connection: &Connection) -> rusqlite::Result<Vec<Entry>> {
    all(connection, &open_sql(), [], entry)
}

pub(super) fn open_sql() -> String {
    format!(
        "SELECT {COLUMNS} FROM dollr_entries INDEXED BY dollr_entries_open {WITH_WORK} WHERE open = 1
         ORDER BY dollr_entries.id"
    )
}

pub(super) fn newest(connection: &Connection, limit: usize) -> rusqlite::Result<Vec<Entry>> {
    let sql =
        format!("SELECT {COLUMNS} FROM dollr_entries {WITH_WORK} ORDER BY dollr_entries.id DESC LIMIT ?1");
    all(connection, &sql, [most(limit)], entry)
}

pub(super) fn lines(connection: &Connection, key: &str) -> rusqlite::Result<Vec<Line>> {
    let sql = "SELECT at, what, dollr_events.state
               FROM dollr_events JOIN dollr_entries ON dollr_entries.id = entry_id
               WHERE key = ?1 ORDER BY dollr_events.version";
    all(connection, sql, [key], |row| {
        Ok(Line { at: moment(row.get(0)?), what: row.get(1)?, state: row.get(2)? })
    })
}

pub(super) fn all<T>(
    connection: &Connection,
    sql: &str,
    params: impl Params,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Vec<T>> {
    connection.prepare_cached(sql)?.query_map(params, read)?.collect()
}

/// A limit, as the database takes it.
pub(super) fn most(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// A row, in the order of [`COLUMNS`].
pub(super) fn entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
    let kind: String = row.get(1)?;
    let kind = Kind::parse(&kind).ok_or_else(|| {
        let why = "the kind is neither execution nor source";
        rusqlite::Error::FromSqlConversionFailure(1, Type::Text, why.into())
    })?;
    Ok(Entry {
        key: row.get(0)?,
        kind,
        order: row.get(2)?,
        state: row.get(3)?,
        open: row.get(4)?,
        snapshot: Snapshot::new(row.get::<_, String>(5)?),
        version: counted(row.get(6)?, row.get(12)?),
        created_at: moment(row.get(7)?),
        updated_at: moment(row.get(8)?),
        due: row.get::<_, Option<i64>>(9)?.map(moment),
        despite: row.get(10)?,
        ended_at: row.get::<_, Option<i64>>(11)?.map(moment),
    })
}
