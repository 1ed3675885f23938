//! What the shop is asked and what it answers: plain values between the HTTP library and the pages.

use hyper::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue, LOCATION};
use hyper::{Method, Response, StatusCode};

/// A request, read.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) query: String,
    pub(super) body: String,
    /// The `Host` header, checked: the name by which the browser knows the shop.
    pub(super) host: String,
}

impl Asked {
    /// A field of the form that was sent.
    pub(super) fn field(&self, name: &str) -> Option<String> {
        field(&self.body, name)
    }

    /// Whether a question to the vendor is wanted, and not only what is known.
    pub(super) fn wants_news(&self) -> bool {
        field(&self.query, "ask").is_some()
    }
}

#[derive(Debug)]
pub(super) struct Answer {
    status: StatusCode,
    kind: &'static str,
    body: String,
    location: Option<String>,
    lasts: bool,
}

impl Answer {
    pub(super) fn page(status: StatusCode, html: String) -> Self {
        Self { status, kind: "text/html; charset=utf-8", body: html, location: None, lasts: false }
    }

    pub(super) fn json(status: StatusCode, value: &serde_json::Value) -> Self {
        Self { status, kind: "application/json", body: value.to_string(), location: None, lasts: false }
    }

    pub(super) fn asset(kind: &'static str, text: &str) -> Self {
        Self { status: StatusCode::OK, kind, body: text.to_owned(), location: None, lasts: true }
    }

    /// After a form: reloading the page that comes then sends nothing again.
    pub(super) fn see_other(location: impl Into<String>) -> Self {
        let location = Some(location.into());
        Self { location, ..Self::page(StatusCode::SEE_OTHER, String::new()) }
    }

    pub(super) fn plain(status: StatusCode, sentence: &str) -> Self {
        Self { kind: "text/plain; charset=utf-8", ..Self::page(status, format!("{sentence}\n")) }
    }

    /// With the headers that each answer has. `policy` is the Content-Security-Policy.
    pub(super) fn into_response(self, policy: &HeaderValue) -> Response<String> {
        let mut response = Response::new(self.body);
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        // How a payment stands is never taken from a cache.
        let cache = if self.lasts { "no-cache" } else { "no-store" };
        for (name, value) in [
            (CONTENT_TYPE, self.kind),
            (CACHE_CONTROL, cache),
            (HeaderName::from_static("x-content-type-options"), "nosniff"),
            // The address of an order is its key: other sites are not told it.
            (HeaderName::from_static("referrer-policy"), "same-origin"),
            (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
            (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        headers.insert(HeaderName::from_static("content-security-policy"), policy.clone());
        if let Some(location) = self.location.and_then(|to| HeaderValue::try_from(to).ok()) {
            headers.insert(LOCATION, location);
        }
        response
    }
}

/// The first field of this name in `application/x-www-form-urlencoded` text.
fn field(text: &str, name: &str) -> Option<String> {
    let mut pairs = text.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let (_, value) = pairs.find(|(key, _)| decode(key).as_deref() == Some(name))?;
    decode(value)
}

/// A word of such text; none where it is not UTF-8.
fn decode(word: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(word.len());
    let mut rest = word.as_bytes();
    while let [first, tail @ ..] = rest {
        let hex = |digits: &[u8]| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok();
        let escaped = if *first == b'%' { tail.get(..2).and_then(hex) } else { None };
        bytes.push(escaped.unwrap_or(if *first == b'+' { b' ' } else { *first }));
        rest = if escaped.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::field;

    #[test]
    fn a_field_is_what_was_typed() {
        let form = "a=1&phone=%2B231+77&a=2&good=caf%C3%A9&odd=100%&cut=%4&bad=%FF&empty";
        assert_eq!(field(form, "a").as_deref(), Some("1"), "the first counts");
        assert_eq!(field(form, "phone").as_deref(), Some("+231 77"));
        assert_eq!(field(form, "good").as_deref(), Some("café"));
        assert_eq!(field(form, "odd").as_deref(), Some("100%"));
        assert_eq!(field(form, "cut").as_deref(), Some("%4"));
        assert_eq!(field(form, "bad"), None, "no text");
        assert_eq!(field(form, "empty").as_deref(), Some(""));
        assert_eq!(field(form, "other"), None);
    }
}
