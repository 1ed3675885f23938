//! The shop: what customers do, and who asks for them.

use std::time::Duration;

use dollr_client::core::{SourceKind, SourceRef};
use dollr_client::{Attempt, Error, Reconcile, Summary};

use crate::clock::START;
use crate::order::{Attempted, COLLECTED, Order, Visit};
use crate::task::Call;
use crate::world::{Happening, World};

impl World<'_> {
    /// All orders that will come, and the processes that wait for them.
    pub(crate) fn open_shop(&mut self) {
        self.start_processes();
        for process in 0..self.plan.clients {
            let first = START + self.rng.u64(1_000..self.plan.cron);
            self.queue.push(first, Happening::Cron(process));
        }
        if self.rng.bool() {
            self.queue.push(START + 60_000, Happening::Ship(0));
        }
        for number in 0..self.plan.orders {
            let at = START + self.rng.u64(..self.plan.span);
            self.place(number, at);
        }
    }

    fn place(&mut self, number: usize, at: u64) {
        let cents = self.rng.u32(1..50_000);
        let text = format!("{}.{:02}", cents / 100, cents % 100);
        let currency = ["USD", "LRD"][self.rng.usize(..2)];
        let hosted = self.rng.u8(..5) == 0;
        let invoice = hosted.then(|| self.vendor.issue(at, &text, currency));
        self.orders.push(Order {
            name: format!("order {number}"),
            amount: text.parse().expect("an amount"),
            amount_text: text,
            currency,
            invoice,
            by_name: hosted && self.rng.bool(),
            attempts: Vec::new(),
            claimed: 0,
            delivered: false,
        });
        if let Some(invoice) = invoice {
            let key = format!("INVOICE:{invoice}");
            self.order_of.insert(key.clone(), number);
            self.keys.push(key);
        }
        self.queue.push(at, Happening::Visit(number, Visit::Pay));
        for (visit, of, within) in [
            (Visit::Pay, 6, 20_000),
            (Visit::Again, 12, 30_000),
            (Visit::Return, 4, 400_000),
            (Visit::Look, 6, 300_000),
            (Visit::Look, 6, 6_000_000),
        ] {
            if self.rng.u8(..of) == 0 {
                let later = at + self.rng.u64(1..within);
                self.queue.push(later, Happening::Visit(number, visit));
            }
        }
    }

    pub(crate) fn visit(&mut self, number: usize, visit: Visit) {
        let Some(process) = self.some_client() else {
            let later = self.clock.now() + 30_000;
            return self.queue.push(later, Happening::Visit(number, visit));
        };
        let Order { invoice, by_name, attempts, .. } = &self.orders[number];
        let (invoice, last) = (*invoice, attempts.last().cloned());
        // Who may choose pays by phone, sometimes, although he has the page open; and comes back to either.
        let chooses = *by_name && (visit == Visit::Pay || last.is_some());
        if let Some(invoice) = invoice.filter(|_| !chooses || self.rng.bool()) {
            return self.verify(number, invoice, process);
        }
        match (visit, last) {
            (Visit::Pay, _) => self.pay(number, process),
            (Visit::Again, Some(same)) => self.collect(number, process, same),
            (Visit::Return, Some(Attempted { intent, key, .. })) => {
                let patience = Duration::from_secs(self.rng.u64(1..240));
                let client = self.client(process);
                let steps = client.stepwise().wait(intent.reference_id(), patience);
                self.begin(process, &key, patience, Call::Report(steps));
            }
            (Visit::Look, Some(Attempted { intent, key, .. })) => {
                let steps = self.client(process).stepwise().status(intent.reference_id());
                self.begin(process, &key, Duration::ZERO, Call::Report(steps));
            }
            (Visit::Again | Visit::Return | Visit::Look, None) => {}
        }
    }

    /// Somebody asks how a payment stands, whichever attempt it was.
    pub(crate) fn look_at(&mut self, number: usize, key: &str) {
        let Some(process) = self.some_client() else { return };
        let Order { invoice, attempts, .. } = &self.orders[number];
        let Some(attempt) = attempts.iter().find(|attempt| attempt.key == key) else {
            let Some(invoice) = *invoice else { return };
            return self.verify(number, invoice, process);
        };
        let id = attempt.intent.reference_id();
        let steps = self.client(process).stepwise().status(id);
        self.begin(process, key, Duration::ZERO, Call::Report(steps));
    }

    pub(crate) fn client(&self, process: usize) -> &dollr_client::Client {
        self.processes[process].client.as_ref().expect("it lives")
    }

    /// A new attempt, with a new reference id and a new session.
    fn pay(&mut self, number: usize, process: usize) {
        if self.orders[number].attempts.len() >= 4 || self.plan.calm {
            return;
        }
        // Who tries again is told that his order is paid, or may be; some know better, and pay twice.
        if !self.orders[number].attempts.is_empty() && self.rng.u8(..12) == 0 {
            let attempted = self.insist(number);
            return self.collect(number, process, attempted);
        }
        let attempted = self.attempt(number);
        if self.plan.worker && self.rng.bool() {
            self.hand_to_worker(number, &attempted);
        } else {
            self.collect(number, process, attempted);
        }
    }

    /// An attempt although another payment may hold the order.
    pub(crate) fn insist(&mut self, number: usize) -> Attempted {
        self.vendor.excuse(number);
        let attempted = Attempted { insists: true, ..self.attempt(number) };
        self.orders[number].attempts.last_mut().expect("it was made").insists = true;
        attempted
    }

    pub(crate) fn attempt(&mut self, number: usize) -> Attempted {
        let life = if self.plan.tells_end { self.rng.u64(120_000..1_500_000) } else { 540_000 };
        let end = self.clock.now() + life;
        let Order { amount_text, currency, .. } = &self.orders[number];
        let (amount_text, currency) = (amount_text.clone(), *currency);
        let session = self.vendor.open_session(number, end, &amount_text, currency);
        let bytes = std::array::from_fn(|_| self.rng.u8(..));
        let (told, how) = (self.plan.tells_end.then_some(end), self.rng.u8(..));
        // Where goods are to be shipped, a customer pays.
        let how = if self.script.as_ref().is_some_and(|script| script.ships) { how | COLLECTED } else { how };
        let attempted = self.orders[number].attempt(bytes, session, told, how);
        self.order_of.insert(attempted.key.clone(), number);
        self.keys.push(attempted.key.clone());
        attempted
    }

    fn collect(&mut self, number: usize, process: usize, attempted: Attempted) {
        let patience = Duration::from_secs(self.rng.u64(5..180));
        let task = self.collect_for(number, process, attempted, patience);
        if self.rng.u8(..5) == 0 {
            let (away, says_so) = (self.clock.now() + self.rng.u64(..60_000), self.rng.bool());
            self.queue.push(away, Happening::Go(task, says_so));
        }
    }

    pub(crate) fn collect_for(
        &mut self,
        number: usize,
        process: usize,
        Attempted { intent, key, insists, .. }: Attempted,
        patience: Duration,
    ) -> u64 {
        let attempt = Attempt::new(intent).order(&self.orders[number].name).patience(patience);
        let attempt = if insists { attempt.despite("he says that nothing was taken") } else { attempt };
        self.trace(|| format!("process {process} collects {key} for order {number}"));
        let steps = self.client(process).stepwise().collect(attempt);
        self.begin(process, &key, patience, Call::Report(steps))
    }

    /// The success page of a hosted checkout; sometimes with the id of another, cheaper invoice in it.
    fn verify(&mut self, number: usize, invoice: u64, process: usize) {
        let patience = Duration::from_secs(self.rng.u64(..120));
        let forged = self.rng.u8(..24) == 0;
        let id = if forged { 1 + (invoice + self.rng.u64(..3)) % self.vendor.invoices() } else { invoice };
        self.verify_as(number, process, (invoice, id), patience);
        if self.rng.u8(..16) == 0 {
            // In the same moment somebody opens it as the invoice of another order.
            let another = (number + 1) % self.orders.len();
            self.verify_as(another, process, (0, invoice), Duration::ZERO);
        }
    }

    /// The page of the order with one `invoice` is opened with the `id` of the same, or another.
    pub(crate) fn verify_as(
        &mut self,
        number: usize,
        process: usize,
        (invoice, id): (u64, u64),
        patience: Duration,
    ) {
        let Order { name, amount, currency, by_name, .. } = &self.orders[number];
        let (amount, currency) = (*amount, currency.parse().expect("a currency"));
        let source = SourceRef { kind: SourceKind::Invoice, id };
        let (patience, key) = if id == invoice {
            (patience, source.to_string())
        } else {
            // Asked with a total that is not its own; nothing of that may be told as paid. Who is first has it recorded with that.
            (Duration::ZERO, format!("forged:{number}:{source}"))
        };
        let client = self.client(process).stepwise();
        let steps = if *by_name {
            client.verify_order(name, source, currency, amount, patience)
        } else {
            client.verify_source(source, currency, amount, patience)
        };
        if id != invoice {
            self.mismatched.insert(source.to_string());
        }
        self.begin(process, &key, patience, Call::Report(steps));
    }

    /// A cron job reconciles.
    pub(crate) fn cron(&mut self, process: usize) {
        let next = self.clock.now() + if self.plan.calm { 600_000 } else { self.plan.cron };
        if !self.plan.calm || process == 0 {
            self.queue.push(next, Happening::Cron(process));
        }
        let able = self.processes[process].client.is_some();
        let busy = self.tasks.values().any(|task| task.process == process && task.key.is_empty());
        if able && !busy && self.processes[process].suspended <= self.clock.now() {
            let steps = self.client(process).stepwise().reconcile(Reconcile::default().workers(1));
            self.begin(process, "", Duration::ZERO, Call::Summary(steps));
        }
    }

    pub(crate) fn reconciled(&mut self, process: usize, done: Result<Summary, Error>) {
        let summary = match done {
            Ok(summary) => summary,
            Err(error) => return self.judge_error("a run", &error),
        };
        self.trace(|| format!("process {process} has reconciled {summary:?}"));
        for key in &summary.paid {
            self.judge_paid(key);
            if !self.books().column(key).is_terminal() {
                self.violated(|| format!("I5: a run tells that {key} is paid, which is not on record"));
            }
        }
        if self.plan.calm {
            let lists = [summary.stuck, summary.not_sent, summary.conflicts];
            self.listed.extend(lists.into_iter().flatten());
            self.listed.extend(summary.unreadable.into_iter().map(|(key, _)| key));
        }
    }
}
