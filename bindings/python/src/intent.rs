//! What is to be moved, and how patiently: `Intent` and `Policy`.

use dollr_client::core::{
    Device, Holder, Intent, Passcode, Policy, ReferenceId, Resend, Schedule, Secret, SessionId,
};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyType;

use crate::convert::{Moment, Money, Name, Span};

/// One attempt to move money, before it is sent.
#[pyclass(frozen, module = "dollr", name = "Intent")]
pub(crate) struct PyIntent(pub(crate) Intent);

/// A session's number; and where it is a `Session`, what it was made for, and its end.
pub(crate) struct Within {
    pub(crate) id: Name,
    source: Option<Name>,
    end: Option<Moment>,
}

pub(crate) fn session_of(given: &Bound<'_, PyAny>) -> PyResult<Within> {
    match given.getattr("id") {
        Ok(id) => {
            let (source, end) =
                (given.getattr("source")?.extract()?, given.getattr("expires_at")?.extract()?);
            Ok(Within { id: id.extract()?, source: Some(source), end })
        }
        Err(_) => Ok(Within { id: given.extract()?, source: None, end: None }),
    }
}

impl Within {
    /// The intent with what is known of its session, unless something else is said.
    pub(crate) fn telling(
        self,
        py: Python<'_>,
        mut intent: Intent,
        end: Option<Moment>,
        source: Option<Name>,
    ) -> PyResult<Intent> {
        if let Some(Moment(end)) = end.or(self.end) {
            intent = intent.session_expires_at(end);
        }
        if let Some(source) = source.or(self.source) {
            intent = intent.source(source.parsed(py)?);
        }
        Ok(intent)
    }
}

/// What is expected of an intent's outcome, and known of its session.
struct Expected {
    amount: Option<Money>,
    currency: Option<Name>,
    session_expires_at: Option<Moment>,
    source: Option<Name>,
}

impl Expected {
    fn of(self, py: Python<'_>, mut intent: Intent, session: Within) -> PyResult<PyIntent> {
        if let Some(Money(amount)) = self.amount {
            intent = intent.amount(amount);
        }
        if let Some(currency) = self.currency {
            intent = intent.currency(currency.parsed(py)?);
        }
        Ok(PyIntent(session.telling(py, intent, self.session_expires_at, self.source)?))
    }
}

#[pymethods]
impl PyIntent {
    /// Collects from the payer's account, in the payer's currency.
    #[classmethod]
    #[pyo3(signature = (reference_id, session, account, currency, *, amount = None, session_expires_at = None, source = None))]
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn collection(
        _class: &Bound<'_, PyType>,
        py: Python<'_>,
        reference_id: Name,
        session: &Bound<'_, PyAny>,
        account: Name,
        currency: Name,
        amount: Option<Money>,
        session_expires_at: Option<Moment>,
        source: Option<Name>,
    ) -> PyResult<Self> {
        let (reference, within): (ReferenceId, _) = (reference_id.parsed(py)?, session_of(session)?);
        let session: SessionId = within.id.parsed(py)?;
        let intent = Intent::collection(reference, session, account.parsed(py)?, currency.parsed(py)?);
        Expected { amount, currency: None, session_expires_at, source }.of(py, intent, within)
    }

    /// Pays out to an account; somebody has entered the passcode for it. The passcode is in no snapshot.
    #[classmethod]
    #[pyo3(signature = (reference_id, session, account, passcode, *, amount = None, currency = None, session_expires_at = None))]
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn payout(
        _class: &Bound<'_, PyType>,
        py: Python<'_>,
        reference_id: Name,
        session: &Bound<'_, PyAny>,
        account: Name,
        passcode: &PyPasscode,
        amount: Option<Money>,
        currency: Option<Name>,
        session_expires_at: Option<Moment>,
    ) -> PyResult<Self> {
        let (reference, within): (ReferenceId, _) = (reference_id.parsed(py)?, session_of(session)?);
        let session: SessionId = within.id.parsed(py)?;
        let intent = Intent::payout(reference, session, account.parsed(py)?, &passcode.0);
        Expected { amount, currency, session_expires_at, source: None }.of(py, intent, within)
    }

    /// Transfers between the merchant's accounts.
    #[classmethod]
    #[pyo3(signature = (reference_id, session, *, amount = None, currency = None, session_expires_at = None))]
    fn transfer(
        _class: &Bound<'_, PyType>,
        py: Python<'_>,
        reference_id: Name,
        session: &Bound<'_, PyAny>,
        amount: Option<Money>,
        currency: Option<Name>,
        session_expires_at: Option<Moment>,
    ) -> PyResult<Self> {
        let (reference, within): (ReferenceId, _) = (reference_id.parsed(py)?, session_of(session)?);
        let session: SessionId = within.id.parsed(py)?;
        let expected = Expected { amount, currency, session_expires_at, source: None };
        expected.of(py, Intent::transfer(reference, session), within)
    }

