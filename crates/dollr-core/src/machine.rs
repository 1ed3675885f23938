//! The one idea: a machine is a plain value with two functions. `next` says what to do, `apply` takes in what
//! happened; the host does everything in between.

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use crate::pace::Pace;
use crate::{
    BadSnapshot, Conflict, Escalation, Exchange, Explanation, Loss, Policy, Purpose, Request, Response,
    Secret, Snapshot, SourceRef, Timestamp, Verdict,
};

/// A value that decides: [`Execution`](crate::Execution) and [`Source`](crate::Source).
///
/// `now` is the caller's clock, milliseconds since the epoch. It may jump: a wait is never longer than the current gap,
/// and a clock that was set back makes the next question due at once.
pub trait Machine: Sized + Clone + PartialEq {
    /// One word for what it is, as its snapshots and a journal call it: `execution`, `source`.
    const KIND: &'static str;

    /// What to do at this moment. Asking twice gives the same answer.
    fn next(&self, now: Timestamp) -> Action;

    /// Takes in what has happened. An event that cannot be is refused, and the machine comes back unchanged.
    fn apply(self, event: Event, now: Timestamp) -> Result<Self, Rejected<Self>>;

    /// All of it, to be kept.
    fn snapshot(&self) -> Snapshot;

    /// Goes on from a snapshot, in another process, language or version. What was caught sending, or about to
    /// send again, comes back as something that asks, never as something that sends.
    fn restore(snapshot: &Snapshot) -> Result<Self, BadSnapshot>;

    /// Its name, unique among its kind: the reference id, or the source such as `INVOICE:101`.
    fn key(&self) -> String;

    /// The name of the state, as in the table of its transitions.
    fn state(&self) -> &'static str;

    /// Whether no event can change the verdict any more.
    fn is_terminal(&self) -> bool;

    /// How it stands, whatever is to be done next.
    fn verdict(&self) -> Verdict;

    /// A later answer that contradicts the final verdict; kept once.
    fn conflict(&self) -> Option<&Conflict>;

    /// How often the status has been asked for.
    fn asks(&self) -> u32;

    /// The status request, due or not: for a person who wants to know now, or to look at an ended payment again.
    /// `None` where there is nothing to ask about, because nothing has been sent.
    fn ask(&self) -> Option<Request>;

    /// Why it stands where it stands, in sentences: on what evidence, what it waits for, and what to do.
    fn explain(&self, now: Timestamp) -> Explanation;

    /// What the vendor's support needs to look at it, without what is nobody's business.
    fn escalation(&self, now: Timestamp) -> Escalation;

    /// Whether what must survive a crash has changed since `earlier`: then save a snapshot.
    fn moved_since(&self, earlier: &Self) -> bool;

    /// Whether both are about the same money: only then may one be taken for the other (invariant I4).
    fn is_for_the_same_as(&self, other: &Self) -> bool;

    /// Whether what is on record under its key, `found`, which is about other money, must give way to it: it is paid for exactly
    /// what it was asked about, so that its goods are nobody else's.
    fn displaces(&self, found: &Self) -> bool {
        !self.is_for_the_same_as(found) && self.is_paid() && !matches!(found.verdict(), Verdict::Paid(_))
    }

    /// What goes on where this machine was on record, as long as `patience` lasts. One that has ended needs none.
    #[must_use]
    fn resumed(self, patience: Duration, now: Timestamp) -> Self {
        if self.is_terminal() {
            return self;
        }
        let adopted =
            self.apply(Event::Adopted { horizon: None }, now).unwrap_or_else(Rejected::into_machine);
        adopted.apply(Event::Resumed { patience }, now).unwrap_or_else(Rejected::into_machine)
    }

    /// What goes on in the place of this machine, for whose row somebody else was faster: his, `found` on record, as long as
    /// `patience` lasts. What this one has just `heard` to a question is told to it, so that it is not asked again.
    #[must_use]
    fn overtaken_by(&self, found: Self, heard: Option<&Event>, patience: Duration, now: Timestamp) -> Self;

