//! What becomes of a payment when nobody waits for it and a reconciler looks after it (promises I2, I5, I6 and I7).

use std::time::Duration;

use crate::scenario::{START, Scenario, Subject, Told};
use dollr_core::{
    Action, Event, Execution, Loss, Machine, Operation, Policy, Progress, Purpose, Resend, Stuck, Timestamp,
    Verdict,
};

const HOUR: u64 = 3_600;

fn asks(action: &Action) -> bool {
    matches!(action, Action::Send(request) if request.exchange.purpose == Purpose::Status)
}

/// The moment that the machine waits for.
fn waits_until<M: Subject>(at: &Scenario<M>) -> Timestamp {
    match at.next() {
        Action::Wait { until, .. } => until,
        other => panic!("no wait: {other:?}"),
    }
}

fn restored<M: Subject>(at: Scenario<M>) -> Scenario<M> {
    Scenario { machine: M::restore(&at.machine.snapshot()).unwrap(), ..at }
}

#[test]
fn i2_what_was_never_sent_is_not_sent_by_who_adopts_it() {
    let prepared = Scenario::collection();
    assert!(matches!(prepared.next(), Action::Record(_)));
    let adopted = prepared.clone().adopted();
    let not_sent = Verdict::Open { progress: Progress::NotSent, trouble: None };
    assert_eq!(adopted.next(), Action::Done(not_sent));
    adopted.refuses(Event::Recorded);
    assert_eq!(prepared.machine.due(prepared.now), None);

    // Not even after somebody has waited for it, or it has been throttled before.
    assert!(matches!(adopted.resumed(600).next(), Action::Done(Verdict::Open { .. })));
    let throttled = Scenario::collection().recorded().posted("throttled", 429).secs(120);
    assert!(matches!(throttled.next(), Action::Record(_)));
    assert!(matches!(throttled.adopted().next(), Action::Done(Verdict::Open { .. })));

    // Who prepared it may still send it.
    assert!(matches!(restored(prepared.adopted()).next(), Action::Record(_)));
}

#[test]
fn what_may_have_been_sent_is_sent_again_only_by_its_own_policy() {
    let resend = Resend::AfterGrace { grace: Duration::from_secs(5), sends: 2 };
    let lost = || Scenario::of(Operation::Collection, Policy::default().resend(resend)).uncertain();
    let forgotten = restored(lost()).adopted().secs(60).asked("forgotten", 404);
    assert!(matches!(forgotten.due().next(), Action::Record(_)));
    let never = restored(Scenario::collection().uncertain()).adopted().secs(60).asked("absent", 404);
    assert!(asks(&never.due().next()));
}

#[test]
fn i7_an_adopted_payment_is_asked_about_until_its_horizon_and_then_a_person_must_look() {
    let impatient = Policy::default().patience(Duration::ZERO);
    let patience_over = Scenario::of(Operation::Collection, impatient).open();
    let patience_over = patience_over.answered("in_progress", Told::status("PENDING"));
    assert!(matches!(patience_over.next(), Action::Done(Verdict::Open { .. })));
    let mut adopted = restored(patience_over).adopted();
    let horizon = START.after(Policy::default().horizon);
    let mut questions = 0;
    while !matches!(adopted.next(), Action::Done(_)) {
        assert!(asks(&adopted.next()) || waits_until(&adopted) > adopted.now, "a wait that is over spins");
        adopted = adopted.due();
        adopted = restored(adopted).adopted().answered("in_progress", Told::status("PROCESSING"));
        questions += 1;
    }
    assert_eq!(adopted.next(), Action::Done(Verdict::Stuck(Stuck::Horizon)));
    assert!(adopted.now >= horizon && adopted.now < horizon.after(Duration::from_secs(HOUR)));
    assert!((100..2_000).contains(&questions), "{questions} questions");
    assert_eq!(adopted.machine.due(adopted.now), None, "it would be asked about for ever");
    // It is still listed, and an answer that somebody gets all the same still counts.
    assert!(!adopted.machine.is_terminal());
    assert_eq!(adopted.answered("completed", Told::status("COMPLETED")).machine.verdict().name(), "paid");
}

