//! One moment of a payment's life: the row, the workers, what is on the wire, what the vendor has done, and what may
//! still happen.

use crate::answer::Answer;
use crate::bench::{Call, Id, Moment};
use crate::setting::Setting;

/// A state of the world.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct World {
    pub(crate) now: Moment,
    pub(crate) row: Option<Row>,
    pub(crate) workers: Vec<Worker>,
    /// What is on its way, in no order: anything of it may arrive next.
    pub(crate) wire: Vec<Message>,
    pub(crate) ledger: Ledger,
    pub(crate) left: Left,
    pub(crate) broken: Broken,
}

/// The journal's row: the machine that was written, and the version to name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Row {
    pub(crate) machine: Id,
    pub(crate) version: Version,
    pub(crate) due: Option<Moment>,
}

/// How often a row was written, and taken since.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Version {
    pub(crate) number: u8,
    pub(crate) takes: u8,
}

/// A process, or the lack of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Worker {
    Away,
    AtWork(Job),
}

/// What a process has in its memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Job {
    pub(crate) machine: Id,
    /// The version that it knows, and the machine that is under it; none before it has made the row.
    pub(crate) saved: Option<(Version, Id)>,
    pub(crate) call: Option<Call>,
    /// The end of its patience: nobody else looks after the payment before.
    pub(crate) deadline: Moment,
}

/// Something on the wire. Who has died gets no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Message {
    Post { from: Option<u8>, call: Call },
    Get { from: u8, call: Call },
    Answer { to: u8, call: Call, answer: Answer },
}

/// What the vendor has done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Ledger {
    pub(crate) record: Record,
    /// How often money was moved, or is about to be.
    pub(crate) charges: u8,
    /// Requests that were put on the wire, and those of them that were answered 401 or 429.
    pub(crate) posts: u8,
    pub(crate) unprocessed: u8,
}

/// How far the vendor is with the id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Record {
    None,
    Refused,
    Pending,
    Completed,
    Failed,
}

/// What may still happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Left {
    pub(crate) crashes: u8,
    pub(crate) starts: u8,
    pub(crate) asks: u8,
    pub(crate) repeats: u8,
    pub(crate) oddities: u8,
    pub(crate) hints: u8,
}

/// Promises that were broken on the way here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[allow(clippy::struct_excessive_bools, reason = "each is a promise of its own")]
pub(crate) struct Broken {
    /// I1: a `POST` was on the wire that was not on disk.
    pub(crate) write_ahead: bool,
    /// I6: an end was left, in a process or in the row.
    pub(crate) finality: bool,
    /// I14: who had an old version wrote.
    pub(crate) fence: bool,
}

impl World {
    pub(crate) fn new(setting: &Setting) -> Self {
        Self {
            now: 0,
            row: None,
            workers: vec![Worker::Away; setting.roles.len()],
            wire: Vec::new(),
            ledger: Ledger { record: Record::None, charges: 0, posts: 0, unprocessed: 0 },
            left: Left {
                crashes: setting.crashes,
                starts: setting.starts,
                asks: setting.asks,
                repeats: setting.repeats,
                oddities: setting.oddities,
                hints: setting.hints,
            },
            broken: Broken::default(),
        }
    }

    /// Puts a message on the wire. The order is no part of the state.
    pub(crate) fn post(&mut self, message: Message) {
        let place = self.wire.partition_point(|other| *other <= message);
        self.wire.insert(place, message);
    }

    /// Takes a message from the wire.
    pub(crate) fn take(&mut self, message: Message) {
        if let Ok(place) = self.wire.binary_search(&message) {
            self.wire.remove(place);
        }
    }

    /// A process dies: with it goes its memory, and the other ends of its connections. What it sent is still on its way.
    pub(crate) fn die(&mut self, worker: u8) {
        self.workers[usize::from(worker)] = Worker::Away;
        let wire = std::mem::take(&mut self.wire);
        for message in wire {
            match message {
                Message::Post { from: Some(from), .. } if from == worker => {
                    // Whose it was is all the same now.
                    let call = Call { executes: true, number: 0 };
                    self.post(Message::Post { from: None, call });
                }
                Message::Get { from, .. } if from == worker => {}
                Message::Answer { to, .. } if to == worker => {}
                other => self.post(other),
            }
        }
    }
}
