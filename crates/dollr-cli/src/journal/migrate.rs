//! `migrate`: brings the tables up to date, which opening does, too, and says what was done.

use std::process::ExitCode;

use dollr_client::journal::{self, NEWEST_SCHEMA};
use serde_json::json;

use crate::args::Args;
use crate::failure::Failure;
use crate::{output, settings};

/// There are steps to be taken.
const OUTDATED: u8 = 4;

pub(super) fn run(args: &Args, check: bool) -> Result<ExitCode, Failure> {
    let from = journal::schema_of(&args.journal)?;
    let to = if check { from } else { settings::existing_journal(args)?.schema()? };
    if args.json {
        output::say(json!({ "from": from, "to": to, "newest": NEWEST_SCHEMA }))?;
    } else if to > from {
        output::say(format_args!("the journal had schema {from} and has schema {to} now"))?;
    } else if to < NEWEST_SCHEMA {
        output::say(format_args!("the journal has schema {to}, and {NEWEST_SCHEMA} once it is migrated"))?;
    } else if to > NEWEST_SCHEMA {
        output::say(format_args!(
            "the journal has schema {to}, which a newer release made and this one can use"
        ))?;
    } else {
        output::say(format_args!("the journal has schema {to}, the newest that there is"))?;
    }
    Ok(if to < NEWEST_SCHEMA { ExitCode::from(OUTDATED) } else { ExitCode::SUCCESS })
}
