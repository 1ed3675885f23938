//! The `dollr` command: collect and verify payments, look into the journal, and try everything on a simulated vendor.
//!
//! Results go to stdout (with `--json`, one object), everything else to stderr. Exit codes: 0 paid or done, 1 error,
//! 2 usage, 3 failed or refused, 4 still open, 5 a person must look.
//!
//! ```sh
//! dollr demo                      # sixteen payments of different fates, and the vendor's ledger
//! dollr sim &                     # a vendor to develop against; it prints what to export
//! dollr sim --shop                # and a shop to see payments in a browser
//! dollr collect --source INVOICE:101 --account 18 --currency USD --amount 250.00 --order A-1
//! dollr paid -- ./ship.sh         # what is paid, to your own command
//! dollr reconcile --every 2m      # asks about all that is due, whoever began it
//! ```
//!
//! Out of scope: decisions about payments, which are the core's; arguments in, one call of the client, a report out.
#![forbid(unsafe_code)]

mod args;
mod commands;
mod demo;
mod failure;
mod goods;
mod journal;
mod output;
mod paid;
mod reconcile;
mod settings;
mod shop;
mod signals;
mod usage;

use std::process::ExitCode;

use clap::Parser;

use crate::args::{Args, Command};
use crate::failure::Failure;

fn main() -> ExitCode {
    leave_no_core_dump();
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => return usage::explain(&error),
    };
    log_to_stderr(args.verbose);
    match run(&args) {
        Ok(code) => code,
        Err(failure) => {
            output::note(format_args!("dollr: {failure}"));
            failure.exit_code()
        }
    }
}

fn run(args: &Args) -> Result<ExitCode, Failure> {
    settings::refuse_password_in_arguments(args)?;
    match &args.command {
        Command::Demo => demo::run(args),
        Command::Sim(sim) => commands::sim(args, sim),
        Command::Checkout(checkout) => commands::checkout(args, checkout),
        Command::Collect(collect) => commands::collect(args, collect),
        Command::Verify(verify) => commands::verify(args, verify),
        Command::Status { reference_id, patience } => commands::status(args, *reference_id, *patience),
        Command::Watch(watch) => commands::watch(args, watch),
        Command::RealtimeKey(wanted) => commands::realtime_key(args, wanted),
        Command::Paid(paid) => paid::run(args, paid),
        Command::Goods(command) => goods::run(args, command),
        Command::Reconcile(how) => reconcile::run(args, how),
        Command::Journal(command) => journal::run(args, command),
    }
}

/// Credentials and tokens are in this process's memory: a crash does not write them to a disk (I10).
fn leave_no_core_dump() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let Rlimit { maximum, .. } = getrlimit(Resource::Core);
        // Less than there is may always be asked for.
        let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum });
    }
}

fn log_to_stderr(verbose: u8) {
    let level = match verbose {
        0 => "warn",
        1 => "dollr_client=info",
        2 => "dollr_client=debug",
        _ => "trace",
    };
    // Where stderr is gone, saying so there would be a panic in the middle of a payment.
    tracing_subscriber::fmt()
        .with_env_filter(level)
        .with_writer(std::io::stderr)
        .log_internal_errors(false)
        .init();
}
