//! Each command, for people and for machines, and each exit code: 0 paid, 1 error, 3 failed or refused, 4 open, 5 a person.

use dollr_sim::{CLIENT_SECRET, Call, Fault, FaultKind, Simulator, SourceKind};
use serde_json::{Value, json};

use crate::shop::{Run, Running, Shop, new_id, run, wait_until};

/// Collects from several accounts at once, each for an order of its own over 25.00 USD.
fn collect_all(shop: &Shop, accounts: &[(&str, &str)]) -> Vec<(String, Run)> {
    let begin = |(account, more): &(&str, &str)| {
        let (id, session) = (new_id(), shop.session("25.00"));
        let line = format!(
            "collect --session {session} --account {account} --currency USD --reference-id {id} {more}"
        );
        (id, Running::start(shop.command(line.split_whitespace())))
    };
    let running: Vec<_> = accounts.iter().map(begin).collect();
    running.into_iter().map(|(id, running)| (id, running.end())).collect()
}

fn number(object: &Value, name: &str) -> u64 {
    object[name].as_u64().unwrap_or_else(|| panic!("{name} of {object}"))
}

#[test]
fn each_verdict_of_a_collection_has_its_words_and_its_exit_code() {
    let shop = Shop::open();
    let paid = "--amount 25.00";
    let cases = [
        ("1000", paid, 0, "paid", json!("COMPLETED"), 1),
        ("8000", paid, 0, "paid", json!("COMPLETED"), 1),
        ("2000", "", 3, "failed", json!("FAILED"), 0),
        ("3000", "--patience 5s", 4, "open", json!("PROCESSING"), 0),
        ("3001", "--patience 0s", 4, "open", json!("PENDING"), 0),
        ("1000", "--amount 24.99", 5, "stuck", Value::Null, 1),
    ];
    let machines = cases.clone().map(|(account, more, ..)| (account, format!("{more} --json")));
    let lines: Vec<_> = machines.iter().map(|(account, more)| (*account, more.as_str())).collect();
    let people = cases.clone().map(|(account, more, ..)| (account, more));
    let mut runs = collect_all(&shop, &[&lines[..], &people].concat());
    let people = runs.split_off(cases.len());
    for (((account, _, code, verdict, status, charges), (id, machine)), (other, person)) in
        cases.iter().zip(runs).zip(people)
    {
        let object = machine.json();
        assert_eq!(
            (machine.code, object["verdict"].as_str()),
            (*code, Some(*verdict)),
            "{account}: {object}"
        );
        assert_eq!((&object["reference_id"], &object["status"]), (&json!(id), status), "{object}");
        assert_eq!((object["source"].is_null(), object["conflict"].is_null()), (true, true), "{object}");
        assert_eq!(number(&object, "calls"), number(&object, "posts") + number(&object, "polls"), "{object}");
        assert_eq!(number(&object, "posts"), 1, "{object}");
        let _ = number(&object, "elapsed_ms");
        if *verdict == "paid" {
            assert_eq!(
                (&object["amount"], &object["currency"]),
                (&json!("25.00"), &json!("USD")),
                "{object}"
            );
        }
        assert_eq!(person.code, *code, "{person:?}");
        assert!(
            person.out.starts_with(&format!("{other}  ")) && person.out.lines().count() == 1,
            "{person:?}"
        );
        assert!(person.err.contains("1 POST, "), "{person:?}");
        assert_eq!(person.err.contains(&format!("dollr status {other}")), *verdict == "open", "{person:?}");
        for id in [id, other] {
            assert_eq!((shop.posts(&id), shop.charges(&id)), (1, *charges), "{account}");
        }
    }
}

#[test]
fn a_session_that_is_unknown_is_refused_and_no_money_moves() {
    let shop = Shop::open();
    let run = shop.run("collect --session 999999 --account 1000 --currency USD --json");
    let object = run.json();
    assert_eq!((run.code, object["verdict"].as_str()), (3, Some("refused")), "{object}");
    let run = shop.run("collect --source INVOICE:999999 --account 1000 --currency USD");
    assert_eq!(run.code, 3, "{run:?}");
    assert!(run.sentence().starts_with("refused: "), "{run:?}");
    assert!(shop.sim.ledger().orders.iter().all(|order| order.charges == 0));
}

#[test]
fn a_source_is_collected_in_a_session_of_its_own() {
    let shop = Shop::open();
    let run = shop.run("collect --source ORDER:202 --account 1000 --currency USD --amount 75.50 --json");
    assert_eq!((run.code, run.json()["verdict"].as_str()), (0, Some("paid")), "{run:?}");
    assert_eq!(shop.sim.ledger().charges_for_order(SourceKind::Order, 202), 1);
}