    /// Whether another attempt at the same order must not begin, because money has moved for it or still may.
    fn holds_order(&self) -> bool;

    /// Whether what was ordered has moved, and nothing contradicts that; also what was to be paid out or given back.
    fn is_paid(&self) -> bool {
        matches!(self.verdict(), Verdict::Paid(_)) && self.conflict().is_none()
    }

    /// Whether a customer pays by it, so that there are goods to hand out once it is paid. A payout, a transfer and a refund bring none in.
    fn collects(&self) -> bool;

    /// Whether a customer has paid by it, and nothing contradicts that: only then are there goods to hand out.
    fn is_sold(&self) -> bool {
        self.collects() && self.is_paid()
    }

    /// The invoice or order that is paid by it, where that is known.
    fn pays_for(&self) -> Option<SourceRef>;

    /// How it stands at this moment: a horizon or a patience that is over counts.
    fn standing(&self, now: Timestamp) -> Verdict {
        match self.next(now) {
            Action::Done(verdict) => verdict,
            _ => self.verdict(),
        }
    }

    /// When somebody should look after it if nobody waits for it, as [`Event::Adopted`] says; `None` where that would be in vain.
    fn due(&self, now: Timestamp) -> Option<Timestamp> {
        let adopted = self.clone().apply(Event::Adopted { horizon: None }, now);
        match adopted.unwrap_or_else(Rejected::into_machine).next(now) {
            Action::Wait { until, .. } => Some(until),
            Action::Done(_) => None,
            Action::Record(_) | Action::Send(_) | Action::Act { .. } => Some(now),
        }
    }
}

/// What the host is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "an action does nothing until the host does it"]
pub enum Action {
    /// Make this durable, then say [`Event::Recorded`]. It already says “may have been sent”.
    Record(Snapshot),
    /// Send this once, then say [`Event::Answered`] or [`Event::Lost`].
    Send(Request),
    /// Come back at `until`; earlier is harmless.
    Wait {
        /// When there will be something to do.
        until: Timestamp,
        /// What is waited for, for people to read.
        why: Why,
    },
    /// Give this to the payer's browser (3-D Secure), then say [`Event::Shown`]. Never store it, never log it.
    Act {
        /// The card provider's secret of this one payment.
        client_secret: Secret,
    },
    /// This is how it stands; there is nothing to do.
    Done(Verdict),
}

/// Why there is nothing to do yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Why {
    /// The schedule's next question is not due.
    Schedule,
    /// The last calls failed, this many in a row.
    BackOff {
        /// How many.
        failures: u32,
    },
    /// The vendor asked for patience with `Retry-After`.
    RetryAfter,
    /// The calls that may be made are used up for the moment.
    Budget,
    /// The vendor asked for patience, and everybody who shares the budget has it.
    CoolDown,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Schedule => f.write_str("until the next question is due"),
            Self::BackOff { failures: 1 } => f.write_str("after a call that failed"),
            Self::BackOff { failures } => write!(f, "after {failures} calls in a row that failed"),
            Self::RetryAfter => f.write_str("because the vendor asked for patience"),
            Self::Budget => f.write_str("until the budget has a call left"),
            Self::CoolDown => f.write_str("because the vendor asked everybody for patience"),
        }
    }
}

/// What has happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The snapshot of [`Action::Record`] is durable.
    Recorded,
    /// An answer came, with any status.
    Answered {
        /// The request's own.
        exchange: Exchange,
        /// The answer.
        response: Response,
    },
    /// No answer came.
    Lost {
        /// The request's own.
        exchange: Exchange,
        /// Whether the request may have arrived.
        loss: Loss,
    },
    /// Somebody says that something has happened, unproven: ask soon, at most once a second.
    Hint,
    /// The secret of [`Action::Act`] is with the payer.
    Shown,
    /// Somebody is willing to wait for this much longer.
    Resumed {
        /// From now on.
        patience: Duration,
    },
    /// Somebody looks after it who has not begun it, and nobody waits: it is asked about until its horizon, and one that has
    /// `FAILED` once more an hour later. What was never sent is not sent. Say it after each [`Machine::restore`].
    Adopted {
        /// Its horizon from now on, since its birth; where there is none, the one that it has.
        horizon: Option<Duration>,
    },
}

