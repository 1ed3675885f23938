//! Payments that a client has recorded in virtual time: each is a real machine, asked by its own schedule.

use std::path::Path;
use std::time::Duration;

use dollr_client::core::{
    Action, Event, Exchange, Execution, Intent, Machine as _, Policy, Response, Timestamp,
};
use dollr_client::journal::{Journal, Kind, Order, Page, SqliteJournal};

use crate::shop::new_id;

/// A collection of 25.00 USD that began at `born` and completes after `completes`.
pub(crate) struct Recorded {
    pub(crate) id: String,
    pub(crate) machine: Execution,
    pub(crate) born: Timestamp,
    /// When the caller's process was last at work on it.
    pub(crate) seen: Timestamp,
}

impl Recorded {
    /// As its caller leaves it, who waits for it as long as the policy says.
    pub(crate) fn new(policy: Policy, born: Timestamp, completes: Duration) -> Self {
        let id = new_id();
        let intent = Intent::collection(
            id.parse().expect("an id"),
            "55".parse().expect("a session"),
            "18".parse().expect("an account"),
            "USD".parse().expect("a currency"),
        );
        let intent = intent.amount("25.00".parse().expect("an amount"));
        let machine = Execution::prepare(intent, policy, born);
        let mut payment = Self { id, machine, born, seen: born };
        payment.go_on(completes);
        payment
    }

    fn go_on(&mut self, completes: Duration) {
        loop {
            let event = match self.machine.next(self.seen) {
                Action::Record(_) => Event::Recorded,
                Action::Send(request) => {
                    let is_over = self.seen.since(self.born) >= completes;
                    self.answer(request.exchange, if is_over { "COMPLETED" } else { "PROCESSING" })
                }
                Action::Wait { until, .. } => {
                    self.seen = until;
                    continue;
                }
                Action::Act { .. } => Event::Shown,
                Action::Done(_) => return,
            };
            self.machine = self.machine.clone().apply(event, self.seen).expect("legal");
        }
    }

    /// As somebody finds it who asks once, when it has ended.
    pub(crate) fn ended(&self) -> Execution {
        let request = self.machine.ask().expect("a question");
        let answered = self.answer(request.exchange, "COMPLETED");
        self.machine.clone().apply(answered, self.seen).expect("legal")
    }

    /// It has ended, and the vendor says otherwise later.
    pub(crate) fn contradicted(mut self) -> Self {
        let request = self.machine.ask().expect("a question");
        let answered = self.answer(request.exchange, "FAILED");
        self.machine = self.machine.apply(answered, self.seen).expect("legal");
        self
    }

    fn answer(&self, exchange: Exchange, status: &str) -> Event {
        let body = format!(
            r#"{{"reference_id": "{}", "status": "{status}", "operation_type": "COLLECTION", "payer_amount": "25.00", "payer_currency": "USD", "provider_transaction_id": "MM-1"}}"#,
            self.id
        );
        Event::Answered { exchange, response: Response::new(200, body) }
    }

    /// As a client writes it: made when it began, and again when it was left.
    pub(crate) fn write(&self, journal: &dyn Journal, order: Option<&str>) {
        let snapshot = self.machine.snapshot();
        let page = Page::of(&self.machine, &snapshot, self.seen).noting("done");
        let begun = Page { open: true, paid: false, ..page.clone() };
        let order = order.map(Order::new);
        let first = journal.create(&self.id, Kind::Execution, order, &begun, self.born).expect("a row");
        journal.save(&self.id, first, &page, self.seen).expect("its end");
    }
}

/// A collection that was paid at this moment, in the journal of this file.
pub(crate) fn paid(file: &Path, at: Timestamp, order: Option<&str>) -> String {
    let payment = Recorded::new(Policy::default(), at, Duration::ZERO);
    payment.write(&SqliteJournal::open(file).expect("a journal"), order);
    payment.id
}
