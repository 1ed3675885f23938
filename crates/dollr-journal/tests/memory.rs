//! A journal in memory is one, without a file.

mod common;

use common::{create, save};
use dollr_journal::{Journal, JournalError, SqliteJournal, Version};

/// I3, I5: who opens the same name sees the same rows, and one of them writes.
#[test]
fn a_journal_in_memory_is_shared_by_its_name() {
    let [one, other] = [(); 2].map(|()| SqliteJournal::in_memory("shared").expect("a journal"));
    assert_eq!(create(&one, "id"), Ok(Version::FIRST));
    assert_eq!(create(&other, "id"), Err(JournalError::Exists { key: "id".to_owned() }));
    assert_eq!(save(&other, "id", Version::FIRST, "other"), Ok(Version::new(2)));
    let stale = save(&one, "id", Version::FIRST, "one").expect_err("stale");
    assert!(matches!(stale, JournalError::Stale { found: Some(found), .. } if found == Version::new(2)));

    let apart = SqliteJournal::in_memory("shared?mode=ro&x=/..").expect("any name is one");
    assert_eq!(apart.load("id"), Ok(None), "another name, another journal");
    assert_eq!(create(&apart, "id"), Ok(Version::FIRST));
}

/// It says so in its documentation.
#[test]
fn a_journal_in_memory_is_gone_with_the_last_who_has_it() {
    let first = SqliteJournal::in_memory("gone").expect("a journal");
    let second = SqliteJournal::in_memory("gone").expect("a journal");
    assert_eq!(create(&first, "id"), Ok(Version::FIRST));
    drop(first);
    assert!(second.load("id").expect("readable").is_some());
    drop(second);
    assert_eq!(SqliteJournal::in_memory("gone").expect("a journal").load("id"), Ok(None));
}

/// I3: threads on connections of their own, of whom one at a time writes, and none gives up.
#[test]
fn writers_in_memory_wait_for_each_other() {
    const WRITES: u64 = 200;
    let first = SqliteJournal::in_memory("busy").expect("a journal");
    create(&first, "id").expect("room");
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let own = SqliteJournal::in_memory("busy").expect("a journal");
                let mut done = 0;
                while done < WRITES {
                    let version = own.load("id").expect("readable").expect("it is there").version;
                    match save(&own, "id", version, "this") {
                        Ok(_) => done += 1,
                        Err(JournalError::Stale { .. }) => {}
                        Err(error) => panic!("{error}"),
                    }
                }
            });
        }
    });
    let entry = first.load("id").expect("readable").expect("it is there");
    assert_eq!(entry.version, Version::new(1 + 4 * WRITES));
    assert_eq!(first.lines("id").expect("readable").len() as u64, 1 + 4 * WRITES);
}
