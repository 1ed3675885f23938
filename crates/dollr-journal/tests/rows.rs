//! What is written is read back, once, by whoever holds the right version: the same on every engine.

mod common;

use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use common::{Database, Desk, Engine, NOW, create, on_each_engine, save};
use dollr_core::{BadSnapshot, Execution, Intent, Machine, Policy, ReferenceId, Snapshot, Timestamp};
use dollr_journal::{Entry, Journal, JournalError, Kind, Line, Order, Page, Version};

on_each_engine! {
    a_row_comes_back_as_it_was_written,
    what_is_open_is_listed_until_it_ends,
    a_key_is_created_once,
    a_stale_writer_is_refused,
    exactly_one_of_eight_writers_wins,
    exactly_one_of_eight_creators_wins,
    an_injection_is_only_text,
    a_long_key_does_not_fill_the_error,
    events_are_only_appended,
    a_changed_snapshot_is_never_taken_for_a_payment,
    a_pointer_to_a_journal_is_one,
    nothing_is_made_where_it_should_be_there,
    a_newer_release_that_has_only_added_works_beside_this_one,
    a_newer_release_that_needs_newer_readers_is_left_alone,
}

fn a_row_comes_back_as_it_was_written<D: Engine>() {
    let desk = D::new();
    let snapshot = Snapshot::new("{\"größe\": \"📈\"}");
    let page = Page::new("sending", true, &snapshot, "prepared");
    let mut written = Entry::new("id", Kind::Source, Some(Order::new("order 17")), &page, NOW);
    let journal = desk.journal();
    assert_eq!(
        journal.create("id", Kind::Source, Some(Order::new("order 17")), &page, NOW),
        Ok(Version::FIRST)
    );
    assert_eq!(journal.load("id"), Ok(Some(written.clone())));

    let later = NOW.after(Duration::from_secs(3));
    let snapshot = Snapshot::new("{}");
    let page = Page::new("paid", false, &snapshot, "answered");
    written.write(&page, later);
    assert_eq!(journal.save("id", Version::FIRST, &page, later), Ok(Version::new(2)));
    drop(journal);

    let journal = dollr_journal::open_existing(desk.place()).expect("it is there");
    assert_eq!(journal.load("id"), Ok(Some(written)));
    assert_eq!(journal.load("ID"), Ok(None), "a key is found as it was written");
    let lines = journal.lines("id").expect("readable");
    let told: Vec<_> = lines.iter().map(|l| (l.at, l.what.as_str(), l.state.as_str())).collect();
    assert_eq!(told, [(NOW, "prepared", "sending"), (later, "answered", "paid")]);
    assert_eq!(lines.last().cloned(), Line::of(&page, later));
    assert_eq!(journal.lines("other"), Ok(Vec::new()));
}

/// I5: what is open is listed until it no longer is, oldest first, also when the clock was set back.
fn what_is_open_is_listed_until_it_ends<D: Engine>() {
    let desk = D::new();
    let journal = desk.journal();
    let snapshot = Snapshot::new("{}");
    let open = Page::new("sending", true, &snapshot, "prepared");
    for (key, millis) in [("z", 3_000), ("a", 2_000), ("m", 1_000)] {
        journal.create(key, Kind::Execution, None, &open, Timestamp::from_millis(millis)).expect("room");
    }
    let keys = |entries: Result<Vec<Entry>, JournalError>| -> Vec<String> {
        entries.expect("readable").into_iter().map(|e| e.key).collect()
    };
    assert_eq!(keys(journal.open_entries()), ["z", "a", "m"]);

    let ended = Page { open: false, state: "completed", ..open.clone() };
    let version = journal.save("a", Version::FIRST, &ended, NOW).expect("the right version");
    assert_eq!(keys(journal.open_entries()), ["z", "m"]);
    journal.save("a", version, &open, NOW).expect("the right version");
    assert_eq!(keys(journal.open_entries()), ["z", "a", "m"], "and again, where it is taken up again");

    assert_eq!(keys(journal.entries(2)), ["m", "a"]);
    assert_eq!(keys(journal.entries(0)), [""; 0]);
    assert_eq!(keys(journal.entries(usize::MAX)), ["m", "a", "z"]);
}

