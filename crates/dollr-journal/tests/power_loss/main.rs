//! Power is lost at any moment (F26). What a process wrote to its journal is traced, every disk that the loss could have left
//! is put together from it, and each has to hold what the journal had promised by then (I1, I5).
//!
//! The control is the same writes with less syncing, which has to be found out.
#![cfg(target_os = "linux")]

#[path = "../common/mod.rs"]
mod common;
mod disk;
mod replay;
mod script;
mod trace;

use common::{Desk, given};
use disk::Change;
use dollr_journal::SqliteJournal;
use replay::{Depth, Tally, replay};
use rusqlite::Connection;
use script::{Plain, run};
use trace::Event;

/// What a log begins with, in bytes.
const LOG_HEADER: usize = 32;

/// Traces the ignored test `child`, and replays what it wrote.
fn power_lost(child: &str, depth: Depth) -> Tally {
    let desk = Desk::new();
    let events = trace::of(child, &desk.file());
    copies_its_log(&events);
    let tally = replay(&events, depth);
    println!("{child}: {} events, {tally}", events.len());
    tally
}

/// The script comes through all that a file lives through: a log that is copied and begun anew, and one that is removed.
fn copies_its_log(events: &[Event]) {
    let count = |is: fn(&Change) -> bool| {
        events.iter().filter(|event| matches!(event, Event::Change(change) if is(change))).count()
    };
    let removed = count(|change| matches!(change, Change::Remove { name } if name.ends_with("-wal")));
    let begun =
        count(|change| matches!(change, Change::Write { at: 0, bytes, .. } if bytes.len() == LOG_HEADER));
    assert!(removed > 2 && begun > removed, "begun {begun} times, removed {removed} times");
}

/// I1, I5, F26: what `create` and `save` have answered for is there after the power was lost, whole, and never a mixture.
#[test]
fn a_loss_of_power_takes_nothing_that_was_promised() {
    let tally = power_lost("child_with_a_journal", Depth::AtLeast(10_000));
    assert!(tally.lost == 0 && tally.broken == 0, "{tally}");
    assert!(tally.states >= 10_000, "{tally}");
}

/// The control: the replay finds the promises that a log without syncs loses, and the damage of a file without any.
/// It is the pragma alone that makes the difference.
#[test]
fn a_loss_of_power_takes_promises_that_were_not_synced() {
    let full = power_lost("child_with_full_syncs", Depth::Sample);
    assert!(full.states > 500 && full.lost == 0 && full.broken == 0, "{full}");
    let normal = power_lost("child_with_normal_syncs", Depth::Sample);
    assert!(normal.lost > 0 && normal.broken == 0, "{normal}");
    let off = power_lost("child_without_syncs", Depth::Sample);
    assert!(off.lost > 0 && off.broken > 0, "{off}");
}

#[test]
#[ignore = "runs in a process of its own"]
fn child_with_a_journal() {
    let Some(file) = given() else { return };
    run(&file, || SqliteJournal::open(&file).expect("a journal"));
}

#[test]
#[ignore = "runs in a process of its own"]
fn child_with_full_syncs() {
    plain("FULL");
}

#[test]
#[ignore = "runs in a process of its own"]
fn child_with_normal_syncs() {
    plain("NORMAL");
}

#[test]
#[ignore = "runs in a process of its own"]
fn child_without_syncs() {
    plain("OFF");
}

/// The same writes on a file that the journal has made, by somebody who chooses how to sync.
fn plain(synchronous: &str) {
    let Some(file) = given() else { return };
    drop(SqliteJournal::open(&file).expect("a journal"));
    run(&file, || {
        let connection = Connection::open(&file).expect("a connection");
        connection.pragma_update(None, "synchronous", synchronous).expect("set");
        Plain(connection)
    });
}
