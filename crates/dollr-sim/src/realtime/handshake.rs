//! The handshake: which serializer, which key, and the refusals as HTTP answers.

use std::io;
use std::sync::Arc;

use axum::extract::Query;
use hyper::body::{Bytes, Incoming};
use hyper::header::{
    CONNECTION, CONTENT_TYPE, HeaderValue, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, UPGRADE, USER_AGENT,
};
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::json;
use tungstenite::handshake::derive_accept_key;

use super::connection::Connection;
use super::frame::Serializer;
use super::log::ConnectionEntry;
use super::scenario::{Moment, ScenarioKind};
use super::socket::Socket;
use super::token;
use crate::body::WireBody;
use crate::server::Shared;
use crate::stream::Wire;

/// Where the socket is, under any prefix.
const PATHS: [&str; 2] = ["/realtime/v1/websocket", "/socket/websocket"];

/// Whether a request is for the socket.
pub(crate) fn is_socket(request: &Request<Incoming>) -> bool {
    let path = request.uri().path();
    request.method() == Method::GET && PATHS.iter().any(|end| path.ends_with(end))
}

/// An answer other than 101; without a sentence its body is empty.
struct Refusal {
    status: u16,
    why: Option<String>,
    delay_ms: u64,
}

/// Answers a handshake, and leaves the connection to a task of its own.
pub(crate) async fn accept(
    shared: Arc<Shared>,
    wire: Arc<Wire>,
    mut request: Request<Incoming>,
) -> io::Result<Response<WireBody>> {
    let now_ms = shared.clock.now_ms();
    let header =
        |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let pairs = Query::<Vec<(String, String)>>::try_from_uri(request.uri()).map(|Query(pairs)| pairs);
    let pairs = pairs.unwrap_or_default();
    let parameter =
        |wanted: &str| pairs.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone());
    let vsn = parameter("vsn");
    let entry = ConnectionEntry {
        connection: 0,
        at_ms: now_ms,
        user_agent: header(USER_AGENT.as_str()),
        vsn: vsn.clone(),
        status: None,
        closed_by_client: None,
        ended_at_ms: None,
    };
    let mut id = 0;
    shared.realtime.note(|log| id = log.connection(entry));
    let apikey = header("x-api-key").or_else(|| parameter("apikey"));
    let status =
        |status: u16| shared.realtime.note(|log| log.change(id, |entry| entry.status = Some(status)));
    let (serializer, apikey) = match judge(&shared, vsn.as_deref(), apikey, now_ms) {
        Ok(chosen) => chosen,
        Err(refusal) => {
            shared.clock.reach(Some(now_ms.saturating_add(refusal.delay_ms))).await;
            status(refusal.status);
            return Ok(refuse(&refusal));
        }
    };
    let Some(key) = header(SEC_WEBSOCKET_KEY.as_str()) else {
        status(400);
        return Ok(refuse(&Refusal { status: 400, why: None, delay_ms: 0 }));
    };
    status(101);
    let connection = Connection::new(
        id,
        serializer,
        apikey,
        Arc::clone(&shared.realtime),
        Arc::clone(&shared.world),
        now_ms,
    );
    let upgraded = hyper::upgrade::on(&mut request);
    tokio::spawn(async move {
        if let Ok(stream) = upgraded.await {
            Socket::new(id, connection, shared, wire).serve(TokioIo::new(stream)).await;
        }
    });
    switch(&key)
}

fn judge(
    shared: &Shared,
    vsn: Option<&str>,
    apikey: Option<String>,
    now_ms: u64,
) -> Result<(Serializer, String), Refusal> {
    let usual_ms = shared.realtime.settings().refusal_delay_ms;
    if let Some(strike) = shared.realtime.strike(Moment::Connect, None)
        && let ScenarioKind::Refuse { status, message } = strike.kind
    {
        let why = message.unwrap_or_else(|| usual(status).to_owned());
        return Err(Refusal { status, why: Some(why), delay_ms: strike.after_ms.unwrap_or(usual_ms) });
    }
    let Some(serializer) = Serializer::of(vsn) else {
        return Err(Refusal { status: 403, why: None, delay_ms: 0 });
    };
    let refused = |why: String| Refusal { status: 401, why: Some(why), delay_ms: usual_ms };
    let apikey = apikey.ok_or_else(|| refused("API key is missing".to_owned()))?;
    token::check(&apikey, now_ms).map_err(|refusal| refused(refusal.message()))?;
    Ok((serializer, apikey))
}

/// What the server says with a status.
fn usual(status: u16) -> &'static str {
    match status {
        401 => "Token has expired",
        403 => "Realtime was disabled for this tenant",
        404 => "Tenant not found",
        429 => "Too many joins per second",
        _ => "Error connecting to Realtime",
    }
}

fn refuse(refusal: &Refusal) -> Response<WireBody> {
    let body = refusal.why.as_ref().map_or_else(String::new, |why| json!({ "error": why }).to_string());
    let mut response = Response::new(WireBody::Whole(Bytes::from(body)));
    *response.status_mut() =
        StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

fn switch(key: &str) -> io::Result<Response<WireBody>> {
    let accept = HeaderValue::from_str(&derive_accept_key(key.as_bytes())).map_err(io::Error::other)?;
    let mut response = Response::new(WireBody::Whole(Bytes::new()));
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(SEC_WEBSOCKET_ACCEPT, accept);
    Ok(response)
}
