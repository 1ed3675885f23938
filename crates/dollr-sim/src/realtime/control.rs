//! The control endpoints of the socket, under `/_sim/realtime`.

use axum::body::Bytes;
use axum::routing::get;
use axum::{Extension, Router};
use std::sync::Arc;

use super::{RealtimeSettings, Scenario};
use crate::answer::Answer;
use crate::control::{json, read};
use crate::server::Shared;

type Sim = Extension<Arc<Shared>>;

pub(crate) fn routes() -> Router {
    Router::new()
        .route("/_sim/realtime", get(log))
        .route("/_sim/realtime/scenarios", get(list).post(arm).delete(disarm))
        .route("/_sim/realtime/settings", get(read_settings).post(set))
}

async fn log(Extension(sim): Sim) -> Answer {
    json(&sim.realtime.log())
}

async fn list(Extension(sim): Sim) -> Answer {
    json(&sim.realtime.armed())
}

async fn arm(Extension(sim): Sim, body: Bytes) -> Result<Answer, Answer> {
    let scenario = Scenario::from_json(&body).map_err(|error| Answer::detail(422, &error))?;
    let answer = json(&scenario);
    sim.realtime.arm(scenario);
    Ok(answer)
}

async fn disarm(Extension(sim): Sim) -> Answer {
    sim.realtime.disarm();
    json(&sim.realtime.armed())
}

async fn read_settings(Extension(sim): Sim) -> Answer {
    json(&sim.realtime.settings())
}

/// What isn't given goes back to what it is by default.
async fn set(Extension(sim): Sim, body: Bytes) -> Result<Answer, Answer> {
    sim.realtime.set(read::<RealtimeSettings>(&body)?);
    Ok(json(&sim.realtime.settings()))
}
