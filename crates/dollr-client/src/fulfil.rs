//! May I ship? The goods of a paid payment are given to one caller, whoever asks: success page, poller or cron.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use dollr_core::{Execution, Invalid, Machine, Settlement, Source, Timestamp, Verdict};
use dollr_journal::{self as journal, Entry, Journal, JournalError, Kind, Page};

use crate::{Client, Clock, Error, SystemClock};

/// The answer to “may I ship?”.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claimed {
    /// You, and nobody else: ship, then say [`Fulfilment::fulfilled`]; or [`Fulfilment::release`] if you cannot.
    Claimed(Settlement),
    /// Somebody else ships, or has shipped.
    AlreadyClaimed {
        /// For which payment: maybe another one of the same order.
        key: String,
        /// Who: the name of a client.
        by: String,
        /// When, by that one's clock.
        at: Timestamp,
    },
    /// Nobody may, as far as the journal knows: this is how the payment stands.
    NotPaid(Verdict),
}

impl fmt::Display for Claimed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Claimed(settlement) => write!(f, "yours to ship: {settlement}"),
            Self::AlreadyClaimed { key, by, at } => write!(f, "{by} has claimed it at {at}, for {key}"),
            Self::NotPaid(verdict) => write!(f, "not to be shipped: {verdict}"),
        }
    }
}

/// A paid payment whose goods are yours to hand out, for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Delivery {
    /// The reference id, or the source such as `INVOICE:101`.
    pub key: String,
    /// The merchant's order, where there is one.
    pub order: Option<String>,
    /// What was paid.
    pub settlement: Settlement,
}

/// A payment of an order that another one has paid for: the customer has paid twice.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Duplicate {
    /// The reference id, or the source such as `INVOICE:101`.
    pub key: String,
    /// The merchant's order.
    pub order: Option<String>,
    /// What was paid; none where the row cannot be read, or something contradicts it since.
    pub settlement: Option<Settlement>,
    /// The one that was paid first.
    pub besides: String,
    /// When it was found.
    pub at: Timestamp,
}

/// Hands goods out once. It needs a journal and no credentials, and calls nobody: made for success pages, shells and queues.
///
/// ```
/// # use std::time::Duration;
/// use dollr_client::core::Timestamp;
/// use dollr_client::{Fulfilment, journal};
///
/// # let folder = tempfile::tempdir()?;
/// # let payments = folder.path().join("payments.db");
/// # journal::open(&payments)?;
/// let goods = Fulfilment::new(journal::open_existing(payments)?)?;
/// while let Some(delivery) = goods.next_paid(Duration::from_secs(900), Timestamp::from_millis(0))? {
///     println!("ship {}", delivery.key);
///     goods.acknowledge(&delivery)?;
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Fulfilment {
    journal: Arc<dyn Journal>,
    name: String,
    clock: Arc<dyn Clock>,
}

impl Fulfilment {
    /// Of the payments in this journal, under a name that nobody else has.
    pub fn new(journal: impl Journal + 'static) -> Result<Self, Error> {
        Ok(Self { journal: Arc::new(journal), name: unused_name()?, clock: Arc::new(SystemClock) })
    }

    /// What the one who claims is called, unlike any other.
    #[must_use]
    pub fn name(self, name: impl Into<String>) -> Self {
        Self { name: name.into(), ..self }
    }

    /// With another clock than the operating system's.
    #[must_use]
    pub fn clock(self, clock: impl Clock + 'static) -> Self {
        Self { clock: Arc::new(clock), ..self }
    }

