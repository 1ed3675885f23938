//! `POST /v1/realtime-keys/collection` (API §6): the key of one payment's channel. **`expires_in` is in seconds here.**

use alloc::string::ToString;
use core::time::Duration;

use serde_json::json;

use super::token::access_token;
use super::{BadAnswer, Object};
use crate::{Purpose, ReferenceId, Request, Response, Secret, SessionId, SourceKind};

/// What a [`Channel`](crate::Channel) is joined with. `Debug` shows no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RealtimeKey {
    /// The key itself; it goes into a frame, never into a URL.
    pub access_token: Secret,
    /// How long it lives from now on. The API says seconds, not minutes as for the bearer token.
    pub expires_in: Duration,
}

impl RealtimeKey {
    /// The call for the key of one execution: its session, the kind of its source, and its own reference id.
    pub fn request(session: SessionId, kind: SourceKind, reference: ReferenceId) -> Request {
        let body = json!({
            "session_id": session.number(),
            "source_type": kind.as_str(),
            "reference_id": reference.to_string(),
        });
        Request::post("/v1/realtime-keys/collection", Secret::new(body.to_string()), Purpose::Other, 0)
    }

    /// Reads the answer to [`RealtimeKey::request`], of status 200 or 201.
    pub fn parse(response: &Response) -> Result<Self, BadAnswer> {
        let object = Object::parse(response.body(), "access_token")?;
        let access_token = access_token(&object)?;
        let seconds = object.number("expires_in")?.ok_or_else(|| BadAnswer::missing("expires_in"))?;
        if seconds == 0 {
            return Err(BadAnswer::new("field `expires_in` is 0: such a key joins nothing"));
        }
        Ok(Self { access_token, expires_in: Duration::from_secs(seconds) })
    }
}
