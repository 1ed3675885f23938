//! The world of the end-to-end tests: a real client with a real journal, over real sockets to the simulated vendor,
//! in virtual time. Client and vendor share one clock, which moves only when the client waits, so that hours cost
//! nothing and every run is the same.
#![allow(clippy::missing_panics_doc, reason = "where a test cannot go on, it fails")]

mod cutter;
mod gate;
mod host;
mod tls;
mod watched;

pub use cutter::{Cut, Cutter, How, Made, Side, read_message};
pub use host::Host;
pub use tls::Authority;
pub use watched::{Watch, Watched};

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use dollr_client::core::{Intent, Policy, ReferenceId, SessionId, Snapshot, Timestamp};
use dollr_client::journal::{Journal, Page, SqliteJournal};
use dollr_client::{Attempt, Client, ClientBuilder, Clock, Report};
use dollr_sim::{CLIENT_ID, CLIENT_SECRET, Fault, Simulator, SourceKind};
use tempfile::TempDir;

/// 2025-06-01T14:30:00Z
const START_MS: u64 = 1_748_788_200_000;

/// What each order of these tests costs.
pub const TOTAL: &str = "250.00";

/// The vendor, its clock, and a folder for journals.
#[derive(Debug)]
pub struct World {
    /// The vendor, in this process.
    pub sim: Arc<Simulator>,
    /// Gone when the world is.
    pub folder: TempDir,
    recorded: Arc<Mutex<BTreeMap<String, u64>>>,
    in_real_time: bool,
}

/// An order with a session to pay it in, and the intent to do so.
#[derive(Debug, Clone)]
pub struct Payment {
    /// The vendor's number of the order.
    pub order: u64,
    /// To collect it.
    pub intent: Intent,
}

impl Payment {
    /// The reference id, as the ledger has it.
    pub fn key(&self) -> String {
        self.intent.reference_id().to_string()
    }
}

impl World {
    /// A vendor that de-duplicates on the reference id.
    pub fn start() -> Self {
        Self::with(dollr_sim::Clock::manual(START_MS), false)
    }

    /// The same in real time, for sockets that are listened to while it goes by.
    pub fn in_real_time() -> Self {
        Self::with(dollr_sim::Clock::real(), true)
    }

    fn with(clock: dollr_sim::Clock, in_real_time: bool) -> Self {
        let sim = Simulator::builder().clock(clock).start().expect("a simulator");
        let folder = tempfile::tempdir().expect("a folder");
        Self { sim: Arc::new(sim), folder, recorded: Arc::default(), in_real_time }
    }

    /// A vendor for whom each request moves money, whatever its reference id.
    pub fn without_deduplication() -> Self {
        let world = Self::start();
        world.sim.set_deduplicate(false);
        world
    }

    /// Where the journal is.
    pub fn journal_path(&self) -> PathBuf {
        self.folder.path().join("dollr.db")
    }

    /// A client with the world's clock and journal, and half an hour's patience. It fails the test when a payment
    /// reaches the vendor before the journal (I1).
    pub fn client(&self) -> Client {
        self.builder().build().expect("a client")
    }

    /// A client that gives up a call after a third of a second, for vendors that hang.
    pub fn impatient_client(&self) -> Client {
        self.builder().total_timeout(Duration::from_millis(333)).build().expect("a client")
    }

    /// The settings of [`World::client`].
    pub fn builder(&self) -> ClientBuilder {
        let builder = Client::builder()
            .credentials(CLIENT_ID, CLIENT_SECRET)
            .base_url(&self.sim.base_url())
            .realtime(self.sim.supabase_url(), self.sim.anon_key())
            .policy(Policy::default().patience(Duration::from_secs(1_800)))
            .journal(self.journal());
        if self.in_real_time { builder } else { builder.clock(VirtualClock(self.sim.clock())) }
    }

    /// The journal of [`World::client`], which watches the wire (I1).
    pub fn journal(&self) -> impl Journal + use<> {
        let journal = SqliteJournal::open(self.journal_path()).expect("a journal");
        let watch = WriteAhead { sim: Arc::clone(&self.sim), recorded: Arc::clone(&self.recorded) };
        Watched { journal, watch }
    }

    /// A new order, to be paid from a magic account.
    pub fn payment(&self, account: &str) -> Payment {
        self.payment_with(random_id(), account)
    }

    /// The same with this id, for moments that are the same in each run.
    pub fn payment_with(&self, id: ReferenceId, account: &str) -> Payment {
        let order = self.sim.create_source(SourceKind::Order, "USD", TOTAL);
        let session = SessionId::new(self.sim.create_session(SourceKind::Order, order));
        let (account, currency) = (account.parse().expect("an account"), "USD".parse().expect("a currency"));
        let expires_at = Timestamp::from_millis(self.sim.clock().now_ms() + 15 * 60_000);
        let intent = Intent::collection(id, session, account, currency)
            .amount(TOTAL.parse().expect("an amount"))
            .session_expires_at(expires_at)
            .source(format!("ORDER:{order}").parse().expect("a source"));
        Payment { order, intent }
    }

