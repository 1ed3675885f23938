//! The host of a day: it sends, waits and answers for the vendor, in virtual time, and keeps count. It decides nothing but
//! that a request goes before a question.

use std::collections::VecDeque;
use std::time::Duration;

use dollr_core::{
    Action, Budget, BudgetAction, Event, Exchange, Execution, Fleet, FleetAction, Intent, Limit, Loss,
    Machine, Permit, Policy, Progress, Purpose, ReferenceId, Request, Response, Schedule, Timestamp, Verdict,
};

use super::shop::{Customer, customers};
use crate::judge::polling::SplitMix64;

/// Midnight.
const START: u64 = 1_750_032_000_000;
/// From a call's leaving to its answer; half of it each way.
const ROUND_TRIP: u64 = 200;
const MINUTE: u64 = 60_000;
/// Whose request has not been sent by then has gone away.
const LEAVES: u64 = 5 * MINUTE;

pub(super) struct Host {
    customers: std::iter::Peekable<std::vec::IntoIter<Customer>>,
    outage: Option<(u64, u64)>,
    policy: Policy,
    random: SplitMix64,
    now: u64,
    fleet: Fleet<u32>,
    /// The payments that are open, by the number of their customer; and how many.
    live: Vec<Option<Box<Live>>>,
    open: usize,
    /// Those whose request waits for the budget, in the order of their coming.
    unsent: VecDeque<u32>,
    out: VecDeque<Call>,
    /// The moments of the calls in the second until now.
    recent: VecDeque<u64>,
    kept: Kept,
}

struct Live {
    machine: Execution,
    customer: Customer,
    /// When it ends, once the vendor has it.
    ends: Option<u64>,
    told: bool,
}

/// A call that is on its way, and when it is back.
struct Call {
    back: u64,
    number: u32,
    exchange: Exchange,
    permit: Permit,
    /// None if there is no connection.
    answer: Option<String>,
}

/// What is kept of a day.
#[derive(Default)]
pub(super) struct Kept {
    /// Seconds from each payment's end to its verdict.
    pub(super) delays: Vec<f64>,
    pub(super) unsent: u32,
    pub(super) sends: u32,
    pub(super) questions: u32,
    /// The most calls in any second.
    pub(super) peak: u32,
    pub(super) most_open: usize,
    pub(super) minutes: Vec<Minute>,
    outage: Option<(u64, u64)>,
}

#[derive(Clone, Default)]
pub(super) struct Minute {
    pub(super) calls: u32,
    pub(super) sends: u32,
    pub(super) open: usize,
    /// Payments that have ended and whose verdict is not there, at the minute's end.
    pub(super) unknown: usize,
    ended: usize,
    told: usize,
}

impl Host {
    pub(super) fn new(
        calls_a_second: u32,
        seed: u64,
        schedule: Schedule,
        outage: Option<(u64, u64)>,
    ) -> Self {
        let customers = customers(seed);
        let now = Timestamp::from_millis(START);
        let limit = Limit::new(calls_a_second, Duration::from_secs(1)).and_then(|limit| limit.burst(1));
        Self {
            live: (0..customers.len()).map(|_| None).collect(),
            customers: customers.into_iter().peekable(),
            outage,
            policy: Policy::default().schedule(schedule),
            random: SplitMix64(!seed),
            now: 0,
            fleet: Fleet::new(Budget::new(limit.expect("a limit"), now), now),
            open: 0,
            unsent: VecDeque::new(),
            out: VecDeque::new(),
            recent: VecDeque::new(),
            kept: Kept { outage, ..Kept::default() },
        }
    }

    /// Until the last verdict.
    pub(super) fn run(mut self) -> Kept {
        let mut coming = 0;
        loop {
            while self.out.front().is_some_and(|call| call.back <= self.now) {
                let call = self.out.pop_front().expect("there is one");
                self.take_in(call);
            }
            while let Some(customer) = self.customers.next_if(|customer| customer.comes <= self.now) {
                self.prepare(coming, customer);
                coming += 1;
            }
            let ready = self.calls();
            let next =
                [self.out.front().map(|call| call.back), self.customers.peek().map(|c| c.comes), ready];
            match next.into_iter().flatten().min() {
                Some(next) => self.now = next.max(self.now),
                None => return self.kept.summed(),
            }
        }
    }

