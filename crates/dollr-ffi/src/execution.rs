//! `dollr_execution`: money moves, at most once.

use dollr_core::{Event, Execution, Timestamp};

use crate::border::{Out, free, guard};
use crate::error::dollr_error;
use crate::fault::Fault;
use crate::intent::dollr_intent;
use crate::machine::{Held, adopted, dollr_action, dollr_standing, resumed};
use crate::policy::dollr_policy;
use crate::registry::{self, Object};
use crate::request::{dollr_exchange, dollr_request, dollr_response, parse_loss};
use crate::text::dollr_str;

/// One attempt to move money, from its preparation to its verdict. It does nothing by itself: ask `dollr_execution_next` what to
/// do, do it, and say what happened. It is yours: free it with `dollr_execution_free`. One thread at a time.
pub struct dollr_execution {
    held: Held<Execution>,
}

impl Object for dollr_execution {
    const TYPE: usize = 2;
    const NAME: &'static str = "dollr_execution";
}

/// Prepares an attempt. `policy` may be NULL; `now_ms` is your clock, in milliseconds since the epoch, here and in each call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_execution_prepare(
    intent: *const dollr_intent,
    policy: *const dollr_policy,
    now_ms: u64,
    out: *mut *mut dollr_execution,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_execution_prepare", error, {
        // SAFETY: the header's contract for output parameters and structures that are read.
        let (out, intent, policy) =
            unsafe { (Out::new(out, "out")?, dollr_intent::parse(intent)?, dollr_policy::parse(policy)?) };
        let machine = Execution::prepare(intent, policy, Timestamp::from_millis(now_ms));
        out.write(registry::insert(dollr_execution { held: Held::new(machine) })?);
    })
}

/// Says into `*out` what to do at `now_ms`. Asking twice gives the same answer. The texts of the last answer end with this call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_execution_next(
    execution: *const dollr_execution,
    now_ms: u64,
    out: *mut dollr_action,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_execution_next", error, {
        // SAFETY: the header's contract for output parameters.
        let out = unsafe { Out::new(out, "out") }?;
        registry::with(execution, |execution| {
            execution.held.next(now_ms, out);
            Ok(())
        })?;
    })
}

/// The snapshot of `DOLLR_ACTION_RECORD` is durable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_execution_apply_recorded(
    execution: *mut dollr_execution,
    now_ms: u64,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_execution_apply_recorded", error, {
        apply(execution, Event::Recorded, now_ms)?;
    })
}

/// The secret of `DOLLR_ACTION_ACT` is with the payer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_execution_apply_shown(
    execution: *mut dollr_execution,
    now_ms: u64,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_execution_apply_shown", error, {
        apply(execution, Event::Shown, now_ms)?;
    })
}

/// An answer came to the request of this exchange, with any status.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_execution_apply_answered(
    execution: *mut dollr_execution,
    exchange: dollr_exchange,
    response: *const dollr_response,
    now_ms: u64,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_execution_apply_answered", error, {
        // SAFETY: the header's contract for structures that are read.
        let (exchange, response) = (exchange.parse()?, unsafe { dollr_response::parse(response) }?);
        apply(execution, Event::Answered { exchange, response }, now_ms)?;
    })
}

/// No answer came to the request of this exchange; `loss` is one of `DOLLR_LOSS_…`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_execution_apply_lost(
    execution: *mut dollr_execution,
    exchange: dollr_exchange,
    loss: i32,
    now_ms: u64,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_execution_apply_lost", error, {
        let (exchange, loss) = (exchange.parse()?, parse_loss(loss)?);
        apply(execution, Event::Lost { exchange, loss }, now_ms)?;
    })
}

/// Somebody says that something has happened, unproven: it will be asked about soon, at most once a second.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_execution_apply_hint(
    execution: *mut dollr_execution,
    now_ms: u64,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_execution_apply_hint", error, {
        apply(execution, Event::Hint, now_ms)?;
    })
}

/// Somebody is willing to wait for `patience_ms` longer, from now on.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_execution_apply_resumed(
    execution: *mut dollr_execution,
    patience_ms: u64,
    now_ms: u64,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_execution_apply_resumed", error, {
        apply(execution, resumed(patience_ms), now_ms)?;
    })
}

/// Somebody looks after it who has not begun it, and nobody waits: call it after each restore. It is asked about until its horizon
/// (`horizon_ms` since its birth; 0 keeps the one that it has), and what was never sent is not sent.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_execution_apply_adopted(
    execution: *mut dollr_execution,
    horizon_ms: u64,
    now_ms: u64,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_execution_apply_adopted", error, {
        apply(execution, adopted(horizon_ms), now_ms)?;
    })
}

/// Gives into `*out` all of it as a text to be kept: JSON with a version and a checksum, without any secret.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_execution_snapshot(
    execution: *const dollr_execution,
    out: *mut dollr_str,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_execution_snapshot", error, {
        // SAFETY: the header's contract for output parameters.
        let out = unsafe { Out::new(out, "out") }?;
        registry::with(execution, |execution| {
            execution.held.snapshot(out);
            Ok(())
        })?;
    })
}

/// Goes on from a snapshot, in another process, language or version. What was caught sending comes back as something
/// that asks, never as something that sends.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_execution_restore(
    snapshot: dollr_str,
    out: *mut *mut dollr_execution,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_execution_restore", error, {
        // SAFETY: the header's contract for output parameters and texts.
        let (out, snapshot) = unsafe { (Out::new(out, "out")?, snapshot.required("snapshot")?) };
        out.write(registry::insert(dollr_execution { held: Held::restore(snapshot)? })?);
    })
}

/// Says into `*out` how it stands at `now_ms`, whatever is to be done next.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_execution_look(
    execution: *const dollr_execution,
    now_ms: u64,
    out: *mut dollr_standing,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_execution_look", error, {
        // SAFETY: the header's contract for output parameters.
        let out = unsafe { Out::new(out, "out") }?;
        registry::with(execution, |execution| {
            execution.held.look(now_ms, out);
            Ok(())
        })?;
    })
}

/// Gives into `*out` the request that asks for its status, due or not: for a person who wants to know now.
/// `DOLLR_ERROR_REJECTED` where nothing has been sent.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_execution_ask(
    execution: *const dollr_execution,
    out: *mut dollr_request,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_execution_ask", error, {
        // SAFETY: the header's contract for output parameters.
        let out = unsafe { Out::new(out, "out") }?;
        registry::with(execution, |execution| execution.held.ask(out))?;
    })
}

/// Explains into `*out` why it stands where it stands, for people, a sentence a line, without a secret.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_execution_explain(
    execution: *const dollr_execution,
    now_ms: u64,
    out: *mut dollr_str,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_execution_explain", error, {
        // SAFETY: the header's contract for output parameters.
        let out = unsafe { Out::new(out, "out") }?;
        registry::with(execution, |execution| {
            execution.held.explain(now_ms, out);
            Ok(())
        })?;
    })
}

/// Frees an execution. NULL is fine; one that was freed already is `DOLLR_ERROR_HANDLE`, one in use by another thread
/// `DOLLR_ERROR_BUSY`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_execution_free(execution: *mut dollr_execution) -> i32 {
    free!("dollr_execution_free", execution)
}

fn apply(execution: *const dollr_execution, event: Event, now_ms: u64) -> Result<(), Fault> {
    registry::with(execution, |execution| execution.held.apply(event, now_ms))
}
