//! Attempts at orders, and what becomes of them.

use std::time::Duration;

use dollr_core::{Snapshot, Timestamp};
use dollr_journal::{Journal, JournalError, Kind, Order, Page, Version};

use super::NOW;

pub(crate) fn at(seconds: u64) -> Timestamp {
    NOW.after(Duration::from_secs(seconds))
}

/// An attempt that is about to be sent.
pub(crate) fn attempt(
    journal: &dyn Journal,
    key: &str,
    order: Option<Order<'_>>,
) -> Result<Version, JournalError> {
    let snapshot = Snapshot::new("{}");
    let page = Page { holds_order: true, sends: true, ..Page::new("Sending", true, &snapshot, "recorded") };
    journal.create(key, Kind::Execution, order, &page, NOW)
}

/// What has become of it.
pub(crate) fn ended(journal: &dyn Journal, key: &str, state: &str, seconds: u64) -> Version {
    let snapshot = Snapshot::new("{}");
    let paid = state == "Completed";
    let page = Page { holds_order: paid, paid, ..Page::new(state, false, &snapshot, "answered") };
    let version = journal.load(key).expect("readable").expect("there").version;
    journal.save(key, version, &page, at(seconds)).expect("the right version")
}

pub(crate) fn paid(journal: &dyn Journal, key: &str, order: Option<&str>, seconds: u64) {
    let order = order.map(|name| Order { name, despite: Some("a test") });
    attempt(journal, key, order).expect("room");
    ended(journal, key, "Completed", seconds);
}

pub(crate) fn what(journal: &dyn Journal, key: &str) -> Vec<String> {
    journal.lines(key).expect("readable").into_iter().map(|line| line.what).collect()
}
