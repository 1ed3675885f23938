//! What executions and sources have in common: `next` as a plain structure, events as calls, and how they stand.

use std::time::Duration;

use dollr_core::{Action, Event, Machine, Rejected, Snapshot, Timestamp, Why};

use crate::border::Out;
use crate::fault::Fault;
use crate::request::{Sent, dollr_request};
use crate::shown::{Shown, keep};
use crate::text::dollr_str;
use crate::verdict::{NOTHING, Told, dollr_verdict};

/// Make `snapshot` durable, then call `…_apply_recorded`. Nothing is sent before that.
pub const DOLLR_ACTION_RECORD: i32 = 1;
/// Send `request` once, then call `…_apply_answered` or `…_apply_lost`.
pub const DOLLR_ACTION_SEND: i32 = 2;
/// Come back at `until_ms`; earlier is harmless.
pub const DOLLR_ACTION_WAIT: i32 = 3;
/// Give `client_secret` to the payer's browser (3-D Secure), then call `…_apply_shown`. Never store it, never log it.
pub const DOLLR_ACTION_ACT: i32 = 4;
/// `verdict` is how it stands; there is nothing to do.
pub const DOLLR_ACTION_DONE: i32 = 5;

/// No reason that this header knows.
pub const DOLLR_WHY_OTHER: i32 = 0;
/// The schedule's next question is not due.
pub const DOLLR_WHY_SCHEDULE: i32 = 1;
/// The last calls failed, `failures` in a row.
pub const DOLLR_WHY_BACK_OFF: i32 = 2;
/// The vendor asked for patience.
pub const DOLLR_WHY_RETRY_AFTER: i32 = 3;

/// What the host is to do. What does not go with `kind` is 0 or absent. The texts are the machine's, and valid until the next
/// call with it.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct dollr_action {
    /// One of `DOLLR_ACTION_…`.
    pub kind: i32,
    /// Of a wait, one of `DOLLR_WHY_…`.
    pub why: i32,
    /// Of a back-off, how many calls in a row have failed.
    pub failures: u32,
    /// Of a wait, when there will be something to do, in milliseconds since the epoch.
    pub until_ms: u64,
    /// Of a record, the text to keep.
    pub snapshot: dollr_str,
    /// Of a 3-D Secure payment, the card provider's secret.
    pub client_secret: dollr_str,
    /// What to send.
    pub request: dollr_request,
    /// How it stands.
    pub verdict: dollr_verdict,
}

/// How a machine stands, whatever is to be done next. The texts are the machine's, and valid until the next call with it.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct dollr_standing {
    /// Whether no event can change the verdict any more.
    pub terminal: bool,
    /// Whether goods may be handed out: it is paid, and nothing contradicts that.
    pub paid: bool,
    /// Whether another attempt at the same order must not begin, because money has moved for it or still may.
    pub holds_order: bool,
    /// Whether somebody should look after it at `due_ms` if nobody waits for it; else that would be in vain.
    pub has_due: bool,
    /// How often the status has been asked for.
    pub asks: u32,
    /// When somebody should look after it, in milliseconds since the epoch: the column to find it by.
    pub due_ms: u64,
    /// Its name: the reference id, or the source such as `INVOICE:101`.
    pub key: dollr_str,
    /// Its state in a word.
    pub state: dollr_str,
    /// A later answer that contradicts its end, as a sentence; absent where there is none.
    pub conflict: dollr_str,
    /// How it stands at this moment.
    pub verdict: dollr_verdict,
}

/// A machine, and what C is looking at.
pub(crate) struct Held<M> {
    machine: M,
    shown: Shown,
}

impl<M: Machine> Held<M> {
    pub(crate) fn new(machine: M) -> Self {
        Self { machine, shown: None }
    }

    pub(crate) fn restore(snapshot: &str) -> Result<Self, Fault> {
        Ok(Self::new(M::restore(&Snapshot::new(snapshot))?))
    }

