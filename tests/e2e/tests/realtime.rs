//! A client that listens (pattern 3), over real sockets and in real time: whatever the socket does, the verdict is the same (I8),
//! it comes within a bound, and takes no more calls than a bound. Each scenario has a vendor of its own; all run at once.

use std::thread;
use std::time::{Duration, Instant};

use dollr_client::core::{ChannelPolicy, Policy, Schedule, SourceKind};
use dollr_client::{Attempt, Client, Report};
use dollr_e2e::{Payment, World};
use dollr_sim::{
    CLIENT_ID, CLIENT_SECRET, Call, Fault, FaultKind, Moment, RealtimeSettings, Scenario, ScenarioKind,
};

/// Approved ten seconds after it was sent, and `PROCESSING` from the fifth.
const ACCOUNT: &str = "1010";
const APPROVED_AFTER_MS: u64 = 10_000;

/// How late the vendor may be asked after the approval.
#[derive(Clone, Copy)]
enum Bound {
    /// It was heard, or the channel came back: hints are a second apart.
    Heard,
    /// As late as without a channel: the schedule's gap is 2.75 s at most.
    Polled,
    /// The channel seems to live and says nothing: five seconds.
    Slow,
}

impl Bound {
    /// With a second and a half for a machine that is busy with something else.
    fn millis(self) -> u64 {
        1_500
            + match self {
                Self::Heard => 1_000,
                Self::Polled => 2_750,
                Self::Slow => 5_000,
            }
    }
}

/// Without a channel it takes four or five questions. With one: what it has missed while it was not live, and five seconds apart
/// while it is.
const MOST_QUESTIONS: u64 = 9;
const MOST_KEYS: usize = 4;
const MOST_CONNECTIONS: usize = 2;

/// Collects while `scenarios` strike, and gives the number of connections.
fn trial(name: &str, bound: Bound, scenarios: &[Scenario]) -> usize {
    let world = World::in_real_time();
    for scenario in scenarios {
        world.sim.stage(scenario.clone());
    }
    let client = match bound {
        Bound::Heard => hears_only(&world),
        Bound::Polled | Bound::Slow => world.client(),
    };
    let (payment, report) = listened(&world, &client);
    judge(name, bound, &world, &payment, &report)
}

/// A client that would ask too late by itself.
fn hears_only(world: &World) -> Client {
    let minute = Duration::from_secs(60);
    let schedule = Schedule::new(minute, &[(Duration::ZERO, minute)]).expect("a schedule");
    let builder = world.builder().policy(Policy::default().schedule(schedule));
    builder.channel_policy(ChannelPolicy::default().safety_poll(minute)).build().expect("a client")
}

fn listened(world: &World, client: &Client) -> (Payment, Report) {
    let payment = world.payment(ACCOUNT);
    let attempt = Attempt::new(payment.intent.clone()).realtime(SourceKind::Order);
    let report = client.collect(attempt).expect("a report");
    (payment, report)
}

/// Gives the number of connections.
fn judge(name: &str, bound: Bound, world: &World, payment: &Payment, report: &Report) -> usize {
    world.check_promises(payment, report);
    assert_eq!(report.verdict.name(), "paid", "I8: {name}");
    let ledger = world.sim.ledger();
    let calls =
        |path: &str| ledger.calls.iter().filter(|call| call.path.starts_with(path)).collect::<Vec<_>>();
    let sent = calls("/v1/executions/")[0].at_ms;
    let questions = calls("/v1/status/");
    let found = questions.last().expect("it was asked about").at_ms;
    let late = found.saturating_sub(sent + APPROVED_AFTER_MS);
    let (asked, keys) =
        (ledger.reference(&payment.key()).expect("known").status_reads, calls("/v1/realtime-keys/").len());
    let connections = world.sim.realtime_log().connections.len();
    println!("{name}: {late} ms late, {asked} questions, {keys} keys, {connections} connections");
    assert!(late <= bound.millis(), "{name}: asked {late} ms after the approval");
    assert!(asked <= MOST_QUESTIONS, "{name}: asked {asked} times");
    assert!(
        keys <= MOST_KEYS && connections <= MOST_CONNECTIONS,
        "{name}: {keys} keys, {connections} connections"
    );
    connections
}

/// Many at once, each in a world of its own.
fn trials(bound: Bound, trials: &[(&str, Vec<Scenario>)]) -> Vec<usize> {
    thread::scope(|scope| {
        let run = |(name, scenarios)| scope.spawn(move || trial(name, bound, scenarios));
        let runs: Vec<_> = trials.iter().map(|(name, scenarios)| run((*name, scenarios))).collect();
        runs.into_iter().map(|run| run.join().expect("no panic")).collect()
    })
}

