//! Several processes and one PostgreSQL server: killed, and racing.
#![cfg(unix)]

mod common;

use std::env;
use std::io::{Read, Write};
use std::path::Path;

use common::{Database, Engine, child, create, given, heard, save, tell, wait_for_parent};
use dollr_journal::{Journal, JournalError, Version};

const PROCESSES: usize = 16;

/// I1, I5, F25: what `create` and `save` have answered for is there after SIGKILL, and is listed.
#[test]
fn a_killed_process_leaves_what_it_recorded() {
    let database = Database::new();
    for (round, name) in (1..).zip(["a", "b", "c"]) {
        let prelude = format!("export KEY={name}");
        let mut child = child("child_that_is_killed", Path::new(&database.url()), &prelude);
        let mut child = child.spawn().expect("it runs");
        let _said = heard(&mut child, "recorded");
        child.kill().expect("killed");
        child.wait().expect("gone");

        let journal = database.journal();
        assert_eq!(journal.open_entries().expect("readable").len(), round);
        let entry = journal.load(name).expect("readable").expect("there");
        assert_eq!((entry.version, entry.snapshot.as_str()), (Version::new(2), "{\"by\": \"answered\"}"));
        assert_eq!(journal.lines(name).expect("readable").len(), 2);
    }
}

#[test]
#[ignore = "runs in a process of its own"]
fn child_that_is_killed() {
    let Some(url) = given() else { return };
    let key = env::var("KEY").expect("a key");
    let journal = dollr_journal::open(url).expect("a journal");
    let first = create(&journal, &key).expect("room");
    save(&journal, &key, first, "answered").expect("the right version");
    tell("recorded");
    wait_for_parent();
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
