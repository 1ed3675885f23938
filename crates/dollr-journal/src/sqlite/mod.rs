//! A journal in one SQLite file: write-ahead log, `synchronous=FULL`, files for the owner alone.

mod duplicates;
mod goods;
mod held;
mod open;
mod places;
mod rows;
mod schema;
#[cfg(test)]
mod tests;
mod upkeep;
mod work;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use dollr_core::Timestamp;
use rusqlite::ffi::SQLITE_IOERR_SHMSIZE;
use rusqlite::{Connection, ErrorCode};

use crate::entry::{Backlog, Claim, Duplicate, Entry, Kind, Lease, Line, Order, Page, Version, Write};
use crate::error::JournalError;
use crate::journal::{Change, Journal};
use held::Held;
use places::Places;

/// How long a writer waits for another one.
const PATIENCE: Duration = Duration::from_secs(5);

const NOT_A_DATABASE: &str = "it is not an SQLite database; name another file";
const READ_ONLY: &str = "it cannot be written to; give its owner the right to";

/// A [`Journal`] in an SQLite file, for any number of threads and processes of one machine.
///
/// # Durability
///
/// A write returns when it is on the disk: the file has a write-ahead log and `synchronous=FULL`, both set and read
/// back when it is opened. A writer waits up to five seconds for another one, then says [`JournalError::Busy`].
///
/// # Permissions
///
/// The file is made with mode 0600, whatever the umask, and SQLite gives its `-wal` and `-shm` the same. An existing
/// journal that others may read or write is **tightened** to its owner's bits when it is opened; where that is not
/// allowed, it is refused.
///
/// # Forks
///
/// A connection does not survive a fork. In the child every call says [`JournalError::Forked`], and so does opening the
/// same file again while the parent's connection is inherited: fork first, then open.
///
/// # Tables
///
/// The file's `application_id` is `DLLR` (0x444C4C52). Its `user_version` has the schema, 3, in the lower 16 bits, and in the
/// upper ones the `min_reader` of [migrations](crate#migrations-and-rolling-upgrades), or 0 where that is the schema itself. Times are milliseconds since the
/// Unix epoch, by the host's clock.
///
/// | `dollr_entries` | | |
/// | --- | --- | --- |
/// | `id` | integer | counts up in the order the rows were made |
/// | `key` | text, unique | what the row is found by |
/// | `kind` | text | `execution` or `source` |
/// | `order_id` | text or null | the merchant's order |
/// | `state` | text | the machine's state, in a word |
/// | `open` | 0 or 1 | whether there is more to come; indexed where 1 |
/// | `snapshot` | text | the machine |
/// | `version` | integer | from 1, one more with each write, and each time that its goods are taken |
/// | `created_at`, `updated_at` | integer | times of the first and the last write |
/// | `attended` | 0, 1 or null | whether it has a row in `dollr_work`; null where an older release made it, which has one |
/// | `holds_order` | 0 or 1 | whether no other attempt at its order may begin; indexed where 1 |
/// | `despite` | text or null | why it could begin although another attempt held its order |
/// | `deliver` | 0 or 1 | whether it is paid and its goods are still to be handed out; indexed where 1 |
/// | `ended_at` | integer or null | when it was first written that there is no more to come; indexed |
///
/// | `dollr_work` | | a row for each entry that somebody should look after at some moment |
/// | --- | --- | --- |
/// | `id` | integer | the row, in `dollr_entries` |
/// | `due_at` | integer | when somebody should look after it, if nobody does; indexed; 0 where an older release made the row |
/// | `updated_at` | integer | when that was written |
/// | `holder`, `lease_until` | text, integer, or null | who looks after it now, and until when nobody else does; null once it is saved |
/// | `takes` | integer | how often it was taken since it was saved |
///
/// | `dollr_events` | | append-only: triggers refuse every change; events go with their row when that is pruned |
/// | --- | --- | --- |
/// | `id` | integer | counts up in the order things happened |
/// | `entry_id` | integer | the row, in `dollr_entries` |
/// | `version` | integer | the row's version that was written with it |
/// | `at` | integer | when |
/// | `what` | text | what happened |
/// | `state` | text | the state that it led to |
///
/// | `dollr_claims` | | who hands out goods |
/// | --- | --- | --- |
/// | `entry_id` | integer | the payment that was claimed |
/// | `goods` | text, unique | `order ` and the order, or `payment ` and the key where there is none |
/// | `claimed_by`, `claimed_at` | text, integer | who claimed them, and when |
/// | `lease_until` | integer or null | when they are given to somebody else, unless they are fulfilled; null for good |
/// | `fulfilled_at` | integer or null | when they were handed out |
///
/// | `dollr_paid` | | a row for each entry that is paid for an order |
/// | --- | --- | --- |
/// | `id` | integer | counts up in the order that was noted |
/// | `entry_id` | integer, unique | the row, in `dollr_entries` |
/// | `order_id` | text | its order |
/// | `source` | text or null | the invoice or order of the vendor's that it pays, such as `INVOICE:101`; null where that is not known |
/// | `payment` | text | the key of the first entry that told of this money: maybe its own |
/// | `noted_at` | integer | when it was noted |
/// | `besides` | text or null | the key of what was paid first for the order, where this was paid besides it; indexed until it is resolved |
/// | `resolved_at` | integer or null | when somebody has said what became of that |
///
/// | `dollr_shared` | | what all who use the journal share, such as the budget of calls |
/// | --- | --- | --- |
/// | `name` | text, unique | |
/// | `value` | text | |
pub struct SqliteJournal {
    path: PathBuf,
    patience: Duration,
    /// None only while it is dropped.
    connection: Mutex<Option<Connection>>,
    places: Places,
    /// Last, so that it is let go of when the connection is closed.
    held: Held,
}

