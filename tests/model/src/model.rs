//! The search: what may happen in each state, and what must hold in all of them.

use std::collections::BTreeMap;
use std::fmt;
use std::thread;
use std::time::{Duration, Instant};

use stateright::{Checker, Expectation, HasDiscoveries, Model, Property};

use crate::answer::Answer;
use crate::bench::{Bench, End, Told, Wish};
use crate::host::Host;
use crate::setting::{Flaw, Role, Setting, Vendor};
use crate::vendor;
use crate::world::{Message, Record, Worker, World};

/// I1.
pub const WRITE_AHEAD: &str = "I1 a POST is on disk before it is on the wire";
/// I2.
pub const ONCE: &str = "I2 money moves at most once";
/// I4.
pub const TRUE: &str = "I4 paid only what the vendor has completed";
/// I14.
pub const FENCED: &str = "I14 a stale write is refused";

/// One thing that happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Happening {
    Starts(u8),
    Steps(u8, Wish),
    FindsNobody(u8),
    GivesUp(u8),
    Dies(u8),
    HearsHint(u8),
    /// A request arrives at the vendor, who makes one of several things of it.
    Arrives(Message, usize),
    Answered(Message),
    Lost(Message),
    Repeated(Message),
    Settles(Record, bool),
    NightFalls,
}

struct Life {
    bench: Bench,
    setting: Setting,
}

impl Life {
    fn host(&self, worker: u8) -> Host<'_> {
        Host { bench: &self.bench, setting: &self.setting, worker }
    }

    fn of_worker(&self, world: &World, worker: u8, happenings: &mut Vec<Happening>) {
        let host = self.host(worker);
        if host.may_start(world) {
            happenings.push(Happening::Starts(worker));
        }
        let Some(job) = host.job(world) else { return };
        if world.left.crashes > 0 {
            happenings.push(Happening::Dies(worker));
        }
        if job.call.is_some() {
            happenings.push(Happening::GivesUp(worker));
        }
        let Some(wish) = host.wish(world) else { return };
        let asks = matches!(wish, Wish::Send(call) if !call.executes);
        if !asks || world.left.asks > 0 {
            happenings.push(Happening::Steps(worker, wish));
            if matches!(wish, Wish::Send(_)) && world.left.oddities > 0 {
                happenings.push(Happening::FindsNobody(worker));
            }
        }
        if matches!(wish, Wish::Wait(_)) && world.left.hints > 0 && host_attends(&self.setting, worker) {
            happenings.push(Happening::HearsHint(worker));
        }
    }

    fn of_wire(&self, world: &World, happenings: &mut Vec<Happening>) {
        for (n, message) in world.wire.iter().enumerate() {
            if n > 0 && world.wire[n - 1] == *message {
                continue;
            }
            happenings.push(Happening::Lost(*message));
            if let Message::Answer { .. } = message {
                happenings.push(Happening::Answered(*message));
            }
            for (n, outcome) in vendor::outcomes(world, self.setting.vendor, *message).iter().enumerate() {
                if !outcome.odd || world.left.oddities > 0 {
                    happenings.push(Happening::Arrives(*message, n));
                }
            }
            let post = matches!(message, Message::Post { .. });
            if world.left.repeats > 0 && !(post && self.setting.vendor == Vendor::ChargesEach) {
                happenings.push(Happening::Repeated(*message));
            }
        }
    }

    /// A request arrives: its effect is in the books, and its answer on the wire.
    fn arrive(&self, world: &mut World, message: Message, outcome: usize) -> Option<()> {
        let outcome = vendor::outcomes(world, self.setting.vendor, message).into_iter().nth(outcome)?;
        world.take(message);
        world.ledger = outcome.ledger;
        world.left.oddities -= u8::from(outcome.odd);
        if let Some((to, call)) = vendor::asker(message) {
            world.post(Message::Answer { to, call, answer: outcome.answer });
        }
        Some(())
    }

    /// An answer comes back. One that nobody waits for any more is told all the same: the machine has to know better.
    fn hear(&self, world: &mut World, message: Message) -> Option<()> {
        let Message::Answer { to, call, answer } = message else { return None };
        world.take(message);
        let job = self.host(to).job(world)?;
        let believed = self.setting.flaw == Flaw::Believes && !call.executes && answer.names_completed();
        let answer = if believed { Answer::Completed } else { answer };
        self.host(to).tell(world, job, Told::Answered(call, answer));
        Some(())
    }

    /// How a payment stands, by the row and by whoever has it in his memory.
    fn ends(&self, world: &World) -> impl Iterator<Item = (End, bool)> {
        let at_work = world.workers.iter().filter_map(|worker| match worker {
            Worker::AtWork(job) => Some(job.machine),
            Worker::Away => None,
        });
        let machines: Vec<_> = world.row.map(|row| row.machine).into_iter().chain(at_work).collect();
        machines.into_iter().map(|machine| {
            let known = self.bench.known(machine);
            (known.end, known.conflict)
        })
    }

    fn any(&self, world: &World, end: End) -> bool {
        self.ends(world).any(|(other, _)| other == end)
    }
}

