//! SIGKILL before each system call that touches the journal (F25), from the first to the last of a run. The vendor charges
//! for each POST, so that one too many is seen.
#![cfg(target_os = "linux")]

use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use dollr_client::journal::{self, Entry, JournalError};
use dollr_sim::{Call, Fault, FaultKind, SourceKind};
use serde_json::json;

use crate::crash::careless_shop;
use crate::shop::{Running, Shop, new_id, wait_until};

/// A payment, and the command that is killed at it.
pub(crate) struct Scene {
    pub(crate) shop: Shop,
    pub(crate) order: u64,
    pub(crate) id: String,
    pub(crate) line: String,
}

impl Scene {
    /// To be collected, where no journal is yet.
    pub(crate) fn to_collect() -> Self {
        let shop = careless_shop();
        let (order, id) = (shop.sim.create_source(SourceKind::Order, "USD", "25.00"), new_id());
        let session = shop.sim.create_session(SourceKind::Order, order);
        let line = format!(
            "collect --session {session} --account 1000 --currency USD --amount 25.00 --reference-id {id} --json"
        );
        Self { shop, order, id, line }
    }

    /// Paid, which its process was killed before it heard: the journal is as SIGKILL leaves it. `line` goes on with it.
    pub(crate) fn to_go_on_with(line: impl Fn(&str) -> String) -> Self {
        let scene = Self::to_collect();
        let lost = Fault::new(Call::Execute, FaultKind::Silent).after();
        scene.shop.sim.arm(lost.for_reference(&scene.id));
        let mut running = Running::start(scene.command());
        wait_until("the money has moved", || scene.charges() == 1);
        running.kill();
        Self { line: line(&scene.id), ..scene }
    }

    /// The same, and it is time for somebody else to look after it.
    pub(crate) fn to_reconcile() -> Self {
        let scene = Self::to_go_on_with(|_| "reconcile --once --json".to_owned());
        scene.shop.let_time_pass();
        scene
    }

    fn command(&self) -> Command {
        self.shop.command(self.line.split_whitespace())
    }

    /// Runs the command under strace, which sees its calls on any file of the journal and on their folder, and does with
    /// them as `expression` says. What it saw is in the file `trace`.
    fn traced(&self, expression: &str) -> Output {
        self.traced_on(&self.on_the_journal(), &[expression])
    }

    /// The options by which strace sees nothing but calls on the journal.
    pub(crate) fn on_the_journal(&self) -> Vec<PathBuf> {
        let files = ["", "dollr.db", "dollr.db-wal", "dollr.db-shm", "dollr.db-journal"];
        files.iter().flat_map(|name| ["-P".into(), self.shop.path(name)]).collect()
    }

    /// The same with all calls, or those `on` some paths only.
    pub(crate) fn traced_on(&self, on: &[PathBuf], expressions: &[&str]) -> Output {
        let command = self.command();
        let mut strace = Command::new("strace");
        strace.args(["-f", "-qq", "-e", "signal=none", "-o"]).arg(self.shop.path("trace")).args(on);
        for expression in expressions {
            strace.args(["-e", expression]);
        }
        strace.arg(command.get_program()).args(command.get_args());
        strace.arg("--journal").arg(self.shop.path("dollr.db")).current_dir("/").env_clear();
        strace.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        strace.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        strace
            .output()
            .unwrap_or_else(|e| panic!("strace cannot be run ({e}): this test needs it, so install it"))
    }

    /// Each call on the journal that strace saw: its name, and how often there was one of that name, as strace counts them.
    pub(crate) fn calls(&self) -> Vec<(String, usize)> {
        let trace = std::fs::read_to_string(self.shop.path("trace")).expect("a trace");
        let main = trace.split(' ').next().expect("a thread");
        let mut counts = BTreeMap::new();
        let call = |line: &str| {
            let (thread, call) = line.split_once(' ').expect("a thread and a call");
            if thread != main {
                // A thread that ends with its process may be seen in a call that it never made, and that has no result.
                let has_result = call.rsplit_once(" = ").is_some_and(|(_, result)| !result.starts_with('?'));
                assert!(!has_result, "each thread would be counted by itself: {trace}");
                return None;
            }
            let (name, _) = call.split_once('(').unwrap_or_else(|| panic!("not a call: {line}"));
            let count: &mut usize = counts.entry(name.trim().to_owned()).or_default();
            *count += 1;
            Some((name.trim().to_owned(), *count))
        };
        // Where another thread is seen in between, a call's end has a line of its own.
        let is_resumed = |line: &&str| line.starts_with(&format!("{main} ")) && line.contains(" resumed>");
        trace.lines().filter(|line| !is_resumed(line)).filter_map(call).collect()
    }

    pub(crate) fn posts(&self) -> u64 {
        self.shop.posts(&self.id)
    }

    pub(crate) fn charges(&self) -> u64 {
        self.shop.sim.ledger().charges_for_order(SourceKind::Order, self.order)
    }

    /// The payment's row, and whether it is listed among the open ones.
    pub(crate) fn row(&self) -> Option<(Entry, bool)> {
        let journal = match journal::open_existing(self.shop.path("dollr.db")) {
            Err(JournalError::Absent { .. }) => return None,
            opened => opened.expect("a journal"),
        };
        let entry = journal.load(&self.id).expect("readable")?;
        let open = journal.open_entries().expect("readable");
        Some((entry, open.iter().any(|listed| listed.key == self.id)))
    }
}

