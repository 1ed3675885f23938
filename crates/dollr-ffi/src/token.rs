//! `dollr_token`: the bearer token's short life.

use dollr_core::{Bearer, Credentials, Event, Secret, Timestamp, Token, TokenAction};

use crate::border::{Out, free, guard};
use crate::error::dollr_error;
use crate::fault::Fault;
use crate::registry::{self, Object};
use crate::request::{Sent, dollr_exchange, dollr_request, dollr_response, parse_loss};
use crate::shown::{Shown, keep};
use crate::text::dollr_str;

/// Call with `bearer`; if a call is answered 401, say so with `dollr_token_expired`.
pub const DOLLR_TOKEN_USE: i32 = 1;
/// Send `request`, then call `dollr_token_apply_answered` or `dollr_token_apply_lost`.
pub const DOLLR_TOKEN_OBTAIN: i32 = 2;
/// The token call fails; come back at `until_ms`.
pub const DOLLR_TOKEN_WAIT: i32 = 3;
/// The vendor does not know these credentials: `http_status` and `text`. It is asked again a minute later at the earliest.
pub const DOLLR_TOKEN_DENIED: i32 = 4;

/// The bearer token, as it comes and goes. It has no snapshot: a secret is not written down. It is yours: free it with
/// `dollr_token_free`, which wipes it. One thread at a time: keep one for all threads, behind a lock.
pub struct dollr_token {
    credentials: Credentials,
    token: Token,
    shown: Shown,
}

/// What to do about the token. What does not go with `kind` is 0 or absent. The texts are the token's, and valid until the next
/// call with it.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct dollr_token_action {
    /// One of `DOLLR_TOKEN_…`.
    pub kind: i32,
    /// Which token it is, for `dollr_token_expired`.
    pub number: u32,
    /// Where the credentials were not accepted, the HTTP status.
    pub http_status: u16,
    /// When to come back, in milliseconds since the epoch.
    pub until_ms: u64,
    /// For `Authorization: Bearer …`; a secret.
    pub bearer: dollr_str,
    /// Where the credentials were not accepted, the vendor's words.
    pub text: dollr_str,
    /// What to send; its body holds the client secret.
    pub request: dollr_request,
}

impl Object for dollr_token {
    const TYPE: usize = 4;
    const NAME: &'static str = "dollr_token";
}

/// No token yet, for these credentials, which are copied and wiped when it is freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_token_new(
    client_id: dollr_str,
    client_secret: dollr_str,
    out: *mut *mut dollr_token,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_token_new", error, {
        // SAFETY: the header's contract for output parameters and texts.
        let (out, id, secret) = unsafe {
            (
                Out::new(out, "out")?,
                client_id.required("client_id")?,
                client_secret.required("client_secret")?,
            )
        };
        let credentials = Credentials { client_id: id.to_owned(), client_secret: Secret::new(secret) };
        out.write(registry::insert(dollr_token { credentials, token: Token::new(), shown: None })?);
    })
}

/// Says into `*out` what to do at `now_ms`. A token that still lives is used while its renewal is failing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_token_next(
    token: *const dollr_token,
    now_ms: u64,
    out: *mut dollr_token_action,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_token_next", error, {
        // SAFETY: the header's contract for output parameters.
        let out = unsafe { Out::new(out, "out") }?;
        registry::with(token, |token| {
            out.write(token.next(now_ms));
            Ok(())
        })?;
    })
}

/// An answer came to the token call, with any status.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_token_apply_answered(
    token: *mut dollr_token,
    exchange: dollr_exchange,
    response: *const dollr_response,
    now_ms: u64,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_token_apply_answered", error, {
        // SAFETY: the header's contract for structures that are read.
        let (exchange, response) = (exchange.parse()?, unsafe { dollr_response::parse(response) }?);
        registry::with(token, |token| token.apply(&Event::Answered { exchange, response }, now_ms))?;
    })
}

/// No answer came to the token call; `loss` is one of `DOLLR_LOSS_…`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_token_apply_lost(
    token: *mut dollr_token,
    exchange: dollr_exchange,
    loss: i32,
    now_ms: u64,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_token_apply_lost", error, {
        let (exchange, loss) = (exchange.parse()?, parse_loss(loss)?);
        registry::with(token, |token| token.apply(&Event::Lost { exchange, loss }, now_ms))?;
    })
}

/// A call that used the token of this number was answered 401. Only the token in use is given up, once, however many calls say so.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_token_expired(
    token: *mut dollr_token,
    number: u32,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_token_expired", error, {
        registry::with(token, |token| {
            token.shown = None;
            token.token = token.token.clone().expired(&Bearer { secret: Secret::new(""), number });
            Ok(())
        })?;
    })
}

/// Frees a token and wipes it. NULL is fine; one that was freed already is `DOLLR_ERROR_HANDLE`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_token_free(token: *mut dollr_token) -> i32 {
    free!("dollr_token_free", token)
}

impl dollr_token {
    fn next(&mut self, now_ms: u64) -> dollr_token_action {
        let nothing = dollr_token_action {
            kind: 0,
            number: 0,
            http_status: 0,
            until_ms: 0,
            bearer: dollr_str::NONE,
            text: dollr_str::NONE,
            request: dollr_request::NONE,
        };
        let (shown, action) = match self.token.next(&self.credentials, Timestamp::from_millis(now_ms)) {
            TokenAction::Use(bearer) => {
                let (number, view) = (bearer.number, dollr_str::of(bearer.secret.expose()));
                let action = dollr_token_action { kind: DOLLR_TOKEN_USE, number, bearer: view, ..nothing };
                (keep(bearer), action)
            }
            TokenAction::Obtain(request) => {
                let sent = Sent::new(request);
                let action = dollr_token_action { kind: DOLLR_TOKEN_OBTAIN, request: sent.view(), ..nothing };
                (keep(sent), action)
            }
            TokenAction::Wait { until } => {
                let until_ms = until.as_millis();
                (None, dollr_token_action { kind: DOLLR_TOKEN_WAIT, until_ms, ..nothing })
            }
            TokenAction::Denied(refusal) => {
                let (http_status, text) = (refusal.http_status, refusal.to_string());
                let view = dollr_str::of(&text);
                let action =
                    dollr_token_action { kind: DOLLR_TOKEN_DENIED, http_status, text: view, ..nothing };
                (keep(text), action)
            }
        };
        self.shown = shown;
        action
    }

    fn apply(&mut self, event: &Event, now_ms: u64) -> Result<(), Fault> {
        self.shown = None;
        self.token = self.token.clone().apply(event, Timestamp::from_millis(now_ms))?;
        Ok(())
    }
}