fn host_attends(setting: &Setting, worker: u8) -> bool {
    setting.roles[usize::from(worker)] == Role::Attends
}

impl Model for Life {
    type State = World;
    type Action = Happening;

    fn init_states(&self) -> Vec<World> {
        vec![World::new(&self.setting)]
    }

    fn actions(&self, world: &World, happenings: &mut Vec<Happening>) {
        for worker in 0..u8::try_from(world.workers.len()).unwrap_or_default() {
            self.of_worker(world, worker, happenings);
        }
        self.of_wire(world, happenings);
        for (record, odd) in vendor::settled(world) {
            if !odd || world.left.oddities > 0 {
                happenings.push(Happening::Settles(record, odd));
            }
        }
        let nobody = world.workers.iter().all(|worker| *worker == Worker::Away);
        let later = world.row.and_then(|row| row.due).is_some_and(|due| due > world.now);
        if nobody && later && world.left.starts > 0 {
            happenings.push(Happening::NightFalls);
        }
    }

    fn next_state(&self, world: &World, happening: Happening) -> Option<World> {
        let mut world = world.clone();
        match happening {
            Happening::Starts(worker) => self.host(worker).start(&mut world),
            Happening::Steps(worker, wish) => {
                let job = self.host(worker).job(&world)?;
                self.host(worker).step(&mut world, job, wish);
            }
            Happening::FindsNobody(worker) => {
                world.left.oddities -= 1;
                let Some(Wish::Send(call)) = self.host(worker).wish(&world) else { return None };
                let job = self.host(worker).job(&world)?;
                self.host(worker).tell(&mut world, job, Told::NotSent(call));
            }
            Happening::GivesUp(worker) => {
                let job = self.host(worker).job(&world)?;
                let call = job.call?;
                let guessed = self.setting.flaw == Flaw::GuessesNotSent;
                let job = if guessed { crate::world::Job { call: None, ..job } } else { job };
                let told = if guessed { Told::NotSent(call) } else { Told::Lost(call) };
                self.host(worker).tell(&mut world, job, told);
            }
            Happening::Dies(worker) => {
                world.left.crashes -= 1;
                world.die(worker);
            }
            Happening::HearsHint(worker) => {
                world.left.hints -= 1;
                let job = self.host(worker).job(&world)?;
                self.host(worker).tell(&mut world, job, Told::Hint);
            }
            Happening::Arrives(message, outcome) => self.arrive(&mut world, message, outcome)?,
            Happening::Answered(message) => self.hear(&mut world, message)?,
            Happening::Lost(message) => world.take(message),
            Happening::Repeated(message) => {
                world.left.repeats -= 1;
                world.post(message);
            }
            Happening::Settles(record, odd) => {
                world.left.oddities -= u8::from(odd);
                world.ledger.record = record;
            }
            Happening::NightFalls => world.now = world.row?.due?,
        }
        Some(world)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let mut properties = promises();
        properties.extend(sights(&self.setting));
        properties
    }
}

/// What must hold in every state.
fn promises() -> Vec<Property<Life>> {
    vec![
        Property::always(WRITE_AHEAD, |_, w: &World| !w.broken.write_ahead),
        Property::always(ONCE, |_, w: &World| w.ledger.charges <= 1),
        Property::always(
            "I2 an id is posted once to a vendor that charges each",
            |life: &Life, w: &World| {
                life.setting.vendor == Vendor::Deduplicates || w.ledger.posts <= w.ledger.unprocessed + 1
            },
        ),
        Property::always(
            "I2 a request is sent no more often than its policy says",
            |life: &Life, w: &World| {
                w.ledger.posts <= w.ledger.unprocessed + 1 + u8::from(life.setting.resends)
            },
        ),
        Property::always(TRUE, |life: &Life, w: &World| {
            w.ledger.record == Record::Completed || !life.any(w, End::Paid)
        }),
        Property::always("I4 failed only what the vendor has failed", |life: &Life, w: &World| {
            matches!(w.ledger.record, Record::Failed | Record::Completed) || !life.any(w, End::Failed)
        }),
        Property::always("I2 refused or not landed only what moves no money", |life: &Life, w: &World| {
            w.ledger.charges == 0 || !(life.any(w, End::Refused) || life.any(w, End::NotLanded))
        }),
        Property::always("I6 an end is final", |_, w: &World| !w.broken.finality),
        Property::always(FENCED, |_, w: &World| !w.broken.fence),
    ]
}

