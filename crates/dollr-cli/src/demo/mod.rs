//! The demonstration: a simulated vendor in this process, payments of many fates at once, each with real sockets, a
//! real journal and the real client, and at the end the vendor's ledger as the judge.

mod fate;
mod proof;
mod stage;
mod table;

use std::process::ExitCode;
use std::sync::mpsc;
use std::time::Instant;

use serde_json::json;

use crate::args::Args;
use crate::demo::fate::FATES;
use crate::demo::proof::Judged;
use crate::demo::stage::Stage;
use crate::demo::table::Table;
use crate::failure::Failure;
use crate::output;

/// Runs all fates at once; exit code 1 if a promise was broken.
pub(crate) fn run(args: &Args) -> Result<ExitCode, Failure> {
    let begun = Instant::now();
    let stage = Stage::set()?;
    if !args.json {
        let vendor = stage.url();
        output::note(format_args!("{} payments at once, on a simulated vendor at {vendor}\n", FATES.len()));
    }
    let judged = play(&stage);
    let elapsed = begun.elapsed();
    if args.json {
        let payments: Vec<_> = judged.iter().map(Judged::object).collect();
        let elapsed_ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
        let kept = judged.iter().all(Judged::is_kept);
        output::say(json!({ "promises_kept": kept, "payments": payments, "elapsed_ms": elapsed_ms }))?;
    } else {
        output::say(proof::text(&judged, elapsed))?;
    }
    Ok(exit_code(&judged))
}

fn exit_code(judged: &[Judged]) -> ExitCode {
    if judged.iter().all(Judged::is_kept) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Each fate on a thread of its own; the table shows them live until all have ended.
fn play(stage: &Stage) -> Vec<Judged> {
    let table = Table::of(&FATES);
    let (done, ended) = mpsc::channel();
    let mut outcomes: Vec<_> = FATES.iter().map(|_| None).collect();
    std::thread::scope(|scope| {
        for (n, fate) in FATES.iter().enumerate() {
            let done = done.clone();
            scope.spawn(move || {
                let begun = Instant::now();
                let outcome = (fate.live)(&stage.of(fate.title));
                let _ = done.send((n, outcome, begun.elapsed()));
            });
        }
        drop(done);
        loop {
            match ended.recv_timeout(table::REFRESH) {
                Ok((n, mut outcome, elapsed)) => {
                    if let Ok(outcome) = &mut outcome {
                        outcome.report.elapsed = elapsed;
                    }
                    table.end(n, &outcome, &stage.ledger());
                    outcomes[n] = Some(outcome);
                }
                Err(mpsc::RecvTimeoutError::Timeout) => table.refresh(stage),
                Err(mpsc::RecvTimeoutError::Disconnected) => break,
            }
        }
    });
    table.clear();
    let ledger = stage.ledger();
    FATES.iter().zip(outcomes).map(|(fate, outcome)| Judged::of(fate, outcome, &ledger)).collect()
}
