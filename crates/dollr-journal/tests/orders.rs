//! One attempt at an order at a time. The same on every engine.

mod common;

use std::sync::{Arc, Barrier};
use std::thread;

use common::{Database, Desk, Engine, NOW, at, attempt, ended, on_each_engine, paid};
use dollr_core::Snapshot;
use dollr_journal::{Journal, JournalError, Kind, Order, Page};

on_each_engine! {
    i2_t3_a_second_attempt_at_an_order_is_refused_with_the_first_ones_state,
    i2_exactly_one_of_eight_attempts_at_an_order_begins,
    a_reason_lets_a_second_attempt_begin_and_is_kept,
    an_attempt_that_moved_nothing_frees_its_order,
    what_has_happened_is_never_refused,
    what_has_no_order_is_given_one_by_a_write,
}

fn i2_t3_a_second_attempt_at_an_order_is_refused_with_the_first_ones_state<D: Engine>() {
    let desk = D::new();
    let (one, two) = (desk.journal(), desk.journal());
    attempt(&one, "first", Some(Order::new("A-1"))).expect("free");
    let error = attempt(&two, "second", Some(Order::new("A-1"))).expect_err("taken");
    let taken =
        JournalError::OrderTaken { order: "A-1".into(), key: "first".into(), state: "Sending".into() };
    assert_eq!(error, taken);
    assert_eq!(
        error.to_string(),
        "the order \"A-1\" has an attempt already, \"first\" (Sending): another one could charge twice"
    );
    assert_eq!(two.load("second"), Ok(None), "nothing was written");
    // Still so when it is paid; another order, and no order at all, are free.
    ended(&one, "first", "Completed", 1);
    let error = attempt(&two, "second", Some(Order::new("A-1"))).expect_err("paid");
    assert!(matches!(error, JournalError::OrderTaken { state, .. } if state == "Completed"));
    attempt(&two, "other", Some(Order::new("A-2"))).expect("free");
    attempt(&two, "none", None).expect("free");
    attempt(&two, "none too", None).expect("free");
    // The same id again is told what it always was.
    let error = attempt(&two, "first", Some(Order::new("A-1"))).expect_err("there");
    assert_eq!(error, JournalError::Exists { key: "first".into() });
}

fn i2_exactly_one_of_eight_attempts_at_an_order_begins<D: Engine>() {
    let desk = D::new();
    let shared = desk.journal();
    let journals: Vec<Arc<dyn Journal>> =
        (0..8).map(|n| if n % 2 == 0 { desk.journal() } else { Arc::clone(&shared) }).collect();
    for order in ["A-1", "A-2", "A-3"] {
        let start = Barrier::new(8);
        let begun = thread::scope(|scope| {
            let start = &start;
            let begin = |(n, journal): (usize, &Arc<dyn Journal>)| {
                let journal = Arc::clone(journal);
                scope.spawn(move || {
                    start.wait();
                    attempt(&journal, &format!("{order} {n}"), Some(Order::new(order)))
                })
            };
            let threads: Vec<_> = journals.iter().enumerate().map(begin).collect();
            threads.into_iter().map(|t| t.join().expect("no panic")).collect::<Vec<_>>()
        });
        let won = begun.iter().filter(|outcome| outcome.is_ok()).count();
        let lost = begun.iter().filter(|o| matches!(o, Err(JournalError::OrderTaken { .. }))).count();
        assert_eq!((won, lost), (1, 7), "{begun:?}");
    }
}

fn a_reason_lets_a_second_attempt_begin_and_is_kept<D: Engine>() {
    let desk = D::new();
    let journal = desk.journal();
    attempt(&journal, "first", Some(Order::new("A-1"))).expect("free");
    let despite = Order { name: "A-1", despite: Some("the customer's other card") };
    attempt(&journal, "second", Some(despite)).expect("there is a reason");
    let second = journal.load("second").expect("readable").expect("there");
    assert_eq!(second.despite.as_deref(), Some("the customer's other card"));
    ended(&journal, "first", "Failed", 1);
    let error = attempt(&journal, "third", Some(Order::new("A-1"))).expect_err("the second one holds it");
    assert!(matches!(error, JournalError::OrderTaken { key, .. } if key == "second"));
}

