//! `Execution`: money moves, at most once (API §5). Its states and legal transitions are in `table`, what an event means
//! in `fact`, and what follows from it here.

mod escalation;
mod explain;
mod fact;
mod intent;
mod sample;
mod state;
mod table;

pub use intent::{Device, Holder, Intent, Passcode};
pub use sample::Sample;
pub use table::EXECUTION_TRANSITIONS;

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use core::time::Duration;

use serde::{Deserialize, Serialize};

use crate::machine::{self, Action, Event, Machine, Paced, Refused as Refusal, Rejected};
use crate::pace::{Pace, Step};
use crate::secret::Held;
use crate::{
    BadSnapshot, Conflict, Escalation, Exchange, Explanation, Operation, Policy, Progress, Purpose,
    ReferenceId, Request, Snapshot, SourceRef, Stuck as Why, Timestamp, Verdict, table as tables,
};
use fact::{Fact, Trouble};
use state::{Completed, Failed, NotLanded, Open, Prepared, Refused, Sending, State, Stuck, Uncertain};

/// How long after a `FAILED` it is asked about once more: that it becomes `COMPLETED` has happened.
const RECHECK: Duration = Duration::from_secs(3_600);

/// What the status API answers about what it does not know.
const NOT_FOUND: u16 = 404;

/// One attempt to move money, from its preparation to its verdict.
///
/// ```
/// use dollr_core::{Action, Event, Execution, Intent, Machine, Policy, ReferenceId, Timestamp};
///
/// let id = ReferenceId::from_random_bytes([7; 16]);
/// let intent = Intent::collection(id, "55".parse()?, "18".parse()?, "USD".parse()?);
/// let now = Timestamp::from_millis(1_750_000_000_000);
/// let payment = Execution::prepare(intent, Policy::default(), now);
///
/// // Nothing is sent before it is durable, and what is made durable says that it may have been sent.
/// let Action::Record(snapshot) = payment.next(now) else { panic!() };
/// assert_eq!(Execution::restore(&snapshot)?.state(), "Uncertain");
/// let payment = payment.apply(Event::Recorded, now)?;
/// assert!(matches!(payment.next(now), Action::Send(_)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Execution {
    intent: Box<Intent>,
    policy: Policy,
    pace: Pace,
    sends: Sends,
    state: State,
    conflict: Option<Conflict>,
}

/// How often the request went out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sends {
    /// In all; the number of the next one.
    total: u32,
    /// Of those, how many may have been processed without our knowing.
    unanswered: u32,
}

impl Sends {
    /// The number of the latest one.
    fn latest(self) -> u32 {
        self.total.saturating_sub(1)
    }
}

impl Execution {
    /// A new attempt. Nothing is sent before it has been recorded.
    pub fn prepare(intent: Intent, policy: Policy, now: Timestamp) -> Self {
        let pace = Pace::start(&policy, now);
        let state = State::Prepared(Prepared {});
        Self { intent: Box::new(intent), policy, pace, sends: Sends::default(), state, conflict: None }
    }

    /// What is being attempted.
    pub fn intent(&self) -> &Intent {
        &self.intent
    }

    /// The attempt's id.
    pub fn reference_id(&self) -> ReferenceId {
        self.intent.reference_id()
    }

    /// How often the `POST` was handed out to be sent, including tries without a connection and answers 401 and 429.
    pub fn sends(&self) -> u32 {
        self.sends.total
    }

    fn may_record(&self, now: Timestamp) -> bool {
        matches!(self.state, State::Prepared(_)) && self.may_send() && self.pace.is_due(now)
    }

    /// A request that was never sent is sent by whoever prepared it, or not at all.
    fn may_send(&self) -> bool {
        self.intent.can_be_sent() && !(self.pace.is_adopted() && self.is_unsent())
    }

    /// Whether no request of it can have been processed.
    fn is_unsent(&self) -> bool {
        matches!(self.state, State::Prepared(_)) && self.sends.unanswered == 0
    }

    fn next_unsent(&self, now: Timestamp) -> Action {
        if !self.may_send() {
            return Action::Done(self.verdict());
        }
        match self.pace.step_unsent(&self.policy, now) {
            Step::Due => Action::Record(self.clone().advance(Fact::Recorded, now).snapshot()),
            Step::Wait { until, why } => Action::Wait { until, why },
            Step::PatienceOver | Step::HorizonOver => Action::Done(self.verdict()),
        }
    }

    fn next_sent(&self, now: Timestamp) -> Action {
        match self.pace.step(&self.policy, now) {
            Step::Due => Action::Send(self.intent.status(self.pace.asks())),
            Step::Wait { until, why } => Action::Wait { until, why },
            Step::PatienceOver => Action::Done(self.verdict()),
            Step::HorizonOver => Action::Done(Verdict::Stuck(Why::Horizon)),
        }
    }

    /// `FAILED` is not always the vendor's last word.
    fn next_failed(&self, now: Timestamp) -> Action {
        match self.next_sent(now) {
            Action::Done(_) => Action::Done(self.verdict()),
            action => action,
        }
    }

