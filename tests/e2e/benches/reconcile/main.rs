//! How fast one process reconciles, beside a bare loop of the same questions with as many threads. The vendor runs in another
//! process. Not a timed test: it prints medians and their ratio. `-- --open 1000 --rows 10000 --rounds 3` makes it smaller,
//! `-- --away 5` puts the vendor 5 ms away: at 0 ms all that is measured is what the processors have to do.
#![allow(
    clippy::disallowed_macros,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    dead_code,
    reason = "a benchmark measures and prints; a test runs it with few rows"
)]

#[path = "../../../../crates/dollr-journal/benches/leases/bare.rs"]
mod bare;
#[path = "../../../../crates/dollr-journal/benches/leases/fill.rs"]
mod fill;
#[path = "../../../../crates/dollr-journal/tests/common/server.rs"]
mod server;
#[path = "../../../../crates/dollr-journal/benches/leases/times.rs"]
mod times;
pub(crate) mod vendor;

use std::env;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bare::{Bare, Postgres, Sqlite};
use dollr_client::core::{Execution, Machine, Timestamp};
use dollr_client::{Client, Clock, Reconcile, SystemClock};
use dollr_sim::{CLIENT_ID, CLIENT_SECRET};
use times::Times;
use vendor::Vendor;

/// As many questions at the same time.
pub(crate) const WORKERS: usize = 8;

/// How much is measured.
#[derive(Clone, Copy)]
pub(crate) struct Size {
    pub(crate) rows: i64,
    pub(crate) open: i64,
    pub(crate) rounds: usize,
}

fn main() {
    if vendor::is_asked_for() {
        return vendor::serve();
    }
    let given = |name: &str, default| {
        let mut words = env::args().skip_while(|word| word != name);
        words.nth(1).map_or(default, |number| number.parse().expect("a number"))
    };
    let (rows, open) = (given("--rows", 1_000_000), given("--open", 10_000));
    let size = Size { rows, open, rounds: usize::try_from(given("--rounds", 7)).expect("a number") };
    let away = given("--away", 0);
    println!("The vendor is {away} ms away.");
    let vendor = vendor::Process::start(open, away);
    run(&vendor.url, &vendor.sessions, size);
}

/// Prints what each takes, in turns, so that what else the machine does is in the way of all.
pub(crate) fn run(url: &str, sessions: &[String], size: Size) {
    println!("{} rows, {} of them open and due; {WORKERS} threads; median … p95", size.rows, size.open);
    let vendor = Vendor::at(url);
    let payments = vendor.payments(sessions);
    let server = server::Server::shared();
    let engines: [(&str, Box<dyn Bare>); 2] =
        [("SQLite", Box::new(Sqlite::new())), ("PostgreSQL", Box::new(Postgres::new(&server)))];
    let mut reconciled = engines.map(|(name, bare)| (name, Reconciled::of(bare, url, &payments, size)));
    let mut asked = Times::default();
    for _ in 0..size.rounds {
        asked.of(|| vendor.ask(&payments));
        for (_, reconciled) in &mut reconciled {
            reconciled.once(payments.len());
        }
    }
    println!("\n| | ms a pass | GETs a second | × the bare loop |\n| --- | ---: | ---: | ---: |");
    let rows =
        [("bare loop", &asked)].into_iter().chain(reconciled.iter().map(|(name, r)| (*name, &r.times)));
    for (name, times) in rows {
        let rate = 1_000.0 * f64::from(u32::try_from(size.open).expect("few")) / times.median();
        println!("| {name} | {times} | {rate:.0} | {:.2} |", asked.median() / times.median());
    }
}

/// A client that reconciles again and again.
struct Reconciled {
    client: Client,
    later: Arc<AtomicU64>,
    times: Times,
    /// Gone when the benchmark is over.
    _bare: Box<dyn Bare>,
}

impl Reconciled {
    fn of(mut bare: Box<dyn Bare>, url: &str, payments: &[Execution], size: Size) -> Self {
        bare.fill(size.rows - size.open, 0);
        let open: Vec<_> = payments.iter().map(|p| (p.key(), p.snapshot().as_str().to_owned())).collect();
        bare.add(&open);
        bare.analyze();
        let later = Arc::new(AtomicU64::new(0));
        let client = Client::builder()
            .credentials(CLIENT_ID, CLIENT_SECRET)
            .base_url(url)
            .journal(bare.journal())
            .clock(Later(Arc::clone(&later)))
            .build()
            .expect("a client");
        Self { client, later, times: Times::default(), _bare: bare }
    }

    /// An hour later, when all are due again: none stays alone for so long.
    fn once(&mut self, open: usize) {
        self.later.fetch_add(3_600_000, Ordering::SeqCst);
        let how = Reconcile::default().workers(WORKERS);
        let summary = self.times.of(|| self.client.reconcile(&how).expect("a summary"));
        let all = u64::try_from(open).expect("few");
        assert_eq!((summary.asked, u64::from(summary.calls.status)), (all, all), "{summary:?}");
    }
}

/// The machine's clock, and so many milliseconds more.
#[derive(Debug)]
struct Later(Arc<AtomicU64>);

impl Clock for Later {
    fn now(&self) -> Timestamp {
        SystemClock.now().after(Duration::from_millis(self.0.load(Ordering::SeqCst)))
    }

    fn sleep_until(&self, until: Timestamp) {
        std::thread::sleep(until.since(self.now()));
    }
}