    fn at(&self) -> Timestamp {
        Timestamp::from_millis(START + self.now)
    }

    /// All calls that may be made at this moment; when the next one may.
    fn calls(&mut self) -> Option<u64> {
        let since = |until: Timestamp| until.as_millis() - START;
        while let Some(&number) = self.unsent.front() {
            let at = self.at();
            if let BudgetAction::Wait { until, .. } = self.fleet.budget().next(at) {
                return Some(since(until));
            }
            self.unsent.pop_front();
            self.turn(number);
        }
        loop {
            match self.fleet.next(self.at()) {
                FleetAction::Run(&number) => self.turn(number),
                FleetAction::Wait { until, .. } => return Some(since(until)),
                FleetAction::Idle => return None,
            }
        }
    }

    fn prepare(&mut self, number: u32, customer: Customer) {
        let bits = (u128::from(self.random.draw()) << 64) | u128::from(self.random.draw());
        let id = ReferenceId::from_random_bytes(bits.to_be_bytes());
        let fine = "the values are well formed";
        let intent = Intent::collection(
            id,
            "55".parse().expect(fine),
            "18".parse().expect(fine),
            "USD".parse().expect(fine),
        );
        let intent = intent.amount("25.00".parse().expect(fine));
        let machine = Execution::prepare(intent, self.policy.clone(), self.at());
        self.live[number as usize] = Some(Box::new(Live { machine, customer, ends: None, told: false }));
        self.open += 1;
        self.kept.most_open = self.kept.most_open.max(self.open);
        self.unsent.push_back(number);
    }

    /// Does what the machine of this payment wants.
    fn turn(&mut self, number: u32) {
        let mut live = self.live[number as usize].take().expect("a payment that is open");
        let at = self.at();
        if live.ends.is_none() && self.now > live.customer.comes + LEAVES {
            self.kept.unsent += 1;
            return self.forget(number);
        }
        loop {
            let event = match live.machine.next(at) {
                Action::Record(_) => Event::Recorded,
                Action::Send(request) => {
                    self.call(number, &request, &mut live);
                    break;
                }
                Action::Wait { until, .. } => {
                    self.comes_again(number, until);
                    break;
                }
                Action::Done(Verdict::Open { progress: Progress::NotSent, .. }) => {
                    self.kept.unsent += 1;
                    return self.forget(number);
                }
                // Nobody waits any more, so it is looked after.
                Action::Done(Verdict::Open { .. }) => Event::Adopted { horizon: None },
                Action::Done(_) => return self.forget(number),
                Action::Act { .. } => unreachable!("no card is in this day"),
            };
            live.machine = live.machine.apply(event, at).expect("what it asked for");
        }
        self.live[number as usize] = Some(live);
    }

    fn comes_again(&mut self, number: u32, until: Timestamp) {
        let at = self.at();
        if !self.fleet.update(&number, until, at) {
            self.fleet.insert(number, until, at);
        }
    }

    fn forget(&mut self, number: u32) {
        self.fleet.remove(&number);
        self.open -= 1;
    }

    /// A call leaves; what it will be answered is settled when it gets there.
    fn call(&mut self, number: u32, request: &Request, live: &mut Live) {
        let at = self.at();
        // A first request has no turn in the fleet, it goes before all who have one.
        let in_fleet = matches!(self.fleet.next(at), FleetAction::Run(&first) if first == number);
        let permit = if in_fleet { self.fleet.take(at) } else { self.fleet.budget_mut().take(at) };
        let permit = permit.expect("it was asked whether a call may be made");
        self.count(request.exchange.purpose);
        let there = self.now + ROUND_TRIP / 2;
        let answer = (!self.is_out(there)).then(|| live.answered(there, request));
        if request.exchange.purpose == Purpose::Execute
            && let Some(ends) = live.ends.filter(|_| answer.is_some())
        {
            self.minute(ends).ended += 1;
        }
        let (back, exchange) = (self.now + ROUND_TRIP, request.exchange);
        self.out.push_back(Call { back, number, exchange, permit, answer });
    }

