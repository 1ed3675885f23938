//! What several tests need.

pub(crate) mod completions;
pub(crate) mod optimum;
pub(crate) mod polling;
