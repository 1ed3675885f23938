//! A scenario: who does what and when, and how the vendor behaves, with nothing left to chance.

use std::collections::VecDeque;
use std::time::Duration;

use dollr_client::core::{Limit, Policy, Purpose, Resend};

use crate::fault::{Column, Fault};
use crate::plan::Plan;
use crate::vendor::Outcome;

/// What somebody does. An order is named by its number, a process by its number, and a patience is in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    /// The order is paid: a new session, a new reference id.
    Pay(usize, usize, u64),
    /// The same, although another payment may hold the order.
    Insist(usize, usize, u64),
    /// The last attempt, with the same reference id, is given to a process again.
    Again(usize, usize, u64),
    Wait(usize, usize, u64),
    Status(usize, usize),
    /// The success page of a hosted checkout.
    Verify(usize, usize, u64),
    /// The same, for the order by its name.
    VerifyOrder(usize, usize, u64),
    /// A hosted checkout is made for the order.
    Checkout(usize, usize),
    /// The page of the one order is opened with the invoice of the other.
    Forge(usize, usize),
    /// The payment is given to the queue worker.
    Enqueue(usize),
    Hint(usize),
    /// Whoever waits for the order goes away, and says so or not.
    Leave(usize, bool),
    Reconcile(usize),
    Ship(usize),
    /// The queue's goods are taken and given back.
    Decline(usize),
    Claim(usize, usize),
    /// A process dies, and is back after so many seconds.
    Crash(usize, u64),
    /// The clock of a process leaps by so many seconds.
    Leap(usize, i64),
    /// The next call for a purpose is answered so.
    Answer(Purpose, Fault),
    /// The vendor never says anything of the last attempt any more.
    Silence(usize),
}

/// How an attempt ends that reaches the vendor, and after how many seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Paid(u64),
    Failed(u64),
    /// It says FAILED, and after so many seconds COMPLETED.
    FailedThenPaid(u64, u64),
    Never,
    Refused,
}

/// How an invoice ends that is paid on the vendor's page, and after how many seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hosted {
    Paid(u64),
    Canceled(u64),
    Never,
}

impl Fate {
    /// After how many milliseconds it ends, and how.
    pub(crate) const fn outcome(self, now: u64) -> (u64, Outcome) {
        match self {
            Self::Paid(after) => (after * 1_000, Outcome::Completed),
            Self::Failed(after) => (after * 1_000, Outcome::Failed),
            Self::FailedThenPaid(after, then) => {
                (after * 1_000, Outcome::FailedThenCompleted(now + then * 1_000))
            }
            Self::Never | Self::Refused => (3_600_000, Outcome::Never),
        }
    }
}

/// An order, and how it is to be paid.
#[derive(Clone, Debug)]
pub(crate) enum Placed {
    Attempts(Vec<Fate>),
    Invoice(Hosted),
    Checkout(Hosted),
    /// On the vendor's page, or by attempts.
    Either(Hosted, Vec<Fate>),
}

/// A scenario, by name.
#[derive(Debug)]
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    pub(crate) plan: Plan,
    pub(crate) orders: Vec<Placed>,
    pub(crate) acts: Vec<(u64, Act)>,
    pub(crate) ends: Vec<Column>,
    pub(crate) ships: bool,
}

impl Scenario {
    pub(crate) fn new(name: &'static str) -> Self {
        Self {
            name,
            plan: Plan::scripted(),
            orders: Vec::new(),
            acts: Vec::new(),
            ends: Vec::new(),
            ships: false,
        }
    }

    /// One more order, whose attempts end so.
    pub(crate) fn order(mut self, fates: &[Fate]) -> Self {
        self.orders.push(Placed::Attempts(fates.to_vec()));
        self
    }

    /// One more order, that is paid on the vendor's page.
    pub(crate) fn hosted(mut self, hosted: Hosted) -> Self {
        self.orders.push(Placed::Invoice(hosted));
        self
    }

    /// One more order, that is paid on the vendor's page, or by attempts that end so.
    pub(crate) fn either(mut self, hosted: Hosted, fates: &[Fate]) -> Self {
        self.orders.push(Placed::Either(hosted, fates.to_vec()));
        self
    }

    /// One more order, that is paid there once its checkout was made.
    pub(crate) fn checkout(mut self, hosted: Hosted) -> Self {
        self.orders.push(Placed::Checkout(hosted));
        self
    }

    /// What is done after so many seconds.
    pub(crate) fn at(self, second: u64, act: Act) -> Self {
        self.at_millis(second * 1_000, act)
    }

    pub(crate) fn at_millis(mut self, at: u64, act: Act) -> Self {
        self.acts.push((at, act));
        self.plan.span = self.plan.span.max(at + act.patience() * 1_000);
        self
    }

