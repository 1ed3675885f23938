//! The vendor's state: tokens, sources, sessions, executions. Nothing in it runs: what has happened by a moment is
//! computed from when each thing was created and how it was fated. It can be copied, so that a request may be answered
//! without having an effect.

use std::collections::BTreeMap;

use crate::execution::{Confirmation, Execution, Operation};
use crate::magic::{Customer, customer_for};
use crate::source::{Checkout, Decision, Item, Means, Source, SourceKey, SourceKind};

/// A checkout session's life (§5: short-lived).
const SESSION_LIFE_MS: u64 = 15 * 60 * 1000;

/// The session of the vendor's documentation.
pub(crate) const DOCS_SESSION: u64 = 55;

/// What whoever starts the simulator chooses.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) deduplicate: bool,
    pub(crate) token_life_minutes: u64,
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
    pub(crate) base_url: String,
}

#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) client_id: String,
    pub(crate) expires_at: u64,
}

#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub(crate) id: u64,
    pub(crate) source: SourceKey,
    pub(crate) created_at: u64,
    pub(crate) expires_at: u64,
    pub(crate) used_by: Option<String>,
}

/// Money that has moved or will move.
pub(crate) struct Moved<'a> {
    pub(crate) reference_id: Option<&'a str>,
    pub(crate) operation: Operation,
    pub(crate) amount: &'a str,
    pub(crate) currency: &'a str,
    pub(crate) at_ms: u64,
}

#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) settings: Settings,
    pub(crate) tokens: BTreeMap<String, Token>,
    pub(crate) sources: BTreeMap<SourceKey, Source>,
    pub(crate) sessions: BTreeMap<u64, Session>,
    /// By reference id; the first of each is the one that status calls show.
    pub(crate) executions: BTreeMap<String, Vec<Execution>>,
    /// How often an execution's POST got past authentication, by reference id.
    pub(crate) processed: BTreeMap<String, u64>,
    next_source: u64,
    next_session: u64,
    next_transaction: u64,
}

impl World {
    /// A world with what the vendor's documentation takes for granted.
    pub(crate) fn new(settings: Settings, now_ms: u64) -> Self {
        let mut world = Self {
            settings,
            tokens: BTreeMap::new(),
            sources: BTreeMap::new(),
            sessions: BTreeMap::new(),
            executions: BTreeMap::new(),
            processed: BTreeMap::new(),
            next_source: 1_001,
            next_session: 1_001,
            next_transaction: 1,
        };
        for (kind, id, total) in [(SourceKind::Invoice, 101, "250.00"), (SourceKind::Order, 202, "75.50")] {
            world.put_source((kind, id), "USD", total, Checkout::default(), now_ms);
        }
        let source = (SourceKind::Invoice, 101);
        let session =
            Session { id: DOCS_SESSION, source, created_at: now_ms, expires_at: u64::MAX, used_by: None };
        world.sessions.insert(DOCS_SESSION, session);
        world
    }

    pub(crate) fn add_source(
        &mut self,
        kind: SourceKind,
        currency: &str,
        total: &str,
        checkout: Checkout,
        now_ms: u64,
    ) -> SourceKey {
        let key = (kind, self.next_source);
        self.next_source += 1;
        self.put_source(key, currency, total, checkout, now_ms);
        key
    }

    fn put_source(
        &mut self,
        key: SourceKey,
        currency: &str,
        total: &str,
        mut checkout: Checkout,
        now_ms: u64,
    ) {
        if checkout.items.is_empty() {
            checkout.items.push(Item { name: key.0.number(key.1), amount: total.to_owned() });
        }
        let source = Source {
            kind: key.0,
            id: key.1,
            currency: currency.to_owned(),
            total: total.to_owned(),
            created_at: now_ms,
            page: random_token(),
            opened: false,
            customer: customer_for(&checkout.party_phone),
            decision: None,
            checkout,
            references: Vec::new(),
        };
        self.sources.insert(key, source);
    }

    pub(crate) fn add_session(&mut self, source: SourceKey, now_ms: u64) -> &Session {
        let id = self.next_session;
        self.next_session += 1;
        if let Some(source) = self.sources.get_mut(&source) {
            source.opened = true;
        }
        let expires_at = now_ms.saturating_add(SESSION_LIFE_MS);
        self.sessions.entry(id).or_insert(Session {
            id,
            source,
            created_at: now_ms,
            expires_at,
            used_by: None,
        })
    }

    pub(crate) fn next_transaction(&mut self) -> u64 {
        self.next_transaction += 1;
        self.next_transaction - 1
    }

