//! Who hands out the goods of a payment: claims, of which there is one for each order.

use std::sync::Arc;
use std::time::Duration;

use dollr_core::Timestamp;

use super::PostgresJournal;
use super::rows::{LOAD, entry};
use super::wire::Wire;
use super::write::With;
use crate::entry::{Claim, Entry};
use crate::error::JournalError;
use crate::stored::{moment, whole};

/// A claim, and the event that says so. One that has a term can be made only over one whose term is over.
const CLAIM: &str = "WITH made AS (
        INSERT INTO {p}claims (entry_id, goods, claimed_by, claimed_at, lease_until)
        SELECT id, {goods}, $2::text, $3::bigint, {clock} + $4::bigint FROM {p}entries WHERE key = $1
        ON CONFLICT (goods) DO UPDATE
        SET entry_id = excluded.entry_id, claimed_by = excluded.claimed_by, claimed_at = excluded.claimed_at,
            lease_until = excluded.lease_until
        WHERE excluded.lease_until IS NOT NULL AND {p}claims.lease_until <= {clock}
            AND {p}claims.fulfilled_at IS NULL
        RETURNING entry_id, lease_until IS NOT NULL AS deliver, 'claimed by ' || $2::text AS what),";

const FULFIL: &str = "WITH made AS (
        UPDATE {p}claims SET fulfilled_at = $3
        WHERE entry_id = (SELECT id FROM {p}entries WHERE key = $1) AND fulfilled_at IS NULL
            AND ($2::text IS NULL OR claimed_by = $2)
        RETURNING entry_id, false AS deliver, 'fulfilled' AS what),";

const RELEASE: &str = "WITH made AS (
        DELETE FROM {p}claims
        WHERE entry_id = (SELECT id FROM {p}entries WHERE key = $1) AND fulfilled_at IS NULL
            AND ($2::text IS NULL OR claimed_by = $2)
        RETURNING entry_id, true AS deliver, 'claim released' AS what),";

const PUT_OFF: &str = "WITH made AS (
        UPDATE {p}claims SET lease_until = {clock} + $4::bigint
        WHERE entry_id = (SELECT id FROM {p}entries WHERE key = $1) AND fulfilled_at IS NULL
            AND lease_until IS NOT NULL AND claimed_by = $2
        RETURNING entry_id, true AS deliver, 'put off' AS what),";

/// What happened to the goods of a row is an event of it; `deliver` says whether they are still to be handed out.
const TELL: &str = "told AS (
        UPDATE {p}entries SET version = version + 1, deliver = made.deliver FROM made
        WHERE id = entry_id RETURNING id, version, what, state),
    noted AS (
        INSERT INTO {p}events (entry_id, version, at, what, state)
        SELECT id, version, $3::bigint, what, state FROM told)
    SELECT pg_current_xact_id()::xid::text FROM told";

const CLAIMED: &str = "SELECT claimant.key, claimed_by, claimed_at, fulfilled_at
    FROM {p}claims JOIN {p}entries AS claimant ON claimant.id = entry_id
    WHERE goods = (SELECT {goods} FROM {p}entries WHERE key = $1)";

pub(super) const PAID: &str = "SELECT key FROM {p}entries
    WHERE deliver AND ended_at >= $1 AND NOT EXISTS (
        SELECT FROM {p}claims
        WHERE goods = {goods} AND fulfilled_at IS NULL AND {p}claims.lease_until > {clock})
    ORDER BY ended_at, id LIMIT 1 FOR UPDATE SKIP LOCKED";

/// Where another payment of the same order has its goods for good. Where somebody has them for a term, who was faster by a
/// moment, they may have to be given again.
const DELIVERED: &str = "UPDATE {p}entries SET deliver = false
    WHERE key = $1 AND EXISTS (
        SELECT FROM {p}claims
        WHERE goods = {goods} AND ({p}claims.lease_until IS NULL OR fulfilled_at IS NOT NULL))";

fn telling(journal: &PostgresJournal, what: &str) -> Arc<str> {
    journal.sql(&format!("{what} {TELL}"))
}

/// Makes a claim for good; the one that is there, if there is one.
pub(super) fn claim(
    journal: &PostgresJournal,
    key: &str,
    by: &str,
    now: Timestamp,
) -> Result<Option<Claim>, JournalError> {
    let (now, term) = (whole(now.as_millis()), None::<i64>);
    if journal.write(&telling(journal, CLAIM), &[&key, &by, &now, &term], key, With::Nothing)? {
        return Ok(None);
    }
    match claimed(journal, key)? {
        Some(claim) => Ok(Some(claim)),
        None => Err(JournalError::Unknown { key: key.to_owned() }),
    }
}

pub(super) fn claimed(journal: &PostgresJournal, key: &str) -> Result<Option<Claim>, JournalError> {
    let mut found = journal.rows(CLAIMED, &[&key], |row| {
        Ok(Claim {
            key: row.try_get(0)?,
            by: row.try_get(1)?,
            at: moment(row.try_get(2)?),
            fulfilled_at: row.try_get::<_, Option<i64>>(3)?.map(moment),
        })
    })?;
    Ok(found.pop())
}

/// Claims what is to be delivered, for a term. Where the answer is lost, the term's end brings it back.
pub(super) fn take_paid(
    journal: &PostgresJournal,
    by: &str,
    term: Duration,
    since: Timestamp,
    now: Timestamp,
) -> Result<Option<Entry>, JournalError> {
    let (since, now) = (whole(since.as_millis()), whole(now.as_millis()));
    let term = term_of(term);
    let [paid, delivered, load] = [PAID, DELIVERED, LOAD].map(|text| journal.sql(text));
    let claim = telling(journal, CLAIM);
    journal.pool.with(|wire: &mut Wire| {
        wire.batch("BEGIN")?;
        let mut taken = None;
        while let Some(row) = wire.row(&paid, &[&since])? {
            let key: String = row.try_get(0)?;
            if wire.row(&claim, &[&key, &by, &now, &Some(term)])?.is_some() {
                taken = wire.row(&load, &[&key])?.as_ref().map(entry).transpose()?;
                break;
            }
            wire.rows(&delivered, &[&key])?;
        }
        wire.batch("COMMIT")?;
        Ok(taken)
    })
}

pub(super) fn fulfil(
    journal: &PostgresJournal,
    key: &str,
    by: Option<&str>,
    now: Timestamp,
) -> Result<bool, JournalError> {
    journal.write(&telling(journal, FULFIL), &[&key, &by, &whole(now.as_millis())], key, With::Nothing)
}

pub(super) fn release(
    journal: &PostgresJournal,
    key: &str,
    by: Option<&str>,
    now: Timestamp,
) -> Result<bool, JournalError> {
    journal.write(&telling(journal, RELEASE), &[&key, &by, &whole(now.as_millis())], key, With::Nothing)
}

pub(super) fn put_off(
    journal: &PostgresJournal,
    key: &str,
    by: &str,
    wait: Duration,
    now: Timestamp,
) -> Result<bool, JournalError> {
    let (now, wait) = (whole(now.as_millis()), term_of(wait));
    journal.write(&telling(journal, PUT_OFF), &[&key, &by, &now, &wait], key, With::Nothing)
}

/// A span that the server can add to its clock.
fn term_of(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX / 2).min(i64::MAX / 2)
}
