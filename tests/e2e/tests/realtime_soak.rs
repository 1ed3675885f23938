//! Two hundred payments that are listened to at the same time in one process, while the server talks without end.
#![cfg(target_os = "linux")]

use std::env;
use std::fs;
use std::process::Command;
use std::thread;
use std::time::Duration;

use dollr_client::core::{Intent, Policy, SourceKind};
use dollr_client::journal::SqliteJournal;
use dollr_client::{Attempt, Client};
use dollr_e2e::{Payment, World};
use dollr_sim::{CLIENT_ID, CLIENT_SECRET, Scenario, ScenarioKind};

/// What one watch may take, with its two threads and its socket: no queue grows with what the server says.
const MOST_KIB_A_WATCH: u64 = 512;

/// I2, I8, T19
#[test]
fn two_hundred_watches_in_one_process_are_paid_in_bounded_memory() {
    let (few, many) = (soak(20), soak(200));
    let each = many.saturating_sub(few) / 180;
    println!("{few} KiB for 20 watches, {many} KiB for 200: {each} KiB each");
    assert!(each <= MOST_KIB_A_WATCH, "{each} KiB for each watch");
}

/// So many watches in a process of their own: the most memory that it had, in KiB.
fn soak(watches: usize) -> u64 {
    let world = World::in_real_time();
    let burst = Scenario::new(ScenarioKind::Burst { events: 100 }).times(u32::MAX);
    world.sim.stage(burst);
    let payments: Vec<_> = (0..watches).map(|_| world.payment("1006")).collect();
    let line = |payment: &Payment| format!("{} {}", payment.key(), payment.intent.session());
    let list = payments.iter().map(line).collect::<Vec<_>>().join("\n");
    let path = world.folder.path().join("payments");
    fs::write(&path, list).expect("written");
    let output = Command::new(env::current_exe().expect("this test"))
        .args(["watch_them_all", "--exact", "--ignored", "--nocapture"])
        .env("SOAK_PAYMENTS", &path)
        .env("SOAK_VENDOR", world.sim.base_url())
        .env("SOAK_ANON_KEY", world.sim.anon_key())
        .output()
        .expect("a process");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    for payment in &payments {
        assert_eq!(world.posts_and_charges(payment), (1, 1), "I2: {}", payment.key());
    }
    assert!(world.sim.realtime_log().connections.len() <= 2 * watches, "two sockets each, at most");
    let most = said.lines().find_map(|line| line.split_once("the most memory: "));
    most.and_then(|(_, kib)| kib.trim().parse().ok()).expect("it says how much")
}

#[test]
#[ignore = "runs in a process of its own"]
fn watch_them_all() {
    let setting = |name| env::var(name).expect("set by the other test");
    let path = setting("SOAK_PAYMENTS");
    let client = Client::builder()
        .credentials(CLIENT_ID, CLIENT_SECRET)
        .base_url(&setting("SOAK_VENDOR"))
        .realtime(setting("SOAK_VENDOR"), setting("SOAK_ANON_KEY"))
        .policy(Policy::default().patience(Duration::from_secs(60)))
        .journal(SqliteJournal::open(format!("{path}.db")).expect("a journal"))
        .build()
        .expect("a client");
    let list = fs::read_to_string(&path).expect("a list");
    thread::scope(|scope| {
        for line in list.lines() {
            scope.spawn(|| watch(&client, line));
        }
    });
    while dollr_e2e::listeners() > 0 {
        thread::sleep(Duration::from_millis(10));
    }
    let status = fs::read_to_string("/proc/self/status").expect("Linux");
    let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a high-water mark");
    println!("\nthe most memory: {}", most.trim().trim_end_matches(" kB"));
}

fn watch(client: &Client, line: &str) {
    let (id, session) = line.split_once(' ').expect("an id and a session");
    let (id, session) = (id.parse().expect("an id"), session.parse().expect("a session"));
    let (account, currency) = ("1006".parse().expect("an account"), "USD".parse().expect("a currency"));
    let intent = Intent::collection(id, session, account, currency)
        .amount(dollr_e2e::TOTAL.parse().expect("an amount"));
    let report = client.collect(Attempt::new(intent).realtime(SourceKind::Order)).expect("a report");
    assert_eq!(report.verdict.name(), "paid", "{report:?}");
    // Once a second by what is heard, and now and then beside it.
    assert!(report.calls.status <= 12, "{report:?}");
}
