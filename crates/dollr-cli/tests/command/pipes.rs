//! Whoever reads the output may stop at any time: no panic, and the exit code is still the verdict's.

use std::fs::OpenOptions;
use std::process::Stdio;

use dollr_sim::SourceKind;

use crate::shop::{Running, Shop, run};

/// The writing end of a pipe that nobody reads from any more.
fn closed_pipe() -> Stdio {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    writer.into()
}

fn paid_shop() -> Shop {
    let shop = Shop::open();
    assert!(shop.sim.pay_source(SourceKind::Invoice, 101));
    shop
}

const VERIFY: &str = "verify --source INVOICE:101 --amount 250.00 --currency USD";

#[test]
fn a_closed_stdout_is_no_panic() {
    let shop = paid_shop();
    assert_eq!(shop.run(VERIFY).code, 0);
    for (line, code) in [
        (VERIFY, 0),
        ("verify --source ORDER:202 --amount 75.50 --currency USD --json", 4),
        ("journal list", 0),
        ("journal list --json", 0),
        ("journal show INVOICE:101", 0),
        ("checkout --phone 231770000001 --currency USD --item a=1", 0),
        ("--help", 0),
    ] {
        let mut command = shop.command(line.split_whitespace());
        command.stdout(closed_pipe());
        let run = run(command);
        assert!(run.code == code && !run.err.contains("panicked"), "{line}: {run:?}");
    }
}

#[test]
fn a_closed_stderr_is_no_panic() {
    let shop = paid_shop();
    for (line, code) in [(VERIFY, 0), ("verify -vvv", 2), ("journal show ORDER:1 -vvv", 1)] {
        let mut command = shop.command(line.split_whitespace());
        command.stderr(closed_pipe());
        assert_eq!(run(command).code, code, "{line}");
    }
    let mut command = shop.command(VERIFY.split_whitespace().chain(["-vvv"]));
    command.stderr(closed_pipe());
    assert_eq!(run(command).code, 0, "with much to say");
}

#[test]
fn a_result_that_cannot_be_written_is_an_error() {
    let shop = paid_shop();
    let mut command = shop.command(VERIFY.split_whitespace());
    command.stdout(OpenOptions::new().write(true).open("/dev/full").expect("/dev/full"));
    let run = run(command);
    assert!(
        run.code == 1 && run.sentence().starts_with("the result cannot be written to stdout: "),
        "{run:?}"
    );
}

#[test]
fn a_simulator_whose_reader_has_gone_serves_on() {
    let shop = Shop::open();
    let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a port");
    let mut command = shop.command(["sim", "--listen", &port.to_string()]);
    command.stdout(closed_pipe());
    let mut sim = Running::start(command);
    let line =
        format!("verify --source INVOICE:101 --amount 250.00 --currency USD --json --base-url http://{port}");
    crate::shop::wait_until("it answers", || shop.run(&line).json()["status"] == serde_json::json!("IDLE"));
    assert!(!sim.has_ended());
    sim.kill();
}
