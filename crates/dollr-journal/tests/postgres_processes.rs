//! Several processes and one PostgreSQL server: killed, and racing.
#![cfg(unix)]

mod common;

use std::env;
use std::io::{Read, Write};
use std::path::Path;

use common::{
    Database, Engine, child, create, given, heard, leaves_what_it_recorded, record_and_wait, save, tell,
    wait_for_parent,
};
use dollr_journal::{Journal, JournalError, Version};

const PROCESSES: usize = 16;

/// I1, I5, F25: what `create` and `save` have answered for is there after SIGKILL, and is listed.
#[test]
fn a_killed_process_leaves_what_it_recorded() {
    let database = Database::new();
    leaves_what_it_recorded(Path::new(&database.url()), || database.journal());
}

#[test]
#[ignore = "runs in a process of its own"]
fn child_that_is_killed() {
    record_and_wait();
}

/// I14, F29, T32: of sixteen processes that make the tables, one row and its next version, one does, each time.
#[test]
fn exactly_one_of_sixteen_processes_wins() {
    let database = Database::new();
    let url = database.url();
    let start = |n| {
        let prelude = format!("export KEY={n}");
        child("child_that_races", Path::new(&url), &prelude).spawn().expect("it runs")
    };
    let mut children: Vec<_> = (0..PROCESSES).map(start).collect();
    let mut said: Vec<_> = children.iter_mut().map(|child| heard(child, "ready")).collect();
    for child in &mut children {
        child.stdin.take().expect("piped").write_all(b"go\n").expect("it waits");
    }
    let mut all = String::new();
    for (child, said) in children.iter_mut().zip(&mut said) {
        said.read_to_string(&mut all).expect("readable");
        assert!(child.wait().expect("it ends").success(), "{all}");
    }
    let count = |word: &str| all.lines().filter(|line| *line == word).count();
    for round in 0..5 {
        let (made, saved) = (format!("made {round}"), format!("saved {round}"));
        assert_eq!((count(&made), count(&saved)), (1, 1), "{all}");
    }
    let journal = database.journal();
    assert_eq!(journal.open_entries().expect("readable").len(), 5);
    for round in 0..5 {
        let key = round.to_string();
        let entry = journal.load(&key).expect("readable").expect("there");
        let lines = journal.lines(&key).expect("readable");
        assert_eq!((entry.version, lines.len()), (Version::new(2), 2));
        assert_eq!(entry.snapshot.as_str(), format!("{{\"by\": \"{}\"}}", lines[1].what), "of one writer");
    }
}

#[test]
#[ignore = "runs in a process of its own"]
fn child_that_races() {
    let Some(url) = given() else { return };
    let name = env::var("KEY").expect("a name");
    tell("ready");
    wait_for_parent();
    let journal = dollr_journal::open(url).expect("a journal");
    for round in 0..5 {
        let key = round.to_string();
        match create(&journal, &key) {
            Ok(_) => tell(&format!("made {round}")),
            Err(error) => assert!(matches!(error, JournalError::Exists { .. }), "{error}"),
        }
        match save(&journal, &key, Version::FIRST, &name) {
            Ok(_) => tell(&format!("saved {round}")),
            Err(error) => assert!(matches!(error, JournalError::Stale { .. }), "{error}"),
        }
    }
}
