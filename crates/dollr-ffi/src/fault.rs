//! What went wrong in a call, on its way to the caller's `dollr_error`. No message holds a secret or a whole body.

use std::time::Duration;

use ::dollr_client::Error;
use ::dollr_journal::JournalError;
use dollr_core::{
    BadAnswer, BadSnapshot, Invalid, InvalidLimit, InvalidSchedule, Problem, Refusal, Rejected,
};

use crate::code;

/// Why a call failed.
#[derive(Debug)]
pub(crate) struct Fault(Box<Details>);

/// All that a caller may read of it.
#[derive(Debug)]
pub(crate) struct Details {
    pub(crate) code: i32,
    pub(crate) message: String,
    pub(crate) http_status: u16,
    pub(crate) problems: Vec<Problem>,
    pub(crate) retry_after: Duration,
    pub(crate) retryable: bool,
    pub(crate) outcome_unknown: bool,
    pub(crate) key: Option<String>,
}

impl Fault {
    pub(crate) fn new(code: i32, message: impl Into<String>) -> Self {
        let retryable = matches!(code, code::DOLLR_ERROR_BUSY);
        Self(Box::new(Details {
            code,
            message: message.into(),
            http_status: 0,
            problems: Vec::new(),
            retry_after: Duration::ZERO,
            retryable,
            outcome_unknown: false,
            key: None,
        }))
    }

    pub(crate) fn into_details(self) -> Details {
        *self.0
    }

    fn retryable(mut self) -> Self {
        self.0.retryable = true;
        self
    }

    fn refused(mut self, refusal: &Refusal) -> Self {
        self.0.http_status = refusal.http_status;
        self.0.problems.clone_from(&refusal.problems);
        self
    }
}

impl From<Invalid> for Fault {
    fn from(error: Invalid) -> Self {
        Self::new(code::DOLLR_ERROR_INVALID, error.to_string())
    }
}

impl From<InvalidSchedule> for Fault {
    fn from(error: InvalidSchedule) -> Self {
        Self::new(code::DOLLR_ERROR_SCHEDULE, error.to_string())
    }
}

impl From<InvalidLimit> for Fault {
    fn from(error: InvalidLimit) -> Self {
        Self::new(code::DOLLR_ERROR_INVALID, error.to_string())
    }
}

impl From<BadAnswer> for Fault {
    fn from(error: BadAnswer) -> Self {
        Self::new(code::DOLLR_ERROR_BAD_ANSWER, error.to_string())
    }
}

impl<M> From<Rejected<M>> for Fault {
    fn from(error: Rejected<M>) -> Self {
        Self::new(code::DOLLR_ERROR_REJECTED, error.to_string())
    }
}

impl From<BadSnapshot> for Fault {
    fn from(error: BadSnapshot) -> Self {
        let code = match error {
            BadSnapshot::Tampered { .. } => code::DOLLR_ERROR_SNAPSHOT_TAMPERED,
            BadSnapshot::OtherVersion { .. } => code::DOLLR_ERROR_SNAPSHOT_VERSION,
            BadSnapshot::OtherKind { .. } => code::DOLLR_ERROR_SNAPSHOT_KIND,
            _ => code::DOLLR_ERROR_SNAPSHOT_DAMAGED,
        };
        Self::new(code, error.to_string())
    }
}

impl From<JournalError> for Fault {
    fn from(error: JournalError) -> Self {
        let code = match error {
            JournalError::Exists { .. } => code::DOLLR_ERROR_EXISTS,
            JournalError::OrderTaken { .. } => code::DOLLR_ERROR_ORDER_TAKEN,
            JournalError::Stale { .. } => code::DOLLR_ERROR_STALE,
            JournalError::Unknown { .. } => code::DOLLR_ERROR_UNKNOWN_ENTRY,
            JournalError::Absent { .. } => code::DOLLR_ERROR_JOURNAL_ABSENT,
            JournalError::Newer { .. } => code::DOLLR_ERROR_JOURNAL_NEWER,
            JournalError::Unsure { .. } => code::DOLLR_ERROR_JOURNAL_UNSURE,
            JournalError::Unfit { .. } => code::DOLLR_ERROR_JOURNAL_UNFIT,
            JournalError::Address { .. } => code::DOLLR_ERROR_JOURNAL_ADDRESS,
            JournalError::Busy { .. } => code::DOLLR_ERROR_JOURNAL_BUSY,
            JournalError::Full { .. } => code::DOLLR_ERROR_JOURNAL_FULL,
            JournalError::Forked { .. } => code::DOLLR_ERROR_FORKED,
            _ => code::DOLLR_ERROR_JOURNAL_UNUSABLE,
        };
        let mut fault = Self::new(code, error.to_string());
        fault.0.retryable = matches!(error, JournalError::Busy { .. });
        fault.0.outcome_unknown = matches!(error, JournalError::Unsure { .. });
        fault.0.key = match error {
            JournalError::Exists { key }
            | JournalError::OrderTaken { key, .. }
            | JournalError::Unknown { key }
            | JournalError::Unsure { key, .. } => Some(key),
            _ => None,
        };
        fault
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        let message = error.to_string();
        let plain = |code| Self::new(code, message.clone());
        match error {
            Error::Config(_) => plain(code::DOLLR_ERROR_CONFIG),
            Error::Invalid(error) => error.into(),
            Error::Authentication(refusal) => plain(code::DOLLR_ERROR_AUTHENTICATION).refused(&refusal),
            Error::Refused(refusal) => plain(code::DOLLR_ERROR_REFUSED).refused(&refusal),
            Error::RateLimited { refusal, retry_after } => {
                let mut fault = plain(code::DOLLR_ERROR_RATE_LIMITED).refused(&refusal).retryable();
                fault.0.retry_after = retry_after.unwrap_or_default();
                fault
            }
            Error::Transport { outcome_unknown, .. } => {
                let mut fault = plain(code::DOLLR_ERROR_TRANSPORT);
                fault.0.retryable = !outcome_unknown;
                fault.0.outcome_unknown = outcome_unknown;
                fault
            }
            Error::BadAnswer(error) => error.into(),
            Error::Journal(error) => error.into(),
            Error::NoJournal => plain(code::DOLLR_ERROR_NO_JOURNAL),
            Error::Unrecorded(key) => {
                let mut fault = plain(code::DOLLR_ERROR_UNRECORDED);
                fault.0.key = Some(key);
                fault
            }
            Error::OtherOrder { key, .. } => {
                let mut fault = plain(code::DOLLR_ERROR_ORDER_TAKEN);
                fault.0.key = Some(key);
                fault
            }
            Error::Snapshot(error) => error.into(),
            Error::Random(_) => plain(code::DOLLR_ERROR_RANDOM),
            Error::Forked => plain(code::DOLLR_ERROR_FORKED),
            Error::Payment { key, error } => {
                let mut fault = Self::from(*error);
                fault.0.message = message;
                fault.0.key = Some(key);
                fault
            }
            _ => plain(code::DOLLR_ERROR_INTERNAL),
        }
    }
}
