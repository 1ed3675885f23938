//! SIGKILL in the middle: the id is on record (I1, I5), is asked about, and is never sent again (I2, T30).

use std::process::Command;

use dollr_sim::{Call, Fault, FaultKind, Simulator, SourceKind};
use serde_json::json;

use crate::shop::{Running, Shop, new_id, wait_until};

/// A vendor that would charge twice for two POSTs.
pub(crate) fn careless_shop() -> Shop {
    Shop::of(Simulator::builder().deduplicate(false).start().expect("a simulator"))
}

#[test]
fn a_payment_whose_process_was_killed_after_the_post_is_found_and_never_sent_again() {
    let shop = careless_shop();
    let order = shop.sim.create_source(SourceKind::Order, "USD", "25.00");
    let (id, session) = (new_id(), shop.sim.create_session(SourceKind::Order, order));
    shop.sim.arm(Fault::new(Call::Execute, FaultKind::Silent).after().for_reference(&id));
    let collect = format!(
        "collect --session {session} --account 1000 --currency USD --amount 25.00 --reference-id {id}"
    );
    let mut running = Running::start(shop.command(collect.split_whitespace()));
    wait_until("the money has moved", || shop.charges(&id) == 1);
    running.kill();

    // I5: what was handed to the vendor is listed until it is terminal.
    let open = shop.run("journal list --open --json").json();
    assert_eq!(open["payments"][0]["key"], json!(id), "{open}");
    assert_eq!(open["payments"].as_array().map(Vec::len), Some(1), "{open}");

    // I2, T30: the same command again is refused, whether the payment is open …
    let again = |when: &str| {
        let run = shop.run(&collect);
        assert_eq!(run.code, 2, "{when}: {run:?}");
        let sentence = run.sentence();
        assert!(
            sentence.starts_with(&format!("--reference-id: {id}")) && sentence.contains("already"),
            "{when}: {sentence}"
        );
        assert!(sentence.contains(&format!("dollr status {id}")), "{when}: {sentence}");
        assert_eq!(shop.posts(&id), 1, "{when}");
    };
    again("open");
    let run = shop.run(&format!("status {id} --json"));
    assert_eq!((run.code, run.json()["verdict"].as_str()), (0, Some("paid")), "{run:?}");
    // … or has ended.
    again("ended");
    assert_eq!((shop.posts(&id), shop.sim.ledger().charges_for_order(SourceKind::Order, order)), (1, 1));
    let open = shop.run("journal list --open --json").json();
    assert_eq!(open["payments"], json!([]), "{open}");
}

#[test]
fn a_payment_that_was_killed_while_waiting_is_gone_on_with() {
    let shop = careless_shop();
    let (id, session) = (new_id(), shop.session("25.00"));
    let collect =
        format!("collect --session {session} --account 3000 --currency USD --reference-id {id} -vv");
    let mut running = Running::start(shop.command(collect.split_whitespace()));
    let state = || shop.run(&format!("journal show {id} --json"));
    wait_until("the answer is on record", || {
        let shown = state();
        shown.code == 0 && shown.json()["payment"]["state"] == json!("Open")
    });
    running.kill();
    for _ in 0..3 {
        let run = shop.run(&format!("status {id} --json"));
        assert_eq!((run.code, run.json()["status"].as_str()), (4, Some("PROCESSING")), "{run:?}");
    }
    assert_eq!(shop.posts(&id), 1);
}

/// I10: where it crashes with credentials in its memory, no core of it is dumped to a disk.
#[test]
#[cfg(target_os = "linux")]
fn a_process_with_credentials_leaves_no_core_dump() {
    let shop = careless_shop();
    let (id, session) = (new_id(), shop.session("25.00"));
    let collect = format!("collect --session {session} --account 3000 --currency USD --reference-id {id}");
    // Somebody who wants cores of all that crashes.
    let command = shop.command(collect.split_whitespace());
    let mut wanting = Command::new("/bin/sh");
    wanting.args(["-c", "ulimit -S -c unlimited; exec \"$0\" \"$@\""]);
    wanting.arg(command.get_program()).args(command.get_args());
    wanting.current_dir(shop.folder.path()).env_clear();
    wanting.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let mut running = Running::start(wanting);
    wait_until("the request has left", || shop.posts(&id) == 1);
    let limits = running.proc("limits");
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).expect("a limit");
    assert_eq!(core.split_whitespace().nth(4), Some("0"), "{core}");
    running.kill();
}

/// The request was on its way when the process died, and the vendor has not seen it yet.
#[test]
fn a_404_after_a_crash_is_no_proof_of_absence() {
    let shop = careless_shop();
    let (id, session) = (new_id(), shop.session("25.00"));
    shop.sim.arm(Fault::new(Call::Execute, FaultKind::Silent).for_reference(&id));
    let collect = format!("collect --session {session} --account 1000 --currency USD --reference-id {id}");
    let mut running = Running::start(shop.command(collect.split_whitespace()));
    wait_until("the request has left", || shop.posts(&id) == 1);
    running.kill();
    let run = shop.run(&format!("status {id} --json"));
    assert_eq!((run.code, run.json()["verdict"].as_str()), (4, Some("open")), "{run:?}");
    assert_eq!((shop.posts(&id), shop.charges(&id)), (1, 0));
}
