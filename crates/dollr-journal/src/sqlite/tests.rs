//! What the public door cannot bring about: another patience, a fork (which takes unsafe code), a full disk.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Barrier, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use dollr_core::{Snapshot, Timestamp};
use rusqlite::{Connection, Transaction, TransactionBehavior};
use tempfile::TempDir;

use super::open::{self, Missing};
use super::{PATIENCE, SqliteJournal, duplicates, goods, rows, work};
use crate::{Journal, JournalError, Kind, Page, Version};

const NOW: Timestamp = Timestamp::from_millis(1_750_000_000_000);

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

fn opened(folder: &TempDir, patience: Duration) -> Result<SqliteJournal, JournalError> {
    open::journal(&folder.path().join("journal.db"), Missing::Make, patience)
}

fn create(journal: &SqliteJournal, key: &str) -> Result<Version, JournalError> {
    let snapshot = Snapshot::new("x".repeat(10_000));
    let page = Page::new("sending", true, &snapshot, "prepared");
    journal.create(key, Kind::Execution, None, &page, NOW)
}

/// F27: no endless wait on a writer that never lets go, and nothing half-written.
#[test]
fn a_held_journal_is_named_when_patience_ends() {
    let folder = folder();
    let patience = Duration::from_millis(60);
    let journal = opened(&folder, patience).expect("a journal");
    let mut other = Connection::open(folder.path().join("journal.db")).expect("a connection");
    let holder = Transaction::new(&mut other, TransactionBehavior::Immediate).expect("the write lock");

    let begun = Instant::now();
    let error = create(&journal, "a").expect_err("held");
    assert!(begun.elapsed() >= patience, "it gave up after {:?}", begun.elapsed());
    assert!(matches!(error, JournalError::Busy { waited, .. } if waited == patience), "{error}");
    assert!(error.to_string().contains("journal.db\" was held by another writer for 60 ms"), "{error}");
    assert_eq!(journal.load("a"), Ok(None), "readers are not held up");

    drop(holder);
    assert_eq!(create(&journal, "a"), Ok(Version::FIRST));
}

/// F27, F29: a writer in the way is waited for.
#[test]
fn a_writer_waits_for_another_one() {
    let folder = folder();
    let journal = opened(&folder, PATIENCE).expect("a journal");
    let mut other = Connection::open(folder.path().join("journal.db")).expect("a connection");
    let holder = Transaction::new(&mut other, TransactionBehavior::Immediate).expect("the write lock");
    let released = AtomicBool::new(false);
    let (ready, is_ready) = mpsc::channel();

    thread::scope(|scope| {
        let writer = scope.spawn(|| {
            ready.send(()).expect("a listener");
            let written = create(&journal, "a");
            (written, released.load(Ordering::SeqCst))
        });
        is_ready.recv().expect("a writer");
        released.store(true, Ordering::SeqCst);
        holder.commit().expect("released");
        assert_eq!(writer.join().expect("no panic"), (Ok(Version::FIRST), true));
    });
}

/// I14: a connection that was inherited through a fork is never used, and the file is not opened beside it.
#[test]
fn a_forked_child_is_told_to_open_its_own() {
    let folder = folder();
    let mut journal = opened(&folder, PATIENCE).expect("a journal");
    create(&journal, "a").expect("room");
    journal.held.inherit();

    let forked = JournalError::Forked { path: folder.path().join("journal.db") };
    assert_eq!(create(&journal, "b"), Err(forked.clone()));
    assert_eq!(journal.load("a"), Err(forked.clone()));
    assert_eq!(journal.open_entries(), Err(forked.clone()));
    assert_eq!(opened(&folder, PATIENCE).err(), Some(forked.clone()));
    drop(journal);
    assert_eq!(opened(&folder, PATIENCE).err(), Some(forked.clone()), "its locks stay inherited");
    assert!(forked.to_string().ends_with("open it after the fork"), "{forked}");
    assert!(folder.path().join("journal.db-wal").exists(), "the parent's log is left alone");
}

#[test]
fn a_file_that_was_closed_before_the_fork_is_free() {
    let folder = folder();
    drop(opened(&folder, PATIENCE).expect("a journal"));
    let (one, two) = (opened(&folder, PATIENCE), opened(&folder, PATIENCE));
    assert!(one.is_ok() && two.is_ok(), "the same file, twice in one process");
}

