//! Goods are handed out once, and what has ended is forgotten. The same on every engine.

mod common;

use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use common::{Database, Desk, Engine, at, attempt, ended, on_each_engine, paid, what};
use dollr_core::Snapshot;
use dollr_journal::{Journal, Page};

on_each_engine! {
    goods_are_claimed_once,
    t32_exactly_one_of_sixteen_claims_the_goods,
    an_order_paid_twice_is_delivered_once,
    paid_payments_are_taken_each_once_the_longest_paid_first,
    a_claim_that_nobody_acknowledges_is_given_again,
    t32_i5_what_sixteen_workers_take_is_given_to_one_and_stays_to_be_delivered,
    what_is_put_off_is_given_again_after_that_time,
    when_a_payment_ended_is_kept,
    what_has_ended_is_forgotten_with_all_that_belongs_to_it,
}

fn goods_are_claimed_once<D: Engine>() {
    let desk = D::new();
    let (one, two) = (desk.journal(), desk.journal());
    paid(&one, "id", None, 1);
    assert_eq!(one.claimed("id"), Ok(None));
    assert_eq!(one.claim("id", "the page", at(2)), Ok(None));
    for journal in [&one, &two] {
        let claim = journal.claim("id", "the poller", at(3)).expect("readable").expect("claimed");
        assert_eq!((claim.key.as_str(), claim.by.as_str(), claim.at), ("id", "the page", at(2)));
        assert_eq!(claim.fulfilled_at, None);
        assert_eq!(journal.claimed("id"), Ok(Some(claim)), "who asks is told of it, too");
    }
    assert_eq!(two.fulfil("id", Some("the poller"), at(4)), Ok(false), "not his");
    assert_eq!(two.release("id", Some("the poller"), at(4)), Ok(false), "not his");
    assert_eq!(one.release("id", Some("the page"), at(4)), Ok(true));
    assert_eq!(two.claim("id", "the poller", at(5)), Ok(None), "it was given back");
    assert_eq!(two.fulfil("id", None, at(6)), Ok(true));
    assert_eq!(two.fulfil("id", None, at(7)), Ok(false), "only once");
    assert_eq!(two.release("id", None, at(7)), Ok(false), "what was handed out stays so");
    let claim = one.claim("id", "the page", at(8)).expect("readable").expect("claimed");
    assert_eq!((claim.by.as_str(), claim.fulfilled_at), ("the poller", Some(at(6))));
    let told = [
        "recorded",
        "answered",
        "claimed by the page",
        "claim released",
        "claimed by the poller",
        "fulfilled",
    ];
    assert_eq!(what(&one, "id"), told);

    let error = one.claim("nobody", "the page", at(9)).expect_err("no such row");
    assert_eq!(error.to_string(), "the journal has no entry for \"nobody\"");
    assert_eq!(one.fulfil("nobody", None, at(9)), Ok(false));
}

fn t32_exactly_one_of_sixteen_claims_the_goods<D: Engine>() {
    let desk = D::new();
    let journal = desk.journal();
    for key in ["a", "b", "c"] {
        paid(&journal, key, None, 1);
        let start = Barrier::new(16);
        let (journal, start) = (&journal, &start);
        let won = thread::scope(|scope| {
            let claim = |n: usize| {
                scope.spawn(move || {
                    start.wait();
                    // All of one name: it is not the name that decides.
                    journal.claim(key, "a worker", at(n as u64 % 2)).expect("readable").is_none()
                })
            };
            let threads: Vec<_> = (0..16).map(claim).collect();
            threads.into_iter().map(|t| t.join().expect("no panic")).filter(|won| *won).count()
        });
        assert_eq!(won, 1, "{key}");
    }
}

fn an_order_paid_twice_is_delivered_once<D: Engine>() {
    let desk = D::new();
    let journal = desk.journal();
    paid(&journal, "first", Some("A-1"), 1);
    paid(&journal, "second", Some("A-1"), 2);
    paid(&journal, "A-1", None, 3);
    assert_eq!(journal.claim("second", "the page", at(4)), Ok(None));
    let claim = journal.claim("first", "the poller", at(5)).expect("readable").expect("claimed");
    assert_eq!(claim.key, "second");
    // The one that is called like the order is another one.
    let taken = journal.take_paid("shipping", Duration::from_secs(60), at(0), at(6)).expect("readable");
    assert_eq!(taken.map(|entry| entry.key).as_deref(), Some("A-1"));
    assert_eq!(journal.take_paid("shipping", Duration::from_secs(60), at(0), at(6)), Ok(None));
    // A payment of a delivered order that is paid later is not delivered, either.
    paid(&journal, "third", Some("A-1"), 7);
    assert_eq!(journal.take_paid("shipping", Duration::from_secs(60), at(0), at(8)), Ok(None));
}

