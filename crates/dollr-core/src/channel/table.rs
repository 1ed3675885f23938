//! What may happen to a channel. `lost` leaves the socket, `dismissed` only the topic; each happens once at most, and what would be
//! the second is `given_up`.

use crate::table::{Edge, edges};

/// Every legal transition of a [`Channel`](crate::Channel).
pub const CHANNEL_TRANSITIONS: &[Edge] = edges! {
    Offline {
        keyed => Offline, connected => Online, lost => Offline, heard => Offline, sent => Offline, hinted => Offline,
        closed => Offline, no_key => Offline, given_up => Ended, over => Ended, left => Ended,
    }
    Online {
        keyed => Online, join_sent => Joining, lost => Offline, heard => Online, sent => Online, hinted => Online,
        no_key => Online, given_up => Ended, over => Ended, left => Ended,
    }
    Joining {
        keyed => Joining, no_key => Joining, joined => Joined, dismissed => Online, lost => Offline, heard => Joining, sent => Joining, hinted => Joining,
        given_up => Ended, over => Ended, left => Ended,
    }
    Joined {
        subscribed => Live, unsubscribed => Joined, dismissed => Online, lost => Offline, heard => Joined, sent => Joined,
        hinted => Joined, keyed => Joined, no_key => Joined, given_up => Ended, over => Ended, left => Ended,
    }
    Live {
        subscribed => Live, unsubscribed => Joined, dismissed => Online, lost => Offline, heard => Live, sent => Live,
        hinted => Live, keyed => Live, no_key => Live, given_up => Ended, over => Ended, left => Ended,
    }
    Ended {
        keyed => Ended, no_key => Ended, connected => Ended, closed => Ended, heard => Ended, sent => Ended, hinted => Ended,
    }
};
