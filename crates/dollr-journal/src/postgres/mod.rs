//! A journal in PostgreSQL: many machines share it, and a commit is on the server's disk before it is answered for.

mod address;
mod duplicates;
mod fault;
mod goods;
#[cfg(test)]
mod plans;
mod pool;
mod rows;
mod schema;
#[cfg(test)]
mod tests;
mod tls;
mod upkeep;
mod wire;
mod work;
mod write;

use std::collections::HashMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, RwLock};
use std::time::Duration;

use dollr_core::Timestamp;

use crate::entry::{Backlog, Claim, Duplicate, Entry, Kind, Lease, Line, Order, Page, Version, Write};
use crate::error::JournalError;
use crate::journal::{Change, Journal};
use crate::stored::{counted, whole};
use address::Address;
use fault::Fault;
use pool::Pool;
use schema::Missing;
use wire::{Values, Wire};
use write::With;

/// The longest key, in bytes.
const KEY: usize = 1_000;

/// A [`Journal`] in a PostgreSQL database (13 or newer), for any number of threads, processes and machines.
///
/// # URL
///
/// `postgres://USER@HOST:5432/DATABASE?OPTIONS`; what is special in a URL is percent-encoded. The password is that of the
/// URL, else `PGPASSWORD`'s; no error, log or `Debug` shows it.
///
/// | option | |
/// | --- | --- |
/// | `sslmode` | `require` or `verify-full`: TLS, the server's certificate and name are verified either way. `disable`: none. Without it: none on loopback and Unix sockets, `verify-full` elsewhere |
/// | `sslrootcert` | a PEM file of the authorities to trust instead of the built-in ones |
/// | `prefix` | what the tables' names begin with, `dollr_` |
/// | `connect_timeout` | seconds until a connection must stand, 10 |
/// | `host`, `port`, `password`, `options`, `application_name` | as PostgreSQL has them |
///
/// # Durability
///
/// A write returns when it is committed: `synchronous_commit` and `fsync` are read back on each connection. A writer waits up
/// to five seconds for another one, then says [`JournalError::Busy`]; a server that is silent for 15 seconds is given up.
///
/// # Connections
///
/// At most four, shared by all threads, made again after the server was restarted. One that is lost before a commit was asked
/// for is replaced, and the write done on the new one. Where the commit's answer is lost, the server is asked whether its
/// transaction is there; if that cannot be answered by yes, the error is [`JournalError::Unsure`] and nothing is
/// repeated. A pooler in between must pool by session. Calls block: not on a thread of an async runtime.
///
/// # Forks
///
/// In a forked child every call says [`JournalError::Forked`]; it may open its own.
///
/// # Tables
///
/// They are made in the first schema of the user's `search_path`, with the columns of
/// [`SqliteJournal`](crate::SqliteJournal#tables): `dollr_entries`, `dollr_work`, `dollr_events`, `dollr_claims`, `dollr_paid`, `dollr_shared`, and
/// `dollr_schema` with one row:
///
/// | `dollr_schema` | | |
/// | --- | --- | --- |
/// | `version` | integer | the schema |
/// | `min_reader` | integer | the newest schema that a release must know to use it |
///
/// `open`, `attended`, `holds_order` and `deliver` are booleans, the other types are `bigint` and `text`; a key has at most 1,000 bytes,
/// and no text a NUL. Each `lease_until` is by the server's clock, which all machines share; other times are by the host's.
pub struct PostgresJournal {
    pool: Pool,
    /// The SQL that was made for its tables, by the text that it was made of.
    texts: RwLock<HashMap<String, Arc<str>>>,
}

impl PostgresJournal {
    /// Opens the journal at this URL; makes the tables where there are none. The database must be there.
    pub fn open(url: &str) -> Result<Self, JournalError> {
        Self::at(url, Missing::Make)
    }

    /// Opens the journal at this URL; [`JournalError::Absent`] where the database has no such tables.
    pub fn open_existing(url: &str) -> Result<Self, JournalError> {
        Self::at(url, Missing::Refuse)
    }

    /// The schema of the journal at this URL.
    pub(crate) fn schema_of(url: &str) -> Result<u32, JournalError> {
        let address = Address::parse(url)?;
        let looked = Wire::connect(&address).and_then(|mut wire| {
            let found = schema::look(&mut wire, &address);
            wire.close();
            found
        });
        looked.map_err(|fault| fault.at(&address.place))
    }

    fn at(url: &str, missing: Missing) -> Result<Self, JournalError> {
        Ok(Self { pool: Pool::open(Address::parse(url)?, missing)?, texts: RwLock::default() })
    }

