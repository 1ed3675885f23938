//! `dollr_client`: the blocking client. Who wants other HTTP, or an event loop, uses the machines instead.

mod checkout;
mod delivery;
mod goods;
mod options;
mod pay;
mod realtime;
mod reconcile;
mod report;
mod secrets;

use std::sync::Arc;

use ::dollr_client::Client;

pub use checkout::*;
pub use delivery::*;
pub use goods::*;
pub use options::*;
pub use pay::*;
pub use realtime::*;
pub use reconcile::*;
pub use report::*;
pub use secrets::*;

use crate::border::{Out, free, guard};
use crate::error::dollr_error;
use crate::fault::Fault;
use crate::registry::{self, Object};
use secrets::Secrets;

/// A merchant's connection to the vendor: one token, one policy, one journal. It is yours: free it with `dollr_client_free`. Any
/// number of threads, also while one of them waits for a payment.
#[derive(Clone)]
pub struct dollr_client {
    client: Arc<Client>,
    secrets: Arc<Secrets>,
}

impl Object for dollr_client {
    const TYPE: usize = 8;
    const NAME: &'static str = "dollr_client";
    const SHARED: bool = true;
}

/// Makes a client. Its settings are checked, and nobody is called yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_client_new(
    options: *const dollr_client_options,
    out: *mut *mut dollr_client,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_client_new", error, {
        // SAFETY: the header's contract for output parameters and structures that are read.
        let (out, builder) = unsafe { (Out::new(out, "out")?, dollr_client_options::parse(options)?) };
        let secrets = Arc::new(Secrets::default());
        let keeper = Arc::clone(&secrets);
        let client = builder.show(move |key, secret| keeper.keep(key, secret)).build()?;
        out.write(registry::insert(dollr_client { client: Arc::new(client), secrets })?);
    })
}

/// Finds out whether the credentials are good: `DOLLR_ERROR_AUTHENTICATION` where they are not. That the vendor cannot be reached is
/// no error here.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_client_sign_in(
    client: *const dollr_client,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_client_sign_in", error, {
        of(client)?.client.sign_in()?;
    })
}

/// Frees a client; calls of other threads that are under way end as if it were there. NULL is fine; one that was freed already is
/// `DOLLR_ERROR_HANDLE`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_client_free(client: *mut dollr_client) -> i32 {
    free!("dollr_client_free", client)
}

/// The client behind a handle.
fn of(client: *const dollr_client) -> Result<dollr_client, Fault> {
    registry::copy(client, Clone::clone)
}
