//! How long a channel lives, and the numbers of its endings.

use std::time::Duration;

use dollr_core::{ChannelPolicy, Ending};

use crate::border::Options;
use crate::fault::Fault;

/// No ending that this header knows.
pub const DOLLR_ENDING_OTHER: i32 = 0;
/// It has lived as long as it was to.
pub const DOLLR_ENDING_LIFE_OVER: i32 = 1;
/// The host wanted no more of it.
pub const DOLLR_ENDING_LEFT: i32 = 2;
/// No key was to be had for it.
pub const DOLLR_ENDING_NO_KEY: i32 = 3;
/// The server does not open a socket.
pub const DOLLR_ENDING_REFUSED: i32 = 4;
/// The server does not let it join.
pub const DOLLR_ENDING_DENIED: i32 = 5;
/// The key ended, and a new one did not help.
pub const DOLLR_ENDING_KEY_EXPIRED: i32 = 6;
/// The server has too many users, channels or joins.
pub const DOLLR_ENDING_THROTTLED: i32 = 7;
/// The server cannot watch the table with these parameters.
pub const DOLLR_ENDING_DEAF: i32 = 8;
/// Connecting and joining took too long.
pub const DOLLR_ENDING_LATE: i32 = 9;
/// A heartbeat was not answered.
pub const DOLLR_ENDING_SILENT: i32 = 10;
/// The server ended it.
pub const DOLLR_ENDING_DISMISSED: i32 = 11;
/// The connection was lost or did not come about.
pub const DOLLR_ENDING_LOST: i32 = 12;
/// How long a channel lives, and how soon it finds out that it is dead. Set `size`; what is left 0 is the default.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct dollr_channel_policy {
    /// `sizeof(dollr_channel_policy)`.
    pub size: usize,
    /// Its whole life, in milliseconds; 0 is 30 s, an hour at most.
    pub life_ms: u64,
    /// What connecting and joining may take together, in milliseconds; 0 is 5 s.
    pub join_ms: u64,
    /// The least time between heartbeats, in milliseconds; 0 is 5 s, a second at least.
    pub heartbeat_ms: u64,
    /// How long a heartbeat's answer may take, in milliseconds; 0 is 4 s.
    pub verdict_ms: u64,
    /// How far apart the questions are that are asked beside a live channel, in milliseconds; 0 is 5 s.
    pub safety_poll_ms: u64,
}

// SAFETY: it is numbers, and begins with its size.
unsafe impl Options for dollr_channel_policy {
    const NAME: &'static str = "dollr_channel_policy";
}

impl dollr_channel_policy {
    /// The policy at `place`, the default one where it is NULL.
    ///
    /// # Safety
    ///
    /// `place` is NULL or can be read.
    pub(crate) unsafe fn parse(place: *const Self) -> Result<ChannelPolicy, Fault> {
        let policy = ChannelPolicy::default();
        // SAFETY: passed on to the caller.
        let Some(this) = (unsafe { Self::read_optional(place) })? else { return Ok(policy) };
        let or = |millis: u64, default| if millis == 0 { default } else { Duration::from_millis(millis) };
        Ok(policy
            .life(or(this.life_ms, policy.life))
            .join(or(this.join_ms, policy.join))
            .heartbeat(or(this.heartbeat_ms, policy.heartbeat))
            .verdict(or(this.verdict_ms, policy.verdict))
            .safety_poll(or(this.safety_poll_ms, policy.safety_poll)))
    }
}

pub(super) const fn number_of(ending: Ending) -> i32 {
    match ending {
        Ending::LifeOver => DOLLR_ENDING_LIFE_OVER,
        Ending::Left => DOLLR_ENDING_LEFT,
        Ending::NoKey => DOLLR_ENDING_NO_KEY,
        Ending::Refused { .. } => DOLLR_ENDING_REFUSED,
        Ending::Denied { .. } => DOLLR_ENDING_DENIED,
        Ending::KeyExpired => DOLLR_ENDING_KEY_EXPIRED,
        Ending::Throttled => DOLLR_ENDING_THROTTLED,
        Ending::Deaf => DOLLR_ENDING_DEAF,
        Ending::Late => DOLLR_ENDING_LATE,
        Ending::Silent => DOLLR_ENDING_SILENT,
        Ending::Dismissed => DOLLR_ENDING_DISMISSED,
        Ending::Lost => DOLLR_ENDING_LOST,
        _ => DOLLR_ENDING_OTHER,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How a channel ended is told by a number of its own, from 1 to 12.
    #[test]
    fn each_ending_has_its_number() {
        let endings = [
            (Ending::LifeOver, DOLLR_ENDING_LIFE_OVER),
            (Ending::Left, DOLLR_ENDING_LEFT),
            (Ending::NoKey, DOLLR_ENDING_NO_KEY),
            (Ending::Refused { status: 403 }, DOLLR_ENDING_REFUSED),
            (Ending::Denied { code: "denied" }, DOLLR_ENDING_DENIED),
            (Ending::KeyExpired, DOLLR_ENDING_KEY_EXPIRED),
            (Ending::Throttled, DOLLR_ENDING_THROTTLED),
            (Ending::Deaf, DOLLR_ENDING_DEAF),
            (Ending::Late, DOLLR_ENDING_LATE),
            (Ending::Silent, DOLLR_ENDING_SILENT),
            (Ending::Dismissed, DOLLR_ENDING_DISMISSED),
            (Ending::Lost, DOLLR_ENDING_LOST),
        ];
        for (ending, number) in endings {
            assert_eq!(number_of(ending), number, "{ending}");
        }
    }
}
