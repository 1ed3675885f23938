//! `dollr paid`: each newly paid payment is handed to a handler until one says that its goods are handed out, and never to
//! two at the same time (I2, T32). It needs no credentials and calls nobody.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::process::CommandExt as _;
use std::process::Command;
use std::time::Duration;

use dollr_client::core::{Machine as _, Policy, Timestamp};
use dollr_client::journal::{Journal as _, Kind, Page, SqliteJournal};
use dollr_client::{Clock as _, SystemClock};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::recorded::{Recorded, paid};
use crate::shop::{Run, Running, bare, run, wait_until};

/// A folder with a journal, and no vendor.
struct Till(TempDir);

impl Till {
    fn new() -> Self {
        let till = Self(tempfile::tempdir().expect("a folder"));
        till.journal();
        till
    }

    fn journal(&self) -> SqliteJournal {
        SqliteJournal::open(self.0.path().join("dollr.db")).expect("a journal")
    }

    fn paid(&self, order: Option<&str>) -> String {
        paid(&self.0.path().join("dollr.db"), SystemClock.now(), order)
    }

    fn command(&self, line: &str) -> Command {
        let mut command = bare(self.0.path());
        command.args(line.split_whitespace()).env("PATH", "/usr/bin:/bin");
        command
    }

    /// `dollr paid` with a shell script for a handler.
    fn handing(&self, options: &str, script: &str) -> Command {
        let mut command = self.command(&format!("paid {options}"));
        command.args(["--", "sh", "-c", script]);
        command
    }

    fn run(&self, line: &str) -> Run {
        run(self.command(line))
    }

    /// The lines that handlers have written, in their order.
    fn lines(&self, name: &str) -> Vec<String> {
        let text = fs::read_to_string(self.0.path().join(name)).unwrap_or_default();
        text.lines().map(ToString::to_string).collect()
    }

    /// What the journal says of a payment's goods.
    fn happened(&self, key: &str) -> Vec<String> {
        let lines = self.journal().lines(key).expect("readable");
        let word = |what: String| what.split(" by ").next().unwrap_or_default().to_owned();
        lines.into_iter().map(|line| word(line.what)).skip(2).collect()
    }
}

