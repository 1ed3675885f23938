//! Who works on what: leases, and what all workers share.

use std::cell::RefCell;

use dollr_core::{Snapshot, Timestamp};

use super::PostgresJournal;
use super::fault::Fault;
use super::rows::entry;
use super::wire::{Values, Wire};
use super::write::With;
use crate::entry::{Backlog, Entry, Lease, Version};
use crate::error::JournalError;
use crate::journal::{AHEAD, Change};
use crate::stored::{moment, whole};

/// What was saved since the statement began is left for the next one, by its `ctid`: the entry could not be read as it is.
pub(super) const TAKE: &str = "WITH due AS (
        SELECT ctid FROM {p}work WHERE due_at <= $1 AND (lease_until IS NULL OR lease_until <= {clock})
        ORDER BY due_at, updated_at, id LIMIT $2 FOR UPDATE SKIP LOCKED),
    taken AS (
        UPDATE {p}work SET holder = $3, lease_until = {clock} + $4, takes = takes + 1
        WHERE ctid = ANY (ARRAY(SELECT due.ctid FROM due)) RETURNING *)
    SELECT {columns}, taken.updated_at, id FROM taken JOIN {p}entries USING (id)";

/// That it was taken is not forgotten: who had it before stays refused.
const GIVE_BACK: &str = "UPDATE {p}work SET holder = NULL, lease_until = NULL
    FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS taken (key, version, takes) JOIN {p}entries USING (key, version)
    WHERE {p}work.id = {p}entries.id AND {p}work.takes = taken.takes";

/// A plan for any moment takes a third of all rows to be due, unless there are two bounds.
pub(super) const BACKLOG: &str = "SELECT (SELECT count(*) FROM {p}entries WHERE open), count(*), min(due_at)
    FROM {p}work WHERE due_at >= 0 AND due_at <= $1";

pub(super) const UNATTENDED: &str =
    "SELECT {columns} FROM {entries} WHERE open AND NOT attended ORDER BY id LIMIT $1";

/// What is shared is lost by nobody but a server that loses its power: it is not worth waiting for the disk.
const BEGIN_SHARING: &str = "BEGIN; SET LOCAL synchronous_commit = off";
const LOCK_SHARED: &str = "SELECT pg_advisory_xact_lock(x'444C4C54'::int, hashtext('{p}' || $1::text))";
const SHARED: &str = "SELECT {clock}, (SELECT value FROM {p}shared WHERE name = $1)";
const SHARE: &str = "INSERT INTO {p}shared (name, value) VALUES ($1, $2)
    ON CONFLICT (name) DO UPDATE SET value = excluded.value";

/// Takes the rows that have been due for longest, in that order.
pub(super) fn take(
    journal: &PostgresJournal,
    lease: Lease<'_>,
    now: Timestamp,
) -> Result<Vec<Entry>, JournalError> {
    let term = i64::try_from(lease.term.as_millis()).unwrap_or(i64::MAX / 2);
    let mut all_taken = Vec::new();
    let far_ahead = TAKE.replace("due_at <= $1", "due_at > $1");
    for (sql, moment) in [(TAKE, now), (&far_ahead, now.after(AHEAD))] {
        let moment = whole(moment.as_millis());
        let limit = i64::try_from(lease.limit - all_taken.len()).unwrap_or(i64::MAX);
        let mut taken = journal.rows(sql, &[&moment, &limit, &lease.holder, &term], |row| {
            let entry = entry(row)?;
            Ok(((entry.due, row.try_get::<_, i64>(13)?, row.try_get::<_, i64>(14)?), entry))
        })?;
        taken.sort_by_key(|(place, _)| *place);
        all_taken.extend(taken.into_iter().map(|(_, entry)| entry));
        if all_taken.len() == lease.limit {
            break;
        }
    }
    Ok(all_taken)
}

pub(super) fn give_back(journal: &PostgresJournal, taken: &[(&str, Version)]) -> Result<(), JournalError> {
    let keys: Vec<&str> = taken.iter().map(|(key, _)| *key).collect();
    let versions: Vec<i64> = taken.iter().map(|(_, version)| whole(version.number())).collect();
    let times: Vec<i64> = taken.iter().map(|(_, version)| whole(version.takes())).collect();
    journal.rows(GIVE_BACK, &[&keys, &versions, &times], |_| Ok(())).map(drop)
}

pub(super) fn backlog(journal: &PostgresJournal, now: Timestamp) -> Result<Backlog, JournalError> {
    let counts = journal.rows(BACKLOG, &[&whole(now.as_millis())], |row| {
        Ok(Backlog {
            open: row.try_get::<_, i64>(0)?.unsigned_abs(),
            due: row.try_get::<_, i64>(1)?.unsigned_abs(),
            oldest_due: row.try_get::<_, Option<i64>>(2)?.map(moment),
        })
    })?;
    Ok(counts.into_iter().next().unwrap_or_default())
}

pub(super) fn unattended(journal: &PostgresJournal, limit: usize) -> Result<Vec<Entry>, JournalError> {
    journal.rows(UNATTENDED, &[&i64::try_from(limit).unwrap_or(i64::MAX)], entry)
}

/// What nobody looks after, and what was paid twice, is taken off the list.
const RESOLVE: &str = "WITH resolved AS (
        UPDATE {p}entries SET version = version + 1, open = false, ended_at = coalesce(ended_at, $3::bigint)
        WHERE key = $1 AND (open AND NOT attended OR EXISTS (
            SELECT FROM {p}paid WHERE entry_id = {p}entries.id AND besides IS NOT NULL AND resolved_at IS NULL))
        RETURNING id, version, state),
    paid_twice AS (
        UPDATE {p}paid SET resolved_at = $3::bigint FROM resolved
        WHERE entry_id = resolved.id AND besides IS NOT NULL AND resolved_at IS NULL),
    noted AS (
        INSERT INTO {p}events (entry_id, version, at, what, state)
        SELECT id, version, $3::bigint, 'resolved: ' || $2::text, state FROM resolved)
    SELECT pg_current_xact_id()::xid::text FROM resolved";

pub(super) fn resolve(
    journal: &PostgresJournal,
    key: &str,
    why: &str,
    now: Timestamp,
) -> Result<bool, JournalError> {
    if PostgresJournal::unfit("key", key).is_err() {
        return Ok(false);
    }
    let values: Values<'_> = &[&key, &why, &whole(now.as_millis())];
    journal.write(&journal.sql(RESOLVE), values, key, With::Nothing)
}

pub(super) fn share(journal: &PostgresJournal, name: &str, change: Change<'_>) -> Result<(), JournalError> {
    let change = RefCell::new(change);
    let [lock, shared, share] = [LOCK_SHARED, SHARED, SHARE].map(|text| journal.sql(text));
    journal.pool.with(|wire: &mut Wire| {
        let [_, rows] = wire.begin(BEGIN_SHARING, [(&*lock, &[&name]), (&*shared, &[&name])])?;
        let Some(row) = rows.first() else { return Err(Fault::Odd("no clock")) };
        let kept: Option<String> = row.try_get(1)?;
        let changed = (change.borrow_mut())(kept.map(Snapshot::new), moment(row.try_get(0)?));
        if let Some(changed) = changed {
            wire.rows(&share, &[&name, &changed.as_str()])?;
        }
        wire.batch("COMMIT")
    })
}
