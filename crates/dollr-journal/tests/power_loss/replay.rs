//! Puts every disk together that a loss of power could have left, opens the journal on it, and looks for what was promised.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::fs;
use std::hash::{BuildHasher, RandomState};
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use dollr_journal::{Journal, SqliteJournal};
use rusqlite::Connection;
use tempfile::TempDir;

use crate::common::create;
use crate::disk::{Disk, Moment};
use crate::script;
use crate::trace::Event;

const SEED: u64 = 0x0DD5_EED5;

/// How many disks to look at.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Depth {
    /// All orderly ones, and disorderly ones until there are so many.
    AtLeast(usize),
    /// A few at each event.
    Sample,
}

/// What was found. The same disk is one state, and is looked at again when more has been promised.
#[derive(Default)]
pub(crate) struct Tally {
    /// Different disks.
    pub(crate) states: usize,
    /// Looks that did not find something that was promised.
    pub(crate) lost: usize,
    /// Looks that found something that nobody wrote.
    pub(crate) broken: usize,
    examples: Vec<String>,
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { states, lost, broken, examples } = self;
        write!(f, "{states} different disks, promises lost on {lost}, broken {broken}")?;
        examples.iter().take(3).try_for_each(|example| write!(f, "\n  {example:.300}"))
    }
}

/// By key, the version that is promised.
type Promises = BTreeMap<String, u64>;

/// A disk to be looked at.
struct Case {
    disk: Disk,
    promises: Arc<Promises>,
    event: usize,
}

/// What is wrong with a disk.
enum Fault {
    Lost(String),
    Broken(String),
}

/// Loses the power after each event, in all the ways that `depth` asks for.
pub(crate) fn replay(events: &[Event], depth: Depth) -> Tally {
    let seed = std::env::var("DOLLR_TEST_SEED").map_or(SEED, |seed| seed.parse().expect("a number"));
    println!("DOLLR_TEST_SEED={seed}");
    let (sender, receiver) = sync_channel(64);
    let (receiver, faults) = (Mutex::new(receiver), Mutex::new(Vec::new()));
    let states = thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(2, usize::from).min(4) {
            scope.spawn(|| look_at_all(&receiver, &faults));
        }
        let mut losses =
            Losses { sender, hasher: RandomState::new(), disks: HashSet::new(), seen: HashSet::new() };
        let mut state = seed;
        losses.lose(events, depth, &mut |below| below_of(&mut state, below));
        losses.disks.len()
    });
    let mut tally = Tally { states, ..Tally::default() };
    for (event, fault) in faults.into_inner().unwrap_or_else(PoisonError::into_inner) {
        let (count, what) = match fault {
            Fault::Lost(what) => (&mut tally.lost, what),
            Fault::Broken(what) => (&mut tally.broken, what),
        };
        *count += 1;
        tally.examples.push(format!("after event {event}: {what}"));
    }
    tally
}

/// The next number of a seeded sequence (`SplitMix64`), below a bound.
fn below_of(state: &mut u64, bound: usize) -> usize {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    usize::try_from((z ^ (z >> 31)) % bound as u64).expect("below the bound")
}

struct Losses {
    sender: SyncSender<Case>,
    hasher: RandomState,
    /// Each disk, as a hash.
    disks: HashSet<u64>,
    /// The same with how much was promised, which is to be looked at again when more is.
    seen: HashSet<(u64, u64)>,
}

impl Losses {
    fn lose(&mut self, events: &[Event], depth: Depth, random: &mut impl FnMut(usize) -> usize) {
        let mut round = 0;
        loop {
            self.lose_once(events, depth, round, random);
            round += 1;
            match depth {
                Depth::AtLeast(count) if self.disks.len() < count => {
                    assert!(round < 1000, "there are only {} different disks", self.disks.len());
                }
                _ => return,
            }
        }
    }

