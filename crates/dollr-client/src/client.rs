//! `Client`: the doors. Each opens a machine, or finds it in the journal, and lets [`Drive`] run it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use dollr_core::{
    Amount, Bearer, Checkout, CheckoutOrder, Credentials, Currency, Event, Execution, Loss, Machine, Policy,
    ReferenceId, Refusal, Request, Response, Session, Source, SourceRef, Token, TokenAction,
};
use dollr_journal::{Journal, JournalError};

use crate::drive::{Drive, Row};
use crate::http::Http;
use crate::{Attempt, ClientBuilder, Clock, Error, Report};

/// A merchant's connection to the vendor: one token, one policy, one journal. Share it between threads.
///
/// See the [crate's front page](crate) for a first payment.
#[derive(Debug)]
pub struct Client {
    http: Http,
    credentials: Credentials,
    token: Mutex<Token>,
    policy: Policy,
    pub(crate) journal: Option<Arc<dyn Journal>>,
    pub(crate) clock: Arc<dyn Clock>,
    process: u32,
}

impl Client {
    /// Settings first.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    pub(crate) fn new(
        http: Http,
        credentials: Credentials,
        policy: Policy,
        journal: Option<Arc<dyn Journal>>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let token = Mutex::new(Token::new());
        Self { http, credentials, token, policy, journal, clock, process: std::process::id() }
    }

    /// A new id for one attempt, from the operating system's random source.
    pub fn reference_id(&self) -> Result<ReferenceId, Error> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).map_err(|e| Error::Random(e.to_string()))?;
        Ok(ReferenceId::from_random_bytes(bytes))
    }

    /// Collects from a customer: records, sends once, and asks until there is a verdict or patience is over.
    ///
    /// A refusal or decline is a verdict. An error means that the payment is as the journal has it: go on with [`Client::wait`].
    pub fn collect<'a>(&self, attempt: impl Into<Attempt<'a>>) -> Result<Report, Error> {
        self.execute(attempt)
    }

    /// The same for a payout, a transfer or a refund.
    pub fn execute<'a>(&self, attempt: impl Into<Attempt<'a>>) -> Result<Report, Error> {
        let Attempt { intent, order, patience, show } = attempt.into();
        if self.journal.is_none() {
            return Err(Error::NoJournal);
        }
        let key = intent.reference_id().to_string();
        if self.load::<Execution>(&key)?.is_some() {
            return Err(Error::from(JournalError::Exists { key: key.clone() }).of(key));
        }
        self.sign_in()?;
        let policy = self.policy_with(patience);
        let machine = Execution::prepare(intent, policy, self.clock.now());
        let mut drive = Drive::new(self, machine, None);
        drive.order = order.as_deref();
        if let Some(show) = &show {
            drive.show = show;
        }
        drive.run()
    }

    /// Makes a hosted checkout: send the customer to its `url`, keep its `source` with the order, then verify that.
    pub fn create_checkout(&self, order: &CheckoutOrder) -> Result<Checkout, Error> {
        Ok(Checkout::parse(&self.call(&order.request())?)?)
    }

    /// Makes a session for a source, to be executed in right away.
    pub fn create_session(&self, source: SourceRef) -> Result<Session, Error> {
        Ok(Session::parse(&self.call(&Session::request(source))?)?)
    }

    /// Whether this invoice or order is paid, in this currency and with this total in major units.
    ///
    /// Take all three from the order, never from the browser. A patience of nought asks once.
    pub fn verify_source(
        &self,
        source: SourceRef,
        currency: Currency,
        total: Amount,
        patience: Duration,
    ) -> Result<Report, Error> {
        self.sign_in()?;
        let fresh =
            Source::watch(source, currency, total, self.policy_with(Some(patience)), self.clock.now());
        let row = match &self.journal {
            Some(_) => self.load::<Source>(&source.to_string())?,
            None => None,
        };
        match row {
            Some(row) if row.saved.expects(currency, total) => self.go_on(row, patience),
            row => Drive::new(self, fresh, row).run(),
        }
    }

    /// Goes on asking about a recorded payment, whoever began it, for at most `patience`.
    ///
    /// It never sends: a payment that was prepared and not sent is reported as that.
    pub fn wait(&self, reference_id: ReferenceId, patience: Duration) -> Result<Report, Error> {
        let row = self.recorded(reference_id)?;
        match row.saved.ask() {
            Some(_) => self.go_on(row, patience),
            None => Drive::new(self, row.saved.clone(), Some(row)).ask(),
        }
    }

    /// How a recorded payment stands: one question, also about one that has ended.
    pub fn status(&self, reference_id: ReferenceId) -> Result<Report, Error> {
        let row = self.recorded(reference_id)?;
        Drive::new(self, row.saved.clone(), Some(row)).ask()
    }

    fn go_on<M: Machine>(&self, row: Row<M>, patience: Duration) -> Result<Report, Error> {
        let machine = row.saved.clone();
        let machine = match machine.apply(Event::Resumed { patience }, self.clock.now()) {
            Ok(machine) => machine,
            Err(ended) => ended.into_machine(),
        };
        Drive::new(self, machine, Some(row)).run()
    }

    fn recorded(&self, id: ReferenceId) -> Result<Row<Execution>, Error> {
        self.load(&id.to_string())?.ok_or_else(|| Error::Unrecorded(id.to_string()))
    }

    fn load<M: Machine>(&self, key: &str) -> Result<Option<Row<M>>, Error> {
        let journal = self.journal.as_ref().ok_or(Error::NoJournal)?;
        let Some(entry) = journal.load(key)? else { return Ok(None) };
        let saved = M::restore(&entry.snapshot).map_err(|e| Error::from(e).of(key.to_string()))?;
        Ok(Some(Row { version: entry.version, saved }))
    }

    fn policy_with(&self, patience: Option<Duration>) -> Policy {
        let patience = patience.unwrap_or(self.policy.patience);
        self.policy.clone().patience(patience)
    }

    /// One call of a machine, with the token it needs. A token that cannot be had means that nothing was sent.
    pub(crate) fn exchange(&self, request: &Request) -> Result<Event, Error> {
        let bearer = match self.bearer() {
            Ok(bearer) => bearer,
            Err(Error::Transport { .. }) => {
                return Ok(Event::Lost { exchange: request.exchange, loss: Loss::NotSent });
            }
            Err(error) => return Err(error),
        };
        let event = self.http.exchange(request, Some(&bearer));
        if matches!(&event, Event::Answered { response, .. } if response.status() == 401) {
            self.give_up(&bearer);
        }
        Ok(event)
    }

    /// One call that is no machine's; a 401 is repeated once with a new token (API §1).
    fn call(&self, request: &Request) -> Result<Response, Error> {
        let answer = match self.exchange(request)? {
            Event::Answered { response, .. } if response.status() == 401 => self.exchange(request)?,
            event => event,
        };
        match answer {
            Event::Answered { response, .. } => match response.status() {
                200..=299 => Ok(response),
                401 => Err(Error::Authentication(Refusal::of(&response))),
                429 => Err(Error::RateLimited(Refusal::of(&response))),
                status if status >= 500 => {
                    let what = format!("{} {}: HTTP {status}", request.method.as_str(), request.path);
                    Err(Error::Transport { what, outcome_unknown: true })
                }
                _ => Err(Error::Refused(Refusal::of(&response))),
            },
            Event::Lost { loss, .. } => {
                let how = if loss == Loss::Unknown { "no answer" } else { "the vendor cannot be reached" };
                let what = format!("{} {}: {how}", request.method.as_str(), request.path);
                Err(Error::Transport { what, outcome_unknown: loss == Loss::Unknown })
            }
            other => Err(Error::Rejected(format!("{other:?}"))),
        }
    }

    /// Finds out whether the credentials are good before anything is recorded. A vendor that cannot be reached is
    /// the machine's to wait for.
    fn sign_in(&self) -> Result<(), Error> {
        match self.bearer() {
            Ok(_) | Err(Error::Transport { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// The token to call with; the lock is held while it is renewed, so that it is renewed once for all threads.
    fn bearer(&self) -> Result<Bearer, Error> {
        if std::process::id() != self.process {
            return Err(Error::Forked);
        }
        let mut token = self.token.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            match token.next(&self.credentials, self.clock.now()) {
                TokenAction::Use(bearer) => return Ok(bearer),
                TokenAction::Denied(refusal) => return Err(Error::Authentication(refusal)),
                TokenAction::Wait { .. } => {
                    let what = "no token: the vendor does not answer the token call".to_string();
                    return Err(Error::Transport { what, outcome_unknown: false });
                }
                TokenAction::Obtain(request) => {
                    let event = self.http.exchange(&request, None);
                    let now = self.clock.now();
                    *token = std::mem::take(&mut *token)
                        .apply(&event, now)
                        .map_err(|e| Error::Rejected(e.to_string()))?;
                }
            }
        }
    }

    fn give_up(&self, bearer: &Bearer) {
        let mut token = self.token.lock().unwrap_or_else(PoisonError::into_inner);
        *token = std::mem::take(&mut *token).expired(bearer);
    }
}
