//! What an event *means* to an execution: raw answers become facts here, and nowhere else (API §5, rules 3 to 6).

use alloc::format;
use alloc::string::{String, ToString};
use core::time::Duration;

use super::Execution;
use super::intent::{MARGIN, SESSION_LIFE};
use super::state::{State, Uncertain};
use crate::http::Loss;
use crate::machine::Paced as _;
use crate::pace::Pace;
use crate::wire::{BadAnswer, ExecutionAnswer, Refusal};
use crate::{Event, ExecutionStatus, Mismatch, Purpose, Resend, Response, Settlement, Timestamp};

/// An event, understood.
#[derive(Debug)]
pub(super) enum Fact {
    Recorded,
    NotSent,
    Throttled(Option<Duration>),
    Unauthorized,
    Accepted(ExecutionAnswer),
    Ambiguous(Trouble),
    Refused(Refusal),
    InProgress(ExecutionAnswer),
    Completed(Settlement),
    Failed(Option<String>),
    Mismatched(Mismatch),
    /// A 404 while the request may still be on its way, and the vendor's own time of it.
    Absent(Option<Timestamp>),
    /// A 404 after the session's end: what has not arrived will not.
    Expired,
    /// A 404 after the grace of [`Resend::AfterGrace`].
    Forgotten,
    NoAnswer(Trouble),
    Confirmed,
    Contradicted(String),
    /// An answer from before the end.
    Outdated,
    Shown,
    Hinted,
    Resumed(Duration),
    Adopted(Option<Duration>),
}

/// Why a call told nothing, and how long the vendor asks to be left alone.
#[derive(Debug)]
pub(super) struct Trouble {
    pub(super) what: String,
    pub(super) retry_after: Option<Duration>,
}

impl Trouble {
    fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), retry_after: None }
    }

    fn http(response: &Response, now: Timestamp) -> Self {
        Self { what: format!("HTTP {}", response.status()), retry_after: response.retry_after(now) }
    }

    fn unreadable(error: &BadAnswer) -> Self {
        Self::new(format!("the answer cannot be taken: {error}"))
    }
}

impl Fact {
    /// The fact's name, as in the table.
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Recorded => "recorded",
            Self::NotSent => "not_sent",
            Self::Throttled(_) => "throttled",
            Self::Unauthorized => "unauthorized",
            Self::Accepted(_) => "accepted",
            Self::Ambiguous(_) => "ambiguous",
            Self::Refused(_) => "refused",
            Self::InProgress(_) => "in_progress",
            Self::Completed(_) => "completed",
            Self::Failed(_) => "failed",
            Self::Mismatched(_) => "mismatched",
            Self::Absent(_) => "absent",
            Self::Expired => "expired",
            Self::Forgotten => "forgotten",
            Self::NoAnswer(_) => "no_answer",
            Self::Confirmed => "confirmed",
            Self::Contradicted(_) => "contradicted",
            Self::Outdated => "outdated",
            Self::Shown => "shown",
            Self::Hinted => "hinted",
            Self::Resumed(_) => "resumed",
            Self::Adopted(_) => "adopted",
        }
    }
}

impl Execution {
    /// What `event` means now, or the words for why it cannot be.
    pub(super) fn understand(&self, event: &Event, now: Timestamp) -> Result<Fact, String> {
        match event {
            Event::Hint => Ok(Fact::Hinted),
            Event::Shown if self.state.has_secret() => Ok(Fact::Shown),
            Event::Shown => Err("shown (with nothing to show)".to_string()),
            Event::Resumed { patience } => Ok(Fact::Resumed(*patience)),
            Event::Adopted { horizon } => Ok(Fact::Adopted(*horizon)),
            Event::Recorded if self.may_record(now) => Ok(Fact::Recorded),
            Event::Recorded => Err("recorded (before it was asked for)".to_string()),
            Event::Answered { exchange, .. } | Event::Lost { exchange, .. }
                if Some(*exchange) != self.awaited() =>
            {
                Err(format!("{} (to {:?} {})", event.name(), exchange.purpose, exchange.number))
            }
            Event::Lost { loss, .. } => Ok(self.understand_repeat(self.understand_loss(*loss))),
            Event::Answered { exchange, response } if exchange.purpose == Purpose::Execute => {
                Ok(self.understand_repeat(self.understand_execute(response, now)))
            }
            Event::Answered { response, .. } => Ok(self.understand_status(response, now)),
        }
    }

