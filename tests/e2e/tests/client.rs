//! The client's own promises: one token for all threads, quiet, polite, and clear about what it cannot do.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use dollr_client::{Attempt, Client, Error, Reconcile};
use dollr_e2e::World;
use dollr_sim::{CLIENT_SECRET, Call, Fault, FaultKind};

fn status(code: u16) -> FaultKind {
    FaultKind::Status { code, retry_after: None, body: None }
}

fn token_calls(world: &World) -> usize {
    let calls = world.sim.ledger().calls;
    calls.iter().filter(|call| call.path == "/v1/jwt/client/obtain/token").count()
}

/// API §2: however many threads need a token at once, one call gets it.
#[test]
fn eight_threads_share_one_token() {
    let world = World::start();
    let client = world.client();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| client.create_session("ORDER:202".parse().expect("a source")).expect("a session"));
        }
    });
    assert_eq!(token_calls(&world), 1);
}

/// F22: a token that dies on the way is renewed once, for all threads, and every call is repeated once.
#[test]
fn a_token_that_dies_is_renewed_once_for_all() {
    let world = World::start();
    let client = world.client();
    client.create_session("ORDER:202".parse().expect("a source")).expect("a session");
    world.sim.expire_tokens();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| client.create_session("ORDER:202".parse().expect("a source")).expect("a session"));
        }
    });
    assert_eq!(token_calls(&world), 2);
}

/// F22: the token dies between the sending and the asking, and before the sending.
#[test]
fn a_payment_outlives_its_token() {
    let world = World::without_deduplication();
    let client = world.client();
    for at in [Call::Execute, Call::Status] {
        client.create_session("ORDER:202".parse().expect("a source")).expect("a session");
        let (payment, report) = world.collect_with(&client, "1002", [Fault::new(at, status(401))]);
        assert_eq!(report.verdict.name(), "paid");
        assert_eq!(world.posts_and_charges(&payment).1, 1);
    }
}

/// API §2: the token's life is counted in minutes, and it is renewed when fewer than five remain.
#[test]
fn a_token_is_used_for_its_minutes_and_renewed_in_time() {
    let world = World::start();
    let client = world.client();
    let call = || client.create_session("ORDER:202".parse().expect("a source")).expect("a session");
    call();
    for (minutes, calls) in [(30, 1), (54, 1), (56, 2)] {
        let clock = world.sim.clock();
        let begun = world.sim.ledger().calls[0].at_ms;
        clock.advance_to(begun + minutes * 60_000);
        call();
        assert_eq!(token_calls(&world), calls, "after {minutes} minutes");
    }
}

/// Nothing is recorded or sent for credentials that the vendor does not know, and the sentence keeps the secret.
#[test]
fn wrong_credentials_leave_nothing_behind() {
    let world = World::start();
    let client = world.builder().credentials("sim-client", "wrong-horse-battery").build().expect("a client");
    let payment = world.payment("1000");
    let error = client.collect(payment.intent.clone()).expect_err("an error");
    assert!(matches!(error, Error::Authentication(_)), "{error:?}");
    let said = format!("{error} {error:?} {client:?}");
    assert!(said.contains("DOLLR_CLIENT_SECRET") && !said.contains("battery"), "{said}");
    assert_eq!(world.posts_and_charges(&payment), (0, 0));
    let journal =
        dollr_client::journal::SqliteJournal::open_existing(world.journal_path()).expect("a journal");
    assert!(dollr_client::journal::Journal::entries(&journal, 10).expect("entries").is_empty());
}

/// F21: a vendor that cannot be reached has not been paid through, and that is known.
#[test]
fn a_vendor_that_cannot_be_reached_is_not_sent_to() {
    let world = World::start();
    let closed = std::net::TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a port");
    for base in [format!("http://{closed}"), "https://no-such-host.invalid".to_string()] {
        let client = world.builder().base_url(&base).build().expect("a client");
        let payment = world.payment("1000");
        let report = client.collect(payment.intent.clone()).expect("a report");
        assert_eq!(
            report.verdict.to_string(),
            "still open: not sent; the last question got no answer: no connection"
        );
        assert_eq!(report.calls.execute, 0);
        assert_eq!(world.posts_and_charges(&payment), (0, 0));
    }
}

