//! A client of the realtime socket that does what it is told, and shows every frame as it came.

use std::io::ErrorKind;
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};
use tungstenite::{Error, Message, WebSocket};

use super::{Payment, World, world_of};
use dollr_sim::{FrameDirection, RealtimeSettings, Simulator};

pub(crate) const TABLE: &str = "checkout_payment_intent_public_status";

/// What a read gave.
#[derive(Debug, PartialEq)]
pub(crate) enum Heard {
    Text(String),
    Binary,
    Pong,
    Close(u16),
    /// The connection ended without a close frame.
    End,
    Reset,
}

pub(crate) struct Client {
    web: WebSocket<TcpStream>,
    next_ref: u64,
}

/// A simulator whose refusals don't wait.
pub(crate) fn swift_world() -> World {
    let swift = RealtimeSettings { refusal_delay_ms: 0, join_error_delay_ms: 0, ..Default::default() };
    world_of(Simulator::builder().realtime(swift))
}

impl World {
    pub(crate) fn key(&self, payment: &Payment) -> String {
        self.sim.realtime_key(payment.session_id, &payment.reference, 300)
    }

    /// The path and query of a handshake.
    pub(crate) fn socket_path(&self, vsn: &str) -> String {
        format!("/realtime/v1/websocket?apikey={}&vsn={vsn}", self.sim.anon_key())
    }

    pub(crate) fn connect(&self) -> Client {
        self.connect_to(&self.socket_path("2.0.0")).expect("a connection")
    }

    /// Waits until the server has dealt with a frame with this text.
    pub(crate) fn wait_until_heard(&self, text: &str) {
        while self.sim.realtime_log().frames_with(FrameDirection::In, text).count() == 0 {
            std::thread::yield_now();
        }
    }

    /// The status of the refusal, when it is one.
    pub(crate) fn connect_to(&self, path: &str) -> Result<Client, u16> {
        let host = self.sim.base_url().replace("http://", "");
        let stream = TcpStream::connect(&host).expect("a connection");
        // So that a broken promise is a failure, not a hang.
        stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a time-out");
        match tungstenite::client(format!("ws://{host}{path}"), stream) {
            Ok((web, _)) => Ok(Client { web, next_ref: 100 }),
            Err(tungstenite::HandshakeError::Failure(Error::Http(response))) => {
                Err(response.status().as_u16())
            }
            Err(error) => panic!("{error}"),
        }
    }

    /// A connection on which the payment's channel is live.
    pub(crate) fn watch(&self, payment: &Payment) -> Client {
        let mut client = self.connect();
        let joined = client.join(payment, &self.key(payment));
        assert_eq!(joined[4]["status"], "ok", "{joined}");
        self.clock.advance(300);
        let live = client.next();
        assert_eq!(live[4]["message"], "Subscribed to PostgreSQL", "{live}");
        client
    }
}

pub(crate) fn topic(payment: &Payment) -> String {
    format!("realtime:payment-intent:{}:{}", payment.session_id, payment.reference)
}

/// The binding of the documentation.
pub(crate) fn binding(payment: &Payment) -> Value {
    let filter = format!("reference_id=eq.{}", payment.reference);
    json!({"event": "*", "schema": "public", "table": TABLE, "filter": filter})
}

pub(crate) fn join_payload(bindings: &Value, token: &str) -> Value {
    let config = json!({
        "broadcast": {"ack": false, "self": false},
        "presence": {"key": "", "enabled": false},
        "postgres_changes": bindings,
        "private": false,
    });
    json!({"config": config, "access_token": token})
}

impl Client {
    pub(crate) fn send(&mut self, frame: &Value) {
        self.send_text(&frame.to_string());
    }

    pub(crate) fn send_text(&mut self, text: &str) {
        self.web.send(Message::text(text)).expect("sent");
    }

    pub(crate) fn send_message(&mut self, message: Message) {
        self.web.send(message).expect("sent");
    }

    /// Joins with the next ref, and gives the answer.
    pub(crate) fn join(&mut self, payment: &Payment, token: &str) -> Value {
        self.join_with(&topic(payment), &join_payload(&json!([binding(payment)]), token))
    }

    pub(crate) fn join_with(&mut self, topic: &str, payload: &Value) -> Value {
        self.send_join(topic, payload);
        self.next()
    }

    pub(crate) fn send_join(&mut self, topic: &str, payload: &Value) {
        let own = self.fresh();
        self.send(&json!([own, own, topic, "phx_join", payload]));
    }

    pub(crate) fn fresh(&mut self) -> String {
        self.next_ref += 1;
        self.next_ref.to_string()
    }

    /// Pushes a new token.
    pub(crate) fn refresh(&mut self, payment: &Payment, token: &Value) {
        let own = self.fresh();
        self.send(&json!([null, own, topic(payment), "access_token", {"access_token": token}]));
    }

    /// The next frame that is text.
    pub(crate) fn next(&mut self) -> Value {
        match self.hear() {
            Heard::Text(text) => {
                serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
            }
            other => panic!("{other:?} instead of a text frame"),
        }
    }

    /// The `data` of the next frame, which has to be an event.
    pub(crate) fn next_data(&mut self) -> Value {
        let frame = self.next();
        assert_eq!(frame[3], "postgres_changes", "{frame}");
        frame[4]["data"].clone()
    }

    /// The status in the row of the next frame, which has to be an event.
    pub(crate) fn next_status(&mut self) -> String {
        self.next_data()["record"]["status"].as_str().expect("a status").to_owned()
    }

    pub(crate) fn hear(&mut self) -> Heard {
        loop {
            return match self.web.read() {
                Ok(Message::Text(text)) => Heard::Text(text.to_string()),
                Ok(Message::Binary(_)) => Heard::Binary,
                Ok(Message::Pong(_)) => Heard::Pong,
                Ok(Message::Close(frame)) => Heard::Close(frame.map_or(1005, |frame| frame.code.into())),
                Ok(_) => continue,
                Err(Error::Io(error)) if error.kind() == ErrorKind::ConnectionReset => Heard::Reset,
                Err(Error::Io(error)) if error.kind() == ErrorKind::WouldBlock => panic!("nothing is said"),
                Err(_) => Heard::End,
            };
        }
    }

    /// Everything that is said before the answer to a heartbeat that is sent now.
    pub(crate) fn said_until_now(&mut self) -> Vec<Value> {
        let own = format!("beat-{}", self.fresh());
        self.send(&json!([null, own, "phoenix", "heartbeat", {}]));
        let mut said = Vec::new();
        loop {
            let frame = self.next();
            if frame[1] == json!(own) {
                return said;
            }
            said.push(frame);
        }
    }

    /// Whether nothing at all is said while one might have expected it.
    pub(crate) fn is_silent_for_a_moment(&mut self) -> bool {
        let moment = Some(Duration::from_millis(200));
        self.web.get_ref().set_read_timeout(moment).expect("a time-out");
        matches!(self.web.read(), Err(Error::Io(error)) if error.kind() == ErrorKind::WouldBlock)
    }

    pub(crate) fn expect_silence(&mut self) {
        assert_eq!(self.said_until_now(), Vec::<Value>::new());
    }
}

/// Refs, topics and events of frames, for their order.
pub(crate) fn outline(frames: &[Value]) -> Vec<String> {
    let line = |frame: &Value| {
        let status = frame[4]["status"].as_str().unwrap_or_default();
        format!("{} {} {status}", frame[0], frame[3].as_str().unwrap_or_default()).trim().to_owned()
    };
    frames.iter().map(line).collect()
}
