//! An order of the shop's and the one payment that is under way for it. What is known of that payment is what the client
//! said last; nothing is decided here.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use dollr_client::Report;
use dollr_client::core::{Amount, Progress, ReferenceId, SessionId, SourceRef, Verdict};

use super::goods::Good;

/// How long a browser listens; a payment that is open after it is one that nobody knows the end of yet (API §6).
const LISTENED: Duration = Duration::from_secs(30);

/// How long a request may be on its way before it is odd that nothing is known of it.
const ON_ITS_WAY: Duration = Duration::from_secs(5);

/// An order that was placed. Its source is the vendor's invoice, and is taken from here, never from the browser.
#[derive(Debug)]
pub(super) struct Order {
    pub(super) name: String,
    pub(super) good: &'static Good,
    pub(super) total: Amount,
    pub(super) source: SourceRef,
    /// The vendor's page for it.
    pub(super) hosted: String,
    payment: Mutex<Payment>,
    /// When the vendor was last asked; held while he is.
    asked: Mutex<Option<Instant>>,
}

/// How the customer pays: one way at a time, so that two cannot both take money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// Not chosen yet.
    None,
    /// From a wallet, on the shop's own page.
    Wallet(Attempt),
    /// On the vendor's page.
    Hosted,
}

/// One attempt to collect from a wallet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Attempt {
    pub(super) reference: ReferenceId,
    /// None where another one, of which only the id is known, holds the order.
    pub(super) session: Option<SessionId>,
    pub(super) begun: Instant,
    /// Whether a thread of the shop still attends to it.
    pub(super) attended: bool,
}

#[derive(Debug)]
pub(super) struct Payment {
    pub(super) way: Way,
    /// What the client said last of the payment that `way` names.
    pub(super) report: Option<Report>,
    /// Why the latest attempt could not begin: nothing was sent.
    pub(super) not_begun: bool,
    /// Whether the goods were handed out.
    pub(super) shipped: bool,
}

impl Order {
    pub(super) fn new(
        name: String,
        good: &'static Good,
        total: Amount,
        source: SourceRef,
        hosted: String,
    ) -> Self {
        let payment = Payment { way: Way::None, report: None, not_begun: false, shipped: false };
        Self { name, good, total, source, hosted, payment: Mutex::new(payment), asked: Mutex::default() }
    }

    pub(super) fn payment(&self) -> MutexGuard<'_, Payment> {
        self.payment.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a question's turn: at most one a second for an order, however many want one (invariant I8). Who waited for
    /// a question that began after he came has his answer already.
    pub(super) fn asking(&self, question: impl FnOnce()) {
        const LEAST: Duration = Duration::from_secs(1);
        let came = Instant::now();
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        if asked.is_some_and(|at| at >= came) {
            return;
        }
        if let Some(at) = *asked {
            std::thread::sleep((at + LEAST).saturating_duration_since(Instant::now()));
        }
        *asked = Some(Instant::now());
        question();
    }
}

impl Payment {
    /// Whether a payment may be begun. That no other one holds the order is the journal's to say, when it is begun.
    pub(super) fn may_begin(&self) -> bool {
        match (&self.way, &self.report) {
            (Way::None, None) => true,
            (Way::Wallet(attempt), Some(report)) => ended_without_money(report, attempt.attended),
            _ => false,
        }
    }

    /// Whether the customer may go (back) to the vendor's page.
    pub(super) fn may_go_on(&self) -> bool {
        let begun_there = self.report.as_ref().is_none_or(|report| is_open(&report.verdict));
        self.may_begin() || self.way == Way::Hosted && begun_there
    }

    /// Whether there is nothing more to learn.
    pub(super) fn is_final(&self) -> bool {
        self.report.as_ref().is_some_and(|report| !is_open(&report.verdict))
    }

    /// Whether the time in which a wallet is expected to answer is over.
    pub(super) fn is_late(&self) -> bool {
        matches!(&self.way, Way::Wallet(attempt) if attempt.begun.elapsed() >= LISTENED)
    }

    /// Whether a thread of the shop attends to it: what was not sent may still be.
    pub(super) fn is_attended(&self) -> bool {
        matches!(&self.way, Way::Wallet(attempt) if attempt.attended)
    }

    /// Whether its request may simply be on its way.
    pub(super) fn is_young(&self) -> bool {
        let young = |attempt: &Attempt| attempt.begun.elapsed() < ON_ITS_WAY;
        self.is_attended() && matches!(&self.way, Way::Wallet(attempt) if young(attempt))
    }

    /// Keeps what the client says of the payment with this key; an older word never takes the place of a final one.
    pub(super) fn learn(&mut self, report: Report) {
        let is_ours = match &self.way {
            Way::Wallet(attempt) => attempt.reference.to_string() == report.key,
            // What is paid on the vendor's page is paid, also where the shop did not send the customer there.
            Way::Hosted | Way::None => report.key.contains(':'),
        };
        let forward = !self.is_final() || !is_open(&report.verdict);
        if is_ours && forward && (self.way != Way::None || !is_open(&report.verdict)) {
            self.report = Some(report);
        }
    }

    /// A new attempt takes the place of one that ended without money.
    pub(super) fn begin(&mut self, way: Way) {
        *self = Self { way, report: None, not_begun: false, shipped: self.shipped };
    }

    /// Another attempt, of which only the key is known, holds the order: it is this order's payment.
    pub(super) fn adopt(&mut self, refused: ReferenceId, key: &str) {
        if let (Way::Wallet(attempt), Ok(reference)) = (&mut self.way, key.parse())
            && attempt.reference == refused
        {
            *attempt = Attempt { reference, session: None, begun: attempt.begun, attended: false };
        }
    }

    /// This attempt has ended before anything was recorded, and so before anything was sent.
    pub(super) fn never_began(&mut self, reference: ReferenceId) {
        if matches!(&self.way, Way::Wallet(attempt) if attempt.reference == reference) {
            self.begin(Way::None);
            self.not_begun = true;
        }
    }

    /// Nobody attends to this attempt any more.
    pub(super) fn leave(&mut self, reference: ReferenceId) {
        if let Way::Wallet(attempt) = &mut self.way
            && attempt.reference == reference
        {
            attempt.attended = false;
        }
    }
}

fn is_open(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Open { .. })
}

/// Whether the attempt is known to have moved no money, and to be over. One that was not sent may still be, while somebody
/// attends to it.
fn ended_without_money(report: &Report, attended: bool) -> bool {
    report.conflict.is_none()
        && match &report.verdict {
            Verdict::Failed { .. } | Verdict::Refused(_) | Verdict::NotLanded => true,
            Verdict::Open { progress, .. } => *progress == Progress::NotSent && !attended,
            _ => false,
        }
}
