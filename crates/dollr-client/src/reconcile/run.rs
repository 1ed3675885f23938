//! One run: rows are taken in batches, looked after, by several workers or one after another, and saved.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use dollr_core::{Execution, Machine, Source, Timestamp, Why};
use dollr_journal::{AHEAD, Entry, Journal, JournalError, Kind, Lease};
use pollster::block_on;
use tracing::{Instrument, debug, info_span, warn};

use super::row::{self, Attended, Settled, Toll};
use super::window::Window;
use super::{Reconcile, Summary};
use crate::throttle::{NotYet, Throttle};
use crate::{Client, Error};

/// How long a worker has a row: more than the calls for it take.
pub(super) const TERM: Duration = Duration::from_secs(120);

/// A call that begins later than this could outlast its row's term.
const LATE: Duration = Duration::from_secs(60);

/// A cool-down that is longer ends the run: what was taken is given back.
const LONGEST_COOL_DOWN: Duration = Duration::from_secs(30);

/// A server that is restarted is back within this: what the vendor has answered is not thrown away meanwhile.
const OUTAGE: Duration = Duration::from_secs(45);

/// The same, once the run is stopped: answers are not thrown away for a moment's trouble, nor waited with for long.
const FAREWELL: Duration = Duration::from_secs(5);

/// How long to wait for the server at a time.
const PAUSE: Duration = Duration::from_millis(200);

/// How many rows are taken at a time by who looks after one after another.
const ALONE: usize = 20;

/// A row to look after.
struct Job {
    entry: Entry,
    taken_at: Timestamp,
}

/// What a worker says of a row, and what it has cost.
struct Told(Outcome, Toll);

enum Outcome {
    Settled(Box<Settled>),
    /// It was not looked at.
    Untouched(Entry),
    /// Nor this one: it has waited so long that its term is soon over.
    Late(Entry),
    Unreadable(Entry, String),
    /// Somebody else went on with it.
    Overtaken,
    /// Its worker panicked, as all will see once the others are back.
    Lost,
    Failed(Entry, Error),
}

impl Told {
    fn is_late(&self) -> bool {
        matches!(self.0, Outcome::Late(_))
    }
}

/// Says of a worker that panics that its row does not come back.
struct Guard<'a>(&'a Sender<Told>);

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            let _ = self.0.send(Told(Outcome::Lost, Toll::default()));
        }
    }
}

/// One run: what all its workers share.
pub(super) struct Run<'a> {
    pub(super) client: &'a Client,
    pub(super) journal: &'a dyn Journal,
    pub(super) how: &'a Reconcile,
    pub(super) throttle: Option<Throttle>,
    begun: Timestamp,
    halt: AtomicBool,
    cool_down: Mutex<Option<Duration>>,
}

impl<'a> Run<'a> {
    pub(super) fn new(client: &'a Client, journal: &'a dyn Journal, how: &'a Reconcile) -> Self {
        let limit = how.rate.or(client.limit);
        Self {
            client,
            journal,
            how,
            throttle: limit.map(|limit| Throttle::new(limit, how.workers)),
            begun: client.clock.now(),
            halt: AtomicBool::new(false),
            cool_down: Mutex::new(None),
        }
    }

    /// Until nothing is due that was due when it began.
    pub(super) fn pass(&self) -> Result<Summary, Error> {
        thread::scope(|scope| {
            // All ends of the channels are in here: whatever ends the coordinator, the workers end, too.
            let (jobs, waiting) = mpsc::channel();
            let (tell, told) = mpsc::channel();
            let waiting = Arc::new(Mutex::new(waiting));
            let hire = || {
                let (waiting, tell) = (Arc::clone(&waiting), tell.clone());
                scope.spawn(move || self.work(&waiting, &tell));
            };
            self.coordinate(&jobs, &told, hire)
        })
    }

    /// The same, one row after another, for a host that waits itself.
    pub(super) async fn pass_alone(&self) -> Result<Summary, Error> {
        let mut summary = Summary::default();
        let mut more = true;
        while more {
            self.client.host.at_journal().await;
            let taken_at = self.client.clock.now();
            let (taken, rest) = self.take(ALONE)?;
            self.note_lag(&taken, &mut summary);
            more = rest;
            let mut outcomes = Vec::new();
            for entry in taken {
                outcomes.push(self.attend(Job { entry, taken_at }).await);
            }
            more |= outcomes.iter().any(Told::is_late);
            self.client.host.at_journal().await;
            self.settle(outcomes, &mut summary)?;
            self.tell(&summary);
        }
        Ok(self.over(summary))
    }

