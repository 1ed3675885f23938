//! A join: which token, what is answered, and when the channel is live.

use serde_json::{Value, json};

use super::channel::{Channel, Config, reference_of};
use super::connection::{Connection, Task};
use super::frame::{Incoming, Outgoing};
use super::log::TokenEntry;
use super::scenario::{Moment, ScenarioKind};
use super::token;

/// How late [`ScenarioKind::LateReply`] and [`ScenarioKind::LateSystem`] are unless it is said.
const LATE_REPLY_MS: u64 = 12_000;
const LATE_SYSTEM_MS: u64 = 8_000;

impl Connection {
    pub(super) fn join(&mut self, frame: &Incoming, now_ms: u64) {
        let Some(reference) = reference_of(&frame.topic).filter(|name| !name.is_empty()) else {
            return self.refuse_join(frame, "TopicNameRequired: You must provide a topic name", None, now_ms);
        };
        let strike = self.hub.strike(Moment::Join, Some(reference));
        let (kind, after_ms) = strike.map_or((None, None), |strike| (Some(strike.kind), strike.after_ms));
        match kind {
            Some(ScenarioKind::NoReply) => {}
            Some(ScenarioKind::JoinError { reason }) => self.refuse_join(frame, &reason, after_ms, now_ms),
            Some(ScenarioKind::LateReply) => {
                self.busy = true;
                let at_ms = now_ms.saturating_add(after_ms.unwrap_or(LATE_REPLY_MS));
                self.plan(at_ms, Task::Join(frame.clone()));
            }
            kind => self.open(frame, kind.map(|kind| (kind, after_ms)), now_ms),
        }
    }

    fn refuse_join(&mut self, frame: &Incoming, reason: &str, after_ms: Option<u64>, now_ms: u64) {
        self.busy = true;
        let after_ms = after_ms.unwrap_or(self.hub.settings().join_error_delay_ms);
        self.plan(now_ms.saturating_add(after_ms), Task::RefuseJoin(frame.clone(), reason.to_owned()));
        self.run_if_due(after_ms, now_ms);
    }

    /// A delay of nothing is over at once, without waiting for the clock.
    fn run_if_due(&mut self, after_ms: u64, now_ms: u64) {
        if after_ms == 0 {
            self.run(now_ms);
        }
    }

    /// `user_token`, else `access_token`, else the connection's; what starts with `sb_` is no token.
    fn token_of(&self, payload: &Value) -> String {
        let named = |name: &str| payload[name].as_str();
        let given = named("user_token").or_else(|| named("access_token"));
        given.filter(|token| !token.starts_with("sb_")).unwrap_or(&self.apikey).to_owned()
    }

    pub(super) fn open(
        &mut self,
        frame: &Incoming,
        strike: Option<(ScenarioKind, Option<u64>)>,
        now_ms: u64,
    ) {
        let token = self.token_of(&frame.payload);
        let checked = token::check(&token, now_ms);
        self.note_token(TokenEntry::new(&frame.topic, "phx_join", &checked), now_ms);
        let claims = match checked {
            Ok(claims) => claims,
            Err(refusal) => return self.refuse_join(frame, &refusal.reason(), None, now_ms),
        };
        let config = Config::read(&frame.payload);
        if config.private && claims.role == "anon" {
            let what = "You do not have permissions to read from this Channel topic";
            let name = frame.topic.strip_prefix(super::channel::PREFIX).unwrap_or(&frame.topic);
            return self.refuse_join(frame, &format!("Unauthorized: {what}: {name}"), None, now_ms);
        }
        let old = self.channels.iter().position(|channel| channel.topic == frame.topic);
        let old = old.map(|place| self.channels.remove(place));
        let serial = self.next_number();
        self.plan(claims.expires_at_ms(), Task::Expire(serial, token.clone()));
        self.channels.push(Channel {
            serial,
            topic: frame.topic.clone(),
            join_ref: frame.join_ref.clone(),
            bindings: config.bindings,
            claims,
            token,
            live: false,
            heard: 0,
            held: config.wait_ms.is_some().then(|| frame.clone()),
            live_with_change: None,
        });
        let (kind, after_ms) = strike.map_or((None, None), |(kind, after_ms)| (Some(kind), after_ms));
        match config.wait_ms {
            Some(wait_ms) => self.plan(now_ms.saturating_add(wait_ms), Task::GiveUpWaiting(serial)),
            None => self.say_joined(serial, frame, kind.as_ref().map(|kind| (kind, now_ms))),
        }
        if let Some(old) = old {
            self.say_end(&old.topic, &old.join_ref, "phx_close", "{}");
        }
        self.plan_live(serial, kind, after_ms, now_ms);
    }

