//! The key of one payment's realtime channel, for a browser that listens itself.

use dollr_core::{RealtimeKey, SessionId};

use super::{dollr_client, of};
use crate::border::{Out, free, guard};
use crate::error::{dollr_error, millis};
use crate::intent::parse_source_kind;
use crate::registry::{self, Object};
use crate::text::dollr_str;

/// The key of one payment's realtime channel. It is yours: free it with `dollr_realtime_key_free`, which wipes it. One thread at a time.
pub struct dollr_realtime_key {
    key: RealtimeKey,
}

impl Object for dollr_realtime_key {
    const TYPE: usize = 12;
    const NAME: &'static str = "dollr_realtime_key";
}

/// What a key says. The text is the key's, and valid until it is freed.
#[repr(C)]
pub struct dollr_realtime_key_info {
    /// The key itself; a secret, for this payer's browser alone.
    pub access_token: dollr_str,
    /// How long it lives from now on, in milliseconds.
    pub expires_in_ms: u64,
}

/// Mints the key of the channel of one execution, in its session, paying for a source of this kind (`DOLLR_SOURCE_…`).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_client_realtime_key(
    client: *const dollr_client,
    session: u64,
    source_kind: i32,
    reference_id: dollr_str,
    out: *mut *mut dollr_realtime_key,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_client_realtime_key", error, {
        // SAFETY: the header's contract for output parameters and texts.
        let (out, id) = unsafe { (Out::new(out, "out")?, reference_id.parse("reference_id")?) };
        let kind = parse_source_kind(source_kind)?;
        let key = of(client)?.client.realtime_key(SessionId::new(session), kind, id)?;
        out.write(registry::insert(dollr_realtime_key { key })?);
    })
}

/// Reads a key into `*out`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_realtime_key_read(
    key: *const dollr_realtime_key,
    out: *mut dollr_realtime_key_info,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_realtime_key_read", error, {
        // SAFETY: the header's contract for output parameters.
        let out = unsafe { Out::new(out, "out") }?;
        registry::with(key, |it| {
            let access_token = dollr_str::of(it.key.access_token.expose());
            out.write(dollr_realtime_key_info { access_token, expires_in_ms: millis(it.key.expires_in) });
            Ok(())
        })?;
    })
}

/// Frees a key and wipes it. NULL is fine; one that was freed already is `DOLLR_ERROR_HANDLE`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_realtime_key_free(key: *mut dollr_realtime_key) -> i32 {
    free!("dollr_realtime_key_free", key)
}
