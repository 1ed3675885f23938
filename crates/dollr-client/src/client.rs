//! `Client`: the doors, for threads. Each blocks on a call of [`calls`](crate::calls).

use std::sync::Arc;
use std::time::Duration;

use dollr_core::{
    Amount, Checkout, CheckoutOrder, Currency, Limit, Policy, RealtimeKey, ReferenceId, Secret, Session,
    SessionId, SourceKind, SourceRef,
};
use dollr_journal::Journal;
use pollster::block_on;

use crate::caller::Caller;
use crate::host::Host;
use crate::realtime::Realtime;
use crate::restored::Restored;
use crate::throttle::Throttle;
use crate::wire::Wire;
use crate::{Attempt, ClientBuilder, Clock, Error, Report};

/// A merchant's connection to the vendor: one token, one policy, one journal. Share it between threads.
///
/// See the [crate's front page](crate) for a first payment.
pub struct Client {
    pub(crate) host: Host,
    pub(crate) wire: Arc<Wire>,
    pub(crate) caller: Arc<Caller>,
    pub(crate) policy: Policy,
    pub(crate) journal: Option<Arc<dyn Journal>>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) show: Option<Show>,
    pub(crate) name: String,
    pub(crate) limit: Option<Limit>,
    pub(crate) throttle: Option<Arc<Throttle>>,
    pub(crate) realtime: Option<Arc<Realtime>>,
    pub(crate) restored: Arc<Restored>,
}

/// Gives a card's secret to the payer of the payment with this key.
pub(crate) type Show = Arc<dyn Fn(&str, &Secret) + Send + Sync>;

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
        block_on(self.signing_in())
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
        block_on(self.executing(attempt.into()))
    }

    /// Makes a hosted checkout: send the customer to its `url`, keep its `source` with the order, then verify that.
    pub fn create_checkout(&self, order: &CheckoutOrder) -> Result<Checkout, Error> {
        block_on(self.checking_out(order))
    }

    /// Makes a session for a source, to be executed in right away.
    pub fn create_session(&self, source: SourceRef) -> Result<Session, Error> {
        block_on(self.making_session(source))
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
        block_on(self.minting_key(session, kind, reference_id))
    }

    /// Whether this invoice or order is paid, in this currency and with this total in major units.
    ///
    /// Take all three from the order, never from the browser. A patience of nought asks once; what the journal knows to be
    /// paid is not asked about again. A source that is on record for another order's total is
    /// only looked at, until it is paid with this one's: then it is this one's.
    ///
    /// To the journal it is a payment of its own, with goods of its own, unless it is verified for its
    /// [order](Self::verify_order): without that, do not verify what you [`collect`](Self::collect) yourself, or its goods are claimed twice.
    pub fn verify_source(
        &self,
        source: SourceRef,
        currency: Currency,
        total: Amount,
        patience: Duration,
    ) -> Result<Report, Error> {
        block_on(self.verifying(source, currency, total, None, patience))
    }

    /// The same for an order by the merchant's own name of it: its goods are handed out once, whether it is paid on the hosted page
    /// or by an [`Attempt`] at the same order; and while this may still be paid, or is, another attempt is refused with
    /// [`JournalError::OrderTaken`](dollr_journal::JournalError::OrderTaken).
    ///
    /// A source is one order's: [`Error::OtherOrder`] where it is on record for another one, or is paid for none. That needs a
    /// journal.
    pub fn verify_order(
        &self,
        order: impl Into<String>,
        source: SourceRef,
        currency: Currency,
        total: Amount,
        patience: Duration,
    ) -> Result<Report, Error> {
        block_on(self.verifying(source, currency, total, Some(order.into()), patience))
    }

    /// Goes on asking about a recorded payment, whoever began it, for at most `patience`.
    ///
    /// A payment that was prepared and never sent is not sent, but reported as that. One that was sent is sent again only
    /// under [`Resend::AfterGrace`](dollr_core::Resend::AfterGrace), if it was made so.
    pub fn wait(&self, reference_id: ReferenceId, patience: Duration) -> Result<Report, Error> {
        block_on(self.waiting(reference_id, None, patience))
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
        block_on(self.waiting(reference_id, Some(kind), patience))
    }

    /// How a recorded payment stands: one question, also about one that has ended.
    pub fn status(&self, reference_id: ReferenceId) -> Result<Report, Error> {
        block_on(self.asking(reference_id))
    }

    pub(crate) fn journal(&self) -> Result<&dyn Journal, Error> {
        self.journal.as_deref().ok_or(Error::NoJournal)
    }

    /// The same client, with the same token, for another host.
    pub(crate) fn at(&self, host: Host) -> Self {
        Self {
            host,
            wire: Arc::clone(&self.wire),
            caller: Arc::clone(&self.caller),
            policy: self.policy.clone(),
            journal: self.journal.clone(),
            clock: Arc::clone(&self.clock),
            show: self.show.clone(),
            name: self.name.clone(),
            limit: self.limit,
            throttle: self.throttle.clone(),
            realtime: self.realtime.clone(),
            restored: Arc::clone(&self.restored),
        }
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
