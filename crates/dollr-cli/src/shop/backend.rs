//! The shop's own server side, as a merchant would write it: orders in, one payment at a time for each, verdicts from the
//! client, goods handed out once. There is no rule about payments here.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use dollr_client::core::{
    Amount, CheckoutOrder, Currency, Intent, RealtimeKey, SessionId, SourceKind, Verdict,
};
use dollr_client::journal::{Journal as _, JournalError, SqliteJournal};
use dollr_client::{Attempt as Asked, Claimed, Client, Error, Reconcile, Report};
use dollr_sim::{CLIENT_ID, CLIENT_SECRET};

use super::goods::{CURRENCY, Good};
use super::order::{Attempt, Order, Way};
use crate::failure::Failure;

/// How long the thread that collects stays with a payment; after it, reconciling looks after it.
const ATTENDED: Duration = Duration::from_secs(45);

/// How long one call may take: a customer waits for the page.
const CALL: Duration = Duration::from_secs(5);

/// How often payments are looked after that nobody attends to.
const RECONCILED: Duration = Duration::from_secs(2);

/// So many orders are kept; it is a demonstration.
const ORDERS: usize = 1_000;

pub(super) struct Backend {
    client: Client,
    journal: Arc<SqliteJournal>,
    orders: Mutex<HashMap<String, Arc<Order>>>,
}

impl Backend {
    /// With a journal of its own: what the vendor forgets when he ends need not outlive him.
    pub(super) fn open(vendor: &str, journal: &Path) -> Result<Self, Failure> {
        let journal = Arc::new(SqliteJournal::open(journal)?);
        let client = Client::builder()
            .credentials(CLIENT_ID, CLIENT_SECRET)
            .base_url(vendor)
            .journal(Arc::clone(&journal))
            .user_agent(concat!("dollr-shop/", env!("CARGO_PKG_VERSION")))
            .read_timeout(CALL)
            .total_timeout(CALL)
            .build()?;
        Ok(Self { client, journal, orders: Mutex::default() })
    }

    fn orders(&self) -> MutexGuard<'_, HashMap<String, Arc<Order>>> {
        self.orders.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn order(&self, name: &str) -> Option<Arc<Order>> {
        self.orders().get(name).cloned()
    }

    /// Places an order, with an invoice at the vendor's. `home` is the shop's own address.
    pub(super) fn place(&self, good: &'static Good, phone: &str, home: &str) -> Result<Arc<Order>, Error> {
        if self.orders().len() >= ORDERS {
            return Err(Error::Config("the demonstration has taken all the orders that it keeps".to_owned()));
        }
        // Nobody guesses the address of another's order.
        let name: String = self
            .client
            .reference_id()?
            .to_string()
            .chars()
            .filter(char::is_ascii_hexdigit)
            .take(12)
            .collect();
        let (total, currency): (Amount, Currency) = (good.price.parse()?, CURRENCY.parse()?);
        let page = format!("{home}/orders/{name}");
        let checkout = CheckoutOrder::new(SourceKind::Invoice, phone, currency)?
            .item(good.name, total)
            .success_url(format!("{page}/success"))
            .cancel_url(format!("{page}/cancel"));
        let made = self.client.create_checkout(&checkout)?;
        let order = Arc::new(Order::new(name.clone(), good, total, made.source, made.url));
        self.orders().insert(name, Arc::clone(&order));
        Ok(order)
    }

    /// Begins to collect from a wallet, unless a payment for the order is under way: then that one goes on.
    pub(super) fn pay(self: &Arc<Self>, order: &Arc<Order>, account: &str) -> Result<(), Error> {
        let account = account.parse()?;
        self.look_again(order);
        // A second click waits here, and finds what the first one has begun.
        let mut payment = order.payment();
        if !payment.may_begin() {
            return Ok(());
        }
        payment.begin(Way::None);
        let prepared = self.client.create_session(order.source).and_then(|session| {
            let reference = self.client.reference_id()?;
            let intent = Intent::collection(reference, session.id, account, CURRENCY.parse()?);
            Ok((intent.amount(order.total).within(&session), reference, session.id))
        });
        let Ok((intent, reference, session)) = prepared else {
            payment.not_begun = true;
            return Ok(());
        };
        let (shop, own) = (Arc::clone(self), Arc::clone(order));
        let collect = move || shop.collect(&own, intent);
        if thread::Builder::new().name("collect".to_owned()).spawn(collect).is_ok() {
            let (session, begun) = (Some(session), Instant::now());
            payment.begin(Way::Wallet(Attempt { reference, session, begun, attended: true }));
        } else {
            payment.not_begun = true;
        }
        Ok(())
    }