/// I5, F27: what does not fit is said, what was there stays, and with room it goes on.
#[test]
fn a_full_disk_is_said_and_loses_nothing() {
    let folder = folder();
    let journal = opened(&folder, PATIENCE).expect("a journal");
    create(&journal, "a").expect("room");
    let limit = |pages: i64| {
        let connection = journal.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let connection = connection.as_ref().expect("open");
        connection.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(())).expect("a limit");
    };
    limit(1);
    let full = create(&journal, "b").expect_err("no room");
    assert!(matches!(full, JournalError::Full { .. }), "{full:?}");
    assert!(full.to_string().ends_with("journal.db\" could not be written: the disk is full"), "{full}");
    assert_eq!(journal.open_entries().expect("readable").len(), 1);
    assert_eq!(journal.lines("b"), Ok(Vec::new()));
    limit(1_000_000);
    assert_eq!(create(&journal, "b"), Ok(Version::FIRST));
}

/// A thread that panics while it holds the connection takes nobody with it.
#[test]
fn a_panic_elsewhere_does_not_close_the_journal() {
    let folder = folder();
    let journal = opened(&folder, PATIENCE).expect("a journal");
    let panicked = thread::scope(|scope| {
        let writer = scope.spawn(|| {
            journal.write(|transaction| -> rusqlite::Result<Result<(), JournalError>> {
                transaction.execute("INSERT INTO dollr_entries (key, kind, state, open, snapshot, version, created_at, updated_at)
                                     VALUES ('half', 'execution', 's', 1, '{}', 1, 0, 0)", [])?;
                panic!("on purpose")
            })
        });
        writer.join().is_err()
    });
    assert!(panicked);
    assert_eq!(journal.load("half"), Ok(None));
    assert_eq!(create(&journal, "a"), Ok(Version::FIRST));
}

/// I5: durability is not taken on trust.
#[test]
fn a_connection_of_ours_syncs_fully() {
    let folder = folder();
    let journal = opened(&folder, PATIENCE).expect("a journal");
    let value = |name: &str| {
        let read = |c: &mut Connection| c.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
        journal.with(read).expect("a value")
    };
    assert_eq!(value("synchronous"), 2);
    assert_eq!(value("foreign_keys"), 1);
    assert_eq!(value("fullfsync"), 1);
    assert_eq!(value("busy_timeout"), 5_000);
    let mode = journal.with(|c| c.pragma_query_value(None, "journal_mode", |row| row.get::<_, String>(0)));
    assert_eq!(mode.as_deref(), Ok("wal"));
}

/// I5: a setting that did not take is an error, not a hope.
#[test]
fn a_connection_that_does_not_sync_is_refused() {
    let folder = folder();
    let journal = opened(&folder, PATIENCE).expect("a journal");
    for (name, value, says) in [("synchronous", 1, "synchronous=1"), ("foreign_keys", 0, "foreign_keys=0")] {
        let verdict = journal.with(|connection| {
            connection.pragma_update(None, name, value)?;
            let verdict = open::verify(&journal.path, connection)?;
            open::durable(connection)?;
            Ok(verdict)
        });
        let error = verdict.expect("readable").expect_err("refused");
        assert!(error.to_string().contains(says), "{error}");
    }
}

/// What is asked again and again reads the rows that it is about, in their order, and no others.
#[test]
fn rows_are_found_by_their_indexes() {
    let folder = folder();
    let journal = opened(&folder, PATIENCE).expect("a journal");
    let plan = |sql: &str| {
        let plan = journal.with(|connection| {
            let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
            let values = vec![1; statement.parameter_count()];
            let steps = statement.query_map(rusqlite::params_from_iter(values), |row| row.get(3))?;
            steps.collect::<rusqlite::Result<Vec<String>>>()
        });
        plan.expect("a plan")
    };
    let claims = "SEARCH dollr_claims USING INDEX sqlite_autoindex_dollr_claims_1 (goods=?)";
    let its_work = "SEARCH dollr_work USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN";
    assert_eq!(plan(&rows::open_sql()), ["SCAN dollr_entries USING INDEX dollr_entries_open", its_work]);
    let unattended = "SCAN dollr_entries USING INDEX dollr_entries_unattended";
    assert_eq!(plan(&work::unattended_sql()), [unattended, its_work]);
    assert_eq!(
        plan(rows::HOLDER),
        ["SEARCH dollr_entries USING INDEX dollr_entries_order (order_id=?)"],
        "the order is locked while this is found out"
    );
    let entry = "SEARCH dollr_entries USING INTEGER PRIMARY KEY (rowid=?)";
    let due = "SEARCH dollr_work USING INDEX dollr_work_due (due_at<?)";
    assert_eq!(plan(&work::free_sql(work::DUE)), [due, entry], "what is due is not sorted");
    let paid = plan(&goods::paid_sql());
    assert_eq!(paid[0], "SEARCH dollr_entries USING INDEX dollr_entries_deliver (ended_at>?)");
    assert_eq!(paid.last().map(String::as_str), Some(claims), "{paid:?}");
    let twice = "SCAN dollr_paid USING INDEX dollr_paid_twice";
    assert_eq!(plan(&duplicates::list_sql()), [twice, entry, its_work]);
    let of_order = "SEARCH dollr_paid USING INDEX dollr_paid_order (order_id=?)";
    assert_eq!(plan(duplicates::BEFORE), [of_order, entry]);
    let backlog = plan(work::BACKLOG);
    let found = ["INDEX dollr_entries_open", "INDEX dollr_work_due"];
    let indexed = backlog.iter().filter(|step| found.iter().any(|index| step.contains(index))).count();
    assert_eq!((indexed, backlog.len()), (2, 3), "{backlog:?}");
}

/// T28: there is no moment at which another user could open the file and keep it open. (`tighten` comes later.)
#[cfg(unix)]
#[test]
fn a_file_is_the_owners_alone_from_its_first_moment() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder();
    let path = folder.path().join("journal.db");
    open::make(&path).expect("made");
    let mode = std::fs::metadata(&path).expect("there").permissions().mode() & 0o777;
    assert_eq!(mode, 0o600);
}

