//! `dollr reconcile`: what others have left is found, asked about, and reported; by one process, or by many.

pub(crate) mod endpoint;
mod every;
mod findings;
mod gate;
mod processes;
mod signals;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use dollr_client::core::{Intent, SessionId, Timestamp};
use dollr_client::journal::{self, Journal};
use dollr_client::{Attempt, Client, Clock, SystemClock};
use dollr_sim::{CLIENT_ID, CLIENT_SECRET, Call, Fault, FaultKind, SourceKind};

use crate::shop::Shop;

const HOUR: Duration = Duration::from_secs(3_600);

/// The clock of somebody who lived a while ago, and waits for nothing.
#[derive(Debug)]
struct Past(AtomicU64);

impl Past {
    fn ago(ago: Duration) -> Self {
        let millis = u64::try_from(ago.as_millis()).expect("not that long");
        Self(AtomicU64::new(SystemClock.now().as_millis() - millis))
    }
}

impl Clock for Past {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }

    fn sleep_until(&self, until: Timestamp) {
        self.0.fetch_max(until.as_millis(), Ordering::SeqCst);
    }
}

/// Somebody who collected a while ago, and has gone.
struct Predecessor<'a> {
    shop: &'a Shop,
    client: Client,
}

/// What he has left.
#[derive(Debug, Clone)]
struct Left {
    id: String,
    /// The vendor's number of the order.
    order: u64,
}

impl<'a> Predecessor<'a> {
    fn new(shop: &'a Shop, ago: Duration) -> Self {
        Self::with(shop, ago, journal::open(shop.path("dollr.db")).expect("a journal"))
    }

    fn with(shop: &'a Shop, ago: Duration, journal: Arc<dyn Journal>) -> Self {
        let client = Client::builder()
            .credentials(CLIENT_ID, CLIENT_SECRET)
            .base_url(&shop.sim.base_url())
            .clock(Past::ago(ago))
            .journal(journal);
        Self { shop, client: client.build().expect("a client") }
    }

    /// Collects from a magic account, and says how that stood when he went.
    fn collects(&self, account: &str, faults: impl IntoIterator<Item = Fault>) -> (Left, &'static str) {
        let sim = &self.shop.sim;
        let order = sim.create_source(SourceKind::Order, "USD", "25.00");
        let session = SessionId::new(sim.create_session(SourceKind::Order, order));
        let id = self.client.reference_id().expect("an id");
        let (account, currency) = (account.parse().expect("an account"), "USD".parse().expect("a currency"));
        let intent =
            Intent::collection(id, session, account, currency).amount("25.00".parse().expect("an amount"));
        for fault in faults {
            sim.arm(fault.for_reference(id.to_string()));
        }
        let name = format!("A-{order}");
        let attempt = Attempt::new(intent).order(&name).patience(Duration::ZERO);
        let report = self.client.collect(attempt).expect("a report");
        (Left { id: id.to_string(), order }, report.verdict.name())
    }

    /// Leaves a payment that is paid, and has heard no answer to anything.
    fn leaves_unanswered(&self) -> Left {
        let (left, verdict) = self.collects("1000", [lost()]);
        assert_eq!((verdict, self.shop.charges(&left.id)), ("open", 1));
        left
    }
}

/// The vendor takes the money, and nobody hears of it.
fn lost() -> Fault {
    Fault::new(Call::Execute, FaultKind::Drop).after()
}

impl Shop {
    /// As if it were time to look after each payment, and the term of whoever had taken one were over.
    pub(crate) fn let_time_pass(&self) {
        let journal = rusqlite::Connection::open(self.path("dollr.db")).expect("a journal");
        let sql = "UPDATE dollr_work SET due_at = 0, lease_until = NULL";
        journal.execute(sql, []).expect("written");
    }

    fn status_reads(&self, id: &str) -> u64 {
        self.sim.ledger().status_reads(id)
    }
}