fn lines(run: &Run) -> Vec<Value> {
    run.out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

#[test]
fn i2_each_paid_payment_is_a_line_once() {
    let till = Till::new();
    let (first, second) = (till.paid(Some("A-1")), till.paid(None));
    Recorded::new(Policy::default(), SystemClock.now(), Duration::MAX).write(&till.journal(), None);
    let told = till.run("paid");
    assert_eq!((told.code, told.err.as_str()), (0, ""), "{told:?}");
    let expected = json!({
        "key": first, "reference_id": first, "source": null, "order": "A-1", "amount": "25.00", "currency": "USD",
        "provider_transaction_id": "MM-1", "paid_at": null,
    });
    assert_eq!(lines(&told)[0], expected);
    assert_eq!((lines(&told).len(), &lines(&told)[1]["key"]), (2, &json!(second)));
    assert_eq!(till.happened(&first), ["claimed", "fulfilled"]);
    let again = till.run("paid");
    assert_eq!((again.code, again.out.as_str()), (0, ""), "once: {again:?}");
}

#[test]
fn the_handler_gets_the_payment_and_nothing_of_ours() {
    let till = Till::new();
    let id = till.paid(Some("Größe 1\n\u{1b}[2J"));
    let mut command = till.handing("", "cat > payment.json; env > environment");
    for secret in
        ["DOLLR_CLIENT_SECRET", "DOLLR_CLIENT_ID", "DOLLR_CREDENTIALS", "DOLLR_SOURCE", "PGPASSWORD"]
    {
        command.env(secret, "hush-hush");
    }
    command.env("DOLLR_JOURNAL", "dollr.db").env("SHOP", "mine");
    assert_eq!(run(command).code, 0);
    let payment: Value = serde_json::from_str(&till.lines("payment.json").join("\n")).expect("one object");
    assert_eq!((&payment["key"], &payment["order"]), (&json!(id), &json!("Größe 1\n\u{1b}[2J")));
    let environment = till.lines("environment");
    for expected in [
        &format!("DOLLR_KEY={id}"),
        &format!("DOLLR_REFERENCE_ID={id}"),
        "DOLLR_ORDER=Größe 1",
        "DOLLR_AMOUNT=25.00",
        "DOLLR_CURRENCY=USD",
        "DOLLR_PROVIDER_TRANSACTION_ID=MM-1",
        "SHOP=mine",
    ] {
        assert!(environment.iter().any(|line| line == expected), "{expected}: {environment:?}");
    }
    let ours = environment.iter().filter(|line| line.starts_with("DOLLR_") || line.starts_with("PGPASSWORD"));
    assert_eq!(ours.count(), 6, "{environment:?}");
    assert!(!environment.join("\n").contains("hush"), "I10: {environment:?}");
}

#[test]
fn what_a_handler_does_not_hand_out_is_the_next_runs_and_the_others_go_on() {
    let till = Till::new();
    let (bad, good) = (till.paid(Some("bad")), till.paid(Some("good")));
    let script = "echo $DOLLR_ORDER >> tries; test $DOLLR_ORDER = good";
    let failed = run(till.handing("", script));
    let says = format!(
        "{bad}  not handed out: the handler ended with exit status: 1\ndollr: 1 payment was not handed out: it is given \
         again by the next run\n"
    );
    assert_eq!((failed.code, failed.err.as_str()), (1, says.as_str()));
    assert_eq!(till.lines("tries"), ["bad", "good"], "once in a run");
    assert_eq!(till.happened(&good), ["claimed", "fulfilled"]);
    assert_eq!(till.happened(&bad), ["claimed", "put off", "claim released"]);
    assert_eq!(run(till.handing("", "true")).code, 0);
    assert_eq!(till.happened(&bad)[3..], ["claimed", "fulfilled"]);
}

#[test]
fn a_handler_that_takes_too_long_is_killed_with_all_that_it_has_started() {
    let till = Till::new();
    let id = till.paid(None);
    let slow = run(till.handing("--timeout 200ms", "sleep 600 & echo $! > pid; wait"));
    assert!(slow.code == 1 && slow.err.contains("took longer than 0.2 s and was killed"), "{slow:?}");
    let pid = till.lines("pid")[0].clone();
    wait_until("its child is gone", || {
        let state = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        state.is_empty() || state.contains(") Z ")
    });
    assert_eq!(till.happened(&id), ["claimed", "put off", "claim released"]);
}

#[test]
fn a_handler_that_cannot_be_run_is_said_and_loses_nothing() {
    let till = Till::new();
    let id = till.paid(None);
    for options in ["paid -- no-such-handler", "paid --follow -- no-such-handler"] {
        let run = till.run(options);
        let says = "the handler \"no-such-handler\" cannot be run: No such file or directory";
        assert!(run.code == 1 && run.sentence().starts_with(says) && run.sentence().contains(&id), "{run:?}");
    }
    assert_eq!(lines(&till.run("paid")).len(), 1);
}

#[test]
fn a_line_that_nobody_reads_is_not_handed_out() {
    let till = Till::new();
    let id = till.paid(None);
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let mut command = till.command("paid");
    command.stdout(writer);
    let closed = run(command);
    assert!(closed.code == 1 && closed.sentence().starts_with("nobody reads stdout any more"), "{closed:?}");
    assert_eq!(till.happened(&id), ["claimed", "claim released"]);
    let mut command = till.command("paid");
    command.stdout(fs::OpenOptions::new().write(true).open("/dev/full").expect("/dev/full"));
    assert_eq!(run(command).code, 1);
    assert_eq!(lines(&till.run("paid")).len(), 1);
}

#[test]
fn followed_it_goes_on_until_a_signal_and_lets_the_handler_finish() {
    for stop in [Signal::TERM, Signal::INT] {
        let till = Till::new();
        // The handler waits for the test, so that the signal comes while it runs.
        let script =
            "echo $DOLLR_ORDER >> began; while ! test -e go; do sleep 0.01; done; echo $DOLLR_ORDER >> ended";
        let mut command = till.handing("--follow", script);
        command.process_group(0);
        let mut following = Running::start(command);
        let first = till.paid(Some("first"));
        wait_until("it has begun", || till.lines("began") == ["first"]);
        let second = till.paid(Some("second"));
        // A terminal tells all that it has started.
        kill_process_group(Pid::from_raw(following.id()).expect("an id"), stop).expect("signalled");
        assert!(!following.has_ended(), "it finishes what it has begun");
        fs::write(till.0.path().join("go"), "").expect("a file");
        let ended = following.end();
        assert_eq!((ended.code, ended.err.as_str()), (0, ""), "{ended:?}");
        assert_eq!((till.lines("began"), till.lines("ended")), (vec!["first".into()], vec!["first".into()]));
        assert_eq!(till.happened(&first), ["claimed", "fulfilled"]);
        assert_eq!(till.happened(&second), [""; 0]);
        assert_eq!(lines(&till.run("paid")).len(), 1, "the other one is the next run's");
    }
}

/// F25: who does not want to wait for the handler says so twice; what it had is given again after its term.
#[test]
fn a_second_signal_ends_it_at_once() {
    let till = Till::new();
    let script = "echo $DOLLR_ORDER >> began; while ! test -e go; do sleep 0.01; done";
    let mut following = Running::start(till.handing("--follow", script));
    let id = till.paid(Some("first"));
    wait_until("it has begun", || till.lines("began") == ["first"]);
    following.terminate();
    assert!(!following.has_ended(), "it finishes what it has begun");
    following.terminate();
    wait_until("it has ended", || following.has_ended());
    assert_eq!(following.signal(), Some(Signal::TERM.as_raw()));
    fs::write(till.0.path().join("go"), "").expect("a file");
    assert_eq!(till.happened(&id), ["claimed"]);
}

#[test]
fn followed_what_fails_is_given_again_after_a_while_and_the_others_go_on() {
    let till = Till::new();
    let bad = till.paid(Some("bad"));
    let script = "echo $DOLLR_ORDER >> tries
        case $DOLLR_ORDER in bad) test $(grep -c bad tries) -ge 3 ;; hopeless) false ;; esac";
    let following = Running::start(till.handing("--follow", script));
    wait_until("it has failed", || till.lines("tries") == ["bad"]);
    till.paid(Some("good"));
    wait_until("it is handed out at last", || {
        till.happened(&bad).last().is_some_and(|what| what == "fulfilled")
    });
    till.paid(Some("hopeless"));
    wait_until("it has been tried", || till.lines("tries").contains(&"hopeless".to_owned()));
    following.terminate();
    let ended = following.end();
    assert_eq!(ended.code, 0, "what has failed is tried by the next one: {ended:?}");
    let tries = till.lines("tries");
    assert_eq!(tries.iter().filter(|order| *order == "bad").count(), 3, "{tries:?}");
    assert!(tries.iter().position(|order| order == "good") < Some(3), "it went on meanwhile: {tries:?}");
    assert!(ended.err.contains("; again in 1 s\n") && ended.err.contains("; again in 2 s\n"), "{ended:?}");
    let claims = |what: &String| what == "claimed";
    assert_eq!(till.happened(&bad).iter().filter(|what| claims(what)).count(), 3);
}

