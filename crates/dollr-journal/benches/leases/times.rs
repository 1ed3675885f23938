//! How long things take: medians, because other programs are in the way of some.

use std::fmt;
use std::time::Instant;

/// How long something took each time, in milliseconds.
#[derive(Default)]
pub(crate) struct Times(Vec<f64>);

impl Times {
    /// Does it, and measures.
    pub(crate) fn of<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let began = Instant::now();
        let done = work();
        self.0.push(began.elapsed().as_secs_f64() * 1_000.0);
        done
    }

    pub(crate) fn median(&self) -> f64 {
        self.at(50)
    }

    fn at(&self, percent: usize) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        sorted
            .get((sorted.len() * percent / 100).min(sorted.len().saturating_sub(1)))
            .copied()
            .unwrap_or(f64::NAN)
    }
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.2} … {:.2}", self.at(50), self.at(95))
    }
}
