//! F32: a journal of an older release is brought up to date and loses nothing, and the older release works on beside this
//! one. The older one is its own SQL, word by word.

mod common;

use std::time::Duration;

use common::{Database, Desk, Engine, NOW, on_each_engine};
use dollr_core::{Snapshot, Timestamp};
use dollr_journal::{Entry, Journal, JournalError, Kind, Lease, Order, Page, Version};
use rusqlite::named_params;

on_each_engine! {
    f32_an_older_journal_loses_nothing,
    f32_what_was_open_is_due_at_once_and_what_had_ended_is_not,
    i2_f32_orders_of_attempts_that_moved_money_or_may_are_held,
    events_of_an_older_journal_are_only_appended,
    looking_at_a_schema_changes_nothing,
    f32_what_an_older_release_makes_and_ends_is_looked_after,
    i14_f32_of_an_older_release_and_who_has_taken_a_row_the_first_one_writes,
    i2_f32_an_order_of_an_older_releases_attempt_is_held,
    i2_f32_what_was_paid_before_is_one_payment_of_its_order_but_for_what_was_told,
}

const KEYS: [&str; 7] = [
    "3f2b8c1e-7d64-4a0e-9b15-52c7a8d0e601",
    "3f2b8c1e-7d64-4a0e-9b15-52c7a8d0e602",
    "3f2b8c1e-7d64-4a0e-9b15-52c7a8d0e603",
    "3f2b8c1e-7d64-4a0e-9b15-52c7a8d0e604",
    "3f2b8c1e-7d64-4a0e-9b15-52c7a8d0e605",
    "INVOICE:101",
    "3f2b8c1e-7d64-4a0e-9b15-52c7a8d0e606",
];

/// The release that knew schema 1.
trait Older: Engine {
    /// Its journal, with a few payments.
    const FILLED: &'static str;
    /// What the release after it, which knew schema 2, made of that and added.
    const CLAIMED: &'static str;

    /// Makes a row.
    fn insert(&self, key: &str, order: &str, state: &str, at: Timestamp);
    /// Writes a row over: whether it had that version.
    fn update(&self, key: &str, expected: u64, state: &str, open: bool, at: Timestamp) -> bool;

    fn older() -> Self
    where
        Self: Sized,
    {
        let desk = Self::new();
        desk.sql(Self::FILLED).expect("its own SQL");
        desk
    }
}

impl Older for Desk {
    const FILLED: &'static str = include_str!("vectors/schema_1_sqlite.sql");
    const CLAIMED: &'static str = include_str!("vectors/schema_2_sqlite.sql");

    fn insert(&self, key: &str, order: &str, state: &str, at: Timestamp) {
        let sql = "INSERT INTO dollr_entries (key, kind, order_id, state, open, snapshot, version, created_at, updated_at)
             VALUES (:key, :kind, :order, :state, :open, :snapshot, :version, :now, :now)";
        let now = at.as_millis().cast_signed();
        let values = named_params! {
            ":key": key, ":kind": "execution", ":order": order, ":state": state, ":open": true, ":snapshot": "{}",
            ":version": 1, ":now": now,
        };
        let raw = self.raw();
        raw.execute(sql, values).expect("made");
        append(&raw, key, 1, state, now);
    }

    fn update(&self, key: &str, expected: u64, state: &str, open: bool, at: Timestamp) -> bool {
        let sql = "UPDATE dollr_entries
             SET state = :state, open = :open, snapshot = :snapshot, version = :next, updated_at = :now
             WHERE key = :key AND version = :expected";
        let (now, expected) = (at.as_millis().cast_signed(), expected.cast_signed());
        let values = named_params! {
            ":state": state, ":open": open, ":snapshot": "{}", ":now": now, ":key": key, ":expected": expected,
            ":next": expected + 1,
        };
        let raw = self.raw();
        let written = raw.execute(sql, values).expect("a statement") == 1;
        if written {
            append(&raw, key, expected + 1, state, now);
        }
        written
    }
}

fn append(raw: &rusqlite::Connection, key: &str, version: i64, state: &str, now: i64) {
    let sql = "INSERT INTO dollr_events (entry_id, version, at, what, state)
             SELECT id, :version, :now, :what, :state FROM dollr_entries WHERE key = :key";
    let values = named_params! {
        ":key": key, ":version": version, ":now": now, ":what": "older", ":state": state,
    };
    raw.execute(sql, values).expect("appended");
}

