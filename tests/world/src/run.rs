//! Many worlds, on as many threads as there are processors; what they come to, and what the numbers allow to say.

use std::any::Any;
use std::cell::Cell;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::fault::Hits;
use crate::shelf::Shelf;
use crate::world::{Outcome, Telling, World};

/// A seed whose world broke a promise.
#[derive(Clone, Debug)]
pub struct Failure {
    /// To replay it.
    pub seed: u64,
    /// Which promise, and how.
    pub what: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seed, what } = self;
        write!(
            f,
            "{what}\n    DOLLR_WORLD_SEED={seed} cargo test --release -p dollr-world one_seed -- --nocapture"
        )
    }
}

/// What many worlds have come to.
#[derive(Debug)]
pub struct Total {
    /// Payments.
    pub lives: u64,
    /// Worlds.
    pub seeds: u64,
    /// Of all worlds together.
    pub simulated: Duration,
    /// Requests that move money, and questions.
    pub calls: (u64, u64),
    /// Writes that came too late and were refused.
    pub stale: u64,
    /// Attempts that were refused, as another payment holds their order, and sources, as they are another order's.
    pub refused: (u64, u64),
    /// Payments of orders that others had paid for.
    pub twice: u64,
    /// How often a payer was shown by what his bank asks him.
    pub shown: u64,
    /// How long it took.
    pub took: Duration,
    /// The first broken promise of each world that broke one.
    pub failures: Vec<Failure>,
    hits: Hits,
}

impl Total {
    const fn new() -> Self {
        Self {
            lives: 0,
            seeds: 0,
            simulated: Duration::ZERO,
            calls: (0, 0),
            stale: 0,
            refused: (0, 0),
            twice: 0,
            shown: 0,
            took: Duration::ZERO,
            failures: Vec::new(),
            hits: Hits::new(),
        }
    }

    fn add(&mut self, seed: u64, outcome: Outcome) {
        self.lives += outcome.lives;
        self.seeds += 1;
        self.simulated += Duration::from_millis(outcome.span);
        self.calls.0 += outcome.posts;
        self.calls.1 += outcome.polls;
        self.stale += outcome.stale;
        self.refused.0 += outcome.refused.0;
        self.refused.1 += outcome.refused.1;
        self.twice += outcome.twice;
        self.shown += outcome.shown;
        self.hits.add(&outcome.hits);
        if let Some(what) = outcome.violation {
            self.failures.push(Failure { seed, what });
        }
    }

    /// The faults that never hit a state that they can hit, and those that hit one that they cannot.
    pub fn gaps(&self) -> Vec<String> {
        self.hits.wrong()
    }
}

#[allow(clippy::cast_precision_loss, reason = "for people to read")]
impl fmt::Display for Total {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            lives,
            seeds,
            simulated,
            calls: (posts, polls),
            stale,
            twice,
            shown,
            took,
            failures,
            hits,
            ..
        } = self;
        let (held, others) = self.refused;
        let years = simulated.as_secs_f64() / (365.25 * 86_400.0);
        let each = |calls: &u64| *calls as f64 / (*lives).max(1) as f64;
        writeln!(f, "{}", hits.table())?;
        writeln!(
            f,
            "{lives} lives in {seeds} worlds, {years:.1} simulated years, {:.0} s",
            took.as_secs_f64()
        )?;
        writeln!(
            f,
            "{:.2} requests and {:.2} questions a life; refused: {stale} stale writes, {held} attempts at held orders, {others} sources of other orders; {twice} payments of orders that were paid; {shown} times a card asked its payer",
            each(posts),
            each(polls)
        )?;
        if failures.is_empty() {
            write!(
                f,
                "no violation: fewer than {:.1e} a life, at 95 %, under these faults and in this model",
                3.0 / (*lives).max(1) as f64
            )
        } else {
            write!(f, "{} worlds broke a promise", failures.len())
        }
    }
}

/// Worlds from the seed `first` on, until there were so many lives.
///
/// # Panics
///
/// Where a thread of its own does.
pub fn run(first: u64, lives: u64) -> Total {
    let begun = Instant::now();
    let (next, so_far) = (AtomicU64::new(first), AtomicU64::new(0));
    let total = Mutex::new(Total::new());
    let threads = thread::available_parallelism().map_or(2, std::num::NonZero::get);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let shelf = Shelf::new();
                while so_far.load(Ordering::Relaxed) < lives {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    let outcome = world(seed, &shelf, Telling::Nobody);
                    so_far.fetch_add(outcome.lives, Ordering::Relaxed);
                    let mut total = total.lock().expect("nobody panics");
                    total.add(seed, outcome);
                    if total.failures.len() >= 10 {
                        so_far.store(lives, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    let total = total.into_inner().expect("nobody panics");
    Total { took: begun.elapsed(), ..total }
}

/// One world, on a disk of its own, told event by event: the number of its lives.
pub fn one(seed: u64) -> Result<u64, Failure> {
    let outcome = world(seed, &Shelf::new(), Telling::Aloud);
    outcome.violation.map_or(Ok(outcome.lives), |what| Err(Failure { seed, what }))
}

/// A number made of all that happens in one world, which is another one where anything else happens.
pub fn fingerprint(seed: u64) -> Result<u64, Failure> {
    let outcome = world(seed, &Shelf::new(), Telling::Print(Cell::new(0xcbf2_9ce4_8422_2325)));
    outcome.violation.map_or(Ok(outcome.print), |what| Err(Failure { seed, what }))
}

/// A panic is a broken promise, too.
fn world(seed: u64, shelf: &Shelf, telling: Telling) -> Outcome {
    catch_unwind(AssertUnwindSafe(|| World::new(seed, shelf, telling).run())).unwrap_or_else(|panic| {
        Outcome {
            lives: 0,
            span: 0,
            posts: 0,
            polls: 0,
            stale: 0,
            refused: (0, 0),
            twice: 0,
            shown: 0,
            hits: Hits::new(),
            print: 0,
            violation: Some(panicked(&*panic)),
        }
    })
}

/// What is said of a panic.
pub(crate) fn panicked(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    let text = text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string)).unwrap_or_default();
    format!("I13: it panics: {text}")
}
