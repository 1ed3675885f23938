//! The statements. Every value is bound, none is ever part of the SQL.

use dollr_core::{Snapshot, Timestamp};
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Params, Row, named_params};

use crate::entry::{Entry, Kind, Line, Page, Version};
use crate::stored::{counted, moment, whole};

const COLUMNS: &str = "key, kind, order_id, state, open, snapshot, version, created_at, updated_at";

pub(super) fn version(connection: &Connection, key: &str) -> rusqlite::Result<Option<Version>> {
    connection
        .prepare_cached("SELECT version FROM dollr_entries WHERE key = ?1")?
        .query_row([key], |row| row.get(0).map(counted))
        .optional()
}

pub(super) fn insert(
    connection: &Connection,
    key: &str,
    kind: Kind,
    order: Option<&str>,
    page: &Page<'_>,
    now: Timestamp,
) -> rusqlite::Result<Version> {
    connection
        .prepare_cached(
            "INSERT INTO dollr_entries (key, kind, order_id, state, open, snapshot, version, created_at, updated_at)
             VALUES (:key, :kind, :order, :state, :open, :snapshot, :version, :now, :now)",
        )?
        .execute(named_params! {
            ":key": key, ":kind": kind.as_str(), ":order": order, ":state": page.state, ":open": page.open,
            ":snapshot": page.snapshot.as_str(), ":version": whole(Version::FIRST.number()), ":now": whole(now.as_millis()),
        })?;
    append(connection, key, Version::FIRST, page, now)
}

pub(super) fn update(
    connection: &Connection,
    key: &str,
    expected: Version,
    page: &Page<'_>,
    now: Timestamp,
) -> rusqlite::Result<Version> {
    let next = expected.next();
    let changed = connection
        .prepare_cached(
            "UPDATE dollr_entries
             SET state = :state, open = :open, snapshot = :snapshot, version = :next, updated_at = :now
             WHERE key = :key AND version = :expected",
        )?
        .execute(named_params! {
            ":state": page.state, ":open": page.open, ":snapshot": page.snapshot.as_str(), ":now": whole(now.as_millis()),
            ":key": key, ":expected": whole(expected.number()), ":next": whole(next.number()),
        })?;
    if changed == 1 {
        append(connection, key, next, page, now)
    } else {
        Err(rusqlite::Error::StatementChangedRows(changed))
    }
}

/// The event that goes with a write.
fn append(
    connection: &Connection,
    key: &str,
    version: Version,
    page: &Page<'_>,
    now: Timestamp,
) -> rusqlite::Result<Version> {
    connection
        .prepare_cached(
            "INSERT INTO dollr_events (entry_id, version, at, what, state)
             SELECT id, :version, :now, :what, :state FROM dollr_entries WHERE key = :key",
        )?
        .execute(named_params! {
            ":key": key, ":version": whole(version.number()), ":now": whole(now.as_millis()),
            ":what": page.what, ":state": page.state,
        })?;
    Ok(version)
}

pub(super) fn load(connection: &Connection, key: &str) -> rusqlite::Result<Option<Entry>> {
    let sql = format!("SELECT {COLUMNS} FROM dollr_entries WHERE key = ?1");
    connection.prepare_cached(&sql)?.query_row([key], entry).optional()
}

pub(super) fn open(connection: &Connection) -> rusqlite::Result<Vec<Entry>> {
    all(connection, &open_sql(), [], entry)
}

pub(super) fn open_sql() -> String {
    format!("SELECT {COLUMNS} FROM dollr_entries INDEXED BY dollr_entries_open WHERE open = 1 ORDER BY id")
}

pub(super) fn newest(connection: &Connection, limit: usize) -> rusqlite::Result<Vec<Entry>> {
    let sql = format!("SELECT {COLUMNS} FROM dollr_entries ORDER BY id DESC LIMIT ?1");
    all(connection, &sql, [i64::try_from(limit).unwrap_or(i64::MAX)], entry)
}

pub(super) fn lines(connection: &Connection, key: &str) -> rusqlite::Result<Vec<Line>> {
    let sql = "SELECT at, what, dollr_events.state
               FROM dollr_events JOIN dollr_entries ON dollr_entries.id = entry_id
               WHERE key = ?1 ORDER BY dollr_events.version";
    all(connection, sql, [key], |row| {
        Ok(Line { at: moment(row.get(0)?), what: row.get(1)?, state: row.get(2)? })
    })
}

fn all<T>(
    connection: &Connection,
    sql: &str,
    params: impl Params,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Vec<T>> {
    connection.prepare_cached(sql)?.query_map(params, read)?.collect()
}

/// A row, in the order of [`COLUMNS`].
fn entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
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
        version: counted(row.get(6)?),
        created_at: moment(row.get(7)?),
        updated_at: moment(row.get(8)?),
    })
}
