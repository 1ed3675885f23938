//! Whole deployments, simulated: the real core, client and journal, and around them a fake vendor, network, disk, clocks, customers
//! and crashes, all from one seed and in virtual time. The promises of `tests/promises.md` are judged after every event.
//!
//! `run` goes through many seeds; `one` through a single one, told event by event.
#![forbid(unsafe_code)]

mod answer;
mod books;
mod clock;
mod disk;
mod end;
mod fault;
mod network;
mod order;
mod plan;
mod process;
mod queue;
mod run;
mod shelf;
mod shop;
mod task;
mod trouble;
mod vendor;
mod worker;
mod world;

pub use run::{Failure, Total, fingerprint, one, run};
