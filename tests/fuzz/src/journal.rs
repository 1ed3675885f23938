//! Rows of a journal, as a disk, another release or another program may have left them: read, or refused by name, and never
//! taken for something else (F28, T29).

use std::cell::OnceCell;
use std::path::PathBuf;
use std::time::Duration;

use dollr_core::{Execution, Machine, Snapshot, Timestamp};
use dollr_journal::{Journal, JournalError, Kind, Lease, Page, SqliteJournal, Version};
use rusqlite::Connection;

use crate::answers::recorded;
use crate::draw::{Draw, ID, NOW};

/// One journal for all that are tried: making one takes longer than all the rest.
struct Place {
    journal: SqliteJournal,
    behind: Connection,
    _folder: tempfile::TempDir,
}

thread_local! {
    static PLACE: OnceCell<Place> = const { OnceCell::new() };
}

/// Columns to be written over, and what with.
pub(crate) fn run(bytes: &[u8]) {
    PLACE.with(|place| place.get_or_init(Place::new).bend(bytes));
}

impl Place {
    fn new() -> Self {
        // Where there is a disk in memory, nothing is waited for.
        let memory = PathBuf::from("/dev/shm");
        let root = if memory.is_dir() { memory } else { std::env::temp_dir() };
        let folder = tempfile::tempdir_in(root).expect("a folder");
        let path = folder.path().join("payments.db");
        let journal = SqliteJournal::open(&path).expect("a journal");
        let behind = Connection::open(&path).expect("the same file");
        behind
            .execute_batch(
                "PRAGMA ignore_check_constraints = ON; PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF",
            )
            .expect("pragmas");
        Self { journal, behind, _folder: folder }
    }

    fn bend(&self, bytes: &[u8]) {
        let now = Timestamp::from_millis(NOW);
        let machine = recorded(now);
        let snapshot = machine.snapshot();
        self.clear();
        let page = Page { due: Some(now), ..Page::of(&machine, &snapshot, now).noting("recorded") };
        let version = self.journal.create(ID, Kind::Execution, None, &page, now).expect("a row");
        assert_eq!(version, Version::FIRST);
        let mut draw = Draw::new(bytes);
        while !draw.is_empty() {
            self.write_over(&mut draw);
        }
        self.read(&snapshot, now);
    }

    fn clear(&self) {
        let statements = "DROP TRIGGER IF EXISTS dollr_events_remain; DELETE FROM dollr_work; DELETE FROM dollr_events; DELETE FROM dollr_entries";
        self.behind.execute_batch(statements).expect("an empty journal");
    }

    /// One column of the row becomes something else, if the database lets it.
    fn write_over(&self, draw: &mut Draw<'_>) {
        let columns = [
            "dollr_entries SET snapshot",
            "dollr_entries SET kind",
            "dollr_entries SET state",
            "dollr_entries SET open",
            "dollr_entries SET version",
            "dollr_entries SET created_at",
            "dollr_entries SET updated_at",
            "dollr_entries SET key",
            "dollr_work SET due_at",
            "dollr_work SET takes",
            "dollr_work SET lease_until",
            "dollr_work SET holder",
        ];
        let column = draw.one_of(&columns);
        let statement = format!("UPDATE {column} = ?1");
        let written = match draw.below(4) {
            0 => self.behind.execute(&statement, [draw.number().cast_signed()]),
            1 => self.behind.execute(&statement, [i64::from(draw.byte())]),
            2 => self.behind.execute(&statement, [draw.text()]),
            _ => self.behind.execute(&statement, [String::from_utf8_lossy(draw.rest()).into_owned()]),
        };
        // The table is strict: what is of another type is not written.
        drop(written);
    }

    fn read(&self, snapshot: &Snapshot, now: Timestamp) {
        if let Ok(Some(entry)) = self.journal.load(ID) {
            assert_eq!(entry.key, ID);
            // Whoever goes on from it has the payment that was written, or an error.
            if let Ok(found) = Execution::restore(&entry.snapshot) {
                let same = Execution::restore(snapshot).expect("its own snapshot");
                assert!(entry.snapshot != *snapshot || found == same);
            }
            let page = Page::of(&recorded(now), snapshot, now);
            let stale = Version::new(entry.version.number().wrapping_add(7));
            let saved = self.journal.save(ID, stale, &page, now);
            assert!(saved.is_err(), "a version that it does not have was accepted (I14)");
        }
        let lease = Lease { holder: "fuzz", limit: 10, term: Duration::from_secs(60) };
        if let Ok(taken) = self.journal.take_due(lease, now) {
            assert!(taken.len() <= 1);
            let again = self.journal.take_due(lease, now).unwrap_or_default();
            assert!(taken.is_empty() || again.is_empty(), "one row, two holders (I14)");
        }
        let told: Vec<Result<(), JournalError>> = vec![
            self.journal.entries(10).map(drop),
            self.journal.open_entries().map(drop),
            self.journal.lines(ID).map(drop),
            self.journal.backlog(now).map(drop),
            self.journal.unattended(10).map(drop),
        ];
        for error in told.into_iter().filter_map(Result::err) {
            assert!(!error.to_string().is_empty());
        }
    }
}
