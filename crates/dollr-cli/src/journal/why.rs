//! `why`: the machine's own explanation, and what the journal adds to it.

use dollr_client::core::{Decision, Explanation, Machine as _, Timestamp};
use dollr_client::{Clock as _, SystemClock};
use serde_json::json;

use super::Record;
use crate::failure::Failure;
use crate::output;

pub(super) fn explain(record: &Record, json: bool) -> Result<(), Failure> {
    let now = SystemClock.now();
    let why = record.tells(|execution| execution.explain(now), |source| source.explain(now))?;
    if json { say_object(record, &why) } else { say_text(record, &why) }
}

fn say_object(record: &Record, why: &Explanation) -> Result<(), Failure> {
    let Record { entry, .. } = record;
    let moment = |moment: Option<Timestamp>| moment.map(|moment| moment.to_string());
    output::say(json!({
        "key": entry.key,
        "kind": entry.kind.as_str(),
        "order": entry.order,
        "state": entry.state,
        "open": entry.open,
        "since": record.since().to_string(),
        "updated_at": entry.updated_at.to_string(),
        "subject": why.subject,
        "record": on_record(record),
        "standing": why.standing,
        "evidence": why.evidence,
        "waiting": why.waiting,
        "advice": why.advice,
        "decision": why.decision.name(),
        "next_call": moment(why.next_call),
        "absence_from": moment(why.absence_from),
        "horizon": moment(why.horizon),
    }))
}

fn say_text(record: &Record, why: &Explanation) -> Result<(), Failure> {
    let on_record = on_record(record);
    for (title, sentences) in [
        ("What it is", [why.subject.as_slice(), &on_record].concat()),
        ("How it stands", why.standing.clone()),
        ("On what evidence", why.evidence.clone()),
        ("What it waits for", why.waiting.clone()),
        ("What to do", why.advice.clone()),
    ] {
        if !sentences.is_empty() {
            output::say(format_args!("{title}\n  {}", sentences.join("\n  ")))?;
        }
    }
    let key = &record.entry.key;
    match why.decision {
        Decision::Wait if !key.contains(':') => output::note(format_args!("ask now: dollr status {key}")),
        Decision::Wait => output::note(format_args!(
            "ask now: dollr verify --source {key} --amount AMOUNT --currency CURRENCY"
        )),
        Decision::Person => output::note(format_args!("for the vendor: dollr journal support {key}")),
        _ => {}
    }
    Ok(())
}

/// What the journal knows beside the machine.
fn on_record(record: &Record) -> Vec<String> {
    let Record { entry, .. } = record;
    let (state, since) = (output::clean(&entry.state), record.since());
    let order = entry.order.as_deref().map(|order| format!("It is for the order {}.", output::clean(order)));
    let kept = if entry.open {
        let last = entry.updated_at;
        format!(
            "The journal has had it as {state} since {since}, last written on {last}; a process that is at work on it may know more."
        )
    } else {
        format!("The journal has had it as {state} since {since}.")
    };
    order.into_iter().chain([kept]).collect()
}
