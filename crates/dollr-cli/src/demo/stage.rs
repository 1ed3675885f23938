//! What the fates play on: the vendor, a journal on disk, a client, and the customers.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use dollr_client::Client;
use dollr_client::core::{Amount, Currency, Intent, Policy, SessionId};
use dollr_client::journal::{Journal as _, SqliteJournal};
use dollr_sim::{CLIENT_ID, CLIENT_SECRET, Fault, Ledger, Simulator, SourceKind};
use tempfile::TempDir;

use crate::failure::Failure;

/// How long a payment of the demonstration is waited for.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// How long one call may take here; a vendor that is silent for ever is found out after it.
const CALL: Duration = Duration::from_secs(3);

pub(crate) struct Stage {
    sim: Simulator,
    folder: TempDir,
    client: Client,
    /// Which fate has which key, for the table.
    keys: Mutex<BTreeMap<&'static str, String>>,
}

/// The stage as one fate sees it.
pub(crate) struct Scene<'a> {
    pub(crate) stage: &'a Stage,
    title: &'static str,
}

/// An order of the demonstration's shop.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Order {
    pub(crate) kind: SourceKind,
    pub(crate) id: u64,
}

impl Stage {
    pub(crate) fn set() -> Result<Self, Failure> {
        let failed = |e: std::io::Error| Failure::new(format!("the demonstration cannot start: {e}"));
        let sim = Simulator::builder().start().map_err(failed)?;
        let folder = tempfile::tempdir().map_err(failed)?;
        let client = client(&sim.base_url(), &folder.path().join("dollr.db"))?;
        Ok(Self { sim, folder, client, keys: Mutex::default() })
    }

    pub(crate) fn of(&self, title: &'static str) -> Scene<'_> {
        Scene { stage: self, title }
    }

    pub(crate) fn url(&self) -> String {
        self.sim.base_url()
    }

    pub(crate) fn ledger(&self) -> Ledger {
        self.sim.ledger()
    }

    pub(crate) fn journal_path(&self) -> PathBuf {
        self.folder.path().join("dollr.db")
    }

    /// What the journal has of a fate's payment: its key and state.
    pub(crate) fn seen(&self, title: &str) -> Option<(String, String)> {
        let key = self.keys.lock().ok()?.get(title)?.clone();
        let journal = SqliteJournal::open_existing(self.journal_path()).ok()?;
        let state = journal.load(&key).ok()??.state;
        Some((key, state))
    }
}

fn client(url: &str, journal: &Path) -> Result<Client, Failure> {
    Ok(Client::builder()
        .credentials(CLIENT_ID, CLIENT_SECRET)
        .base_url(url)
        .journal(SqliteJournal::open(journal)?)
        .policy(Policy::default().patience(PATIENCE))
        .read_timeout(CALL)
        .total_timeout(CALL)
        .build()?)
}

impl Scene<'_> {
    pub(crate) fn client(&self) -> &Client {
        &self.stage.client
    }

    pub(crate) fn sim(&self) -> &Simulator {
        &self.stage.sim
    }

    /// A client of its own, as another process would have it.
    pub(crate) fn another_client(&self) -> Result<Client, Failure> {
        client(&self.stage.url(), &self.stage.journal_path())
    }

    /// The payment that this fate is about from now on.
    pub(crate) fn is_about(&self, key: impl Into<String>) {
        if let Ok(mut keys) = self.stage.keys.lock() {
            keys.insert(self.title, key.into());
        }
    }

    pub(crate) fn order(&self, total: &str) -> Order {
        Order { kind: SourceKind::Order, id: self.sim().create_source(SourceKind::Order, "USD", total) }
    }

    /// An order, a session for it, and the intent to collect it from an account.
    pub(crate) fn intent(&self, account: &str, total: &str) -> Result<(Order, Intent), Failure> {
        let order = self.order(total);
        let session = SessionId::new(self.sim().create_session(order.kind, order.id));
        let account = account.parse().map_err(dollr_client::Error::from)?;
        let id = self.client().reference_id()?;
        self.is_about(id.to_string());
        Ok((order, Intent::collection(id, session, account, usd()).amount(amount(total))))
    }

    /// A fault that strikes this payment's calls only.
    pub(crate) fn arm(&self, intent: &Intent, fault: Fault) {
        self.sim().arm(fault.for_reference(intent.reference_id().to_string()));
    }
}

/// The customer approves on the hosted page.
pub(crate) fn approve_on(page: &str) -> Result<(), Failure> {
    submit(page, "method=wallet&decision=approve")
}

/// Submits a form over HTTP as a browser does; a page on loopback is not asked for through a proxy.
pub(crate) fn submit(page: &str, form: &str) -> Result<(), Failure> {
    let browser: ureq::Agent = ureq::Agent::config_builder().proxy(None).build().into();
    let sent = browser.post(page).header("Content-Type", "application/x-www-form-urlencoded").send(form);
    sent.map(drop).map_err(|e| Failure::new(format!("the page {page}: {e}")))
}

pub(crate) fn usd() -> Currency {
    "USD".parse().unwrap_or_else(|_| unreachable!("USD is a currency"))
}

pub(crate) fn amount(text: &str) -> Amount {
    text.parse().unwrap_or_else(|_| unreachable!("the demonstration's amounts are amounts"))
}