impl SqliteJournal {
    /// Opens the journal in this file; makes it where there is none, or an empty file. The folder must be there. What is
    /// not a journal is refused and left as it was, and so is a place where only a journal's `-wal` is left.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, JournalError> {
        open::journal(path.as_ref(), open::Missing::Make, PATIENCE)
    }

    /// Opens the journal in this file; [`JournalError::Absent`] where there is none, or an empty file.
    pub fn open_existing(path: impl AsRef<Path>) -> Result<Self, JournalError> {
        open::journal(path.as_ref(), open::Missing::Refuse, PATIENCE)
    }

    /// Makes a journal in this process's memory, or opens the one there that has this name: for tests, and for trying things out. It is
    /// gone, **with all its payments**, when the last that has it open lets go of it; where money is real, [`open`](Self::open) a file.
    pub fn in_memory(name: &str) -> Result<Self, JournalError> {
        open::memory(name, PATIENCE)
    }

    /// The schema of the journal in this file.
    pub(crate) fn schema_of(path: &Path) -> Result<u32, JournalError> {
        open::schema(path, PATIENCE)
    }

    /// Runs `work` on the connection, in the process that opened it. A thread that panicked has left nothing
    /// half-written: its transaction was rolled back while it unwound.
    fn with<T>(&self, work: impl FnOnce(&mut Connection) -> rusqlite::Result<T>) -> Result<T, JournalError> {
        let forked = || JournalError::Forked { path: self.path.clone() };
        if !self.held.is_ours() {
            return Err(forked());
        }
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        work(connection.as_mut().ok_or_else(forked)?).map_err(|e| fault(&self.path, self.patience, &e))
    }

    /// Runs `work` in a transaction that holds the write lock from its start, and commits what is accepted.
    fn write<T>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<Result<T, JournalError>>,
    ) -> Result<T, JournalError> {
        self.with(|connection| {
            let writing = Writing::begin(connection)?;
            let outcome = work(connection)?;
            if outcome.is_ok() {
                writing.commit()?;
            }
            Ok(outcome)
        })?
    }
}

/// A transaction that holds the write lock. It is rolled back when it is dropped. Unlike rusqlite's own, it is begun and ended by
/// statements that are prepared once.
struct Writing<'a>(&'a Connection);

