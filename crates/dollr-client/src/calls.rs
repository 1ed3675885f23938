//! What each door leads to. A call is written once, for a thread that does all of it and for a host that goes through its steps;
//! it opens a machine, or finds it in the journal, and lets [`Drive`] run it.

use std::time::Duration;

use dollr_core::{
    Amount, Checkout, CheckoutOrder, Currency, Event, Execution, Intent, Invalid, Loss, Machine, Policy,
    RealtimeKey, ReferenceId, Request, Secret, Session, SessionId, Source, SourceKind, SourceRef,
};
use dollr_journal::{JournalError, Order};

use crate::drive::Drive;
use crate::realtime::{Hearing, Topic};
use crate::recording::{Recording, Row};
use crate::throttle::{NotYet, wait_for_permit};
use crate::{Attempt, Client, Error, Report};

/// A call waits for the budget's next permit no longer than this; then it counts as not made, and its machine tries again.
const BUDGET_PATIENCE: Duration = Duration::from_secs(2);

/// The same in all, where others are faster and take the permits that it has waited for.
const BUDGET_PATIENCE_IN_ALL: Duration = Duration::from_secs(10);

/// Refuses an order without a name: all that have none would be one, with the same goods.
fn named(order: &str) -> Result<(), Invalid> {
    let expected = "your own name of it, such as A-1";
    let found = order.to_owned();
    if order.trim().is_empty() { Err(Invalid { what: "order", found, expected }) } else { Ok(()) }
}

