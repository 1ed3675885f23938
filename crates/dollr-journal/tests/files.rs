//! What may stand where the journal is to be: each gets one sentence that names the place, and is left as it was.

mod common;

use std::fs;
use std::path::Path;

use common::{Desk, create};
use dollr_journal::{Journal, JournalError, SqliteJournal, Version};

/// Both doors refuse `path` with this sentence.
fn refused(path: &Path, ending: &str) {
    for error in
        [SqliteJournal::open(path), SqliteJournal::open_existing(path)].map(|r| r.expect_err("refused"))
    {
        says(path, &error, ending);
    }
}

fn says(path: &Path, error: &JournalError, ending: &str) {
    let text = error.to_string();
    assert!(text.starts_with("the journal at \"") || text.starts_with("there is no journal at \""), "{text}");
    assert!(
        text.contains(&format!("{:?}", path.to_string_lossy())),
        "{text} does not name {}",
        path.display()
    );
    assert!(text.ends_with(ending), "{text}");
    assert!(!text.contains('\n'), "{text}");
}

#[test]
fn a_directory_is_no_journal() {
    let desk = Desk::new();
    refused(&desk.folder(), "it is a directory; name a file in it");
    assert!(desk.names().is_empty());
}

#[test]
fn a_folder_that_is_missing_is_not_made() {
    let desk = Desk::new();
    let path = desk.folder().join("none").join("journal.db");
    let error = SqliteJournal::open(&path).expect_err("refused");
    says(&path, &error, "its folder does not exist; make it first");
    assert_eq!(SqliteJournal::open_existing(&path).err(), Some(JournalError::Absent { path }));
    assert!(desk.names().is_empty());
}

#[test]
fn a_file_in_place_of_the_folder_is_said() {
    let desk = Desk::new();
    fs::write(desk.file(), "text").expect("a file");
    let path = desk.file().join("journal.db");
    refused(&path, "Not a directory (os error 20)");
    assert_eq!(fs::read_to_string(desk.file()).expect("readable"), "text");
}

#[test]
fn an_empty_name_is_no_journal() {
    assert!(SqliteJournal::open("").is_err());
    assert!(SqliteJournal::open_existing("").is_err());
}

/// A socket stands for whatever is no file: a device's rights, were they changed here, would be missed by all others.
#[cfg(unix)]
#[test]
fn what_is_no_regular_file_is_no_journal() {
    let desk = Desk::new();
    let _socket = std::os::unix::net::UnixListener::bind(desk.file()).expect("a socket");
    let rights = || fs::metadata(desk.file()).expect("there").permissions();
    let before = rights();
    refused(&desk.file(), "it is not a regular file; name another");
    assert_eq!(rights(), before);
}

#[cfg(unix)]
#[test]
fn a_link_to_nothing_is_no_journal() {
    let desk = Desk::new();
    std::os::unix::fs::symlink(desk.folder().join("gone"), desk.file()).expect("a link");
    let error = SqliteJournal::open(desk.file()).expect_err("refused");
    says(&desk.file(), &error, "No such file or directory (os error 2)");
    assert_eq!(desk.names(), ["journal.db"]);
}

#[test]
fn open_existing_makes_nothing() {
    let desk = Desk::new();
    let error = SqliteJournal::open_existing(desk.file()).expect_err("none");
    assert_eq!(error, JournalError::Absent { path: desk.file() });
    says(&desk.file(), &error, "journal.db\"");
    assert!(desk.names().is_empty());
    fs::write(desk.file(), "").expect("a file");
    assert_eq!(SqliteJournal::open_existing(desk.file()).err(), Some(error));
    assert_eq!(fs::read(desk.file()).expect("readable"), b"");
}

/// All that can be seen of a folder: each name, its content and its rights.
fn seen(desk: &Desk) -> Vec<(String, Vec<u8>, fs::Permissions)> {
    let look = |name: String| {
        let path = desk.folder().join(&name);
        let rights = fs::metadata(&path).expect("there").permissions();
        (name, fs::read(path).expect("readable"), rights)
    };
    desk.names().into_iter().map(look).collect()
}

/// Lets others read everything in the folder.
fn share(desk: &Desk) {
    #[cfg(unix)]
    for name in desk.names() {
        let rights = std::os::unix::fs::PermissionsExt::from_mode(0o644);
        fs::set_permissions(desk.folder().join(name), rights).expect("ours");
    }
}

/// A file that is no database, however short, is neither written nor joined by others.
#[test]
fn a_text_is_no_journal_and_stays_as_it_was() {
    for text in ["x".to_owned(), "id,amount\n1,250.00\n".to_owned(), "no database ".repeat(1000)] {
        let desk = Desk::new();
        fs::write(desk.file(), &text).expect("a file");
        share(&desk);
        let before = seen(&desk);
        refused(&desk.file(), "it is not an SQLite database; name another file");
        assert_eq!(seen(&desk), before);
    }
}

