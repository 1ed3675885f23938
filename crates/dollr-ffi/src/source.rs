//! `dollr_source`: is this invoice or order paid, this very one, in full?

use dollr_core::{Event, Source, Timestamp};

use crate::border::{Out, free, guard};
use crate::error::dollr_error;
use crate::fault::Fault;
use crate::machine::{Held, adopted, dollr_action, dollr_standing, resumed};
use crate::policy::dollr_policy;
use crate::registry::{self, Object};
use crate::request::{dollr_exchange, dollr_request, dollr_response, parse_loss};
use crate::text::dollr_str;

/// An invoice or order that is watched until it is paid. It does nothing by itself: ask `dollr_source_next` what to do, do it, and
/// say what happened. It is yours: free it with `dollr_source_free`. One thread at a time.
pub struct dollr_source {
    held: Held<Source>,
}

impl Object for dollr_source {
    const TYPE: usize = 3;
    const NAME: &'static str = "dollr_source";
}

/// Watches `source`, such as `INVOICE:101`, which is this order's only if it has this currency and total (major units). Take all
/// three from the order, never from the browser. `policy` may be NULL; `now_ms` is your clock, in milliseconds since the epoch.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_source_watch(
    source: dollr_str,
    currency: dollr_str,
    total: dollr_str,
    policy: *const dollr_policy,
    now_ms: u64,
    out: *mut *mut dollr_source,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_source_watch", error, {
        // SAFETY: the header's contract for output parameters and structures that are read.
        let (out, policy) = unsafe { (Out::new(out, "out")?, dollr_policy::parse(policy)?) };
        // SAFETY: the header's contract for texts.
        let (source, currency, total) =
            unsafe { (source.parse("source")?, currency.parse("currency")?, total.parse("total")?) };
        let machine = Source::watch(source, currency, total, policy, Timestamp::from_millis(now_ms));
        out.write(registry::insert(dollr_source { held: Held::new(machine) })?);
    })
}

/// Says into `*out` what to do at `now_ms`. Asking twice gives the same answer. The texts of the last answer end with this call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_source_next(
    source: *const dollr_source,
    now_ms: u64,
    out: *mut dollr_action,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_source_next", error, {
        // SAFETY: the header's contract for output parameters.
        let out = unsafe { Out::new(out, "out") }?;
        registry::with(source, |source| {
            source.held.next(now_ms, out);
            Ok(())
        })?;
    })
}

/// An answer came to the request of this exchange, with any status.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_source_apply_answered(
    source: *mut dollr_source,
    exchange: dollr_exchange,
    response: *const dollr_response,
    now_ms: u64,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_source_apply_answered", error, {
        // SAFETY: the header's contract for structures that are read.
        let (exchange, response) = (exchange.parse()?, unsafe { dollr_response::parse(response) }?);
        apply(source, Event::Answered { exchange, response }, now_ms)?;
    })
}

/// No answer came to the request of this exchange; `loss` is one of `DOLLR_LOSS_…`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_source_apply_lost(
    source: *mut dollr_source,
    exchange: dollr_exchange,
    loss: i32,
    now_ms: u64,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_source_apply_lost", error, {
        let (exchange, loss) = (exchange.parse()?, parse_loss(loss)?);
        apply(source, Event::Lost { exchange, loss }, now_ms)?;
    })
}

/// Somebody says that something has happened, unproven: it will be asked about soon, at most once a second.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_source_apply_hint(
    source: *mut dollr_source,
    now_ms: u64,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_source_apply_hint", error, {
        apply(source, Event::Hint, now_ms)?;
    })
}

/// Somebody is willing to wait for `patience_ms` longer, from now on.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_source_apply_resumed(
    source: *mut dollr_source,
    patience_ms: u64,
    now_ms: u64,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_source_apply_resumed", error, {
        apply(source, resumed(patience_ms), now_ms)?;
    })
}

/// Somebody looks after it who has not begun it, and nobody waits: call it after each restore. It is asked about until its horizon
/// (`horizon_ms` since its birth; 0 keeps the one that it has), and what was never sent is not sent.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_source_apply_adopted(
    source: *mut dollr_source,
    horizon_ms: u64,
    now_ms: u64,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_source_apply_adopted", error, {
        apply(source, adopted(horizon_ms), now_ms)?;
    })
}

/// Gives into `*out` all of it as a text to be kept: JSON with a version and a checksum, without any secret.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_source_snapshot(
    source: *const dollr_source,
    out: *mut dollr_str,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_source_snapshot", error, {
        // SAFETY: the header's contract for output parameters.
        let out = unsafe { Out::new(out, "out") }?;
        registry::with(source, |source| {
            source.held.snapshot(out);
            Ok(())
        })?;
    })
}

/// Goes on from a snapshot, in another process, language or version.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_source_restore(
    snapshot: dollr_str,
    out: *mut *mut dollr_source,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_source_restore", error, {
        // SAFETY: the header's contract for output parameters and texts.
        let (out, snapshot) = unsafe { (Out::new(out, "out")?, snapshot.required("snapshot")?) };
        out.write(registry::insert(dollr_source { held: Held::restore(snapshot)? })?);
    })
}

/// Says into `*out` how it stands at `now_ms`, whatever is to be done next.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_source_look(
    source: *const dollr_source,
    now_ms: u64,
    out: *mut dollr_standing,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_source_look", error, {
        // SAFETY: the header's contract for output parameters.
        let out = unsafe { Out::new(out, "out") }?;
        registry::with(source, |source| {
            source.held.look(now_ms, out);
            Ok(())
        })?;
    })
}

/// Gives into `*out` the request that asks for its status, due or not: for a person who wants to know now.
/// `DOLLR_ERROR_REJECTED` where nothing has been sent.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_source_ask(
    source: *const dollr_source,
    out: *mut dollr_request,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_source_ask", error, {
        // SAFETY: the header's contract for output parameters.
        let out = unsafe { Out::new(out, "out") }?;
        registry::with(source, |source| source.held.ask(out))?;
    })
}

/// Explains into `*out` why it stands where it stands, for people, a sentence a line, without a secret.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_source_explain(
    source: *const dollr_source,
    now_ms: u64,
    out: *mut dollr_str,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_source_explain", error, {
        // SAFETY: the header's contract for output parameters.
        let out = unsafe { Out::new(out, "out") }?;
        registry::with(source, |source| {
            source.held.explain(now_ms, out);
            Ok(())
        })?;
    })
}

/// Frees a source. NULL is fine; one that was freed already is `DOLLR_ERROR_HANDLE`, one in use by another thread
/// `DOLLR_ERROR_BUSY`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_source_free(source: *mut dollr_source) -> i32 {
    free!("dollr_source_free", source)
}

fn apply(source: *const dollr_source, event: Event, now_ms: u64) -> Result<(), Fault> {
    registry::with(source, |source| source.held.apply(event, now_ms))
}
