//! `Client`: the doors. Each opens a machine, or finds it in the journal, and lets [`Drive`] run it.

use std::sync::Arc;
use std::time::Duration;

use dollr_core::{
    Amount, Checkout, CheckoutOrder, Currency, Event, Execution, Intent, Limit, Loss, Machine, Policy,
    RealtimeKey, ReferenceId, Rejected, Request, Secret, Session, SessionId, Source, SourceKind, SourceRef,
};
use dollr_journal::{Journal, JournalError, Order};

use crate::caller::Caller;
use crate::drive::{Drive, Recording, Row};
use crate::realtime::{Hearing, Realtime, Topic};
use crate::throttle::{NotYet, Throttle, wait_for_permit};
use crate::{Attempt, ClientBuilder, Clock, Error, Report};

/// A merchant's connection to the vendor: one token, one policy, one journal. Share it between threads.
///
/// See the [crate's front page](crate) for a first payment.
pub struct Client {
    pub(crate) caller: Arc<Caller>,
    pub(crate) policy: Policy,
    pub(crate) journal: Option<Arc<dyn Journal>>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) show: Option<Show>,
    pub(crate) name: String,
    pub(crate) limit: Option<Limit>,
    pub(crate) throttle: Option<Throttle>,
    pub(crate) realtime: Option<Realtime>,
}

/// A call waits for the budget no longer than this; then it counts as not made, and its machine tries again.
const BUDGET_PATIENCE: Duration = Duration::from_secs(2);

/// Gives a card's secret to the payer of the payment with this key.
pub(crate) type Show = Box<dyn Fn(&str, &Secret) + Send + Sync>;

impl Client {
    /// Settings first.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// The same client with this journal; its token stays.
    #[must_use]
    pub fn with_journal(self, journal: impl Journal + 'static) -> Self {
        Self { journal: Some(Arc::new(journal)), ..self }
    }

    /// Finds out whether the credentials are good, before anything is recorded. That the vendor cannot be reached is no
    /// error here: a payment waits for it.
    pub fn sign_in(&self) -> Result<(), Error> {
        match self.caller.bearer() {
            Ok(_) | Err(Error::Transport { .. }) => Ok(()),
            Err(error) => Err(error),
        }
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
        let Attempt { intent, order, despite, patience, show, realtime } = attempt.into();
        let Some(journal) = &self.journal else { return Err(Error::NoJournal) };
        let hearing = realtime.map(|kind| self.hearing(&intent, kind)).transpose()?;
        let key = intent.reference_id().to_string();
        if journal.load(&key)?.is_some() {
            return Err(Error::from(JournalError::Exists { key: key.clone() }).of(key));
        }
        self.sign_in()?;
        let policy = self.policy_with(patience);
        let patience = policy.patience;
        let machine = Execution::prepare(intent, policy, self.clock.now());
        let own = |secret: &Secret| self.show_action(&key, secret);
        let show: &dyn Fn(&Secret) = show.as_deref().map_or(&own, |show| show);
        let despite = despite.as_deref();
        let order = order.as_deref().map(|name| Order { name, despite });
        Drive::new(self, machine, None, Recording::New(order)).showing(show).hearing(hearing).run(patience)
    }

    /// Makes a hosted checkout: send the customer to its `url`, keep its `source` with the order, then verify that.
    pub fn create_checkout(&self, order: &CheckoutOrder) -> Result<Checkout, Error> {
        Ok(Checkout::parse(&self.caller.call(&order.request())?)?)
    }

    /// Makes a session for a source, to be executed in right away.
    pub fn create_session(&self, source: SourceRef) -> Result<Session, Error> {
        Ok(Session::parse(&self.caller.call(&Session::request(source))?)?)
    }

    /// Mints the key that opens the realtime channel of one execution (API §6), for a browser that subscribes itself. The
    /// browser gets this key and the anon key, never a bearer token; the key is good for this one payment's status and nothing
    /// else, and only for [`expires_in`](RealtimeKey::expires_in).
    ///
    /// A browser that is told `createClient(url, anon_key)` and `realtime.setAuth(key)` goes deaf with today's supabase-js: the
    /// recipe that does not is `crates/dollr-cli/src/shop/assets/watch-payment.js`, to be copied.
    ///
    /// `reference_id` is the execution's own, `kind` that of the source that its session was made for.
    pub fn realtime_key(
        &self,
        session: SessionId,
        kind: SourceKind,
        reference_id: ReferenceId,
    ) -> Result<RealtimeKey, Error> {
        Ok(RealtimeKey::parse(&self.caller.call(&RealtimeKey::request(session, kind, reference_id))?)?)
    }

    /// Whether this invoice or order is paid, in this currency and with this total in major units.
    ///
    /// Take all three from the order, never from the browser. A patience of nought asks once; what the journal knows to be
    /// paid is not asked about again. A source that is on record for another order's total is only looked at.
    pub fn verify_source(
        &self,
        source: SourceRef,
        currency: Currency,
        total: Amount,
        patience: Duration,
    ) -> Result<Report, Error> {
        self.sign_in()?;
        let row = match &self.journal {
            Some(_) => self.load::<Source>(&source.to_string())?,
            None => None,
        };
        let (recording, row) = match row {
            None => (Recording::Shared, None),
            Some(row) if row.saved.expects(currency, total) => (Recording::Shared, Some(row)),
            Some(_) => (Recording::No, None),
        };
        let machine = match &row {
            Some(row) => self.resumed(row, patience),
            None => {
                Source::watch(source, currency, total, self.policy_with(Some(patience)), self.clock.now())
            }
        };
        Drive::new(self, machine, row, recording).run(patience)
    }