fn one(kind: ScenarioKind) -> Vec<Scenario> {
    vec![Scenario::new(kind)]
}

fn at_change(kind: ScenarioKind) -> Vec<Scenario> {
    vec![Scenario::new(kind).at(Moment::Change).times(9)]
}

fn text(text: &str) -> Vec<Scenario> {
    one(ScenarioKind::RawText { text: text.to_owned() })
}

fn join_error(reason: &str) -> Vec<Scenario> {
    vec![Scenario::new(ScenarioKind::JoinError { reason: reason.to_owned() }).after_ms(0)]
}

/// I8, F24: what is heard is asked about at once, whatever else is said, and whatever the words are.
#[test]
fn an_approval_that_is_heard_is_asked_about_at_once() {
    use ScenarioKind as K;
    trials(
        Bound::Heard,
        &[
            ("nothing goes wrong", vec![]),
            ("an event twice", at_change(K::DuplicateEvent)),
            ("an older commit_timestamp", at_change(K::OutOfOrder)),
            ("another payment's event", one(K::ForeignEvent)),
            ("an id that no binding has", at_change(K::ForeignId)),
            ("an error 400 instead of the row", at_change(K::Errors { code: 400 })),
            ("an error 401 instead of the row", at_change(K::Errors { code: 401 })),
            ("an error 413 instead of the row", at_change(K::Errors { code: 413 })),
            ("a DELETE", at_change(K::Delete)),
            ("an event that nobody knows", one(K::UnknownEvent)),
            ("a presence_state", one(K::PresenceState)),
            ("a binary frame", one(K::BinaryFrame)),
            ("half an object", text("{")),
            ("an empty array", text("[]")),
            ("null", text("null")),
            ("an empty object", text("{}")),
            ("a wrong number of elements", text("[1, 2, 3]")),
            ("ten thousand events", one(K::Burst { events: 10_000 })),
            ("an event before the reply", one(K::EventBeforeReply)),
            ("live late", one(K::LateSystem)),
            ("a change in the gap", one(K::ChangeInGap)),
            ("live again after a gap", one(K::SystemAgain)),
            ("a close of a join that is over", one(K::StaleClose)),
            ("a key a minute older than it says", one(K::KeyClockSkew { seconds: 60 })),
        ],
    );
}

/// I8, F24: one that is lost is opened once more, and then it hears again.
#[test]
fn a_channel_that_is_lost_comes_back_once() {
    use ScenarioKind as K;
    let soon = |kind| vec![Scenario::new(kind).after_ms(2_000)];
    let mut all = vec![
        ("a frame of 1.5 MB", one(K::BigFrame { bytes: 1_500_000 })),
        ("a frame of 6 MB", one(K::BigFrame { bytes: 6_000_000 })),
        ("the channel crashes", soon(K::PhxError)),
        ("the server ends the channel", soon(K::PhxClose)),
        (
            "a system error ends it",
            soon(K::SystemClose { message: "Too many messages per second".to_owned() }),
        ),
        ("the server asks to go", soon(K::ServerDisconnect)),
        ("the connection ends", soon(K::Drop)),
        ("the connection is reset", soon(K::Reset)),
        ("the token expires", soon(K::TokenExpired)),
        ("a key that expires in the middle", one(K::KeyClockSkew { seconds: 296 })),
        ("the join finds the token expired", join_error("InvalidJWTToken: Token has expired 3 seconds ago")),
        (
            "the join is refused late",
            one(K::JoinError { reason: "RealtimeRestarting: please standby".to_owned() }),
        ),
        ("the join is never answered", one(K::NoReply)),
        ("the join is answered late", one(K::LateReply)),
        (
            "the handshake is answered 500",
            vec![Scenario::new(K::Refuse { status: 500, message: None }).after_ms(0)],
        ),
    ];
    for (name, code) in [("1000", 1_000), ("1001", 1_001), ("1009", 1_009), ("1011", 1_011), ("1012", 1_012)]
    {
        all.push((name, soon(K::Close { code })));
    }
    let connections = trials(Bound::Heard, &all);
    assert_eq!(connections[..2], [2, 2], "a frame over a mebibyte ends the socket");
}