    /// The SQL for the tables of this journal. Nobody waits for the others here: one of them may have been left behind by a fork.
    fn sql(&self, text: &str) -> Arc<str> {
        if let Ok(texts) = self.texts.try_read()
            && let Some(made) = texts.get(text)
        {
            return Arc::clone(made);
        }
        let made: Arc<str> = rows::sql(text, &self.pool.address.prefix).into();
        if let Ok(mut texts) = self.texts.try_write() {
            texts.insert(text.to_owned(), Arc::clone(&made));
        }
        made
    }

    fn rows<T>(
        &self,
        sql: &str,
        values: Values<'_>,
        read: impl Fn(&tokio_postgres::Row) -> Result<T, Fault>,
    ) -> Result<Vec<T>, JournalError> {
        let sql = self.sql(sql);
        self.pool.with(|wire: &mut Wire| wire.rows(&sql, values)?.iter().map(&read).collect())
    }

    fn unfit(what: &str, text: &str) -> Result<(), JournalError> {
        let why = match text {
            _ if text.contains('\0') => "it has a NUL character, which PostgreSQL does not keep",
            _ if what == "key" && text.len() > KEY => "it is longer than 1,000 bytes",
            _ => return Ok(()),
        };
        Err(JournalError::Unfit { what: what.to_owned(), why: why.to_owned() })
    }
}

/// Refuses what the database would not take, before it is asked.
fn check(key: &str, order: Option<Order<'_>>, page: &Page<'_>) -> Result<(), JournalError> {
    let texts = [("state", page.state), ("snapshot", page.snapshot.as_str()), ("key", key)];
    let event = page.what.map(|what| ("event", what));
    let reason = order.and_then(|order| order.despite).map(|reason| ("reason", reason));
    let order = order.map(|order| order.name).or(page.order).map(|name| ("order", name));
    let texts = texts.into_iter().chain(event).chain(order).chain(reason);
    texts.into_iter().try_for_each(|(what, text)| PostgresJournal::unfit(what, text))
}

fn due(page: &Page<'_>) -> Option<i64> {
    page.due.map(|due| whole(due.as_millis()))
}

