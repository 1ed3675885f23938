//! §6: a key for the realtime socket. `expires_in` is in seconds here, and `session_id` an integer.

use std::sync::Arc;

use axum::Extension;
use axum::body::Bytes;

use super::{Bearer, Stage};
use crate::answer::Answer;
use crate::fields::{Fields, quoted};
use crate::realtime::{Moment, ScenarioKind, sign_key};
use crate::server::Shared;
use crate::source::SourceKind;
use crate::validate::Form;

/// A key for the payment of a reference id, be it known yet or not.
pub(crate) async fn obtain_key(
    _: Bearer,
    stage: Stage,
    Extension(sim): Extension<Arc<Shared>>,
    body: Bytes,
) -> Result<Answer, Answer> {
    let mut form = Form::body(&body)?;
    let session_id = form.integer("session_id");
    let kind = form.realtime_source("source_type");
    let reference_id = form.reference("reference_id");
    form.finish()?;
    admit(&stage, session_id, kind, &reference_id)?;
    let seconds = sim.realtime.settings().key_life_seconds;
    let skew = match sim.realtime.strike(Moment::Key, Some(&reference_id)).map(|strike| strike.kind) {
        Some(ScenarioKind::KeyClockSkew { seconds }) => seconds,
        _ => 0,
    };
    let exp = (stage.now_ms / 1000).saturating_add(seconds).saturating_add_signed(skew.saturating_neg());
    let key = sign_key(session_id, &reference_id, stage.now_ms, exp);
    let fields = [("access_token", quoted(&key)), ("expires_in", seconds.to_string())];
    Ok(Answer::object(&Fields::from_iter(fields)))
}

/// Whether the session is this source's, and the payment, if it is known, too.
fn admit(stage: &Stage, session_id: u64, kind: Option<SourceKind>, reference_id: &str) -> Result<(), Answer> {
    let refuse = |why| Err(Answer::detail(400, why));
    let Some(kind) = kind else { return refuse("Realtime is not available for SUBSCRIPTION yet") };
    let world = stage.world();
    let Some(session) = world.sessions.get(&session_id) else {
        return Err(Answer::detail(404, "Session not found"));
    };
    if session.expires_at <= stage.now_ms {
        return refuse("Session has expired");
    }
    if session.source.0 != kind {
        return refuse("source_type is not the session's");
    }
    let known = world.executions.get(reference_id).and_then(|attempts| attempts.first());
    if known.is_some_and(|execution| execution.source != session.source) {
        return refuse("reference_id is not the session's");
    }
    Ok(())
}
