//! Takes and saves that cross on a PostgreSQL server: neither sees what the other is about to do, and one of the two is refused.

mod common;

use std::thread;
use std::time::{Duration, Instant};

use common::{Database, Engine, NOW, save};
use dollr_core::Snapshot;
use dollr_journal::{Entry, Journal, JournalError, Kind, Lease, Page, Version};

const TAKE: &str = "UPDATE {p}work SET holder = 'taker', takes = takes + 1,
    lease_until = 1000 * extract(epoch FROM now()) + 120000";

const SAVE: &str = "UPDATE {p}entries SET version = version + 1;
    UPDATE {p}work SET holder = NULL, lease_until = NULL, takes = 0";

fn due(journal: &dyn Journal) -> Version {
    let snapshot = Snapshot::new("{}");
    let page = Page { due: Some(NOW), ..Page::new("Open", true, &snapshot, "made") };
    journal.create("id", Kind::Execution, None, &page, NOW).expect("room")
}

fn take(journal: &dyn Journal) -> Option<Entry> {
    let lease = Lease { holder: "next", limit: 9, term: Duration::from_secs(60) };
    journal.take_due(lease, NOW).expect("readable").pop()
}

/// Until somebody waits for another one's transaction.
fn somebody_waits(database: &Database) {
    let sql = format!(
        "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%{}work%' AND cardinality(pg_blocking_pids(pid)) > 0",
        database.prefix
    );
    let patience = Instant::now() + Duration::from_secs(30);
    while database.server.psql(&sql).expect("counted") == "0" {
        assert!(Instant::now() < patience, "nobody waits");
        thread::sleep(Duration::from_millis(2));
    }
}

/// I14: a save that began before somebody's take was committed goes through, and it is the taker who is refused.
#[test]
fn i14_of_a_save_and_a_take_that_cross_one_is_refused() {
    for stays_due in [true, false] {
        let database = Database::new();
        let journal = database.journal();
        let first = due(&journal);
        let taking = database.server.hold(&TAKE.replace("{p}", &database.prefix));
        let saved = thread::scope(|scope| {
            let saving = scope.spawn(|| {
                let snapshot = Snapshot::new("{}");
                let due = stays_due.then_some(NOW);
                let page = Page { due, ..Page::new("Open", true, &snapshot, "saved") };
                journal.save("id", first, &page, NOW)
            });
            somebody_waits(&database);
            taking.commit();
            saving.join().expect("no panic")
        });
        assert_eq!(saved, Ok(first.next()));
        let error = save(&journal, "id", first.taken(1), "the taker's").expect_err("fenced");
        assert!(matches!(error, JournalError::Stale { found, .. } if found == Some(first.next())), "{error}");
        // Nor does he keep it from others.
        assert_eq!(take(&journal).map(|entry| entry.version), stays_due.then_some(first.next().taken(1)));
    }
}

/// I14: a take waits for no save, and does not get the row as it was before.
#[test]
fn i14_a_row_that_is_being_saved_is_not_taken() {
    let database = Database::new();
    let journal = database.journal();
    let first = due(&journal);
    let saving = database.server.hold(&SAVE.replace("{p}", &database.prefix));
    assert_eq!(take(&journal), None);
    saving.commit();
    assert_eq!(take(&journal).map(|entry| entry.version), Some(first.next().taken(1)));
}
