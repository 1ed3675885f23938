//! The benchmark of this crate still runs, with few rows. What it prints is nobody's promise here.

#[path = "../benches/leases/main.rs"]
mod leases;

#[test]
fn the_benchmark_of_leases_runs() {
    leases::run(leases::Size { rows: 3_000, open: 300, rounds: 4 });
}