    /// Claims the goods of a recorded payment, by its reference id or source such as `INVOICE:101`. One caller gets them, once
    /// for all attempts at its order. The vendor is not asked: [`Client::wait`] or [`Client::verify_source`] comes first.
    ///
    /// A claim stays until it is released: who crashes after it must look whether he has shipped. A payout, a transfer or a refund has no
    /// goods, and is [`Error::Invalid`].
    pub fn claim(&self, key: impl fmt::Display) -> Result<Claimed, Error> {
        let key = key.to_string();
        let entry = self.journal.load(&key)?.ok_or_else(|| Error::Unrecorded(key.clone()))?;
        let standing = Standing::of(&entry)?;
        if !standing.collects {
            return Err(no_sale(&key).into());
        }
        let settlement = match standing.settled() {
            Ok(settlement) => settlement,
            Err(verdict) => return Ok(Claimed::NotPaid(verdict)),
        };
        Ok(match self.journal.claim(&key, &self.name, self.clock.now())? {
            None => Claimed::Claimed(settlement),
            Some(claim) => Claimed::AlreadyClaimed { key: claim.key, by: claim.by, at: claim.at },
        })
    }

    /// The goods were handed out. `false` where nobody has claimed them, or that was said before.
    pub fn fulfilled(&self, key: impl fmt::Display) -> Result<bool, Error> {
        Ok(self.journal.fulfil(&key.to_string(), None, self.clock.now())?)
    }

    /// The goods were not handed out: somebody else may claim them. `false` where nobody has claimed them, or they were
    /// handed out.
    pub fn release(&self, key: impl fmt::Display) -> Result<bool, Error> {
        Ok(self.journal.release(&key.to_string(), None, self.clock.now())?)
    }

    /// Claims the next payment whose goods nobody has claimed, the longest paid first, of those paid `since`: by a customer, and no
    /// payout, transfer or refund.
    ///
    /// It is yours for `term`. Unless [`acknowledge`](Fulfilment::acknowledge) comes within it, it is given again, to you or
    /// another: at least once, so that no crash forgets it.
    pub fn next_paid(&self, term: Duration, since: Timestamp) -> Result<Option<Delivery>, Error> {
        loop {
            let now = self.clock.now();
            let Some(entry) = self.journal.take_paid(&self.name, term, since, now)? else { return Ok(None) };
            if let Ok(settlement) = Standing::of(&entry)?.settled() {
                let Entry { key, order, .. } = entry;
                return Ok(Some(Delivery { key, order, settlement }));
            }
            // What contradicts it came after it was paid, or an older release took it for a sale.
            self.journal.release(&entry.key, Some(&self.name), now)?;
            self.correct(&entry, now)?;
        }
    }

    /// The goods of a [`Delivery`] were handed out. `false` where its term is over and somebody else has it.
    pub fn acknowledge(&self, delivery: &Delivery) -> Result<bool, Error> {
        Ok(self.journal.fulfil(&delivery.key, Some(&self.name), self.clock.now())?)
    }

    /// The goods of a [`Delivery`] were not handed out: it is given again, at once.
    pub fn decline(&self, delivery: &Delivery) -> Result<bool, Error> {
        Ok(self.journal.release(&delivery.key, Some(&self.name), self.clock.now())?)
    }

    /// The goods of a [`Delivery`] were not handed out: it is given again after this time, and stays claimed until then.
    pub fn put_off(&self, delivery: &Delivery, wait: Duration) -> Result<bool, Error> {
        Ok(self.journal.put_off(&delivery.key, &self.name, wait, self.clock.now())?)
    }

    /// Payments that came besides another one of the same order. It has one attempt at a time, but may be paid on two hosted pages, by phone
    /// and then on a page, or by an attempt that was begun [`despite`](crate::Attempt::despite) another. Its goods are handed out once; what
    /// was paid too much is listed until a person has [resolved](Client::resolve) it.
    ///
    /// What is collected pays for its source: both tell of one payment ([`Receipt`](dollr_core::Receipt)).
    pub fn duplicates(&self) -> Result<Vec<Duplicate>, Error> {
        let found = self.journal.duplicates(usize::MAX)?.into_iter();
        let duplicate = |journal::Duplicate { entry, besides, at, .. }| {
            let settlement = Standing::of(&entry).ok().and_then(|standing| standing.settled().ok());
            Duplicate { key: entry.key, order: entry.order, settlement, besides, at }
        };
        Ok(found.map(duplicate).collect())
    }

