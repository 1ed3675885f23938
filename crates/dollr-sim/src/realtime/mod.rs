//! The realtime socket (§6): a Supabase Realtime server as far as one table needs it. Connections speak the Phoenix
//! protocol in both its serializers, channels hear of committed changes of their token's payment and of nothing else.
//!
//! A connection is a machine without I/O ([`connection`]): text frames and moments in, frames out; [`socket`] moves the
//! bytes and waits.

mod channel;
mod connection;
pub(crate) mod control;
mod frame;
mod handshake;
mod join;
mod log;
mod refresh;
mod row;
mod scenario;
pub(crate) mod sheet;
mod socket;
mod strike;
mod token;

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use tokio::sync::watch;

pub(crate) use handshake::{accept, is_socket};
pub use log::{ConnectionEntry, FrameDirection, FrameEntry, RealtimeLog, TokenEntry};
pub use scenario::{Moment, Scenario, ScenarioKind};
pub use token::ANON_KEY;
pub(crate) use token::sign_key;

/// How long the socket's server takes for things, in ms by the simulator's clock unless it says otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RealtimeSettings {
    /// From the answer to a join until the channel is live (`system` ok).
    pub live_after_ms: u64,
    /// From a good new token until the channel is subscribed with it (the next `system` ok).
    pub resubscribe_after_ms: u64,
    /// How long a refused handshake waits.
    pub refusal_delay_ms: u64,
    /// How long a refused join waits; the connection does nothing else meanwhile.
    pub join_error_delay_ms: u64,
    /// Without a byte from the client for so long, the socket is closed with 1000.
    pub idle_close_after_ms: u64,
    /// The life of a key from the key call, in seconds.
    pub key_life_seconds: u64,
}

impl Default for RealtimeSettings {
    fn default() -> Self {
        Self {
            live_after_ms: 300,
            resubscribe_after_ms: 1_000,
            refusal_delay_ms: 2_000,
            join_error_delay_ms: 5_000,
            idle_close_after_ms: 60_000,
            key_life_seconds: 300,
        }
    }
}

/// What the connections share with each other and with the control endpoints.
#[derive(Debug)]
pub(crate) struct Hub {
    inner: Mutex<Inner>,
    /// Something has happened that connections may have to tell of.
    news: watch::Sender<()>,
    /// For how many ms of real time nothing is to listen.
    outage: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct Inner {
    settings: RealtimeSettings,
    armed: Vec<Scenario>,
    /// Those that struck at once, oldest first.
    immediate: Vec<Scenario>,
    log: RealtimeLog,
}

impl Hub {
    pub(crate) fn new() -> Self {
        Self { inner: Mutex::default(), news: watch::Sender::new(()), outage: watch::Sender::new(0) }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn settings(&self) -> RealtimeSettings {
        self.inner().settings.clone()
    }

    pub(crate) fn set(&self, settings: RealtimeSettings) {
        self.inner().settings = settings;
    }

    pub(crate) fn log(&self) -> RealtimeLog {
        self.inner().log.clone()
    }

    fn note(&self, write: impl FnOnce(&mut RealtimeLog)) {
        write(&mut self.inner().log);
    }

    /// The world may have changed.
    pub(crate) fn tell(&self) {
        self.news.send_replace(());
    }

    pub(crate) fn arm(&self, scenario: Scenario) {
        if let ScenarioKind::RefuseConnections { for_ms } = scenario.kind {
            self.outage.send_replace(for_ms);
        } else if scenario.moment() == Moment::Now {
            self.inner().immediate.push(scenario);
            self.tell();
        } else if scenario.times > 0 {
            self.inner().armed.push(scenario);
        }
    }

    pub(crate) fn armed(&self) -> Vec<Scenario> {
        self.inner().armed.clone()
    }

    pub(crate) fn disarm(&self) {
        self.inner().armed.clear();
    }

    /// Forgets what is armed and what was said; connections and settings stay.
    pub(crate) fn reset(&self) {
        let mut inner = self.inner();
        inner.armed.clear();
        inner.log.forget();
        drop(inner);
        self.tell();
    }

    /// Changes when nothing is to listen for so many ms of real time.
    pub(crate) fn outages(&self) -> watch::Receiver<u64> {
        self.outage.subscribe()
    }

    /// The scenario that strikes at this moment, if any; each that is let through has one fewer to let through.
    pub(crate) fn strike(&self, at: Moment, reference_id: Option<&str>) -> Option<Scenario> {
        let mut inner = self.inner();
        let mut struck = None;
        for (place, scenario) in inner.armed.iter_mut().enumerate() {
            if scenario.moment() != at || !scenario.is_for(reference_id) {
                continue;
            }
            if scenario.skip > 0 {
                scenario.skip -= 1;
            } else if struck.is_none() {
                struck = Some(place);
            }
        }
        let scenario = inner.armed.get_mut(struck?)?;
        if scenario.times != u32::MAX {
            scenario.times -= 1;
        }
        let strike = scenario.clone();
        inner.armed.retain(|scenario| scenario.times > 0);
        Some(strike)
    }

    /// Those that struck at once since a connection last asked.
    fn immediate(&self, seen: &mut usize) -> Vec<Scenario> {
        let inner = self.inner();
        let new = inner.immediate.get(*seen..).unwrap_or_default().to_vec();
        *seen = inner.immediate.len();
        new
    }
}
