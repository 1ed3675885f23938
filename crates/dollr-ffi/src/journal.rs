//! `dollr_journal`: where payments outlive the process.

use std::sync::Arc;

use ::dollr_journal::Journal;
use dollr_core::Timestamp;

use crate::border::{Out, free, guard};
use crate::code;
use crate::error::dollr_error;
use crate::fault::Fault;
use crate::registry::{self, Object};
use crate::text::dollr_str;

/// A place where payments outlive the process: a file or a PostgreSQL database. It is yours: free it with `dollr_journal_free`; a
/// client that was given it keeps what it needs. Any number of threads.
#[derive(Clone)]
pub struct dollr_journal {
    pub(crate) journal: Arc<dyn Journal>,
}

impl Object for dollr_journal {
    const TYPE: usize = 6;
    const NAME: &'static str = "dollr_journal";
    const SHARED: bool = true;
}

/// How much there is to do in a journal.
#[repr(C)]
pub struct dollr_backlog {
    /// Payments with more to come.
    pub open: u64,
    /// Of those, the ones that are due.
    pub due: u64,
    /// When the oldest of them was due, in milliseconds since the epoch; 0 where there is none.
    pub oldest_due_ms: u64,
}

/// Rows of a journal, as they were when they were read. They are yours: free them with `dollr_entries_free`. One thread at a time.
pub struct dollr_entries {
    entries: Vec<::dollr_journal::Entry>,
}

impl Object for dollr_entries {
    const TYPE: usize = 7;
    const NAME: &'static str = "dollr_entries";
}

/// One row. The texts are those of the rows, and valid until they are freed.
#[repr(C)]
pub struct dollr_entry {
    /// Whether there is more to come.
    pub open: bool,
    /// What it is found by: a reference id, or a source such as `INVOICE:101`.
    pub key: dollr_str,
    /// Its state in a word.
    pub state: dollr_str,
    /// The merchant's order, where there is one.
    pub order: dollr_str,
    /// The machine, for `dollr_execution_restore` or `dollr_source_restore`.
    pub snapshot: dollr_str,
    /// When somebody should look after it, in milliseconds since the epoch; 0 where there is no such moment.
    pub due_ms: u64,
    /// When it was made, in milliseconds since the epoch.
    pub created_at_ms: u64,
    /// When it was last written, in milliseconds since the epoch.
    pub updated_at_ms: u64,
}

/// Opens the journal at `place`, and makes it where there is none: a file such as `payments.db`, or
/// `postgres://user@host/database` (the password in `PGPASSWORD`). A child cannot open a file that its parent had open when it
/// forked, `DOLLR_ERROR_FORKED`: open journals after the fork.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_journal_open(
    place: dollr_str,
    out: *mut *mut dollr_journal,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_journal_open", error, {
        // SAFETY: the header's contract for output parameters and texts.
        let (out, place) = unsafe { (Out::new(out, "out")?, place.required("place")?) };
        out.write(registry::insert(dollr_journal { journal: ::dollr_journal::open(place)? })?);
    })
}

/// The same, but `DOLLR_ERROR_JOURNAL_ABSENT` where there is none: nothing is made.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_journal_open_existing(
    place: dollr_str,
    out: *mut *mut dollr_journal,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_journal_open_existing", error, {
        // SAFETY: the header's contract for output parameters and texts.
        let (out, place) = unsafe { (Out::new(out, "out")?, place.required("place")?) };
        out.write(registry::insert(dollr_journal { journal: ::dollr_journal::open_existing(place)? })?);
    })
}

/// Says into `*out` how much there is to do at `now_ms`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_journal_backlog(
    journal: *const dollr_journal,
    now_ms: u64,
    out: *mut dollr_backlog,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_journal_backlog", error, {
        // SAFETY: the header's contract for output parameters.
        let out = unsafe { Out::new(out, "out") }?;
        let backlog = of(journal)?.backlog(Timestamp::from_millis(now_ms))?;
        out.write(dollr_backlog {
            open: backlog.open,
            due: backlog.due,
            oldest_due_ms: backlog.oldest_due.map_or(0, Timestamp::as_millis),
        });
    })
}

/// Gives into `*out` the rows, the one made last first, at most `limit`; `open_only` leaves out those that have ended.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_journal_entries(
    journal: *const dollr_journal,
    open_only: i32,
    limit: usize,
    out: *mut *mut dollr_entries,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_journal_entries", error, {
        // SAFETY: the header's contract for output parameters.
        let out = unsafe { Out::new(out, "out") }?;
        let journal = of(journal)?;
        let entries = if open_only == 0 {
            // No journal takes a number that it cannot count to.
            journal.entries(limit.min(1 << 31))?
        } else {
            let mut open = journal.open_entries()?;
            open.reverse();
            open.truncate(limit);
            open
        };
        out.write(registry::insert(dollr_entries { entries })?);
    })
}

/// Gives into `*out` the row with this key, a reference id or a source such as `INVOICE:101`; no row where the journal has none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_journal_load(
    journal: *const dollr_journal,
    key: dollr_str,
    out: *mut *mut dollr_entries,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_journal_load", error, {
        // SAFETY: the header's contract for output parameters and texts.
        let (out, key) = unsafe { (Out::new(out, "out")?, key.required("key")?) };
        let entries = of(journal)?.load(key)?.into_iter().collect();
        out.write(registry::insert(dollr_entries { entries })?);
    })
}

/// Reads the row of this number, from 0 on, into `*out`; `DOLLR_ERROR_ARGUMENT` where there are not so many.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_entries_read(
    entries: *const dollr_entries,
    number: usize,
    out: *mut dollr_entry,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_entries_read", error, {
        // SAFETY: the header's contract for output parameters.
        let out = unsafe { Out::new(out, "out") }?;
        registry::with(entries, |entries| {
            let entry = entries.entries.get(number).ok_or_else(|| {
                let message = format!("there is no row {number}: there are {}", entries.entries.len());
                Fault::new(code::DOLLR_ERROR_ARGUMENT, message)
            })?;
            out.write(dollr_entry {
                open: entry.open,
                key: dollr_str::of(&entry.key),
                state: dollr_str::of(&entry.state),
                order: dollr_str::of_optional(entry.order.as_deref()),
                snapshot: dollr_str::of(entry.snapshot.as_str()),
                due_ms: entry.due.map_or(0, Timestamp::as_millis),
                created_at_ms: entry.created_at.as_millis(),
                updated_at_ms: entry.updated_at.as_millis(),
            });
            Ok(())
        })?;
    })
}

/// Says into `*out` how many rows there are.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_entries_count(
    entries: *const dollr_entries,
    out: *mut usize,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_entries_count", error, {
        // SAFETY: the header's contract for output parameters.
        let out = unsafe { Out::new(out, "out") }?;
        registry::with(entries, |entries| {
            out.write(entries.entries.len());
            Ok(())
        })?;
    })
}

/// Frees rows. NULL is fine; what was freed already is `DOLLR_ERROR_HANDLE`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_entries_free(entries: *mut dollr_entries) -> i32 {
    free!("dollr_entries_free", entries)
}

/// Frees a journal; it is closed when no client and no call uses it any more. NULL is fine; one that was freed already is
/// `DOLLR_ERROR_HANDLE`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_journal_free(journal: *mut dollr_journal) -> i32 {
    free!("dollr_journal_free", journal)
}

/// The journal behind a handle.
pub(crate) fn of(journal: *const dollr_journal) -> Result<Arc<dyn Journal>, Fault> {
    registry::copy(journal, |journal| Arc::clone(&journal.journal))
}
