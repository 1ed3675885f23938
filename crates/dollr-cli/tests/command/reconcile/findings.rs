//! What a pass finds, and what it says of that.

use dollr_sim::{Call, Fault, FaultKind};
use serde_json::json;

use super::gate::Gate;
use super::{HOUR, Predecessor};
use crate::crash::careless_shop;
use crate::shop::{Running, Shop, new_id, wait_until};

/// I2, I5, F25: one that was killed while it sent, to a vendor who would charge for each request.
#[test]
fn a_payment_whose_process_was_killed_is_picked_up_and_never_sent_again() {
    let shop = careless_shop();
    let (id, session) = (new_id(), shop.session("25.00"));
    shop.sim.arm(Fault::new(Call::Execute, FaultKind::Silent).after().for_reference(&id));
    let collect = format!("collect --session {session} --account 1000 --currency USD --reference-id {id}");
    let mut running = Running::start(shop.command(collect.split_whitespace()));
    wait_until("the money has moved", || shop.charges(&id) == 1);
    // He may still be alive, as far as others know.
    let early = shop.run("reconcile --json").json();
    assert_eq!((&early["asked"], &early["open"]), (&json!(0), &json!(1)), "{early}");
    running.kill();
    shop.let_time_pass();
    let run = shop.run("reconcile --json");
    let object = run.json();
    assert_eq!((run.code, &object["verdicts"], &object["paid"]), (0, &json!({"paid": 1}), &json!([id])));
    assert_eq!(
        (object["posts"].as_u64(), object["polls"].as_u64(), &object["open"]),
        (Some(0), Some(1), &json!(0))
    );
    assert_eq!((shop.posts(&id), shop.charges(&id)), (1, 1));
}

/// I5: one that was handed over is asked about until it has ended, and not afterwards.
#[test]
fn a_payment_that_was_handed_over_is_asked_about_until_it_has_ended() {
    let shop = Shop::open();
    let (id, session) = (new_id(), shop.session("25.00"));
    let collect = "--account 1001 --currency USD --patience 0s --reference-id";
    assert_eq!(shop.run(&format!("collect --session {session} {collect} {id}")).code, 4);
    wait_until("it is paid", || {
        let object = shop.run("reconcile --json").json();
        object["open"] == json!(0)
    });
    let (reads, run) = (shop.status_reads(&id), shop.run("reconcile"));
    assert_eq!(
        (run.code, run.out.as_str()),
        (0, "asked about 0; no calls; no open payments left\n"),
        "{run:?}"
    );
    assert_eq!((shop.status_reads(&id), shop.posts(&id)), (reads, 1));
    assert_eq!(shop.run(&format!("journal show {id} --json")).json()["payment"]["state"], json!("Completed"));
}

/// I2: what was prepared and never sent is nobody's to send but his who prepared it.
#[test]
fn a_payment_that_was_never_sent_is_listed_and_not_sent() {
    let shop = Shop::open();
    let (id, session) = (new_id(), shop.session("25.00"));
    let collect = "--account 1000 --currency USD --patience 0s --base-url http://127.0.0.1:1 --reference-id";
    assert_eq!(shop.run(&format!("collect --session {session} {collect} {id}")).code, 4);
    shop.let_time_pass();
    let run = shop.run("reconcile --json");
    assert_eq!((run.code, &run.json()["not_sent"]), (0, &json!([id])), "{run:?}");
    let run = shop.run("reconcile");
    assert!(run.code == 0 && run.out.contains(&format!("\n  not sent    {id}\n")), "{run:?}");
    assert_eq!((shop.posts(&id), shop.status_reads(&id)), (0, 0));
}

