//! What is to be sent, as the engine's host sees it.

use dollr_client::core::{Event, Exchange, Loss, Request, Response};
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use crate::convert;

/// A request to be sent once, as it is: never follow a redirect, never let the HTTP library repeat it.
#[pyclass(frozen, module = "dollr", name = "Request")]
pub(crate) struct PyRequest(pub(crate) Request);

#[pymethods]
impl PyRequest {
    /// `GET` or `POST`.
    #[getter]
    fn method(&self) -> &'static str {
        self.0.method.as_str()
    }

    /// Path and query, from `/v1` on, to be put after the base URL.
    #[getter]
    fn path(&self) -> &str {
        &self.0.path
    }

    /// The JSON body of a `POST`, or `None`. It may hold a secret: never log it.
    #[getter]
    fn body(&self) -> Option<&[u8]> {
        self.0.body.as_ref().map(|body| body.expose().as_bytes())
    }

    /// The headers to send beside `Authorization`, `Host` and `User-Agent`.
    #[getter]
    fn headers<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, self.0.headers().collect::<Vec<_>>())
    }

    /// Whether `Authorization: Bearer …` is to be added.
    #[getter]
    fn authorized(&self) -> bool {
        self.0.authorized
    }

    fn __repr__(&self) -> String {
        format!("<Request {} {}>", self.method(), self.0.path)
    }
}

impl PyRequest {
    pub(crate) fn exchange(&self) -> Exchange {
        self.0.exchange
    }

    /// The event that this answer came.
    pub(crate) fn answered(
        &self,
        status: u16,
        body: &[u8],
        headers: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Event> {
        Ok(Event::Answered { exchange: self.exchange(), response: response(status, body, headers)? })
    }

    /// The event that none came.
    pub(crate) fn lost(&self, sent: bool) -> Event {
        let loss = if sent { Loss::Unknown } else { Loss::NotSent };
        Event::Lost { exchange: self.exchange(), loss }
    }
}

/// An answer with all its headers.
pub(crate) fn response(status: u16, body: &[u8], headers: Option<&Bound<'_, PyAny>>) -> PyResult<Response> {
    let headers = convert::headers(headers)?;
    let with = |response: Response, (name, value): &(String, String)| response.with_header(name, value);
    Ok(headers.iter().fold(Response::new(status, body), with))
}
