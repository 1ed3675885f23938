//! What a decision costs, with a thousand to a million machines, beside a bare heap. Not a timed test: it prints a table.
#![allow(
    clippy::disallowed_macros,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "a benchmark measures and prints"
)]

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::hint::black_box;
use std::time::{Duration, Instant};

use dollr_core::{Budget, Fleet, FleetAction, Limit, ReferenceId, Timestamp};

const START: u64 = 1_750_000_000_000;
const DECISIONS: u32 = 1_000_000;

fn main() {
    println!("| machines | insert | next, take, update | bare heap: pop, push | bytes beyond a key of 16 |");
    println!("| ---: | ---: | ---: | ---: | ---: |");
    for machines in [1_000, 10_000, 100_000, 1_000_000] {
        let began = Instant::now();
        let mut fleet = filled(machines);
        let insert = began.elapsed() / machines;
        let (decision, bare) = (decisions(&mut fleet), bare(machines));
        let bytes = fleet.bytes_beyond_keys() / fleet.len();
        println!("| {machines} | {insert:?} | {decision:?} | {bare:?} | {bytes} |");
    }
}

/// Offsets in milliseconds that look random.
fn offset(n: u32) -> u64 {
    u64::from(n).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 44
}

fn filled(machines: u32) -> Fleet<ReferenceId> {
    let now = Timestamp::from_millis(START);
    let limit =
        Limit::new(1_000_000, Duration::from_secs(1)).and_then(|limit| limit.burst(1_000_000)).unwrap();
    let mut fleet = Fleet::new(Budget::new(limit, now), now);
    for n in 0..machines {
        let id = ReferenceId::from_random_bytes((u128::from(offset(n)) << 100 | u128::from(n)).to_be_bytes());
        fleet.insert(id, Timestamp::from_millis(START - offset(n)), now);
    }
    fleet
}

fn decisions(fleet: &mut Fleet<ReferenceId>) -> Duration {
    let mut now = START;
    let began = Instant::now();
    for n in 0..DECISIONS {
        now += 1;
        let at = Timestamp::from_millis(now);
        let id = match fleet.next(at) {
            FleetAction::Run(id) => *id,
            FleetAction::Wait { until, .. } => {
                now = until.as_millis();
                continue;
            }
            FleetAction::Idle => break,
        };
        if let Some(permit) = fleet.take(at) {
            fleet.budget_mut().succeeded(permit, at);
        }
        fleet.update(&id, at.after(Duration::from_millis(offset(n))), at);
    }
    began.elapsed() / DECISIONS
}

fn bare(machines: u32) -> Duration {
    let mut heap: BinaryHeap<_> = (0..machines).map(|n| Reverse((START - offset(n), u64::from(n)))).collect();
    let began = Instant::now();
    for n in 0..DECISIONS {
        if let Some(Reverse((_, key))) = heap.pop() {
            heap.push(Reverse((START + offset(n), key)));
        }
    }
    black_box(heap.len());
    began.elapsed() / DECISIONS
}
