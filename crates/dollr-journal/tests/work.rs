//! Many workers share the open payments: what is due is taken by one of them, the longest due first, and a worker that has
//! crashed or come too late does no harm. The same on every engine.

mod common;

use std::collections::BTreeSet;
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use common::{Database, Desk, Engine, NOW, on_each_engine};
use dollr_core::{Snapshot, Timestamp};
use dollr_journal::{Entry, Journal, JournalError, Kind, Lease, Page, Version, Write};

on_each_engine! {
    i14_the_longest_due_is_taken_first_and_by_one_worker,
    i14_who_had_a_row_before_it_was_taken_can_no_longer_write_it,
    i14_f30_a_worker_whose_term_is_over_can_no_longer_write,
    i14_what_is_where_a_taken_row_was_is_not_written_for_it,
    i14_who_gave_a_row_back_or_saved_it_can_no_longer_write_it,
    f25_the_rows_of_a_worker_that_crashed_come_back_by_themselves,
    f31_what_a_clock_wrote_that_has_been_set_back_since_is_due,
    what_is_given_back_is_due_as_before,
    a_row_that_was_saved_is_due_when_its_page_says,
    i7_ten_payments_that_never_end_do_not_hold_up_the_eleventh,
    t32_sixteen_workers_take_each_row_once,
    i14_t32_whoever_takes_a_row_can_save_it,
    many_rows_are_saved_at_once_each_at_its_own_version,
    the_backlog_counts_what_there_is_to_do,
    what_is_shared_is_changed_by_one_at_a_time,
}

const MINUTE: Duration = Duration::from_secs(60);

/// A row that is due so many seconds after `NOW`, or never.
fn add(journal: &dyn Journal, key: &str, due: Option<u64>) -> Version {
    let snapshot = Snapshot::new("{}");
    let due = due.map(|seconds| NOW.after(Duration::from_secs(seconds)));
    let page = Page { due, ..Page::new("Open", true, &snapshot, "made") };
    journal.create(key, Kind::Execution, None, &page, NOW).expect("room")
}

fn at(seconds: u64) -> Timestamp {
    NOW.after(Duration::from_secs(seconds))
}

fn take(journal: &dyn Journal, holder: &str, limit: usize, now: Timestamp) -> Vec<Entry> {
    journal.take_due(Lease { holder, limit, term: MINUTE }, now).expect("taken")
}

fn keys(entries: &[Entry]) -> Vec<&str> {
    entries.iter().map(|entry| entry.key.as_str()).collect()
}

fn i14_the_longest_due_is_taken_first_and_by_one_worker<D: Engine>() {
    let desk = D::new();
    let (one, two) = (desk.journal(), desk.journal());
    for (key, due) in [("late", Some(9)), ("b", Some(3)), ("never", None), ("a", Some(3)), ("first", Some(1))]
    {
        add(&one, key, due);
    }
    let taken = take(&one, "one", 2, at(5));
    assert_eq!(keys(&taken), ["first", "b"]);
    assert_eq!(taken[0].due, Some(at(1)));
    assert_eq!(keys(&take(&two, "two", 9, at(5))), ["a"], "what is due and nobody has");
    assert_eq!(keys(&take(&two, "two", 9, at(5))), [""; 0]);
    assert_eq!(keys(&take(&one, "one", 9, at(9))), ["late"]);
    assert_eq!(keys(&take(&one, "one", 0, at(9))), [""; 0]);
}

