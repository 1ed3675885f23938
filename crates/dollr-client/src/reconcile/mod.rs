//! Pattern 4, made safe: what is due is taken from the journal, asked about, and saved, by any number of processes beside
//! each other. What becomes of a payment is decided by its machine, adopted.

mod row;
mod run;
mod window;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use dollr_core::{Budget, Limit, Progress, Verdict};
use dollr_journal::Backlog;
use tracing::{Instrument, info, info_span};

use crate::drive::Calls;
use crate::{Client, Error, throttle};
use row::{Settled, Toll};
use run::Run;

/// Somebody who is told how far a run is.
type Watch = Arc<dyn Fn(&Summary) + Send + Sync>;

/// How to reconcile.
#[derive(Clone)]
pub struct Reconcile {
    workers: usize,
    rate: Option<Limit>,
    horizon: Option<Duration>,
    stop: Arc<AtomicBool>,
    watch: Option<Watch>,
}

impl Default for Reconcile {
    /// Eight workers, no limit but the client's, each payment's own horizon.
    fn default() -> Self {
        Self { workers: 8, rate: None, horizon: None, stop: Arc::default(), watch: None }
    }
}

impl Reconcile {
    /// So many calls at the same time, at least one.
    #[must_use]
    pub fn workers(self, workers: usize) -> Self {
        Self { workers: workers.max(1), ..self }
    }

    /// At most so many calls, by all processes that use this journal and have a limit.
    #[must_use]
    pub fn rate(self, limit: Limit) -> Self {
        Self { rate: Some(limit), ..self }
    }

    /// The horizon of each payment from now on, since its birth.
    #[must_use]
    pub fn horizon(self, horizon: Duration) -> Self {
        Self { horizon: Some(horizon), ..self }
    }

    /// Ends the run once this is set: calls that are out are waited for, what was taken is given back.
    #[must_use]
    pub fn stop(self, stop: Arc<AtomicBool>) -> Self {
        Self { stop, ..self }
    }

    /// Who is told how far it is, after each save.
    #[must_use]
    pub fn watch(self, watch: impl Fn(&Summary) + Send + Sync + 'static) -> Self {
        Self { watch: Some(Arc::new(watch)), ..self }
    }
}

impl fmt::Debug for Reconcile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { workers, rate, horizon, .. } = self;
        let mut fields = f.debug_struct("Reconcile");
        fields.field("workers", workers).field("rate", rate).field("horizon", horizon).finish_non_exhaustive()
    }
}

/// What a run has come to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Summary {
    /// How many rows were due and asked about.
    pub asked: u64,
    /// How late the oldest of them was.
    pub lag: Duration,
    /// How they stand now, by the name of their verdict.
    pub verdicts: BTreeMap<&'static str, u64>,
    /// Those that are paid since this run, also what was paid out, transferred or given back. They are named once, and not at all where the run
    /// ends with an error after it has found them: to ship, take [`next_paid`](crate::Client::next_paid), which gives each until it is fulfilled.
    pub paid: Vec<String>,
    /// Those whose end is contradicted by what was answered now: a person must look.
    pub conflicts: Vec<String>,
    /// Those for whom a person must look, until he has [resolved](crate::Client::resolve) each: open after their horizon, or not what was
    /// ordered.
    pub stuck: Vec<String>,
    /// Those of an order that [another one](crate::Client::duplicates) has paid for, until a person has
    /// [resolved](crate::Client::resolve) each: its money is to be returned.
    pub duplicates: Vec<String>,
    /// Those that were prepared and never sent, and are not sent by this.
    pub not_sent: Vec<String>,
    /// Rows that cannot be read, and why; they are put off for an hour.
    pub unreadable: Vec<(String, String)>,
    /// Rows that somebody else had written meanwhile.
    pub overtaken: u64,
    /// The calls that were made.
    pub calls: Calls,
    /// Of those, how many were answered 429.
    pub throttled: u64,
    /// How long the vendor wants to be left alone, where that ended the run.
    pub cool_down: Option<Duration>,
    /// Whether it was stopped before all was asked about that was due.
    pub stopped: bool,
    /// How much there is to do after it.
    pub backlog: Backlog,
}

impl Summary {
    /// Whether a person must look at something that this run has found.
    pub fn needs_a_person(&self) -> bool {
        let lists = [&self.conflicts, &self.stuck, &self.duplicates];
        !(lists.iter().all(|list| list.is_empty()) && self.unreadable.is_empty())
    }

    /// Both runs, beside each other or one after the other, as one; how much there is to do is as the later one has seen it.
    #[must_use]
    pub fn merge(mut self, later: Self) -> Self {
        self.count(Toll { calls: later.calls, throttled: later.throttled });
        for (verdict, times) in later.verdicts {
            *self.verdicts.entry(verdict).or_default() += times;
        }
        // What is a person's is seen by each run.
        let both = |seen: Vec<String>, more: Vec<String>| {
            let all: BTreeSet<_> = seen.into_iter().chain(more).collect();
            all.into_iter().collect()
        };
        let unreadable: BTreeMap<_, _> = self.unreadable.into_iter().chain(later.unreadable).collect();
        Self {
            asked: self.asked + later.asked,
            lag: self.lag.max(later.lag),
            paid: both(self.paid, later.paid),
            conflicts: both(self.conflicts, later.conflicts),
            stuck: both(self.stuck, later.stuck),
            duplicates: both(self.duplicates, later.duplicates),
            not_sent: both(self.not_sent, later.not_sent),
            unreadable: unreadable.into_iter().collect(),
            overtaken: self.overtaken + later.overtaken,
            cool_down: self.cool_down.max(later.cool_down),
            stopped: self.stopped || later.stopped,
            backlog: later.backlog,
            ..self
        }
    }

