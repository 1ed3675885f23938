//! The real machines, each once: a state of the world names them by number, so that it is small, and no transition is
//! computed twice. Equal numbers are equal snapshots; whatever a machine holds beside its snapshot is part of its number.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use dollr_core::{
    Action, Event, Exchange, Execution, Intent, Loss, Machine, Policy, Purpose, ReferenceId, Rejected,
    Resend, Schedule, Snapshot, Stuck, Timestamp, Verdict,
};

use crate::answer::Answer;
use crate::setting::Setting;

/// Milliseconds since the beginning.
pub(crate) type Moment = u32;

/// A machine, by its number.
pub(crate) type Id = u32;

/// The id that it is all about.
pub(crate) const REFERENCE: &str = "07070707-0707-4707-8707-070707070707";

/// When the session ends by the vendor's clock.
pub(crate) const SESSION_END: Moment = 45_000;

const BIRTH: u64 = 1_750_000_000_000;

/// The moment as the machine gets it.
pub(crate) fn at(moment: Moment) -> Timestamp {
    Timestamp::from_millis(BIRTH + u64::from(moment))
}

fn moment(at: Timestamp) -> Moment {
    u32::try_from(at.as_millis() - BIRTH).unwrap_or(Moment::MAX)
}

/// What a machine can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Told {
    Recorded,
    Answered(Call, Answer),
    Lost(Call),
    NotSent(Call),
    Hint,
    Resumed,
    Adopted,
}

/// A request that awaits its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Call {
    pub(crate) executes: bool,
    pub(crate) number: u8,
}

impl Call {
    fn exchange(self) -> Exchange {
        let purpose = if self.executes { Purpose::Execute } else { Purpose::Status };
        Exchange { purpose, number: u32::from(self.number) }
    }
}

/// What a machine wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Wish {
    /// To be recorded, as the machine of this number.
    Record(Id),
    Send(Call),
    Wait(Moment),
    Done,
}

/// What it became of what it was told; a machine that refused it stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Applied {
    pub(crate) id: Id,
    pub(crate) refused: bool,
    /// Whether it must be saved.
    pub(crate) moved: bool,
    /// Whether it left its end, or changed what contradicts it.
    pub(crate) unfinal: bool,
}

/// How a payment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum End {
    NotSent,
    Running,
    Paid,
    Failed,
    Refused,
    NotLanded,
    Stuck,
}

/// What is known of a machine by its number.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Known {
    pub(crate) end: End,
    pub(crate) conflict: bool,
    /// The number of the machine that its snapshot makes.
    pub(crate) restored: Id,
    /// How often its request was handed out.
    pub(crate) sends: u32,
}

impl Known {
    pub(crate) fn is_terminal(&self) -> bool {
        !matches!(self.end, End::NotSent | End::Running)
    }
}

/// The machines of one search.
pub(crate) struct Bench {
    policy: Policy,
    intent: Intent,
    patience: Duration,
    shelf: RwLock<Shelf>,
}

#[derive(Default)]
struct Shelf {
    /// By the snapshot, and whether it was adopted: that is in none.
    numbers: HashMap<(String, bool), Id>,
    machines: Vec<(Execution, bool)>,
    known: HashMap<Id, Known>,
    wishes: HashMap<(Id, Moment), Wish>,
    applied: HashMap<(Id, Told, Moment), Applied>,
    due: HashMap<(Id, Moment), Option<Moment>>,
}

impl Bench {
    pub(crate) fn new(setting: &Setting) -> Self {
        let seconds = |s| Duration::from_secs(s);
        let schedule = Schedule::new(seconds(10), &[(seconds(0), seconds(60)), (seconds(120), seconds(600))])
            .expect("a fair schedule");
        let patience = Duration::from_millis(setting.patience().into());
        let mut policy = Policy::default().schedule(schedule).patience(patience).horizon(seconds(7_200));
        if setting.resends {
            policy = policy.resend(Resend::AfterGrace { grace: seconds(1), sends: 2 });
        }
        let id: ReferenceId = REFERENCE.parse().expect("a reference id");
        let mut intent = Intent::collection(
            id,
            "55".parse().expect("a session"),
            "18".parse().expect("an account"),
            "USD".parse().expect("a currency"),
        )
        .amount("250.00".parse().expect("an amount"));
        if setting.end_is_known {
            intent = intent.session_expires_at(at(SESSION_END));
        }
        Self { policy, intent, patience, shelf: RwLock::default() }
    }

    /// A new attempt.
    pub(crate) fn prepare(&self, now: Moment) -> Id {
        self.put(Execution::prepare(self.intent.clone(), self.policy.clone(), at(now)), false)
    }

    pub(crate) fn known(&self, id: Id) -> Known {
        self.remember(
            id,
            |shelf| &shelf.known,
            |shelf| &mut shelf.known,
            || {
                let (machine, _) = self.get(id);
                let end = match machine.verdict() {
                    Verdict::Paid(_) => End::Paid,
                    Verdict::Failed { .. } => End::Failed,
                    Verdict::Refused(_) => End::Refused,
                    Verdict::NotLanded => End::NotLanded,
                    Verdict::Stuck(Stuck::Mismatch(_)) => End::Stuck,
                    _ if machine.sends() == 0 => End::NotSent,
                    _ => End::Running,
                };
                let text = Snapshot::new(machine.snapshot().to_string());
                let restored = Execution::restore(&text).expect("what was recorded can be restored");
                let sends = machine.state() == "Sending" && restored.state() != "Uncertain";
                assert!(!sends, "what was caught sending is sent again after a restart");
                let conflict = machine.conflict().is_some();
                Known { end, conflict, restored: self.put(restored, false), sends: machine.sends() }
            },
        )
    }

