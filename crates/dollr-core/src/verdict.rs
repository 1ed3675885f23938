//! How it ends, as far as one can know now. A decline is an outcome, not an error; patience that is over is neither.

use alloc::string::{String, ToString};
use core::fmt;

use serde::{Deserialize, Serialize};

use crate::wire::Refusal;
use crate::{Amount, Currency, ExecutionStatus, SourceRef, SourceStatus, Timestamp};

/// The answer to “has this been paid?”, at this moment.
///
/// All but [`Verdict::Open`] and a [`Stuck::Horizon`] are final.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// The status API says so, for this very payment: goods may be handed out, once.
    Paid(Settlement),
    /// The attempt ended without moving money. Trying again is a new session and a new id.
    Failed {
        /// The wallet's or gateway's words, if there were any.
        reason: Option<String>,
    },
    /// The vendor would not take the request; no money moved.
    Refused(Refusal),
    /// The request never arrived: its session has ended, and the vendor still does not know it.
    NotLanded,
    /// The invoice or order was called off.
    Canceled,
    /// The invoice or order is not the one that was expected: never hand out goods.
    Mismatch(Mismatch),
    /// The caller's patience is over and the payment is not: no failure. Ask again later, never pay again.
    Open {
        /// What is known.
        progress: Progress,
        /// What went wrong with the latest question, if it did.
        trouble: Option<String>,
    },
    /// A person must look.
    Stuck(Stuck),
}

impl Verdict {
    /// One word in `snake_case`, the same in every language: `paid`, `failed`, `not_landed` …
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Paid(_) => "paid",
            Self::Failed { .. } => "failed",
            Self::Refused(_) => "refused",
            Self::NotLanded => "not_landed",
            Self::Canceled => "canceled",
            Self::Mismatch(_) => "mismatch",
            Self::Open { .. } => "open",
            Self::Stuck(_) => "stuck",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Paid(settlement) => write!(f, "paid: {settlement}"),
            Self::Failed { reason: Some(reason) } => write!(f, "failed: {reason}"),
            Self::Failed { reason: None } => f.write_str("failed"),
            Self::Refused(refusal) => write!(f, "refused: {refusal}"),
            Self::NotLanded => f.write_str("never arrived; no money moved"),
            Self::Canceled => f.write_str("canceled"),
            Self::Mismatch(mismatch) => write!(f, "not what was ordered: {mismatch}"),
            Self::Open { progress, trouble: None } => write!(f, "still open: {progress}"),
            Self::Open { progress, trouble: Some(trouble) } => {
                write!(f, "still open: {progress}; the last question got no answer: {trouble}")
            }
            Self::Stuck(why) => write!(f, "a person must look: {why}"),
        }
    }
}

/// How far an open payment is known to be.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Progress {
    /// It was never sent: no money can have moved.
    NotSent,
    /// It may have been sent; the vendor has not said that it knows it.
    Unknown,
    /// What the status API last said of the execution, or the answer that took it on.
    Execution(ExecutionStatus),
    /// What the status API last said of the invoice or order.
    Source(SourceStatus),
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotSent => f.write_str("not sent"),
            Self::Unknown => f.write_str("unknown"),
            Self::Execution(status) => status.fmt(f),
            Self::Source(status) => status.fmt(f),
        }
    }
}

/// Why no further question will help.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stuck {
    /// The vendor has not settled it within the horizon. An answer to a question asked all the same still moves it.
    Horizon,
    /// The vendor says that money moved, but not the money that was ordered.
    Mismatch(Mismatch),
}

impl fmt::Display for Stuck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Horizon => f.write_str("still open after the horizon"),
            Self::Mismatch(mismatch) => mismatch.fmt(f),
        }
    }
}

/// One thing that was expected and answered otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mismatch {
    /// `amount` or `currency`.
    pub field: String,
    /// What the order says.
    pub expected: String,
    /// What the vendor says.
    pub answered: String,
}

impl Mismatch {
    /// What differs, if something does; what is not expected is not compared.
    pub(crate) fn between(
        expected: (Option<Amount>, Option<Currency>),
        answered: (Option<Amount>, Option<Currency>),
    ) -> Option<Self> {
        let differs = |field: &str, expected: &dyn fmt::Display, answered: &dyn fmt::Display| {
            Some(Self {
                field: field.to_string(),
                expected: expected.to_string(),
                answered: answered.to_string(),
            })
        };
        match (expected, answered) {
            ((_, Some(a)), (_, Some(b))) if a != b => differs("currency", &a, &b),
            ((Some(a), _), (Some(b), _)) if a != b => differs("amount", &a, &b),
            _ => None,
        }
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the {} is {}, expected {}", self.field, self.answered, self.expected)
    }
}

/// What was paid, in the vendor's words. Made only from an answer of the status API (invariant I4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settlement {
    pub(crate) amount: Option<Amount>,
    pub(crate) currency: Option<Currency>,
    pub(crate) source: Option<SourceRef>,
    pub(crate) provider_transaction_id: Option<String>,
    pub(crate) paid_at: Option<Timestamp>,
}

impl Settlement {
    /// The amount that moved, in major units; absent where the vendor did not say and nobody expected one.
    pub fn amount(&self) -> Option<Amount> {
        self.amount
    }

    /// Its currency; always there for a collection and a source.
    pub fn currency(&self) -> Option<Currency> {
        self.currency
    }

    /// The invoice or order, where that is what was asked about.
    pub fn source(&self) -> Option<SourceRef> {
        self.source
    }

    /// The provider's own number of the movement.
    pub fn provider_transaction_id(&self) -> Option<&str> {
        self.provider_transaction_id.as_deref()
    }

    /// When an invoice or order was paid, by the vendor's clock.
    pub fn paid_at(&self) -> Option<Timestamp> {
        self.paid_at
    }
}

impl fmt::Display for Settlement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.amount, self.currency) {
            (Some(amount), Some(currency)) => write!(f, "{amount} {currency}"),
            (Some(amount), None) => amount.fmt(f),
            (None, Some(currency)) => write!(f, "an unnamed amount in {currency}"),
            (None, None) => f.write_str("an unnamed amount"),
        }
    }
}

/// A final verdict that a later answer contradicts, such as `FAILED` that became `COMPLETED`.
///
/// It changes nothing and is kept once: a person must look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conflict {
    /// How the payment had ended.
    pub ended: String,
    /// What was answered later.
    pub answered: String,
    /// When, by the caller's clock.
    pub at: Timestamp,
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "it had ended as {}, and the vendor now says {}", self.ended, self.answered)
    }
}
