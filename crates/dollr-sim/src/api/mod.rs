//! The API's routes and what they share: the world a call acts on, the bearer token, and the answers to what is no route.

pub(crate) mod checkout;
pub(crate) mod execution;
pub(crate) mod links;
pub(crate) mod realtime;
pub(crate) mod session;
pub(crate) mod status;
pub(crate) mod token;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::routing::{get, post};
use hyper::HeaderMap;
use hyper::header::AUTHORIZATION;

use crate::answer::Answer;
use crate::world::World;

/// The bearer token of the vendor's documentation, always good here.
pub(crate) const DOCS_TOKEN: &str = "YOUR_ACCESS_TOKEN";

/// What a call acts on: the world, or a copy of it when the call is to have no effect; and the moment it is answered.
#[derive(Clone)]
pub(crate) struct Stage {
    pub(crate) world: Arc<Mutex<World>>,
    pub(crate) now_ms: u64,
    /// An account whose fate the execution gets instead of its own.
    pub(crate) fate: Option<&'static str>,
}

impl Stage {
    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: Sync> FromRequestParts<S> for Stage {
    type Rejection = Answer;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Answer> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| Answer::detail(500, "no stage was set"))
    }
}

/// A call whose bearer token is good. Declared before the body, so that a 401 comes before a 422.
pub(crate) struct Bearer;

impl<S: Sync> FromRequestParts<S> for Bearer {
    type Rejection = Answer;

    async fn from_request_parts(parts: &mut Parts, app: &S) -> Result<Self, Answer> {
        let stage = Stage::from_request_parts(parts, app).await?;
        let Some(token) = bearer(&parts.headers) else {
            return Err(unauthorised("Not authenticated"));
        };
        let known = stage.world().client_of(token, stage.now_ms).is_some();
        if known { Ok(Self) } else { Err(unauthorised("Could not validate credentials")) }
    }
}

fn unauthorised(why: &str) -> Answer {
    let mut answer = Answer::detail(401, why);
    answer.set_header("www-authenticate", "Bearer");
    answer
}

/// The token that a request carries.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

impl World {
    /// Whose token this is, while it lives.
    pub(crate) fn client_of(&self, token: &str, now_ms: u64) -> Option<&str> {
        if token == DOCS_TOKEN {
            return Some("docs");
        }
        let token = self.tokens.get(token).filter(|token| now_ms < token.expires_at)?;
        Some(&token.client_id)
    }
}

/// Every documented endpoint of §2 to §6, but for the socket.
pub(crate) fn routes() -> Router {
    Router::new()
        .route("/v1/jwt/client/obtain/token", post(token::obtain))
        .route("/v1/checkouts/create", post(checkout::create))
        .route("/v1/sessions/checkout", post(session::create))
        .route("/v1/executions/{operation}", post(execution::execute))
        .route("/v1/status/source", get(status::source))
        .route("/v1/status/{operation}/{reference_id}", get(status::execution))
        .route("/v1/realtime-keys/collection", post(realtime::obtain_key))
        .route("/v1/links/pay", get(links::pay))
        .route("/v1/links/receipt", get(links::receipt))
        .fallback(async || Answer::detail(404, "Not Found"))
        .method_not_allowed_fallback(async || Answer::detail(405, "Method Not Allowed"))
}
