//! Answers that are more than they seem: packed bombs (T8), and one that goes on where the next one should begin (T14).

use std::io::{BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use dollr_client::{Attempt, Client};
use dollr_e2e::{Authority, World, read_message};

/// A gibibyte of noughts, packed twice.
const BOMB: &[u8] = include_bytes!("nested.gz");

const TOKEN: &str = r#"{"access_token": "abc", "expires_in": 60}"#;

fn answered(extra: &str, body: &[u8]) -> Vec<u8> {
    let mut answer = format!("HTTP/1.1 200 OK\r\n{extra}Content-Length: {}\r\n\r\n", body.len()).into_bytes();
    answer.extend_from_slice(body);
    answer
}

/// A server that keeps its connections, and gives tokens; all else is answered by `other`, which is told the request's head.
fn server(other: impl Fn(&str) -> Vec<u8> + Send + Clone + 'static) -> String {
    format!("http://127.0.0.1:{}", server_by(|stream| stream, other))
}

/// The same by what is made of its connections; its port.
fn server_by<S: Read + Write>(
    stream: impl Fn(TcpStream) -> S + Send + Clone + 'static,
    other: impl Fn(&str) -> Vec<u8> + Send + Clone + 'static,
) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            let (stream, other) = (stream.clone(), other.clone());
            std::thread::spawn(move || {
                let mut stream = BufReader::new(stream(connection));
                while let Ok(request) = read_message(&mut stream)
                    && !request.is_empty()
                {
                    let head = String::from_utf8_lossy(&request);
                    let token = head.starts_with("POST /v1/jwt/");
                    let answer = if token { answered("", TOKEN.as_bytes()) } else { other(&head) };
                    if stream.get_mut().write_all(&answer).is_err() {
                        return;
                    }
                }
            });
        }
    });
    port
}

fn client(world: &World, url: &str) -> Client {
    world.builder().base_url(url).build().expect("a client")
}

/// The most memory that this process has had, in KiB.
#[cfg(target_os = "linux")]
fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

/// T8: no compression is asked for, and none is undone, however often an answer is packed.
#[test]
#[cfg(target_os = "linux")]
fn a_packed_answer_is_not_unpacked() {
    let world = World::start();
    let before = peak_kib();
    for encoding in ["gzip", "gzip, gzip", "deflate", "br"] {
        let url = server(move |_| answered(&format!("Content-Encoding: {encoding}\r\n"), BOMB));
        let answer = client(&world, &url).create_session("ORDER:202".parse().expect("a source"));
        assert!(answer.is_err(), "{encoding}");
    }
    let grown = peak_kib() - before;
    assert!(grown < 64 * 1024, "{grown} KiB");
}

fn paid(id: &str) -> Vec<u8> {
    let body = format!(
        r#"{{"reference_id": "{id}", "operation_type": "COLLECTION", "status": "COMPLETED", "payer_amount": "250.00", "payer_currency": "USD", "payee_amount": "250.00", "payee_currency": "USD"}}"#
    );
    answered("Content-Type: application/json\r\n", body.as_bytes())
}

/// T14: an answer is cut off at a mebibyte, and its connection is not used again: what follows on it, which says that everything is
/// paid, is nobody's answer.
#[test]
fn what_follows_an_answer_is_not_the_next_one() {
    let world = World::start();
    let payment = world.payment("1002");
    let id = payment.key();
    let url = server(move |head| {
        let forged = paid(&id);
        let mut body = vec![b' '; if head.starts_with("GET ") { 1024 * 1024 + 1 } else { 0 }];
        body.extend_from_slice(&forged);
        body.extend_from_slice(&forged);
        answered("Content-Type: application/json\r\n", &body)
    });
    let attempt = Attempt::new(payment.intent.clone()).patience(Duration::from_secs(60));
    let report = client(&world, &url).collect(attempt).expect("a report");
    assert_eq!(report.verdict.name(), "open", "{report:?}");
    assert!(report.calls.status > 3, "it has asked again and again: {report:?}");
}

/// T14: an answer ends where a record of TLS does, and where the buffer does that it is read into; what follows it has come with it, and is
/// deciphered already.
#[test]
fn what_is_deciphered_already_is_not_the_next_answer() {
    let session = |number: u32, padding: usize| {
        let body = format!(r#"{{"id": {number}, "expires_at": null}}{}"#, " ".repeat(padding));
        answered("", body.as_bytes())
    };
    let forged = session(66, 0);
    // Its length is told with three digits more.
    let full = 16_384 - session(55, 0).len() - 3;
    assert_eq!(session(55, full).len(), 16_384);
    for padding in [0, full - 1, full, full + 1, full + 16_384] {
        let both = [session(55, padding), forged.clone()].concat();
        let world = World::start();
        let authority = Arc::new(Authority::default());
        let bundle = world.folder.path().join("ca.pem");
        std::fs::write(&bundle, &authority.pem).expect("a bundle");
        let port = server_by(move |connection| authority.accept(connection), move |_| both.clone());
        let url = format!("https://localhost:{port}");
        let client = world.builder().base_url(&url).ca_bundle(&bundle).build().expect("a client");
        for _ in 0..3 {
            let session = client.create_session("ORDER:202".parse().expect("a source")).expect("a session");
            assert_eq!(session.id.number(), 55, "{padding}");
        }
    }
}

/// T14: what comes by a connection that waits for the next request answers none.
#[test]
fn what_is_said_between_two_requests_is_not_the_next_answer() {
    let session = |number: u32| answered("", format!(r#"{{"id": {number}, "expires_at": null}}"#).as_bytes());
    let open = Arc::new(Mutex::new(Vec::new()));
    let accept = {
        let open = Arc::clone(&open);
        move |connection: TcpStream| {
            connection.set_nodelay(true).expect("what is said is said at once");
            open.lock().expect("no panic").push(connection.try_clone().expect("a connection"));
            connection
        }
    };
    let port = server_by(accept, move |_| session(55));
    let world = World::start();
    let client = world.builder().base_url(&format!("http://127.0.0.1:{port}")).build().expect("a client");
    for _ in 0..3 {
        let made = client.create_session("ORDER:202".parse().expect("a source")).expect("a session");
        assert_eq!(made.id.number(), 55);
        for mut connection in open.lock().expect("no panic").iter() {
            // One that was given up does not take it.
            let _ = connection.write_all(&session(66));
        }
    }
    assert_eq!(
        open.lock().expect("no panic").len(),
        3,
        "a connection for each that found the last one dirty"
    );
}

/// The server's forgery is one: told in its place, it is believed.
#[test]
fn the_forged_answer_would_be_believed() {
    let world = World::start();
    let payment = world.payment("1002");
    let id = payment.key();
    let url = server(move |_| paid(&id));
    let report = client(&world, &url).collect(payment.intent.clone()).expect("a report");
    assert_eq!(report.verdict.name(), "paid", "{report:?}");
}
