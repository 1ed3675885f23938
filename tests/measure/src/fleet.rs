//! What a fleet's decision costs with a thousand to a million payments, beside a heap of times and numbers, which knows no
//! keys, no budget and no way to take one out.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::hint::black_box;
use std::time::Duration;

use dollr_core::{Budget, Fleet, FleetAction, Limit, ReferenceId, Timestamp};

use crate::report::{Axis, Line, Part, Plot, Ratio, Row};
use crate::rounds::{Series, alternating, nanos_each, real, timed};

const ROUNDS: usize = 9;
const SIZES: [u32; 4] = [1_000, 10_000, 100_000, 1_000_000];
/// Decisions a round, going on from the round before.
const DECISIONS: u32 = 250_000;
const START: u64 = 1_750_000_000_000;
const PEER: &str = "BinaryHeap<(u64, u64)>";

/// A fleet and a heap that have come so far.
struct Bench {
    fleet: Fleet<ReferenceId>,
    now: u64,
    heap: BinaryHeap<Reverse<(u64, u64)>>,
    drawn: u64,
    bare_drawn: u64,
}

pub(crate) fn measure() -> Part {
    let (mut rows, mut ratios) = (Vec::new(), Vec::new());
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    let mut bytes = Vec::new();
    for machines in SIZES {
        let bench = Bench::new(machines);
        let entry = real(bench.fleet.bytes_beyond_keys()) / f64::from(machines);
        bytes.push(entry);
        let [decision, bare] = times(bench);
        let what = format!("a decision among {machines}");
        ratios.push(Ratio::at_most(2.0, what.clone(), "Fleet", PEER, decision.ratio_to(&bare)));
        rows.push(Row::measured(what.clone(), "dollr's Fleet", "ns", &decision));
        rows.push(Row::measured(what, PEER, "ns", &bare));
        let entries = format!("an entry of {machines}");
        rows.push(Row::exact(entries, "dollr's Fleet", "bytes", entry).note("beyond a key of 16"));
        ours.push(decision.median());
        theirs.push(bare.median());
    }
    let (few, many) = (ours[0], ours[ours.len() - 1]);
    ratios.push(Ratio::without_goal("a thousand times as many payments", "Fleet", "Fleet", many / few));
    let grown = theirs[theirs.len() - 1] / theirs[0];
    ratios.push(Ratio::without_goal("a thousand times as many payments", PEER, PEER, grown));
    let most = bytes.into_iter().fold(0.0, f64::max);
    ratios.push(Ratio::at_most(64.0, "bytes an entry, at most", "Fleet", "1 byte", most));
    Part {
        title: "Fleet",
        goal: "A decision takes at most 2 × the time of a bare heap's and at most 64 bytes an entry, and grows with the logarithm \
               of the number of payments.",
        rows,
        ratios,
        plots: vec![plot(ours, theirs)],
        limits: "A decision is to ask whose turn it is, to pay for a call, to report its answer to the budget, to find an entry \
                 by its key and to give it a new turn; the heap beside it does the last of these alone. What that costs more \
                 hardly grows with the number of payments, so that it weighs most where all of them fit into a cache; beyond \
                 that, memory is the limit of both."
            .to_owned(),
    }
}

fn plot(ours: Vec<f64>, theirs: Vec<f64>) -> Plot {
    let line = |name: &str, y| {
        let x = SIZES.iter().map(|&size| f64::from(size)).collect();
        Line { name: name.to_owned(), points: false, x, y }
    };
    Plot {
        file: "fleet.svg".to_owned(),
        title: "A decision: whose turn it is, a call paid for, a new turn".to_owned(),
        x: Axis::log("payments"),
        y: Axis::linear("ns"),
        lines: vec![line("dollr's Fleet: next, take, update", ours), line("BinaryHeap: pop, push", theirs)],
        bars: Vec::new(),
    }
}

/// Nanoseconds a decision: ours and the heap's, on the same due times.
fn times(mut bench: Bench) -> [Series; 2] {
    let bench = std::cell::RefCell::new(&mut bench);
    let each = |time| nanos_each(time, DECISIONS as usize);
    let mut ours = || each(bench.borrow_mut().decisions());
    let mut theirs = || each(bench.borrow_mut().bare());
    alternating(ROUNDS, &mut [&mut ours, &mut theirs]).try_into().expect("two things were measured")
}

/// Offsets in milliseconds, up to 17 minutes, that look random.
fn offset(n: u64) -> u64 {
    n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 44
}

impl Bench {
    fn new(machines: u32) -> Self {
        let now = Timestamp::from_millis(START);
        // A budget that is asked each time and never binds.
        let limit = Limit::new(1_000_000, Duration::from_secs(1)).and_then(|limit| limit.burst(1_000_000));
        let mut fleet = Fleet::new(Budget::new(limit.expect("a limit"), now), now);
        for n in 0..machines {
            let bits = u128::from(offset(n.into())) << 100 | u128::from(n);
            let id = ReferenceId::from_random_bytes(bits.to_be_bytes());
            fleet.insert(id, Timestamp::from_millis(START - offset(n.into())), now);
        }
        let heap = (0..machines).map(u64::from).map(|n| Reverse((START - offset(n), n))).collect();
        Self { fleet, now: START, heap, drawn: 0, bare_drawn: 0 }
    }

    /// Whose turn is it, a permit for its call, and when it comes again.
    fn decisions(&mut self) -> Duration {
        let (fleet, mut now, mut drawn) = (&mut self.fleet, self.now, self.drawn);
        let ((), time) = timed(|| {
            for _ in 0..DECISIONS {
                let mut at = Timestamp::from_millis(now);
                let id = loop {
                    match fleet.next(at) {
                        FleetAction::Run(id) => break *id,
                        FleetAction::Wait { until, .. } => at = until,
                        FleetAction::Idle => unreachable!("all of them wait for a turn"),
                    }
                };
                now = at.as_millis();
                let permit = fleet.take(at).expect("it is its turn");
                fleet.budget_mut().succeeded(permit, at);
                fleet.update(&id, at.after(Duration::from_millis(offset(drawn))), at);
                drawn += 1;
            }
        });
        (self.now, self.drawn) = (now, drawn);
        time
    }

    /// The same moves, and nothing else: the first out, and in again later.
    fn bare(&mut self) -> Duration {
        let (heap, mut drawn) = (&mut self.heap, self.bare_drawn);
        let ((), time) = timed(|| {
            for _ in 0..DECISIONS {
                let Reverse((due, key)) = heap.pop().expect("it is not empty");
                heap.push(Reverse((due.max(START) + offset(drawn), key)));
                drawn += 1;
            }
        });
        black_box(heap.len());
        self.bare_drawn = drawn;
        time
    }
}