/// I7: three days after it was begun a person must look, and has what the vendor's support needs.
#[test]
fn a_payment_that_is_open_at_its_horizon_is_stuck() {
    let shop = Shop::open();
    let (old, _) = Predecessor::new(&shop, 73 * HOUR).collects("3000", []);
    let (young, _) = Predecessor::new(&shop, 71 * HOUR).collects("3000", []);
    let run = shop.run("reconcile --json");
    let object = run.json();
    assert_eq!((run.code, &object["stuck"]), (5, &json!([old.id])), "{run:?}");
    assert_eq!(object["verdicts"], json!({"open": 1, "stuck": 1}), "{run:?}");
    // A shorter horizon is everybody's from now on.
    shop.let_time_pass();
    let run = shop.run("reconcile --horizon 70h");
    for id in [&old.id, &young.id] {
        let line = format!("\n  stuck       {id}  for the vendor: dollr journal support {id}\n");
        assert!(run.code == 5 && run.out.contains(&line), "{run:?}");
    }
    let support = shop.run(&format!("journal support {}", old.id));
    assert!(support.code == 0 && support.out.contains(&old.id) && !support.out.contains("sim-secret"));
    let journal = shop.run(&format!("journal show {}", old.id)).out;
    assert!(journal.contains("given up at the horizon"), "{journal}");
}

/// I5, I7: what is stuck is said in each pass, until a person says what has become of it; its order stays held.
#[test]
fn what_is_stuck_is_a_persons_until_he_has_resolved_it() {
    let shop = Shop::open();
    let (stuck, _) = Predecessor::new(&shop, 73 * HOUR).collects("3000", []);
    let (open, _) = Predecessor::new(&shop, HOUR).collects("3000", []);
    for _ in 0..2 {
        let run = shop.run("reconcile");
        let until =
            "\n  what is stuck or paid twice is listed until: dollr journal resolve KEY --why REASON\n";
        assert!(run.code == 5 && run.out.contains(&stuck.id) && run.out.contains(until), "{run:?}");
    }
    let refused = shop.run(&format!("journal resolve {} --why mistaken", open.id));
    let still = format!("{}  not resolved: it is still looked after\n", open.id);
    assert_eq!((refused.code, refused.out), (3, still));
    let resolved = shop.run(&format!("journal resolve {} --json --why refunded", stuck.id));
    assert_eq!((resolved.code, resolved.json()["done"].clone()), (0, json!(true)));
    let run = shop.run("reconcile --json");
    let object = run.json();
    assert_eq!((run.code, &object["stuck"], &object["open"]), (0, &json!([]), &json!(1)), "{run:?}");
    let shown = shop.run(&format!("journal show {}", stuck.id)).out;
    assert!(shown.contains("resolved: refunded"), "{shown}");
    // Who asks about it is told; that makes it nobody's case again.
    assert_eq!(shop.run(&format!("status {}", stuck.id)).code, 5);
    assert_eq!(shop.run("reconcile").code, 0);
    let unknown = shop.run("journal resolve ORDER:1 --why x");
    assert_eq!((unknown.code, unknown.sentence()), (1, "the journal has no payment ORDER:1"));
}

/// T16, F18, I6: `FAILED` is asked about once more, and what contradicts it is a person's.
#[test]
fn a_contradicted_end_is_a_conflict_once() {
    let shop = Shop::open();
    let says_failed = Fault::new(Call::Status, FaultKind::FailedThenCompleted);
    let (left, verdict) = Predecessor::new(&shop, 2 * HOUR).collects("1000", [says_failed]);
    assert_eq!(verdict, "failed");
    let run = shop.run("reconcile");
    let line = format!("\n  conflict    {0}  for the vendor: dollr journal support {0}\n", left.id);
    assert!(run.code == 5 && run.out.contains(&line), "{run:?}");
    let reads = shop.status_reads(&left.id);
    shop.let_time_pass();
    let run = shop.run("reconcile --json");
    assert_eq!((run.code, &run.json()["conflicts"]), (0, &json!([])), "{run:?}");
    assert_eq!(shop.status_reads(&left.id), reads);
}

