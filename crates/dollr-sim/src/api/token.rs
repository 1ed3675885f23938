//! §2: the bearer token. `expires_in` is in minutes.

use axum::body::Bytes;

use super::Stage;
use crate::answer::Answer;
use crate::fields::{Fields, quoted};
use crate::validate::Form;
use crate::world::{Token, random_token};

pub(crate) async fn obtain(stage: Stage, body: Bytes) -> Result<Answer, Answer> {
    let mut form = Form::body(&body)?;
    let client_id = form.text("client_id");
    let client_secret = form.text("client_secret");
    form.finish()?;
    let mut world = stage.world();
    if client_id != world.settings.client_id || client_secret != world.settings.client_secret {
        return Err(Answer::detail(401, "Could not validate credentials"));
    }
    let minutes = world.settings.token_life_minutes;
    let expires_at = stage.now_ms.saturating_add(minutes.saturating_mul(60_000));
    let text = format!("sim_{}", random_token());
    world.tokens.retain(|_, token| stage.now_ms < token.expires_at);
    world.tokens.insert(text.clone(), Token { client_id, expires_at });
    let fields = [("access_token", quoted(&text)), ("expires_in", minutes.to_string())];
    Ok(Answer::object(&Fields::from_iter(fields)))
}