impl<'a> Writing<'a> {
    fn begin(connection: &'a Connection) -> rusqlite::Result<Self> {
        connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        Ok(Self(connection))
    }

    fn commit(self) -> rusqlite::Result<()> {
        self.0.prepare_cached("COMMIT")?.execute([]).map(drop)
    }
}

impl Drop for Writing<'_> {
    fn drop(&mut self) {
        // What cannot be rolled back is rolled back with the connection.
        if !self.0.is_autocommit() {
            let _ = self.0.execute_batch("ROLLBACK");
        }
    }
}

impl Journal for SqliteJournal {
    fn create(
        &self,
        key: &str,
        kind: Kind,
        order: Option<Order<'_>>,
        page: &Page<'_>,
        now: Timestamp,
    ) -> Result<Version, JournalError> {
        self.write(|transaction| {
            if rows::version(transaction, key)?.is_some() {
                return Ok(Err(JournalError::Exists { key: key.to_owned() }));
            }
            let wanted = order.filter(|order| page.sends && order.despite.is_none());
            if let Some(taken) = wanted.map(|o| rows::holder(transaction, o.name)).transpose()?.flatten() {
                return Ok(Err(taken));
            }
            rows::insert(transaction, key, kind, order, page, now).map(Ok)
        })
    }

    fn save(
        &self,
        key: &str,
        expected: Version,
        page: &Page<'_>,
        now: Timestamp,
    ) -> Result<Version, JournalError> {
        self.write(|transaction| {
            let wanted = if page.sends { rows::wanted(transaction, key)? } else { None };
            if let Some(taken) = wanted.map(|order| rows::holder(transaction, &order)).transpose()?.flatten()
            {
                return Ok(Err(taken));
            }
            if let Some(version) =
                rows::update(transaction, (key, self.places.recall(key)), expected, page, now)?
            {
                return Ok(Ok(version));
            }
            let found = rows::version(transaction, key)?;
            Ok(Err(JournalError::Stale { key: key.to_owned(), expected, found }))
        })
    }

    fn save_all(&self, writes: &[Write<'_>], now: Timestamp) -> Result<Vec<Option<Version>>, JournalError> {
        self.write(|transaction| {
            let save = |w: &Write<'_>| {
                rows::update(transaction, (w.key, self.places.recall(w.key)), w.expected, &w.page, now)
            };
            writes.iter().map(save).collect::<Result<_, _>>().map(Ok)
        })
    }

    fn load(&self, key: &str) -> Result<Option<Entry>, JournalError> {
        self.with(|connection| rows::load(connection, key))
    }

    fn open_entries(&self) -> Result<Vec<Entry>, JournalError> {
        self.with(|connection| rows::open(connection))
    }

    fn entries(&self, limit: usize) -> Result<Vec<Entry>, JournalError> {
        self.with(|connection| rows::newest(connection, limit))
    }

    fn lines(&self, key: &str) -> Result<Vec<Line>, JournalError> {
        self.with(|connection| rows::lines(connection, key))
    }

    fn take_due(&self, lease: Lease<'_>, now: Timestamp) -> Result<Vec<Entry>, JournalError> {
        let taken = self.write(|transaction| work::take(transaction, lease, now).map(Ok))?;
        self.places.remember(taken.iter().map(|(place, entry)| (entry.key.as_str(), *place)));
        Ok(taken.into_iter().map(|(_, entry)| entry).collect())
    }

    fn give_back(&self, taken: &[(&str, Version)]) -> Result<(), JournalError> {
        self.write(|transaction| work::give_back(transaction, taken).map(Ok))
    }

    fn backlog(&self, now: Timestamp) -> Result<Backlog, JournalError> {
        self.with(|connection| work::backlog(connection, now))
    }

    fn unattended(&self, limit: usize) -> Result<Vec<Entry>, JournalError> {
        self.with(|connection| work::unattended(connection, limit))
    }

    fn share(&self, name: &str, now: Timestamp, change: Change<'_>) -> Result<(), JournalError> {
        self.write(|transaction| work::share(transaction, name, now, change).map(Ok))
    }

