//! A machine as text, to be kept anywhere and gone on from in another process, language or version.
//!
//! The text is JSON with a version and a checksum over its content, so that white space and the order of keys do
//! not matter (a `jsonb` column is fine) and a flipped bit does. No secret is ever inside.

use alloc::format;
use alloc::string::{String, ToString};
use core::fmt;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

// As `concat!` takes it.
macro_rules! version {
    () => {
        1
    };
}

/// The version that this release writes.
const VERSION: u32 = version!();

/// A machine's text. Whatever was done to it outside is found out when it is restored.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Snapshot(String);

/// Why a text is no snapshot to go on from. It is never silently taken for a new payment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadSnapshot {
    /// It is cut short, or is not JSON of the right shape.
    #[error("the snapshot is damaged or cut short: {0}")]
    Damaged(String),
    /// Its content is not the one that was written.
    #[error(
        "the snapshot has been changed since it was written: its checksum is {found}, its content's is {content}"
    )]
    Tampered {
        /// What it says.
        found: String,
        /// What would be right.
        content: String,
    },
    /// A newer release wrote it.
    #[error(
        "the snapshot is of version {found}, this release reads version {VERSION}: use the release that wrote it"
    )]
    OtherVersion {
        /// Its version.
        found: u32,
    },
    /// It is a machine of another kind.
    #[error("the snapshot is of the kind {found}, expected the kind {expected}")]
    OtherKind {
        /// Its kind.
        found: String,
        /// The kind that was to be restored.
        expected: &'static str,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Envelope<'a> {
    dollr: String,
    version: u32,
    check: String,
    #[serde(borrow)]
    content: &'a RawValue,
}

/// What every version's envelope has.
#[derive(Deserialize)]
struct Versioned {
    version: u32,
}

impl Snapshot {
    /// A text that was kept.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text to keep.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn of<T: Serialize>(kind: &str, content: &T) -> Self {
        let content = json(content);
        let check = check(kind, &content);
        // The kind is a word of ours, and the content is JSON already.
        Self(format!(r#"{{"dollr":"{kind}","version":{VERSION},"check":"{check}","content":{content}}}"#))
    }

    pub(crate) fn read<T: Serialize + DeserializeOwned>(&self, kind: &'static str) -> Result<T, BadSnapshot> {
        let damaged =
            |e: serde_json::Error| BadSnapshot::Damaged(crate::text::printable(&e.to_string(), 200));
        // Another shape, or damage that is to be named, is read with more care.
        if let Some(content) = self.content(kind).and_then(|content| serde_json::from_str(content).ok()) {
            return Ok(content);
        }
        let outer: Envelope<'_> = match serde_json::from_str(&self.0) {
            Ok(outer) => outer,
            // Another version's envelope may be another one.
            Err(error) => {
                let Versioned { version } = serde_json::from_str(&self.0).map_err(damaged)?;
                let other = BadSnapshot::OtherVersion { found: version };
                return Err(if version == VERSION { damaged(error) } else { other });
            }
        };
        if outer.version != VERSION {
            return Err(BadSnapshot::OtherVersion { found: outer.version });
        }
        if outer.dollr != kind {
            let found = crate::text::printable(&outer.dollr, 32);
            return Err(BadSnapshot::OtherKind { found, expected: kind });
        }
        let content: T = serde_json::from_str(outer.content.get()).map_err(damaged)?;
        // As it was written, or with other white space, or its fields in another order.
        if outer.check == check(kind, outer.content.get()) {
            return Ok(content);
        }
        let right = check(kind, &json(&content));
        if outer.check == right {
            return Ok(content);
        }
        Err(BadSnapshot::Tampered { found: crate::text::printable(&outer.check, 16), content: right })
    }

    /// The content of a text that is to the byte as [`of`](Self::of) has written it: where its checksum is right, the envelope
    /// need not be read as JSON first.
    fn content(&self, kind: &str) -> Option<&str> {
        let rest =
            self.0.strip_prefix(r#"{"dollr":""#)?.strip_prefix(kind)?.strip_prefix(r#"","version":"#)?;
        let (version, rest) = rest.split_once(',')?;
        let (found, rest) = rest.strip_prefix(r#""check":""#)?.split_once('"')?;
        let content = rest.strip_prefix(r#","content":"#)?.strip_suffix('}')?;
        (version.parse() == Ok(VERSION) && found == check(kind, content)).then_some(content)
    }
}

impl fmt::Display for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A checksum of kind, version and content: it finds accidents, it is no signature.
fn check(kind: &str, content: &str) -> String {
    let mut hasher = crc32fast::Hasher::new();
    for part in [kind, concat!("/", version!(), "/"), content] {
        hasher.update(part.as_bytes());
    }
    let sum = hasher.finalize();
    (0..8).rev().filter_map(|place| char::from_digit(sum >> (4 * place) & 0xF, 16)).collect()
}

/// Only plain values with text keys are written, which cannot fail.
fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