/// What is not a payment ends in an error that says what to do about it.
#[test]
fn a_checkout_or_session_that_fails_says_why() {
    let world = World::start();
    let client = world.client();
    let session = |source: &str| client.create_session(source.parse().expect("a source"));
    let error = session("INVOICE:999999").expect_err("an error");
    assert!(matches!(&error, Error::Refused(refusal) if refusal.http_status == 404), "{error}");
    for (kind, check) in [
        (status(500), "POST /v1/sessions/checkout: HTTP 500"),
        (FaultKind::Drop, "POST /v1/sessions/checkout: no answer"),
        (status(429), "the vendor asks for fewer calls: HTTP 429"),
        (FaultKind::HtmlOk, "the vendor's answer cannot be taken: the body is not a JSON object"),
        (FaultKind::EndlessBody, "POST /v1/sessions/checkout: no answer"),
    ] {
        world.sim.arm(Fault::new(Call::Session, kind));
        let error = session("ORDER:202").expect_err("an error");
        assert!(error.to_string().starts_with(check), "{error}");
        assert!(!matches!(&error, Error::Transport { outcome_unknown: false, .. }), "it was sent: {error:?}");
    }
    assert!(session("ORDER:202").is_ok());
    // Once is the token's fault, which is renewed; twice is the merchant's.
    for times in [1, 2] {
        for _ in 0..times {
            world.sim.arm(Fault::new(Call::Session, status(401)));
        }
        let answer = session("ORDER:202");
        assert_eq!(answer.is_err(), times == 2, "{answer:?}");
        assert!(!answer.is_err_and(|error| !matches!(error, Error::Authentication(_))), "another error");
    }
}

/// T6, T7, T20: what the base URL may be, in a sentence that names it and no secret.
#[test]
fn a_base_url_is_https_or_loopback() {
    let build = |url: &str| Client::builder().credentials("id", "secret").base_url(url).build();
    for url in [
        "https://api.example",
        "https://api.example/",
        "http://127.0.0.1:1",
        "http://[::1]:1",
        "http://localhost:1",
    ] {
        assert!(build(url).is_ok(), "{url}");
    }
    for (url, why) in [
        ("http://api.heydollr.app", "expected https://, plain http is for loopback only"),
        ("http://127.0.0.1.evil.example", "expected https://, plain http is for loopback only"),
        ("http://localhost.evil.example", "expected https://, plain http is for loopback only"),
        ("ftp://api.example", "has no scheme: expected https://"),
        ("api.example", "has no scheme: expected https://"),
        ("", "is not a URL"),
        ("https://", "is not a URL"),
        ("https://user:hunter2@api.example", "leave it out"),
        ("https://api.example/?key=hunter2", "leave it out"),
        ("https://api.example/\r\nX: y", "is not a URL"),
    ] {
        let error = build(url).expect_err("an error").to_string();
        assert!(error.starts_with("the base URL (DOLLR_BASE_URL)") && error.contains(why), "{error}");
        assert!(!error.contains("hunter2") && !error.contains('\n'), "{error}");
    }
}

/// T20: to an `http://` vendor on loopback there is no TLS, so a proxy elsewhere would be told the secret over the network.
#[test]
fn a_proxy_elsewhere_is_not_told_a_secret_in_plain_text() {
    let build = |base: &str, proxy: &str| {
        Client::builder().credentials("id", "secret").base_url(base).proxy(proxy).build()
    };
    for proxy in ["http://proxy.example:3128", "https://till:hunter2@proxy.example", "192.0.2.7:3128"] {
        for base in ["http://127.0.0.1:8787", "HTTP://localhost:8787"] {
            let error = build(base, proxy).expect_err("an error").to_string();
            assert!(error.starts_with("the proxy is not on loopback"), "{error}");
            assert!(error.contains("https://") && !error.contains("hunter2"), "{error}");
        }
        assert!(build("https://api.example", proxy).is_ok(), "{proxy}");
    }
    for proxy in ["http://127.0.0.1:3128", "localhost:3128", "http://[::1]:3128"] {
        assert!(build("http://127.0.0.1:8787", proxy).is_ok(), "{proxy}");
    }
}

/// Everything that is logged, at the finest level, by this project and the HTTP library.
#[derive(Debug, Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("a buffer").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl log::Log for Captured {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        let line = format!("{} {}\n", record.target(), record.args());
        self.0.lock().expect("a buffer").extend_from_slice(line.as_bytes());
    }

    fn flush(&self) {}
}

/// I10, T5: no secret in any log at TRACE, in `Debug` of anything, or in the journal; nor any eight bytes of one.
#[test]
fn no_log_shows_a_secret() {
    let captured = Captured::default();
    let writer = captured.clone();
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .try_init()
        .expect("the only subscriber");
    log::set_boxed_logger(Box::new(captured.clone())).expect("the only logger");
    log::set_max_level(log::LevelFilter::Trace);

    let world = World::start();
    let client = world.client();
    let payment = world.payment("4001");
    let secrets = Mutex::new(BTreeSet::from([CLIENT_SECRET.to_string()]));
    let show = |secret: &dollr_client::core::Secret| {
        secrets.lock().expect("a set").insert(secret.expose().to_string());
    };
    for kind in [status(401), status(500), FaultKind::HtmlOk, FaultKind::CutBody] {
        world.arm(&payment, Fault::new(Call::Status, kind));
    }
    let attempt = Attempt::new(payment.intent.clone()).show(show).patience(Duration::from_secs(600));
    let report = client.collect(attempt).expect("a report");
    assert_eq!(report.verdict.name(), "paid");

    let mut said = captured.0.lock().expect("a buffer").clone();
    assert!(said.len() > 1_000, "the logs were captured");
    said.extend_from_slice(format!("{client:?} {report:?}").as_bytes());
    said.extend_from_slice(&std::fs::read(world.journal_path()).expect("the journal"));
    let said = String::from_utf8_lossy(&said);
    let token = said
        .match_indices("Bearer ")
        .find(|(at, _)| said[at + 7..].starts_with(|c: char| c.is_alphanumeric()));
    assert_eq!(token, None, "a bearer token");
    for secret in secrets.into_inner().expect("a set") {
        for piece in secret.as_bytes().windows(8) {
            let piece = String::from_utf8_lossy(piece);
            let found = said.find(&*piece).map(|at| said[at.saturating_sub(200)..at].to_string());
            assert_eq!(found, None, "eight bytes of a secret, {piece:?}, after this");
        }
    }
}