/// I5, F6, F9, F20: an outage or a throttled vendor at the horizon does not make a person's case of what a question would find paid.
#[test]
fn the_last_question_is_repeated_until_it_is_answered() {
    let horizon = START.after(Policy::default().horizon);
    let before = || Scenario::collection().open().secs(72 * HOUR - 10).adopted();
    let lost = |open: Scenario<Execution>| open.lost("no_answer", Loss::Unknown);
    let throttled = |open: Scenario<Execution>| {
        open.answered("no_answer", Told::http(429, "").header("Retry-After", "1800"))
    };
    for trouble in [&lost as &dyn Fn(Scenario<Execution>) -> Scenario<Execution>, &throttled] {
        let asked = trouble(before());
        assert!(waits_until(&asked) > horizon, "the horizon cuts the wait off");
        let again = trouble(restored(asked.due()).adopted());
        assert!(again.now > horizon && again.machine.due(again.now).is_some(), "it is given up unanswered");
        let paid = again.clone().due().answered("completed", Told::status("COMPLETED"));
        assert_eq!(paid.machine.verdict().name(), "paid");
        let open = again.due().answered("in_progress", Told::status("PENDING"));
        assert_eq!(open.next(), Action::Done(Verdict::Stuck(Stuck::Horizon)));
    }
}

/// I5: whose patience is over with the horizon has no person's case yet, but one for whoever looks after it.
#[test]
fn a_patience_that_ends_with_the_horizon_unanswered_leaves_it_open() {
    let minute = Duration::from_secs(60);
    let open = Scenario::of(Operation::Collection, Policy::default().patience(minute).horizon(minute)).open();
    let lost = open.secs(60).lost("no_answer", Loss::Unknown);
    assert!(matches!(lost.next(), Action::Done(Verdict::Open { .. })), "{:?}", lost.next());
    assert!(waits_until(&lost.clone().adopted()) > lost.now);
    assert!(lost.machine.due(lost.now).is_some());
}

/// I7: a vendor that is gone is not asked for ever.
#[test]
fn a_last_question_that_a_dozen_times_comes_to_nothing_is_a_persons() {
    let mut silent = Scenario::collection().open().secs(72 * HOUR).adopted();
    let mut questions = 0;
    while asks(&silent.clone().due().next()) {
        silent = restored(silent.due()).adopted().answered("no_answer", 503);
        questions += 1;
    }
    assert_eq!((questions, silent.next()), (12, Action::Done(Verdict::Stuck(Stuck::Horizon))));
    assert_eq!(silent.machine.due(silent.now), None);
}

#[test]
fn i7_patience_past_the_horizon_is_that_of_who_had_it() {
    let late = Scenario::collection().open().secs(100 * HOUR).resumed(HOUR);
    let late = late.answered("in_progress", Told::status("PENDING"));
    assert!(matches!(late.next(), Action::Wait { .. }), "somebody still waits: {:?}", late.next());
    assert_eq!(late.adopted().next(), Action::Done(Verdict::Stuck(Stuck::Horizon)));
}

#[test]
fn the_horizon_may_be_another_one() {
    let two_hours = Event::Adopted { horizon: Some(Duration::from_secs(2 * HOUR)) };
    let open = Scenario::collection().open().happens("adopted", two_hours.clone());
    let later = open.clone().secs(2 * HOUR + 1).asked("in_progress", Told::status("PENDING"));
    assert_eq!(later.next(), Action::Done(Verdict::Stuck(Stuck::Horizon)));
    let before = open.secs(HOUR).asked("in_progress", Told::status("PENDING"));
    assert!(waits_until(&before) > before.now);
    let source = Scenario::invoice().happens("adopted", two_hours).secs(2 * HOUR + 1);
    let source = source.asked("in_progress", Told::source("ACTIVE"));
    assert_eq!(source.next(), Action::Done(Verdict::Stuck(Stuck::Horizon)));
}

#[test]
fn f18_failed_is_asked_about_once_more_an_hour_later_and_never_again() {
    let failed = || Scenario::collection().open().asked("failed", Told::status("FAILED"));
    let at = failed().now;
    // Those who began it are done.
    assert!(matches!(failed().next(), Action::Done(Verdict::Failed { .. })));
    assert!(matches!(failed().secs(2 * HOUR).next(), Action::Done(Verdict::Failed { .. })));

    let adopted = restored(failed()).adopted();
    let again = waits_until(&adopted);
    assert!((HOUR..=HOUR * 11 / 10).contains(&again.since(at).as_secs()), "{:?}", again.since(at));
    assert_eq!(adopted.machine.due(adopted.now), Some(again));

    let same = adopted.clone().asked("confirmed", Told::status("FAILED"));
    assert!(matches!(same.next(), Action::Done(Verdict::Failed { .. })));
    assert_eq!(restored(same).machine.due(again), None, "asked a third time");

    let other = adopted.asked("contradicted", Told::status("COMPLETED"));
    assert!(matches!(other.next(), Action::Done(Verdict::Failed { .. })), "I6: an end is an end");
    let conflict = other.machine.conflict().expect("I6: a conflict");
    assert_eq!((conflict.ended.as_str(), conflict.answered.as_str()), ("Failed", "COMPLETED"));
    assert_eq!(restored(other).machine.due(again), None, "asked a third time");
}

