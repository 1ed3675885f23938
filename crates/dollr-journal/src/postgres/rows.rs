//! The statements of rows and events. Every value is bound; only the tables' prefix, a plain name, is part of the SQL.
//! `{p}` stands for it, `{columns}` for those that [`entry`] reads of `{entries}`.

use dollr_core::Snapshot;
use tokio_postgres::Row;

use super::fault::Fault;
use super::schema::named;
use crate::entry::{Entry, Kind, Line};
use crate::stored::{counted, moment};

/// Of an entry and its work.
const COLUMNS: &str =
    "key, kind, {p}entries.order_id, state, open, snapshot, version, created_at, {p}entries.updated_at, due_at, despite,
    ended_at, coalesce(takes, 0)";

/// Entries, each with the work that belongs to it, if there is some.
const ENTRIES: &str = "{p}entries LEFT JOIN {p}work USING (id)";

/// What the goods of a row are claimed under: those of an order are handed out once, whichever attempt paid for them.
const GOODS: &str = "CASE WHEN order_id IS NULL THEN 'payment ' || key ELSE 'order ' || order_id END";

/// The server's clock: that of leases, which all machines share.
const CLOCK: &str = "(extract(epoch FROM statement_timestamp()) * 1000)::bigint";

/// What a page sets; the goods are to be delivered until somebody has claimed them for good.
const PAGE: &str = "state = w.state, open = w.open, snapshot = w.snapshot, version = w.expected + 1,
    updated_at = w.now, attended = w.due IS NOT NULL, holds_order = w.holds, order_id = coalesce(order_id, w.for_order),
    ended_at = CASE WHEN w.open THEN NULL ELSE coalesce(ended_at, w.now) END,
    deliver = w.paid AND NOT EXISTS (SELECT FROM {p}claims
        WHERE goods = {goods} AND ({p}claims.lease_until IS NULL OR fulfilled_at IS NOT NULL))";

/// Of two that have read the same version, a save and a take, one is refused. Where either sees that the other was first, by
/// `takes` or by the lease that is gone, that is plain. Where they cross, the save has changed the version of the entry, which
/// the take has not seen, before it waits for the row of the work: it goes through, and who took the row names a version
/// that is no more.
const UNTAKEN: &str = "key = w.target AND version = w.expected
    AND coalesce((SELECT takes FROM {p}work WHERE {p}work.id = {p}entries.id), 0) = w.takes";

/// What goes with each row in `saved`: the work that is left, which nobody has taken yet, and the event.
const FOLLOWING: &str = "worked AS (
        INSERT INTO {p}work (id, due_at, updated_at) SELECT id, due, now FROM saved WHERE due IS NOT NULL
        ON CONFLICT (id) DO UPDATE SET due_at = excluded.due_at, updated_at = excluded.updated_at, holder = NULL,
            lease_until = NULL, takes = 0),
    done AS (DELETE FROM {p}work USING saved WHERE {p}work.id = saved.id AND due IS NULL),
    noted AS (
        INSERT INTO {p}events (entry_id, version, at, what, state)
        SELECT id, version, now, what, state FROM saved WHERE what IS NOT NULL)";

/// A row, its work and its event are one statement; it gives its transaction's id, or nothing where it wrote nothing.
pub(super) const INSERT: &str = "WITH made AS (
        INSERT INTO {p}entries (key, kind, order_id, despite, state, open, snapshot, version, created_at, updated_at,
            attended, holds_order, deliver, ended_at)
        VALUES ($1, $2, $3, $4, $5, $6::boolean, $7, $8, $9::bigint, $9::bigint, $10::bigint IS NOT NULL, $11, $12,
            CASE WHEN $6::boolean THEN NULL ELSE $9::bigint END)
        ON CONFLICT (key) DO NOTHING RETURNING id, version, state),
    saved AS (SELECT *, $9::bigint AS now, $10::bigint AS due, $13::text AS what FROM made),
    {following}
    SELECT pg_current_xact_id()::xid::text FROM saved";

pub(super) const UPDATE: &str = "WITH w AS (
        SELECT $1::text AS target, $2::bigint AS expected, $3::bigint AS takes, $4::text AS state, $5::boolean AS open,
            $6::text AS snapshot, $7::bigint AS due, $8::boolean AS holds, $9::boolean AS paid, $10::text AS what,
            $11::bigint AS now, $12::text AS for_order),
    saved AS (
        UPDATE {p}entries SET {page} FROM w WHERE {untaken}
        RETURNING id, version, w.now, w.due, w.what, {p}entries.state),
    {following}
    SELECT pg_current_xact_id()::xid::text FROM saved";

pub(super) const UPDATE_ALL: &str = "WITH w AS (
        SELECT *, $11::bigint AS now FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::boolean[],
            $6::text[], $7::bigint[], $8::boolean[], $9::boolean[], $10::text[], $12::text[])
            AS w (target, expected, takes, state, open, snapshot, due, holds, paid, what, for_order)),
    saved AS (
        UPDATE {p}entries SET {page} FROM w WHERE {untaken}
        RETURNING id, key, version, w.now, w.due, w.what, {p}entries.state),
    {following}
    SELECT key, version FROM saved";

/// Whoever wants an order waits here for others who want it.
pub(super) const LOCK_ORDER: &str =
    "SELECT pg_advisory_xact_lock(x'444C4C53'::int, hashtext('{p}' || $1::text))";

pub(super) const HOLDER: &str = "SELECT key, state FROM {p}entries
    WHERE order_id = $1 AND order_id IS NOT NULL AND holds_order ORDER BY id DESC LIMIT 1";

/// The order that a row would take by being sent: none where it has it already, or may go without.
pub(super) const WANTED: &str = "SELECT order_id FROM {p}entries
    WHERE key = $1 AND NOT holds_order AND despite IS NULL AND order_id IS NOT NULL";

pub(super) const VERSION: &str = "SELECT version, coalesce(takes, 0) FROM {entries} WHERE key = $1";

/// An event stays as it was, and so does the id of the transaction that wrote it.
pub(super) const WRITTEN: &str =
    "SELECT EXISTS (SELECT FROM {p}entries WHERE key = $1 AND ({p}entries.xmin::text = $2
    OR EXISTS (SELECT FROM {p}events WHERE {p}entries.id = entry_id AND {p}events.xmin::text = $2)))";

pub(super) const LOAD: &str = "SELECT {columns} FROM {entries} WHERE key = $1";
pub(super) const OPEN: &str = "SELECT {columns} FROM {entries} WHERE open ORDER BY id";
pub(super) const NEWEST: &str = "SELECT {columns} FROM {entries} ORDER BY id DESC LIMIT $1";
pub(super) const LINES: &str =
    "SELECT at, what, {p}events.state FROM {p}events JOIN {p}entries ON {p}entries.id = entry_id
    WHERE key = $1 ORDER BY {p}events.version";

/// The SQL for tables of this prefix.
pub(super) fn sql(text: &str, prefix: &str) -> String {
    let text = text.replace("{page}", PAGE).replace("{untaken}", UNTAKEN).replace("{following}", FOLLOWING);
    let text = text.replace("{columns}", COLUMNS).replace("{entries}", ENTRIES);
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
        version: counted(row.try_get(6)?, row.try_get(12)?),
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
