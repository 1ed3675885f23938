//! The ledger: what money moved, and what each caller did. It is the oracle of every safety test, and holds no secret.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};

use serde::{Deserialize, Serialize};

use crate::execution::Operation;
use crate::source::SourceKind;
use crate::world::World;

/// The call log keeps so many of the latest calls.
const CALLS_KEPT: usize = 100_000;

/// Everything that has happened up to a moment; the same as `GET /_sim/ledger`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    /// The moment, in ms since the Unix epoch by the simulator's clock.
    pub at_ms: u64,
    /// Each invoice and order.
    pub orders: Vec<OrderEntry>,
    /// Each reference id that was ever heard of.
    pub references: Vec<ReferenceEntry>,
    /// The latest 100,000 calls, oldest first.
    pub calls: Vec<CallEntry>,
}

/// An invoice or order, and the money that moved for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderEntry {
    /// Invoice or order.
    pub source_type: SourceKind,
    /// Its id.
    pub source_id: u64,
    /// ISO 4217.
    pub currency: String,
    /// A decimal in major units.
    pub total_amount: String,
    /// Its status at this moment (§3).
    pub status: String,
    /// How often the customer was charged: more than once is a double charge.
    pub charges: u64,
    /// Every movement of money, oldest first.
    pub movements: Vec<Movement>,
}

/// Money that has moved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Movement {
    /// Whose it is; none when the customer paid on the hosted page.
    pub reference_id: Option<String>,
    /// What it was.
    pub operation: Operation,
    /// A decimal in major units.
    pub amount: String,
    /// ISO 4217.
    pub currency: String,
    /// When, in ms since the Unix epoch.
    pub at_ms: u64,
    /// Which way, seen from the merchant.
    pub direction: Direction,
}

/// Which way money moves, seen from the merchant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// To the merchant.
    In,
    /// From the merchant.
    Out,
}

/// What was done with one reference id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReferenceEntry {
    /// The id.
    pub reference_id: String,
    /// Execution POSTs that arrived on the wire.
    pub posts: u64,
    /// Of those, the ones not answered 401 or 429. More than one is unsafe with a vendor that doesn't de-duplicate.
    pub posts_at_risk: u64,
    /// How often the vendor took one in: past authentication, and not lost on the way. A delayed request counts when it
    /// arrives, a duplicated one twice.
    pub posts_processed: u64,
    /// How many different bodies they had, byte for byte.
    pub distinct_bodies: u64,
    /// Status calls that arrived.
    pub status_reads: u64,
    /// How often its money has moved.
    pub charges: u64,
}

/// One call under `/v1` or on the hosted page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallEntry {
    /// Counts from 1.
    pub n: u64,
    /// When it arrived, in ms since the Unix epoch.
    pub at_ms: u64,
    /// Who made it.
    pub caller: Caller,
    /// `GET`, `POST`, …
    pub method: String,
    /// Without the query.
    pub path: String,
    /// The reference id in the path or body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference_id: Option<String>,
    /// A short hash of the body, to tell bodies apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body_hash: Option<String>,
    /// The status of the answer; none when there was none (yet).
    pub answered: Option<u16>,
    /// The fault that struck.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
}

/// Who made a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caller {
    /// The `User-Agent` header.
    pub user_agent: Option<String>,
    /// The client id whose token was sent.
    pub client_id: Option<String>,
}

impl Ledger {
    /// An invoice or order.
    pub fn order(&self, kind: SourceKind, source_id: u64) -> Option<&OrderEntry> {
        self.orders.iter().find(|order| order.source_type == kind && order.source_id == source_id)
    }

    /// What was done with a reference id.
    pub fn reference(&self, reference_id: &str) -> Option<&ReferenceEntry> {
        self.references.iter().find(|entry| entry.reference_id == reference_id)
    }

    /// How often the customer was charged for an invoice or order, whoever asked for it.
    pub fn charges_for_order(&self, kind: SourceKind, source_id: u64) -> u64 {
        self.order(kind, source_id).map_or(0, |order| order.charges)
    }

    /// Execution POSTs with this reference id that arrived on the wire.
    pub fn posts(&self, reference_id: &str) -> u64 {
        self.reference(reference_id).map_or(0, |entry| entry.posts)
    }

    /// How often this reference id's money has moved.
    pub fn charges(&self, reference_id: &str) -> u64 {
        self.reference(reference_id).map_or(0, |entry| entry.charges)
    }

