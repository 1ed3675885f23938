//! One connection as a machine: text frames and moments in, frames out. It does everything that is due in the order of
//! its time, so that a clock that leaps gives the same frames as one that runs.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};

use super::channel::{Channel, PREFIX};
use super::frame::{Incoming, Outgoing, Serializer};
use super::row::{self, Change};
use super::scenario::ScenarioKind;
use super::token::Claims;
use super::{Hub, Moment};
use crate::world::World;

/// What the socket is to do next.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Output {
    Text(String),
    Binary(Vec<u8>),
    Close(u16),
    Drop,
    Reset,
    /// Read and write no more.
    Stall,
}

/// What a connection has to do at a moment; a number names the channel.
#[derive(Clone, Debug)]
pub(super) enum Task {
    /// Answers a join that was held up.
    Join(Incoming),
    /// Refuses a join.
    RefuseJoin(Incoming, String),
    GoLive(u64),
    Trouble(u64, String),
    Resubscribe(u64, Claims),
    /// The channel's token, if it is still this one, expires.
    Expire(u64, String),
    GiveUpWaiting(u64),
    Strike(u64, ScenarioKind, Option<Change>),
}

#[derive(Debug)]
pub(crate) struct Connection {
    pub(super) id: u64,
    pub(super) serializer: Serializer,
    pub(super) apikey: String,
    pub(super) hub: Arc<Hub>,
    world: Arc<Mutex<World>>,
    pub(super) channels: Vec<Channel>,
    /// By moment, then by the order in which it was planned.
    agenda: BTreeMap<(u64, u64), Task>,
    count: u64,
    inbox: VecDeque<Incoming>,
    /// Whether frames have to wait in the inbox.
    pub(super) busy: bool,
    /// Whether frames are no longer answered at all.
    pub(super) dead: bool,
    last_heard_ms: u64,
    /// Everything that was due by then is done.
    done_until_ms: u64,
    immediate_seen: usize,
    output: Vec<Output>,
}

impl Connection {
    pub(crate) fn new(
        id: u64,
        serializer: Serializer,
        apikey: String,
        hub: Arc<Hub>,
        world: Arc<Mutex<World>>,
        now_ms: u64,
    ) -> Self {
        let mut immediate_seen = 0;
        hub.immediate(&mut immediate_seen);
        Self {
            id,
            serializer,
            apikey,
            hub,
            world,
            channels: Vec::new(),
            agenda: BTreeMap::new(),
            count: 0,
            inbox: VecDeque::new(),
            busy: false,
            dead: false,
            last_heard_ms: now_ms,
            done_until_ms: now_ms,
            immediate_seen,
            output: Vec::new(),
        }
    }

    /// What is to be sent, since the last time it was asked.
    pub(crate) fn take_output(&mut self) -> Vec<Output> {
        std::mem::take(&mut self.output)
    }

    /// Something came from the client, if only a ping.
    pub(crate) fn heard(&mut self, now_ms: u64) {
        self.last_heard_ms = now_ms;
    }

    /// A text frame came. What is no frame is dropped.
    pub(crate) fn receive(&mut self, text: &str, now_ms: u64) {
        self.run(now_ms);
        self.inbox.extend(self.serializer.read(text));
        self.read_inbox(now_ms);
    }

    /// Does everything that is due by now.
    pub(crate) fn run(&mut self, now_ms: u64) {
        let idle_at = self.idle_at();
        self.done_until_ms = now_ms;
        self.do_due(now_ms.min(idle_at));
        let mut seen = self.immediate_seen;
        for scenario in self.hub.immediate(&mut seen) {
            let chosen = self.channels.iter().filter(|channel| scenario.is_for(channel.reference()));
            let serials: Vec<_> = chosen.map(|channel| channel.serial).collect();
            for serial in serials {
                self.strike(serial, &scenario, None, now_ms);
            }
        }
        self.immediate_seen = seen;
        if idle_at <= now_ms {
            self.push(Output::Close(1000));
        }
    }

    fn idle_at(&self) -> u64 {
        self.last_heard_ms.saturating_add(self.hub.settings().idle_close_after_ms)
    }

