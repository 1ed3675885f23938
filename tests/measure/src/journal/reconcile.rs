//! How fast a process reconciles what is due, by so many workers at a time, beside a loop that asks the same questions of the same vendor with
//! as many threads and does nothing else; and, where the vendor is near, beside one that takes and saves its rows by SQL alone, too.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use dollr_client::{Client, Clock, Reconcile, SystemClock};
use dollr_core::{Limit, Timestamp};

use super::Engine;
use super::bare::Bare;
use crate::report::{Axis, Line, Part, Plot, Ratio, Row};
use crate::rounds::{Series, real};
use crate::vendor::{TOKEN, Vendor};

const WORKERS: [usize; 3] = [1, 4, 16];

/// How far the vendor is away, in milliseconds.
const AWAY: [u64; 2] = [0, 5];

/// Each asks for so long in each round, where the vendor is far away; where it is near, about all that is open, in about as long.
const WINDOW: Duration = Duration::from_millis(800);

/// The budget of the runs that have one, in calls a second.
const BUDGET: u32 = 400;

/// When to end.
#[derive(Clone, Copy)]
enum Until {
    Over(Duration),
    Asked(usize),
}

/// So many rows each worker of a loop with SQL takes at a time: what is durable together costs less.
const BATCH: i64 = 50;

/// Who asks.
enum Who<'a> {
    /// A loop that has no rows.
    Loop,
    /// One that has them by SQL alone.
    LoopWith(&'a Mutex<&'a mut Box<dyn Bare>>),
    Client(&'a Client),
    ClientInBudget(&'a Client),
}

impl Who<'_> {
    /// Whether it is to be as fast as the bare loop.
    fn is_judged(&self) -> bool {
        matches!(self, Self::Client(_))
    }
}

struct Runner<'a> {
    name: String,
    who: Who<'a>,
    /// How many milliseconds later than the machine's clock it is.
    later: &'a AtomicU64,
    /// Questions a second, by workers.
    rates: [Vec<f64>; WORKERS.len()],
}

pub(super) fn measure(part: &mut Part, engines: &mut [Engine], open: usize, rounds: usize) {
    // It never goes back: what is due then was written by it.
    let later = Arc::new(AtomicU64::new(0));
    for away in AWAY {
        let vendor = Vendor::start(away);
        let until = if away == 0 { Until::Asked(open) } else { Until::Over(WINDOW) };
        let clients: Vec<_> = engines.iter().map(|engine| client(engine, &vendor.url, &later)).collect();
        let tables: Vec<_> =
            engines.iter_mut().map(|engine| (engine.name, Mutex::new(&mut engine.bare))).collect();
        let runner = |name: String, who| Runner { name, who, later: &later, rates: Default::default() };
        let mut runners = vec![runner("a bare loop".to_owned(), Who::Loop)];
        for ((name, bare), client) in tables.iter().zip(&clients) {
            if away == 0 {
                runners.push(runner(format!("a loop with {name} by SQL alone"), Who::LoopWith(bare)));
            }
            runners.push(runner(format!("reconciling by {name}"), Who::Client(client)));
            if away > 0 && *name == "SQLite" {
                let named = format!("reconciling by {name}, {BUDGET} calls/s at most");
                runners.push(runner(named, Who::ClientInBudget(client)));
            }
        }
        for round in 0..=rounds {
            for (place, workers) in WORKERS.into_iter().enumerate() {
                for runner in &mut runners {
                    let rate = runner.once(&vendor, workers, until);
                    // One round to warm up.
                    if round > 0 {
                        runner.rates[place].push(rate);
                    }
                }
            }
        }
        tell(part, away, &runners);
    }
}

fn client(engine: &Engine, url: &str, later: &Arc<AtomicU64>) -> Client {
    let builder = Client::builder().credentials("id", "secret").base_url(url).clock(Later(Arc::clone(later)));
    builder.journal(engine.bare.journal()).build().expect("a client")
}

impl Runner<'_> {
    /// Questions a second.
    fn once(&self, vendor: &Vendor, workers: usize, until: Until) -> f64 {
        // Two hours later all are due again: none stays alone for so long.
        self.later.fetch_add(7_200_000, Ordering::SeqCst);
        match self.who {
            Who::Loop => ask(&vendor.url, workers, until),
            Who::LoopWith(bare) => ask_and_save(&vendor.url, workers, until, bare, self.now()),
            Who::Client(client) => reconcile(client, Reconcile::default().workers(workers), until),
            Who::ClientInBudget(client) => {
                let limit = Limit::new(BUDGET, Duration::from_secs(1)).expect("a limit");
                reconcile(client, Reconcile::default().workers(workers).rate(limit), until)
            }
        }
    }

    fn now(&self) -> i64 {
        let now = SystemClock.now().as_millis() + self.later.load(Ordering::SeqCst);
        i64::try_from(now).expect("a time of ours")
    }
}