/// T32
#[test]
fn sixteen_followers_hand_out_each_payment_once() {
    let till = Till::new();
    let ids: BTreeSet<String> = (0..40).map(|_| till.paid(None)).collect();
    let start = || Running::start(till.handing("--follow", "echo $DOLLR_KEY >> shipped"));
    let followers: Vec<_> = (0..16).map(|_| start()).collect();
    wait_until("all is shipped", || till.lines("shipped").len() >= ids.len());
    for follower in &followers {
        follower.wait_until_it_listens();
        follower.terminate();
    }
    for follower in followers {
        let ended = follower.end();
        assert_eq!(ended.code, 0, "{ended:?}");
    }
    let shipped = till.lines("shipped");
    assert_eq!(shipped.len(), ids.len(), "once each: {shipped:?}");
    assert_eq!(shipped.into_iter().collect::<BTreeSet<_>>(), ids);
}

/// F25: the claim of a process that dies lasts for its term, and comes back after it.
#[test]
fn what_a_killed_process_had_is_given_again() {
    let till = Till::new();
    let id = till.paid(None);
    let mut killed = Running::start(till.handing("--timeout 1s", "echo $$ >> began; exec sleep 600"));
    wait_until("it has begun", || till.lines("began").len() == 1);
    killed.kill();
    let handler = till.lines("began")[0].parse().ok().and_then(Pid::from_raw).expect("its id");
    kill_process(handler, Signal::KILL).expect("it goes on without its parent");
    assert_eq!(till.run("paid").out, "", "somebody may be at work on it");
    // As the end of its term finds it.
    let claims = rusqlite::Connection::open(till.0.path().join("dollr.db")).expect("a connection");
    claims.execute("UPDATE dollr_claims SET lease_until = 0", []).expect("written");
    assert_eq!(lines(&till.run("paid"))[0]["key"], json!(id));
}

