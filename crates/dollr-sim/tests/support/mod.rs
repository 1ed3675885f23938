//! What every test needs: a simulator at a standstill, and a caller that sends what it is told.

#![allow(dead_code, reason = "each test file uses its own part")]

pub(crate) mod socket;

use std::sync::atomic::{AtomicU64, Ordering};

use dollr_sim::{Builder, CLIENT_ID, CLIENT_SECRET, Clock, Simulator, SourceKind};
use serde_json::{Value, json};

/// 2025-06-01T14:30:00Z
pub(crate) const START_MS: u64 = 1_748_788_200_000;

pub(crate) struct World {
    pub(crate) sim: Simulator,
    pub(crate) clock: Clock,
    pub(crate) token: String,
    agent: ureq::Agent,
}

pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: ureq::http::HeaderMap,
    pub(crate) text: String,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("a readable header"))
    }

    /// The value of a field, as text.
    pub(crate) fn field(&self, name: &str) -> String {
        match &self.json()[name] {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        }
    }
}

pub(crate) fn world() -> World {
    world_of(Simulator::builder())
}

pub(crate) fn world_of(builder: Builder) -> World {
    world_at(builder, Clock::manual(START_MS))
}

pub(crate) fn world_at(builder: Builder, clock: Clock) -> World {
    let sim = builder.clock(clock.clone()).start().expect("a simulator");
    let agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .proxy(None)
        .user_agent("the-tests/1")
        .build()
        .into();
    let mut world = World { sim, clock, token: String::new(), agent };
    world.token = world.obtain_token();
    world
}

impl World {
    pub(crate) fn obtain_token(&self) -> String {
        let body = json!({"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET});
        self.post("/v1/jwt/client/obtain/token", &body).field("access_token")
    }

    pub(crate) fn try_get(&self, path: &str) -> Result<Reply, ureq::Error> {
        let request = self.agent.get(format!("{}{path}", self.sim.base_url()));
        reply(request.header("Authorization", format!("Bearer {}", self.token)).call()?)
    }

    pub(crate) fn get(&self, path: &str) -> Reply {
        self.try_get(path).expect("an answer")
    }

    pub(crate) fn try_send(&self, path: &str, body: &str) -> Result<Reply, ureq::Error> {
        let request = self.agent.post(format!("{}{path}", self.sim.base_url()));
        let request = request.header("Authorization", format!("Bearer {}", self.token));
        reply(request.header("Content-Type", "application/json").send(body)?)
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Reply {
        self.try_send(path, &body.to_string()).expect("an answer")
    }

    pub(crate) fn post_form(&self, url: &str, body: &str) -> Reply {
        let request = self.agent.post(url).header("Content-Type", "application/x-www-form-urlencoded");
        reply(request.send(body).expect("an answer")).expect("an answer")
    }

    pub(crate) fn open(&self, url: &str) -> Reply {
        reply(self.agent.get(url).call().expect("an answer")).expect("an answer")
    }

    /// An order over 75.50 USD with a session on it, and the collection that is ready to be sent.
    pub(crate) fn prepare(&self, account: &str) -> Payment {
        let source_id = self.sim.create_source(SourceKind::Order, "USD", "75.50");
        let session_id = self.sim.create_session(SourceKind::Order, source_id);
        let reference = new_reference();
        let body = json!({
            "session_id": session_id.to_string(),
            "payment_account_id": account,
            "currency": "USD",
            "reference_id": reference,
        });
        Payment { source_id, session_id, reference, body }
    }

    pub(crate) fn try_collect(&self, payment: &Payment) -> Result<Reply, ureq::Error> {
        self.try_send("/v1/executions/collection", &payment.body.to_string())
    }

    pub(crate) fn collect(&self, payment: &Payment) -> Reply {
        self.try_collect(payment).expect("an answer")
    }

    pub(crate) fn try_status(&self, payment: &Payment) -> Result<Reply, ureq::Error> {
        self.try_get(&format!("/v1/status/collection/{}", payment.reference))
    }

    pub(crate) fn status(&self, payment: &Payment) -> Reply {
        self.try_status(payment).expect("an answer")
    }

    pub(crate) fn charges(&self, payment: &Payment) -> u64 {
        let ledger = self.sim.ledger();
        let charges = ledger.charges(&payment.reference);
        assert_eq!(charges, ledger.charges_for_order(SourceKind::Order, payment.source_id));
        charges
    }
}

pub(crate) struct Payment {
    pub(crate) source_id: u64,
    pub(crate) session_id: u64,
    pub(crate) reference: String,
    pub(crate) body: Value,
}

fn reply(mut response: ureq::http::Response<ureq::Body>) -> Result<Reply, ureq::Error> {
    let text = response.body_mut().read_to_string()?;
    Ok(Reply { status: response.status().as_u16(), headers: response.headers().clone(), text })
}

/// A version-4 UUID that no other test has.
pub(crate) fn new_reference() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(1);
    format!("00000000-0000-4000-8000-{:012x}", COUNT.fetch_add(1, Ordering::Relaxed))
}

/// The `loc` and `type` of each error of a 422.
pub(crate) fn errors(reply: &Reply) -> Vec<String> {
    assert_eq!(reply.status, 422, "{}", reply.text);
    let json = reply.json();
    let detail = json["detail"].as_array().expect("a list of errors");
    let text = |error: &Value| {
        assert!(error["msg"].as_str().is_some_and(|msg| !msg.is_empty()));
        let loc: Vec<_> = error["loc"].as_array().expect("a loc").iter().map(plain).collect();
        format!("{}: {}", loc.join("."), plain(&error["type"]))
    };
    detail.iter().map(text).collect()
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
