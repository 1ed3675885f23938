//! What C is looking at: kept beside its machine until the next call, then dropped, and wiped where it is a secret.

use std::any::Any;

/// The owner of the texts that the latest views point into.
pub(crate) type Shown = Option<Box<dyn Any + Send>>;

/// Keeps it.
#[allow(clippy::unnecessary_wraps, reason = "nothing to keep is the other case")]
pub(crate) fn keep(owner: impl Send + 'static) -> Shown {
    Some(Box::new(owner))
}
