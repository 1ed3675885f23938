//! One call of a client, gone through step by step.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Wake, Waker};
use std::time::Duration;

use dollr_client::core::{Bearer, Checkout, Loss, Purpose, Request};
use dollr_client::{Clock as _, Error, Report, Step, Steps, Summary};

use crate::books::Books;
use crate::clock::ProcessClock;
use crate::fault::{Column, Fault};
use crate::network::{Heard, Host, key_of};
use crate::world::{Happening, World};

/// What is asked of a client.
pub(crate) enum Call {
    Report(Steps<Report>),
    Summary(Steps<Summary>),
    /// A hosted checkout for an order.
    Checkout(usize, Steps<Checkout>),
}

/// A call under way.
pub(crate) struct Task {
    pub(crate) process: usize,
    /// The payment that it is about; nothing where it is about many.
    pub(crate) key: String,
    call: Option<Call>,
    pending: Option<(u64, Purpose, String)>,
    began: u64,
    /// How often its process's clock had leapt by then, and how long it had been suspended.
    before: (u32, u64),
    patience: u64,
    asked: u32,
    /// When the last question was answered, by the process's clock and after how many leaps, unless it is to be repeated.
    heard: Option<(u64, u32)>,
    /// When the last answer was 401, after which a call is repeated at once, and once.
    unauthorized: Option<(u64, u32)>,
    /// Before when it must not call, the same way.
    held: Option<(u64, u32)>,
    /// Whether it waits for the token that another one gets.
    wants_token: bool,
    /// How often it was asked at one moment what to do.
    spins: (u64, u32),
}

/// A step of whichever call.
enum Stepped {
    Send(Request, Option<Bearer>),
    Wait(Option<u64>),
    Report(Result<Report, Error>),
    Summary(Result<Summary, Error>),
    Checkout(usize, Result<Checkout, Error>),
}

/// Says whose turn it is.
struct Woken(u64, Arc<Mutex<Vec<u64>>>);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.1.lock().unwrap_or_else(PoisonError::into_inner).push(self.0);
    }
}

impl fmt::Debug for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Task").field("process", &self.process).field("key", &self.key).finish_non_exhaustive()
    }
}

impl Task {
    /// The state of what it is about; none where it is about nothing in particular.
    pub(crate) fn column(&self, books: &Books) -> Option<Column> {
        match &self.pending {
            Some((_, Purpose::Other, _)) => Some(Column::Token),
            Some((_, Purpose::Execute, _)) => Some(Column::Sending),
            Some((_, Purpose::Status, key)) => Some(restored(books.column(key))),
            None if self.key.is_empty() => None,
            None => Some(books.column(&self.key)),
        }
    }
}

/// What was caught sending asks.
fn restored(column: Column) -> Column {
    if matches!(column, Column::Prepared | Column::Sending) { Column::Uncertain } else { column }
}

