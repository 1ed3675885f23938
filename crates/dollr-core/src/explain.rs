//! Why a machine stands where it stands, in sentences that people can act on: what it is, how it stands, on what evidence,
//! what it waits for and until when, and what to do. Each machine says its own; what they share is here.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use crate::pace::{Call, History};
use crate::{Action, Conflict, Loss, Machine, Policy, Stuck, Timestamp, Verdict, Why, text};

/// Why a machine stands where it stands. Each sentence is plain, on one line, and holds no secret.
///
/// Moments are by the caller's clock where a sentence doesn't name the vendor's.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Explanation {
    /// What it is, and what is expected of it.
    pub subject: Vec<String>,
    /// How it stands.
    pub standing: Vec<String>,
    /// What that rests on.
    pub evidence: Vec<String>,
    /// What it waits for, and until when.
    pub waiting: Vec<String>,
    /// What to do, and what not.
    pub advice: Vec<String>,
    /// The advice in a word.
    pub decision: Decision,
    /// When the next call is due, if one will be made without anybody's asking; it may be over.
    pub next_call: Option<Timestamp>,
    /// From when on a 404 proves that the request never arrived, by the vendor's clock; `None` where that doesn't
    /// matter, or where that clock isn't known yet.
    pub absence_from: Option<Timestamp>,
    /// When a person must look if it is still open, at the latest.
    pub horizon: Option<Timestamp>,
}

/// What is to be done with a payment, whatever it waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Decision {
    /// It is paid: hand out what was bought, once.
    Fulfil,
    /// Neither hand out nor pay again: ask on.
    Wait,
    /// It has ended and no money moved: another attempt is safe.
    NewAttempt,
    /// A person must look before anything is done.
    Person,
}

impl Decision {
    /// One word in `snake_case`: `fulfil`, `wait`, `new_attempt`, `person`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fulfil => "fulfil",
            Self::Wait => "wait",
            Self::NewAttempt => "new_attempt",
            Self::Person => "person",
        }
    }

    fn of(verdict: &Verdict, conflict: Option<&Conflict>) -> Self {
        match verdict {
            _ if conflict.is_some() => Self::Person,
            Verdict::Paid(_) => Self::Fulfil,
            Verdict::Failed { .. } | Verdict::Refused(_) | Verdict::NotLanded | Verdict::Canceled => {
                Self::NewAttempt
            }
            Verdict::Open { .. } => Self::Wait,
            Verdict::Mismatch(_) | Verdict::Stuck(_) => Self::Person,
        }
    }
}

impl Explanation {
    /// The sentences, from what it is to what to do.
    pub fn sentences(&self) -> impl Iterator<Item = &str> {
        let parts = [&self.subject, &self.standing, &self.evidence, &self.waiting, &self.advice];
        parts.into_iter().flatten().map(String::as_str)
    }

    /// What the machine itself doesn't have to say: the verdict in a word, and when the next call is due.
    pub(crate) fn of<M: Machine>(machine: &M, now: Timestamp) -> Self {
        let action = machine.next(now);
        let verdict = standing(machine, now);
        let next_call = match &action {
            Action::Record(_) | Action::Send(_) => Some(now),
            Action::Wait { until, .. } => Some(*until),
            Action::Act { .. } | Action::Done(_) => None,
        };
        Self {
            subject: Vec::new(),
            standing: Vec::new(),
            evidence: Vec::new(),
            waiting: Vec::new(),
            advice: Vec::new(),
            decision: Decision::of(&verdict, machine.conflict()),
            next_call,
            absence_from: None,
            horizon: None,
        }
    }

    /// Nothing in it can move a cursor, whoever's words they are.
    pub(crate) fn printable(mut self) -> Self {
        let Self { subject, standing, evidence, waiting, advice, .. } = &mut self;
        for sentence in [subject, standing, evidence, waiting, advice].into_iter().flatten() {
            *sentence = text::printable(sentence, usize::MAX);
        }
        self
    }
}

impl fmt::Display for Explanation {
    /// A sentence a line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, sentence) in self.sentences().enumerate() {
            write!(f, "{}{sentence}", if n == 0 { "" } else { "\n" })?;
        }
        Ok(())
    }
}

/// How it stands at `now`: the verdict, or that the horizon has passed.
pub(crate) fn standing<M: Machine>(machine: &M, now: Timestamp) -> Verdict {
    match machine.next(now) {
        Action::Done(verdict) => verdict,
        _ => machine.verdict(),
    }
}