/// I2: what was paid twice for an order is said in each pass, until somebody has dealt with it.
#[test]
fn an_order_that_was_paid_twice_is_a_persons_until_it_is_resolved() {
    let shop = Shop::open();
    let [first, second] = [("", new_id()), ("--despite mistaken", new_id())].map(|(despite, id)| {
        let collect = "--account 1000 --currency USD --amount 25.00 --order A-1 --reference-id";
        let session = shop.session("25.00");
        assert_eq!(shop.run(&format!("collect --session {session} {collect} {id} {despite}")).code, 0);
        id
    });
    let line =
        format!("\n  paid twice  {second}  its money is to be returned: dollr journal show {second}\n");
    for _ in 0..2 {
        let run = shop.run("reconcile");
        assert!(run.code == 5 && run.out.contains(&line) && !run.out.contains(&first), "{run:?}");
    }
    assert_eq!(shop.run("reconcile --json").json()["duplicates"], json!([second]));
    assert_eq!(shop.run(&format!("journal resolve {second} --why returned")).code, 0);
    let run = shop.run("reconcile --json");
    assert_eq!((run.code, &run.json()["duplicates"]), (0, &json!([])), "{run:?}");
}

/// F28, I11: what cannot be read is said, stays as it is, and stands in nobody's way.
#[test]
fn a_row_that_cannot_be_read_is_said_and_stands_in_nobodys_way() {
    let shop = Shop::open();
    let predecessor = Predecessor::new(&shop, HOUR);
    let (broken, whole) = (predecessor.leaves_unanswered(), predecessor.leaves_unanswered());
    let journal = rusqlite::Connection::open(shop.path("dollr.db")).expect("a journal");
    let sql = "UPDATE dollr_entries SET snapshot = '{\"torn' WHERE key = ?1";
    journal.execute(sql, [&broken.id]).expect("written");
    let run = shop.run("reconcile --json");
    let object = run.json();
    assert_eq!((run.code, &object["paid"]), (5, &json!([whole.id])), "{run:?}");
    assert_eq!(object["unreadable"][0]["key"], json!(broken.id), "{run:?}");
    assert_eq!(object["verdicts"], json!({"paid": 1}), "{run:?}");
    let sql = "SELECT snapshot FROM dollr_entries WHERE key = ?1";
    let kept: String = journal.query_row(sql, [&broken.id], |row| row.get(0)).expect("there");
    assert_eq!(kept, "{\"torn");
    let again = shop.run("reconcile --json");
    assert_eq!((again.code, &again.json()["unreadable"]), (0, &json!([])), "in an hour: {again:?}");
    shop.let_time_pass();
    let person = shop.run("reconcile");
    assert!(
        person.code == 5 && person.out.contains(&format!("\n  unreadable  {}  ", broken.id)),
        "{person:?}"
    );
}

#[test]
fn the_object_has_each_number() {
    let shop = Shop::open();
    Predecessor::new(&shop, HOUR).leaves_unanswered();
    let object = shop.run("reconcile --json --once").json();
    let names: Vec<_> = object.as_object().expect("an object").keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "asked",
            "calls",
            "conflicts",
            "cool_down_ms",
            "due",
            "duplicates",
            "elapsed_ms",
            "lag_ms",
            "not_sent",
            "open",
            "overtaken",
            "paid",
            "polls",
            "posts",
            "stopped",
            "stuck",
            "throttled",
            "unreadable",
            "verdicts",
        ]
    );
    let lag = object["lag_ms"].as_u64().expect("a number");
    assert!((3_500_000..3_700_000).contains(&lag), "due about an hour ago: {object}");
    assert_eq!(
        (&object["stopped"], &object["cool_down_ms"], &object["due"]),
        (&json!(false), &json!(null), &json!(0))
    );
}

/// I14: somebody else has asked and written in the meantime, and what he wrote stands.
#[test]
fn what_others_have_written_meanwhile_is_said() {
    let shop = Shop::open();
    let left = Predecessor::new(&shop, HOUR).leaves_unanswered();
    let gate = Gate::before(&shop);
    let reconciling = Running::start(gate.command(&shop, "reconcile --workers 1"));
    gate.wait_for_questions(1);
    assert_eq!(shop.run(&format!("status {}", left.id)).code, 0);
    gate.open();
    let run = reconciling.end();
    let says = "asked about 0; 1 call; 1 written by others meanwhile; no open payments left\n";
    assert_eq!((run.code, run.out.as_str()), (0, says), "{run:?}");
}

