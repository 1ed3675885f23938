//! `--metrics` and `-v`: what is counted is what has happened, in a form that Prometheus reads.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use dollr_client::core::{Snapshot, Timestamp};
use dollr_client::journal::{self, Kind, Page};
use dollr_sim::{Call, Fault, FaultKind};

use super::gate::Gate;
use super::{HOUR, Predecessor};
use crate::postgres;
use crate::server::Server;
use crate::shop::{Running, Shop, new_id, wait_until};

pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port").port()
}

/// Sends `request`, and reads to the end of the answer.
fn ask(port: u16, request: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("the endpoint");
    stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a time");
    let mut answer = Vec::new();
    // Who is refused in the middle of a long request may be reset while he still talks.
    let _ = stream.write_all(request.as_bytes());
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8(answer).expect("UTF-8")
}

/// The samples by name and labels, from a text that is just as the format's description has it.
pub(crate) fn samples(port: u16) -> BTreeMap<String, f64> {
    let answer = ask(port, "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let (head, text) = answer.split_once("\r\n\r\n").expect("a head");
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
    assert!(head.contains("\r\ncontent-type: text/plain; version=0.0.4; charset=utf-8\r\n"), "{head}");
    assert!(text.ends_with('\n') && !text.contains('\r'), "{text}");
    let is_name = |name: &str| name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    let (mut samples, mut families, mut lines) = (BTreeMap::new(), BTreeSet::new(), text.lines().peekable());
    while let Some(line) = lines.next() {
        let (name, help) = line.strip_prefix("# HELP ").and_then(|rest| rest.split_once(' ')).expect(line);
        assert!(is_name(name) && !help.contains('\\') && families.insert(name.to_owned()), "{line}");
        let kind = lines.next().and_then(|line| line.strip_prefix(&format!("# TYPE {name} ")));
        let kind = kind.unwrap_or_else(|| panic!("no type after {line}"));
        assert_eq!(kind == "counter", name.ends_with("_total"), "{line}");
        assert!(kind == "counter" || kind == "gauge", "{line}");
        let mut count = 0;
        while let Some(line) = lines.next_if(|line| !line.starts_with('#')) {
            let (sample, value) = line.rsplit_once(' ').expect(line);
            let labels = sample.strip_prefix(name).expect("of its family");
            let label = labels.strip_prefix('{').and_then(|rest| rest.strip_suffix("\"}")?.split_once("=\""));
            assert!(labels.is_empty() || label.is_some_and(|(l, v)| is_name(l) && is_name(v)), "{line}");
            let value: f64 = value.parse().expect("a number");
            assert!(value >= 0.0 && samples.insert(sample.to_owned(), value).is_none(), "{line}");
            count += 1;
        }
        assert!(count > 0, "no sample of {name}");
    }
    samples
}

#[track_caller]
fn assert_has(samples: &BTreeMap<String, f64>, expected: &[(&str, f64)]) {
    for (name, value) in expected {
        let found = samples.get(*name).copied().unwrap_or(f64::NAN);
        assert!((found - value).abs() < 1e-9, "{name} is {found}, not {value}: {samples:#?}");
    }
}

fn serving(shop: &Shop, port: u16, url: &str) -> Running {
    let line = format!("reconcile --json --every 1h --rate 50/s --workers 1 --metrics 127.0.0.1:{port}");
    let mut command = shop.command(line.split_whitespace());
    command.env("DOLLR_JOURNAL", url);
    Running::start(command)
}

/// What is scraped is what has happened, on both engines.
fn counts_what_has_happened(shop: &Shop, url: &str) {
    let predecessor = Predecessor::with(shop, HOUR, journal::open(url).expect("a journal"));
    for _ in 0..3 {
        predecessor.leaves_unanswered();
    }
    predecessor.collects("3000", []);
    shop.sim.arm(Fault::new(Call::Status, FaultKind::RetryAfter { value: "1".to_owned() }));
    let port = free_port();
    let mut running = serving(shop, port, url);
    running.line();
    let found = samples(port);
    assert_has(
        &found,
        &[
            ("dollr_polls_total", 4.0),
            ("dollr_posts_total", 0.0),
            ("dollr_throttled_total", 1.0),
            ("dollr_verdicts_total{verdict=\"paid\"}", 2.0),
            ("dollr_verdicts_total{verdict=\"open\"}", 2.0),
            ("dollr_verdicts_total{verdict=\"failed\"}", 0.0),
            ("dollr_passes_total{outcome=\"done\"}", 1.0),
            ("dollr_passes_total{outcome=\"failed\"}", 0.0),
            ("dollr_journal_up", 1.0),
            ("dollr_payments_open", 2.0),
            ("dollr_budget_limit_calls_per_second", 50.0),
        ],
    );
    let rate = found["dollr_budget_calls_per_second"];
    assert!((25.0..50.0).contains(&rate), "halved by the 429, and recovering: {rate}");
    assert!(found["dollr_last_pass_timestamp_seconds"] > 1.7e9);
    // What becomes due after the pass is seen before the next one, and how late it is.
    predecessor.leaves_unanswered();
    let found = samples(port);
    let lag = found["dollr_due_lag_seconds"];
    assert!((3_500.0..3_700.0).contains(&lag) && found["dollr_payments_due"] >= 1.0, "{found:#?}");
    assert_has(&found, &[("dollr_payments_open", 3.0)]);
    running.terminate();
    assert_eq!(running.end().code, 0);
}

/// I5, I7: who reads no mail is told, too.
#[test]
fn metrics_tell_what_a_person_must_look_at() {
    let shop = Shop::open();
    Predecessor::new(&shop, 73 * HOUR).collects("3000", []);
    for despite in ["", "--despite mistaken"] {
        let collect = "--account 1000 --currency USD --amount 25.00 --order A-1";
        let session = shop.session("25.00");
        assert_eq!(shop.run(&format!("collect --session {session} {collect} {despite}")).code, 0);
    }
    let port = free_port();
    let mut running = serving(&shop, port, "dollr.db");
    running.line();
    let expected = [("dollr_payments_stuck", 1.0), ("dollr_payments_duplicate", 1.0)];
    assert_has(&samples(port), &expected);
    running.terminate();
    assert_eq!(running.end().code, 0);
}

/// I14: somebody else has asked and written in the middle of a pass.
#[test]
fn metrics_count_what_others_have_written_meanwhile() {
    let shop = Shop::open();
    let left = Predecessor::new(&shop, HOUR).leaves_unanswered();
    let (gate, port) = (Gate::before(&shop), free_port());
    let line = format!("reconcile --json --every 1h --workers 1 --metrics 127.0.0.1:{port}");
    let mut running = Running::start(gate.command(&shop, &line));
    gate.wait_for_questions(1);
    assert_eq!(shop.run(&format!("status {}", left.id)).code, 0);
    gate.open();
    running.line();
    assert_has(&samples(port), &[("dollr_overtaken_total", 1.0), ("dollr_polls_total", 1.0)]);
    running.terminate();
    assert_eq!(running.end().code, 0);
}

/// I12: for how long nobody calls is seen by whoever wonders why nothing moves.
#[test]
fn metrics_tell_for_how_long_the_vendor_wants_no_calls() {
    let shop = Shop::open();
    Predecessor::new(&shop, HOUR).leaves_unanswered();
    shop.sim.arm(Fault::new(Call::Status, FaultKind::RetryAfter { value: "600".to_owned() }));
    let port = free_port();
    let mut running = serving(&shop, port, "dollr.db");
    running.line();
    let found = samples(port);
    let wait = found["dollr_budget_cool_down_seconds"];
    assert!(wait > 500.0 && wait <= 600.0, "{found:#?}");
    assert_has(&found, &[("dollr_throttled_total", 1.0)]);
    running.terminate();
    assert_eq!(running.end().code, 0);
}

/// A counter is the sum of all passes: what one has counted, the next adds to.
#[test]
fn metrics_add_up_from_pass_to_pass() {
    let shop = Shop::open();
    let predecessor = Predecessor::new(&shop, 2 * HOUR);
    let journal = journal::open(shop.path("dollr.db")).expect("a journal");
    let bad_row = || {
        let snapshot = Snapshot::new("{\"torn");
        let long_ago = Timestamp::from_millis(0);
        let page = Page { due: Some(long_ago), ..Page::new("Open", true, &snapshot, "recorded") };
        journal.create(&new_id(), Kind::Execution, None, &page, long_ago).expect("a row");
    };
    let contradicted = || {
        let says_failed = Fault::new(Call::Status, FaultKind::FailedThenCompleted);
        assert_eq!(predecessor.collects("1000", [says_failed]).1, "failed");
    };
    let port = free_port();
    let line = format!("reconcile --json --every 1s --rate 600/m --workers 1 --metrics 127.0.0.1:{port}");
    let mut running = Running::start(shop.command(line.split(' ')));
    running.line();
    for round in [1.0, 2.0] {
        bad_row();
        contradicted();
        predecessor.leaves_unanswered();
        let reached = |found: &BTreeMap<String, f64>| {
            let read =
                ["dollr_unreadable_total", "dollr_conflicts_total", "dollr_verdicts_total{verdict=\"paid\"}"];
            read.iter().all(|name| found[*name] >= round)
        };
        wait_until("a pass has found them", || reached(&samples(port)));
        let expected = [
            ("dollr_unreadable_total", round),
            ("dollr_conflicts_total", round),
            ("dollr_verdicts_total{verdict=\"paid\"}", round),
            ("dollr_verdicts_total{verdict=\"failed\"}", round),
            ("dollr_polls_total", 2.0 * round),
            ("dollr_posts_total", 0.0),
            ("dollr_overtaken_total", 0.0),
            ("dollr_budget_limit_calls_per_second", 10.0),
            ("dollr_budget_cool_down_seconds", 0.0),
        ];
        assert_has(&samples(port), &expected);
    }
    running.terminate();
    assert_eq!(running.end().code, 0);
}

#[test]
fn metrics_count_what_has_happened() {
    let shop = Shop::open();
    let path = shop.path("dollr.db");
    counts_what_has_happened(&shop, path.to_str().expect("UTF-8"));
}

#[test]
fn metrics_count_what_has_happened_in_postgresql() {
    let (shop, server) = (Shop::open(), Server::shared());
    counts_what_has_happened(&shop, &postgres::url(&server, "metrics"));
}

/// T8: whoever talks nonsense, too much or not at all is hung up on, and others are served meanwhile.
#[test]
fn a_bad_caller_is_refused_and_holds_nobody_up() {
    let shop = Shop::open();
    drop(Predecessor::new(&shop, HOUR));
    let port = free_port();
    let mut running = serving(&shop, port, "dollr.db");
    running.line();
    let mut silent: Vec<_> =
        (0..4).map(|_| TcpStream::connect(("127.0.0.1", port)).expect("the endpoint")).collect();
    silent[0].write_all(b"GET /metrics HTTP/1.1\r\nHost: ").expect("sent");
    assert_has(&samples(port), &[("dollr_journal_up", 1.0)]);
    for (request, status) in [
        ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", "404"),
        ("GET /metrics/../x HTTP/1.1\r\nHost: a\r\n\r\n", "404"),
        ("POST /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", "405"),
        ("DELETE /metrics HTTP/1.1\r\nHost: a\r\n\r\n", "405"),
        ("HEAD /metrics HTTP/1.1\r\nHost: a\r\n\r\n", "200"),
        ("nonsense\r\n\r\n", "400"),
    ] {
        let answer = ask(port, request);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{request:?}: {answer}");
    }
    let long = format!("GET /metrics HTTP/1.1\r\nHost: a\r\nX: {}\r\n\r\n", "x".repeat(1 << 20));
    assert!(!ask(port, &long).starts_with("HTTP/1.1 2"));
    for stream in &mut silent {
        stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a time");
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).expect("hung up on");
        assert!(!rest.starts_with(b"HTTP/1.1 2"));
    }
    assert_has(&samples(port), &[("dollr_journal_up", 1.0)]);
    assert!(!running.has_ended());
    running.terminate();
    assert_eq!(running.end().code, 0);
}