impl Older for Database {
    const FILLED: &'static str = include_str!("vectors/schema_1_postgres.sql");
    const CLAIMED: &'static str = include_str!("vectors/schema_2_postgres.sql");

    fn insert(&self, key: &str, order: &str, state: &str, at: Timestamp) {
        let sql = "WITH made AS (
                     INSERT INTO {p}entries (key, kind, order_id, state, open, snapshot, version, created_at, updated_at)
                     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)
                     ON CONFLICT (key) DO NOTHING RETURNING id)
                 INSERT INTO {p}events (entry_id, version, at, what, state)
                 SELECT id, $7, $8, $9, $4 FROM made RETURNING pg_current_xact_id()::xid::text";
        let values = format!(
            "'{key}', 'execution', '{order}', '{state}', true, '{{}}', 1, {}, 'older'",
            at.as_millis()
        );
        assert!(self.execute(sql, &values));
    }

    fn update(&self, key: &str, expected: u64, state: &str, open: bool, at: Timestamp) -> bool {
        let sql = "WITH saved AS (
                     UPDATE {p}entries SET state = $3, open = $4, snapshot = $5, version = $6, updated_at = $7
                     WHERE key = $1 AND version = $2 RETURNING id)
                 INSERT INTO {p}events (entry_id, version, at, what, state)
                 SELECT id, $6, $7, $8, $3 FROM saved RETURNING pg_current_xact_id()::xid::text";
        let (next, now) = (expected + 1, at.as_millis());
        self.execute(sql, &format!("'{key}', {expected}, '{state}', {open}, '{{}}', {next}, {now}, 'older'"))
    }
}

impl Database {
    /// Whether it wrote something.
    fn execute(&self, sql: &str, values: &str) -> bool {
        let sql = format!("PREPARE older AS {}; EXECUTE older ({values})", sql.replace("{p}", &self.prefix));
        !self.server.psql(&sql).expect("a statement").trim().is_empty()
    }
}

fn at(seconds: u64) -> Timestamp {
    NOW.after(Duration::from_secs(seconds))
}

fn take(journal: &dyn Journal, now: Timestamp) -> Vec<Entry> {
    let lease = Lease { holder: "this release", limit: 99, term: Duration::from_secs(3_600) };
    journal.take_due(lease, now).expect("readable")
}

fn keys(entries: &[Entry]) -> Vec<&str> {
    entries.iter().map(|entry| entry.key.as_str()).collect()
}

fn load(journal: &dyn Journal, key: &str) -> Entry {
    journal.load(key).expect("readable").expect("there")
}

/// Begins an attempt at an order.
fn attempt(journal: &dyn Journal, key: &str, order: &str) -> Result<Version, JournalError> {
    let snapshot = Snapshot::new("{}");
    let page = Page { holds_order: true, sends: true, ..Page::new("Sending", true, &snapshot, "recorded") };
    journal.create(key, Kind::Execution, Some(Order::new(order)), &page, NOW)
}

fn f32_an_older_journal_loses_nothing<D: Older>() {
    let desk = D::older();
    let journal = desk.journal();
    assert_eq!(journal.schema(), Ok(3));
    let mut entries = journal.entries(99).expect("readable");
    entries.reverse();
    assert_eq!(keys(&entries), KEYS);
    let second = &entries[1];
    assert_eq!((second.kind, second.order.as_deref()), (Kind::Execution, Some("A-1")));
    assert_eq!((second.state.as_str(), second.open, second.version), ("Uncertain", true, Version::new(2)));
    assert_eq!((second.snapshot.as_str(), second.despite.as_deref()), ("{\"row\": 2}", None));
    assert_eq!((second.created_at, second.updated_at), (at(60), at(64)));
    assert_eq!(entries[5].kind, Kind::Source);
    for entry in &entries {
        let lines = journal.lines(&entry.key).expect("readable");
        let last = lines.last().expect("a line");
        assert_eq!(
            (lines.len() as u64, last.at),
            (entry.version.number(), entry.updated_at),
            "{}",
            entry.key
        );
        assert_eq!(last.state, entry.state);
    }
    let words: Vec<_> = journal.lines(KEYS[2]).expect("readable").into_iter().map(|line| line.what).collect();
    assert_eq!(words, ["recorded", "Sending to Open", "Open to Completed"]);
    // It is gone on with where it was.
    let snapshot = Snapshot::new("{}");
    let page = Page::new("Completed", false, &snapshot, "answered");
    assert_eq!(journal.save(KEYS[0], Version::new(3), &page, at(900)), Ok(Version::new(4)));
    assert_eq!(desk.journal().lines(KEYS[0]).expect("readable").len(), 4);
}

