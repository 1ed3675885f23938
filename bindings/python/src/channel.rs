//! Level 2: `Channel`, news of one payment over Supabase Realtime. All that it ever says of the payment is *ask now*.

use std::sync::{Mutex, MutexGuard};

use dollr_client::core::{Channel, ChannelAction, ChannelEvent, ChannelPolicy, Handshake, Push, Secret};
use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use pyo3::types::{PyTuple, PyType};

use crate::action::Wait;
use crate::convert::{Moment, Name, Span};
use crate::machine::{changed, guarded, locked};
use crate::request::{PyRequest, response};

/// Send the request for the channel's key, then say `apply_answer` or `apply_unanswered`.
#[pyclass(frozen, module = "dollr")]
pub(crate) struct MintKey {
    /// What to send.
    #[pyo3(get)]
    request: Py<PyRequest>,
}

/// Open a WebSocket to the realtime server, then say `apply_connected` or `apply_unconnected`.
#[pyclass(frozen, module = "dollr")]
pub(crate) struct Connect(Handshake);

/// Send the frame, then say `apply_sent`.
#[pyclass(frozen, module = "dollr", name = "Push")]
pub(crate) struct PyPush(Push);

/// Tell the payment (`apply_hint`), then say `apply_hinted`.
#[pyclass(frozen, module = "dollr")]
pub(crate) struct Ring;

/// Close the socket, then say `apply_closed`.
#[pyclass(frozen, module = "dollr")]
pub(crate) struct Close;

/// The channel is over; the payment goes on without it.
#[pyclass(frozen, module = "dollr")]
pub(crate) struct Ended {
    /// Why, in words.
    #[pyo3(get)]
    why: String,
}

#[pymethods]
impl MintKey {
    #[classattr]
    fn __match_args__(py: Python<'_>) -> PyResult<Bound<'_, PyTuple>> {
        PyTuple::new(py, ["request"])
    }
}

#[pymethods]
impl Connect {
    #[classattr]
    fn __match_args__(py: Python<'_>) -> PyResult<Bound<'_, PyTuple>> {
        PyTuple::new(py, ["until"])
    }

    /// When to give up, in milliseconds since the epoch.
    #[getter]
    fn until(&self) -> u64 {
        self.0.until.as_millis()
    }

    /// Path and query, to be put after the realtime server's URL. It holds the anon key.
    fn target(&self, anon_key: String) -> String {
        self.0.target(&Secret::new(anon_key)).expose().to_owned()
    }
}

#[pymethods]
impl PyPush {
    #[classattr]
    fn __match_args__(py: Python<'_>) -> PyResult<Bound<'_, PyTuple>> {
        PyTuple::new(py, ["text"])
    }

    /// The frame. It may hold the key: never log it.
    #[getter]
    fn text(&self) -> &str {
        self.0.text.expose()
    }

    fn __repr__(&self) -> String {
        format!("<Push number {}>", self.0.number)
    }
}

#[pymethods]
impl Ended {
    #[classattr]
    fn __match_args__(py: Python<'_>) -> PyResult<Bound<'_, PyTuple>> {
        PyTuple::new(py, ["why"])
    }

    fn __repr__(&self) -> String {
        format!("<Ended: {}>", self.why)
    }
}

/// The news of one payment for its first half minute.
#[pyclass(frozen, module = "dollr", name = "Channel")]
pub(crate) struct PyChannel(Mutex<Channel>);

impl PyChannel {
    fn get(&self) -> MutexGuard<'_, Channel> {
        locked(&self.0)
    }

    fn apply(&self, py: Python<'_>, event: &ChannelEvent, now: &Moment) -> PyResult<()> {
        changed(py, &self.0, |channel| channel.apply(event, now.0))
    }
}

#[pymethods]
impl PyChannel {
    /// Watches the execution with this reference id, in its session, paying for a source of this kind (`INVOICE`, `ORDER`).
    #[classmethod]
    #[pyo3(signature = (session, kind, reference_id, now, *, life = None))]
    fn watch(
        _class: &Bound<'_, PyType>,
        py: Python<'_>,
        session: Name,
        kind: Name,
        reference_id: Name,
        now: Moment,
        life: Option<Span>,
    ) -> PyResult<Self> {
        let policy = ChannelPolicy::default();
        let policy = if let Some(Span(life)) = life { policy.life(life) } else { policy };
        let (session, kind, reference) = (session.parsed(py)?, kind.parsed(py)?, reference_id.parsed(py)?);
        Ok(Self(Mutex::new(Channel::watch(session, kind, reference, policy, now.0))))
    }

