//! Level 1: `Client`, blocking. Each call waits without the GIL; what it does is the Rust client's. For `dollr.aio` the same
//! methods give the steps of the call instead.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use dollr_client::core::{CheckoutOrder, Intent, Limit, ReferenceId, SourceKind, Timestamp};
use dollr_client::{Attempt, Client, ClientBuilder, Error, Reconcile};
use pyo3::IntoPyObjectExt;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use pyo3::{PyTraverseError, PyVisit};

use crate::blocking::{self, blocking, briefly};
use crate::call::Call;
use crate::convert::{Moment, Money, Name, Span};
use crate::goods::Unheard;
use crate::intent::{PyIntent, PyPolicy, session_of};
use crate::journal::{Own, PyJournal};
use crate::steps::{PySteps, PyWire};
use crate::{errors, settings, values};

type Value<'py> = PyResult<Bound<'py, PyAny>>;

/// A merchant's connection to the vendor: one token, one policy, one journal. Share it between threads; after a fork each
/// process makes its own.
#[pyclass(frozen, module = "dollr", name = "Client")]
pub(crate) struct PyClient {
    client: Own<Arc<Client>>,
    show: Option<Py<PyAny>>,
    base_url: Option<String>,
    /// Whether calls give their steps, for an event loop.
    stepwise: bool,
}

/// What belongs to one attempt only.
#[derive(Default)]
struct Particulars {
    order: Option<String>,
    despite: Option<String>,
    patience: Option<Duration>,
    realtime: Option<SourceKind>,
}

impl PyClient {
    /// One brief call of the client.
    fn call<T: Send + 'static>(
        &self,
        py: Python<'_>,
        work: impl FnOnce(&Client) -> Result<T, Error> + Send + 'static,
    ) -> PyResult<T> {
        let client = Arc::clone(self.client.get(py)?);
        briefly(py, move || work(&client))?.map_err(|error| errors::of(py, &error))
    }

    /// What the call comes to, or its steps.
    fn asked<'py>(&self, py: Python<'py>, call: Call) -> Value<'py> {
        if self.stepwise {
            return PySteps::new(call.steps(self.client.get(py)?)).into_bound_py_any(py);
        }
        if call.is_brief() {
            return self.call(py, move |client| call.made(client))?.to_python(py);
        }
        let client = Arc::clone(self.client.get(py)?);
        let shower = self.show.as_ref().map(|show| show.bind(py));
        let answer = blocking(py, shower, move || call.made(&client))?;
        answer.map_err(|error| errors::of(py, &error))?.to_python(py)
    }

    fn attempt<'py>(&self, py: Python<'py>, intent: Intent, particulars: Particulars) -> Value<'py> {
        let Particulars { order, despite, patience, realtime } = particulars;
        let mut attempt = Attempt::new(intent);
        attempt = order.into_iter().fold(attempt, Attempt::order);
        attempt = despite.into_iter().fold(attempt, Attempt::despite);
        attempt = patience.into_iter().fold(attempt, Attempt::patience);
        attempt = realtime.into_iter().fold(attempt, Attempt::realtime);
        self.asked(py, Call::Execute(Box::new(attempt)))
    }

    fn patience(&self, py: Python<'_>, given: Option<Span>) -> PyResult<Duration> {
        let _ = self.client.get(py)?;
        Ok(given.map_or(Duration::from_secs(300), |Span(patience)| patience))
    }
}

fn kind(py: Python<'_>, name: Option<Name>) -> PyResult<Option<SourceKind>> {
    name.map(|name| name.parsed(py)).transpose()
}

