//! What a recorded payment tells about how long payments take, and what it must not be believed.

use std::time::Duration;

use dollr_core::{
    Action, Event, Exchange, Execution, Intent, Machine, Policy, Purpose, ReferenceId, Response, Sample,
    Schedule, Timestamp,
};

const BORN: Timestamp = Timestamp::from_millis(1_750_000_000_000);

fn at(seconds: u64) -> Timestamp {
    BORN.after(Duration::from_secs(seconds))
}

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn prepared(patience: u64) -> Execution {
    let id = ReferenceId::from_random_bytes([7; 16]);
    let intent = Intent::collection(id, "55".parse().unwrap(), "18".parse().unwrap(), "USD".parse().unwrap());
    Execution::prepare(intent, Policy::default().patience(secs(patience)), BORN)
}

fn answer(machine: Execution, exchange: Exchange, status: &str, now: Timestamp) -> Execution {
    let id = machine.reference_id();
    let body = format!(
        r#"{{"reference_id": "{id}", "status": "{status}", "operation_type": "COLLECTION", "payer_currency": "USD"}}"#
    );
    let response = Response::new(200, body);
    machine.apply(Event::Answered { exchange, response }, now).unwrap()
}

/// One whose caller waits until it ends or its patience does, and when that was.
fn waited_for(patience: u64, ends: (u64, &str)) -> (Execution, Timestamp) {
    looked_after(patience, ends, 1)
}

/// The same by a caller who sleeps so many times as long as he is told to.
fn looked_after(patience: u64, ends: (u64, &str), sleepy: u32) -> (Execution, Timestamp) {
    let (mut machine, mut now) = (prepared(patience), BORN);
    loop {
        let is_over = now >= at(ends.0);
        machine = match machine.next(now) {
            Action::Record(_) => machine.apply(Event::Recorded, now).unwrap(),
            Action::Send(request) if request.exchange.purpose == Purpose::Status && is_over => {
                answer(machine, request.exchange, ends.1, now)
            }
            Action::Send(request) => answer(machine, request.exchange, "PROCESSING", now),
            Action::Wait { until, .. } => {
                now = now.after(until.since(now) * sleepy);
                machine
            }
            Action::Act { .. } | Action::Done(_) => return (machine, now),
        };
    }
}

/// One question more.
fn asked(machine: Execution, status: &str, now: Timestamp) -> Execution {
    let exchange = machine.ask().unwrap().exchange;
    answer(machine, exchange, status, now)
}

fn sample(machine: &Execution, ended: Option<Timestamp>) -> Sample {
    machine.sample(ended, &Schedule::default(), at(100_000))
}

#[test]
fn an_end_that_was_waited_for_is_a_sample() {
    for status in ["COMPLETED", "FAILED"] {
        let (machine, end) = waited_for(300, (40, status));
        assert!((secs(40)..secs(46)).contains(&end.since(BORN)), "{end}");
        assert_eq!(sample(&machine, Some(end)), Sample::Took(end.since(BORN)));
        assert_eq!(sample(&machine, None), Sample::FoundLate, "nobody wrote down when");
    }
}

#[test]
fn an_end_that_is_asked_about_once_more_is_the_same_sample() {
    let (machine, end) = waited_for(300, (40, "FAILED"));
    let machine = machine.apply(Event::Adopted { horizon: None }, at(3_700)).unwrap();
    let machine = asked(machine, "FAILED", at(3_700));
    assert_eq!(sample(&machine, Some(end)), Sample::Took(end.since(BORN)));
}

#[test]
fn what_nobody_waited_for_is_none() {
    let (handed_over, _) = waited_for(60, (1_000, "COMPLETED"));
    assert_eq!(handed_over.state(), "Open");
    assert_eq!(sample(&handed_over, None), Sample::FoundLate, "it may have ended since");
    for found in [130, 1_500, 9_000] {
        let machine = asked(handed_over.clone(), "COMPLETED", at(found));
        assert_eq!(sample(&machine, Some(at(found))), Sample::FoundLate, "{found}");
    }
    // A last question may take a while.
    let machine = asked(handed_over, "COMPLETED", at(75));
    assert_eq!(sample(&machine, Some(at(75))), Sample::Took(secs(75)));
    // Within its patience, but asked about only once.
    let (machine, _) = waited_for(0, (1_000, "COMPLETED"));
    let machine = asked(machine, "COMPLETED", at(50));
    assert_eq!(sample(&machine, Some(at(50))), Sample::FoundLate);
}

#[test]
fn who_asks_half_as_often_as_he_should_has_waited_and_who_asks_less_has_not() {
    let (machine, end) = looked_after(300, (200, "COMPLETED"), 2);
    assert_eq!(sample(&machine, Some(end)), Sample::Took(end.since(BORN)));
    let (machine, end) = looked_after(300, (200, "COMPLETED"), 4);
    assert_eq!(sample(&machine, Some(end)), Sample::FoundLate);
}

#[test]
fn what_is_open_after_half_an_hour_took_longer_than_that() {
    let (open, _) = waited_for(1_900, (9_000, "COMPLETED"));
    assert_eq!(sample(&open, None), Sample::Took(Duration::MAX));
    let (ended, end) = waited_for(3_600, (2_000, "COMPLETED"));
    assert!(matches!(sample(&ended, Some(end)), Sample::Took(time) if time >= secs(2_000)));
}

#[test]
fn young_ones_and_those_of_another_schedule_are_none() {
    let (machine, end) = waited_for(300, (5, "COMPLETED"));
    let tells = |now| machine.sample(Some(end), &Schedule::default(), now);
    assert_eq!((tells(at(1_799)), tells(at(1_800))), (Sample::TooYoung, Sample::Took(end.since(BORN))));
    assert_eq!(machine.sample(Some(end), &Schedule::cards(), at(9_000)), Sample::OtherSchedule);
    assert_eq!(machine.schedule(), &Schedule::default());
}

#[test]
fn what_did_not_get_to_an_end_is_none() {
    assert_eq!(sample(&prepared(300), Some(BORN)), Sample::NoEnd);
    let sending = prepared(300).apply(Event::Recorded, BORN).unwrap();
    assert_eq!(sample(&sending, Some(BORN)), Sample::NoEnd);
    let (failed, end) = waited_for(300, (40, "FAILED"));
    let contradicted = asked(failed, "COMPLETED", at(3_700));
    assert!(contradicted.conflict().is_some());
    assert_eq!(sample(&contradicted, Some(end)), Sample::NoEnd);
}

/// However patient a caller is.
#[test]
fn no_patience_is_too_long() {
    let (machine, end) = waited_for(u64::MAX, (40, "COMPLETED"));
    assert_eq!(sample(&machine, Some(end)), Sample::Took(end.since(BORN)));
}
