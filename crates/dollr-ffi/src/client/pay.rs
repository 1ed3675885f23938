//! The calls that end in a report.

use std::time::Duration;

use ::dollr_client::{Attempt, Error, Report};

use super::secrets::Keeping;
use super::{dollr_client, dollr_report, of};
use crate::border::{Options, Out, guard};
use crate::error::dollr_error;
use crate::fault::Fault;
use crate::intent::{dollr_intent, parse_source_kind};
use crate::policy::patience;
use crate::registry;
use crate::text::dollr_str;

/// One attempt to move money: what, for which order, and how patiently. Set `size`; what is left 0 is the default.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct dollr_attempt {
    /// `sizeof(dollr_attempt)`.
    pub size: usize,
    /// Listens to the payment's realtime channel, so that the verdict is known at once: the kind of the session's source, one of
    /// `DOLLR_SOURCE_…`; 0 does not listen. The client needs a realtime server, and has a thread as `dollr_client_watch` says.
    pub realtime: i32,
    /// What is to be moved.
    pub intent: *const dollr_intent,
    /// The merchant's own name of the order. It has one attempt at a time: `DOLLR_ERROR_ORDER_TAKEN`.
    pub order: dollr_str,
    /// Begins although another attempt holds the order, and keeps this reason in the journal.
    pub despite: dollr_str,
    /// How long to wait for a verdict, in milliseconds; 0 is the client's policy, `DOLLR_NO_PATIENCE` hands it over at once.
    pub patience_ms: u64,
}

// SAFETY: it is numbers, texts and a pointer, and begins with its size.
unsafe impl Options for dollr_attempt {
    const NAME: &'static str = "dollr_attempt";
}

impl dollr_attempt {
    /// The attempt at `place`, and its key.
    ///
    /// # Safety
    ///
    /// `place` is NULL or an attempt whose texts and intent can be read.
    unsafe fn parse(place: *const Self) -> Result<(String, Attempt<'static>), Fault> {
        // SAFETY: passed on to the caller.
        let this = unsafe { Self::read(place) }?;
        // SAFETY: passed on to the caller, for the intent and each of the texts.
        let (intent, order, despite) = unsafe {
            let intent = dollr_intent::parse(this.intent)?;
            (intent, this.order.optional("order")?, this.despite.optional("despite")?)
        };
        let key = intent.reference_id().to_string();
        let mut attempt = Attempt::new(intent);
        if let Some(order) = order {
            attempt = attempt.order(order);
        }
        if let Some(reason) = despite {
            attempt = attempt.despite(reason);
        }
        if let Some(patience) = patience(this.patience_ms) {
            attempt = attempt.patience(patience);
        }
        if this.realtime != 0 {
            attempt = attempt.realtime(parse_source_kind(this.realtime)?);
        }
        Ok((key, attempt))
    }
}

/// Collects from a customer: records, sends once, and asks until there is a verdict or patience is over. A refusal or decline is a
/// verdict. After an error the payment is as the journal has it: go on with `dollr_client_wait`. It blocks.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_client_collect(
    client: *const dollr_client,
    attempt: *const dollr_attempt,
    out: *mut *mut dollr_report,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_client_collect", error, {
        // SAFETY: the header's contract for output parameters and structures that are read.
        let (out, (key, attempt)) = unsafe { (Out::new(out, "out")?, dollr_attempt::parse(attempt)?) };
        report(client, &key, out, |it| it.client.collect(attempt))?;
    })
}

/// The same for a payout, a transfer or a refund. It blocks.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_client_execute(
    client: *const dollr_client,
    attempt: *const dollr_attempt,
    out: *mut *mut dollr_report,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_client_execute", error, {
        // SAFETY: the header's contract for output parameters and structures that are read.
        let (out, (key, attempt)) = unsafe { (Out::new(out, "out")?, dollr_attempt::parse(attempt)?) };
        report(client, &key, out, |it| it.client.execute(attempt))?;
    })
}

