//! From our errors to Python's exceptions, which are defined in `dollr/_errors.py` because they have fields.

use std::time::Duration;

use dollr_client::Error;
use dollr_client::core::{BadSnapshot, Invalid, Rejected};
use dollr_client::journal::JournalError;
use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;

use crate::convert::keywords;
use crate::values;

/// What goes into an exception beside its class and its sentence.
#[derive(Default)]
struct Facts<'a> {
    reference_id: Option<&'a str>,
    refusal: Option<&'a dollr_client::core::Refusal>,
    retry_after: Option<Duration>,
    outcome_unknown: bool,
}

/// The exception for a client's error.
pub(crate) fn of(py: Python<'_>, error: &Error) -> PyErr {
    let mut facts = Facts { reference_id: error.key(), ..Facts::default() };
    let class = class_of(error, &mut facts);
    raised(py, class, &error.to_string(), &facts)
}

fn class_of<'a>(error: &'a Error, facts: &mut Facts<'a>) -> &'static str {
    match error {
        Error::Payment { error, .. } => class_of(error, facts),
        Error::Config(_) | Error::NoJournal => "ConfigError",
        Error::Invalid(_) => "InvalidError",
        Error::Authentication(refusal) => {
            facts.refusal = Some(refusal);
            "AuthenticationError"
        }
        Error::Refused(refusal) => {
            facts.refusal = Some(refusal);
            "RefusedError"
        }
        Error::RateLimited { refusal, retry_after } => {
            (facts.refusal, facts.retry_after) = (Some(refusal), *retry_after);
            "RateLimitedError"
        }
        Error::Transport { outcome_unknown, .. } => {
            facts.outcome_unknown = *outcome_unknown;
            "TransportError"
        }
        Error::BadAnswer(_) => "BadAnswerError",
        Error::Journal(error) => class_of_journal(error, facts),
        Error::Unrecorded(key) => {
            facts.reference_id = Some(key);
            "UnrecordedError"
        }
        Error::OtherOrder { key, .. } => {
            facts.reference_id = Some(key);
            "OrderTakenError"
        }
        Error::Snapshot(_) => "SnapshotError",
        Error::Forked => "ForkedError",
        _ => "InternalError",
    }
}

fn class_of_journal<'a>(error: &'a JournalError, facts: &mut Facts<'a>) -> &'static str {
    match error {
        JournalError::OrderTaken { key, .. } => {
            facts.reference_id = Some(key);
            "OrderTakenError"
        }
        JournalError::Exists { key } => {
            facts.reference_id = Some(key);
            "ExistsError"
        }
        JournalError::Unknown { key } => {
            facts.reference_id = Some(key);
            "UnrecordedError"
        }
        JournalError::Unsure { key, .. } => {
            facts.reference_id = Some(key);
            facts.outcome_unknown = true;
            "JournalError"
        }
        JournalError::Forked { .. } => "ForkedError",
        JournalError::Address { .. } => "ConfigError",
        _ => "JournalError",
    }
}

/// A value that is none.
pub(crate) fn invalid(py: Python<'_>, error: &Invalid) -> PyErr {
    plain(py, "InvalidError", &error.to_string())
}

/// A snapshot that cannot be gone on from.
pub(crate) fn snapshot(py: Python<'_>, error: &BadSnapshot) -> PyErr {
    plain(py, "SnapshotError", &error.to_string())
}

/// An event that cannot be.
pub(crate) fn rejected<M>(py: Python<'_>, error: &Rejected<M>) -> PyErr {
    plain(py, "IllegalEventError", &error.to_string())
}

/// The exception of this class with this sentence.
pub(crate) fn plain(py: Python<'_>, class: &str, sentence: &str) -> PyErr {
    raised(py, class, sentence, &Facts::default())
}

fn raised(py: Python<'_>, class: &str, sentence: &str, facts: &Facts<'_>) -> PyErr {
    build(py, class, sentence, facts).unwrap_or_else(|error| error)
}

fn build(py: Python<'_>, class: &str, sentence: &str, facts: &Facts<'_>) -> PyResult<PyErr> {
    let problems = facts.refusal.map_or(&[][..], |refusal| &refusal.problems);
    let fields = keywords(
        py,
        &[
            ("reference_id", facts.reference_id.into_bound_py_any(py)?),
            ("http_status", facts.refusal.map(|refusal| refusal.http_status).into_bound_py_any(py)?),
            ("errors", values::problems(py, problems)?),
            ("retry_after", facts.retry_after.map(|wait| wait.as_secs_f64()).into_bound_py_any(py)?),
            ("outcome_unknown", facts.outcome_unknown.into_bound_py_any(py)?),
        ],
    )?;
    let class = py.import("dollr._errors")?.getattr(class)?;
    Ok(PyErr::from_value(class.call((sentence,), Some(&fields))?))
}
