//! Many processes on one journal (T32), and a server that is lost under them.

use std::collections::BTreeMap;
use std::env;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use dollr_client::journal::{self, Journal as _};
use dollr_client::{Claimed, Client, Reconcile};
use dollr_sim::{CLIENT_ID, CLIENT_SECRET, SourceKind};
use serde_json::json;

use super::gate::Gate;
use super::{HOUR, Left, Predecessor, lost};
use crate::crash::careless_shop;
use crate::postgres;
use crate::server::{PASSWORD, Server};
use crate::shop::{Running, Shop, run, wait_until};

const PROCESSES: usize = 16;
const ORDERS: usize = 100;

/// I2, I14, T32: each of sixteen processes reconciles all there is and wants to ship all that is paid. Each payment is asked
/// about once, each order charged once and shipped once.
fn one_charge_and_one_claim(shop: &Shop, place: &str) {
    let journal = journal::open(place).expect("a journal");
    let predecessor = Predecessor::with(shop, HOUR, journal);
    let left: Vec<_> = (0..ORDERS).map(|_| predecessor.leaves_unanswered()).collect();
    let start = || {
        let mut command = Command::new(env::current_exe().expect("this program"));
        let name = "reconcile::processes::child_that_reconciles_and_claims";
        command.args(["--ignored", "--exact", "--nocapture", name]);
        command.env("DOLLR_TEST_JOURNAL", place).env("DOLLR_TEST_VENDOR", shop.sim.base_url());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it runs")
    };
    let mut children: Vec<_> = (0..PROCESSES).map(|_| start()).collect();
    let mut heard: Vec<_> = children
        .iter_mut()
        .map(|child| {
            let mut said = BufReader::new(child.stdout.take().expect("piped")).lines().map_while(Result::ok);
            assert!(said.any(|line| line.ends_with("ready")), "it is ready");
            said
        })
        .collect();
    for child in &mut children {
        child.stdin.take().expect("piped").write_all(b"go\n").expect("it waits");
    }
    let mut claims: BTreeMap<String, usize> = BTreeMap::new();
    for (child, said) in children.iter_mut().zip(&mut heard) {
        for id in said.filter_map(|line| line.strip_prefix("claimed ").map(str::to_owned)) {
            *claims.entry(id).or_default() += 1;
        }
        assert!(child.wait().expect("its end").success());
    }
    let ledger = shop.sim.ledger();
    for Left { id, order } in &left {
        let charges = ledger.charges_for_order(SourceKind::Order, *order);
        assert_eq!((ledger.posts(id), charges), (1, 1), "I2: {id}");
        assert_eq!(ledger.status_reads(id), 1, "T32: nobody asks about what another one has: {id}");
        assert_eq!(claims.get(id), Some(&1), "one ships: {id}");
    }
    assert_eq!(claims.len(), ORDERS);
}

#[test]
fn sixteen_processes_charge_and_claim_once() {
    let shop = careless_shop();
    let path = shop.path("dollr.db");
    one_charge_and_one_claim(&shop, path.to_str().expect("UTF-8"));
}

#[test]
fn sixteen_processes_charge_and_claim_once_in_postgresql() {
    let (shop, server) = (careless_shop(), Server::shared());
    one_charge_and_one_claim(&shop, &postgres::url(&server, "sixteen"));
}

#[test]
#[ignore = "runs in a process of its own"]
fn child_that_reconciles_and_claims() {
    let Ok(place) = env::var("DOLLR_TEST_JOURNAL") else { return };
    let journal = journal::open_existing(&place).expect("a journal");
    let client = Client::builder().credentials(CLIENT_ID, CLIENT_SECRET).journal(journal.clone());
    let client =
        client.base_url(&env::var("DOLLR_TEST_VENDOR").expect("a vendor")).build().expect("a client");
    println!("ready");
    std::io::stdin().read_line(&mut String::new()).expect("a parent");
    let begun = Instant::now();
    loop {
        client.reconcile(&Reconcile::default().workers(2)).expect("a summary");
        let mut unpaid = 0;
        for entry in journal.entries(usize::MAX).expect("readable") {
            match client.claim_fulfilment(&entry.key).expect("an answer") {
                Claimed::Claimed(_) => println!("claimed {}", entry.key),
                Claimed::AlreadyClaimed { .. } => {}
                Claimed::NotPaid(_) => unpaid += 1,
            }
        }
        if unpaid == 0 {
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "{unpaid} are not paid");
    }
}

