//! Amounts: what is taken is kept digit by digit, and what is not is no amount at all (I15, T11).

use dollr_core::{Amount, Event, Execution, Intent, Machine, Policy, Response, Timestamp, Verdict};

use crate::draw::{ID, NOW};

/// The bytes are the amount's text.
pub(crate) fn run(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else { return };
    if let Ok(amount) = text.parse::<Amount>() {
        assert_eq!(amount.to_string(), text, "printed as it was written");
        assert!(text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'), "taken: {text}");
        assert_eq!(amount.is_zero(), !text.bytes().any(|byte| (b'1'..=b'9').contains(&byte)));
        let json = serde_json::to_string(&amount.to_string()).expect("a text");
        assert_eq!(serde_json::from_str::<Amount>(&json).ok(), Some(amount), "through JSON and back");
        if !text.contains('.') || text.len() < 28 {
            assert_eq!(of_number(text), Some(amount), "a number is the same as its text");
        }
    }
    if let Some(amount) = of_number(text) {
        let (digits, exponent) = value(text);
        let (same, other) = value(&amount.to_string());
        assert_eq!((digits, exponent), (same, other), "another value: {text} is not {amount}");
    }
}

/// The amount of an answer that has this number in it; none where that is not read.
pub(crate) fn of_number(text: &str) -> Option<Amount> {
    let plain = |byte: u8| byte.is_ascii_digit() || b".eE+-".contains(&byte);
    if text.is_empty() || !text.bytes().all(plain) {
        return None;
    }
    let now = Timestamp::from_millis(NOW);
    let intent = Intent::transfer(ID.parse().ok()?, "55".parse().ok()?);
    let machine = Execution::prepare(intent, Policy::default(), now).apply(Event::Recorded, now).ok()?;
    let machine = Execution::restore(&machine.snapshot()).ok()?;
    let exchange = machine.ask()?.exchange;
    let body = format!(
        r#"{{"reference_id":"{ID}","status":"COMPLETED","operation_type":"TRANSFER","payer_amount":{text}}}"#
    );
    let machine =
        machine.apply(Event::Answered { exchange, response: Response::new(200, body) }, now).ok()?;
    match machine.verdict() {
        Verdict::Paid(settlement) => settlement.amount(),
        _ => None,
    }
}

/// A decimal as its digits without noughts at either end, and the power of ten that they are multiplied by.
fn value(text: &str) -> (String, i64) {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let exponent =
        exponent.parse::<i64>().unwrap_or_default() - i64::try_from(fraction.len()).unwrap_or_default();
    let digits = digits.trim_start_matches('0');
    let short = digits.trim_end_matches('0');
    if short.is_empty() {
        return (String::new(), 0);
    }
    (short.to_owned(), exponent + i64::try_from(digits.len() - short.len()).unwrap_or_default())
}
