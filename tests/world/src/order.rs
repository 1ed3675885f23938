//! What customers do: they order, pay, pay twice, go away, come back and look; and who ships to them.

use dollr_client::core::{
    AccountId, Amount, Currency, Device, Holder, Intent, Operation, Passcode, ReferenceId, Secret, SessionId,
    SourceKind, SourceRef, Timestamp,
};

/// An order of one customer.
#[derive(Debug)]
pub(crate) struct Order {
    pub(crate) name: String,
    pub(crate) amount: Amount,
    pub(crate) amount_text: String,
    pub(crate) currency: &'static str,
    /// The invoice, where it is paid on the vendor's page.
    pub(crate) invoice: Option<u64>,
    /// Whether that is verified for the order, which may then be paid by phone as well.
    pub(crate) by_name: bool,
    pub(crate) attempts: Vec<Attempted>,
    /// Parcels that were sent by who has claimed the goods, and whether the queue has delivered them.
    pub(crate) claimed: u32,
    pub(crate) delivered: bool,
}

/// One attempt to pay it.
#[derive(Clone, Debug)]
pub(crate) struct Attempted {
    pub(crate) intent: Intent,
    pub(crate) key: String,
    /// What the session was made for, where the merchant tells.
    pub(crate) source: Option<String>,
    /// Whether somebody wants it although another payment holds the order.
    pub(crate) insists: bool,
}

/// What begins so is in no row, and in no sentence.
pub(crate) const HUSH: &str = "hush-";
/// Of whoever pays out.
pub(crate) const PASSCODE: &str = "hush-4711";

/// The bit that makes a collection of whatever [`Order::attempt`] is told.
pub(crate) const COLLECTED: u8 = 4;

/// From this number on, an invoice is one session's, and has no page.
const FIRST_OF_ITS_OWN: u64 = 1_000_000_000;

/// What the payer's bank asks him by, where he pays by a card that asks (3-D Secure): one collection in eight.
pub(crate) fn card_secret(key: &str) -> Option<String> {
    ["0", "8"].iter().any(|first| key.starts_with(first)).then(|| format!("{HUSH}{key}"))
}

/// What a customer, or somebody for him, does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Visit {
    /// Orders and pays; also a second time, in another tab.
    Pay,
    /// The same payment is given to another process as well, by a queue that delivers twice.
    Again,
    /// Comes back and waits.
    Return,
    /// Somebody asks how it stands, also long after its end.
    Look,
}

impl Attempted {
    /// Whether a customer pays by it.
    pub(crate) fn collects(&self) -> bool {
        self.intent.operation() == Operation::Collection
    }
}

impl Order {
    /// Whether a customer pays by what has this key: not so by an attempt that pays out, transfers or gives back.
    pub(crate) fn is_sale(&self, key: &str) -> bool {
        self.attempts.iter().all(|one| one.key != key || one.collects())
    }

    /// An intent for the next attempt; `end` where the merchant tells when the session is over.
    pub(crate) fn attempt(&mut self, bytes: [u8; 16], session: u64, end: Option<u64>, how: u8) -> Attempted {
        let id = ReferenceId::from_random_bytes(bytes);
        let currency: Currency = self.currency.parse().expect("a currency");
        let session = SessionId::new(session);
        let intent = match how % 8 {
            0 => Intent::refund(id, session).currency(currency),
            1 => Intent::transfer(id, session).currency(currency),
            2 => {
                let code = Secret::new(PASSCODE);
                let holder = Holder::User("7".to_owned());
                let passcode = Passcode { code, holder, device: Device::default() };
                Intent::payout(id, session, "18".parse().expect("an account"), &passcode).currency(currency)
            }
            _ => {
                let account: AccountId = "18".parse().expect("an account");
                Intent::collection(id, session, account, currency)
            }
        };
        let mut intent = intent.amount(self.amount);
        if let Some(end) = end {
            intent = intent.session_expires_at(Timestamp::from_millis(end));
        }
        let source = match how / 64 {
            0 => None,
            1 => self.invoice,
            _ => Some(FIRST_OF_ITS_OWN + session.number()),
        };
        let source = source.map(|id| SourceRef { kind: SourceKind::Invoice, id });
        let intent = source.into_iter().fold(intent, Intent::source);
        let source = source.map(|source| source.to_string());
        let attempted = Attempted { intent, key: id.to_string(), source, insists: false };
        self.attempts.push(attempted.clone());
        attempted
    }
}
