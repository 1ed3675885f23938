//! What the host is to do for a channel, and what it says back.

use alloc::string::String;
use core::fmt;
use core::time::Duration;

use super::trouble::Ending;
use super::watch::{Handshake, Push};
use crate::{Exchange, Request, Response, Timestamp};

/// How long a channel lives, and how soon it finds out that it is dead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChannelPolicy {
    /// Its whole life, from its making on. Default: 30 s; an hour at most.
    pub life: Duration,
    /// What connecting and joining may take together. Default: 5 s.
    pub join: Duration,
    /// The least time between heartbeats; each comes up to three fifths of it later. Default: 5 s, so 5 to 8 s; a second at least.
    pub heartbeat: Duration,
    /// How long a heartbeat's answer may take. Default: 4 s.
    pub verdict: Duration,
    /// How far apart the questions are that are asked beside a live channel. Default: 5 s. What a channel costs that is live and
    /// hears nothing is no more than that.
    pub safety_poll: Duration,
}

impl Default for ChannelPolicy {
    fn default() -> Self {
        Self {
            life: Duration::from_secs(30),
            join: Duration::from_secs(5),
            heartbeat: Duration::from_secs(5),
            verdict: Duration::from_secs(4),
            safety_poll: Duration::from_secs(5),
        }
    }
}

impl ChannelPolicy {
    const LONGEST_LIFE: Duration = Duration::from_secs(3_600);
    const LEAST_HEARTBEAT: Duration = Duration::from_secs(1);

    /// With another life.
    #[must_use]
    pub fn life(self, life: Duration) -> Self {
        Self { life, ..self }
    }

    /// With another budget for connecting and joining.
    #[must_use]
    pub fn join(self, join: Duration) -> Self {
        Self { join, ..self }
    }

    /// With another least time between heartbeats.
    #[must_use]
    pub fn heartbeat(self, heartbeat: Duration) -> Self {
        Self { heartbeat, ..self }
    }

    /// With another time for a heartbeat's answer.
    #[must_use]
    pub fn verdict(self, verdict: Duration) -> Self {
        Self { verdict, ..self }
    }

    /// With another distance between the questions beside it.
    #[must_use]
    pub fn safety_poll(self, safety_poll: Duration) -> Self {
        Self { safety_poll, ..self }
    }

    /// Within the bounds in which nothing spins and everything ends.
    pub(super) fn bounded(self) -> Self {
        let life = self.life.min(Self::LONGEST_LIFE);
        Self { life, heartbeat: self.heartbeat.clamp(Self::LEAST_HEARTBEAT, Self::LONGEST_LIFE), ..self }
    }
}

/// What the host is to do for a [`Channel`](crate::Channel).
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "an action does nothing until the host does it"]
pub enum ChannelAction {
    /// Get a key with this call, then say [`ChannelEvent::Answered`] or [`ChannelEvent::Unanswered`].
    Key(Request),
    /// Open a WebSocket, then say [`ChannelEvent::Connected`] or [`ChannelEvent::Unconnected`].
    Connect(Handshake),
    /// Send this text frame, then say [`ChannelEvent::Sent`], or [`ChannelEvent::Closed`] where that failed.
    Send(Push),
    /// Tell the payment [`Event::Hint`](crate::Event::Hint), then say [`ChannelEvent::Hinted`].
    Hint,
    /// Close the socket, without waiting for an answer to that, then say [`ChannelEvent::Closed`].
    Close,
    /// Read frames, where a socket is open, until then; earlier is harmless.
    Wait {
        /// When there will be something to do.
        until: Timestamp,
    },
    /// It is over; there is nothing to do, and no socket open.
    Done(Ending),
}

/// What has happened to a [`Channel`](crate::Channel). `Debug` shows no frame.
#[derive(Clone, PartialEq, Eq)]
pub enum ChannelEvent {
    /// The call of [`ChannelAction::Key`] was answered, with any status.
    Answered {
        /// The request's own.
        exchange: Exchange,
        /// The answer.
        response: Response,
    },
    /// The call of [`ChannelAction::Key`] was not answered.
    Unanswered {
        /// The request's own.
        exchange: Exchange,
    },
    /// The socket is open.
    Connected,
    /// The socket did not come about.
    Unconnected {
        /// The handshake's HTTP status, if there was an answer.
        status: Option<u16>,
    },
    /// The frame of [`ChannelAction::Send`] is on its way.
    Sent {
        /// The push's own.
        number: u32,
    },
    /// A text frame came. Bound its size where it is read; 1 MiB is plenty.
    Text(String),
    /// A binary frame came. It is never about a payment.
    Binary,
    /// The socket is closed, whoever did it, or broken.
    Closed,
    /// The payment was told.
    Hinted,
    /// Nobody wants it any more.
    Leave,
}

impl ChannelEvent {
    /// One word for people.
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Answered { .. } => "answered",
            Self::Unanswered { .. } => "unanswered",
            Self::Connected => "connected",
            Self::Unconnected { .. } => "unconnected",
            Self::Sent { .. } => "sent",
            Self::Text(_) => "text",
            Self::Binary => "binary",
            Self::Closed => "closed",
            Self::Hinted => "hinted",
            Self::Leave => "leave",
        }
    }
}

impl fmt::Debug for ChannelEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answered { response, .. } => write!(f, "answered {response:?}"),
            Self::Unconnected { status: Some(status) } => write!(f, "unconnected (HTTP {status})"),
            Self::Sent { number } => write!(f, "sent {number}"),
            Self::Text(text) => write!(f, "text of {} bytes", text.len()),
            _ => f.write_str(self.name()),
        }
    }
}
