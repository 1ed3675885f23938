//! Whole deployments, simulated: the real core, client and journal, and around them a fake vendor, network, disk, clocks, customers
//! and crashes, all from one seed and in virtual time. The promises of `tests/promises.md` are judged after every event.
//!
//! [`run`] goes through many seeds; [`one`] through a single one, told event by event. In one world one thread does everything and
//! the seed decides everything, so that what is found is found again:
//! `DOLLR_WORLD_SEED=7 cargo test --release -p dollr-world one_seed -- --nocapture`.
//!
//! | | |
//! | --- | --- |
//! | `plan` | what a seed makes of its world: each fault is off in half of them, and else turned up by chance (*swarm*) |
//! | `world`, `queue`, `clock` | the events in their order, and the clocks, which may be wrong |
//! | `process`, `task` | processes with a real `Client`, each call of which is gone through step by step |
//! | `worker` | a process that is a host of its own, on the core's `Fleet` and the journal |
//! | `disk`, `shelf` | the real `SqliteJournal`, in memory, which fails before or after its commit, and whose rows are damaged |
//! | `network`, `answer` | what becomes of each request and answer |
//! | `vendor` | tokens, sessions, executions, invoices, and the money that moved: the judge, with no code of the engine's |
//! | `order`, `shop`, `counter` | customers, what they are told, and who ships to them |
//! | `trouble` | crashes, power losses, leaps of clocks, other releases, forged hints |
//! | `books`, `end` | the promises, judged at each write, each request, each thing that is told, and when all is over |
//! | `torture`, `scenarios`, `script`, `play`, `needle` | the same by script, with one failing call of a host: each of them, in each way |
//! | `fault` | the faults, the states that each can hit with the reason where it cannot, and how often it did |
//!
//! [`torture`] leaves nothing to chance: in each scenario the k-th call of a socket, the disk or a clock fails, for every k.
//!
//! What it does not have: realtime channels, a journal in a file or in `PostgreSQL`, payouts, and a disk that loses what was synced; other
//! suites have them.
#![forbid(unsafe_code)]

mod answer;
mod books;
mod clock;
mod counter;
mod disk;
mod end;
mod fault;
mod needle;
mod network;
mod order;
mod plan;
mod play;
mod process;
mod queue;
mod run;
mod scenarios;
mod script;
mod shelf;
mod shop;
mod task;
pub mod torture;
mod trouble;
mod vendor;
mod worker;
mod world;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

pub use run::{Failure, Total, fingerprint, one, run};
