//! What databases keep, as what it stands for. Their integers have a sign.

use dollr_core::{Receipt, Timestamp};

use crate::entry::{Kind, Version};

/// What is too great for a signed integer is some 292 million years away.
pub(crate) fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(crate) fn moment(millis: i64) -> Timestamp {
    Timestamp::from_millis(u64::try_from(millis).unwrap_or_default())
}

pub(crate) fn counted(version: i64, takes: i64) -> Version {
    let [version, takes] = [version, takes].map(|number| u64::try_from(number).unwrap_or_default());
    Version::new(version).taken(takes)
}

/// What is known of money that came in; a source that cannot be read is none that is known.
pub(crate) fn receipt(key: String, kind: &str, source: Option<String>, payment: String) -> Receipt {
    let source = source.and_then(|source| source.parse().ok());
    Receipt { key, is_collected: kind == Kind::Execution.as_str(), source, payment }
}
