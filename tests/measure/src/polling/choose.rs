//! How the default schedule was chosen: of all curves with these ages, gaps in tenths of a second and the default's end, the
//! one with the least mean ratio to the optimum over models drawn at random, which is within a bound on the three models.
//!
//! `dollr-measure choose` searches it: each gap, and each two of them, is moved as long as that makes it better.

use std::time::Duration;

use dollr_core::Schedule;

use super::{Questions, engine, family, ratio};
use crate::judge::optimum::{MODELS, Model, Optimum};
use crate::rounds::real;

/// What the choice is made by; the models that it is judged by are drawn with another seed, and with a finer optimum.
const SEED: u64 = 1;
const COUNT: usize = 60;
const IDS: usize = 24;
const STEP: f64 = 0.5;

/// What the default's ratio on each of the three models shall not exceed, a little less than is promised.
const BOUND: f64 = 1.14;

/// The delay before the first question, then the gaps at these ages. The gaps later on are how much a host may ask, and
/// no matter of the optimum.
const AGES: [u64; 3] = [20, 60, 120];
type Tenths = [u32; 4];

/// What a delay or gap may be: from 2 to 5 seconds with its jitter in the first half minute, then up to the gap at 5 minutes.
const ALLOWED: [(u32, u32); 4] = [(20, 45), (20, 45), (20, 60), (20, 60)];

/// Where the search begins: the vendor's advice.
const START: Tenths = [20, 30, 50, 50];

/// Searches, and tells each step.
pub(crate) fn choose() {
    let judge = |model| (Optimum::over(&model, STEP), model);
    let models: Vec<(Optimum, Model)> = family::drawn(SEED, COUNT).into_iter().map(judge).collect();
    let bound: Vec<(Optimum, Model)> = MODELS.into_iter().map(judge).collect();
    let mean = |questions: &Questions| {
        models.iter().map(|(optimum, model)| ratio(model, optimum, questions)).sum::<f64>() / real(COUNT)
    };
    let score = |tenths: &Tenths| {
        let questions = engine(&curve(tenths), IDS);
        let over = bound.iter().map(|(optimum, model)| (ratio(model, optimum, &questions) - BOUND).max(0.0));
        mean(&questions) + 10.0 * over.sum::<f64>()
    };
    let mut best = (score(&START), START);
    println!("{:.4} {:?}", best.0, best.1);
    while let Some(better) = moved(&best.1).map(|tenths| (score(&tenths), tenths)).find(|it| it.0 < best.0) {
        best = better;
        println!("{:.4} {:?}", best.0, best.1);
    }
    let default = Schedule::default();
    let of_default = mean(&engine(&default, IDS));
    println!("found {:?} tenths, and {of_default:.4} is the mean of the default {default:?}", best.1);
}

/// Those that differ in one or two places, the far ones first.
fn moved(from: &Tenths) -> impl Iterator<Item = Tenths> + use<> {
    let from = *from;
    let steps = [8, 4, 2, 1].into_iter().flat_map(|step| [step, -step]);
    let places = (0..4).flat_map(|a| (a..4).map(move |b| (a, b)));
    let moves =
        steps.flat_map(move |step| places.clone().flat_map(move |at| [(at, step, step), (at, step, -step)]));
    moves.filter_map(move |((a, b), one, other)| {
        let mut tenths = from;
        tenths[a] = tenths[a].checked_add_signed(one)?;
        if a != b {
            tenths[b] = tenths[b].checked_add_signed(other)?;
        }
        let allowed =
            tenths.iter().zip(ALLOWED).all(|(&tenth, (least, most))| (least..=most).contains(&tenth));
        (allowed && tenths[1..].is_sorted()).then_some(tenths)
    })
}

fn curve(tenths: &Tenths) -> Schedule {
    let span = |tenth: u32| Duration::from_millis(100 * u64::from(tenth));
    let [first, gaps @ ..] = tenths;
    let early = AGES.into_iter().zip(gaps).map(|(age, &gap)| (Duration::from_secs(age), span(gap)));
    let late = [300, 1_800, 7_200, 86_400].map(Duration::from_secs);
    let late = late.map(|age| (age, Schedule::default().gap(age)));
    Schedule::new(span(*first), &early.chain(late).collect::<Vec<_>>()).expect("a schedule")
}
