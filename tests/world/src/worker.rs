//! A queue worker: a host of its own on the core and the journal, with many payments under one `Fleet` and its `Budget`, a token
//! of its own, and hints that it must not believe (F24).

use std::collections::BTreeMap;
use std::time::Duration;

use dollr_client::Clock as _;
use dollr_client::core::{
    Action, Bearer, Budget, Credentials, Event, Exchange, Execution, Fleet, FleetAction, Limit, Loss,
    Machine, Permit, Purpose, Request, Secret, Timestamp, Token, TokenAction, Verdict,
};
use dollr_client::journal::{Journal as _, JournalError, Kind, Order, Page, Version};
use hashbrown::HashMap;

use crate::fault::{Column, Fault};
use crate::network::{Heard, Host};
use crate::order::Attempted;
use crate::plan::Plan;
use crate::trouble::is_hinted;
use crate::world::{Happening, World};

/// How much later than its patience somebody else may look after a payment.
const GRACE: Duration = Duration::from_secs(60);

/// The worker's memory; it is gone with its process.
#[derive(Debug)]
pub(crate) struct Worker {
    fleet: Fleet<String>,
    held: BTreeMap<String, Held>,
    token: Token,
    credentials: Credentials,
    /// Calls that are out: the payment and its exchange, or the token's.
    out: HashMap<u64, Out>,
    obtaining: bool,
}

#[derive(Debug)]
enum Out {
    Payment { key: String, exchange: Exchange, bearer: Bearer, permit: Permit },
    Token(Exchange),
}

/// A payment in its hands.
#[derive(Debug)]
struct Held {
    machine: Execution,
    saved: Option<(Version, Execution)>,
    order: String,
    number: usize,
    deadline: Timestamp,
    /// When its last question was answered.
    heard: Option<(u64, u32)>,
}

impl Worker {
    pub(crate) fn new(plan: &Plan, now: Timestamp) -> Self {
        let limit = plan.limit.or_else(|| Limit::new(5, Duration::from_secs(1)).ok()).expect("a limit");
        Self {
            fleet: Fleet::new(Budget::new(limit, now), now),
            held: BTreeMap::new(),
            token: Token::new(),
            credentials: Credentials {
                client_id: "merchant".to_owned(),
                client_secret: Secret::new("s3cret-of-the-world"),
            },
            out: HashMap::new(),
            obtaining: false,
        }
    }

    /// The states of what it holds, and of its token while that is obtained.
    pub(crate) fn columns(&self) -> impl Iterator<Item = Column> {
        let token = self.obtaining.then_some(Column::Token);
        self.held.values().map(|held| Column::of(held.machine.state())).chain(token)
    }

    fn holds(&self, key: &str) -> bool {
        self.held.contains_key(key)
    }
}

