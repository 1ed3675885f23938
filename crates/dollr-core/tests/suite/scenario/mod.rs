//! Scripts for the machines, in virtual time. A step states the fact that it expects its event to be taken for; the step it
//! makes must then be in the machine's transition table, and is kept, so that a test can tell which edges were walked.

mod any;
mod scripts;
mod told;
mod world;

pub(crate) use any::{Exchanged, Happening, Walk, happenings, source_happenings};
pub(crate) use scripts::{Script, executions, sources};
pub(crate) use told::{Told, http_date};
pub(crate) use world::{Fates, Vendor, World};

use std::fmt::Debug;
use std::time::Duration;

use serde_json::Value;

use proptest::test_runner::{Config, FileFailurePersistence};

use dollr_core::{
    Action, Device, EXECUTION_TRANSITIONS, Edge, Event, Execution, Holder, Intent, Loss, Machine, Method,
    Operation, Passcode, Policy, ReferenceId, Rejected, Request, SOURCE_TRANSITIONS, Schedule, Secret,
    Source, Timestamp, Verdict,
};

/// At least so many cases (`PROPTEST_CASES` asks for more), and a file beside the test for those that failed.
pub(crate) fn cases(least: u32) -> Config {
    let failure_persistence = Some(Box::new(FileFailurePersistence::WithSource("regressions")) as _);
    let default = Config::default();
    Config { cases: default.cases.max(least), failure_persistence, ..default }
}

/// When every script begins: 2025-06-15T15:06:40Z.
pub(crate) const START: Timestamp = Timestamp::from_millis(1_750_000_000_000);

/// The code of every payout's passcode.
pub(crate) const PASSCODE: &str = "pA5s-c0de~9271+/";

/// What a card's provider gives for 3-D Secure, in every drawn answer.
pub(crate) const CLIENT_SECRET: &str = "pi_3Nw_secret_Zx81Qq";

/// The reference id of every script.
pub(crate) fn id() -> ReferenceId {
    ReferenceId::from_random_bytes([7; 16])
}

/// The default policy of the first release, which the vectors were made by: another default is no other replay.
pub(crate) fn policy() -> Policy {
    let gaps = [
        (0, 2_500),
        (20, 2_600),
        (60, 5_000),
        (300, 6_000),
        (1_800, 10_000),
        (7_200, 60_000),
        (86_400, 600_000),
    ];
    let gaps = gaps.map(|(age, gap)| (Duration::from_secs(age), Duration::from_millis(gap)));
    Policy::default().schedule(Schedule::new(Duration::from_secs(4), &gaps).unwrap())
}

/// An intent of 250.00 USD.
pub(crate) fn intent(operation: Operation) -> Intent {
    let session = "55".parse().unwrap();
    let account = "18".parse().unwrap();
    let currency = "USD".parse().unwrap();
    let intent = match operation {
        Operation::Collection => Intent::collection(id(), session, account, currency),
        Operation::Payout => Intent::payout(id(), session, account, &passcode()),
        Operation::Transfer => Intent::transfer(id(), session),
        Operation::Refund => Intent::refund(id(), session),
    };
    intent.currency(currency).amount("250.00".parse().unwrap())
}

fn passcode() -> Passcode {
    Passcode {
        code: Secret::new(PASSCODE),
        holder: Holder::Phone("231770000001".into()),
        device: Device { name: "till 3".into(), kind: "desktop".into(), ..Device::default() },
    }
}

/// A machine and its table.
pub(crate) trait Subject: Machine + Debug {
    const EDGES: &'static [Edge];
}

impl Subject for Execution {
    const EDGES: &'static [Edge] = EXECUTION_TRANSITIONS;
}

impl Subject for Source {
    const EDGES: &'static [Edge] = SOURCE_TRANSITIONS;
}

/// A machine, the time, the edges it has taken, and on what events.
#[derive(Debug, Clone)]
pub(crate) struct Scenario<M> {
    pub(crate) machine: M,
    pub(crate) now: Timestamp,
    pub(crate) taken: Vec<Edge>,
    /// What happened, and the checksum of the snapshot after it: what other languages replay.
    pub(crate) steps: Vec<Value>,
}

impl Scenario<Execution> {
    /// A collection of 250.00 USD that is never sent twice.
    pub(crate) fn collection() -> Self {
        Self::of(Operation::Collection, policy())
    }

    pub(crate) fn of(operation: Operation, policy: Policy) -> Self {
        Self::with(intent(operation), policy)
    }

    pub(crate) fn with(intent: Intent, policy: Policy) -> Self {
        Self {
            machine: Execution::prepare(intent, policy, START),
            now: START,
            taken: Vec::new(),
            steps: Vec::new(),
        }
    }

    /// The machine asks for a record, and gets it.
    pub(crate) fn recorded(self) -> Self {
        let this = self.due();
        assert!(matches!(this.next(), Action::Record(_)), "no record is asked for: {:?}", this.next());
        this.happens("recorded", Event::Recorded)
    }

    /// The `POST` is answered.
    pub(crate) fn posted(self, fact: &'static str, told: impl Into<Told>) -> Self {
        assert_eq!(self.request().method, Method::Post);
        self.answered(fact, told)
    }

    /// The `POST` gets no answer.
    pub(crate) fn post_lost(self, fact: &'static str, loss: Loss) -> Self {
        assert_eq!(self.request().method, Method::Post);
        self.lost(fact, loss)
    }

    /// Recorded, posted, lost: nobody knows.
    pub(crate) fn uncertain(self) -> Self {
        self.recorded().post_lost("ambiguous", Loss::Unknown)
    }

