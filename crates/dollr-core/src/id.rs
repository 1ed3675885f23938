//! The names of things: reference ids, sessions, accounts, sources. Parsed once; what has been parsed is safe in
//! a path, a body and a log (API §4, §5; threats: `../` or CR/LF in an id, weak or foreign ids).

use alloc::format;
use alloc::string::{String, ToString};
use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::{Builder, Uuid, Variant};

use crate::Invalid;

/// The caller's own id of one attempt to move money: a version-4 UUID, and the idempotency key (API §5, rule 1).
///
/// One id is one logical attempt, for life. Always printed in lower case with hyphens, 36 characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ReferenceId(Uuid);

impl ReferenceId {
    /// An id from 16 bytes of the operating system's random source. The six bits that mark version 4 are set.
    pub fn from_random_bytes(bytes: [u8; 16]) -> Self {
        Self(Builder::from_random_bytes(bytes).into_uuid())
    }

    /// The 16 bytes of the UUID.
    pub fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }

    /// The seed of all jitter about it: its own bits.
    pub(crate) fn seed(&self) -> u64 {
        let (high, low) = self.as_bytes().split_at(8);
        let number = |half: &[u8]| half.iter().fold(0, |n, byte| (n << 8) | u64::from(*byte));
        number(high) ^ number(low)
    }
}

impl FromStr for ReferenceId {
    type Err = Invalid;

    /// Takes 36 characters in the hyphenated form, version 4, of the RFC's variant; nothing else.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let invalid = || {
            let expected = "a version-4 UUID of 36 characters such as 0b8f6f2e-6a1d-4c5a-9a53-7d2f6a3c1e10";
            Invalid::new("reference id", text, expected)
        };
        if text.len() != 36 {
            return Err(invalid());
        }
        let uuid = Uuid::try_parse(text).map_err(|_| invalid())?;
        if uuid.get_version_num() == 4 && uuid.get_variant() == Variant::RFC4122 {
            Ok(Self(uuid))
        } else {
            Err(invalid())
        }
    }
}

impl fmt::Display for ReferenceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_hyphenated().fmt(f)
    }
}

/// A checkout session, as the vendor numbers it. A string on the execution calls, an integer elsewhere (API §5, §6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SessionId(u64);

impl SessionId {
    /// The session with this number.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number, as the session and realtime calls take it.
    pub const fn number(self) -> u64 {
        self.0
    }
}

impl FromStr for SessionId {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        number(text).map(Self).ok_or_else(|| Invalid::new("session id", text, "a whole number such as 55"))
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A payment or payout account of the merchant or payer; a string on the wire (API §5).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AccountId(String);

impl AccountId {
    /// The id as it is sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl AccountId {
    /// Enough of it to tell two apart, and not enough to use it: at most the last four characters, and never more than a
    /// third of it.
    pub fn masked(&self) -> String {
        let shown = match self.0.len() {
            12.. => 4,
            6.. => 2,
            _ => 0,
        };
        // All of it is ASCII.
        let (_, end) = self.0.split_at(self.0.len() - shown);
        format!("****{end}")
    }
}

impl FromStr for AccountId {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        if (1..=64).contains(&text.len()) && text.bytes().all(plain) {
            Ok(Self(text.to_string()))
        } else {
            Err(Invalid::new("account id", text, "1 to 64 letters, digits, `-` or `_`, such as 18"))
        }
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What is paid for: the kind of a source (API §4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum SourceKind {
    /// An invoice.
    Invoice,
    /// An order.
    Order,
}

impl SourceKind {
    /// The vendor's word: `INVOICE` or `ORDER`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Invoice => "INVOICE",
            Self::Order => "ORDER",
        }
    }
}

impl FromStr for SourceKind {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        match text {
            "INVOICE" => Ok(Self::Invoice),
            "ORDER" => Ok(Self::Order),
            _ => Err(Invalid::new("source type", text, "INVOICE or ORDER, in capitals")),
        }
    }
}

impl fmt::Display for SourceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An invoice or order of the vendor's, named by kind and number; written `INVOICE:101`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SourceRef {
    /// Invoice or order.
    pub kind: SourceKind,
    /// The vendor's number of it.
    pub id: u64,
}

impl FromStr for SourceRef {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        text.split_once(':')
            .and_then(|(kind, id)| Some(Self { kind: kind.parse().ok()?, id: number(id)? }))
            .ok_or_else(|| Invalid::new("source", text, "a kind and a number such as INVOICE:101"))
    }
}

impl fmt::Display for SourceRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind, self.id)
    }
}

/// Plain decimal digits without sign or leading zero, so that a number has one spelling.
fn number(text: &str) -> Option<u64> {
    let digits = text.bytes().all(|b| b.is_ascii_digit()) && !text.starts_with('0');
    if digits { text.parse().ok() } else { None }
}

macro_rules! text_serde {
    ($($name:ty),*) => {$(
        impl TryFrom<String> for $name {
            type Error = Invalid;
            fn try_from(text: String) -> Result<Self, Invalid> {
                text.parse()
            }
        }
        impl From<$name> for String {
            fn from(value: $name) -> String {
                value.to_string()
            }
        }
    )*};
}
pub(crate) use text_serde;

text_serde!(ReferenceId, AccountId, SourceRef);
