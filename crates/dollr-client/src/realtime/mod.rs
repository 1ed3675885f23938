//! News of a payment while somebody waits for it (pattern 3). A channel of its own thread listens, and all that it ever says is
//! *ask now*: the verdict comes from the status call, with a channel, without one and with one that lies (invariant I8).

mod bell;
mod ear;
mod line;
mod listener;
mod socket;

pub(crate) use bell::{Bell, Heard};
pub(crate) use ear::{Hearing, Pause};
pub(crate) use line::{Line, certificates};

use dollr_core::{ChannelPolicy, Secret, SessionId, SourceKind};

/// The realtime server, and how long to listen to it.
#[derive(Debug)]
pub(crate) struct Realtime {
    pub(crate) line: Line,
    pub(crate) policy: ChannelPolicy,
}

/// What is asked of the builder, before it is checked.
#[derive(Debug, Clone)]
pub(crate) struct Server {
    pub(crate) url: String,
    pub(crate) anon_key: Secret,
}

/// What a payment is heard of by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Topic {
    pub(crate) session: SessionId,
    pub(crate) kind: SourceKind,
}