#[test]
fn the_database_of_another_program_stays_as_it_was() {
    for sql in [
        "VACUUM",
        "CREATE TABLE customers (name TEXT)",
        "PRAGMA application_id = 252006673; CREATE TABLE customers (name TEXT)",
        "PRAGMA application_id = 252006673",
        "PRAGMA user_version = 1",
        "PRAGMA journal_mode = WAL; CREATE TABLE dollr_entries (id INTEGER)",
    ] {
        let desk = Desk::new();
        desk.raw().execute_batch(sql).expect(sql);
        if fs::metadata(desk.file()).expect("there").len() == 0 {
            continue;
        }
        share(&desk);
        let before = seen(&desk);
        refused(&desk.file(), "it is the database of another program; name another file");
        assert_eq!(seen(&desk), before, "{sql}");
    }
}

/// The same where something of a rollback journal is beside it, because it is written just now or keeps one.
#[test]
fn the_rollback_journal_of_another_program_stays_as_it_was() {
    let desk = Desk::new();
    let raw = desk.raw();
    raw.execute_batch("PRAGMA journal_mode = PERSIST; CREATE TABLE customers (name TEXT)").expect("at work");
    drop(raw);
    share(&desk);
    let before = seen(&desk);
    assert_eq!(before.len(), 2);
    refused(&desk.file(), "it is the database of another program; name another file");
    assert_eq!(seen(&desk), before);
}

/// The same where its program was killed, and all it wrote is in its log.
#[test]
fn the_log_of_another_program_stays_as_it_was() {
    let (live, desk) = (Desk::new(), Desk::new());
    let raw = live.raw();
    raw.execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE customers (name TEXT)").expect("at work");
    copy(&live, &desk, &["journal.db", "journal.db-wal"]);
    share(&desk);
    let before = seen(&desk);
    refused(&desk.file(), "it is the database of another program; name another file");
    assert_eq!(seen(&desk), before);
}

fn copy(from: &Desk, to: &Desk, names: &[&str]) {
    for name in names {
        fs::copy(from.folder().join(name), to.folder().join(name)).expect("copied");
    }
}

/// F26: power was lost while the journal was made. There is nothing in it yet, and it is made anew.
#[test]
fn a_birth_that_was_cut_short_is_taken_up() {
    let (live, desk) = (Desk::new(), Desk::new());
    let raw = live.raw();
    raw.execute_batch("PRAGMA cache_size = 1; BEGIN; PRAGMA application_id = 1145850962; CREATE TABLE t (x)")
        .expect("begun");
    for _ in 0..20 {
        raw.execute("INSERT INTO t VALUES (randomblob(9000))", []).expect("spilled to the file");
    }
    copy(&live, &desk, &["journal.db", "journal.db-journal"]);
    let torn = fs::read(desk.file()).expect("readable");
    assert!(torn.len() > 4096 && !torn.starts_with(b"SQLite"), "its first page is missing");

    create(&desk.journal(), "id").expect("made anew");
    assert_eq!(desk.journal().open_entries().expect("readable").len(), 1);
}

/// I5, F26: power was lost while the log was copied into the file. With the log, nothing is missing.
#[test]
fn a_checkpoint_that_was_cut_short_is_no_damage() {
    let (live, desk) = (Desk::new(), Desk::new());
    let journal = live.journal();
    for n in 0..100 {
        create(&journal, &format!("id {n}")).expect("room");
    }
    copy(&live, &desk, &["journal.db", "journal.db-wal"]);
    drop(journal);
    let (whole, mut torn) =
        (fs::read(live.file()).expect("readable"), fs::read(desk.file()).expect("readable"));
    assert!(whole.len() > torn.len(), "the log had pages that the file has not");
    torn[..4096].copy_from_slice(&whole[..4096]);
    fs::write(desk.file(), torn).expect("only the first page has arrived");

    assert_eq!(desk.journal().open_entries().expect("whole").len(), 100);
}

/// T29: what a newer release wrote is not touched.
#[test]
fn a_newer_schema_is_refused_and_stays_as_it_was() {
    let desk = Desk::new();
    create(&desk.journal(), "id").expect("room");
    desk.raw().pragma_update(None, "user_version", 4).expect("newer");
    let before = fs::read(desk.file()).expect("readable");
    refused(&desk.file(), "has schema 4, this release knows up to 3: use the release that wrote it");
    let newer = JournalError::Newer { path: desk.file(), found: 4, known: 3 };
    assert_eq!(SqliteJournal::open(desk.file()).err(), Some(newer.clone()));
    assert_eq!(fs::read(desk.file()).expect("readable"), before);
    assert_eq!(desk.names(), ["journal.db"]);

    // The same where the newer release is still at work, and its mark is in the log only.
    let live = Desk::new();
    let journal = live.journal();
    let raw = live.raw();
    raw.pragma_update(None, "wal_autocheckpoint", 0).expect("set");
    raw.pragma_update(None, "user_version", 4).expect("newer");
    let error = SqliteJournal::open(live.file()).expect_err("refused");
    assert_eq!(error, JournalError::Newer { path: live.file(), found: 4, known: 3 });
    drop(journal);
}