/// That a later answer contradicts the end: then the end's own sentence would say too much.
pub(crate) fn contradicted(conflict: &Conflict) -> String {
    let Conflict { ended, answered, at } = conflict;
    format!(
        "It had ended as {ended}, and on {at} the vendor said {answered}: which of the two is true is not known."
    )
}

/// How often the status was asked for, and what came of it; `answer` is what the latest answer said.
pub(crate) fn questions(history: &History, answer: Option<String>) -> Vec<String> {
    let Some(asked) = history.asked else {
        let none = match history.asks {
            0 => "The status API has not been asked yet.",
            _ => "The status API has been asked, and wanted a new token first.",
        };
        return Vec::from([none.to_string()]);
    };
    let count = counted(history.asks, "question", "questions");
    let mut sentences =
        Vec::from([format!("The status API was asked {count} so far, the latest on {asked}.")]);
    match (history.latest, &history.trouble) {
        (Call::Question, Some(what)) => {
            sentences.push(unanswered("The latest question", what));
        }
        (Call::Either, Some(what)) => {
            sentences.push(unanswered("The latest call", what));
        }
        _ => sentences.extend(answer),
    }
    if history.failures > 1 {
        sentences.push(format!("That is {} calls in a row that failed.", history.failures));
    }
    sentences
}

/// What the machine will do by itself, where it waits for the status API.
pub(crate) fn next_question<M: Machine>(
    machine: &M,
    now: Timestamp,
    history: &History,
    policy: &Policy,
) -> String {
    match machine.next(now) {
        Action::Wait { until, why } => {
            format!(
                "It waits for an answer of the status API; the next question is due on {until}, {}.",
                because(why)
            )
        }
        Action::Done(Verdict::Stuck(Stuck::Horizon)) => {
            let horizon = span(policy.horizon);
            format!(
                "It waits for a person: the horizon of {horizon} has passed, and no further question is due."
            )
        }
        Action::Done(_) => {
            let due = machine.due(now).filter(|due| *due > now);
            let from = due.map_or_else(|| "now".to_string(), |due| format!("from {due} on"));
            format!(
                "Nobody waits for it now: the patience that was given is over; whoever looks after it may ask again {from}."
            )
        }
        _ if history.is_over_horizon => {
            "It waits for an answer of the status API; the horizon has passed, and a question is due now."
                .to_string()
        }
        _ => "It waits for an answer of the status API, and the next question is due now.".to_string(),
    }
}

/// When a person must look; nothing once that is so.
pub(crate) fn horizon(history: &History, policy: &Policy) -> Option<String> {
    let (end, horizon) = (history.horizon, span(policy.horizon));
    let ahead = format!("If it is still open on {end}, {horizon} after it was begun, a person must look.");
    (!history.is_over_horizon).then_some(ahead)
}

/// Why nothing is done before a moment.
pub(crate) fn because(why: Why) -> String {
    match why {
        Why::Schedule => "by the schedule".to_string(),
        Why::BackOff { failures: 1 } => "because the last call failed".to_string(),
        Why::BackOff { failures } => format!("because the last {failures} calls failed"),
        Why::RetryAfter => "because the vendor asked for patience (Retry-After)".to_string(),
        Why::Budget => "when the budget of calls has one left".to_string(),
        Why::CoolDown => "because the vendor asked everybody for patience".to_string(),
    }
}

/// That a call came to nothing, and why.
pub(crate) fn unanswered(call: &str, what: &str) -> String {
    if what == Loss::Unknown.trouble() {
        return format!("{call} got no answer.");
    }
    format!("{call} got no usable answer: {}.", unended(what))
}

/// `once`, `twice`, `3 times`.
pub(crate) fn times(n: u32) -> String {
    match n {
        1 => "once".to_string(),
        2 => "twice".to_string(),
        n => format!("{n} times"),
    }
}

/// A span in the words of a clock: `72 h`, `15 min`, `1 min 30 s`; less than a second is left out.
pub(crate) fn span(span: Duration) -> String {
    let seconds = span.as_secs();
    let parts = [(seconds / 3_600, "h"), (seconds / 60 % 60, "min"), (seconds % 60, "s")];
    let parts: Vec<_> = parts.iter().filter(|(n, _)| *n > 0).map(|(n, unit)| format!("{n} {unit}")).collect();
    if parts.is_empty() { "0 s".to_string() } else { parts.join(" ") }
}

/// Somebody's words, without the period that the sentence around them has.
pub(crate) fn unended(words: &str) -> &str {
    words.trim_end().trim_end_matches('.')
}

fn counted(n: u32, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}
