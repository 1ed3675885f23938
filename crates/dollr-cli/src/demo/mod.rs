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

/// Runs all fates at once; exit code 1 if a promise was broken.
pub(crate) fn run(args: &Args) -> Result<ExitCode, Failure> {
    let begun = Instant::now();
    let stage = Stage::set()?;
    if !args.json {
        eprintln!("{} payments at once, on a simulated vendor at {}\n", FATES.len(), stage.url());
    }
    let judged = play(&stage);
    let kept = judged.iter().all(|payment| payment.broken.is_none());
    let elapsed = begun.elapsed();
    if args.json {
        let payments: Vec<_> = judged.iter().map(Judged::object).collect();
        let elapsed_ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
        println!("{}", json!({ "promises_kept": kept, "payments": payments, "elapsed_ms": elapsed_ms }));
    } else {
        proof::print(&judged, elapsed);
    }
    Ok(if kept { ExitCode::SUCCESS } else { ExitCode::FAILURE })
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
                let _ = done.send((n, (fate.live)(&stage.of(fate.title))));
            });
        }
        drop(done);
        loop {
            match ended.recv_timeout(table::REFRESH) {
                Ok((n, outcome)) => {
                    table.end(n, &outcome);
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
