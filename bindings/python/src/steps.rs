//! `_Steps`: a call of a client as an event loop goes through it. What is decided is the Rust client's; Python sends and sleeps.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::task::Waker;
use std::time::Instant;

use dollr_client::core::{Bearer, Loss, Purpose, Request, Secret, Timestamp};
use dollr_client::{Step, Summary, Wire};
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use tracing::debug;

use crate::alarm::Alarm;
use crate::call::{Answer, Going};
use crate::journal::Own;
use crate::machine::guarded;
use crate::request::response;
use crate::{blocking, errors, logs, values};

/// The steps of one call.
#[pyclass(frozen, module = "dollr._dollr", name = "_Steps")]
pub(crate) struct PySteps(Own<Mutex<Under>>);

/// A call under way.
struct Under {
    /// None once it is over.
    call: Option<Box<dyn Going>>,
    /// What is being sent, for the log.
    out: Option<Out>,
}

/// How far a call has gone.
enum Gone {
    To(Box<Step<Answer>>),
    /// It wants the journal first.
    ToJournal,
    /// It was over already.
    Over,
}

struct Out {
    method: &'static str,
    path: String,
    attempt: u32,
    begun: Instant,
}

impl Under {
    fn next(&mut self, waker: &Waker) -> Gone {
        let Some(call) = &mut self.call else { return Gone::Over };
        let step = call.next(waker);
        self.taken(step)
    }

    fn try_next(&mut self, waker: &Waker) -> Gone {
        let Some(call) = &mut self.call else { return Gone::Over };
        match call.try_next(waker) {
            Some(step) => self.taken(step),
            None => Gone::ToJournal,
        }
    }

    fn taken(&mut self, step: Step<Answer>) -> Gone {
        match &step {
            Step::Send(request, _) => {
                let (method, path) = (request.method.as_str(), request.path.clone());
                let attempt = request.exchange.number;
                self.out = Some(Out { method, path, attempt, begun: Instant::now() });
            }
            Step::Wait(_) => {}
            Step::Done(_) => self.call = None,
        }
        Gone::To(Box::new(step))
    }

    /// Says in the log what the Rust client says of its own calls.
    fn log(&mut self, outcome: Result<u16, (Loss, &str)>) {
        let Some(Out { method, path, attempt, begun }) = self.out.take() else { return };
        let latency_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        match outcome {
            Ok(status) => debug!(target: "dollr", method, path, attempt, status, latency_ms, "answered"),
            Err((loss, error)) => {
                debug!(target: "dollr", method, path, attempt, ?loss, latency_ms, error, "no answer");
            }
        }
    }
}

impl PySteps {
    pub(crate) fn new(call: Box<dyn Going>) -> Self {
        Self(Own::new(Mutex::new(Under { call: Some(call), out: None })))
    }

    /// Changes the call, without the GIL, which whoever is inside may be waiting for.
    fn with<T: Send>(&self, py: Python<'_>, work: impl FnOnce(&mut Under) -> T + Send) -> PyResult<T> {
        let under = self.0.get(py)?;
        logs::listen(py)?;
        let work = || work(&mut under.lock().unwrap_or_else(PoisonError::into_inner));
        let result = guarded(py, || py.detach(work))?;
        logs::tell(py)?;
        Ok(result)
    }
}

impl PySteps {
    fn go_on(
        &self,
        py: Python<'_>,
        alarm: &Alarm,
        call: u64,
        step: fn(&mut Under, &Waker) -> Gone,
    ) -> PyResult<PyStep> {
        let waker = alarm.waker(call);
        let (gone, shown) = self.with(py, move |under| blocking::showing(|| step(under, &waker)))?;
        let step = match gone {
            Gone::To(step) => *step,
            Gone::ToJournal => return Ok(PyStep { what: What::Journal, shown }),
            Gone::Over => {
                return Err(errors::plain(py, "InternalError", "a call that is over was gone on with"));
            }
        };
        let what = match step {
            Step::Send(request, bearer) => What::Send(Py::new(py, Outgoing { request, bearer })?),
            Step::Wait(until) => What::Wait(until.map(Timestamp::as_millis)),
            Step::Done(Ok(Answer::Summary(summary))) => What::Done(Py::new(py, Run(*summary))?.into_any()),
            Step::Done(Ok(answer)) => What::Done(answer.to_python(py)?.unbind()),
            Step::Done(Err(error)) => return Err(errors::of(py, &error)),
        };
        Ok(PyStep { what, shown })
    }
}

#[pymethods]
impl PySteps {
    /// What to do now. It may block for the journal; the call with this number is rung when it is worth asking again.
    fn next(&self, py: Python<'_>, alarm: &Alarm, call: u64) -> PyResult<PyStep> {
        self.go_on(py, alarm, call, Under::next)
    }

    /// The same, on a thread that must not be blocked. Where the step is that the journal is wanted, `next` goes on from there.
    fn try_next(&self, py: Python<'_>, alarm: &Alarm, call: u64) -> PyResult<PyStep> {
        self.go_on(py, alarm, call, Under::try_next)
    }

    /// The answer to what was to be sent.
    fn answered(&self, py: Python<'_>, status: u16, headers: Bound<'_, PyAny>, body: &[u8]) -> PyResult<()> {
        let response = response(status, body, Some(&headers))?;
        self.with(py, move |under| {
            under.log(Ok(status));
            under.call.iter_mut().for_each(|call| call.answered(response.clone()));
        })
    }

