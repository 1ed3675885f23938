//! A scenario is played: its orders are placed, its lines are done at their times, and in the end all must be as it should.

use std::collections::VecDeque;
use std::time::Duration;

use dollr_client::core::{Checkout, CheckoutOrder, Purpose, SourceKind, Timestamp};
use dollr_client::{Claimed, Error, Reconcile};
use fastrand::Rng;

use crate::clock::START;
use crate::fault::{Column, Fault};
use crate::needle::{Kind, Needle, Prick};
use crate::network::Host;
use crate::order::{Attempted, Order};
use crate::script::{Act, Placed, Scenario, Script};
use crate::shelf::Shelf;
use crate::task::{Call, Task};
use crate::world::{Happening, Telling, World};

/// How long after its last line all failures are over, in ms.
const TROUBLED: u64 = 600_000;
/// How long after a failure began that lasts somebody starts the process anew.
const NOTICED: u64 = 300_000;

impl<'a> World<'a> {
    /// The world of a scenario, in which one call fails.
    pub(crate) fn scripted(
        scenario: &Scenario,
        prick: Option<Prick>,
        shelf: &'a Shelf,
        telling: Telling,
    ) -> Self {
        let Scenario { name, plan, orders, acts, ends, ships } = scenario;
        let seed = name.bytes().fold(7, |seed: u64, byte| seed.wrapping_mul(31) + u64::from(byte));
        let mut plan = plan.clone();
        let leaps = acts.iter().any(|(_, act)| matches!(act, Act::Leap(..)));
        if leaps || prick.is_some_and(|prick| prick.kind.is_clock()) {
            // No dice are thrown for it, and its judges know.
            plan.odds[Fault::Clock as usize] = 1;
        }
        let calm_at = START + plan.span + TROUBLED;
        let script = Script {
            orders: orders.clone(),
            acts: acts.clone(),
            ends: prick.is_none().then(|| ends.clone()),
            ships: *ships,
            alone: (0..orders.len()).map(|order| scenario.is_alone(order)).collect(),
            answers: VecDeque::new(),
            tries: 0,
        };
        let needle = Needle::new(prick);
        let world = Self::of(plan, Rng::with_seed(seed), shelf, telling);
        Self { script: Some(script), needle, calm_at, ..world }
    }

    pub(crate) fn open_script(&mut self) {
        self.start_processes();
        let Some(script) = &self.script else { return };
        let (orders, acts, ships) = (script.orders.clone(), script.acts.clone(), script.ships);
        for (number, placed) in orders.into_iter().enumerate() {
            self.place_as(number, placed);
        }
        for (at, act) in acts {
            self.queue.push(START + at, Happening::Act(act));
        }
        self.queue.push(self.calm_at + 20_000, Happening::Cron(0));
        for minute in [1, 20, 40, 100].into_iter().filter(|_| ships) {
            self.queue.push(self.calm_at + minute * 60_000, Happening::Ship(0));
        }
    }

    fn place_as(&mut self, number: usize, placed: Placed) {
        let text = format!("{}.50", 10 + number);
        let invoice = match placed {
            Placed::Invoice(hosted) => Some(self.vendor.issue_for(START, &text, "USD", hosted)),
            Placed::Checkout(hosted) => {
                self.vendor.checkouts.insert(text.clone(), hosted);
                None
            }
            Placed::Attempts(fates) => {
                self.vendor.fates.insert(number, fates);
                None
            }
            Placed::Either(hosted, fates) => {
                self.vendor.fates.insert(number, fates);
                Some(self.vendor.issue_for(START, &text, "USD", hosted))
            }
        };
        if let Some(invoice) = invoice {
            let key = format!("INVOICE:{invoice}");
            self.order_of.insert(key.clone(), number);
            self.keys.push(key);
        }
        self.orders.push(Order {
            name: format!("order {number}"),
            amount: text.parse().expect("an amount"),
            amount_text: text,
            currency: "USD",
            invoice,
            by_name: false,
            attempts: Vec::new(),
            claimed: 0,
            delivered: false,
        });
    }

