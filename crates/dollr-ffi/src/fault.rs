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
            Error::BadAnswer(_) => plain(code::DOLLR_ERROR_BAD_ANSWER),
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

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use dollr_core::{Amount, Machine as _, RealtimeKey, Response, Snapshot, Source};

    use super::*;

    const KEY: &str = "INVOICE:101";

    fn details(error: impl Into<Fault>) -> Details {
        error.into().into_details()
    }

    /// Each error of a journal has a code of its own and names the payment; what may be tried again says so.
    #[test]
    fn the_errors_of_a_journal_are_told_apart() {
        let (path, key) = (PathBuf::from("dollr.db"), KEY.to_owned());
        let (why, version) = (String::new(), ::dollr_journal::Version::FIRST);
        let taken =
            JournalError::OrderTaken { order: "A-1".to_owned(), key: key.clone(), state: why.clone() };
        let stale = JournalError::Stale { key: key.clone(), expected: version, found: None };
        let unfit = JournalError::Unfit { what: "key".to_owned(), why: why.clone() };
        let cases = [
            (JournalError::Exists { key: key.clone() }, code::DOLLR_ERROR_EXISTS, true),
            (taken, code::DOLLR_ERROR_ORDER_TAKEN, true),
            (stale, code::DOLLR_ERROR_STALE, false),
            (JournalError::Unknown { key: key.clone() }, code::DOLLR_ERROR_UNKNOWN_ENTRY, true),
            (JournalError::Absent { path: path.clone() }, code::DOLLR_ERROR_JOURNAL_ABSENT, false),
            (
                JournalError::Newer { path: path.clone(), found: 2, known: 1 },
                code::DOLLR_ERROR_JOURNAL_NEWER,
                false,
            ),
            (JournalError::Unsure { key, why: why.clone() }, code::DOLLR_ERROR_JOURNAL_UNSURE, true),
            (unfit, code::DOLLR_ERROR_JOURNAL_UNFIT, false),
            (JournalError::Address { why: why.clone() }, code::DOLLR_ERROR_JOURNAL_ADDRESS, false),
            (
                JournalError::Busy { path: path.clone(), waited: Duration::ZERO },
                code::DOLLR_ERROR_JOURNAL_BUSY,
                false,
            ),
            (JournalError::Full { path: path.clone() }, code::DOLLR_ERROR_JOURNAL_FULL, false),
            (JournalError::Forked { path: path.clone() }, code::DOLLR_ERROR_FORKED, false),
            (JournalError::Unusable { path, why }, code::DOLLR_ERROR_JOURNAL_UNUSABLE, false),
        ];
        for (error, code, is_named) in cases {
            let told = details(Error::from(error));
            assert_eq!((told.code, told.key.as_deref()), (code, is_named.then_some(KEY)), "{told:?}");
            assert_eq!(told.retryable, code == code::DOLLR_ERROR_JOURNAL_BUSY, "{told:?}");
            assert_eq!(told.outcome_unknown, code == code::DOLLR_ERROR_JOURNAL_UNSURE, "{told:?}");
        }
    }

    /// And so has each of a client's, of which only a call that was not sent may be made again.
    #[test]
    fn the_errors_of_a_client_are_told_apart() {
        let refusal = |status| Refusal::of(&Response::new(status, Vec::new()));
        let lost = |outcome_unknown| Error::Transport { what: String::new(), outcome_unknown };
        let retry_after = Some(Duration::from_secs(7));
        let invalid = "1,00".parse::<Amount>().expect_err("no decimal");
        let snapshot = Source::restore(&Snapshot::new("{}")).expect_err("nothing is in it");
        let unreadable = RealtimeKey::parse(&Response::new(200, "{}")).expect_err("no key is in it");
        let cases = [
            (Error::Config(String::new()), code::DOLLR_ERROR_CONFIG),
            (Error::Invalid(invalid), code::DOLLR_ERROR_INVALID),
            (Error::Authentication(refusal(401)), code::DOLLR_ERROR_AUTHENTICATION),
            (Error::Refused(refusal(404)), code::DOLLR_ERROR_REFUSED),
            (Error::RateLimited { refusal: refusal(429), retry_after }, code::DOLLR_ERROR_RATE_LIMITED),
            (lost(true), code::DOLLR_ERROR_TRANSPORT),
            (lost(false), code::DOLLR_ERROR_TRANSPORT),
            (Error::BadAnswer(unreadable), code::DOLLR_ERROR_BAD_ANSWER),
            (Error::NoJournal, code::DOLLR_ERROR_NO_JOURNAL),
            (Error::Unrecorded(KEY.to_owned()), code::DOLLR_ERROR_UNRECORDED),
            (Error::OtherOrder { key: KEY.to_owned(), order: None }, code::DOLLR_ERROR_ORDER_TAKEN),
            (Error::Snapshot(snapshot), code::DOLLR_ERROR_SNAPSHOT_DAMAGED),
            (Error::Random(String::new()), code::DOLLR_ERROR_RANDOM),
            (Error::Forked, code::DOLLR_ERROR_FORKED),
            (Error::Rejected(String::new()), code::DOLLR_ERROR_INTERNAL),
        ];
        for (error, code) in cases {
            let message = error.to_string();
            let told = details(error);
            assert_eq!((told.code, &told.message), (code, &message));
        }
        let told = details(Error::RateLimited { refusal: refusal(429), retry_after });
        assert_eq!((told.http_status, told.retry_after, told.retryable), (429, Duration::from_secs(7), true));
        assert_eq!(details(Error::Refused(refusal(404))).http_status, 404);
        for unknown in [false, true] {
            let told = details(Error::Payment { key: KEY.to_owned(), error: Box::new(lost(unknown)) });
            assert_eq!((told.outcome_unknown, told.retryable), (unknown, !unknown));
            assert_eq!((told.key.as_deref(), told.message), (Some(KEY), format!("payment {KEY}: ")));
        }
        for error in
            [Error::Unrecorded(KEY.to_owned()), Error::OtherOrder { key: KEY.to_owned(), order: None }]
        {
            assert_eq!(details(error).key.as_deref(), Some(KEY));
        }
    }
}
