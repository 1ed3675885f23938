//! What `tests/bench` measures in Rust: a part a module, each beside its peers in the same run.
//!
//! `dollr-measure FOLDER PART…` measures these parts and writes `FOLDER/PART.json`, of which `page.py` makes a page.
//! `dollr-measure choose` searches the default schedule.
#![forbid(unsafe_code)]

mod bindings;
mod checks;
mod day;
mod decision;
mod fleet;
mod journal;
mod judge;
mod peers;
mod polling;
mod report;
mod rounds;
mod size;
mod vendor;

use std::path::Path;
use std::process::ExitCode;

use report::Part;

/// A part by its name.
type Named = (&'static str, fn() -> Part);

const PARTS: &[Named] = &[
    ("polling", polling::measure),
    ("decision", decision::measure),
    ("fleet", fleet::measure),
    ("day", day::measure),
    ("checks", checks::measure),
    ("bindings", bindings::measure),
    ("journal", journal::measure),
    ("size", size::measure),
];

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    if checks::plays_a_role() {
        return ExitCode::SUCCESS;
    }
    let Some(folder) = arguments.next() else {
        let names: Vec<_> = PARTS.iter().map(|(name, _)| *name).collect();
        eprintln!("usage: dollr-measure FOLDER PART…, a part being one of: {}", names.join(" "));
        return ExitCode::from(2);
    };
    if folder == "choose" {
        polling::choose();
        return ExitCode::SUCCESS;
    }
    for name in arguments {
        let Some((name, measure)) = PARTS.iter().find(|(known, _)| *known == name) else {
            eprintln!("there is no part `{name}`");
            return ExitCode::from(2);
        };
        if let Err(error) = measure().write(name, Path::new(&folder)) {
            eprintln!("the report of {name} could not be written: {error}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
