//! What is to be moved: the instruction to the vendor, and what its outcome must look like (API §5).

use alloc::format;
use alloc::string::{String, ToString};
use core::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::secret::{Held, json_string};
use crate::{
    AccountId, Amount, Currency, Operation, Purpose, ReferenceId, Refusal, Request, Response, Secret,
    Session, SessionId, SourceRef, Timestamp,
};

/// One attempt to move money, before it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Intent {
    reference_id: ReferenceId,
    session: SessionId,
    instruction: Instruction,
    currency: Option<Currency>,
    amount: Option<Amount>,
    session_expires_at: Option<Timestamp>,
    /// What the session was made for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    source: Option<SourceRef>,
    #[serde(skip)]
    passcode: Held<Option<Passcode>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Instruction {
    Collection { account: AccountId },
    Payout { account: AccountId },
    Transfer,
    Refund,
}

impl Intent {
    /// Collects from the payer's account, in the **payer's** currency. What is paid is the session's source.
    pub fn collection(
        reference_id: ReferenceId,
        session: SessionId,
        account: AccountId,
        currency: Currency,
    ) -> Self {
        Self {
            currency: Some(currency),
            ..Self::new(reference_id, session, Instruction::Collection { account })
        }
    }

    /// Pays out to an account; somebody has entered a passcode for it.
    ///
    /// The passcode is in no snapshot: a payout that is restored before it was sent can never be sent.
    pub fn payout(
        reference_id: ReferenceId,
        session: SessionId,
        account: AccountId,
        passcode: &Passcode,
    ) -> Self {
        let passcode = Held(Some(passcode.clone()));
        Self { passcode, ..Self::new(reference_id, session, Instruction::Payout { account }) }
    }

    /// Transfers between the merchant's accounts.
    pub fn transfer(reference_id: ReferenceId, session: SessionId) -> Self {
        Self::new(reference_id, session, Instruction::Transfer)
    }

    /// Gives back what was collected.
    pub fn refund(reference_id: ReferenceId, session: SessionId) -> Self {
        Self::new(reference_id, session, Instruction::Refund)
    }

    /// Expects this amount in major units, of the payer (collection, transfer) or payee (payout, refund): any other is never `Paid`.
    #[must_use]
    pub fn amount(self, amount: Amount) -> Self {
        Self { amount: Some(amount), ..self }
    }

    /// Expects this currency; a collection has its own already.
    #[must_use]
    pub fn currency(self, currency: Currency) -> Self {
        Self { currency: Some(currency), ..self }
    }

    /// The session's `expires_at`, by the vendor's clock: after it the vendor refuses a late request. Without it 15
    /// minutes are assumed.
    #[must_use]
    pub fn session_expires_at(self, moment: Timestamp) -> Self {
        Self { session_expires_at: Some(moment), ..self }
    }

    /// What the session was made for: with it, this payment and one on the source's own page are known to be the same or not.
    #[must_use]
    pub fn source(self, source: SourceRef) -> Self {
        Self { source: Some(source), ..self }
    }

