//! Panics on demand, to see that none crosses the border.

use std::sync::atomic::{AtomicBool, Ordering};

static ASKED: AtomicBool = AtomicBool::new(false);

/// Whether each call from now on panics.
#[unsafe(no_mangle)]
pub extern "C" fn dollr_inject_panics(on: bool) {
    ASKED.store(on, Ordering::SeqCst);
}

pub(crate) fn panic_if_asked(name: &str) {
    assert!(!ASKED.load(Ordering::SeqCst), "{name} was asked to panic");
}
