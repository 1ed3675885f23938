//! A process: a client, or a queue worker, on a clock of its own. It may die and come back.

use std::sync::Arc;

use dollr_client::{Client, Clock as _};

use crate::clock::{HostClock, ProcessClock};
use crate::disk::Disk;
use crate::fault::Column;
use crate::network::Host;
use crate::plan::Plan;
use crate::worker::Worker;
use crate::world::{Happening, World};

/// One process of the deployment.
#[derive(Debug)]
pub(crate) struct Process {
    pub(crate) clock: ProcessClock,
    pub(crate) host_clock: HostClock,
    /// None while it is dead.
    pub(crate) client: Option<Client>,
    pub(crate) worker: Option<Worker>,
    pub(crate) disk: Disk,
    /// How often it was started.
    pub(crate) life: u32,
    /// Until when it is suspended, in true time.
    pub(crate) suspended: u64,
    /// For how long it was, in ms.
    pub(crate) slept: u64,
}

impl Process {
    /// How often its clock leapt or it was suspended.
    pub(crate) fn leaps(&self) -> u32 {
        self.clock.leaps()
    }

    pub(crate) fn is_alive(&self) -> bool {
        self.client.is_some() || self.worker.is_some()
    }
}

/// A client of this deployment.
fn client(plan: &Plan, process: usize, life: u32, clock: &HostClock, disk: &Disk) -> Client {
    let seen = disk.clone();
    let mut builder = Client::builder()
        .credentials("merchant", "s3cret-of-the-world")
        .base_url("http://127.0.0.1:1")
        .name(format!("process {process}.{life}"))
        .policy(plan.policy.clone())
        .clock(clock.clone())
        .show(move |key, secret| seen.books().shown(key, secret.expose()))
        .journal(disk.clone());
    if let Some(limit) = plan.limit {
        builder = builder.limit(limit);
    }
    builder.build().expect("a client")
}

impl World<'_> {
    /// All processes, for the first time.
    pub(crate) fn start_processes(&mut self) {
        let all = self.plan.clients + usize::from(self.plan.worker);
        for process in 0..all {
            let clock = ProcessClock::new(&self.clock, 0);
            let host_clock = HostClock::new(clock.clone(), self.needle.clone(), process);
            let books = self.shared_books();
            let disk = Disk::new(&Arc::clone(&self.shelf.journal), books, &self.needle, process);
            self.processes.push(Process {
                clock,
                host_clock,
                client: None,
                worker: None,
                disk,
                life: 0,
                suspended: 0,
                slept: 0,
            });
            self.restart(process);
        }
    }

    pub(crate) fn restart(&mut self, number: usize) {
        let process = &mut self.processes[number];
        if process.is_alive() {
            return;
        }
        process.life += 1;
        self.needle.restarted(number);
        if number >= self.plan.clients {
            let now = process.clock.now();
            process.worker = Some(Worker::new(&self.plan, now));
            let life = process.life;
            self.queue.push(self.clock.now(), Happening::Tick(number, life));
            return;
        }
        process.client = Some(client(&self.plan, number, process.life, &process.host_clock, &process.disk));
    }

    /// It is gone from one moment to the next, with all that it was about to do.
    pub(crate) fn crash(&mut self, number: usize, back: Option<u64>) {
        let gone: Vec<u64> =
            self.tasks.iter().filter(|(_, task)| task.process == number).map(|(id, _)| *id).collect();
        for id in gone {
            self.tasks.remove(&id);
        }
        let process = &mut self.processes[number];
        if !process.is_alive() {
            return;
        }
        process.client = None;
        process.worker = None;
        process.suspended = 0;
        let back = back.unwrap_or_else(|| self.rng.u64(500..90_000));
        self.queue.push(self.clock.now() + back, Happening::Restart(number));
    }

    /// The states of what a process is busy with.
    pub(crate) fn busy_with(&self, number: usize) -> Vec<Column> {
        let books = self.books();
        let tasks = self.tasks.values().filter(|task| task.process == number);
        let mut columns: Vec<_> = tasks.filter_map(|task| task.column(&books)).collect();
        if let Some(worker) = &self.processes[number].worker {
            columns.extend(worker.columns());
        }
        columns.retain(|column| !matches!(column, Column::Paid | Column::Canceled | Column::Mismatched));
        columns
    }

    /// A process that can do something for a customer now.
    pub(crate) fn some_client(&mut self) -> Option<usize> {
        let now = self.clock.now();
        let able: Vec<usize> = (0..self.plan.clients)
            .filter(|n| self.processes[*n].client.is_some() && self.processes[*n].suspended <= now)
            .collect();
        if able.is_empty() { None } else { Some(able[self.rng.usize(..able.len())]) }
    }

    /// Where what is sent to a host must be told to.
    pub(crate) fn process_of(&self, host: Host) -> Option<usize> {
        match host {
            Host::Task(id) => self.tasks.get(&id).map(|task| task.process),
            Host::Worker(process, life) => {
                let process_now = &self.processes[process];
                (process_now.life == life && process_now.worker.is_some()).then_some(process)
            }
        }
    }
}