#[test]
fn a_port_that_is_taken_is_said() {
    let shop = Shop::open();
    drop(Predecessor::new(&shop, HOUR));
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("its address");
    let run = shop.run(&format!("reconcile --metrics {address}"));
    let says = format!("--metrics: cannot listen on {address}: Address already in use");
    assert!(run.code == 1 && run.sentence().starts_with(&says), "{run:?}");
}

/// I10: each pass is one event, with a field for each number and no secret.
#[test]
fn each_pass_is_an_event_with_fields() {
    let shop = Shop::open();
    let predecessor = Predecessor::new(&shop, HOUR);
    predecessor.leaves_unanswered();
    predecessor.collects("3000", []);
    let run = shop.run("reconcile -v --rate 20/s");
    let events: Vec<_> = run.err.lines().filter(|line| line.contains(" reconciled ")).collect();
    let [event] = events[..] else { panic!("one event: {run:?}") };
    let fields: BTreeMap<_, _> = event.split(' ').filter_map(|field| field.split_once('=')).collect();
    for (name, value) in [
        ("asked", "2"),
        ("posts", "0"),
        ("polls", "2"),
        ("throttled", "0"),
        ("verdict.paid", "1"),
        ("verdict.open", "1"),
        ("verdict.failed", "0"),
        ("verdict.stuck", "0"),
        ("conflicts", "0"),
        ("not_sent", "0"),
        ("unreadable", "0"),
        ("open", "1"),
        ("due", "0"),
        ("budget.milli_calls_per_second", "20000"),
    ] {
        assert_eq!(fields.get(name), Some(&value), "{name}: {event}");
    }
    assert!(fields["lag_ms"].parse::<u64>().is_ok_and(|lag| lag > 3_500_000), "{event}");
    assert!(!run.err.contains("sim-secret") && !run.err.contains("Bearer"), "{run:?}");
}