/// Runs the scene's command once for each call that it makes on the journal, each time in a new scene, and kills it before
/// that call. `check` looks at each scene that is left, with what the command said. Gives the number of kills.
fn kill_at_every_call(scene: impl Fn() -> Scene + Sync, check: impl Fn(&Scene, &str) + Sync) -> usize {
    let whole = scene();
    let output = whole.traced("trace=all");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "strace could not trace it, or it failed: {errors}");
    let calls = whole.calls();
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some(last) = calls.get(next.fetch_add(1, Ordering::SeqCst)) {
            let (scene, (name, count)) = (scene(), last);
            let output = scene.traced(&format!("inject={name}:signal=KILL:when={count}"));
            assert_eq!(output.status.signal(), Some(9), "not killed at {name} {count}: {output:?}");
            assert_eq!(scene.calls().last(), Some(last), "the last that it did: {output:?}");
            check(&scene, &String::from_utf8(output.stdout).expect("UTF-8"));
        }
    };
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(work);
        }
    });
    println!("killed at each of {} calls: {}", calls.len(), whole.line);
    calls.len()
}

/// I1, I2, I5: what the vendor has heard of is on record, and is listed until it has ended; no money moved twice.
fn is_on_record(scene: &Scene, said: &str) -> Option<Entry> {
    let (posts, row) = (scene.posts(), scene.row());
    assert!(posts <= 1 && scene.charges() <= 1, "I2: {posts} requests, {} charges", scene.charges());
    assert!(
        row.is_some() || posts == 0 && said.is_empty(),
        "I1, I5: {posts} requests, nothing on record, {said}"
    );
    let (entry, listed) = row?;
    assert_eq!(listed, entry.state != "Completed", "I5: listed until it has ended: {entry:?}");
    assert!(entry.state != "Prepared" || posts == 0, "I1: on the wire before it was on record: {entry:?}");
    assert!(said.is_empty() || entry.state == "Completed", "I5: {said} was said too early: {entry:?}");
    Some(entry)
}

/// Whoever asks next hears that it is paid, and nothing is sent for that (I2).
pub(crate) fn is_found_paid(scene: &Scene) {
    let run = scene.shop.run(&format!("status {} --json", scene.id));
    assert_eq!((run.code, run.json()["verdict"].as_str()), (0, Some("paid")), "{run:?}");
    assert_eq!((scene.posts(), scene.charges()), (1, 1), "I2");
    let open = scene.shop.run("journal list --open --json").json();
    assert_eq!(open["payments"], json!([]), "I5: it has ended");
}

/// I1, I2, I5, F25
#[test]
fn a_collect_that_is_killed_at_any_call_on_the_journal_charges_at_most_once_and_is_found() {
    let kills = kill_at_every_call(Scene::to_collect, |scene, said| match is_on_record(scene, said) {
        None => {
            // Nothing was begun, so that it may be begun again, under the same id.
            let run = scene.shop.run(&scene.line);
            assert_eq!((run.code, run.json()["verdict"].as_str()), (0, Some("paid")), "{run:?}");
            is_found_paid(scene);
        }
        Some(_) if scene.posts() == 1 => is_found_paid(scene),
        Some(_) => {
            // It may have been about to be sent; that it was not is nothing that can be known yet.
            let run = scene.shop.run(&format!("status {} --json", scene.id));
            assert_eq!((run.code, run.json()["verdict"].as_str()), (4, Some("open")), "{run:?}");
            assert_eq!((scene.posts(), scene.charges()), (0, 0), "I2: asking does not send");
            assert!(scene.row().is_some_and(|(_, listed)| listed), "I5");
        }
    });
    assert!(kills > 200, "there are more calls than {kills}");
}

/// The command that goes on with a payment is killed, too, while it takes up what a killed process has left.
fn may_be_killed_while_going_on(line: impl Fn(&str) -> String + Sync) {
    let scene = || Scene::to_go_on_with(&line);
    let kills = kill_at_every_call(scene, |scene, said| {
        assert!(is_on_record(scene, said).is_some(), "I5: it was on record before");
        is_found_paid(scene);
    });
    assert!(kills > 100, "there are more calls than {kills}");
}

/// I2, I5, F25: the next one finds it, at the latest when the lease of the killed one is over.
#[test]
fn a_reconciler_that_is_killed_at_any_call_on_the_journal_loses_and_sends_nothing() {
    let kills = kill_at_every_call(Scene::to_reconcile, |scene, said| {
        let entry = is_on_record(scene, said).expect("I5: it was on record before");
        scene.shop.let_time_pass();
        let object = scene.shop.run("reconcile --json").json();
        let left = if entry.open { json!({"paid": 1}) } else { json!({}) };
        assert_eq!((&object["verdicts"], &object["open"]), (&left, &json!(0)), "{entry:?}");
        is_found_paid(scene);
    });
    assert!(kills > 100, "there are more calls than {kills}");
}

/// I2, I5, F25
#[test]
fn a_status_that_is_killed_at_any_call_on_the_journal_loses_and_sends_nothing() {
    may_be_killed_while_going_on(|id| format!("status {id} --json"));
}
