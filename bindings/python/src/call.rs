//! A call with its arguments, ready to be made either way: by a thread that waits for it, or step by step. And what it comes to.

use std::task::Waker;
use std::time::Duration;

use dollr_client::core::{
    Amount, Checkout, CheckoutOrder, Currency, Loss, RealtimeKey, ReferenceId, Response, Session, SessionId,
    SourceKind, SourceRef,
};
use dollr_client::{Attempt, Client, Error, Reconcile, Report, Step, Steps, Summary};
use pyo3::prelude::*;

use crate::values;

/// A call of a client that asks the vendor.
pub(crate) enum Call {
    Execute(Box<Attempt<'static>>),
    CreateSession(SourceRef),
    CreateCheckout(CheckoutOrder),
    VerifySource(SourceRef, Currency, Amount, Duration),
    VerifyOrder(String, SourceRef, Currency, Amount, Duration),
    Wait(ReferenceId, Duration),
    Watch(ReferenceId, SourceKind, Duration),
    Status(ReferenceId),
    RealtimeKey(SessionId, SourceKind, ReferenceId),
    Reconcile(Reconcile),
}

/// What a call comes to.
pub(crate) enum Answer {
    Report(Report),
    Session(Session),
    Checkout(Checkout),
    RealtimeKey(RealtimeKey),
    Summary(Box<Summary>),
}

impl Call {
    /// Whether it is one request with its token, repeated once at most, and waits for neither a payer nor a schedule.
    pub(crate) fn is_brief(&self) -> bool {
        match self {
            Self::CreateSession(_) | Self::CreateCheckout(_) | Self::Status(_) | Self::RealtimeKey(..) => {
                true
            }
            Self::VerifySource(_, _, _, patience) | Self::VerifyOrder(_, _, _, _, patience) => {
                patience.is_zero()
            }
            Self::Execute(_) | Self::Wait(..) | Self::Watch(..) | Self::Reconcile(_) => false,
        }
    }

    /// Makes it, and waits for it.
    pub(crate) fn made(self, client: &Client) -> Result<Answer, Error> {
        match self {
            Self::Execute(attempt) => client.execute(*attempt).map(Answer::Report),
            Self::CreateSession(source) => client.create_session(source).map(Answer::Session),
            Self::CreateCheckout(order) => client.create_checkout(&order).map(Answer::Checkout),
            Self::VerifySource(source, currency, total, patience) => {
                client.verify_source(source, currency, total, patience).map(Answer::Report)
            }
            Self::VerifyOrder(order, source, currency, total, patience) => {
                client.verify_order(order, source, currency, total, patience).map(Answer::Report)
            }
            Self::Wait(id, patience) => client.wait(id, patience).map(Answer::Report),
            Self::Watch(id, kind, patience) => client.watch(id, kind, patience).map(Answer::Report),
            Self::Status(id) => client.status(id).map(Answer::Report),
            Self::RealtimeKey(session, kind, id) => {
                client.realtime_key(session, kind, id).map(Answer::RealtimeKey)
            }
            Self::Reconcile(how) => client.reconcile(&how).map(Answer::of_run),
        }
    }

    /// Its steps. Nothing has happened yet.
    pub(crate) fn steps(self, client: &Client) -> Box<dyn Going> {
        let doors = client.stepwise();
        match self {
            Self::Execute(attempt) => Box::new((doors.execute(*attempt), Answer::Report)),
            Self::CreateSession(source) => Box::new((doors.create_session(source), Answer::Session)),
            Self::CreateCheckout(order) => Box::new((doors.create_checkout(order), Answer::Checkout)),
            Self::VerifySource(source, currency, total, patience) => {
                Box::new((doors.verify_source(source, currency, total, patience), Answer::Report))
            }
            Self::VerifyOrder(order, source, currency, total, patience) => {
                Box::new((doors.verify_order(order, source, currency, total, patience), Answer::Report))
            }
            Self::Wait(id, patience) => Box::new((doors.wait(id, patience), Answer::Report)),
            Self::Watch(id, kind, patience) => Box::new((doors.watch(id, kind, patience), Answer::Report)),
            Self::Status(id) => Box::new((doors.status(id), Answer::Report)),
            Self::RealtimeKey(session, kind, id) => {
                Box::new((doors.realtime_key(session, kind, id), Answer::RealtimeKey))
            }
            Self::Reconcile(how) => Box::new((doors.reconcile(how), Answer::of_run)),
        }
    }
}

/// The steps of a call, whatever it comes to.
pub(crate) trait Going: Send {
    fn next(&mut self, waker: &Waker) -> Step<Answer>;
    /// None where the journal is wanted first.
    fn try_next(&mut self, waker: &Waker) -> Option<Step<Answer>>;
    fn answered(&mut self, response: Response);
    fn lost(&mut self, loss: Loss);
    fn leave(&mut self);
}

impl<T, F: Fn(T) -> Answer + Send> Going for (Steps<T>, F) {
    fn next(&mut self, waker: &Waker) -> Step<Answer> {
        answering(self.0.next(waker), &self.1)
    }

    fn try_next(&mut self, waker: &Waker) -> Option<Step<Answer>> {
        self.0.try_next(waker).map(|step| answering(step, &self.1))
    }

    fn answered(&mut self, response: Response) {
        self.0.answered(response);
    }

    fn lost(&mut self, loss: Loss) {
        self.0.lost(loss);
    }

    fn leave(&mut self) {
        // Nobody is there to hear how it stands.
        let _ = self.0.leave();
    }
}

fn answering<T>(step: Step<T>, answer: impl FnOnce(T) -> Answer) -> Step<Answer> {
    match step {
        Step::Send(request, bearer) => Step::Send(request, bearer),
        Step::Wait(until) => Step::Wait(until),
        Step::Done(result) => Step::Done(result.map(answer)),
    }
}

impl Answer {
    fn of_run(summary: Summary) -> Self {
        Self::Summary(Box::new(summary))
    }

    pub(crate) fn to_python<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        match self {
            Self::Report(report) => values::report(py, report),
            Self::Session(session) => values::session(py, session),
            Self::Checkout(checkout) => values::checkout(py, checkout),
            Self::RealtimeKey(key) => values::realtime_key(py, key),
            Self::Summary(summary) => values::summary(py, summary),
        }
    }
}
