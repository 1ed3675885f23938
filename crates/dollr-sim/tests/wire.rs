//! What the network may do to a call: lose it, cut it short, slow it down, leave it unanswered.

mod support;

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use dollr_sim::{Call, Fault, FaultKind};
use support::{Payment, World, world};

/// Sends a status call by hand and reads all that comes.
fn raw_status(world: &World, payment: &Payment) -> (Vec<u8>, std::io::Result<usize>) {
    let mut stream = connect(world);
    let request = format!(
        "GET /v1/status/collection/{} HTTP/1.1\r\nHost: sim\r\nAuthorization: Bearer {}\r\n\r\n",
        payment.reference, world.token
    );
    stream.write_all(request.as_bytes()).expect("written");
    let mut bytes = Vec::new();
    let end = stream.read_to_end(&mut bytes);
    (bytes, end)
}

fn connect(world: &World) -> TcpStream {
    let stream =
        TcpStream::connect(world.sim.base_url().trim_start_matches("http://")).expect("a connection");
    // So that a broken promise is a failure, not a hang.
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a time-out");
    stream
}

fn arm(world: &World, at: Call, kind: FaultKind) {
    world.sim.arm(Fault::new(at, kind));
}

#[test]
fn a_lost_request_moves_no_money_and_a_lost_answer_does() {
    for (after, status, charges) in [(false, 404, 0), (true, 200, 1)] {
        for kind in [FaultKind::Drop, FaultKind::Reset, FaultKind::CutHead, FaultKind::CutBody] {
            let world = world();
            let payment = world.prepare("1000");
            let fault = Fault::new(Call::Execute, kind.clone());
            world.sim.arm(if after { fault.after() } else { fault });
            assert!(world.try_collect(&payment).is_err(), "{kind:?}");
            assert_eq!(
                (world.status(&payment).status, world.charges(&payment)),
                (status, charges),
                "{kind:?}"
            );
            let ledger = world.sim.ledger();
            let entry = ledger.reference(&payment.reference).expect("an entry");
            assert_eq!(
                (entry.posts, entry.posts_at_risk, entry.posts_processed),
                (1, 1, charges),
                "{kind:?}"
            );
        }
    }
}

#[test]
fn a_reset_on_a_reused_connection_counts_one_post() {
    let world = world();
    let payment = world.prepare("1000");
    assert_eq!(world.status(&payment).status, 404, "the connection is open and in the pool");
    world.sim.arm(Fault::new(Call::Execute, FaultKind::Reset).after());
    assert!(world.try_collect(&payment).is_err());
    assert_eq!((world.sim.ledger().posts(&payment.reference), world.charges(&payment)), (1, 1));
}

#[test]
fn a_reset_is_a_reset_and_a_drop_is_an_end() {
    let world = world();
    let payment = world.prepare("1000");
    arm(&world, Call::Status, FaultKind::Reset);
    let (bytes, end) = raw_status(&world, &payment);
    assert!(bytes.is_empty());
    assert_eq!(end.expect_err("a reset").kind(), ErrorKind::ConnectionReset);
    arm(&world, Call::Status, FaultKind::Drop);
    let (bytes, end) = raw_status(&world, &payment);
    assert!(bytes.is_empty() && end.is_ok());
}

#[test]
fn an_answer_is_cut_within_its_head_or_its_body() {
    let world = world();
    let payment = world.prepare("1000");
    world.collect(&payment);
    let whole = world.status(&payment).text;
    arm(&world, Call::Status, FaultKind::CutHead);
    let (bytes, _) = raw_status(&world, &payment);
    assert_eq!(String::from_utf8_lossy(&bytes), "HTTP/1.1 200 O");
    arm(&world, Call::Status, FaultKind::CutBody);
    let (bytes, _) = raw_status(&world, &payment);
    let text = String::from_utf8(bytes).expect("UTF-8");
    let (head, body) = text.split_once("\r\n\r\n").expect("a whole head");
    assert!(head.contains(&format!("content-length: {}", whole.len())), "{head}");
    assert_eq!(body, &whole[..whole.len() / 2]);
}

#[test]
fn a_slow_body_comes_whole_in_the_end() {
    let world = world();
    let payment = world.prepare("1000");
    world.collect(&payment);
    let right = world.status(&payment).text;
    arm(&world, Call::Status, FaultKind::SlowBody { ms_per_byte: 1 });
    let begun = Instant::now();
    assert_eq!(world.status(&payment).text, right);
    assert!(begun.elapsed() >= Duration::from_millis(right.len() as u64), "in {:?}", begun.elapsed());
}

#[test]
fn an_endless_body_goes_on_past_any_cap() {
    let world = world();
    let payment = world.prepare("1000");
    arm(&world, Call::Status, FaultKind::EndlessBody);
    let mut stream = connect(&world);
    let request = format!("GET /v1/status/collection/{} HTTP/1.1\r\nHost: sim\r\n\r\n", payment.reference);
    stream.write_all(request.as_bytes()).expect("written");
    let mut bytes = vec![0; 3 * 1024 * 1024];
    stream.read_exact(&mut bytes).expect("three MiB and more to come");
}

#[test]
fn a_silent_connection_holds_up_neither_other_calls_nor_the_end() {
    let world = world();
    let payment = world.prepare("1000");
    world.sim.arm(Fault::new(Call::Execute, FaultKind::Silent).after());
    let mut stream = connect(&world);
    let body = payment.body.to_string();
    let request = format!(
        "POST /v1/executions/collection HTTP/1.1\r\nHost: sim\r\nAuthorization: Bearer {}\r\nContent-Length: {}\r\n\r\n{body}",
        world.token,
        body.len()
    );
    stream.write_all(request.as_bytes()).expect("written");
    stream.set_read_timeout(Some(Duration::from_millis(200))).expect("a time-out");
    assert!(stream.read(&mut [0]).is_err(), "not a byte");
    assert_eq!(world.charges(&payment), 1);
    let mut idle = connect(&world);
    drop(world);
    for stream in [&mut stream, &mut idle] {
        stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a time-out");
        let end = stream.read(&mut [0]).map_err(|error| error.kind());
        assert!(matches!(end, Ok(0) | Err(ErrorKind::ConnectionReset)), "{end:?}");
    }
}
