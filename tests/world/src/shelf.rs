//! A database file for one world after the other, emptied in between: making a file costs more than a hundred payments.

use std::path::PathBuf;
use std::sync::Arc;

use dollr_client::journal::SqliteJournal;
use rusqlite::Connection;
use tempfile::TempDir;

/// The file, in memory where the system has a file system there.
pub(crate) struct Shelf {
    pub(crate) journal: Arc<SqliteJournal>,
    hand: Connection,
    /// Gone when the shelf is.
    _folder: TempDir,
}

/// Small pages make small writes; nothing else depends on them.
const SMALL: &str =
    "PRAGMA journal_mode = DELETE; PRAGMA page_size = 1024; VACUUM; PRAGMA journal_mode = WAL;";

const EMPTY: &str = "BEGIN IMMEDIATE;
    DELETE FROM dollr_claims; DELETE FROM dollr_work; DELETE FROM dollr_entries; DELETE FROM dollr_events;
    DELETE FROM dollr_shared;
    COMMIT;";

impl Shelf {
    pub(crate) fn new() -> Self {
        let memory = PathBuf::from("/dev/shm");
        let folder = if memory.is_dir() { TempDir::new_in(memory) } else { TempDir::new() };
        let folder = folder.expect("a folder");
        let path = folder.path().join("world.db");
        drop(SqliteJournal::open(&path).expect("a journal"));
        Connection::open(&path).and_then(|file| file.execute_batch(SMALL)).expect("small pages");
        let journal = Arc::new(SqliteJournal::open(&path).expect("a journal"));
        let hand = Connection::open(&path).expect("the same file");
        hand.execute_batch("PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF;").expect("settings");
        Self { journal, hand, _folder: folder }
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