    /// What to do at this moment. Asking twice gives the same answer.
    fn next(&self, py: Python<'_>, now: Moment) -> PyResult<Py<PyAny>> {
        let action = guarded(py, || self.get().next(now.0))?;
        match action {
            ChannelAction::Key(request) => {
                MintKey { request: Py::new(py, PyRequest(request))? }.into_py_any(py)
            }
            ChannelAction::Connect(handshake) => Connect(handshake).into_py_any(py),
            ChannelAction::Send(push) => PyPush(push).into_py_any(py),
            ChannelAction::Hint => Ring.into_py_any(py),
            ChannelAction::Close => Close.into_py_any(py),
            ChannelAction::Wait { until } => Wait::plain(until).into_py_any(py),
            ChannelAction::Done(ending) => Ended { why: ending.to_string() }.into_py_any(py),
        }
    }

    /// The call for a key was answered, with any status.
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
        let response = response(status, body, headers)?;
        self.apply(py, &ChannelEvent::Answered { exchange: request.exchange(), response }, &now)
    }

    /// The call for a key got no answer.
    fn apply_unanswered(&self, py: Python<'_>, request: &PyRequest, now: Moment) -> PyResult<()> {
        self.apply(py, &ChannelEvent::Unanswered { exchange: request.exchange() }, &now)
    }

    /// The socket is open.
    fn apply_connected(&self, py: Python<'_>, now: Moment) -> PyResult<()> {
        self.apply(py, &ChannelEvent::Connected, &now)
    }

    /// There is no socket; `status` is that of an HTTP answer, where there was one.
    #[pyo3(signature = (now, status = None))]
    fn apply_unconnected(&self, py: Python<'_>, now: Moment, status: Option<u16>) -> PyResult<()> {
        self.apply(py, &ChannelEvent::Unconnected { status }, &now)
    }

    /// The frame was sent.
    fn apply_sent(&self, py: Python<'_>, push: &PyPush, now: Moment) -> PyResult<()> {
        self.apply(py, &ChannelEvent::Sent { number: push.0.number }, &now)
    }

    /// A text frame came.
    fn apply_text(&self, py: Python<'_>, text: String, now: Moment) -> PyResult<()> {
        self.apply(py, &ChannelEvent::Text(text), &now)
    }

    /// A binary frame came.
    fn apply_binary(&self, py: Python<'_>, now: Moment) -> PyResult<()> {
        self.apply(py, &ChannelEvent::Binary, &now)
    }

    /// The socket is closed.
    fn apply_closed(&self, py: Python<'_>, now: Moment) -> PyResult<()> {
        self.apply(py, &ChannelEvent::Closed, &now)
    }

    /// The payment was told.
    fn apply_hinted(&self, py: Python<'_>, now: Moment) -> PyResult<()> {
        self.apply(py, &ChannelEvent::Hinted, &now)
    }

    /// Nobody needs it any more.
    fn apply_leave(&self, py: Python<'_>, now: Moment) -> PyResult<()> {
        self.apply(py, &ChannelEvent::Leave, &now)
    }

    /// The name of the state at the latest event.
    #[getter]
    fn state(&self) -> &'static str {
        self.get().state()
    }

    /// Whether an event is likely to come if the payment moves.
    fn is_live(&self, now: Moment) -> bool {
        self.get().is_live(now.0)
    }

    /// When to ask although nothing was heard, in milliseconds: a payment due at `due` that was `asked` about last then.
    fn safety_poll(&self, due: Moment, asked: Moment, now: Moment) -> u64 {
        self.get().safety_poll(due.0, asked.0, now.0).as_millis()
    }

    fn __repr__(&self) -> String {
        format!("<Channel {}>", self.state())
    }
}
