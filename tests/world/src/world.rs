//! The world: what is in it, and what happens, one event after the other, in virtual time.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use dollr_client::core::Purpose;
use fastrand::Rng;
use hashbrown::{HashMap, HashSet};

use crate::books::Books;
use crate::clock::{START, WorldClock};
use crate::fault::{Column, Fault};
use crate::needle::Needle;
use crate::network::{Heard, Host, Message};
use crate::order::{Order, Visit};
use crate::plan::Plan;
use crate::process::Process;
use crate::queue::Queue;
use crate::script::{Act, Script};
use crate::shelf::Shelf;
use crate::task::Task;
use crate::vendor::Vendor;

/// What happens at some moment.
#[derive(Debug)]
pub(crate) enum Happening {
    Wake(u64),
    Arrive(Box<Message>),
    Deliver {
        host: Host,
        call: u64,
        purpose: Purpose,
        key: String,
        heard: Heard,
    },
    Visit(usize, Visit),
    /// A customer closes the tab; he may say so, or not.
    Go(u64, bool),
    Overdue(u64),
    Cron(usize),
    Ship(usize),
    Restart(usize),
    Tick(usize, u32),
    Hint(usize, String),
    Trouble,
    Heal {
        key: String,
        damaged: String,
        whole: String,
    },
    Calm,
    /// The next line of the script.
    Act(Act),
}

/// One deployment, its vendor and its customers.
pub(crate) struct World<'a> {
    pub(crate) shelf: &'a Shelf,
    pub(crate) plan: Plan,
    /// What happens, where that is not left to chance; and which call of a host's fails.
    pub(crate) script: Option<Script>,
    pub(crate) needle: Needle,
    pub(crate) rng: Rng,
    pub(crate) clock: WorldClock,
    pub(crate) queue: Queue<Happening>,
    pub(crate) vendor: Vendor,
    pub(crate) books: Arc<Mutex<Books>>,
    pub(crate) processes: Vec<Process>,
    pub(crate) tasks: BTreeMap<u64, Task>,
    pub(crate) made: u64,
    pub(crate) woken: Arc<Mutex<Vec<u64>>>,
    pub(crate) orders: Vec<Order>,
    /// Whose each key is, and all keys in the order in which they came up.
    pub(crate) order_of: HashMap<String, usize>,
    pub(crate) keys: Vec<String>,
    /// Payments about which the vendor says nothing any more (F23), or has said that other money moved (F14, F15).
    pub(crate) silent: HashSet<String>,
    pub(crate) mismatched: HashSet<String>,
    /// Until when nobody who shares the limit may call, but those who had their permit before.
    pub(crate) cool_down: (u64, Vec<u64>),
    /// Payments about which the next so many calls are answered 401, whatever the token.
    pub(crate) denied: HashMap<String, u8>,
    pub(crate) damaged: HashMap<String, (String, String)>,
    /// What the last run has listed for a person.
    pub(crate) listed: BTreeSet<String>,
    pub(crate) calls: u64,
    pub(crate) posts: u64,
    pub(crate) polls: u64,
    /// Attempts that were refused, as another payment holds their order, and sources, as they are another order's.
    pub(crate) held: u64,
    pub(crate) others: u64,
    /// Payments of orders that others had paid for.
    pub(crate) twice: u64,
    pub(crate) calm_at: u64,
    pub(crate) telling: Telling,
}

/// To whom each event is told.
#[derive(Debug)]
pub(crate) enum Telling {
    Nobody,
    /// On the standard output, for who replays a seed.
    Aloud,
    /// Into a number, by which two runs are compared.
    Print(Cell<u64>),
}

/// What one world has come to.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) lives: u64,
    pub(crate) span: u64,
    pub(crate) posts: u64,
    pub(crate) polls: u64,
    pub(crate) stale: u64,
    pub(crate) refused: (u64, u64),
    pub(crate) twice: u64,
    pub(crate) shown: u64,
    pub(crate) hits: crate::fault::Hits,
    pub(crate) print: u64,
    pub(crate) violation: Option<String>,
}

impl<'a> World<'a> {
    pub(crate) fn new(seed: u64, shelf: &'a Shelf, telling: Telling) -> Self {
        let mut rng = Rng::with_seed(seed);
        let plan = Plan::of(&mut rng);
        Self::of(plan, rng, shelf, telling)
    }

    pub(crate) fn of(plan: Plan, mut rng: Rng, shelf: &'a Shelf, telling: Telling) -> Self {
        let mut books = Books::new(rng.fork());
        books.clocks_agree = !plan.has(Fault::Clock);
        books.failing = plan.odds(Fault::Disk);
        books.dying = plan.odds(Fault::Crash) / 4;
        let mut vendor = Vendor::new(rng.fork());
        vendor.flips = plan.odds(Fault::FailedThenCompleted).div_ceil(50);
        let calm_at = START + plan.span + 1_200_000;
        shelf.empty();
        Self {
            shelf,
            plan,
            script: None,
            needle: Needle::default(),
            rng,
            clock: WorldClock::new(),
            queue: Queue::new(),
            vendor,
            books: Arc::new(Mutex::new(books)),
            processes: Vec::new(),
            tasks: BTreeMap::new(),
            made: 0,
            woken: Arc::default(),
            orders: Vec::new(),
            order_of: HashMap::new(),
            keys: Vec::new(),
            silent: HashSet::new(),
            mismatched: HashSet::new(),
            denied: HashMap::new(),
            cool_down: (0, Vec::new()),
            damaged: HashMap::new(),
            listed: BTreeSet::new(),
            calls: 0,
            posts: 0,
            polls: 0,
            held: 0,
            others: 0,
            twice: 0,
            calm_at,
            telling,
        }
    }