    /// Goes on asking about a recorded payment, whoever began it, for at most `patience`.
    ///
    /// A payment that was prepared and never sent is not sent, but reported as that. One that was sent is sent again only
    /// under [`Resend::AfterGrace`](dollr_core::Resend::AfterGrace), if it was made so.
    pub fn wait(&self, reference_id: ReferenceId, patience: Duration) -> Result<Report, Error> {
        let row = self.recorded(reference_id)?;
        let key = reference_id.to_string();
        let show = |secret: &Secret| self.show_action(&key, secret);
        let machine = self.resumed(&row, patience);
        Drive::new(self, machine, Some(row), Recording::Shared).showing(&show).run(patience)
    }

    /// The same as [`Client::wait`], listening to the payment's realtime channel for the first half minute (pattern 3), so that
    /// the verdict is known at once; `kind` is that of the source that its session was made for. Beside a live channel the payment
    /// is asked about every five seconds; with any trouble, as if there were no channel. The verdicts are the same.
    ///
    /// Needs a [realtime server](ClientBuilder::realtime).
    pub fn watch(
        &self,
        reference_id: ReferenceId,
        kind: SourceKind,
        patience: Duration,
    ) -> Result<Report, Error> {
        let row = self.recorded(reference_id)?;
        let hearing = self.hearing(row.saved.intent(), kind)?;
        let key = reference_id.to_string();
        let show = |secret: &Secret| self.show_action(&key, secret);
        let machine = self.resumed(&row, patience);
        let drive = Drive::new(self, machine, Some(row), Recording::Shared);
        drive.showing(&show).hearing(Some(hearing)).run(patience)
    }

    /// How a recorded payment stands: one question, also about one that has ended.
    pub fn status(&self, reference_id: ReferenceId) -> Result<Report, Error> {
        let row = self.recorded(reference_id)?;
        Drive::new(self, row.saved.clone(), Some(row), Recording::Shared).ask()
    }

    /// A recorded machine, adopted and with patience; one that has ended needs none.
    pub(crate) fn resumed<M: Machine>(&self, row: &Row<M>, patience: Duration) -> M {
        if row.saved.is_terminal() {
            return row.saved.clone();
        }
        let now = self.clock.now();
        let adopted = row.saved.clone().apply(Event::Adopted { horizon: None }, now);
        let resumed = adopted.and_then(|machine| machine.apply(Event::Resumed { patience }, now));
        resumed.unwrap_or_else(Rejected::into_machine)
    }

    fn hearing(&self, intent: &Intent, kind: SourceKind) -> Result<Hearing<'_>, Error> {
        let missing = "there is no realtime server: set SUPABASE_URL and SUPABASE_ANON_KEY, or give it to the client's builder";
        let realtime = self.realtime.as_ref().ok_or_else(|| Error::Config(missing.to_owned()))?;
        let topic = Topic { session: intent.session(), kind };
        Ok(Hearing::new(realtime, intent.reference_id(), topic))
    }

    pub(crate) fn show_action(&self, key: &str, secret: &Secret) {
        if let Some(show) = &self.show {
            show(key, secret);
        }
    }

    fn recorded(&self, id: ReferenceId) -> Result<Row<Execution>, Error> {
        self.load(&id.to_string())?.ok_or_else(|| Error::Unrecorded(id.to_string()))
    }

    pub(crate) fn load<M: Machine>(&self, key: &str) -> Result<Option<Row<M>>, Error> {
        let journal = self.journal()?;
        let Some(entry) = journal.load(key)? else { return Ok(None) };
        let saved = M::restore(&entry.snapshot).map_err(|e| Error::from(e).of(key.to_string()))?;
        Ok(Some(Row { version: entry.version, saved }))
    }

    pub(crate) fn journal(&self) -> Result<&dyn Journal, Error> {
        self.journal.as_deref().ok_or(Error::NoJournal)
    }

    fn policy_with(&self, patience: Option<Duration>) -> Policy {
        let patience = patience.unwrap_or(self.policy.patience);
        self.policy.clone().patience(patience)
    }

    /// One call of a machine, once the budget has one. Where that takes too long, nothing was sent.
    pub(crate) fn exchange(&self, request: &Request) -> Result<Event, Error> {
        let (Some(throttle), Some(journal)) = (&self.throttle, &self.journal) else {
            return self.exchange_now(request);
        };
        let patience = |not_yet: NotYet| not_yet.wait <= BUDGET_PATIENCE;
        match wait_for_permit(throttle, &**journal, &*self.clock, patience)? {
            Err(_) => Ok(Event::Lost { exchange: request.exchange, loss: Loss::NotSent }),
            Ok(permit) => {
                let event = self.exchange_now(request)?;
                throttle.tell(&**journal, permit, &event, self.clock.now())?;
                Ok(event)
            }
        }
    }

    /// One call of a machine, whatever the budget.
    pub(crate) fn exchange_now(&self, request: &Request) -> Result<Event, Error> {
        self.caller.exchange(request)
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client")
            .field("caller", &self.caller)
            .field("policy", &self.policy)
            .field("journal", &self.journal)
            .finish_non_exhaustive()
    }
}
