//! Each call of a host fails, one after the other: in each scenario the calls of its sockets, disk and clocks are counted where none
//! fails, and then it is played anew for each of them and each way in which that can fail.

use std::fmt::{self, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use fastrand::Rng;

use crate::needle::{Call, Kind, Prick};
use crate::run::panicked;
use crate::scenarios;
use crate::script::Scenario;
use crate::shelf::Shelf;
use crate::world::{Telling, World};

/// What a run, or all, have come to.
#[derive(Debug, Default)]
pub struct Total {
    /// How many scenarios there are.
    pub scenarios: usize,
    /// Calls of hosts, by their kind: sockets, reads, writes, clocks.
    calls: [usize; 4],
    /// In how many runs a call failed so, once, and from then on; in the order of [`Kind::ALL`].
    runs: Vec<(usize, usize)>,
    /// How many failures there are that were left out.
    left_out: usize,
    /// What broke, with the command that replays it.
    pub failures: Vec<String>,
    /// How long it took.
    took: Duration,
}

/// Which failures are tried.
#[derive(Clone, Copy, Debug)]
pub enum Extent {
    /// All of them.
    All,
    /// All that fail once at a socket or the disk; of the others one of so many.
    OneOf(u64),
}

/// Plays all scenarios, on as many threads as there are processors.
pub fn run(extent: Extent) -> Total {
    let begun = Instant::now();
    let scenarios = scenarios::all();
    let mut total =
        Total { scenarios: scenarios.len(), runs: vec![(0, 0); Kind::ALL.len()], ..Total::default() };
    let counted = each(&scenarios, |shelf, scenario| play(scenario, None, shelf));
    let mut pricks = Vec::new();
    for (played, scenario) in counted.into_iter().zip(&scenarios) {
        total.take_in(scenario, None, &played);
        pricks.extend(total.pricks(scenario, &played.calls).map(|prick| (scenario, prick)));
    }
    let all = pricks.len();
    if let Extent::OneOf(share) = extent {
        let mut dice = Rng::with_seed(1);
        pricks.retain(|(_, prick)| !(prick.lasting || prick.kind.is_clock()) || dice.u64(..share) == 0);
    }
    total.left_out = all - pricks.len();
    let played = each(&pricks, |shelf, (scenario, prick)| play(scenario, Some(*prick), shelf));
    for (played, (scenario, prick)) in played.into_iter().zip(&pricks) {
        total.take_in(scenario, Some(*prick), &played);
    }
    Total { took: begun.elapsed(), ..total }
}

/// Plays one scenario, told event by event: `scenario`, or `scenario:17:busy`.
///
/// # Errors
///
/// What broke; or what is wrong with the words.
pub fn one(words: &str) -> Result<usize, String> {
    let (name, prick) = match words.split_once(':') {
        None => (words, None),
        Some((name, prick)) => (name, Some(prick.parse()?)),
    };
    let scenarios = scenarios::all();
    let scenario = scenarios.iter().find(|scenario| scenario.name == name);
    let scenario = scenario.ok_or_else(|| format!("there is no scenario {name}"))?;
    let played = go(scenario, prick, &Shelf::new(), Telling::Aloud);
    played.violation.map_or(Ok(played.calls.len()), Err)
}

struct Played {
    calls: Vec<Call>,
    hit: bool,
    violation: Option<String>,
}

fn play(scenario: &Scenario, prick: Option<Prick>, shelf: &Shelf) -> Played {
    go(scenario, prick, shelf, Telling::Nobody)
}

/// A panic is a broken promise, too.
fn go(scenario: &Scenario, prick: Option<Prick>, shelf: &Shelf, telling: Telling) -> Played {
    let world = World::scripted(scenario, prick, shelf, telling);
    let needle = world.needle.clone();
    let outcome = catch_unwind(AssertUnwindSafe(|| world.run()));
    let violation = outcome.map_or_else(|panic| Some(panicked(&*panic)), |outcome| outcome.violation);
    Played { calls: needle.calls(), hit: needle.has_hit(), violation }
}

/// Does it for each, by several threads with a disk each; what came of it, in order.
fn each<T: Sync, R: Send>(all: &[T], work: impl Fn(&Shelf, &T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::with_capacity(all.len()));
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(2, std::num::NonZero::get) {
            scope.spawn(|| {
                let shelf = Shelf::new();
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(one) = all.get(at) else { return };
                    let result = work(&shelf, one);
                    done.lock().expect("nobody panics").push((at, result));
                }
            });
        }
    });
    let mut done = done.into_inner().expect("nobody panics");
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

