//! Level 2: `Execution` and `Source`, the machines themselves. They change in place, because a forgotten assignment would
//! have a request sent twice.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, MutexGuard, PoisonError};

use dollr_client::core::{Event, Execution, Machine, Rejected, Snapshot, Source, SourceRef};
use pyo3::prelude::*;
use pyo3::types::{PyTuple, PyType};

use crate::convert::{Moment, Money, Name, Span};
use crate::intent::{PyIntent, PyPolicy};
use crate::request::PyRequest;
use crate::{action, errors, values};

/// A machine that is changed in place, by one thread at a time.
struct Cell<M>(Mutex<M>);

impl<M: Machine> Cell<M> {
    fn new(machine: M) -> Self {
        Self(Mutex::new(machine))
    }

    fn get(&self) -> MutexGuard<'_, M> {
        locked(&self.0)
    }

    fn next(&self, py: Python<'_>, now: &Moment) -> PyResult<Py<PyAny>> {
        let action = guarded(py, || self.get().next(now.0))?;
        action::to_python(py, action)
    }

    fn apply(&self, py: Python<'_>, event: Event, now: &Moment) -> PyResult<()> {
        changed(py, &self.0, |machine| machine.apply(event, now.0))
    }
}

/// Whoever waits for this has the interpreter: what is locked is left before any of Python's is called.
pub(crate) fn locked<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    // What is inside is only ever replaced as a whole.
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Replaces what is locked by what becomes of it, unless that is rejected.
pub(crate) fn changed<M: Clone>(
    py: Python<'_>,
    lock: &Mutex<M>,
    change: impl FnOnce(M) -> Result<M, Rejected<M>>,
) -> PyResult<()> {
    let outcome = guarded(py, || {
        let mut there = locked(lock);
        change(there.clone()).map(|next| *there = next)
    })?;
    outcome.map_err(|e| errors::rejected(py, &e))
}

/// A panic is an ordinary exception: pyo3's own is none that `except Exception` catches.
pub(crate) fn guarded<T>(py: Python<'_>, work: impl FnOnce() -> T) -> PyResult<T> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|_| {
        errors::plain(
            py,
            "InternalError",
            "a mistake of this library; what stderr says of it helps to find it",
        )
    })
}

