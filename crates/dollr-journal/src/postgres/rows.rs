//! The statements of rows and events. Every value is bound; only the tables' prefix, a plain name, is part of the SQL.
//! `{p}` stands for it, `{columns}` for those that [`entry`] reads.

use dollr_core::Snapshot;
use tokio_postgres::Row;

use super::fault::Fault;
use super::schema::named;
use crate::entry::{Entry, Kind, Line};
use crate::stored::{counted, moment};

const COLUMNS: &str =
    "key, kind, order_id, state, open, snapshot, version, created_at, updated_at, due_at, despite, ended_at";

/// What the goods of a row are claimed under: those of an order are handed out once, whichever attempt paid for them.
const GOODS: &str = "CASE WHEN order_id IS NULL THEN 'payment ' || key ELSE 'order ' || order_id END";

/// The server's clock: that of leases, which all machines share.
const CLOCK: &str = "(extract(epoch FROM statement_timestamp()) * 1000)::bigint";

/// What a page sets; the goods are to be delivered until somebody has claimed them for good.
const PAGE: &str = "state = w.state, open = w.open, snapshot = w.snapshot, version = w.expected + 1,
    updated_at = w.now, due_at = w.due, holder = NULL, lease_until = NULL, holds_order = w.holds,
    ended_at = CASE WHEN w.open THEN NULL ELSE coalesce(ended_at, w.now) END,
    deliver = w.paid AND NOT EXISTS (SELECT FROM {p}claims
        WHERE goods = {goods} AND ({p}claims.lease_until IS NULL OR fulfilled_at IS NOT NULL))";

/// A row and its event are one statement; it gives its transaction's id, or nothing where it wrote nothing.
pub(super) const INSERT: &str = "WITH made AS (
        INSERT INTO {p}entries (key, kind, order_id, despite, state, open, snapshot, version, created_at, updated_at,
            due_at, holds_order, deliver, ended_at)
        VALUES ($1, $2, $3, $4, $5::text, $6::boolean, $7, $8::bigint, $9::bigint, $9::bigint, $10, $11, $12,
            CASE WHEN $6::boolean THEN NULL ELSE $9::bigint END)
        ON CONFLICT (key) DO NOTHING RETURNING id),
    noted AS (
        INSERT INTO {p}events (entry_id, version, at, what, state)
        SELECT id, $8::bigint, $9::bigint, $13::text, $5::text FROM made WHERE $13::text IS NOT NULL)
    SELECT pg_current_xact_id()::xid::text FROM made";

pub(super) const UPDATE: &str = "WITH w AS (
        SELECT $1::text AS target, $2::bigint AS expected, $3::text AS state, $4::boolean AS open, $5::text AS snapshot,
            $6::bigint AS due, $7::boolean AS holds, $8::boolean AS paid, $9::text AS what, $10::bigint AS now),
    saved AS (
        UPDATE {p}entries SET {page} FROM w
        WHERE key = w.target AND version = w.expected
        RETURNING id, version, w.now, w.what, {p}entries.state),
    noted AS (
        INSERT INTO {p}events (entry_id, version, at, what, state)
        SELECT id, version, now, what, state FROM saved WHERE what IS NOT NULL)
    SELECT pg_current_xact_id()::xid::text FROM saved";

pub(super) const UPDATE_ALL: &str = "WITH w AS (
        SELECT *, $10::bigint AS now FROM unnest($1::text[], $2::bigint[], $3::text[], $4::boolean[], $5::text[],
            $6::bigint[], $7::boolean[], $8::boolean[], $9::text[])
            AS w (target, expected, state, open, snapshot, due, holds, paid, what)),
    saved AS (
        UPDATE {p}entries SET {page} FROM w
        WHERE key = w.target AND version = w.expected
        RETURNING id, key, version, w.now, w.what, {p}entries.state),
    noted AS (
        INSERT INTO {p}events (entry_id, version, at, what, state)
        SELECT id, version, now, what, state FROM saved WHERE what IS NOT NULL)
    SELECT key, version FROM saved";

/// Whoever wants an order waits here for others who want it.
pub(super) const LOCK_ORDER: &str =
    "SELECT pg_advisory_xact_lock(x'444C4C53'::int, hashtext('{p}' || $1::text))";

pub(super) const HOLDER: &str = "SELECT key, state FROM {p}entries
    WHERE order_id = $1 AND order_id IS NOT NULL AND holds_order ORDER BY id DESC LIMIT 1";

/// The order that a row would take by being sent: none where it has it already, or may go without.
pub(super) const WANTED: &str = "SELECT order_id FROM {p}entries
    WHERE key = $1 AND NOT holds_order AND despite IS NULL AND order_id IS NOT NULL";

pub(super) const VERSION: &str = "SELECT version FROM {p}entries WHERE key = $1";

/// An event stays as it was, and so does the id of the transaction that wrote it.
pub(super) const WRITTEN: &str =
    "SELECT EXISTS (SELECT FROM {p}entries WHERE key = $1 AND ({p}entries.xmin::text = $2
    OR EXISTS (SELECT FROM {p}events WHERE {p}entries.id = entry_id AND {p}events.xmin::text = $2)))";

pub(super) const LOAD: &str = "SELECT {columns} FROM {p}entries WHERE key = $1";
pub(super) const OPEN: &str = "SELECT {columns} FROM {p}entries WHERE open ORDER BY id";
pub(super) const NEWEST: &str = "SELECT {columns} FROM {p}entries ORDER BY id DESC LIMIT $1";
pub(super) const LINES: &str =
    "SELECT at, what, {p}events.state FROM {p}events JOIN {p}entries ON {p}entries.id = entry_id
    WHERE key = $1 ORDER BY {p}events.version";

/// The SQL for tables of this prefix.
pub(super) fn sql(text: &str, prefix: &str) -> String {
    let text = text.replace("{page}", PAGE).replace("{columns}", COLUMNS);
    named(&text.replace("{goods}", GOODS).replace("{clock}", CLOCK), prefix)
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
        due: row.try_get::<_, Option<i64>>(9)?.map(moment),
        despite: row.try_get(10)?,
        ended_at: row.try_get::<_, Option<i64>>(11)?.map(moment),
    })
}

pub(super) fn line(row: &Row) -> Result<Line, Fault> {
    Ok(Line { at: moment(row.try_get(0)?), what: row.try_get(1)?, state: row.try_get(2)? })
}
