//! One run: rows are taken in batches, looked after by several workers, and saved as they come back.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use dollr_core::{Execution, Machine, Source, Timestamp, Why};
use dollr_journal::{Entry, Journal, Kind, Lease};
use tracing::{debug, info_span, warn};

use super::row::{self, Attended, Settled};
use super::{Reconcile, Summary};
use crate::drive::Calls;
use crate::throttle::{NotYet, Throttle};
use crate::{Client, Error};

/// How long a worker has a row: more than the calls for it take.
pub(super) const TERM: Duration = Duration::from_secs(120);

/// What comes back within this is saved together: a write costs about the same for a hundred rows as for one.
const GATHERED: Duration = Duration::from_millis(20);

/// A cool-down that is longer ends the run: what was taken is given back.
const LONGEST_COOL_DOWN: Duration = Duration::from_secs(30);

/// What a worker says of a row.
enum Outcome {
    Settled(Box<Settled>),
    /// It was not looked at.
    Untouched(Entry),
    Unreadable(Entry, String),
    /// Somebody else went on with it.
    Overtaken,
    Failed(Entry, Error),
}

/// What the coordinator is told.
enum Word {
    /// So many rows have been taken and are handed out; none where no more are due.
    Taken(Result<usize, Error>),
    Back(Outcome),
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
        let (want, wanted) = mpsc::channel();
        let (jobs, waiting) = mpsc::channel();
        let (tell, told) = mpsc::channel();
        let waiting = Mutex::new(waiting);
        thread::scope(|scope| {
            for _ in 0..self.how.workers {
                let (waiting, tell) = (&waiting, tell.clone());
                scope.spawn(move || self.work(waiting, &tell));
            }
            // The workers end when there is nothing more to come.
            scope.spawn(move || self.hand_out(&wanted, &jobs, &tell));
            self.coordinate(want, &told)
        })
    }

    /// Takes as many rows as are wanted, whenever some are, while others are asked about and saved.
    fn hand_out(&self, wanted: &Receiver<usize>, jobs: &Sender<Entry>, tell: &Sender<Word>) {
        for rows in wanted {
            let taken = if self.is_stopped() { Ok(Vec::new()) } else { self.take(rows) };
            let (count, taken) = match taken {
                Ok(taken) => (Ok(taken.len()), taken),
                Err(error) => (Err(error), Vec::new()),
            };
            // Nobody hangs up before the last row is back.
            let _ = tell.send(Word::Taken(count));
            for entry in taken {
                let _ = jobs.send(entry);
            }
        }
    }

    /// Has rows taken as long as there are some, and saves what comes back, as much as there is at a time.
    fn coordinate(&self, want: Sender<usize>, told: &Receiver<Word>) -> Result<Summary, Error> {
        let mut summary = Summary::default();
        let (mut window, mut failure) = (Window::new(), None);
        let (mut out, mut more, mut taking) = (0, true, false);
        loop {
            if more && !taking && out <= window.rows / 2 {
                window.adapt();
                taking = want.send(window.rows - out).is_ok();
            }
            if out == 0 && !taking {
                break;
            }
            let (outcomes, taken) =
                gathered(told, if taking { window.rows } else { out.min(window.rows / 2) });
            if outcomes.is_empty() && taken.is_none() {
                // All workers are gone.
                break;
            }
            if let Some(taken) = taken {
                let taken = taken.unwrap_or_else(|error| {
                    failure.get_or_insert(error);
                    0
                });
                (taking, more) = (false, taken > 0);
                out += taken;
            }
            if outcomes.is_empty() {
                continue;
            }
            out -= outcomes.len();
            if let Err(error) = self.settle(outcomes, &mut summary) {
                // What is left is given back, as far as that can be done.
                self.halt.store(true, Ordering::Relaxed);
                failure.get_or_insert(error);
            }
            if let Some(watch) = &self.how.watch {
                watch(&summary);
            }
        }
        drop(want);
        if let Some(error) = failure {
            return Err(error);
        }
        summary.stopped = self.how.stop.load(Ordering::Relaxed);
        summary.cool_down = *self.cool_down.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(summary)
    }

    /// What is due since before the run began: what becomes due again meanwhile is the next run's.
    fn take(&self, limit: usize) -> Result<Vec<Entry>, Error> {
        let lease = Lease { holder: &self.client.name, limit, term: TERM };
        let taken = self.journal.take_due(lease, self.begun)?;
        debug!(rows = taken.len(), "taken");
        Ok(taken)
    }

    fn settle(&self, outcomes: Vec<Outcome>, summary: &mut Summary) -> Result<(), Error> {
        let now = self.client.clock.now();
        let (mut settled, mut back, mut failure) = (Vec::new(), Vec::new(), None);
        for outcome in outcomes {
            match outcome {
                Outcome::Settled(row) => settled.push(*row),
                Outcome::Untouched(entry) => back.push(entry),
                Outcome::Overtaken => summary.overtaken += 1,
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
        let writes: Vec<_> = settled.iter().map(Settled::write).collect();
        let saved = if writes.is_empty() { Vec::new() } else { self.journal.save_all(&writes, now)? };
        for (row, saved) in settled.iter().zip(saved) {
            let unreadable = summary.unreadable.iter().any(|(key, _)| *key == row.key);
            match saved {
                None => summary.overtaken += 1,
                Some(_) if unreadable => {}
                Some(_) => summary.take_in(row),
            }
        }
        if !back.is_empty() {
            let back: Vec<_> = back.iter().map(|entry| (entry.key.as_str(), entry.version)).collect();
            self.journal.give_back(&back)?;
        }
        failure.map_or(Ok(()), Err)
    }

    fn is_stopped(&self) -> bool {
        self.how.stop.load(Ordering::Relaxed) || self.halt.load(Ordering::Relaxed)
    }

    /// Whether to wait for the budget: not through a long cool-down.
    pub(super) fn has_patience(&self, not_yet: NotYet) -> bool {
        if not_yet.why == Why::CoolDown && not_yet.wait > LONGEST_COOL_DOWN {
            *self.cool_down.lock().unwrap_or_else(PoisonError::into_inner) = Some(not_yet.wait);
            self.halt.store(true, Ordering::Relaxed);
        }
        !self.is_stopped()
    }

    fn work(&self, waiting: &Mutex<Receiver<Entry>>, tell: &Sender<Word>) {
        loop {
            let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let Ok(entry) = next else { return };
            let outcome = match entry.kind {
                _ if self.is_stopped() => Outcome::Untouched(entry),
                Kind::Execution => self.look_after::<Execution>(entry),
                Kind::Source => self.look_after::<Source>(entry),
            };
            if tell.send(Word::Back(outcome)).is_err() {
                return;
            }
        }
    }

    fn look_after<M: Machine>(&self, entry: Entry) -> Outcome {
        let _span = info_span!("payment", key = entry.key).entered();
        let saved = match M::restore(&entry.snapshot) {
            Ok(saved) => saved,
            Err(error) => return Outcome::Unreadable(entry, error.to_string()),
        };
        let mut attended = Attended::new(self, &entry);
        match attended.until_it_waits(saved.clone()) {
            Ok(Some(machine)) => Outcome::Settled(Box::new(attended.settled(&saved, &machine))),
            Ok(None) if attended.calls() == Calls::default() => Outcome::Untouched(entry),
            Ok(None) => Outcome::Overtaken,
            Err(error) => Outcome::Failed(entry, error),
        }
    }
}

/// How many rows are taken and not back yet, at most: as many as are looked after in a moment, so that the journal is
/// written seldom and no lease ends while its row still waits.
struct Window {
    rows: usize,
    since: Option<Instant>,
}

impl Window {
    const LEAST: usize = 100;
    const MOST: usize = 1_600;
    const SHORT: Duration = Duration::from_millis(250);
    const LONG: Duration = Duration::from_secs(2);

    fn new() -> Self {
        Self { rows: Self::LEAST, since: None }
    }

    /// By how long it took until half of it was back.
    fn adapt(&mut self) {
        let Some(took) = self.since.replace(Instant::now()).map(|since| since.elapsed()) else { return };
        if took < Self::SHORT {
            self.rows = (self.rows * 2).min(Self::MOST);
        } else if took > Self::LONG {
            self.rows = (self.rows / 2).max(Self::LEAST);
        }
    }
}

/// What comes back next, `enough` or what there is after a short while, and how many rows were taken, if that is said.
fn gathered(told: &Receiver<Word>, enough: usize) -> (Vec<Outcome>, Option<Result<usize, Error>>) {
    let mut outcomes = Vec::new();
    let mut word = told.recv().ok();
    let until = Instant::now() + GATHERED;
    loop {
        match word {
            Some(Word::Back(outcome)) => outcomes.push(outcome),
            Some(Word::Taken(taken)) => return (outcomes, Some(taken)),
            None => return (outcomes, None),
        }
        if outcomes.len() >= enough {
            return (outcomes, None);
        }
        word = told.recv_timeout(until.saturating_duration_since(Instant::now())).ok();
    }
}