impl Total {
    /// The ways in which no call has failed.
    pub fn never(&self) -> Vec<&'static str> {
        let runs = Kind::ALL.iter().zip(&self.runs);
        let never = runs.filter(|(kind, (once, lasting))| *once == 0 || (kind.lasts() && *lasting == 0));
        never.map(|(kind, _)| kind.word()).collect()
    }

    /// All failures of the calls of a scenario, which must have calls of each kind.
    fn pricks(&mut self, scenario: &Scenario, calls: &[Call]) -> impl Iterator<Item = Prick> {
        for (number, call) in [Call::Socket, Call::Read, Call::Write, Call::Clock].into_iter().enumerate() {
            let times = calls.iter().filter(|other| **other == call).count();
            self.calls[number] += times;
            if times == 0 {
                self.failures.push(format!("{}: there is no {call:?} in it", scenario.name));
            }
        }
        let calls: Vec<_> = calls.iter().copied().enumerate().collect();
        calls.into_iter().flat_map(|(at, call)| {
            let kinds = Kind::ALL.iter().copied().filter(move |kind| kind.befalls(call));
            kinds.flat_map(move |kind| {
                let once = Prick { at, kind, lasting: false };
                [Some(once), kind.lasts().then_some(Prick { lasting: true, ..once })].into_iter().flatten()
            })
        })
    }

    fn take_in(&mut self, scenario: &Scenario, prick: Option<Prick>, played: &Played) {
        let name = match prick {
            None => scenario.name.to_owned(),
            Some(prick) => {
                let runs = &mut self.runs[prick.kind as usize];
                let times = if prick.lasting { &mut runs.1 } else { &mut runs.0 };
                *times += 1;
                format!("{}:{prick}", scenario.name)
            }
        };
        let missed =
            prick.filter(|_| !played.hit).map(|_| "the call that was to fail was not made".to_owned());
        if let Some(what) = played.violation.clone().or(missed) {
            self.failures.push(format!(
                "{what}\n    DOLLR_TORTURE={name} cargo test --release -p dollr-world --test torture one_failure -- --nocapture"
            ));
        }
    }
}

impl fmt::Display for Total {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [sockets, reads, writes, clocks] = self.calls;
        let mut text = String::new();
        for (kind, (once, lasting)) in Kind::ALL.iter().zip(&self.runs) {
            let lasting = if kind.lasts() { lasting.to_string() } else { "·".to_owned() };
            writeln!(text, "{:<16}{once:>8}{lasting:>8}", kind.word())?;
        }
        writeln!(f, "{:<16}{:>8}{:>8}\n{text}", "", "once", "lasting")?;
        let runs: usize = self.runs.iter().map(|(once, lasting)| once + lasting).sum();
        writeln!(
            f,
            "{} scenarios with {} fallible calls: {sockets} requests, {reads} reads and {writes} writes of the journal, {clocks} readings of clocks",
            self.scenarios,
            self.calls.iter().sum::<usize>()
        )?;
        write!(
            f,
            "{runs} runs in which one of them fails, {} left out, {} broke a promise, {:.0} s",
            self.left_out,
            self.failures.len(),
            self.took.as_secs_f64()
        )
    }
}