/// F29: SQLite turns the log on only when nobody else reads; they are waited for, as long as for a writer.
#[test]
fn a_reader_in_the_way_of_the_log_is_waited_for() {
    let folder = folder();
    drop(opened(&folder, PATIENCE).expect("a journal"));
    let reader = Connection::open(folder.path().join("journal.db")).expect("a connection");
    reader.pragma_update_and_check(None, "journal_mode", "DELETE", |_| Ok(())).expect("the log is off");
    reader.execute_batch("BEGIN; SELECT count(*) FROM dollr_entries;").expect("it reads");

    let patience = Duration::from_millis(60);
    let begun = Instant::now();
    let error = opened(&folder, patience).expect_err("in the way");
    assert!(begun.elapsed() >= patience, "it gave up after {:?}", begun.elapsed());
    assert!(matches!(error, JournalError::Busy { .. }), "{error}");

    reader.execute_batch("COMMIT").expect("it has read");
    assert_eq!(create(&opened(&folder, patience).expect("a journal"), "a"), Ok(Version::FIRST));
}

/// F29: of several that turn the log on at once, SQLite sends some away without waiting. They come again.
#[test]
fn all_that_turn_the_log_on_at_once_succeed() {
    const AT_ONCE: usize = 4;
    let folder = folder();
    let path = folder.path().join("journal.db");
    drop(opened(&folder, PATIENCE).expect("a journal"));
    for round in 0..150 {
        let connect = || {
            let connection = Connection::open(&path).expect("a connection");
            connection.busy_timeout(PATIENCE).expect("set");
            connection.pragma_update(None, "synchronous", "OFF").expect("set");
            connection
        };
        connect()
            .pragma_update_and_check(None, "journal_mode", "DELETE", |_| Ok(()))
            .expect("the log is off");
        let start = Barrier::new(AT_ONCE);
        let connections: Vec<_> = (0..AT_ONCE).map(|_| connect()).collect();
        let results: Vec<_> = thread::scope(|scope| {
            let mut turning = Vec::new();
            for connection in connections {
                let start = &start;
                turning.push(scope.spawn(move || {
                    start.wait();
                    open::log_ahead(&connection, PATIENCE)
                }));
            }
            turning.into_iter().map(|t| t.join().expect("no panic")).collect()
        });
        assert!(results.iter().all(Result::is_ok), "round {round}: {results:?}");
    }
}
