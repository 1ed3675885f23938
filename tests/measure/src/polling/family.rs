//! Models of how payments complete, drawn at random: one group of payers, by either law, or two groups far apart. They
//! stand for what is not known of a merchant's customers before the first payment.

use crate::judge::optimum::{Law, Model};
use crate::judge::polling::SplitMix64;
use crate::judge::unit;

/// As many models, the same ones for the same seed. They are never freed.
pub(super) fn drawn(seed: u64, count: usize) -> Vec<Model> {
    let mut random = SplitMix64(seed);
    (0..count).map(|n| draw(&mut random, n % 3)).collect()
}

fn draw(random: &mut SplitMix64, kind: usize) -> Model {
    let mut between = |least: f64, most: f64| least * (most / least).powf(unit(random));
    let mut log_normal = |medians: (f64, f64), sigmas: (f64, f64)| Law::LogNormal {
        median: between(medians.0, medians.1),
        sigma: between(sigmas.0, sigmas.1),
    };
    let laws = match kind {
        0 => vec![(1.0, log_normal((10.0, 60.0), (0.5, 1.1)))],
        1 => vec![(1.0, Law::Weibull { shape: between(0.6, 1.6), scale: between(25.0, 80.0) })],
        _ => {
            let (quick, slow) = (log_normal((8.0, 30.0), (0.4, 0.8)), log_normal((60.0, 300.0), (0.4, 0.9)));
            let share = between(0.5, 0.9);
            vec![(share, quick), (1.0 - share, slow)]
        }
    };
    let name = laws.iter().map(|(share, law)| named(*share, *law)).collect::<Vec<_>>().join(", ");
    Model { name: name.leak(), laws: laws.leak() }
}

fn named(share: f64, law: Law) -> String {
    let share = format!("{:.0} %", 100.0 * share);
    match law {
        Law::LogNormal { median, sigma } => format!("{share} log-normal {median:.0} s σ {sigma:.2}"),
        Law::Weibull { shape, scale } => format!("{share} Weibull k {shape:.2} λ {scale:.0} s"),
    }
}
