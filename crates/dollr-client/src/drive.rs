//! The loop: ask the machine, do as it says, tell it what happened. What is longer than this is a decision, and
//! belongs in the core.

use std::time::Duration;

use dollr_core::{
    Action, Conflict, Event, Loss, Machine, Purpose, Request, Secret, Snapshot, Timestamp, Verdict, Why,
};
use dollr_journal::{JournalError, Kind, Order, Page};
use tracing::{Instrument, debug, info, info_span};

use crate::realtime::{Hearing, Pause};
use crate::recording::{Recording, Row};
use crate::{Client, Error};

/// How a payment stands, and what it took to know.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// The reference id, or the source such as `INVOICE:101`.
    pub key: String,
    /// How it stands.
    pub verdict: Verdict,
    /// The machine's state.
    pub state: &'static str,
    /// A later answer that contradicts the verdict.
    pub conflict: Option<Conflict>,
    /// The calls that were made for it now.
    pub calls: Calls,
    /// How long that took.
    pub elapsed: Duration,
}

/// What became of a write.
enum Written {
    /// It is on disk.
    Durable,
    /// Somebody else's was there first, and has been taken over.
    Overtaken,
}

/// What a write is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Purport {
    /// A request goes out after it.
    Sends,
    /// Something has happened, and this process stays with it.
    Tells,
    /// This process leaves it, and others look after it.
    HandsOver,
}

/// How long after the end of its patience a process is taken for dead that has not handed its payment over: it may be
/// asking a last question.
const LAST_QUESTION: Duration = Duration::from_secs(60);

/// A process that has more patience than this is not alone with its payment for longer.
const LONGEST_ATTENDED: Duration = Duration::from_secs(3_600);

/// Calls, by what they were for. Token calls are shared and not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Calls {
    /// Requests that move money.
    pub execute: u32,
    /// Questions about the status.
    pub status: u32,
}

impl Calls {
    /// All of them.
    pub fn total(&self) -> u32 {
        self.execute + self.status
    }

    /// Counts a call, if it was made.
    pub(crate) fn count(&mut self, purpose: Purpose, event: &Event) {
        let calls = if purpose == Purpose::Execute { &mut self.execute } else { &mut self.status };
        *calls += u32::from(!matches!(event, Event::Lost { loss: Loss::NotSent, .. }));
    }
}

/// One machine under way: the machine, and its row in the journal.
pub(crate) struct Drive<'a, M> {
    client: &'a Client,
    machine: M,
    row: Option<Row<M>>,
    recording: Recording<'a>,
    show: &'a (dyn Fn(&Secret) + Sync),
    hearing: Option<Hearing<'a>>,
    begun: Timestamp,
    patience: Duration,
    deadline: Timestamp,
    /// When it was sent or asked about last.
    asked: Timestamp,
    /// What came of that, if it was a question.
    heard: Option<Event>,
    calls: Calls,
}

