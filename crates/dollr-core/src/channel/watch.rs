//! What is watched, and the frames that say so. Frames that hold the key are secrets as a whole.

use alloc::format;
use alloc::string::String;
use core::fmt::Write;

use crate::secret::json_string;
use crate::{ReferenceId, Secret, SessionId, SourceKind, Timestamp};

pub(super) const SCHEMA: &str = "public";
pub(super) const TABLE: &str = "checkout_payment_intent_public_status";

/// One payment's row, by what names it on the wire. The ids are numbers and hexadecimal digits: nothing to quote or escape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Watch {
    pub(super) session: SessionId,
    pub(super) kind: SourceKind,
    pub(super) reference: ReferenceId,
}

/// What is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Frame {
    Join,
    Key { join: u32 },
    Beat,
    Leave { join: u32 },
}

impl Watch {
    pub(super) fn topic(&self) -> String {
        format!("realtime:payment-intent:{}:{}", self.session, self.reference)
    }

    pub(super) fn filter(&self) -> String {
        format!("reference_id=eq.{}", self.reference)
    }

    /// A frame of the serialiser 2.0.0: the reference of the join, its own, the topic, the event, the payload.
    ///
    /// `postgres_changes_options.wait` is not asked for: it would hold the reply back for longer than a join may take, and
    /// the `system` message says the same.
    pub(super) fn frame(&self, frame: Frame, number: u32, key: Option<&Secret>) -> Secret {
        let topic = self.topic();
        match frame {
            Frame::Beat => Secret::new(format!(r#"[null,"{number}","phoenix","heartbeat",{{}}]"#)),
            Frame::Leave { join } => {
                Secret::new(format!(r#"["{join}","{number}","{topic}","phx_leave",{{}}]"#))
            }
            Frame::Key { join } => {
                let head = format!(r#"["{join}","{number}","{topic}","access_token",{{"#);
                sealed(&head, key)
            }
            Frame::Join => {
                let filter = self.filter();
                let config = format!(
                    r#"{{"broadcast":{{"ack":false,"self":false}},"presence":{{"key":"","enabled":false}},"postgres_changes":[{{"event":"*","schema":"{SCHEMA}","table":"{TABLE}","filter":"{filter}"}}],"private":false}}"#
                );
                let head = format!(r#"["{number}","{number}","{topic}","phx_join",{{"config":{config},"#);
                sealed(&head, key)
            }
        }
    }
}

/// `head`, the key as the last field of the payload, and the end; in one allocation, so that no copy is left behind.
fn sealed(head: &str, key: Option<&Secret>) -> Secret {
    let key = json_string(key.map_or("", Secret::expose));
    let name = r#""access_token":"#;
    let mut text = String::with_capacity(head.len() + name.len() + key.expose().len() + 2);
    text.extend([head, name, key.expose(), "}]"]);
    Secret::new(text)
}

/// The handshake to open a WebSocket with: HTTP/1.1, no subprotocol, no `Authorization`, no cookie, no redirect followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Handshake {
    /// When to give up: the budget for connecting and joining is over then.
    pub until: Timestamp,
}

impl Handshake {
    /// Path and query, to be put behind the realtime server's origin and path prefix. `anon_key` is the merchant portal's
    /// `SUPABASE_ANON_KEY`: it opens the socket, it is not the key of the channel. The text holds it, so do not log it.
    pub fn target(&self, anon_key: &Secret) -> Secret {
        let (head, tail) = ("/realtime/v1/websocket?apikey=", "&vsn=2.0.0");
        let mut target = String::with_capacity(head.len() + 3 * anon_key.expose().len() + tail.len());
        target.push_str(head);
        for byte in anon_key.expose().bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                target.push(char::from(byte));
            } else {
                // Writing to a text does not fail.
                let _ = write!(target, "%{byte:02X}");
            }
        }
        target.push_str(tail);
        Secret::new(target)
    }
}

/// A text frame to be sent once, as it is. It may hold the key: `Debug` does not show it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a frame does nothing until it is sent"]
pub struct Push {
    /// The frame's text.
    pub text: Secret,
    /// To be given back with [`ChannelEvent::Sent`](crate::ChannelEvent::Sent).
    pub number: u32,
}
