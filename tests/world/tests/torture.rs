//! The k-th call of a host fails, for every k, in each scenario.

use std::env;

use dollr_world::torture::{self, Extent};

/// I1–I7, I11, I12, I14, I15 under F1–F3, F6, F21, F25, F27, F29–F31: whichever call of a socket, disk or clock fails, and
/// however it does: once that is over each payment is paid if and only if it was charged, and nobody was told otherwise.
#[test]
#[cfg_attr(
    debug_assertions,
    ignore = "takes minutes where it is not optimised; tests/run does it in a release build"
)]
fn no_failing_call_breaks_a_promise() {
    let extent = if env::var_os("DOLLR_LONG").is_some() { Extent::All } else { Extent::OneOf(4) };
    let total = torture::run(extent);
    println!("{total}");
    for failure in &total.failures {
        println!("{failure}");
    }
    assert!(total.scenarios >= 50, "{} scenarios", total.scenarios);
    assert!(total.failures.is_empty(), "{}", total.failures[0]);
    assert_eq!(total.never(), Vec::<&str>::new());
}

/// Replays what `DOLLR_TORTURE` names, such as `collect-that-is-paid:17:busy`, and tells what happens.
#[test]
fn one_failure() {
    let Ok(words) = env::var("DOLLR_TORTURE") else { return };
    match torture::one(&words) {
        Ok(calls) => println!("{calls} calls, and no promise broken"),
        Err(what) => panic!("{words}: {what}"),
    }
}
