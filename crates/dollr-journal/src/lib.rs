//! Remembers: every payment is on disk before it is sent, and is found again after a crash.
//!
//! A [`Journal`] keeps a row for each payment or source, with the machine's snapshot in it, and a line for each thing
//! that happened. [`SqliteJournal`] is one, in a file:
//!
//! ```
//! use dollr_core::{Snapshot, Timestamp};
//! use dollr_journal::{Journal, JournalError, Kind, Page, SqliteJournal};
//!
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("journal.db");
//! let journal = SqliteJournal::open(&path)?;
//! let (id, now) = ("3f2b8c1e-7d64-4a0e-9b15-52c7a8d0e6f1", Timestamp::from_millis(1_750_000_000_000));
//!
//! // 1. What is about to be sent is made durable …
//! let snapshot = Snapshot::new("{}"); // from `Action::Record`
//! let page = Page { state: "sending", open: true, snapshot: &snapshot, what: "prepared" };
//! let first = journal.create(id, Kind::Execution, Some("order 17"), &page, now)?;
//!
//! // 2. … sent, and what came of it is saved over the version that was read.
//! let page = Page { state: "completed", open: false, snapshot: &snapshot, what: "answered" };
//! journal.save(id, first, &page, now)?;
//!
//! // 3. Whoever still holds the older version has come too late.
//! assert!(matches!(journal.save(id, first, &page, now), Err(JournalError::Stale { .. })));
//!
//! // 4. After a crash: what is open is what to go on with.
//! assert!(journal.open_entries()?.is_empty());
//! assert_eq!(journal.lines(id)?.len(), 2);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Writing a journal elsewhere
//!
//! [`Journal`] is small so that another database, or a merchant's own table, can be one. [`create`](Journal::create) and
//! [`save`](Journal::save) are durable when they return and write row and line together or not at all; versions count from
//! [`Version::FIRST`]. [`Entry::new`], [`Entry::write`] and [`Line::new`] say what is to be kept.
//!
//! # What is out of scope
//!
//! Deciding anything (the snapshot is text here; [`dollr_core`] reads it and finds what was changed in it) · clocks:
//! the time is given · keeping secrets: none belongs in a snapshot, state or event name · encryption at rest, backups,
//! retention · sharing rows out between workers · network file systems, whose locks SQLite cannot trust.
#![forbid(unsafe_code)]

mod entry;
mod error;
mod journal;
mod sqlite;

pub use entry::{Entry, Kind, Line, Page, Version};
pub use error::JournalError;
pub use journal::Journal;
pub use sqlite::SqliteJournal;