/// I12: two processes with a rate share it. Each call is paid for before it is made, so that at no moment there were more
/// than what the time since the start is worth, and the burst.
#[test]
fn two_processes_share_one_rate() {
    const RATE: u64 = 20;
    let shop = Shop::open();
    let predecessor = Predecessor::new(&shop, HOUR);
    // More than one process takes at a time.
    let left: Vec<_> = (0..120).map(|_| predecessor.leaves_unanswered()).collect();
    let before = shop.sim.ledger();
    let (calls_before, start) = (before.calls.len(), before.at_ms);
    let gate = Gate::before(&shop);
    let line = format!("reconcile --json --rate {RATE}/s");
    let both = [(); 2].map(|()| Running::start(gate.command(&shop, &line)));
    // More than the workers of one: both are at it.
    gate.wait_for_questions(9);
    gate.open();
    let asked = both.map(|running| running.end().json()["asked"].as_u64().expect("a number"));
    assert_eq!(asked.iter().sum::<u64>(), 120, "{asked:?}");
    let ledger = shop.sim.ledger();
    assert!(left.iter().all(|left| ledger.status_reads(&left.id) == 1));
    let calls = ledger.calls[calls_before..].iter().filter(|call| call.path.starts_with("/v1/status"));
    for (count, call) in (1..).zip(calls) {
        let since = call.at_ms - start;
        assert!(count * 1_000 <= RATE * since + RATE * 1_000 + 999, "{count} calls in {since} ms");
    }
}

fn all_are_paid(shop: &Shop, url: &str) -> bool {
    let mut command = shop.command(["journal", "list", "--open", "--json"]);
    command.env("DOLLR_JOURNAL", url);
    let run = run(command);
    run.code == 0 && run.json()["payments"] == json!([])
}

/// What processes said on stderr, shown when the test fails.
struct Told([PathBuf; 2]);

impl Drop for Told {
    fn drop(&mut self) {
        if thread::panicking() {
            for path in &self.0 {
                let said = std::fs::read_to_string(path).unwrap_or_default();
                eprintln!("{}: {said}", path.display());
            }
        }
    }
}

/// I2, I5, F25: the server crashes while answers are on their way to it, and again between two passes.
#[test]
fn a_restart_of_the_server_in_the_middle_loses_nothing() {
    let (shop, server) = (careless_shop(), Server::start(|_| String::new()));
    let url = postgres::url(&server, "restart");
    let left_by = |ago, count| {
        let journal = journal::open(&url).expect("a journal");
        let predecessor = Predecessor::with(&shop, ago, journal);
        (0..count).map(|_| predecessor.collects("1000", [lost()]).0).collect::<Vec<_>>()
    };
    let mut left = left_by(HOUR, 40);
    let gate = Gate::before(&shop);
    let start = |name: &str| {
        let mut command = gate.command(&shop, "reconcile --every 1s --json");
        let said = File::create(shop.path(name)).expect("a file");
        let passes = File::create(shop.path(&format!("{name}-passes"))).expect("a file");
        command.env("DOLLR_JOURNAL", &url).stderr(said).stdout(passes);
        Running::start(command)
    };
    let _told = Told(["a", "b"].map(|name| shop.path(name)));
    // Each is at work before the server is gone: the one has eight questions out, the other has found nothing left to ask.
    let a = start("a");
    gate.wait_for_questions(8);
    let b = start("b");
    wait_until("a pass is over", || shop.path("b-passes").metadata().is_ok_and(|file| file.len() > 0));
    server.crash();
    gate.open();
    let complains = |name: &str| {
        let mut said = String::new();
        File::open(shop.path(name)).and_then(|mut file| file.read_to_string(&mut said)).expect("readable");
        assert!(!said.contains(PASSWORD) && !said.contains("panicked"), "{said}");
        said.contains("cannot be used: ") && said.contains("; the next pass tries again\n")
    };
    server.start_again();
    wait_until("all are paid", || all_are_paid(&shop, &url));
    server.crash();
    wait_until("they say so", || complains("a") && complains("b"));
    server.start_again();
    // What is begun now is its own process's until it is handed over.
    left.extend(left_by(Duration::ZERO, 10));
    wait_until("all are paid", || all_are_paid(&shop, &url));
    for running in [a, b] {
        running.terminate();
        assert_eq!(running.end().code, 0);
    }
    let ledger = shop.sim.ledger();
    for Left { id, order } in &left {
        let charges = ledger.charges_for_order(SourceKind::Order, *order);
        assert_eq!((ledger.posts(id), charges), (1, 1), "I2: {id}");
    }
}