/// I5: a row is never made over.
fn a_key_is_created_once<D: Engine>() {
    let desk = D::new();
    let (one, two) = (desk.journal(), desk.journal());
    create(&one, "id").expect("room");
    let before = one.load("id");
    for journal in [&one, &two] {
        let error = create(journal, "id").expect_err("it is there");
        assert_eq!(error, JournalError::Exists { key: "id".to_owned() });
        assert_eq!(
            error.to_string(),
            "the journal has an entry for \"id\" already: load it and go on from there"
        );
    }
    assert_eq!(two.load("id"), before);
    assert_eq!(two.lines("id").expect("readable").len(), 1);
}

/// I14: compare-and-set.
fn a_stale_writer_is_refused<D: Engine>() {
    let desk = D::new();
    let (one, two) = (desk.journal(), desk.journal());
    let first = create(&one, "id").expect("room");
    let second = save(&two, "id", first, "two").expect("the right version");
    let before = one.load("id");

    let error = save(&one, "id", first, "one").expect_err("too late");
    assert_eq!(
        error.to_string(),
        "the entry for \"id\" has version 2, not 1: another writer was there first, load it again"
    );
    let ahead = Version::new(9);
    let error = save(&one, "id", ahead, "one").expect_err("never was");
    assert_eq!(error, JournalError::Stale { key: "id".to_owned(), expected: ahead, found: Some(second) });
    let error = save(&one, "nobody", first, "one").expect_err("not there");
    assert_eq!(error, JournalError::Stale { key: "nobody".to_owned(), expected: first, found: None });
    assert_eq!(error.to_string(), "the journal has no entry for \"nobody\", so it cannot be at version 1");

    assert_eq!(one.load("id"), before);
    assert_eq!(one.lines("id").expect("readable").len(), 2);
    assert_eq!(save(&one, "id", second, "one"), Ok(Version::new(3)));
}

/// I14: of writers that start from the same version, one wins, each time.
fn exactly_one_of_eight_writers_wins<D: Engine>() {
    const WRITERS: usize = 8;
    let rounds: Vec<Version> = (1..=12).map(Version::new).collect();
    let desk = D::new();
    create(&desk.journal(), "id").expect("room");
    let start = Barrier::new(WRITERS);
    // Nothing is judged before all are back: a thread that panics would leave the others waiting.
    let race = &|name: usize, journal: Arc<dyn Journal>| -> Vec<_> {
        let write = |version: &Version| {
            start.wait();
            save(&journal, "id", *version, &name.to_string())
        };
        rounds.iter().map(write).collect()
    };
    let written: Vec<_> = thread::scope(|scope| {
        let mut writers = Vec::new();
        for (name, journal) in (0..WRITERS).map(|name| (name, desk.journal())).collect::<Vec<_>>() {
            writers.push(scope.spawn(move || race(name, journal)));
        }
        writers.into_iter().map(|w| w.join().expect("no panic")).collect()
    });

    for (round, expected) in rounds.iter().enumerate() {
        let won = written.iter().filter(|results| results[round] == Ok(expected.next())).count();
        let stale =
            JournalError::Stale { key: "id".to_owned(), expected: *expected, found: Some(expected.next()) };
        let lost = written.iter().filter(|results| results[round] == Err(stale.clone())).count();
        assert_eq!((won, lost), (1, WRITERS - 1), "round {round}: {written:?}");
    }
    let journal = desk.journal();
    let last = journal.load("id").expect("readable").expect("there");
    let lines = journal.lines("id").expect("readable");
    assert_eq!((last.version, lines.len()), (Version::new(13), 13));
    let winner = &lines.last().expect("a line").what;
    assert_eq!(last.snapshot.as_str(), format!("{{\"by\": \"{winner}\"}}"), "row and line are of one writer");
}