    /// Gives back what was collected.
    #[classmethod]
    #[pyo3(signature = (reference_id, session, *, amount = None, currency = None, session_expires_at = None))]
    fn refund(
        _class: &Bound<'_, PyType>,
        py: Python<'_>,
        reference_id: Name,
        session: &Bound<'_, PyAny>,
        amount: Option<Money>,
        currency: Option<Name>,
        session_expires_at: Option<Moment>,
    ) -> PyResult<Self> {
        let (reference, within): (ReferenceId, _) = (reference_id.parsed(py)?, session_of(session)?);
        let session: SessionId = within.id.parsed(py)?;
        let expected = Expected { amount, currency, session_expires_at, source: None };
        expected.of(py, Intent::refund(reference, session), within)
    }

    /// The attempt's id.
    #[getter]
    fn reference_id(&self) -> String {
        self.0.reference_id().to_string()
    }

    /// `COLLECTION`, `PAYOUT`, `TRANSFER` or `REFUND`.
    #[getter]
    fn operation(&self) -> &'static str {
        self.0.operation().as_str()
    }

    fn __repr__(&self) -> String {
        format!("<Intent {} {}>", self.operation(), self.reference_id())
    }
}

/// The second factor of a payout: a code, whose it is, and the device it was entered on. Its repr hides the code.
#[pyclass(frozen, module = "dollr", name = "Passcode")]
pub(crate) struct PyPasscode(Passcode);

#[pymethods]
impl PyPasscode {
    #[new]
    #[pyo3(signature = (code, *, phone = None, user = None, device_name = "", device_type = "", platform = "", user_agent = "", client_ip = ""))]
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn new(
        code: String,
        phone: Option<String>,
        user: Option<String>,
        device_name: &str,
        device_type: &str,
        platform: &str,
        user_agent: &str,
        client_ip: &str,
    ) -> PyResult<Self> {
        let holder = match (phone, user) {
            (Some(phone), None) => Holder::Phone(phone),
            (None, Some(user)) => Holder::User(user),
            _ => return Err(PyTypeError::new_err("a passcode is either a phone's or a user's")),
        };
        let device = Device {
            name: device_name.to_owned(),
            kind: device_type.to_owned(),
            platform: platform.to_owned(),
            user_agent: user_agent.to_owned(),
            client_ip: client_ip.to_owned(),
        };
        Ok(Self(Passcode { code: Secret::new(code), holder, device }))
    }

    #[expect(clippy::unused_self, reason = "a repr is a method")]
    fn __repr__(&self) -> &'static str {
        "<Passcode ***>"
    }
}

/// When to ask, as Python says it.
#[derive(FromPyObject)]
enum Curve {
    Named(String),
    Own(Span, Vec<(Span, Span)>),
}

impl Curve {
    fn schedule(self) -> PyResult<Schedule> {
        match self {
            Self::Named(name) if name == "mobile_money" => Ok(Schedule::mobile_money()),
            Self::Named(name) if name == "cards" => Ok(Schedule::cards()),
            Self::Named(_) => Err(PyValueError::new_err(
                "the schedule is \"mobile_money\", \"cards\", or a first delay and pairs of an age and a gap",
            )),
            Self::Own(first, gaps) => {
                let gaps: Vec<_> = gaps.into_iter().map(|(age, gap)| (age.0, gap.0)).collect();
                Schedule::new(first.0, &gaps).map_err(|error| PyValueError::new_err(error.to_string()))
            }
        }
    }
}

/// How patient to be, and how bold.
#[pyclass(frozen, module = "dollr", name = "Policy")]
pub(crate) struct PyPolicy(pub(crate) Policy);

#[pymethods]
impl PyPolicy {
    #[new]
    /// `schedule` is `mobile_money`, `cards`, or one of one's own: the delay before the first question, and pairs of a payment's
    /// age and the gap from there on.
    #[pyo3(signature = (*, patience = None, horizon = None, schedule = Curve::Named("mobile_money".to_owned()), resend_after = None, sends = 2))]
    #[pyo3(
        text_signature = "(*, patience=None, horizon=None, schedule='mobile_money', resend_after=None, sends=2)"
    )]
    fn new(
        patience: Option<Span>,
        horizon: Option<Span>,
        schedule: Curve,
        resend_after: Option<Span>,
        sends: u32,
    ) -> PyResult<Self> {
        let mut policy = Policy::default().schedule(schedule.schedule()?);
        if let Some(Span(patience)) = patience {
            policy = policy.patience(patience);
        }
        if let Some(Span(horizon)) = horizon {
            policy = policy.horizon(horizon);
        }
        if let Some(Span(grace)) = resend_after {
            policy = policy.resend(Resend::AfterGrace { grace, sends });
        }
        Ok(Self(policy))
    }

    /// How long to wait for a verdict, in seconds.
    #[getter]
    fn patience(&self) -> f64 {
        self.0.patience.as_secs_f64()
    }

    /// How long to go on asking at all, in seconds.
    #[getter]
    fn horizon(&self) -> f64 {
        self.0.horizon.as_secs_f64()
    }

    fn __repr__(&self) -> String {
        format!("<Policy patience={}s horizon={}s>", self.patience(), self.horizon())
    }
}

/// A new reference id from these 16 random bytes; the six bits that mark version 4 are set.
#[pyfunction]
pub(crate) fn reference_id_from(random: [u8; 16]) -> String {
    ReferenceId::from_random_bytes(random).to_string()
}
