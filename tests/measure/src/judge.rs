//! The judge of polling, which the core's own tests have: models of how long payments take, the cheapest way to ask by a
//! dynamic program (`the_optimum_agrees_with_trying_everything` proves it), and a host whose clock leaps.
#![allow(dead_code, reason = "each of the judge's callers uses a part of it")]

#[path = "../../../crates/dollr-core/tests/suite/support/completions.rs"]
pub(crate) mod completions;
#[path = "../../../crates/dollr-core/tests/suite/support/optimum.rs"]
pub(crate) mod optimum;
#[path = "../../../crates/dollr-core/tests/suite/support/polling.rs"]
pub(crate) mod polling;

/// From nought to less than one.
pub(crate) fn unit(random: &mut polling::SplitMix64) -> f64 {
    f64::from(u32::try_from(random.draw() >> 32).expect("32 bits")) / 4_294_967_296.0
}
