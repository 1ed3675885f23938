//! `Token`: the bearer token's short life (API §2). It lives for **minutes**; it is renewed before it ends, by one thread
//! at a time because the host keeps the one `Token` behind one lock, and once more when a call is answered 401.

use alloc::format;
use alloc::string::String;
use core::fmt;
use core::time::Duration;

use crate::machine::{Event, Refused, Rejected};
use crate::secret::json_string;
use crate::table::{Edge, edges, legal};
use crate::wire::{Refusal, TokenAnswer};
use crate::{Exchange, Purpose, Request, Response, Schedule, Secret, Timestamp};

/// Every legal transition of a [`Token`].
pub const TOKEN_TRANSITIONS: &[Edge] = edges! {
    Absent { obtained => Fresh, denied => Denied, no_answer => Absent }
    Fresh { obtained => Fresh, no_answer => Fresh, denied => Denied, expired => Absent, outdated => Fresh }
    Denied { obtained => Fresh, denied => Denied, no_answer => Denied }
};

/// A token longer-lived than this is renewed when less than it remains; others at four fifths of their life.
const MARGIN: Duration = Duration::from_secs(5 * 60);

/// No token is taken to live longer than a day, whatever its `expires_in` says.
const LONGEST_LIFE: Duration = Duration::from_secs(24 * 60 * 60);

/// What a merchant proves itself with. Prints without the secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The client id, which is no secret.
    pub client_id: String,
    /// The client secret.
    pub client_secret: Secret,
}

/// The bearer token, as it comes and goes. It has no snapshot: a secret is not written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    state: State,
    asks: u32,
    failures: u32,
    retry_at: Option<(Timestamp, Timestamp)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum State {
    Absent,
    Fresh(Fresh),
    Denied(Refusal),
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Fresh {
    bearer: Bearer,
    obtained: Timestamp,
    renew: Timestamp,
    expires: Timestamp,
}

/// A token to send a call with. `Debug` shows no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bearer {
    /// For `Authorization: Bearer …`.
    pub secret: Secret,
    /// The how-manieth token this is, to say which one was refused.
    pub number: u32,
}

/// What to do about the token.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "an action does nothing until the host does it"]
pub enum TokenAction {
    /// Call with this one.
    Use(Bearer),
    /// Send this, then say [`Event::Answered`] or [`Event::Lost`].
    Obtain(Request),
    /// The token call fails; come back then.
    Wait {
        /// When.
        until: Timestamp,
    },
    /// The vendor does not know these credentials. It is asked again a minute later at the earliest.
    Denied(Refusal),
}

impl fmt::Display for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "client id {} (secret ***)", self.client_id)
    }
}

enum Fact {
    Obtained(TokenAnswer),
    Denied(Refusal),
    NoAnswer(Option<Duration>),
}

impl Default for Token {
    fn default() -> Self {
        Self::new()
    }
}

impl Token {
    /// No token yet.
    pub const fn new() -> Self {
        Self { state: State::Absent, asks: 0, failures: 0, retry_at: None }
    }

    /// The name of the state, as in [`TOKEN_TRANSITIONS`].
    pub fn state(&self) -> &'static str {
        match self.state {
            State::Absent => "Absent",
            State::Fresh(_) => "Fresh",
            State::Denied(_) => "Denied",
        }
    }

    /// What to do at this moment. A token that still lives is used while its renewal is failing.
    pub fn next(&self, credentials: &Credentials, now: Timestamp) -> TokenAction {
        let wait = self.retry_at.filter(|&(from, until)| from <= now && now < until);
        match (&self.state, wait) {
            (State::Denied(refusal), Some(_)) => TokenAction::Denied(refusal.clone()),
            (State::Fresh(fresh), _) if fresh.obtained <= now && now < fresh.renew => {
                TokenAction::Use(fresh.bearer.clone())
            }
            (State::Fresh(fresh), Some(_)) if now < fresh.expires => TokenAction::Use(fresh.bearer.clone()),
            (_, Some((_, until))) => TokenAction::Wait { until },
            _ => TokenAction::Obtain(self.request(credentials)),
        }
    }

    /// Takes in what became of [`TokenAction::Obtain`].
    pub fn apply(self, event: &Event, now: Timestamp) -> Result<Self, Rejected<Self>> {
        let awaited = Exchange { purpose: Purpose::Other, number: self.asks };
        let fact = match event {
            Event::Answered { exchange, response } if *exchange == awaited => read(response, now),
            Event::Lost { exchange, .. } if *exchange == awaited => Fact::NoAnswer(None),
            _ => return self.reject(event.name()),
        };
        Ok(self.advance(fact, now))
    }

    /// A call that used this token was answered 401. Only the token in use is given up, and it is given up once:
    /// what many threads report about the same token leads to one renewal.
    #[must_use]
    pub fn expired(self, bearer: &Bearer) -> Self {
        match &self.state {
            State::Fresh(fresh) if fresh.bearer.number == bearer.number => {
                Self { state: State::Absent, ..self }
            }
            _ => self,
        }
    }

    fn advance(self, fact: Fact, now: Timestamp) -> Self {
        let asks = self.asks.wrapping_add(1);
        match fact {
            Fact::Obtained(answer) => {
                let life = answer.life.min(LONGEST_LIFE);
                let early = if life > MARGIN { life.saturating_sub(MARGIN) } else { life * 4 / 5 };
                let bearer = Bearer { secret: answer.access_token, number: asks };
                let (renew, expires) = (now.after(early), now.after(life));
                let state = State::Fresh(Fresh { bearer, obtained: now, renew, expires });
                Self { state, asks, failures: 0, retry_at: None }
            }
            Fact::Denied(refusal) => {
                let retry_at = Some((now, now.after(Schedule::LONGEST_BACK_OFF)));
                Self { state: State::Denied(refusal), asks, failures: 0, retry_at }
            }
            Fact::NoAnswer(told) => {
                let failures = self.failures.saturating_add(1);
                let wait = Schedule::back_off(failures).max(told.unwrap_or_default());
                Self { asks, failures, retry_at: Some((now, now.after(wait))), ..self }
            }
        }
    }

    fn request(&self, credentials: &Credentials) -> Request {
        let Credentials { client_id, client_secret } = credentials;
        let (id, secret) = (json_string(client_id), json_string(client_secret.expose()));
        let body = format!(r#"{{"client_id":{},"client_secret":{}}}"#, id.expose(), secret.expose());
        let request =
            Request::post("/v1/jwt/client/obtain/token", Secret::new(body), Purpose::Other, self.asks);
        Request { authorized: false, ..request }
    }

    fn reject(self, event: &str) -> Result<Self, Rejected<Self>> {
        let state = self.state();
        let legal = legal(TOKEN_TRANSITIONS, state);
        Err(Rejected::new(self, Refused { state, event: format!("{event} (not the awaited one)"), legal }))
    }
}

fn read(response: &Response, now: Timestamp) -> Fact {
    match response.status() {
        200..=299 => TokenAnswer::parse(response.body()).map_or(Fact::NoAnswer(None), Fact::Obtained),
        400 | 401 | 422 => Fact::Denied(Refusal::of(response).without_words()),
        _ => Fact::NoAnswer(response.retry_after(now)),
    }
}