    /// Takes what is due, hands it out, and saves what comes back, all of it that is there at a time. No more workers are hired than there
    /// are rows for.
    fn coordinate(
        &self,
        jobs: &Sender<Job>,
        told: &Receiver<Told>,
        hire: impl Fn(),
    ) -> Result<Summary, Error> {
        let (mut summary, mut window, mut failure) = (Summary::default(), Window::new(), None);
        let (mut out, mut more, mut staff) = (0, true, 0);
        loop {
            if let Some(room) = window.room(out).filter(|_| more) {
                let taken_at = self.client.clock.now();
                let (taken, rest) = match self.take(room) {
                    Ok(taken) => taken,
                    Err(error) => {
                        failure.get_or_insert(error);
                        (Vec::new(), false)
                    }
                };
                more = rest;
                out += taken.len();
                self.note_lag(&taken, &mut summary);
                for entry in taken {
                    // Nobody hangs up before the last row is back.
                    let _ = jobs.send(Job { entry, taken_at });
                }
            }
            if out == 0 {
                break;
            }
            // Also in the place of one who panicked: what he leaves undone is given back.
            while staff < self.how.workers.min(out) {
                hire();
                staff += 1;
            }
            let outcomes = window.gather(told, out);
            out -= outcomes.len();
            staff -= outcomes.iter().filter(|told| matches!(told.0, Outcome::Lost)).count();
            more |= outcomes.iter().any(Told::is_late);
            if let Err(error) = self.settle(outcomes, &mut summary) {
                // What is left is given back, as far as that can be done.
                self.halt.store(true, Ordering::Relaxed);
                failure.get_or_insert(error);
            }
            self.tell(&summary);
        }
        failure.map_or(Ok(()), Err)?;
        Ok(self.over(summary))
    }

    /// How late the oldest row was.
    fn note_lag(&self, taken: &[Entry], summary: &mut Summary) {
        if let Some(due) = taken.first().and_then(|entry| entry.due) {
            summary.lag = summary.lag.max(self.begun.since(due));
        }
    }

    fn tell(&self, summary: &Summary) {
        if let Some(watch) = &self.how.watch {
            watch(summary);
        }
    }

    fn over(&self, summary: Summary) -> Summary {
        let cool_down = *self.cool_down.lock().unwrap_or_else(PoisonError::into_inner);
        Summary { stopped: self.how.stop.load(Ordering::Relaxed), cool_down, ..summary }
    }

    /// What is due since before the run began, and whether there may be more: what becomes due again meanwhile is the next
    /// run's.
    fn take(&self, limit: usize) -> Result<(Vec<Entry>, bool), Error> {
        if self.is_stopped() {
            return Ok((Vec::new(), false));
        }
        let lease = Lease { holder: &self.client.name, limit, term: TERM };
        // Leases begin now, however long the run has lasted. The longest due come first.
        let taken = self.journal.take_due(lease, self.client.clock.now())?;
        let ours =
            |entry: &Entry| entry.due.is_some_and(|due| due <= self.begun || due > self.begun.after(AHEAD));
        let (taken, later): (Vec<_>, Vec<_>) = taken.into_iter().partition(ours);
        debug!(rows = taken.len(), "taken");
        self.give_back(&later)?;
        let more = later.is_empty() && !taken.is_empty();
        Ok((taken, more))
    }

    /// Lists what nobody looks after any more, and makes due again what somebody should: none is forgotten.
    pub(super) fn take_in_unattended(&self, summary: &mut Summary) -> Result<(), Error> {
        let now = self.client.clock.now();
        let listed: BTreeSet<String> = summary.stuck.iter().chain(&summary.not_sent).cloned().collect();
        let mut again = Vec::new();
        for entry in self.journal.unattended(usize::MAX)? {
            match row::unattended(&entry, self.how.horizon, now) {
                Ok(row) if row.due.is_some() => again.push(row),
                Ok(row) if !listed.contains(&row.key) => summary.take_in_unattended(&row.key, &row.verdict),
                Ok(_) => {}
                Err(error) => summary.unreadable.push((entry.key, error.to_string())),
            }
        }
        let writes: Vec<_> = again.iter().map(Settled::write).collect();
        if !writes.is_empty() {
            self.journal.save_all(&writes, now)?;
        }
        Ok(())
    }

    fn give_back(&self, entries: &[Entry]) -> Result<(), Error> {
        let back: Vec<_> = entries.iter().map(|entry| (entry.key.as_str(), entry.version)).collect();
        if back.is_empty() { Ok(()) } else { self.patiently(|| self.journal.give_back(&back)) }
    }