/// Says whether this invoice or order, such as `INVOICE:101`, is paid, in this currency and with this total in major units. Take all three
/// from the order, never from the browser. A patience of 0 asks once. It blocks for as long as that.
///
/// `order` is your own name of the order, or absent. With it the order's goods are handed out once, whether it is paid on the hosted page
/// or by an attempt at the same order; while this may be paid, or is, another attempt is refused; and `DOLLR_ERROR_ORDER_TAKEN` says that the source
/// is on record for another order, or paid for none. Without it, do not verify what you collect yourself: its goods would be claimed twice.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_client_verify_source(
    client: *const dollr_client,
    source: dollr_str,
    currency: dollr_str,
    total: dollr_str,
    order: dollr_str,
    patience_ms: u64,
    out: *mut *mut dollr_report,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_client_verify_source", error, {
        // SAFETY: the header's contract for output parameters.
        let out = unsafe { Out::new(out, "out") }?;
        // SAFETY: the header's contract for texts.
        let (source, currency, total) =
            unsafe { (source.parse("source")?, currency.parse("currency")?, total.parse("total")?) };
        // SAFETY: the same.
        let order = unsafe { order.optional("order") }?;
        let patience = Duration::from_millis(patience_ms);
        report(client, "", out, |it| match order {
            Some(order) => it.client.verify_order(order, source, currency, total, patience),
            None => it.client.verify_source(source, currency, total, patience),
        })?;
    })
}

/// Goes on asking about a recorded payment, whoever began it, for at most `patience_ms`. What was never sent is not sent. It blocks.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_client_wait(
    client: *const dollr_client,
    reference_id: dollr_str,
    patience_ms: u64,
    out: *mut *mut dollr_report,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_client_wait", error, {
        // SAFETY: the header's contract for output parameters and texts.
        let (out, key) = unsafe { (Out::new(out, "out")?, reference_id.required("reference_id")?) };
        let (id, patience) = (key.parse()?, Duration::from_millis(patience_ms));
        report(client, key, out, |it| it.client.wait(id, patience))?;
    })
}

/// The same, listening to the payment's realtime channel for the first half minute, so that the verdict is known at once;
/// `source_kind` is that of its session's source (`DOLLR_SOURCE_…`). The client needs a realtime server. The channel has a
/// thread of its own, which ends by itself soon after the call, at the latest when a connection that hangs is given up (some seconds):
/// do not unload the library before that. It blocks.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_client_watch(
    client: *const dollr_client,
    reference_id: dollr_str,
    source_kind: i32,
    patience_ms: u64,
    out: *mut *mut dollr_report,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_client_watch", error, {
        // SAFETY: the header's contract for output parameters and texts.
        let (out, key) = unsafe { (Out::new(out, "out")?, reference_id.required("reference_id")?) };
        let (id, kind) = (key.parse()?, parse_source_kind(source_kind)?);
        let patience = Duration::from_millis(patience_ms);
        report(client, key, out, |it| it.client.watch(id, kind, patience))?;
    })
}

/// Says how a recorded payment stands: one question, also about one that has ended.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_client_status(
    client: *const dollr_client,
    reference_id: dollr_str,
    out: *mut *mut dollr_report,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_client_status", error, {
        // SAFETY: the header's contract for output parameters and texts.
        let (out, key) = unsafe { (Out::new(out, "out")?, reference_id.required("reference_id")?) };
        let id = key.parse()?;
        report(client, key, out, |it| it.client.status(id))?;
    })
}

/// Makes a call of the client's, keeping a card's secret for whoever asks meanwhile.
fn report(
    client: *const dollr_client,
    key: &str,
    out: Out<*mut dollr_report>,
    call: impl FnOnce(&dollr_client) -> Result<Report, Error>,
) -> Result<(), Fault> {
    let client = of(client)?;
    let room = registry::room()?;
    let _keeping = Keeping::new(&client.secrets, key);
    out.write(room.fill(dollr_report::new(call(&client)?)));
    Ok(())
}
