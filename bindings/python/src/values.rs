//! From our values to Python's, which are defined in `dollr/_values.py`: plain, typed, comparable and picklable there.

use dollr_client::core::{
    Checkout, Conflict, Mismatch, Problem, Progress, RealtimeKey, Session, Settlement, Stuck, Timestamp,
    Verdict,
};
use dollr_client::{Claimed, Delivery, Report, Summary};
use pyo3::IntoPyObjectExt;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyTuple};

use crate::convert::{datetime, decimal};
use crate::errors;

type Value<'py> = PyResult<Bound<'py, PyAny>>;

/// A value of the class with this name. With all of its fields it is made as its `__init__` would make it, without running Python code.
pub(crate) fn made<'py, F>(py: Python<'py>, class: &str, fields: F) -> Value<'py>
where
    F: IntoPyObject<'py, Target = PyTuple, Output = Bound<'py, PyTuple>, Error: Into<PyErr>>,
{
    static MODULE: PyOnceLock<Py<PyModule>> = PyOnceLock::new();
    let module = MODULE.get_or_try_init(py, || py.import("dollr._values").map(Bound::unbind))?;
    let class = module.bind(py).getattr(class)?;
    let fields = fields.into_pyobject(py).map_err(Into::into)?;
    let names = class.getattr(intern!(py, "__match_args__"))?.cast_into::<PyTuple>()?;
    if names.len() != fields.len() {
        return class.call1(fields);
    }
    let value = class.call_method1(intern!(py, "__new__"), (&class,))?;
    let held = value.getattr(intern!(py, "__dict__"))?.cast_into::<PyDict>()?;
    names.iter().zip(&fields).try_for_each(|(name, field)| held.set_item(name, field))?;
    Ok(value)
}

fn moment(py: Python<'_>, moment: Option<Timestamp>) -> PyResult<Option<Bound<'_, PyAny>>> {
    Ok(moment.map(|moment| datetime(py, moment)).transpose()?.flatten())
}

pub(crate) fn problems<'py>(py: Python<'py>, problems: &[Problem]) -> Value<'py> {
    let made: Vec<_> = problems
        .iter()
        .map(|problem| made(py, "Problem", (&problem.field, &problem.message)))
        .collect::<PyResult<_>>()?;
    PyTuple::new(py, made)?.into_bound_py_any(py)
}

pub(crate) fn settlement<'py>(py: Python<'py>, settlement: &Settlement) -> Value<'py> {
    let amount = settlement.amount().map(|amount| decimal(py, amount)).transpose()?;
    let currency = settlement.currency().map(|currency| currency.to_string());
    let source = settlement.source().map(|source| source.to_string());
    let fields =
        (amount, currency, source, settlement.provider_transaction_id(), moment(py, settlement.paid_at())?);
    made(py, "Settlement", fields)
}

fn mismatch<'py>(py: Python<'py>, mismatch: &Mismatch) -> Value<'py> {
    made(py, "Mismatch", (&mismatch.field, &mismatch.expected, &mismatch.answered))
}

pub(crate) fn verdict<'py>(py: Python<'py>, verdict: &Verdict) -> Value<'py> {
    match verdict {
        Verdict::Paid(paid) => made(py, "Paid", (settlement(py, paid)?,)),
        Verdict::Failed { reason } => made(py, "Failed", (reason,)),
        Verdict::Refused(refusal) => {
            made(py, "Refused", (refusal.http_status, problems(py, &refusal.problems)?))
        }
        Verdict::NotLanded => made(py, "NotLanded", ()),
        Verdict::Canceled => made(py, "Canceled", ()),
        Verdict::Mismatch(found) => mismatch(py, found),
        Verdict::Open { progress, trouble } => {
            let (known, status) = match progress {
                Progress::NotSent => ("not_sent", None),
                Progress::Execution(status) => ("known", Some(status.to_string())),
                Progress::Source(status) => ("known", Some(status.to_string())),
                _ => ("unknown", None),
            };
            made(py, "Open", (known, status, trouble))
        }
        Verdict::Stuck(Stuck::Mismatch(found)) => made(py, "Stuck", ("mismatch", mismatch(py, found)?)),
        Verdict::Stuck(_) => made(py, "Stuck", ("horizon", py.None())),
        // A verdict of a later release is not guessed at.
        other => Err(errors::plain(py, "InternalError", &format!("a verdict without a class here: {other}"))),
    }
}

