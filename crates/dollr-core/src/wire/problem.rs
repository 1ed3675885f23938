//! A refusal's body, in whatever shape it comes (API §1, errors): `detail` as a string, an array or an object,
//! `message`, HTML, or nothing.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Response, text};

/// One complaint: about which field, and what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Problem {
    /// Where, such as `body.currency`; the vendor's `loc` joined by dots.
    pub field: Option<String>,
    /// What is wrong, in the vendor's words.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.field {
            Some(field) => write!(f, "{field}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

/// The vendor will not do it, and no money moved: the status and every complaint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refusal {
    /// The HTTP status.
    pub http_status: u16,
    /// Every complaint of the answer, at most 20.
    pub problems: Vec<Problem>,
}

impl Refusal {
    /// Reads whatever the refusal says about itself. What the vendor says of a bearer token it may say by repeating it, so that of a 401 only
    /// the fields are kept (I10).
    pub fn of(response: &Response) -> Self {
        let body = serde_json::from_slice::<Value>(response.body()).unwrap_or(Value::Null);
        let mut problems = Vec::new();
        let said = ["detail", "message", "error"].iter().find_map(|name| body.get(name));
        collect(said.unwrap_or(&Value::Null), &mut problems);
        problems.truncate(20);
        let refusal = Self { http_status: response.status(), problems };
        if refusal.http_status == 401 { refusal.without_words() } else { refusal }
    }

    /// Only which fields are minded: the vendor's words could repeat a secret that was sent, and so could its name for a place
    /// that no request has.
    pub(crate) fn without_words(mut self) -> Self {
        for problem in &mut self.problems {
            problem.message = "not accepted".to_string();
            let ours = |field: &String| field.split('.').all(|part| PLACES.contains(&part));
            problem.field = problem.field.take().filter(ours);
        }
        self
    }

    /// Whether the answer says this secret anywhere, plain or escaped.
    pub(crate) fn repeats(response: &Response, secret: &str) -> bool {
        let body = serde_json::from_slice::<Value>(response.body()).unwrap_or(Value::Null);
        // JSON may have escaped a slash or a quote of it, and it may not be JSON.
        let text = String::from_utf8_lossy(response.body()).replace('\\', "");
        !secret.is_empty() && (text.contains(&secret.replace('\\', "")) || says(&body, secret))
    }

    /// Whether the answer complains, in any shape, that the id is there already, so that an earlier request did land.
    /// Asking about it is safe, even where the words mean something else.
    pub(crate) fn says_duplicate(response: &Response) -> bool {
        let text = String::from_utf8_lossy(response.body()).to_lowercase();
        let says = |word: &str| text.contains(word);
        let about_id = says("reference") || says("idempotency");
        says("duplicate") || (about_id && (says("already") || says("exists")))
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HTTP {}", self.http_status)?;
        for (n, problem) in self.problems.iter().enumerate() {
            write!(f, "{}{problem}", if n == 0 { ": " } else { "; " })?;
        }
        Ok(())
    }
}

/// The parts of a request that holds a secret, as the vendor names them.
const PLACES: [&str; 21] = [
    "body",
    "client_id",
    "client_secret",
    "session_id",
    "reference_id",
    "payment_account_id",
    "payout_account_id",
    "currency",
    "passcode",
    "token",
    "code",
    "phone",
    "user_id",
    "device",
    "name",
    "type",
    "platform",
    "user_agent",
    "client_ip",
    "header",
    "query",
];

fn says(value: &Value, secret: &str) -> bool {
    match value {
        Value::String(text) => text.contains(secret),
        Value::Array(items) => items.iter().any(|item| says(item, secret)),
        Value::Object(fields) => {
            fields.iter().any(|(name, value)| name.contains(secret) || says(value, secret))
        }
        Value::Number(number) => number.to_string().contains(secret),
        Value::Null | Value::Bool(_) => false,
    }
}

fn collect(said: &Value, problems: &mut Vec<Problem>) {
    let message = |text: &str| text::printable(text, 300);
    match said {
        Value::String(text) => problems.push(Problem { field: None, message: message(text) }),
        Value::Array(items) => items.iter().for_each(|item| collect(item, problems)),
        Value::Object(fields) => {
            let words = ["msg", "message", "detail"].iter().find_map(|name| fields.get(*name)?.as_str());
            let field = fields.get("loc").and_then(path);
            let other = || format!("{} field(s) without a message", fields.len());
            let message = words.map_or_else(other, message);
            problems.push(Problem { field, message });
        }
        _ => {}
    }
}

/// `["body", "items", 0]` as `body.items.0`.
fn path(loc: &Value) -> Option<String> {
    let part = |v: &Value| v.as_str().map_or_else(|| v.to_string(), ToString::to_string);
    let parts: Vec<_> = loc.as_array()?.iter().map(part).collect();
    Some(text::printable(&parts.join("."), 100))
}
