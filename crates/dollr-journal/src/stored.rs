//! Numbers as databases keep them: their integers have a sign.

use dollr_core::Timestamp;

use crate::entry::Version;

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