/// I14: of threads that make the same row through one journal, one does.
fn exactly_one_of_eight_creators_wins<D: Engine>() {
    let desk = D::new();
    let (journal, start) = (desk.journal(), Barrier::new(8));
    for key in ["a", "b", "c"] {
        let made = thread::scope(|scope| {
            let race = || {
                start.wait();
                create(&journal, key).is_ok()
            };
            let creators: Vec<_> = (0..8).map(|_| scope.spawn(race)).collect();
            creators
                .into_iter()
                .filter(|_| true)
                .map(|c| c.join().expect("no panic"))
                .filter(|won| *won)
                .count()
        });
        assert_eq!(made, 1, "{key}");
    }
}

/// T27: what a payer or a merchant types is a value, never SQL.
fn an_injection_is_only_text<D: Engine>() {
    let desk = D::new();
    let journal = desk.journal();
    let hostile = [
        "'; DROP TABLE dollr_entries; --",
        "$1",
        "{p}",
        "\\x00",
        "\" OR 1=1 --",
        "') ; UPDATE dollr_entries SET open = 0; --",
        "?1",
        ":key",
        "%",
        "_",
        "",
        "a\r\nb\u{1b}[2J",
        "\u{202e}evil",
        "𝟏' UNION SELECT snapshot FROM dollr_entries --",
    ];
    let snapshot = Snapshot::new("{}");
    for text in hostile {
        let page = Page::new(text, true, &snapshot, text);
        let version =
            journal.create(text, Kind::Execution, Some(Order::new(text)), &page, NOW).expect("only text");
        journal.save(text, version, &page, NOW).expect("only text");
    }
    for text in hostile {
        let entry = journal.load(text).expect("readable").expect("there");
        assert_eq!(
            (entry.key.as_str(), entry.order.as_deref(), entry.state.as_str()),
            (text, Some(text), text)
        );
        let lines = journal.lines(text).expect("readable");
        assert_eq!(lines.iter().map(|l| l.what.as_str()).collect::<Vec<_>>(), [text, text]);
        let error = create(&journal, text).expect_err("there").to_string();
        assert!(!error.contains(|c: char| c.is_control() || c == '\u{202e}'), "{error:?}");
    }
    assert_eq!(journal.open_entries().expect("readable").len(), hostile.len());
}

fn a_long_key_does_not_fill_the_error<D: Engine>() {
    let desk = D::new();
    let journal = desk.journal();
    let key = "ü".repeat(500);
    create(&journal, &key).expect("room");
    let error = create(&journal, &key).expect_err("there").to_string();
    assert!(error.chars().count() < 160, "{error}");
}

/// Support and audit can rely on it: an event stays as it was.
fn events_are_only_appended<D: Engine>() {
    let desk = D::new();
    let journal = desk.journal();
    let first = create(&journal, "id").expect("room");
    save(&journal, "id", first, "answered").expect("the right version");
    let before = journal.lines("id");
    for sql in D::TAMPERING {
        let error = desk.sql(sql).expect_err(sql);
        assert!(error.contains("events are only appended"), "{sql}: {error}");
    }
    let error = desk.sql("DELETE FROM {p}entries").expect_err("held by events").to_lowercase();
    assert!(error.contains("foreign key"), "{error}");
    assert_eq!(journal.lines("id"), before);
}