fn i14_who_had_a_row_before_it_was_taken_can_no_longer_write_it<D: Engine>() {
    let desk = D::new();
    let journal = desk.journal();
    let before = add(&journal, "id", Some(0));
    let taken = take(&journal, "worker", 1, at(0));
    let error = common::save(&journal, "id", before, "too late").expect_err("it was taken");
    assert!(matches!(error, JournalError::Stale { found: Some(found), .. } if found == taken[0].version));
    // Nor where it would be looked after as before, or something happens to it.
    let snapshot = Snapshot::new("{\"late\": true}");
    for state in ["Open", "Uncertain"] {
        let page = Page { due: Some(at(9)), ..Page::new(state, true, &snapshot, "too late") };
        let error = journal.save("id", before, &page, at(1)).expect_err("it was taken");
        assert!(matches!(error, JournalError::Stale { .. }), "{error}");
        let saved = journal.save_all(&[Write { key: "id", expected: before, page }], at(1));
        assert_eq!(saved, Ok(vec![None]));
    }
    assert_eq!(journal.load("id"), Ok(Some(taken[0].clone())));
    common::save(&journal, "id", taken[0].version, "the holder's").expect("he has it");
    assert_eq!(
        journal.lines("id").expect("readable").len(),
        2,
        "taking a row is nothing that happened to it"
    );
}

fn i14_what_is_where_a_taken_row_was_is_not_written_for_it<D: Engine>() {
    let desk = D::new();
    let (one, two) = (desk.journal(), desk.journal());
    add(&one, "gone", Some(0));
    let taken = take(&one, "one", 1, at(0)).remove(0);
    let page = Page::new("Completed", false, &taken.snapshot, "completed");
    two.save("gone", taken.version, &page, at(0)).expect("any worker of that take");
    assert_eq!(two.prune(at(1), 9), Ok(1));
    add(&two, "another", Some(0));
    let another = take(&two, "two", 1, at(0)).remove(0);
    assert_eq!(another.version, taken.version);
    let page = Page { due: Some(at(9)), ..Page::new("Open", true, &taken.snapshot, "too late") };
    let write = Write { key: "gone", expected: taken.version, page };
    assert_eq!(one.save_all(&[write], at(1)), Ok(vec![None]));
    assert_eq!(two.load("another"), Ok(Some(another)));
}

/// What is due again as soon as somebody's term of a millisecond is over, by whatever clock.
fn taken_over(journal: &dyn Journal, holder: &str) -> Entry {
    let patience = Instant::now() + Duration::from_secs(30);
    loop {
        if let Some(entry) = take(journal, holder, 1, at(60)).pop() {
            return entry;
        }
        assert!(Instant::now() < patience, "it never came back");
        thread::sleep(Duration::from_millis(2));
    }
}

fn i14_f30_a_worker_whose_term_is_over_can_no_longer_write<D: Engine>() {
    let desk = D::new();
    let (one, two) = (desk.journal(), desk.journal());
    add(&one, "id", Some(0));
    let short = Lease { holder: "one", limit: 1, term: Duration::from_millis(1) };
    let first = one.take_due(short, at(0)).expect("taken").remove(0);
    let second = taken_over(&two, "two");
    assert_eq!((second.due, second.version), (first.due, first.version.taken(1)));

    let error = common::save(&one, "id", first.version, "one").expect_err("fenced");
    assert!(matches!(error, JournalError::Stale { .. }), "{error}");
    let snapshot = Snapshot::new("{}");
    let page = Page::new("Open", true, &snapshot, "one");
    let write = Write { key: "id", expected: first.version, page };
    assert_eq!(one.save_all(&[write], at(0)), Ok(vec![None]), "fenced");
    one.give_back(&[("id", first.version)]).expect("nothing to give");
    assert_eq!(keys(&take(&one, "one", 1, at(60))), [""; 0], "it is the other's");
    common::save(&two, "id", second.version, "two").expect("he has it");
}

