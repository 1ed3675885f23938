//! The promises of the `dollr` command: a real process, real sockets to a simulated vendor, a journal on disk.

mod bad_input;
mod crash;
mod crash_points;
mod demo;
mod environment;
mod failing_calls;
mod journal;
mod paid;
mod pipes;
mod postgres;
mod realtime;
mod reconcile;
mod recorded;
#[path = "../../../dollr-journal/tests/common/server.rs"]
#[allow(dead_code, reason = "the journal's own tests use the rest")]
mod server;
mod server_away;
mod shop;
mod shop_pages;
mod sim;
mod trouble;
mod upkeep;
mod verdicts;
mod why;
