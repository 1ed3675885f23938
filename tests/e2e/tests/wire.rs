//! What is on the wire, byte for byte, and who gets it: redirects, TLS, bombs (threats T1, T4, T8, T15, T20).

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use dollr_client::Report;
use dollr_client::core::SourceKind;
use dollr_e2e::{Authority, World};
use dollr_sim::{Call, Fault, FaultKind};

/// T4, F11: a token and a payment go nowhere else, whatever a redirect says.
#[test]
fn no_redirect_is_followed() {
    let world = World::without_deduplication();
    let elsewhere = TcpListener::bind("127.0.0.1:0").expect("a port");
    elsewhere.set_nonblocking(true).expect("a listener");
    let location = format!("http://{}/v1/elsewhere", elsewhere.local_addr().expect("an address"));
    for code in [301, 302, 303, 307, 308] {
        for at in [Call::Execute, Call::Status] {
            let redirect = FaultKind::Redirect { location: location.clone(), code };
            let (payment, report) = world.collect([Fault::new(at, redirect).after()]);
            assert_eq!(report.verdict.name(), "paid", "{code} on {at:?}: {report:?}");
            assert_eq!(world.posts_and_charges(&payment), (1, 1), "{code} on {at:?}");
        }
    }
    let met = elsewhere.accept().map(|(_, from)| from);
    assert!(met.is_err_and(|e| e.kind() == std::io::ErrorKind::WouldBlock), "somebody followed a redirect");
}

/// T8: a body that never ends is cut off, and decides nothing.
#[test]
fn an_endless_body_is_not_read_to_its_end() {
    let world = World::without_deduplication();
    for at in [Call::Execute, Call::Status] {
        let (payment, report) = world.collect([Fault::new(at, FaultKind::EndlessBody).after()]);
        assert_eq!(report.verdict.name(), "paid", "{at:?}");
        assert_eq!(world.posts_and_charges(&payment), (1, 1), "{at:?}");
    }
}

/// T8: what is larger than any answer is none, however right it begins.
#[test]
fn an_answer_of_more_than_a_mebibyte_is_not_taken() {
    let session = r#"{"id": 55, "expires_at": "2025-06-01T15:00:00Z"}"#;
    for (size, fits) in [(1024 * 1024 - 1, true), (1024 * 1024 + 1, false)] {
        let answers = [
            r#"{"access_token": "abc", "expires_in": 60}"#.to_string(),
            session.to_string() + &" ".repeat(size - session.len()),
        ];
        let (url, requests) = server(answers.to_vec());
        let client = World::start().builder().base_url(&url).build().expect("a client");
        let answer = client.create_session("ORDER:202".parse().expect("a source"));
        assert_eq!(answer.is_ok(), fits, "{size}: {answer:?}");
        requests.join().expect("a server");
    }
}

/// A server that gives one request after the other its answer, and hands out the requests.
fn server(answers: Vec<String>) -> (String, std::thread::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let thread = std::thread::spawn(move || {
        answers.iter().map(|answer| serve(&listener.accept().expect("a connection").0, answer)).collect()
    });
    (url, thread)
}

/// One request off the wire, and one answer onto it.
fn serve(stream: &TcpStream, answer: &str) -> String {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert!(reader.read_line(&mut head).expect("a line") > 0, "a whole head: {head}");
    }
    let length =
        head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).expect("a body");
    let mut stream = stream;
    let length = answer.len();
    write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{answer}")
        .expect("sent");
    head + &String::from_utf8_lossy(&body)
}

/// T15, T21: what a status call says to the caches and compressors on its way; and ids are strings in an execution.
#[test]
fn the_requests_are_what_the_vendor_documents() {
    let (url, requests) = server(vec![r#"{"access_token": "abc", "expires_in": 60}"#.to_string(); 3]);
    let world = World::start();
    let client = world.builder().base_url(&url).user_agent("shop/7").build().expect("a client");
    let payment = world.payment("18");
    let attempt = dollr_client::Attempt::new(payment.intent.clone()).patience(Duration::from_secs(30));
    // The server knows the token call only: its other answers cannot be taken.
    let report = client.collect(attempt).expect("a report");
    assert_eq!(report.verdict.name(), "open");

    let requests: Vec<_> = requests.join().expect("a server").iter().map(|r| r.to_lowercase()).collect();
    let (id, session) = (payment.key(), payment.intent.session());
    assert!(requests[0].starts_with("post /v1/jwt/client/obtain/token http/1.1\r\n"));
    assert!(!requests[0].contains("authorization"));
    assert!(requests[1].starts_with("post /v1/executions/collection http/1.1\r\n"));
    assert!(requests[1].ends_with(&format!(
        r#"{{"currency":"usd","payment_account_id":"18","reference_id":"{id}","session_id":"{session}"}}"#
    )));
    assert!(requests[2].starts_with(&format!("get /v1/status/collection/{id} http/1.1\r\n")));
    assert!(requests[2].contains("\r\ncache-control: no-cache, no-store\r\n"));
    for request in &requests {
        assert!(request.contains("\r\nuser-agent: shop/7\r\n"), "{request}");
        assert!(request.contains("\r\naccept-encoding: identity\r\n"), "{request}");
        assert!(request.contains("\r\naccept: application/json\r\n"), "{request}");
    }
    for request in &requests[1..] {
        assert!(request.contains("\r\nauthorization: bearer abc\r\n"), "{request}");
    }
}

/// T8: a head that never ends.
#[test]
fn a_million_headers_are_refused() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a connection");
            let header = "X-Padding: padding padding padding\r\n".repeat(1_000);
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n");
            while stream.write_all(header.as_bytes()).is_ok() {}
        }
    });
    let world = World::start();
    let client = world.builder().base_url(&url).build().expect("a client");
    assert!(client.create_session("ORDER:202".parse().expect("a source")).is_err());
}

