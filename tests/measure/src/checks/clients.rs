//! The loops in Rust, each in a process of its own: the client's, and those that a careful user writes with raw `ureq` and with `reqwest`.
//! Each asks about its payments in turn, as fast as it can, and says how many checks it has made and what they have cost.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use dollr_client::Client;
use dollr_core::{ReferenceId, SourceKind, SourceRef};
use dollr_journal::SqliteJournal;
use rust_decimal::Decimal;
use rustix::time::{ClockId, clock_gettime};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::peers::WARM_UP;
use crate::vendor::{AMOUNT, SOURCE, TOKEN};

/// `client WHICH URL THREADS MILLISECONDS FOLDER`, in which there are the payments' ids and a journal of them.
pub(crate) fn run(words: &[&str]) {
    let [which, url, threads, millis, folder] = words else {
        panic!("client WHICH URL THREADS MILLISECONDS FOLDER")
    };
    let folder = Path::new(folder);
    let task = Task {
        url: (*url).to_owned(),
        threads: threads.parse().expect("a number"),
        window: Duration::from_millis(millis.parse().expect("milliseconds")),
        ids: fs::read_to_string(folder.join("payments")).expect("ids").lines().map(str::to_owned).collect(),
    };
    match *which {
        "dollr" => dollr(&task, folder),
        "dollr-source" => dollr_source(&task),
        "ureq" => ureq(&task, None),
        "ureq-limits" => ureq(&task, Some(Duration::from_secs(30))),
        "ureq-row" => ureq_row(&task, folder),
        "ureq-source" => ureq_source(&task),
        "reqwest" => reqwest(&task),
        other => panic!("no client is called {other}"),
    }
}

struct Task {
    url: String,
    threads: usize,
    window: Duration,
    ids: Vec<String>,
}

/// The moment at which it begins to count.
struct Mark {
    began: Instant,
    cpu: Duration,
}

impl Mark {
    fn now() -> Self {
        Self { began: Instant::now(), cpu: processor_time() }
    }

    /// Prints what was done since.
    fn tell(&self, checks: usize) {
        let (seconds, cpu) =
            (self.began.elapsed().as_secs_f64(), processor_time().saturating_sub(self.cpu).as_secs_f64());
        println!(r#"{{"checks": {checks}, "seconds": {seconds}, "cpu": {cpu}}}"#);
    }
}

/// The processor time of this process, user's and system's.
fn processor_time() -> Duration {
    Duration::try_from(clock_gettime(ClockId::ProcessCPUTime)).expect("not negative")
}

/// So many threads with one check each, which is made again and again.
fn in_threads<C: FnMut(&str)>(task: &Task, new: impl Fn() -> C + Sync) {
    let (begin, over) = (Barrier::new(task.threads + 1), AtomicBool::new(false));
    let one = |n: usize| {
        let mut check = new();
        let mut ids = task.ids.iter().cycle().skip(n * task.ids.len() / task.threads);
        let mut next = || check(ids.next().expect("endless"));
        (0..WARM_UP).for_each(|_| next());
        begin.wait();
        let mut checks = 0;
        while !over.load(Ordering::Relaxed) {
            next();
            checks += 1;
        }
        checks
    };
    thread::scope(|scope| {
        let one = &one;
        let threads: Vec<_> = (0..task.threads).map(|n| scope.spawn(move || one(n))).collect();
        begin.wait();
        let mark = Mark::now();
        thread::sleep(task.window);
        over.store(true, Ordering::SeqCst);
        mark.tell(threads.into_iter().map(|thread| thread.join().expect("no panic")).sum());
    });
}

fn dollr(task: &Task, folder: &Path) {
    let journal = SqliteJournal::open_existing(folder.join("payments.db")).expect("a journal");
    let client = Client::builder().credentials("id", "secret").base_url(&task.url).journal(journal).build();
    let client = client.expect("a client");
    in_threads(task, || {
        |id: &str| {
            let id: ReferenceId = id.parse().expect("an id");
            let report = client.status(id).expect("a report");
            assert_eq!((report.state, report.calls.status), ("Open", 1), "{report:?}");
        }
    });
}

/// Whether an order is paid, for who keeps no journal.
fn dollr_source(task: &Task) {
    let client = Client::builder().credentials("id", "secret").base_url(&task.url).build().expect("a client");
    let source = SourceRef { kind: SourceKind::Order, id: SOURCE };
    let (currency, total) = ("USD".parse().expect("a currency"), AMOUNT.parse().expect("an amount"));
    in_threads(task, || {
        |_: &str| {
            let report = client.verify_source(source, currency, total, Duration::ZERO).expect("a report");
            assert_eq!((report.verdict.name(), report.calls.status), ("open", 1), "{report:?}");
        }
    });
}

/// What a careful user reads of an answer.
#[derive(Deserialize)]
struct Told<'a> {
    reference_id: &'a str,
    status: &'a str,
    #[serde(borrow)]
    payer_amount: &'a RawValue,
    payer_currency: &'a str,
}

