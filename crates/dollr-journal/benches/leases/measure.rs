//! What each call of a worker costs.

use std::fmt;
use std::time::Duration;

use dollr_core::Timestamp;
use dollr_journal::{Entry, Journal, Lease, Page, Write};

use super::times::Times;
use super::{BATCH, Size, fill};

/// What each call of a worker costs.
#[derive(Default)]
pub(crate) struct Costs {
    pub(crate) take: Times,
    save: Times,
    give_back: Times,
    backlog: Times,
    unattended: Times,
    open: Times,
}

impl Costs {
    /// In the steady state: what was taken is saved and due again behind all others, or given back.
    pub(crate) fn of(journal: &dyn Journal, size: Size, since: Timestamp) -> Self {
        let mut costs = Self::default();
        let lease = Lease { holder: "bench", limit: BATCH, term: Duration::from_secs(120) };
        let mut now = since;
        for round in 0..size.rounds {
            now = now.after(Duration::from_secs(1));
            let taken = costs.take.of(|| journal.take_due(lease, now).expect("rows"));
            assert_eq!(taken.len(), BATCH.min(usize::try_from(size.open).expect("few")), "all are due");
            if round % 2 == 0 {
                costs.save.of(|| saved(journal, &taken, now));
            } else {
                let back: Vec<_> = taken.iter().map(|entry| (entry.key.as_str(), entry.version)).collect();
                costs.give_back.of(|| journal.give_back(&back).expect("given back"));
            }
        }
        for _ in 0..size.rounds.div_ceil(10) {
            costs.backlog.of(|| journal.backlog(now).expect("counted"));
            costs.unattended.of(|| journal.unattended(usize::MAX).expect("rows"));
            costs.open.of(|| journal.open_entries().expect("rows"));
        }
        costs
    }
}

impl fmt::Display for Costs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { take, save, give_back, backlog, unattended, open } = self;
        write!(f, "{take} | {save} | {give_back} | {backlog} | {unattended} | {open}")
    }
}

fn saved(journal: &dyn Journal, taken: &[Entry], now: Timestamp) {
    let write = |entry: &'_ Entry| {
        // All were due before `NOW`: what is asked about is due again, after those that are left.
        let due = entry.due.expect("taken").after(fill::SPREAD);
        (due.min(now), entry.key.clone(), entry.version, entry.snapshot.clone())
    };
    let rows: Vec<_> = taken.iter().map(write).collect();
    let writes: Vec<_> = rows
        .iter()
        .map(|(due, key, version, snapshot)| {
            let page = Page { due: Some(*due), what: None, ..Page::new("Open", true, snapshot, "") };
            Write { key, expected: *version, page }
        })
        .collect();
    let saved = journal.save_all(&writes, now).expect("saved");
    assert!(saved.iter().all(Option::is_some), "nobody else has them");
}