    /// Collects, on a thread of its own, and stays with the payment for a while.
    fn collect(&self, order: &Order, intent: Intent) {
        let reference = intent.reference_id();
        // The journal lets no second attempt at an order begin while one may still move money.
        let asked = Asked::new(intent).order(&order.name).patience(ATTENDED);
        let outcome = match self.client.collect(asked) {
            Err(Error::Journal(JournalError::OrderTaken { key, .. })) => {
                order.payment().adopt(reference, &key);
                return self.look_again(order);
            }
            Ok(report) => Ok(report),
            Err(_) => self.client.status(reference),
        };
        match outcome {
            // It has not come as far as the journal, so nothing was sent.
            Err(Error::Unrecorded(_)) => order.payment().never_began(reference),
            Err(_) => {}
            Ok(report) => self.learn(order, report),
        }
        order.payment().leave(reference);
    }

    /// Sends the customer to the vendor's page, unless another payment for the order is under way. Whether he may go.
    pub(super) fn send_to_vendor(&self, order: &Order) -> bool {
        self.look_again(order);
        let first = {
            let mut payment = order.payment();
            if !payment.may_go_on() {
                return false;
            }
            let first = payment.way != Way::Hosted;
            if first {
                payment.begin(Way::Hosted);
            }
            first
        };
        if first {
            // From now on it is on record, and looked after, also where he never comes back.
            order.asking(|| self.verify_now(order));
        }
        true
    }

    /// Asks the vendor how the order's payment stands, at most once a second.
    pub(super) fn ask(&self, order: &Order) {
        if !order.payment().is_final() {
            order.asking(|| self.ask_now(order));
        }
    }

    /// Asks the vendor whether the order is paid, whatever way it was to be paid: somebody says so.
    pub(super) fn verify(&self, order: &Order) {
        let way = order.payment().way.clone();
        match way {
            Way::Wallet(_) => self.ask(order),
            Way::Hosted | Way::None => order.asking(|| self.verify_now(order)),
        }
    }

    /// A payment that ended without money is asked about once more before another one begins: its end may be contradicted.
    fn look_again(&self, order: &Order) {
        let ended = {
            let payment = order.payment();
            matches!(payment.way, Way::Wallet(_)) && payment.may_begin()
        };
        if ended {
            order.asking(|| self.ask_now(order));
        }
    }

    fn ask_now(&self, order: &Order) {
        let way = order.payment().way.clone();
        match way {
            Way::None => {}
            Way::Hosted => self.verify_now(order),
            Way::Wallet(attempt) => {
                // No answer changes nothing, and it is asked again.
                if let Ok(report) = self.client.status(attempt.reference) {
                    self.learn(order, report);
                }
            }
        }
    }

    /// Source, currency and total are the order's own, never the browser's.
    fn verify_now(&self, order: &Order) {
        let Ok(currency) = CURRENCY.parse() else { return };
        if let Ok(report) = self.client.verify_source(order.source, currency, order.total, Duration::ZERO) {
            self.learn(order, report);
        }
    }

    /// Keeps what the client said; what is paid is shipped, once.
    fn learn(&self, order: &Order, report: Report) {
        let mut payment = order.payment();
        payment.learn(report);
        let Some(report) = &payment.report else { return };
        let paid = matches!(report.verdict, Verdict::Paid(_)) && report.conflict.is_none();
        if paid
            && !payment.shipped
            && let Ok(Claimed::Claimed(_)) = self.client.claim_fulfilment(&report.key)
        {
            payment.shipped = self.client.fulfilled(&report.key).unwrap_or(false);
        }
    }

    /// The key of a wallet payment's channel, fresh for each page that asks, and whose it is.
    pub(super) fn realtime_key(
        &self,
        order: &Order,
    ) -> Option<(Attempt, SessionId, Result<RealtimeKey, Error>)> {
        let Way::Wallet(attempt) = order.payment().way.clone() else { return None };
        let session = attempt.session?;
        let key = self.client.realtime_key(session, order.source.kind, attempt.reference);
        Some((attempt, session, key))
    }

    /// Looks after what nobody attends to any more, for as long as the process lives.
    pub(super) fn reconcile_for_ever(&self) {
        loop {
            thread::sleep(RECONCILED);
            // What goes wrong in one pass may be right in the next.
            let _ = self.client.reconcile(&Reconcile::default().workers(2));
            let orders: Vec<_> = self.orders().values().cloned().collect();
            for order in orders {
                self.catch_up(&order);
            }
        }
    }

    /// Takes over what the journal knows to have ended, without a call.
    fn catch_up(&self, order: &Order) {
        let (way, known) = {
            let payment = order.payment();
            (payment.way.clone(), payment.is_final())
        };
        let key = match &way {
            Way::None => return,
            Way::Wallet(attempt) => attempt.reference.to_string(),
            Way::Hosted => order.source.to_string(),
        };
        let ended = !known && self.journal.load(&key).is_ok_and(|row| row.is_some_and(|row| !row.open));
        match way {
            Way::Wallet(attempt) if ended => {
                if let Ok(report) = self.client.wait(attempt.reference, Duration::ZERO) {
                    self.learn(order, report);
                }
            }
            Way::Hosted if ended => self.verify_now(order),
            _ => {}
        }
    }
}
