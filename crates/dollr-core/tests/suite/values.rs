//! Values: parsed once, and what is not one is refused with a sentence that says what would be right (API §1, §4, §5; T6, T7,
//! T11, T30, T31).

use std::fmt::Debug;
use std::str::FromStr;
use std::time::Duration;

use crate::scenario::{START, cases, http_date};
use dollr_core::{
    AccountId, Amount, CheckoutOrder, Credentials, Currency, Intent, Invalid, ReferenceId, Response, Secret,
    Session, SessionId, SourceKind, SourceRef, Stuck, Timestamp,
};
use proptest::prelude::*;

/// What attackers put where an id is expected.
const HOSTILE: [&str; 16] = [
    "",
    " ",
    "../",
    "../../status/payout/x",
    "a/b",
    "a?b=c",
    "a#b",
    "a%2Fb",
    "18\r\nX-Evil: 1",
    "18\n",
    "\u{0}",
    "18\u{0}",
    "é",
    "１８",
    "\u{202e}81",
    "'; DROP TABLE payments; --",
];

/// `text` is refused, with a sentence that names the value, what was found (escaped) and what would be right.
fn refuses<T: FromStr<Err = Invalid> + Debug>(what: &str, text: &str, example: &str) {
    let error = T::from_str(text).expect_err(text);
    said(&error, what, example);
    let plain = text.len() <= 64 && text.chars().all(|c| c.is_ascii_graphic());
    assert!(!plain || error.to_string().contains(&format!("`{text}`")), "{error}");
}

fn said(error: &Invalid, what: &str, example: &str) {
    let said = error.to_string();
    assert!(said.starts_with(&format!("{what} `")), "{said}");
    assert!(said.contains("is not valid: expected ") && said.contains(example), "{said}");
    assert!(!said.chars().any(|c| c.is_control() || c == '\u{202e}'), "{said:?}");
    assert!(said.len() < 400, "{said}");
}

fn takes<T: FromStr<Err = Invalid> + ToString>(text: &str, printed: &str) {
    let value: T = text.parse().unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(value.to_string(), printed);
}

/// T30: version 4 of the RFC's variant, with hyphens, and nothing else.
#[test]
fn a_reference_id_is_a_version_4_uuid_of_36_characters() {
    takes::<ReferenceId>("0b8f6f2e-6a1d-4c5a-9a53-7d2f6a3c1e10", "0b8f6f2e-6a1d-4c5a-9a53-7d2f6a3c1e10");
    takes::<ReferenceId>("0B8F6F2E-6A1D-4C5A-BA53-7D2F6A3C1E10", "0b8f6f2e-6a1d-4c5a-ba53-7d2f6a3c1e10");
    let bad = [
        "0b8f6f2e6a1d4c5a9a537d2f6a3c1e10",
        "{0b8f6f2e-6a1d-4c5a-9a53-7d2f6a3c1e10}",
        "urn:uuid:0b8f6f2e-6a1d-4c5a-9a53-7d2f6a3c1e10",
        "2c5ea4c0-4067-11e9-8bad-9b1deb4d3b7d",
        "0b8f6f2e-6a1d-5c5a-9a53-7d2f6a3c1e10",
        "018f6f2e-6a1d-7c5a-9a53-7d2f6a3c1e10",
        "00000000-0000-0000-0000-000000000000",
        "ffffffff-ffff-ffff-ffff-ffffffffffff",
        "0b8f6f2e-6a1d-4c5a-0a53-7d2f6a3c1e10",
        "0b8f6f2e-6a1d-4c5a-ca53-7d2f6a3c1e10",
        "0b8f6f2e-6a1d-4c5a-9a53-7d2f6a3c1e1g",
        "0b8f6f2e-6a1d-4c5a-9a53-7d2f6a3c1e1",
        "0b8f6f2e-6a1d-4c5a-9a53-7d2f6a3c1e10 ",
        " 0b8f6f2e-6a1d-4c5a-9a53-7d2f6a3c1e1",
        "0b8f6f2e-6a1d-4c5a-9a53-7d2f6a3c1e\r\n",
        "0b8f6f2e/6a1d/4c5a/9a53/7d2f6a3c1e10",
        "../../../../v1/status/payout/aaaaaaa",
    ];
    for text in bad.into_iter().chain(HOSTILE) {
        refuses::<ReferenceId>("reference id", text, "0b8f6f2e-6a1d-4c5a-9a53-7d2f6a3c1e10");
    }
}

