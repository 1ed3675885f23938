//! The disk: the real journal, which fails by chance before or after the commit (F27), in which a process may die (F25), and
//! whose every write is entered in the books.

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use dollr_client::core::Timestamp;
use dollr_client::journal::{
    Backlog, Change, Claim, Duplicate, Entry, Journal, JournalError, Kind, Lease, Line, Order, Page,
    SqliteJournal, Version, Write,
};

use crate::books::Books;
use crate::fault::{Column, Fault};
use crate::needle::{Call, Kind as How, Needle};

type Outcome<T> = Result<T, JournalError>;

/// The journal, as one process has it.
#[derive(Clone)]
pub(crate) struct Disk {
    journal: Arc<SqliteJournal>,
    books: Arc<Mutex<Books>>,
    needle: Needle,
    process: usize,
}

/// What befalls a call.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Strike {
    None,
    Before(u8),
    After,
    DiesBefore,
    DiesAfter,
}

impl Strike {
    fn of(how: How) -> Self {
        match how {
            How::Busy => Self::Before(0),
            How::Full => Self::Before(1),
            How::UnsureUndone | How::DiesUndone => Self::DiesBefore,
            How::UnsureDone | How::DiesDone => Self::After,
            _ => Self::Before(2),
        }
    }
}

impl Disk {
    pub(crate) fn new(
        journal: &Arc<SqliteJournal>,
        books: &Arc<Mutex<Books>>,
        needle: &Needle,
        process: usize,
    ) -> Self {
        Self { journal: Arc::clone(journal), books: Arc::clone(books), needle: needle.clone(), process }
    }

    pub(crate) fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn strike(&self, key: &str, writes: bool) -> Strike {
        let mut books = self.books();
        if books.dead == Some(self.process) {
            return Strike::DiesBefore;
        }
        if let Some(how) = self.needle.call(self.process, if writes { Call::Write } else { Call::Read }) {
            if matches!(how, How::DiesUndone | How::DiesDone) {
                books.dead = Some(self.process);
            }
            return Strike::of(how);
        }
        let column = books.column(key);
        if books.failing > 0 && books.rng.u32(..10_000) < books.failing {
            if !key.is_empty() {
                books.hits.count(Fault::Disk, column);
            }
            let kind = books.rng.u8(..4);
            return if kind == 3 && writes { Strike::After } else { Strike::Before(kind) };
        }
        if writes && books.dying > 0 && books.rng.u32(..10_000) < books.dying {
            if !key.is_empty() && !matches!(column, Column::Paid | Column::Canceled | Column::Mismatched) {
                books.hits.count(Fault::Crash, column);
            }
            books.dead = Some(self.process);
            return if books.rng.bool() { Strike::DiesBefore } else { Strike::DiesAfter };
        }
        Strike::None
    }

    fn call<T>(
        &self,
        key: &str,
        writes: bool,
        work: impl FnOnce(&SqliteJournal) -> Outcome<T>,
    ) -> Outcome<T> {
        let path = || PathBuf::from("world.db");
        let unsure = || JournalError::Unsure { key: key.to_owned(), why: "the disk failed".to_owned() };
        match self.strike(key, writes) {
            Strike::None => work(&self.journal),
            Strike::Before(0) => Err(JournalError::Busy { path: path(), waited: Duration::from_secs(5) }),
            Strike::Before(1) if writes => Err(JournalError::Full { path: path() }),
            Strike::Before(_) => Err(JournalError::Unusable { path: path(), why: "I/O error".to_owned() }),
            Strike::DiesBefore => Err(unsure()),
            Strike::After | Strike::DiesAfter => work(&self.journal).and_then(|_| Err(unsure())),
        }
    }

    fn note(&self, journal: &SqliteJournal, key: &str) {
        let version = journal.load(key).ok().flatten().map(|entry| entry.version);
        self.books().noted(key, version);
    }
}

impl fmt::Debug for Disk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Disk").field("process", &self.process).finish_non_exhaustive()
    }
}

impl Journal for Disk {
    fn create(
        &self,
        key: &str,
        kind: Kind,
        order: Option<Order<'_>>,
        page: &Page<'_>,
        now: Timestamp,
    ) -> Outcome<Version> {
        self.call(key, true, |journal| {
            let made = journal.create(key, kind, order, page, now);
            let mut books = self.books();
            match &made {
                Ok(_) => books.created(key, kind, order, page, now),
                Err(JournalError::Exists { .. }) => books.stale += 1,
                Err(_) => {}
            }
            made
        })
    }

