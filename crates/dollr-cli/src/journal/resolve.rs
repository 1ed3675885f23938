//! `resolve`: a person has dealt with a payment that runs list.

use std::process::ExitCode;

use dollr_client::journal::Journal;
use dollr_client::{Clock as _, SystemClock};
use serde_json::json;

use super::found;
use crate::failure::Failure;
use crate::output;

/// Nothing was listed.
const NOT_LISTED: u8 = 3;

pub(super) fn run(journal: &impl Journal, key: &str, why: &str, json: bool) -> Result<ExitCode, Failure> {
    let entry = found(journal, key)?.entry;
    let done = journal.resolve(key, why, SystemClock.now())?;
    if json {
        output::say(json!({ "key": key, "done": done }))?;
    } else {
        let said = match done {
            true => "resolved",
            false if entry.open => "not resolved: it is still looked after",
            false => "not resolved: nobody has to look at it",
        };
        output::say(format_args!("{key}  {said}"))?;
    }
    Ok(if done { ExitCode::SUCCESS } else { ExitCode::from(NOT_LISTED) })
}
