//! From Python's values to ours: moments, spans, money and names. A wrong type is a `TypeError`, a wrong value an
//! `InvalidError`; a binary float is never money.

use std::str::FromStr;
use std::time::Duration;

use dollr_client::core::{Amount, Invalid, Timestamp};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyString, PyType};

use crate::errors;

/// A type of Python's standard library, imported when it is first needed.
macro_rules! imported {
    ($name:ident, $module:literal, $attribute:literal) => {
        fn $name(py: Python<'_>) -> PyResult<&Bound<'_, PyType>> {
            static TYPE: PyOnceLock<Py<PyType>> = PyOnceLock::new();
            TYPE.import(py, $module, $attribute)
        }
    };
}

imported!(decimal_type, "decimal", "Decimal");
imported!(datetime_type, "datetime", "datetime");
imported!(timedelta_type, "datetime", "timedelta");
imported!(timezone_type, "datetime", "timezone");
imported!(uuid_type, "uuid", "UUID");

/// A moment: milliseconds since the epoch, or a `datetime` that has a time zone.
pub(crate) struct Moment(pub(crate) Timestamp);

impl FromPyObject<'_, '_> for Moment {
    type Error = PyErr;

    fn extract(value: Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
        if value.is_exact_instance_of::<PyInt>() {
            return match value.extract() {
                Ok(millis) => Ok(Self(Timestamp::from_millis(millis))),
                Err(_) => Err(PyValueError::new_err("a moment is not before the epoch, nor past 2^64 ms")),
            };
        }
        let py = value.py();
        if !value.is_instance(datetime_type(py)?)? {
            let found = value.get_type().name()?;
            return Err(PyTypeError::new_err(format!(
                "a moment is a datetime, or an int of milliseconds since the epoch, not {found}"
            )));
        }
        if value.call_method0("utcoffset")?.is_none() {
            return Err(PyTypeError::new_err(
                "the datetime has no time zone: use datetime.now(timezone.utc)",
            ));
        }
        let since = value.sub(epoch(py)?)?;
        let millis = since.floor_div(millisecond(py)?)?;
        let millis: u64 =
            millis.extract().map_err(|_| PyValueError::new_err("a moment is not before the epoch"))?;
        Ok(Self(Timestamp::from_millis(millis)))
    }
}

fn epoch(py: Python<'_>) -> PyResult<&Bound<'_, PyAny>> {
    static EPOCH: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let epoch = EPOCH.get_or_try_init(py, || {
        let utc = timezone_type(py)?.getattr("utc")?;
        datetime_type(py)?.call1((1970, 1, 1, 0, 0, 0, 0, utc)).map(Bound::unbind)
    })?;
    Ok(epoch.bind(py))
}

fn millisecond(py: Python<'_>) -> PyResult<&Bound<'_, PyAny>> {
    static ONE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let one = ONE.get_or_try_init(py, || timedelta_type(py)?.call1((0, 0, 1_000)).map(Bound::unbind))?;
    Ok(one.bind(py))
}

/// The moment as an aware `datetime`; `None` where Python has no such year.
pub(crate) fn datetime(py: Python<'_>, moment: Timestamp) -> PyResult<Option<Bound<'_, PyAny>>> {
    let span = timedelta_type(py)?.call1((0, 0, 0, moment.as_millis()));
    Ok(span.and_then(|span| epoch(py)?.add(span)).ok())
}

/// A span of time: seconds, or a `timedelta`.
pub(crate) struct Span(pub(crate) Duration);

impl FromPyObject<'_, '_> for Span {
    type Error = PyErr;

    fn extract(value: Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
        let is_number = value.is_instance_of::<PyInt>() || value.is_instance_of::<PyFloat>();
        let seconds: f64 = if is_number && !value.is_instance_of::<PyBool>() {
            value.extract()?
        } else if value.is_instance(timedelta_type(value.py())?)? {
            value.call_method0("total_seconds")?.extract()?
        } else {
            let found = value.get_type().name()?;
            return Err(PyTypeError::new_err(format!(
                "a span is a timedelta, or a number of seconds, not {found}"
            )));
        };
        let millis = (seconds * 1e3).round() / 1e3;
        Duration::try_from_secs_f64(millis)
            .map(Self)
            .map_err(|_| PyValueError::new_err("a span is not negative, and no longer than 2^64 seconds"))
    }
}

/// No amount has that many digits before or after its point.
const MOST_DIGITS: u64 = 100;

/// An exact amount in major units: `Decimal`, `int`, or text such as `"250.00"`.
pub(crate) struct Money(pub(crate) Amount);

impl FromPyObject<'_, '_> for Money {
    type Error = PyErr;

    fn extract(value: Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
        let py = value.py();
        let text: String = if value.is_instance_of::<PyString>() {
            value.extract()?
        } else if value.is_exact_instance_of::<PyInt>() {
            value.str()?.extract()?
        } else if value.is_instance(decimal_type(py)?)? {
            let digits: i64 = value.call_method0("adjusted")?.extract()?;
            if digits.unsigned_abs() > MOST_DIGITS {
                // No amount; with a great exponent it would fill the memory, digit for digit.
                value.str()?.extract()?
            } else {
                value.call_method1("__format__", ("f",))?.extract()?
            }
        } else {
            let found = value.get_type().name()?;
            return Err(PyTypeError::new_err(format!(
                "an amount is a Decimal, an int, or text such as \"250.00\", not {found}"
            )));
        };
        parse(py, &text).map(Self)
    }
}

/// The amount as a `Decimal`.
pub(crate) fn decimal(py: Python<'_>, amount: Amount) -> PyResult<Bound<'_, PyAny>> {
    decimal_type(py)?.call1((amount.to_string(),))
}

/// A name of something: text, or what Python has for it, such as `uuid.UUID` or a whole number.
pub(crate) struct Name(pub(crate) String);

impl FromPyObject<'_, '_> for Name {
    type Error = PyErr;

    fn extract(value: Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
        let plain = value.is_instance_of::<PyString>() || value.is_exact_instance_of::<PyInt>();
        if plain || value.is_instance(uuid_type(value.py())?)? {
            return Ok(Self(value.str()?.extract()?));
        }
        let found = value.get_type().name()?;
        Err(PyTypeError::new_err(format!("expected text, a whole number or a UUID, not {found}")))
    }
}

impl Name {
    /// What it names.
    pub(crate) fn parsed<T: FromStr<Err = Invalid>>(&self, py: Python<'_>) -> PyResult<T> {
        parse(py, &self.0)
    }
}

/// What `text` says, or an `InvalidError`.
pub(crate) fn parse<T: FromStr<Err = Invalid>>(py: Python<'_>, text: &str) -> PyResult<T> {
    text.parse().map_err(|e: Invalid| errors::invalid(py, &e))
}

/// Headers: a mapping, or pairs of names and values.
pub(crate) fn headers(given: Option<&Bound<'_, PyAny>>) -> PyResult<Vec<(String, String)>> {
    let Some(given) = given else { return Ok(Vec::new()) };
    let pairs = if given.hasattr("items")? { given.call_method0("items")? } else { given.clone() };
    pairs.try_iter()?.map(|pair| pair?.extract()).collect()
}

/// Keyword arguments for a Python class.
pub(crate) fn keywords<'py>(
    py: Python<'py>,
    pairs: &[(&str, Bound<'py, PyAny>)],
) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    pairs.iter().try_for_each(|(name, value)| dict.set_item(name, value))?;
    Ok(dict)
}