    fn count(&mut self, toll: Toll) {
        self.calls.execute += toll.calls.execute;
        self.calls.status += toll.calls.status;
        self.throttled += toll.throttled;
    }

    fn take_in(&mut self, settled: &Settled) {
        let key = || settled.key.clone();
        self.asked += 1;
        *self.verdicts.entry(settled.verdict.name()).or_default() += 1;
        if settled.is_done {
            self.paid.push(key());
        }
        if settled.conflict.is_some() {
            self.conflicts.push(key());
        }
        self.take_in_unattended(&settled.key, &settled.verdict);
    }

    /// One event for all of it, a field for each number.
    fn tell(&self, budget: Option<&Budget>) {
        let verdict = |name| self.verdicts.get(name).copied().unwrap_or_default();
        info!(
            asked = self.asked,
            lag_ms = u64::try_from(self.lag.as_millis()).unwrap_or(u64::MAX),
            posts = self.calls.execute,
            polls = self.calls.status,
            throttled = self.throttled,
            verdict.paid = verdict("paid"),
            verdict.failed = verdict("failed"),
            verdict.refused = verdict("refused"),
            verdict.not_landed = verdict("not_landed"),
            verdict.canceled = verdict("canceled"),
            verdict.mismatch = verdict("mismatch"),
            verdict.open = verdict("open"),
            verdict.stuck = verdict("stuck"),
            conflicts = self.conflicts.len(),
            duplicates = self.duplicates.len(),
            not_sent = self.not_sent.len(),
            unreadable = self.unreadable.len(),
            overtaken = self.overtaken,
            open = self.backlog.open,
            due = self.backlog.due,
            budget.milli_calls_per_second = budget.map(Budget::milli_calls_per_second),
            "reconciled"
        );
    }

    fn take_in_unattended(&mut self, key: &str, verdict: &Verdict) {
        let list = match verdict {
            Verdict::Open { progress: Progress::NotSent, .. } => &mut self.not_sent,
            Verdict::Stuck(_) | Verdict::Mismatch(_) => &mut self.stuck,
            _ => return,
        };
        list.push(key.to_owned());
    }
}

impl Client {
    /// Asks about each recorded payment that is due, once, and saves what was learnt; any number of processes may do so at
    /// the same time, and none asks about what another one has.
    ///
    /// What crashes have left is picked up: caught while it was sent, never answered, handed over. What has `FAILED` is asked
    /// about once more an hour later; what is open at its horizon is given up as stuck. What was never sent is not sent, but
    /// listed.
    pub fn reconcile(&self, how: &Reconcile) -> Result<Summary, Error> {
        self.sign_in()?;
        let run = Run::new(self, self.journal()?, how);
        let _span = info_span!("reconcile").entered();
        let summary = run.pass()?;
        self.summed_up(&run, summary)
    }

    /// The same, one row after another.
    pub(crate) async fn reconciling(&self, how: &Reconcile) -> Result<Summary, Error> {
        self.signing_in().await?;
        let run = Run::new(self, self.journal()?, how);
        let summary = run.pass_alone().instrument(info_span!("reconcile")).await?;
        self.summed_up(&run, summary)
    }

    fn summed_up(&self, run: &Run<'_>, mut summary: Summary) -> Result<Summary, Error> {
        run.take_in_unattended(&mut summary)?;
        let duplicates = self.journal()?.duplicates(usize::MAX)?;
        summary.duplicates = duplicates.into_iter().map(|duplicate| duplicate.entry.key).collect();
        summary.backlog = self.backlog()?;
        summary.tell(self.budget()?.as_ref());
        Ok(summary)
    }

    /// A person has dealt with a payment that runs list: one that is stuck, was [paid twice](Client::duplicates) or never sent. It is listed no
    /// longer, and his reason is an event of it. Its order stays held; and it is listed again only if something new is learnt of it that leaves it to a person.
    ///
    /// `false` where it is none of these, or that was said before.
    pub fn resolve(&self, key: impl fmt::Display, why: &str) -> Result<bool, Error> {
        Ok(self.journal()?.resolve(&key.to_string(), why, self.clock.now())?)
    }

    /// How much there is to do in the journal: what is open, and what should be looked after now.
    pub fn backlog(&self) -> Result<Backlog, Error> {
        Ok(self.journal()?.backlog(self.clock.now())?)
    }

    /// The calls that may be made by all who share the journal, where somebody has set a limit.
    pub fn budget(&self) -> Result<Option<Budget>, Error> {
        throttle::shared(self.journal()?, self.clock.now())
    }
}
