//! Who works on what: leases, and what all workers share.

use dollr_core::{Snapshot, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, named_params};

use super::duplicates;
use super::rows::{COLUMNS, WITH_WORK, all, entry, most, note};
use crate::entry::{Backlog, Entry, Lease, Version};
use crate::journal::{AHEAD, Change};
use crate::stored::{counted, moment, whole};

/// Takes the rows that have been due for longest, in that order, with where they are, while nobody else writes.
pub(super) fn take(
    connection: &Connection,
    lease: Lease<'_>,
    now: Timestamp,
) -> rusqlite::Result<Vec<(i64, Entry)>> {
    let until = whole(now.after(lease.term).as_millis());
    let mut free: Vec<(i64, Entry)> = Vec::new();
    for due in [DUE, FAR_AHEAD] {
        let values = named_params! {
            ":now": whole(now.as_millis()), ":ahead": whole(now.after(AHEAD).as_millis()),
            ":limit": most(lease.limit - free.len()),
        };
        free.extend(all(connection, &free_sql(due), values, |row| Ok((row.get(13)?, entry(row)?)))?);
        if free.len() == lease.limit {
            break;
        }
    }
    let mut take = connection.prepare_cached(TAKE)?;
    let taken = free.into_iter().map(|(id, entry)| {
        take.execute((lease.holder, until, id))?;
        Ok((id, Entry { version: entry.version.taken(1), ..entry }))
    });
    taken.collect()
}

pub(super) const DUE: &str = "due_at <= :now";
const FAR_AHEAD: &str = "due_at > :ahead";

pub(super) fn free_sql(due: &str) -> String {
    format!(
        "SELECT {COLUMNS}, id FROM dollr_work INDEXED BY dollr_work_due CROSS JOIN dollr_entries USING (id)
         WHERE {due} AND (lease_until IS NULL OR lease_until <= :now OR lease_until > :ahead)
         ORDER BY due_at, dollr_work.updated_at, id LIMIT :limit"
    )
}

const TAKE: &str = "UPDATE dollr_work SET holder = ?1, lease_until = ?2, takes = takes + 1 WHERE id = ?3";

/// That it was taken is not forgotten: who had it before stays refused.
const GIVE_BACK: &str = "UPDATE dollr_work SET holder = NULL, lease_until = NULL
    WHERE id = (SELECT id FROM dollr_entries WHERE key = ?1 AND version = ?2) AND takes = ?3";

pub(super) fn give_back(connection: &Connection, taken: &[(&str, Version)]) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(GIVE_BACK)?;
    for (key, version) in taken {
        statement.execute((key, whole(version.number()), whole(version.takes())))?;
    }
    Ok(())
}

pub(super) const BACKLOG: &str =
    "SELECT (SELECT count(*) FROM dollr_entries INDEXED BY dollr_entries_open WHERE open = 1), count(*), min(due_at)
     FROM dollr_work INDEXED BY dollr_work_due WHERE due_at <= ?1";

pub(super) fn backlog(connection: &Connection, now: Timestamp) -> rusqlite::Result<Backlog> {
    connection.prepare_cached(BACKLOG)?.query_row([whole(now.as_millis())], |row| {
        Ok(Backlog {
            open: row.get::<_, i64>(0)?.unsigned_abs(),
            due: row.get::<_, i64>(1)?.unsigned_abs(),
            oldest_due: row.get::<_, Option<i64>>(2)?.map(moment),
        })
    })
}

pub(super) fn unattended(connection: &Connection, limit: usize) -> rusqlite::Result<Vec<Entry>> {
    all(connection, &unattended_sql(), [most(limit)], entry)
}

pub(super) fn unattended_sql() -> String {
    format!(
        "SELECT {COLUMNS} FROM dollr_entries INDEXED BY dollr_entries_unattended {WITH_WORK}
         WHERE open = 1 AND attended = 0 ORDER BY dollr_entries.id LIMIT ?1"
    )
}

/// What nobody looks after, and what was paid twice, is taken off the list.
pub(super) fn resolve(
    connection: &Connection,
    key: &str,
    why: &str,
    now: Timestamp,
) -> rusqlite::Result<bool> {
    let now_ms = whole(now.as_millis());
    let read = |row: &Row<'_>| Ok((row.get(0)?, counted(row.get(1)?, 0), row.get::<_, String>(2)?));
    let resolved = connection.prepare_cached(RESOLVE)?.query_row((key, now_ms), read).optional()?;
    let Some((id, version, state)) = resolved else { return Ok(false) };
    duplicates::resolve(connection, id, now_ms)?;
    note(connection, id, version, (&format!("resolved: {why}"), &state), now)?;
    Ok(true)
}

const RESOLVE: &str = "UPDATE dollr_entries
    SET version = version + 1, open = 0, ended_at = coalesce(ended_at, ?2)
    WHERE key = ?1 AND (open = 1 AND attended = 0 OR EXISTS (
        SELECT 1 FROM dollr_paid
        WHERE entry_id = dollr_entries.id AND besides IS NOT NULL AND resolved_at IS NULL))
    RETURNING id, version, state";

pub(super) fn share(
    connection: &Connection,
    name: &str,
    now: Timestamp,
    change: Change<'_>,
) -> rusqlite::Result<()> {
    let kept: Option<String> = connection
        .prepare_cached("SELECT value FROM dollr_shared WHERE name = ?1")?
        .query_row([name], |row| row.get(0))
        .optional()?;
    if let Some(changed) = change(kept.map(Snapshot::new), now) {
        let sql = "INSERT INTO dollr_shared (name, value) VALUES (?1, ?2)
                   ON CONFLICT (name) DO UPDATE SET value = excluded.value";
        connection.prepare_cached(sql)?.execute((name, changed.as_str()))?;
    }
    Ok(())
}
