//! What happens on a day: when customers come, and how and when each payment ends.

use std::f64::consts::TAU;

use crate::judge::optimum::{Law, MODELS, Model};
use crate::judge::polling::SplitMix64;
use crate::judge::unit;
use crate::rounds::real;

pub(super) const PAYMENTS: usize = 1_000_000;

/// In milliseconds, as all times here are, since midnight.
pub(super) const DAY: usize = 86_400_000;
pub(super) const OUTAGE: (u64, u64) = (12 * 3_600_000, 13 * 3_600_000);

/// After this a payment that nobody approves has failed.
const GIVEN_UP: u64 = 15 * 60_000;

/// A payment as its customer makes it.
pub(super) struct Customer {
    pub(super) comes: u64,
    /// From the request's arrival to the end.
    pub(super) takes: u64,
    pub(super) pays: bool,
}

/// How long those take who approve or decline.
pub(super) fn model() -> &'static Model {
    &MODELS[1]
}

/// All customers of a day, in the order of their coming.
pub(super) fn customers(seed: u64) -> Vec<Customer> {
    let mut random = SplitMix64(seed);
    let busy: Vec<f64> = (0..DAY / 60_000)
        .scan(0.0, |sum, minute| {
            *sum += busyness(real(minute) / 60.0);
            Some(*sum)
        })
        .collect();
    let mut comes: Vec<u64> = (0..PAYMENTS).map(|_| moment(&busy, unit(&mut random))).collect();
    comes.sort_unstable();
    comes.into_iter().map(|comes| customer(comes, &mut random)).collect()
}

/// How many come at an hour, in proportion: few at night, many at noon, most in the evening.
fn busyness(hour: f64) -> f64 {
    let peak = |at: f64, width: f64| (-((hour - at) / width).powi(2) / 2.0).exp();
    0.25 + peak(12.5, 2.5) + 1.2 * peak(19.0, 2.0)
}

/// The moment by which this share of a day's customers has come.
fn moment(busy: &[f64], share: f64) -> u64 {
    let wanted = share * busy[busy.len() - 1];
    let minute = busy.partition_point(|&sum| sum < wanted);
    let before = if minute == 0 { 0.0 } else { busy[minute - 1] };
    millis(60.0 * (real(minute) + (wanted - before) / (busy[minute] - before)))
}

fn customer(comes: u64, random: &mut SplitMix64) -> Customer {
    let kind = unit(random);
    if kind < 0.06 {
        return Customer { comes, takes: GIVEN_UP, pays: false };
    }
    Customer { comes, takes: millis(takes(random)), pays: kind >= 0.10 }
}

/// Seconds, drawn from the model.
fn takes(random: &mut SplitMix64) -> f64 {
    let (mut which, mut laws) = (unit(random), model().laws.iter());
    let law = loop {
        let (share, law) = laws.next().expect("the shares make up all");
        if which < *share || laws.len() == 0 {
            break law;
        }
        which -= share;
    };
    let (a, b) = (1.0 - unit(random), unit(random));
    match *law {
        Law::LogNormal { median, sigma } => median * (sigma * (-2.0 * a.ln()).sqrt() * (TAU * b).cos()).exp(),
        Law::Weibull { shape, scale } => scale * (-a.ln()).powf(1.0 / shape),
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "moments of some days")]
fn millis(seconds: f64) -> u64 {
    (1_000.0 * seconds) as u64
}