#[test]
fn the_question_that_is_asked_once_more_is_the_late_one() {
    let failed = Scenario::collection().open().asked("failed", Told::status("FAILED"));
    let again = waits_until(&failed.clone().adopted());
    // Neither a look right after the end, nor a hint, nor a lost answer is it.
    let looked = failed.clone().secs(5).answered("confirmed", Told::status("FAILED"));
    let looked = looked.hinted().secs(5).answered("no_answer", 502);
    let looked = looked.secs(5).answered("outdated", Told::status("PENDING")).adopted();
    assert_eq!(waits_until(&looked), again);
    let lost = looked.due().lost("no_answer", Loss::Unknown);
    assert!(waits_until(&lost) < again.after(Duration::from_secs(60)), "a lost answer is not the last one");
    let confirmed = lost.asked("confirmed", Told::status("FAILED"));
    assert!(matches!(confirmed.next(), Action::Done(_)));

    // A vendor that never answers again is left alone at the horizon (I7).
    let mut silent = failed.adopted();
    let mut questions = 0;
    while !matches!(silent.next(), Action::Done(_)) {
        silent = silent.due().answered("no_answer", 503);
        questions += 1;
    }
    assert_eq!(silent.machine.verdict().name(), "failed");
    assert!(questions < 2_000, "{questions}");
}

#[test]
fn what_has_ended_otherwise_is_left_alone() {
    let open = || Scenario::collection().open();
    let mismatch = Told::status("COMPLETED").with("payer_amount", "1.00");
    for ended in [
        open().asked("completed", Told::status("COMPLETED")),
        open().asked("mismatched", mismatch),
        Scenario::collection().recorded().posted("refused", 422),
    ] {
        let ended = ended.adopted();
        assert_eq!(ended.next(), Action::Done(ended.machine.verdict()));
        assert_eq!(ended.machine.due(ended.now), None);
    }
    let paid = Scenario::invoice().asked("paid", Told::source("PAID")).adopted();
    assert_eq!(paid.machine.due(paid.now), None);
}

#[test]
fn i2_an_order_is_held_as_long_as_money_has_moved_or_may() {
    let collection = Scenario::collection;
    let told = Told::status;
    for (held, at) in [
        (false, collection()),
        (true, collection().recorded()),
        (false, collection().recorded().posted("throttled", 429)),
        (true, collection().uncertain()),
        (true, restored(collection().recorded())),
        (true, collection().open()),
        (true, collection().open().asked("completed", told("COMPLETED"))),
        (true, collection().open().asked("mismatched", told("COMPLETED").with("payer_amount", "1.00"))),
        (false, collection().open().asked("failed", told("FAILED"))),
        (
            true,
            collection().open().asked("failed", told("FAILED")).answered("contradicted", told("COMPLETED")),
        ),
        (false, collection().recorded().posted("refused", 403)),
    ] {
        assert_eq!(at.machine.holds_order(), held, "{:?}", at.machine);
    }
    let resend = Resend::AfterGrace { grace: Duration::from_secs(5), sends: 2 };
    let again = Scenario::of(Operation::Collection, Policy::default().resend(resend)).uncertain();
    let again = again.secs(60).asked("forgotten", 404);
    assert_eq!(again.machine.state(), "Prepared");
    assert!(again.machine.holds_order(), "the first request may still arrive");
}

#[test]
fn i4_goods_may_be_handed_out_when_it_is_paid_and_nothing_contradicts_it() {
    let paid = Scenario::collection().open().asked("completed", Told::status("COMPLETED"));
    assert!(paid.machine.is_paid());
    assert!(!paid.answered("contradicted", Told::status("FAILED")).machine.is_paid());
    assert!(!Scenario::collection().open().machine.is_paid());
    assert!(Scenario::invoice().asked("paid", Told::source("PAID")).machine.is_paid());
}