pub(crate) fn conflict<'py>(py: Python<'py>, conflict: Option<&Conflict>) -> Value<'py> {
    let Some(Conflict { ended, answered, at }) = conflict else { return Ok(py.None().into_bound(py)) };
    made(py, "Conflict", (ended, answered, datetime(py, *at)?))
}

pub(crate) fn report<'py>(py: Python<'py>, report: &Report) -> Value<'py> {
    let calls = (report.calls.execute, report.calls.status);
    let conflict = conflict(py, report.conflict.as_ref())?;
    let verdict = verdict(py, &report.verdict)?;
    let elapsed = report.elapsed.as_secs_f64();
    made(py, "Report", (&report.key, verdict, report.state, conflict, calls.0, calls.1, elapsed))
}

pub(crate) fn session<'py>(py: Python<'py>, session: &Session) -> Value<'py> {
    made(py, "Session", (session.id.number(), session.source.to_string(), moment(py, session.expires_at)?))
}

pub(crate) fn checkout<'py>(py: Python<'py>, checkout: &Checkout) -> Value<'py> {
    let total = checkout.total.map(|total| decimal(py, total)).transpose()?;
    let currency = checkout.currency.map(|currency| currency.to_string());
    made(py, "Checkout", (checkout.source.to_string(), &checkout.url, total, currency))
}

pub(crate) fn realtime_key<'py>(py: Python<'py>, key: &RealtimeKey) -> Value<'py> {
    made(py, "RealtimeKey", (key.access_token.expose(), key.expires_in.as_secs_f64()))
}

pub(crate) fn claimed<'py>(py: Python<'py>, answer: &Claimed) -> Value<'py> {
    match answer {
        Claimed::Claimed(paid) => made(py, "Claimed", (settlement(py, paid)?,)),
        Claimed::AlreadyClaimed { key, by, at } => made(py, "AlreadyClaimed", (key, by, datetime(py, *at)?)),
        Claimed::NotPaid(standing) => made(py, "NotPaid", (verdict(py, standing)?,)),
    }
}

pub(crate) fn delivery<'py>(py: Python<'py>, delivery: &Delivery) -> Value<'py> {
    made(py, "Delivery", (&delivery.key, &delivery.order, settlement(py, &delivery.settlement)?))
}

pub(crate) fn summary<'py>(py: Python<'py>, summary: &Summary) -> Value<'py> {
    let verdicts = PyDict::new(py);
    summary.verdicts.iter().try_for_each(|(name, count)| verdicts.set_item(name, count))?;
    let keys = |keys: &[String]| PyTuple::new(py, keys);
    let lists = (
        summary.asked,
        verdicts,
        keys(&summary.paid)?,
        keys(&summary.conflicts)?,
        keys(&summary.stuck)?,
        keys(&summary.duplicates)?,
        keys(&summary.not_sent)?,
        PyTuple::new(py, &summary.unreadable)?,
    );
    let counts = (
        summary.calls.execute + summary.calls.status,
        summary.throttled,
        summary.cool_down.map(|wait| wait.as_secs_f64()),
        summary.stopped,
        (summary.backlog.open, summary.backlog.due),
    );
    let fields = lists.into_pyobject(py)?.as_sequence().concat(counts.into_pyobject(py)?.as_sequence())?;
    made(py, "Summary", fields.to_tuple()?)
}