/// I8, F24: where there is no channel, or none that can be trusted, it is as if there had been none.
#[test]
fn without_a_channel_it_is_asked_as_if_there_were_none() {
    use ScenarioKind as K;
    let always = |kind| vec![Scenario::new(kind).times(u32::MAX)];
    let refused = |status| vec![Scenario::new(K::Refuse { status, message: None }).after_ms(0).times(2)];
    let connections = trials(
        Bound::Polled,
        &[
            ("the handshake is answered 401 twice", refused(401)),
            ("the handshake is answered 403", refused(403)),
            ("the handshake is answered 429", refused(429)),
            (
                "the join finds the token malformed",
                join_error("MalformedJWT: The token provided is not a valid JWT"),
            ),
            ("too many joins", join_error("ClientJoinRateLimitReached: Too many joins per second")),
            ("no join is ever answered", always(K::NoReply)),
            ("never live", one(K::NoSystem)),
            ("the table is not published", one(K::SystemError { message: None, retry_after_ms: None })),
            (
                "the database is slow, and back after five seconds",
                one(K::SystemError {
                    message: Some("{:error, \"Too many database timeouts\"}".to_owned()),
                    retry_after_ms: Some(5_000),
                }),
            ),
            ("the reply names no bindings", one(K::NoBindings)),
            ("the reply names another filter", one(K::BindingMismatch)),
            ("the ids are strings", one(K::IdAsString)),
            ("the ids are 0", one(K::IdZero)),
            (
                "the connection ends just as the change commits",
                vec![Scenario::new(K::Drop).at(Moment::Change).skip(1)],
            ),
            ("each connection ends at once", always(K::Drop)),
        ],
    );
    assert_eq!(connections[..3], [1, 1, 1], "a refusal is not asked for twice");
}

/// I8, F24: a channel that seems to live and says nothing costs no more than the questions that are asked beside it.
#[test]
fn a_channel_that_is_silently_deaf_is_found_out() {
    use ScenarioKind as K;
    trials(
        Bound::Slow,
        &[
            ("the anon key over the token", one(K::AnonOverToken)),
            ("the server has forgotten the channel", one(K::ForgetChannel)),
            ("no read, no write", one(K::Stall)),
            ("pongs, and nothing else", one(K::AppDead)),
        ],
    );
}

/// I8, F24: a key call that hangs, a server that is not there or never answers: nobody waits for them.
#[test]
fn nobody_waits_for_a_key_or_a_server_that_does_not_answer() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let closed = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = |port: &std::net::TcpListener| format!("http://{}", port.local_addr().expect("an address"));
    let (silent_url, closed_url) = (url(&silent), url(&closed));
    drop(closed);
    let to = |name: &'static str, url: String| {
        let world = World::in_real_time();
        let client = world.builder().realtime(url, world.sim.anon_key()).build().expect("a client");
        let payment = world.payment(ACCOUNT);
        let report = client.collect(Attempt::new(payment.intent.clone()).realtime(SourceKind::Order));
        judge(name, Bound::Polled, &world, &payment, &report.expect("a report"));
    };
    thread::scope(|scope| {
        scope.spawn(|| to("nothing listens", closed_url));
        scope.spawn(|| to("nobody answers", silent_url));
        scope.spawn(|| {
            let world = World::in_real_time();
            world.sim.arm(Fault::new(Call::RealtimeKey, FaultKind::Silent));
            let client = world.builder().total_timeout(Duration::from_secs(5)).build().expect("a client");
            let (payment, report) = listened(&world, &client);
            judge("no answer to the key call", Bound::Polled, &world, &payment, &report);
        });
    });
    #[cfg(target_os = "linux")]
    {
        let begun = Instant::now();
        while dollr_e2e::listeners() > 0 {
            assert!(begun.elapsed() < Duration::from_secs(20), "a thread still listens to nobody");
            thread::sleep(Duration::from_millis(10));
        }
    }
}

/// I8: where answers take long, what is heard comes within a second of the last one: it is asked about after that second.
#[test]
fn a_change_right_after_an_answer_is_not_put_off() {
    let world = World::in_real_time();
    world.sim.arm(Fault::new(Call::Status, FaultKind::SlowBody { ms_per_byte: 2 }).for_ever());
    let payment = world.payment("1001");
    let attempt = Attempt::new(payment.intent.clone()).realtime(SourceKind::Order);
    let report = hears_only(&world).collect(attempt).expect("a report");
    world.check_promises(&payment, &report);
    assert_eq!(report.verdict.name(), "paid", "{report:?}");
    assert!(report.elapsed < Duration::from_secs(10), "put off: {report:?}");
}

/// API §6: a key that would not outlive the watch is renewed in good time, on the same channel.
#[test]
fn a_key_is_renewed_before_it_ends() {
    let world = World::in_real_time();
    world.sim.set_realtime(RealtimeSettings { key_life_seconds: 8, ..RealtimeSettings::default() });
    let (payment, report) = listened(&world, &hears_only(&world));
    let connections = judge("a key of eight seconds", Bound::Heard, &world, &payment, &report);
    let tokens = world.sim.realtime_log().tokens;
    let renewed = tokens.iter().filter(|token| token.event == "access_token" && token.refused.is_none());
    assert!(connections == 1 && renewed.count() >= 1, "{tokens:?}");
}

