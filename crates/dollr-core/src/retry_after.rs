//! `Retry-After`: seconds or a date (RFC 9110 §10.2.3), and whatever else servers write there.

use core::time::Duration;

use jiff::civil::DateTime;
use jiff::fmt::rfc2822;
use jiff::tz::TimeZone;

use crate::Timestamp;

/// What asks for longer is taken as this much: an hour. Numbers beyond any integer are asking for longer, too.
pub(crate) const LONGEST: Duration = Duration::from_secs(3_600);

/// The wait asked for, at most [`LONGEST`]. A date in the past is nought; rubbish is `None`.
pub(crate) fn parse(value: &str, now: Timestamp) -> Option<Duration> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit()) {
        let seconds = value.parse().unwrap_or(u64::MAX);
        return Some(Duration::from_secs(seconds).min(LONGEST));
    }
    Some(http_date(value)?.since(now).min(LONGEST))
}

/// A date in one of the three forms that RFC 9110 §5.6.7 asks a reader to take.
pub(crate) fn http_date(value: &str) -> Option<Timestamp> {
    let value = value.trim();
    let moment = match rfc2822::parse(value) {
        Ok(zoned) => zoned.timestamp(),
        Err(_) => ["%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"]
            .iter()
            .find_map(|form| DateTime::strptime(form, value).ok())?
            .to_zoned(TimeZone::UTC)
            .ok()?
            .timestamp(),
    };
    u64::try_from(moment.as_millisecond()).ok().map(Timestamp::from_millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(784_111_777_000);

    #[test]
    fn the_three_forms_of_a_date_name_the_same_moment() {
        for text in
            ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"]
        {
            assert_eq!(http_date(text), Some(NOW), "{text}");
        }
    }

    #[test]
    fn a_retry_after_of_any_kind_stays_in_range() {
        let seconds = |s| Some(Duration::from_secs(s));
        for (text, wait) in [
            ("0", seconds(0)),
            (" 17 ", seconds(17)),
            ("9223372036854775808", Some(LONGEST)),
            ("99999999999999999999999999", Some(LONGEST)),
            ("Sun, 06 Nov 1994 08:49:57 GMT", seconds(20)),
            ("Sun, 06 Nov 1983 08:49:37 GMT", seconds(0)),
            ("Thu, 31 Dec 9998 23:59:59 GMT", Some(LONGEST)),
            ("-1", None),
            ("1.5", None),
            ("NaN", None),
            ("", None),
            ("soon", None),
            ("\u{0}", None),
        ] {
            assert_eq!(parse(text, NOW), wait, "{text:?}");
        }
    }
}
