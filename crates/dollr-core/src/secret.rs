//! What must never be seen: wiped from memory when dropped, and `***` wherever it is printed.

use alloc::string::String;
use core::fmt;

use zeroize::Zeroizing;

/// A secret text: a token, a client secret, a body that holds one.
///
/// Prints as `***`, is overwritten when dropped, and is read only through [`Secret::expose`].
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes the text over; the caller's own copies are the caller's to wipe.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The text itself: for the wire or the payer's browser, for nothing else.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// What a machine holds for a moment and never remembers: a secret, or that this process has shown one.
///
/// It is in no snapshot, so two machines that differ only in it are the same machine: all values are equal.
#[derive(Debug, Clone, Default)]
pub(crate) struct Held<T>(pub(crate) T);

impl<T> PartialEq for Held<T> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl<T> Eq for Held<T> {}

/// `text` as a JSON string; the copy is a secret, too.
pub(crate) fn json_string(text: &str) -> Secret {
    Secret::new(serde_json::to_string(text).unwrap_or_default())
}
