//! A journal in PostgreSQL: many machines share it, and a commit is on the server's disk before it is answered for.

mod address;
mod fault;
mod pool;
mod rows;
mod schema;
#[cfg(test)]
mod tests;
mod tls;
mod wire;

use std::fmt;
use std::path::PathBuf;

use dollr_core::Timestamp;

use crate::entry::{Entry, Kind, Line, Page, Version};
use crate::error::JournalError;
use crate::journal::Journal;
use crate::stored::{counted, whole};
use address::Address;
use fault::Fault;
use pool::Pool;
use rows::Statements;
use schema::Missing;
use wire::{Values, Wire};

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
/// [`SqliteJournal`](crate::SqliteJournal#tables): `dollr_entries`, `dollr_events`, and `dollr_schema` with one row:
///
/// | `dollr_schema` | | |
/// | --- | --- | --- |
/// | `version` | integer | the schema |
/// | `min_reader` | integer | the newest schema that a release must know to use it |
///
/// `open` is a boolean, the other types are `bigint` and `text`; a key has at most 1,000 bytes, and no text a NUL.
pub struct PostgresJournal {
    pool: Pool,
    sql: Statements,
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

    fn at(url: &str, missing: Missing) -> Result<Self, JournalError> {
        let address = Address::parse(url)?;
        let sql = Statements::new(&address.prefix);
        Ok(Self { pool: Pool::open(address, missing)?, sql })
    }

    /// Runs a statement that writes a row and its event, and commits it. Nothing where there was nothing to write.
    fn write(
        &self,
        sql: &str,
        values: Values<'_>,
        key: &str,
        version: Version,
    ) -> Result<Option<Version>, JournalError> {
        let written = self.pool.with(|wire| {
            wire.batch("BEGIN")?;
            let Some(row) = wire.row(sql, values)? else {
                wire.batch("ROLLBACK")?;
                return Ok(Written::Nothing);
            };
            let transaction: String = row.try_get(0)?;
            match wire.batch("COMMIT") {
                Ok(()) => Ok(Written::Committed),
                // Not an error here: one would be taken for something that can be done again.
                Err(fault) if fault.is_broken() => {
                    Ok(Written::Unanswered { transaction, why: fault.at(&self.pool.address.place) })
                }
                Err(fault) => Err(fault),
            }
        })?;
        match written {
            Written::Nothing => Ok(None),
            Written::Committed => Ok(Some(version)),
            Written::Unanswered { transaction, why } => {
                let found =
                    self.rows(&self.sql.written, &[&key, &whole(version.number()), &transaction], |row| {
                        Ok(row.try_get::<_, bool>(0)?)
                    });
                match found.as_deref() {
                    Ok([true]) => Ok(Some(version)),
                    _ => Err(JournalError::Unsure { key: key.to_owned(), why: why.to_string() }),
                }
            }
        }
    }

    fn rows<T>(
        &self,
        sql: &str,
        values: Values<'_>,
        read: impl Fn(&tokio_postgres::Row) -> Result<T, Fault>,
    ) -> Result<Vec<T>, JournalError> {
        self.pool.with(|wire: &mut Wire| wire.rows(sql, values)?.iter().map(&read).collect())
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

/// What came of a write.
enum Written {
    Nothing,
    Committed,
    Unanswered { transaction: String, why: JournalError },
}

/// Refuses what the database would not take, before it is asked.
fn check(key: &str, order: Option<&str>, page: &Page<'_>) -> Result<(), JournalError> {
    let texts =
        [("state", page.state), ("event", page.what), ("snapshot", page.snapshot.as_str()), ("key", key)];
    let order = order.map(|order| ("order", order));
    texts.into_iter().chain(order).try_for_each(|(what, text)| PostgresJournal::unfit(what, text))
}

impl Journal for PostgresJournal {
    fn create(
        &self,
        key: &str,
        kind: Kind,
        order: Option<&str>,
        page: &Page<'_>,
        now: Timestamp,
    ) -> Result<Version, JournalError> {
        check(key, order, page)?;
        let (first, at) = (whole(Version::FIRST.number()), whole(now.as_millis()));
        let (kind, snapshot) = (kind.as_str(), page.snapshot.as_str());
        let values: Values<'_> =
            &[&key, &kind, &order, &page.state, &page.open, &snapshot, &first, &at, &page.what];
        let made = self.write(&self.sql.insert, values, key, Version::FIRST)?;
        made.ok_or_else(|| JournalError::Exists { key: key.to_owned() })
    }

    fn save(
        &self,
        key: &str,
        expected: Version,
        page: &Page<'_>,
        now: Timestamp,
    ) -> Result<Version, JournalError> {
        check(key, None, page)?;
        let (before, next, at) =
            (whole(expected.number()), whole(expected.next().number()), whole(now.as_millis()));
        let snapshot = page.snapshot.as_str();
        let values: Values<'_> = &[&key, &before, &page.state, &page.open, &snapshot, &next, &at, &page.what];
        if let Some(version) = self.write(&self.sql.update, values, key, expected.next())? {
            return Ok(version);
        }
        let found = self.rows(&self.sql.version, &[&key], |row| Ok(counted(row.try_get(0)?)))?;
        Err(JournalError::Stale { key: key.to_owned(), expected, found: found.first().copied() })
    }

    fn load(&self, key: &str) -> Result<Option<Entry>, JournalError> {
        // What could not have been written is not there.
        if Self::unfit("key", key).is_err() {
            return Ok(None);
        }
        Ok(self.rows(&self.sql.load, &[&key], rows::entry)?.pop())
    }

    fn open_entries(&self) -> Result<Vec<Entry>, JournalError> {
        self.rows(&self.sql.open, &[], rows::entry)
    }

    fn entries(&self, limit: usize) -> Result<Vec<Entry>, JournalError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.rows(&self.sql.newest, &[&limit], rows::entry)
    }

    fn lines(&self, key: &str) -> Result<Vec<Line>, JournalError> {
        if Self::unfit("key", key).is_err() {
            return Ok(Vec::new());
        }
        self.rows(&self.sql.lines, &[&key], rows::line)
    }
}

impl fmt::Debug for PostgresJournal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place: &PathBuf = &self.pool.address.place;
        f.debug_struct("PostgresJournal").field("place", place).finish_non_exhaustive()
    }
}
