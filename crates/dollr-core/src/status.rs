//! The vendor's words for how far things are (API §3), compared exactly; unknown words are kept and never final.

use alloc::string::{String, ToString};
use core::fmt;

use serde::{Deserialize, Serialize};

use crate::text;

/// What moves money: the four operations (API §5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Operation {
    /// From a customer to the merchant.
    Collection,
    /// From the merchant to somebody.
    Payout,
    /// Between two accounts of the merchant.
    Transfer,
    /// Back to the customer.
    Refund,
}

impl Operation {
    /// All four.
    pub const ALL: [Self; 4] = [Self::Collection, Self::Payout, Self::Transfer, Self::Refund];

    /// The vendor's word in bodies: `COLLECTION` …
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Collection => "COLLECTION",
            Self::Payout => "PAYOUT",
            Self::Transfer => "TRANSFER",
            Self::Refund => "REFUND",
        }
    }

    /// The vendor's word in paths: `collection` …
    pub const fn path(self) -> &'static str {
        match self {
            Self::Collection => "collection",
            Self::Payout => "payout",
            Self::Transfer => "transfer",
            Self::Refund => "refund",
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

macro_rules! status {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),* } final: $($end:ident),*) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(from = "String", into = "String")]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$vdoc])* $variant,)*
            /// A word that this version does not know: kept (escaped, shortened), never terminal.
            Unknown(String),
        }

        impl $name {
            /// Whether nothing more can come after it.
            pub fn is_terminal(&self) -> bool {
                matches!(self, $(Self::$end)|*)
            }

            /// The vendor's word.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $word,)*
                    Self::Unknown(text) => text,
                }
            }
        }

        impl From<&str> for $name {
            fn from(word: &str) -> Self {
                match word {
                    $($word => Self::$variant,)*
                    other => Self::Unknown(text::printable(other, 64)),
                }
            }
        }

        impl From<String> for $name {
            fn from(word: String) -> Self {
                Self::from(word.as_str())
            }
        }

        impl From<$name> for String {
            fn from(status: $name) -> String {
                status.as_str().to_string()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

status! {
    /// How far an execution is: `PENDING` → `PROCESSING` → `COMPLETED` or `FAILED`.
    ExecutionStatus {
        /// Accepted, not begun.
        Pending = "PENDING",
        /// Under way; mobile money may stay here for minutes, and that is not a failure.
        Processing = "PROCESSING",
        /// The money has moved.
        Completed = "COMPLETED",
        /// This attempt has ended without moving money.
        Failed = "FAILED"
    } final: Completed, Failed
}

status! {
    /// How far an invoice or order is: `IDLE` → `ACTIVE` → `PROCESSING` → `PAID` or `CANCELED`.
    SourceStatus {
        /// Nobody has begun to pay.
        Idle = "IDLE",
        /// A customer has opened it.
        Active = "ACTIVE",
        /// A payment is under way.
        Processing = "PROCESSING",
        /// Paid.
        Paid = "PAID",
        /// Called off.
        Canceled = "CANCELED"
    } final: Paid, Canceled
}
