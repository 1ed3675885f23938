//! What a server answers, and how it is spoilt on the way.

use std::fmt::Write as _;

use dollr_client::core::Response;

use crate::order::card_secret;

/// One HTTP answer, and what it is worth as evidence.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
    pub(crate) date: Option<u64>,
    pub(crate) age: Option<&'static str>,
    pub(crate) retry_after: Option<String>,
    /// The payment that it truly says is paid.
    pub(crate) proves: Option<String>,
    /// The status of a payment that it tells, for who wants to spoil it.
    pub(crate) about: Option<About>,
}

/// The fields of a status, as they will be written.
#[derive(Clone, Debug)]
pub(crate) struct About {
    pub(crate) key: String,
    pub(crate) operation: &'static str,
    pub(crate) status: String,
    pub(crate) amount: String,
    pub(crate) currency: String,
}

impl Answer {
    pub(crate) fn new(status: u16, body: impl Into<String>) -> Self {
        Self {
            status,
            body: body.into(),
            date: None,
            age: None,
            retry_after: None,
            proves: None,
            about: None,
        }
    }

    pub(crate) fn about(about: About) -> Self {
        let body = about.body();
        Self { about: Some(about), ..Self::new(200, body) }
    }

    pub(crate) fn response(&self) -> Response {
        let mut response = Response::new(self.status, self.body.as_bytes());
        if let Some(date) = self.date {
            response = response.with_header("Date", &http_date(date));
        }
        if let Some(age) = self.age {
            response = response.with_header("Age", age);
        }
        if let Some(retry_after) = &self.retry_after {
            response = response.with_header("Retry-After", retry_after);
        }
        response
    }
}

impl About {
    /// A source's key has a colon: `INVOICE:101`.
    pub(crate) fn body(&self) -> String {
        let Self { key, operation, status, amount, currency } = self;
        if let Some((kind, id)) = key.split_once(':') {
            return format!(
                r#"{{"source_id":{id},"source_type":"{kind}","source_number":"N-{id}","status":"{status}","currency":"{currency}","total_amount":{amount},"paid_at":null}}"#
            );
        }
        let asks = *operation == "COLLECTION" && ["PENDING", "PROCESSING"].contains(&status.as_str());
        let asked = card_secret(key).filter(|_| asks).map_or_else(String::new, |secret| {
            format!(r#","requires_action":true,"client_secret":"{secret}""#)
        });
        format!(
            r#"{{"reference_id":"{key}","status":"{status}","operation_type":"{operation}","payer_amount":{amount},"payer_currency":"{currency}","payee_amount":"{amount}","payee_currency":"{currency}","provider_transaction_id":"T-1","gateway_message":null,"wallet_message":null{asked}}}"#
        )
    }

    /// The same in a shape that no reader may take (F19).
    pub(crate) fn malformed(&self, how: u8) -> String {
        let whole = self.body();
        let status = format!(r#""status":"{}""#, self.status);
        let name = if self.key.contains(':') { "source_type" } else { "reference_id" };
        match how % 6 {
            0 => whole.replacen(&status, r#""status":null"#, 1),
            1 => whole.replacen(&status, r#""state":"?""#, 1),
            2 => {
                let paid = if self.key.contains(':') { "PAID" } else { "COMPLETED" };
                whole.replacen(&status, &format!(r#"{status},"status":"{paid}""#), 1)
            }
            3 => whole.replacen(&status, r#""status":7"#, 1),
            4 => whole.replacen(name, "nobody", 1),
            _ => {
                let cut = whole.len() * 2 / 3;
                whole.chars().take(cut).collect()
            }
        }
    }
}

/// The form that RFC 9110 prefers: `Sun, 06 Nov 1994 08:49:37 GMT`.
pub(crate) fn http_date(millis: u64) -> String {
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (days, seconds) = (millis / 86_400_000, millis / 1_000 % 86_400);
    // The civil calendar, counted in years that begin in March.
    let shifted = days + 719_468;
    let (era, day) = (shifted / 146_097, shifted % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let (date, month) = (day - (153 * month + 2) / 5 + 1, (month + 2) % 12);
    let year = era * 400 + year + u64::from(month < 2);
    let mut text = String::with_capacity(32);
    let pick = |names: &[&'static str], at: u64| names[usize::try_from(at).unwrap_or_default() % names.len()];
    let (weekday, month) = (pick(&DAYS, days % 7), pick(&MONTHS, month));
    let (h, m, s) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    let _ = write!(text, "{weekday}, {date:02} {month} {year} {h:02}:{m:02}:{s:02} GMT");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_written_as_http_wants_it() {
        assert_eq!(http_date(784_111_777_000), "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(http_date(1_772_323_200_000), "Sun, 01 Mar 2026 00:00:00 GMT");
        assert_eq!(http_date(951_782_400_000), "Tue, 29 Feb 2000 00:00:00 GMT");
    }
}
