//! Who works on what: leases, and what all workers share.

use dollr_core::{Snapshot, Timestamp};
use rusqlite::{Connection, OptionalExtension, named_params};

use super::rows::{COLUMNS, all, entry, most};
use crate::entry::{Backlog, Entry, Lease, Version};
use crate::journal::{AHEAD, Change};
use crate::stored::{moment, whole};

/// Takes the rows that have been due for longest, in that order.
pub(super) fn take(
    connection: &Connection,
    lease: Lease<'_>,
    now: Timestamp,
) -> rusqlite::Result<Vec<Entry>> {
    let ahead = now.after(AHEAD);
    let mut all_taken = Vec::new();
    for due in [DUE, FAR_AHEAD] {
        let values = named_params! {
            ":holder": lease.holder, ":until": whole(now.after(lease.term).as_millis()),
            ":now": whole(now.as_millis()), ":ahead": whole(ahead.as_millis()),
            ":limit": most(lease.limit - all_taken.len()),
        };
        let sql = take_sql(due);
        let mut taken = all(connection, &sql, values, |row| Ok((row.get::<_, i64>(12)?, entry(row)?)))?;
        taken.sort_by_key(|(id, entry)| (entry.due, entry.updated_at, *id));
        all_taken.extend(taken.into_iter().map(|(_, entry)| entry));
        if all_taken.len() == lease.limit {
            break;
        }
    }
    Ok(all_taken)
}

pub(super) const DUE: &str = "due_at <= :now";
const FAR_AHEAD: &str = "due_at > :ahead";

pub(super) fn take_sql(due: &str) -> String {
    format!(
        "UPDATE dollr_entries SET holder = :holder, lease_until = :until, version = version + 1
         WHERE id IN (
             SELECT id FROM dollr_entries INDEXED BY dollr_entries_due
             WHERE {due} AND (lease_until IS NULL OR lease_until <= :now OR lease_until > :ahead)
             ORDER BY due_at, updated_at, id LIMIT :limit)
         RETURNING {COLUMNS}, id"
    )
}

pub(super) fn give_back(connection: &Connection, taken: &[(&str, Version)]) -> rusqlite::Result<()> {
    let sql = "UPDATE dollr_entries SET holder = NULL, lease_until = NULL WHERE key = ?1 AND version = ?2";
    let mut statement = connection.prepare_cached(sql)?;
    for (key, version) in taken {
        statement.execute((key, whole(version.number())))?;
    }
    Ok(())
}

pub(super) const BACKLOG: &str =
    "SELECT (SELECT count(*) FROM dollr_entries INDEXED BY dollr_entries_open WHERE open = 1), count(*), min(due_at)
     FROM dollr_entries INDEXED BY dollr_entries_due WHERE due_at <= ?1";

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
        "SELECT {COLUMNS} FROM dollr_entries INDEXED BY dollr_entries_unattended
         WHERE open = 1 AND due_at IS NULL ORDER BY id LIMIT ?1"
    )
}

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
