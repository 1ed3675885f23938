//! Every life that a payment can have, tried out: workers that crash, a network that loses, repeats and reorders, a vendor that
//! answers late or twice, and one row of a journal between them.
//!
//! What decides is the real [`Execution`](dollr_core::Execution): each step asks its `next`, tells its `apply` what happened, and
//! restores it from the very text that the journal was given. What acts around it — hosts, wire, vendor, journal — is small, and
//! written here anew. [`stateright`] visits every state that can be reached within the bounds of a [`Setting`], and looks at
//! each whether the promises of `tests/promises.md` hold.
//!
//! What it does not have: half-written rows (a write is there or not), clocks that disagree, realtime frames.
#![forbid(unsafe_code)]

mod answer;
mod bench;
mod host;
mod model;
mod setting;
mod vendor;
mod world;

pub use model::{Checked, FENCED, ONCE, TRUE, WRITE_AHEAD, check, find};
pub use setting::{Flaw, Role, Setting, Vendor};
