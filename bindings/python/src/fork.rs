//! A fork takes a copy of every lock, also of those that threads hold which it does not take along. `SQLite` has such locks for the
//! whole process, so nobody is inside a journal while the interpreter forks: Python asks here before and after.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use dollr_client::core::Timestamp;
use dollr_client::journal::{
    self, Backlog, Change, Claim, Duplicate, Entry, Journal, JournalError, Kind, Lease, Line, Order, Page,
    Version, Write,
};
use pyo3::prelude::*;

use crate::threads;

/// Somebody is about to fork: nobody enters.
static FORKING: AtomicBool = AtomicBool::new(false);

/// Threads that are inside a journal.
static INSIDE: AtomicUsize = AtomicUsize::new(0);

/// Who stays inside for longer is waiting for a server or for another process, and holds no lock of `SQLite`.
const PATIENCE: Duration = Duration::from_secs(10);

struct Inside;

impl Inside {
    /// Enters once nobody is about to fork.
    fn enter() -> Self {
        Self::enter_within(Duration::MAX)
    }

    /// The same, but after this time in any case.
    fn enter_within(patience: Duration) -> Self {
        let begun = Instant::now();
        loop {
            INSIDE.fetch_add(1, Ordering::SeqCst);
            if !FORKING.load(Ordering::SeqCst) || begun.elapsed() >= patience {
                return Self;
            }
            INSIDE.fetch_sub(1, Ordering::SeqCst);
            thread::sleep(Duration::from_millis(1));
        }
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        INSIDE.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Waits until nobody is inside a journal, and sends idle threads home.
#[pyfunction]
pub(crate) fn _before_fork() {
    threads::dismiss();
    FORKING.store(true, Ordering::SeqCst);
    let deadline = Instant::now() + PATIENCE;
    while INSIDE.load(Ordering::SeqCst) > 0 && Instant::now() < deadline {
        thread::sleep(Duration::from_micros(100));
    }
}

/// Goes on in the parent.
#[pyfunction]
pub(crate) fn _after_fork_in_parent() {
    FORKING.store(false, Ordering::SeqCst);
}

/// Goes on in the child, where there is one thread.
#[pyfunction]
pub(crate) fn _after_fork_in_child() {
    INSIDE.store(0, Ordering::SeqCst);
    FORKING.store(false, Ordering::SeqCst);
}

/// A journal that nobody is inside of while the interpreter forks.
#[derive(Debug)]
pub(crate) struct Gated(Arc<dyn Journal>);

impl Gated {
    pub(crate) fn open(place: &Path) -> Result<Self, JournalError> {
        let _inside = Inside::enter();
        journal::open(place).map(Self)
    }
}

impl Drop for Gated {
    fn drop(&mut self) {
        // To close it takes the same locks, so it is closed here and not by the field's own drop. Who drops it may have the
        // GIL, for which the one who forks may be waiting: he is not waited for without end.
        let _inside = Inside::enter_within(Duration::from_millis(100));
        self.0 = Arc::new(Closed);
    }
}

macro_rules! gated {
    ($(fn $name:ident(&self $(, $arg:ident: $type:ty)*) -> $result:ty;)+) => {
        impl Journal for Gated {
            $(fn $name(&self $(, $arg: $type)*) -> Result<$result, JournalError> {
                let _inside = Inside::enter();
                self.0.$name($($arg),*)
            })+
        }

        impl Journal for Closed {
            $(fn $name(&self $(, $arg: $type)*) -> Result<$result, JournalError> {
                $(let _ = $arg;)*
                Err(JournalError::Address { why: "it is closed".to_owned() })
            })+
        }
    };
}

/// What stands in the place of a journal that is closed.
#[derive(Debug)]
struct Closed;

gated! {
    fn create(&self, key: &str, kind: Kind, order: Option<Order<'_>>, page: &Page<'_>, now: Timestamp) -> Version;
    fn save(&self, key: &str, expected: Version, page: &Page<'_>, now: Timestamp) -> Version;
    fn save_all(&self, writes: &[Write<'_>], now: Timestamp) -> Vec<Option<Version>>;
    fn load(&self, key: &str) -> Option<Entry>;
    fn open_entries(&self) -> Vec<Entry>;
    fn entries(&self, limit: usize) -> Vec<Entry>;
    fn lines(&self, key: &str) -> Vec<Line>;
    fn take_due(&self, lease: Lease<'_>, now: Timestamp) -> Vec<Entry>;
    fn give_back(&self, taken: &[(&str, Version)]) -> ();
    fn backlog(&self, now: Timestamp) -> Backlog;
    fn unattended(&self, limit: usize) -> Vec<Entry>;
    fn share(&self, name: &str, now: Timestamp, change: Change<'_>) -> ();
    fn claim(&self, key: &str, by: &str, now: Timestamp) -> Option<Claim>;
    fn claimed(&self, key: &str) -> Option<Claim>;
    fn take_paid(&self, by: &str, term: Duration, since: Timestamp, now: Timestamp) -> Option<Entry>;
    fn fulfil(&self, key: &str, by: Option<&str>, now: Timestamp) -> bool;
    fn release(&self, key: &str, by: Option<&str>, now: Timestamp) -> bool;
    fn put_off(&self, key: &str, by: &str, wait: Duration, now: Timestamp) -> bool;
    fn duplicates(&self, limit: usize) -> Vec<Duplicate>;
    fn resolve(&self, key: &str, why: &str, now: Timestamp) -> bool;
    fn prune(&self, before: Timestamp, limit: usize) -> usize;
    fn prunable(&self, before: Timestamp) -> usize;
    fn schema(&self) -> u32;
}
