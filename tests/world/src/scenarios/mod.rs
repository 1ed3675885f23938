//! The scenarios in which each call of a host fails: a name, the orders and how the vendor ends them, who does what and when, and
//! how each payment ends where nothing fails.

mod deployments;
mod executions;
mod sources;
mod vendors;

use crate::script::Scenario;

/// All of them.
pub(crate) fn all() -> Vec<Scenario> {
    let parts = [
        executions::scenarios(),
        executions::with_more_than_one_call(),
        executions::with_goods(),
        sources::scenarios(),
        vendors::scenarios(),
        vendors::of_tokens(),
        deployments::scenarios(),
    ];
    parts.into_iter().flatten().collect()
}
