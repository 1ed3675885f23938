//! Status checks a second, and what one costs: the client's, beside the loops that careful users write. Each asks the same vendor, in a process
//! of its own; a check is one request on a connection that is kept, and what its answer means for this payment.

pub(crate) mod clients;

use std::env;

use crate::peers::{Figures, Ground, Peer, script, tools};
use crate::report::{Axis, Bar, Part, Plot, Ratio, Row};
use crate::{size, vendor};

const ROUNDS: usize = 5;

const THREADS: [usize; 2] = [1, 8];

/// Whether this process is the vendor or one of those who ask him, and has been.
pub(crate) fn plays_a_role() -> bool {
    let words: Vec<String> = env::args().skip(1).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["vendor", away] => vendor::serve(away.parse().expect("milliseconds")),
        ["client", ref task @ ..] => clients::run(task),
        ["idle", folder] => size::idle(folder),
        _ => return false,
    }
    true
}

/// What is measured, the first of each for what the others are compared with.
fn peers() -> Vec<Peer> {
    let python = tools().join("python/bin/python");
    vec![
        Peer::own(JOURNAL, "dollr"),
        Peer::own(ROW, "ureq-row"),
        Peer::own(NO_JOURNAL, "dollr-source"),
        Peer::own(ORDER, "ureq-source"),
        Peer::own(RAW, "ureq"),
        Peer::own(LIMITED, "ureq-limits"),
        Peer::own("reqwest + tokio", "reqwest"),
        Peer::tool("Python requests", &python, &[&script("checks.py"), "requests"]),
        Peer::tool("Python httpx", &python, &[&script("checks.py"), "httpx"]),
        Peer::tool("Node's fetch", "node", &[&script("checks.mjs")]),
    ]
}

const JOURNAL: &str = "dollr: a payment of the journal";
const NO_JOURNAL: &str = "dollr: an order, without a journal";
const ROW: &str = "raw ureq, and the user's own row in SQLite";
const ORDER: &str = "raw ureq: an order";
const RAW: &str = "raw ureq";
const LIMITED: &str = "raw ureq with a time limit";

/// Which are the same work, by the least ratio of checks per second that is wanted.
const SAME: &[(&str, &str, Option<f64>)] = &[
    (JOURNAL, ROW, Some(0.95)),
    (NO_JOURNAL, ORDER, Some(0.95)),
    (JOURNAL, RAW, None),
    (JOURNAL, LIMITED, Some(0.95)),
];

/// Those that are not raw `ureq`, and cost more for a check.
const OTHERS: [&str; 4] = ["reqwest", "Python requests", "Python httpx", "Node's fetch"];

pub(crate) fn measure() -> Part {
    let mut part = Part {
        title: "Status checks",
        goal: "At least 0.95 × the checks of raw `ureq`, and ahead of every other at equal CPU.",
        rows: Vec::new(),
        ratios: Vec::new(),
        plots: Vec::new(),
        limits: String::new(),
    };
    let mut ground = Ground::new();
    let mut missing = Vec::new();
    for threads in THREADS {
        let (figures, not_run) = ground.compare(ROUNDS, threads, &peers());
        take_in(&mut part, threads, &figures);
        missing = not_run;
    }
    part.limits = limits(&missing);
    part
}

fn take_in(part: &mut Part, threads: usize, figures: &[Figures]) {
    let at_once = if threads == 1 { "one at a time".to_owned() } else { format!("{threads} at a time") };
    for one in figures {
        part.rows.push(Row::measured(format!("checks, {at_once}"), &one.name, "1/s", &one.rate));
        part.rows.push(Row::measured(format!("CPU of a check, {at_once}"), &one.name, "µs", &one.cost));
    }
    let exactly = |name: &str| figures.iter().find(|one| one.name == name);
    for (ours, theirs, least) in SAME {
        let (Some(ours), Some(theirs)) = (exactly(ours), exactly(theirs)) else { continue };
        let (what, ratio) = (format!("checks/s, {at_once}"), ours.rate.ratio_to(&theirs.rate));
        part.ratios.push(match least {
            Some(least) => Ratio::at_least(*least, what, &ours.name, &theirs.name, ratio),
            None => Ratio::without_goal(what, &ours.name, &theirs.name, ratio),
        });
    }
    for other in OTHERS {
        let theirs = figures.iter().find(|one| one.name.starts_with(other));
        let (Some(ours), Some(theirs)) = (exactly(JOURNAL), theirs) else { continue };
        let (rate, value) = (ours.rate.ratio_to(&theirs.rate), theirs.cost.ratio_to(&ours.cost));
        let what = format!("checks/s, {at_once}");
        part.ratios.push(Ratio::without_goal(what, &ours.name, &theirs.name, rate));
        // Checks for the same CPU: theirs costs so many times as much.
        let what = format!("checks for the same CPU, {at_once}");
        part.ratios.push(Ratio::at_least(1.0, what, &ours.name, &theirs.name, value));
    }
    part.plots.push(Plot {
        file: format!("checks-{threads}.svg"),
        title: format!("Processor time of a status check, {at_once}"),
        x: Axis::linear(""),
        y: Axis::log("µs of the client's CPU"),
        lines: Vec::new(),
        bars: figures.iter().map(|one| Bar::of(&one.name, &one.cost)).collect(),
    });
}

fn limits(missing: &[String]) -> String {
    let mut limits = "A check of a payment of the journal is `Client::status`: it reads the payment's row from its SQLite file, asks, and decides. Its \
        peer reads one column of a table of its own and asks; raw `ureq` alone knows what to expect from the start. An order is asked about by \
        `Client::verify_source`, which keeps nothing without a journal; its peer reads the same answer. The vendor runs on the same cores, so that checks a \
        second depend on its CPU too, and the CPU of a check does not. Above raw `ureq`, the client reads the payment's snapshot, a row of its own, and sets the time that is left on the socket twice. \
        Its threads share one connection to the file and read by turns; each thread of the peer has its own."
        .to_owned();
    if !missing.is_empty() {
        limits.extend([" Not run: ", &missing.join("; "), "."]);
    }
    limits
}
