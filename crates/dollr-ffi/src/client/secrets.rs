//! The secrets of 3-D Secure cards, without a callback: a call that waits for a payment puts its secret here, and another thread
//! takes it and gives it to the payer.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use dollr_core::Secret;

use super::{dollr_client, of};
use crate::border::{Out, free, guard};
use crate::error::dollr_error;
use crate::fault::Fault;
use crate::registry::{self, Object};
use crate::text::dollr_str;

/// The secrets of payments that are waited for, by reference id.
#[derive(Default)]
pub(super) struct Secrets(Mutex<BTreeMap<String, Kept>>);

/// How many calls wait for the payment, and its secret until somebody takes it.
#[derive(Default)]
struct Kept {
    calls: usize,
    secret: Option<Secret>,
}

/// A call that waits; what nobody took is wiped when the last one ends.
pub(super) struct Keeping<'a> {
    secrets: &'a Secrets,
    key: String,
}

impl Secrets {
    pub(super) fn keep(&self, key: &str, secret: &Secret) {
        self.with(|all| {
            if let Some(kept) = all.get_mut(key) {
                kept.secret = Some(secret.clone());
            }
        });
    }

    /// Makes a handle of the secret; where that fails, it is still there.
    fn take<R>(&self, key: &str, made: impl FnOnce(Secret) -> Result<R, Fault>) -> Result<Option<R>, Fault> {
        self.with(|all| {
            let Some(kept) = all.get_mut(key) else { return Ok(None) };
            let Some(secret) = kept.secret.clone() else { return Ok(None) };
            let handle = made(secret)?;
            kept.secret = None;
            Ok(Some(handle))
        })
    }

    fn with<R>(&self, act: impl FnOnce(&mut BTreeMap<String, Kept>) -> R) -> R {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<'a> Keeping<'a> {
    pub(super) fn new(secrets: &'a Secrets, key: &str) -> Self {
        secrets.with(|all| all.entry(key.to_owned()).or_default().calls += 1);
        Self { secrets, key: key.to_owned() }
    }
}

impl Drop for Keeping<'_> {
    fn drop(&mut self) {
        self.secrets.with(|all| {
            if let Some(kept) = all.get_mut(&self.key) {
                kept.calls -= 1;
                if kept.calls == 0 {
                    all.remove(&self.key);
                }
            }
        });
    }
}

/// A secret. It is yours: free it with `dollr_secret_free`, which wipes it. One thread at a time.
pub struct dollr_secret {
    secret: Secret,
}

impl Object for dollr_secret {
    const TYPE: usize = 10;
    const NAME: &'static str = "dollr_secret";
}

/// Takes into `*out` the secret with which the payer of a 3-D Secure card goes on, once, or NULL where there is none (yet): give it to
/// the payer's browser, never store it, never log it. A call that waits for the payment (`dollr_client_collect`, `…_wait`, `…_watch`) blocks its
/// thread, so ask from another one, every second or so, until that call ends; then the secret is wiped.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_client_take_secret(
    client: *const dollr_client,
    reference_id: dollr_str,
    out: *mut *mut dollr_secret,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_client_take_secret", error, {
        // SAFETY: the header's contract for output parameters and texts.
        let (out, key) = unsafe { (Out::new(out, "out")?, reference_id.required("reference_id")?) };
        let taken = of(client)?.secrets.take(key, |secret| registry::insert(dollr_secret { secret }))?;
        out.write(taken.unwrap_or_default());
    })
}

/// Reads a secret into `*out`; the text is valid until it is freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_secret_read(
    secret: *const dollr_secret,
    out: *mut dollr_str,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_secret_read", error, {
        // SAFETY: the header's contract for output parameters.
        let out = unsafe { Out::new(out, "out") }?;
        registry::with(secret, |secret| {
            out.write(dollr_str::of(secret.secret.expose()));
            Ok(())
        })?;
    })
}

/// Frees a secret and wipes it. NULL is fine; one that was freed already is `DOLLR_ERROR_HANDLE`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_secret_free(secret: *mut dollr_secret) -> i32 {
    free!("dollr_secret_free", secret)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "0b8f6f2e-6a1d-4c5a-9a53-7d2f6a3c1e10";

    fn taken(secrets: &Secrets) -> Option<String> {
        secrets.take(KEY, |secret| Ok(secret.expose().to_owned())).expect("it is made")
    }

    /// I10: a secret is there once, while somebody waits for its payment, and not a moment longer.
    #[test]
    fn a_secret_is_kept_until_it_is_taken_or_the_last_call_ends() {
        let secrets = Secrets::default();
        let hush = Secret::new("hush");
        secrets.keep(KEY, &hush);
        assert_eq!(taken(&secrets), None, "nobody waits for it");
        let (first, second) = (Keeping::new(&secrets, KEY), Keeping::new(&secrets, KEY));
        secrets.keep(KEY, &hush);
        drop(first);
        assert_eq!(taken(&secrets).as_deref(), Some("hush"), "somebody still waits");
        assert_eq!(taken(&secrets), None, "once");
        secrets.keep(KEY, &hush);
        drop(second);
        assert_eq!(taken(&secrets), None);
        assert!(secrets.with(|all| all.is_empty()), "nothing is left of it");
        let _third = Keeping::new(&secrets, KEY);
        assert_eq!(taken(&secrets), None, "nor for the next call");
    }
}
