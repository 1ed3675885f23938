//! Two readers of one answer: what the core takes for proof, an independent reader does, and the other way round.

use dollr_core::{Session, SourceKind, SourceRef, Timestamp};

use crate::answers::{answer, collection, uncertain};
use crate::draw::NOW;
use crate::judge::{Json, proves_execution};

/// The bytes are the body.
pub(crate) fn run(bytes: &[u8]) {
    let now = Timestamp::from_millis(NOW);
    let paid = answer(&mut uncertain(now), bytes, now);
    assert_eq!(paid, proves_execution(bytes, &collection()) && is_plain(bytes), "two readers, two opinions");
    sessions(bytes);
    generic(bytes);
}

/// Whether everything that is read is of its type, and no digit is beyond what an amount can have. Both readers must
/// agree that it isn't: the first one refuses such an answer as a whole.
fn is_plain(bytes: &[u8]) -> bool {
    let Some(outer) = str::from_utf8(bytes).ok().and_then(Json::parse) else { return false };
    let Some(answer) = outer.unwrapped("reference_id") else { return false };
    let is = |name: &str, fits: fn(&Json) -> bool| {
        answer.field(name).is_none_or(|it| *it == Json::Null || fits(it))
    };
    let texts = ["wallet_message", "gateway_message", "provider_transaction_id", "client_secret"];
    texts.iter().all(|name| is(name, |it| matches!(it, Json::Text(_))))
        && is("requires_action", |it| matches!(it, Json::Bool(_)))
        && ["payer_currency", "payee_currency"].iter().all(|name| is(name, is_currency))
        && ["payer_amount", "payee_amount"].iter().all(|name| is(name, is_amount))
}

fn is_currency(json: &Json) -> bool {
    matches!(json, Json::Text(text) if text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase()))
}

/// Whether the core takes it for an amount; which ones it must take is `amounts`' matter.
fn is_amount(json: &Json) -> bool {
    match json {
        Json::Text(text) => text.parse::<dollr_core::Amount>().is_ok(),
        Json::Number(text) => crate::amounts::of_number(text).is_some(),
        _ => false,
    }
}

/// A session's number is the very number that is written there.
fn sessions(bytes: &[u8]) {
    let parsed = Session::parse(
        &dollr_core::Response::new(200, bytes),
        SourceRef { kind: SourceKind::Invoice, id: 101 },
    );
    let read = str::from_utf8(bytes).ok().and_then(Json::parse);
    let number = read.as_ref().and_then(|outer| {
        let session = outer.unwrapped("id")?;
        match session.field("id") {
            Some(Json::Number(text)) if !outer.repeats_a_key() && !session.repeats_a_key() => {
                text.parse::<u64>().ok()
            }
            _ => None,
        }
    });
    if let Ok(session) = parsed {
        assert_eq!(Some(session.id.number()), number, "another session");
    }
}

/// The second reader is no looser than the generic one.
fn generic(bytes: &[u8]) {
    let Some(text) = str::from_utf8(bytes).ok() else { return };
    if Json::parse(text).is_some() {
        let generic = serde_json::from_str::<serde_json::Value>(text);
        // It makes floats of numbers, and texts of halves of characters.
        let told = generic.as_ref().err().map(ToString::to_string).unwrap_or_default();
        let known = ["number out of range", "surrogate", "hex escape"].iter().any(|why| told.contains(why));
        assert!(generic.is_ok() || known, "only the second reader takes it: {told}");
    }
}