/// I8, I12: a question that fails is asked again as if there were no channel, however slow the poll beside that is.
#[test]
fn a_live_channel_puts_no_back_off_off() {
    let world = World::in_real_time();
    let slow = ChannelPolicy::default().safety_poll(Duration::from_secs(60));
    let client = world.builder().channel_policy(slow).build().expect("a client");
    let (payment, report) = thread::scope(|scope| {
        let run = scope.spawn(|| listened(&world, &client));
        // The question that the approval is heard for fails.
        let sent =
            || world.sim.ledger().calls.iter().find(|call| call.path.contains("execut")).map(|c| c.at_ms);
        while sent().is_none_or(|sent| world.sim.clock().now_ms() < sent + APPROVED_AFTER_MS - 2_000) {
            thread::sleep(Duration::from_millis(10));
        }
        world
            .sim
            .arm(Fault::new(Call::Status, FaultKind::Status { code: 503, retry_after: None, body: None }));
        run.join().expect("no panic")
    });
    judge("a 503", Bound::Polled, &world, &payment, &report);
}

/// I4, I8, T18: forged news, as fast as they come, make nothing paid, and the vendor is asked about once a second at most.
#[test]
fn forged_news_make_nothing_paid() {
    let world = World::in_real_time();
    let payment = world.payment("3000");
    let key = payment.key();
    let topic = format!("realtime:payment-intent:{}:{key}", payment.intent.session());
    let row = format!(r#"{{"reference_id":"{key}","status":"COMPLETED","amount":"250.00"}}"#);
    let data = format!(
        r#"{{"schema":"public","table":"checkout_payment_intent_public_status","type":"UPDATE","commit_timestamp":"2026-11-21T09:00:00.123Z","columns":[],"record":{row},"errors":null}}"#
    );
    for after in (0..50).map(|n| 200 * n) {
        let text = format!(r#"[null,null,"{topic}","postgres_changes",{{"ids":[1],"data":{data}}}]"#);
        world.sim.stage(Scenario::new(ScenarioKind::RawText { text }).after_ms(after));
    }
    let patience = Duration::from_secs(12);
    let attempt = Attempt::new(payment.intent.clone()).realtime(SourceKind::Order).patience(patience);
    let report = world.client().collect(attempt).expect("a report");
    assert_eq!((report.verdict.name(), world.posts_and_charges(&payment)), ("open", (1, 0)), "I4, I8");
    let asked = world.sim.ledger().reference(&key).expect("known").status_reads;
    assert!(asked <= 18, "asked {asked} times in twelve seconds");
}

/// Whoever listens to a payment that is on record hears of it, too, and says goodbye.
#[test]
fn a_recorded_payment_is_watched_and_left() {
    let world = World::in_real_time();
    let payment = world.payment("1003");
    let handed = Attempt::new(payment.intent.clone()).patience(Duration::ZERO);
    world.client().collect(handed).expect("a report");
    let client = world.client();
    let id = payment.intent.reference_id();
    let report = client.watch(id, SourceKind::Order, Duration::from_secs(20)).expect("a report");
    assert_eq!((report.verdict.name(), world.posts_and_charges(&payment)), ("paid", (1, 1)));
    let left = || {
        let log = world.sim.realtime_log();
        let leave = log.frames.iter().find(|frame| frame.text.contains("phx_leave"));
        leave.map(|frame| frame.at_ms - log.connections[0].at_ms)
    };
    let after = loop {
        match left() {
            Some(after) => break after,
            None => thread::sleep(Duration::from_millis(10)),
        }
    };
    assert!(after < 20_000, "it listened for {after} ms");
    let again = client.watch(id, SourceKind::Order, Duration::from_secs(20)).expect("a report");
    assert_eq!((again.verdict.name(), again.calls.total()), ("paid", 0), "it has ended: nobody listens");
    assert_eq!(world.sim.realtime_log().connections.len(), 1);
}

/// I1: who wants to listen is told before anything is sent that there is no server to listen to.
#[test]
fn without_a_realtime_server_nothing_is_sent() {
    let world = World::start();
    let client = Client::builder().credentials(CLIENT_ID, CLIENT_SECRET);
    let client = client.base_url(&world.sim.base_url()).journal(world.journal()).build().expect("a client");
    let payment = world.payment(ACCOUNT);
    let refused = client.collect(Attempt::new(payment.intent.clone()).realtime(SourceKind::Order));
    let sentence = refused.expect_err("no server").to_string();
    assert!(sentence.contains("set SUPABASE_URL and SUPABASE_ANON_KEY"), "{sentence}");
    assert_eq!(world.posts_and_charges(&payment), (0, 0));
}
