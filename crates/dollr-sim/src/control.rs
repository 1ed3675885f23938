//! The control endpoints under `/_sim`, and the front page.

use std::sync::Arc;

use axum::body::Bytes;
use axum::routing::{get, post};
use axum::{Extension, Router};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::answer::Answer;
use crate::clock::iso;
use crate::fault::Fault;
use crate::fields::{Fields, quoted};
use crate::hosted::{escape, page};
use crate::magic::cheat_sheet;
use crate::server::Shared;

type Sim = Extension<Arc<Shared>>;

pub(crate) fn routes() -> Router {
    Router::new()
        .route("/", get(front))
        .route("/_sim/ledger", get(ledger))
        .route("/_sim/faults", get(list_faults).post(arm).delete(disarm))
        .route("/_sim/dedup", get(read_dedup).post(set_dedup))
        .route("/_sim/clock", get(read_clock).post(advance))
        .route("/_sim/tokens/expire", post(expire_tokens))
        .route("/_sim/deliver", post(deliver))
        .route("/_sim/reset", post(reset))
}

async fn front() -> Answer {
    let sheet = escape(&cheat_sheet());
    page("Dollr simulator", &format!("<p>No money moves here.</p><pre>{sheet}</pre>"))
}

pub(crate) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Answer> {
    serde_json::from_slice(body).map_err(|error| Answer::detail(422, &error.to_string()))
}

pub(crate) fn json(value: &impl serde::Serialize) -> Answer {
    match serde_json::to_vec(value) {
        Ok(body) => Answer::json(200, body),
        Err(error) => Answer::detail(500, &error.to_string()),
    }
}

async fn ledger(Extension(sim): Sim) -> Answer {
    json(&sim.ledger())
}

async fn list_faults(Extension(sim): Sim) -> Answer {
    json(&sim.traffic().armed.list())
}

async fn arm(Extension(sim): Sim, body: Bytes) -> Result<Answer, Answer> {
    let fault = Fault::from_json(&body).map_err(|error| Answer::detail(422, &error))?;
    let answer = json(&fault);
    sim.traffic().armed.add(fault);
    Ok(answer)
}

async fn disarm(Extension(sim): Sim) -> Answer {
    sim.traffic().armed.clear();
    json(&sim.traffic().armed.list())
}

async fn read_dedup(Extension(sim): Sim) -> Answer {
    dedup(&sim)
}

fn dedup(sim: &Shared) -> Answer {
    let on = sim.world().settings.deduplicate;
    Answer::object(&Fields::from_iter([("deduplicate", on.to_string())]))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SetDedup {
    deduplicate: bool,
}

async fn set_dedup(Extension(sim): Sim, body: Bytes) -> Result<Answer, Answer> {
    let wanted: SetDedup = read(&body)?;
    sim.world().settings.deduplicate = wanted.deduplicate;
    Ok(dedup(&sim))
}

async fn read_clock(Extension(sim): Sim) -> Answer {
    clock(&sim)
}

fn clock(sim: &Shared) -> Answer {
    let now_ms = sim.clock.now_ms();
    Answer::object(&Fields::from_iter([
        ("now_ms", now_ms.to_string()),
        ("now", quoted(&iso(now_ms))),
        ("manual", sim.clock.is_manual().to_string()),
    ]))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    advance_ms: Option<u64>,
    advance_to_ms: Option<u64>,
}

async fn advance(Extension(sim): Sim, body: Bytes) -> Result<Answer, Answer> {
    let wanted: Advance = read(&body)?;
    sim.clock.advance(wanted.advance_ms.unwrap_or(0));
    sim.clock.advance_to(wanted.advance_to_ms.unwrap_or(0));
    Ok(clock(&sim))
}

async fn expire_tokens(Extension(sim): Sim) -> Answer {
    let mut world = sim.world();
    let expired = world.tokens.len();
    world.tokens.clear();
    Answer::object(&Fields::from_iter([("expired", expired.to_string())]))
}

async fn deliver(Extension(sim): Sim) -> Answer {
    let delivered = sim.deliver_delayed().await;
    Answer::object(&Fields::from_iter([("delivered", delivered.to_string())]))
}

async fn reset(Extension(sim): Sim) -> Answer {
    sim.reset();
    Answer::object(&Fields::from_iter([("reset", "true")]))
}
