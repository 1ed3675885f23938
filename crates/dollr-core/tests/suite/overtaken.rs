//! What becomes of a machine for whose row somebody else was faster: it goes on with what is on record, and with what it has just
//! heard itself (promises I4, I7, I12 and I14; F29).

use std::time::Duration;

use crate::scenario::{START, Scenario, Subject, Told, intent};
use dollr_core::{
    Action, Event, Loss, Machine, Operation, Policy, Purpose, Resend, Source, Timestamp, Verdict,
};

const NOW: Duration = Duration::ZERO;

/// The event by which `at` hears `told`.
fn heard<M: Subject>(at: &Scenario<M>, told: impl Into<Told>) -> Event {
    Event::Answered { exchange: at.request().exchange, response: told.into().response() }
}

/// `mine` and what it has heard, after `found` was on record first.
fn overtaken<M: Subject>(
    mine: &Scenario<M>,
    found: Scenario<M>,
    heard: Option<&Event>,
    patience: Duration,
) -> Scenario<M> {
    let machine = mine.machine.overtaken_by(found.machine, heard, patience, mine.now);
    Scenario { machine, now: mine.now, taken: Vec::new(), steps: Vec::new() }
}

/// When it asks next.
fn asks_at<M: Subject>(at: &Scenario<M>) -> Timestamp {
    let at = at.clone().due();
    assert!(matches!(at.next(), Action::Send(ref request) if request.exchange.purpose == Purpose::Status));
    at.now
}

/// I4, I14: that it is paid is not asked a second time, and neither is it forgotten.
#[test]
fn what_was_heard_is_told_to_the_machine_on_record() {
    let open = Scenario::collection().open();
    let paid = heard(&open.clone().due(), Told::status("COMPLETED"));
    let found = open.clone().asked("in_progress", Told::status("PROCESSING"));
    let on = overtaken(&open.clone().secs(10), found, Some(&paid), NOW);
    assert!(matches!(on.next(), Action::Done(Verdict::Paid(_))), "{:?}", on.next());

    let watching = Scenario::invoice().due();
    let paid = heard(&watching, Told::source("PAID"));
    let found = watching.clone().asked("in_progress", Told::source("ACTIVE"));
    let on = overtaken(&watching.secs(10), found, Some(&paid), NOW);
    assert!(matches!(on.next(), Action::Done(Verdict::Paid(_))), "{:?}", on.next());
}

/// I7: whose patience is over, and who has just heard how it stands, is told; however often somebody else is faster.
#[test]
fn nobody_is_owed_one_more_question_who_has_just_asked() {
    let mine = Scenario::collection().open().secs(10);
    for told in [None, Some(Told::status("PROCESSING")), Some(Told::http(503, ""))] {
        let event = told.map_or_else(
            || Event::Lost { exchange: mine.request().exchange, loss: Loss::Unknown },
            |told| heard(&mine, told),
        );
        let found = mine.clone().asked("in_progress", Told::status("PENDING"));
        let on = overtaken(&mine.clone().secs(30), found.clone(), Some(&event), NOW);
        assert!(matches!(on.next(), Action::Done(Verdict::Open { .. })), "{:?}", on.next());
        // Who has not asked at all does.
        let on = overtaken(&mine.clone().secs(30), found, None, NOW);
        assert!(matches!(on.next(), Action::Send(_)), "{:?}", on.next());
    }
}

/// I12: the next question is as far from the last one as if nobody had been faster.
#[test]
fn the_gap_is_kept_that_was_begun() {
    let mine = Scenario::collection().open().secs(10);
    let event = heard(&mine, Told::status("PROCESSING"));
    let found = Scenario::collection().open();
    let on = overtaken(&mine, found, Some(&event), Duration::from_secs(60));
    assert!(asks_at(&on).since(mine.now) >= Duration::from_secs(2), "{:?}", asks_at(&on).since(mine.now));
    let held = heard(&mine, Told::http(429, "").header("Retry-After", "40"));
    let on = overtaken(&mine, Scenario::collection().open(), Some(&held), Duration::from_secs(60));
    assert!(asks_at(&on).since(mine.now) >= Duration::from_secs(40));
}

/// I2, F3: that it was not there before somebody else sent it again says nothing about that request; a second later it is asked.
#[test]
fn an_absence_from_before_the_latest_request_is_not_told() {
    let grace = Resend::AfterGrace { grace: Duration::from_secs(1), sends: 3 };
    let mine = Scenario::of(Operation::Collection, Policy::default().resend(grace)).uncertain().secs(10);
    let absent = heard(&mine, 404);
    // It was there first, and has sent it once more, which nobody has answered yet.
    let found = mine.clone().asked("forgotten", 404).recorded();
    assert_eq!((mine.machine.sends(), found.machine.sends()), (1, 2));
    let found = found.crashed();
    let on = overtaken(&mine.clone().secs(20), found.clone(), Some(&absent), Duration::from_secs(60));
    assert_eq!(asks_at(&on).since(on.now), Duration::from_secs(1));
    // What is there, is there.
    let there = heard(&mine, Told::status("COMPLETED"));
    let on = overtaken(&mine.secs(20), found, Some(&there), NOW);
    assert!(matches!(on.next(), Action::Done(Verdict::Paid(_))), "{:?}", on.next());
}