    /// With all that is known of the session: what it was made for, and when it ends.
    ///
    /// ```
    /// # use dollr_core::{Intent, Response, Session};
    /// # let made = Response::new(200, br#"{"id": 55, "source_id": 101, "source_type": "INVOICE"}"#.to_vec());
    /// let session = Session::parse(&made, "INVOICE:101".parse()?)?;
    /// let id = "3f2b8c1e-7d64-4a0e-9b15-52c7a8d0e601".parse()?;
    /// let intent = Intent::collection(id, session.id, "18".parse()?, "USD".parse()?).within(&session);
    /// # assert_eq!(intent, Intent::collection(id, session.id, "18".parse()?, "USD".parse()?).source(session.source));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn within(self, session: &Session) -> Self {
        let session_expires_at = session.expires_at.or(self.session_expires_at);
        Self { source: Some(session.source), session_expires_at, ..self }
    }

    /// The attempt's id.
    pub fn reference_id(&self) -> ReferenceId {
        self.reference_id
    }

    /// The session it is executed in.
    pub fn session(&self) -> SessionId {
        self.session
    }

    /// Collection, payout, transfer or refund.
    pub fn operation(&self) -> Operation {
        match self.instruction {
            Instruction::Collection { .. } => Operation::Collection,
            Instruction::Payout { .. } => Operation::Payout,
            Instruction::Transfer => Operation::Transfer,
            Instruction::Refund => Operation::Refund,
        }
    }

    pub(super) fn expected(&self) -> (Option<Amount>, Option<Currency>) {
        (self.amount, self.currency)
    }

    /// What the session was made for, where that is known.
    pub(super) fn for_source(&self) -> Option<SourceRef> {
        self.source
    }

    pub(super) fn expires_at(&self) -> Option<Timestamp> {
        self.session_expires_at
    }

    /// Whether all that the request needs is still known; a payout's passcode is lost with its process.
    pub(super) fn can_be_sent(&self) -> bool {
        self.operation() != Operation::Payout || self.passcode.0.is_some()
    }

    /// The `POST`, the same bytes each time (invariant I3). Ids are **strings** here.
    pub(super) fn execute(&self, number: u32) -> Request {
        let fields = self.fields(AccountId::to_string);
        Request::post(self.path(), self.with_passcode(&fields), Purpose::Execute, number)
    }

    /// The `POST` as it may be shown to others: the account masked, and a passcode only named.
    pub(super) fn redacted(&self) -> (String, serde_json::Value) {
        let mut fields = self.fields(AccountId::masked);
        if self.operation() == Operation::Payout {
            fields["passcode"] = "***".into();
        }
        (self.path(), fields)
    }

    /// The account that pays or is paid, where the request names one.
    pub(super) fn account(&self) -> Option<&AccountId> {
        match &self.instruction {
            Instruction::Collection { account } | Instruction::Payout { account } => Some(account),
            Instruction::Transfer | Instruction::Refund => None,
        }
    }

    fn path(&self) -> String {
        format!("/v1/executions/{}", self.operation().path())
    }

    /// All that is sent but the passcode.
    fn fields(&self, account_id: impl Fn(&AccountId) -> String) -> serde_json::Value {
        let mut fields = json!({ "session_id": self.session.to_string(), "reference_id": self.reference_id });
        match &self.instruction {
            Instruction::Collection { account } => {
                fields["payment_account_id"] = account_id(account).into();
                fields["currency"] = self.currency.as_ref().map(Currency::as_str).into();
            }
            Instruction::Payout { account } => fields["payout_account_id"] = account_id(account).into(),
            Instruction::Transfer | Instruction::Refund => {}
        }
        fields
    }

    /// The status call; its path is a fixed prefix and 36 safe characters.
    pub(super) fn status(&self, number: u32) -> Request {
        let path = format!("/v1/status/{}/{}", self.operation().path(), self.reference_id);
        Request::status(path, number)
    }

    /// The jitter's seed: the id's own bits.
    pub(super) fn seed(&self) -> u64 {
        self.reference_id.seed()
    }

    /// What a refusal of the `POST` says; without its words, should they repeat the passcode.
    pub(super) fn refusal(&self, response: &Response) -> Refusal {
        let refusal = Refusal::of(response);
        let repeats = |passcode: &Passcode| Refusal::repeats(response, passcode.code.expose());
        if self.passcode.0.as_ref().is_some_and(repeats) { refusal.without_words() } else { refusal }
    }

    fn with_passcode(&self, fields: &serde_json::Value) -> Secret {
        let body = fields.to_string();
        match (&self.passcode.0, body.strip_suffix('}')) {
            (Some(passcode), Some(open)) => {
                Secret::new(format!(r#"{open},"passcode":{}}}"#, passcode.json().expose()))
            }
            _ => Secret::new(body),
        }
    }

    fn new(reference_id: ReferenceId, session: SessionId, instruction: Instruction) -> Self {
        Self {
            reference_id,
            session,
            instruction,
            currency: None,
            amount: None,
            session_expires_at: None,
            source: None,
            passcode: Held(None),
        }
    }
}

/// How long after a session's end a 404 is believed.
pub(super) const MARGIN: Duration = Duration::from_secs(60);

/// How long a session is taken to live where its `expires_at` is not known.
pub(super) const SESSION_LIFE: Duration = Duration::from_secs(15 * 60);

/// The second factor of a payout: a code, whose it is, and the device it was entered on (API §5).
#[derive(Debug, Clone)]
pub struct Passcode {
    /// The code; sent once, never kept.
    pub code: Secret,
    /// Whose code it is.
    pub holder: Holder,
    /// Where it was entered.
    pub device: Device,
}

/// Whom a passcode belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holder {
    /// A phone number.
    Phone(String),
    /// A user of the vendor's.
    User(String),
}

/// The device on which a passcode was entered, as the vendor wants it described.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Device {
    /// Such as `till 3`.
    pub name: String,
    /// Such as `desktop`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Such as `linux`.
    pub platform: String,
    /// The browser or program.
    pub user_agent: String,
    /// Its address as the merchant sees it.
    pub client_ip: String,
}

impl Passcode {
    fn json(&self) -> Secret {
        let (name, holder) = match &self.holder {
            Holder::Phone(phone) => ("phone", phone),
            Holder::User(user) => ("user_id", user),
        };
        let (code, holder) = (json_string(self.code.expose()), json!(holder));
        let (code, device) = (code.expose(), json!(self.device));
        Secret::new(format!(r#"{{"token":{{"code":{code},"{name}":{holder}}},"device":{device}}}"#))
    }
}
