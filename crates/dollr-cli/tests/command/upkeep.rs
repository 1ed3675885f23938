//! `dollr journal prune`, `tune` and `migrate`: what is forgotten, what is learned from, and what an upgrade did. None calls
//! the vendor or needs credentials.

use std::fs;
use std::time::Duration;

use dollr_client::core::{Execution, Machine as _, Policy, Schedule, Timestamp};
use dollr_client::journal::{Journal, Kind, Page, SqliteJournal};
use dollr_client::{Clock as _, SystemClock};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::recorded::{Recorded, paid};
use crate::server::Server;
use crate::shop::{Run, Shop, bare, new_id, run};

/// A folder with no vendor and no credentials.
struct Desk(TempDir);

impl Desk {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn file(&self) -> std::path::PathBuf {
        self.0.path().join("dollr.db")
    }

    fn journal(&self) -> SqliteJournal {
        SqliteJournal::open(self.file()).expect("a journal")
    }

    fn run(&self, line: &str) -> Run {
        self.run_on("dollr.db", line)
    }

    fn run_on(&self, journal: &str, line: &str) -> Run {
        let mut command = bare(self.0.path());
        command.args(line.split_whitespace()).env("DOLLR_JOURNAL", journal);
        run(command)
    }
}

fn ago(hours: u64) -> Timestamp {
    Timestamp::from_millis(SystemClock.now().as_millis() - hours * 3_600_000)
}

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[test]
fn what_ended_long_ago_is_forgotten_when_it_is_asked_for() {
    let desk = Desk::new();
    let old: Vec<_> = (0..3).map(|_| paid(&desk.file(), ago(24 * 401), None)).collect();
    let new = paid(&desk.file(), ago(24 * 399), None);
    let open = Recorded::new(Policy::default(), ago(24 * 500), Duration::MAX);
    open.write(&desk.journal(), None);
    assert_eq!(desk.run(&format!("goods claim {}", old[0])).code, 0);

    let dry = desk.run("journal prune --older-than 400d --dry-run --json").json();
    assert_eq!(dry["to_forget"], json!(2), "what is claimed and not fulfilled stays: {dry}");
    let person = desk.run("journal prune --older-than 400d --dry-run");
    assert!(
        person.out.starts_with("2 that ended before 20") && person.out.ends_with(" would be forgotten\n")
    );
    assert_eq!(desk.journal().entries(9).expect("readable").len(), 5, "nothing was forgotten yet");
    let pruned = desk.run("journal prune --older-than 400d");
    assert!(
        pruned.code == 0
            && pruned.out.starts_with("2 that ended before 20")
            && pruned.out.ends_with(" forgotten\n")
    );
    let left: Vec<_> = desk.journal().entries(9).expect("readable").into_iter().map(|e| e.key).collect();
    assert_eq!(left, [open.id, new, old[0].clone()]);
    assert_eq!(desk.run("journal prune --older-than 400d --json").json()["forgotten"], json!(0));
}

#[test]
fn more_than_a_batch_is_forgotten() {
    let desk = Desk::new();
    let journal = desk.journal();
    let payment = Recorded::new(Policy::default(), ago(100), Duration::ZERO);
    let snapshot = payment.machine.snapshot();
    for _ in 0..1_001 {
        let page = Page::of(&payment.machine, &snapshot, ago(100));
        journal.create(&new_id(), Kind::Execution, None, &page, ago(100)).expect("a row");
    }
    assert_eq!(desk.run("journal prune --older-than 73h --json").json()["forgotten"], json!(1_001));
    assert_eq!(journal.entries(9), Ok(Vec::new()));
}

#[test]
fn what_may_still_be_contradicted_is_not_forgotten() {
    let desk = Desk::new();
    let id = paid(&desk.file(), ago(80), None);
    for wrong in ["72h", "0s", "-400d", "a year", "1y"] {
        let run = run({
            let mut command = bare(desk.0.path());
            command.args(["journal", "prune", &format!("--older-than={wrong}")]);
            command
        });
        let says = format!(
            "--older-than: time `{wrong}` is not valid: expected at least 73h, such as 400d: until then a payment's end may be \
             contradicted"
        );
        assert_eq!((run.code, run.sentence()), (2, says.as_str()));
    }
    let run = desk.run("journal prune");
    assert!(run.code == 2 && run.sentence().starts_with("missing: --older-than"), "{run:?}");
    assert!(desk.journal().load(&id).expect("readable").is_some());
}

/// How long the `n`th of a thousand payments takes, in milliseconds: spread over a minute, and some that nobody approves.
fn takes(n: u64) -> Duration {
    if n % 20 == 19 { Duration::MAX } else { Duration::from_millis(5_000 + n * n % 61_000) }
}

/// A thousand payments whose callers are patient, and what the schedule can learn from them.
fn thousand(desk: &Desk) -> Vec<Duration> {
    let journal = desk.journal();
    let policy = Policy::default().patience(secs(1_900));
    let record = |n| {
        let payment = Recorded::new(policy.clone(), ago(5), takes(n));
        payment.write(&journal, None);
        if takes(n) == Duration::MAX { Duration::MAX } else { payment.seen.since(payment.born) }
    };
    (0..1_000).map(record).collect()
}

