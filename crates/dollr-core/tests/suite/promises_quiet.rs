//! Quiet: no secret in `Debug`, `Display`, a path or a snapshot — raw, encoded, or any eight bytes of it (I10; T5, T31).

use std::fmt::{Debug, Write};

use crate::scenario::{CLIENT_SECRET, PASSCODE, START, Scenario, Told, Walk, cases, happenings, intent};
use dollr_core::{
    Action, ChannelEvent, Credentials, Event, Execution, Machine, Operation, Policy, Response, Secret, Token,
    TokenAction, Verdict,
};
use proptest::prelude::*;
use proptest::sample::select;

const BEARER: &str = "eyJhbGciOi.J9-tok3n_Qq7+/=";
const CLIENT: &str = "cl13nt~s3cret&%/Xz";

fn base64(bytes: &[u8], alphabet: &[u8; 64]) -> String {
    let letter = |n: u32| char::from(alphabet[(n & 63) as usize]);
    let group = |three: &[u8]| {
        let n = three.iter().fold(0_u32, |n, byte| (n << 8) | u32::from(*byte));
        [letter(n >> 18), letter(n >> 12), letter(n >> 6), letter(n)]
    };
    bytes.chunks_exact(3).flat_map(group).collect()
}

fn each_byte(bytes: &[u8], write: impl Fn(&mut String, u8)) -> String {
    bytes.iter().fold(String::new(), |mut out, byte| {
        write(&mut out, *byte);
        out
    })
}

/// Everything that gives eight bytes of a secret away.
fn traces(secret: &str) -> Vec<String> {
    let mut traces = Vec::new();
    for piece in secret.as_bytes().windows(8) {
        traces.push(String::from_utf8(piece.to_vec()).unwrap());
        traces.push(each_byte(piece, |out, b| write!(out, "{b:02x}").unwrap()));
        traces.push(each_byte(piece, |out, b| write!(out, "{b:02X}").unwrap()));
        traces.push(each_byte(piece, |out, b| write!(out, "%{b:02X}").unwrap()));
        traces.push(each_byte(piece, |out, b| match b {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(b)),
            _ => write!(out, "%{b:02X}").unwrap(),
        }));
        traces.push(format!("{piece:?}").trim_matches(['[', ']']).to_owned());
        // The six bytes of a piece that fall on a boundary of three, wherever the text begins.
        let common = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        for end in [b"+/", b"-_"] {
            let alphabet: Vec<u8> = common.iter().chain(end).copied().collect();
            traces.push(base64(&piece[..6], alphabet.as_slice().try_into().unwrap()));
        }
    }
    traces
}

/// Everything that was printed, and whether a secret is in it.
#[derive(Default)]
struct Print(String);

impl Print {
    fn debug(&mut self, value: &impl Debug) {
        write!(self.0, "{value:?}\n{value:#?}\n").unwrap();
    }

    fn action(&mut self, action: &Action) {
        self.debug(action);
        match action {
            Action::Record(snapshot) => write!(self.0, "{snapshot}").unwrap(),
            Action::Send(request) => {
                writeln!(self.0, "{} {:?}", request.path, request.headers().collect::<Vec<_>>()).unwrap();
            }
            Action::Wait { why, .. } => write!(self.0, "{why}").unwrap(),
            Action::Act { client_secret } => write!(self.0, "{client_secret}").unwrap(),
            Action::Done(verdict) => write!(self.0, "{verdict}").unwrap(),
        }
    }

    fn gives_away(&self, secrets: &[&str]) -> Option<String> {
        secrets.iter().flat_map(|secret| traces(secret)).find(|trace| self.0.contains(trace))
    }
}

#[test]
fn the_traces_are_found_where_they_are() {
    let hidden = |text: &str| Print(text.to_owned()).gives_away(&[PASSCODE]);
    assert!(hidden("pA5s-c0de").is_some());
    assert!(hidden("7041357 70413573 70413573-2d633064").is_none());
    assert!(hidden("...704135732d633064...").is_some());
    assert!(hidden("cEE1cy1jMGRlfjkyNzErLw==").is_some());
    assert!(hidden("pA5s-c0").is_none());
}