#[test]
fn people_read_a_few_plain_lines() {
    let shop = Shop::open();
    let predecessor = Predecessor::new(&shop, HOUR);
    for _ in 0..2 {
        predecessor.leaves_unanswered();
    }
    let (open, _) = predecessor.collects("3000", []);
    shop.sim.arm(Fault::new(Call::Status, FaultKind::RetryAfter { value: "1".to_owned() }));
    let run = shop.run("reconcile --workers 1");
    let says = "asked about 3: 2 open, 1 paid; 3 calls; 1 answered 429; 2 open payments left\n";
    assert_eq!((run.code, run.out.as_str(), run.err.as_str()), (0, says, ""), "{open:?}");
}

/// I12: a vendor who wants no calls for long gets none, and what was taken is due as before.
#[test]
fn a_vendor_who_wants_to_be_left_alone_ends_the_pass() {
    let shop = Shop::open();
    let predecessor = Predecessor::new(&shop, HOUR);
    for _ in 0..4 {
        predecessor.leaves_unanswered();
    }
    shop.sim.arm(Fault::new(Call::Status, FaultKind::RetryAfter { value: "600".to_owned() }));
    let run = shop.run("reconcile --json --workers 1 --rate 20/s");
    let object = run.json();
    assert_eq!((run.code, &object["throttled"], &object["asked"]), (0, &json!(1), &json!(1)), "{run:?}");
    assert!(object["cool_down_ms"].as_u64().is_some_and(|wait| wait > 500_000), "{run:?}");
    assert_eq!(object["due"], json!(3), "{run:?}");
    let run = shop.run("reconcile --rate 20/s");
    assert!(run.out.contains("  the vendor wants no calls for "), "{run:?}");
}

#[test]
fn what_is_no_setting_is_refused() {
    let shop = Shop::open();
    let rate = "is not valid: expected calls in a second or minute, such as 20/s or 100/m";
    let time = "is not valid: expected one second or more, such as 90s, 2m or 72h";
    let address = "is not valid: expected one on loopback, with a port, such as 127.0.0.1:9464";
    let workers = "is not valid: expected a whole number from 1 to 64";
    for (arguments, says) in [
        ("--once --every 1s", "--once and --every exclude each other: give one of them".to_owned()),
        ("--rate 20", format!("--rate: rate `20` {rate}")),
        ("--rate 0/s", format!("--rate: rate `0/s` {rate}")),
        ("--rate +5/s", format!("--rate: rate `+5/s` {rate}")),
        ("--rate 5/h", format!("--rate: rate `5/h` {rate}")),
        ("--rate 9999999/s", format!("--rate: rate `9999999/s` {rate}")),
        ("--every 0s", format!("--every: time `0s` {time}")),
        ("--every soon", "--every: time `soon` is not valid: expected one such as 90s, 5m or 1h".to_owned()),
        ("--horizon 10ms", format!("--horizon: time `10ms` {time}")),
        ("--workers 0", format!("--workers: number `0` {workers}")),
        ("--workers 65", format!("--workers: number `65` {workers}")),
        ("--metrics 0.0.0.0:9464", format!("--metrics: address `0.0.0.0:9464` {address}")),
        ("--metrics 9464", format!("--metrics: address `9464` {address}")),
    ] {
        let run = shop.run(&format!("reconcile {arguments}"));
        assert_eq!((run.code, run.sentence()), (2, says.as_str()), "{arguments}");
    }
    let run = shop.run("reconcile");
    assert_eq!((run.code, run.sentence()), (1, "there is no journal at \"dollr.db\""));
    assert_eq!((shop.files(), shop.sim.ledger().calls.len()), (Vec::new(), 0));
}

#[test]
fn credentials_that_are_refused_end_it_at_once() {
    let shop = Shop::open();
    Predecessor::new(&shop, HOUR).leaves_unanswered();
    for line in ["reconcile", "reconcile --every 1s"] {
        let mut command = shop.command(line.split_whitespace());
        command.env("DOLLR_CLIENT_SECRET", "wrong");
        let run = crate::shop::run(command);
        assert!(run.code == 1 && run.sentence().starts_with("the credentials are not accepted"), "{run:?}");
    }
}
