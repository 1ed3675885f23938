//! One HTTP exchange, as values: what to send, and what came back. The host adds the base URL and the bearer token
//! and does the sending; everything else about a request is decided here (API §1).

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use serde::{Deserialize, Serialize};
use zeroize::optimization_barrier;

use crate::{Secret, Timestamp, retry_after};

/// The request's method; the API uses two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    /// Reads.
    Get,
    /// Creates or moves.
    Post,
}

impl Method {
    /// `GET` or `POST`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

/// What a request is for. It comes back with the answer, so that one can never be taken for the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Purpose {
    /// A `POST` that moves money.
    Execute,
    /// A `GET` of a status.
    Status,
    /// Anything else: a token, a checkout, a session.
    Other,
}

/// Which request an answer belongs to: what it was for, and the how-manieth of its machine.
///
/// Give it back unchanged in [`Event::Answered`](crate::Event::Answered) or [`Event::Lost`](crate::Event::Lost): an answer to an earlier request is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Exchange {
    /// What the request was for.
    pub purpose: Purpose,
    /// Counted from 0 for each purpose.
    pub number: u32,
}

/// A request to be sent once, as it is. Never follow a redirect, never let the HTTP stack repeat it.
///
/// `Debug` shows neither body nor token.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a request does nothing until it is sent"]
pub struct Request {
    /// `GET` or `POST`.
    pub method: Method,
    /// Path and query, from `/v1` on; ASCII, safe as it is.
    pub path: String,
    /// The JSON body of a `POST`; it may hold a secret.
    pub body: Option<Secret>,
    /// Whether `Authorization: Bearer …` is to be added.
    pub authorized: bool,
    /// To be given back with the answer.
    pub exchange: Exchange,
}

impl Request {
    pub(crate) fn status(path: String, number: u32) -> Self {
        let exchange = Exchange { purpose: Purpose::Status, number };
        Self { method: Method::Get, path, body: None, authorized: true, exchange }
    }

    pub(crate) fn post(path: impl Into<String>, body: Secret, purpose: Purpose, number: u32) -> Self {
        let exchange = Exchange { purpose, number };
        Self { method: Method::Post, path: path.into(), body: Some(body), authorized: true, exchange }
    }

    /// The headers to send beside `Authorization`, `Host` and `User-Agent`.
    ///
    /// No compression is offered (a bomb has nothing to unpack), and a status is never to come from a cache.
    pub fn headers(&self) -> impl Iterator<Item = (&'static str, &'static str)> + use<> {
        let body = self.body.is_some().then_some(("Content-Type", "application/json"));
        let fresh = (self.exchange.purpose == Purpose::Status)
            .then_some([("Cache-Control", "no-cache, no-store"), ("Pragma", "no-cache")]);
        [("Accept", "application/json"), ("Accept-Encoding", "identity")]
            .into_iter()
            .chain(body)
            .chain(fresh.into_iter().flatten())
    }
}

/// What a server answered: the status, the body, and the three headers that a decision may rest on.
///
/// The body can hold a secret: `Debug` does not show it, and it is overwritten when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Response {
    status: u16,
    body: Body,
    cached: bool,
    date: Option<String>,
    retry_after: Vec<String>,
}

impl Response {
    /// An answer without headers. Bound the body's size where it is read; 1 MiB is plenty.
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, body: Body(body.into()), cached: false, date: None, retry_after: Vec::new() }
    }

    /// Takes a header in; the host may give all of them, in any case.
    ///
    /// Used are `Date` (the vendor's clock), `Retry-After` (of several, the longest), and `Age` (anything but a plain 0 means that a cache
    /// answered, not the vendor).
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        if name.eq_ignore_ascii_case("age") {
            self.cached |= value.trim() != "0";
        } else if name.eq_ignore_ascii_case("date") {
            self.date = Some(value.to_string());
        } else if name.eq_ignore_ascii_case("retry-after") {
            self.retry_after.push(value.to_string());
        }
        self
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The body, as it came.
    pub fn body(&self) -> &[u8] {
        &self.body.0
    }

    /// Whether a cache says that it kept this answer for a while: it is then no evidence of anything.
    pub fn is_cached(&self) -> bool {
        self.cached
    }

    /// The vendor's own time of the answer, from `Date`.
    pub fn date(&self) -> Option<Timestamp> {
        retry_after::http_date(self.date.as_deref()?)
    }

    /// How long the vendor asks to wait, at the longest where it is said more than once; `now` is used where it names a date and
    /// no `Date` came along.
    pub fn retry_after(&self, now: Timestamp) -> Option<Duration> {
        let now = self.date().unwrap_or(now);
        self.retry_after.iter().filter_map(|value| longest_wait(value, now)).max()
    }
}

/// The bytes of an answer, overwritten when dropped: all at once, where `Zeroizing` would write one by one.
#[derive(Clone, PartialEq, Eq)]
struct Body(Vec<u8>);

impl Drop for Body {
    fn drop(&mut self) {
        // What was cut off is still there, up to the capacity.
        self.0.resize(self.0.capacity(), 0);
        self.0.fill(0);
        optimization_barrier(self.0.as_slice());
    }
}

/// Whoever sits in between may have made one header of several, with commas; and a date has a comma of its own.
fn longest_wait(value: &str, now: Timestamp) -> Option<Duration> {
    let parts: Vec<&str> = value.split(',').collect();
    let alone = parts.iter().filter_map(|part| retry_after::parse(part, now));
    let in_pairs = parts.windows(2).filter_map(|pair| retry_after::parse(&pair.join(","), now));
    alone.chain(in_pairs).max()
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("body", &format!("{} bytes", self.body.0.len()))
            .field("cached", &self.cached)
            .field("date", &self.date)
            .field("retry_after", &self.retry_after)
            .finish()
    }
}

/// How an answer failed to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Loss {
    /// Surely no byte of the request left: the name did not resolve, the connection was refused or never came about.
    NotSent,
    /// The request may have arrived: a time-out, a connection cut, an answer that could not be read.
    Unknown,
}

impl Loss {
    /// In words.
    pub(crate) const fn trouble(self) -> &'static str {
        match self {
            Self::NotSent => "no connection",
            Self::Unknown => "no answer",
        }
    }
}
