//! One HTTP exchange, as plain structures: what to send, and what came back.

use dollr_core::{Exchange, Loss, Method, Purpose, Request, Response, Secret};

use crate::border::{Options, not_one_of};
use crate::fault::Fault;
use crate::text::dollr_str;

/// A `GET`.
pub const DOLLR_METHOD_GET: i32 = 1;
/// A `POST`.
pub const DOLLR_METHOD_POST: i32 = 2;

/// A `POST` that moves money.
pub const DOLLR_PURPOSE_EXECUTE: i32 = 1;
/// A `GET` of a status.
pub const DOLLR_PURPOSE_STATUS: i32 = 2;
/// Anything else: a token, a key.
pub const DOLLR_PURPOSE_OTHER: i32 = 3;

/// Surely no byte of the request left: the name did not resolve, the connection was refused or never came about.
pub const DOLLR_LOSS_NOT_SENT: i32 = 1;
/// The request may have arrived: a time-out, a connection cut, an answer that could not be read.
pub const DOLLR_LOSS_UNKNOWN: i32 = 2;

/// Which request an answer belongs to. Give it back unchanged: the answer to another request is refused.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct dollr_exchange {
    /// One of `DOLLR_PURPOSE_…`.
    pub purpose: i32,
    /// Counted from 0 for each purpose.
    pub number: u32,
}

/// A request to be sent once, as it is. Never follow a redirect, never let the HTTP library repeat it.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct dollr_request {
    /// One of `DOLLR_METHOD_…`.
    pub method: i32,
    /// Whether `Authorization: Bearer …` is to be added.
    pub authorized: bool,
    /// To be given back with the answer.
    pub exchange: dollr_exchange,
    /// Path and query, from `/v1` on; ASCII, safe as it is.
    pub path: dollr_str,
    /// The headers to send beside `Authorization`, `Host` and `User-Agent`: lines, each ending in CR and LF.
    pub headers: dollr_str,
    /// The JSON body of a `POST`; it may hold a secret: do not log it.
    pub body: dollr_str,
}

/// What a server answered. Set `size`; what is left 0 is absent.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct dollr_response {
    /// `sizeof(dollr_response)`.
    pub size: usize,
    /// The HTTP status.
    pub status: u16,
    /// The body, any bytes. Bound its size where you read it; 1 MiB is plenty.
    pub body: dollr_str,
    /// The header `Date`: the vendor's clock.
    pub date: dollr_str,
    /// The header `Retry-After`.
    pub retry_after: dollr_str,
    /// The header `Age`: anything but a plain 0 means that a cache answered, not the vendor.
    pub age: dollr_str,
}

// SAFETY: it is numbers and texts, and begins with its size.
unsafe impl Options for dollr_response {
    const NAME: &'static str = "dollr_response";
}

impl dollr_exchange {
    pub(crate) const NONE: Self = Self { purpose: 0, number: 0 };

    pub(crate) fn of(exchange: Exchange) -> Self {
        let purpose = match exchange.purpose {
            Purpose::Execute => DOLLR_PURPOSE_EXECUTE,
            Purpose::Status => DOLLR_PURPOSE_STATUS,
            Purpose::Other => DOLLR_PURPOSE_OTHER,
        };
        Self { purpose, number: exchange.number }
    }

    pub(crate) fn parse(self) -> Result<Exchange, Fault> {
        let purpose = match self.purpose {
            DOLLR_PURPOSE_EXECUTE => Purpose::Execute,
            DOLLR_PURPOSE_STATUS => Purpose::Status,
            DOLLR_PURPOSE_OTHER => Purpose::Other,
            other => return Err(not_one_of("purpose", other)),
        };
        Ok(Exchange { purpose, number: self.number })
    }
}

/// How an answer failed to come.
pub(crate) fn parse_loss(loss: i32) -> Result<Loss, Fault> {
    match loss {
        DOLLR_LOSS_NOT_SENT => Ok(Loss::NotSent),
        DOLLR_LOSS_UNKNOWN => Ok(Loss::Unknown),
        other => Err(not_one_of("loss", other)),
    }
}

impl dollr_response {
    /// The answer at `place`.
    ///
    /// # Safety
    ///
    /// `place` is NULL or an answer whose texts can be read.
    pub(crate) unsafe fn parse(place: *const Self) -> Result<Response, Fault> {
        // SAFETY: passed on to the caller.
        let this = unsafe { Self::read(place) }?;
        // SAFETY: passed on to the caller.
        let body = unsafe { this.body.bytes("body") }?.unwrap_or_default();
        let mut response = Response::new(this.status, body);
        for (name, value) in [("date", this.date), ("retry-after", this.retry_after), ("age", this.age)] {
            // SAFETY: passed on to the caller.
            if let Some(value) = unsafe { value.optional(name) }? {
                response = response.with_header(name, value);
            }
        }
        Ok(response)
    }
}

impl dollr_request {
    pub(crate) const NONE: Self = Self {
        method: 0,
        authorized: false,
        exchange: dollr_exchange::NONE,
        path: dollr_str::NONE,
        headers: dollr_str::NONE,
        body: dollr_str::NONE,
    };
}

/// A request with its texts, for as long as somebody looks at it.
pub(crate) struct Sent {
    request: Request,
    headers: String,
}

impl Sent {
    pub(crate) fn new(request: Request) -> Self {
        let mut headers = String::new();
        for (name, value) in request.headers() {
            headers.extend([name, ": ", value, "\r\n"]);
        }
        Self { request, headers }
    }

    /// A view, as long as this lives.
    pub(crate) fn view(&self) -> dollr_request {
        let Self { request, headers } = self;
        dollr_request {
            method: match request.method {
                Method::Get => DOLLR_METHOD_GET,
                Method::Post => DOLLR_METHOD_POST,
            },
            authorized: request.authorized,
            exchange: dollr_exchange::of(request.exchange),
            path: dollr_str::of(&request.path),
            headers: dollr_str::of(headers),
            body: dollr_str::of_optional(request.body.as_ref().map(Secret::expose)),
        }
    }
}
