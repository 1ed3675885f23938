//! The channel's thread: it does what the channel says, and rings a bell for the payment. A call for a key or a connection that
//! hangs holds nobody up; when nobody listens any more, the thread says goodbye and ends, at the latest when such a call does.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use dollr_core::{Channel, ChannelAction, ChannelEvent, Ending, Event, Rejected, Request, Timestamp};
use tracing::debug;

use super::Line;
use super::bell::Rope;
use super::socket::{Received, Socket, Unconnected};
use crate::Clock;
use crate::caller::Caller;
use crate::host::Host;

/// How long it reads before it looks whether anybody still listens.
const SLICE: Duration = Duration::from_millis(100);

/// The thread's things.
pub(super) struct Listener {
    pub(super) line: Line,
    pub(super) caller: Arc<Caller>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) channel: Arc<Mutex<Channel>>,
    /// Rung when the payment should be asked about; the channel does so, too, whenever it loses what it had.
    pub(super) bell: Rope,
    pub(super) left: Arc<AtomicBool>,
}

impl Listener {
    /// Until the channel is over.
    pub(super) fn run(self) -> Ending {
        let mut socket = None;
        let mut leaving = false;
        loop {
            let action = self.channel().next(self.clock.now());
            if let ChannelAction::Done(ending) = action {
                debug!(%ending, "the channel is over");
                return ending;
            }
            let event = if !leaving && self.left.load(Ordering::Relaxed) {
                leaving = true;
                Some(ChannelEvent::Leave)
            } else {
                self.act(action, &mut socket)
            };
            if let Some(event) = event {
                self.apply(&event);
                // The channel knows of the hint before the payment does, and puts nothing off that it is for.
                if event == ChannelEvent::Hinted {
                    self.bell.pull();
                }
            }
        }
    }

    /// Does it, and says what has happened, if something has.
    fn act(&self, action: ChannelAction, socket: &mut Option<Socket>) -> Option<ChannelEvent> {
        Some(match action {
            ChannelAction::Key(request) => self.key(&request),
            ChannelAction::Connect(handshake) => {
                let target = handshake.target(&self.line.anon_key);
                match Socket::open(&self.line, target.expose(), self.real_time(handshake.until)) {
                    Ok(open) => {
                        *socket = Some(open);
                        ChannelEvent::Connected
                    }
                    Err(Unconnected(status)) => ChannelEvent::Unconnected { status },
                }
            }
            ChannelAction::Send(push) => {
                if socket.as_mut().is_some_and(|open| open.send(push.text.expose())) {
                    ChannelEvent::Sent { number: push.number }
                } else {
                    close(socket)
                }
            }
            ChannelAction::Hint => ChannelEvent::Hinted,
            ChannelAction::Close => close(socket),
            ChannelAction::Wait { until } => {
                let limit = self.real_time(until).clamp(Duration::from_millis(1), SLICE);
                let Some(open) = socket else {
                    std::thread::sleep(limit);
                    return None;
                };
                match open.read(limit) {
                    Received::Text(text) => ChannelEvent::Text(text),
                    Received::Binary => ChannelEvent::Binary,
                    Received::Nothing => return None,
                    Received::Closed => close(socket),
                }
            }
            ChannelAction::Done(_) => return None,
        })
    }

    fn key(&self, request: &Request) -> ChannelEvent {
        match pollster::block_on(self.caller.exchange_again(&Host::Thread, request)) {
            Ok(Event::Answered { exchange, response }) => ChannelEvent::Answered { exchange, response },
            Ok(_) | Err(_) => ChannelEvent::Unanswered { exchange: request.exchange },
        }
    }

    /// What the channel does not take is nothing to it.
    fn apply(&self, event: &ChannelEvent) {
        let mut channel = self.channel();
        let before = channel.state();
        *channel = channel.clone().apply(event, self.clock.now()).unwrap_or_else(Rejected::into_machine);
        if before != channel.state() {
            debug!(from = before, to = channel.state(), "the channel");
        }
    }

    fn channel(&self) -> std::sync::MutexGuard<'_, Channel> {
        self.channel.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn real_time(&self, until: Timestamp) -> Duration {
        self.clock.real_time(until.since(self.clock.now()))
    }
}

fn close(socket: &mut Option<Socket>) -> ChannelEvent {
    *socket = None;
    ChannelEvent::Closed
}
