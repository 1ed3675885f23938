//! The one error of parsing a value: what was wrong, and what would have been right.

use alloc::string::String;

use crate::text;

/// A value that was given and cannot be one.
///
/// Prints one sentence that names the kind of value, shows what was found (escaped and shortened) and says what
/// would have been right. Secrets are never parsed through this type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} `{found}` is not valid: expected {expected}")]
pub struct Invalid {
    /// The kind of value, such as `currency`.
    pub what: &'static str,
    /// What was found, with control characters escaped, at most 64 characters.
    pub found: String,
    /// What would have been right, with an example.
    pub expected: &'static str,
}

impl Invalid {
    pub(crate) fn new(what: &'static str, found: &str, expected: &'static str) -> Self {
        Self { what, found: text::printable(found, 64), expected }
    }
}
