//! A host, a wire and a vendor, with faults drawn from a tape. The vendor's ledger is the judge: it counts what was charged,
//! whatever the machine believes. When the tape is at its end the world is honest.

use std::time::Duration;

use dollr_core::{
    Action, Event, Execution, Loss, Machine, Operation, Policy, Purpose, Request, Snapshot, Timestamp,
    Verdict,
};

use super::{START, Told, http_date, intent};

/// What goes wrong: a tape of choices.
#[derive(Debug, Clone)]
pub(crate) struct Fates {
    tape: Vec<u8>,
    at: usize,
}

impl Fates {
    pub(crate) fn new(tape: Vec<u8>) -> Self {
        Self { tape, at: 0 }
    }

    /// One of `n`; the first once the tape is over.
    fn pick(&mut self, n: u8) -> u8 {
        self.at += 1;
        self.tape.get(self.at - 1).map_or(0, |byte| byte % n)
    }

    fn over(&self) -> bool {
        self.at >= self.tape.len()
    }
}

/// What the vendor is like.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Vendor {
    /// Whether it takes the reference id for an idempotency key.
    pub(crate) deduplicates: bool,
    /// Whether its answers say what time it is.
    pub(crate) dated: bool,
    /// Whether what it takes on ends well.
    pub(crate) pays: bool,
    /// How long the session lives.
    pub(crate) session: Duration,
}

impl Vendor {
    /// Whether the host was told when the session ends.
    fn end_is_known(self) -> bool {
        self.session.as_secs().is_multiple_of(2)
    }
}

/// The whole world of one payment.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) machine: Execution,
    vendor: Vendor,
    fates: Fates,
    /// True time, and what the host's clock is off by.
    time: Timestamp,
    skew: i64,
    /// What survives a crash.
    disk: Snapshot,
    saved: Execution,
    /// Requests that are still on their way, by the time of their arrival.
    on_their_way: Vec<Timestamp>,
    /// When each request was processed.
    landed: Vec<Timestamp>,
    /// The body of each `POST` that left.
    pub(crate) bodies: Vec<String>,
    /// Those that may have been processed: not refused a connection, not answered 401 or 429.
    pub(crate) posts: u32,
    pub(crate) verdict: Option<Verdict>,
}

impl World {
    pub(crate) fn new(operation: Operation, policy: Policy, vendor: Vendor, fates: Fates) -> Self {
        let intent = intent(operation);
        let intent = if vendor.end_is_known() {
            intent.session_expires_at(START.after(vendor.session))
        } else {
            intent
        };
        let machine = Execution::prepare(intent, policy, START);
        let (disk, saved) = (machine.snapshot(), machine.clone());
        Self {
            machine,
            vendor,
            fates,
            time: START,
            skew: 0,
            disk,
            saved,
            on_their_way: Vec::new(),
            landed: Vec::new(),
            bodies: Vec::new(),
            posts: 0,
            verdict: None,
        }
    }

    /// How often money moved, once everything on its way has arrived.
    pub(crate) fn charges(&self) -> usize {
        let late = self.on_their_way.iter().filter(|at| **at < self.session_end()).count();
        let landed = self.landed.len() + late;
        let taken = if self.vendor.deduplicates { landed.min(1) } else { landed };
        if self.vendor.pays { taken } else { 0 }
    }

    /// Goes on until there is a final verdict, or for `steps`.
    pub(crate) fn run(&mut self, steps: u32) {
        for _ in 0..steps {
            self.leap();
            self.step();
            if self.machine.is_terminal() && self.fates.over() {
                self.verdict = Some(self.machine.verdict());
                return;
            }
        }
    }

    fn step(&mut self) {
        if self.fates.pick(12) == 11 {
            self.crash();
        }
        match self.machine.next(self.clock()) {
            Action::Record(snapshot) => {
                if self.fates.pick(12) == 11 {
                    return self.crash();
                }
                self.disk = snapshot;
                if self.fates.pick(12) == 11 {
                    return self.crash();
                }
                self.apply(Event::Recorded);
            }
            Action::Send(request) if request.exchange.purpose == Purpose::Execute => self.post(&request),
            Action::Send(request) => self.get(&request),
            Action::Wait { until, .. } => {
                let wait = until.since(self.clock());
                assert!(wait > Duration::ZERO && wait <= Duration::from_secs(3_961), "{wait:?}");
                self.pass(wait);
            }
            Action::Act { .. } => self.apply(Event::Shown),
            Action::Done(verdict) if self.machine.is_terminal() => {
                self.verdict = Some(verdict);
                // Somebody looks once more, all the same.
                if let Some(request) = self.machine.ask() {
                    self.get(&request);
                }
            }
            Action::Done(verdict) => {
                self.verdict = Some(verdict);
                self.pass(Duration::from_secs(120));
                self.apply(Event::Resumed { patience: Duration::from_secs(600) });
            }
        }
    }