impl<'a, M: Machine + Send + Sync + 'static> Drive<'a, M> {
    pub(crate) fn new(client: &'a Client, machine: M, row: Option<Row<M>>, recording: Recording<'a>) -> Self {
        let begun = client.clock.now();
        Self {
            client,
            machine,
            row,
            recording,
            show: &|_| {},
            hearing: None,
            begun,
            patience: Duration::ZERO,
            deadline: begun,
            asked: begun,
            heard: None,
            calls: Calls::default(),
        }
    }

    /// With somebody who shows a card's secret to the payer.
    pub(crate) fn showing(self, show: &'a (dyn Fn(&Secret) + Sync)) -> Self {
        Self { show, ..self }
    }

    /// With an ear for news of it.
    pub(crate) fn hearing(self, hearing: Option<Hearing<'a>>) -> Self {
        Self { hearing, ..self }
    }

    /// Until there is a verdict; `patience` is the machine's already, and given to one that is found in its place.
    pub(crate) async fn run(mut self, patience: Duration) -> Result<Report, Error> {
        self.patience = patience;
        self.deadline = self.begun.after(patience);
        let span = info_span!("payment", key = self.machine.key());
        let done = self.until_done().instrument(span).await;
        done.map_err(|error| error.of(self.machine.key()))?;
        Ok(self.report())
    }

    /// One question, due or not.
    pub(crate) async fn ask(mut self) -> Result<Report, Error> {
        self.asked_once().await.map_err(|error| error.of(self.machine.key()))?;
        Ok(self.report())
    }

    /// It is repeated once with a new token after a 401 (API §1).
    async fn asked_once(&mut self) -> Result<(), Error> {
        for _ in 0..2 {
            let Some(request) = self.machine.ask() else { return Ok(()) };
            let event = self.exchange(&request).await?;
            let is_answer = !matches!(&event, Event::Answered { response, .. } if response.status() == 401);
            self.apply(event).await?;
            if is_answer {
                return Ok(());
            }
        }
        Ok(())
    }

    async fn until_done(&mut self) -> Result<(), Error> {
        loop {
            if self.client.host.is_leaving() {
                return self.leave().await;
            }
            // What is decided at one moment is done at that moment: the clock may be another one's at the next reading (F31).
            let now = self.client.clock.now();
            let event = match self.machine.next(now) {
                Action::Record(snapshot) => match self.record(&snapshot, now).await? {
                    Written::Durable => {
                        self.apply_at(Event::Recorded, now).await?;
                        continue;
                    }
                    Written::Overtaken => continue,
                },
                Action::Send(request) => self.exchange(&request).await?,
                Action::Wait { until, why } => {
                    debug!(%until, %why, "waiting");
                    match self.wait(now, until, why).await {
                        Some(heard) => heard,
                        None => continue,
                    }
                }
                Action::Act { client_secret } => {
                    (self.show)(&client_secret);
                    Event::Shown
                }
                Action::Done(verdict) => match self.hand_over().await? {
                    Written::Durable => {
                        info!(verdict = verdict.name(), "done");
                        return Ok(());
                    }
                    Written::Overtaken => continue,
                },
            };
            self.apply(event).await?;
        }
    }

    /// Until then, or until something is heard.
    async fn wait(&mut self, now: Timestamp, until: Timestamp, why: Why) -> Option<Event> {
        let Client { host, caller, clock, .. } = self.client;
        let Some(hearing) = &mut self.hearing else {
            host.sleep_until(&**clock, now, until).await;
            return None;
        };
        let pause = Pause { now, until, why, asked: self.asked, deadline: self.deadline };
        hearing.wait(host, caller, clock, &pause).await
    }

    /// Makes the machine's next state durable, before it is the machine's.
    async fn record(&mut self, snapshot: &Snapshot, now: Timestamp) -> Result<Written, Error> {
        let recorded = self.after(Event::Recorded, now)?;
        self.write(recorded, snapshot, "recorded", Purport::Sends).await
    }

    async fn exchange(&mut self, request: &Request) -> Result<Event, Error> {
        self.asked = self.client.clock.now();
        self.heard = None;
        let event = match self.client.exchange(request).await {
            Err(error) => {
                // No call was made, and the machine has to know it before the caller does.
                self.apply(Event::Lost { exchange: request.exchange, loss: Loss::NotSent }).await?;
                self.keep("not sent", Purport::HandsOver).await?;
                return Err(error);
            }
            Ok(event) => event,
        };
        self.calls.count(request.exchange.purpose, &event);
        self.heard = (request.exchange.purpose == Purpose::Status).then(|| event.clone());
        Ok(event)
    }

    async fn apply(&mut self, event: Event) -> Result<(), Error> {
        self.apply_at(event, self.client.clock.now()).await
    }

    async fn apply_at(&mut self, event: Event, now: Timestamp) -> Result<(), Error> {
        let machine = self.after(event, now)?;
        let before = std::mem::replace(&mut self.machine, machine);
        debug!(from = before.state(), to = self.machine.state(), "applied");
        if !self.machine.moved_since(&before) {
            return Ok(());
        }
        // Whose machine takes its place has been told the same, and is kept in turn.
        let what = happened(&before, &self.machine);
        while let Written::Overtaken = self.keep(&what, Purport::Tells).await? {
            if self.row.as_ref().is_some_and(|row| !self.machine.moved_since(&row.saved)) {
                break;
            }
        }
        Ok(())
    }

    /// The machine as it will be after `event`.
    fn after(&self, event: Event, now: Timestamp) -> Result<M, Error> {
        self.machine.clone().apply(event, now).map_err(|e| Error::Rejected(e.to_string()))
    }

    /// Leaves to others what is on record; what is not was never sent.
    async fn leave(&mut self) -> Result<(), Error> {
        if self.row.is_some() {
            self.keep("left", Purport::HandsOver).await?;
        }
        Ok(())
    }

    /// Saves the machine for others to go on with, unless this process has only looked at it.
    async fn hand_over(&mut self) -> Result<Written, Error> {
        let looked = |row: &Row<M>| {
            let same = row.saved.state() == self.machine.state() && !self.machine.moved_since(&row.saved);
            same && self.calls == Calls::default()
        };
        if self.row.as_ref().is_some_and(looked) {
            return Ok(Written::Durable);
        }
        self.keep("done", Purport::HandsOver).await
    }

    /// Saves the machine, if the journal has it differently.
    async fn keep(&mut self, what: &str, purport: Purport) -> Result<Written, Error> {
        // What is open and the same is still due earlier, once it is handed over.
        let stays = purport != Purport::HandsOver || self.machine.is_terminal();
        if self.client.journal.is_none()
            || stays && self.row.as_ref().is_some_and(|row| row.saved == self.machine)
        {
            return Ok(Written::Durable);
        }
        self.write(self.machine.clone(), &self.machine.snapshot(), what, purport).await
    }

    /// Writes over the version that was read. Where somebody else was there first, his machine takes this one's place:
    /// it is told what this one has heard last, and what has not been recorded is not sent.
    async fn write(
        &mut self,
        machine: M,
        snapshot: &Snapshot,
        what: &str,
        purport: Purport,
    ) -> Result<Written, Error> {
        let Some(journal) = &self.client.journal else { return Ok(Written::Durable) };
        self.client.host.at_journal().await;
        let (key, now) = (machine.key(), self.client.clock.now());
        let kind =
            Kind::parse(M::KIND).ok_or_else(|| Error::Rejected(format!("no journal for a {}", M::KIND)))?;
        let page = Page::of(&machine, snapshot, now).noting(what);
        let due = match purport {
            Purport::Sends | Purport::Tells if page.open => {
                let deadline = self.deadline.clamp(now, now.after(LONGEST_ATTENDED));
                Some(deadline.after(LAST_QUESTION))
            }
            _ => page.due,
        };
        let page = Page { sends: purport == Purport::Sends, due, order: self.recording.wanted(), ..page };
        let written = match (&self.row, self.recording) {
            (_, Recording::Beside(_)) => return self.displace(&key),
            (Some(row), _) => journal.save(&key, row.version, &page, now),
            (None, Recording::New(order)) => journal.create(&key, kind, order, &page, now),
            (None, Recording::Shared(order)) => {
                match journal.create(&key, kind, order.map(Order::new), &page, now) {
                    Err(JournalError::Exists { .. }) => return self.adopt(&key),
                    created => created,
                }
            }
        };
        match written {
            Ok(version) => {
                let found = self.row.take().and_then(|row| row.order);
                let order = found.or_else(|| self.recording.wanted().map(str::to_owned));
                self.row = Some(Row { version, saved: machine, order });
                Ok(Written::Durable)
            }
            Err(JournalError::Stale { found: Some(_), .. }) => self.adopt(&key),
            Err(error) => Err(error.into()),
        }
    }

    fn adopt(&mut self, key: &str) -> Result<Written, Error> {
        debug!(key, "somebody else went on with it");
        let row: Row<M> = self.client.load(key)?.ok_or_else(|| Error::Unrecorded(key.to_string()))?;
        row.is_for(self.recording.wanted())?;
        if !row.saved.is_for_the_same_as(&self.machine) {
            return self.look_only(key, row);
        }
        // A clock that was set back meanwhile makes nobody more patient, however often others are first.
        let now = self.client.clock.now();
        let left = self.deadline.since(now).min(self.patience);
        self.deadline = now.after(left);
        self.machine = self.machine.overtaken_by(row.saved.clone(), self.heard.as_ref(), left, now);
        self.row = Some(row);
        Ok(Written::Overtaken)
    }

    /// On record is another order's: what was asked here is answered, and not kept unless it is paid.
    fn look_only(&mut self, key: &str, row: Row<M>) -> Result<Written, Error> {
        if let Recording::New(_) = self.recording {
            return Err(Error::Unrecorded(key.to_string()));
        }
        let order = self.recording.wanted();
        if self.machine.displaces(&row.saved) {
            (self.row, self.recording) = (Some(row), Recording::Shared(order));
            return Ok(Written::Overtaken);
        }
        (self.row, self.recording) = (None, Recording::Beside(order));
        Ok(Written::Durable)
    }

    /// Takes the row of another order, if it must give way.
    fn displace(&mut self, key: &str) -> Result<Written, Error> {
        match self.client.load(key)? {
            Some(row) if self.machine.displaces(&row.saved) => self.look_only(key, row),
            _ => Ok(Written::Durable),
        }
    }

    fn report(self) -> Report {
        let now = self.client.clock.now();
        Report {
            key: self.machine.key(),
            verdict: self.machine.standing(now),
            state: self.machine.state(),
            conflict: self.machine.conflict().cloned(),
            calls: self.calls,
            elapsed: now.since(self.begun),
        }
    }
}

/// A change, in the words of a journal.
pub(crate) fn happened<M: Machine>(before: &M, after: &M) -> String {
    match (before.state(), after.state()) {
        (from, to) if from != to => format!("{from} to {to}"),
        _ if before.conflict() != after.conflict() => "contradicted".to_owned(),
        _ => "asked once more".to_owned(),
    }
}
