//! What a person must look at is listed until he has dealt with it. The same on every engine.

mod common;

use std::collections::BTreeSet;
use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use common::{Database, Desk, Engine, at, attempt, ended, on_each_engine, paid, what};
use dollr_core::Snapshot;
use dollr_journal::{Journal, JournalError, Kind, Order, Page, Version, Write};

on_each_engine! {
    i5_what_nobody_looks_after_is_listed_until_it_is_resolved,
    i2_what_was_paid_twice_is_listed_until_it_is_resolved,
    i2_whatever_writes_that_an_order_is_paid_again_it_is_listed,
    t32_i2_of_sixteen_that_pay_for_an_order_at_once_all_but_one_are_listed,
}

fn i5_what_nobody_looks_after_is_listed_until_it_is_resolved<D: Engine>() {
    let desk = D::new();
    let journal = desk.journal();
    let snapshot = Snapshot::new("{}");
    let stuck = Page { holds_order: true, ..Page::new("Stuck", true, &snapshot, "given up") };
    let attended = Page { due: Some(at(9)), ..stuck.clone() };
    let done = Page::new("Failed", false, &snapshot, "answered");
    for (key, page) in [("b", &stuck), ("a", &stuck), ("due", &attended), ("done", &done)] {
        journal.create(key, Kind::Execution, Some(Order::new(key)), page, at(1)).expect("room");
    }
    let listed = |limit| -> Vec<String> {
        journal.unattended(limit).expect("readable").into_iter().map(|entry| entry.key).collect()
    };
    assert_eq!((listed(9), listed(1)), (vec!["b".to_owned(), "a".to_owned()], vec!["b".to_owned()]));

    for key in ["due", "done", "nobody"] {
        assert_eq!(journal.resolve(key, "a mistake", at(2)), Ok(false), "{key} is nobody's case");
    }
    let before = journal.load("b").expect("readable").expect("there");
    assert_eq!(journal.resolve("b", "the vendor has lost it", at(3)), Ok(true));
    assert_eq!(journal.resolve("b", "again", at(4)), Ok(false), "only once");
    assert_eq!(listed(9), ["a"]);
    assert_eq!(what(&journal, "b"), ["given up", "resolved: the vendor has lost it"]);
    let after = journal.load("b").expect("readable").expect("there");
    assert_eq!((after.state.as_str(), after.open, after.ended_at), ("Stuck", false, Some(at(3))));
    assert_eq!((after.snapshot, after.version), (before.snapshot, before.version.next()));

    // Whoever had it is refused, its order stays held, and what is learnt of it is written as ever.
    let error = journal.save("b", before.version, &stuck, at(5)).expect_err("it was written since");
    assert!(matches!(error, JournalError::Stale { .. }), "{error}");
    let error = attempt(&journal, "c", Some(Order::new("b"))).expect_err("it is not known what moved");
    assert!(matches!(&error, JournalError::OrderTaken { key, .. } if key == "b"), "{error}");
    assert_eq!(journal.prunable(at(4)), Ok(2), "as what has ended");
    journal.save("b", after.version, &stuck, at(6)).expect("the right version");
    assert_eq!(listed(9), ["b", "a"]);
}

/// The keys of what was paid twice, each with what it came besides.
fn duplicates(journal: &impl Journal) -> Vec<(String, String)> {
    let found = journal.duplicates(usize::MAX).expect("readable").into_iter();
    found.map(|duplicate| (duplicate.entry.key, duplicate.besides)).collect()
}

fn besides(keys: &[&str], other: &str) -> Vec<(String, String)> {
    keys.iter().map(|key| ((*key).to_owned(), other.to_owned())).collect()
}

