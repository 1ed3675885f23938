//! Invoices and orders (§3, §4): what is owed, and what the customer decided on the hosted page.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::magic::Customer;

/// What is paid: an invoice or an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum SourceKind {
    /// `INVOICE`
    Invoice,
    /// `ORDER`
    Order,
}

impl SourceKind {
    /// As the API writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Invoice => "INVOICE",
            Self::Order => "ORDER",
        }
    }

    /// The number people see, e.g. `INV-000101`.
    pub(crate) fn number(self, id: u64) -> String {
        match self {
            Self::Invoice => format!("INV-{id:06}"),
            Self::Order => format!("ORD-{id:06}"),
        }
    }
}

impl FromStr for SourceKind {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "INVOICE" => Ok(Self::Invoice),
            "ORDER" => Ok(Self::Order),
            _ => Err(()),
        }
    }
}

impl fmt::Display for SourceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Kind and id: ids are unique within a kind only.
pub(crate) type SourceKey = (SourceKind, u64);

/// One line of the bill.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub(crate) name: String,
    pub(crate) amount: String,
}

/// What the caller said when creating a checkout, kept to be answered and shown.
#[derive(Clone, Debug, Default)]
pub(crate) struct Checkout {
    pub(crate) party_phone: String,
    pub(crate) party_name: Option<String>,
    pub(crate) note: Option<String>,
    pub(crate) reference_id: Option<String>,
    pub(crate) due_date: Option<String>,
    pub(crate) expires_at: Option<String>,
    pub(crate) counterparty_id: Option<String>,
    pub(crate) success_url: Option<String>,
    pub(crate) cancel_url: Option<String>,
    pub(crate) items: Vec<Item>,
}

/// What the customer pays with on the hosted page.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Means {
    #[default]
    Wallet,
    Card,
}

/// The customer's decision on the hosted page.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Decision {
    Approved { at_ms: u64, settles_after_ms: Option<u64>, means: Means },
    Declined { at_ms: u64 },
}

#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub(crate) kind: SourceKind,
    pub(crate) id: u64,
    pub(crate) currency: String,
    /// A decimal in major units, kept as text.
    pub(crate) total: String,
    pub(crate) created_at: u64,
    /// The last part of the hosted page's path.
    pub(crate) page: String,
    pub(crate) opened: bool,
    pub(crate) customer: Customer,
    pub(crate) decision: Option<Decision>,
    pub(crate) checkout: Checkout,
    /// The executions on this source, in the order of their first POST.
    pub(crate) references: Vec<String>,
}

impl Source {
    pub(crate) fn number(&self) -> String {
        self.kind.number(self.id)
    }

    /// When the hosted page's payment moves money, past or future.
    pub(crate) fn hosted_money_at(&self) -> Option<u64> {
        match (self.decision, self.customer) {
            (Some(Decision::Approved { at_ms, settles_after_ms, .. }), _) => {
                Some(at_ms.saturating_add(settles_after_ms?))
            }
            (None, Customer::Pays { after_ms }) => Some(self.created_at.saturating_add(after_ms)),
            _ => None,
        }
    }

    /// When the customer turns the checkout down, past or future.
    pub(crate) fn canceled_at(&self) -> Option<u64> {
        match (self.decision, self.customer) {
            (Some(Decision::Declined { at_ms }), _) => Some(at_ms),
            (None, Customer::Cancels { after_ms }) => Some(self.created_at.saturating_add(after_ms)),
            _ => None,
        }
    }

    /// What the hosted page's payment is paid with.
    pub(crate) fn hosted_means(&self) -> Option<Means> {
        match self.decision {
            Some(Decision::Approved { means, .. }) => Some(means),
            _ => None,
        }
    }

    pub(crate) fn is_approved(&self) -> bool {
        matches!(self.decision, Some(Decision::Approved { .. }))
    }
}
