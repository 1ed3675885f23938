//! `dollr journal`: looks at what is on record, and after it. It never calls the vendor and needs no credentials; each command is a file.

mod migrate;
mod prune;
mod resolve;
mod rows;
mod support;
mod tune;
mod why;

use std::process::ExitCode;

use dollr_client::Error;
use dollr_client::core::{BadSnapshot, Execution, Machine as _, Source, Timestamp};
use dollr_client::journal::{Entry, Journal, Kind, Line};

use crate::args::{Args, Journal as Command};
use crate::failure::Failure;
use crate::settings;

pub(crate) fn run(args: &Args, command: &Command) -> Result<ExitCode, Failure> {
    if let Command::Migrate { check } = command {
        return migrate::run(args, *check);
    }
    let journal = settings::existing_journal(args)?;
    match command {
        Command::List { open, limit } => rows::list(&journal, *open, *limit, args.json)?,
        Command::Show { key } => rows::show(&found(&journal, key)?, args.json)?,
        Command::Why { key } => why::explain(&found(&journal, key)?, args.json)?,
        Command::Support { key } => support::escalate(&found(&journal, key)?, args.json)?,
        Command::Resolve { key, why } => return resolve::run(&journal, key, why, args.json),
        Command::Prune { older_than, dry_run } => prune::run(&journal, *older_than, *dry_run, args.json)?,
        Command::Tune { delay, limit } => tune::run(&journal, *delay, *limit, args.json)?,
        // It comes before the journal is opened.
        Command::Migrate { .. } => {}
    }
    Ok(ExitCode::SUCCESS)
}

/// A payment on record: its row, and what happened to it.
struct Record {
    entry: Entry,
    lines: Vec<Line>,
}

fn found(journal: &impl Journal, key: &str) -> Result<Record, Error> {
    let entry = journal.load(key)?.ok_or_else(|| Error::Unrecorded(key.to_owned()))?;
    Ok(Record { entry, lines: journal.lines(key)? })
}

impl Record {
    /// What its machine says of itself.
    fn tells<T>(
        &self,
        execution: impl FnOnce(&Execution) -> T,
        source: impl FnOnce(&Source) -> T,
    ) -> Result<T, Error> {
        let Entry { key, snapshot, .. } = &self.entry;
        let unreadable =
            |e: BadSnapshot| Error::Payment { key: key.clone(), error: Box::new(Error::Snapshot(e)) };
        Ok(match self.entry.kind {
            Kind::Execution => execution(&Execution::restore(snapshot).map_err(unreadable)?),
            Kind::Source => source(&Source::restore(snapshot).map_err(unreadable)?),
        })
    }

    /// The lines that changed the state.
    fn changes(&self) -> Vec<&Line> {
        let mut changes: Vec<&Line> = Vec::new();
        for line in &self.lines {
            if changes.last().is_none_or(|last| last.state != line.state) {
                changes.push(line);
            }
        }
        changes
    }

    /// When its state was written first, of those in a row.
    fn since(&self) -> Timestamp {
        self.changes().last().map_or(self.entry.created_at, |line| line.at)
    }
}