#[test]
fn no_request_machine_or_credential_prints_its_secret() {
    let mut print = Print::default();
    let payout = Scenario::of(Operation::Payout, Policy::default()).recorded();
    assert!(payout.request().body.unwrap().expose().contains(PASSCODE), "the wire has it");
    print.action(&payout.next());
    print.debug(&payout.machine);
    print.debug(&payout.machine.intent());
    let wants = Told::of(Operation::Payout, "PENDING")
        .with("requires_action", "true")
        .with("client_secret", format!("{CLIENT_SECRET:?}"));
    print.debug(&wants.response());
    let asked = payout.posted("accepted", wants);
    print.action(&asked.next());
    print.debug(&asked.machine);
    print.0 += asked.machine.snapshot().as_str();

    let credentials = Credentials { client_id: "merchant-1".into(), client_secret: Secret::new(CLIENT) };
    print.debug(&credentials);
    write!(print.0, "{credentials}").unwrap();
    let TokenAction::Obtain(request) = Token::new().next(&credentials, START) else { panic!() };
    assert!(request.body.as_ref().unwrap().expose().contains(CLIENT));
    print.debug(&request);
    let response = Response::new(200, format!(r#"{{"access_token": "{BEARER}", "expires_in": 60}}"#));
    let event = Event::Answered { exchange: request.exchange, response };
    print.debug(&event);
    let token = Token::new().apply(&event, START).unwrap();
    print.debug(&token);
    print.debug(&token.next(&credentials, START));
    print.debug(&token.apply(&Event::Hint, START).unwrap_err());
    assert_eq!(print.gives_away(&[PASSCODE, CLIENT_SECRET, CLIENT, BEARER]), None, "{}", print.0);
}

/// A body that cannot be taken is not quoted: it may echo the request, and it may be long.
#[test]
fn an_unreadable_answer_is_not_quoted() {
    let long = format!("{:?}", "x".repeat(100_000));
    let secrets = [format!("[{CLIENT_SECRET:?}]"), format!("{{\"a\": {CLIENT_SECRET:?}}}")];
    let secrets = secrets.map(|json| Told::status("COMPLETED").with("client_secret", json));
    let fields =
        ["reference_id", "status", "operation_type", "payer_amount", "payer_currency", "wallet_message"];
    let fields = fields.map(|field| Told::status("COMPLETED").with(field, long.as_str()));
    let quoted = format!("{CLIENT_SECRET:?}");
    let bodies =
        [quoted.clone(), format!(" {quoted}"), format!("[{quoted}]"), format!("{{{quoted}}}"), long.clone()];
    for told in secrets.into_iter().chain(fields).chain(bodies.iter().map(|body| Told::http(200, body))) {
        let mut open = Scenario::collection().open();
        let exchange = open.request().exchange;
        open.machine =
            open.machine.apply(Event::Answered { exchange, response: told.response() }, START).unwrap();
        let mut print = Print::default();
        print.debug(&open.machine);
        print.action(&Action::Done(open.machine.verdict()));
        print.0 += open.machine.snapshot().as_str();
        assert_eq!(print.gives_away(&[CLIENT_SECRET]), None, "{}", print.0);
        assert!(print.0.len() < 20_000, "{} characters", print.0.len());
    }
}

/// I10: a vendor that repeats the passcode, plain, escaped, as a place, or where a message is cut, is not quoted.
#[test]
fn a_refusal_that_repeats_the_passcode_is_told_without_its_words() {
    let escaped = PASSCODE.replace('/', "\\/");
    let far = format!("{}{PASSCODE}", "x".repeat(295));
    for words in [PASSCODE, &escaped, &far] {
        let told = format!(r#"{{"detail": [{{"loc": ["body", "passcode"], "msg": "{words} is wrong"}}]}}"#);
        let refused = Scenario::of(Operation::Payout, Policy::default()).recorded();
        let refused = refused.posted("refused", Told::http(422, &told));
        assert_eq!(refused.verdict().to_string(), "refused: HTTP 422: body.passcode: not accepted");
        let kept = refused.machine.snapshot().to_string();
        assert!(!PASSCODE.as_bytes().windows(5).any(|piece| kept.as_bytes().windows(5).any(|w| w == piece)));
    }
    // Its name for the place may be the passcode, too, and each of its letters may be escaped.
    let numbers = PASSCODE.bytes().fold(String::new(), |text, byte| text + &format!("\\u{byte:04x}"));
    let far = format!("{}{numbers}", "x".repeat(295));
    for (place, words) in [(PASSCODE, "no such field"), (&numbers, "no such field"), ("code", &far)] {
        let told = format!(r#"{{"detail": [{{"loc": ["body", "{place}"], "msg": "{words}"}}]}}"#);
        let refused = Scenario::of(Operation::Payout, Policy::default()).recorded();
        let refused = refused.posted("refused", Told::http(422, &told));
        let kept = refused.machine.snapshot().to_string();
        assert!(!PASSCODE.as_bytes().windows(5).any(|piece| kept.as_bytes().windows(5).any(|w| w == piece)));
    }
    let told = r#"{"detail": "not enough money"}"#;
    let refused = Scenario::of(Operation::Payout, Policy::default()).recorded();
    let refused = refused.posted("refused", Told::http(400, told));
    assert_eq!(refused.verdict().to_string(), "refused: HTTP 400: not enough money");
}

/// I10: what is kept back is seen to be kept back, and of a frame only its length is told.
#[test]
fn what_is_not_shown_is_seen_not_to_be() {
    let secret = Secret::new(BEARER);
    assert_eq!(format!("{secret} {secret:?}"), "*** ***");
    let exchange = Scenario::collection().recorded().request().exchange;
    let response = Response::new(200, CLIENT);
    for (event, told) in [
        (ChannelEvent::Text(BEARER.to_owned()), format!("text of {} bytes", BEARER.len())),
        (ChannelEvent::Answered { exchange, response: response.clone() }, format!("answered {response:?}")),
        (ChannelEvent::Unconnected { status: Some(403) }, "unconnected (HTTP 403)".to_owned()),
        (ChannelEvent::Unconnected { status: None }, "unconnected".to_owned()),
        (ChannelEvent::Sent { number: 3 }, "sent 3".to_owned()),
        (ChannelEvent::Hinted, "hinted".to_owned()),
    ] {
        assert_eq!(format!("{event:?}"), told);
        assert!(!told.contains(CLIENT));
    }
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn whatever_happens_no_secret_is_printed(
        (operation, happenings) in select(Operation::ALL.to_vec())
            .prop_flat_map(|operation| (Just(operation), happenings(operation))),
    ) {
        let mut print = Print::default();
        let mut walk = Walk::new(Execution::prepare(intent(operation), Policy::default(), START));
        for happening in &happenings {
            if let Some(event) = walk.event(happening) {
                write!(print.0, "{event:?}").unwrap();
                if let Err(rejected) = walk.machine.clone().apply(event, walk.now) {
                    write!(print.0, "{rejected} {rejected:?}").unwrap();
                }
            }
            walk = walk.step(happening);
            write!(print.0, "{:?}", walk.machine).unwrap();
            print.0 += walk.machine.snapshot().as_str();
            write!(print.0, "{:?}", walk.machine.next(walk.now)).unwrap();
            write!(print.0, "{} {:?}", walk.machine.explain(walk.now), walk.machine.escalation(walk.now)).unwrap();
            if let Some(conflict) = walk.machine.conflict() {
                write!(print.0, "{conflict}").unwrap();
            }
        }
        prop_assert_eq!(print.gives_away(&[PASSCODE, CLIENT_SECRET]), None);
    }
}

/// T31: what a wallet or a provider writes can neither end a line of a log nor move a cursor, and is short.
#[test]
fn the_vendors_words_are_one_printable_line() {
    let words = format!("no money\r\n\u{1b}[31mERROR paid\u{2028}{}", "x".repeat(100_000));
    let json = serde_json::to_string(&words).expect("a string");
    let failed =
        Scenario::collection().open().asked("failed", Told::status("FAILED").with("wallet_message", &*json));
    let paid = Told::status("COMPLETED").with("provider_transaction_id", &*json);
    let paid = Scenario::collection().open().asked("completed", paid);
    let Verdict::Failed { reason: Some(reason) } = failed.verdict() else { panic!("{:?}", failed.verdict()) };
    let Verdict::Paid(settlement) = paid.verdict() else { panic!("{:?}", paid.verdict()) };
    for said in [reason.as_str(), settlement.provider_transaction_id().expect("a number")] {
        assert!(said.starts_with("no money\\u{d}\\u{a}\\u{1b}[31mERROR paid\\u{2028}xxx"), "{said}");
        assert!(said.chars().count() <= 301, "{} characters", said.chars().count());
    }
}
