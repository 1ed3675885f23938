//! The one call of a host that fails, and how: sockets, disk and clocks ask here before each of their calls, which are numbered.

use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What a host asks of its system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    /// A request: connecting, sending, receiving.
    Socket,
    /// The journal is read.
    Read,
    /// The journal is written.
    Write,
    /// A clock is read.
    Clock,
}

macro_rules! kinds {
    ($($name:ident $call:pat, $word:literal, $meaning:literal;)+) => {
        /// How a call fails.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Kind { $(#[doc = $meaning] $name,)+ }

        impl Kind {
            /// All of them.
            pub(crate) const ALL: &[Self] = &[$(Self::$name,)+];

            /// Its name in a command.
            pub(crate) const fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)+ }
            }

            /// Whether a call can fail so.
            pub(crate) const fn befalls(self, call: Call) -> bool {
                match self { $(Self::$name => matches!(call, $call),)+ }
            }
        }
    };
}

kinds! {
    Refused Call::Socket, "refused", "There is no connection.";
    Reset Call::Socket, "reset", "It is cut at once, and the vendor has not seen it.";
    Lost Call::Socket, "lost", "Nothing comes back, and the vendor has not seen it.";
    Late Call::Socket, "late", "The vendor sees it when nobody waits any more.";
    Cut Call::Socket, "cut", "The vendor has seen it, and the answer is cut.";
    Unanswered Call::Socket, "unanswered", "The vendor has seen it, and nothing comes back.";
    DiesSending Call::Socket, "dies-sending", "The process dies before a byte has left.";
    DiesSent Call::Socket, "dies-sent", "The process dies when all has left.";
    Busy Call::Read | Call::Write, "busy", "Somebody else has the file for too long.";
    Broken Call::Read | Call::Write, "broken", "An I/O error, and nothing is done.";
    Full Call::Write, "full", "There is no room.";
    UnsureUndone Call::Write, "unsure-undone", "An error at the commit, and nothing is done.";
    UnsureDone Call::Write, "unsure-done", "An error at the commit, and it is done.";
    DiesUndone Call::Write, "dies-undone", "The process dies before the commit.";
    DiesDone Call::Write, "dies-done", "The process dies after the commit.";
    Back Call::Clock, "back", "The clock is set back by an hour.";
    Forward Call::Clock, "forward", "The clock is set forward by an hour, or the process was suspended.";
    BackOnce Call::Clock, "back-once", "One reading is an hour behind.";
    ForwardOnce Call::Clock, "forward-once", "One reading is an hour ahead.";
}

impl Kind {
    /// Whether it can last: not what befalls a process once, and clocks stay where they were set to.
    pub(crate) const fn lasts(self) -> bool {
        !matches!(self, Self::DiesSending | Self::DiesSent | Self::DiesUndone | Self::DiesDone)
            && !self.is_clock()
    }

    pub(crate) const fn is_clock(self) -> bool {
        self.befalls(Call::Clock)
    }
}

/// Which call fails, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Prick {
    /// The number of the call, from 0 on.
    pub(crate) at: usize,
    /// How it fails.
    pub(crate) kind: Kind,
    /// Whether all later ones of its kind fail, too, until the process is started anew.
    pub(crate) lasting: bool,
}

impl fmt::Display for Prick {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { at, kind, lasting } = self;
        write!(f, "{at}:{}{}", kind.word(), if *lasting { "+" } else { "" })
    }
}

impl FromStr for Prick {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (at, word) = text.split_once(':').ok_or("a call and how it fails, such as 17:busy")?;
        let name = word.trim_end_matches('+');
        let kind = Kind::ALL.iter().copied().find(|kind| kind.word() == name);
        let kind = kind.ok_or_else(|| format!("no call fails as {name}"))?;
        let at = at.parse().map_err(|_| format!("{at} is not the number of a call"))?;
        Ok(Self { at, kind, lasting: word.ends_with('+') })
    }
}

/// Asked before each call of a host. Copies are the same one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Needle(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    /// Calls are counted, and may fail.
    awake: bool,
    prick: Option<Prick>,
    calls: Vec<Call>,
    /// The process that it has hit, and whether that is still in trouble.
    hit: Option<usize>,
    lasting: bool,
    /// A failure that lasts has begun, and nobody has been told yet.
    begun: bool,
}

impl Needle {
    /// One that lets nothing fail, or one call; and counts them.
    pub(crate) fn new(prick: Option<Prick>) -> Self {
        Self(Arc::new(Mutex::new(State { awake: true, prick, ..State::default() })))
    }

    /// A call of a process: how it fails, if it does.
    pub(crate) fn call(&self, process: usize, call: Call) -> Option<Kind> {
        let mut state = self.state();
        if !state.awake {
            return None;
        }
        state.calls.push(call);
        let prick = state.prick?;
        if state.calls.len() == prick.at + 1 {
            assert!(prick.kind.befalls(call), "{call:?} cannot fail as {}", prick.kind.word());
            state.hit = Some(process);
            (state.lasting, state.begun) = (prick.lasting, prick.lasting);
            return Some(prick.kind);
        }
        (state.lasting && state.hit == Some(process) && prick.kind.befalls(call)).then_some(prick.kind)
    }

    /// The process in which a failure that lasts has just begun.
    pub(crate) fn take_begun(&self) -> Option<usize> {
        let mut state = self.state();
        std::mem::take(&mut state.begun).then_some(state.hit)?
    }

    /// A process is started anew, on a machine that is well.
    pub(crate) fn restarted(&self, process: usize) {
        let mut state = self.state();
        state.lasting &= state.hit != Some(process);
    }

    /// From now on nothing fails, and nothing is counted.
    pub(crate) fn rest(&self) {
        self.state().awake = false;
    }

    pub(crate) fn has_hit(&self) -> bool {
        self.state().hit.is_some()
    }

    pub(crate) fn calls(&self) -> Vec<Call> {
        self.state().calls.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
