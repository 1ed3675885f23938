//! Values of the command line: each is what it says or is refused with a sentence that says what would be right.

use std::net::SocketAddr;
use std::time::Duration;

use dollr_client::core::{Amount, Invalid, Limit, Policy, ReferenceId, SourceRef, Timestamp, is_printable};
use dollr_client::{Clock as _, SystemClock};

use crate::output;

pub(super) fn duration(text: &str) -> Result<Duration, Invalid> {
    let wrong = || invalid("time", text, "one such as 90s, 5m or 1h");
    let span: jiff::Span = text.parse().map_err(|_| wrong())?;
    let span = span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).map_err(|_| wrong())?;
    Duration::try_from(span).map_err(|_| wrong())
}

/// Nought would kill each handler at once.
pub(super) fn timeout(text: &str) -> Result<Duration, Invalid> {
    duration(text)
        .ok()
        .filter(|span| !span.is_zero())
        .ok_or_else(|| invalid("time", text, "one such as 90s, 5m or 1h"))
}

/// An end may be contradicted until the horizon, and `FAILED` is asked about an hour after it.
pub(super) fn retention(text: &str) -> Result<Duration, Invalid> {
    let least = Policy::default().horizon + Duration::from_secs(3_600);
    let wrong = || {
        invalid("time", text, "at least 73h, such as 400d: until then a payment's end may be contradicted")
    };
    duration(text).ok().filter(|span| *span >= least).ok_or_else(wrong)
}

pub(super) fn moment(text: &str) -> Result<Timestamp, Invalid> {
    let wrong =
        || invalid("time", text, "a moment such as 2025-06-15T12:00:00Z, or so long ago, such as 24h or 7d");
    if let Ok(moment) = text.parse::<jiff::Timestamp>() {
        return u64::try_from(moment.as_millisecond()).map(Timestamp::from_millis).map_err(|_| wrong());
    }
    let ago = u64::try_from(duration(text).map_err(|_| wrong())?.as_millis()).unwrap_or(u64::MAX);
    Ok(Timestamp::from_millis(SystemClock.now().as_millis().saturating_sub(ago)))
}

pub(super) fn claimant(text: &str) -> Result<String, Invalid> {
    let wrong = || invalid("name", text, "a word or two, without control characters");
    if is_plain(text) { Ok(text.to_string()) } else { Err(wrong()) }
}

pub(super) fn item(text: &str) -> Result<(String, Amount), Invalid> {
    let wrong = || invalid("item", text, "NAME=AMOUNT such as Shoes=250.00, without control characters");
    let (name, amount) = text.rsplit_once('=').filter(|(name, _)| is_plain(name)).ok_or_else(wrong)?;
    Ok((name.to_string(), self::amount(amount)?))
}

/// An amount that the vendor takes (API §1): nought is none.
pub(super) fn amount(text: &str) -> Result<Amount, Invalid> {
    let amount: Amount = text.parse()?;
    let least = "0.01".parse()?;
    let wrong = || invalid("amount", text, "a decimal in major units from 0.01 on, such as 250.00");
    if amount < least { Err(wrong()) } else { Ok(amount) }
}

pub(super) fn order(text: &str) -> Result<String, Invalid> {
    let wrong = || {
        let expected = "your own name of it, such as A-1, without control characters, or blanks at its ends";
        invalid("order", text, expected)
    };
    // With a blank behind it, it would be another order, and free.
    if is_plain(text) && text.trim() == text { Ok(text.to_string()) } else { Err(wrong()) }
}

pub(super) fn reason(text: &str) -> Result<String, Invalid> {
    let wrong = || invalid("reason", text, "a few words, without control characters");
    if is_plain(text) { Ok(text.to_string()) } else { Err(wrong()) }
}

pub(super) fn page(text: &str) -> Result<String, Invalid> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let fits = rest.is_some_and(|rest| is_plain(rest) && !rest.contains(char::is_whitespace));
    let wrong = || invalid("page", text, "a URL such as https://shop.example/thanks");
    if fits { Ok(text.to_string()) } else { Err(wrong()) }
}

pub(super) fn key(text: &str) -> Result<String, Invalid> {
    let id = text.parse().map(|id: ReferenceId| id.to_string());
    let source = || text.parse().map(|source: SourceRef| source.to_string());
    id.or_else(|_| source())
        .map_err(|_| invalid("key", text, "a reference id, or a source such as INVOICE:101"))
}

pub(super) fn address(text: &str) -> Result<SocketAddr, Invalid> {
    text.parse().map_err(|_| invalid("address", text, "an IP address and a port such as 127.0.0.1:8787"))
}

/// Others may see how much is sold, so nobody beyond this machine is told.
pub(super) fn loopback(text: &str) -> Result<SocketAddr, Invalid> {
    let address = text.parse().ok().filter(|address: &SocketAddr| address.ip().is_loopback());
    address.ok_or_else(|| invalid("address", text, "one on loopback, with a port, such as 127.0.0.1:9464"))
}

/// A time that passes.
pub(super) fn span(text: &str) -> Result<Duration, Invalid> {
    let span = duration(text)?;
    let wrong = || invalid("time", text, "one second or more, such as 90s, 2m or 72h");
    if span < Duration::from_secs(1) { Err(wrong()) } else { Ok(span) }
}

pub(super) fn rate(text: &str) -> Result<Limit, Invalid> {
    let (calls, per) = text.split_once('/').unwrap_or_default();
    let per = match per {
        "s" => Some(Duration::from_secs(1)),
        "m" => Some(Duration::from_secs(60)),
        _ => None,
    };
    let calls = calls.parse().ok().filter(|_| calls.starts_with(|first: char| first.is_ascii_digit()));
    let limit = per.zip(calls).and_then(|(per, calls)| Limit::new(calls, per).ok());
    limit.ok_or_else(|| invalid("rate", text, "calls in a second or minute, such as 20/s or 100/m"))
}

pub(super) fn workers(text: &str) -> Result<usize, Invalid> {
    let fits = |workers: &usize| (1..=64).contains(workers);
    text.parse().ok().filter(fits).ok_or_else(|| invalid("number", text, "a whole number from 1 to 64"))
}

pub(super) fn count(text: &str) -> Result<usize, Invalid> {
    text.parse().map_err(|_| invalid("number", text, "a whole number such as 100"))
}

pub(super) fn time_scale(text: &str) -> Result<f64, Invalid> {
    let fits = |factor: &f64| (0.001..=100_000.0).contains(factor);
    text.parse().ok().filter(fits).ok_or_else(|| invalid("factor", text, "a number from 0.001 to 100000"))
}

/// Text that may be kept and shown as it is.
fn is_plain(text: &str) -> bool {
    !text.trim().is_empty() && text.chars().all(is_printable)
}

fn invalid(what: &'static str, text: &str, expected: &'static str) -> Invalid {
    let start: String = text.chars().take(64).collect();
    Invalid { what, found: output::clean(&start), expected }
}
