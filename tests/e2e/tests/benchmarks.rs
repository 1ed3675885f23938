//! The benchmarks still run, with few rows and payments. What they print is nobody's promise here.

#[path = "../benches/realtime.rs"]
mod realtime;
#[path = "../benches/reconcile/main.rs"]
mod reconcile;

use dollr_sim::Simulator;
use reconcile::{Size, vendor};

#[test]
fn the_benchmark_of_reconciling_runs() {
    let simulator = Simulator::builder().start().expect("a simulator");
    let sessions = vendor::sessions(&simulator, 150);
    reconcile::run(&simulator.base_url(), &sessions, Size { rows: 1_000, open: 150, rounds: 2 });
}

#[test]
fn the_benchmark_of_realtime_runs() {
    realtime::run(2);
}
