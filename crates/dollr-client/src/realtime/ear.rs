//! The payment's side: it waits as its machine says, unless a bell rings.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use dollr_core::{Channel, Event, ReferenceId, Timestamp, Why};
use tracing::debug;

use super::bell::{Bell, Heard};
use super::listener::Listener;
use super::{Realtime, Topic};
use crate::Clock;
use crate::caller::Caller;
use crate::host::Host;

/// What a payment will be heard by: listened to once it waits for its schedule, for then it was sent.
pub(crate) struct Hearing<'a> {
    realtime: &'a Realtime,
    reference: ReferenceId,
    topic: Topic,
    ear: Option<Ear>,
}

impl<'a> Hearing<'a> {
    pub(crate) fn new(realtime: &'a Realtime, reference: ReferenceId, topic: Topic) -> Self {
        Self { realtime, reference, topic, ear: None }
    }

    /// Waits; with something to tell the payment, where something was heard.
    pub(crate) async fn wait(
        &mut self,
        host: &Host,
        caller: &Arc<Caller>,
        clock: &Arc<dyn Clock>,
        pause: &Pause,
    ) -> Option<Event> {
        if self.ear.is_none() && pause.why == Why::Schedule {
            self.ear = Some(Ear::open(self, caller, clock));
        }
        let Some(ear) = &self.ear else {
            host.sleep_until(&**clock, pause.now, pause.until).await;
            return None;
        };
        ear.wait(host, &**clock, pause).await
    }
}

/// Hears of one payment. Whoever drops it is not held up: the channel's thread ends by itself.
#[derive(Debug)]
struct Ear {
    channel: Arc<Mutex<Channel>>,
    bell: Arc<Bell>,
    left: Arc<AtomicBool>,
}

/// A wait, as a machine wants it.
pub(crate) struct Pause {
    /// When it was decided.
    pub(crate) now: Timestamp,
    pub(crate) until: Timestamp,
    pub(crate) why: Why,
    /// When the payment was sent or asked about last.
    pub(crate) asked: Timestamp,
    /// When the caller's patience ends.
    pub(crate) deadline: Timestamp,
}

impl Ear {
    /// Begins to listen. Where there is no thread to be had, there is just nothing to be heard.
    fn open(hearing: &Hearing<'_>, caller: &Arc<Caller>, clock: &Arc<dyn Clock>) -> Self {
        let &Hearing { realtime, reference, topic: Topic { session, kind }, .. } = hearing;
        let channel = Channel::watch(session, kind, reference, realtime.policy, clock.now());
        let channel = Arc::new(Mutex::new(channel));
        let (bell, rope) = Bell::new();
        let left = Arc::new(AtomicBool::new(false));
        let listener = Listener {
            line: realtime.line.clone(),
            caller: Arc::clone(caller),
            clock: Arc::clone(clock),
            channel: Arc::clone(&channel),
            bell: rope,
            left: Arc::clone(&left),
        };
        let span = tracing::info_span!("channel", %reference);
        let run = move || span.in_scope(|| listener.run());
        if let Err(error) = thread::Builder::new().name("dollr-channel".to_owned()).spawn(run) {
            debug!(%error, "no thread to listen");
        }
        Self { channel, bell, left }
    }

    async fn wait(&self, host: &Host, clock: &dyn Clock, pause: &Pause) -> Option<Event> {
        let until = self.until(pause);
        match host.listen(&self.bell, clock, pause.now, until).await {
            Heard::Rung => Some(Event::Hint),
            Heard::Nothing => None,
            // The payment was told so before.
            Heard::Over => {
                host.sleep_until(clock, pause.now, pause.until).await;
                None
            }
        }
    }

    fn until(&self, pause: &Pause) -> Timestamp {
        if pause.why != Why::Schedule {
            return pause.until;
        }
        let channel = self.channel.lock().unwrap_or_else(PoisonError::into_inner);
        channel.safety_poll(pause.until, pause.asked, pause.now).min(pause.deadline.max(pause.until))
    }
}

impl Drop for Ear {
    fn drop(&mut self) {
        self.left.store(true, Ordering::Relaxed);
    }
}