#[test]
fn failed_that_later_reads_completed_is_for_a_person() {
    let shop = Shop::open();
    let [(id, run)]: [_; 1] = collect_all(&shop, &[("5000", "--json")]).try_into().expect("one");
    assert_eq!((run.code, run.json()["verdict"].as_str()), (3, Some("failed")), "{run:?}");
    shop.sim.clock().advance(60_000);
    let run = shop.run(&format!("status {id} --json"));
    let object = run.json();
    assert_eq!((run.code, object["verdict"].as_str()), (5, Some("failed")), "{object}");
    assert!(object["conflict"].as_str().is_some_and(|why| why.contains("COMPLETED")), "{object}");
    let person = shop.run(&format!("status {id}"));
    assert!(person.code == 5 && person.out.contains("conflict: "), "{person:?}");
}

#[test]
fn status_asks_once_and_never_sends() {
    let shop = Shop::open();
    let [(id, run)]: [_; 1] = collect_all(&shop, &[("18", "--patience 0s --json")]).try_into().expect("one");
    assert_eq!(run.code, 4, "{run:?}");
    let reads = shop.sim.ledger().status_reads(&id);
    shop.sim.clock().advance(60_000);
    let run = shop.run(&format!("status {id} --json"));
    let object = run.json();
    assert_eq!((run.code, object["verdict"].as_str()), (0, Some("paid")), "{object}");
    assert_eq!((number(&object, "posts"), number(&object, "polls")), (0, 1), "{object}");
    assert_eq!((shop.posts(&id), shop.sim.ledger().status_reads(&id)), (1, reads + 1));
    let unknown = shop.run(&format!("status {}", new_id()));
    assert!(
        unknown.code == 1 && unknown.sentence().starts_with("the journal has no payment "),
        "{unknown:?}"
    );
}

#[test]
fn each_verdict_on_a_source_has_its_exit_code() {
    let shop = Shop::open();
    assert!(shop.sim.pay_source(SourceKind::Invoice, 101));
    let canceled = shop.sim.create_source(SourceKind::Order, "USD", "10.00");
    assert!(shop.sim.cancel_source(SourceKind::Order, canceled));
    let canceled = format!("ORDER:{canceled}");
    for (source, amount, currency, code, verdict, status) in [
        ("INVOICE:101", "250.00", "USD", 0, "paid", json!("PAID")),
        ("INVOICE:101", "250.00", "LRD", 5, "mismatch", Value::Null),
        ("INVOICE:101", "900.00", "USD", 5, "mismatch", Value::Null),
        ("INVOICE:101", "249.99", "USD", 5, "mismatch", Value::Null),
        ("ORDER:202", "75.50", "USD", 4, "open", json!("IDLE")),
        (&canceled, "10.00", "USD", 3, "canceled", json!("CANCELED")),
    ] {
        let line = format!("verify --source {source} --amount {amount} --currency {currency}");
        let machine = shop.run(&format!("{line} --json"));
        let object = machine.json();
        assert_eq!((machine.code, object["verdict"].as_str()), (code, Some(verdict)), "{object}");
        assert_eq!((&object["source"], &object["status"]), (&json!(source), &status), "{object}");
        assert_eq!((&object["reference_id"], number(&object, "posts")), (&Value::Null, 0), "{object}");
        let person = shop.run(&line);
        assert!(person.code == code && person.out.starts_with(&format!("{source}  ")), "{person:?}");
    }
}

#[test]
fn a_checkout_is_made_paid_and_verified() {
    let shop = Shop::open();
    let line =
        "checkout --kind ORDER --phone 231770000001 --currency USD --item Shoes=250.00 --item Socks=5.25";
    let urls = "--success-url https://shop.example/thanks --cancel-url https://shop.example/again";
    let made = shop.run(&format!("{line} {urls} --json"));
    let object = made.json();
    assert_eq!(
        (made.code, &object["total_amount"], &object["currency"]),
        (0, &json!("255.25"), &json!("USD"))
    );
    let source = object["source"].as_str().expect("a source");
    assert!(object["url"].as_str().is_some_and(|url| url.starts_with(&shop.sim.base_url())), "{object}");
    assert_eq!(shop.files(), Vec::<String>::new(), "a checkout needs no journal");

    let verify = format!("verify --source {source} --amount 255.25 --currency USD");
    assert_eq!(shop.run(&verify).code, 4);
    let id = source.strip_prefix("ORDER:").and_then(|id| id.parse().ok()).expect("an id");
    assert!(shop.sim.pay_source(SourceKind::Order, id));
    assert_eq!(shop.run(&verify).code, 0);

    let person = shop.run(line);
    assert!(person.code == 0 && person.out.contains("255.25 USD\nhttp://"), "{person:?}");
    assert!(person.err.contains("dollr verify --source ORDER:"), "{person:?}");
}

