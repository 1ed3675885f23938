//! The threads of calls that block. One that has done a call waits a while for the next one, so that a loop of calls starts none.
//!
//! A fork takes no thread along, and every lock as it stands. So nobody waits here for a lock that another process may have
//! left, and who was idle in another process gets no call.

use std::io;
use std::mem;
use std::process;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SendError, Sender};
use std::sync::{Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// A call. It gives what is left to do when its thread may be given the next one: to say that it is over.
pub(crate) type Job = Box<dyn FnOnce() -> Last + Send>;

/// The end of a call.
pub(crate) type Last = Box<dyn FnOnce()>;

/// What a thread is given: a call, and itself, to be joined where it waits again.
type Work = (Job, JoinHandle<()>);

/// A thread that waits for a call. Where this is dropped, it ends.
struct Idle {
    process: u32,
    thread: JoinHandle<()>,
    work: Sender<Work>,
}

type Place = Mutex<Option<Idle>>;

/// Who waits for a call. Who finds no place here ends.
static PLACES: [Place; 8] = [const { Mutex::new(None) }; 8];

/// How long one waits for a call.
const TERM: Duration = Duration::from_secs(10);

/// A dismissed thread has next to nothing left to do; a fork does not wait for longer.
const PATIENCE: Duration = Duration::from_millis(100);

/// Has a thread do this: an idle one, or else a new one.
pub(crate) fn have_done(mut job: Job) -> io::Result<()> {
    while let Some(Idle { thread, work, .. }) = PLACES.iter().find_map(taken) {
        match work.send((job, thread)) {
            Ok(()) => return Ok(()),
            Err(SendError((back, _))) => job = back,
        }
    }
    let (work, given) = mpsc::channel();
    let thread = thread::Builder::new().name("dollr".to_owned()).spawn(move || serve(&given))?;
    // It waits for this.
    let _ = work.send((job, thread));
    Ok(())
}

/// Sends home who waits, so that a process that is about to fork has no threads that do nothing: Python warns of any.
pub(crate) fn dismiss() {
    let leaving: Vec<_> = PLACES.iter().filter_map(taken).map(|Idle { thread, .. }| thread).collect();
    let deadline = Instant::now() + PATIENCE;
    for thread in leaving {
        while !thread.is_finished() && Instant::now() < deadline {
            thread::sleep(Duration::from_micros(20));
        }
        if thread.is_finished() {
            let _ = thread.join();
        }
    }
}

/// Who waits in this place, who does so no more.
fn taken(place: &Place) -> Option<Idle> {
    let idle = place.try_lock().ok()?.take()?;
    if idle.process == process::id() {
        return Some(idle);
    }
    // Its thread is not here, and may have been inside the channel when it was left.
    mem::forget(idle);
    None
}

/// Does one call after the other.
fn serve(given: &Receiver<Work>) {
    let mut work = given.recv().ok();
    while let Some((job, thread)) = work {
        let last = job();
        // Whoever hears that it is over finds this thread idle.
        let waiting = settled(thread);
        last();
        work = waiting.and_then(|(place, given)| next(place, &given));
    }
}

/// Finds a place to wait in for this thread.
fn settled(thread: JoinHandle<()>) -> Option<(&'static Place, Receiver<Work>)> {
    let process = process::id();
    for place in &PLACES {
        let Ok(mut there) = place.try_lock() else { continue };
        if there.as_ref().is_none_or(|idle| idle.process != process) {
            let (work, given) = mpsc::channel();
            mem::forget(there.replace(Idle { process, thread, work }));
            return Some((place, given));
        }
    }
    None
}

/// Waits for the next call. None where this thread is to end.
fn next(place: &Place, given: &Receiver<Work>) -> Option<Work> {
    match given.recv_timeout(TERM) {
        Ok(work) => return Some(work),
        Err(RecvTimeoutError::Disconnected) => return None,
        Err(RecvTimeoutError::Timeout) => {}
    }
    let me = thread::current().id();
    // This place was free in this process, so who has its lock is here too.
    let mut there = place.lock().unwrap_or_else(PoisonError::into_inner);
    let left = there.take_if(|idle| idle.thread.thread().id() == me);
    drop(there);
    match left {
        Some(_) => None,
        // Somebody was quicker, and brings a call.
        None => given.recv().ok(),
    }
}
