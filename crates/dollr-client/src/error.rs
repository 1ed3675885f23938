//! What can go wrong around a payment. A decline is a verdict, not an error; no error holds a secret or a body.

use std::time::Duration;

use dollr_core::{BadAnswer, BadSnapshot, Invalid, Refusal};
use dollr_journal::JournalError;

/// Why the client could not do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A setting is missing or wrong; the sentence names it.
    #[error("{0}")]
    Config(String),
    /// A value is not one.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The vendor does not know the credentials.
    #[error("the credentials are not accepted ({0}): check DOLLR_CLIENT_ID and DOLLR_CLIENT_SECRET")]
    Authentication(Refusal),
    /// The vendor would not do it. Payments end in a verdict instead.
    #[error("refused: {0}")]
    Refused(Refusal),
    /// The vendor asks to be left alone for a while.
    #[error("the vendor asks for fewer calls: {refusal}")]
    RateLimited {
        /// The vendor's words.
        refusal: Refusal,
        /// How long to stay away, where the vendor says it.
        retry_after: Option<Duration>,
    },
    /// There was no usable answer.
    #[error("{what}")]
    Transport {
        /// What happened.
        what: String,
        /// Whether the request may have arrived all the same.
        outcome_unknown: bool,
    },
    /// The answer was not what it should be.
    #[error("the vendor's answer cannot be taken: {0}")]
    BadAnswer(#[from] BadAnswer),
    /// The journal failed.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// Money moves, and goods are an order's, only with a journal to record it in.
    #[error("there is no journal: give one to the client's builder, money moves only once it is on record")]
    NoJournal,
    /// The journal has no such payment.
    #[error("the journal has no payment {0}")]
    Unrecorded(String),
    /// A source is one order's, and this one is on record for another.
    #[error("{key} is on record {}", whose(order.as_deref()))]
    OtherOrder {
        /// The source.
        key: String,
        /// Its order; none where it was paid without one.
        order: Option<String>,
    },
    /// What the journal holds cannot be gone on from.
    #[error(transparent)]
    Snapshot(#[from] BadSnapshot),
    /// An event was refused by its machine: a mistake of this crate.
    #[error("internal: {0}")]
    Rejected(String),
    /// The operating system gave no random bytes.
    #[error("the operating system gives no random bytes: {0}")]
    Random(String),
    /// The process was forked after the client was made.
    #[error("this client was made by another process: make a new one after the fork")]
    Forked,
    /// Something went wrong after a payment had its id: it can be gone on with.
    #[error("payment {key}: {error}")]
    Payment {
        /// The reference id, or the source.
        key: String,
        /// What went wrong.
        error: Box<Error>,
    },
}

impl Error {
    /// The payment that it happened to, if it had begun, or that is on record for another order.
    pub fn key(&self) -> Option<&str> {
        match self {
            Self::Payment { key, .. } | Self::OtherOrder { key, .. } => Some(key),
            _ => None,
        }
    }

    /// Of a payment that is on record; one that was refused for its order's sake is not.
    pub(crate) fn of(self, key: String) -> Self {
        match self {
            Self::Journal(JournalError::OrderTaken { .. }) | Self::OtherOrder { .. } => self,
            error => Self::Payment { key, error: Box::new(error) },
        }
    }
}

fn whose(order: Option<&str>) -> String {
    match order {
        Some(order) => format!("for the order {order:?}, and one order's only: verify it for that"),
        None => {
            "as paid for no order, so that its goods are its own: verify and claim it without one".to_owned()
        }
    }
}