fn f32_what_was_open_is_due_at_once_and_what_had_ended_is_not<D: Older>() {
    let desk = D::older();
    let journal = desk.journal();
    assert_eq!(keys(&take(&*journal, NOW)), [KEYS[0], KEYS[1], KEYS[6]]);
    assert_eq!(keys(&journal.open_entries().expect("readable")), [KEYS[0], KEYS[1], KEYS[6]]);
    for key in &KEYS[2..6] {
        let ended = load(&*journal, key);
        assert_eq!((ended.due, ended.ended_at), (None, Some(ended.updated_at)), "{key}");
    }
    assert_eq!(journal.unattended(9), Ok(Vec::new()));
    // What the shop has shipped before it knew of claims is not given to it again.
    assert_eq!(journal.take_paid("shipping", Duration::from_secs(60), at(0), at(900)), Ok(None));
    assert_eq!(journal.claim(KEYS[2], "the page", at(900)), Ok(None), "but may be asked for");
    assert_eq!(
        journal.prune(at(100_000), 9),
        Ok(3),
        "and what has ended can be forgotten, but for what is claimed"
    );
}

fn i2_f32_orders_of_attempts_that_moved_money_or_may_are_held<D: Older>() {
    let desk = D::older();
    let journal = desk.journal();
    for (order, key, state) in [
        ("A-1", KEYS[1], "Uncertain"),
        ("A-2", KEYS[2], "Completed"),
        ("A-4", KEYS[4], "Stuck"),
        ("A-5", KEYS[6], "Sending"),
    ] {
        let taken = JournalError::OrderTaken { order: order.into(), key: key.into(), state: state.into() };
        assert_eq!(attempt(&*journal, "new", order), Err(taken));
    }
    assert_eq!(attempt(&*journal, "new", "A-3"), Ok(Version::FIRST), "the first one has failed");
}

fn events_of_an_older_journal_are_only_appended<D: Older>() {
    let desk = D::older();
    let journal = desk.journal();
    for sql in D::TAMPERING {
        desk.sql(sql).expect_err(sql);
    }
    assert_eq!(journal.lines(KEYS[0]).expect("readable").len(), 3);
}

fn looking_at_a_schema_changes_nothing<D: Older>() {
    let desk = D::older();
    for _ in 0..2 {
        assert_eq!(dollr_journal::schema_of(desk.place()), Ok(1));
        desk.sql("SELECT due_at FROM {p}work").expect_err("there is no such table");
    }
    drop(desk.journal());
    assert_eq!(dollr_journal::schema_of(desk.place()), Ok(dollr_journal::NEWEST_SCHEMA));
    desk.mark(9, 2);
    assert_eq!(dollr_journal::schema_of(desk.place()), Ok(9), "newer, and this release can use it");
    desk.mark(9, 9);
    let error = dollr_journal::schema_of(desk.place()).expect_err("too new");
    assert!(matches!(error, JournalError::Newer { found: 9, .. }), "{error:?}");
    let nothing = D::new();
    let error = dollr_journal::schema_of(nothing.place()).expect_err("nothing is there");
    assert!(matches!(error, JournalError::Absent { .. }), "{error:?}");
}

fn f32_what_an_older_release_makes_and_ends_is_looked_after<D: Older>() {
    let desk = D::older();
    let journal = desk.journal();
    desk.insert("made", "A-9", "Sending", at(1_000));
    assert!(desk.update(KEYS[1], 2, "Completed", false, at(1_001)), "it had read it before");
    let due = take(&*journal, at(2_000));
    assert_eq!(keys(&due), [KEYS[0], KEYS[1], KEYS[6], "made"]);
    let ended = &due[1];
    assert_eq!((ended.open, ended.ended_at), (false, None), "it did not know of that");
    // Whoever looks after it writes what follows from its end.
    let page =
        Page { paid: true, holds_order: true, ..Page::new("Completed", false, &ended.snapshot, "done") };
    journal.save(KEYS[1], ended.version, &page, at(2_001)).expect("the right version");
    let paid = journal.take_paid("shipping", Duration::from_secs(60), at(0), at(2_002)).expect("readable");
    assert_eq!(paid.map(|entry| entry.key).as_deref(), Some(KEYS[1]));
    assert_eq!(load(&*journal, KEYS[1]).ended_at, Some(at(2_001)));
}

