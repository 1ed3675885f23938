//! The client's calls, step by step, for a host that sends and waits itself: an event loop, another language, a simulation.

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use dollr_core::{
    Amount, Bearer, Checkout, CheckoutOrder, Currency, Event, Exchange, Loss, RealtimeKey, ReferenceId,
    Request, Response, Session, SessionId, SourceKind, SourceRef, Timestamp,
};

use crate::host::Host;
use crate::realtime::{Bell, Heard};
use crate::{Attempt, Client, Clock, Error, Reconcile, Report, Summary, Wire};

/// What to do now.
#[derive(Debug)]
#[must_use = "the call goes no further until this is done"]
pub enum Step<T> {
    /// Send this once, with this token, then say [`answered`](Steps::answered) or [`lost`](Steps::lost).
    Send(Request, Option<Bearer>),
    /// Wait until then, or until woken, where there is no such moment; then ask again. Earlier is harmless.
    Wait(Option<Timestamp>),
    /// It is over.
    Done(Result<T, Error>),
}

type Call<T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send>>;

/// One call of a client, done step by step: [`next`](Steps::next) says what to do, as the core's machines do.
///
/// All that the blocking call decides is decided here, too: what is recorded before it is sent, who renews the token, what is
/// left to others. Who drops it under way leaves its payment as it is on record, due for others once its patience is over;
/// [`leave`](Steps::leave) hands it over at once.
pub struct Steps<T> {
    call: Option<Call<T>>,
    desk: Arc<Desk>,
}

impl<T> Steps<T> {
    /// What to do now. May block for the journal, that is for the disk or the database, and never for the vendor or for time;
    /// `waker` is woken when it is worth asking again.
    ///
    /// # Panics
    ///
    /// After [`Step::Done`].
    pub fn next(&mut self, waker: &Waker) -> Step<T> {
        self.go_on(waker, true).expect("it may wait for the journal")
    }

    /// The same where that takes no time: what is to be done next, unless the journal is wanted first. Then `None`, and
    /// [`next`](Self::next) goes on from there, on a thread that may be blocked. Questions and waits want no journal as long as
    /// nothing has happened, unless there is a [limit](crate::ClientBuilder::limit).
    ///
    /// # Panics
    ///
    /// After [`Step::Done`].
    pub fn try_next(&mut self, waker: &Waker) -> Option<Step<T>> {
        self.go_on(waker, false)
    }

    /// None where it may not block, and would.
    fn go_on(&mut self, waker: &Waker, may_block: bool) -> Option<Step<T>> {
        let call = self.call.as_mut().expect("the call is not over");
        self.desk.begin(may_block);
        match call.as_mut().poll(&mut Context::from_waker(waker)) {
            Poll::Ready(result) => {
                self.call = None;
                Some(Step::Done(result))
            }
            Poll::Pending => self.desk.step(),
        }
    }

    /// The answer to what was to be sent, with any status.
    pub fn answered(&mut self, response: Response) {
        self.desk.tell(|exchange| Event::Answered { exchange, response });
    }

    /// There is none. [`Loss::NotSent`] only where surely no byte of the request has left.
    pub fn lost(&mut self, loss: Loss) {
        self.desk.tell(|exchange| Event::Lost { exchange, loss });
    }

    /// Nobody wants to know the end any more: what is on record is handed over, to be looked after by others at once. May block for
    /// the journal. None where another call holds the token that this one waits for; then nothing of it was sent.
    pub fn leave(&mut self) -> Option<Result<T, Error>> {
        self.desk.begin(true);
        self.desk.slot().leaving = true;
        let result = match self.call.as_mut()?.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(result) => Some(result),
            Poll::Pending => None,
        };
        self.call = None;
        result
    }
}

impl<T> fmt::Debug for Steps<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Steps").field("over", &self.call.is_none()).finish_non_exhaustive()
    }
}

/// The doors of a [`Client`], for who goes through the steps of its calls. Each is the same as the client's own.
#[derive(Debug)]
pub struct Stepwise<'a>(&'a Client);