/// F22: that a token was refused says nothing about a payment.
#[test]
fn a_refused_token_is_not_told() {
    let mine = Scenario::collection().open().secs(10);
    let refused = heard(&mine, 401);
    let on = overtaken(&mine, Scenario::collection().open(), Some(&refused), NOW);
    assert_eq!(asks_at(&on).since(mine.now), Duration::from_secs(1), "one more, and not at once");
}

/// I6: an end on record is the end, whatever was heard before.
#[test]
fn an_end_on_record_stays_as_it_is() {
    let mine = Scenario::collection().open().secs(10);
    let event = heard(&mine, Told::status("PROCESSING"));
    let found = Scenario::collection().open().asked("completed", Told::status("COMPLETED"));
    let on = overtaken(&mine, found.clone(), Some(&event), NOW);
    assert_eq!(on.machine, found.machine);
}

/// T14: what came of a `POST` is told to nobody else's question.
#[test]
fn the_answer_to_the_request_itself_is_not_told() {
    let mine = Scenario::collection().recorded();
    let event = heard(&mine, Told::status("FAILED"));
    let found = Scenario::collection().open();
    let on = overtaken(&mine, found, Some(&event), NOW);
    assert!(matches!(on.next(), Action::Wait { .. } | Action::Send(_)), "{:?}", on.next());
}

/// T14: nor is what came of a question told as the answer to a request that is under way.
#[test]
fn what_was_heard_of_the_status_is_no_answer_to_a_request() {
    let mine = Scenario::collection().uncertain().secs(10);
    for told in [400, 422] {
        let event = heard(&mine, told);
        let on = overtaken(&mine.clone().secs(20), Scenario::collection().recorded(), Some(&event), NOW);
        assert!(matches!(on.machine.verdict(), Verdict::Open { .. }), "{:?}", on.machine.verdict());
    }
}

/// F2: that a `POST` got no answer is told to nobody else's question either.
#[test]
fn a_lost_request_is_not_told_as_a_lost_question() {
    let mine = Scenario::collection().recorded();
    let lost = Event::Lost { exchange: mine.request().exchange, loss: Loss::Unknown };
    let on = overtaken(&mine, Scenario::collection().open(), Some(&lost), NOW);
    assert!(
        matches!(on.machine.verdict(), Verdict::Open { trouble: None, .. }),
        "{:?}",
        on.machine.verdict()
    );
}

/// I4: what is on record about other money gives way to who is paid for what was asked about, and to nobody else.
#[test]
fn only_who_is_paid_takes_the_row_of_other_money() {
    let watched = |source: &str, currency: &str, total: &str| {
        let (id, currency) = (source.parse().unwrap(), currency.parse().unwrap());
        Source::watch(id, currency, total.parse().unwrap(), Policy::default(), START)
    };
    let at = |machine| Scenario { machine, now: START, taken: Vec::new(), steps: Vec::new() };
    let mine = watched("INVOICE:101", "USD", "250.00");
    let paid = at(mine.clone()).asked("paid", Told::source("PAID")).machine;
    let others = [
        watched("INVOICE:101", "USD", "250.01"),
        watched("INVOICE:101", "LRD", "250.00"),
        watched("ORDER:101", "USD", "250.00"),
    ];
    let Verdict::Paid(settlement) = paid.verdict() else { panic!("{:?}", paid.verdict()) };
    assert_eq!(settlement.source(), Some(mine.source()));
    assert!(mine.is_for_the_same_as(&paid) && !paid.displaces(&mine));
    for other in &others {
        assert!(!mine.is_for_the_same_as(other), "{other:?}");
        assert!(paid.displaces(other) && !mine.displaces(other) && !other.displaces(&paid), "{other:?}");
    }
    let told = Told::source("PAID").with("total_amount", "250.01");
    let other = at(others[0].clone()).asked("paid", told).machine;
    assert!(!paid.displaces(&other), "nobody takes what is paid");

    let usd = || "USD".parse().unwrap();
    assert!(mine.expects(usd(), "250.00".parse().unwrap()));
    assert!(
        !mine.expects(usd(), "250.01".parse().unwrap())
            && !mine.expects("LRD".parse().unwrap(), "250.00".parse().unwrap())
    );

    let of = |amount: &str| {
        let intent = intent(Operation::Collection).amount(amount.parse().unwrap());
        Scenario::with(intent, Policy::default()).machine
    };
    assert!(
        of("250.00").is_for_the_same_as(&of("250.00")) && !of("250.00").is_for_the_same_as(&of("250.01"))
    );
}