    /// Takes an execution in; from here on its money moves when its plan says so.
    pub(crate) fn add_execution(&mut self, execution: Execution) {
        let reference = execution.reference_id.clone();
        if let Some(source) = self.sources.get_mut(&execution.source)
            && !source.references.contains(&reference)
        {
            source.references.push(reference.clone());
        }
        self.executions.entry(reference).or_default().push(execution);
    }

    pub(crate) fn executions_of<'a>(&'a self, source: &'a Source) -> impl Iterator<Item = &'a Execution> {
        let attempts =
            source.references.iter().filter_map(|reference| self.executions.get(reference)).flatten();
        attempts.filter(|execution| execution.source == (source.kind, source.id))
    }

    /// Every movement of a source's money up to now, in no order.
    pub(crate) fn movements<'a>(
        &'a self,
        source: &'a Source,
        now_ms: u64,
    ) -> impl Iterator<Item = Moved<'a>> {
        let hosted = source.hosted_money_at().map(|at_ms| Moved {
            reference_id: None,
            operation: Operation::Collection,
            amount: &source.total,
            currency: &source.currency,
            at_ms,
        });
        let executed = self.executions_of(source).filter_map(|execution| {
            Some(Moved {
                reference_id: Some(&execution.reference_id),
                operation: execution.operation,
                amount: &execution.amount,
                currency: &execution.currency,
                at_ms: execution.money_at()?,
            })
        });
        hosted.into_iter().chain(executed).filter(move |moved| moved.at_ms <= now_ms)
    }

    /// When the source was first paid, if it has been.
    pub(crate) fn paid_at(&self, source: &Source, now_ms: u64) -> Option<u64> {
        let collected =
            self.movements(source, now_ms).filter(|moved| moved.operation == Operation::Collection);
        collected.map(|moved| moved.at_ms).min()
    }

    /// The source's status (§3).
    pub(crate) fn source_status(&self, source: &Source, now_ms: u64) -> &'static str {
        let paid_at = self.paid_at(source, now_ms);
        let canceled_at = source.canceled_at().filter(|at| *at <= now_ms);
        match (paid_at, canceled_at) {
            (Some(paid), Some(canceled)) if canceled < paid => return "CANCELED",
            (Some(_), _) => return "PAID",
            (None, Some(_)) => return "CANCELED",
            (None, None) => {}
        }
        let collecting = |execution: &Execution| {
            execution.operation == Operation::Collection && execution.is_open_at(now_ms)
        };
        if source.is_approved() || self.executions_of(source).any(collecting) {
            "PROCESSING"
        } else if source.opened {
            "ACTIVE"
        } else {
            "IDLE"
        }
    }

    /// The customer approves (with some means) or declines on the hosted page; says whether there was still something to decide.
    pub(crate) fn decide(&mut self, key: SourceKey, approval: Option<Means>, now_ms: u64) -> bool {
        let Some(source) = self.sources.get(&key) else { return false };
        if !matches!(self.source_status(source, now_ms), "IDLE" | "ACTIVE") {
            return false;
        }
        let settles_after_ms = match source.customer {
            Customer::Decides { settles_after_ms } => settles_after_ms,
            Customer::Pays { .. } | Customer::Cancels { .. } => Some(0),
        };
        let decision = match approval {
            Some(means) => Decision::Approved { at_ms: now_ms, settles_after_ms, means },
            None => Decision::Declined { at_ms: now_ms },
        };
        self.sources.entry(key).and_modify(|source| source.decision = Some(decision));
        true
    }

    /// The payer answers 3-D Secure; says whether any payment was still asking.
    pub(crate) fn confirm(
        &mut self,
        approved: bool,
        now_ms: u64,
        chosen: impl Fn(&Execution) -> bool,
    ) -> bool {
        let mut asked = false;
        for execution in self.executions.values_mut().flatten() {
            if chosen(execution) && execution.asks_at(now_ms) {
                execution.confirmation = Some(Confirmation { at_ms: now_ms, approved });
                asked = true;
            }
        }
        asked
    }

    pub(crate) fn source_by_page(&self, page: &str) -> Option<&Source> {
        self.sources.values().find(|source| source.page == page)
    }

    pub(crate) fn source_by_number(&self, kind: SourceKind, number: &str) -> Option<&Source> {
        self.sources.values().find(|source| source.kind == kind && source.number() == number)
    }
}

/// 128 bits from the operating system, in hex.
pub(crate) fn random_token() -> String {
    uuid::Builder::from_random_bytes(random_bytes()).into_uuid().simple().to_string()
}

/// A version-4 UUID that nobody has seen.
pub(crate) fn random_reference() -> String {
    uuid::Builder::from_random_bytes(random_bytes()).into_uuid().hyphenated().to_string()
}

fn random_bytes() -> [u8; 16] {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}
