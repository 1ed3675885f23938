//! A journal in memory for one world after the other, emptied in between: making the tables costs more than a hundred payments.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use dollr_client::journal::SqliteJournal;
use rusqlite::{Connection, OpenFlags};

/// The journal, and a hand that reaches into it past all that it checks.
pub(crate) struct Shelf {
    pub(crate) journal: Arc<SqliteJournal>,
    hand: Connection,
}

/// Small pages make small copies; nothing else depends on them.
const SMALL: &str = "PRAGMA page_size = 1024; PRAGMA foreign_keys = OFF;";

const EMPTY: &str = "BEGIN IMMEDIATE;
    DELETE FROM dollr_claims; DELETE FROM dollr_paid; DELETE FROM dollr_work; DELETE FROM dollr_entries; DELETE FROM dollr_events;
    DELETE FROM dollr_shared;
    COMMIT;";

impl Shelf {
    pub(crate) fn new() -> Self {
        static SHELVES: AtomicU64 = AtomicU64::new(0);
        let name = format!("world-{}", SHELVES.fetch_add(1, Ordering::Relaxed));
        let flags = OpenFlags::default() | OpenFlags::SQLITE_OPEN_URI;
        let hand = Connection::open_with_flags(format!("file:///{name}?vfs=memdb"), flags).expect("memory");
        hand.execute_batch(SMALL).expect("settings");
        let journal = Arc::new(SqliteJournal::in_memory(&name).expect("a journal"));
        Self { journal, hand }
    }

    pub(crate) fn empty(&self) {
        self.hand.execute_batch(EMPTY).expect("an empty journal");
    }

    /// What somebody, or something, does to a row's snapshot; what it was before.
    pub(crate) fn damage(&self, key: &str, spoil: impl FnOnce(&str) -> String) -> Option<(String, i64)> {
        let sql = "SELECT snapshot, version FROM dollr_entries WHERE key = ?1";
        let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, String>(0)?, row.get(1)?));
        let (whole, version) = self.hand.prepare_cached(sql).ok()?.query_row([key], read).ok()?;
        self.put(key, &spoil(&whole), version);
        Some((whole, version))
    }

    /// Puts it right again, under a new version, unless somebody has written it meanwhile.
    pub(crate) fn heal(&self, key: &str, damaged: &str, whole: &str) {
        let sql =
            "UPDATE dollr_entries SET snapshot = ?3, version = version + 1 WHERE key = ?1 AND snapshot = ?2";
        let done = self.hand.prepare_cached(sql).and_then(|mut update| update.execute((key, damaged, whole)));
        done.expect("a row");
    }

    fn put(&self, key: &str, snapshot: &str, version: i64) {
        let sql = "UPDATE dollr_entries SET snapshot = ?2 WHERE key = ?1 AND version = ?3";
        let done =
            self.hand.prepare_cached(sql).and_then(|mut update| update.execute((key, snapshot, version)));
        done.expect("a row");
    }
}
