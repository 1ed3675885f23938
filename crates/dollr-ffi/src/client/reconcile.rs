//! What crashes and impatient callers have left.

use std::time::Duration;

use ::dollr_client::{Reconcile, Summary};
use dollr_core::Timestamp;

use super::options::limit;
use super::{dollr_client, of};
use crate::border::{Options, Out, free, guard};
use crate::error::{dollr_error, millis};
use crate::fault::Fault;
use crate::registry::{self, Object};
use crate::text::dollr_str;

/// How to reconcile. Set `size`; what is left 0 is the default.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct dollr_reconcile_options {
    /// `sizeof(dollr_reconcile_options)`.
    pub size: usize,
    /// So many calls at the same time; 0 is 8. Each has a thread that ends before the call does.
    pub workers: u32,
    /// With `rate_per_ms`: at most so many calls in that time, by all who use this journal and have a limit.
    pub rate_calls: u32,
    /// The time of `rate_calls`, in milliseconds. Both 0 is no limit but the client's; one of them 0 without the other is an error.
    pub rate_per_ms: u64,
    /// The horizon of each payment from now on, since its birth, in milliseconds; 0 is its own.
    pub horizon_ms: u64,
}

// SAFETY: it is numbers, and begins with its size.
unsafe impl Options for dollr_reconcile_options {
    const NAME: &'static str = "dollr_reconcile_options";
}

/// What a run has come to. It is yours: free it with `dollr_summary_free`. One thread at a time.
pub struct dollr_summary {
    summary: Summary,
    views: Views,
}

/// Views of the summary's lists, which nobody changes.
struct Views {
    paid: Vec<dollr_str>,
    conflicts: Vec<dollr_str>,
    stuck: Vec<dollr_str>,
    duplicates: Vec<dollr_str>,
    not_sent: Vec<dollr_str>,
    unreadable: Vec<dollr_str>,
}

impl Object for dollr_summary {
    const TYPE: usize = 14;
    const NAME: &'static str = "dollr_summary";
}

/// What a summary says. The lists are the summary's, and valid until it is freed.
#[repr(C)]
pub struct dollr_summary_info {
    /// Whether a person must look at something: `conflicts`, `stuck`, `duplicates` or `unreadable`.
    pub needs_a_person: bool,
    /// How many payments were due and asked about.
    pub asked: u64,
    /// How late the oldest of them was, in milliseconds.
    pub lag_ms: u64,
    /// Those that are paid since this run.
    pub paid: *const dollr_str,
    /// How many.
    pub paid_count: usize,
    /// Those whose end is contradicted by what was answered now.
    pub conflicts: *const dollr_str,
    /// How many.
    pub conflict_count: usize,
    /// Those that are open after their horizon, or not what was ordered, until a person has resolved each with `dollr_client_resolve`.
    pub stuck: *const dollr_str,
    /// How many.
    pub stuck_count: usize,
    /// Those of an order that another one has paid for, until a person has resolved each with `dollr_client_resolve`.
    pub duplicates: *const dollr_str,
    /// How many.
    pub duplicate_count: usize,
    /// Those that were prepared and never sent, and are not sent by this.
    pub not_sent: *const dollr_str,
    /// How many.
    pub not_sent_count: usize,
    /// Those that cannot be read; they are put off for an hour.
    pub unreadable: *const dollr_str,
    /// How many.
    pub unreadable_count: usize,
    /// Questions that were asked.
    pub status_calls: u32,
    /// How many calls were answered 429.
    pub throttled: u64,
    /// How long the vendor wants to be left alone, where that ended the run, in milliseconds; else 0.
    pub cool_down_ms: u64,
    /// Payments that are open after it.
    pub open: u64,
    /// Of those, the ones that are due.
    pub due: u64,
    /// When the oldest of them was due, in milliseconds since the epoch; 0 where there is none.
    pub oldest_due_ms: u64,
}