    /// Takes a legal fact in: first what it says about time, then about the state.
    fn advance(mut self, fact: Fact, now: Timestamp) -> Self {
        self.pace.observe(now);
        if matches!(self.state, State::Failed(_)) {
            self.keep_time_of_failed(&fact, now);
        } else {
            self.keep_time(&fact);
        }
        let ended = self.state.name();
        self.state = match fact {
            Fact::Recorded => State::Sending(Sending {}),
            Fact::NotSent | Fact::Throttled(_) | Fact::Forgotten => State::Prepared(Prepared {}),
            Fact::Unauthorized if matches!(self.state, State::Sending(_)) => State::Prepared(Prepared {}),
            Fact::Ambiguous(_) => State::Uncertain(Uncertain { absent_since: None }),
            Fact::Absent(date) => self.state.absent(date),
            Fact::Accepted(answer) | Fact::InProgress(answer) => State::Open(self.state.open(answer)),
            Fact::Refused(refusal) => State::Refused(Refused { refusal }),
            Fact::Completed(settlement) => State::Completed(Completed { settlement }),
            Fact::Failed(reason) => State::Failed(Failed { reason, rechecked: false }),
            Fact::Mismatched(mismatch) => State::Stuck(Stuck { mismatch }),
            Fact::Expired => State::NotLanded(NotLanded {}),
            Fact::Shown => self.state.shown(),
            Fact::Contradicted(answered) => {
                let conflict = Conflict { ended: ended.to_string(), answered, at: now };
                self.conflict.get_or_insert(conflict);
                self.state
            }
            Fact::Unauthorized
            | Fact::NoAnswer(_)
            | Fact::Confirmed
            | Fact::Outdated
            | Fact::Hinted
            | Fact::Resumed(_)
            | Fact::Adopted(_) => self.state,
        };
        self
    }

    /// The question that is asked once more is the one that is due: an earlier one does not count, and puts nothing off.
    fn keep_time_of_failed(&mut self, fact: &Fact, now: Timestamp) {
        let (due, was_due) = (self.pace.due(), self.pace.is_due(now));
        self.keep_time(fact);
        match fact {
            Fact::NoAnswer(_) if was_due => {}
            Fact::Confirmed | Fact::Contradicted(_) | Fact::Outdated if was_due => {
                self.state = self.state.clone().rechecked();
            }
            _ => self.pace.due_as_before(due),
        }
    }

    /// When to call next, after `fact`.
    fn keep_time(&mut self, fact: &Fact) {
        let seed = self.intent.seed();
        let pace = &mut self.pace;
        match fact {
            Fact::Recorded => {
                self.sends.total = self.sends.total.saturating_add(1);
                pace.note_sent();
            }
            Fact::NotSent => pace.held_back(seed, "no connection".to_string(), None),
            Fact::Throttled(told) => pace.held_back(seed, "HTTP 429".to_string(), *told),
            Fact::Unauthorized if matches!(self.state, State::Sending(_)) => pace.reauthorize(),
            Fact::Unauthorized => pace.ask_again(),
            Fact::Ambiguous(Trouble { what, retry_after }) => {
                self.sends.unanswered = self.sends.unanswered.saturating_add(1);
                pace.held_back(seed, what.clone(), *retry_after);
            }
            // An end that the POST's own answer claims is no evidence: the status API is asked at once.
            Fact::Accepted(answer) if answer.status.is_terminal() => pace.due_in(Duration::ZERO, seed),
            Fact::Accepted(_) => pace.due_in(self.policy.schedule.first(), seed),
            Fact::Forgotten => {
                pace.answered(&self.policy, seed);
                pace.due_in(Duration::ZERO, seed);
            }
            Fact::NoAnswer(Trouble { what, retry_after }) => {
                pace.unanswered(&self.policy, seed, what.clone(), *retry_after);
            }
            Fact::Hinted => pace.hint(),
            Fact::Resumed(patience) => pace.resume(&self.policy, *patience),
            Fact::Adopted(horizon) => {
                self.policy.horizon = horizon.unwrap_or(self.policy.horizon);
                pace.adopt(&self.policy);
            }
            Fact::Failed(_) => {
                pace.answered(&self.policy, seed);
                pace.due_in(RECHECK, seed);
            }
            Fact::Shown | Fact::Refused(_) => {}
            Fact::InProgress(_)
            | Fact::Completed(_)
            | Fact::Mismatched(_)
            | Fact::Absent(_)
            | Fact::Expired
            | Fact::Confirmed
            | Fact::Contradicted(_)
            | Fact::Outdated => pace.answered(&self.policy, seed),
        }
    }
}

impl Machine for Execution {
    const KIND: &'static str = "execution";

    fn next(&self, now: Timestamp) -> Action {
        match &self.state {
            State::Prepared(_) => self.next_unsent(now),
            State::Sending(_) => Action::Send(self.intent.execute(self.sends.latest())),
            State::Open(Open { client_secret: Held(Some(secret)), .. }) => {
                Action::Act { client_secret: secret.clone() }
            }
            State::Uncertain(_) | State::Open(_) => self.next_sent(now),
            State::Failed(Failed { rechecked: false, .. }) if self.pace.is_adopted() => self.next_failed(now),
            _ => Action::Done(self.verdict()),
        }
    }