    /// The answer to a join, with what a scenario makes of it.
    pub(super) fn say_joined(&mut self, serial: u64, frame: &Incoming, strike: Option<(&ScenarioKind, u64)>) {
        let Some(channel) = self.channel(serial) else { return };
        let (kind, now_ms) = strike.map_or((None, 0), |(kind, now_ms)| (Some(kind), now_ms));
        let mut echoes = Vec::new();
        for binding in &channel.bindings {
            let id = match kind {
                Some(ScenarioKind::IdAsString) => json!(binding.id.to_string()),
                Some(ScenarioKind::IdZero) => json!(0),
                _ => json!(binding.id),
            };
            let mut echo = binding.echo(&id);
            if kind == Some(&ScenarioKind::BindingMismatch) {
                echo["filter"] = json!("reference_id=eq.another");
            }
            echoes.push(echo);
        }
        let response = match kind {
            Some(ScenarioKind::NoBindings) => json!({}),
            _ => json!({ "postgres_changes": echoes }),
        };
        if kind == Some(&ScenarioKind::EventBeforeReply) {
            let change = self.at_hand(serial, now_ms);
            self.say_change(serial, &change);
        }
        self.say(&Outgoing::reply(frame, "ok", &response.to_string()));
    }

    fn plan_live(&mut self, serial: u64, kind: Option<ScenarioKind>, after_ms: Option<u64>, now_ms: u64) {
        let gap_ms = self.hub.settings().live_after_ms;
        let Some(channel) = self.channel(serial).filter(|channel| !channel.bindings.is_empty()) else {
            return self.answer_held(serial);
        };
        let watched = channel.watched().map(str::to_owned);
        let parameters = channel.bindings.first().map(super::channel::Binding::describe).unwrap_or_default();
        let after = |ms: u64| now_ms.saturating_add(ms);
        match kind {
            Some(ScenarioKind::NoSystem) => {}
            Some(ScenarioKind::LateSystem) => {
                self.plan(after(after_ms.unwrap_or(LATE_SYSTEM_MS)), Task::GoLive(serial));
            }
            Some(ScenarioKind::ChangeInGap) => {
                let before = watched.map_or(0, |reference| self.changes_of(&reference, now_ms).len());
                if let Some(channel) = self.channel(serial) {
                    channel.live_with_change = Some(before);
                }
            }
            Some(ScenarioKind::SystemError { message, retry_after_ms }) => {
                let message = message.unwrap_or_else(|| {
                    format!(
                        "Unable to subscribe to changes with given parameters. Please check Realtime is \
                         enabled for the given connect parameters: {parameters}"
                    )
                });
                self.plan(after(gap_ms), Task::Trouble(serial, message));
                if let Some(retry_ms) = retry_after_ms {
                    self.plan(after(gap_ms.saturating_add(retry_ms)), Task::GoLive(serial));
                }
            }
            _ => self.plan(after(gap_ms), Task::GoLive(serial)),
        }
        self.run_if_due(gap_ms, now_ms);
    }

    /// A channel without bindings has nothing to wait for.
    fn answer_held(&mut self, serial: u64) {
        if let Some(frame) = self.channel(serial).and_then(|channel| channel.held.take()) {
            self.say_joined(serial, &frame, None);
        }
    }

    pub(super) fn give_up_waiting(&mut self, serial: u64) {
        let Some(frame) = self.channel(serial).and_then(|channel| channel.held.take()) else { return };
        self.forget(serial);
        let what = "Timed out waiting for the postgres_changes subscription";
        self.say(&Outgoing::error(&frame, &format!("PostgresChangesSubscribeTimeout: {what}")));
    }
}