fn collect_over_tls(host: &str, expired: bool, trusted: bool) -> (Report, u64) {
    let world = World::start();
    let (authority, stranger) = (Authority::default(), Authority::default());
    let upstream = world.sim.base_url().replace("http://", "");
    let url = authority.serve(host, expired, upstream);
    let bundle = world.folder.path().join("ca.pem");
    std::fs::write(&bundle, if trusted { &authority.pem } else { &stranger.pem }).expect("a bundle");
    let client = world.builder().base_url(&url).ca_bundle(&bundle).build().expect("a client");
    let payment = world.payment("1000");
    let attempt = dollr_client::Attempt::new(payment.intent.clone()).patience(Duration::from_secs(5));
    let report = client.collect(attempt).expect("a report");
    (report, world.posts_and_charges(&payment).0)
}

/// F21, T20: a certificate that is somebody else's, expired, or by nobody that is trusted; and one that is right.
#[test]
fn only_the_right_certificate_is_talked_to() {
    let (report, posts) = collect_over_tls("localhost", false, true);
    assert_eq!((report.verdict.name(), posts), ("paid", 1), "{report:?}");
    for (host, expired, trusted) in
        [("localhost", false, false), ("localhost", true, true), ("elsewhere.example", false, true)]
    {
        let (report, posts) = collect_over_tls(host, expired, trusted);
        assert_eq!((report.verdict.name(), posts), ("open", 0), "{host} {expired} {trusted}: {report:?}");
    }
}

/// T20: however a scheme is written, what it asks for is TLS: the first byte that goes out opens a handshake.
#[test]
fn a_scheme_in_capitals_asks_for_tls() {
    const HANDSHAKE: u8 = 0x16;
    std::thread::scope(|scope| {
        for scheme in ["HTTPS", "Https"] {
            scope.spawn(move || {
                let world = World::in_real_time();
                let (realtime, to_realtime) = eavesdropper();
                let builder = world.builder().realtime(format!("{scheme}://{realtime}"), "anon");
                let attempt =
                    dollr_client::Attempt::new(world.payment("1002").intent).realtime(SourceKind::Order);
                let report = builder.build().expect("a client").collect(attempt).expect("a report");
                assert_eq!(report.verdict.name(), "paid", "{report:?}");
                assert_eq!(to_realtime.recv(), Ok(HANDSHAKE), "realtime over {scheme}");

                let (api, to_api) = eavesdropper();
                let client =
                    world.builder().base_url(&format!("{scheme}://{api}")).build().expect("a client");
                client.create_session("ORDER:202".parse().expect("a source")).expect_err("no such server");
                assert_eq!(to_api.recv(), Ok(HANDSHAKE), "the API over {scheme}");
                assert_eq!(
                    client.stepwise().wire().base_url,
                    format!("https://{api}"),
                    "as it is told to hosts"
                );
            });
        }
    });
}

/// A port that answers nothing, and the first byte of each connection to it.
fn eavesdropper() -> (std::net::SocketAddr, Receiver<u8>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address");
    let (tell, first_bytes) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut first = [0];
            stream.expect("a connection").read_exact(&mut first).expect("a byte");
            if tell.send(first[0]).is_err() {
                return;
            }
        }
    });
    (port, first_bytes)
}

/// F21, T20: the realtime server's certificate is looked at as closely, and nothing is said to it before that.
#[test]
fn only_the_right_realtime_server_is_talked_to() {
    std::thread::scope(|scope| {
        for (host, expired, trusted, sockets) in [
            ("localhost", false, true, 1),
            ("localhost", false, false, 0),
            ("localhost", true, true, 0),
            ("elsewhere.example", false, true, 0),
        ] {
            scope.spawn(move || {
                let opened = listen_over_tls(host, expired, trusted);
                assert_eq!(opened, sockets, "{host} {expired} {trusted}");
            });
        }
    });
}

/// How many sockets are opened. The API is reached in any case, so that there is a key to be lost.
fn listen_over_tls(host: &str, expired: bool, trusted: bool) -> usize {
    let world = World::in_real_time();
    let (authority, api) = (Authority::default(), Authority::default());
    let upstream = world.sim.base_url().replace("http://", "");
    let server = authority.serve(host, expired, upstream.clone());
    let bundle = world.folder.path().join("ca.pem");
    let trust = if trusted { format!("{}{}", authority.pem, api.pem) } else { api.pem.clone() };
    std::fs::write(&bundle, trust).expect("a bundle");
    let builder = world.builder().base_url(&api.serve("localhost", false, upstream)).ca_bundle(&bundle);
    let client = builder.realtime(server, world.sim.anon_key()).build().expect("a client");
    let attempt = dollr_client::Attempt::new(world.payment("1003").intent).realtime(SourceKind::Order);
    let report = client.collect(attempt).expect("a report");
    assert_eq!(report.verdict.name(), "paid", "{report:?}");
    world.sim.realtime_log().connections.len()
}