    fn understand_loss(&self, loss: Loss) -> Fact {
        match (&self.state, loss) {
            (State::Sending(_), Loss::NotSent) => Fact::NotSent,
            (State::Sending(_), Loss::Unknown) => Fact::Ambiguous(Trouble::new(loss.trouble())),
            (_, loss) => Fact::NoAnswer(Trouble::new(loss.trouble())),
        }
    }

    /// What befalls a repeat says nothing about the request before it, which may still arrive or have arrived.
    fn understand_repeat(&self, fact: Fact) -> Fact {
        if self.sends.unanswered == 0 {
            return fact;
        }
        let trouble = |what: String, retry_after| Fact::Ambiguous(Trouble { what, retry_after });
        match fact {
            Fact::NotSent => trouble("no connection".to_string(), None),
            Fact::Throttled(told) => trouble("HTTP 429".to_string(), told),
            Fact::Unauthorized => trouble("HTTP 401".to_string(), None),
            Fact::Refused(refusal) => trouble(refusal.to_string(), None),
            other => other,
        }
    }

    /// The answer to the `POST` (rule 3). It can refuse, but it never makes a payment `Completed`.
    fn understand_execute(&self, response: &Response, now: Timestamp) -> Fact {
        if response.is_cached() {
            return Fact::Ambiguous(Trouble::new("a cache answered"));
        }
        match response.status() {
            200..=299 => match self.parse(response) {
                Ok(answer) => Fact::Accepted(answer),
                Err(error) => Fact::Ambiguous(Trouble::unreadable(&error)),
            },
            401 if !self.pace.is_reauthorized() => Fact::Unauthorized,
            429 => Fact::Throttled(response.retry_after(now)),
            400..=499 if !matches!(response.status(), 408 | 409 | 425) => {
                if Refusal::says_duplicate(response) {
                    Fact::Ambiguous(Trouble::http(response, now))
                } else {
                    Fact::Refused(self.intent.refusal(response))
                }
            }
            _ => Fact::Ambiguous(Trouble::http(response, now)),
        }
    }

    /// The answer to a status call.
    fn understand_status(&self, response: &Response, now: Timestamp) -> Fact {
        if response.is_cached() {
            return Fact::NoAnswer(Trouble::new("a cache answered"));
        }
        match (response.status(), &self.state) {
            (200, _) => match self.parse(response).and_then(|answer| self.understand_answer(answer)) {
                Ok(fact) if self.state.is_terminal() => self.compare(fact),
                Ok(fact) => fact,
                Err(error) => Fact::NoAnswer(Trouble::unreadable(&error)),
            },
            (401, _) if !self.pace.is_reauthorized() && !self.state.is_terminal() => Fact::Unauthorized,
            (404, State::Uncertain(_)) if self.session_is_over(response, now) => Fact::Expired,
            (404, State::Uncertain(_)) if self.may_resend(now) => Fact::Forgotten,
            (404, State::Uncertain(_)) => Fact::Absent(response.date()),
            (404, State::Refused(_) | State::NotLanded(_)) => Fact::Confirmed,
            _ => Fact::NoAnswer(Trouble::http(response, now)),
        }
    }