impl World<'_> {
    /// A payment is put into the worker's queue; it is lost where there is none, before anything was sent.
    pub(crate) fn hand_to_worker(&mut self, number: usize, attempted: &Attempted) {
        let process = self.plan.clients;
        let order = self.orders[number].name.clone();
        let patience = Duration::from_secs(self.rng.u64(5..180));
        let policy = self.plan.policy.clone().patience(patience);
        let clock = self.processes[process].host_clock.clone();
        let now = clock.now();
        let life = self.processes[process].life;
        let Some(worker) = &mut self.processes[process].worker else { return };
        let machine = Execution::prepare(attempted.intent.clone(), policy, now);
        let deadline = now.after(patience);
        worker.held.insert(
            attempted.key.clone(),
            Held { machine, saved: None, order, number, deadline, heard: None },
        );
        worker.fleet.insert(attempted.key.clone(), now, now);
        self.queue.push(self.clock.now(), Happening::Tick(process, life));
        let key = attempted.key.clone();
        if self.rng.bool() {
            // The vendor's own hint; it may come at any time, and twice.
            let later = self.clock.now() + self.rng.u64(1..60_000);
            self.queue.push(later, Happening::Hint(process, key));
        }
    }

    /// Whose turn it is, until nobody's.
    pub(crate) fn tick(&mut self, process: usize, life: u32) {
        let state = &self.processes[process];
        if state.life != life || state.worker.is_none() {
            return;
        }
        if state.suspended > self.clock.now() {
            let later = state.suspended;
            return self.queue.push(later, Happening::Tick(process, life));
        }
        let clock = state.host_clock.clone();
        for _ in 0..200 {
            let now = clock.now();
            let Some(worker) = &mut self.processes[process].worker else { return };
            match worker.fleet.next(now) {
                FleetAction::Run(key) => {
                    let key = key.clone();
                    self.run_one(process, &key, now);
                }
                FleetAction::Wait { until, .. } => {
                    let at = clock.true_time(until).max(self.clock.now() + 1);
                    return self.queue.push(at, Happening::Tick(process, life));
                }
                FleetAction::Idle => return,
            }
            if self.books().dead.is_some() {
                return;
            }
        }
        self.violated(|| "I7: the fleet spins".to_owned());
    }

    fn run_one(&mut self, process: usize, key: &str, now: Timestamp) {
        let Some(worker) = &mut self.processes[process].worker else { return };
        let Some(held) = worker.held.get(key) else {
            worker.fleet.remove(&key.to_owned());
            return;
        };
        match held.machine.next(now) {
            Action::Record(snapshot) => {
                let recorded = held.machine.clone().apply(Event::Recorded, now).expect("it was asked for");
                self.record(process, key, recorded, &snapshot, now);
            }
            Action::Send(request) => self.send_one(process, key, &request, now),
            Action::Act { client_secret } => {
                self.books().shown(key, client_secret.expose());
                self.apply(process, key, Event::Shown, now);
            }
            Action::Wait { until, .. } => {
                worker.fleet.update(&key.to_owned(), until, now);
            }
            Action::Done(verdict) => self.hand_over(process, key, &verdict, now),
        }
    }

    /// Durable before it is sent: whoever cannot tell lets go of it.
    fn record(
        &mut self,
        process: usize,
        key: &str,
        recorded: Execution,
        snapshot: &dollr_client::core::Snapshot,
        now: Timestamp,
    ) {
        let Some(worker) = &mut self.processes[process].worker else { return };
        let Some(held) = worker.held.get_mut(key) else { return };
        let due = Some(held.deadline.clamp(now, now.after(Duration::from_secs(3_600))).after(GRACE));
        let page = Page { sends: true, due, ..Page::of(&recorded, snapshot, now).noting("recorded") };
        let disk = &self.processes[process].disk;
        let Some(held) = self.processes[process].worker.as_ref().and_then(|worker| worker.held.get(key))
        else {
            return;
        };
        let order = Some(Order::new(&held.order));
        let written = match &held.saved {
            Some((version, _)) => disk.save(key, *version, &page, now),
            None => disk.create(key, Kind::Execution, order, &page, now),
        };
        let Some(worker) = &mut self.processes[process].worker else { return };
        let Some(held) = worker.held.get_mut(key) else { return };
        match written {
            Ok(version) => {
                held.saved = Some((version, recorded.clone()));
                held.machine = recorded;
            }
            Err(JournalError::Busy { .. } | JournalError::Full { .. } | JournalError::Unusable { .. }) => {
                worker.fleet.update(&key.to_owned(), now.after(Duration::from_secs(1)), now);
            }
            Err(_) => self.let_go(process, key),
        }
    }

    fn let_go(&mut self, process: usize, key: &str) {
        let Some(worker) = &mut self.processes[process].worker else { return };
        worker.fleet.remove(&key.to_owned());
        worker.held.remove(key);
    }

    fn send_one(&mut self, process: usize, key: &str, request: &Request, now: Timestamp) {
        let life = self.processes[process].life;
        let Some(worker) = &mut self.processes[process].worker else { return };
        let later = now.after(Duration::from_secs(1));
        match worker.token.next(&worker.credentials, now) {
            TokenAction::Use(bearer) => {
                let Some(permit) = worker.fleet.take(now) else { return };
                let exchange = request.exchange;
                self.judge_worker_pace(process, key, exchange.purpose);
                let call = self.send(Host::Worker(process, life), request, Some(&bearer));
                let Some(worker) = &mut self.processes[process].worker else { return };
                worker.out.insert(call, Out::Payment { key: key.to_owned(), exchange, bearer, permit });
            }
            TokenAction::Obtain(request) if !worker.obtaining => {
                worker.obtaining = true;
                worker.fleet.update(&key.to_owned(), later, now);
                let call = self.send(Host::Worker(process, life), &request, None);
                let Some(worker) = &mut self.processes[process].worker else { return };
                worker.out.insert(call, Out::Token(request.exchange));
            }
            TokenAction::Obtain(_) => {
                worker.fleet.update(&key.to_owned(), later, now);
            }
            TokenAction::Wait { .. } | TokenAction::Denied(_) => {
                worker.fleet.update(&key.to_owned(), later, now);
                self.apply(
                    process,
                    key,
                    Event::Lost { exchange: request.exchange, loss: Loss::NotSent },
                    now,
                );
            }
        }
    }

    /// I8, I12: whatever hints there are, a payment is asked about once a second at most.
    fn judge_worker_pace(&mut self, process: usize, key: &str, purpose: Purpose) {
        let state = &self.processes[process];
        let (now, leaps) = (state.clock.now().as_millis(), state.leaps());
        let heard = state.worker.as_ref().and_then(|worker| worker.held.get(key)).and_then(|held| held.heard);
        if purpose == Purpose::Status && heard.is_some_and(|(at, then)| then == leaps && now < at + 1_000) {
            self.violated(|| format!("I8: {key} is asked about twice within a second by the worker"));
        }
    }

    pub(crate) fn worker_hears(&mut self, process: usize, call: u64, heard: &Heard) {
        let clock = self.processes[process].host_clock.clone();
        let (now, life, leaps) = (clock.now(), self.processes[process].life, self.processes[process].leaps());
        let Some(worker) = &mut self.processes[process].worker else { return };
        match worker.out.remove(&call) {
            Some(Out::Token(exchange)) => {
                worker.obtaining = false;
                let event = event(exchange, heard);
                worker.token =
                    std::mem::take(&mut worker.token).apply(&event, now).expect("the awaited answer");
            }
            Some(Out::Payment { key, exchange, bearer, permit }) => {
                let mut unauthorized = false;
                if let Heard::Answer(answer, _) = heard {
                    unauthorized = answer.status == 401;
                    if answer.status == 429 {
                        let asked = answer.response().retry_after(now);
                        worker.fleet.budget_mut().throttled(permit, asked, now);
                    } else {
                        worker.fleet.budget_mut().succeeded(permit, now);
                    }
                }
                if unauthorized {
                    worker.token = std::mem::take(&mut worker.token).expired(&bearer);
                }
                if let Some(held) = worker.held.get_mut(&key) {
                    let repeats = unauthorized || exchange.purpose != Purpose::Status;
                    held.heard = (!repeats).then_some((now.as_millis(), leaps));
                }
                worker.fleet.update(&key, now, now);
                self.apply(process, &key, event(exchange, heard), now);
            }
            None => {}
        }
        self.queue.push(self.clock.now(), Happening::Tick(process, life));
    }

    /// Takes an event in, and saves what must survive.
    fn apply(&mut self, process: usize, key: &str, event: Event, now: Timestamp) {
        let Some(worker) = &mut self.processes[process].worker else { return };
        let Some(held) = worker.held.get_mut(key) else { return };
        let machine = match held.machine.clone().apply(event, now) {
            Ok(machine) => machine,
            Err(rejected) => return self.violated(|| format!("{key}: {rejected}")),
        };
        let before = std::mem::replace(&mut held.machine, machine);
        if held.saved.is_some() && held.machine.moved_since(&before) {
            let due = Some(held.deadline.clamp(now, now.after(Duration::from_secs(3_600))).after(GRACE));
            self.save(process, key, due, now);
        }
    }

    fn save(&mut self, process: usize, key: &str, due: Option<Timestamp>, now: Timestamp) {
        let state = &self.processes[process];
        let Some(held) = state.worker.as_ref().and_then(|worker| worker.held.get(key)) else { return };
        let Some((version, _)) = &held.saved else { return };
        let snapshot = held.machine.snapshot();
        let page = Page::of(&held.machine, &snapshot, now).noting("moved");
        let page = if page.open && due.is_some() { Page { due, ..page } } else { page };
        match state.disk.save(key, *version, &page, now) {
            Ok(version) => {
                let held =
                    self.processes[process].worker.as_mut().and_then(|worker| worker.held.get_mut(key));
                if let Some(held) = held {
                    held.saved = Some((version, held.machine.clone()));
                }
            }
            // What it knew can be asked again, by whoever looks after the row when it is due.
            Err(_) => self.let_go(process, key),
        }
    }

    fn hand_over(&mut self, process: usize, key: &str, verdict: &Verdict, now: Timestamp) {
        self.save(process, key, None, now);
        let state = &self.processes[process];
        let Some(held) = state.worker.as_ref().and_then(|worker| worker.held.get(key)) else { return };
        let (number, recorded) = (held.number, held.saved.is_some());
        self.let_go(process, key);
        if recorded && self.plan.clients > 0 && self.processes[0].client.is_some() {
            self.told_verdict(number, key, 0, verdict);
        }
    }

    /// Somebody says that something has happened. It changes when a payment is asked about, and nothing else (I8).
    pub(crate) fn hint(&mut self, process: usize, key: &str) {
        if self.processes[process].suspended > self.clock.now() {
            return;
        }
        let clock = self.processes[process].host_clock.clone();
        let (now, life) = (clock.now(), self.processes[process].life);
        let Some(worker) = &mut self.processes[process].worker else { return };
        let key = &key.to_owned();
        if worker.holds(key) {
            let column = Column::of(worker.held[key].machine.state());
            let before = worker.held[key].machine.verdict();
            worker.fleet.hint(key, now);
            self.hit(Fault::Hint, column);
            self.apply(process, key, Event::Hint, now);
            let after = self.processes[process].worker.as_ref().and_then(|worker| worker.held.get(key));
            if after.is_some_and(|held| held.machine.verdict() != before) {
                self.violated(|| format!("I8: a hint changes {key}"));
            }
            self.queue.push(self.clock.now(), Happening::Tick(process, life));
            return;
        }
        let column = self.books().column(key);
        if self.plan.calm || !is_hinted(column) || self.books().row(key).is_none() {
            return;
        }
        self.hint_at_rest(process, key, column, now);
    }

    /// A hint about a payment that nobody holds: it is looked at, and left as it is.
    fn hint_at_rest(&mut self, process: usize, key: &str, column: Column, now: Timestamp) {
        let Ok(Some(entry)) = self.processes[process].disk.load(key) else { return };
        let Ok(machine) = Execution::restore(&entry.snapshot) else { return };
        self.hit(Fault::Hint, column);
        let before = machine.verdict();
        match machine.apply(Event::Hint, now) {
            Ok(hinted) if hinted.verdict() != before => self.violated(|| format!("I8: a hint changes {key}")),
            Ok(_) => {}
            Err(rejected) => self.violated(|| format!("I8: {key}: {rejected}")),
        }
    }
}

fn event(exchange: Exchange, heard: &Heard) -> Event {
    match heard {
        Heard::Answer(answer, _) => Event::Answered { exchange, response: answer.response() },
        Heard::Lost(loss) => Event::Lost { exchange, loss: *loss },
    }
}
