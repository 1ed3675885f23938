//! A clock at which a run stops in its midst, so that no test has to be quicker than it.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::{self, ThreadId};

use dollr_client::core::Timestamp;
use dollr_client::{Client, Clock};

use crate::World;

/// The world's clock. Who looks at it on another thread than the one that has made it, as a run's workers do, is held up in the midst of
/// his rows until he may go on.
#[derive(Debug)]
struct Gate {
    clock: dollr_sim::Clock,
    owner: ThreadId,
    looks: AtomicU64,
    way: Mutex<Receiver<()>>,
}

impl Gate {
    /// A dozen rows or so.
    const SHUT_AT: u64 = 60;
}

impl Clock for Gate {
    fn now(&self) -> Timestamp {
        let is_worker = thread::current().id() != self.owner;
        if is_worker && self.looks.fetch_add(1, Ordering::SeqCst) == Self::SHUT_AT {
            self.way.lock().expect("one worker").recv().expect("somebody who opens it");
        }
        Timestamp::from_millis(self.clock.now_ms())
    }

    fn sleep_until(&self, until: Timestamp) {
        self.clock.advance_to(until.as_millis());
    }
}

impl World {
    /// [`World::client`], whose one worker does not go on beyond some rows before he is told to.
    pub fn client_with_a_gate(&self) -> (Client, Sender<()>) {
        let (opener, way) = mpsc::channel();
        let (owner, way) = (thread::current().id(), Mutex::new(way));
        let gate = Gate { clock: self.sim.clock(), owner, looks: AtomicU64::new(0), way };
        (self.builder().clock(gate).build().expect("a client"), opener)
    }
}
