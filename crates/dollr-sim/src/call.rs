//! A request as it arrived, and what it is: which call of the API, for which reference id.

use std::io;

use axum::body::Body;
use axum::http::request::Parts;
use hyper::body::{Bytes, Incoming};
use hyper::header::USER_AGENT;
use hyper::{Method, Request};

use crate::api::bearer;
use crate::fault::Call;
use crate::fields::Fields;

const BODY_LIMIT: usize = 1024 * 1024;

/// A whole request, kept so that it can be acted on later, or twice.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    head: Parts,
    pub(crate) body: Bytes,
    /// Which call it is; none when it is for the hosted page or the control endpoints.
    pub(crate) call: Option<Call>,
    pub(crate) reference_id: Option<String>,
}

impl Received {
    /// Reads the request to its end.
    pub(crate) async fn read(request: Request<Incoming>) -> io::Result<Self> {
        let (head, body) = request.into_parts();
        let body = axum::body::to_bytes(Body::new(body), BODY_LIMIT).await.map_err(io::Error::other)?;
        let call = classify(head.uri.path());
        let mut received = Self { head, body, call, reference_id: None };
        received.reference_id = received.find_reference();
        Ok(received)
    }

    fn find_reference(&self) -> Option<String> {
        match self.call? {
            Call::Status => self.path().rsplit('/').next().map(str::to_owned),
            Call::Execute | Call::RealtimeKey => Fields::parse(&self.body)?.text("reference_id"),
            _ => None,
        }
    }

    pub(crate) fn path(&self) -> &str {
        self.head.uri.path()
    }

    pub(crate) fn method(&self) -> &Method {
        &self.head.method
    }

    pub(crate) fn user_agent(&self) -> Option<String> {
        self.head.headers.get(USER_AGENT)?.to_str().ok().map(str::to_owned)
    }

    pub(crate) fn bearer(&self) -> Option<&str> {
        bearer(&self.head.headers)
    }

    /// Two requests with the same key ask the same question.
    pub(crate) fn question(&self) -> String {
        let reference = self.reference_id.as_deref().unwrap_or_default();
        format!("{} {} {reference}", self.method(), self.head.uri)
    }

    pub(crate) fn is_execution(&self) -> bool {
        self.call == Some(Call::Execute) && self.method() == Method::POST
    }

    pub(crate) fn is_status(&self) -> bool {
        self.call == Some(Call::Status) && self.method() == Method::GET
    }

    pub(crate) fn to_request(&self) -> Request<Body> {
        Request::from_parts(self.head.clone(), Body::from(self.body.clone()))
    }
}

fn classify(path: &str) -> Option<Call> {
    let rest = path.strip_prefix("/v1/")?;
    let call = match rest {
        "jwt/client/obtain/token" => Call::Token,
        "checkouts/create" => Call::Checkout,
        "sessions/checkout" => Call::Session,
        "status/source" => Call::SourceStatus,
        _ if rest.starts_with("executions/") => Call::Execute,
        _ if rest.starts_with("status/") => Call::Status,
        _ if rest.starts_with("links/") => Call::Links,
        _ if rest.starts_with("realtime-keys/") => Call::RealtimeKey,
        _ => Call::Any,
    };
    Some(call)
}