    /// One walk through what happened.
    fn lose_once(
        &mut self,
        events: &[Event],
        depth: Depth,
        round: usize,
        random: &mut impl FnMut(usize) -> usize,
    ) {
        let (mut moment, mut promises) = (Moment::default(), Arc::new(Promises::new()));
        for (index, event) in events.iter().enumerate() {
            match event {
                Event::Change(change) => moment.change(change),
                Event::Sync(place) => moment.sync(*place),
                Event::Durable(key, version) => {
                    Arc::make_mut(&mut promises).insert(key.clone(), *version);
                }
            }
            let mut ways = if round == 0 { moment.orderly() } else { Vec::new() };
            if depth == Depth::Sample {
                while ways.len() > 3 {
                    ways.swap_remove(random(ways.len()));
                }
            }
            ways.extend((0..2).map(|_| moment.disorderly(random)));
            for arrived in ways {
                self.look_at(moment.lose_power(&arrived), &promises, index);
            }
        }
    }

    fn look_at(&mut self, disk: Disk, promises: &Arc<Promises>, event: usize) {
        let hash = self.hasher.hash_one(disk.files().collect::<Vec<_>>());
        self.disks.insert(hash);
        if self.seen.insert((hash, promises.values().sum())) {
            let case = Case { disk, promises: Arc::clone(promises), event };
            self.sender.send(case).expect("somebody looks");
        }
    }
}

/// A folder in memory where there is one: the power is lost in the model, not here.
fn shelf() -> TempDir {
    let memory = Path::new("/dev/shm");
    let made = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    made.expect("a folder")
}

fn look_at_all(cases: &Mutex<Receiver<Case>>, faults: &Mutex<Vec<(usize, Fault)>>) {
    let shelf = shelf();
    loop {
        let case = cases.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(case) = case else { return };
        for left in shelf.path().read_dir().expect("a folder") {
            fs::remove_file(left.expect("a name").path()).expect("removed");
        }
        for (name, content) in case.disk.files() {
            fs::write(shelf.path().join(name), content).expect("room");
            // The log's index may be there in any state: the first to open the file makes it anew.
            if name.ends_with("-wal") {
                fs::write(shelf.path().join("journal.db-shm"), vec![0xA5; 32 << 10]).expect("room");
            }
        }
        if let Err(fault) = look(&shelf.path().join("journal.db"), &case.promises) {
            faults.lock().unwrap_or_else(PoisonError::into_inner).push((case.event, fault));
        }
    }
}

/// Opens the journal as its next user would, reads all of it, and goes on.
fn look(file: &Path, promises: &Promises) -> Result<(), Fault> {
    let broken = |what: &dyn fmt::Display| Fault::Broken(what.to_string());
    let journal = SqliteJournal::open(file).map_err(|e| broken(&e))?;
    let entries = journal.entries(100).map_err(|e| broken(&e))?;
    for entry in &entries {
        let lines = journal.lines(&entry.key).map_err(|e| broken(&e))?;
        let version = entry.version.number();
        let expected = promises.get(&entry.key).copied().unwrap_or(0);
        // One more than was promised may have been under way.
        if version > expected + 1 || !script::is_whole(entry, &lines) {
            return Err(broken(&format_args!(
                "{expected} of {} was promised: {entry:?} {lines:?}",
                entry.key
            )));
        }
    }
    let listed: Vec<_> =
        journal.open_entries().map_err(|e| broken(&e))?.into_iter().map(|entry| entry.key).collect();
    let mut open: Vec<_> =
        entries.iter().filter(|entry| script::open(entry.version.number())).map(|e| e.key.clone()).collect();
    open.reverse();
    if listed != open {
        return Err(broken(&format_args!("open are {open:?}, listed {listed:?}")));
    }
    create(&journal, "the next one").map_err(|e| broken(&e))?;
    sound(file).map_err(|e| broken(&e))?;
    for (key, promised) in promises {
        let found = entries.iter().find(|entry| entry.key == *key).map_or(0, |entry| entry.version.number());
        if found < *promised {
            return Err(Fault::Lost(format!("{key} {promised} was promised, {key} {found} is there")));
        }
    }
    Ok(())
}

/// What SQLite itself says about the file.
fn sound(file: &Path) -> Result<(), String> {
    let connection = Connection::open(file).map_err(|e| e.to_string())?;
    let said: String = connection
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .map_err(|e| format!("integrity_check: {e}"))?;
    let strays: i64 = connection
        .query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |row| row.get(0))
        .map_err(|e| format!("foreign_key_check: {e}"))?;
    if said == "ok" && strays == 0 { Ok(()) } else { Err(format!("{said}, {strays} lines without a row")) }
}