impl Client {
    /// The same calls, step by step, for a host that sends and waits itself.
    ///
    /// ```
    /// use std::task::Waker;
    /// use dollr_client::core::{Bearer, Loss, Request, Response};
    /// use dollr_client::{Client, Step};
    /// # let vendor = dollr_sim::Simulator::builder().start()?;
    /// # let base_url = vendor.base_url();
    /// # let client = Client::builder().credentials(dollr_sim::CLIENT_ID, dollr_sim::CLIENT_SECRET).base_url(&base_url).build()?;
    /// # let agent = ureq::Agent::new_with_config(ureq::Agent::config_builder().http_status_as_error(false).build());
    /// # let http = |request: &Request, bearer: Option<&Bearer>| -> Result<Response, ureq::Error> {
    /// #     let mut head = ureq::http::Request::builder().method(request.method.as_str()).uri(format!("{base_url}{}", request.path));
    /// #     for (name, value) in request.headers() { head = head.header(name, value); }
    /// #     if let Some(bearer) = bearer { head = head.header("authorization", format!("Bearer {}", bearer.secret.expose())); }
    /// #     let body = request.body.as_ref().map_or("", |body| body.expose()).to_owned();
    /// #     let mut answer = agent.run(head.body(body)?)?;
    /// #     Ok(Response::new(answer.status().as_u16(), answer.body_mut().read_to_vec()?))
    /// # };
    ///
    /// let mut steps = client.stepwise().create_session("INVOICE:101".parse()?);
    /// let session = loop {
    ///     match steps.next(Waker::noop()) {
    ///         // Your HTTP client: no redirects, no retries, no cookies.
    ///         Step::Send(request, bearer) => match http(&request, bearer.as_ref()) {
    ///             Ok(response) => steps.answered(response),
    ///             Err(_) => steps.lost(Loss::Unknown),
    ///         },
    ///         // Your event loop's sleep; here nothing has to wait.
    ///         Step::Wait(until) => unreachable!("{until:?}"),
    ///         Step::Done(session) => break session?,
    ///     }
    /// };
    /// assert!(session.expires_at.is_some());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn stepwise(&self) -> Stepwise<'_> {
        Stepwise(self)
    }
}

impl Stepwise<'_> {
    /// How to send.
    pub fn wire(&self) -> &Wire {
        &self.0.wire
    }

    /// See [`Client::sign_in`].
    pub fn sign_in(&self) -> Steps<()> {
        self.steps(|client| async move { client.signing_in().await })
    }

    /// See [`Client::collect`].
    pub fn collect(&self, attempt: impl Into<Attempt<'static>>) -> Steps<Report> {
        self.execute(attempt)
    }

    /// See [`Client::execute`].
    pub fn execute(&self, attempt: impl Into<Attempt<'static>>) -> Steps<Report> {
        let attempt = attempt.into();
        self.steps(|client| async move { client.executing(attempt).await })
    }

    /// See [`Client::create_checkout`].
    pub fn create_checkout(&self, order: CheckoutOrder) -> Steps<Checkout> {
        self.steps(|client| async move { client.checking_out(&order).await })
    }

    /// See [`Client::create_session`].
    pub fn create_session(&self, source: SourceRef) -> Steps<Session> {
        self.steps(|client| async move { client.making_session(source).await })
    }

    /// See [`Client::realtime_key`].
    pub fn realtime_key(
        &self,
        session: SessionId,
        kind: SourceKind,
        reference_id: ReferenceId,
    ) -> Steps<RealtimeKey> {
        self.steps(move |client| async move { client.minting_key(session, kind, reference_id).await })
    }

    /// See [`Client::verify_source`].
    pub fn verify_source(
        &self,
        source: SourceRef,
        currency: Currency,
        total: Amount,
        patience: Duration,
    ) -> Steps<Report> {
        self.steps(
            move |client| async move { client.verifying(source, currency, total, None, patience).await },
        )
    }

    /// See [`Client::verify_order`].
    pub fn verify_order(
        &self,
        order: impl Into<String>,
        source: SourceRef,
        currency: Currency,
        total: Amount,
        patience: Duration,
    ) -> Steps<Report> {
        let order = Some(order.into());
        self.steps(
            move |client| async move { client.verifying(source, currency, total, order, patience).await },
        )
    }

    /// See [`Client::wait`].
    pub fn wait(&self, reference_id: ReferenceId, patience: Duration) -> Steps<Report> {
        self.steps(move |client| async move { client.waiting(reference_id, None, patience).await })
    }

    /// See [`Client::watch`]. Its channel has a thread and a socket of its own, and calls for its key itself.
    pub fn watch(&self, reference_id: ReferenceId, kind: SourceKind, patience: Duration) -> Steps<Report> {
        self.steps(move |client| async move { client.waiting(reference_id, Some(kind), patience).await })
    }

    /// See [`Client::status`].
    pub fn status(&self, reference_id: ReferenceId) -> Steps<Report> {
        self.steps(move |client| async move { client.asking(reference_id).await })
    }

    /// See [`Client::reconcile`]. One row after another, whatever its number of workers: several calls beside each other do what
    /// several workers do, since none takes what another one has.
    pub fn reconcile(&self, how: Reconcile) -> Steps<Summary> {
        self.steps(move |client| async move { client.reconciling(&how).await })
    }

    fn steps<T, F>(&self, call: impl FnOnce(Client) -> F) -> Steps<T>
    where
        F: Future<Output = Result<T, Error>> + Send + 'static,
    {
        let desk = Arc::<Desk>::default();
        let client = self.0.at(Host::Desk(Arc::clone(&desk)));
        Steps { call: Some(Box::pin(call(client))), desk }
    }
}