fn i14_f32_of_an_older_release_and_who_has_taken_a_row_the_first_one_writes<D: Older>() {
    let desk = D::older();
    let journal = desk.journal();
    let taken = take(&*journal, NOW);
    let mine = |key| taken.iter().find(|entry| entry.key == key).expect("due");
    let snapshot = Snapshot::new("{}");
    let page = Page::new("Completed", false, &snapshot, "answered");
    let saved = journal.save(KEYS[0], mine(KEYS[0]).version, &page, at(11)).expect("the right version");
    assert!(!desk.update(KEYS[0], 3, "Failed", false, at(12)), "it was read before it was taken");
    assert_eq!(load(&*journal, KEYS[0]).state, "Completed");
    // The other way round, too: it knows of no lease, but whoever has what it has written over comes too late.
    assert!(desk.update(KEYS[6], 1, "Open", true, at(13)));
    let error = journal.save(KEYS[6], mine(KEYS[6]).version, &page, at(14)).expect_err("stale");
    assert!(matches!(error, JournalError::Stale { .. }), "{error:?}");
    assert_eq!(load(&*journal, KEYS[6]).state, "Open");
    assert!(
        desk.update(KEYS[0], saved.number(), "Completed", false, at(15)),
        "and it goes on with what it reads"
    );
    assert_eq!(load(&*journal, KEYS[0]).version, saved.next());
}

fn i2_f32_an_order_of_an_older_releases_attempt_is_held<D: Older>() {
    let desk = D::older();
    let journal = desk.journal();
    desk.insert("made", "A-9", "Sending", at(1_000));
    let error = attempt(&*journal, "second", "A-9").expect_err("it may move money");
    assert!(matches!(error, JournalError::OrderTaken { key, .. } if key == "made"));
    // Until somebody who knows of orders has looked after it.
    assert!(desk.update("made", 1, "Failed", false, at(1_001)));
    assert!(attempt(&*journal, "second", "A-9").is_err());
    let due = take(&*journal, at(2_000));
    let made = due.iter().find(|entry| entry.key == "made").expect("due");
    let page = Page::new("Failed", false, &made.snapshot, "looked after");
    journal.save("made", made.version, &page, at(2_001)).expect("the right version");
    assert_eq!(attempt(&*journal, "second", "A-9"), Ok(Version::FIRST));
}

fn i2_f32_what_was_paid_before_is_one_payment_of_its_order_but_for_what_was_told<D: Older>() {
    let desk = D::older();
    desk.sql(D::CLAIMED).expect("its own SQL");
    let journal = desk.journal();
    let twice = || -> Vec<(String, String)> {
        let found = journal.duplicates(99).expect("readable").into_iter();
        found.map(|duplicate| (duplicate.entry.key, duplicate.besides)).collect()
    };
    let told = |keys: &[(&str, &str)]| -> Vec<(String, String)> {
        keys.iter().map(|(key, other)| ((*key).to_owned(), (*other).to_owned())).collect()
    };
    assert_eq!(twice(), told(&[("two", "one")]));
    let pay = |key: &str, kind, order, seconds| {
        let snapshot = Snapshot::new("{}");
        let page =
            Page { paid: true, pays_for: key.parse().ok(), ..Page::new("Paid", false, &snapshot, "paid") };
        journal.create(key, kind, Some(Order::new(order)), &page, at(seconds)).expect("room");
    };
    pay("INVOICE:8", Kind::Source, "B-1", 1_000);
    pay("sold", Kind::Execution, "B-2", 1_001);
    pay("again", Kind::Execution, "B-1", 1_002);
    pay("INVOICE:10", Kind::Source, "B-3", 1_003);
    let after = [("two", "one"), ("INVOICE:8", "phone"), ("again", "phone")];
    assert_eq!(twice(), told(&after), "a refund is no payment, and a page may be that of the phone");

    // The goods are as they were, and what was told is resolved as ever.
    let claim = journal.claim("two", "another", at(2_000)).expect("readable").expect("claimed");
    assert_eq!((claim.key.as_str(), claim.by.as_str()), ("one", "the page"));
    assert_eq!(journal.resolve("two", "returned", at(2_001)), Ok(true));
    assert_eq!(twice(), told(&after[1..]));
}
