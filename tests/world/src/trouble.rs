//! Trouble that befalls processes, clocks and rows: crashes, power losses, leaps, damage, other releases, forged hints.

use dollr_client::core::Timestamp;

use crate::fault::{Column, Fault, impossible};
use crate::network::TIME_OUT;
use crate::order::Visit;
use crate::world::{Happening, World};

/// How often the dice are thrown for each process, in ms.
const EVERY: u64 = 15_000;

impl World<'_> {
    pub(crate) fn trouble(&mut self) {
        if self.plan.calm {
            return;
        }
        self.queue.push(self.clock.now() + EVERY, Happening::Trouble);
        for process in 0..self.processes.len() {
            if self.plan.strikes(&mut self.rng, Fault::Crash) {
                self.crash_busy(process);
            }
            if self.plan.strikes(&mut self.rng, Fault::Clock) {
                self.leap(process);
            }
        }
        if self.plan.strikes(&mut self.rng, Fault::PowerLoss) && self.rng.u8(..4) == 0 {
            self.lose_power();
        }
        for fault in [Fault::Damaged, Fault::OtherRelease] {
            if self.plan.strikes(&mut self.rng, fault) {
                self.spoil_row(fault);
            }
        }
        self.forge_hints();
        self.ask_support();
    }

    /// Support looks at payments that have ended, some of them in two places at once: in time each state is hit by each fault. How most
    /// of them end need not be looked at that often.
    fn ask_support(&mut self) {
        for _ in 0..4 {
            let Some(key) = self.some_key() else { return };
            let column = self.books().column(&key);
            let is_rare = matches!(column, Column::NotLanded | Column::Refused | Column::Stuck);
            if column.is_terminal() && (is_rare || self.rng.u8(..4) == 0) {
                let number = self.order_of[&key];
                for _ in 0..self.rng.u8(1..3) {
                    self.look_at(number, &key);
                }
            }
        }
    }

    /// When a late request arrives at the last moment at which it is taken, as some do; then somebody looks right after that.
    pub(crate) fn last_moment(&mut self, key: &str, body: Option<&str>) -> Option<u64> {
        let end = self.vendor.end_of(body?)?;
        let last = end - self.rng.u64(1..10_000);
        if last < self.clock.now() + TIME_OUT || self.rng.u8(..4) != 0 {
            return None;
        }
        let number = *self.order_of.get(key)?;
        let look = end + self.rng.u64(..5_000);
        self.queue.push(look, Happening::Visit(number, Visit::Look));
        Some(last)
    }

    pub(crate) fn crash_busy(&mut self, process: usize) {
        self.count_all(Fault::Crash, process);
        self.trace(|| format!("process {process} dies"));
        self.crash(process, None);
    }

    fn count_all(&mut self, fault: Fault, process: usize) {
        for column in self.busy_with(process) {
            self.hit(fault, column);
        }
    }

    fn lose_power(&mut self) {
        self.trace(|| "the power is gone".to_owned());
        let back = self.rng.u64(1_000..300_000);
        for process in 0..self.processes.len() {
            self.count_all(Fault::PowerLoss, process);
            self.crash(process, Some(back));
        }
    }

    fn leap(&mut self, number: usize) {
        const MINUTE: i64 = 60_000;
        self.count_all(Fault::Clock, number);
        let by = match self.rng.u8(..7) {
            0 => -self.rng.i64(1_000..2 * MINUTE),
            1 => self.rng.i64(1_000..2 * MINUTE),
            2 | 5 => -self.rng.i64(MINUTE..2_000 * MINUTE),
            3 => self.rng.i64(MINUTE..2_000 * MINUTE),
            _ => 0,
        };
        let now = self.clock.now();
        let process = &mut self.processes[number];
        if by == 0 {
            let sleep = self.rng.u64(60_000..7_200_000).min(self.calm_at - now);
            // Who sleeps already does not wake up earlier.
            process.suspended = process.suspended.max(now + sleep);
            process.slept += sleep;
            process.clock.note_leap();
        } else {
            process.clock.leap(by);
        }
        let what = if by == 0 { "is suspended".to_owned() } else { format!("leaps by {by} ms") };
        self.trace(|| format!("process {number} {what}"));
    }

    /// A row's snapshot is not what was written (F28), or a newer release has written it (F32).
    fn spoil_row(&mut self, fault: Fault) {
        let Some(key) = self.some_key() else { return };
        let column = self.books().column(&key);
        let is_there = self.books().row(&key).is_some();
        if !is_there || self.damaged.contains_key(&key) || impossible(fault, column).is_some() {
            return;
        }
        let (how, at) = (self.rng.u8(..3), self.rng.u32(..));
        let spoil = |whole: &str| match (fault, how) {
            (Fault::OtherRelease, _) => whole.replacen(r#""version":1"#, r#""version":2"#, 1),
            (_, 0) => whole[..at as usize % whole.len()].to_owned(),
            _ => flipped(whole, at as usize),
        };
        let mut now = None;
        let before = self.shelf.damage(&key, |whole| {
            let spoilt = spoil(whole);
            now = Some(spoilt.clone());
            spoilt
        });
        let (Some((whole, _)), Some(damaged)) = (before, now) else { return };
        self.hit(fault, column);
        self.trace(|| format!("{fault:?} spoils {key}"));
        self.damaged.insert(key.clone(), (damaged.clone(), whole.clone()));
        self.books().damaged.insert(key.clone());
        let healed = self.clock.now() + self.rng.u64(60_000..1_800_000);
        self.queue.push(healed.min(self.calm_at), Happening::Heal { key, damaged, whole });
    }

    pub(crate) fn heal(&mut self, key: &str, damaged: &str, whole: &str) {
        use dollr_client::journal::Journal as _;
        self.shelf.heal(key, damaged, whole);
        let version = self.shelf.journal.load(key).ok().flatten().map(|entry| entry.version);
        self.books().noted(key, version);
        self.damaged.remove(key);
        self.books().damaged.remove(key);
    }

    pub(crate) fn some_key(&mut self) -> Option<String> {
        if self.keys.is_empty() {
            return None;
        }
        // Young ones are more often in a state that soon ends.
        let from = if self.rng.bool() { self.keys.len().saturating_sub(5) } else { 0 };
        let at = self.rng.usize(from..self.keys.len());
        Some(self.keys[at].clone())
    }

    fn forge_hints(&mut self) {
        if self.plan.worker && self.plan.strikes(&mut self.rng, Fault::Hint) {
            for _ in 0..self.rng.u8(1..6) {
                let Some(key) = self.some_key() else { return };
                self.queue.push(self.clock.now(), Happening::Hint(self.plan.clients, key));
            }
        }
    }

    /// No fault strikes any more; whoever was left alone is looked after, by clocks that are right.
    pub(crate) fn calm(&mut self) {
        self.trace(|| "calm".to_owned());
        self.judge_waiting();
        self.plan.calm = true;
        self.needle.rest();
        {
            let mut books = self.books();
            books.failing = 0;
            books.dying = 0;
        }
        for process in 0..self.processes.len() {
            self.crash(process, Some(10));
            let clock = &self.processes[process].clock;
            let ahead = clock.true_time(Timestamp::from_millis(self.clock.now()));
            let ahead = i64::try_from(self.clock.now()).unwrap_or_default()
                - i64::try_from(ahead).unwrap_or_default();
            self.processes[process].clock.leap(-ahead);
            self.processes[process].clock.forget_leaps();
            self.processes[process].slept = 0;
        }
    }
}

/// One bit of one character is another.
fn flipped(whole: &str, at: usize) -> String {
    let mut bytes = whole.as_bytes().to_vec();
    let at = at % bytes.len();
    bytes[at] ^= 1 << (at % 3);
    String::from_utf8(bytes).unwrap_or_default()
}

/// The states that hints can be about.
pub(crate) fn is_hinted(column: Column) -> bool {
    impossible(Fault::Hint, column).is_none()
}