    /// A `POST` leaves; the fates say what becomes of it.
    fn post(&mut self, request: &Request) {
        let exchange = request.exchange;
        self.bodies.push(request.body.as_ref().expect("a body").expose().to_owned());
        self.posts += 1;
        let lost = Event::Lost { exchange, loss: Loss::Unknown };
        let answered = |told: Told| Event::Answered { exchange, response: told.response() };
        let operation = self.machine.intent().operation();
        let event = match self.fates.pick(17) {
            0 | 1 => self.arrives().then(|| answered(Told::of(operation, "PENDING").code(201))),
            2 => self.arrives().then_some(lost),
            3 => Some(self.late(lost)),
            4 => Some(lost),
            5 => Some(self.unprocessed(Event::Lost { exchange, loss: Loss::NotSent })),
            6 => Some(self.unprocessed(answered(Told::http(429, "").header("Retry-After", "5")))),
            7 => Some(self.unprocessed(answered(401.into()))),
            8 => self.arrives().then(|| answered(500.into())),
            9 => Some(answered(503.into())),
            10 => self.arrives().then(|| answered(Told::http(200, "<html>thank you</html>"))),
            11 => self.arrives().then(|| answered(Told::http(409, r#"{"detail":"duplicate"}"#))),
            12 => self.arrives().then(|| answered(Told::of(operation, "COMPLETED"))),
            13 => Some(self.late(answered(Told::http(400, r#"{"detail":"reference_id already exists"}"#)))),
            14 => Some(self.unprocessed(answered(Told::http(403, r#"{"detail":"not verified"}"#)))),
            15 => {
                self.arrives();
                return self.crash();
            }
            _ => {
                self.on_their_way.push(self.time.after(Duration::from_secs(70)));
                return self.crash();
            }
        };
        self.pass(Duration::from_secs(2));
        // Where the session has ended the vendor refuses.
        self.apply(event.unwrap_or_else(|| answered(Told::http(422, r#"{"detail":"session expired"}"#))));
    }

    /// A question leaves; what can be answered is the truth, or nothing, or something that is no evidence.
    fn get(&mut self, request: &Request) {
        self.pass(Duration::from_millis(300));
        let exchange = request.exchange;
        let answered = |told: Told| Event::Answered { exchange, response: told.response() };
        let operation = self.machine.intent().operation();
        let completed = Told::of(operation, "COMPLETED");
        let event = match self.fates.pick(12) {
            0..=3 => answered(self.truth()),
            4 => Event::Lost { exchange, loss: Loss::Unknown },
            5 => answered(502.into()),
            6 => answered(401.into()),
            7 => answered(Told::http(429, "").header("Retry-After", "9999")),
            8 => answered(completed.header("Age", "30")),
            9 => answered(completed.with("reference_id", "\"0b8f6f2e-6a1d-4c5a-9a53-7d2f6a3c1e10\"")),
            10 => answered(Told::http(200, "<html>sign in</html>")),
            _ => return self.apply(Event::Hint),
        };
        self.apply(event);
    }

    /// What the status API says. It knows a payment three seconds after it has landed.
    fn truth(&self) -> Told {
        let operation = self.machine.intent().operation();
        let told = match self.landed.first().map(|at| self.time.since(*at).as_secs()) {
            None | Some(0..=2) => Told::http(404, r#"{"detail":"not found"}"#),
            Some(3..=9) => Told::of(operation, "PENDING"),
            Some(10..=29) => Told::of(operation, "PROCESSING"),
            Some(_) => Told::of(operation, if self.vendor.pays { "COMPLETED" } else { "FAILED" }),
        };
        if self.vendor.dated { told.header("Date", http_date(self.time)) } else { told }
    }

    /// The request reaches the vendor now; whether it is processed.
    fn arrives(&mut self) -> bool {
        let open = self.time < self.session_end();
        if open {
            self.landed.push(self.time);
        } else {
            self.posts -= 1;
        }
        open
    }

    /// The request will arrive in a while; the caller learns `event`.
    fn late(&mut self, event: Event) -> Event {
        let delay = [1, 20, 70, 400, 1_300][usize::from(self.fates.pick(5))];
        self.on_their_way.push(self.time.after(Duration::from_secs(delay)));
        event
    }

    fn unprocessed(&mut self, event: Event) -> Event {
        self.posts -= 1;
        event
    }

    fn session_end(&self) -> Timestamp {
        START.after(self.vendor.session)
    }

    fn apply(&mut self, event: Event) {
        let terminal = self.machine.is_terminal().then(|| self.machine.verdict());
        let now = self.clock();
        self.machine = self.machine.clone().apply(event, now).unwrap_or_else(|e| panic!("{e}"));
        if let Some(verdict) = terminal {
            assert_eq!(self.machine.verdict(), verdict, "an end was left");
        }
        if self.machine.moved_since(&self.saved) && self.fates.pick(12) != 11 {
            self.disk = self.machine.snapshot();
            self.saved = self.machine.clone();
        }
    }

    fn crash(&mut self) {
        self.machine = Execution::restore(&self.disk).expect("its own snapshot");
        self.saved = self.machine.clone();
        let away = self.fates.pick(100);
        self.pass(Duration::from_secs(away.into()));
    }

    /// The host's clock is set; only back, unless the session's end is known and the vendor says what time it is.
    fn leap(&mut self) {
        let proven = self.vendor.dated && self.vendor.end_is_known();
        let far = 10 * 365 * 86_400_000;
        self.skew = match self.fates.pick(24) {
            20 => self.skew - 3_000,
            21 => self.skew - far,
            22 if proven => self.skew + 3_600_000,
            23 if proven => self.skew + far,
            _ => return,
        };
    }

    /// True time goes by, and what was on its way arrives.
    fn pass(&mut self, span: Duration) {
        self.time = self.time.after(span);
        let (now, end) = (self.time, self.session_end());
        let (arrived, still): (Vec<_>, Vec<_>) = self.on_their_way.iter().partition(|at| **at <= now);
        self.on_their_way = still;
        self.landed.extend(arrived.into_iter().filter(|at| *at < end));
        self.landed.sort();
    }

    fn clock(&self) -> Timestamp {
        Timestamp::from_millis(self.time.as_millis().saturating_add_signed(self.skew))
    }
}
