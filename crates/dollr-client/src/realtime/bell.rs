//! What a channel's thread rings when a payment should be asked about, for a thread that waits and for a task that is woken.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

/// What there was to hear.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Heard {
    /// It rang, once or more often since it was listened to.
    Rung,
    /// It will never ring again.
    Over,
    /// Not yet.
    Nothing,
}

/// The bell, for who listens.
#[derive(Debug, Default)]
pub(crate) struct Bell {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    rung: bool,
    over: bool,
    waker: Option<Waker>,
}

/// The rope, for who rings; once it is dropped, all is over.
#[derive(Debug)]
pub(super) struct Rope(Arc<Bell>);

impl Bell {
    /// One that has not rung, and its rope.
    pub(super) fn new() -> (Arc<Self>, Rope) {
        let bell = Arc::<Self>::default();
        (Arc::clone(&bell), Rope(bell))
    }

    /// Blocks until something can be heard, or this long.
    pub(crate) fn wait(&self, patience: Duration) -> Heard {
        let silent = |state: &mut State| !state.rung && !state.over;
        let waited = self.changed.wait_timeout_while(self.state(), patience, silent);
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        state.heard()
    }

    /// What can be heard now; the task is woken once there is something.
    pub(crate) fn poll(&self, context: &Context<'_>) -> Poll<Heard> {
        let mut state = self.state();
        match state.heard() {
            Heard::Nothing => {
                state.waker = Some(context.waker().clone());
                Poll::Pending
            }
            heard => Poll::Ready(heard),
        }
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        let waker = {
            let mut state = self.state();
            change(&mut state);
            state.waker.take()
        };
        self.changed.notify_all();
        waker.into_iter().for_each(Waker::wake);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// One question answers all that has rung until now.
    fn heard(&mut self) -> Heard {
        match (std::mem::take(&mut self.rung), self.over) {
            (true, _) => Heard::Rung,
            (false, true) => Heard::Over,
            (false, false) => Heard::Nothing,
        }
    }
}

impl Rope {
    pub(super) fn pull(&self) {
        self.0.change(|state| state.rung = true);
    }
}

impl Drop for Rope {
    fn drop(&mut self) {
        self.0.change(|state| state.over = true);
    }
}