    pub(crate) fn act(&mut self, act: Act) {
        self.trace(|| format!("{act:?}"));
        let needs = act.process();
        if needs.is_some_and(|process| self.processes[process].client.is_none()) {
            // The customer tries again until somebody is there.
            return self.queue.push(self.clock.now() + 5_000, Happening::Act(act));
        }
        match act {
            Act::Pay(order, process, patience) => {
                let attempted = self.attempt(order);
                self.collect_for(order, process, attempted, Duration::from_secs(patience));
            }
            Act::Insist(order, process, patience) => {
                let attempted = self.insist(order);
                self.collect_for(order, process, attempted, Duration::from_secs(patience));
            }
            Act::Again(order, process, patience) => {
                let Some(attempted) = self.last(order) else { return };
                self.collect_for(order, process, attempted, Duration::from_secs(patience));
            }
            Act::Wait(order, process, patience) => self.wait_for(order, process, patience),
            Act::Status(order, process) => {
                let Some(Attempted { intent, key, .. }) = self.last(order) else { return };
                let steps = self.client(process).stepwise().status(intent.reference_id());
                self.begin(process, &key, Duration::ZERO, Call::Report(steps));
            }
            Act::Verify(order, process, patience) | Act::VerifyOrder(order, process, patience) => {
                let Some(invoice) = self.orders[order].invoice else { return };
                self.orders[order].by_name = matches!(act, Act::VerifyOrder(..));
                self.verify_as(order, process, (invoice, invoice), Duration::from_secs(patience));
            }
            Act::Checkout(order, process) => {
                let Order { amount, currency, .. } = &self.orders[order];
                let currency = currency.parse().expect("a currency");
                let checkout = CheckoutOrder::new(SourceKind::Invoice, "231770000001", currency);
                let checkout = checkout.expect("a phone number").item("goods", *amount);
                let steps = self.client(process).stepwise().create_checkout(checkout);
                self.begin(process, "", Duration::ZERO, Call::Checkout(order, steps));
            }
            Act::Forge(order, process) => {
                let invoice = self.orders[order].invoice.expect("a hosted one");
                let other = 1 + invoice % self.vendor.invoices();
                self.verify_as(order, process, (invoice, other), Duration::ZERO);
            }
            Act::Enqueue(order) => {
                let attempted = self.attempt(order);
                self.hand_to_worker(order, &attempted);
            }
            Act::Hint(order) => {
                let Some(attempted) = self.last(order) else { return };
                self.hint(self.plan.clients, &attempted.key);
            }
            Act::Leave(order, says_so) => {
                let Some(key) = self.last(order).map(|attempted| attempted.key) else { return };
                let of = |task: &Task| task.key == key;
                let tasks: Vec<u64> =
                    self.tasks.iter().filter(|(_, task)| of(task)).map(|(id, _)| *id).collect();
                for task in tasks {
                    self.go(task, says_so);
                }
            }
            Act::Reconcile(process) => {
                let steps = self.client(process).stepwise().reconcile(Reconcile::default().workers(1));
                self.begin(process, "", Duration::ZERO, Call::Summary(steps));
            }
            Act::Ship(process) => self.ship(process),
            Act::Decline(process) => self.decline(process),
            Act::Claim(order, process) => {
                let key = self.orders[order].invoice.map(|invoice| format!("INVOICE:{invoice}"));
                let key = key.or_else(|| self.last(order).map(|attempted| attempted.key));
                if let Some(key) = key {
                    self.claim(order, &key, process);
                }
            }
            Act::Crash(process, back) => self.crash(process, Some(back * 1_000)),
            Act::Leap(process, by) => self.processes[process].clock.leap(by * 1_000),
            Act::Answer(purpose, fault) => {
                let script = self.script.as_mut().expect("it is played");
                script.answers.push_back((purpose, fault));
            }
            Act::Silence(order) => {
                let key = self.last(order).map(|attempted| attempted.key);
                self.silent.extend(key);
            }
        }
    }

    fn last(&self, order: usize) -> Option<Attempted> {
        self.orders[order].attempts.last().cloned()
    }

    fn wait_for(&mut self, order: usize, process: usize, patience: u64) {
        let Some(Attempted { intent, key, .. }) = self.last(order) else { return };
        let patience = Duration::from_secs(patience);
        let steps = self.client(process).stepwise().wait(intent.reference_id(), patience);
        self.begin(process, &key, patience, Call::Report(steps));
    }

    /// What a failing call of the host's is on the network.
    pub(crate) fn fails(&mut self, host: Host, kind: Kind) -> Option<Fault> {
        let dies = matches!(kind, Kind::DiesSending | Kind::DiesSent);
        if let Some(process) = self.process_of(host).filter(|_| dies) {
            self.books().dead = Some(process);
        }
        Some(match kind {
            Kind::Refused => Fault::NoConnection,
            Kind::Lost => Fault::RequestLost,
            Kind::Late => Fault::Delayed,
            Kind::Unanswered => Fault::AnswerLost,
            Kind::Reset | Kind::Cut => Fault::Cut,
            _ => return None,
        })
    }

    /// What the vendor's next answer is, if the script says it.
    pub(crate) fn written(&mut self, purpose: Purpose) -> Option<Fault> {
        let script = self.script.as_mut().filter(|_| !self.plan.calm)?;
        let at = script.answers.iter().position(|(of, _)| *of == purpose)?;
        script.answers.remove(at).map(|(_, fault)| fault)
    }

    /// Somebody sees that a process is of no use, and starts it anew.
    pub(crate) fn restart_what_fails(&mut self) {
        if let Some(process) = self.needle.take_begun() {
            self.queue.push(self.clock.now() + NOTICED, Happening::Act(Act::Crash(process, 5)));
        }
    }