#[test]
fn numbers_and_accounts_have_one_spelling() {
    takes::<SessionId>("55", "55");
    takes::<SessionId>("18446744073709551615", "18446744073709551615");
    takes::<AccountId>("18", "18");
    takes::<AccountId>("acc_1-B", "acc_1-B");
    takes::<AccountId>(&"a".repeat(64), &"a".repeat(64));
    takes::<SourceRef>("INVOICE:101", "INVOICE:101");
    takes::<SourceRef>("ORDER:1", "ORDER:1");
    for text in ["0", "007", "-1", "+1", "1.0", "1e3", "0x10", "18446744073709551616", "55 "]
        .into_iter()
        .chain(HOSTILE)
    {
        refuses::<SessionId>("session id", text, "such as 55");
        refuses::<SourceRef>("source", &format!("INVOICE:{text}"), "INVOICE:101");
    }
    for text in HOSTILE.into_iter().chain(["a b", "18.", "a:b", &"a".repeat(65)]) {
        refuses::<AccountId>("account id", text, "such as 18");
        refuses::<SourceRef>("source", text, "INVOICE:101");
        refuses::<SourceKind>("source type", text, "INVOICE or ORDER");
    }
    for text in ["invoice:101", "SUBSCRIPTION:1", "INVOICE", ":1", "INVOICE:1:2", "INVOICE 101"] {
        refuses::<SourceRef>("source", text, "INVOICE:101");
    }
    refuses::<SourceKind>("source type", "invoice", "in capitals");
}

#[test]
fn a_currency_is_three_capitals() {
    for text in ["USD", "LRD", "RWF"] {
        takes::<Currency>(text, text);
    }
    for text in HOSTILE.into_iter().chain(["usd", "Usd", "US", "USDT", "US1", "$", "USD ", "ÙSD", "ＵＳＤ"])
    {
        refuses::<Currency>("currency", text, "three upper-case letters such as USD");
    }
}

/// T11.
#[test]
fn an_amount_is_plain_digits() {
    let longest = "7922816251426433759354395033.5";
    for text in [
        "0",
        "0.01",
        "250",
        "250.00",
        "250.10",
        "9007199254740993",
        longest,
        "0.0000000000000000000000000001",
    ] {
        takes::<Amount>(text, text);
    }
    let beyond = "79228162514264337593543950336";
    let bad = [
        "-0",
        "-1",
        "+1",
        "1e400",
        "1E2",
        "NaN",
        "inf",
        "1,00",
        "1.000,00",
        "1_000",
        ".5",
        "5.",
        "00",
        "01.5",
        "1.2.3",
        "0x1",
        " 1",
        "1 ",
        "$1",
        "1USD",
        "٣",
        beyond,
        "0.00000000000000000000000000001",
    ];
    for text in bad.into_iter().chain(HOSTILE) {
        refuses::<Amount>("amount", text, "such as 250.00");
    }
    let equal: [Amount; 2] = ["250".parse().unwrap(), "250.00".parse().unwrap()];
    assert_eq!(equal[0], equal[1]);
    assert!("0.00".parse::<Amount>().unwrap().is_zero() && !equal[0].is_zero());
    assert!("0.1".parse::<Amount>().unwrap() < "0.11".parse().unwrap());
}

#[test]
fn a_phone_number_is_e_164_without_the_plus() {
    let order = |phone: &str| CheckoutOrder::new(SourceKind::Order, phone, "USD".parse().unwrap());
    for phone in ["231770000001", "12345678", "123456789012345"] {
        order(phone).unwrap();
    }
    for phone in ["+231770000001", "0770000001", "1234567", "1234567890123456", "23177 0000001"]
        .into_iter()
        .chain(HOSTILE)
    {
        said(&order(phone).unwrap_err(), "phone number", "231770000001");
    }
}

/// I10: an answer says which one it is, and keeps its body to itself.
#[test]
fn an_answer_prints_its_status_and_not_its_body() {
    let printed = format!("{:?}", Response::new(404, "hush-hush").with_header("Retry-After", "7"));
    for told in ["404", "9 bytes", "\"7\""] {
        assert!(printed.contains(told), "{told} is not in {printed}");
    }
    assert!(!printed.contains("hush"), "{printed}");
}

/// T31: what comes from outside can neither end a line nor move a cursor, and is short.
#[test]
fn an_error_is_one_printable_line() {
    let error = "a\r\n\u{1b}[31m\u{2028}\u{200f}\u{feff}b".parse::<Currency>().unwrap_err();
    assert_eq!(error.found, "a\\u{d}\\u{a}\\u{1b}[31m\\u{2028}\\u{200f}\\u{feff}b");
    let long = "x".repeat(1_000_000).parse::<Currency>().unwrap_err();
    assert_eq!(long.found, format!("{}…", "x".repeat(64)));
}