/// API §1: an outage of the token call, or a page in its place, is waited out; wrong credentials are believed for a minute.
#[test]
fn a_token_call_that_fails_is_made_again() {
    let world = World::start();
    let client = world.client();
    let session = || client.create_session("ORDER:202".parse().expect("a source"));
    for code in [403, 404, 500, 401] {
        world.sim.expire_tokens();
        world.sim.arm(Fault::new(Call::Token, status(code)));
        // The old token is found out, and the new one is not given.
        assert!(session().is_err(), "{code}");
        world.sim.clock().advance(61_000);
        assert!(session().is_ok(), "{code}");
    }
}

/// What no header can hold, and no port can be, is said when the client is made.
#[test]
fn a_setting_that_cannot_be_is_refused_at_once() {
    let build = || Client::builder().credentials("id", "secret");
    for agent in ["a\nb", "a\r\nX: y", "\u{0}"] {
        assert!(build().user_agent(agent).build().is_err(), "{agent:?}");
    }
    for url in ["https://api.example:99999", "https://api.example:", "https://api.example:x"] {
        assert!(build().base_url(url).build().is_err(), "{url}");
    }
    for proxy in ["socks5://127.0.0.1:1080", "socks4a://till:hunter2@proxy.example", "SOCKS://proxy.example"]
    {
        let error = build().proxy(proxy).build().expect_err("no SOCKS").to_string();
        assert!(error.starts_with("the proxy speaks SOCKS: expected one that speaks HTTP"), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
    }
}

/// A time-out that no call could keep to, or no clock has, is refused; the longest that is taken is one to call with.
#[test]
fn a_time_out_is_of_a_millisecond_to_an_hour() {
    let world = World::start();
    let hour = Duration::from_secs(3_600);
    for (limit, why) in [
        (Duration::ZERO, "under a millisecond"),
        (Duration::from_micros(999), "under a millisecond"),
        (hour + Duration::from_nanos(1), "over an hour"),
        (Duration::MAX, "over an hour"),
    ] {
        for (builder, whose) in [
            (world.builder().connect_timeout(limit), "a connection"),
            (world.builder().read_timeout(limit), "an answer's beginning"),
            (world.builder().total_timeout(limit), "a call"),
        ] {
            let error = builder.build().expect_err(whose).to_string();
            assert!(error.contains(&format!("the time-out of {whose} is {why}: give it seconds")), "{error}");
        }
    }
    assert!(world.builder().total_timeout(Duration::from_millis(1)).build().is_ok());
    let patient = world.builder().connect_timeout(hour).read_timeout(hour).total_timeout(hour);
    patient
        .build()
        .expect("a client")
        .create_session("ORDER:202".parse().expect("a source"))
        .expect("a session");
}

/// I10: what is shown to who looks for a mistake says what it is, and no secret.
#[test]
fn what_is_shown_for_debugging_is_named_and_holds_no_secret() {
    let world = World::start();
    let (client, builder) = (world.client(), world.builder());
    let attempt = Attempt::new(world.payment("1002").intent).order("A-1");
    let steps = client.stepwise().sign_in();
    let url = world.sim.base_url();
    for (shown, with) in [
        (format!("{builder:?}"), url.as_str()),
        (format!("{client:?}"), url.as_str()),
        (format!("{attempt:?}"), "A-1"),
        (format!("{:?}", Reconcile::default().workers(3)), "workers: 3"),
        (format!("{steps:?}"), "Steps"),
    ] {
        assert!(shown.contains(with) && !shown.contains(CLIENT_SECRET), "{shown}");
    }
}

/// T6: a bundle without an authority in it would mean the built-in ones, which is not what was asked for.
#[test]
fn a_ca_bundle_has_a_certificate() {
    let world = World::start();
    let bundle = world.folder.path().join("ca.pem");
    let build = || world.builder().ca_bundle(&bundle).build().expect_err("no authority").to_string();
    let told = build();
    assert!(told.contains("ca.pem: No such file"), "{told}");
    for text in ["", "no certificate"] {
        std::fs::write(&bundle, text).expect("a file");
        let told = build();
        assert!(told.ends_with("ca.pem: it has no certificate in PEM form"), "{told}");
    }
}