#[pymethods]
impl PyClient {
    #[new]
    #[pyo3(signature = (*, client_id = None, client_secret = None, base_url = None, journal = None, policy = None, show = None, **more))]
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn new(
        py: Python<'_>,
        client_id: Option<String>,
        client_secret: Option<String>,
        base_url: Option<String>,
        journal: Option<&Bound<'_, PyAny>>,
        policy: Option<&PyPolicy>,
        show: Option<Py<PyAny>>,
        more: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        let builder = match (client_id, client_secret) {
            (Some(id), Some(secret)) => Client::builder().credentials(id, secret),
            (None, None) => Client::builder().credentials_from_env(),
            _ => return Err(PyTypeError::new_err("give both of client_id and client_secret, or neither")),
        };
        let builder = base_url.iter().fold(builder, |builder, url| builder.base_url(url));
        let builder = match policy {
            Some(policy) => builder.policy(policy.0.clone()),
            None => builder,
        };
        let builder = match journal {
            Some(journal) => with_journal(py, builder, journal)?,
            None => builder,
        };
        let builder = settings::applied(py, builder, more)?.show(blocking::show);
        let client = builder.build().map_err(|error| errors::of(py, &error))?;
        Ok(Self { client: Own::new(Arc::new(client)), show, base_url, stepwise: false })
    }

