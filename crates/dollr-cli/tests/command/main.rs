//! The promises of the `dollr` command: a real process, real sockets to a simulated vendor, a journal on disk.

mod bad_input;
mod crash;
mod demo;
mod environment;
mod journal;
mod pipes;
mod shop;
mod sim;
mod verdicts;
