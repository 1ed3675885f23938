//! Figures that were taken in rounds, each thing once a round, so that what disturbs the machine disturbs all alike.

use std::time::{Duration, Instant};

/// The figures of one thing, a round each.
#[derive(Debug, Clone)]
pub(crate) struct Series(Vec<f64>);

/// Takes the figure of each thing in turn, after one round for warming up.
pub(crate) fn alternating(rounds: usize, things: &mut [&mut dyn FnMut() -> f64]) -> Vec<Series> {
    let mut all = vec![Series(Vec::new()); things.len()];
    for thing in things.iter_mut() {
        thing();
    }
    for _ in 0..rounds {
        for (series, thing) in all.iter_mut().zip(things.iter_mut()) {
            series.0.push(thing());
        }
    }
    all
}

/// How long it takes.
pub(crate) fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let began = Instant::now();
    let done = work();
    (done, began.elapsed())
}

/// Nanoseconds for each of so many.
pub(crate) fn nanos_each(time: Duration, count: usize) -> f64 {
    time.as_secs_f64() * 1e9 / real(count)
}

/// A count as a number to calculate with.
pub(crate) fn real(count: usize) -> f64 {
    f64::from(u32::try_from(count).expect("a count below four thousand millions"))
}

impl From<Vec<f64>> for Series {
    fn from(figures: Vec<f64>) -> Self {
        Self(figures)
    }
}

impl Series {
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn median(&self) -> f64 {
        self.quantile(0.5)
    }

    /// How many are at most this.
    pub(crate) fn within(&self, most: f64) -> usize {
        self.0.iter().filter(|&&figure| figure <= most).count()
    }

    /// The quartiles.
    pub(crate) fn low(&self) -> f64 {
        self.quantile(0.25)
    }

    pub(crate) fn high(&self) -> f64 {
        self.quantile(0.75)
    }

    /// The median of the rounds' ratios.
    pub(crate) fn ratio_to(&self, other: &Self) -> f64 {
        Self(self.0.iter().zip(&other.0).map(|(a, b)| a / b).collect()).median()
    }

    /// Between the two nearest figures in proportion.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place in a list")]
    pub(crate) fn quantile(&self, share: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
        let place = share * real(last);
        let below = place.floor() as usize;
        let above = (below + 1).min(last);
        sorted[below] + (sorted[above] - sorted[below]) * place.fract()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_lies_between_the_nearest_figures() {
        let series = Series::from(vec![4.0, 1.0, 3.0, 2.0]);
        assert!((series.median() - 2.5).abs() < 1e-12);
        assert!((series.low() - 1.75).abs() < 1e-12 && (series.high() - 3.25).abs() < 1e-12);
        assert!((series.quantile(1.0) - 4.0).abs() < 1e-12 && series.quantile(0.0) < 1.5);
    }

    #[test]
    fn a_ratio_is_taken_round_by_round() {
        // The machine was three times as slow in the second round, for both.
        let (one, other) = (Series::from(vec![2.0, 6.0, 2.0]), Series::from(vec![1.0, 3.0, 1.0]));
        assert!((one.ratio_to(&other) - 2.0).abs() < 1e-12);
    }

    #[test]
    fn things_take_turns() {
        let seen = std::cell::RefCell::new(String::new());
        let (mut a, mut b) = (|| note(&seen, 'a'), || note(&seen, 'b'));
        let all = alternating(2, &mut [&mut a, &mut b]);
        assert_eq!(*seen.borrow(), "ababab");
        assert_eq!(all.iter().map(Series::len).collect::<Vec<_>>(), [2, 2]);
    }

    fn note(seen: &std::cell::RefCell<String>, name: char) -> f64 {
        seen.borrow_mut().push(name);
        0.0
    }
}