fn paid_payments_are_taken_each_once_the_longest_paid_first<D: Engine>() {
    let desk = D::new();
    let journal = desk.journal();
    paid(&journal, "old", None, 1);
    attempt(&journal, "b", None).expect("room");
    paid(&journal, "a", None, 10);
    attempt(&journal, "failed", None).expect("room");
    ended(&journal, "failed", "Failed", 11);
    attempt(&journal, "open", None).expect("room");
    ended(&journal, "b", "Completed", 12);
    paid(&journal, "claimed", None, 13);
    assert_eq!(journal.claim("claimed", "the page", at(14)), Ok(None));
    let take = || {
        let taken = journal.take_paid("shipping", Duration::from_secs(60), at(10), at(20));
        taken.expect("readable").map(|entry| entry.key)
    };
    assert_eq!((take().as_deref(), take().as_deref(), take()), (Some("a"), Some("b"), None));
    let claim = journal.claim("a", "the page", at(21)).expect("readable").expect("taken");
    assert_eq!(claim.by, "shipping");
    assert_eq!(journal.fulfil("a", Some("shipping"), at(22)), Ok(true));
    assert_eq!(journal.release("b", Some("shipping"), at(22)), Ok(true));
    assert_eq!((take().as_deref(), take()), (Some("b"), None), "what was not handed out comes again");
}

fn a_claim_that_nobody_acknowledges_is_given_again<D: Engine>() {
    let desk = D::new();
    let (one, two) = (desk.journal(), desk.journal());
    paid(&one, "id", None, 1);
    let taken = one.take_paid("crashed", Duration::from_millis(1), at(0), at(2)).expect("readable");
    assert!(taken.is_some());
    let patience = Instant::now() + Duration::from_secs(30);
    while two.take_paid("next", Duration::from_secs(3_600), at(0), at(60)).expect("readable").is_none() {
        assert!(Instant::now() < patience, "it never came back");
        thread::sleep(Duration::from_millis(2));
    }
    assert_eq!(one.fulfil("id", Some("crashed"), at(61)), Ok(false), "he came too late");
    let claim = one.claim("id", "the page", at(61)).expect("readable").expect("taken");
    assert_eq!(claim.by, "next");
    assert_eq!(two.fulfil("id", Some("next"), at(62)), Ok(true));
    assert_eq!(one.take_paid("again", Duration::from_millis(1), at(0), at(1_000_000)), Ok(None));
}

/// SQLite goes by its callers' clocks, one of which may have been set back since.
#[test]
fn f31_a_claim_by_a_clock_that_was_far_ahead_is_given_again() {
    let desk = Desk::new();
    let journal = desk.journal();
    paid(&journal, "id", None, 1);
    let (hour, year) = (Duration::from_secs(3_600), 365 * 24 * 3_600);
    let take = |by, now| journal.take_paid(by, hour, at(0), at(now)).expect("readable").is_some();
    assert!(take("crashed", year));
    assert!(take("next", 60), "a year is not waited for");
    assert!(!take("third", 120), "that one is of today");
    assert_eq!(journal.put_off("id", "next", 20 * hour, at(180)), Ok(true));
    assert!(!take("third", 240), "what was put off for long is not ahead");
}

fn t32_i5_what_sixteen_workers_take_is_given_to_one_and_stays_to_be_delivered<D: Engine>() {
    const PAYMENTS: u64 = 150;
    let desk = D::new();
    let journals: Vec<_> = (0..16).map(|_| desk.journal()).collect();
    (0..PAYMENTS).for_each(|n| paid(&journals[0], &n.to_string(), None, n));
    let start = Barrier::new(journals.len());
    let work = |journal: &Arc<dyn Journal>| {
        start.wait();
        let take = || journal.take_paid("shipping", Duration::from_secs(3_600), at(0), at(PAYMENTS));
        std::iter::from_fn(|| take().expect("readable")).map(|entry| entry.key).collect::<Vec<_>>()
    };
    let mut taken = thread::scope(|scope| {
        let workers: Vec<_> = journals.iter().map(|journal| scope.spawn(|| work(journal))).collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("no panic")).collect::<Vec<_>>()
    });
    let given = taken.len() as u64;
    taken.sort();
    taken.dedup();
    assert_eq!((given, taken.len() as u64), (PAYMENTS, PAYMENTS), "each once");
    // All of them crash: when their terms are over, each payment is given again.
    desk.sql("UPDATE {p}claims SET lease_until = 0").expect("an hour goes by");
    for n in 0..PAYMENTS {
        let again =
            journals[0].take_paid("next", Duration::from_secs(3_600), at(0), at(9_000)).expect("readable");
        assert!(again.is_some(), "{n} of {PAYMENTS} were given again");
    }
}