    fn take_in(&mut self, call: Call) {
        let at = self.at();
        let Call { number, exchange, permit, answer, .. } = call;
        let event = match answer {
            Some(body) => {
                self.fleet.budget_mut().succeeded(permit, at);
                Event::Answered { exchange, response: Response::new(200, body) }
            }
            None => Event::Lost { exchange, loss: Loss::NotSent },
        };
        let mut live = self.live[number as usize].take().expect("a payment that is open");
        live.machine = live.machine.apply(event, at).expect("the answer that is awaited");
        if live.machine.is_terminal() && !live.told {
            live.told = true;
            let late = self.now - live.ends.expect("it has ended");
            self.kept.delays.push(Duration::from_millis(late).as_secs_f64());
            self.minute(self.now).told += 1;
        }
        self.live[number as usize] = Some(live);
        self.take_stock(number);
    }

    /// After an answer: when it comes again, or that it need not. What is due at once has its turn after the others.
    fn take_stock(&mut self, number: u32) {
        let live = self.live[number as usize].as_ref().expect("a payment that is open");
        match live.machine.next(self.at()) {
            Action::Wait { until, .. } => self.comes_again(number, until),
            Action::Done(verdict) if !matches!(verdict, Verdict::Open { .. }) => {
                self.live[number as usize] = None;
                self.forget(number);
            }
            _ => self.comes_again(number, self.at()),
        }
    }

    fn is_out(&self, moment: u64) -> bool {
        self.outage.is_some_and(|(from, until)| (from..until).contains(&moment))
    }

    fn count(&mut self, purpose: Purpose) {
        let sends = u32::from(purpose == Purpose::Execute);
        self.kept.sends += sends;
        self.kept.questions += 1 - sends;
        let (now, open) = (self.now, self.open);
        let minute = self.minute(now);
        minute.calls += 1;
        minute.sends += sends;
        minute.open = open;
        self.recent.push_back(now);
        while self.recent.front().is_some_and(|&then| then + 1_000 <= now) {
            self.recent.pop_front();
        }
        self.kept.peak = self.kept.peak.max(u32::try_from(self.recent.len()).expect("few calls a second"));
    }

    fn minute(&mut self, moment: u64) -> &mut Minute {
        let minute = usize::try_from(moment / MINUTE).expect("a minute of some days");
        if self.kept.minutes.len() <= minute {
            self.kept.minutes.resize(minute + 1, Minute::default());
        }
        &mut self.kept.minutes[minute]
    }
}

impl Live {
    /// What the vendor says at this moment; a request that gets there begins the payment.
    fn answered(&mut self, there: u64, request: &Request) -> String {
        let ends = match request.exchange.purpose {
            Purpose::Execute => *self.ends.get_or_insert(there + self.customer.takes),
            _ => self.ends.expect("only what was sent is asked about"),
        };
        let status = match (there >= ends, self.customer.pays) {
            (false, _) => "PROCESSING",
            (true, true) => "COMPLETED",
            (true, false) => "FAILED",
        };
        let id = self.machine.reference_id();
        format!(
            r#"{{"reference_id":"{id}","status":"{status}","operation_type":"COLLECTION","payer_amount":25.00,"payer_currency":"USD"}}"#
        )
    }
}

impl Kept {
    pub(super) fn calls(&self) -> f64 {
        f64::from(self.sends) + f64::from(self.questions)
    }

    /// Seconds from the outage's end until no more ends are unknown than in the ten minutes before it.
    pub(super) fn recovery(&self) -> Option<f64> {
        let (from, until) = self.outage?;
        let minute = |moment: u64| usize::try_from(moment / MINUTE).expect("a minute of a day");
        let usual =
            self.minutes[minute(from) - 10..minute(from)].iter().map(|minute| minute.unknown).max()?;
        let after = self.minutes[minute(until)..].iter().position(|minute| minute.unknown <= usual)?;
        Some(60.0 * crate::rounds::real(after + 1))
    }

    /// With what is known at each minute's end.
    fn summed(mut self) -> Self {
        let (mut ended, mut told) = (0_usize, 0);
        for minute in &mut self.minutes {
            ended += minute.ended;
            told += minute.told;
            minute.unknown = ended.saturating_sub(told);
        }
        self
    }
}