    /// When it has something to do by itself after what it has done, if ever.
    pub(crate) fn next_due(&self) -> Option<u64> {
        if self.dead {
            return None;
        }
        let planned = self.agenda.keys().next().map(|(at_ms, _)| *at_ms);
        let world = self.world.lock().unwrap_or_else(PoisonError::into_inner);
        let listening =
            self.channels.iter().filter(|channel| channel.live || channel.live_with_change.is_some());
        let watched = listening.filter_map(Channel::watched);
        let executions = watched.filter_map(|reference| world.executions.get(reference)?.first());
        let changes = executions.filter_map(|execution| execution.next_change(self.done_until_ms));
        changes.chain(planned).chain([self.idle_at()]).min()
    }

    fn do_due(&mut self, now_ms: u64) {
        loop {
            let next = self.agenda.keys().next().copied().filter(|(at_ms, _)| *at_ms <= now_ms);
            self.hear_changes(next.map_or(now_ms, |(at_ms, _)| at_ms));
            let Some(key) = next else { return };
            if let Some(task) = self.agenda.remove(&key) {
                self.carry_out(task, key.0);
            }
        }
    }

    fn carry_out(&mut self, task: Task, at_ms: u64) {
        match task {
            Task::Join(frame) => self.open(&frame, None, at_ms),
            Task::RefuseJoin(frame, reason) => self.say(&Outgoing::error(&frame, &reason)),
            Task::GoLive(serial) => return self.go_live(serial, at_ms),
            Task::Trouble(serial, message) => {
                return self.system(serial, "postgres_changes", "error", &message);
            }
            Task::Resubscribe(serial, claims) => return self.resubscribe(serial, claims, at_ms),
            Task::Expire(serial, token) => return self.expire(serial, &token, at_ms),
            Task::GiveUpWaiting(serial) => return self.give_up_waiting(serial),
            Task::Strike(serial, kind, change) => return self.act(serial, &kind, change, at_ms),
        }
        // These had held up what came after them.
        self.busy = false;
        self.read_inbox(at_ms);
    }

    pub(super) fn plan(&mut self, at_ms: u64, task: Task) {
        let order = self.next_number();
        self.agenda.insert((at_ms, order), task);
    }

    pub(super) fn next_number(&mut self) -> u64 {
        self.count += 1;
        self.count
    }

    fn read_inbox(&mut self, now_ms: u64) {
        while !self.busy
            && let Some(frame) = self.inbox.pop_front()
        {
            if !self.dead {
                self.answer(&frame, now_ms);
            }
        }
    }

    fn answer(&mut self, frame: &Incoming, now_ms: u64) {
        let channel = self.channels.iter().find(|channel| channel.topic == frame.topic);
        let current = channel
            .map(|channel| (channel.serial, frame.join_ref.is_null() || frame.join_ref == channel.join_ref));
        match (frame.topic.as_str(), frame.event.as_str(), current) {
            (topic, "phx_join", _) if topic.starts_with(PREFIX) => self.join(frame, now_ms),
            (_, "phx_leave", Some((serial, true))) => {
                self.say(&Outgoing::ok(frame));
                self.close(serial);
            }
            ("phoenix", "heartbeat", _) | (_, "phx_leave", _) => self.say(&Outgoing::ok(frame)),
            (_, "access_token", Some((serial, true))) => self.refresh(serial, frame, now_ms),
            // Broadcasts, presence, and what was meant for an earlier channel.
            (_, _, Some(_)) => {}
            (_, _, None) => self.say(&Outgoing::error(frame, "unmatched topic")),
        }
    }

    pub(super) fn go_live(&mut self, serial: u64, at_ms: u64) {
        let Some(channel) = self.channel(serial) else { return };
        if let Some(trouble) = channel.trouble() {
            return self.system(serial, "postgres_changes", "error", &trouble);
        }
        let reference = channel.watched().map(str::to_owned);
        let missed = reference.map_or(0, |reference| self.changes_of(&reference, at_ms).len());
        if let Some(channel) = self.channel(serial) {
            channel.live = true;
            channel.live_with_change = None;
            channel.heard = missed;
        }
        self.say_live(serial, at_ms);
    }

    pub(super) fn say_live(&mut self, serial: u64, at_ms: u64) {
        let Some(channel) = self.channel(serial) else { return };
        let reference = channel.reference().map(str::to_owned);
        if let Some(frame) = channel.held.take() {
            self.say_joined(serial, &frame, None);
        }
        self.system(serial, "postgres_changes", "ok", "Subscribed to PostgreSQL");
        if let Some(scenario) = self.hub.strike(Moment::Live, reference.as_deref()) {
            self.strike(serial, &scenario, None, at_ms);
        }
    }

