//! What a machine is called, and how it stands when time has run out, without a host that drives it there (I7).

use std::time::Duration;

use dollr_core::{Event, Execution, Intent, Machine, Policy, Progress, Source, Stuck, Timestamp, Verdict};

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
    fn stands<M: Machine>(machine: &M) {
        let unknown = Verdict::Open { progress: Progress::Unknown, trouble: None };
        assert_eq!((machine.standing(START), machine.verdict()), (unknown.clone(), unknown));
        let over = START.after(Duration::from_secs(3_600));
        let exchange = machine.ask().unwrap().exchange;
        let asked = machine.clone().apply(Event::Lost { exchange, loss: dollr_core::Loss::Unknown }, over);
        let asked = asked.unwrap_or_else(|rejected| panic!("{rejected}"));
        assert!(matches!(asked.verdict(), Verdict::Open { .. }));
        assert_eq!(asked.standing(over), Verdict::Stuck(Stuck::Horizon));
    }
    stands(&sent());
    stands(&invoice());
}
