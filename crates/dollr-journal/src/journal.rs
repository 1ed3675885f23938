//! The door: what any journal can do.

use std::fmt::Debug;
use std::sync::Arc;

use dollr_core::Timestamp;

use crate::entry::{Entry, Kind, Line, Page, Version};
use crate::error::JournalError;

/// A place where payments outlive the process. It may be shared between threads.
pub trait Journal: Send + Sync + Debug {
    /// Makes a row and its first line. Durable when it returns. [`JournalError::Exists`] when the key is there already.
    fn create(
        &self,
        key: &str,
        kind: Kind,
        order: Option<&str>,
        page: &Page<'_>,
        now: Timestamp,
    ) -> Result<Version, JournalError>;

    /// Writes a row over and appends a line. Durable when it returns; only if the row still has the version
    /// `expected`, else [`JournalError::Stale`].
    fn save(
        &self,
        key: &str,
        expected: Version,
        page: &Page<'_>,
        now: Timestamp,
    ) -> Result<Version, JournalError>;

    /// The row, if there is one.
    fn load(&self, key: &str) -> Result<Option<Entry>, JournalError>;

    /// The rows with more to come, in the order they were made: oldest first.
    fn open_entries(&self) -> Result<Vec<Entry>, JournalError>;

    /// The rows, the one made last first, at most `limit`.
    fn entries(&self, limit: usize) -> Result<Vec<Entry>, JournalError>;

    /// What happened to a row, in order; nothing where there is no such row.
    fn lines(&self, key: &str) -> Result<Vec<Line>, JournalError>;
}

/// A journal behind a pointer is one.
macro_rules! forward {
    ($pointer:ty) => {
        impl<J: Journal + ?Sized> Journal for $pointer {
            fn create(
                &self,
                key: &str,
                kind: Kind,
                order: Option<&str>,
                page: &Page<'_>,
                now: Timestamp,
            ) -> Result<Version, JournalError> {
                (**self).create(key, kind, order, page, now)
            }

            fn save(
                &self,
                key: &str,
                expected: Version,
                page: &Page<'_>,
                now: Timestamp,
            ) -> Result<Version, JournalError> {
                (**self).save(key, expected, page, now)
            }

            fn load(&self, key: &str) -> Result<Option<Entry>, JournalError> {
                (**self).load(key)
            }

            fn open_entries(&self) -> Result<Vec<Entry>, JournalError> {
                (**self).open_entries()
            }

            fn entries(&self, limit: usize) -> Result<Vec<Entry>, JournalError> {
                (**self).entries(limit)
            }

            fn lines(&self, key: &str) -> Result<Vec<Line>, JournalError> {
                (**self).lines(key)
            }
        }
    };
}

forward!(Arc<J>);
forward!(&J);