impl World<'_> {
    /// Begins a call; its number.
    pub(crate) fn begin(&mut self, process: usize, key: &str, patience: Duration, call: Call) -> u64 {
        self.made += 1;
        let (id, now) = (self.made, self.clock.now());
        if !key.is_empty() && self.tasks.values().any(|task| task.process != process && task.key == key) {
            let column = self.books().column(key);
            self.count_second(column);
        }
        let patience = u64::try_from(patience.as_millis()).unwrap_or(u64::MAX);
        self.trace(|| format!("task {id} of process {process} begins with {key}, patience {patience} ms"));
        let task = Task {
            process,
            key: key.to_owned(),
            call: Some(call),
            pending: None,
            began: now,
            before: (self.processes[process].leaps(), self.processes[process].slept),
            patience,
            asked: 0,
            heard: None,
            unauthorized: None,
            held: None,
            wants_token: false,
            spins: (0, 0),
        };
        self.tasks.insert(id, task);
        self.queue.push(now, Happening::Wake(id));
        if !key.is_empty() {
            self.queue.push(now + patience + LATE, Happening::Overdue(id));
        }
        id
    }

    fn count_second(&self, column: Column) {
        if crate::fault::impossible(Fault::SecondProcess, column).is_none() {
            self.hit(Fault::SecondProcess, column);
        }
    }

    /// Its next step, unless it waits for an answer or its process sleeps.
    pub(crate) fn wake(&mut self, id: u64) {
        let Some(task) = self.tasks.get_mut(&id) else { return };
        let now = self.clock.now();
        task.wants_token = false;
        let process = &self.processes[task.process];
        if process.suspended > now {
            return self.queue.push(process.suspended, Happening::Wake(id));
        }
        if task.pending.is_some() {
            return;
        }
        let Some(mut call) = task.call.take() else { return };
        let waker = Waker::from(Arc::new(Woken(id, Arc::clone(&self.woken))));
        let clock = process.clock.clone();
        let overtaken = self.books.lock().unwrap_or_else(PoisonError::into_inner).stale;
        let stepped = match &mut call {
            Call::Report(steps) => gone_on(steps, &waker, &clock, Stepped::Report),
            Call::Summary(steps) => gone_on(steps, &waker, &clock, Stepped::Summary),
            Call::Checkout(n, steps) => gone_on(steps, &waker, &clock, |done| Stepped::Checkout(*n, done)),
        };
        task.call = Some(call);
        let books = self.books.lock().unwrap_or_else(PoisonError::into_inner);
        let overtaken = books.stale > overtaken;
        drop(books);
        if overtaken && task.heard.is_none() {
            // It goes on with what somebody else has written, who was not told to leave the vendor alone.
            (task.held, task.unauthorized) = (None, None);
        }
        if overtaken {
            self.trace(|| format!("task {id} is overtaken"));
        }
        // Who has died at the disk does nothing more.
        if self.books().dead.is_some() {
            return;
        }
        self.do_step(id, stepped);
    }

    fn do_step(&mut self, id: u64, stepped: Stepped) {
        match stepped {
            Stepped::Send(request, bearer) => self.send_for(id, &request, bearer.as_ref()),
            Stepped::Wait(None) => {
                if let Some(task) = self.tasks.get_mut(&id) {
                    task.wants_token = true;
                }
            }
            Stepped::Wait(Some(until)) => {
                let now = self.clock.now();
                if until <= now {
                    self.note_spin(id);
                }
                self.trace(|| format!("task {id} waits for {} ms", until.saturating_sub(now)));
                self.queue.push(until.max(now), Happening::Wake(id));
            }
            Stepped::Report(done) => {
                let Some(task) = self.tasks.remove(&id) else { return };
                self.told(&task.key, task.process, done);
            }
            Stepped::Summary(done) => {
                let Some(task) = self.tasks.remove(&id) else { return };
                self.reconciled(task.process, done);
            }
            Stepped::Checkout(order, done) => {
                let Some(task) = self.tasks.remove(&id) else { return };
                self.checked_out(order, task.process, done);
            }
        }
    }

    /// I7: nobody is told to come back at once for ever.
    fn note_spin(&mut self, id: u64) {
        let now = self.clock.now();
        let Some(task) = self.tasks.get_mut(&id) else { return };
        task.spins = if task.spins.0 == now { (now, task.spins.1 + 1) } else { (now, 1) };
        if task.spins.1 > 20 {
            let key = task.key.clone();
            self.violated(|| format!("I7: {key} spins"));
        }
    }

    fn send_for(&mut self, id: u64, request: &Request, bearer: Option<&Bearer>) {
        let (purpose, key) = (request.exchange.purpose, key_of(&request.path, None));
        // A step's crash is before what it was told to do (F25).
        let process = self.tasks[&id].process;
        if self.plan.strikes(&mut self.rng, Fault::Crash) && self.rng.u8(..4) == 0 {
            return self.crash_busy(process);
        }
        if purpose != Purpose::Other {
            self.judge_cool_down(id);
            self.judge_pace(id, purpose);
        }
        let call = self.send(Host::Task(id), request, bearer);
        if let Some(task) = self.tasks.get_mut(&id) {
            task.pending = Some((call, purpose, key));
        }
    }

    /// I12: not sooner than a second after the last answer, nor than `Retry-After` says; I7: not for ever.
    fn judge_pace(&mut self, id: u64, purpose: Purpose) {
        let Some(task) = self.tasks.get_mut(&id).filter(|task| !task.key.is_empty()) else { return };
        let process = &self.processes[task.process];
        let (now, leaps) = (process.clock.now().as_millis(), process.leaps());
        task.asked += 1;
        let since = task.heard.filter(|(_, then)| *then == leaps && purpose == Purpose::Status);
        let early = since.is_some_and(|(at, _)| now < at + 1_000);
        let held = task.held.filter(|(until, then)| *then == leaps && now < *until);
        let most = task.patience / 1_000 + 20 + u64::from(leaps) * 60;
        let too_many = u64::from(task.asked) > most;
        let (key, asked) = (task.key.clone(), task.asked);
        if early {
            self.violated(|| format!("I12: {key} is asked about twice within a second"));
        }
        if let Some((until, _)) = held {
            self.violated(|| {
                format!("I12: {key} is called at {now}, and was to be left alone until {until}")
            });
        }
        if too_many {
            self.violated(|| format!("I7: {key} was called {asked} times, {most} are enough"));
        }
    }

    /// I12: after a 429 all who share the limit leave the vendor alone, where clocks agree and nobody dies before he can say it.
    fn begin_cool_down(&mut self, until: u64) {
        let told = [Fault::Clock, Fault::Disk, Fault::Crash].iter().all(|fault| !self.plan.has(*fault));
        if self.plan.limit.is_none() || !told || until <= self.cool_down.0 {
            return;
        }
        let has_permit =
            |task: &Task| task.wants_token || matches!(task.pending, Some((_, Purpose::Other, _)));
        let exempt = self.tasks.iter().filter(|(_, task)| has_permit(task)).map(|(id, _)| *id);
        self.cool_down = (until, exempt.collect());
    }

    fn judge_cool_down(&mut self, id: u64) {
        let (until, exempt) = &mut self.cool_down;
        if self.clock.now() >= *until {
            return;
        }
        if let Some(at) = exempt.iter().position(|other| *other == id) {
            exempt.swap_remove(at);
            return;
        }
        let until = *until;
        self.violated(|| {
            format!("I12: task {id} calls, and all were to leave the vendor alone until {until}")
        });
    }

    /// A host hears of its call, unless it is gone.
    pub(crate) fn deliver(&mut self, host: Host, call: u64, purpose: Purpose, key: &str, heard: Heard) {
        let Some(number) = self.process_of(host) else { return };
        let suspended = self.processes[number].suspended;
        if suspended > self.clock.now() {
            let key = key.to_owned();
            return self.queue.push(suspended, Happening::Deliver { host, call, purpose, key, heard });
        }
        if let (Heard::Answer(answer, _), Purpose::Status) = (&heard, purpose) {
            self.note_evidence(key, answer);
        }
        match host {
            Host::Task(id) => {
                self.hear(id, call, &heard);
                self.wake(id);
            }
            Host::Worker(process, _) => self.worker_hears(process, call, &heard),
        }
    }

    fn note_evidence(&mut self, key: &str, answer: &crate::answer::Answer) {
        if answer.proves.as_deref() != Some(key) || answer.status != 200 || answer.age.is_some() {
            return;
        }
        let mut books = self.books();
        books.heard_paid(key);
        if books.column(key) == Column::Failed {
            books.hits.count(Fault::FailedThenCompleted, Column::Failed);
        }
    }

    fn hear(&mut self, id: u64, call: u64, heard: &Heard) {
        let Some(task) = self.tasks.get_mut(&id) else { return };
        let Some((_, purpose, _)) = task.pending.take_if(|(pending, ..)| *pending == call) else { return };
        let process = &self.processes[task.process];
        let (now, leaps) = (process.clock.now().as_millis(), process.leaps());
        task.wants_token = false;
        let unauthorized = matches!(heard, Heard::Answer(answer, _) if answer.status == 401);
        if purpose != Purpose::Other {
            // Where no token was to be had in between, nothing was sent, and that was waited for.
            let again = task.unauthorized.is_some_and(|(at, then)| then == leaps && now < at + 1_000);
            let repeats = unauthorized && !again;
            task.unauthorized = unauthorized.then_some((now, leaps));
            task.heard = (purpose == Purpose::Status && !repeats).then_some((now, leaps));
            task.held = match heard {
                Heard::Answer(_, Some(hold)) => Some((now + hold, leaps)),
                _ => None,
            };
        }
        let limited = match heard {
            Heard::Answer(answer, Some(hold)) if answer.status == 429 && purpose != Purpose::Other => {
                Some(*hold)
            }
            _ => None,
        };
        match (&mut task.call, heard) {
            (Some(Call::Report(steps)), Heard::Answer(answer, _)) => steps.answered(answer.response()),
            (Some(Call::Report(steps)), Heard::Lost(loss)) => steps.lost(*loss),
            (Some(Call::Summary(steps)), Heard::Answer(answer, _)) => steps.answered(answer.response()),
            (Some(Call::Summary(steps)), Heard::Lost(loss)) => steps.lost(*loss),
            (Some(Call::Checkout(_, steps)), Heard::Answer(answer, _)) => steps.answered(answer.response()),
            (Some(Call::Checkout(_, steps)), Heard::Lost(loss)) => steps.lost(*loss),
            (None, _) => {}
        }
        if let Some(hold) = limited {
            self.begin_cool_down(self.clock.now() + hold);
        }
        if self.is_tracing() {
            let what = match heard {
                Heard::Answer(answer, _) => format!("{} {}", answer.status, answer.body),
                Heard::Lost(Loss::NotSent) => "not sent".to_owned(),
                Heard::Lost(Loss::Unknown) => "no answer".to_owned(),
            };
            self.trace(|| format!("task {id} hears {what}"));
        }
    }

    /// A customer goes away, and says so or not.
    pub(crate) fn go(&mut self, id: u64, says_so: bool) {
        let Some(task) = self.tasks.remove(&id) else { return };
        self.trace(|| format!("task {id} for {} is left, {says_so}", task.key));
        let (key, process) = (task.key, task.process);
        if let (true, Some(Call::Report(mut steps))) = (says_so, task.call)
            && let Some(done) = steps.leave()
        {
            self.told(&key, process, done);
        }
    }

    /// I7: whoever waits is told in time.
    pub(crate) fn look_at_overdue(&mut self, id: u64) {
        let Some(task) = self.tasks.get(&id) else { return };
        let process = &self.processes[task.process];
        let (leaps, slept) =
            (process.leaps().saturating_sub(task.before.0), process.slept.saturating_sub(task.before.1));
        let late = task.began + task.patience + LATE + u64::from(leaps) * 300_000 + slept;
        if late > self.clock.now() {
            return self.queue.push(late, Happening::Overdue(id));
        }
        let (key, patience) = (task.key.clone(), task.patience / 1_000);
        self.violated(|| format!("I7: who waits for {key} with a patience of {patience} s is not told"));
    }
}

/// How much later than its patience a call may end: last questions, each of which takes as long as the longest call does.
const LATE: u64 = 900_000;

/// A step further, as an event loop goes: by itself, and on another thread where the journal is wanted first.
fn gone_on<T>(
    steps: &mut Steps<T>,
    waker: &Waker,
    clock: &ProcessClock,
    over: impl FnOnce(Result<T, Error>) -> Stepped,
) -> Stepped {
    match steps.try_next(waker).unwrap_or_else(|| steps.next(waker)) {
        Step::Send(request, bearer) => Stepped::Send(request, bearer),
        Step::Wait(until) => Stepped::Wait(until.map(|until| clock.true_time(until))),
        Step::Done(done) => over(done),
    }
}
