//! Who hands out the goods of a payment: claims, of which there is one for each order.

use dollr_core::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, named_params};

use super::rows::{GOODS, load, note};
use crate::entry::{Claim, Entry};
use crate::journal::AHEAD;
use crate::stored::{counted, moment, whole};

/// Makes a claim; the one that is there, if there is one. A claim that has a term can be made only over one whose term is over, or which
/// was made by a clock that has been set back since.
pub(super) fn claim(
    connection: &Connection,
    key: &str,
    by: &str,
    until: Option<Timestamp>,
    now: Timestamp,
) -> rusqlite::Result<Option<Claim>> {
    let sql = format!(
        "INSERT INTO dollr_claims (entry_id, goods, claimed_by, claimed_at, lease_until)
         SELECT id, {GOODS}, :by, :now, :until FROM dollr_entries WHERE key = :key
         ON CONFLICT (goods) DO UPDATE
         SET entry_id = excluded.entry_id, claimed_by = excluded.claimed_by, claimed_at = excluded.claimed_at,
             lease_until = excluded.lease_until
         WHERE :until IS NOT NULL AND lease_until IS NOT NULL AND (lease_until <= :now OR claimed_at > :ahead)
             AND fulfilled_at IS NULL"
    );
    let made = connection.prepare_cached(&sql)?.execute(named_params! {
        ":key": key, ":by": by, ":now": whole(now.as_millis()),
        ":until": until.map(|until| whole(until.as_millis())), ":ahead": whole(now.after(AHEAD).as_millis()),
    })?;
    if made == 0 {
        return claimed(connection, key);
    }
    tell(connection, key, &format!("claimed by {by}"), until.is_some(), now)?;
    Ok(None)
}

pub(super) fn claimed(connection: &Connection, key: &str) -> rusqlite::Result<Option<Claim>> {
    let sql = format!(
        "SELECT claimant.key, claimed_by, claimed_at, fulfilled_at
         FROM dollr_claims JOIN dollr_entries AS claimant ON claimant.id = entry_id
         WHERE goods = (SELECT {GOODS} FROM dollr_entries WHERE key = ?1)"
    );
    let read = |row: &Row<'_>| {
        Ok(Claim {
            key: row.get(0)?,
            by: row.get(1)?,
            at: moment(row.get(2)?),
            fulfilled_at: row.get::<_, Option<i64>>(3)?.map(moment),
        })
    };
    connection.prepare_cached(&sql)?.query_row([key], read).optional()
}

/// Claims what is to be delivered, for a term.
pub(super) fn take_paid(
    connection: &Connection,
    by: &str,
    until: Timestamp,
    since: Timestamp,
    now: Timestamp,
) -> rusqlite::Result<Option<Entry>> {
    let sql = paid_sql();
    let [since, now_ms, ahead] = [since, now, now.after(AHEAD)].map(|moment| whole(moment.as_millis()));
    loop {
        let next: Option<String> = connection
            .prepare_cached(&sql)?
            .query_row((since, now_ms, ahead), |row| row.get(0))
            .optional()?;
        let Some(key) = next else { return Ok(None) };
        if claim(connection, &key, by, Some(until), now)?.is_none() {
            return load(connection, &key);
        }
        // Another payment of the same order has its goods for good.
        connection.prepare_cached("UPDATE dollr_entries SET deliver = 0 WHERE key = ?1")?.execute([&key])?;
    }
}

pub(super) fn paid_sql() -> String {
    format!(
        "SELECT key FROM dollr_entries INDEXED BY dollr_entries_deliver
         WHERE deliver = 1 AND ended_at >= ?1 AND NOT EXISTS (
             SELECT 1 FROM dollr_claims
             WHERE goods = {GOODS} AND fulfilled_at IS NULL AND dollr_claims.lease_until > ?2 AND claimed_at <= ?3)
         ORDER BY ended_at, id LIMIT 1"
    )
}

pub(super) fn fulfil(
    connection: &Connection,
    key: &str,
    by: Option<&str>,
    now: Timestamp,
) -> rusqlite::Result<bool> {
    let sql = "UPDATE dollr_claims SET fulfilled_at = :now
               WHERE entry_id = (SELECT id FROM dollr_entries WHERE key = :key) AND fulfilled_at IS NULL
                   AND (:by IS NULL OR claimed_by = :by)";
    let values = named_params! { ":key": key, ":by": by, ":now": whole(now.as_millis()) };
    let done = connection.prepare_cached(sql)?.execute(values)? == 1;
    if done {
        tell(connection, key, "fulfilled", false, now)?;
    }
    Ok(done)
}

pub(super) fn release(
    connection: &Connection,
    key: &str,
    by: Option<&str>,
    now: Timestamp,
) -> rusqlite::Result<bool> {
    let sql = "DELETE FROM dollr_claims
               WHERE entry_id = (SELECT id FROM dollr_entries WHERE key = :key) AND fulfilled_at IS NULL
                   AND (:by IS NULL OR claimed_by = :by)";
    let values = named_params! { ":key": key, ":by": by };
    let done = connection.prepare_cached(sql)?.execute(values)? == 1;
    if done {
        tell(connection, key, "claim released", true, now)?;
    }
    Ok(done)
}

pub(super) fn put_off(
    connection: &Connection,
    key: &str,
    by: &str,
    until: Timestamp,
    now: Timestamp,
) -> rusqlite::Result<bool> {
    let sql = "UPDATE dollr_claims SET lease_until = :until
               WHERE entry_id = (SELECT id FROM dollr_entries WHERE key = :key) AND fulfilled_at IS NULL
                   AND lease_until IS NOT NULL AND claimed_by = :by";
    let values = named_params! { ":key": key, ":by": by, ":until": whole(until.as_millis()) };
    let done = connection.prepare_cached(sql)?.execute(values)? == 1;
    if done {
        tell(connection, key, "put off", true, now)?;
    }
    Ok(done)
}

/// What happened to the goods of a row is an event of it; `deliver` says whether they are still to be handed out.
fn tell(
    connection: &Connection,
    key: &str,
    what: &str,
    deliver: bool,
    now: Timestamp,
) -> rusqlite::Result<()> {
    let sql = "UPDATE dollr_entries SET version = version + 1, deliver = ?2 WHERE key = ?1 RETURNING id, version, state";
    let read = |row: &Row<'_>| Ok((row.get(0)?, counted(row.get(1)?, 0), row.get::<_, String>(2)?));
    let (id, version, state) = connection.prepare_cached(sql)?.query_row((key, deliver), read)?;
    note(connection, id, version, (what, &state), now)
}