#[test]
fn only_what_was_paid_since_a_moment_is_handed_out() {
    let till = Till::new();
    let ago = |hours: u64| Timestamp::from_millis(SystemClock.now().as_millis() - hours * 3_600_000);
    let file = till.0.path().join("dollr.db");
    let (old, new) = (paid(&file, ago(50), None), paid(&file, ago(2), None));
    let keys = |run: &Run| lines(run).iter().map(|line| line["key"].clone()).collect::<Vec<_>>();
    assert_eq!(keys(&till.run("paid --since 1h")), [""; 0]);
    assert_eq!(keys(&till.run("paid --since 2d")), [json!(new)]);
    assert_eq!(keys(&till.run(&format!("paid --since {}", ago(51)))), [json!(old)]);
    for wrong in ["yesterday", "-5m", "1969-01-01T00:00:00Z", "1mo"] {
        let run = till.run(&format!("paid --since={wrong}"));
        assert!(run.code == 2 && run.sentence().starts_with("--since: "), "{run:?}");
    }
    let run = till.run("paid --timeout 0s");
    assert!(run.code == 2 && run.sentence().starts_with("--timeout: "), "{run:?}");
}

#[test]
fn what_cannot_be_read_stands_in_nobodys_way() {
    let till = Till::new();
    let (bad, good) = (till.paid(None), till.paid(None));
    let raw = rusqlite::Connection::open(till.0.path().join("dollr.db")).expect("a connection");
    raw.execute("UPDATE dollr_entries SET snapshot = '{}' WHERE key = ?1", [&bad]).expect("written");
    let told = till.run("paid");
    assert_eq!((told.code, lines(&told)[0]["key"].clone()), (1, json!(good)), "{told:?}");
    assert!(told.err.starts_with(&format!("{bad}  not handed out: the snapshot is damaged")), "{told:?}");
}

/// What contradicts its end was written by somebody who did not know what follows from it.
#[test]
fn what_is_contradicted_is_not_handed_out() {
    let till = Till::new();
    let payment = Recorded::new(Policy::default(), SystemClock.now(), Duration::ZERO).contradicted();
    let snapshot = payment.machine.snapshot();
    let page = Page { paid: true, ..Page::new("Completed", false, &snapshot, "answered") };
    till.journal().create(&payment.id, Kind::Execution, None, &page, payment.seen).expect("a row");
    for _ in 0..2 {
        let told = till.run("paid");
        assert_eq!((told.code, told.out.as_str()), (0, ""), "{told:?}");
    }
    assert_eq!(till.happened(&payment.id), ["claim released", "not to be shipped"]);
    assert_eq!(till.run(&format!("goods claim {}", payment.id)).code, 5, "a person must look");
}