    /// All of it, until everything is settled.
    pub(crate) fn run(mut self) -> Outcome {
        self.trace(|| "a new world".to_owned());
        if self.script.is_some() {
            self.open_script();
        } else {
            self.open_shop();
            self.queue.push(START + 10_000, Happening::Trouble);
        }
        self.queue.push(self.calm_at, Happening::Calm);
        while let Some((at, happening)) = self.queue.pop() {
            self.clock.advance_to(at);
            self.happen(happening);
            self.settle_the_moment();
            if self.is_violated() || self.is_settled() {
                break;
            }
        }
        if !self.is_violated() {
            self.judge_the_end();
            self.judge_the_script();
        }
        let span = self.clock.now() - START;
        let (posts, polls, refused, twice) = (self.posts, self.polls, (self.held, self.others), self.twice);
        let vendors = self.vendor.violation.take();
        let lives = self.keys.len() as u64;
        let print = if let Telling::Print(print) = &self.telling { print.get() } else { 0 };
        drop((self.tasks, self.processes));
        let mut books = self.books.lock().unwrap_or_else(PoisonError::into_inner);
        let violation = vendors.or(books.violation.take());
        let (stale, shown, hits) = (books.stale, books.shown, books.hits.clone());
        Outcome { lives, span, posts, polls, stale, refused, twice, shown, hits, print, violation }
    }

    fn happen(&mut self, happening: Happening) {
        match happening {
            Happening::Wake(task) => self.wake(task),
            Happening::Arrive(message) => self.arrive(&message),
            Happening::Deliver { host, call, purpose, key, heard } => {
                self.deliver(host, call, purpose, &key, heard);
            }
            Happening::Visit(order, visit) => self.visit(order, visit),
            Happening::Go(task, says_so) => self.go(task, says_so),
            Happening::Overdue(task) => self.look_at_overdue(task),
            Happening::Cron(process) => self.cron(process),
            Happening::Ship(process) => self.ship(process),
            Happening::Restart(process) => self.restart(process),
            Happening::Tick(process, life) => self.tick(process, life),
            Happening::Hint(process, key) => self.hint(process, &key),
            Happening::Trouble => self.trouble(),
            Happening::Heal { key, damaged, whole } => self.heal(&key, &damaged, &whole),
            Happening::Calm => self.calm(),
            Happening::Act(act) => self.act(act),
        }
    }

    /// Who was woken goes on, and who has died is dead.
    fn settle_the_moment(&mut self) {
        loop {
            let dead = self.books().dead.take();
            if let Some(process) = dead {
                self.trace(|| format!("process {process} dies at the disk"));
                self.crash(process, None);
            }
            self.restart_what_fails();
            let woken = self.woken.lock().unwrap_or_else(PoisonError::into_inner).pop();
            match woken {
                Some(task) => self.wake(task),
                None if dead.is_none() => return,
                None => {}
            }
        }
    }

    fn is_violated(&mut self) -> bool {
        self.vendor.violation.is_some() || self.books().violation.is_some()
    }

    /// Long after the faults, when nobody has anything to do any more.
    fn is_settled(&mut self) -> bool {
        const RECHECKED: u64 = 2 * 3_600_000;
        const LONGEST_RUN: u64 = 3_600_000;
        /// A last question may come to nothing twelve times, once a run, and first a row may be put off for an hour that could not be read.
        const LAST_TRIES: u64 = 12 * 2_400_000 + 3_600_000;
        if self.is_played() {
            return true;
        }
        let (now, idle) = (self.clock.now(), self.tasks.is_empty());
        let over = self.calm_at + self.horizon() + RECHECKED;
        // Whose clock was wrong is looked after for longer than anybody can wait here.
        let at_last = over + if self.plan.has(Fault::Clock) { 0 } else { LAST_TRIES };
        if now <= self.calm_at + RECHECKED || !idle && now <= at_last + LONGEST_RUN {
            return false;
        }
        let books = self.books();
        // A run tells what it has given up when it has ended.
        let is_told = |key: &String| now > over && self.listed.contains(key);
        now > at_last || self.keys.iter().all(|key| books.column(key).is_terminal() || is_told(key))
    }

    pub(crate) fn horizon(&self) -> u64 {
        u64::try_from(self.plan.policy.horizon.as_millis()).unwrap_or(u64::MAX)
    }

    pub(crate) fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn shared_books(&self) -> &Arc<Mutex<Books>> {
        &self.books
    }

    pub(crate) fn violated(&self, what: impl FnOnce() -> String) {
        self.books().violated(what);
    }

    pub(crate) fn hit(&self, fault: Fault, column: Column) {
        self.books().hits.count(fault, column);
    }

    pub(crate) fn count_calls(&mut self, purpose: Purpose) {
        self.posts += u64::from(purpose == Purpose::Execute);
        self.polls += u64::from(purpose == Purpose::Status);
    }

    pub(crate) fn is_tracing(&self) -> bool {
        !matches!(self.telling, Telling::Nobody)
    }

    pub(crate) fn trace(&self, what: impl FnOnce() -> String) {
        let at = self.clock.now() - START;
        match &self.telling {
            Telling::Nobody => {}
            Telling::Aloud => println!("{:>6}.{:03} {}", at / 1_000, at % 1_000, what()),
            Telling::Print(print) => {
                for byte in what().bytes().chain(at.to_le_bytes()) {
                    print.set((print.get() ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
                }
            }
        }
    }
}
