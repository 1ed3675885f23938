//! The judge of polling, which the core's own tests have: models of how long payments take, the cheapest way to ask by a
//! dynamic program (`the_optimum_agrees_with_trying_everything` proves it), and a host whose clock leaps.
#![allow(dead_code, reason = "each of the judge's callers uses a part of it")]

#[path = "../../../crates/dollr-core/tests/suite/support/completions.rs"]
pub(crate) mod completions;
#[path = "../../../crates/dollr-core/tests/suite/support/optimum.rs"]
pub(crate) mod optimum;
#[path = "../../../crates/dollr-core/tests/suite/support/polling.rs"]
pub(crate) mod polling;