#[test]
fn a_shell_claims_goods_once() {
    let till = Till::new();
    let id = till.paid(Some("A-1"));
    let claimed = till.run(&format!("goods claim {id} --by shell"));
    assert_eq!((claimed.code, claimed.out), (0, format!("{id}  yours to ship: 25.00 USD\n")));
    let second = till.run(&format!("goods claim {id} --json"));
    assert_eq!(
        (second.code, &second.json()["claim"], &second.json()["by"], &second.json()["for"]),
        (3, &json!("already_claimed"), &json!("shell"), &json!(id))
    );
    assert_eq!(till.run("paid").out, "", "it is claimed");
    assert_eq!(till.run(&format!("goods release {id}")).code, 0);
    assert_eq!(till.run(&format!("goods release {id}")).code, 3);
    assert_eq!(till.run(&format!("goods fulfilled {id}")).code, 3, "nobody has claimed it");
    assert_eq!(till.run(&format!("goods claim {id}")).code, 0);
    let done = till.run(&format!("goods fulfilled {id} --json"));
    assert_eq!((done.code, done.json()["done"].clone()), (0, json!(true)));
    assert_eq!(till.run(&format!("goods release {id}")).code, 3, "it was handed out");

    let open = Recorded::new(Policy::default(), SystemClock.now(), Duration::MAX);
    open.write(&till.journal(), None);
    let run = till.run(&format!("goods claim {}", open.id));
    assert!(run.code == 4 && run.out.contains("not to be shipped: still open"), "{run:?}");
    let run = till.run("goods claim ORDER:1");
    assert_eq!((run.code, run.sentence()), (1, "the journal has no payment ORDER:1"));
}

/// I2: nobody is left with the customer's money unawares.
#[test]
fn what_was_paid_twice_is_listed_until_somebody_says_that_it_is_resolved() {
    let till = Till::new();
    let (first, second) = (till.paid(Some("A-1")), till.paid(Some("A-1")));
    till.paid(Some("A-2"));
    let told = till.run("goods duplicates");
    let line = format!("{second}  besides {first}, for order A-1: 25.00 USD\n");
    assert_eq!((told.code, told.out.as_str()), (5, line.as_str()), "{told:?}");
    let object = till.run("goods duplicates --json").json();
    assert_eq!((&object["key"], &object["besides"]), (&json!(second), &json!(first)));
    assert_eq!((&object["order"], &object["settlement"]), (&json!("A-1"), &json!("25.00 USD")));
    assert_eq!(lines(&till.run("paid")).len(), 2, "each order's goods are handed out once");

    let resolve = |key: &str| till.run(&format!("journal resolve {key} --why returned"));
    let resolved = resolve(&second);
    assert_eq!((resolved.code, resolved.out), (0, format!("{second}  resolved\n")));
    for key in [&first, &second] {
        let no = resolve(key);
        assert_eq!((no.code, no.out), (3, format!("{key}  not resolved: nobody has to look at it\n")));
    }
    assert!(till.happened(&second).contains(&"resolved: returned".to_owned()));
    let none = till.run("goods duplicates");
    assert_eq!((none.code, none.out.as_str()), (0, ""), "{none:?}");
}

/// T31: a name, or a reason, in which somebody else has put what a terminal obeys.
#[test]
fn what_others_have_written_does_not_reach_the_terminal_as_it_is() {
    let till = Till::new();
    let (id, twice) = (till.paid(Some("A-1")), till.paid(Some("A-1")));
    let journal = till.journal();
    assert_eq!(journal.claim(&id, "\u{1b}[2Jshipping", SystemClock.now()), Ok(None));
    assert_eq!(journal.resolve(&twice, "\u{1b}]0;owned\u{7}\nreturned", SystemClock.now()), Ok(true));
    for line in [format!("goods claim {id}"), format!("journal show {id}"), format!("journal show {twice}")] {
        let run = till.run(&line);
        assert!(!run.out.replace('\n', "").contains(char::is_control), "{line}: {run:?}");
        assert!(run.out.contains("shipping") || run.out.contains("returned"), "{line}: {run:?}");
    }
}
