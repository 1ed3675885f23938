//! Completion times as a journal has them: drawn from a model, exact or as somebody found them out by asking.

use std::time::Duration;

use super::optimum::{HORIZON, Model};
use super::polling::SplitMix64;

/// When this many payments completed; one that had not by the horizon never did.
pub(crate) fn completed(model: &Model, seed: u64, count: usize) -> Vec<Duration> {
    let mut random = SplitMix64(seed);
    let mut one = || {
        let share = f64::from(u32::try_from(random.draw() >> 32).unwrap()) / f64::from(u32::MAX);
        let (mut low, mut high) = (0.0, HORIZON);
        while high - low > 1e-4 {
            let middle = f64::midpoint(low, high);
            if model.completed(middle) < share { low = middle } else { high = middle }
        }
        if high < HORIZON { Duration::from_secs_f64(high) } else { Duration::MAX }
    };
    (0..count).map(|_| one()).collect()
}

/// When each of them was found out, the first by the first sequence of questions, and so on, round and round.
pub(crate) fn found_out(completed: &[Duration], sequences: &[Vec<f64>]) -> Vec<Duration> {
    let ask = |(&at, times): (&Duration, &Vec<f64>)| {
        times.iter().map(|&t| Duration::from_secs_f64(t)).find(|&t| t >= at).unwrap_or(Duration::MAX)
    };
    completed.iter().zip(sequences.iter().cycle()).map(ask).collect()
}
