//! Level 2: `Token`, the bearer token's short life. It has no snapshot: a secret is not written down.

use std::sync::{Mutex, MutexGuard};

use dollr_client::core::{Bearer, Credentials, Event, Secret, Token, TokenAction};
use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use crate::action::Wait;
use crate::convert::Moment;
use crate::machine::{changed, guarded, locked};
use crate::request::PyRequest;
use crate::values;

/// Call with this bearer token.
#[pyclass(frozen, module = "dollr")]
pub(crate) struct Use(Bearer);

/// Send the request for a token, then say `apply_answer` or `apply_lost`.
#[pyclass(frozen, module = "dollr")]
pub(crate) struct Obtain {
    /// What to send; its body holds the client secret.
    #[pyo3(get)]
    request: Py<PyRequest>,
}

/// The vendor does not know these credentials.
#[pyclass(frozen, module = "dollr")]
pub(crate) struct Denied {
    /// The status of the answer.
    #[pyo3(get)]
    http_status: u16,
    /// The vendor's words.
    #[pyo3(get)]
    errors: Py<PyAny>,
}

#[pymethods]
impl Use {
    #[classattr]
    fn __match_args__(py: Python<'_>) -> PyResult<Bound<'_, PyTuple>> {
        PyTuple::new(py, ["bearer"])
    }

    /// For `Authorization: Bearer …`. Never log it.
    #[getter]
    fn bearer(&self) -> &str {
        self.0.secret.expose()
    }

    fn __repr__(&self) -> String {
        format!("<Use bearer=*** number {}>", self.0.number)
    }
}

#[pymethods]
impl Obtain {
    #[classattr]
    fn __match_args__(py: Python<'_>) -> PyResult<Bound<'_, PyTuple>> {
        PyTuple::new(py, ["request"])
    }
}

#[pymethods]
impl Denied {
    #[classattr]
    fn __match_args__(py: Python<'_>) -> PyResult<Bound<'_, PyTuple>> {
        PyTuple::new(py, ["http_status", "errors"])
    }
}

/// The bearer token of a merchant, as it comes and goes.
#[pyclass(frozen, module = "dollr", name = "Token")]
pub(crate) struct PyToken {
    credentials: Credentials,
    token: Mutex<Token>,
}

impl PyToken {
    fn get(&self) -> MutexGuard<'_, Token> {
        locked(&self.token)
    }

    fn apply(&self, py: Python<'_>, event: &Event, now: &Moment) -> PyResult<()> {
        changed(py, &self.token, |token| token.apply(event, now.0))
    }
}

#[pymethods]
impl PyToken {
    #[new]
    fn new(client_id: String, client_secret: String) -> Self {
        let credentials = Credentials { client_id, client_secret: Secret::new(client_secret) };
        Self { credentials, token: Mutex::new(Token::new()) }
    }

    /// What to do at this moment: `Use`, `Obtain`, `Wait` or `Denied`.
    fn next(&self, py: Python<'_>, now: Moment) -> PyResult<Py<PyAny>> {
        let action = guarded(py, || self.get().next(&self.credentials, now.0))?;
        match action {
            TokenAction::Use(bearer) => Use(bearer).into_py_any(py),
            TokenAction::Obtain(request) => {
                Obtain { request: Py::new(py, PyRequest(request))? }.into_py_any(py)
            }
            TokenAction::Wait { until } => Wait::plain(until).into_py_any(py),
            TokenAction::Denied(refusal) => {
                let errors = values::problems(py, &refusal.problems)?.unbind();
                Denied { http_status: refusal.http_status, errors }.into_py_any(py)
            }
        }
    }

    /// The token call was answered, with any status.
    #[pyo3(signature = (request, status, body, now, headers = None))]
    fn apply_answer(
        &self,
        py: Python<'_>,
        request: &PyRequest,
        status: u16,
        body: &[u8],
        now: Moment,
        headers: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        self.apply(py, &request.answered(status, body, headers)?, &now)
    }

    /// The token call got no answer.
    #[pyo3(signature = (request, now, sent = true))]
    fn apply_lost(&self, py: Python<'_>, request: &PyRequest, now: Moment, sent: bool) -> PyResult<()> {
        self.apply(py, &request.lost(sent), &now)
    }

    /// A call that used this token was answered 401. What many threads report about one token leads to one renewal.
    fn expired(&self, used: &Use) {
        let mut token = self.get();
        *token = std::mem::take(&mut *token).expired(&used.0);
    }

    /// The name of the state.
    #[getter]
    fn state(&self) -> &'static str {
        self.get().state()
    }

    fn __repr__(&self) -> String {
        format!("<Token {} of {}>", self.state(), self.credentials)
    }
}
