//! The loop: ask the machine, do as it says, tell it what happened. What is longer than this is a decision, and
//! belongs in the core.

use std::time::Duration;

use dollr_core::{
    Action, Conflict, Event, Loss, Machine, Purpose, Request, Secret, Snapshot, Timestamp, Verdict,
};
use dollr_journal::{Kind, Page, Version};
use tracing::{debug, info};

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
}

/// One machine under way: the machine, and its row in the journal.
pub(crate) struct Drive<'a, M> {
    pub(crate) client: &'a Client,
    pub(crate) machine: M,
    pub(crate) row: Option<Row<M>>,
    pub(crate) order: Option<&'a str>,
    pub(crate) show: &'a dyn Fn(&Secret),
    begun: Timestamp,
    calls: Calls,
}

/// What the journal has of it.
pub(crate) struct Row<M> {
    pub(crate) version: Version,
    pub(crate) saved: M,
}

impl<'a, M: Machine> Drive<'a, M> {
    pub(crate) fn new(client: &'a Client, machine: M, row: Option<Row<M>>) -> Self {
        let begun = client.clock.now();
        Self { client, machine, row, order: None, show: &|_| {}, begun, calls: Calls::default() }
    }

    /// Until there is a verdict.
    pub(crate) fn run(mut self) -> Result<Report, Error> {
        self.until_done().map_err(|error| error.of(self.machine.key()))?;
        Ok(self.report())
    }

    /// One question, due or not.
    pub(crate) fn ask(mut self) -> Result<Report, Error> {
        let asked = match self.machine.ask() {
            Some(request) => self.exchange(&request).and_then(|event| self.apply(event)),
            None => Ok(()),
        };
        asked.and_then(|()| self.keep("asked")).map_err(|error| error.of(self.machine.key()))?;
        Ok(self.report())
    }

    fn until_done(&mut self) -> Result<(), Error> {
        let _span = tracing::info_span!("payment", key = self.machine.key()).entered();
        loop {
            let event = match self.machine.next(self.client.clock.now()) {
                Action::Record(snapshot) => self.record(&snapshot)?,
                Action::Send(request) => self.exchange(&request)?,
                Action::Wait { until, why } => {
                    debug!(%until, %why, "waiting");
                    self.client.clock.sleep_until(until);
                    continue;
                }
                Action::Act { client_secret } => {
                    (self.show)(&client_secret);
                    Event::Shown
                }
                Action::Done(verdict) => {
                    info!(verdict = verdict.name(), "done");
                    return self.keep("done");
                }
            };
            self.apply(event)?;
        }
    }

    /// Makes the machine's next state durable, before it is the machine's.
    fn record(&mut self, snapshot: &Snapshot) -> Result<Event, Error> {
        let recorded = self.after(Event::Recorded)?;
        self.write(recorded, snapshot, "recorded")?;
        Ok(Event::Recorded)
    }

    fn exchange(&mut self, request: &Request) -> Result<Event, Error> {
        let event = match self.client.exchange(request) {
            Err(error) => {
                // No call was made, and the machine has to know it before the caller does.
                self.apply(Event::Lost { exchange: request.exchange, loss: Loss::NotSent })?;
                self.keep("not sent")?;
                return Err(error);
            }
            Ok(event) => event,
        };
        let calls = match request.exchange.purpose {
            Purpose::Execute => &mut self.calls.execute,
            _ => &mut self.calls.status,
        };
        *calls += u32::from(!matches!(event, Event::Lost { loss: Loss::NotSent, .. }));
        Ok(event)
    }

    fn apply(&mut self, event: Event) -> Result<(), Error> {
        let machine = self.after(event)?;
        let before = std::mem::replace(&mut self.machine, machine);
        let (from, to) = (before.state(), self.machine.state());
        debug!(from, to, "applied");
        if self.machine.moved_since(&before) { self.keep(&format!("{from} to {to}")) } else { Ok(()) }
    }

    /// Saves the machine, if the journal has it differently.
    fn keep(&mut self, what: &str) -> Result<(), Error> {
        if self.row.as_ref().is_some_and(|row| row.saved == self.machine) {
            return Ok(());
        }
        self.write(self.machine.clone(), &self.machine.snapshot(), what)
    }

    /// The machine as it will be after `event`.
    fn after(&self, event: Event) -> Result<M, Error> {
        let now = self.client.clock.now();
        self.machine.clone().apply(event, now).map_err(|e| Error::Rejected(e.to_string()))
    }

    fn write(&mut self, machine: M, snapshot: &Snapshot, what: &str) -> Result<(), Error> {
        let Some(journal) = &self.client.journal else { return Ok(()) };
        let now = self.client.clock.now();
        let page = Page { state: machine.state(), open: !machine.is_terminal(), snapshot, what };
        let kind =
            Kind::parse(M::KIND).ok_or_else(|| Error::Rejected(format!("no journal for a {}", M::KIND)))?;
        let version = match &self.row {
            Some(row) => journal.save(&machine.key(), row.version, &page, now)?,
            None => journal.create(&machine.key(), kind, self.order, &page, now)?,
        };
        self.row = Some(Row { version, saved: machine });
        Ok(())
    }

    fn report(self) -> Report {
        let now = self.client.clock.now();
        let verdict = match self.machine.next(now) {
            Action::Done(verdict) => verdict,
            _ => self.machine.verdict(),
        };
        Report {
            key: self.machine.key(),
            verdict,
            state: self.machine.state(),
            conflict: self.machine.conflict().cloned(),
            calls: self.calls,
            elapsed: now.since(self.begun),
        }
    }
}
