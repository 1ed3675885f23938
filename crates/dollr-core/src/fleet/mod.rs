//! Many machines, one budget: whose turn it is, and whether a call may be made at all. Oldest due first, nobody twice before
//! everybody who was due once (invariants I7 and I12; threats T12 and T13).

mod axis;
mod bucket;
mod budget;
mod limit;
mod queue;

use core::hash::Hash;

use axis::Axis;
pub use budget::{Budget, BudgetAction, Permit};
pub use limit::{InvalidLimit, Limit};
use queue::{Queue, Turn};

use crate::{Timestamp, Why};

/// Many machines by the caller's keys, each with the moment it asked for, under one [`Budget`].
///
/// The fleet holds no machine: it says whose turn it is. Whoever's turn it is either makes a call, which
/// [`take`](Fleet::take) pays for, or turns out to need none, which [`update`](Fleet::update) or [`remove`](Fleet::remove)
/// says and which costs nothing. An entry whose call is out is *in flight*, and has no turn until it is updated.
///
/// **No starvation.** Who has had a turn queues up behind all who are due at that moment, however early it asks to come
/// again. So between an entry's becoming due and its turn every other has at most one: it waits for at most
/// n − 1 calls, and the time that the budget takes for them.
///
/// **Cost.** A decision is O(1), a change O(log n) beside one look-up in a hash table. An entry takes at most 64 bytes beyond
/// a key of up to 48; there is no garbage, and once three quarters of the room are empty it is given back.
///
/// **Clocks.** One that is set back by more than a minute gives one entry its turn at once, and no more; the others
/// wait no longer than they still had to (fault F31). After a smaller step back, whoever asks to come later waits from then on.
///
/// ```
/// use std::collections::BTreeMap;
/// use std::time::Duration;
/// use dollr_core::{
///     Action, Budget, Event, Execution, Fleet, FleetAction, Intent, Limit, Machine, Method, Policy, ReferenceId, Response,
///     Timestamp, Verdict,
/// };
///
/// let mut now = Timestamp::from_millis(1_750_000_000_000);
/// let mut fleet = Fleet::new(Budget::new(Limit::new(2, Duration::from_secs(1))?, now), now);
/// let mut payments = BTreeMap::new();
/// for n in 1..=3 {
///     let id = ReferenceId::from_random_bytes([n; 16]); // 16 bytes from the operating system
///     let intent = Intent::collection(id, "55".parse()?, "18".parse()?, "USD".parse()?);
///     payments.insert(id, Execution::prepare(intent, Policy::default(), now));
///     fleet.insert(id, now, now);
/// }
/// let mut throttled = false;
/// loop {
///     // 1. Whose turn is it?
///     let id = match fleet.next(now) {
///         FleetAction::Run(id) => *id,
///         FleetAction::Wait { until, .. } => { now = until; continue }
///         FleetAction::Idle => break, // nobody waits, and here nobody is in flight
///     };
///     // 2. What does it want? Only a call costs.
///     let payment = payments.remove(&id).ok_or("unknown")?;
///     let payment = match payment.next(now) {
///         Action::Record(_snapshot) => payment.apply(Event::Recorded, now)?, // made durable
///         Action::Act { .. } => payment.apply(Event::Shown, now)?,
///         Action::Wait { until, .. } => { fleet.update(&id, until, now); payment }
///         Action::Done(_verdict) => { fleet.remove(&id); payment }
///         Action::Send(request) => {
///             // 3. Pay for the call, make it, and say how it went, to the budget and to the machine.
///             let permit = fleet.take(now).ok_or("its turn was a moment ago")?;
///             let response = match (request.method, throttled) {
///                 (Method::Post, _) => Response::new(200, format!(r#"{{"reference_id": "{id}", "status": "PENDING",
///                     "operation_type": "COLLECTION", "payer_currency": "USD"}}"#)),
///                 (Method::Get, false) => { throttled = true; Response::new(429, "") }
///                 (Method::Get, true) => Response::new(200, format!(r#"{{"reference_id": "{id}", "status": "COMPLETED",
///                     "operation_type": "COLLECTION", "payer_amount": 250.00, "payer_currency": "USD"}}"#)),
///             };
///             match response.status() {
///                 429 => fleet.budget_mut().throttled(permit, response.retry_after(now), now),
///                 _ => fleet.budget_mut().succeeded(permit, now),
///             }
///             let payment = payment.apply(Event::Answered { exchange: request.exchange, response }, now)?;
///             fleet.update(&id, now, now); // it has its turn when all who are due had theirs
///             payment
///         }
///     };
///     payments.insert(id, payment);
/// }
/// assert!(payments.values().all(|payment| matches!(payment.verdict(), Verdict::Paid(_))));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Fleet<K> {
    budget: Budget,
    axis: Axis,
    queue: Queue<K>,
    order: u64,
}

