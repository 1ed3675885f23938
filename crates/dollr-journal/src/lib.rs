//! Remembers: every payment is on disk before it is sent, and is found again after a crash.
//!
//! A [`Journal`] keeps a row for each payment or source, with the machine's snapshot in it, and a line for each thing
//! that happened. [`SqliteJournal`] is one, in a file of one machine; `PostgresJournal`, with the feature `postgres`, is one
//! that many machines share. [`open`] takes the name or URL of either.
//!
//! ```
//! use dollr_core::{Snapshot, Timestamp};
//! use dollr_journal::{Journal, JournalError, Kind, Order, Page, SqliteJournal};
//!
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("journal.db");
//! let journal = SqliteJournal::open(&path)?;
//! let (id, now) = ("3f2b8c1e-7d64-4a0e-9b15-52c7a8d0e6f1", Timestamp::from_millis(1_750_000_000_000));
//!
//! // 1. What is about to be sent is made durable …
//! let snapshot = Snapshot::new("{}"); // from `Action::Record`
//! let page = Page::new("sending", true, &snapshot, "prepared");
//! let first = journal.create(id, Kind::Execution, Some(Order::new("order 17")), &page, now)?;
//!
//! // 2. … sent, and what came of it is saved over the version that was read.
//! let page = Page::new("completed", false, &snapshot, "answered");
//! journal.save(id, first, &page, now)?;
//!
//! // 3. Whoever still holds the older version has come too late.
//! assert!(matches!(journal.save(id, first, &page, now), Err(JournalError::Stale { .. })));
//!
//! // 4. After a crash: what is open is what to go on with.
//! assert!(journal.open_entries()?.is_empty());
//! assert_eq!(journal.lines(id)?.len(), 2);
//!
//! // 5. What is paid for is handed out by one.
//! assert_eq!(journal.claim(id, "success page", now)?, None);
//! assert_eq!(journal.claim(id, "cron", now)?.map(|claim| claim.by).as_deref(), Some("success page"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Tables
//!
//! | | `SqliteJournal` | `PostgresJournal` |
//! | --- | --- | --- |
//! | where | `payments.db`, `sqlite:payments.db` | `postgres://user@host/database` |
//! | for | processes of one machine | any number of machines |
//! | a row for each payment or source | `dollr_entries` | `dollr_entries` |
//! | a row for each of them that is due at some moment | `dollr_work` | `dollr_work` |
//! | a row for each thing that happened, append-only by triggers | `dollr_events` | `dollr_events` |
//! | who hands out goods | `dollr_claims` | `dollr_claims` |
//! | what was paid for an order, and what twice | `dollr_paid` | `dollr_paid` |
//! | what all who use it share | `dollr_shared` | `dollr_shared` |
//! | the schema and who may use it | `user_version`, in the lower and upper 16 bits | `dollr_schema` |
//! | prefix of the names | `dollr_` | `dollr_`, or the URL's `?prefix=` |
//!
//! The columns are the same; [`SqliteJournal`](SqliteJournal#tables) lists them.
//!
//! # Sharing the work
//!
//! Any number of workers, in any number of processes, share a journal. A *lease* gives due rows to one of them
//! ([`take_due`](Journal::take_due)) and makes new versions, so that whoever had them before is refused; a worker that crashes
//! loses them when its term is over. An *order* has one attempt at a time: a page that [`sends`](Page::sends) is refused with
//! [`JournalError::OrderTaken`] while another attempt [`holds`](Page::holds_order) it, unless there is a reason, which is kept.
//! A *claim* gives the goods of a payment, or of its order, to one caller: for good ([`claim`](Journal::claim)), or for a term
//! in which they are delivered ([`take_paid`](Journal::take_paid)).
//!
//! # Migrations and rolling upgrades
//!
//! Opening a journal brings its tables up to date, one release at a time: steps are taken in order, in one transaction
//! under a lock, so that any number of processes may start at once. A step that was released is never edited.
//!
//! Two releases work side by side while one replaces the other. Each schema says which older releases it still serves: its
//! `min_reader` is the newest schema that a release must know. A step may only *add* what the release before it does not
//! miss — a table, an index, a column with a default — and keeps `min_reader` as it is. A step that cannot be like that
//! raises `min_reader` to a schema that has been out for a release. A release opens a journal that is newer than itself if
//! it knows `min_reader`, and else refuses it with [`JournalError::Newer`] and changes nothing; on PostgreSQL this is asked
//! on each connection. So: upgrade one process after the other, and never skip a release that raised `min_reader`.
//! [`schema_of`] tells how far a journal is, and changes nothing.
//!
//! Schema 2 added leases, orders that are held, and claims. A release that knows schema 1 works on beside it: the rows that it
//! makes or ends are due at once and hold their order, until somebody looks after them who knows what follows from their state.
//! It keeps its own promises only: of two attempts at an order it refuses none, and it writes a row that was taken; whoever has
//! it then comes too late, as it does itself where the row was written before. What had ended before the upgrade is not
//! delivered anew, for its goods may have been handed out; they can still be claimed.
//!
//! Schema 3 added what was paid for an order. What was paid before counts as one payment of its order. Of what an older release finds
//! paid besides, nobody is told.
//!
//! # Writing a journal elsewhere
//!
//! Another database, or a merchant's own table, can be a [`Journal`]. It keeps these promises:
//!
//! - [`create`](Journal::create) and [`save`](Journal::save) are durable when they return, and write row and line together or not
//!   at all; versions count from [`Version::FIRST`]. [`Entry::new`], [`Entry::write`] and [`Line::of`] say what is to be kept.
//! - Whether an order is free is asked and answered in the same transaction that takes it: of two that want it, one gets it.
//! - [`take_due`](Journal::take_due) gives a row to one caller at a time and makes a [new version](Version::taken) of it; only
//!   then can nobody save it who had it before. It stays taken so often until it is saved, also when it is given back. The clock of terms is one for all callers.
//! - Of any number of callers of [`claim`](Journal::claim) and [`take_paid`](Journal::take_paid), one gets the goods: those of an
//!   order are the same, whichever attempt paid for them. What was fulfilled is never given again, and never released.
//! - All that is paid for an order is kept as [receipts](dollr_core::Receipt). What comes besides the first payment is a
//!   [duplicate](Journal::duplicates) until it is [resolved](Journal::resolve), also where both are written at the same moment.
//! - What [`share`](Journal::share) changes is changed by one after the other; it need not be durable.
//! - [`prune`](Journal::prune) forgets a row with all that belongs to it, or not at all.
//!
//! # What is out of scope
//!
//! Deciding anything (the snapshot is text here; [`dollr_core`] reads it and finds what was changed in it) · clocks:
//! the time is given · keeping secrets: none belongs in a snapshot, state or event name · encryption at rest, backups,
//! and when to prune · network file systems, whose locks SQLite cannot trust · `~/.pgpass`, client
//! certificates and poolers by transaction, on PostgreSQL.
#![forbid(unsafe_code)]

mod entry;
mod error;
mod journal;
mod level;
mod open;
#[cfg(feature = "postgres")]
mod postgres;
mod sqlite;
mod stored;

pub use entry::{Backlog, Claim, Duplicate, Entry, Kind, Lease, Line, Order, Page, Version, Write};
pub use error::JournalError;
pub use journal::{AHEAD, Change, Journal};
pub use level::NEWEST_SCHEMA;
pub use open::{holds_password, open, open_existing, schema_of};
#[cfg(feature = "postgres")]
pub use postgres::PostgresJournal;
pub use sqlite::SqliteJournal;