    /// How each payment ends where nothing fails, in the order in which they began.
    pub(crate) fn ends(mut self, ends: &[Column]) -> Self {
        self.ends = ends.to_vec();
        self
    }

    pub(crate) fn clients(mut self, clients: usize) -> Self {
        self.plan.clients = clients;
        self
    }

    pub(crate) fn worker(mut self) -> Self {
        self.plan.worker = true;
        self
    }

    pub(crate) fn deduplicates(mut self) -> Self {
        self.plan.deduplicates = true;
        self
    }

    /// The merchant lets the engine send again, at a vendor that de-duplicates.
    pub(crate) fn resends(mut self, grace: u64) -> Self {
        let resend = Resend::AfterGrace { grace: Duration::from_secs(grace), sends: 3 };
        self.plan.policy = self.plan.policy.resend(resend);
        self.deduplicates()
    }

    pub(crate) fn undated(mut self) -> Self {
        self.plan.dates = false;
        self
    }

    /// So many seconds pass before the vendor's status knows what it has accepted.
    pub(crate) fn lag(mut self, seconds: u64) -> Self {
        self.plan.lag = seconds * 1_000;
        self
    }

    /// All together may call so often within a second.
    pub(crate) fn limit(mut self, calls: u32) -> Self {
        self.plan.limit = Limit::new(calls, Duration::from_secs(1)).ok();
        self
    }

    pub(crate) fn token_minutes(mut self, minutes: u64) -> Self {
        self.plan.token_minutes = minutes;
        self
    }

    /// The merchant does not say when the session ends.
    pub(crate) fn endless(mut self) -> Self {
        self.plan.tells_end = false;
        self
    }

    /// A queue hands out the goods, in the end at the latest.
    pub(crate) fn ships(mut self) -> Self {
        self.ships = true;
        self
    }

    /// Whether only one call is ever made for an order.
    pub(crate) fn is_alone(&self, order: usize) -> bool {
        self.acts.iter().filter(|(_, act)| act.is_call_for(order)).count() == 1
    }
}

impl Act {
    /// How many seconds later it is over.
    const fn patience(self) -> u64 {
        match self {
            Self::Pay(_, _, patience)
            | Self::Again(_, _, patience)
            | Self::Wait(_, _, patience)
            | Self::Verify(_, _, patience)
            | Self::VerifyOrder(_, _, patience)
            | Self::Crash(_, patience) => patience,
            _ => 30,
        }
    }

    /// Whose client it needs.
    pub(crate) const fn process(self) -> Option<usize> {
        match self {
            Self::Pay(_, process, _)
            | Self::Insist(_, process, _)
            | Self::Again(_, process, _)
            | Self::Wait(_, process, _)
            | Self::Status(_, process)
            | Self::Verify(_, process, _)
            | Self::VerifyOrder(_, process, _)
            | Self::Forge(_, process)
            | Self::Checkout(_, process)
            | Self::Reconcile(process)
            | Self::Ship(process)
            | Self::Decline(process)
            | Self::Claim(_, process) => Some(process),
            _ => None,
        }
    }

    fn is_call_for(self, order: usize) -> bool {
        match self {
            Self::Pay(of, ..)
            | Self::Insist(of, ..)
            | Self::Again(of, ..)
            | Self::Wait(of, ..)
            | Self::Status(of, _)
            | Self::Verify(of, ..)
            | Self::VerifyOrder(of, ..)
            | Self::Claim(of, _) => of == order,
            Self::Reconcile(_) | Self::Enqueue(_) | Self::Ship(_) | Self::Decline(_) => true,
            _ => false,
        }
    }
}

impl Plan {
    /// Nothing strikes by chance.
    fn scripted() -> Self {
        Self {
            odds: [0; 33],
            calm: false,
            orders: 0,
            span: 0,
            clients: 1,
            worker: false,
            deduplicates: false,
            dates: true,
            lag: 0,
            limit: None,
            policy: Policy::default().horizon(Duration::from_secs(70 * 60)),
            cron: 1 << 40,
            token_minutes: 60,
            tells_end: true,
            latest: 120_000,
        }
    }
}

/// The scenario that is played in a world.
#[derive(Debug)]
pub(crate) struct Script {
    pub(crate) orders: Vec<Placed>,
    pub(crate) acts: Vec<(u64, Act)>,
    pub(crate) ends: Option<Vec<Column>>,
    pub(crate) ships: bool,
    pub(crate) alone: Vec<bool>,
    pub(crate) answers: VecDeque<(Purpose, Fault)>,
    /// How often somebody has tried again what has failed.
    pub(crate) tries: u32,
}