    /// Somebody claims the goods who was not told that they are paid; he gets them if they are.
    fn claim(&mut self, order: usize, key: &str, process: usize) {
        if matches!(self.books().column(key), Column::Completed | Column::Paid) {
            return self.hand_out(order, key, process);
        }
        match self.client(process).claim_fulfilment(key) {
            Ok(Claimed::Claimed(_)) => {
                self.violated(|| format!("I4: the goods of {key} are given out, unpaid"));
            }
            Ok(_) => {}
            Err(error) => self.judge_error(key, &error),
        }
    }

    /// Who takes goods and cannot deliver them gives them back; where that fails, too, somebody else has them when the term is over.
    fn decline(&mut self, process: usize) {
        let client = self.client(process);
        let taken = client.next_paid(Duration::from_secs(900), Timestamp::from_millis(0));
        let key = match taken {
            Ok(None) => return,
            Ok(Some(delivery)) => {
                let declined = client.decline(&delivery).err();
                if let Some(error) = declined {
                    self.judge_error(&delivery.key, &error);
                }
                delivery.key
            }
            Err(error) => return self.judge_error("the queue", &error),
        };
        self.judge_paid(&key);
    }

    /// The customer is sent to the page, or tries again; nobody can pay on a page that he was not sent to.
    pub(crate) fn checked_out(&mut self, order: usize, process: usize, done: Result<Checkout, Error>) {
        self.trace(|| format!("process {process} has checked out: {done:?}"));
        let checkout = match done {
            Ok(checkout) => checkout,
            Err(error) => {
                self.judge_error("a checkout", &error);
                return self.try_again(Act::Checkout(order, process));
            }
        };
        let Order { amount, invoice, .. } = &mut self.orders[order];
        if checkout.total != Some(*amount) {
            let (total, amount) = (checkout.total, *amount);
            return self.violated(|| format!("I15: a checkout of {amount} is one of {total:?}"));
        }
        *invoice = Some(checkout.source.id);
        let key = checkout.source.to_string();
        self.order_of.insert(key.clone(), order);
        self.keys.push(key);
    }

    /// Who could not claim tries again, as the same one.
    pub(crate) fn claim_again(&mut self, order: usize, process: usize) {
        self.try_again(Act::Claim(order, process));
    }

    fn try_again(&mut self, act: Act) {
        let later = self.clock.now() + 5_000;
        let Some(script) = self.script.as_mut().filter(|script| script.tries < 80) else { return };
        script.tries += 1;
        self.queue.push(later, Happening::Act(act));
    }

    /// I5: an error of who has a payment on record says which.
    pub(crate) fn judge_whose(&self, key: &str, error: &Error) {
        let Some(script) = &self.script else { return };
        let alone = self.order_of.get(key).is_some_and(|order| script.alone[*order]);
        if alone && self.books().row(key).is_some() && error.key() != Some(key) {
            self.violated(|| format!("I5: {key} is on record, and its error does not say so: {error}"));
        }
    }

    /// Whether the script is over, and all that was begun has ended.
    pub(crate) fn is_played(&self) -> bool {
        const RECHECKED: u64 = 2 * 3_600_000;
        // What was taken by a clock that was an hour ahead is free again after that.
        let latest = if self.script.as_ref().is_some_and(|script| script.ships) { 101 } else { 45 } * 60_000;
        let now = self.clock.now();
        if self.script.is_none() || now < self.calm_at + latest || !self.tasks.is_empty() {
            return false;
        }
        let books = self.books();
        self.keys.iter().all(|key| match books.column(key) {
            Column::Failed => now > self.calm_at + RECHECKED,
            column => column.is_terminal() || books.row(key).is_none(),
        })
    }

    /// When failures are over nobody waits any more who was not patient.
    pub(crate) fn judge_waiting(&self) {
        if let (Some(_), Some(task)) = (&self.script, self.tasks.values().next()) {
            let what = if task.key.is_empty() { "a run" } else { &task.key };
            self.violated(|| format!("I7: {what} goes on ten minutes after it should be over"));
        }
    }

    /// Where nothing failed all is as the scenario says; and goods that are paid for are handed out, or held by somebody.
    pub(crate) fn judge_the_script(&self) {
        use dollr_client::journal::Journal as _;
        let Some(script) = &self.script else { return };
        let columns: Vec<_> = self.keys.iter().map(|key| self.books().column(key)).collect();
        if script.ends.as_ref().is_some_and(|ends| *ends != columns) {
            self.violated(|| format!("it ends {columns:?}, and not {:?}", script.ends));
        }
        for key in self.keys.iter().filter(|_| script.ships) {
            let order = &self.orders[self.order_of[key]];
            let is_paid = matches!(self.books().column(key), Column::Completed | Column::Paid);
            let is_held = || self.shelf.journal.claimed(key).is_ok_and(|claim| claim.is_some());
            if is_paid && order.claimed == 0 && !order.delivered && !is_held() {
                self.violated(|| format!("I5: {key} is paid, and its goods are forgotten"));
            }
        }
    }
}
