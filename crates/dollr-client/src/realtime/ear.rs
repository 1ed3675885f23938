//! The payment's side: it waits as its machine says, unless a bell rings.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use dollr_core::{Channel, Event, ReferenceId, Timestamp, Why};
use tracing::debug;

use super::listener::Listener;
use super::{Realtime, Topic};
use crate::Clock;
use crate::caller::Caller;

/// A clock that is set back meanwhile must not make it wait for years.
const LONGEST: Duration = Duration::from_secs(60);

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
    pub(crate) fn wait(
        &mut self,
        caller: &Arc<Caller>,
        clock: &Arc<dyn Clock>,
        pause: &Pause,
    ) -> Option<Event> {
        if self.ear.is_none() && pause.why == Why::Schedule {
            self.ear = Some(Ear::open(self, caller, clock));
        }
        match &self.ear {
            Some(ear) => ear.wait(&**clock, pause),
            None => sleep(&**clock, pause.until),
        }
    }
}

/// Hears of one payment. Whoever drops it is not held up: the channel's thread ends by itself.
#[derive(Debug)]
struct Ear {
    channel: Arc<Mutex<Channel>>,
    bell: Receiver<()>,
    left: Arc<AtomicBool>,
}

/// A wait, as a machine wants it.
pub(crate) struct Pause {
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
        let (ring, bell) = mpsc::channel();
        let left = Arc::new(AtomicBool::new(false));
        let listener = Listener {
            line: realtime.line.clone(),
            caller: Arc::clone(caller),
            clock: Arc::clone(clock),
            channel: Arc::clone(&channel),
            bell: ring,
            left: Arc::clone(&left),
        };
        let span = tracing::info_span!("channel", %reference);
        let run = move || span.in_scope(|| listener.run());
        if let Err(error) = thread::Builder::new().name("dollr-channel".to_owned()).spawn(run) {
            debug!(%error, "no thread to listen");
        }
        Self { channel, bell, left }
    }

    fn wait(&self, clock: &dyn Clock, pause: &Pause) -> Option<Event> {
        let now = clock.now();
        let until = self.until(pause, now);
        let left = clock.real_time(until.since(now)).min(LONGEST);
        match self.bell.recv_timeout(left) {
            Ok(()) => {
                // One question answers all that has rung until now.
                while self.bell.try_recv().is_ok() {}
                Some(Event::Hint)
            }
            // A clock of one's own is moved on by waiting.
            Err(RecvTimeoutError::Timeout) if left.is_zero() => sleep(clock, until),
            Err(RecvTimeoutError::Timeout) => None,
            // It is over, and the payment was told so before.
            Err(RecvTimeoutError::Disconnected) => sleep(clock, pause.until),
        }
    }

    fn until(&self, pause: &Pause, now: Timestamp) -> Timestamp {
        if pause.why != Why::Schedule {
            return pause.until;
        }
        let channel = self.channel.lock().unwrap_or_else(PoisonError::into_inner);
        channel.safety_poll(pause.until, pause.asked, now).min(pause.deadline.max(pause.until))
    }
}

impl Drop for Ear {
    fn drop(&mut self) {
        self.left.store(true, Ordering::Relaxed);
    }
}

fn sleep(clock: &dyn Clock, until: Timestamp) -> Option<Event> {
    clock.sleep_until(until);
    None
}
