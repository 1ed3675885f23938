//! What is to be shipped next.

use std::time::Duration;

use ::dollr_client::Delivery;
use dollr_core::{Timestamp, Verdict};

use super::{dollr_client, of};
use crate::border::{Out, free, guard};
use crate::error::dollr_error;
use crate::registry::{self, Object};
use crate::text::dollr_str;
use crate::verdict::{Told, dollr_verdict};

/// A paid payment whose goods are yours to hand out, for a while. It is yours: free it with `dollr_delivery_free`, which does not give the goods
/// back. One thread at a time.
pub struct dollr_delivery {
    key: String,
    order: Option<String>,
    told: Told,
}

impl Object for dollr_delivery {
    const TYPE: usize = 15;
    const NAME: &'static str = "dollr_delivery";
}

/// What a delivery says. The texts are the delivery's, and valid until it is freed.
#[repr(C)]
pub struct dollr_delivery_info {
    /// The reference id, or the source such as `INVOICE:101`: ship by it, for it may come twice.
    pub key: dollr_str,
    /// Your own name of the order, where there is one.
    pub order: dollr_str,
    /// What was paid.
    pub verdict: dollr_verdict,
}

/// Claims the next payment whose goods nobody has claimed, the longest paid first, of those paid since `since_ms` after the epoch, for
/// `term_ms`. `*out` is NULL where there is none. Hand its goods out, then call `dollr_client_fulfilled`, or `dollr_client_release` if you
/// cannot. Unless you say so within the term, it is given again, to you or another: at least once, so that no crash forgets it. The vendor is
/// not asked.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_client_next_paid(
    client: *const dollr_client,
    term_ms: u64,
    since_ms: u64,
    out: *mut *mut dollr_delivery,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_client_next_paid", error, {
        // SAFETY: the header's contract for output parameters.
        let out = unsafe { Out::new(out, "out") }?;
        let (client, room) = (of(client)?, registry::room()?);
        let (term, since) = (Duration::from_millis(term_ms), Timestamp::from_millis(since_ms));
        out.write(match client.client.next_paid(term, since)? {
            Some(Delivery { key, order, settlement, .. }) => {
                room.fill(dollr_delivery { key, order, told: Told::new(Verdict::Paid(settlement)) })
            }
            None => std::ptr::null_mut(),
        });
    })
}

/// Reads a delivery into `*out`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_delivery_read(
    delivery: *const dollr_delivery,
    out: *mut dollr_delivery_info,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_delivery_read", error, {
        // SAFETY: the header's contract for output parameters.
        let out = unsafe { Out::new(out, "out") }?;
        registry::with(delivery, |delivery| {
            out.write(dollr_delivery_info {
                key: dollr_str::of(&delivery.key),
                order: dollr_str::of_optional(delivery.order.as_deref()),
                verdict: delivery.told.view(),
            });
            Ok(())
        })?;
    })
}

/// Frees a delivery. NULL is fine; one that was freed already is `DOLLR_ERROR_HANDLE`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_delivery_free(delivery: *mut dollr_delivery) -> i32 {
    free!("dollr_delivery_free", delivery)
}