impl Client {
    pub(crate) async fn signing_in(&self) -> Result<(), Error> {
        match self.caller.bearer(&self.host).await {
            Ok(_) | Err(Error::Transport { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    pub(crate) async fn executing(&self, attempt: Attempt<'_>) -> Result<Report, Error> {
        let Attempt { intent, order, despite, patience, show, realtime } = attempt;
        let Some(journal) = &self.journal else { return Err(Error::NoJournal) };
        order.as_deref().map_or(Ok(()), named)?;
        let hearing = realtime.map(|kind| self.hearing(&intent, kind)).transpose()?;
        let key = intent.reference_id().to_string();
        self.host.at_journal().await;
        if journal.load(&key)?.is_some() {
            return Err(Error::from(JournalError::Exists { key: key.clone() }).of(key));
        }
        self.signing_in().await?;
        let policy = self.policy_with(patience);
        let patience = policy.patience;
        let machine = Execution::prepare(intent, policy, self.clock.now());
        let own = |secret: &Secret| self.show_action(&key, secret);
        let show: &(dyn Fn(&Secret) + Sync) = match &show {
            Some(show) => &**show,
            None => &own,
        };
        let despite = despite.as_deref();
        let order = order.as_deref().map(|name| Order { name, despite });
        let drive = Drive::new(self, machine, None, Recording::New(order));
        drive.showing(show).hearing(hearing).run(patience).await
    }

    pub(crate) async fn checking_out(&self, order: &CheckoutOrder) -> Result<Checkout, Error> {
        Ok(Checkout::parse(&self.caller.call(&self.host, &order.request()).await?)?)
    }

    pub(crate) async fn making_session(&self, source: SourceRef) -> Result<Session, Error> {
        let made = self.caller.call(&self.host, &Session::request(source)).await?;
        Ok(Session::parse(&made, source)?)
    }

    pub(crate) async fn minting_key(
        &self,
        session: SessionId,
        kind: SourceKind,
        reference_id: ReferenceId,
    ) -> Result<RealtimeKey, Error> {
        let request = RealtimeKey::request(session, kind, reference_id);
        Ok(RealtimeKey::parse(&self.caller.call(&self.host, &request).await?)?)
    }

    pub(crate) async fn verifying(
        &self,
        source: SourceRef,
        currency: Currency,
        total: Amount,
        order: Option<String>,
        patience: Duration,
    ) -> Result<Report, Error> {
        if let Some(order) = &order {
            self.journal()?;
            named(order)?;
        }
        self.signing_in().await?;
        let row = match &self.journal {
            Some(_) => {
                self.host.at_journal().await;
                self.load::<Source>(&source.to_string())?
            }
            None => None,
        };
        let order = order.as_deref();
        row.as_ref().map_or(Ok(()), |row| row.is_for(order))?;
        let (recording, row) = match row {
            None => (Recording::Shared(order), None),
            Some(row) if row.saved.expects(currency, total) => (Recording::Shared(order), Some(row)),
            Some(_) => (Recording::Beside(order), None),
        };
        let machine = match &row {
            Some(row) => row.saved.clone().resumed(patience, self.clock.now()),
            None => {
                Source::watch(source, currency, total, self.policy_with(Some(patience)), self.clock.now())
            }
        };
        Drive::new(self, machine, row, recording).run(patience).await
    }

    /// `kind` is that of the source, where its channel is to be listened to.
    pub(crate) async fn waiting(
        &self,
        reference_id: ReferenceId,
        kind: Option<SourceKind>,
        patience: Duration,
    ) -> Result<Report, Error> {
        let row = self.recorded(reference_id).await?;
        let hearing = kind.map(|kind| self.hearing(row.saved.intent(), kind)).transpose()?;
        let key = reference_id.to_string();
        let show = |secret: &Secret| self.show_action(&key, secret);
        let machine = row.saved.clone().resumed(patience, self.clock.now());
        let drive = Drive::new(self, machine, Some(row), Recording::Shared(None));
        drive.showing(&show).hearing(hearing).run(patience).await
    }

    pub(crate) async fn asking(&self, reference_id: ReferenceId) -> Result<Report, Error> {
        let row = self.recorded(reference_id).await?;
        Drive::new(self, row.saved.clone(), Some(row), Recording::Shared(None)).ask().await
    }

    /// One call of a machine, once the budget has one. Where that takes too long, nothing was sent.
    pub(crate) async fn exchange(&self, request: &Request) -> Result<Event, Error> {
        let (Some(throttle), Some(journal)) = (&self.throttle, &self.journal) else {
            return self.exchange_now(request).await;
        };
        let patience = |not_yet: NotYet, waited: Duration| {
            not_yet.wait <= BUDGET_PATIENCE && waited + not_yet.wait <= BUDGET_PATIENCE_IN_ALL
        };
        match wait_for_permit(&self.host, throttle, &**journal, &*self.clock, patience).await? {
            Err(_) => Ok(Event::Lost { exchange: request.exchange, loss: Loss::NotSent }),
            Ok(permit) => {
                let event = self.exchange_now(request).await?;
                self.host.at_journal().await;
                throttle.tell(&**journal, permit, &event, self.clock.now())?;
                Ok(event)
            }
        }
    }

    /// One call of a machine, whatever the budget.
    pub(crate) async fn exchange_now(&self, request: &Request) -> Result<Event, Error> {
        self.caller.exchange(&self.host, request).await
    }

    pub(crate) fn show_action(&self, key: &str, secret: &Secret) {
        if let Some(show) = &self.show {
            show(key, secret);
        }
    }

    pub(crate) fn load<M>(&self, key: &str) -> Result<Option<Row<M>>, Error>
    where
        M: Machine + Send + Sync + 'static,
    {
        let journal = self.journal()?;
        let Some(entry) = journal.load(key)? else { return Ok(None) };
        let saved = self.restored.of(key, entry.snapshot).map_err(|e| Error::from(e).of(key.to_string()))?;
        Ok(Some(Row { version: entry.version, saved, order: entry.order }))
    }

    async fn recorded(&self, id: ReferenceId) -> Result<Row<Execution>, Error> {
        self.host.at_journal().await;
        self.load(&id.to_string())?.ok_or_else(|| Error::Unrecorded(id.to_string()))
    }

    fn hearing(&self, intent: &Intent, kind: SourceKind) -> Result<Hearing<'_>, Error> {
        let missing = "there is no realtime server: set SUPABASE_URL and SUPABASE_ANON_KEY, or give it to the client's builder";
        let realtime = self.realtime.as_ref().ok_or_else(|| Error::Config(missing.to_owned()))?;
        let topic = Topic { session: intent.session(), kind };
        Ok(Hearing::new(realtime, intent.reference_id(), topic))
    }

    fn policy_with(&self, patience: Option<Duration>) -> Policy {
        let patience = patience.unwrap_or(self.policy.patience);
        self.policy.clone().patience(patience)
    }
}