    fn claim(&self, key: &str, by: &str, now: Timestamp) -> Result<Option<Claim>, JournalError> {
        self.write(|transaction| match rows::version(transaction, key)? {
            Some(_) => goods::claim(transaction, key, by, None, now).map(Ok),
            None => Ok(Err(JournalError::Unknown { key: key.to_owned() })),
        })
    }

    fn claimed(&self, key: &str) -> Result<Option<Claim>, JournalError> {
        self.with(|connection| goods::claimed(connection, key))
    }

    fn take_paid(
        &self,
        by: &str,
        term: Duration,
        since: Timestamp,
        now: Timestamp,
    ) -> Result<Option<Entry>, JournalError> {
        let until = now.after(term);
        self.write(|transaction| goods::take_paid(transaction, by, until, since, now).map(Ok))
    }

    fn fulfil(&self, key: &str, by: Option<&str>, now: Timestamp) -> Result<bool, JournalError> {
        self.write(|transaction| goods::fulfil(transaction, key, by, now).map(Ok))
    }

    fn release(&self, key: &str, by: Option<&str>, now: Timestamp) -> Result<bool, JournalError> {
        self.write(|transaction| goods::release(transaction, key, by, now).map(Ok))
    }

    fn put_off(&self, key: &str, by: &str, wait: Duration, now: Timestamp) -> Result<bool, JournalError> {
        self.write(|transaction| goods::put_off(transaction, key, by, now.after(wait), now).map(Ok))
    }

    fn duplicates(&self, limit: usize) -> Result<Vec<Duplicate>, JournalError> {
        self.with(|connection| duplicates::list(connection, limit))
    }

    fn resolve(&self, key: &str, why: &str, now: Timestamp) -> Result<bool, JournalError> {
        self.write(|transaction| work::resolve(transaction, key, why, now).map(Ok))
    }

    fn prune(&self, before: Timestamp, limit: usize) -> Result<usize, JournalError> {
        self.write(|transaction| upkeep::prune(transaction, before, limit).map(Ok))
    }

    fn prunable(&self, before: Timestamp) -> Result<usize, JournalError> {
        self.with(|connection| upkeep::prunable(connection, before))
    }

    fn schema(&self) -> Result<u32, JournalError> {
        self.with(|connection| {
            let version: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
            Ok(version & 0xFFFF)
        })
    }
}

impl fmt::Debug for SqliteJournal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteJournal").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Drop for SqliteJournal {
    /// Closing an inherited connection would take the parent's log away, so a forked child lets go of it instead.
    fn drop(&mut self) {
        if !self.held.is_ours() {
            let connection = self.connection.get_mut().unwrap_or_else(PoisonError::into_inner).take();
            std::mem::forget(connection);
        }
    }
}

/// What SQLite said, as a sentence about the file.
fn fault(path: &Path, patience: Duration, error: &rusqlite::Error) -> JournalError {
    let path = path.to_path_buf();
    let why = match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            return JournalError::Busy { path, waited: patience };
        }
        Some(ErrorCode::DiskFull) => return JournalError::Full { path },
        // The index of its log cannot grow.
        _ if extended(error) == Some(SQLITE_IOERR_SHMSIZE) => return JournalError::Full { path },
        Some(ErrorCode::NotADatabase) => NOT_A_DATABASE.to_owned(),
        Some(ErrorCode::ReadOnly) => READ_ONLY.to_owned(),
        Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
            "it, its -wal or its -shm cannot be opened; look at who owns the file and its folder, and at the disk"
                .to_owned()
        }
        Some(ErrorCode::DatabaseCorrupt) => format!("it is damaged ({error}); restore it from a backup"),
        Some(ErrorCode::SystemIoFailure) => format!("the disk failed ({error}); look whether it is full"),
        _ => error.to_string(),
    };
    JournalError::Unusable { path, why }
}

/// SQLite's own number of what went wrong.
fn extended(error: &rusqlite::Error) -> Option<i32> {
    error.sqlite_error().map(|error| error.extended_code)
}
