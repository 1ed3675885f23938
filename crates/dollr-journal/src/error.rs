//! What can go wrong, in one sentence each: what, where, and what would be right. No snapshot is ever inside.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::entry::Version;

/// A journal that could not do what it was asked. Nothing was written then, but for [`Unsure`](Self::Unsure). A `path` is
/// that of the file, or a server's URL without its password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JournalError {
    /// A row was to be made that is there already.
    #[error("the journal has an entry for {} already: load it and go on from there", shown(key))]
    Exists {
        /// Its key.
        key: String,
    },
    /// Another attempt at the order has moved money or still may.
    #[error(
        "the order {} has an attempt already, {} ({state}): another one could charge twice",
        shown(order),
        shown(key)
    )]
    OrderTaken {
        /// The order.
        order: String,
        /// The attempt that holds it.
        key: String,
        /// The state of that attempt.
        state: String,
    },
    /// Somebody else has written the row since it was read, or it is not there.
    #[error("{}", stale(key, *expected, *found))]
    Stale {
        /// Its key.
        key: String,
        /// The version that it was to have.
        expected: Version,
        /// The version that it has; none where there is no such row.
        found: Option<Version>,
    },
    /// There is no such row.
    #[error("the journal has no entry for {}", shown(key))]
    Unknown {
        /// Its key.
        key: String,
    },
    /// A journal was to be there.
    #[error("there is no journal at {}", place(path))]
    Absent {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// The file, or what stands in its place, is of no use.
    #[error("the journal at {} cannot be used: {why}", place(path))]
    Unusable {
        /// Where it is.
        path: PathBuf,
        /// What is wrong with it, and what would be right.
        why: String,
    },
    /// A newer release has written it.
    #[error(
        "the journal at {} has schema {found}, this release knows up to {known}: use the release that wrote it",
        place(path)
    )]
    Newer {
        /// Where it is.
        path: PathBuf,
        /// The schema that it has.
        found: u32,
        /// The newest schema of this release.
        known: u32,
    },
    /// The server was lost while it committed.
    #[error(
        "it is not known whether the entry for {} was written: load it before going on ({why})",
        shown(key)
    )]
    Unsure {
        /// Its key.
        key: String,
        /// How the server was lost.
        why: String,
    },
    /// A text that the database would not keep as it is.
    #[error("the {what} cannot be kept: {why}")]
    Unfit {
        /// Which one.
        what: String,
        /// What is wrong with it.
        why: String,
    },
    /// What was to name a journal names none.
    #[error("the journal's URL will not do: {why}")]
    Address {
        /// What is wrong with it, and what would be right.
        why: String,
    },
    /// Another process held it for all the time that was waited.
    #[error("the journal at {} was held by another writer for {} ms: try again", place(path), waited.as_millis())]
    Busy {
        /// Where it is.
        path: PathBuf,
        /// How long was waited, at most.
        waited: Duration,
    },
    /// There is no room left to write.
    #[error("the journal at {} could not be written: the disk is full", place(path))]
    Full {
        /// Where it is.
        path: PathBuf,
    },
    /// It was opened before this process was forked off; sharing it would damage it.
    #[error(
        "the journal at {} was opened before this process was forked: open it after the fork",
        place(path)
    )]
    Forked {
        /// Where it is.
        path: PathBuf,
    },
}

fn stale(key: &str, expected: Version, found: Option<Version>) -> String {
    let key = shown(key);
    match found {
        Some(found) => format!(
            "the entry for {key} has version {found}, not {expected}: another writer was there first, load it again"
        ),
        None => format!("the journal has no entry for {key}, so it cannot be at version {expected}"),
    }
}

/// A key in quotes, its control characters escaped, cut to what a reader needs.
pub(crate) fn shown(key: &str) -> String {
    const MOST: usize = 64;
    match key.char_indices().nth(MOST) {
        None => format!("{key:?}"),
        Some((end, _)) => format!("{:?}…", &key[..end]),
    }
}

/// A path in quotes, its control characters escaped, never cut: it is what the reader has to put right.
fn place(path: &Path) -> String {
    format!("{:?}", path.to_string_lossy())
}