    /// What to do at this moment.
    pub(crate) fn next(&mut self, now_ms: u64, out: Out<dollr_action>) {
        let nothing = dollr_action {
            kind: 0,
            why: DOLLR_WHY_OTHER,
            failures: 0,
            until_ms: 0,
            snapshot: dollr_str::NONE,
            client_secret: dollr_str::NONE,
            request: dollr_request::NONE,
            verdict: NOTHING,
        };
        let (shown, action) = match self.machine.next(Timestamp::from_millis(now_ms)) {
            Action::Wait { until, why } => {
                let (why, failures) = match why {
                    Why::Schedule => (DOLLR_WHY_SCHEDULE, 0),
                    Why::BackOff { failures } => (DOLLR_WHY_BACK_OFF, failures),
                    Why::RetryAfter => (DOLLR_WHY_RETRY_AFTER, 0),
                    _ => (DOLLR_WHY_OTHER, 0),
                };
                let until_ms = until.as_millis();
                (None, dollr_action { kind: DOLLR_ACTION_WAIT, why, failures, until_ms, ..nothing })
            }
            Action::Record(snapshot) => {
                let view = dollr_str::of(snapshot.as_str());
                let action = dollr_action { kind: DOLLR_ACTION_RECORD, snapshot: view, ..nothing };
                (keep(snapshot), action)
            }
            Action::Send(request) => {
                let sent = Sent::new(request);
                let action = dollr_action { kind: DOLLR_ACTION_SEND, request: sent.view(), ..nothing };
                (keep(sent), action)
            }
            Action::Act { client_secret } => {
                let view = dollr_str::of(client_secret.expose());
                let action = dollr_action { kind: DOLLR_ACTION_ACT, client_secret: view, ..nothing };
                (keep(client_secret), action)
            }
            Action::Done(verdict) => {
                let told = Told::new(verdict);
                let action = dollr_action { kind: DOLLR_ACTION_DONE, verdict: told.view(), ..nothing };
                (keep(told), action)
            }
        };
        self.shown = shown;
        out.write(action);
    }

    /// Takes in what has happened. What cannot be leaves the machine as it was, and so does a panic.
    pub(crate) fn apply(&mut self, event: Event, now_ms: u64) -> Result<(), Fault> {
        self.shown = None;
        let applied = self.machine.clone().apply(event, Timestamp::from_millis(now_ms));
        self.machine = applied.map_err(|rejected: Rejected<M>| Fault::from(rejected))?;
        Ok(())
    }

    /// All of it, to be kept.
    pub(crate) fn snapshot(&mut self, out: Out<dollr_str>) {
        let snapshot = self.machine.snapshot();
        let view = dollr_str::of(snapshot.as_str());
        self.shown = keep(snapshot);
        out.write(view);
    }

    /// Why it stands where it stands, a sentence a line.
    pub(crate) fn explain(&mut self, now_ms: u64, out: Out<dollr_str>) {
        let text = self.machine.explain(Timestamp::from_millis(now_ms)).to_string();
        let view = dollr_str::of(&text);
        self.shown = keep(text);
        out.write(view);
    }

    /// How it stands.
    pub(crate) fn look(&mut self, now_ms: u64, out: Out<dollr_standing>) {
        let (machine, now) = (&self.machine, Timestamp::from_millis(now_ms));
        let key = machine.key();
        let conflict = machine.conflict().map(ToString::to_string);
        let told = Told::new(machine.standing(now));
        let due = machine.due(now);
        let standing = dollr_standing {
            terminal: machine.is_terminal(),
            paid: machine.is_paid(),
            holds_order: machine.holds_order(),
            has_due: due.is_some(),
            asks: machine.asks(),
            due_ms: due.map_or(0, Timestamp::as_millis),
            key: dollr_str::of(&key),
            state: dollr_str::of(machine.state()),
            conflict: dollr_str::of_optional(conflict.as_deref()),
            verdict: told.view(),
        };
        self.shown = keep((key, conflict, told));
        out.write(standing);
    }

    /// The request that asks for its status, due or not; `false` where there is nothing to ask about.
    pub(crate) fn ask(&mut self, out: Out<dollr_request>) -> Result<(), Fault> {
        let Some(request) = self.machine.ask() else {
            let message = "nothing has been sent, so there is nothing to ask about";
            return Err(Fault::new(crate::code::DOLLR_ERROR_REJECTED, message));
        };
        let sent = Sent::new(request);
        out.write(sent.view());
        self.shown = keep(sent);
        Ok(())
    }
}

/// Somebody looks after it who has not begun it; a horizon of 0 is the one that it has.
pub(crate) fn adopted(horizon_ms: u64) -> Event {
    Event::Adopted { horizon: (horizon_ms > 0).then(|| Duration::from_millis(horizon_ms)) }
}

/// Somebody is willing to wait for this much longer.
pub(crate) fn resumed(patience_ms: u64) -> Event {
    Event::Resumed { patience: Duration::from_millis(patience_ms) }
}
