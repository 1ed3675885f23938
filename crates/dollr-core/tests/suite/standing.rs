//! What a machine is called, and how it stands when time has run out, without a host that drives it there (I7).

use std::time::Duration;

use dollr_core::{
    Event, Execution, Intent, Machine, Policy, Progress, Response, Source, Stuck, Timestamp, Verdict,
};

const START: Timestamp = Timestamp::from_millis(1_750_000_000_000);
const ID: &str = "07070707-0707-4707-8707-070707070707";

fn policy() -> Policy {
    let hour = Duration::from_secs(3_600);
    Policy::default().patience(2 * hour).horizon(hour)
}

fn sent() -> Execution {
    let intent = Intent::transfer(ID.parse().unwrap(), "55".parse().unwrap());
    let sending = Execution::prepare(intent, policy(), START).apply(Event::Recorded, START).unwrap();
    Execution::restore(&sending.snapshot()).unwrap()
}

fn invoice() -> Source {
    let (id, currency) = ("ORDER:101".parse().unwrap(), "USD".parse().unwrap());
    Source::watch(id, currency, "250.00".parse().unwrap(), policy(), START)
}

#[test]
fn a_machine_is_called_by_what_it_is_about() {
    assert_eq!(sent().key(), ID);
    assert_eq!(invoice().key(), "ORDER:101");
}

/// Asked for the last time, and still open: the horizon counts in how it stands, though no event has said so.
#[test]
fn a_horizon_that_is_over_counts_in_how_a_machine_stands() {
    fn stands<M: Machine>(machine: &M, still_open: &str) {
        let unknown = Verdict::Open { progress: Progress::Unknown, trouble: None };
        assert_eq!((machine.standing(START), machine.verdict()), (unknown.clone(), unknown));
        let over = START.after(Duration::from_secs(3_600));
        let exchange = machine.ask().unwrap().exchange;
        let response = Response::new(200, still_open.to_owned());
        let asked = machine.clone().apply(Event::Answered { exchange, response }, over);
        let asked = asked.unwrap_or_else(|rejected| panic!("{rejected}"));
        assert!(matches!(asked.verdict(), Verdict::Open { .. }));
        assert_eq!(asked.standing(over), Verdict::Stuck(Stuck::Horizon));
    }
    stands(&sent(), &transfer_is("PENDING"));
    stands(&invoice(), &order_is("ACTIVE"));
}

/// The answer to its next question.
fn told<M: Machine>(machine: M, body: &str) -> M {
    let exchange = machine.ask().unwrap().exchange;
    let event = Event::Answered { exchange, response: Response::new(200, body.to_owned()) };
    machine.apply(event, START).unwrap_or_else(|rejected| panic!("{rejected}"))
}

fn transfer_is(status: &str) -> String {
    format!(r#"{{"reference_id": "{ID}", "status": "{status}", "operation_type": "TRANSFER"}}"#)
}

fn order_is(status: &str) -> String {
    format!(
        r#"{{"source_id": 101, "source_type": "ORDER", "status": "{status}", "currency": "USD", "total_amount": 250.00, "paid_at": null}}"#
    )
}

/// I5: what must survive a crash is told from what may be learnt again, so that nothing is lost and no write is in vain.
#[test]
fn what_must_survive_has_moved_and_what_may_be_learnt_again_has_not() {
    let policy = Policy::default();
    let prepared =
        Execution::prepare(Intent::transfer(ID.parse().unwrap(), "55".parse().unwrap()), policy, START);
    let sending = prepared.clone().apply(Event::Recorded, START).unwrap();
    assert!(!sending.moved_since(&prepared), "its host has recorded that already");
    let open = told(sent(), &transfer_is("PENDING"));
    assert!(open.moved_since(&sent()));
    let same = told(open.clone(), &transfer_is("PENDING"));
    assert!(!same.moved_since(&open), "it stands as it stood");
    let over = told(same.clone(), &transfer_is("FAILED"));
    assert!(over.moved_since(&same));
    let contradicted = told(over.clone(), &transfer_is("COMPLETED"));
    assert!(contradicted.moved_since(&over), "a person must look");

    let open = told(invoice(), &order_is("ACTIVE"));
    assert!(!told(open.clone(), &order_is("ACTIVE")).moved_since(&open), "it stands as it stood");
    let canceled = told(open.clone(), &order_is("CANCELED"));
    assert!(canceled.moved_since(&open));
    assert!(told(canceled.clone(), &order_is("PAID")).moved_since(&canceled), "a person must look");
}

/// I2: an order is free for another attempt where no money can have moved, and at no other time.
#[test]
fn an_order_is_free_where_no_money_can_have_moved() {
    assert!(sent().holds_order());
    assert!(told(sent(), &transfer_is("PENDING")).holds_order());
    let failed = told(sent(), &transfer_is("FAILED"));
    assert!(!failed.holds_order());
    assert!(told(failed, &transfer_is("COMPLETED")).holds_order(), "a person must look");

    assert!(invoice().holds_order());
    assert!(told(invoice(), &order_is("PAID")).holds_order());
    let canceled = told(invoice(), &order_is("CANCELED"));
    assert!(!canceled.holds_order());
    assert!(told(canceled, &order_is("PAID")).holds_order(), "a person must look");
}

#[test]
fn questions_are_counted() {
    fn counted<M: Machine>(machine: M, body: &str) {
        assert_eq!(machine.asks(), 0);
        let once = told(machine, body);
        assert_eq!(once.asks(), 1);
        assert_eq!(told(once, body).asks(), 2);
    }
    counted(sent(), &transfer_is("PENDING"));
    counted(invoice(), &order_is("ACTIVE"));
}
