//! `support`: what the vendor's support needs, to be pasted into a ticket. What may leave the house, the core decides.

use dollr_client::core::{Escalation, Machine as _, Timestamp};
use dollr_client::{Clock as _, SystemClock};
use serde_json::{Map, Value, json};

use super::Record;
use crate::failure::Failure;
use crate::output;

const VERSION: &str = env!("CARGO_PKG_VERSION");

pub(super) fn escalate(record: &Record, json: bool) -> Result<(), Failure> {
    let now = SystemClock.now();
    let escalation = record.tells(|execution| execution.escalation(now), |source| source.escalation(now))?;
    if json { say_object(record, &escalation, now) } else { say_text(record, &escalation, now) }
}

fn say_object(record: &Record, escalation: &Escalation, now: Timestamp) -> Result<(), Failure> {
    let details = escalation.details.iter().map(|detail| (detail.name.to_owned(), json!(detail.value)));
    let history = record.changes().into_iter();
    let history = history.map(|line| json!({ "at": line.at.to_string(), "state": line.state }));
    output::say(json!({
        "question": escalation.question,
        "details": Value::Object(details.collect::<Map<_, _>>()),
        "history": history.collect::<Vec<_>>(),
        "to_add": escalation.to_add,
        "left_out": escalation.left_out,
        "dollr_version": VERSION,
        "made_at": now.to_string(),
    }))
}

fn say_text(record: &Record, escalation: &Escalation, now: Timestamp) -> Result<(), Failure> {
    output::say(format_args!("{}\n\nWhat is known (all times are UTC)", escalation.question))?;
    for detail in &escalation.details {
        output::say(format_args!("  {:<24} {}", detail.name.replace('_', " "), detail.value))?;
    }
    output::say("\nWhat was recorded")?;
    for line in record.changes() {
        output::say(format_args!("  {:<24} {}", line.at.to_string(), output::clean(&line.state)))?;
    }
    say_list("To be added by the merchant", escalation.to_add)?;
    say_list("Left out on purpose", escalation.left_out)?;
    output::say(format_args!("\nMade by dollr {VERSION} on {now}."))?;
    output::note(
        "read it, add what only you know, and send it: merchant.heydollr.app, Help; or dev@heydollr.app",
    );
    Ok(())
}

fn say_list(title: &str, items: &[&str]) -> Result<(), Failure> {
    output::say(format_args!("\n{title}\n  - {}", items.join("\n  - ")))
}
