//! What goes over the wire and what may come back: paths, headers, bodies; wrapped, odd and hostile answers (API §1, §4, §5; F10,
//! F12, F13, F19; T6, T7, T9, T10, T15).

use crate::scenario::{PASSCODE, START, Scenario, Told, cases};
use dollr_core::{
    Action, Checkout, CheckoutOrder, Execution, Intent, Machine, Method, Operation, Policy, Purpose,
    ReferenceId, Refusal, Request, Response, Session, Source, SourceKind, SourceRef, Timestamp,
};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

fn body(request: &Request) -> Value {
    serde_json::from_str(request.body.as_ref().expect("a body").expose()).unwrap()
}

fn post(operation: Operation) -> Request {
    Scenario::of(operation, Policy::default()).recorded().request()
}

/// API §5: ids are strings on the execution calls.
#[test]
fn an_execution_says_what_the_api_asks_for_and_no_more() {
    let id = "07070707-0707-4707-8707-070707070707";
    let passcode = json!({
        "token": { "code": PASSCODE, "phone": "231770000001" },
        "device": { "name": "till 3", "type": "desktop", "platform": "", "user_agent": "", "client_ip": "" },
    });
    for (operation, expected) in [
        (
            Operation::Collection,
            json!({ "session_id": "55", "payment_account_id": "18", "currency": "USD", "reference_id": id }),
        ),
        (
            Operation::Payout,
            json!({ "session_id": "55", "payout_account_id": "18", "reference_id": id, "passcode": passcode }),
        ),
        (Operation::Transfer, json!({ "session_id": "55", "reference_id": id })),
        (Operation::Refund, json!({ "session_id": "55", "reference_id": id })),
    ] {
        let request = post(operation);
        assert_eq!(body(&request), expected);
        assert_eq!(request.path, format!("/v1/executions/{}", operation.path()));
        assert!(request.authorized);
        assert_eq!((request.method.as_str(), request.exchange.purpose), ("POST", Purpose::Execute));
        let status = Scenario::of(operation, Policy::default()).uncertain().machine.ask().unwrap();
        assert_eq!(status.path, format!("/v1/status/{}/{id}", operation.path()));
        assert_eq!((status.method, status.body, status.authorized), (Method::Get, None, true));
    }
}

