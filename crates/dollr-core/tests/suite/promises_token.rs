//! The bearer token: minutes, renewed in time, once (API §2; F22, F31).

use std::time::Duration;

use crate::scenario::START;
use dollr_core::{Bearer, Credentials, Event, Loss, Response, Secret, Timestamp, Token, TokenAction};

fn credentials() -> Credentials {
    Credentials { client_id: "merchant-1".into(), client_secret: Secret::new("s3cret\"/é") }
}

fn at(seconds: u64) -> Timestamp {
    START.after(Duration::from_secs(seconds))
}

fn obtain(token: Token, now: Timestamp, response: Response) -> Token {
    let TokenAction::Obtain(request) = token.next(&credentials(), now) else { panic!("{token:?}") };
    token.apply(&Event::Answered { exchange: request.exchange, response }, now).unwrap()
}

fn granted(minutes: &str) -> Response {
    Response::new(200, format!(r#"{{"access_token": "eyJ.abc", "expires_in": {minutes}}}"#))
}

fn fresh(minutes: &str) -> Token {
    obtain(Token::new(), START, granted(minutes))
}

fn used(token: &Token, now: Timestamp) -> Option<Bearer> {
    match token.next(&credentials(), now) {
        TokenAction::Use(bearer) => Some(bearer),
        _ => None,
    }
}

#[test]
fn the_token_call_carries_the_credentials_and_no_bearer() {
    let TokenAction::Obtain(request) = Token::new().next(&credentials(), START) else { panic!() };
    assert_eq!((request.path.as_str(), request.authorized), ("/v1/jwt/client/obtain/token", false));
    let body: serde_json::Value = serde_json::from_str(request.body.as_ref().unwrap().expose()).unwrap();
    assert_eq!(body, serde_json::json!({ "client_id": "merchant-1", "client_secret": "s3cret\"/é" }));
}

/// API §8: `expires_in` read as seconds.
#[test]
fn a_token_lives_minutes_and_is_renewed_five_minutes_before_its_end() {
    let token = fresh("60");
    assert_eq!(used(&token, at(0)).unwrap().secret.expose(), "eyJ.abc");
    assert!(used(&token, at(55 * 60 - 1)).is_some());
    assert!(matches!(token.next(&credentials(), at(55 * 60)), TokenAction::Obtain(_)));
}

#[test]
fn a_short_token_is_renewed_at_four_fifths_of_its_life() {
    for (minutes, renewed) in [("1", 48), ("5", 240), ("6", 60), ("10", 300)] {
        let token = fresh(minutes);
        assert!(used(&token, at(renewed - 1)).is_some(), "{minutes}");
        assert!(used(&token, at(renewed)).is_none(), "{minutes}");
    }
}

#[test]
fn no_token_lives_longer_than_a_day() {
    for minutes in ["1441", "10000000", "18446744073709551615"] {
        let token = fresh(minutes);
        assert!(used(&token, at(86_400 - 301)).is_some());
        assert!(used(&token, at(86_400 - 300)).is_none(), "{minutes}");
    }
}

/// T13: a token that has ended at once would be asked for again and again.
#[test]
fn an_answer_without_a_usable_token_backs_off() {
    let bodies = [
        r#"{"access_token": "abc", "expires_in": 0}"#,
        r#"{"access_token": "abc", "expires_in": -5}"#,
        r#"{"access_token": "abc", "expires_in": 1.5}"#,
        r#"{"access_token": "abc", "expires_in": "60"}"#,
        r#"{"access_token": "abc"}"#,
        r#"{"access_token": "", "expires_in": 60}"#,
        r#"{"access_token": "a\r\nX-Evil: 1", "expires_in": 60}"#,
        r#"{"access_token": "a b", "expires_in": 60}"#,
        r#"{"access_token": "é", "expires_in": 60}"#,
        r#"{"access_token": 7, "expires_in": 60}"#,
        r#"{"access_token": "abc", "access_token": "abd", "expires_in": 60}"#,
        "<html>",
        "",
    ];
    for body in bodies {
        let token = obtain(Token::new(), START, Response::new(200, body));
        assert_eq!(token.next(&credentials(), START), TokenAction::Wait { until: at(1) }, "{body}");
    }
    let wrapped = Response::new(201, r#"{"data": {"access_token": "abc", "expires_in": 60}}"#);
    assert!(used(&obtain(Token::new(), START, wrapped), START).is_some());
}

#[test]
fn a_failing_token_call_backs_off_and_honours_retry_after() {
    let mut token = Token::new();
    let mut now = START;
    for wait in [1, 2, 4, 8, 16, 32, 60, 60] {
        token = obtain(token, now, Response::new(503, ""));
        let until = now.after(Duration::from_secs(wait));
        assert_eq!(token.next(&credentials(), now), TokenAction::Wait { until });
        now = until;
    }
    let told = Response::new(429, "").with_header("Retry-After", "120");
    let token = obtain(token, now, told);
    assert_eq!(
        token.next(&credentials(), now),
        TokenAction::Wait { until: now.after(Duration::from_secs(120)) }
    );
}

#[test]
fn a_token_that_still_lives_is_used_while_its_renewal_fails() {
    let token = fresh("60");
    let failing = obtain(token, at(56 * 60), Response::new(500, ""));
    assert!(used(&failing, at(56 * 60)).is_some());
    assert!(
        matches!(failing.next(&credentials(), at(56 * 60 + 1)), TokenAction::Obtain(_)),
        "never tried again"
    );
    let TokenAction::Obtain(request) = failing.next(&credentials(), at(60 * 60)) else { panic!() };
    let lost = Event::Lost { exchange: request.exchange, loss: Loss::Unknown };
    let ended = failing.apply(&lost, at(60 * 60)).unwrap();
    assert!(
        matches!(ended.next(&credentials(), at(60 * 60)), TokenAction::Wait { .. }),
        "used after its end"
    );
}

/// F22: many threads report the same 401.
#[test]
fn many_reports_about_one_token_lead_to_one_renewal() {
    let token = fresh("60");
    let first = used(&token, START).unwrap();
    let renewed = obtain(token.expired(&first).expired(&first), START, granted("60"));
    let second = used(&renewed, START).unwrap();
    assert_ne!(first.number, second.number);
    let reported = (0..100).fold(renewed.clone(), |token, _| token.expired(&first));
    assert_eq!(reported, renewed, "an old report gave up the new token");
    assert_eq!(reported.expired(&second).state(), "Absent");
}

#[test]
fn a_denial_is_believed_for_a_minute_and_repeats_no_secret() {
    for status in [400, 401, 422] {
        let told = r#"{"detail": [{"loc": ["body", "client_secret"], "msg": "hunter2 is not valid"}]}"#;
        let denied = obtain(Token::new(), START, Response::new(status, told));
        let TokenAction::Denied(refusal) = denied.next(&credentials(), at(59)) else { panic!("{status}") };
        assert_eq!(refusal.to_string(), format!("HTTP {status}: body.client_secret: not accepted"));
        assert!(matches!(denied.next(&credentials(), at(60)), TokenAction::Obtain(_)), "{status}");
        let told = r#"{"detail": [{"loc": ["body", "hunter2"], "msg": "no such field"}]}"#;
        let denied = obtain(Token::new(), START, Response::new(status, told));
        let TokenAction::Denied(refusal) = denied.next(&credentials(), at(0)) else { panic!("{status}") };
        assert_eq!(refusal.to_string(), format!("HTTP {status}: not accepted"));
    }
    for status in [0, 302, 403, 404, 408, 409, 429, 500] {
        assert_eq!(obtain(Token::new(), START, Response::new(status, "")).state(), "Absent", "{status}");
    }
}

/// F31: neither an old token is trusted nor an old wait endured.
#[test]
fn a_clock_that_is_set_back_asks_for_a_new_token() {
    let token = fresh("60");
    let before = Timestamp::from_millis(START.as_millis() - 1);
    assert!(matches!(token.next(&credentials(), before), TokenAction::Obtain(_)));
    let failing = obtain(Token::new(), START, Response::new(500, ""));
    assert!(matches!(failing.next(&credentials(), before), TokenAction::Obtain(_)));
}
