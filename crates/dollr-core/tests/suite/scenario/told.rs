//! Answers, field by field, as their own JSON text.

use std::collections::BTreeMap;

use dollr_core::{Event, Exchange, Operation, Response, Timestamp};
use serde_json::{Value, json};

/// An answer of the vendor's. Fields are raw JSON, in the order of their names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) http: u16,
    pub(crate) fields: BTreeMap<&'static str, String>,
    /// Instead of the fields.
    body: Option<String>,
    headers: Vec<(&'static str, String)>,
}

impl Told {
    /// A 200 about the scripts' collection.
    pub(crate) fn status(status: &str) -> Self {
        Self::of(Operation::Collection, status)
    }

    /// A 200 about the scripts' execution: 250.00 USD on both sides.
    pub(crate) fn of(operation: Operation, status: &str) -> Self {
        let fields = BTreeMap::from([
            ("reference_id", format!("\"{}\"", super::id())),
            ("operation_type", format!("\"{operation}\"")),
            ("status", format!("{status:?}")),
            ("payer_amount", "250.00".into()),
            ("payer_currency", "\"USD\"".into()),
            ("payee_amount", "\"250.00\"".into()),
            ("payee_currency", "\"USD\"".into()),
            ("provider_transaction_id", "null".into()),
        ]);
        Self { http: 200, fields, body: None, headers: Vec::new() }
    }

    /// A 200 about the scripts' invoice: 250.00 USD.
    pub(crate) fn source(status: &str) -> Self {
        let fields = BTreeMap::from([
            ("source_id", "101".into()),
            ("source_type", "\"INVOICE\"".into()),
            ("source_number", "\"INV-101\"".into()),
            ("status", format!("{status:?}")),
            ("currency", "\"USD\"".into()),
            ("total_amount", "250.00".into()),
            ("paid_at", "null".into()),
        ]);
        Self { http: 200, fields, body: None, headers: Vec::new() }
    }

    /// Any status with any body.
    pub(crate) fn http(http: u16, body: &str) -> Self {
        Self { http, fields: BTreeMap::new(), body: Some(body.into()), headers: Vec::new() }
    }

    /// With this field, as JSON text.
    pub(crate) fn with(mut self, field: &'static str, json: impl Into<String>) -> Self {
        self.fields.insert(field, json.into());
        self
    }

    pub(crate) fn without(mut self, field: &'static str) -> Self {
        self.fields.remove(field);
        self
    }

    pub(crate) fn code(mut self, http: u16) -> Self {
        self.http = http;
        self
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// With the vendor's own time.
    pub(crate) fn dated(self, moment: Timestamp) -> Self {
        self.header("Date", http_date(moment))
    }

    /// Wrapped as `{"data": …}`.
    pub(crate) fn wrapped(mut self) -> Self {
        self.body = Some(format!(r#"{{"data": {}}}"#, self.text()));
        self
    }

    /// With a field said twice, the second time otherwise.
    pub(crate) fn twice(mut self, field: &str, json: &str) -> Self {
        let text = self.text();
        self.body = Some(format!(r#"{{"{field}": {json}, {}"#, &text[1..]));
        self
    }

    pub(crate) fn text(&self) -> String {
        self.body.clone().unwrap_or_else(|| {
            let fields: Vec<_> =
                self.fields.iter().map(|(name, json)| format!("\"{name}\": {json}")).collect();
            format!("{{{}}}", fields.join(", "))
        })
    }

    pub(crate) fn response(&self) -> Response {
        let response = Response::new(self.http, self.text());
        self.headers.iter().fold(response, |response, (name, value)| response.with_header(name, value))
    }
}

impl From<u16> for Told {
    /// A status with an empty body.
    fn from(http: u16) -> Self {
        Self::http(http, "")
    }
}

impl From<&Told> for Told {
    fn from(told: &Told) -> Self {
        told.clone()
    }
}

/// `moment` as HTTP writes it.
pub(crate) fn http_date(moment: Timestamp) -> String {
    let millis = i64::try_from(moment.as_millis()).unwrap();
    let moment = jiff::Timestamp::from_millisecond(millis).unwrap();
    moment.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// An event as JSON, with the answer that it was made of.
pub(crate) fn step(event: &Event, told: Option<&Told>) -> Value {
    let ids = |exchange: &Exchange| json!([exchange.purpose, exchange.number]);
    match event {
        Event::Recorded => json!({ "event": "recorded" }),
        Event::Hint => json!({ "event": "hint" }),
        Event::Shown => json!({ "event": "shown" }),
        Event::Resumed { patience } => json!({ "event": "resumed", "patience_ms": patience.as_millis() }),
        Event::Adopted { horizon } => {
            json!({ "event": "adopted", "horizon_ms": horizon.map(|span| span.as_millis()) })
        }
        Event::Lost { exchange, loss } => {
            json!({ "event": "lost", "exchange": ids(exchange), "loss": format!("{loss:?}") })
        }
        Event::Answered { exchange, response } => {
            let headers: BTreeMap<_, _> = told.into_iter().flat_map(|told| told.headers.clone()).collect();
            let body = String::from_utf8_lossy(response.body());
            json!({
                "event": "answered", "exchange": ids(exchange), "status": response.status(), "body": body, "headers": headers,
            })
        }
    }
}