    /// Writes a row as its machine has it.
    fn correct(&self, entry: &Entry, now: Timestamp) -> Result<(), Error> {
        let Some(row) = self.journal.load(&entry.key)? else { return Ok(()) };
        let page = match row.kind {
            Kind::Execution => Page::of(&Execution::restore(&row.snapshot)?, &row.snapshot, now),
            Kind::Source => Page::of(&Source::restore(&row.snapshot)?, &row.snapshot, now),
        };
        match self.journal.save(&row.key, row.version, &page.noting("not to be shipped"), now) {
            Ok(_) | Err(JournalError::Stale { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

impl Client {
    /// Hands out the goods of the payments in this client's journal, under its name.
    pub fn fulfilment(&self) -> Result<Fulfilment, Error> {
        let journal = self.journal.clone().ok_or(Error::NoJournal)?;
        Ok(Fulfilment { journal, name: self.name.clone(), clock: Arc::clone(&self.clock) })
    }

    /// The same as [`Fulfilment::claim`].
    pub fn claim_fulfilment(&self, key: impl fmt::Display) -> Result<Claimed, Error> {
        self.fulfilment()?.claim(key)
    }

    /// The same as [`Fulfilment::fulfilled`].
    pub fn fulfilled(&self, key: impl fmt::Display) -> Result<bool, Error> {
        self.fulfilment()?.fulfilled(key)
    }

    /// The same as [`Fulfilment::release`].
    pub fn release(&self, key: impl fmt::Display) -> Result<bool, Error> {
        self.fulfilment()?.release(key)
    }

    /// The same as [`Fulfilment::next_paid`].
    pub fn next_paid(&self, term: Duration, since: Timestamp) -> Result<Option<Delivery>, Error> {
        self.fulfilment()?.next_paid(term, since)
    }

    /// The same as [`Fulfilment::duplicates`].
    pub fn duplicates(&self) -> Result<Vec<Duplicate>, Error> {
        self.fulfilment()?.duplicates()
    }

    /// The same as [`Fulfilment::acknowledge`].
    pub fn acknowledge(&self, delivery: &Delivery) -> Result<bool, Error> {
        self.fulfilment()?.acknowledge(delivery)
    }

    /// The same as [`Fulfilment::decline`].
    pub fn decline(&self, delivery: &Delivery) -> Result<bool, Error> {
        self.fulfilment()?.decline(delivery)
    }
}

/// A name that nobody else has.
pub(crate) fn unused_name() -> Result<String, Error> {
    let mut bytes = [0; 4];
    getrandom::fill(&mut bytes).map_err(|e| Error::Random(e.to_string()))?;
    Ok(format!("process {} {:08x}", std::process::id(), u32::from_be_bytes(bytes)))
}

/// How a recorded payment stands, for who has its goods.
struct Standing {
    verdict: Verdict,
    is_sold: bool,
    collects: bool,
}

impl Standing {
    fn of(entry: &Entry) -> Result<Self, Error> {
        fn of<M: Machine>(entry: &Entry) -> Result<Standing, Error> {
            let machine = M::restore(&entry.snapshot).map_err(|e| Error::from(e).of(entry.key.clone()))?;
            let (is_sold, collects) = (machine.is_sold(), machine.collects());
            Ok(Standing { verdict: machine.verdict(), is_sold, collects })
        }
        match entry.kind {
            Kind::Execution => of::<Execution>(entry),
            Kind::Source => of::<Source>(entry),
        }
    }

    /// What a customer has paid, or else how it stands.
    fn settled(self) -> Result<Settlement, Verdict> {
        match self.verdict {
            Verdict::Paid(settlement) if self.is_sold => Ok(settlement),
            verdict => Err(verdict),
        }
    }
}

fn no_sale(key: &str) -> Invalid {
    let expected = "one that a customer pays: a payout, a transfer or a refund has no goods";
    Invalid { what: "payment", found: key.to_owned(), expected }
}
