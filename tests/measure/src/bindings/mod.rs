//! The same status checks through the bindings, beside the same from Rust and beside what users of the language have instead; and what it
//! costs to cross the border alone.

mod crossing;

use crate::peers::{Figures, Ground, Peer, script, tools};
use crate::report::{Axis, Bar, Part, Plot, Ratio, Row};

const ROUNDS: usize = 5;

const RUST: &str = "dollr from Rust";

/// Each binding, and its language's usual clients.
fn peers(threads: usize) -> Vec<Peer> {
    let tools = tools();
    let (python, c) = (tools.join("python/bin/python"), tools.join("checks"));
    let py = |name: &str, which: &str| Peer::tool(name, &python, &[&script("checks.py"), which]);
    let mut peers = vec![
        Peer::own(RUST, "dollr"),
        Peer::tool("dollr from C", &c, &["dollr"]),
        Peer::tool("libcurl + cJSON in C:", &c, &["curl"]),
        py("dollr from Python", "dollr"),
        py("dollr.aio from Python", "dollr-aio"),
        py("Python requests", "requests"),
        py("Python httpx", "httpx"),
    ];
    if threads == 1 {
        let extension = format!("extension={}", tools.join("php/dollr.so").display());
        let php = |name: &str, which: &str| {
            Peer::tool(name, "php", &["-d", &extension, &script("checks.php"), which])
        };
        peers.extend([php("dollr from PHP", "dollr"), php("PHP's curl", "curl"), php("Guzzle", "guzzle")]);
    }
    peers
}

/// What each binding is beside: the same from Rust, and what else its users have.
const BESIDE: &[(&str, &str, Option<f64>, Option<f64>)] = &[
    ("dollr from C", RUST, Some(0.9), Some(0.9)),
    ("dollr from C", "libcurl", None, None),
    ("dollr from Python", RUST, Some(0.9), Some(0.9)),
    ("dollr from Python", "Python requests", Some(5.0), Some(20.0)),
    ("dollr.aio from Python", RUST, Some(0.9), Some(0.9)),
    ("dollr.aio from Python", "Python httpx", None, None),
    ("dollr from PHP", RUST, Some(0.9), None),
    ("dollr from PHP", "PHP's curl", None, None),
    ("dollr from PHP", "Guzzle", None, None),
];

pub(crate) fn measure() -> Part {
    let mut part = Part {
        title: "Through the bindings",
        goal: "At least 0.9 × the checks of the same from Rust; from Python at least 5 × those of `requests` with one thread, 20 × with eight.",
        rows: Vec::new(),
        ratios: Vec::new(),
        plots: Vec::new(),
        limits: String::new(),
    };
    let mut ground = Ground::new();
    let mut missing = Vec::new();
    for threads in [1, 8] {
        let (figures, not_run) = ground.compare(ROUNDS, threads, &peers(threads));
        take_in(&mut part, threads, &figures);
        missing.extend(not_run);
    }
    missing.sort();
    missing.dedup();
    missing.extend(crossing::measure(&mut part));
    part.limits = limits(&missing);
    part
}

fn take_in(part: &mut Part, threads: usize, figures: &[Figures]) {
    let at_once = if threads == 1 { "one at a time".to_owned() } else { format!("{threads} at a time") };
    for one in figures {
        part.rows.push(Row::measured(format!("checks, {at_once}"), &one.name, "1/s", &one.rate));
        part.rows.push(Row::measured(format!("CPU of a check, {at_once}"), &one.name, "µs", &one.cost));
    }
    let find = |name: &str| figures.iter().find(|one| one.name.starts_with(name));
    for (one, other, single, many) in BESIDE {
        let (Some(ours), Some(theirs)) = (find(one), find(other)) else { continue };
        let what = format!("checks/s, {at_once}");
        let ratio = ours.rate.ratio_to(&theirs.rate);
        part.ratios.push(match if threads == 1 { single } else { many } {
            Some(least) => Ratio::at_least(*least, what, &ours.name, &theirs.name, ratio),
            None => Ratio::without_goal(what, &ours.name, &theirs.name, ratio),
        });
        let (what, value) = (format!("checks for the same CPU, {at_once}"), theirs.cost.ratio_to(&ours.cost));
        part.ratios.push(Ratio::without_goal(what, &ours.name, &theirs.name, value));
    }
    part.plots.push(Plot {
        file: format!("bindings-{threads}.svg"),
        title: format!("Status checks by language, {at_once}"),
        x: Axis::linear(""),
        y: Axis::linear("checks a second"),
        lines: Vec::new(),
        bars: figures.iter().map(|one| Bar::of(&one.name, &one.rate)).collect(),
    });
}

fn limits(missing: &[String]) -> String {
    let mut limits = "Each process asks the same vendor, as in the part before. PHP has one thread, so that it is asked one at a time. In asyncio \
        the requests go out by httpx, on a connection for each; a check takes twice what httpx takes with kept connections, and where the rest goes was \
        not profiled.".to_owned();
    if !missing.is_empty() {
        limits.extend([" Not run: ", &missing.join("; "), "."]);
    }
    limits
}