/// What a careful user does with an answer: it is about this payment, over this amount, and goes on.
fn judge(body: &[u8], id: &str, expected: &str) {
    let told: Told<'_> = serde_json::from_slice(body).expect("JSON");
    let same =
        told.reference_id == id && told.payer_currency == "USD" && is_amount(told.payer_amount, expected);
    assert!(same, "another payment");
    assert!(matches!(told.status, "PENDING" | "PROCESSING"), "{}", told.status);
}

/// Exactly, and whether it is written as a number or as a text.
fn is_amount(told: &RawValue, expected: &str) -> bool {
    let told: Decimal = told.get().trim_matches('"').parse().expect("an amount");
    told == expected.parse().expect("an amount")
}

/// Raw `ureq`, with a connection for each thread.
fn agent(task: &Task, limit: Option<Duration>) -> ureq::Agent {
    let config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .proxy(None)
        .timeout_global(limit)
        .max_idle_connections_per_host(task.threads);
    ureq::Agent::new_with_config(config.build())
}

fn get(agent: &ureq::Agent, place: String) -> Vec<u8> {
    let call = agent.get(place).header("authorization", format!("Bearer {TOKEN}"));
    let mut answer = call.call().expect("an answer");
    assert_eq!(answer.status(), 200);
    answer.body_mut().with_config().limit(1024 * 1024).read_to_vec().expect("a body")
}

/// The user knows what to expect.
fn ureq(task: &Task, limit: Option<Duration>) {
    let agent = agent(task, limit);
    in_threads(task, || {
        |id: &str| judge(&get(&agent, format!("{}/v1/status/collection/{id}", task.url)), id, AMOUNT)
    });
}

/// The user reads from a table what to expect, by a connection of its own for each thread.
fn ureq_row(task: &Task, folder: &Path) {
    let agent = agent(task, None);
    in_threads(task, || {
        let orders = rusqlite::Connection::open(folder.join("orders.db")).expect("a database");
        let agent = &agent;
        move |id: &str| {
            let mut row =
                orders.prepare_cached("SELECT amount FROM orders WHERE id = ?1").expect("a statement");
            let amount: String = row.query_row([id], |row| row.get(0)).expect("a row");
            judge(&get(agent, format!("{}/v1/status/collection/{id}", task.url)), id, &amount);
        }
    });
}

/// What a careful user reads of an answer about an order.
#[derive(Deserialize)]
struct Answered<'a> {
    source_id: u64,
    source_type: &'a str,
    status: &'a str,
    currency: &'a str,
    #[serde(borrow)]
    total_amount: &'a RawValue,
}

fn ureq_source(task: &Task) {
    let agent = agent(task, None);
    in_threads(task, || {
        |_: &str| {
            let place = format!("{}/v1/status/source?source_type=ORDER&source_id={SOURCE}", task.url);
            let body = get(&agent, place);
            let told: Answered<'_> = serde_json::from_slice(&body).expect("JSON");
            assert!(
                (told.source_id, told.source_type, told.currency) == (SOURCE, "ORDER", "USD"),
                "another order"
            );
            assert!(is_amount(told.total_amount, AMOUNT) && told.status == "ACTIVE", "{}", told.status);
        }
    });
}

fn reqwest(task: &Task) {
    let mut builder = match task.threads {
        1 => tokio::runtime::Builder::new_current_thread(),
        _ => tokio::runtime::Builder::new_multi_thread(),
    };
    let runtime = builder.enable_all().build().expect("a runtime");
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .timeout(Duration::from_secs(30))
        .build()
        .expect("a client");
    let over = Arc::new(AtomicBool::new(false));
    let spawn = |n: usize, at_most: usize| {
        let (client, over, url, ids) =
            (client.clone(), Arc::clone(&over), task.url.clone(), task.ids.clone());
        let mut ids = ids.into_iter().cycle().skip(n * task.ids.len() / task.threads);
        runtime.spawn(async move {
            let mut checks = 0;
            while checks < at_most && !over.load(Ordering::Relaxed) {
                ask(&client, &url, &ids.next().expect("endless")).await;
                checks += 1;
            }
            checks
        })
    };
    runtime.block_on(async {
        for task in (0..task.threads).map(|n| spawn(n, WARM_UP)).collect::<Vec<_>>() {
            task.await.expect("no panic");
        }
        let mark = Mark::now();
        let tasks: Vec<_> = (0..task.threads).map(|n| spawn(n, usize::MAX)).collect();
        tokio::time::sleep(task.window).await;
        over.store(true, Ordering::SeqCst);
        let mut checks = 0;
        for task in tasks {
            checks += task.await.expect("no panic");
        }
        mark.tell(checks);
    });
}

async fn ask(client: &reqwest::Client, url: &str, id: &str) {
    let call = client.get(format!("{url}/v1/status/collection/{id}")).bearer_auth(TOKEN);
    let answer = call.send().await.expect("an answer");
    assert_eq!(answer.status(), 200);
    judge(&answer.bytes().await.expect("a body"), id, AMOUNT);
}