/// A machine that keeps time.
pub(crate) trait Paced: Machine {
    /// The request whose answer is awaited, or would be.
    fn awaited(&self) -> Option<Exchange>;

    fn pace(&mut self) -> (&mut Pace, &Policy);
}

/// [`Machine::overtaken_by`], where `heard` is about what `found` would ask only if it is `telling`.
pub(crate) fn overtaken<M: Paced>(
    found: M,
    heard: Option<&Event>,
    telling: bool,
    patience: Duration,
    now: Timestamp,
) -> M {
    let heard = match heard {
        Some(heard) if !found.is_terminal() => heard,
        _ => return found.resumed(patience, now),
    };
    let mut found = found.apply(Event::Adopted { horizon: None }, now).unwrap_or_else(Rejected::into_machine);
    let told = found.awaited().filter(|_| telling).and_then(|exchange| heard.retold(exchange));
    if let Some(Ok(mut told)) = told.map(|told| found.clone().apply(told, now)) {
        let (pace, policy) = told.pace();
        pace.resume_informed(policy, patience);
        return told;
    }
    found.pace().0.note_asked_elsewhere();
    found.apply(Event::Resumed { patience }, now).unwrap_or_else(Rejected::into_machine)
}

impl Event {
    /// What came of a question about a status, as what came of another question about the same one. That a token was refused
    /// says nothing about a status.
    pub(crate) fn retold(&self, to: Exchange) -> Option<Self> {
        let is_status = |exchange: &Exchange| exchange.purpose == Purpose::Status;
        match self {
            _ if !is_status(&to) => None,
            Self::Answered { exchange, response } if is_status(exchange) && response.status() != 401 => {
                Some(Self::Answered { exchange: to, response: response.clone() })
            }
            Self::Lost { exchange, loss } if is_status(exchange) => {
                Some(Self::Lost { exchange: to, loss: *loss })
            }
            _ => None,
        }
    }

    /// One word for people.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Recorded => "recorded",
            Self::Answered { .. } => "answered",
            Self::Lost { .. } => "lost",
            Self::Hint => "hint",
            Self::Shown => "shown",
            Self::Resumed { .. } => "resumed",
            Self::Adopted { .. } => "adopted",
        }
    }
}

/// An event that cannot be, with the machine as it was.
#[derive(Clone, PartialEq, Eq)]
pub struct Rejected<M> {
    machine: Box<M>,
    why: Refused,
}

/// What was refused, apart from the machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refused {
    pub(crate) state: &'static str,
    pub(crate) event: String,
    pub(crate) legal: Vec<&'static str>,
}

impl<M> Rejected<M> {
    pub(crate) fn new(machine: M, why: Refused) -> Self {
        Self { machine: Box::new(machine), why }
    }

    /// The machine, unchanged.
    pub fn into_machine(self) -> M {
        *self.machine
    }

    /// The state it is in.
    pub fn state(&self) -> &'static str {
        self.why.state
    }

    /// The event that was refused.
    pub fn event(&self) -> &str {
        &self.why.event
    }

    /// What would have been legal.
    pub fn legal(&self) -> &[&'static str] {
        &self.why.legal
    }
}

impl<M> fmt::Display for Rejected<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Refused { state, event, legal } = &self.why;
        let legal = if legal.is_empty() { "nothing".to_string() } else { legal.join(", ") };
        write!(f, "{event} cannot be in the state {state}; legal there: {legal}")
    }
}

impl<M> fmt::Debug for Rejected<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Rejected({self})")
    }
}

impl<M> core::error::Error for Rejected<M> {}