fn reconcile(client: &Client, how: Reconcile, until: Until) -> f64 {
    let stop = Arc::new(AtomicBool::new(false));
    let how = how.horizon(Duration::from_secs(100 * 365 * 86_400)).stop(Arc::clone(&stop));
    let began = Instant::now();
    if let Until::Over(window) = until {
        thread::spawn(move || {
            thread::sleep(window);
            stop.store(true, Ordering::SeqCst);
        });
    }
    let summary = client.reconcile(&how).expect("a summary");
    let (asked, unreadable) = (summary.asked, summary.unreadable.len());
    assert!(asked > 0 && !summary.needs_a_person(), "{asked} asked about, {unreadable} unreadable");
    real(usize::try_from(summary.calls.status).expect("few")) / began.elapsed().as_secs_f64()
}

/// Asks as often as it can, by so many threads.
fn ask(url: &str, workers: usize, until: Until) -> f64 {
    in_threads(url, workers, until, |question| {
        question();
        1
    })
}

/// The same, where each takes rows that are due and saves them when it has asked about all of them.
fn ask_and_save(url: &str, workers: usize, until: Until, bare: &Mutex<&mut Box<dyn Bare>>, now: i64) -> f64 {
    let rows = || bare.lock().expect("no panic");
    in_threads(url, workers, until, |question| {
        let taken = rows().take(BATCH, now);
        for _ in &taken {
            question();
        }
        rows().settle(&taken, now);
        taken.len()
    })
}

/// So many threads that do this, which says how often it has asked; questions a second.
fn in_threads(url: &str, workers: usize, until: Until, work: impl Fn(&dyn Fn()) -> usize + Sync) -> f64 {
    let config =
        ureq::Agent::config_builder().max_redirects(0).proxy(None).max_idle_connections_per_host(workers);
    let agent = ureq::Agent::new_with_config(config.build());
    let question = || {
        let place = format!("{url}/v1/status/collection/07070707-0707-4707-8707-070707070707");
        let call = agent.get(place).header("authorization", format!("Bearer {TOKEN}"));
        drop(call.call().and_then(|mut answer| answer.body_mut().read_to_vec()).expect("an answer"));
    };
    let asked = AtomicUsize::new(0);
    let began = Instant::now();
    let goes_on = || match until {
        Until::Over(window) => began.elapsed() < window,
        Until::Asked(count) => asked.load(Ordering::Relaxed) < count,
    };
    let one = || {
        while goes_on() {
            asked.fetch_add(work(&question), Ordering::Relaxed);
        }
    };
    thread::scope(|scope| (0..workers).for_each(|_| drop(scope.spawn(one))));
    real(asked.load(Ordering::SeqCst)) / began.elapsed().as_secs_f64()
}

fn tell(part: &mut Part, away: u64, runners: &[Runner<'_>]) {
    let [bare, ours @ ..] = runners else { return };
    let series = |runner: &Runner<'_>, place: usize| Series::from(runner.rates[place].clone());
    for (place, workers) in WORKERS.into_iter().enumerate() {
        let what = format!("questions, {workers} at a time, the vendor {away} ms away");
        for runner in runners {
            part.rows.push(Row::measured(&what, &runner.name, "1/s", &series(runner, place)));
        }
        for (at, runner) in ours.iter().enumerate().filter(|(_, runner)| runner.who.is_judged()) {
            let ratio = series(runner, place).ratio_to(&series(bare, place));
            part.ratios.push(Ratio::at_least(0.8, &what, &runner.name, &bare.name, ratio));
            // What has the same rows stands before it.
            if let Some(both) =
                at.checked_sub(1).map(|at| &ours[at]).filter(|it| matches!(it.who, Who::LoopWith(_)))
            {
                let ratio = series(runner, place).ratio_to(&series(both, place));
                part.ratios.push(Ratio::without_goal(&what, &runner.name, &both.name, ratio));
                let ratio = series(both, place).ratio_to(&series(bare, place));
                part.ratios.push(Ratio::without_goal(&what, &both.name, &bare.name, ratio));
            }
        }
    }
    for runner in ours.iter().filter(|runner| away > 0 && runner.who.is_judged()) {
        for (place, workers) in WORKERS.into_iter().enumerate().skip(1) {
            let ratio = series(runner, place).ratio_to(&series(runner, 0)) / real(workers);
            let what = format!("questions by {workers} workers for each, the vendor {away} ms away");
            part.ratios.push(Ratio::at_least(0.9, what, &runner.name, "those by one worker", ratio));
        }
    }
    let line = |runner: &Runner<'_>| Line {
        name: runner.name.clone(),
        points: false,
        x: WORKERS.into_iter().map(real).collect(),
        y: (0..WORKERS.len()).map(|place| series(runner, place).median()).collect(),
    };
    part.plots.push(Plot {
        file: format!("journal-{away}.svg"),
        title: format!("Reconciling, the vendor {away} ms away"),
        x: Axis::log("workers"),
        y: Axis::log("questions a second"),
        lines: runners.iter().map(line).collect(),
        bars: Vec::new(),
    });
}

/// The machine's clock, and so many milliseconds more.
#[derive(Debug)]
struct Later(Arc<AtomicU64>);

impl Clock for Later {
    fn now(&self) -> Timestamp {
        SystemClock.now().after(Duration::from_millis(self.0.load(Ordering::SeqCst)))
    }

    fn sleep_until(&self, until: Timestamp) {
        thread::sleep(until.since(self.now()));
    }
}