/// API §4, §8: `source_kind` in the checkout, `source_type` and an integer everywhere else; amounts as they are written.
#[test]
fn a_checkout_and_a_session_say_what_the_api_asks_for() {
    let source: SourceRef = "ORDER:101".parse().unwrap();
    assert_eq!(body(&Session::request(source)), json!({ "source_id": 101, "source_type": "ORDER" }));
    let order = CheckoutOrder::new(SourceKind::Invoice, "231770000001", "USD".parse().unwrap()).unwrap();
    let order =
        order.item("Té \"x\"\r\n", "250.00".parse().unwrap()).item("b", "9007199254740993".parse().unwrap());
    let id = ReferenceId::from_random_bytes([7; 16]);
    let order = order.customer_name("A. Customer").customer_email("a@shop.example").note("thanks");
    let order = order.reference_id(id).expires_at(START);
    let request =
        order.success_url("https://shop.example/ok?o=1").cancel_url("https://shop.example/").request();
    let text = request.body.as_ref().unwrap().expose();
    assert!(text.contains(r#""amount":250.00}"#) && text.contains(r#""amount":9007199254740993}"#), "{text}");
    let said = body(&request);
    assert_eq!(said["source_kind"], "INVOICE");
    assert_eq!((&said["mode"], said.get("source_type")), (&json!("HOSTED"), None));
    assert_eq!(
        (&said["party_phone"], &said["success_url"]),
        (&json!("231770000001"), &json!("https://shop.example/ok?o=1"))
    );
    assert_eq!(
        (&said["party_name"], &said["party_email"]),
        (&json!("A. Customer"), &json!("a@shop.example"))
    );
    assert_eq!((&said["reference_id"], &said["note"]), (&json!(id), &json!("thanks")));
    assert_eq!(said["expires_at"], json!(START.to_string()));
    assert_eq!(said["items"][0]["name"], "Té \"x\"\r\n");
    assert_eq!(said["items"][1]["currency"], "USD");
    assert_eq!(request.path, "/v1/checkouts/create");
    assert_eq!((request.exchange.purpose, request.authorized), (Purpose::Other, true));
    let plain =
        CheckoutOrder::new(SourceKind::Order, "231770000001", "USD".parse().unwrap()).unwrap().request();
    assert_eq!(body(&plain)["items"], json!([]));
}

/// T15: a status never comes from a cache; no compression is offered.
#[test]
fn the_headers_are_these() {
    let status = Scenario::collection().open().machine.ask().unwrap();
    let fixed = [("Accept", "application/json"), ("Accept-Encoding", "identity")];
    let fresh = [("Cache-Control", "no-cache, no-store"), ("Pragma", "no-cache")];
    assert_eq!(status.headers().collect::<Vec<_>>(), [fixed, fresh].concat());
    let json = [("Content-Type", "application/json")];
    assert_eq!(post(Operation::Refund).headers().collect::<Vec<_>>(), [&fixed[..], &json[..]].concat());
}

#[test]
fn only_an_age_of_nought_is_fresh() {
    let answer = || Response::new(200, "");
    assert!(!answer().is_cached());
    for (age, cached) in
        [("0", false), (" 0 ", false), ("1", true), ("00", true), ("-0", true), ("", true), ("x", true)]
    {
        assert_eq!(answer().with_header("aGe", age).is_cached(), cached, "{age:?}");
    }
    assert!(
        answer().with_header("Age", "5").with_header("Age", "0").is_cached(),
        "the later one unsays nothing"
    );
    assert!(!answer().with_header("X-Age", "5").is_cached());
}

/// I12, T12: a `Retry-After` that stands twice, as two headers or as one, raises the wait and never lowers it; an hour is the most.
#[test]
fn of_several_retry_afters_the_longest_counts() {
    const SOON: &str = "Sun, 15 Jun 2025 15:06:20 GMT";
    const LATE: &str = "Sun, 15 Jun 2025 15:07:30 GMT";
    const OLD_FORM: &str = "Sunday, 15-Jun-25 15:07:30 GMT";
    for (first, second, seconds) in [
        ("120", "5", Some(120)),
        ("7", "soon", Some(7)),
        ("7", "-1", Some(7)),
        ("5", SOON, Some(20)),
        ("30", SOON, Some(30)),
        (LATE, SOON, Some(90)),
        (OLD_FORM, "60", Some(90)),
        ("99999999999999999999999999", "5", Some(3_600)),
        ("soon", "", None),
    ] {
        for (one, other) in [(first, second), (second, first)] {
            let answer = Response::new(429, "").with_header("Date", "Sun, 15 Jun 2025 15:06:00 GMT");
            let twice = answer.clone().with_header("Retry-After", one).with_header("retry-after", other);
            let folded = answer.with_header("Retry-After", &format!("{one}, {other}"));
            for told in [twice, folded] {
                assert_eq!(told.retry_after(START).map(|wait| wait.as_secs()), seconds, "{told:?}");
            }
        }
    }
}

#[test]
fn an_answer_in_a_data_wrapper_is_taken() {
    let completed = || Told::status("COMPLETED");
    Scenario::collection().open().asked("completed", completed().wrapped());
    Scenario::invoice().asked("paid", Told::source("PAID").wrapped());
    let bare = Told::status("COMPLETED").text();
    for body in [
        format!(r#"{{"data": [{bare}]}}"#),
        format!(r#"{{"data": {{"data": {bare}}}}}"#),
        format!(r#"{{"reference_id": null, "data": {bare}}}"#),
        format!("[{bare}]"),
        format!("{bare} {bare}"),
        format!("{bare}x"),
        bare[..bare.len() - 1].to_owned(),
        bare.to_uppercase(),
    ] {
        Scenario::collection().open().asked("no_answer", Told::http(200, &body));
    }
    Scenario::collection().open().asked("completed", Told::http(200, &format!(" \r\n\t{bare}\n")));
    Scenario::collection().open().asked("completed", completed().with("surprise", "[1, {\"a\": null}]"));
}

/// F19, T10: which of two equal keys counts is for an attacker to choose.
#[test]
fn a_key_that_stands_twice_is_refused_by_name() {
    for field in ["status", "reference_id", "payer_amount", "surprise"] {
        let told = Told::status("COMPLETED").with("surprise", "1").twice(field, "\"FAILED\"");
        let open = Scenario::collection().open().asked("no_answer", told);
        let said = open.machine.verdict().to_string();
        assert!(said.contains(&format!("field `{field}` stands twice")), "{said}");
    }
    let escaped = Told::status("COMPLETED").twice("st\\u0061tus", "\"FAILED\"");
    Scenario::collection().open().asked("no_answer", escaped);
    let escaped_first = Told::status("COMPLETED").twice("s\\u0075rprise", "1").twice("surprise", "2");
    Scenario::collection().open().asked("no_answer", escaped_first);
    let wrapped = Told::status("COMPLETED").twice("status", "\"FAILED\"").wrapped();
    Scenario::collection().open().asked("no_answer", wrapped);
}

/// F19, T10: also where there are more fields than any answer has.
#[test]
fn a_key_among_many_that_stands_twice_is_refused_by_name() {
    let prefix = |told: Told, n: u32| told.twice(&format!("extra_{n}"), "1");
    let many = || (0..40).fold(Told::status("COMPLETED"), prefix);
    Scenario::collection().open().asked("completed", many());
    for field in ["extra_0", "extra_20", "extra_39", "status", "reference_id"] {
        let open = Scenario::collection().open().asked("no_answer", many().twice(field, "2"));
        let said = open.machine.verdict().to_string();
        assert!(said.contains(&format!("field `{field}` stands twice")), "{said}");
    }
}

/// T9: only what is nested is deep.
#[test]
fn brackets_side_by_side_and_in_a_message_are_not_deep() {
    let (side_by_side, said) = (format!("[{}[]]", "{},".repeat(500)), format!("\"{}\"", "{[".repeat(150)));
    let told = Told::status("COMPLETED").with("surprise", side_by_side).with("wallet_message", said);
    Scenario::collection().open().asked("completed", told);
}

/// T9.
#[test]
fn a_million_levels_are_refused_and_nothing_overflows() {
    let deep = 1_000_000;
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let nest = format!("{}1{}", open.repeat(deep), close.repeat(deep));
        for told in [Told::http(200, &nest), Told::status("COMPLETED").with("surprise", nest.as_str())] {
            Scenario::collection().open().asked("no_answer", told);
        }
        let refusal = Refusal::of(&Response::new(422, format!(r#"{{"detail": {nest}}}"#)));
        assert!(refusal.problems.is_empty());
        Session::parse(&Response::new(200, nest), "INVOICE:1".parse().unwrap()).unwrap_err();
    }
    // In a string they are only brackets, also behind a quotation mark in it.
    let words = format!("{:?}", format!("\"{}", "[{".repeat(1_000)));
    Scenario::collection()
        .open()
        .asked("completed", Told::status("COMPLETED").with("gateway_message", words));
    // The object itself is one level of the thirty-two.
    let nested = |levels: usize| {
        let nest = "[".repeat(levels) + &"]".repeat(levels);
        Told::status("COMPLETED").with("surprise", nest).with("another", "[]")
    };
    Scenario::collection().open().asked("completed", nested(31));
    Scenario::collection().open().asked("no_answer", nested(32));
}

#[test]
fn a_field_of_another_type_is_refused_by_name() {
    for (field, json) in [
        ("reference_id", "7"),
        ("status", "1"),
        ("status", "[]"),
        ("operation_type", "{}"),
        ("payer_amount", "true"),
        ("payer_currency", "840"),
        ("payee_amount", "\"x\""),
        ("requires_action", "\"true\""),
        ("requires_action", "1"),
        ("client_secret", "7"),
        ("provider_transaction_id", "7"),
        ("wallet_message", "[]"),
    ] {
        let open =
            Scenario::collection().open().asked("no_answer", Told::status("COMPLETED").with(field, json));
        let said = open.machine.verdict().to_string();
        assert!(said.contains(&format!("`{field}`")), "{said}");
    }
    for field in
        ["provider_transaction_id", "wallet_message", "requires_action", "client_secret", "payee_amount"]
    {
        Scenario::collection().open().asked("completed", Told::status("COMPLETED").with(field, "null"));
        Scenario::collection().open().asked("completed", Told::status("COMPLETED").without(field));
    }
    for (field, json) in [
        ("source_id", "\"101\""),
        ("source_id", "101.0"),
        ("source_id", "102"),
        ("source_type", "\"ORDER\""),
        ("currency", "null"),
        ("total_amount", "null"),
        ("status", "null"),
    ] {
        Scenario::invoice().asked("no_answer", Told::source("PAID").with(field, json));
    }
    Scenario::collection().open().asked("no_answer", Told::http(200, "\u{feff}{}"));
    let open = Scenario::collection().open().due();
    let broken = dollr_core::Event::Answered {
        exchange: open.request().exchange,
        response: Response::new(200, [0xff, 0xfe]),
    };
    assert!(open.happens("no_answer", broken).machine.verdict().to_string().contains("UTF-8"));
}

/// API §1: a refusal is told, whatever it looks like.
#[test]
fn a_refusal_of_any_shape_is_told() {
    let long = format!(r#"{{"detail": "{}"}}"#, "x".repeat(10_000));
    for (body, said) in [
        (r#"{"detail": "not verified"}"#, "HTTP 422: not verified".to_owned()),
        (
            r#"{"detail": [{"loc": ["body", "items", 0, "currency"], "msg": "field required", "type": "x"}, {"msg": "b"}]}"#,
            "HTTP 422: body.items.0.currency: field required; b".into(),
        ),
        (r#"{"detail": {"message": "gated", "code": 7}}"#, "HTTP 422: gated".into()),
        (r#"{"detail": ["a", "b"]}"#, "HTTP 422: a; b".into()),
        (r#"{"message": "no"}"#, "HTTP 422: no".into()),
        (r#"{"error": "no"}"#, "HTTP 422: no".into()),
        ("<html><h1>Forbidden</h1>", "HTTP 422".into()),
        ("", "HTTP 422".into()),
        ("null", "HTTP 422".into()),
        (r#"{"detail": null}"#, "HTTP 422".into()),
        (r#"{"detail": "a\r\nb\u001b[2J"}"#, "HTTP 422: a\\u{d}\\u{a}b\\u{1b}[2J".into()),
        (&long, format!("HTTP 422: {}…", "x".repeat(300))),
    ] {
        assert_eq!(Refusal::of(&Response::new(422, body)).to_string(), said);
    }
    // I10: a 401 may repeat the token that was sent.
    let said = Refusal::of(&Response::new(401, r#"{"detail": "token eyJhbGciOi is revoked"}"#)).to_string();
    assert_eq!(said, "HTTP 401: not accepted");
    let many = format!(r#"{{"detail": [{}]}}"#, vec!["\"no\""; 1_000].join(","));
    assert_eq!(Refusal::of(&Response::new(422, many)).problems.len(), 20);
}

#[test]
fn a_checkout_and_a_session_are_read() {
    let session = |body: &str| Session::parse(&Response::new(201, body), "INVOICE:1".parse().unwrap());
    let read = session(r#"{"id": 55, "source_id": 1, "expires_at": "2025-06-15T15:06:40Z"}"#).unwrap();
    assert_eq!((read.id.number(), read.expires_at), (55, Some(START)));
    let read = session(r#"{"data": {"id": 55, "expires_at": "soon"}}"#).unwrap();
    assert_eq!((read.id.number(), read.expires_at), (55, None::<Timestamp>));
    for body in [
        "",
        "{}",
        r#"{"id": "55"}"#,
        r#"{"id": -1}"#,
        r#"{"id": null}"#,
        r#"{"id": 1, "id": 2}"#,
        r#"{"id": 1.5}"#,
    ] {
        session(body).unwrap_err();
    }
    // I11: one of another source would charge for that one.
    session(r#"{"id": 55, "source_id": 1, "source_type": "INVOICE"}"#).unwrap();
    for other in
        [r#"{"id": 55, "source_id": 2, "source_type": "INVOICE"}"#, r#"{"id": 55, "source_type": "ORDER"}"#]
    {
        let said = session(other).unwrap_err().to_string();
        assert!(said.ends_with("the session is of another source than INVOICE:1"), "{said}");
    }
    let checkout = |body: &str| Checkout::parse(&Response::new(200, body));
    let full = r#"{"source_id": 101, "source_type": "INVOICE", "url": "https://pay", "total_amount": "250.00", "currency": "USD"}"#;
    let read = checkout(full).unwrap();
    assert_eq!((read.source.to_string().as_str(), read.url.as_str()), ("INVOICE:101", "https://pay"));
    assert_eq!((read.total, read.currency), (Some("250.00".parse().unwrap()), Some("USD".parse().unwrap())));
    let old =
        checkout(r#"{"source_id": 1, "source_type": "ORDER", "url": null, "hosted_path_or_token": "t0"}"#)
            .unwrap();
    assert_eq!((old.url.as_str(), old.total), ("t0", None));
    for (body, field) in [
        (r#"{"source_type": "ORDER", "url": "u"}"#, "source_id"),
        (r#"{"source_id": 1, "url": "u"}"#, "source_type"),
        (r#"{"source_id": 1, "source_type": "order", "url": "u"}"#, "source_type"),
        (r#"{"source_id": 1, "source_type": "ORDER"}"#, "url"),
        (r#"{"source_id": 1, "source_type": "ORDER", "url": "u", "total_amount": -1}"#, "total_amount"),
        (r#"{"source_id": 1, "source_type": "ORDER", "url": "u", "currency": "usd"}"#, "currency"),
    ] {
        let error = checkout(body).unwrap_err().to_string();
        assert!(error.contains(&format!("`{field}`")), "{error}");
    }
}

proptest! {
    #![proptest_config(cases(256))]

    /// T6, T7: for all inputs that can be ids, a path is a fixed prefix and 36 characters.
    #[test]
    fn a_path_is_a_prefix_and_36_characters(
        bytes: [u8; 16], session: u64, account in "[A-Za-z0-9_-]{1,64}", which in select(Operation::ALL.to_vec()), number: u64,
    ) {
        let id = ReferenceId::from_random_bytes(bytes);
        let session = dollr_core::SessionId::new(session);
        let intent = match which {
            Operation::Collection => {
                Intent::collection(id, session, account.parse().unwrap(), "USD".parse().unwrap())
            }
            Operation::Refund => Intent::refund(id, session),
            _ => Intent::transfer(id, session),
        };
        let operation = intent.operation();
        let lost = Scenario::with(intent, Policy::default()).uncertain();
        let path = lost.machine.ask().unwrap().path;
        let tail = path.strip_prefix(&format!("/v1/status/{}/", operation.path())).unwrap();
        prop_assert!(tail.len() == 36 && tail.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-'), "{path}");
        let Action::Record(snapshot) = Execution::prepare(lost.machine.intent().clone(), Policy::default(), START).next(START)
        else { panic!() };
        prop_assert_eq!(Execution::restore(&snapshot).unwrap().ask().unwrap().path, path);

        let source = SourceRef { kind: SourceKind::Order, id: number };
        let source = Source::watch(source, "USD".parse().unwrap(), "1".parse().unwrap(), Policy::default(), START);
        let path = source.ask().unwrap().path;
        prop_assert_eq!(path, format!("/v1/status/source?source_type=ORDER&source_id={number}"));
    }
}