/// That a worker cannot write a row in the version that it has.
fn is_fenced(journal: &dyn Journal, stale: &Entry) {
    let before = journal.load(&stale.key);
    let error = common::save(journal, &stale.key, stale.version, "too late").expect_err("fenced");
    let found = before.as_ref().ok().and_then(Option::as_ref).map(|entry| entry.version);
    assert_eq!(error, JournalError::Stale { key: stale.key.clone(), expected: stale.version, found });
    let page = Page::new("Open", true, &stale.snapshot, "too late");
    let write = Write { key: &stale.key, expected: stale.version, page };
    assert_eq!(journal.save_all(&[write], at(0)), Ok(vec![None]), "fenced");
    journal.give_back(&[(&stale.key, stale.version)]).expect("nothing to give");
    assert_eq!(keys(&take(journal, "another", 1, at(0))), [""; 0], "it is not his to give back");
    assert_eq!(journal.load(&stale.key), before);
}

/// However a row was let go of, its version does not come back with the next take.
fn i14_who_gave_a_row_back_or_saved_it_can_no_longer_write_it<D: Engine>() {
    let desk = D::new();
    let (one, two) = (desk.journal(), desk.journal());
    add(&one, "id", Some(0));
    let read = one.load("id").expect("readable").expect("there");
    let first = take(&one, "one", 1, at(0)).remove(0);
    one.give_back(&[("id", first.version)]).expect("given back");
    let second = take(&two, "two", 1, at(0)).remove(0);
    for stale in [&read, &first] {
        is_fenced(&one, stale);
    }
    let page = Page { due: Some(at(0)), ..Page::new("Open", true, &second.snapshot, "asked") };
    two.save("id", second.version, &page, at(0)).expect("he has it");
    let third = take(&one, "one", 1, at(0)).remove(0);
    assert_eq!(third.version, read.version.next().taken(1));
    for stale in [&read, &first, &second] {
        is_fenced(&two, stale);
    }
    common::save(&one, "id", third.version, "one").expect("he has it");
}

fn f25_the_rows_of_a_worker_that_crashed_come_back_by_themselves<D: Engine>() {
    let desk = D::new();
    for key in ["a", "b"] {
        add(&desk.journal(), key, Some(0));
    }
    let short = Lease { holder: "crashed", limit: 9, term: Duration::from_millis(1) };
    assert_eq!(desk.journal().take_due(short, at(0)).expect("taken").len(), 2);
    let journal = desk.journal();
    assert_eq!(taken_over(&journal, "next").key, "a");
    assert_eq!(taken_over(&journal, "next").key, "b");
}

fn f31_what_a_clock_wrote_that_has_been_set_back_since_is_due<D: Engine>() {
    let desk = D::new();
    let journal = desk.journal();
    for (key, due) in [("years", 100_000_000), ("soon", 7_000), ("hours", 8_000), ("now", 0)] {
        add(&journal, key, Some(due));
    }
    assert_eq!(keys(&take(&journal, "worker", 2, at(0))), ["now", "hours"], "what is due comes first");
    assert_eq!(keys(&take(&journal, "worker", 9, at(0))), ["years"]);
    assert!(keys(&take(&journal, "worker", 9, at(7_000))).contains(&"soon"));
}

fn what_is_given_back_is_due_as_before<D: Engine>() {
    let desk = D::new();
    let journal = desk.journal();
    for (key, due) in [("a", 1), ("b", 2)] {
        add(&journal, key, Some(due));
    }
    let taken = take(&journal, "stopping", 9, at(5));
    let back: Vec<_> = taken.iter().map(|entry| (entry.key.as_str(), entry.version)).collect();
    journal.give_back(&back).expect("given back");
    let again = take(&journal, "next", 9, at(5));
    assert_eq!(keys(&again), ["a", "b"]);
    assert_eq!(again[0].due, Some(at(1)));
}

