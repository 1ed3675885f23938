//! A host that looks at many waiting payments again and again pays nothing for it: `next` allocates nothing while it says wait.

#[allow(dead_code, reason = "a part of it is used here")]
#[path = "suite/support/polling.rs"]
mod polling;

use std::hint::black_box;
use std::time::Duration;

use allocation_counter::measure;
use dollr_core::{
    Action, Budget, Event, Fleet, FleetAction, Limit, Loss, Machine, Policy, Response, Source, SourceKind,
    SourceRef, Timestamp,
};
use polling::{SENT, payment, pending, reference_ids};

/// Asks at the beginning, in the middle and at the end of a wait.
fn waits_for_nothing(machine: &impl Machine, now: Timestamp) -> Timestamp {
    let Action::Wait { until, .. } = machine.next(now) else { panic!("it does not wait") };
    let wait = until.since(now);
    for at in [now, now.after(wait / 2), Timestamp::from_millis(until.as_millis() - 1)] {
        let counted = measure(|| assert!(matches!(black_box(machine).next(at), Action::Wait { .. })));
        assert_eq!(counted.count_total, 0, "in the state {}", machine.state());
    }
    until
}

/// Whatever it waits for: a first connection, the schedule, a back-off, `Retry-After`.
#[test]
fn an_execution_that_waits_allocates_nothing() {
    let id = reference_ids(1).next().unwrap();
    let (mut machine, mut now, mut waits) = (payment(id, Policy::default()), SENT, 0);
    for step in 0..8 {
        while let Action::Record(_) = machine.next(now) {
            machine = machine.apply(Event::Recorded, now).unwrap();
        }
        let Action::Send(request) = machine.next(now) else { panic!("it does not send") };
        let exchange = request.exchange;
        let event = match step {
            0 => Event::Lost { exchange, loss: Loss::NotSent },
            1 => Event::Lost { exchange, loss: Loss::Unknown },
            2 => Event::Answered { exchange, response: Response::new(404, "{}") },
            3 => {
                Event::Answered { exchange, response: Response::new(503, "").with_header("Retry-After", "9") }
            }
            _ => Event::Answered { exchange, response: pending(id) },
        };
        machine = machine.apply(event, now).unwrap();
        now = waits_for_nothing(&machine, now);
        waits += 1;
    }
    assert_eq!((waits, machine.state()), (8, "Open"));
}

#[test]
fn a_source_that_waits_allocates_nothing() {
    let source = SourceRef { kind: SourceKind::Invoice, id: 101 };
    let machine =
        Source::watch(source, "USD".parse().unwrap(), "250.00".parse().unwrap(), Policy::default(), SENT);
    let Action::Send(request) = machine.next(SENT) else { panic!("it does not ask") };
    let body = r#"{"source_id": 101, "source_type": "INVOICE", "status": "ACTIVE", "currency": "USD", "total_amount": 250.00}"#;
    let event = Event::Answered { exchange: request.exchange, response: Response::new(200, body) };
    waits_for_nothing(&machine.apply(event, SENT).unwrap(), SENT);
}

#[test]
fn a_fleet_that_waits_allocates_nothing() {
    let limit = Limit::new(1, Duration::from_secs(1)).unwrap();
    let mut fleet = Fleet::new(Budget::new(limit, SENT), SENT);
    for id in reference_ids(100) {
        fleet.insert(id, SENT, SENT);
    }
    let permit = fleet.take(SENT).expect("a call");
    fleet.budget_mut().succeeded(permit, SENT);
    let counted = measure(|| assert!(matches!(black_box(&fleet).next(SENT), FleetAction::Wait { .. })));
    assert_eq!(counted.count_total, 0);
}
