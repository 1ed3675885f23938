//! May I ship? One caller is told yes.

use ::dollr_client::Claimed;
use dollr_core::{Timestamp, Verdict};

use super::{dollr_client, of};
use crate::border::{Out, free, guard};
use crate::error::dollr_error;
use crate::registry::{self, Object};
use crate::text::dollr_str;
use crate::verdict::{NOTHING, Told, dollr_verdict};

/// You, and nobody else: ship, then call `dollr_client_fulfilled`, or `dollr_client_release` if you cannot.
pub const DOLLR_CLAIM_YOURS: i32 = 1;
/// Somebody else ships, or has shipped: `key`, `by` and `at_ms`.
pub const DOLLR_CLAIM_TAKEN: i32 = 2;
/// Nobody may, as far as the journal knows: `verdict` is how the payment stands.
pub const DOLLR_CLAIM_NOT_PAID: i32 = 3;

/// The answer to “may I ship?”. It is yours: free it with `dollr_claim_free`, which does not give the goods back. One thread at a time.
pub struct dollr_claim {
    kind: i32,
    key: Option<String>,
    by: Option<String>,
    at_ms: u64,
    told: Option<Told>,
}

impl Object for dollr_claim {
    const TYPE: usize = 13;
    const NAME: &'static str = "dollr_claim";
}

/// What a claim says. The texts are the claim's, and valid until it is freed.
#[repr(C)]
pub struct dollr_claim_info {
    /// One of `DOLLR_CLAIM_…`.
    pub kind: i32,
    /// When somebody else has claimed it, in milliseconds since the epoch by that one's clock.
    pub at_ms: u64,
    /// The payment that somebody else has claimed: maybe another one of the same order.
    pub key: dollr_str,
    /// Who else has claimed it: the name of a client.
    pub by: dollr_str,
    /// What was paid, or how the payment stands.
    pub verdict: dollr_verdict,
}

/// Claims the goods of a recorded payment, by its reference id or source such as `INVOICE:101`, for one caller, once for all attempts at its
/// order. The vendor is not asked: `dollr_client_wait` or `dollr_client_verify_source` comes first. A payout, a transfer or a refund has no
/// goods: `DOLLR_ERROR_INVALID`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_client_claim_fulfilment(
    client: *const dollr_client,
    key: dollr_str,
    out: *mut *mut dollr_claim,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_client_claim_fulfilment", error, {
        // SAFETY: the header's contract for output parameters and texts.
        let (out, key) = unsafe { (Out::new(out, "out")?, key.required("key")?) };
        let nobodys = |kind, verdict| dollr_claim {
            kind,
            key: None,
            by: None,
            at_ms: 0,
            told: Some(Told::new(verdict)),
        };
        let (client, room) = (of(client)?, registry::room()?);
        let claim = match client.client.claim_fulfilment(key)? {
            Claimed::Claimed(settlement) => nobodys(DOLLR_CLAIM_YOURS, Verdict::Paid(settlement)),
            Claimed::NotPaid(verdict) => nobodys(DOLLR_CLAIM_NOT_PAID, verdict),
            Claimed::AlreadyClaimed { key, by, at } => {
                let at_ms = Timestamp::as_millis(at);
                dollr_claim { kind: DOLLR_CLAIM_TAKEN, key: Some(key), by: Some(by), at_ms, told: None }
            }
        };
        out.write(room.fill(claim));
    })
}

/// Reads a claim into `*out`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_claim_read(
    claim: *const dollr_claim,
    out: *mut dollr_claim_info,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_claim_read", error, {
        // SAFETY: the header's contract for output parameters.
        let out = unsafe { Out::new(out, "out") }?;
        registry::with(claim, |claim| {
            out.write(dollr_claim_info {
                kind: claim.kind,
                at_ms: claim.at_ms,
                key: dollr_str::of_optional(claim.key.as_deref()),
                by: dollr_str::of_optional(claim.by.as_deref()),
                verdict: claim.told.as_ref().map_or(NOTHING, Told::view),
            });
            Ok(())
        })?;
    })
}

/// Frees a claim. NULL is fine; one that was freed already is `DOLLR_ERROR_HANDLE`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_claim_free(claim: *mut dollr_claim) -> i32 {
    free!("dollr_claim_free", claim)
}

/// The goods of this payment were handed out: nobody gets them again. Says into `*out` whether that is new; not where nobody has
/// claimed them, or it was said before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_client_fulfilled(
    client: *const dollr_client,
    key: dollr_str,
    out: *mut bool,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_client_fulfilled", error, {
        // SAFETY: the header's contract for output parameters and texts.
        let (out, key) = unsafe { (Out::new(out, "out")?, key.required("key")?) };
        out.write(of(client)?.client.fulfilled(key)?);
    })
}

/// The goods of this payment were not handed out: somebody else may claim them. Says into `*out` whether that is new; not where nobody
/// has claimed them, or they were handed out.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_client_release(
    client: *const dollr_client,
    key: dollr_str,
    out: *mut bool,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_client_release", error, {
        // SAFETY: the header's contract for output parameters and texts.
        let (out, key) = unsafe { (Out::new(out, "out")?, key.required("key")?) };
        out.write(of(client)?.client.release(key)?);
    })
}
