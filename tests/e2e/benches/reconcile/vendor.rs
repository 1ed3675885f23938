//! The vendor in a process of its own, and a loop that asks it as the client does, and does nothing else.

use std::env;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use dollr_client::core::{Action, Event, Execution, Intent, Machine, Policy, Request, Response};
use dollr_client::{Clock, SystemClock};
use dollr_e2e::random_id;
use dollr_sim::{Simulator, SourceKind};
use ureq::{Agent, http};

use super::WORKERS;

/// Says to this program that it is the vendor.
const VENDOR: &str = "DOLLR_BENCH_VENDOR";

/// What the API's documents call the token; the simulator takes it.
const TOKEN: &str = "Bearer YOUR_ACCESS_TOKEN";

pub(crate) fn is_asked_for() -> bool {
    env::var_os(VENDOR).is_some()
}

/// Serves until stdin ends. The first line of stdin says how many sessions are needed and how many milliseconds away it
/// is; the first line of stdout has its URL and the sessions.
pub(crate) fn serve() {
    let mut line = String::new();
    io::stdin().read_line(&mut line).expect("a parent");
    let mut numbers = line.split_whitespace().map(|number| number.parse().expect("a number"));
    let (count, away) = (numbers.next().expect("how many"), numbers.next().expect("how far"));
    let simulator = Simulator::builder().start().expect("a simulator");
    let sessions = sessions(&simulator, usize::try_from(count).expect("few"));
    let url = simulator.base_url();
    let url = if away == 0 { url } else { far_away(&url, Duration::from_millis(away)) };
    println!("{url} {}", sessions.join(" "));
    let _ = io::stdin().read(&mut [0]);
}

/// An address where each request arrives so much later.
fn far_away(url: &str, away: Duration) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let vendor = url.trim_start_matches("http://").to_owned();
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let server = TcpStream::connect(&vendor).expect("a vendor");
            let ends = client.set_nodelay(true).and(server.set_nodelay(true));
            let ends = ends.and_then(|()| Ok((client.try_clone()?, server.try_clone()?)));
            let (to_client, to_server) = ends.expect("handles");
            thread::spawn(move || pass_on(client, to_server, away));
            thread::spawn(move || pass_on(server, to_client, Duration::ZERO));
        }
    });
    format!("http://{address}")
}

fn pass_on(mut from: TcpStream, mut to: TcpStream, later: Duration) {
    let mut bytes = [0; 16_384];
    while let Ok(count @ 1..) = from.read(&mut bytes) {
        thread::sleep(later);
        if to.write_all(&bytes[..count]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
}

/// A session for each payment, each for an order of its own.
pub(crate) fn sessions(simulator: &Simulator, count: usize) -> Vec<String> {
    let session = |_| {
        let order = simulator.create_source(SourceKind::Order, "USD", "75.50");
        simulator.create_session(SourceKind::Order, order).to_string()
    };
    (0..count).map(session).collect()
}

/// A vendor in another process, until this is dropped.
pub(crate) struct Process {
    child: Child,
    pub(crate) url: String,
    pub(crate) sessions: Vec<String>,
}

impl Process {
    pub(crate) fn start(count: i64, away: i64) -> Self {
        let mut command = Command::new(env::current_exe().expect("this program"));
        command.env(VENDOR, "1").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("it runs");
        writeln!(child.stdin.as_mut().expect("piped"), "{count} {away}").expect("it listens");
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().expect("piped")).read_line(&mut line).expect("it is up");
        let mut words = line.split_whitespace().map(str::to_owned);
        Self { child, url: words.next().expect("a URL"), sessions: words.collect() }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// A vendor, and the connections to it.
pub(crate) struct Vendor {
    url: String,
    agent: Agent,
}

impl Vendor {
    /// With connections like those of the client.
    pub(crate) fn at(url: &str) -> Self {
        // Without time limits, for each of which ureq would look the vendor's name up on a thread of its own in each call.
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .user_agent(concat!("dollr/", env!("CARGO_PKG_VERSION")))
            .proxy(None)
            .max_idle_connections(WORKERS)
            .max_idle_connections_per_host(WORKERS);
        Self { url: url.to_owned(), agent: config.build().into() }
    }

    /// A payment for each session; the vendor never comes to an end with it.
    pub(crate) fn payments(&self, sessions: &[String]) -> Vec<Execution> {
        in_parallel(sessions, |session| {
            let (session, account) =
                (session.parse().expect("a session"), "3000".parse().expect("an account"));
            let intent =
                Intent::collection(random_id(), session, account, "USD".parse().expect("a currency"))
                    .amount("75.50".parse().expect("an amount"));
            let mut payment = Execution::prepare(intent, Policy::default(), SystemClock.now());
            loop {
                let event = match payment.next(SystemClock.now()) {
                    Action::Record(_) => Event::Recorded,
                    Action::Send(request) => {
                        let response = Response::new(200, self.call(&request));
                        Event::Answered { exchange: request.exchange, response }
                    }
                    Action::Wait { .. } if payment.state() == "Open" => return payment,
                    other => panic!("{other:?}"),
                };
                payment = payment.apply(event, SystemClock.now()).expect("legal");
            }
        })
    }

    /// Asks about each payment once.
    pub(crate) fn ask(&self, payments: &[Execution]) {
        in_parallel(payments, |payment| self.call(&payment.ask().expect("it was sent")));
    }

    fn call(&self, request: &Request) -> Vec<u8> {
        let mut head = http::Request::builder()
            .method(request.method.as_str())
            .uri(format!("{}{}", self.url, request.path))
            .header("Authorization", TOKEN);
        for (name, value) in request.headers() {
            head = head.header(name, value);
        }
        let answer = match &request.body {
            Some(body) => self.agent.run(head.body(body.expose()).expect("a request")),
            None => self.agent.run(head.body(()).expect("a request")),
        };
        let mut answer = answer.expect("an answer");
        let body = answer.body_mut().with_config().limit(1024 * 1024).read_to_vec().expect("a body");
        assert!(answer.status().is_success(), "{}: {}", answer.status(), String::from_utf8_lossy(&body));
        body
    }
}

/// Does `work` with each item, by as many threads as workers.
pub(crate) fn in_parallel<I: Sync, O: Send>(items: &[I], work: impl Fn(&I) -> O + Sync) -> Vec<O> {
    let next = AtomicUsize::new(0);
    let one = || {
        let mut done = Vec::new();
        while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
            done.push(work(item));
        }
        done
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..WORKERS).map(|_| scope.spawn(one)).collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("no panic")).collect()
    })
}
