//! How much is taken and saved at a time: a write costs about the same for a hundred rows as for one.

use std::sync::mpsc::Receiver;
use std::thread;
use std::time::{Duration, Instant};

/// What comes back within this is saved together.
const GATHERED: Duration = Duration::from_millis(20);

/// So long nobody is woken for a row: that costs as much as what the processors have to do for it.
const UNDISTURBED: Duration = Duration::from_millis(1);

/// How many rows are taken and not back yet, at most: as many as are looked after in a moment, so that the journal is
/// written seldom and no lease ends while its row still waits.
pub(super) struct Window {
    rows: usize,
    since: Option<Instant>,
}

impl Window {
    const LEAST: usize = 100;
    const MOST: usize = 1_600;
    const SHORT: Duration = Duration::from_millis(250);
    const LONG: Duration = Duration::from_secs(2);

    pub(super) fn new() -> Self {
        Self { rows: Self::LEAST, since: None }
    }

    /// How many more to take while so many are out; none while there is enough to do.
    pub(super) fn room(&mut self, out: usize) -> Option<usize> {
        if out > self.rows / 2 {
            return None;
        }
        self.adapt();
        // It may have been halved just now.
        self.rows.checked_sub(out).filter(|room| *room > 0)
    }

    /// What comes back next: half of what is out, or what there is after a short while.
    pub(super) fn gather<T>(&self, told: &Receiver<T>, out: usize) -> Vec<T> {
        let enough = out.min(self.rows / 2);
        let mut back: Vec<T> = told.recv().into_iter().collect();
        let until = Instant::now() + GATHERED;
        back.extend(told.try_iter());
        while !back.is_empty() && back.len() < enough && Instant::now() < until {
            thread::sleep(UNDISTURBED);
            back.extend(told.try_iter());
        }
        back
    }

    /// By how long it took until half of it was back.
    fn adapt(&mut self) {
        let Some(took) = self.since.replace(Instant::now()).map(|since| since.elapsed()) else { return };
        if took < Self::SHORT {
            self.rows = (self.rows * 2).min(Self::MOST);
        } else if took > Self::LONG {
            self.rows = (self.rows / 2).max(Self::LEAST);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// No room is not the same as nothing left to take.
    #[test]
    fn a_window_that_was_just_halved_asks_for_nothing() {
        let long_ago = Instant::now().checked_sub(Duration::from_secs(3));
        let mut window = Window { rows: 200, since: long_ago };
        assert_eq!(window.room(100), None);
        assert_eq!(window.rows, 100);
        assert_eq!(window.room(50), Some(150), "it was quick, and has doubled");
        assert_eq!(window.room(101), None);
    }
}
