//! Where a channel stands, and the facts that move it. All moments are milliseconds of the channel's own life.

use super::hints::Ground;
use super::trouble::Ending;
use crate::{RealtimeKey, Secret};

/// Where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum State {
    /// There is no socket that is wanted.
    Offline(Attempt),
    /// There is a socket, and no channel on it.
    Online(Attempt),
    /// The join is sent.
    Joining { join: u32, by: u64 },
    /// The channel is there; changes may not be watched for yet.
    Joined(Membership),
    /// The server says that it watches for changes.
    Live(Membership),
    /// It is over.
    Ended(Ending),
}

/// An attempt to connect and join: not before `from`, and to be done `by` then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Attempt {
    pub(super) from: u64,
    pub(super) by: u64,
}

/// What is known while the server has the channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Membership {
    pub(super) join: u32,
    /// The number of the subscription, if the server took the one that was asked for.
    pub(super) subscription: Option<u64>,
    pub(super) beat: Beat,
}

/// The heartbeat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Beat {
    /// It is to be sent then.
    At(u64),
    /// It was sent, and is to be answered by then.
    Sent { number: u32, by: u64 },
}

/// The key that is held, when a new one is to be had, and whether the server was told this one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) token: Secret,
    pub(super) renew: Option<u64>,
    pub(super) told: bool,
}

/// What has happened, in the words of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fact {
    Keyed(RealtimeKey),
    /// No new key came; the one that is there is kept.
    NoKey,
    Connected,
    /// A frame went out.
    Sent(u32),
    JoinSent(u32),
    Joined(Option<u64>),
    Subscribed,
    Unsubscribed,
    /// A frame came that moves nothing; it may be a ground to ask, or the answer to a heartbeat.
    Heard(Option<Ground>),
    Beat,
    Hinted,
    Closed,
    /// The channel is gone, and is joined once more on the same socket.
    Dismissed(Again),
    /// The socket is gone or useless, and another is opened.
    Lost(Again),
    GivenUp(Ending),
    Over,
    Left,
}

/// When to try again, and whether with another key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Again {
    pub(super) from: u64,
    pub(super) new_key: bool,
}

impl State {
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Offline(_) => "Offline",
            Self::Online(_) => "Online",
            Self::Joining { .. } => "Joining",
            Self::Joined(_) => "Joined",
            Self::Live(_) => "Live",
            Self::Ended(_) => "Ended",
        }
    }
}

impl Fact {
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Keyed(_) => "keyed",
            Self::NoKey => "no_key",
            Self::Connected => "connected",
            Self::Sent(_) => "sent",
            Self::JoinSent(_) => "join_sent",
            Self::Joined(_) => "joined",
            Self::Subscribed => "subscribed",
            Self::Unsubscribed => "unsubscribed",
            Self::Heard(_) | Self::Beat => "heard",
            Self::Hinted => "hinted",
            Self::Closed => "closed",
            Self::Dismissed(_) => "dismissed",
            Self::Lost(_) => "lost",
            Self::GivenUp(_) => "given_up",
            Self::Over => "over",
            Self::Left => "left",
        }
    }
}
