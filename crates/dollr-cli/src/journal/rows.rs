//! `list` and `show`: the rows as they are kept.

use dollr_client::journal::{Entry, Journal};
use serde_json::{Value, json};

use super::Record;
use crate::failure::Failure;
use crate::output;

pub(super) fn list(journal: &impl Journal, open: bool, limit: usize, json: bool) -> Result<(), Failure> {
    let entries = if open { journal.open_entries()? } else { journal.entries(limit)? };
    let entries = &entries[..entries.len().min(limit)];
    if json {
        return output::say(json!({ "payments": entries.iter().map(row).collect::<Vec<_>>() }));
    }
    entries.iter().try_for_each(say_row)
}

pub(super) fn show(Record { entry, lines }: &Record, json: bool) -> Result<(), Failure> {
    if json {
        let lines: Vec<_> = lines
            .iter()
            .map(|line| json!({ "at": line.at.to_string(), "what": line.what, "state": line.state }))
            .collect();
        let snapshot: Value = serde_json::from_str(entry.snapshot.as_str()).unwrap_or(Value::Null);
        return output::say(json!({ "payment": row(entry), "events": lines, "snapshot": snapshot }));
    }
    say_row(entry)?;
    // What happened may be told in somebody's words: a name, or a reason.
    lines.iter().try_for_each(|line| {
        let (state, what) = (output::clean(&line.state), output::clean(&line.what));
        output::say(format_args!("  {}  {state:<12} {what}", line.at))
    })
}

fn row(entry: &Entry) -> Value {
    json!({
        "key": entry.key,
        "kind": entry.kind.as_str(),
        "order": entry.order,
        "despite": entry.despite,
        "state": entry.state,
        "open": entry.open,
        "version": entry.version.number(),
        "created_at": entry.created_at.to_string(),
        "updated_at": entry.updated_at.to_string(),
        "ended_at": entry.ended_at.map(|at| at.to_string()),
    })
}

fn say_row(entry: &Entry) -> Result<(), Failure> {
    let order = output::clean(entry.order.as_deref().unwrap_or("-"));
    output::say(format_args!("{}  {:<36}  {:<10}  {order}", entry.created_at, entry.key, entry.state))
}
