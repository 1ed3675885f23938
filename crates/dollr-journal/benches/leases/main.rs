//! What a journal's work costs with a million rows, of which ten thousand are open, on both engines. Not a timed test: it
//! prints a table, and how much of it grows with the closed rows. `-- --rows 100000 --open 1000` makes it smaller.
#![allow(
    clippy::disallowed_macros,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    dead_code,
    reason = "a benchmark measures and prints; a test runs it with few rows"
)]

mod bare;
mod fill;
mod measure;
#[path = "../../tests/common/server.rs"]
mod server;
mod times;

use std::env;
use std::time::Duration;

use bare::{Bare, Postgres, Sqlite};
use dollr_journal::Version;
use measure::Costs;
use times::Times;

/// How much is measured.
#[derive(Clone, Copy)]
pub(crate) struct Size {
    pub(crate) rows: i64,
    pub(crate) open: i64,
    /// How often each thing is done.
    pub(crate) rounds: usize,
}

/// So many single writes follow one another.
const TURN: usize = 20;

/// As many rows as a worker takes at a time.
pub(crate) const BATCH: usize = 100;

fn main() {
    let given = |name: &str, default| {
        let mut words = env::args().skip_while(|word| word != name);
        words.nth(1).map_or(default, |number| number.parse().expect("a number"))
    };
    let (rows, open) = (given("--rows", 1_000_000), given("--open", 10_000));
    run(Size { rows, open, rounds: usize::try_from(given("--rounds", 200)).expect("a number") });
}

/// Prints the table of each engine.
pub(crate) fn run(size: Size) {
    println!("{} rows at most, {} of them open and spread evenly; median … p95 in ms", size.rows, size.open);
    engine("SQLite", size, Sqlite::new);
    let server = server::Server::shared();
    engine("PostgreSQL", size, || Postgres::new(&server));
}

fn engine<B: Bare>(name: &str, size: Size, new: impl Fn() -> B) {
    println!("\n{name}\n");
    println!(
        "| rows | take {BATCH} | save {BATCH} | give back {BATCH} | backlog | unattended | open entries |"
    );
    println!("| ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    let mut takes = Vec::new();
    for rows in [size.open, size.rows / 10, size.rows] {
        let mut bare = new();
        bare.fill(rows.max(size.open), size.open);
        let days = |days: u64| fill::NOW.after(Duration::from_secs(days * 86_400));
        for (what, known, since) in [("", false, days(0)), (", analyzed", true, days(1))] {
            if known && !bare.analyze() {
                continue;
            }
            let costs = Costs::of(&*bare.journal(), size, since);
            println!("| {rows}{what} | {costs} |");
            takes.push((rows, what, costs.take));
        }
        if rows == size.rows {
            single(&mut bare, size.rounds);
        }
    }
    let least = takes[0].2.median();
    println!();
    for (rows, what, take) in &takes[1..] {
        let ratio = take.median() / least;
        println!("Taking {BATCH} of {rows} rows{what} costs {ratio:.2} × that of {} rows.", size.open);
    }
}

/// Single writes, beside the same rows written by SQL alone, as durably.
fn single<B: Bare>(bare: &mut B, rounds: usize) {
    let journal = bare.journal();
    let (mut ours, mut theirs) = (Times::default(), Times::default());
    let (mut saves, mut updates) = (Times::default(), Times::default());
    let snapshot = fill::Template::open();
    // In turns, but not one by one: whoever writes makes the other's cache worthless.
    for turn in 0..rounds.div_ceil(TURN) {
        let names = |whose| (0..TURN).map(move |n| format!("{whose} {turn} {n}"));
        for name in names("theirs") {
            theirs.of(|| bare.create(&name, &snapshot.text));
        }
        for name in names("theirs") {
            updates.of(|| bare.save(&name, &snapshot.text));
        }
        for name in names("ours") {
            ours.of(|| fill::create(&*journal, &name, &snapshot));
        }
        for name in names("ours") {
            saves.of(|| fill::save(&*journal, &name, Version::FIRST, &snapshot));
        }
    }
    let line = |what: &str, ours: &Times, theirs: &Times| {
        let (rate, ratio) = (1_000.0 / ours.median(), theirs.median() / ours.median());
        println!(
            "\nOne {what}: {ours} ms, {rate:.0} a second; bare SQL {theirs} ms, the rates' ratio {ratio:.2}"
        );
    };
    line("create", &ours, &theirs);
    line("save", &saves, &updates);
}
