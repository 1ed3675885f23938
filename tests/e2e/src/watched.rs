//! A journal whose calls are watched, so that a test sees what is written, or ends it all in between.

use std::fmt::Debug;
use std::time::Duration;

use dollr_client::core::Timestamp;
use dollr_client::journal::{
    Backlog, Change, Claim, Duplicate, Entry, Journal, JournalError, Kind, Lease, Line, Order, Page, Version,
    Write,
};

/// Somebody who is told of each call of a journal.
pub trait Watch: Debug + Send + Sync {
    /// It is about to be carried out; `pages` is what it writes, by key.
    fn before(&self, pages: &[(&str, &Page<'_>)]);

    /// What it fails with in place of being carried out; `pages` is what it would write.
    fn refuses(&self, _pages: &[(&str, &Page<'_>)]) -> Option<JournalError> {
        None
    }

    /// It was carried out.
    fn after(&self) {}
}

/// A journal, and who watches it.
#[derive(Debug)]
pub struct Watched<J, W> {
    /// The journal.
    pub journal: J,
    /// Who watches it.
    pub watch: W,
}

impl<J: Journal, W: Watch> Watched<J, W> {
    fn call<T>(&self, pages: &[(&str, &Page<'_>)], work: impl FnOnce(&J) -> Outcome<T>) -> Outcome<T> {
        self.watch.before(pages);
        if let Some(error) = self.watch.refuses(pages) {
            return Err(error);
        }
        let done = work(&self.journal);
        self.watch.after();
        done
    }
}

type Outcome<T> = Result<T, JournalError>;

impl<J: Journal, W: Watch> Journal for Watched<J, W> {
    fn create(
        &self,
        key: &str,
        kind: Kind,
        order: Option<Order<'_>>,
        page: &Page<'_>,
        now: Timestamp,
    ) -> Outcome<Version> {
        self.call(&[(key, page)], |journal| journal.create(key, kind, order, page, now))
    }

    fn save(&self, key: &str, expected: Version, page: &Page<'_>, now: Timestamp) -> Outcome<Version> {
        self.call(&[(key, page)], |journal| journal.save(key, expected, page, now))
    }

    fn save_all(&self, writes: &[Write<'_>], now: Timestamp) -> Outcome<Vec<Option<Version>>> {
        let pages: Vec<_> = writes.iter().map(|write| (write.key, &write.page)).collect();
        self.call(&pages, |journal| journal.save_all(writes, now))
    }

    fn load(&self, key: &str) -> Outcome<Option<Entry>> {
        self.call(&[], |journal| journal.load(key))
    }

    fn open_entries(&self) -> Outcome<Vec<Entry>> {
        self.call(&[], Journal::open_entries)
    }

    fn entries(&self, limit: usize) -> Outcome<Vec<Entry>> {
        self.call(&[], |journal| journal.entries(limit))
    }

    fn lines(&self, key: &str) -> Outcome<Vec<Line>> {
        self.call(&[], |journal| journal.lines(key))
    }

    fn take_due(&self, lease: Lease<'_>, now: Timestamp) -> Outcome<Vec<Entry>> {
        self.call(&[], |journal| journal.take_due(lease, now))
    }

    fn give_back(&self, taken: &[(&str, Version)]) -> Outcome<()> {
        self.call(&[], |journal| journal.give_back(taken))
    }

    fn backlog(&self, now: Timestamp) -> Outcome<Backlog> {
        self.call(&[], |journal| journal.backlog(now))
    }

    fn unattended(&self, limit: usize) -> Outcome<Vec<Entry>> {
        self.call(&[], |journal| journal.unattended(limit))
    }

    fn share(&self, name: &str, now: Timestamp, change: Change<'_>) -> Outcome<()> {
        self.call(&[], |journal| journal.share(name, now, change))
    }

    fn claim(&self, key: &str, by: &str, now: Timestamp) -> Outcome<Option<Claim>> {
        self.call(&[], |journal| journal.claim(key, by, now))
    }

    fn claimed(&self, key: &str) -> Outcome<Option<Claim>> {
        self.call(&[], |journal| journal.claimed(key))
    }

    fn take_paid(
        &self,
        by: &str,
        term: Duration,
        since: Timestamp,
        now: Timestamp,
    ) -> Outcome<Option<Entry>> {
        self.call(&[], |journal| journal.take_paid(by, term, since, now))
    }

    fn fulfil(&self, key: &str, by: Option<&str>, now: Timestamp) -> Outcome<bool> {
        self.call(&[], |journal| journal.fulfil(key, by, now))
    }

    fn release(&self, key: &str, by: Option<&str>, now: Timestamp) -> Outcome<bool> {
        self.call(&[], |journal| journal.release(key, by, now))
    }

    fn put_off(&self, key: &str, by: &str, wait: Duration, now: Timestamp) -> Outcome<bool> {
        self.call(&[], |journal| journal.put_off(key, by, wait, now))
    }

    fn duplicates(&self, limit: usize) -> Outcome<Vec<Duplicate>> {
        self.call(&[], |journal| journal.duplicates(limit))
    }

    fn resolve(&self, key: &str, why: &str, now: Timestamp) -> Outcome<bool> {
        self.call(&[], |journal| journal.resolve(key, why, now))
    }

    fn prune(&self, before: Timestamp, limit: usize) -> Outcome<usize> {
        self.call(&[], |journal| journal.prune(before, limit))
    }

    fn prunable(&self, before: Timestamp) -> Outcome<usize> {
        self.call(&[], |journal| journal.prunable(before))
    }

    fn schema(&self) -> Outcome<u32> {
        self.call(&[], Journal::schema)
    }
}