/// Asks about each recorded payment that is due, once, and saves what was learnt; any number of processes may do so at the same time.
/// `options` may be NULL. What was never sent is not sent, but listed. It blocks until all are asked about.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_client_reconcile(
    client: *const dollr_client,
    options: *const dollr_reconcile_options,
    out: *mut *mut dollr_summary,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_client_reconcile", error, {
        // SAFETY: the header's contract for output parameters and structures that are read.
        let (out, how) = unsafe { (Out::new(out, "out")?, dollr_reconcile_options::parse(options)?) };
        let (client, room) = (of(client)?, registry::room()?);
        let summary = client.client.reconcile(&how)?;
        out.write(room.fill(dollr_summary { views: Views::of(&summary), summary }));
    })
}

/// Reads a summary into `*out`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_summary_read(
    summary: *const dollr_summary,
    out: *mut dollr_summary_info,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_summary_read", error, {
        // SAFETY: the header's contract for output parameters.
        let out = unsafe { Out::new(out, "out") }?;
        registry::with(summary, |it| {
            let dollr_summary { summary, views } = &*it;
            out.write(dollr_summary_info {
                needs_a_person: summary.needs_a_person(),
                asked: summary.asked,
                lag_ms: millis(summary.lag),
                paid: views.paid.as_ptr(),
                paid_count: views.paid.len(),
                conflicts: views.conflicts.as_ptr(),
                conflict_count: views.conflicts.len(),
                stuck: views.stuck.as_ptr(),
                stuck_count: views.stuck.len(),
                duplicates: views.duplicates.as_ptr(),
                duplicate_count: views.duplicates.len(),
                not_sent: views.not_sent.as_ptr(),
                not_sent_count: views.not_sent.len(),
                unreadable: views.unreadable.as_ptr(),
                unreadable_count: views.unreadable.len(),
                status_calls: summary.calls.status,
                throttled: summary.throttled,
                cool_down_ms: summary.cool_down.map_or(0, millis),
                open: summary.backlog.open,
                due: summary.backlog.due,
                oldest_due_ms: summary.backlog.oldest_due.map_or(0, Timestamp::as_millis),
            });
            Ok(())
        })?;
    })
}

/// Frees a summary. NULL is fine; one that was freed already is `DOLLR_ERROR_HANDLE`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_summary_free(summary: *mut dollr_summary) -> i32 {
    free!("dollr_summary_free", summary)
}

/// A person has dealt with a payment that runs list: one that is stuck, was paid twice or never sent. It is listed no longer, and `why` is
/// kept as an event of it; its order stays held. It is listed again only if something new is learnt of it that leaves it to a person. Says into `*out` whether
/// that is new; not where it is none of these.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_client_resolve(
    client: *const dollr_client,
    key: dollr_str,
    why: dollr_str,
    out: *mut bool,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_client_resolve", error, {
        // SAFETY: the header's contract for output parameters and texts.
        let (out, key, why) = unsafe { (Out::new(out, "out")?, key.required("key")?, why.required("why")?) };
        out.write(of(client)?.client.resolve(key, why)?);
    })
}

impl Views {
    fn of(summary: &Summary) -> Self {
        let views = |keys: &[String]| keys.iter().map(|key| dollr_str::of(key)).collect();
        Self {
            paid: views(&summary.paid),
            conflicts: views(&summary.conflicts),
            stuck: views(&summary.stuck),
            duplicates: views(&summary.duplicates),
            not_sent: views(&summary.not_sent),
            unreadable: summary.unreadable.iter().map(|(key, _)| dollr_str::of(key)).collect(),
        }
    }
}

impl dollr_reconcile_options {
    /// The options at `place`, the default ones where it is NULL.
    ///
    /// # Safety
    ///
    /// `place` is NULL or can be read.
    unsafe fn parse(place: *const Self) -> Result<Reconcile, Fault> {
        let mut how = Reconcile::default();
        // SAFETY: passed on to the caller.
        let Some(this) = (unsafe { Self::read_optional(place) })? else { return Ok(how) };
        if this.workers > 0 {
            const MOST: u32 = 256;
            how = how.workers(this.workers.min(MOST) as usize);
        }
        if let Some(limit) = limit(this.rate_calls, this.rate_per_ms)? {
            how = how.rate(limit);
        }
        if this.horizon_ms > 0 {
            how = how.horizon(Duration::from_millis(this.horizon_ms));
        }
        Ok(how)
    }
}
