//! Which release this is, for programs that load it.

use crate::border::{Out, guard};
use crate::text::dollr_str;

/// What a program that was built with this header expects of the library that it loads: the same number from
/// `dollr_abi_version`. It grows when something in this header changes its meaning; what is added leaves it.
pub const DOLLR_ABI_VERSION: u32 = 0;
/// The release of this header: its major number.
pub const DOLLR_VERSION_MAJOR: u32 = 0;
/// Its minor number.
pub const DOLLR_VERSION_MINOR: u32 = 1;
/// Its patch number.
pub const DOLLR_VERSION_PATCH: u32 = 0;

/// The `DOLLR_ABI_VERSION` of the library that is loaded. Compare it before anything else.
#[unsafe(no_mangle)]
pub extern "C" fn dollr_abi_version() -> u32 {
    DOLLR_ABI_VERSION
}

/// Gives into `*out` the release of the library that is loaded, such as `0.1.0`; it is valid for ever.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_version(out: *mut dollr_str) -> i32 {
    guard!("dollr_version", {
        // SAFETY: the header's contract for output parameters.
        unsafe { Out::new(out, "out") }?.write(dollr_str::of(env!("CARGO_PKG_VERSION")));
    })
}