/// T29: a damaged file is an error, never a panic and never an empty journal.
#[test]
fn a_file_that_is_cut_short_is_never_reset() {
    let desk = Desk::new();
    let journal = desk.journal();
    for n in 0..40 {
        create(&journal, &format!("id {n}")).expect("room");
    }
    drop(journal);
    let whole = fs::read(desk.file()).expect("readable");
    for length in [1, 99, 100, 4095, 4096, 5000, whole.len() - 4096, whole.len() - 1] {
        fs::write(desk.file(), &whole[..length]).expect("cut");
        let read = SqliteJournal::open(desk.file()).and_then(|journal| journal.entries(100));
        match read {
            Err(error @ JournalError::Unusable { .. }) => {
                assert!(error.to_string().contains("journal.db"), "{error}");
            }
            Ok(entries) => assert_eq!(entries.len(), 40, "cut to {length}"),
            Err(other) => panic!("cut to {length}: {other}"),
        }
    }
}

/// I5: a log without its file holds payments that a new file would throw away.
#[test]
fn a_log_without_its_file_is_kept() {
    let desk = Desk::new();
    let journal = desk.journal();
    create(&journal, "id").expect("room");
    let away = Desk::new();
    for name in ["journal.db", "journal.db-wal"] {
        fs::copy(desk.folder().join(name), away.folder().join(name)).expect("copied");
    }
    fs::rename(away.file(), away.folder().join("aside")).expect("moved");
    refused(&away.file(), "its -wal is there but the file is not; put it back, there may be payments in it");
    assert_eq!(away.names(), ["aside", "journal.db-wal"]);

    fs::rename(away.folder().join("aside"), away.file()).expect("put back");
    assert!(away.journal().load("id").expect("readable").is_some());

    let empty = Desk::new();
    fs::write(empty.folder().join("journal.db-wal"), "").expect("a file");
    create(&empty.journal(), "id").expect("no payment is in it");
}

/// A name is a name: not a URI, not SQLite's word for memory, not UTF-8.
#[cfg(unix)]
#[test]
fn odd_names_are_names() {
    use std::os::unix::ffi::OsStrExt;
    let desk = Desk::new();
    let odd: [&[u8]; 6] =
        [b":memory:", b"a b?mode=ro#x%20", b"file:x?mode=memory", b"caf\xe9.db", b"'q\".db", b"\n.db"];
    for name in odd {
        let path = desk.folder().join(std::ffi::OsStr::from_bytes(name));
        create(&SqliteJournal::open(&path).expect("a journal"), "id").expect("room");
        let again = SqliteJournal::open_existing(&path).expect("it is there");
        assert!(again.load("id").expect("readable").is_some(), "{}", path.display());
    }
    assert_eq!(desk.folder().read_dir().expect("a folder").count(), odd.len());
}

/// T27: SQLite keeps what other databases would not.
#[test]
fn any_text_is_a_key() {
    let desk = Desk::new();
    let journal = desk.journal();
    let long = "ü".repeat(100_000);
    for key in ["", "\0", "\0after nothing", &long] {
        create(&journal, key).expect("only text");
        let error = create(&journal, key).expect_err("there").to_string();
        assert!(error.chars().count() < 160 && !error.contains(char::is_control), "{error:?}");
    }
    assert_eq!(journal.open_entries().expect("readable").len(), 4);
}

/// T28: an existing journal that others may read is tightened, with its companions.
#[cfg(unix)]
#[test]
fn a_journal_that_others_may_read_is_tightened() {
    use std::os::unix::fs::PermissionsExt;
    let desk = Desk::new();
    let journal = desk.journal();
    create(&journal, "id").expect("room");
    let names = desk.names();
    assert_eq!(names, ["journal.db", "journal.db-shm", "journal.db-wal"]);
    for name in &names {
        fs::set_permissions(desk.folder().join(name), fs::Permissions::from_mode(0o664)).expect("loosened");
    }
    let again = desk.journal();
    for name in &names {
        let mode = fs::metadata(desk.folder().join(name)).expect("there").permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{name}");
    }
    assert_eq!(save(&again), Ok(Version::new(2)));
    drop(journal);
}

#[cfg(unix)]
fn save(journal: &dyn Journal) -> Result<Version, JournalError> {
    common::save(journal, "id", Version::FIRST, "answered")
}
