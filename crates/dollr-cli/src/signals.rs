//! How a command that goes on is told to end.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use crate::failure::Failure;

/// Set by the first SIGTERM or SIGINT. The second one ends the process at once, as it does those who know no signals.
pub(crate) fn stop() -> Result<Arc<AtomicBool>, Failure> {
    let (stop, again) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    for signal in [SIGTERM, SIGINT] {
        // They act in this order. One that comes in between has set `stop` already: none is lost.
        flag::register(signal, Arc::clone(&stop))
            .and_then(|_| flag::register_conditional_default(signal, Arc::clone(&again)))
            .and_then(|_| flag::register(signal, Arc::clone(&again)))
            .map_err(|e| Failure::new(format!("signals cannot be heard: {e}")))?;
    }
    Ok(stop)
}