macro_rules! machine {
    ($(#[$doc:meta])* $class:ident($machine:ty) as $name:literal { $($own:tt)* }) => {
        $(#[$doc])*
        #[pyclass(frozen, module = "dollr", name = $name)]
        pub(crate) struct $class(Cell<$machine>);

        #[pymethods]
        impl $class {
            $($own)*

            /// Goes on from a snapshot, in another process, language or version. What was caught being sent asks first.
            #[classmethod]
            fn restore(_class: &Bound<'_, PyType>, py: Python<'_>, snapshot: &str) -> PyResult<Self> {
                let restored = guarded(py, || <$machine>::restore(&Snapshot::new(snapshot)))?;
                restored.map(|machine| Self(Cell::new(machine))).map_err(|e| errors::snapshot(py, &e))
            }

            /// What to do at this moment. Asking twice gives the same answer.
            fn next(&self, py: Python<'_>, now: Moment) -> PyResult<Py<PyAny>> {
                self.0.next(py, &now)
            }

            /// The snapshot of `Record` is durable.
            fn apply_recorded(&self, py: Python<'_>, now: Moment) -> PyResult<()> {
                self.0.apply(py, Event::Recorded, &now)
            }

            /// An answer to this request came, with any status.
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
                self.0.apply(py, request.answered(status, body, headers)?, &now)
            }

            /// No answer to this request came. `sent` is false only where surely no byte of it left.
            #[pyo3(signature = (request, now, sent = true))]
            fn apply_lost(&self, py: Python<'_>, request: &PyRequest, now: Moment, sent: bool) -> PyResult<()> {
                self.0.apply(py, request.lost(sent), &now)
            }

            /// Somebody says that something has happened, unproven: it is asked soon, at most once a second.
            fn apply_hint(&self, py: Python<'_>, now: Moment) -> PyResult<()> {
                self.0.apply(py, Event::Hint, &now)
            }

            /// The secret of `Act` is with the payer.
            fn apply_shown(&self, py: Python<'_>, now: Moment) -> PyResult<()> {
                self.0.apply(py, Event::Shown, &now)
            }

            /// Somebody is willing to wait for this much longer.
            fn apply_resumed(&self, py: Python<'_>, patience: Span, now: Moment) -> PyResult<()> {
                self.0.apply(py, Event::Resumed { patience: patience.0 }, &now)
            }

            /// Somebody looks after it who has not begun it, and nobody waits. Say it after each `restore` by a worker.
            #[pyo3(signature = (now, horizon = None))]
            fn apply_adopted(&self, py: Python<'_>, now: Moment, horizon: Option<Span>) -> PyResult<()> {
                self.0.apply(py, Event::Adopted { horizon: horizon.map(|span| span.0) }, &now)
            }

            /// All of it as text, to be kept. No secret is inside.
            fn snapshot(&self) -> String {
                self.0.get().snapshot().to_string()
            }

            /// The status request, due or not; `None` where nothing has been sent.
            fn ask(&self) -> Option<PyRequest> {
                self.0.get().ask().map(PyRequest)
            }

            /// When somebody should look after it if nobody waits, in milliseconds since the epoch; `None` where that is in vain.
            fn due(&self, now: Moment) -> Option<u64> {
                self.0.get().due(now.0).map(|due| due.as_millis())
            }

            /// Its name: the reference id, or the source such as `INVOICE:101`.
            #[getter]
            fn key(&self) -> String {
                self.0.get().key()
            }

            /// The name of the state, as in the table of its transitions.
            #[getter]
            fn state(&self) -> &'static str {
                self.0.get().state()
            }

            /// How it stands, whatever is to be done next.
            #[getter]
            fn verdict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
                let verdict = self.0.get().verdict();
                values::verdict(py, &verdict)
            }

            /// A later answer that contradicts the final verdict, or `None`.
            #[getter]
            fn conflict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
                let conflict = self.0.get().conflict().cloned();
                values::conflict(py, conflict.as_ref())
            }

            /// Whether goods may be handed out: it is paid, and nothing contradicts that.
            #[getter]
            fn is_paid(&self) -> bool {
                self.0.get().is_paid()
            }

            /// Whether no event can change the verdict any more.
            #[getter]
            fn is_terminal(&self) -> bool {
                self.0.get().is_terminal()
            }

            /// How often the status has been asked for.
            #[getter]
            fn asks(&self) -> u32 {
                self.0.get().asks()
            }

            /// Why it stands where it stands, in sentences.
            fn explain(&self, now: Moment) -> Vec<String> {
                self.0.get().explain(now.0).sentences().map(str::to_owned).collect()
            }

            fn __repr__(&self) -> String {
                let machine = self.0.get();
                format!(concat!("<", $name, " {} {}>"), machine.key(), machine.state())
            }

            fn __eq__(&self, other: &Self) -> bool {
                let ours = self.0.get().snapshot();
                ours == other.0.get().snapshot()
            }

            /// As a snapshot: what was caught being sent asks first where it is unpickled.
            fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
                let snapshot = slf.get().snapshot();
                Ok((slf.get_type().getattr("restore")?, PyTuple::new(slf.py(), [snapshot])?))
            }
        }
    };
}

machine! {
    /// One attempt to move money: a collection, payout, transfer or refund.
    PyExecution(Execution) as "Execution" {
        /// A new attempt. Nothing is sent before it has been recorded.
        #[classmethod]
        #[pyo3(signature = (intent, now, policy = None))]
        fn prepare(
            _class: &Bound<'_, PyType>,
            intent: &PyIntent,
            now: Moment,
            policy: Option<&PyPolicy>,
        ) -> Self {
            let policy = policy.map(|policy| policy.0.clone()).unwrap_or_default();
            Self(Cell::new(Execution::prepare(intent.0.clone(), policy, now.0)))
        }

        /// The attempt's id.
        #[getter]
        fn reference_id(&self) -> String {
            self.0.get().reference_id().to_string()
        }

        /// How often the `POST` was handed out to be sent.
        #[getter]
        fn sends(&self) -> u32 {
            self.0.get().sends()
        }
    }
}

machine! {
    /// An invoice or order that is watched until it is paid, in this currency and with this total.
    PySource(Source) as "Source" {
        /// Watches `source`, such as `INVOICE:101`. Take all three from the order, never from a browser.
        #[classmethod]
        #[pyo3(signature = (source, currency, total, now, policy = None))]
        fn watch(
            _class: &Bound<'_, PyType>,
            py: Python<'_>,
            source: Name,
            currency: Name,
            total: Money,
            now: Moment,
            policy: Option<&PyPolicy>,
        ) -> PyResult<Self> {
            let policy = policy.map(|policy| policy.0.clone()).unwrap_or_default();
            let source: SourceRef = source.parsed(py)?;
            Ok(Self(Cell::new(Source::watch(source, currency.parsed(py)?, total.0, policy, now.0))))
        }

        /// The invoice or order.
        #[getter]
        fn source(&self) -> String {
            self.0.get().source().to_string()
        }
    }
}
