//! One row: asked about until its machine waits, and what is to be written of it then.

use std::time::Duration;

use dollr_core::{
    Action, Conflict, Event, Execution, Machine, Request, Snapshot, Source, SourceRef, Stuck, Timestamp,
    Verdict,
};
use dollr_journal::{Entry, JournalError, Kind, Page, Version, Write};

use super::run::{Run, TERM};
use crate::Error;
use crate::drive::{Calls, happened};
use crate::throttle::{NotYet, wait_for_permit};

/// What cannot be read is looked at again after this, and stands in nobody's way until then.
const UNREADABLE: Duration = Duration::from_secs(3_600);

/// A row that was looked at, to be saved.
#[allow(clippy::struct_excessive_bools, reason = "none follows from another")]
pub(super) struct Settled {
    pub(super) key: String,
    version: Version,
    snapshot: Snapshot,
    state: String,
    open: bool,
    pub(super) due: Option<Timestamp>,
    paid: bool,
    pays_for: Option<SourceRef>,
    holds_order: bool,
    what: Option<String>,
    pub(super) verdict: Verdict,
    /// Whether what was ordered has moved, also to pay out or to give back.
    pub(super) is_done: bool,
    /// What contradicts its end since now.
    pub(super) conflict: Option<Conflict>,
}

impl Settled {
    /// A row as its machine has it, with nothing to note.
    fn of<M: Machine>(machine: &M, key: &str, version: Version, snapshot: Snapshot, now: Timestamp) -> Self {
        let Page { state, open, due, paid, pays_for, holds_order, .. } = Page::of(machine, &snapshot, now);
        Self {
            key: key.to_owned(),
            version,
            state: state.to_owned(),
            open,
            due,
            paid,
            pays_for,
            holds_order,
            what: None,
            verdict: machine.standing(now),
            is_done: machine.is_paid(),
            conflict: None,
            snapshot,
        }
    }

    pub(super) fn write(&self) -> Write<'_> {
        let page = Page {
            state: &self.state,
            open: self.open,
            snapshot: &self.snapshot,
            what: self.what.as_deref(),
            due: self.due,
            paid: self.paid,
            pays_for: self.pays_for,
            holds_order: self.holds_order,
            order: None,
            sends: false,
        };
        Write { key: &self.key, expected: self.version, page }
    }
}

/// A row that is being looked after.
pub(super) struct Attended<'a> {
    run: &'a Run<'a>,
    key: &'a str,
    version: Version,
    taken_at: Timestamp,
    toll: Toll,
}

/// What it has cost to look after a row.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Toll {
    pub(super) calls: Calls,
    /// Of those, how many were answered 429.
    pub(super) throttled: u64,
}

impl<'a> Attended<'a> {
    pub(super) fn new(run: &'a Run<'a>, entry: &'a Entry, taken_at: Timestamp) -> Self {
        Self { run, key: &entry.key, version: entry.version, taken_at, toll: Toll::default() }
    }

    /// The calls that were made for it.
    pub(super) fn toll(&self) -> Toll {
        self.toll
    }

    /// As [`Drive`](crate::drive::Drive) does, but nobody waits here. None where it cannot go on now.
    pub(super) async fn until_it_waits<M: Machine>(&mut self, machine: M) -> Result<Option<M>, Error> {
        let client = self.run.client;
        let adopted = Event::Adopted { horizon: self.run.how.horizon };
        let mut machine = applied(machine, adopted, client.clock.now())?;
        loop {
            let now = client.clock.now();
            let event = match machine.next(now) {
                Action::Record(snapshot) => {
                    let recorded = applied(machine, Event::Recorded, now)?;
                    client.host.at_journal().await;
                    if !self.record(&recorded, &snapshot)? {
                        return Ok(None);
                    }
                    machine = recorded;
                    continue;
                }
                Action::Send(request) => match self.exchange(&request).await? {
                    Some(event) => event,
                    None if self.toll == Toll::default() => return Ok(None),
                    None => return Ok(Some(machine)),
                },
                Action::Act { client_secret } => {
                    client.show_action(self.key, &client_secret);
                    Event::Shown
                }
                Action::Wait { .. } | Action::Done(_) => return Ok(Some(machine)),
            };
            machine = applied(machine, event, client.clock.now())?;
        }
    }