fn i2_what_was_paid_twice_is_listed_until_it_is_resolved<D: Engine>() {
    let desk = D::new();
    let journal = desk.journal();
    for key in ["a", "b", "c"] {
        paid(&journal, key, Some("A-1"), 1);
    }
    paid(&journal, "A-1", None, 2);
    paid(&journal, "other", Some("A-2"), 3);
    attempt(&journal, "failed", Some(Order { name: "A-2", despite: Some("a test") })).expect("room");
    ended(&journal, "failed", "Failed", 3);
    assert_eq!(duplicates(&journal), besides(&["b", "c"], "a"));
    let all = journal.duplicates(1).expect("readable");
    assert_eq!((all.len(), all[0].at), (1, at(1)));
    assert_eq!(all[0].entry, journal.load("b").expect("readable").expect("there"));

    // Whose goods they are says nothing of the money.
    assert_eq!(journal.claim("b", "the page", at(4)), Ok(None));
    assert_eq!(journal.fulfil("b", None, at(5)), Ok(true));
    assert_eq!(journal.fulfil("c", None, at(5)), Ok(false));
    assert_eq!(journal.release("c", None, at(5)), Ok(false));
    assert_eq!(journal.put_off("c", "a", Duration::ZERO, at(5)), Ok(false));
    assert_eq!(journal.resolve("a", "returned", at(6)), Ok(false), "it was the first");
    assert_eq!(journal.resolve("nobody", "returned", at(6)), Ok(false));
    assert_eq!(duplicates(&journal), besides(&["b", "c"], "a"));
    assert_eq!(journal.prune(at(50), 9), Ok(4), "all but those");
    assert_eq!(duplicates(&journal), besides(&["b", "c"], "a"));

    assert_eq!(journal.resolve("b", "returned", at(7)), Ok(true));
    assert_eq!(journal.resolve("b", "returned", at(8)), Ok(false), "only once");
    assert_eq!(duplicates(&journal), besides(&["c"], "a"));
    let told = ["recorded", "answered", "claimed by the page", "fulfilled", "resolved: returned"];
    assert_eq!(what(&journal, "b"), told);
    assert_eq!(journal.prunable(at(50)), Ok(1));
    assert_eq!(journal.prune(at(50), 9), Ok(1));
    assert_eq!(journal.load("b"), Ok(None));
}

fn i2_whatever_writes_that_an_order_is_paid_again_it_is_listed<D: Engine>() {
    let desk = D::new();
    let journal = desk.journal();
    paid(&journal, "first", Some("A-1"), 1);
    let snapshot = Snapshot::new("{}");
    let page = Page { paid: true, holds_order: true, ..Page::new("Paid", false, &snapshot, "answered") };
    let order = Some(Order::new("A-1"));
    let page_of = |source: &str| Page { pays_for: source.parse().ok(), ..page.clone() };
    journal.create("INVOICE:1", Kind::Source, order, &page_of("INVOICE:1"), at(2)).expect("room");
    assert_eq!(duplicates(&journal), [], "what was collected pays for its source");
    journal.create("INVOICE:2", Kind::Source, order, &page_of("INVOICE:2"), at(3)).expect("room");
    assert_eq!(duplicates(&journal), besides(&["INVOICE:2"], "first"));
    // By phone, which source it was for is known.
    journal.create("phone", Kind::Execution, order, &page_of("INVOICE:3"), at(3)).expect("room");
    journal.create("INVOICE:3", Kind::Source, order, &page_of("INVOICE:3"), at(3)).expect("room");
    assert_eq!(duplicates(&journal), besides(&["INVOICE:2", "phone"], "first"));

    // Together, of which one is not paid; both get their order with this write.
    for key in ["x", "y", "z"] {
        attempt(&journal, key, None).expect("room");
    }
    let page = Page { order: Some("B-2"), ..page };
    let unpaid = Page { paid: false, ..page.clone() };
    let write = |key, page| Write { key, expected: Version::FIRST, page };
    let writes = [write("z", page.clone()), write("y", unpaid), write("x", page.clone())];
    let saved = journal.save_all(&writes, at(4)).expect("room");
    assert!(saved.iter().all(Option::is_some), "{saved:?}");
    let found = duplicates(&journal).split_off(2);
    assert!([besides(&["x"], "z"), besides(&["z"], "x")].contains(&found), "{found:?}");

    // It stays resolved, and the first one the first, whatever is written of them.
    let (key, other) = found[0].clone();
    assert_eq!(journal.resolve(&key, "returned", at(6)), Ok(true));
    for again in [&key, &other] {
        let version = journal.load(again).expect("readable").expect("there").version;
        journal.save(again, version, &page, at(7)).expect("the right version");
    }
    assert_eq!(duplicates(&journal), besides(&["INVOICE:2", "phone"], "first"));
}

fn t32_i2_of_sixteen_that_pay_for_an_order_at_once_all_but_one_are_listed<D: Engine>() {
    let desk = D::new();
    let journal = desk.journal();
    for order in ["A-1", "A-2", "A-3"] {
        let keys: Vec<String> = (0..16).map(|n| format!("{order} {n:02}")).collect();
        for key in &keys {
            attempt(&journal, key, Some(Order { name: order, despite: Some("a test") })).expect("room");
        }
        let start = &Barrier::new(16);
        thread::scope(|scope| {
            for key in &keys {
                let journal = desk.journal();
                scope.spawn(move || {
                    start.wait();
                    ended(&journal, key, "Completed", 1);
                });
            }
        });
        let twice: Vec<_> =
            duplicates(&journal).into_iter().filter(|(key, _)| key.starts_with(order)).collect();
        let first = &twice[0].1;
        let others = keys.iter().filter(|key| *key != first).map(|key| (key.clone(), first.clone()));
        assert_eq!(twice.iter().cloned().collect::<BTreeSet<_>>(), others.collect(), "{order}");
    }
}
