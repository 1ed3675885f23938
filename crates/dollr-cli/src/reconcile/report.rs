//! What a pass has come to: lines for people, or an object.

use std::collections::BTreeSet;
use std::time::Duration;

use dollr_client::{Clock as _, Summary, SystemClock};
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::output;

/// The findings that a person must hear of, said once each.
#[derive(Default)]
pub(super) struct Report {
    said: BTreeSet<String>,
}

impl Report {
    /// A line if something was asked about, and what was not said before.
    pub(super) fn say_new(&mut self, summary: &Summary) -> Result<(), Failure> {
        if summary.asked > 0 {
            output::say(format_args!("{}  {}", SystemClock.now(), counts(summary)))?;
        }
        for finding in findings(summary) {
            if !self.said.contains(&finding) {
                output::say(&finding)?;
                self.said.insert(finding);
            }
        }
        ending(summary).into_iter().try_for_each(output::say)
    }
}

/// All of it, a line for each finding.
pub(super) fn say_all(summary: &Summary) -> Result<(), Failure> {
    output::say(counts(summary))?;
    findings(summary).into_iter().chain(ending(summary)).try_for_each(output::say)
}

pub(super) fn say_object(summary: &Summary, took: Duration) -> Result<(), Failure> {
    let unreadable = summary.unreadable.iter().map(|(key, why)| json!({ "key": key, "why": why }));
    output::say(json!({
        "asked": summary.asked,
        "verdicts": summary.verdicts,
        "paid": summary.paid,
        "conflicts": summary.conflicts,
        "stuck": summary.stuck,
        "duplicates": summary.duplicates,
        "not_sent": summary.not_sent,
        "unreadable": unreadable.collect::<Vec<Value>>(),
        "overtaken": summary.overtaken,
        "calls": summary.calls.total(),
        "posts": summary.calls.execute,
        "polls": summary.calls.status,
        "throttled": summary.throttled,
        "cool_down_ms": summary.cool_down.map(millis),
        "stopped": summary.stopped,
        "lag_ms": millis(summary.lag),
        "open": summary.backlog.open,
        "due": summary.backlog.due,
        "elapsed_ms": millis(took),
    }))
}

/// `2 paid, 1 open`
pub(super) fn verdicts(summary: &Summary) -> String {
    let verdicts = summary.verdicts.iter();
    verdicts.map(|(name, count)| format!("{count} {}", name.replace('_', " "))).collect::<Vec<_>>().join(", ")
}

/// `asked about 3: 2 paid, 1 open; 3 calls; 1 open payment left`
fn counts(summary: &Summary) -> String {
    let mut parts = vec![format!("asked about {}", summary.asked)];
    if summary.asked > 0 {
        parts[0] = format!("{}: {}", parts[0], verdicts(summary));
    }
    parts.push(counted(summary.calls.total().into(), "call"));
    if summary.throttled > 0 {
        parts.push(format!("{} answered 429", summary.throttled));
    }
    if summary.overtaken > 0 {
        parts.push(format!("{} written by others meanwhile", summary.overtaken));
    }
    let open = counted(summary.backlog.open, "open payment");
    parts.push(format!("{open} left"));
    parts.join("; ")
}

fn counted(count: u64, what: &str) -> String {
    match count {
        0 => format!("no {what}s"),
        1 => format!("1 {what}"),
        _ => format!("{count} {what}s"),
    }
}

fn findings(summary: &Summary) -> Vec<String> {
    let lines = |keys: &[String], what: &str, next: &str| {
        let line = |key: &String| match output::clean(key) {
            key if next.is_empty() => format!("  {what:<10}  {key}"),
            key => format!("  {what:<10}  {key}  {next} {key}"),
        };
        keys.iter().map(line).collect::<Vec<_>>()
    };
    let mut findings = lines(&summary.conflicts, "conflict", "for the vendor: dollr journal support");
    findings.extend(lines(&summary.stuck, "stuck", "for the vendor: dollr journal support"));
    findings.extend(lines(
        &summary.duplicates,
        "paid twice",
        "its money is to be returned: dollr journal show",
    ));
    findings.extend(lines(&summary.not_sent, "not sent", ""));
    let unreadable = |(key, why): &(String, String)| {
        format!("  {:<10}  {}  {}", "unreadable", output::clean(key), output::clean(why))
    };
    findings.extend(summary.unreadable.iter().map(unreadable));
    if !(summary.stuck.is_empty() && summary.duplicates.is_empty()) {
        let until = "what is stuck or paid twice is listed until: dollr journal resolve KEY --why REASON";
        findings.push(format!("  {until}"));
    }
    findings
}

/// Why it ended before all was done.
fn ending(summary: &Summary) -> Option<String> {
    match summary.cool_down {
        _ if summary.stopped => {
            Some("  stopped by a signal; what was not asked about is due as before".to_owned())
        }
        Some(wait) => Some(format!("  the vendor wants no calls for {} s; the rest waits", wait.as_secs())),
        None => None,
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
