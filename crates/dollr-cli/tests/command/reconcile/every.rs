//! `--every`: one pass after the other, and what people need to hear of it, once.

use serde_json::json;

use super::endpoint::{free_port, samples};
use super::{HOUR, Predecessor};
use crate::shop::{Running, Shop, new_id, wait_until};

/// A log that says the same each time is not read.
#[test]
fn a_service_says_what_is_new() {
    let shop = Shop::open();
    let (stuck, _) = Predecessor::new(&shop, 73 * HOUR).collects("3000", []);
    let (id, session) = (new_id(), shop.session("25.00"));
    let collect = "--account 1000 --currency USD --patience 0s --base-url http://127.0.0.1:1 --reference-id";
    assert_eq!(shop.run(&format!("collect --session {session} {collect} {id}")).code, 4);
    let port = free_port();
    let line = format!("reconcile --every 1s --metrics 127.0.0.1:{port}");
    let mut running = Running::start(shop.command(line.split(' ')));
    let first = running.line();
    assert!(first.ends_with("Z  asked about 1: 1 stuck; 1 call; 2 open payments left"), "{first}");
    wait_until("there were three passes", || samples(port)["dollr_passes_total{outcome=\"done\"}"] >= 3.0);
    running.terminate();
    let run = running.end();
    let says = format!(
        "  stuck       {0}  for the vendor: dollr journal support {0}\n  not sent    {id}\n  what is stuck or paid twice is listed until: \
         dollr journal resolve KEY --why REASON\n",
        stuck.id
    );
    assert_eq!((run.code, run.out, run.err.as_str()), (0, says, ""), "{}", stuck.id);
}

/// An object for each pass, on a line of its own.
#[test]
fn each_pass_is_an_object() {
    let shop = Shop::open();
    Predecessor::new(&shop, HOUR).leaves_unanswered();
    let mut running = Running::start(shop.command("reconcile --every 1s --json".split(' ')));
    for paid in [json!({"paid": 1}), json!({}), json!({})] {
        let pass: serde_json::Value = serde_json::from_str(&running.line()).expect("an object");
        assert_eq!(pass["verdicts"], paid);
    }
    running.terminate();
    assert_eq!(running.end().code, 0);
}
