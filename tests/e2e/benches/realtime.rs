//! From approval to verdict, with a realtime channel and by polling alone: pairs of payments that are approved at the same age, in
//! real time, over loopback. Not a timed test: it prints medians. `-- --pairs 20` makes it shorter.
#![allow(
    clippy::disallowed_macros,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    dead_code,
    reason = "a benchmark measures and prints; a test runs it with few payments"
)]

use std::env;
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use dollr_client::core::SourceKind;
use dollr_client::{Attempt, Client};
use dollr_e2e::World;

/// So many pairs at the same time: few enough that they are not in each other's way.
const AT_ONCE: usize = 8;

/// Ages of approval in seconds, one account each (`10NN`).
const AGES: [u64; 8] = [2, 3, 4, 5, 6, 7, 8, 9];

/// One payment: how long after its approval its verdict was known, and how often the vendor was asked.
#[derive(Clone, Copy)]
struct Found {
    late_ms: u64,
    asked: u32,
}

fn main() {
    let mut words = env::args().skip_while(|word| word != "--pairs");
    let pairs = words.nth(1).map_or(64, |number| number.parse().expect("a number"));
    run(pairs);
}

pub(crate) fn run(pairs: usize) {
    println!("{pairs} pairs, approved after {AGES:?} s, {AT_ONCE} at a time");
    let world = World::in_real_time();
    let (mut heard, mut polled) = (Vec::new(), Vec::new());
    for begin in (0..pairs).step_by(AT_ONCE) {
        let ages = (begin..pairs.min(begin + AT_ONCE)).map(|n| AGES[n % AGES.len()]);
        let (world, client) = (&world, &world.client());
        let found: Vec<_> = thread::scope(|scope| {
            let both =
                |age| [true, false].map(|realtime| scope.spawn(move || pay(world, client, age, realtime)));
            let runs: Vec<_> = ages.map(both).collect();
            runs.into_iter().map(|both| both.map(|run| run.join().expect("no panic"))).collect()
        });
        heard.extend(found.iter().map(|pair| pair[0]));
        polled.extend(found.iter().map(|pair| pair[1]));
    }
    println!("\n| | median, ms | p95 | greatest | questions each |\n| --- | ---: | ---: | ---: | ---: |");
    for (name, found) in [("with the channel", &heard), ("polling alone", &polled)] {
        let mut late: Vec<_> = found.iter().map(|found| found.late_ms).collect();
        late.sort_unstable();
        let at = |percent: usize| late[(late.len() * percent / 100).min(late.len() - 1)];
        let asked = found.iter().map(|found| f64::from(found.asked)).sum::<f64>();
        let count = f64::from(u32::try_from(found.len()).expect("few"));
        println!("| {name} | {} | {} | {} | {:.1} |", at(50), at(95), at(100), asked / count);
    }
    let later = heard.iter().zip(&polled).map(|(heard, polled)| heard.late_ms.saturating_sub(polled.late_ms));
    println!("\nLater than its twin that only polls, at most: {} ms", later.max().unwrap_or_default());
}

fn pay(world: &World, client: &Client, age: u64, realtime: bool) -> Found {
    let payment = world.payment(&format!("10{age:02}"));
    let attempt = Attempt::new(payment.intent.clone());
    let attempt = if realtime { attempt.realtime(SourceKind::Order) } else { attempt };
    let report = client.collect(attempt).expect("a report");
    let known = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
    assert_eq!(report.verdict.name(), "paid", "{report:?}");
    // The vendor approves so long after it was asked to collect, to the millisecond.
    let sent = Duration::from_millis(sent_at(world, &payment.key()));
    let late = known.saturating_sub(sent + Duration::from_secs(age));
    Found { late_ms: u64::try_from(late.as_millis()).expect("soon"), asked: report.calls.status }
}

fn sent_at(world: &World, key: &str) -> u64 {
    let calls = world.sim.ledger().calls;
    let sent = calls.iter().find(|call| call.method == "POST" && call.reference_id.as_deref() == Some(key));
    sent.expect("it was sent").at_ms
}