    /// Asked about for so many seconds since the start, and unknown all that time by the vendor, whose clock stands still.
    pub(crate) fn absent_for(self, seconds: u64) -> Self {
        let end = START.after(Duration::from_secs(seconds));
        let mut this = self.resumed(seconds + 600).due();
        while this.now < end {
            this = this.answered("absent", Told::http(404, "").dated(START)).due();
        }
        this
    }

    /// Recorded, posted, taken on as `PENDING`.
    pub(crate) fn open(self) -> Self {
        let pending = Told::of(self.machine.intent().operation(), "PENDING");
        self.recorded().posted("accepted", pending)
    }
}

impl Scenario<Source> {
    /// Invoice 101 over 250.00 USD.
    pub(crate) fn invoice() -> Self {
        let source = "INVOICE:101".parse().unwrap();
        let (currency, total) = ("USD".parse().unwrap(), "250.00".parse().unwrap());
        let machine = Source::watch(source, currency, total, policy(), START);
        Self { machine, now: START, taken: Vec::new(), steps: Vec::new() }
    }
}

impl<M: Subject> Scenario<M> {
    /// What the machine says now; asking twice says the same.
    pub(crate) fn next(&self) -> Action {
        let action = self.machine.next(self.now);
        assert_eq!(action, self.machine.next(self.now), "asked twice, answered differently");
        action
    }

    /// The machine takes `event` for `fact`, and its table has that edge.
    pub(crate) fn happens(self, fact: &'static str, event: Event) -> Self {
        let step = told::step(&event, None);
        self.steps_on(fact, event, step)
    }

    fn steps_on(self, fact: &'static str, event: Event, mut step: Value) -> Self {
        let Self { machine, now, mut taken, mut steps } = self;
        let from = machine.state();
        let machine = machine.apply(event, now).unwrap_or_else(|e| panic!("{fact} expected, but {e}"));
        let edge = Edge { from, on: fact, to: machine.state() };
        assert!(M::EDGES.contains(&edge), "{from} --{fact}--> {} is not in the table", edge.to);
        taken.push(edge);
        let snapshot: Value = serde_json::from_str(machine.snapshot().as_str()).expect("JSON");
        step["now"] = now.as_millis().into();
        step["check"] = snapshot["check"].clone();
        steps.push(step);
        Self { machine, now, taken, steps }
    }

    /// The machine refuses `event` and stays as it is.
    pub(crate) fn refuses(&self, event: Event) -> Rejected<M> {
        let rejected = self.machine.clone().apply(event, self.now).expect_err("it was taken");
        assert_eq!(rejected.clone().into_machine(), self.machine, "a refused event changed the machine");
        rejected
    }

    /// The request that is to be sent, or the one for a person who wants to know now.
    pub(crate) fn request(&self) -> Request {
        match self.next() {
            Action::Send(request) => request,
            other => self.machine.ask().unwrap_or_else(|| panic!("nothing to send: {other:?}")),
        }
    }

    /// The awaited request is answered now.
    pub(crate) fn answered(self, fact: &'static str, told: impl Into<Told>) -> Self {
        let exchange = self.request().exchange;
        let told = told.into();
        let event = Event::Answered { exchange, response: told.response() };
        let step = told::step(&event, Some(&told));
        self.steps_on(fact, event, step)
    }

    /// The awaited request gets no answer.
    pub(crate) fn lost(self, fact: &'static str, loss: Loss) -> Self {
        let exchange = self.request().exchange;
        self.happens(fact, Event::Lost { exchange, loss })
    }

    /// Waits for the next question, which is answered.
    pub(crate) fn asked(self, fact: &'static str, told: impl Into<Told>) -> Self {
        self.due().answered(fact, told)
    }

    pub(crate) fn hinted(self) -> Self {
        self.happens("hinted", Event::Hint)
    }

    pub(crate) fn shown(self) -> Self {
        self.happens("shown", Event::Shown)
    }

    pub(crate) fn resumed(self, seconds: u64) -> Self {
        self.happens("resumed", Event::Resumed { patience: Duration::from_secs(seconds) })
    }

    pub(crate) fn adopted(self) -> Self {
        self.happens("adopted", Event::Adopted { horizon: None })
    }

    /// Waits as long as the machine says.
    pub(crate) fn due(mut self) -> Self {
        for _ in 0..3 {
            let Action::Wait { until, .. } = self.next() else { break };
            assert!(until > self.now, "a wait that is over would spin");
            self.now = until;
        }
        self
    }

    /// Time goes by.
    pub(crate) fn secs(mut self, seconds: u64) -> Self {
        self.now = self.now.after(Duration::from_secs(seconds));
        self
    }

    /// The clock is set back.
    pub(crate) fn set_back(mut self, seconds: u64) -> Self {
        self.now = Timestamp::from_millis(self.now.as_millis() - seconds * 1_000);
        self
    }

    /// The process dies; another goes on from what was kept at this moment.
    pub(crate) fn crashed(mut self) -> Self {
        self.machine = M::restore(&self.machine.snapshot()).expect("its own snapshot");
        self
    }

    pub(crate) fn in_state(self, state: &str) -> Self {
        assert_eq!(self.machine.state(), state);
        self
    }

    /// The verdict, which must be there now.
    pub(crate) fn verdict(&self) -> Verdict {
        match self.next() {
            Action::Done(verdict) => verdict,
            other => panic!("not done, but {other:?}"),
        }
    }
}