fn an_attempt_that_moved_nothing_frees_its_order<D: Engine>() {
    let desk = D::new();
    let journal = desk.journal();
    attempt(&journal, "first", Some(Order::new("A-1"))).expect("free");
    let version = ended(&journal, "first", "Prepared", 1);
    attempt(&journal, "second", Some(Order::new("A-1"))).expect("freed");
    // The first one would be sent after all: now it is the second one's turn.
    let snapshot = Snapshot::new("{}");
    let page = Page { holds_order: true, sends: true, ..Page::new("Sending", true, &snapshot, "recorded") };
    let error = journal.save("first", version, &page, NOW).expect_err("taken");
    assert!(matches!(error, JournalError::OrderTaken { key, .. } if key == "second"));
    ended(&journal, "second", "Failed", 2);
    let version = journal.save("first", version, &page, NOW).expect("free");
    // Who holds it is not in his own way, and neither is an attempt that may go beside another.
    journal.save("first", version, &page, NOW).expect("his own");
    let despite = Order { name: "A-1", despite: Some("a reason") };
    attempt(&journal, "beside", Some(despite)).expect("there is a reason");
    let version = ended(&journal, "beside", "Prepared", 3);
    journal.save("beside", version, &page, NOW).expect("its reason still counts");
}

fn what_has_happened_is_never_refused<D: Engine>() {
    let desk = D::new();
    let journal = desk.journal();
    attempt(&journal, "first", Some(Order::new("A-1"))).expect("free");
    let version = ended(&journal, "first", "Failed", 1);
    attempt(&journal, "second", Some(Order::new("A-1"))).expect("freed");
    let snapshot = Snapshot::new("{}");
    let page =
        Page { holds_order: true, ..Page::new("Failed", false, &snapshot, "it was COMPLETED after all") };
    journal.save("first", version, &page, NOW).expect("a fact");
    ended(&journal, "second", "Failed", 2);
    let error = attempt(&journal, "third", Some(Order::new("A-1"))).expect_err("money has moved");
    assert!(matches!(error, JournalError::OrderTaken { key, .. } if key == "first"));
}

/// T3, T32: the first order that a write names is its own from then on: it holds that, and its goods are that one's.
fn what_has_no_order_is_given_one_by_a_write<D: Engine>() {
    let desk = D::new();
    let journal = desk.journal();
    let snapshot = Snapshot::new("{}");
    let watched = Page { holds_order: true, ..Page::new("Watching", true, &snapshot, "asked") };
    let first = journal.create("INVOICE:101", Kind::Source, None, &watched, NOW).expect("room");
    let named = Page { order: Some("A-1"), ..watched.clone() };
    let second = journal.save("INVOICE:101", first, &named, NOW).expect("the right version");
    let renamed = Page { order: Some("B-2"), ..watched };
    let third = journal.save("INVOICE:101", second, &renamed, NOW).expect("the right version");
    let order = || journal.load("INVOICE:101").expect("readable").expect("there").order;
    assert_eq!(order().as_deref(), Some("A-1"));

    let refused = attempt(&journal, "second", Some(Order::new("A-1")));
    assert!(matches!(refused, Err(JournalError::OrderTaken { key, .. }) if key == "INVOICE:101"));
    attempt(&journal, "other", Some(Order::new("B-2"))).expect("another order");
    let done = Page { paid: true, holds_order: true, ..Page::new("Paid", false, &snapshot, "answered") };
    journal.save("INVOICE:101", third, &done, at(1)).expect("the right version");
    assert_eq!(order().as_deref(), Some("A-1"), "a write without an order takes none away");
    paid(&journal, "collected", Some("A-1"), 2);
    assert_eq!(journal.claim("INVOICE:101", "one", at(3)).expect("claimed"), None);
    let claim = journal.claim("collected", "two", at(3)).expect("readable").expect("somebody has them");
    assert_eq!((claim.key.as_str(), claim.by.as_str()), ("INVOICE:101", "one"));
}