    /// Whether it is durable that a request goes out; `false` where somebody else was there first.
    fn record<M: Machine>(&mut self, recorded: &M, snapshot: &Snapshot) -> Result<bool, Error> {
        let now = self.run.client.clock.now();
        let page = Page::of(recorded, snapshot, now).noting("recorded");
        let page = Page { sends: true, due: Some(now.after(TERM)), ..page };
        match self.run.journal.save(self.key, self.version, &page, now) {
            Ok(version) => {
                self.version = version;
                Ok(true)
            }
            Err(JournalError::Stale { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// One call, once the budget has one; none where the vendor wants to be left alone for long, or the run is stopped.
    async fn exchange(&mut self, request: &Request) -> Result<Option<Event>, Error> {
        let Run { client, journal, throttle, .. } = self.run;
        let permit = match throttle {
            None => None,
            Some(throttle) => {
                let patience = |not_yet: NotYet, _| self.run.has_patience(not_yet, self.taken_at);
                match wait_for_permit(&client.host, throttle, *journal, &*client.clock, patience).await? {
                    Ok(permit) => Some((throttle, permit)),
                    Err(_) => return Ok(None),
                }
            }
        };
        let event = client.exchange_now(request).await?;
        self.toll.calls.count(request.exchange.purpose, &event);
        self.toll.throttled +=
            u64::from(matches!(&event, Event::Answered { response, .. } if response.status() == 429));
        if let Some((throttle, permit)) = permit {
            client.host.at_journal().await;
            throttle.tell(*journal, permit, &event, client.clock.now())?;
        }
        Ok(Some(event))
    }

    /// What is to be written of it.
    pub(super) fn settled<M: Machine>(&self, saved: &M, machine: &M) -> Settled {
        let now = self.run.client.clock.now();
        let looked = Settled::of(machine, self.key, self.version, machine.snapshot(), now);
        let given_up = matches!(looked.verdict, Verdict::Stuck(Stuck::Horizon));
        let given_up = given_up.then(|| "given up at the horizon".to_owned());
        let moved = machine.moved_since(saved).then(|| happened(saved, machine));
        let conflict = machine.conflict().filter(|_| saved.conflict().is_none()).cloned();
        Settled { what: moved.or(given_up), conflict, ..looked }
    }
}

fn applied<M: Machine>(machine: M, event: Event, now: Timestamp) -> Result<M, Error> {
    machine.apply(event, now).map_err(|rejected| Error::Rejected(rejected.to_string()))
}

/// A row that cannot be read is written as it was, for later.
pub(super) fn put_off(entry: &Entry, now: Timestamp) -> Settled {
    Settled {
        key: entry.key.clone(),
        version: entry.version,
        snapshot: entry.snapshot.clone(),
        state: entry.state.clone(),
        open: entry.open,
        due: Some(now.after(UNREADABLE)),
        paid: false,
        pays_for: None,
        // It is not known that no money moved.
        holds_order: true,
        what: None,
        verdict: Verdict::Stuck(Stuck::Horizon),
        is_done: false,
        conflict: None,
    }
}

/// How a row stands that nobody looks after any more, as it is to be written; with a moment to look after it again, where
/// it was given up by another horizon or a clock that was wrong.
pub(super) fn unattended(entry: &Entry, horizon: Option<Duration>, now: Timestamp) -> Result<Settled, Error> {
    fn of<M: Machine>(entry: &Entry, horizon: Option<Duration>, now: Timestamp) -> Result<Settled, Error> {
        let machine = applied(M::restore(&entry.snapshot)?, Event::Adopted { horizon }, now)?;
        Ok(Settled::of(&machine, &entry.key, entry.version, entry.snapshot.clone(), now))
    }
    match entry.kind {
        Kind::Execution => of::<Execution>(entry, horizon, now),
        Kind::Source => of::<Source>(entry, horizon, now),
    }
}
