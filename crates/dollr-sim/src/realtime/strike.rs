//! What a scenario does to a channel that is there.

use serde_json::{Value, json};

use super::connection::{Connection, Output, Task};
use super::frame::Outgoing;
use super::row::{self, Change, Deed};
use super::scenario::{Scenario, ScenarioKind, error_text};
use crate::fields::quoted;

/// How long a restart of change data capture takes unless it is said.
const RESTART_MS: u64 = 1_000;

/// How much older than it is an event out of order says it is.
const OLDER_MS: u64 = 60_000;

impl Connection {
    /// A scenario strikes a channel: now, or as long after as it says.
    pub(super) fn strike(&mut self, serial: u64, scenario: &Scenario, change: Option<&Change>, at_ms: u64) {
        let kind = scenario.kind.clone();
        let change = change.cloned();
        let after_ms = scenario.after_ms.unwrap_or(0);
        if kind == ScenarioKind::SystemAgain {
            if let Some(channel) = self.channel(serial) {
                channel.live = false;
            }
            let after_ms = scenario.after_ms.unwrap_or(RESTART_MS);
            self.plan(at_ms.saturating_add(after_ms), Task::GoLive(serial));
        } else if after_ms > 0 {
            self.plan(at_ms.saturating_add(after_ms), Task::Strike(serial, kind, change));
        } else {
            self.act(serial, &kind, change, at_ms);
        }
    }

    pub(super) fn act(&mut self, serial: u64, kind: &ScenarioKind, change: Option<Change>, at_ms: u64) {
        let Some(channel) = self.channel(serial) else { return };
        let (topic, join_ref) = (channel.topic.clone(), channel.join_ref.clone());
        match kind {
            ScenarioKind::TokenExpired => self.end(serial, "Token has expired 0 seconds ago"),
            ScenarioKind::SystemClose { message } => self.end(serial, message),
            ScenarioKind::AnonOverToken => {
                "anon".clone_into(&mut channel.claims.role);
                channel.claims.reference_id = None;
            }
            ScenarioKind::PhxError => {
                self.forget(serial);
                self.say_end(&topic, &join_ref, "phx_error", r#"{"reason":"channel_crash"}"#);
            }
            ScenarioKind::PhxClose => self.close(serial),
            ScenarioKind::StaleClose => self.say_end(&topic, &json!("0"), "phx_close", "{}"),
            ScenarioKind::ForgetChannel => drop(self.forget(serial)),
            ScenarioKind::Close { code } => self.push(Output::Close(*code)),
            ScenarioKind::ServerDisconnect => {
                self.say_plain(
                    &topic,
                    join_ref,
                    "system",
                    &json!({
                        "extension": "system", "status": "ok", "message": "Server requested disconnect",
                    }),
                );
                self.push(Output::Close(1012));
            }
            ScenarioKind::Drop => self.push(Output::Drop),
            ScenarioKind::Reset => self.push(Output::Reset),
            ScenarioKind::Stall => self.push(Output::Stall),
            ScenarioKind::AppDead => self.dead = true,
            ScenarioKind::UnknownEvent => {
                self.say_plain(&topic, Value::Null, "weather_report", &json!({ "sky": "clear" }));
            }
            ScenarioKind::PresenceState => self.say_plain(&topic, join_ref, "presence_state", &json!({})),
            // Kind 4 of the server's own frames, a broadcast, and nothing in it.
            ScenarioKind::BinaryFrame => self.push(Output::Binary(vec![4, 0, 0, 0, 0])),
            ScenarioKind::RawText { text } => self.push(Output::Text(text.clone())),
            _ => self.spoil_event(serial, kind, change, at_ms),
        }
    }

    fn spoil_event(&mut self, serial: u64, kind: &ScenarioKind, change: Option<Change>, at_ms: u64) {
        let struck_change = change.is_some();
        let mut change = change.unwrap_or_else(|| self.at_hand(serial, at_ms));
        match kind {
            // Of a change that is delivered anyway this is the other one.
            ScenarioKind::DuplicateEvent if struck_change => {}
            ScenarioKind::DuplicateEvent => self.say_change(serial, &change),
            ScenarioKind::OutOfOrder => change.at_ms = change.at_ms.saturating_sub(OLDER_MS),
            ScenarioKind::ForeignEvent => {
                change.record.set("reference_id", quoted("ffffffff-ffff-4fff-bfff-ffffffffffff"));
                change.record.set("id", "9007199254740991");
            }
            ScenarioKind::Errors { code } => change.error = error_text(*code),
            ScenarioKind::Delete => change.deed = Deed::Delete,
            ScenarioKind::BigFrame { bytes } => change.record.push("pad", quoted(&"x".repeat(*bytes))),
            ScenarioKind::Burst { events } => {
                for _ in 1..*events {
                    self.say_change(serial, &change);
                }
            }
            ScenarioKind::ForeignId => {
                if let Some(channel) = self.channel(serial) {
                    let topic = channel.topic.clone();
                    self.say_event(topic, &change, "[134217728]");
                }
                return;
            }
            _ => return,
        }
        self.say_change(serial, &change);
    }

    /// The last change of the payment that a channel is about, or one that might have been.
    pub(super) fn at_hand(&mut self, serial: u64, at_ms: u64) -> Change {
        let reference = self.channel(serial).and_then(|channel| channel.reference().map(str::to_owned));
        let reference = reference.unwrap_or_default();
        let last = self.changes_of(&reference, at_ms).pop();
        last.unwrap_or_else(|| row::made_up(&reference, at_ms))
    }

    /// An event for all of a channel's bindings.
    pub(super) fn say_change(&mut self, serial: u64, change: &Change) {
        if let Some(channel) = self.channel(serial) {
            let (topic, ids) = (channel.topic.clone(), channel.all_ids());
            self.say_event(topic, change, &ids);
        }
    }

    fn say_plain(&mut self, topic: &str, join_ref: Value, event: &'static str, payload: &Value) {
        let (topic, payload) = (topic.to_owned(), payload.to_string());
        self.say(&Outgoing { join_ref, reference: Value::Null, topic, event, payload });
    }
}
