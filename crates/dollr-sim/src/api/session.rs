//! §5: the short-lived session that an execution needs.

use axum::body::Bytes;

use super::{Bearer, Stage};
use crate::answer::Answer;
use crate::clock::iso;
use crate::fields::{Fields, quoted};
use crate::validate::Form;

pub(crate) async fn create(_: Bearer, stage: Stage, body: Bytes) -> Result<Answer, Answer> {
    let mut form = Form::body(&body)?;
    let id = form.integer("source_id");
    let kind = form.source_kind("source_type");
    form.finish()?;
    let mut world = stage.world();
    if !world.sources.contains_key(&(kind, id)) {
        return Err(Answer::detail(404, "Source not found"));
    }
    let session = world.add_session((kind, id), stage.now_ms);
    Ok(Answer::object(&Fields::from_iter([
        ("id", session.id.to_string()),
        ("source_id", id.to_string()),
        ("source_type", quoted(kind.as_str())),
        ("status", quoted("ACTIVE")),
        ("payment_account_id", "null".to_owned()),
        ("expires_at", quoted(&iso(session.expires_at))),
        ("created_at", quoted(&iso(session.created_at))),
        ("updated_at", quoted(&iso(session.created_at))),
    ])))
}