    /// Tries again while a server is away. Each row is written in the version that it was taken in, so that nothing is
    /// written twice.
    fn patiently<T>(&self, act: impl Fn() -> Result<T, JournalError>) -> Result<T, Error> {
        use JournalError::{Busy, Unsure, Unusable};
        let begun = self.client.clock.now();
        loop {
            let now = self.client.clock.now();
            let stopped = self.how.stop.load(Ordering::Relaxed);
            let until = begun.after(if stopped { FAREWELL } else { OUTAGE });
            match act() {
                Err(error @ (Busy { .. } | Unsure { .. } | Unusable { .. })) if now < until => {
                    debug!(%error, "trying again");
                    self.client.clock.sleep_until(now.after(PAUSE));
                }
                done => return Ok(done?),
            }
        }
    }

    fn settle(&self, outcomes: Vec<Told>, summary: &mut Summary) -> Result<(), Error> {
        let now = self.client.clock.now();
        let (mut settled, mut back, mut failure) = (Vec::new(), Vec::new(), None);
        for Told(outcome, toll) in outcomes {
            summary.count(toll);
            match outcome {
                Outcome::Settled(row) => settled.push(*row),
                Outcome::Untouched(entry) | Outcome::Late(entry) => back.push(entry),
                Outcome::Overtaken => summary.overtaken += 1,
                Outcome::Lost => self.halt.store(true, Ordering::Relaxed),
                Outcome::Failed(entry, error) => {
                    back.push(entry);
                    failure = Some(error);
                }
                Outcome::Unreadable(entry, why) => {
                    warn!(key = entry.key, why, "cannot be read");
                    settled.push(row::put_off(&entry, now));
                    summary.unreadable.push((entry.key, why));
                }
            }
        }
        self.save(&settled, now, summary)?;
        self.give_back(&back)?;
        failure.map_or(Ok(()), Err)
    }

    fn save(&self, settled: &[Settled], now: Timestamp, summary: &mut Summary) -> Result<(), Error> {
        if settled.is_empty() {
            return Ok(());
        }
        let writes: Vec<_> = settled.iter().map(Settled::write).collect();
        let saved = self.patiently(|| self.journal.save_all(&writes, now))?;
        for (row, saved) in settled.iter().zip(saved) {
            let unreadable = summary.unreadable.iter().any(|(key, _)| *key == row.key);
            match saved {
                None => summary.overtaken += 1,
                Some(_) if unreadable => {}
                Some(_) => summary.take_in(row),
            }
        }
        Ok(())
    }

    fn is_stopped(&self) -> bool {
        let asked = self.how.stop.load(Ordering::Relaxed) || self.client.host.is_leaving();
        asked || self.halt.load(Ordering::Relaxed)
    }

    fn is_late(&self, taken_at: Timestamp) -> bool {
        self.client.clock.now().since(taken_at) > LATE
    }

    /// Whether to wait for the budget: not through a long cool-down, and not so long that somebody else may take the row.
    pub(super) fn has_patience(&self, not_yet: NotYet, taken_at: Timestamp) -> bool {
        if not_yet.why == Why::CoolDown && not_yet.wait > LONGEST_COOL_DOWN {
            *self.cool_down.lock().unwrap_or_else(PoisonError::into_inner) = Some(not_yet.wait);
            self.halt.store(true, Ordering::Relaxed);
        }
        !self.is_stopped() && !self.is_late(taken_at)
    }

    fn work(&self, waiting: &Mutex<Receiver<Job>>, tell: &Sender<Told>) {
        let _guard = Guard(tell);
        loop {
            let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let Ok(job) = next else { return };
            if tell.send(block_on(self.attend(job))).is_err() {
                return;
            }
        }
    }

    async fn attend(&self, Job { entry, taken_at }: Job) -> Told {
        if self.is_stopped() {
            return Told(Outcome::Untouched(entry), Toll::default());
        }
        if self.is_late(taken_at) {
            return Told(Outcome::Late(entry), Toll::default());
        }
        let span = info_span!("payment", key = entry.key);
        match entry.kind {
            Kind::Execution => self.look_after::<Execution>(entry, taken_at).instrument(span).await,
            Kind::Source => self.look_after::<Source>(entry, taken_at).instrument(span).await,
        }
    }

    async fn look_after<M: Machine>(&self, entry: Entry, taken_at: Timestamp) -> Told {
        let saved = match M::restore(&entry.snapshot) {
            Ok(saved) => saved,
            Err(error) => return Told(Outcome::Unreadable(entry, error.to_string()), Toll::default()),
        };
        let mut attended = Attended::new(self, &entry, taken_at);
        let looked = attended.until_it_waits(saved.clone()).await;
        let toll = attended.toll();
        let outcome = match looked {
            Ok(Some(machine)) => Outcome::Settled(Box::new(attended.settled(&saved, &machine))),
            Ok(None) if toll != Toll::default() => Outcome::Overtaken,
            Ok(None) if self.is_late(taken_at) => Outcome::Late(entry),
            Ok(None) => Outcome::Untouched(entry),
            Err(error) => Outcome::Failed(entry, error),
        };
        Told(outcome, toll)
    }
}
