//! The hosts, as the client's `drive` and `reconcile` are: ask the machine, do as it says, tell it what happened. And the
//! journal, of which they share one row.

use crate::bench::{Bench, Call, Id, Moment, Told, Wish};
use crate::setting::{Flaw, Role, Setting};
use crate::world::{Job, Message, Row, Version, Worker, World};

/// How long after the end of its patience a process is taken for dead.
const LAST_QUESTION: Moment = 60_000;

/// How long a row is lent.
const TERM: Moment = 120_000;

/// One worker, in a world that it changes.
pub(crate) struct Host<'a> {
    pub(crate) bench: &'a Bench,
    pub(crate) setting: &'a Setting,
    pub(crate) worker: u8,
}

impl Host<'_> {
    fn role(&self) -> Role {
        self.setting.roles[usize::from(self.worker)]
    }

    /// What it has in hand.
    pub(crate) fn job(&self, world: &World) -> Option<Job> {
        match world.workers[usize::from(self.worker)] {
            Worker::AtWork(job) => Some(job),
            Worker::Away => None,
        }
    }

    /// What its machine wants of it, unless it awaits an answer.
    pub(crate) fn wish(&self, world: &World) -> Option<Wish> {
        let job = self.job(world).filter(|job| job.call.is_none())?;
        Some(self.bench.wish(job.machine, world.now))
    }

    /// Whether there is anything for it to begin with.
    pub(crate) fn may_start(&self, world: &World) -> bool {
        let away = self.job(world).is_none() && world.left.starts > 0;
        let found = match (world.row, self.role()) {
            (None, role) => role == Role::Attends,
            (Some(row), Role::Attends) => !self.bench.known(row.machine).is_terminal(),
            (Some(row), Role::Reconciles) => row.due.is_some(),
        };
        away && found
    }

    /// Begins the payment, goes on with it, or takes it. Leases are no matter: it may be a clock that is wrong.
    pub(crate) fn start(&self, world: &mut World) {
        world.left.starts -= 1;
        let deadline = world.now + self.setting.patience();
        let job = match (&mut world.row, self.role()) {
            (None, _) => Job { machine: self.bench.prepare(world.now), saved: None, call: None, deadline },
            (Some(row), Role::Attends) => self.resumed(*row, world.now, deadline),
            (Some(row), Role::Reconciles) => {
                row.version.takes += 1;
                let saved = self.bench.known(row.machine).restored;
                let machine = self.bench.tell(saved, Told::Adopted, world.now).id;
                Job { machine, saved: Some((row.version, saved)), call: None, deadline }
            }
        };
        self.put(world, Worker::AtWork(job));
    }

    /// Does what its machine wants.
    pub(crate) fn step(&self, world: &mut World, job: Job, wish: Wish) {
        match wish {
            Wish::Record(recorded) => {
                let due = match self.role() {
                    Role::Attends => job.deadline.max(world.now) + LAST_QUESTION,
                    Role::Reconciles => world.now + TERM,
                };
                let told = self.bench.tell(job.machine, Told::Recorded, world.now).id;
                assert_eq!(told, recorded, "it becomes something else than was recorded");
                if self.setting.flaw == Flaw::NoRecord {
                    self.put(world, Worker::AtWork(Job { machine: told, ..job }));
                } else {
                    self.write(world, job, recorded, Some(due));
                }
            }
            Wish::Send(call) => self.send(world, job, call),
            Wish::Wait(until) if self.role() == Role::Attends => world.now = world.now.max(until),
            Wish::Wait(_) | Wish::Done => self.hand_over(world, job),
        }
    }

    fn send(&self, world: &mut World, job: Job, call: Call) {
        if call.executes {
            let may = self.role() == Role::Attends || self.setting.resends;
            assert!(may, "who only looks after it sends what was not sent");
            let recorded =
                world.row.is_some_and(|row| self.bench.known(row.machine).sends > u32::from(call.number));
            world.broken.write_ahead |= !recorded;
            world.ledger.posts += 1;
            world.post(Message::Post { from: Some(self.worker), call });
        } else {
            world.left.asks -= 1;
            world.post(Message::Get { from: self.worker, call });
        }
        self.put(world, Worker::AtWork(Job { call: Some(call), ..job }));
    }

    /// Tells its machine what has happened, and saves what must survive a crash.
    pub(crate) fn tell(&self, world: &mut World, job: Job, told: Told) {
        let awaited = match told {
            Told::Answered(call, _) | Told::Lost(call) => Some(call),
            _ => None,
        };
        let applied = self.bench.tell(job.machine, told, world.now);
        let answered = awaited.is_some() && awaited == job.call;
        assert!(!(applied.refused && answered), "an answer that is awaited is refused: {told:?}");
        world.broken.finality |= applied.unfinal;
        let call = job.call.filter(|_| !answered);
        let job = Job { machine: applied.id, call, ..job };
        self.put(world, Worker::AtWork(job));
        if applied.moved && self.role() == Role::Attends {
            let open = !self.bench.known(job.machine).is_terminal();
            let due = if open {
                Some(job.deadline.max(world.now) + LAST_QUESTION)
            } else {
                self.bench.due(job.machine, world.now)
            };
            self.write(world, job, job.machine, due);
        }
    }

    /// Leaves it to others, as it is now.
    fn hand_over(&self, world: &mut World, job: Job) {
        let known = self.bench.known(job.machine);
        let kept = job.saved.is_some_and(|(_, saved)| self.bench.same(saved, job.machine));
        if !(known.is_terminal() && kept) {
            let due = self.bench.due(job.machine, world.now);
            if !self.write(world, job, job.machine, due) {
                return;
            }
        }
        self.put(world, Worker::Away);
    }

    /// Writes over the version that it knows; whether that was possible. Where somebody else was first, who attends takes
    /// his machine over, and who reconciles leaves it to him.
    fn write(&self, world: &mut World, job: Job, machine: Id, due: Option<Moment>) -> bool {
        let (expected, found) = (job.saved.map(|(version, _)| version), world.row.map(|row| row.version));
        if expected != found && self.setting.flaw != Flaw::NoFence {
            let taken_over = match (world.row, self.role()) {
                (Some(row), Role::Attends) if expected.is_some() => {
                    Worker::AtWork(self.resumed(row, world.now, job.deadline))
                }
                _ => Worker::Away,
            };
            self.put(world, taken_over);
            return false;
        }
        world.broken.fence |= expected != found;
        if let Some(row) = world.row {
            let [before, after] = [row.machine, machine].map(|id| self.bench.known(id));
            let left = before.is_terminal() && after.end != before.end;
            world.broken.finality |= left || (before.conflict && !after.conflict);
        }
        let number = found.map_or(0, |version| version.number) + 1;
        let version = Version { number, takes: 0 };
        world.row = Some(Row { machine, version, due });
        self.put(world, Worker::AtWork(Job { machine, saved: Some((version, machine)), ..job }));
        true
    }

    /// At work on what the row has.
    fn resumed(&self, row: Row, now: Moment, deadline: Moment) -> Job {
        let saved = self.bench.known(row.machine).restored;
        let mut machine = saved;
        if !self.bench.known(saved).is_terminal() {
            machine = self.bench.tell(machine, Told::Adopted, now).id;
            machine = self.bench.tell(machine, Told::Resumed, now).id;
        }
        Job { machine, saved: Some((row.version, saved)), call: None, deadline }
    }

    fn put(&self, world: &mut World, worker: Worker) {
        world.workers[usize::from(self.worker)] = worker;
    }
}