    pub(super) fn changes_of(&self, reference_id: &str, now_ms: u64) -> Vec<Change> {
        let world = self.world.lock().unwrap_or_else(PoisonError::into_inner);
        let first = world.executions.get(reference_id).and_then(|attempts| attempts.first());
        first.map_or_else(Vec::new, |execution| row::changes(execution, now_ms))
    }

    /// Delivers every change up to this moment that a channel has not heard of, in the order they were committed.
    fn hear_changes(&mut self, now_ms: u64) {
        let mut news = Vec::new();
        for at in 0..self.channels.len() {
            let Some(channel) = self.channels.get(at) else { break };
            let Some(reference) = channel.watched().map(str::to_owned) else { continue };
            let changes = self.changes_of(&reference, now_ms);
            let Some(channel) = self.channels.get_mut(at) else { break };
            let serial = channel.serial;
            if channel.live_with_change.is_some_and(|before| changes.len() > before) {
                self.go_live(serial, now_ms);
            } else if channel.live {
                news.extend(changes.iter().skip(channel.heard).map(|change| (serial, change.clone())));
                channel.heard = changes.len();
            }
        }
        news.sort_by_key(|(_, change)| change.at_ms);
        for (serial, change) in news {
            self.hear(serial, &change);
        }
    }

    fn hear(&mut self, serial: u64, change: &Change) {
        let Some(channel) = self.channel(serial).filter(|channel| channel.live) else { return };
        let Some(reference) = channel.watched().map(str::to_owned) else { return };
        let Some(ids) = channel.ids_for(change) else { return };
        let topic = channel.topic.clone();
        let strike = self.hub.strike(Moment::Change, Some(&reference));
        if let Some(scenario) = &strike {
            self.strike(serial, scenario, Some(change), change.at_ms);
        }
        if strike.is_none_or(|scenario| !scenario.kind.swallows_change()) {
            self.say_event(topic, change, &ids);
        }
    }

    pub(super) fn channel(&mut self, serial: u64) -> Option<&mut Channel> {
        self.channels.iter_mut().find(|channel| channel.serial == serial)
    }

    /// A `system` error that ends the channel.
    pub(super) fn end(&mut self, serial: u64, message: &str) {
        self.system(serial, "system", "error", message);
        self.close(serial);
    }

    /// The orderly end of a channel.
    pub(super) fn close(&mut self, serial: u64) {
        if let Some(channel) = self.forget(serial) {
            self.say_end(&channel.topic, &channel.join_ref, "phx_close", "{}");
        }
    }

    pub(super) fn forget(&mut self, serial: u64) -> Option<Channel> {
        let place = self.channels.iter().position(|channel| channel.serial == serial)?;
        Some(self.channels.remove(place))
    }

    pub(super) fn say_end(&mut self, topic: &str, join_ref: &Value, event: &'static str, payload: &str) {
        self.say(&Outgoing {
            join_ref: join_ref.clone(),
            reference: join_ref.clone(),
            topic: topic.to_owned(),
            event,
            payload: payload.to_owned(),
        });
    }

    pub(super) fn say_event(&mut self, topic: String, change: &Change, ids: &str) {
        let payload = change.payload(ids);
        let (join_ref, reference) = (Value::Null, Value::Null);
        self.say(&Outgoing { join_ref, reference, topic, event: "postgres_changes", payload });
    }

    pub(super) fn system(&mut self, serial: u64, extension: &str, status: &str, message: &str) {
        let Some(channel) = self.channel(serial) else { return };
        let payload = json!({
            "extension": extension,
            "status": status,
            "message": message,
            "channel": channel.name(),
        });
        let frame = Outgoing {
            join_ref: channel.join_ref.clone(),
            reference: Value::Null,
            topic: channel.topic.clone(),
            event: "system",
            payload: payload.to_string(),
        };
        self.say(&frame);
    }

    pub(super) fn say(&mut self, frame: &Outgoing) {
        self.push(Output::Text(self.serializer.write(frame)));
    }

    /// Nothing follows an end.
    pub(super) fn push(&mut self, output: Output) {
        let over = |output: &Output| !matches!(output, Output::Text(_) | Output::Binary(_));
        if !self.dead && !self.output.last().is_some_and(over) {
            self.output.push(output);
        }
    }
}
