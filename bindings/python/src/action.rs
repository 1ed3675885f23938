//! What the host is to do: one class for each, to be matched.

use dollr_client::core::{Action, Secret, Timestamp};
use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use crate::convert::datetime;
use crate::request::PyRequest;
use crate::values;

/// Make the snapshot durable, then say `apply_recorded`. It already says “may have been sent”.
#[pyclass(frozen, module = "dollr")]
pub(crate) struct Record {
    /// The text to keep.
    #[pyo3(get)]
    snapshot: String,
}

/// Send the request once, then say `apply_answer` or `apply_lost`.
#[pyclass(frozen, module = "dollr")]
pub(crate) struct Send {
    /// What to send.
    #[pyo3(get)]
    request: Py<PyRequest>,
}

/// Come back at `until`; earlier is harmless.
#[pyclass(frozen, module = "dollr")]
pub(crate) struct Wait {
    until: Timestamp,
    why: Option<dollr_client::core::Why>,
}

/// Give the secret to the payer's browser (3-D Secure), then say `apply_shown`. Never store it, never log it.
#[pyclass(frozen, module = "dollr")]
pub(crate) struct Act {
    client_secret: Secret,
}

/// This is how it stands; there is nothing to do.
#[pyclass(frozen, module = "dollr")]
pub(crate) struct Done {
    /// How it stands.
    #[pyo3(get)]
    verdict: Py<PyAny>,
}

#[pymethods]
impl Record {
    #[classattr]
    fn __match_args__(py: Python<'_>) -> PyResult<Bound<'_, PyTuple>> {
        PyTuple::new(py, ["snapshot"])
    }

    fn __repr__(&self) -> String {
        format!("<Record a snapshot of {} bytes>", self.snapshot.len())
    }
}

#[pymethods]
impl Send {
    #[classattr]
    fn __match_args__(py: Python<'_>) -> PyResult<Bound<'_, PyTuple>> {
        PyTuple::new(py, ["request"])
    }

    fn __repr__(&self) -> String {
        let request = &self.request.get().0;
        format!("<Send {} {}>", request.method.as_str(), request.path)
    }
}

impl Wait {
    pub(crate) fn plain(until: Timestamp) -> Self {
        Self { until, why: None }
    }
}

#[pymethods]
impl Wait {
    #[classattr]
    fn __match_args__(py: Python<'_>) -> PyResult<Bound<'_, PyTuple>> {
        PyTuple::new(py, ["until", "why"])
    }

    /// When there will be something to do, in milliseconds since the epoch.
    #[getter]
    fn until(&self) -> u64 {
        self.until.as_millis()
    }

    /// The same as a `datetime` in UTC, or `None` past the year 9999.
    #[getter]
    fn at<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        datetime(py, self.until)
    }

    /// What is waited for, in words.
    #[getter]
    fn why(&self) -> String {
        self.why.map_or_else(String::new, |why| why.to_string())
    }

    fn __repr__(&self) -> String {
        format!("<Wait until {} {}>", self.until, self.why())
    }
}

#[pymethods]
impl Act {
    #[classattr]
    fn __match_args__(py: Python<'_>) -> PyResult<Bound<'_, PyTuple>> {
        PyTuple::new(py, ["client_secret"])
    }

    /// The card provider's secret of this one payment.
    #[getter]
    fn client_secret(&self) -> &str {
        self.client_secret.expose()
    }

    #[expect(clippy::unused_self, reason = "a repr is a method")]
    fn __repr__(&self) -> &'static str {
        "<Act client_secret=***>"
    }
}

#[pymethods]
impl Done {
    #[classattr]
    fn __match_args__(py: Python<'_>) -> PyResult<Bound<'_, PyTuple>> {
        PyTuple::new(py, ["verdict"])
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(format!("<Done {}>", self.verdict.bind(py).repr()?))
    }
}

/// The action as Python has it.
pub(crate) fn to_python(py: Python<'_>, action: Action) -> PyResult<Py<PyAny>> {
    match action {
        Action::Record(snapshot) => Record { snapshot: snapshot.to_string() }.into_py_any(py),
        Action::Send(request) => Send { request: Py::new(py, PyRequest(request))? }.into_py_any(py),
        Action::Wait { until, why } => Wait { until, why: Some(why) }.into_py_any(py),
        Action::Act { client_secret } => Act { client_secret }.into_py_any(py),
        Action::Done(verdict) => Done { verdict: values::verdict(py, &verdict)?.unbind() }.into_py_any(py),
    }
}
