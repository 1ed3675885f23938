//! What is printed: one JSON object for machines, a few plain lines for people, and the exit code of a verdict.

use std::fmt;
use std::io::{self, ErrorKind, Write as _};
use std::process::ExitCode;

use dollr_client::Report;
use dollr_client::core::{Progress, Verdict, printable};
use serde_json::{Map, Value, json};

use crate::failure::Failure;

/// Prints a line of the result. A reader who has closed the pipe has seen enough: that is no error.
pub(crate) fn say(line: impl fmt::Display) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    match writeln!(stdout, "{line}").and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::new(format!("the result cannot be written to stdout: {error}")))
        }
        _ => Ok(()),
    }
}

/// Prints a line for people on stderr. There is nobody to tell if that fails.
pub(crate) fn note(line: impl fmt::Display) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// The text with all that a terminal would not show as it is escaped.
pub(crate) fn clean(text: &str) -> String {
    printable(text, usize::MAX)
}

/// 0 paid, 3 failed or refused, 4 still open, 5 a person must look.
pub(crate) fn exit_code(report: &Report) -> ExitCode {
    match &report.verdict {
        _ if report.conflict.is_some() => ExitCode::from(5),
        Verdict::Paid(_) => ExitCode::SUCCESS,
        verdict => unpaid_code(verdict),
    }
}

/// The exit code of what is not paid, or not without contradiction.
pub(crate) fn unpaid_code(verdict: &Verdict) -> ExitCode {
    ExitCode::from(match verdict {
        Verdict::Failed { .. } | Verdict::Refused(_) | Verdict::NotLanded | Verdict::Canceled => 3,
        Verdict::Open { .. } => 4,
        _ => 5,
    })
}

/// The report as one object; what is not known is `null`.
pub(crate) fn object(report: &Report) -> Value {
    let (reference_id, source) =
        if report.key.contains(':') { (None, Some(&report.key)) } else { (Some(&report.key), None) };
    let mut object = Map::new();
    let mut put = |name: &str, value: Value| object.insert(name.to_string(), value);
    put("reference_id", json!(reference_id));
    put("source", json!(source));
    put("verdict", json!(report.verdict.name()));
    put("status", json!(status(report)));
    put("state", json!(report.state));
    put("explanation", json!(report.verdict.to_string()));
    if let Verdict::Paid(settlement) = &report.verdict {
        put("amount", json!(settlement.amount().map(|amount| amount.to_string())));
        put("currency", json!(settlement.currency().map(|currency| currency.to_string())));
        put("provider_transaction_id", json!(settlement.provider_transaction_id()));
    }
    put("conflict", json!(report.conflict.as_ref().map(ToString::to_string)));
    put("calls", json!(report.calls.total()));
    put("posts", json!(report.calls.execute));
    put("polls", json!(report.calls.status));
    put("elapsed_ms", json!(u64::try_from(report.elapsed.as_millis()).unwrap_or(u64::MAX)));
    Value::Object(object)
}

/// Prints the report and gives its exit code.
pub(crate) fn print(report: &Report, json: bool) -> Result<ExitCode, Failure> {
    if json {
        say(object(report))?;
    } else {
        say(format_args!("{}  {}", report.key, report.verdict))?;
        if let Some(conflict) = &report.conflict {
            say(format_args!("  conflict: {conflict}"))?;
        }
        let (posts, polls) = (report.calls.execute, report.calls.status);
        let calls = if polls == 1 { "call" } else { "calls" };
        note(format_args!("  {posts} POST, {polls} status {calls}, {:.1} s", report.elapsed.as_secs_f64()));
        if let Verdict::Open { progress, .. } = &report.verdict
            && *progress != Progress::NotSent
            && !report.key.contains(':')
        {
            note(format_args!(
                "  not a failure: never charge again, ask later with `dollr status {}`",
                report.key
            ));
        }
    }
    Ok(exit_code(report))
}

/// The vendor's own word, where there is one.
fn status(report: &Report) -> Option<String> {
    match &report.verdict {
        Verdict::Paid(settlement) if settlement.source().is_some() => Some("PAID".to_string()),
        Verdict::Paid(_) => Some("COMPLETED".to_string()),
        Verdict::Failed { .. } => Some("FAILED".to_string()),
        Verdict::Canceled => Some("CANCELED".to_string()),
        Verdict::Open { progress: Progress::Execution(status), .. } => Some(status.to_string()),
        Verdict::Open { progress: Progress::Source(status), .. } => Some(status.to_string()),
        _ => None,
    }
}