/// What misleads: in each is written what it would tell if it were believed.
fn misleading(desk: &Desk) {
    let journal = desk.journal();
    let patient = || Policy::default().patience(secs(1_900));
    let write = |payment: &Recorded| payment.write(&journal, None);
    // Sent just now: only the quick ones have ended.
    for _ in 0..2 {
        write(&Recorded::new(patient(), SystemClock.now(), secs(1)));
    }
    // Handed over after a minute, and found out hours later.
    for hours in 1..4 {
        let mut payment = Recorded::new(Policy::default().patience(secs(60)), ago(9), secs(600));
        payment.seen = payment.seen.after(secs(3_600 * hours));
        payment.machine = payment.ended();
        write(&payment);
    }
    // Never waited for, and asked about once within the minute that a last question may take.
    let mut payment = Recorded::new(Policy::default().patience(secs(0)), ago(9), secs(600));
    payment.seen = payment.seen.after(secs(50));
    payment.machine = payment.ended();
    write(&payment);
    // Asked about by another schedule.
    for _ in 0..4 {
        write(&Recorded::new(patient().schedule(Schedule::cards()), ago(8), secs(1)));
    }
    // Sent, and nobody knows what became of it; and what is no execution, or cannot be read.
    let id = new_id();
    let snapshot = dollr_client::core::Snapshot::new("{}");
    let page = Page::new("Open", true, &snapshot, "recorded");
    journal.create(&id, Kind::Execution, None, &page, ago(7)).expect("a row");
    journal.create("INVOICE:101", Kind::Source, None, &page, ago(7)).expect("a row");
}

#[test]
fn a_schedule_is_learned_from_the_times_that_can_be_believed() {
    let desk = Desk::new();
    misleading(&desk);
    let samples = thousand(&desk);
    let expected = Schedule::learn(&samples, &Schedule::default()).expect("enough");
    assert!(expected.after.polls < 0.8 * expected.before.polls, "there is something to learn: {expected:?}");

    let tuned = desk.run("journal tune");
    assert_eq!(tuned.code, 0, "{tuned:?}");
    let schedule: Schedule = serde_json::from_str(&tuned.out).expect("a schedule");
    assert_eq!(schedule, expected.schedule);
    let next =
        "  ask by it: put the next line into a file, and name that with --schedule or DOLLR_SCHEDULE\n";
    assert!(tuned.err.ends_with(next), "{tuned:?}");
    let says = "learned from 1000 payments; left out: 2 sent less than half an hour ago, 4 whose end was found late, \
                0 that did not get to an end, 4 asked about by another schedule, 1 unreadable\n";
    assert!(tuned.err.starts_with(says), "{tuned:?}");
    let told = |name: &str, polls: f64, delay: Duration| {
        let line = format!(
            "  {name:<8} {polls:.1} questions a payment, each end found out {:.1} s late",
            delay.as_secs_f64()
        );
        assert!(tuned.err.lines().any(|said| said.starts_with(&line)), "{line} is not in {}", tuned.err);
    };
    told("now", expected.before.polls, expected.before.delay);
    told("learned", expected.after.polls, expected.after.delay);

    let object = desk.run("journal tune --json").json();
    assert_eq!((&object["schedule"], &object["samples"]), (&json!(schedule), &json!(1_000)));
    assert_eq!(object["left_out"]["found_late"], json!(4));
    assert_eq!(object["after"]["polls"], json!(expected.after.polls));
    let slow = Schedule::learn_at(&samples, &Schedule::default(), secs(8)).expect("enough");
    let slower = desk.run("journal tune --delay 8s --json").json();
    assert_eq!(
        (&slower["schedule"], &slower["after"]["polls"]),
        (&json!(slow.schedule), &json!(slow.after.polls))
    );
}

#[test]
fn too_little_to_learn_from_is_said_with_what_was_left_out() {
    let desk = Desk::new();
    misleading(&desk);
    let run = desk.run("journal tune");
    let says = "a schedule is learned from at least 200 payments that completed within half an hour, but there are 4; left \
                out: 0 sent less";
    // Here, the newest payment was asked about by the schedule for cards.
    assert!(run.code == 1 && run.sentence().starts_with(says), "{run:?}");
    let run = desk.run("journal tune --limit 0");
    assert!(run.code == 1 && run.sentence().contains("there are 0"), "{run:?}");
    let run = desk.run("journal tune --delay never");
    assert!(run.code == 2 && run.sentence().starts_with("--delay: "), "{run:?}");
}

/// The schedule that a payment of this shop is asked about by.
fn schedule_of(shop: &Shop, id: &str) -> Schedule {
    let journal = SqliteJournal::open_existing(shop.path("dollr.db")).expect("a journal");
    let entry = journal.load(id).expect("readable").expect("there");
    Execution::restore(&entry.snapshot).expect("a machine").schedule().clone()
}

