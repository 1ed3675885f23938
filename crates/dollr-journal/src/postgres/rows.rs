//! The statements. Every value is bound; only the tables' prefix, a plain name, is part of the SQL.

use dollr_core::Snapshot;
use tokio_postgres::Row;

use super::fault::Fault;
use super::schema::named;
use crate::entry::{Entry, Kind, Line};
use crate::stored::{counted, moment};

const COLUMNS: &str = "key, kind, order_id, state, open, snapshot, version, created_at, updated_at";

/// The SQL, with the prefix of this journal's tables.
pub(super) struct Statements {
    pub(super) insert: String,
    pub(super) update: String,
    pub(super) version: String,
    pub(super) written: String,
    pub(super) load: String,
    pub(super) open: String,
    pub(super) newest: String,
    pub(super) lines: String,
}

impl Statements {
    pub(super) fn new(prefix: &str) -> Self {
        let sql = |text: &str| named(&text.replace("{columns}", COLUMNS), prefix);
        Self {
            // A row and its event are one statement; it gives its transaction's id, or nothing where it wrote nothing.
            insert: sql("WITH made AS (
                     INSERT INTO {p}entries ({columns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)
                     ON CONFLICT (key) DO NOTHING RETURNING id)
                 INSERT INTO {p}events (entry_id, version, at, what, state)
                 SELECT id, $7, $8, $9, $4 FROM made RETURNING pg_current_xact_id()::xid::text"),
            update: sql("WITH saved AS (
                     UPDATE {p}entries SET state = $3, open = $4, snapshot = $5, version = $6, updated_at = $7
                     WHERE key = $1 AND version = $2 RETURNING id)
                 INSERT INTO {p}events (entry_id, version, at, what, state)
                 SELECT id, $6, $7, $8, $3 FROM saved RETURNING pg_current_xact_id()::xid::text"),
            version: sql("SELECT version FROM {p}entries WHERE key = $1"),
            // An event stays as it was, and so does the id of the transaction that wrote it.
            written: sql("SELECT EXISTS (SELECT FROM {p}events JOIN {p}entries ON {p}entries.id = entry_id
                 WHERE key = $1 AND {p}events.version = $2 AND {p}events.xmin::text = $3)"),
            load: sql("SELECT {columns} FROM {p}entries WHERE key = $1"),
            open: sql("SELECT {columns} FROM {p}entries WHERE open ORDER BY id"),
            newest: sql("SELECT {columns} FROM {p}entries ORDER BY id DESC LIMIT $1"),
            lines: sql(
                "SELECT at, what, {p}events.state FROM {p}events JOIN {p}entries ON {p}entries.id = entry_id
                 WHERE key = $1 ORDER BY {p}events.version",
            ),
        }
    }
}

/// A row, in the order of [`COLUMNS`].
pub(super) fn entry(row: &Row) -> Result<Entry, Fault> {
    let kind: &str = row.try_get(1)?;
    let wrong = || Fault::Odd("a row's kind is neither execution nor source");
    Ok(Entry {
        key: row.try_get(0)?,
        kind: Kind::parse(kind).ok_or_else(wrong)?,
        order: row.try_get(2)?,
        state: row.try_get(3)?,
        open: row.try_get(4)?,
        snapshot: Snapshot::new(row.try_get::<_, String>(5)?),
        version: counted(row.try_get(6)?),
        created_at: moment(row.try_get(7)?),
        updated_at: moment(row.try_get(8)?),
    })
}

pub(super) fn line(row: &Row) -> Result<Line, Fault> {
    Ok(Line { at: moment(row.try_get(0)?), what: row.try_get(1)?, state: row.try_get(2)? })
}