fn a_row_that_was_saved_is_due_when_its_page_says<D: Engine>() {
    let desk = D::new();
    let journal = desk.journal();
    add(&journal, "id", Some(0));
    let taken = take(&journal, "worker", 1, at(0)).remove(0);
    let snapshot = Snapshot::new("{}");
    // Ended, and to be asked about once more: it is due though it is not open.
    let page = Page { due: Some(at(3_600)), ..Page::new("Failed", false, &snapshot, "failed") };
    let version = journal.save("id", taken.version, &page, at(1)).expect("the holder's");
    assert_eq!(keys(&take(&journal, "worker", 1, at(3_599))), [""; 0]);
    let again = take(&journal, "worker", 1, at(3_600)).remove(0);
    assert_eq!((again.version, again.open), (version.taken(1), false));
    let page = Page::new("Failed", false, &snapshot, "asked once more");
    journal.save("id", again.version, &page, at(3_601)).expect("the holder's");
    assert_eq!(keys(&take(&journal, "worker", 1, at(1_000_000))), [""; 0], "never again");
}

fn i7_ten_payments_that_never_end_do_not_hold_up_the_eleventh<D: Engine>() {
    let desk = D::new();
    let journal = desk.journal();
    for n in 0..10 {
        add(&journal, &format!("endless {n}"), Some(0));
    }
    // An outage of years later, the backlog is there, and one more.
    let now = at(100_000_000);
    add(&journal, "eleventh", Some(100_000_000));
    let snapshot = Snapshot::new("{}");
    let mut seen = Vec::new();
    while seen.last().is_none_or(|key| key != "eleventh") {
        let taken = take(&journal, "worker", 1, now).remove(0);
        // It asks to come again at once.
        let page = Page { due: Some(now), ..Page::new("Open", true, &snapshot, "still open") };
        journal.save(&taken.key, taken.version, &page, now).expect("the holder's");
        seen.push(taken.key);
    }
    assert_eq!(seen.len(), 11, "{seen:?}");
    assert_eq!(
        seen.iter().collect::<BTreeSet<_>>().len(),
        11,
        "nobody twice before everybody once: {seen:?}"
    );
}

fn t32_sixteen_workers_take_each_row_once<D: Engine>() {
    const ROWS: usize = 120;
    let desk = D::new();
    let journal = desk.journal();
    for n in 0..ROWS {
        add(&journal, &format!("row {n:03}"), Some(0));
    }
    let start = Barrier::new(16);
    let journals: Vec<Arc<dyn Journal>> =
        (0..16).map(|n| if n % 4 == 0 { desk.journal() } else { Arc::clone(&journal) }).collect();
    let work = |journal: &Arc<dyn Journal>, name: usize| {
        start.wait();
        let mut all = Vec::new();
        loop {
            let taken = take(journal, &format!("worker {name}"), 5, at(0));
            if taken.is_empty() {
                return all;
            }
            all.extend(taken);
        }
    };
    let work = &work;
    let taken: Vec<Vec<Entry>> = thread::scope(|scope| {
        let workers = journals.iter().enumerate();
        let workers: Vec<_> =
            workers.map(|(name, journal)| scope.spawn(move || work(journal, name))).collect();
        workers.into_iter().map(|worker| worker.join().expect("no panic")).collect()
    });
    let mut keys: Vec<_> = taken.iter().flatten().map(|entry| entry.key.clone()).collect();
    assert_eq!(keys.len(), ROWS);
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), ROWS, "a row was taken twice");
}

/// However takes and saves of several workers cross: who gets a row gets it as it is, and nobody else does.
fn i14_t32_whoever_takes_a_row_can_save_it<D: Engine>() {
    const ROUNDS: usize = 60;
    let desk = D::new();
    let journal = desk.journal();
    for n in 0..3 {
        add(&journal, &format!("row {n}"), Some(0));
    }
    let work = |journal: &Arc<dyn Journal>, name: usize| {
        for _ in 0..ROUNDS {
            for entry in take(journal, &format!("worker {name}"), 2, at(0)) {
                let page = Page { due: Some(at(0)), ..Page::new("Open", true, &entry.snapshot, "asked") };
                assert_eq!(journal.save(&entry.key, entry.version, &page, at(0)), Ok(entry.version.next()));
            }
        }
    };
    let work = &work;
    let journals: Vec<Arc<dyn Journal>> = (0..4).map(|_| desk.journal()).collect();
    thread::scope(|scope| {
        for (name, journal) in journals.iter().enumerate() {
            scope.spawn(move || work(journal, name));
        }
    });
    assert_eq!(
        take(&journal, "the last", 9, at(0)).len(),
        3,
        "none is left with somebody who cannot save it"
    );
}