impl Journal for PostgresJournal {
    fn create(
        &self,
        key: &str,
        kind: Kind,
        order: Option<Order<'_>>,
        page: &Page<'_>,
        now: Timestamp,
    ) -> Result<Version, JournalError> {
        check(key, order, page)?;
        let (first, at) = (whole(Version::FIRST.number()), whole(now.as_millis()));
        let (kind, snapshot) = (kind.as_str(), page.snapshot.as_str());
        let (name, despite) = (order.map(|order| order.name), order.and_then(|order| order.despite));
        #[rustfmt::skip]
        let values: Values<'_> = &[
            &key, &kind, &name, &despite, &page.state, &page.open, &snapshot, &first, &at,
            &due(page), &page.holds_order, &page.paid, &page.what,
        ];
        let wanted = name.filter(|_| page.sends && despite.is_none());
        // A row that is there may be what holds the order.
        let is_new = wanted.is_none() || self.rows(rows::VERSION, &[&key], |_| Ok(()))?.is_empty();
        if is_new && self.write(&self.sql(rows::INSERT), values, key, With::of(page, wanted))? {
            return Ok(Version::FIRST);
        }
        Err(JournalError::Exists { key: key.to_owned() })
    }

    fn save(
        &self,
        key: &str,
        expected: Version,
        page: &Page<'_>,
        now: Timestamp,
    ) -> Result<Version, JournalError> {
        check(key, None, page)?;
        let wanted: Option<String> = if page.sends {
            self.rows(rows::WANTED, &[&key], |row| Ok(row.try_get(0)?))?.pop()
        } else {
            None
        };
        let (before, takes, at) = (whole(expected.number()), whole(expected.takes()), whole(now.as_millis()));
        let snapshot = page.snapshot.as_str();
        #[rustfmt::skip]
        let values: Values<'_> = &[
            &key, &before, &takes, &page.state, &page.open, &snapshot, &due(page), &page.holds_order, &page.paid,
            &page.what, &at, &page.order,
        ];
        if self.write(&self.sql(rows::UPDATE), values, key, With::of(page, wanted.as_deref()))? {
            return Ok(expected.next());
        }
        let found = self.rows(rows::VERSION, &[&key], |row| Ok(counted(row.try_get(0)?, row.try_get(1)?)))?;
        Err(JournalError::Stale { key: key.to_owned(), expected, found: found.first().copied() })
    }

    fn save_all(&self, writes: &[Write<'_>], now: Timestamp) -> Result<Vec<Option<Version>>, JournalError> {
        writes.iter().try_for_each(|write| check(write.key, None, &write.page))?;
        let all = || writes.iter();
        let pages = || writes.iter().map(|write| &write.page);
        let keys: Vec<_> = all().map(|write| write.key).collect();
        let expected: Vec<_> = all().map(|write| whole(write.expected.number())).collect();
        let takes: Vec<_> = all().map(|write| whole(write.expected.takes())).collect();
        let states: Vec<_> = pages().map(|page| page.state).collect();
        let open: Vec<_> = pages().map(|page| page.open).collect();
        let snapshots: Vec<_> = pages().map(|page| page.snapshot.as_str()).collect();
        let due: Vec<_> = pages().map(due).collect();
        let holds: Vec<_> = pages().map(|page| page.holds_order).collect();
        let paid: Vec<_> = pages().map(|page| page.paid).collect();
        let what: Vec<_> = pages().map(|page| page.what).collect();
        let orders: Vec<_> = pages().map(|page| page.order).collect();
        let now = whole(now.as_millis());
        #[rustfmt::skip]
        let values: Values<'_> =
            &[&keys, &expected, &takes, &states, &open, &snapshots, &due, &holds, &paid, &what, &now, &orders];
        let paid: Vec<_> =
            all().filter(|write| write.page.paid).map(|write| (write.key, write.page.pays_for)).collect();
        let saved = self.update_all(values, &paid)?;
        Ok(all().map(|write| saved.get(write.key).copied()).collect())
    }

    fn load(&self, key: &str) -> Result<Option<Entry>, JournalError> {
        // What could not have been written is not there.
        if Self::unfit("key", key).is_err() {
            return Ok(None);
        }
        Ok(self.rows(rows::LOAD, &[&key], rows::entry)?.pop())
    }

    fn open_entries(&self) -> Result<Vec<Entry>, JournalError> {
        self.rows(rows::OPEN, &[], rows::entry)
    }

    fn entries(&self, limit: usize) -> Result<Vec<Entry>, JournalError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.rows(rows::NEWEST, &[&limit], rows::entry)
    }

    fn lines(&self, key: &str) -> Result<Vec<Line>, JournalError> {
        if Self::unfit("key", key).is_err() {
            return Ok(Vec::new());
        }
        self.rows(rows::LINES, &[&key], rows::line)
    }

    fn take_due(&self, lease: Lease<'_>, now: Timestamp) -> Result<Vec<Entry>, JournalError> {
        Self::unfit("holder", lease.holder)?;
        work::take(self, lease, now)
    }

    fn give_back(&self, taken: &[(&str, Version)]) -> Result<(), JournalError> {
        work::give_back(self, taken)
    }

    fn backlog(&self, now: Timestamp) -> Result<Backlog, JournalError> {
        work::backlog(self, now)
    }

    fn unattended(&self, limit: usize) -> Result<Vec<Entry>, JournalError> {
        work::unattended(self, limit)
    }

    fn share(&self, name: &str, _: Timestamp, change: Change<'_>) -> Result<(), JournalError> {
        work::share(self, name, change)
    }

    fn claim(&self, key: &str, by: &str, now: Timestamp) -> Result<Option<Claim>, JournalError> {
        Self::unfit("claimant", by)?;
        goods::claim(self, key, by, now)
    }

    fn claimed(&self, key: &str) -> Result<Option<Claim>, JournalError> {
        goods::claimed(self, key)
    }

    fn take_paid(
        &self,
        by: &str,
        term: Duration,
        since: Timestamp,
        now: Timestamp,
    ) -> Result<Option<Entry>, JournalError> {
        Self::unfit("claimant", by)?;
        goods::take_paid(self, by, term, since, now)
    }

    fn fulfil(&self, key: &str, by: Option<&str>, now: Timestamp) -> Result<bool, JournalError> {
        goods::fulfil(self, key, by, now)
    }

    fn release(&self, key: &str, by: Option<&str>, now: Timestamp) -> Result<bool, JournalError> {
        goods::release(self, key, by, now)
    }

    fn put_off(&self, key: &str, by: &str, wait: Duration, now: Timestamp) -> Result<bool, JournalError> {
        goods::put_off(self, key, by, wait, now)
    }

    fn duplicates(&self, limit: usize) -> Result<Vec<Duplicate>, JournalError> {
        duplicates::list(self, limit)
    }

    fn resolve(&self, key: &str, why: &str, now: Timestamp) -> Result<bool, JournalError> {
        Self::unfit("reason", why)?;
        work::resolve(self, key, why, now)
    }

    fn prune(&self, before: Timestamp, limit: usize) -> Result<usize, JournalError> {
        upkeep::prune(self, before, limit)
    }

    fn prunable(&self, before: Timestamp) -> Result<usize, JournalError> {
        upkeep::prunable(self, before)
    }

    fn schema(&self) -> Result<u32, JournalError> {
        let versions =
            self.rows("SELECT version FROM {p}schema", &[], |row| Ok(row.try_get::<_, i32>(0)?))?;
        Ok(versions.first().map_or(0, |version| version.unsigned_abs()))
    }
}

impl fmt::Debug for PostgresJournal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place: &PathBuf = &self.pool.address.place;
        f.debug_struct("PostgresJournal").field("place", place).finish_non_exhaustive()
    }
}
