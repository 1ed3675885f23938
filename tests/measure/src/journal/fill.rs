//! Rows like those of real payments: executions of the engine, open and completed, under other ids.

use std::time::Duration;

use dollr_core::{
    Action, Event, Execution, Intent, Machine, Policy, Purpose, ReferenceId, Response, Snapshot, Timestamp,
};
use dollr_journal::{Journal, Kind, Page, Version};

/// When it is asked what is due.
pub(crate) const NOW: Timestamp = Timestamp::from_millis(1_750_000_000_000);

/// What is open has been due since as long ago as this, or less.
pub(crate) const SPREAD: Duration = Duration::from_secs(3_600);

/// A snapshot, and the id in it that each row has another one for.
pub(crate) struct Template {
    pub(crate) id: String,
    pub(crate) text: String,
}

impl Template {
    /// A payment that the vendor is still at.
    pub(crate) fn open() -> Self {
        Self::open_with(ReferenceId::from_random_bytes([7; 16]))
    }

    /// The same payment under this id.
    pub(crate) fn open_with(id: ReferenceId) -> Self {
        Self::answered(id, "PROCESSING")
    }

    /// A payment that was completed.
    pub(crate) fn completed() -> Self {
        Self::answered(ReferenceId::from_random_bytes([7; 16]), "COMPLETED")
    }

    fn answered(id: ReferenceId, status: &str) -> Self {
        let (session, account) = ("55".parse().expect("a session"), "18".parse().expect("an account"));
        let intent = Intent::collection(id, session, account, "USD".parse().expect("a currency"))
            .amount("250.00".parse().expect("an amount"));
        let mut payment = Execution::prepare(intent, Policy::default(), NOW);
        let (mut now, mut asked) = (NOW, false);
        while !asked {
            let event = match payment.next(now) {
                Action::Record(_) => Event::Recorded,
                Action::Send(request) => {
                    asked = request.exchange.purpose == Purpose::Status;
                    let response = answer(id, if asked { status } else { "PENDING" });
                    Event::Answered { exchange: request.exchange, response }
                }
                Action::Wait { until, .. } => {
                    now = until;
                    continue;
                }
                Action::Act { .. } | Action::Done(_) => break,
            };
            payment = payment.apply(event, now).expect("legal");
        }
        Self { id: id.to_string(), text: payment.snapshot().as_str().to_owned() }
    }
}

fn answer(id: ReferenceId, status: &str) -> Response {
    let body = format!(
        r#"{{"reference_id": "{id}", "status": "{status}", "operation_type": "COLLECTION",
            "payer_amount": 250.00, "payer_currency": "USD", "payee_amount": 250.00, "payee_currency": "USD",
            "provider_transaction_id": "MP250615.1430.A00001"}}"#
    );
    Response::new(200, body)
}

/// A record before its request is sent.
pub(crate) fn create(journal: &dyn Journal, key: &str, template: &Template) {
    let snapshot = Snapshot::new(template.text.clone());
    let page = Page::new("Sending", true, &snapshot, "recorded");
    journal.create(key, Kind::Execution, None, &Page { sends: true, ..page }, NOW).expect("created");
}

/// A record of what was answered.
pub(crate) fn save(journal: &dyn Journal, key: &str, version: Version, template: &Template) {
    let snapshot = Snapshot::new(template.text.clone());
    journal.save(key, version, &Page::new("Open", true, &snapshot, "Sending to Open"), NOW).expect("saved");
}
