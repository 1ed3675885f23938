//! `_Alarm`: how an event loop hears that a call is worth going on with. Whoever rings may be a thread that is not Python's, so
//! what is rung is a socket that the loop listens to, and no Python code runs.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::os::fd::{AsRawFd, RawFd};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Wake, Waker};

use pyo3::prelude::*;

/// One for each event loop: calls have a number each.
#[pyclass(frozen, module = "dollr._dollr", name = "_Alarm")]
pub(crate) struct Alarm {
    ear: UnixStream,
    bell: Arc<Bell>,
}

struct Bell {
    socket: UnixStream,
    rung: Mutex<BTreeSet<u64>>,
}

impl Bell {
    fn rung(&self) -> MutexGuard<'_, BTreeSet<u64>> {
        self.rung.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ring(&self, call: u64) {
        let mut rung = self.rung();
        if rung.is_empty() {
            // Full or closed: then the loop hears it anyway, or never will.
            let _ = (&self.socket).write(&[1]);
        }
        rung.insert(call);
    }
}

struct Ringer(Arc<Bell>, u64);

impl Wake for Ringer {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.0.ring(self.1);
    }
}

impl Alarm {
    /// What wakes the call with this number.
    pub(crate) fn waker(&self, call: u64) -> Waker {
        Waker::from(Arc::new(Ringer(Arc::clone(&self.bell), call)))
    }
}

#[pymethods]
impl Alarm {
    #[new]
    fn new() -> PyResult<Self> {
        let (ear, socket) = UnixStream::pair()?;
        ear.set_nonblocking(true)?;
        socket.set_nonblocking(true)?;
        Ok(Self { ear, bell: Arc::new(Bell { socket, rung: Mutex::default() }) })
    }

    /// To be listened to.
    fn fileno(&self) -> RawFd {
        self.ear.as_raw_fd()
    }

    /// The numbers of the calls that were woken since it was asked last.
    fn rung(&self) -> Vec<u64> {
        let mut rung = self.bell.rung();
        let mut bytes = [0; 16];
        while matches!((&self.ear).read(&mut bytes), Ok(1..)) {}
        std::mem::take(&mut *rung).into_iter().collect()
    }
}
