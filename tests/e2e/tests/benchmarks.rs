//! The benchmark still runs, with few payments. What it prints is nobody's promise here.

#[path = "../benches/realtime.rs"]
mod realtime;

#[test]
fn the_benchmark_of_realtime_runs() {
    realtime::run(2);
}
