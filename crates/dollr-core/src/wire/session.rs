//! `POST /v1/sessions/checkout` (API §5): a short-lived session to execute in.

use alloc::format;
use alloc::string::ToString;

use serde_json::json;

use super::{BadAnswer, Object};
use crate::{Purpose, Request, Response, Secret, SessionId, SourceRef, Timestamp};

/// A session that was made for a source: create it right before executing, it does not live long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Session {
    /// Its number.
    pub id: SessionId,
    /// What it was made for.
    pub source: SourceRef,
    /// When the vendor will refuse to execute in it, by the vendor's clock.
    pub expires_at: Option<Timestamp>,
}

impl Session {
    /// The call that makes one.
    pub fn request(source: SourceRef) -> Request {
        let body = json!({ "source_id": source.id, "source_type": source.kind.as_str() });
        Request::post("/v1/sessions/checkout", Secret::new(body.to_string()), Purpose::Other, 0)
    }

    /// Reads the answer to [`Session::request`] for this source, of status 200 or 201. A session of another source would charge for
    /// that one: it is a bad answer (F13; invariant I11).
    pub fn parse(response: &Response, source: SourceRef) -> Result<Self, BadAnswer> {
        let object = Object::parse(response.body(), "id")?;
        let (id, kind) = (object.number("source_id")?, object.text("source_type")?);
        let is_ours = id.is_none_or(|id| id == source.id)
            && kind.as_deref().is_none_or(|kind| kind == source.kind.as_str());
        if !is_ours {
            return Err(BadAnswer::new(format!("the session is of another source than {source}")));
        }
        let id = object.number("id")?.ok_or_else(|| BadAnswer::missing("id"))?;
        Ok(Self { id: SessionId::new(id), source, expires_at: object.moment("expires_at")? })
    }
}