/// T29: the journal hands out what it has, and the core finds what was changed in it.
fn a_changed_snapshot_is_never_taken_for_a_payment<D: Engine>() {
    let desk = D::new();
    let journal = desk.journal();
    let intent = Intent::collection(
        ReferenceId::from_random_bytes([7; 16]),
        "55".parse().expect("an account"),
        "18".parse().expect("an account"),
        "USD".parse().expect("a currency"),
    );
    let snapshot = Execution::prepare(intent, Policy::default(), NOW).snapshot();
    let page = Page::new("prepared", true, &snapshot, "prepared");
    journal.create("id", Kind::Execution, None, &page, NOW).expect("room");
    let restored = || Execution::restore(&journal.load("id").expect("readable").expect("there").snapshot);
    assert!(restored().is_ok());

    desk.sql("UPDATE {p}entries SET snapshot = replace(snapshot, 'USD', 'ZWG')").expect("changed");
    assert!(matches!(restored(), Err(BadSnapshot::Tampered { .. })));
    desk.sql("UPDATE {p}entries SET snapshot = substr(snapshot, 1, 40)").expect("cut");
    assert!(matches!(restored(), Err(BadSnapshot::Damaged(_))));
}

fn a_pointer_to_a_journal_is_one<D: Engine>() {
    fn count(journal: impl Journal) -> usize {
        journal.entries(9).expect("readable").len()
    }
    let desk = D::new();
    let journal = desk.journal();
    create(&journal, "id").expect("room");
    assert_eq!(count(&journal), 1);
    let shared = Arc::clone(&journal);
    assert_eq!(count(Arc::clone(&shared)), 1);
    assert_eq!(count(&*shared), 1);
    assert!(format!("{shared:?}").starts_with(D::DEBUG), "{shared:?}");
}

fn nothing_is_made_where_it_should_be_there<D: Engine>() {
    let desk = D::new();
    for _ in 0..2 {
        let error = dollr_journal::open_existing(desk.place()).expect_err("none");
        assert!(matches!(error, JournalError::Absent { .. }), "{error}");
        assert!(error.to_string().starts_with("there is no journal at \""), "{error}");
    }
    create(&desk.journal(), "id").expect("room");
    assert!(dollr_journal::open_existing(desk.place()).is_ok());
}

/// F32: in a rolling upgrade, the newer release adds what the older one does not miss, and both go on.
fn a_newer_release_that_has_only_added_works_beside_this_one<D: Engine>() {
    let desk = D::new();
    let at_work = desk.journal();
    let first = create(&at_work, "id").expect("room");
    desk.sql("ALTER TABLE {p}entries ADD COLUMN colour text").expect("added");
    desk.sql("CREATE TABLE {p}colours (name text)").expect("added");
    desk.mark(4, 1);

    let after = [desk.journal(), dollr_journal::open_existing(desk.place()).expect("it is there")];
    let second = save(&at_work, "id", first, "the one that was open").expect("it works on");
    let third = save(&after[0], "id", second, "one that came later").expect("it works beside");
    assert_eq!(create(&after[1], "other"), Ok(Version::FIRST));
    assert_eq!(at_work.load("id").expect("readable").map(|entry| entry.version), Some(third));
    assert_eq!(after[1].lines("id").expect("readable").len(), 3);
    desk.sql("SELECT colour FROM {p}entries").expect("nothing was taken away");
}

/// F32, T29: what a newer release can no longer share is refused.
fn a_newer_release_that_needs_newer_readers_is_left_alone<D: Engine>() {
    for min_reader in [4, 5] {
        let desk = D::new();
        create(&desk.journal(), "id").expect("room");
        desk.mark(5, min_reader);
        for opened in [dollr_journal::open(desk.place()), dollr_journal::open_existing(desk.place())] {
            let error = opened.expect_err("too new");
            assert!(matches!(error, JournalError::Newer { found: 5, known: 3, .. }), "{error:?}");
            let says = "has schema 5, this release knows up to 3: use the release that wrote it";
            assert!(error.to_string().ends_with(says), "{error}");
        }
        desk.mark(3, 1);
        assert_eq!(desk.journal().entries(9).expect("readable").len(), 1);
    }
}
