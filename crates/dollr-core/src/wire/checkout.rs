//! `POST /v1/checkouts/create` (API §4): the vendor's hosted page. It is the one call that says `source_kind`.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde_json::{Map, Value, json};

use super::execution::parse_currency;
use super::{BadAnswer, Object};
use crate::{
    Amount, Currency, Invalid, Purpose, ReferenceId, Request, Response, Secret, SourceKind, SourceRef,
    Timestamp,
};

/// What is to be paid for on the hosted page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckoutOrder {
    kind: SourceKind,
    phone: String,
    currency: Currency,
    items: Vec<Item>,
    optional: Vec<(&'static str, String)>,
}

/// One line of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// What it is.
    pub name: String,
    /// What it costs, in major units of the order's currency.
    pub amount: Amount,
}

impl CheckoutOrder {
    /// An order without items, for a customer with this phone number: E.164 digits without `+`, 8 to 15 of them.
    pub fn new(kind: SourceKind, phone: &str, currency: Currency) -> Result<Self, Invalid> {
        let digits = phone.bytes().all(|b| b.is_ascii_digit()) && !phone.starts_with('0');
        if !digits || !(8..=15).contains(&phone.len()) {
            let expected = "8 to 15 digits with the country code and without `+`, such as 231770000001";
            return Err(Invalid::new("phone number", phone, expected));
        }
        Ok(Self { kind, phone: phone.into(), currency, items: Vec::new(), optional: Vec::new() })
    }

    /// Adds a line.
    #[must_use]
    pub fn item(mut self, name: impl Into<String>, amount: Amount) -> Self {
        self.items.push(Item { name: name.into(), amount });
        self
    }

    /// Where the customer is sent after paying. Being sent there proves nothing: verify the source.
    #[must_use]
    pub fn success_url(mut self, url: impl Into<String>) -> Self {
        self.optional.push(("success_url", url.into()));
        self
    }

    /// Where the customer is sent after giving up.
    #[must_use]
    pub fn cancel_url(mut self, url: impl Into<String>) -> Self {
        self.optional.push(("cancel_url", url.into()));
        self
    }

    /// The customer's name, for the page.
    #[must_use]
    pub fn customer_name(mut self, name: impl Into<String>) -> Self {
        self.optional.push(("party_name", name.into()));
        self
    }

    /// The customer's e-mail address, for the page.
    #[must_use]
    pub fn customer_email(mut self, address: impl Into<String>) -> Self {
        self.optional.push(("party_email", address.into()));
        self
    }

    /// The merchant's own reference of the checkout.
    #[must_use]
    pub fn reference_id(mut self, id: ReferenceId) -> Self {
        self.optional.push(("reference_id", id.to_string()));
        self
    }

    /// When the vendor will stop taking payment for it.
    #[must_use]
    pub fn expires_at(mut self, moment: Timestamp) -> Self {
        self.optional.push(("expires_at", moment.to_string()));
        self
    }

    /// A note of the merchant's.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.optional.push(("note", note.into()));
        self
    }

    /// The call that makes the checkout.
    pub fn request(&self) -> Request {
        let currency = self.currency.as_str();
        let item = |item: &Item| {
            let name = Value::from(item.name.as_str());
            format!(r#"{{"name":{name},"currency":"{currency}","amount":{}}}"#, item.amount)
        };
        let items: Vec<_> = self.items.iter().map(item).collect();
        let fields: Map<String, Value> = [
            ("mode", "HOSTED"),
            ("source_kind", self.kind.as_str()),
            ("party_phone", &self.phone),
            ("currency", currency),
        ]
        .into_iter()
        .chain(self.optional.iter().map(|(name, value)| (*name, value.as_str())))
        .map(|(name, value)| (name.into(), json!(value)))
        .collect();
        let fields = Value::Object(fields).to_string();
        // Amounts are written as they are; a JSON value would take them through a float.
        let body =
            format!(r#"{},"items":[{}]}}"#, fields.strip_suffix('}').unwrap_or_default(), items.join(","));
        Request::post("/v1/checkouts/create", Secret::new(body), Purpose::Other, 0)
    }
}

/// A hosted checkout: send the customer to its page, then verify its source.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Checkout {
    /// What will have been paid for; keep it with the order, never take it from the browser.
    pub source: SourceRef,
    /// The hosted page, or on older servers the path or token of it.
    pub url: String,
    /// The total as the vendor adds it up.
    pub total: Option<Amount>,
    /// The vendor's currency of it.
    pub currency: Option<Currency>,
}

impl Checkout {
    /// Reads the answer to [`CheckoutOrder::request`], of status 200 or 201.
    pub fn parse(response: &Response) -> Result<Self, BadAnswer> {
        let object = Object::parse(response.body(), "source_id")?;
        let id = object.number("source_id")?.ok_or_else(|| BadAnswer::missing("source_id"))?;
        let kind = object.required_text("source_type")?.parse();
        let kind = kind.map_err(|e: Invalid| BadAnswer::new(format!("field `source_type`: {e}")))?;
        let url = object.text("url")?.or(object.text("hosted_path_or_token")?);
        Ok(Self {
            source: SourceRef { kind, id },
            url: url.ok_or_else(|| BadAnswer::missing("url"))?.into(),
            total: object.amount("total_amount")?,
            currency: parse_currency(&object, "currency")?,
        })
    }
}