    /// Collects from a customer's account: records, sends once, and asks until there is a verdict or patience is over.
    #[pyo3(signature = (*, session, account, currency, amount = None, reference_id = None, order = None, despite = None, patience = None, realtime = None, session_expires_at = None, source = None))]
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn collect<'py>(
        &self,
        py: Python<'py>,
        session: &Bound<'py, PyAny>,
        account: Name,
        currency: Name,
        amount: Option<Money>,
        reference_id: Option<Name>,
        order: Option<String>,
        despite: Option<String>,
        patience: Option<Span>,
        realtime: Option<Name>,
        session_expires_at: Option<Moment>,
        source: Option<Name>,
    ) -> Value<'py> {
        let reference: ReferenceId = match reference_id {
            Some(name) => name.parsed(py)?,
            None => self.client.get(py)?.reference_id().map_err(|error| errors::of(py, &error))?,
        };
        let session = session_of(session)?;
        let intent =
            Intent::collection(reference, session.id.parsed(py)?, account.parsed(py)?, currency.parsed(py)?);
        let intent = amount.into_iter().fold(intent, |intent, Money(amount)| intent.amount(amount));
        let intent = session.telling(py, intent, session_expires_at, source)?;
        let patience = patience.map(|Span(patience)| patience);
        self.attempt(py, intent, Particulars { order, despite, patience, realtime: kind(py, realtime)? })
    }

    /// The same for any intent: a collection, payout, transfer or refund.
    #[pyo3(signature = (intent, *, order = None, despite = None, patience = None, realtime = None))]
    fn execute<'py>(
        &self,
        py: Python<'py>,
        intent: &PyIntent,
        order: Option<String>,
        despite: Option<String>,
        patience: Option<Span>,
        realtime: Option<Name>,
    ) -> Value<'py> {
        let patience = patience.map(|Span(patience)| patience);
        let particulars = Particulars { order, despite, patience, realtime: kind(py, realtime)? };
        self.attempt(py, intent.0.clone(), particulars)
    }

    /// Makes a session for a source such as `INVOICE:101`, to be executed in right away.
    fn create_session<'py>(&self, py: Python<'py>, source: Name) -> Value<'py> {
        self.asked(py, Call::CreateSession(source.parsed(py)?))
    }

    /// Makes a hosted checkout of these items, pairs of name and amount: send the customer to its `url`.
    #[pyo3(signature = (*, phone, currency, items, kind = None, success_url = None, cancel_url = None, customer_name = None, customer_email = None, reference_id = None, expires_at = None, note = None))]
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn create_checkout<'py>(
        &self,
        py: Python<'py>,
        phone: &str,
        currency: Name,
        items: Vec<(String, Money)>,
        kind: Option<Name>,
        success_url: Option<String>,
        cancel_url: Option<String>,
        customer_name: Option<String>,
        customer_email: Option<String>,
        reference_id: Option<Name>,
        expires_at: Option<Moment>,
        note: Option<String>,
    ) -> Value<'py> {
        if items.is_empty() {
            return Err(PyValueError::new_err("a checkout has one item at least"));
        }
        let kind = self::kind(py, kind)?.unwrap_or(SourceKind::Invoice);
        let order = CheckoutOrder::new(kind, phone, currency.parsed(py)?);
        let mut order = order.map_err(|error| errors::invalid(py, &error))?;
        order = items.into_iter().fold(order, |order, (name, Money(amount))| order.item(name, amount));
        order = success_url.into_iter().fold(order, CheckoutOrder::success_url);
        order = cancel_url.into_iter().fold(order, CheckoutOrder::cancel_url);
        order = customer_name.into_iter().fold(order, CheckoutOrder::customer_name);
        order = customer_email.into_iter().fold(order, CheckoutOrder::customer_email);
        order = note.into_iter().fold(order, CheckoutOrder::note);
        order = expires_at.into_iter().fold(order, |order, Moment(end)| order.expires_at(end));
        if let Some(name) = reference_id {
            order = order.reference_id(name.parsed(py)?);
        }
        self.asked(py, Call::CreateCheckout(order))
    }

    /// Whether this invoice or order is paid, in this currency and with this total. Take all three from the order, never from a
    /// browser. Without patience it asks once. With the merchant's own name of the `order`, its goods are handed out once, whether it is
    /// paid on the hosted page or collected for the same order; without, do not verify what you collect yourself.
    #[pyo3(signature = (source, *, currency, total, order = None, patience = None))]
    fn verify_source<'py>(
        &self,
        py: Python<'py>,
        source: Name,
        currency: Name,
        total: Money,
        order: Option<String>,
        patience: Option<Span>,
    ) -> Value<'py> {
        let (source, currency) = (source.parsed(py)?, currency.parsed(py)?);
        let patience = patience.map_or(Duration::ZERO, |Span(patience)| patience);
        self.asked(
            py,
            match order {
                Some(order) => Call::VerifyOrder(order, source, currency, total.0, patience),
                None => Call::VerifySource(source, currency, total.0, patience),
            },
        )
    }

    /// Goes on asking about a recorded payment, whoever began it, for at most `patience` (5 minutes).
    #[pyo3(signature = (reference_id, *, patience = None))]
    fn wait<'py>(&self, py: Python<'py>, reference_id: Name, patience: Option<Span>) -> Value<'py> {
        let (id, patience) = (reference_id.parsed(py)?, self.patience(py, patience)?);
        self.asked(py, Call::Wait(id, patience))
    }

    /// The same, listening to the payment's realtime channel; `kind` is that of its source, `INVOICE` or `ORDER`.
    #[pyo3(signature = (reference_id, kind, *, patience = None))]
    fn watch<'py>(
        &self,
        py: Python<'py>,
        reference_id: Name,
        kind: Name,
        patience: Option<Span>,
    ) -> Value<'py> {
        let (id, kind) = (reference_id.parsed(py)?, kind.parsed(py)?);
        let patience = self.patience(py, patience)?;
        self.asked(py, Call::Watch(id, kind, patience))
    }

    /// How a recorded payment stands: one question, also about one that has ended.
    fn status<'py>(&self, py: Python<'py>, reference_id: Name) -> Value<'py> {
        self.asked(py, Call::Status(reference_id.parsed(py)?))
    }

    /// Mints the key of one payment's realtime channel, for a browser that subscribes itself.
    fn realtime_key<'py>(
        &self,
        py: Python<'py>,
        session: &Bound<'py, PyAny>,
        kind: Name,
        reference_id: Name,
    ) -> Value<'py> {
        let session = session_of(session)?.id;
        let (session, kind, id) = (session.parsed(py)?, kind.parsed(py)?, reference_id.parsed(py)?);
        self.asked(py, Call::RealtimeKey(session, kind, id))
    }

    /// Asks about each recorded payment that is due, once; any number of processes may do so at the same time. `rate` is a
    /// number of calls and the seconds in which they may be made.
    #[pyo3(signature = (*, workers = 8, rate = None, horizon = None))]
    fn reconcile<'py>(
        &self,
        py: Python<'py>,
        workers: usize,
        rate: Option<(u32, Span)>,
        horizon: Option<Span>,
    ) -> Value<'py> {
        let stop = Arc::new(AtomicBool::new(false));
        let mut how = Reconcile::default().workers(workers).stop(Arc::clone(&stop));
        if let Some(rate) = rate {
            how = how.rate(limit(rate)?);
        }
        how = horizon.into_iter().fold(how, |how, Span(horizon)| how.horizon(horizon));
        let asked = self.asked(py, Call::Reconcile(how));
        if !self.stepwise {
            // Who is interrupted leaves no workers behind.
            stop.store(true, Ordering::Relaxed);
        }
        asked
    }

    /// May I ship? One caller gets the goods of a paid payment, by its reference id or source. The vendor is not asked. A payout, a transfer
    /// or a refund has no goods, and raises `InvalidError`.
    fn claim_fulfilment<'py>(&self, py: Python<'py>, key: Name) -> Value<'py> {
        let client = Arc::clone(self.client.get(py)?);
        let claim = move |own: &Client| {
            let found = own.claim_fulfilment(&key.0)?;
            Ok(Unheard::claim(client, key.0, found))
        };
        match self.call(py, claim)?.heard() {
            Some(claimed) => values::claimed(py, &claimed),
            None => Ok(py.None().into_bound(py)),
        }
    }

    /// The goods were handed out. False where nobody has claimed them, or that was said before.
    fn fulfilled(&self, py: Python<'_>, key: Name) -> PyResult<bool> {
        self.call(py, move |client| client.fulfilled(key.0))
    }

    /// The goods were not handed out: somebody else may claim them.
    fn release(&self, py: Python<'_>, key: Name) -> PyResult<bool> {
        self.call(py, move |client| client.release(key.0))
    }

    /// A person has dealt with a payment that `reconcile` lists: one that is stuck, was paid twice or never sent. It is listed no
    /// longer, and `why` is kept. False where it is none of these, or that was said before.
    fn resolve(&self, py: Python<'_>, key: Name, why: String) -> PyResult<bool> {
        self.call(py, move |client| client.resolve(key.0, &why))
    }

    /// Claims the next payment whose goods nobody has claimed, for `term`; `None` where there is none. Ship by its `key`,
    /// then say `fulfilled`.
    #[pyo3(signature = (*, term, since = None))]
    fn next_paid<'py>(&self, py: Python<'py>, term: Span, since: Option<Moment>) -> Value<'py> {
        let since = since.map_or(Timestamp::from_millis(0), |Moment(since)| since);
        let client = Arc::clone(self.client.get(py)?);
        let claim = move |own: &Client| Ok(Unheard::delivery(client, own.next_paid(term.0, since)?));
        match self.call(py, claim)?.heard() {
            Some(delivery) => values::delivery(py, &delivery),
            None => Ok(py.None().into_bound(py)),
        }
    }

    /// A new id for one attempt.
    fn new_reference_id(&self, py: Python<'_>) -> PyResult<String> {
        let id = self.client.get(py)?.reference_id().map_err(|error| errors::of(py, &error))?;
        Ok(id.to_string())
    }

    /// The same client, whose calls give their steps.
    fn _stepwise(&self, py: Python<'_>) -> PyResult<Self> {
        let client = Own::new(Arc::clone(self.client.get(py)?));
        Ok(Self { client, show: None, base_url: self.base_url.clone(), stepwise: true })
    }

    /// How to send.
    fn _wire(&self, py: Python<'_>) -> PyResult<PyWire> {
        Ok(self.client.get(py)?.stepwise().wire().into())
    }

    /// What shows a secret may lead back here.
    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.show)
    }

    fn __repr__(&self) -> String {
        format!("<Client of {}>", self.base_url.as_deref().unwrap_or("the vendor's API"))
    }
}

/// At most so many calls in so much time.
pub(crate) fn limit((calls, per): (u32, Span)) -> PyResult<Limit> {
    Limit::new(calls, per.0).map_err(|error| PyValueError::new_err(error.to_string()))
}

fn with_journal(
    py: Python<'_>,
    builder: ClientBuilder,
    journal: &Bound<'_, PyAny>,
) -> PyResult<ClientBuilder> {
    let opened = match journal.cast::<PyJournal>() {
        Ok(journal) => journal.get().opened(py)?,
        Err(_) => PyJournal::open(py, journal.extract()?)?,
    };
    Ok(builder.journal(opened))
}