    fn save(&self, key: &str, expected: Version, page: &Page<'_>, now: Timestamp) -> Outcome<Version> {
        self.call(key, true, |journal| {
            let saved = journal.save(key, expected, page, now);
            let mut books = self.books();
            match &saved {
                Ok(_) => books.saved(key, expected, page, now),
                Err(JournalError::Stale { .. }) => books.stale += 1,
                Err(_) => {}
            }
            saved
        })
    }

    fn save_all(&self, writes: &[Write<'_>], now: Timestamp) -> Outcome<Vec<Option<Version>>> {
        let key = writes.first().map_or("", |write| write.key);
        self.call(key, true, |journal| {
            let saved = journal.save_all(writes, now)?;
            self.books().saved_all(writes, &saved, now);
            Ok(saved)
        })
    }

    fn load(&self, key: &str) -> Outcome<Option<Entry>> {
        self.call(key, false, |journal| journal.load(key))
    }

    fn open_entries(&self) -> Outcome<Vec<Entry>> {
        self.call("", false, SqliteJournal::open_entries)
    }

    fn entries(&self, limit: usize) -> Outcome<Vec<Entry>> {
        self.call("", false, |journal| journal.entries(limit))
    }

    fn lines(&self, key: &str) -> Outcome<Vec<Line>> {
        self.call(key, false, |journal| journal.lines(key))
    }

    fn take_due(&self, lease: Lease<'_>, now: Timestamp) -> Outcome<Vec<Entry>> {
        self.call("", true, |journal| {
            let taken = journal.take_due(lease, now)?;
            self.books().taken(&taken, lease, now);
            Ok(taken)
        })
    }

    fn give_back(&self, taken: &[(&str, Version)]) -> Outcome<()> {
        self.call("", true, |journal| {
            journal.give_back(taken)?;
            self.books().given_back(taken);
            Ok(())
        })
    }

    fn backlog(&self, now: Timestamp) -> Outcome<Backlog> {
        self.call("", false, |journal| journal.backlog(now))
    }

    fn unattended(&self, limit: usize) -> Outcome<Vec<Entry>> {
        self.call("", false, |journal| journal.unattended(limit))
    }

    fn share(&self, name: &str, now: Timestamp, change: Change<'_>) -> Outcome<()> {
        self.call("", true, |journal| journal.share(name, now, change))
    }

    fn claim(&self, key: &str, by: &str, now: Timestamp) -> Outcome<Option<Claim>> {
        self.call(key, true, |journal| {
            let claim = journal.claim(key, by, now)?;
            self.note(journal, key);
            Ok(claim)
        })
    }

    fn claimed(&self, key: &str) -> Outcome<Option<Claim>> {
        self.call(key, false, |journal| journal.claimed(key))
    }

    fn take_paid(
        &self,
        by: &str,
        term: Duration,
        since: Timestamp,
        now: Timestamp,
    ) -> Outcome<Option<Entry>> {
        self.call("", true, |journal| {
            let entry = journal.take_paid(by, term, since, now)?;
            if let Some(entry) = &entry {
                self.note(journal, &entry.key);
            }
            Ok(entry)
        })
    }

    fn fulfil(&self, key: &str, by: Option<&str>, now: Timestamp) -> Outcome<bool> {
        self.call(key, true, |journal| {
            let done = journal.fulfil(key, by, now)?;
            self.note(journal, key);
            Ok(done)
        })
    }

    fn release(&self, key: &str, by: Option<&str>, now: Timestamp) -> Outcome<bool> {
        self.call(key, true, |journal| {
            let done = journal.release(key, by, now)?;
            self.note(journal, key);
            Ok(done)
        })
    }

    fn put_off(&self, key: &str, by: &str, wait: Duration, now: Timestamp) -> Outcome<bool> {
        self.call(key, true, |journal| {
            let done = journal.put_off(key, by, wait, now)?;
            self.note(journal, key);
            Ok(done)
        })
    }

    fn duplicates(&self, limit: usize) -> Outcome<Vec<Duplicate>> {
        self.call("", false, |journal| journal.duplicates(limit))
    }

    fn resolve(&self, key: &str, why: &str, now: Timestamp) -> Outcome<bool> {
        self.call(key, true, |journal| {
            let done = journal.resolve(key, why, now)?;
            self.note(journal, key);
            Ok(done)
        })
    }

    fn prune(&self, before: Timestamp, limit: usize) -> Outcome<usize> {
        self.call("", true, |journal| journal.prune(before, limit))
    }

    fn prunable(&self, before: Timestamp) -> Outcome<usize> {
        self.call("", false, |journal| journal.prunable(before))
    }

    fn schema(&self) -> Outcome<u32> {
        self.call("", false, SqliteJournal::schema)
    }
}
