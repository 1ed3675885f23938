//! `dollr sim`: it says how to reach it, and serves.

use std::path::Path;

use dollr_sim::{CLIENT_ID, CLIENT_SECRET};
use serde_json::{Value, json};

use crate::shop::{Running, Shop, bare, run, wait_until};

#[test]
fn sim_prints_the_cheat_sheet_and_serves() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = bare(folder.path());
    command.args(["sim", "--listen", "127.0.0.1:0", "--time-scale", "10"]);
    let mut sim = Running::start(command);
    let first = sim.line();
    let url = first.split_whitespace().find(|word| word.starts_with("http://")).expect("a URL").to_string();
    let (mut export, mut sheet) = (String::new(), Vec::new());
    while !sheet.iter().any(|line: &String| line.contains("/_sim/reset")) {
        let line = sim.line();
        if line.trim_start().starts_with("export ") {
            export = line;
        } else {
            sheet.push(line);
        }
    }
    let cheat_sheet = dollr_sim::cheat_sheet();
    let expected = cheat_sheet.lines().find(|line| line.contains("5000")).expect("a line");
    assert!(sheet.iter().any(|line| line == expected), "{sheet:?}");

    // Its own words are the environment of the next command.
    let mut verify = bare(folder.path());
    verify.args("verify --source INVOICE:101 --amount 250.00 --currency USD --json".split(' '));
    let settings = export.trim().trim_start_matches("export ").split(' ').filter_map(|s| s.split_once('='));
    verify.envs(settings);
    let run = run(verify);
    assert_eq!((run.code, run.json()["status"].as_str()), (4, Some("IDLE")), "{run:?} {url}");
    assert!(!sim.has_ended());
    sim.kill();
}

#[test]
fn sim_tells_a_machine_where_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = bare(folder.path());
    command.args(["sim", "--listen", "127.0.0.1:0", "--json", "--no-deduplication"]);
    let mut sim = Running::start(command);
    let object: Value = serde_json::from_str(&sim.line()).expect("an object");
    assert_eq!((&object["client_id"], &object["client_secret"]), (&json!(CLIENT_ID), &json!(CLIENT_SECRET)));
    let mut checkout = bare(folder.path());
    checkout.args("checkout --phone 231770000001 --currency USD --item a=1 --json".split(' '));
    checkout.env("DOLLR_BASE_URL", object["base_url"].as_str().expect("a URL"));
    checkout.env("DOLLR_CLIENT_ID", CLIENT_ID).env("DOLLR_CLIENT_SECRET", CLIENT_SECRET);
    assert_eq!(run(checkout).code, 0);
    sim.kill();
}

/// What a simulator that is begun with these arguments says of itself.
fn asked_of_a_simulator(arguments: &str, path: &str) -> impl Fn() -> Value {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = bare(folder.path());
    command.args(["sim", "--listen", "127.0.0.1:0", "--json"]).args(arguments.split_whitespace());
    let mut sim = Running::start(command);
    let object: Value = serde_json::from_str(&sim.line()).expect("an object");
    let url = format!("{}{path}", object["base_url"].as_str().expect("a URL"));
    let agent: ureq::Agent = ureq::Agent::config_builder().proxy(None).build().into();
    move || {
        let (_sim, _folder) = (&sim, &folder);
        let mut answer = agent.get(&url).call().expect("an answer");
        serde_json::from_str(&answer.body_mut().read_to_string().expect("text")).expect("JSON")
    }
}

#[test]
fn time_runs_as_fast_as_it_is_told() {
    let clock = asked_of_a_simulator("--time-scale 100000", "/_sim/clock");
    let now = || clock()["now_ms"].as_u64().expect("a moment");
    let begun = now();
    wait_until("days have gone by", || now() - begun > 3 * 86_400_000);
}

#[test]
fn a_vendor_deduplicates_unless_he_is_told_not_to() {
    for (arguments, deduplicates) in [("", true), ("--no-deduplication", false)] {
        let said = asked_of_a_simulator(arguments, "/_sim/dedup")();
        assert_eq!(said["deduplicate"], json!(deduplicates), "{said}");
    }
}

#[test]
fn a_port_in_use_is_one_sentence() {
    let shop = Shop::open();
    let taken = shop.sim.base_url().replace("http://", "");
    let run = shop.run(&format!("sim --listen {taken}"));
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.sentence().starts_with(&format!("cannot listen on {taken}: ")), "{run:?}");
    let run = shop.run(&format!("sim --listen 127.0.0.1:0 --shop={taken}"));
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.sentence().starts_with(&format!("--shop: cannot listen on {taken}: ")), "{run:?}");
}

/// What it shows in a browser is the business of `tests/browser`.
#[test]
fn a_shop_opens_beside_it_and_takes_its_journal_with_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = bare(folder.path());
    command.args(["sim", "--listen", "127.0.0.1:0", "--shop=127.0.0.1:0", "--json"]);
    command.env("TMPDIR", folder.path());
    let mut sim = Running::start(command);
    let object: Value = serde_json::from_str(&sim.line()).expect("an object");
    let browser: ureq::Agent = ureq::Agent::config_builder().proxy(None).build().into();
    let url = object["shop_url"].as_str().expect("a URL");
    let page = browser.get(url).call().expect("the shop").body_mut().read_to_string().expect("a page");
    assert!(page.contains("<h1>What would you like?</h1>"), "{page}");
    let journal = Path::new(object["shop_journal"].as_str().expect("a file"));
    assert!(journal.is_file() && journal.starts_with(folder.path()), "{journal:?}");
    sim.terminate();
    assert_eq!(sim.end().code, 0);
    assert_eq!(std::fs::read_dir(folder.path()).expect("the folder").count(), 0, "nothing is left behind");
}

#[test]
fn a_shop_whose_vendor_is_not_on_this_machine_is_one_sentence() {
    let run = Shop::open().run("sim --listen 192.0.2.1:0 --shop=127.0.0.1:0");
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.sentence().starts_with("--shop: the shop reaches its vendor on loopback only"), "{run:?}");
}

#[test]
fn a_person_is_told_where_the_shop_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = bare(folder.path());
    command.args(["sim", "--listen", "127.0.0.1:0", "--shop=127.0.0.1:0"]).env("TMPDIR", folder.path());
    let mut sim = Running::start(command);
    let mut said = String::new();
    while !said.starts_with("The shop is at http://127.0.0.1:") {
        said = sim.line();
    }
    sim.kill();
}