    /// What the machine wants now. It wants the same when it is asked again, and never a wait that is over.
    pub(crate) fn wish(&self, id: Id, now: Moment) -> Wish {
        self.remember(
            (id, now),
            |shelf| &shelf.wishes,
            |shelf| &mut shelf.wishes,
            || {
                let (machine, adopted) = self.get(id);
                let action = machine.next(at(now));
                assert_eq!(action, machine.next(at(now)), "asked twice, it wants something else");
                match action {
                    Action::Record(snapshot) => {
                        let recorded = machine.apply(Event::Recorded, at(now)).expect("it asked for it");
                        assert_eq!(
                            recorded.snapshot(),
                            snapshot,
                            "it becomes something else than was recorded"
                        );
                        Wish::Record(self.put(recorded, adopted))
                    }
                    Action::Send(request) => {
                        let executes = request.exchange.purpose == Purpose::Execute;
                        if executes {
                            Self::assert_same_bytes(request.body.as_ref().map_or("", |body| body.expose()));
                        }
                        let number = u8::try_from(request.exchange.number).expect("few requests");
                        Wish::Send(Call { executes, number })
                    }
                    Action::Wait { until, .. } => {
                        assert!(until > at(now), "a wait that is over would spin (I7)");
                        Wish::Wait(moment(until))
                    }
                    Action::Act { .. } => unreachable!("no card is used here"),
                    Action::Done(_) => Wish::Done,
                }
            },
        )
    }

    /// Tells the machine.
    pub(crate) fn tell(&self, id: Id, told: Told, now: Moment) -> Applied {
        self.remember(
            (id, told, now),
            |shelf| &shelf.applied,
            |shelf| &mut shelf.applied,
            || {
                let (before, adopted) = self.get(id);
                let adopted = adopted || told == Told::Adopted;
                match before.clone().apply(self.event(told), at(now)) {
                    Ok(after) => {
                        let left = before.is_terminal()
                            && (after.state() != before.state() || after.verdict() != before.verdict());
                        let changed = before.conflict().is_some() && after.conflict() != before.conflict();
                        let moved = after.moved_since(&before);
                        Applied {
                            id: self.put(after, adopted),
                            refused: false,
                            moved,
                            unfinal: left || changed,
                        }
                    }
                    Err(rejected) => {
                        let same = Rejected::into_machine(rejected) == before;
                        assert!(same, "a refused event changed the machine");
                        Applied { id, refused: true, moved: false, unfinal: false }
                    }
                }
            },
        )
    }

    /// When somebody should look after it.
    pub(crate) fn due(&self, id: Id, now: Moment) -> Option<Moment> {
        self.remember(
            (id, now),
            |shelf| &shelf.due,
            |shelf| &mut shelf.due,
            || self.get(id).0.due(at(now)).map(moment),
        )
    }

    /// Whether two machines are the same one, whoever looks after it.
    pub(crate) fn same(&self, one: Id, other: Id) -> bool {
        one == other || self.get(one).0 == self.get(other).0
    }

    fn assert_same_bytes(body: &str) {
        let expected = format!(
            r#"{{"currency":"USD","payment_account_id":"18","reference_id":"{REFERENCE}","session_id":"55"}}"#
        );
        assert_eq!(body, expected, "a POST of other bytes (I3)");
    }

    fn get(&self, id: Id) -> (Execution, bool) {
        let store = self.shelf.read().unwrap_or_else(PoisonError::into_inner);
        store.machines[id as usize].clone()
    }

    fn put(&self, machine: Execution, adopted: bool) -> Id {
        let key = (machine.snapshot().to_string(), adopted);
        let mut store = self.shelf.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(id) = store.numbers.get(&key) {
            return *id;
        }
        let id = Id::try_from(store.machines.len()).expect("fewer machines than that");
        store.machines.push((machine, adopted));
        store.numbers.insert(key, id);
        id
    }

    fn remember<K: std::hash::Hash + Eq + Copy, V: Copy>(
        &self,
        key: K,
        read: impl Fn(&Shelf) -> &HashMap<K, V>,
        write: impl Fn(&mut Shelf) -> &mut HashMap<K, V>,
        compute: impl FnOnce() -> V,
    ) -> V {
        let known = read(&self.shelf.read().unwrap_or_else(PoisonError::into_inner)).get(&key).copied();
        known.unwrap_or_else(|| {
            let value = compute();
            write(&mut self.shelf.write().unwrap_or_else(PoisonError::into_inner)).insert(key, value);
            value
        })
    }

    fn event(&self, told: Told) -> Event {
        let lost = |call: Call, loss| Event::Lost { exchange: call.exchange(), loss };
        match told {
            Told::Recorded => Event::Recorded,
            Told::Answered(call, answer) => {
                Event::Answered { exchange: call.exchange(), response: answer.response() }
            }
            Told::Lost(call) => lost(call, Loss::Unknown),
            Told::NotSent(call) => lost(call, Loss::NotSent),
            Told::Hint => Event::Hint,
            Told::Resumed => Event::Resumed { patience: self.patience },
            Told::Adopted => Event::Adopted { horizon: None },
        }
    }
}