    /// There is none. `sent` is false only where surely no byte of it left.
    fn lost(&self, py: Python<'_>, sent: bool, why: &str) -> PyResult<()> {
        let loss = if sent { Loss::Unknown } else { Loss::NotSent };
        self.with(py, move |under| {
            under.log(Err((loss, why)));
            under.call.iter_mut().for_each(|call| call.lost(loss));
        })
    }

    /// Nobody wants to know the end any more: what is on record is handed over. It may block for the journal.
    fn leave(&self, py: Python<'_>) -> PyResult<()> {
        self.with(py, |under| under.call.take().into_iter().for_each(|mut call| call.leave()))
    }
}

/// What to do now: go to the journal, send, wait, or take the result. And a card's secrets that are to be shown first.
#[pyclass(frozen, module = "dollr._dollr", name = "_Step")]
pub(crate) struct PyStep {
    what: What,
    shown: Vec<(String, Secret)>,
}

enum What {
    /// What is next is known when the journal was waited for.
    Journal,
    Send(Py<Outgoing>),
    Wait(Option<u64>),
    Done(Py<PyAny>),
}

#[pymethods]
impl PyStep {
    /// Whether the journal is wanted, on another thread.
    #[getter]
    fn wants_journal(&self) -> bool {
        matches!(self.what, What::Journal)
    }

    /// To be sent, or `None`.
    #[getter]
    fn request(&self, py: Python<'_>) -> Option<Py<Outgoing>> {
        if let What::Send(request) = &self.what { Some(request.clone_ref(py)) } else { None }
    }

    /// When to ask again if it is not rung before, in milliseconds since the epoch; `None` where only a ring helps.
    #[getter]
    fn until(&self) -> Option<u64> {
        if let What::Wait(until) = self.what { until } else { None }
    }

    /// Whether there is a result.
    #[getter]
    fn over(&self) -> bool {
        matches!(self.what, What::Done(_))
    }

    /// What the call has come to.
    #[getter]
    fn result(&self, py: Python<'_>) -> Option<Py<PyAny>> {
        if let What::Done(result) = &self.what { Some(result.clone_ref(py)) } else { None }
    }

    /// Pairs of a payment's key and a card's secret, to be shown to its payer.
    #[getter]
    fn shown(&self) -> Vec<(&str, &str)> {
        self.shown.iter().map(|(key, secret)| (key.as_str(), secret.expose())).collect()
    }
}

/// One of several runs of `reconcile` beside each other.
#[pyclass(frozen, module = "dollr._dollr", name = "_Run")]
pub(crate) struct Run(Summary);

#[pymethods]
impl Run {
    /// Both as one, of which the other has ended later.
    fn merge(&self, later: &Self) -> Self {
        Self(self.0.clone().merge(later.0.clone()))
    }

    /// What it has come to.
    fn summary<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        values::summary(py, &self.0)
    }
}

/// A request with its token.
#[pyclass(frozen, module = "dollr._dollr", name = "_Outgoing")]
pub(crate) struct Outgoing {
    request: Request,
    bearer: Option<Bearer>,
}

#[pymethods]
impl Outgoing {
    #[getter]
    fn method(&self) -> &'static str {
        self.request.method.as_str()
    }

    #[getter]
    fn path(&self) -> &str {
        &self.request.path
    }

    /// Whether it is sent by a connection of its own.
    #[getter]
    fn moves_money(&self) -> bool {
        self.request.exchange.purpose == Purpose::Execute
    }

    /// All but those that an HTTP library makes of the rest.
    fn headers(&self) -> Vec<(&'static str, String)> {
        let bearer = self.bearer.as_ref().map(|b| ("Authorization", format!("Bearer {}", b.secret.expose())));
        let headers = self.request.headers().map(|(name, value)| (name, value.to_owned()));
        headers.chain(bearer).collect()
    }

    /// The JSON body of a `POST`.
    fn body<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyBytes>> {
        self.request.body.as_ref().map(|body| PyBytes::new(py, body.expose().as_bytes()))
    }

    fn __repr__(&self) -> String {
        format!("<_Outgoing {} {}>", self.method(), self.path())
    }
}

/// The settings of the wire; spans are in seconds.
#[pyclass(frozen, get_all, module = "dollr._dollr", name = "_Wire")]
pub(crate) struct PyWire {
    base_url: String,
    user_agent: String,
    ca_bundle: Option<PathBuf>,
    proxy: Option<String>,
    connect_timeout: f64,
    read_timeout: f64,
    total_timeout: f64,
    largest_body: usize,
}

impl From<&Wire> for PyWire {
    fn from(wire: &Wire) -> Self {
        Self {
            base_url: wire.base_url.clone(),
            user_agent: wire.user_agent.clone(),
            ca_bundle: wire.ca_bundle.clone(),
            proxy: wire.proxy.as_ref().map(|proxy| proxy.expose().to_owned()),
            connect_timeout: wire.connect_timeout.as_secs_f64(),
            read_timeout: wire.read_timeout.as_secs_f64(),
            total_timeout: wire.total_timeout.as_secs_f64(),
            largest_body: Wire::LARGEST_BODY,
        }
    }
}