#[test]
fn credentials_that_are_not_accepted_are_an_error_before_a_payment_is_recorded() {
    let shop = Shop::of(Simulator::builder().credentials("somebody", "else").start().expect("a simulator"));
    for line in [
        "collect --session 55 --account 18 --currency USD",
        "verify --source INVOICE:101 --amount 250.00 --currency USD",
        "checkout --phone 231770000001 --currency USD --item a=1",
    ] {
        let run = shop.run(&format!("{line} -vvv --json"));
        assert_eq!(run.code, 1, "{run:?}");
        let sentence = run.err.lines().find_map(|line| line.strip_prefix("dollr: ")).expect("a sentence");
        assert!(sentence.contains("the credentials are not accepted"), "{sentence}");
        assert!(run.out.is_empty() && !run.err.contains(CLIENT_SECRET), "{run:?}");
    }
    let listed = shop.run("journal list --json");
    assert!(listed.sentence().contains("there is no journal"), "nothing is left behind: {listed:?}");
    assert_eq!(shop.sim.ledger().references, []);
}

#[test]
fn a_vendor_that_cannot_be_reached_leaves_the_payment_open_and_unsent() {
    let shop = Shop::open();
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", nobody.local_addr().expect("its address"));
    drop(nobody);
    let id = new_id();
    let collect = "collect --session 55 --account 18 --currency USD --patience 1s --json --reference-id";
    let run = shop.run(&format!("{collect} {id} --base-url {url}"));
    let object = run.json();
    assert_eq!((run.code, object["verdict"].as_str()), (4, Some("open")), "{object}");
    assert_eq!((number(&object, "calls"), object["status"].is_null()), (0, true), "{object}");
    let listed = shop.run("journal list --open --json").json();
    assert_eq!(listed["payments"][0]["key"], json!(id), "{listed}");
    // A look at it later does not send it.
    let later = shop.run(&format!("status {id} --json"));
    assert!(later.code == 4 && shop.posts(&id) == 0, "{later:?}");

    let verify = "verify --source INVOICE:101 --amount 250.00 --currency USD --json --base-url";
    assert_eq!(shop.run(&format!("{verify} {url}")).code, 4);
    let checkout = "checkout --phone 231770000001 --currency USD --item a=1 --json --base-url";
    let run = shop.run(&format!("{checkout} {url}"));
    assert!(run.code == 1 && run.sentence().contains("cannot be reached"), "{run:?}");
}