    fn apply(self, event: Event, now: Timestamp) -> Result<Self, Rejected<Self>> {
        let state = self.state();
        let event = match self.understand(&event, now) {
            Ok(fact) if tables::is_legal(EXECUTION_TRANSITIONS, state, fact.name()) => {
                return Ok(self.advance(fact, now));
            }
            Ok(fact) => fact.name().to_string(),
            Err(event) => event,
        };
        let legal = tables::legal(EXECUTION_TRANSITIONS, state);
        Err(Rejected::new(self, Refusal { state, event, legal }))
    }

    fn snapshot(&self) -> Snapshot {
        Snapshot::of(Self::KIND, self)
    }

    fn restore(snapshot: &Snapshot) -> Result<Self, BadSnapshot> {
        let mut restored: Self = snapshot.read(Self::KIND)?;
        if let State::Sending(_) = restored.state {
            restored.sends.unanswered = restored.sends.unanswered.saturating_add(1);
        }
        let unsent = matches!(restored.state, State::Prepared(_) | State::Sending(_));
        if unsent && restored.sends.unanswered > 0 {
            restored.state = State::Uncertain(Uncertain { absent_since: None });
            restored.pace.due_in(Duration::ZERO, 0);
        }
        Ok(restored)
    }

    fn state(&self) -> &'static str {
        self.state.name()
    }

    fn is_terminal(&self) -> bool {
        self.state.is_terminal()
    }

    fn verdict(&self) -> Verdict {
        let open = |progress| Verdict::Open { progress, trouble: self.pace.trouble() };
        match &self.state {
            State::Prepared(_) if self.is_unsent() => open(Progress::NotSent),
            State::Prepared(_) | State::Sending(_) | State::Uncertain(_) => open(Progress::Unknown),
            State::Open(state) => open(Progress::Execution(state.status.clone())),
            State::Completed(state) => Verdict::Paid(state.settlement.clone()),
            State::Failed(state) => Verdict::Failed { reason: state.reason.clone() },
            State::Refused(state) => Verdict::Refused(state.refusal.clone()),
            State::NotLanded(_) => Verdict::NotLanded,
            State::Stuck(state) => Verdict::Stuck(Why::Mismatch(state.mismatch.clone())),
        }
    }

    fn conflict(&self) -> Option<&Conflict> {
        self.conflict.as_ref()
    }

    fn asks(&self) -> u32 {
        self.pace.asks()
    }

    fn key(&self) -> String {
        self.reference_id().to_string()
    }

    fn ask(&self) -> Option<Request> {
        let sent = !matches!(self.state, State::Prepared(_) | State::Sending(_));
        sent.then(|| self.intent.status(self.pace.asks()))
    }

    fn explain(&self, now: Timestamp) -> Explanation {
        self.explanation(now)
    }

    fn escalation(&self, now: Timestamp) -> Escalation {
        self.dossier(now)
    }

    fn moved_since(&self, earlier: &Self) -> bool {
        let moved = match (&self.state, &earlier.state) {
            // On its way: it has been recorded as that, and what is learnt before it is open can be learnt again.
            (State::Prepared(_) | State::Sending(_), _) | (State::Uncertain(_), State::Uncertain(_)) => false,
            (now, before) => now != before,
        };
        moved || self.conflict != earlier.conflict
    }

    fn is_for_the_same_as(&self, other: &Self) -> bool {
        self.intent == other.intent
    }

    fn overtaken_by(&self, found: Self, heard: Option<&Event>, patience: Duration, now: Timestamp) -> Self {
        // That it was not there before the latest request left says nothing about that request.
        let absent =
            matches!(heard, Some(Event::Answered { response, .. }) if response.status() == NOT_FOUND);
        let telling = found.sends.total == self.sends.total || !absent;
        machine::overtaken(found, heard, telling, patience, now)
    }

    fn holds_order(&self) -> bool {
        let moved_nothing = matches!(self.state, State::Failed(_) | State::Refused(_) | State::NotLanded(_))
            || self.is_unsent();
        !moved_nothing || self.conflict.is_some()
    }

    fn collects(&self) -> bool {
        self.intent.operation() == Operation::Collection
    }

    fn pays_for(&self) -> Option<SourceRef> {
        self.intent.for_source()
    }
}

impl Paced for Execution {
    fn awaited(&self) -> Option<Exchange> {
        let (purpose, number) = match &self.state {
            State::Prepared(_) => return None,
            State::Sending(_) => (Purpose::Execute, self.sends.latest()),
            _ => (Purpose::Status, self.pace.asks()),
        };
        Some(Exchange { purpose, number })
    }

    fn pace(&mut self) -> (&mut Pace, &Policy) {
        (&mut self.pace, &self.policy)
    }
}