/// Where a call lays down what it wants, and finds what has become of it.
#[derive(Debug, Default)]
pub(crate) struct Desk(Mutex<Slot>);

#[derive(Debug, Default)]
struct Slot {
    /// To be sent.
    wanted: Option<(Request, Option<Bearer>)>,
    /// Is being sent.
    out: Option<Exchange>,
    /// What became of it.
    event: Option<Event>,
    until: Option<Timestamp>,
    /// Whether the journal may be waited for now, and whether it was wanted when it might not.
    may_block: bool,
    wants_journal: bool,
    leaving: bool,
}

impl Desk {
    pub(crate) async fn send(&self, request: &Request, bearer: Option<&Bearer>) -> Event {
        let exchange = request.exchange;
        self.slot().wanted = Some((request.clone(), bearer.cloned()));
        poll_fn(|_| {
            let mut slot = self.slot();
            match slot.event.take() {
                Some(event) => Poll::Ready(event),
                None if !slot.leaving => Poll::Pending,
                // Who leaves may have sent it or not: what is not known is asked about.
                None => Poll::Ready(Event::Lost { exchange, loss: Loss::Unknown }),
            }
        })
        .await
    }

    pub(crate) async fn sleep_until(&self, clock: &dyn Clock, begun: Timestamp, until: Timestamp) {
        poll_fn(|_| self.poll_time(clock, begun, until)).await;
    }

    pub(crate) async fn listen(
        &self,
        bell: &Bell,
        clock: &dyn Clock,
        begun: Timestamp,
        until: Timestamp,
    ) -> Heard {
        poll_fn(|context| match bell.poll(context) {
            Poll::Pending => self.poll_time(clock, begun, until).map(|()| Heard::Nothing),
            heard @ Poll::Ready(_) => heard,
        })
        .await
    }

    pub(crate) async fn at_journal(&self) {
        poll_fn(|_| {
            let mut slot = self.slot();
            slot.wants_journal = !slot.may_block;
            if slot.may_block { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }

    pub(crate) fn is_leaving(&self) -> bool {
        self.slot().leaving
    }

    /// A clock that was set back is not waited for: coming back earlier is harmless, and its machine knows what to make of it (F31).
    fn poll_time(&self, clock: &dyn Clock, begun: Timestamp, until: Timestamp) -> Poll<()> {
        let (mut slot, now) = (self.slot(), clock.now());
        if slot.leaving || now >= until || now < begun {
            return Poll::Ready(());
        }
        slot.until = Some(until);
        Poll::Pending
    }

    fn begin(&self, may_block: bool) {
        let mut slot = self.slot();
        (slot.until, slot.may_block, slot.wants_journal) = (None, may_block, false);
    }

    /// None where it wants the journal first.
    fn step<T>(&self) -> Option<Step<T>> {
        let mut slot = self.slot();
        match slot.wanted.take() {
            Some((request, bearer)) => {
                slot.out = Some(request.exchange);
                Some(Step::Send(request, bearer))
            }
            None if slot.wants_journal => None,
            None => Some(Step::Wait(slot.until)),
        }
    }

    /// What nobody waits for is not heard.
    fn tell(&self, event: impl FnOnce(Exchange) -> Event) {
        let mut slot = self.slot();
        if let Some(exchange) = slot.out.take() {
            slot.event = Some(event(exchange));
        }
    }

    fn slot(&self) -> MutexGuard<'_, Slot> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