    /// Arms a fault for one payment's calls.
    pub fn arm(&self, payment: &Payment, fault: Fault) {
        self.sim.arm(fault.for_reference(payment.key()));
    }

    /// Collects with no patience: the payment is handed over at once.
    pub fn hand_over(&self, account: &str) -> Payment {
        let payment = self.payment(account);
        let attempt = Attempt::new(payment.intent.clone()).patience(Duration::ZERO);
        self.client().collect(attempt).expect("a report");
        payment
    }

    /// Pays from account `1002` (approved after 2 s) while `faults` strike, and checks the promises.
    pub fn collect(&self, faults: impl IntoIterator<Item = Fault>) -> (Payment, Report) {
        self.collect_with(&self.client(), "1002", faults)
    }

    /// The same with another client or account.
    pub fn collect_with(
        &self,
        client: &Client,
        account: &str,
        faults: impl IntoIterator<Item = Fault>,
    ) -> (Payment, Report) {
        let payment = self.payment(account);
        for fault in faults {
            self.arm(&payment, fault);
        }
        let report = client.collect(Attempt::new(payment.intent.clone())).expect("a report");
        self.check_promises(&payment, &report);
        (payment, report)
    }

    /// The promises that hold whatever happens: once (I2), the same bytes (I3), and true (I4).
    pub fn check_promises(&self, payment: &Payment, report: &Report) {
        let ledger = self.sim.ledger();
        let charges = ledger.charges_for_order(SourceKind::Order, payment.order);
        assert!(charges <= 1, "I2: the order was charged {charges} times: {report:?}");
        if let Some(entry) = ledger.reference(&payment.key()) {
            assert!(entry.posts_at_risk <= 1, "I2: {} requests may have been processed", entry.posts_at_risk);
            assert!(entry.distinct_bodies <= 1, "I3: {} different bodies", entry.distinct_bodies);
        }
        if report.verdict.name() == "paid" {
            assert_eq!(charges, 1, "I4: called paid, and no money moved");
        }
    }

    /// How often the vendor saw the payment's request, and how often it charged the order.
    pub fn posts_and_charges(&self, payment: &Payment) -> (u64, u64) {
        let ledger = self.sim.ledger();
        (ledger.posts(&payment.key()), ledger.charges_for_order(SourceKind::Order, payment.order))
    }
}

/// A version-4 id that no other test has.
pub fn random_id() -> ReferenceId {
    use std::hash::{BuildHasher, RandomState};
    let half = || RandomState::new().hash_one(0).to_le_bytes();
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&half());
    bytes[8..].copy_from_slice(&half());
    ReferenceId::from_random_bytes(bytes)
}

/// The vendor's clock as the client's: waiting moves it on.
#[derive(Debug)]
struct VirtualClock(dollr_sim::Clock);

impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.now_ms())
    }

    fn sleep_until(&self, until: Timestamp) {
        self.0.advance_to(until.as_millis());
    }

    fn real_time(&self, _: Duration) -> Duration {
        Duration::ZERO
    }
}

/// When the journal is told to record the n-th sending of a payment, no more than n - 1 may have arrived (I1).
#[derive(Debug)]
struct WriteAhead {
    sim: Arc<Simulator>,
    recorded: Arc<Mutex<BTreeMap<String, u64>>>,
}

impl Watch for WriteAhead {
    fn before(&self, pages: &[(&str, &Page<'_>)]) {
        for (key, page) in pages {
            let mut recorded = self.recorded.lock().unwrap_or_else(PoisonError::into_inner);
            let sendings = recorded.entry((*key).to_string()).or_default();
            let posts = self.sim.ledger().posts(key);
            assert!(posts <= *sendings, "I1: {posts} requests on the wire, {sendings} on disk");
            *sendings += u64::from(page.sends);
            let secret =
                [CLIENT_SECRET, "Bearer"].into_iter().find(|secret| page.snapshot.as_str().contains(secret));
            assert_eq!(secret, None, "I10: a secret in a snapshot");
        }
    }
}

/// A snapshot as a crash would leave it: what is on disk for a payment.
pub fn on_disk(world: &World, key: &str) -> Snapshot {
    let journal = SqliteJournal::open_existing(world.journal_path()).expect("a journal");
    journal.load(key).expect("readable").expect("an entry").snapshot
}

/// The threads of this process that listen to a channel: they end soon after their payments.
#[cfg(target_os = "linux")]
pub fn listeners() -> usize {
    let tasks = std::fs::read_dir("/proc/self/task").expect("Linux").filter_map(Result::ok);
    let name =
        |task: std::fs::DirEntry| std::fs::read_to_string(task.path().join("comm")).unwrap_or_default();
    tasks.map(name).filter(|name| name.trim() == "dollr-channel").count()
}

/// The README's Rust is compiled.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