fn many_rows_are_saved_at_once_each_at_its_own_version<D: Engine>() {
    let desk = D::new();
    let journal = desk.journal();
    let versions: Vec<_> = ["a", "b", "c"].iter().map(|key| add(&journal, key, Some(0))).collect();
    let newer = common::save(&journal, "b", versions[1], "somebody else").expect("the right version");
    let snapshot = Snapshot::new("{\"n\": 1}");
    let asked = Page { due: Some(at(9)), what: None, ..Page::new("Open", true, &snapshot, "") };
    let write = |key, expected, page| Write { key, expected, page };
    let saved = journal.save_all(
        &[
            write("a", versions[0], asked.clone()),
            write("b", versions[1], asked.clone()),
            write("c", versions[2], Page::new("Completed", false, &snapshot, "paid")),
            write("nobody", versions[0], asked),
        ],
        at(3),
    );
    assert_eq!(saved, Ok(vec![Some(versions[0].next()), None, Some(versions[2].next()), None]));
    let row = |key: &str| journal.load(key).expect("readable").expect("there");
    assert_eq!((row("a").snapshot, row("a").due, row("a").updated_at), (snapshot, Some(at(9)), at(3)));
    assert_eq!(row("b").version, newer);
    assert_eq!((row("c").open, row("c").state.as_str()), (false, "Completed"));
    let lines = |key: &str| journal.lines(key).expect("readable").len();
    assert_eq!((lines("a"), lines("b"), lines("c")), (1, 2, 2), "what is only asked again is no event");
    assert_eq!(journal.save_all(&[], at(3)), Ok(Vec::new()));
}

fn the_backlog_counts_what_there_is_to_do<D: Engine>() {
    let desk = D::new();
    let journal = desk.journal();
    let backlog = journal.backlog(at(5)).expect("counted");
    assert_eq!((backlog.open, backlog.due, backlog.oldest_due), (0, 0, None));
    for (key, due) in [("a", Some(4)), ("b", Some(2)), ("c", Some(6)), ("d", None)] {
        add(&journal, key, due);
    }
    take(&journal, "worker", 1, at(5));
    let backlog = journal.backlog(at(5)).expect("counted");
    assert_eq!((backlog.open, backlog.due, backlog.oldest_due), (4, 2, Some(at(2))));
}

fn what_is_shared_is_changed_by_one_at_a_time<D: Engine>() {
    let desk = D::new();
    let (one, two) = (desk.journal(), desk.journal());
    let add = |journal: &dyn Journal| {
        let mut change = |kept: Option<Snapshot>, _: Timestamp| {
            let number: u64 = kept.map_or(0, |kept| kept.as_str().parse().expect("a number"));
            Some(Snapshot::new((number + 1).to_string()))
        };
        journal.share("count", NOW, &mut change).expect("shared");
    };
    let (add, one, two) = (&add, &one, &two);
    thread::scope(|scope| {
        for n in 0..8 {
            scope.spawn(move || (0..10).for_each(|_| add(if n % 2 == 0 { one } else { two })));
        }
    });
    let mut seen = None;
    let mut look = |kept: Option<Snapshot>, _: Timestamp| {
        seen = kept;
        None
    };
    one.share("count", NOW, &mut look).expect("shared");
    assert_eq!(seen.map(|kept| kept.to_string()).as_deref(), Some("80"));
    let mut other = Some(Snapshot::new("there"));
    let mut look = |kept: Option<Snapshot>, _: Timestamp| {
        other = kept;
        None
    };
    two.share("another name", NOW, &mut look).expect("shared");
    assert_eq!(other, None);
}
