//! `Source`: is this invoice or order paid — this very one, in full (API §4)? A redirect to `success_url` says nothing, and
//! a browser can bring any source's id along: id, type, currency and total are compared with the order's own.

mod escalation;
mod explain;
mod table;

pub use table::SOURCE_TRANSITIONS;

use alloc::format;
use alloc::string::{String, ToString};
use core::time::Duration;

use serde::{Deserialize, Serialize};

use crate::machine::{self, Action, Event, Machine, Paced, Refused, Rejected};
use crate::pace::{Pace, Step};
use crate::wire::SourceAnswer;
use crate::{
    Amount, BadSnapshot, Conflict, Currency, Escalation, Exchange, Explanation, Mismatch, Policy, Progress,
    Purpose, Request, Response, Settlement, Snapshot, SourceRef, SourceStatus, Stuck, Timestamp, Verdict,
    table as tables,
};

/// An invoice or order that is watched until it is paid.
///
/// ```
/// use dollr_core::{Action, Event, Machine, Policy, Response, Source, Timestamp, Verdict};
///
/// let now = Timestamp::from_millis(1_750_000_000_000);
/// let source = Source::watch("INVOICE:101".parse()?, "USD".parse()?, "250.00".parse()?, Policy::default(), now);
/// let Action::Send(request) = source.next(now) else { panic!() };
/// assert_eq!(request.path, "/v1/status/source?source_type=INVOICE&source_id=101");
///
/// let body = r#"{"source_id": 101, "source_type": "INVOICE", "source_number": "INV-101", "status": "PAID",
///                "currency": "USD", "total_amount": 250.00, "paid_at": "2025-06-01T14:30:00Z"}"#;
/// let answered = Event::Answered { exchange: request.exchange, response: Response::new(200, body) };
/// assert!(matches!(source.apply(answered, now)?.next(now), Action::Done(Verdict::Paid(_))));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    id: SourceRef,
    currency: Currency,
    total: Amount,
    policy: Policy,
    pace: Pace,
    state: State,
    conflict: Option<Conflict>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum State {
    Watching(Watching),
    Paid(Paid),
    Canceled(Canceled),
    Mismatched(Mismatched),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Watching {
    status: Option<SourceStatus>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Paid {
    settlement: Settlement,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Canceled {}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Mismatched {
    mismatch: Mismatch,
}

/// An event, understood.
enum Fact {
    InProgress(SourceStatus),
    Paid(Settlement),
    Canceled,
    Mismatched(Mismatch),
    NoAnswer(String, Option<Duration>),
    Unauthorized,
    Confirmed,
    Contradicted(String),
    Outdated,
    Hinted,
    Resumed(Duration),
    Adopted(Option<Duration>),
}

impl Fact {
    const fn name(&self) -> &'static str {
        match self {
            Self::InProgress(_) => "in_progress",
            Self::Paid(_) => "paid",
            Self::Canceled => "canceled",
            Self::Mismatched(_) => "mismatched",
            Self::NoAnswer(..) => "no_answer",
            Self::Unauthorized => "unauthorized",
            Self::Confirmed => "confirmed",
            Self::Contradicted(_) => "contradicted",
            Self::Outdated => "outdated",
            Self::Hinted => "hinted",
            Self::Resumed(_) => "resumed",
            Self::Adopted(_) => "adopted",
        }
    }
}

impl Source {
    /// Watches `source`, which is this order's only if it has this currency and total (major units).
    pub fn watch(
        source: SourceRef,
        currency: Currency,
        total: Amount,
        policy: Policy,
        now: Timestamp,
    ) -> Self {
        let pace = Pace::start(&policy, now);
        let state = State::Watching(Watching { status: None });
        Self { id: source, currency, total, policy, pace, state, conflict: None }
    }

    /// The invoice or order.
    pub fn source(&self) -> SourceRef {
        self.id
    }

    /// Whether it is watched for this currency and total.
    pub fn expects(&self, currency: Currency, total: Amount) -> bool {
        (self.currency, self.total) == (currency, total)
    }

    fn exchange(&self) -> Exchange {
        Exchange { purpose: Purpose::Status, number: self.pace.asks() }
    }

    fn understand(&self, event: &Event, now: Timestamp) -> Result<Fact, String> {
        let awaited = self.exchange();
        match event {
            Event::Hint => Ok(Fact::Hinted),
            Event::Resumed { patience } => Ok(Fact::Resumed(*patience)),
            Event::Adopted { horizon } => Ok(Fact::Adopted(*horizon)),
            Event::Answered { exchange, response } if *exchange == awaited => Ok(self.read(response, now)),
            Event::Lost { exchange, loss } if *exchange == awaited => {
                Ok(Fact::NoAnswer(loss.trouble().to_string(), None))
            }
            Event::Answered { exchange, .. } | Event::Lost { exchange, .. } => {
                Err(format!("{} (to {:?} {})", event.name(), exchange.purpose, exchange.number))
            }
            Event::Recorded | Event::Shown => Err(event.name().to_string()),
        }
    }

    fn read(&self, response: &Response, now: Timestamp) -> Fact {
        if response.is_cached() {
            return Fact::NoAnswer("a cache answered".to_string(), None);
        }
        match response.status() {
            200 => match SourceAnswer::parse(response.body(), self.id) {
                Ok(answer) => self.compare(self.understand_answer(answer)),
                Err(error) => Fact::NoAnswer(format!("the answer cannot be taken: {error}"), None),
            },
            401 if !self.pace.is_reauthorized() && !self.is_terminal() => Fact::Unauthorized,
            status => Fact::NoAnswer(format!("HTTP {status}"), response.retry_after(now)),
        }
    }

    /// The one place where a source becomes `Paid`: its currency and total are the order's (invariant I4). Before it is paid
    /// they may still change, and prove nothing.
    fn understand_answer(&self, answer: SourceAnswer) -> Fact {
        match answer.status {
            SourceStatus::Paid => {}
            SourceStatus::Canceled => return Fact::Canceled,
            status => return Fact::InProgress(status),
        }
        let expected = (Some(self.total), Some(self.currency));
        if let Some(mismatch) = Mismatch::between(expected, (Some(answer.total), Some(answer.currency))) {
            return Fact::Mismatched(mismatch);
        }
        Fact::Paid(Settlement {
            amount: Some(answer.total),
            currency: Some(answer.currency),
            source: Some(self.id),
            provider_transaction_id: None,
            paid_at: answer.paid_at,
        })
    }

    /// After the end: does the answer agree with it (invariant I6)?
    fn compare(&self, fact: Fact) -> Fact {
        match (&self.state, fact) {
            (State::Watching(_), fact) => fact,
            (State::Paid(_), Fact::Paid(_))
            | (State::Canceled(_), Fact::Canceled)
            | (State::Mismatched(_), Fact::Mismatched(_)) => Fact::Confirmed,
            (_, Fact::InProgress(_)) => Fact::Outdated,
            (_, Fact::Mismatched(mismatch)) => Fact::Contradicted(mismatch.to_string()),
            (_, Fact::Paid(_)) => Fact::Contradicted("PAID".to_string()),
            (_, Fact::Canceled) => Fact::Contradicted("CANCELED".to_string()),
            (_, fact) => fact,
        }
    }

    fn advance(mut self, fact: Fact, now: Timestamp) -> Self {
        self.pace.observe(now);
        let seed = self.seed();
        match &fact {
            Fact::NoAnswer(what, told) => self.pace.unanswered(&self.policy, seed, what.clone(), *told),
            Fact::Unauthorized => self.pace.ask_again(),
            Fact::Hinted => self.pace.hint(),
            Fact::Resumed(patience) => self.pace.resume(&self.policy, *patience),
            Fact::Adopted(horizon) => {
                self.policy.horizon = horizon.unwrap_or(self.policy.horizon);
                self.pace.adopt(&self.policy);
            }
            _ => self.pace.answered(&self.policy, seed),
        }
        let ended = self.state();
        self.state = match fact {
            Fact::InProgress(status) => State::Watching(Watching { status: Some(status) }),
            Fact::Paid(settlement) => State::Paid(Paid { settlement }),
            Fact::Canceled => State::Canceled(Canceled {}),
            Fact::Mismatched(mismatch) => State::Mismatched(Mismatched { mismatch }),
            Fact::Contradicted(answered) => {
                self.conflict.get_or_insert(Conflict { ended: ended.to_string(), answered, at: now });
                self.state
            }
            _ => self.state,
        };
        self
    }

    fn seed(&self) -> u64 {
        self.id.id.rotate_left(32) ^ u64::from(self.id.kind == crate::SourceKind::Order)
    }

    fn request(&self) -> Request {
        let SourceRef { kind, id } = self.id;
        let path = format!("/v1/status/source?source_type={kind}&source_id={id}");
        Request::status(path, self.pace.asks())
    }
}

impl Machine for Source {
    const KIND: &'static str = "source";

    fn next(&self, now: Timestamp) -> Action {
        if self.is_terminal() {
            return Action::Done(self.verdict());
        }
        match self.pace.step(&self.policy, now) {
            Step::Due => Action::Send(self.request()),
            Step::Wait { until, why } => Action::Wait { until, why },
            Step::PatienceOver => Action::Done(self.verdict()),
            Step::HorizonOver => Action::Done(Verdict::Stuck(Stuck::Horizon)),
        }
    }

    fn apply(self, event: Event, now: Timestamp) -> Result<Self, Rejected<Self>> {
        let state = self.state();
        let event = match self.understand(&event, now) {
            Ok(fact) if tables::is_legal(SOURCE_TRANSITIONS, state, fact.name()) => {
                return Ok(self.advance(fact, now));
            }
            Ok(fact) => fact.name().to_string(),
            Err(event) => event,
        };
        let legal = tables::legal(SOURCE_TRANSITIONS, state);
        Err(Rejected::new(self, Refused { state, event, legal }))
    }

    fn snapshot(&self) -> Snapshot {
        Snapshot::of(Self::KIND, self)
    }

    fn restore(snapshot: &Snapshot) -> Result<Self, BadSnapshot> {
        snapshot.read(Self::KIND)
    }

    fn state(&self) -> &'static str {
        match self.state {
            State::Watching(_) => "Watching",
            State::Paid(_) => "Paid",
            State::Canceled(_) => "Canceled",
            State::Mismatched(_) => "Mismatched",
        }
    }

    fn is_terminal(&self) -> bool {
        !matches!(self.state, State::Watching(_))
    }

    fn verdict(&self) -> Verdict {
        match &self.state {
            State::Watching(Watching { status }) => {
                let progress = status.clone().map_or(Progress::Unknown, Progress::Source);
                Verdict::Open { progress, trouble: self.pace.trouble() }
            }
            State::Paid(paid) => Verdict::Paid(paid.settlement.clone()),
            State::Canceled(_) => Verdict::Canceled,
            State::Mismatched(state) => Verdict::Mismatch(state.mismatch.clone()),
        }
    }

    fn conflict(&self) -> Option<&Conflict> {
        self.conflict.as_ref()
    }

    fn asks(&self) -> u32 {
        self.pace.asks()
    }

    fn key(&self) -> String {
        self.id.to_string()
    }

    fn ask(&self) -> Option<Request> {
        Some(self.request())
    }

    fn explain(&self, now: Timestamp) -> Explanation {
        self.explanation(now)
    }

    fn escalation(&self, now: Timestamp) -> Escalation {
        self.dossier(now)
    }

    fn moved_since(&self, earlier: &Self) -> bool {
        self.state != earlier.state || self.conflict != earlier.conflict
    }

    fn is_for_the_same_as(&self, other: &Self) -> bool {
        self.id == other.id && self.expects(other.currency, other.total)
    }

    fn overtaken_by(&self, found: Self, heard: Option<&Event>, patience: Duration, now: Timestamp) -> Self {
        machine::overtaken(found, heard, true, patience, now)
    }

    fn holds_order(&self) -> bool {
        !matches!(self.state, State::Canceled(_)) || self.conflict.is_some()
    }

    fn collects(&self) -> bool {
        true
    }

    fn pays_for(&self) -> Option<SourceRef> {
        Some(self.id)
    }
}

impl Paced for Source {
    fn awaited(&self) -> Option<Exchange> {
        Some(self.exchange())
    }

    fn pace(&mut self) -> (&mut Pace, &Policy) {
        (&mut self.pace, &self.policy)
    }
}