    /// The one place where `Completed` comes from: a readable answer of the status API about this very payment, with
    /// its operation, currency and amount (invariant I4).
    fn understand_answer(&self, answer: ExecutionAnswer) -> Result<Fact, BadAnswer> {
        match answer.status {
            ExecutionStatus::Completed => {}
            ExecutionStatus::Failed => return Ok(Fact::Failed(answer.reason)),
            _ => return Ok(Fact::InProgress(answer)),
        }
        let side = answer.side(self.intent.operation());
        let (amount, currency) = self.intent.expected();
        for (name, lacks) in [
            ("operation_type", !answer.operation_named),
            ("currency", currency.is_some() && side.currency.is_none()),
            ("amount", amount.is_some() && side.amount.is_none()),
        ] {
            if lacks {
                return Err(BadAnswer::new(format!("it says COMPLETED without the {name}")));
            }
        }
        if let Some(mismatch) = Mismatch::between((amount, currency), (side.amount, side.currency)) {
            return Ok(Fact::Mismatched(mismatch));
        }
        Ok(Fact::Completed(Settlement {
            amount: side.amount,
            currency: side.currency,
            source: None,
            provider_transaction_id: answer.provider_transaction_id,
            paid_at: None,
        }))
    }

    /// After the end: does the answer agree with it (invariant I6)?
    fn compare(&self, fact: Fact) -> Fact {
        match (&self.state, fact) {
            (State::Completed(_), Fact::Completed(_))
            | (State::Failed(_) | State::Refused(_) | State::NotLanded(_), Fact::Failed(_))
            | (State::Stuck(_), Fact::Mismatched(_)) => Fact::Confirmed,
            (State::Completed(_) | State::Failed(_) | State::Stuck(_), Fact::InProgress(_)) => Fact::Outdated,
            (_, Fact::InProgress(answer)) => Fact::Contradicted(answer.status.to_string()),
            (_, Fact::Completed(_)) => Fact::Contradicted("COMPLETED".to_string()),
            (_, Fact::Mismatched(mismatch)) => Fact::Contradicted(format!("COMPLETED, but {mismatch}")),
            (_, _) => Fact::Contradicted("FAILED".to_string()),
        }
    }

    /// Whether a request that has not arrived can no longer do so, because its session has ended.
    ///
    /// No clock is enough by itself, as each can leap or be wrong. The vendor's, where its answers tell it, must be past
    /// the session's end, or a session's life past its first 404 where that end is not known; and the time that was
    /// attended must have been long enough. Where they don't tell it, only the time counts that surely passed.
    fn session_is_over(&self, response: &Response, now: Timestamp) -> bool {
        let pace = self.pace_at(now);
        let (attended, by_clock) = pace.since_sent();
        let surely = pace.surely_since_sent();
        let a_life = attended >= SESSION_LIFE;
        let surely_a_life = surely >= SESSION_LIFE && by_clock >= SESSION_LIFE;
        let end = self.intent.expires_at().map(|end| end.after(MARGIN));
        match (end, response.date(), &self.state) {
            (Some(end), Some(date), _) => date >= end && attended >= MARGIN && (now >= end || a_life),
            (Some(end), None, _) => now >= end && surely_a_life && surely >= end.since(pace.sent_at()),
            (None, Some(date), State::Uncertain(Uncertain { absent_since: Some(first) })) => {
                date.since(*first) >= SESSION_LIFE && a_life
            }
            (None, Some(_), _) => false,
            (None, None, _) => surely_a_life,
        }
    }

    fn may_resend(&self, now: Timestamp) -> bool {
        match self.policy.resend {
            Resend::Never => false,
            Resend::AfterGrace { grace, sends } => {
                self.sends.unanswered < sends
                    && self.intent.can_be_sent()
                    && self.pace_at(now).since_sent().0 >= grace
            }
        }
    }

    fn pace_at(&self, now: Timestamp) -> Pace {
        let mut pace = self.pace.clone();
        pace.observe(now);
        pace
    }

    fn parse(&self, response: &Response) -> Result<ExecutionAnswer, BadAnswer> {
        ExecutionAnswer::parse(response.body(), self.intent.reference_id(), self.intent.operation())
    }
}
