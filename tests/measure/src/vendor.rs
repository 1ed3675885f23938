//! A vendor that says of every payment that it is being processed: in a process of its own, and as cheap as one can be, so that what
//! is measured is who asks. A thread serves a connection, with one read and one write for each request.

use std::env;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

/// The token that it gives out, and wants to see.
pub(crate) const TOKEN: &str = "9f2c1d7a.a-token-as-long-as-a-real-one.5b0e4c68a1d94f3f8a7c2e6d";

/// What every payment is over.
pub(crate) const AMOUNT: &str = "250.00";

/// The order that is asked about.
pub(crate) const SOURCE: u64 = 101;

/// Serves until stdin ends. Its first line says where; then each line of stdin is answered, once all connections have ended, with how
/// many status questions there were.
pub(crate) fn serve(away: u64) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    println!("http://{}", listener.local_addr().expect("an address"));
    let count = Arc::new(Count::default());
    let counted = Arc::clone(&count);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let counted = Arc::clone(&counted);
            counted.open.fetch_add(1, Ordering::SeqCst);
            thread::spawn(move || {
                let asked = converse(stream, Duration::from_millis(away));
                counted.asked.fetch_add(asked, Ordering::SeqCst);
                counted.open.fetch_sub(1, Ordering::SeqCst);
            });
        }
    });
    for _ in io::stdin().lines().map_while(Result::ok) {
        while count.open.load(Ordering::SeqCst) > 0 {
            thread::yield_now();
        }
        println!("{}", count.asked.load(Ordering::SeqCst));
    }
}

/// What was counted when connections ended, and how many have not.
#[derive(Default)]
struct Count {
    open: AtomicUsize,
    asked: AtomicU64,
}

/// Answers until the other side hangs up; says how many status questions there were.
fn converse(mut stream: TcpStream, away: Duration) -> u64 {
    let (mut buffer, mut filled, mut asked) = ([0; 16_384], 0, 0);
    if stream.set_nodelay(true).is_err() {
        return 0;
    }
    while let Ok(count @ 1..) = stream.read(&mut buffer[filled..]) {
        filled += count;
        while let Some(length) = request(&buffer[..filled]) {
            let answer = answer(&buffer[..length], &mut asked);
            buffer.copy_within(length..filled, 0);
            filled -= length;
            if !away.is_zero() {
                thread::sleep(away);
            }
            if stream.write_all(answer.as_bytes()).is_err() {
                return asked;
            }
        }
    }
    asked
}

/// How long the first request is, once all of it has come.
fn request(bytes: &[u8]) -> Option<usize> {
    let head = bytes.windows(4).position(|end| end == b"\r\n\r\n")? + 4;
    let length = field(&bytes[..head], b"content-length:").map_or(0, |length| {
        str::from_utf8(length).ok().and_then(|text| text.parse().ok()).expect("a length")
    });
    (bytes.len() >= head + length).then_some(head + length)
}

/// A header's value, found by its name and colon.
fn field<'a>(head: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let mut lines = head.split(|byte| *byte == b'\n');
    let line = lines.find(|line| line.len() > name.len() && line[..name.len()].eq_ignore_ascii_case(name))?;
    Some(line[name.len()..].trim_ascii())
}

fn answer(request: &[u8], asked: &mut u64) -> String {
    let line = request.split(|byte| *byte == b'\r').next().unwrap_or_default();
    let mut words = str::from_utf8(line).expect("a request line").split(' ');
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    if path.ends_with("/token") {
        return whole(200, &format!(r#"{{"access_token": "{TOKEN}", "expires_in": 1440}}"#));
    }
    let bearer = field(request, b"authorization:").and_then(|value| value.strip_prefix(b"Bearer "));
    if bearer != Some(TOKEN.as_bytes()) {
        return whole(401, r#"{"detail": "Could not validate credentials"}"#);
    }
    if method == "GET" {
        *asked += 1;
        if path.starts_with("/v1/status/source?") {
            return whole(200, &source());
        }
        return whole(200, &status(path.rsplit('/').next().unwrap_or_default(), "PROCESSING"));
    }
    let body = String::from_utf8_lossy(request);
    let id =
        body.split(r#""reference_id":"#).nth(1).and_then(|rest| rest.split('"').nth(1)).unwrap_or_default();
    whole(201, &status(id, "PENDING"))
}

fn status(id: &str, status: &str) -> String {
    format!(
        r#"{{"reference_id": "{id}", "status": "{status}", "operation_type": "COLLECTION", "payer_amount": {AMOUNT}, "payer_currency": "USD", "payee_amount": {AMOUNT}, "payee_currency": "USD", "provider_transaction_id": null, "gateway_message": null, "wallet_message": null, "requires_action": false, "client_secret": null}}"#
    )
}

fn source() -> String {
    format!(
        r#"{{"source_id": {SOURCE}, "source_type": "ORDER", "source_number": "ORD-{SOURCE}", "status": "ACTIVE", "currency": "USD", "total_amount": {AMOUNT}, "paid_at": null}}"#
    )
}

fn whole(status: u16, body: &str) -> String {
    format!(
        "HTTP/1.1 {status} OK\r\nserver: vendor\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
         date: Sat, 21 Nov 2026 12:00:00 GMT\r\n\r\n{body}",
        body.len()
    )
}

/// A vendor in another process, until this is dropped.
pub(crate) struct Vendor {
    child: Child,
    said: BufReader<std::process::ChildStdout>,
    pub(crate) url: String,
}

impl Vendor {
    /// One that takes so many milliseconds for each answer.
    pub(crate) fn start(away: u64) -> Self {
        let mut command = Command::new(env::current_exe().expect("this program"));
        command.args(["vendor", &away.to_string()]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("it runs");
        let mut said = BufReader::new(child.stdout.take().expect("piped"));
        let url = line(&mut said);
        Self { child, said, url }
    }

    /// How many status questions it has answered in all, once nobody is connected any more.
    pub(crate) fn asked(&mut self) -> u64 {
        writeln!(self.child.stdin.as_mut().expect("piped")).expect("it listens");
        line(&mut self.said).parse().expect("a number")
    }
}

fn line(from: &mut impl BufRead) -> String {
    let mut line = String::new();
    from.read_line(&mut line).expect("it is up");
    line.trim().to_owned()
}

impl Drop for Vendor {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}