/// What the host is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "an action does nothing until the host does it"]
pub enum FleetAction<K> {
    /// It is this one's turn: ask its machine, then [`take`](Fleet::take), [`update`](Fleet::update) or [`remove`](Fleet::remove).
    Run(K),
    /// Come back at `until`, or when something has happened; earlier is harmless.
    Wait {
        /// When there will be something to do.
        until: Timestamp,
        /// [`Why::Schedule`], [`Why::Budget`] or [`Why::CoolDown`], whichever takes longest.
        why: Why,
    },
    /// Nobody waits for a turn: there is nobody, or all are in flight.
    Idle,
}

impl<K: Hash + Eq> Fleet<K> {
    /// Nobody yet.
    pub fn new(budget: Budget, now: Timestamp) -> Self {
        Self { budget, axis: Axis::new(now), queue: Queue::new(), order: 0 }
    }

    /// Adds a machine that is due at that moment, past or future. `false` if its key is there already: then nothing changes.
    pub fn insert(&mut self, key: K, due: Timestamp, now: Timestamp) -> bool {
        if self.queue.find(&key).is_some() {
            return false;
        }
        self.axis.follow(now);
        let turn = self.turn(self.axis.place(due));
        self.queue.insert(key, turn)
    }

    /// The machine asks to come again at `due`, after its call has ended or instead of one. It is in flight no longer.
    /// `false` if its key is not there.
    ///
    /// One that was due and still is keeps its place: to be updated often does not send it to the back.
    pub fn update(&mut self, key: &K, due: Timestamp, now: Timestamp) -> bool {
        let Some(slot) = self.queue.find(key) else { return false };
        let at = self.axis.follow(now);
        let due = self.axis.place(due);
        if due > at || self.queue.turn(slot).is_none_or(|turn| turn.due > at) {
            let turn = self.turn(due.max(at));
            self.queue.put(slot, turn);
        }
        true
    }

    /// Somebody says that something has happened: a machine that waits is due now. `false` if it is in flight or not there: one
    /// whose call is out must not be asked again.
    pub fn hint(&mut self, key: &K, now: Timestamp) -> bool {
        let waits = self.queue.find(key).is_some_and(|slot| self.queue.turn(slot).is_some());
        waits && self.update(key, now, now)
    }

    /// Takes a machine out, waiting or in flight, and gives its key back.
    pub fn remove(&mut self, key: &K) -> Option<K> {
        self.queue.find(key).map(|slot| self.queue.remove(slot))
    }

    /// What to do at this moment. Asking twice gives the same answer, and costs nothing.
    pub fn next(&self, now: Timestamp) -> FleetAction<&K> {
        let Some((key, turn)) = self.queue.first() else { return FleetAction::Idle };
        let due = if self.is_due(turn, now) { now } else { self.axis.moment(turn.due) };
        match self.budget.next(now) {
            BudgetAction::Wait { until, why } if until >= due => FleetAction::Wait { until, why },
            _ if due > now => FleetAction::Wait { until: due, why: Why::Schedule },
            _ => FleetAction::Run(key),
        }
    }

    /// Carries out [`FleetAction::Run`] for a machine that makes a call: the budget pays, and the machine is in flight until it
    /// is updated or removed. `None` where [`next`](Fleet::next) does not say so, and then nothing changes.
    #[must_use = "without a permit no call may be made"]
    pub fn take(&mut self, now: Timestamp) -> Option<Permit> {
        self.queue.first().filter(|(_, turn)| self.is_due(*turn, now))?;
        let permit = self.budget.take(now)?;
        self.axis.follow(now);
        self.queue.send_first();
        Some(permit)
    }

    /// The budget.
    pub fn budget(&self) -> &Budget {
        &self.budget
    }

    /// The budget, to say how a call went, or to put in its place the one that is shared with others.
    pub fn budget_mut(&mut self) -> &mut Budget {
        &mut self.budget
    }

    /// How many there are, waiting and in flight.
    pub fn len(&self) -> usize {
        self.queue.len()
    }

    /// Whether there is nobody.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many are in flight.
    pub fn in_flight(&self) -> usize {
        self.queue.len() - self.queue.waiting()
    }

    /// The bytes that are allocated, less those of the keys themselves.
    pub fn bytes_beyond_keys(&self) -> usize {
        self.queue.bytes_beyond_keys()
    }

    fn is_due(&self, turn: Turn, now: Timestamp) -> bool {
        turn.due <= self.axis.at(now) || self.axis.is_set_back(now)
    }

    fn turn(&mut self, due: u64) -> Turn {
        self.order += 1;
        Turn { due, order: self.order }
    }
}
