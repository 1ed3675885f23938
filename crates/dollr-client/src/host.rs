//! Who sends and who waits: the calling thread, or somebody who is asked to ([`Steps`](crate::Steps)). What is done in between is
//! the same for both, and written once.

use std::sync::Arc;
use std::time::Duration;

use dollr_core::{Bearer, Event, Request, Timestamp};

use crate::Clock;
use crate::http::Http;
use crate::realtime::{Bell, Heard};
use crate::steps::Desk;

/// A clock that is set back meanwhile must not make anybody listen for years.
const LONGEST: Duration = Duration::from_secs(60);

/// Who does what takes time.
#[derive(Debug, Clone)]
pub(crate) enum Host {
    /// This thread. What it awaits is there at once, or waits for another thread.
    Thread,
    /// Whoever goes through the steps.
    Desk(Arc<Desk>),
}

impl Host {
    /// Sends `request` once.
    pub(crate) async fn send(&self, http: &Http, request: &Request, bearer: Option<&Bearer>) -> Event {
        match self {
            Self::Thread => http.exchange(request, bearer),
            Self::Desk(desk) => desk.send(request, bearer).await,
        }
    }

    /// From `now`, when that was decided, until then or not much longer; coming back earlier is harmless.
    pub(crate) async fn sleep_until(&self, clock: &dyn Clock, now: Timestamp, until: Timestamp) {
        match self {
            Self::Thread => clock.sleep_until(until),
            Self::Desk(desk) => desk.sleep_until(clock, now, until).await,
        }
    }

    /// From `now`, when that was decided, until the bell rings, or then.
    pub(crate) async fn listen(
        &self,
        bell: &Bell,
        clock: &dyn Clock,
        now: Timestamp,
        until: Timestamp,
    ) -> Heard {
        match self {
            Self::Desk(desk) => desk.listen(bell, clock, now, until).await,
            Self::Thread => {
                let left = clock.real_time(until.since(clock.now())).min(LONGEST);
                let heard = bell.wait(left);
                if heard == Heard::Nothing && left.is_zero() {
                    // A clock of one's own is moved on by waiting.
                    clock.sleep_until(until);
                }
                heard
            }
        }
    }

    /// Until it is this thread's turn to wait for the journal, that is for the disk or the database. Said before each use of it.
    pub(crate) async fn at_journal(&self) {
        match self {
            Self::Thread => {}
            Self::Desk(desk) => desk.at_journal().await,
        }
    }

    /// Whether nobody wants to know the end any more: what is on record is left to others, and nothing is sent.
    pub(crate) fn is_leaving(&self) -> bool {
        match self {
            Self::Thread => false,
            Self::Desk(desk) => desk.is_leaving(),
        }
    }
}