/// What must be reached: a search that never sees it proves nothing.
fn sights(setting: &Setting) -> Vec<Property<Life>> {
    let mut sights = vec![
        Property::sometimes("is paid", |life: &Life, w: &World| life.any(w, End::Paid)),
        Property::sometimes("is failed", |life: &Life, w: &World| life.any(w, End::Failed)),
        Property::sometimes("is refused", |life: &Life, w: &World| life.any(w, End::Refused)),
        Property::sometimes("has not landed", |life: &Life, w: &World| life.any(w, End::NotLanded)),
        Property::sometimes("moves money after a 404", |_, w: &World| {
            let told = w.wire.iter().any(|m| matches!(m, Message::Answer { answer: Answer::Unknown(_), .. }));
            w.ledger.charges == 1 && told
        }),
    ];
    if setting.oddities > 0 {
        sights.push(Property::sometimes("is stuck", |life: &Life, w: &World| life.any(w, End::Stuck)));
        sights.push(Property::sometimes("is thrown back", |_, w: &World| w.ledger.unprocessed > 0));
    }
    if setting.oddities > 0 && setting.asks > 1 {
        sights.push(Property::sometimes("is contradicted", |life: &Life, w: &World| {
            life.ends(w).any(|(_, conflict)| conflict)
        }));
    }
    if setting.resends {
        sights.push(Property::sometimes("is sent twice", |_, w: &World| {
            w.ledger.posts > w.ledger.unprocessed + 1
        }));
    }
    if setting.roles.len() > 1 {
        sights.push(Property::sometimes("somebody has an old version", |_, w: &World| {
            w.workers.iter().any(|worker| match (worker, w.row) {
                (Worker::AtWork(job), Some(row)) => {
                    job.saved.is_none_or(|(version, _)| version != row.version)
                }
                _ => false,
            })
        }));
    }
    sights
}

/// What a search came to.
#[derive(Debug)]
pub struct Checked {
    /// States that were reached, each once.
    pub unique: usize,
    /// Steps that were taken.
    pub steps: usize,
    /// How many steps lead to the farthest of them.
    pub depth: usize,
    /// How long it took.
    pub took: Duration,
    /// Promises that do not hold, each with a way there.
    pub broken: BTreeMap<&'static str, Vec<String>>,
    /// What should have been seen, and was not.
    pub unseen: Vec<&'static str>,
}

impl fmt::Display for Checked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { unique, steps, depth, took, .. } = self;
        write!(f, "{unique} states, {steps} steps, depth {depth}, {:.1} s", took.as_secs_f64())?;
        for (promise, way) in &self.broken {
            write!(f, "\n  broken after {} steps: {promise}", way.len())?;
            for (n, step) in way.iter().enumerate() {
                write!(f, "\n    {:2} {step}", n + 1)?;
            }
        }
        for sight in &self.unseen {
            write!(f, "\n  never seen: {sight}")?;
        }
        Ok(())
    }
}

/// Searches a world: all of it, or until a promise is found broken.
pub fn check(setting: &Setting) -> Checked {
    search(setting, HasDiscoveries::AnyFailures)
}

/// Searches a world until this very promise is found broken.
pub fn find(setting: &Setting, promise: &'static str) -> Checked {
    search(setting, HasDiscoveries::AnyOf([promise].into()))
}

fn search(setting: &Setting, until: HasDiscoveries) -> Checked {
    let began = Instant::now();
    let life = Life { bench: Bench::new(setting), setting: setting.clone() };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let search = life.checker().threads(threads).finish_when(until).spawn_bfs().join();
    let found = search.discoveries();
    let mut broken = BTreeMap::new();
    let mut unseen = Vec::new();
    for property in search.model().properties() {
        match (property.expectation, found.get(property.name)) {
            (Expectation::Always, Some(way)) => {
                let steps = way.clone().into_actions().iter().map(|step| format!("{step:?}")).collect();
                broken.insert(property.name, steps);
            }
            (Expectation::Sometimes, None) => unseen.push(property.name),
            _ => {}
        }
    }
    Checked {
        unique: search.unique_state_count(),
        steps: search.state_count(),
        depth: search.max_depth(),
        took: began.elapsed(),
        broken,
        unseen,
    }
}