#[test]
fn a_learned_schedule_is_asked_by() {
    let shop = Shop::open();
    let (by_flag, by_environment, by_default) = (new_id(), new_id(), new_id());
    let learned = r#"{"first":3713,"gaps":[[1595,3027],[60000,5000]]}"#;
    fs::write(shop.path("schedule.json"), format!("{learned}\n")).expect("a file");
    let collect = |id: &str, more: &str| {
        let session = shop.session("25.00");
        let line = format!(
            "collect --session {session} --account 3000 --currency USD --patience 0s --reference-id {id}"
        );
        shop.command(format!("{line} {more}").split_whitespace())
    };
    assert_eq!(run(collect(&by_flag, "--schedule schedule.json")).code, 4);
    let mut command = collect(&by_environment, "");
    command.env("DOLLR_SCHEDULE", "schedule.json");
    assert_eq!(run(command).code, 4);
    assert_eq!(run(collect(&by_default, "")).code, 4);
    let learned: Schedule = serde_json::from_str(learned).expect("a schedule");
    assert_eq!(
        (schedule_of(&shop, &by_flag), schedule_of(&shop, &by_environment)),
        (learned.clone(), learned)
    );
    assert_eq!(schedule_of(&shop, &by_default), Schedule::default());

    fs::write(shop.path("wrong.json"), r#"{"first": 10, "gaps": []}"#).expect("a file");
    fs::write(shop.path("text"), "soon").expect("a file");
    for name in ["wrong.json", "text", "nowhere"] {
        let run = run(collect(&new_id(), &format!("--schedule {name}")));
        assert!(
            run.code == 2 && run.sentence().starts_with(&format!("the schedule file \"{name}\": ")),
            "{run:?}"
        );
    }
}

#[test]
fn f32_migrating_says_from_which_schema_to_which() {
    const FILE: &str = include_str!("../../../dollr-journal/tests/vectors/schema_1_sqlite.sql");
    const TABLES: &str = include_str!("../../../dollr-journal/tests/vectors/schema_1_postgres.sql");
    let (desk, server) = (Desk::new(), Server::shared());
    let raw = rusqlite::Connection::open(desk.file()).expect("a file");
    raw.execute_batch(FILE).expect("a journal");
    drop(raw);
    let prefix = format!("m{:x}_", std::process::id());
    server.psql(&TABLES.replace("{p}", &prefix)).expect("a journal");
    for journal in ["dollr.db".to_owned(), format!("{}?prefix={prefix}", server.url())] {
        let run = |line: &str| desk.run_on(&journal, line);
        for _ in 0..2 {
            let check = run("journal migrate --check");
            let says = "the journal has schema 1, and 3 once it is migrated\n";
            assert_eq!((check.code, check.out.as_str()), (4, says), "{check:?}");
        }
        let migrated = run("journal migrate");
        assert_eq!(
            (migrated.code, migrated.out.as_str()),
            (0, "the journal had schema 1 and has schema 3 now\n")
        );
        let again = run("journal migrate");
        assert_eq!(
            (again.code, again.out.as_str()),
            (0, "the journal has schema 3, the newest that there is\n")
        );
        let check = run("journal migrate --check --json");
        assert_eq!((check.code, check.json()), (0, json!({ "from": 3, "to": 3, "newest": 3 })));
        let listed = run("journal list --json").json();
        assert_eq!(listed["payments"].as_array().map(Vec::len), Some(7), "nothing was lost");
    }
    server.psql(&format!("UPDATE {prefix}schema SET version = 4")).expect("marked");
    let newer = desk.run_on(&format!("{}?prefix={prefix}", server.url()), "journal migrate");
    let says = "the journal has schema 4, which a newer release made and this one can use\n";
    assert_eq!((newer.code, newer.out.as_str()), (0, says));
}

/// F32, T29
#[test]
fn a_journal_that_cannot_be_migrated_is_said_and_left_alone() {
    let desk = Desk::new();
    for line in ["journal migrate", "journal migrate --check"] {
        let run = desk.run(line);
        assert_eq!((run.code, run.sentence()), (1, "there is no journal at \"dollr.db\""));
    }
    drop(desk.journal());
    let raw = rusqlite::Connection::open(desk.file()).expect("a file");
    raw.pragma_update(None, "user_version", 9 << 16 | 9).expect("marked");
    for line in
        ["journal migrate", "journal migrate --check", "journal list", "paid", "goods claim INVOICE:101"]
    {
        let run = desk.run(line);
        let says = "the journal at \"dollr.db\" has schema 9, this release knows up to 3: use the release that wrote it";
        assert_eq!((run.code, run.sentence()), (1, says), "{line}");
    }
    let marked: Value =
        raw.pragma_query_value(None, "user_version", |row| row.get(0).map(|n: i64| json!(n))).expect("it");
    assert_eq!(marked, json!(9 << 16 | 9));
}