#[test]
fn no_secret_is_printed_however_much_is_said() {
    let shop = Shop::open();
    let line = "--account 4000 --currency USD -vvv --json --reference-id";
    let (id, session) = (new_id(), shop.session("25.00"));
    let running =
        Running::start(shop.command(format!("collect --session {session} {line} {id}").split_whitespace()));
    wait_until("the payer is asked", || shop.posts(&id) == 1);
    wait_until("the payer confirms", || shop.sim.confirm_3ds(&id, true));
    let run = running.end();
    assert_eq!((run.code, run.json()["verdict"].as_str()), (0, Some("paid")), "{run:?}");
    assert!(run.err.contains("3-D Secure") && run.err.contains("answered"), "it says much: {run:?}");
    let checkout = shop.run("checkout --phone 231770000001 --currency USD --item a=1 -vvv");
    let shown = shop.run(&format!("journal show {id} --json -vvv"));
    let journal = String::from_utf8_lossy(&std::fs::read(shop.path("dollr.db")).expect("it")).into_owned();
    for text in [&run.out, &run.err, &checkout.out, &checkout.err, &shown.out, &shown.err, &journal] {
        for secret in [CLIENT_SECRET, "sim_3ds_", "Bearer ", "access_token"] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
}

#[test]
fn a_vendor_that_has_trouble_is_not_a_verdict() {
    let shop = Shop::open();
    let html =
        |code| FaultKind::Status { code, retry_after: None, body: Some("<h1>\u{1b}[31mno</h1>".into()) };
    shop.sim.arm(Fault::new(Call::SourceStatus, html(503)).for_ever());
    shop.sim.arm(Fault::new(Call::Checkout, html(500)).for_ever());
    let run = shop.run("verify --source INVOICE:101 --amount 250.00 --currency USD");
    assert!(run.code == 4 && !run.out.contains('\u{1b}'), "{run:?}");
    let checkout = "checkout --phone 231770000001 --currency USD --item a=1";
    let run = shop.run(checkout);
    assert!(run.code == 1 && run.sentence().contains("HTTP 500"), "{run:?}");
    shop.sim.disarm_all();
    shop.sim.arm(Fault::new(Call::Checkout, html(403)));
    let refused = self::run(shop.command(checkout.split_whitespace()));
    assert!(refused.code == 3 && refused.sentence().starts_with("refused: "), "{refused:?}");
    assert!(!refused.err.contains('\u{1b}'), "{refused:?}");
}

/// T3, T17, T32: an order that is verified has no other attempt, and its source is no other order's.
#[test]
fn what_is_verified_for_its_order_is_that_orders() {
    let shop = Shop::open();
    let verify = "verify --source INVOICE:101 --amount 250.00 --currency USD";
    let run = shop.run(&format!("{verify} --order A-1"));
    assert_eq!(run.code, 4, "{run:?}");
    let session = shop.session("250.00");
    let second = shop.run(&format!("collect --session {session} --account 1000 --currency USD --order A-1"));
    let says = "dollr: the order \"A-1\" has an attempt already, \"INVOICE:101\" (Watching): another one could charge twice: ask with `dollr journal why INVOICE:101`, or give --despite REASON\n";
    assert_eq!((second.code, second.out.as_str(), second.err.as_str()), (3, "", says));
    assert_eq!(shop.run("journal why INVOICE:101").code, 0);
    let other = shop.run(&format!("{verify} --order B-2"));
    let says =
        "dollr: INVOICE:101 is on record for the order \"A-1\", and one order's only: verify it for that\n";
    assert_eq!((other.code, other.out.as_str(), other.err.as_str()), (3, "", says));
}

/// I2, T3: an order has one attempt at a time, unless somebody says why not.
#[test]
fn a_second_attempt_at_an_order_is_refused_with_the_first_ones_state() {
    let shop = Shop::open();
    let collect = |account: &str, more: &str| {
        let line = "--currency USD --amount 25.00 --patience 0s --json --order A-1 --reference-id";
        let (session, id) = (shop.session("25.00"), new_id());
        (shop.run(&format!("collect --session {session} --account {account} {line} {id} {more}")), id)
    };
    let (first, id) = collect("3000", "");
    assert_eq!((first.code, first.json()["state"].as_str()), (4, Some("Open")), "{first:?}");
    let (second, other) = collect("1000", "");
    let says = format!(
        "dollr: the order \"A-1\" has an attempt already, \"{id}\" (Open): another one could charge twice: ask with `dollr status {id}`, or give --despite REASON\n"
    );
    assert_eq!((second.code, second.out.as_str(), second.err), (3, "", says));
    assert_eq!(shop.posts(&other), 0);
    let (third, other) = collect("3000", "--despite another-card");
    assert_eq!((third.code, shop.posts(&other)), (4, 1), "{third:?}");
    let listed = shop.run(&format!("journal show {other} --json")).json();
    assert_eq!(listed["payment"]["despite"], json!("another-card"), "{listed}");
    let alone = shop.run("collect --session 1 --account 1 --currency USD --despite x");
    assert_eq!((alone.code, alone.err.as_str()), (2, "dollr: missing: --order; `--help` explains each\n"));
}

/// Nothing, what has been decided, or each call, too: as often as `-v` is given.
/// The least that the vendor takes is taken.
#[test]
fn a_cent_is_an_amount() {
    let shop = Shop::open();
    let session = shop.session("0.01");
    let run =
        shop.run(&format!("collect --session {session} --account 1000 --currency USD --amount 0.01 --json"));
    assert_eq!((run.code, &run.json()["amount"]), (0, &json!("0.01")), "{run:?}");
}

#[test]
fn as_much_is_said_as_is_asked_for() {
    let shop = Shop::open();
    for (flag, told) in [("", 0), ("-v", 1), ("-vv", 2), ("-vvv", 2)] {
        let session = shop.session("25.00");
        let line = format!("--session {session} --account 1001 --currency USD --amount 25.00 --patience 0s");
        let run = shop.run(&format!("collect {line} {flag}"));
        let said = [" INFO ", "DEBUG "].map(|level| run.err.contains(level));
        assert_eq!(said, [told > 0, told > 1], "{flag}: {}", run.err);
        // What other libraries log is a matter of -vvv.
        let ours = |line: &str| line.contains(" dollr_client") || !line.contains("Z ");
        assert!(flag == "-vvv" || run.err.lines().all(ours), "{flag}: {}", run.err);
        assert!(run.err.contains("  1 POST, 1 status call, "), "{}", run.err);
    }
}