#[test]
fn time_saturates_and_reads_zones() {
    let parse = Timestamp::parse_iso8601;
    assert_eq!(parse("2025-06-15T15:06:40Z"), Some(START));
    assert_eq!(parse("2025-06-15T17:06:40+02:00"), Some(START));
    assert_eq!(parse("2025-06-15T15:06:40.000001Z"), Some(START));
    for text in [
        "",
        "2025-06-15T15:06:40",
        "2025-06-15",
        "yesterday",
        "1750000000",
        "1969-12-31T23:59:59Z",
        "2025-13-01T00:00:00Z",
    ] {
        assert_eq!(parse(text), None, "{text}");
    }
    assert_eq!(START.to_string(), "2025-06-15T15:06:40Z");
    assert_eq!(Timestamp::from_millis(u64::MAX).to_string(), "18446744073709551615 ms");
    let end = Timestamp::from_millis(u64::MAX);
    assert_eq!(end.after(Duration::MAX), end);
    assert_eq!(START.since(end), Duration::ZERO);
    assert_eq!(http_date(START), "Sun, 15 Jun 2025 15:06:40 GMT");
}

/// What a session tells of itself is taken over; where it tells no end, the caller's stays.
#[test]
fn an_intent_takes_over_what_its_session_tells() {
    let (id, source) = (ReferenceId::from_random_bytes([7; 16]), "INVOICE:101".parse().expect("a source"));
    let intent = || Intent::transfer(id, SessionId::new(55));
    let session = |more: &str| {
        let body = format!(r#"{{"id": 55, "source_id": 101, "source_type": "INVOICE"{more}}}"#);
        Session::parse(&Response::new(200, body.into_bytes()), source).expect("a session")
    };
    let (ends, endless) = (session(r#", "expires_at": "2025-06-15T15:06:40Z""#), session(""));
    assert_eq!(intent().within(&ends), intent().source(source).session_expires_at(START));
    let told = intent().session_expires_at(START);
    assert_eq!(told.clone().within(&endless), told.source(source));
    let [usd, lrd] = ["USD", "LRD"].map(|code| code.parse::<Currency>().expect("a currency"));
    assert_eq!(intent().currency(lrd).currency(usd), intent().currency(usd));
    assert_ne!(intent().currency(usd), intent());
}

/// I10: credentials print what is no secret of them.
#[test]
fn what_is_printed_says_what_it_is() {
    let credentials = Credentials { client_id: "shop-7".to_owned(), client_secret: Secret::new("hush") };
    assert_eq!(credentials.to_string(), "client id shop-7 (secret ***)");
    assert_eq!(Stuck::Horizon.to_string(), "still open after the horizon");
}

/// I10: enough to tell two accounts apart, and at most a third of one.
#[test]
fn an_account_is_shown_by_its_end() {
    let shown = |id: &str| id.parse::<AccountId>().unwrap().masked();
    for (id, masked) in [
        ("18", "****"),
        ("12345", "****"),
        ("123456", "****56"),
        ("12345678901", "****01"),
        ("123456789012", "****9012"),
        ("wallet_231770001234", "****1234"),
    ] {
        assert_eq!(shown(id), masked);
    }
}

proptest! {
    #![proptest_config(cases(512))]

    /// T7, T30: whatever the bytes, an id is 36 safe characters, and reads back as itself.
    #[test]
    fn an_id_of_any_bytes_is_36_safe_characters(bytes: [u8; 16]) {
        let id = ReferenceId::from_random_bytes(bytes);
        let text = id.to_string();
        prop_assert_eq!(text.len(), 36);
        prop_assert!(text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f' | b'-')));
        prop_assert_eq!(text.as_bytes()[14], b'4');
        prop_assert_eq!(text.parse(), Ok(id));
    }

    /// Whatever the text: a value that prints as it was written, or a sentence.
    #[test]
    fn any_text_is_a_value_or_a_sentence(text in "\\PC{0,40}|[0-9A-Za-z:._/-]{0,40}|[A-Z]{3}|[0-9]{1,30}") {
        fn check<T: FromStr<Err = Invalid> + ToString>(text: &str) -> Result<(), TestCaseError> {
            match T::from_str(text) {
                Ok(value) => prop_assert_eq!(value.to_string(), text.to_owned()),
                Err(error) => prop_assert!(!error.to_string().chars().any(char::is_control)),
            }
            Ok(())
        }
        check::<SessionId>(&text)?;
        check::<AccountId>(&text)?;
        check::<SourceRef>(&text)?;
        check::<Currency>(&text)?;
        check::<Amount>(&text)?;
    }
}
