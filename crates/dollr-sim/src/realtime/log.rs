//! What was said on the sockets: connections, frames with their time and direction, and whose token was current when.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::token::{Claims, Refusal};

/// The log keeps so many of the latest frames.
const FRAMES_KEPT: usize = 50_000;

/// A frame's text is kept up to so many bytes.
const TEXT_KEPT: usize = 4_096;

/// Everything that was said on the sockets; the same as `GET /_sim/realtime`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RealtimeLog {
    /// Each handshake, accepted or not.
    pub connections: Vec<ConnectionEntry>,
    /// Each token of a join or of an `access_token` push.
    pub tokens: Vec<TokenEntry>,
    /// The latest 50,000 frames, oldest first.
    pub frames: Vec<FrameEntry>,
}

/// One handshake and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectionEntry {
    /// Counts from 1.
    pub connection: u64,
    /// When it was asked for, in ms since the Unix epoch by the simulator's clock.
    pub at_ms: u64,
    /// The `User-Agent` header.
    pub user_agent: Option<String>,
    /// The `vsn` it asked for.
    pub vsn: Option<String>,
    /// 101, or the status it was refused with; none while it waits.
    pub status: Option<u16>,
    /// The close code that the client sent.
    pub closed_by_client: Option<u16>,
    /// When the server saw its end.
    pub ended_at_ms: Option<u64>,
}

/// Which way a frame went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FrameDirection {
    /// From the client.
    In,
    /// From the server.
    Out,
}

/// One WebSocket frame.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrameEntry {
    /// Which connection's.
    pub connection: u64,
    /// When, in ms since the Unix epoch by the simulator's clock.
    pub at_ms: u64,
    /// Which way.
    pub direction: FrameDirection,
    /// `text`, `binary`, `ping`, `pong` or `close`.
    pub kind: String,
    /// A text frame's first 4 kB, with tokens as `<role>`; a close frame's code.
    pub text: String,
}

/// A token that a channel was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenEntry {
    /// Which connection's.
    pub connection: u64,
    /// When, in ms since the Unix epoch by the simulator's clock.
    pub at_ms: u64,
    /// The channel.
    pub topic: String,
    /// `phx_join` or `access_token`.
    pub event: String,
    /// The token's role, e.g. `anon` or `authenticated`; none when it was refused.
    pub role: Option<String>,
    /// The payment that it lets its bearer watch.
    pub reference_id: Option<String>,
    /// Why it was refused.
    pub refused: Option<String>,
}

impl RealtimeLog {
    /// The frames of a direction whose text contains this.
    pub fn frames_with<'a>(
        &'a self,
        direction: FrameDirection,
        text: &'a str,
    ) -> impl Iterator<Item = &'a FrameEntry> {
        self.frames.iter().filter(move |frame| frame.direction == direction && frame.text.contains(text))
    }

    /// Connections keep their numbers, so that those that are open stay what they are.
    pub(crate) fn forget(&mut self) {
        self.frames.clear();
        self.tokens.clear();
    }

    pub(crate) fn connection(&mut self, entry: ConnectionEntry) -> u64 {
        let connection = u64::try_from(self.connections.len()).unwrap_or(u64::MAX).saturating_add(1);
        self.connections.push(ConnectionEntry { connection, ..entry });
        connection
    }

    pub(crate) fn change(&mut self, connection: u64, write: impl FnOnce(&mut ConnectionEntry)) {
        if let Some(entry) = self.connections.iter_mut().find(|entry| entry.connection == connection) {
            write(entry);
        }
    }

    pub(crate) fn frame(&mut self, frame: FrameEntry) {
        if self.frames.len() >= FRAMES_KEPT {
            // By the tenth, so that a burst doesn't move everything for each of its frames.
            self.frames.drain(..FRAMES_KEPT / 10);
        }
        self.frames.push(frame);
    }
}

impl TokenEntry {
    pub(crate) fn new(topic: &str, event: &str, checked: &Result<Claims, Refusal>) -> Self {
        let claims = checked.as_ref().ok();
        Self {
            connection: 0,
            at_ms: 0,
            topic: topic.to_owned(),
            event: event.to_owned(),
            role: claims.map(|claims| claims.role.clone()),
            reference_id: claims.and_then(|claims| claims.reference_id.clone()),
            refused: checked.as_ref().err().map(Refusal::reason),
        }
    }
}

/// A frame's text as it is kept: not all of it, and no token.
pub(crate) fn kept(text: &str) -> String {
    let mut text = text.to_owned();
    if let Ok(frame) = serde_json::from_str::<Value>(&text) {
        let payload = frame.get("payload").or_else(|| frame.get(4));
        for name in ["access_token", "user_token"] {
            if let Some(token) = payload.and_then(|payload| payload.get(name)).and_then(Value::as_str)
                && !token.is_empty()
            {
                text = text.replace(token, &format!("<{}>", super::token::role_of(token)));
            }
        }
    }
    let end = (0..=TEXT_KEPT.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    text.truncate(end);
    text
}