fn what_is_put_off_is_given_again_after_that_time<D: Engine>() {
    let desk = D::new();
    let journal = desk.journal();
    paid(&journal, "a", None, 1);
    paid(&journal, "b", None, 2);
    let hour = Duration::from_secs(3_600);
    let take =
        |now| journal.take_paid("shipping", hour, at(0), now).expect("readable").map(|entry| entry.key);
    assert_eq!(take(at(3)).as_deref(), Some("a"));
    assert_eq!(journal.put_off("a", "somebody", hour, at(4)), Ok(false), "it is not his");
    assert_eq!(journal.put_off("a", "shipping", hour, at(4)), Ok(true));
    assert_eq!((take(at(5)).as_deref(), take(at(5))), (Some("b"), None), "the others go on meanwhile");
    assert_eq!(journal.put_off("a", "shipping", Duration::ZERO, at(6)), Ok(true));
    assert_eq!(take(at(7)).as_deref(), Some("a"));
    assert_eq!(journal.fulfil("a", Some("shipping"), at(8)), Ok(true));
    assert_eq!(journal.put_off("a", "shipping", Duration::ZERO, at(9)), Ok(false), "it was handed out");
    assert_eq!(take(at(9)), None);
    // A claim for good has no term to put off.
    paid(&journal, "c", None, 10);
    assert_eq!(journal.claim("c", "the page", at(11)), Ok(None));
    assert_eq!(journal.put_off("c", "the page", Duration::ZERO, at(12)), Ok(false));
    let happened = [
        "recorded",
        "answered",
        "claimed by shipping",
        "put off",
        "put off",
        "claimed by shipping",
        "fulfilled",
    ];
    assert_eq!(what(&journal, "a"), happened);
}

fn when_a_payment_ended_is_kept<D: Engine>() {
    let desk = D::new();
    let journal = desk.journal();
    attempt(&journal, "a", None).expect("room");
    let ended_at = || journal.load("a").expect("readable").expect("there").ended_at;
    assert_eq!(ended_at(), None);
    ended(&journal, "a", "Failed", 20);
    assert_eq!(ended_at(), Some(at(20)));
    // Written again after its end: it had ended before.
    ended(&journal, "a", "Failed", 3_620);
    assert_eq!(ended_at(), Some(at(20)));
}

fn what_has_ended_is_forgotten_with_all_that_belongs_to_it<D: Engine>() {
    let desk = D::new();
    let journal = desk.journal();
    for (key, seconds) in
        [("old", 1), ("older", 0), ("claimed", 2), ("fulfilled", 3), ("new", 100), ("released", 5)]
    {
        paid(&journal, key, None, seconds);
    }
    attempt(&journal, "open", None).expect("room");
    attempt(&journal, "due", None).expect("room");
    let due = journal.load("due").expect("readable").expect("there").version;
    let snapshot = Snapshot::new("{}");
    let page = Page { due: Some(at(3_600)), ..Page::new("Failed", false, &snapshot, "answered") };
    journal.save("due", due, &page, at(4)).expect("the right version");
    for key in ["claimed", "fulfilled", "released"] {
        assert_eq!(journal.claim(key, "the page", at(5)), Ok(None));
    }
    assert_eq!(journal.release("released", None, at(6)), Ok(true));
    assert_eq!(journal.fulfil("fulfilled", None, at(6)), Ok(true));

    assert_eq!(journal.prunable(at(50)), Ok(3));
    assert_eq!(journal.prune(at(50), 1), Ok(1));
    assert_eq!(journal.load("older"), Ok(None), "the longest ended first");
    assert_eq!(journal.prune(at(50), 9), Ok(2));
    assert_eq!(journal.prune(at(50), 9), Ok(0));
    let mut left: Vec<_> = journal.entries(99).expect("readable").into_iter().map(|e| e.key).collect();
    left.sort();
    assert_eq!(left, ["claimed", "due", "new", "open", "released"], "what was to be shipped and was not");
    for key in ["old", "older", "fulfilled"] {
        assert_eq!(journal.lines(key), Ok(Vec::new()));
        assert_eq!(journal.claimed(key), Ok(None));
    }
    desk.sql("DELETE FROM {p}events").expect_err("the others' events stay");
    assert_eq!(what(&journal, "claimed"), ["recorded", "answered", "claimed by the page"]);
}
