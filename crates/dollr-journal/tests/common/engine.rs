//! What the same tests need of each engine.

use std::sync::Arc;

use dollr_journal::Journal;

use super::{Database, Desk};

/// A place for one journal, and another program's view of it.
pub(crate) trait Engine {
    /// What a journal's `Debug` begins with.
    const DEBUG: &'static str;
    /// What somebody might try with the events; `{p}` is what the tables' names begin with.
    const TAMPERING: &'static [&'static str];

    fn new() -> Self;
    /// By its name or URL, as a merchant opens it.
    fn place(&self) -> String;
    fn prefix(&self) -> String;
    /// Runs SQL, or says why not.
    fn run(&self, sql: &str) -> Result<(), String>;
    /// Says of the schema that it is version `version`, for releases that know `min_reader`.
    fn mark(&self, version: u32, min_reader: u32);

    fn journal(&self) -> Arc<dyn Journal> {
        dollr_journal::open(self.place()).expect("a journal")
    }

    fn sql(&self, sql: &str) -> Result<(), String> {
        self.run(&sql.replace("{p}", &self.prefix()))
    }
}

impl Engine for Desk {
    const DEBUG: &'static str = "SqliteJournal { path: ";
    const TAMPERING: &'static [&'static str] = &[
        "UPDATE {p}events SET what = 'nothing'",
        "UPDATE OR REPLACE {p}events SET version = 2 WHERE version = 1",
        "DELETE FROM {p}events",
        "INSERT OR REPLACE INTO {p}events (id, entry_id, version, at, what, state) VALUES (1, 1, 9, 0, 'x', 'x')",
        "REPLACE INTO {p}events (entry_id, version, at, what, state) VALUES (1, 1, 0, 'x', 'x')",
    ];

    fn new() -> Self {
        Self::new()
    }

    fn place(&self) -> String {
        format!("sqlite:{}", self.file().display())
    }

    fn prefix(&self) -> String {
        "dollr_".to_owned()
    }

    fn run(&self, sql: &str) -> Result<(), String> {
        self.raw().execute_batch(&format!("PRAGMA foreign_keys = 1; {sql}")).map_err(|e| e.to_string())
    }

    fn mark(&self, version: u32, min_reader: u32) {
        self.raw().pragma_update(None, "user_version", min_reader << 16 | version).expect("marked");
    }
}

impl Engine for Database {
    const DEBUG: &'static str = "PostgresJournal { place: ";
    const TAMPERING: &'static [&'static str] = &[
        "UPDATE {p}events SET what = 'nothing'",
        "DELETE FROM {p}events",
        "TRUNCATE {p}events",
        "TRUNCATE {p}entries CASCADE",
        "INSERT INTO {p}events (entry_id, version, at, what, state) SELECT entry_id, version, 0, 'x', 'x' FROM {p}events
         ON CONFLICT (entry_id, version) DO UPDATE SET what = 'x'",
    ];

    fn new() -> Self {
        Self::new()
    }

    fn place(&self) -> String {
        self.url()
    }

    fn prefix(&self) -> String {
        self.prefix.clone()
    }

    fn run(&self, sql: &str) -> Result<(), String> {
        self.server.psql(sql).map(drop)
    }

    fn mark(&self, version: u32, min_reader: u32) {
        let sql = format!("UPDATE {{p}}schema SET version = {version}, min_reader = {min_reader}");
        self.sql(&sql).expect("marked");
    }
}
