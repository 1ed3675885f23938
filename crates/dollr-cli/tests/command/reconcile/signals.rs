//! SIGTERM and SIGINT: what is in flight is finished, what was taken is given back.

use serde_json::json;

use super::gate::Gate;
use super::{HOUR, Left, Predecessor};
use crate::shop::{Running, Shop, wait_until};

fn shop_with_three() -> (Shop, Vec<Left>) {
    let shop = Shop::open();
    let predecessor = Predecessor::new(&shop, HOUR);
    let left = (0..3).map(|_| predecessor.leaves_unanswered()).collect();
    drop(predecessor);
    (shop, left)
}

fn states(shop: &Shop, left: &[Left]) -> Vec<String> {
    let state = |left: &Left| {
        let shown = shop.run(&format!("journal show {} --json", left.id)).json();
        shown["payment"]["state"].as_str().expect("a state").to_owned()
    };
    left.iter().map(state).collect()
}

/// I5, I14, F25: asked to end in the middle of a pass, it saves the answer that is on its way and gives the rest back.
#[test]
fn a_signal_finishes_what_is_in_flight_and_gives_the_rest_back() {
    for every in ["", "--every 1h"] {
        let (shop, left) = shop_with_three();
        let gate = Gate::before(&shop);
        let line = format!("reconcile --json --workers 1 {every}");
        let running = Running::start(gate.command(&shop, &line));
        gate.wait_for_questions(1);
        running.terminate();
        gate.open();
        let run = running.end();
        let object = run.json();
        assert_eq!((run.code, &object["stopped"], run.err.as_str()), (0, &json!(true), ""), "{run:?}");
        assert_eq!((&object["asked"], &object["due"]), (&json!(1), &json!(2)), "{run:?}");
        let (answered, others): (Vec<_>, Vec<_>) =
            left.into_iter().partition(|left| object["paid"] == json!([left.id]));
        assert_eq!(states(&shop, &answered), ["Completed"], "what was in flight is saved");
        assert!(others.iter().all(|left| shop.status_reads(&left.id) == 0), "no new call");

        // Nobody has to wait for the end of a lease.
        let object = shop.run("reconcile --json").json();
        assert_eq!(object["verdicts"], json!({"paid": 2}), "{object}");
        assert_eq!(states(&shop, &others), ["Completed"; 2]);
    }
}

#[test]
fn people_are_told_that_it_was_stopped() {
    let (shop, _) = shop_with_three();
    let gate = Gate::before(&shop);
    let running = Running::start(gate.command(&shop, "reconcile --workers 1"));
    gate.wait_for_questions(1);
    running.terminate();
    gate.open();
    let run = running.end();
    let says = "asked about 1: 1 paid; 1 call; 2 open payments left\n  \
                stopped by a signal; what was not asked about is due as before\n";
    assert_eq!((run.code, run.out.as_str()), (0, says), "{run:?}");
}

/// I5, F25: who cannot wait asks twice; what was in flight is asked about again, when its lease is over.
#[test]
fn a_second_signal_ends_it_at_once() {
    let (shop, left) = shop_with_three();
    let gate = Gate::before(&shop);
    let mut running = Running::start(gate.command(&shop, "reconcile"));
    gate.wait_for_questions(3);
    // Two that are there at the same moment are one to the system.
    wait_until("it has ended", || {
        running.terminate();
        running.has_ended()
    });
    assert_eq!(running.signal(), Some(15));
    let object = shop.run("reconcile --json").json();
    assert_eq!((&object["asked"], &object["open"]), (&json!(0), &json!(3)), "leased: {object}");
    shop.let_time_pass();
    assert_eq!(shop.run("reconcile --json").json()["verdicts"], json!({"paid": 3}));
    assert_eq!(states(&shop, &left), ["Completed"; 3]);
}

/// One that rests between two passes does not make anybody wait.
#[test]
fn a_signal_between_two_passes_ends_it() {
    let (shop, _) = shop_with_three();
    let mut running = Running::start(shop.command("reconcile --every 1h --json".split(' ')));
    let pass: serde_json::Value = serde_json::from_str(&running.line()).expect("an object");
    assert_eq!((&pass["verdicts"], &pass["stopped"]), (&json!({"paid": 3}), &json!(false)));
    running.terminate();
    let run = running.end();
    assert_eq!((run.code, run.out.as_str(), run.err.as_str()), (0, "", ""));
}
