//! The benchmark of reconciling still runs, with few rows. What it prints is nobody's promise here.

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