    /// Status calls with this reference id that arrived.
    pub fn status_reads(&self, reference_id: &str) -> u64 {
        self.reference(reference_id).map_or(0, |entry| entry.status_reads)
    }

    pub(crate) fn of(world: &World, log: &Log, now_ms: u64) -> Self {
        let orders: Vec<_> = world.sources.keys().filter_map(|key| order(world, *key, now_ms)).collect();
        let known: BTreeSet<&String> = log.tallies.keys().chain(world.executions.keys()).collect();
        let references = known.into_iter().map(|id| reference(world, log, id, now_ms)).collect();
        Self { at_ms: now_ms, orders, references, calls: log.calls.iter().cloned().collect() }
    }
}

fn order(world: &World, key: (SourceKind, u64), now_ms: u64) -> Option<OrderEntry> {
    let source = world.sources.get(&key)?;
    let mut movements: Vec<Movement> = world
        .movements(source, now_ms)
        .map(|moved| Movement {
            reference_id: moved.reference_id.map(str::to_owned),
            operation: moved.operation,
            amount: moved.amount.to_owned(),
            currency: moved.currency.to_owned(),
            at_ms: moved.at_ms,
            direction: if moved.operation == Operation::Collection { Direction::In } else { Direction::Out },
        })
        .collect();
    movements.sort_by_key(|movement| movement.at_ms);
    let charges = movements.iter().filter(|movement| movement.direction == Direction::In).count();
    Some(OrderEntry {
        source_type: source.kind,
        source_id: source.id,
        currency: source.currency.clone(),
        total_amount: source.total.clone(),
        status: world.source_status(source, now_ms).to_owned(),
        charges: count(charges),
        movements,
    })
}

fn reference(world: &World, log: &Log, id: &str, now_ms: u64) -> ReferenceEntry {
    let tally = log.tallies.get(id).cloned().unwrap_or_default();
    let attempts = world.executions.get(id).map_or(&[][..], Vec::as_slice);
    let moved = attempts.iter().filter(|attempt| attempt.money_at().is_some_and(|at| at <= now_ms));
    ReferenceEntry {
        reference_id: id.to_owned(),
        posts: tally.posts,
        posts_at_risk: tally.posts - tally.turned_away,
        posts_processed: world.processed.get(id).copied().unwrap_or(0),
        distinct_bodies: count(tally.bodies.len()),
        status_reads: tally.status_reads,
        charges: count(moved.count()),
    }
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

#[derive(Clone, Debug, Default)]
struct Tally {
    posts: u64,
    turned_away: u64,
    status_reads: u64,
    bodies: BTreeSet<u64>,
}

/// What arrived on the wire, as it arrives.
#[derive(Debug, Default)]
pub(crate) struct Log {
    calls: VecDeque<CallEntry>,
    tallies: BTreeMap<String, Tally>,
    count: u64,
}

impl Log {
    /// Notes a call's arrival, and gives it its number.
    pub(crate) fn arrived(&mut self, call: CallEntry) -> u64 {
        self.count += 1;
        if self.calls.len() >= CALLS_KEPT {
            self.calls.pop_front();
        }
        self.calls.push_back(CallEntry { n: self.count, ..call });
        self.count
    }

    pub(crate) fn execution_arrived(&mut self, reference_id: &str, body: &[u8]) {
        let tally = self.tallies.entry(reference_id.to_owned()).or_default();
        tally.posts += 1;
        tally.bodies.insert(hash(body));
    }

    pub(crate) fn status_arrived(&mut self, reference_id: &str) {
        self.tallies.entry(reference_id.to_owned()).or_default().status_reads += 1;
    }

    pub(crate) fn turned_away(&mut self, reference_id: &str) {
        self.tallies.entry(reference_id.to_owned()).or_default().turned_away += 1;
    }

    pub(crate) fn answered(&mut self, n: u64, status: u16) {
        let first = self.count + 1 - count(self.calls.len());
        let place = n.checked_sub(first).and_then(|place| usize::try_from(place).ok());
        if let Some(call) = place.and_then(|place| self.calls.get_mut(place)) {
            call.answered = Some(status);
        }
    }
}

fn hash(body: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    body.hash(&mut hasher);
    hasher.finish()
}

/// Enough to tell two bodies apart.
pub(crate) fn short_hash(body: &[u8]) -> String {
    format!("{:016x}", hash(body))
}
