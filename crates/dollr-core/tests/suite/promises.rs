//! What follows from the answer to the `POST`, and what is proof of payment (API §5, rules 1 to 6).

use crate::scenario::{PASSCODE, START, Scenario, Told, intent};
use dollr_core::{
    Action, Event, Exchange, Execution, Loss, Machine, Operation, Policy, Progress, Purpose, Resend, Stuck,
    Timestamp, Verdict,
};
use std::time::Duration;

fn posted(fact: &'static str, told: impl Into<Told>) -> Scenario<Execution> {
    Scenario::collection().recorded().posted(fact, told)
}

/// Whether the next call is the `POST` again, after a fresh record.
fn sends_again(scenario: Scenario<Execution>) -> bool {
    matches!(scenario.due().next(), Action::Record(_))
}

/// What is recorded already says “may have been sent” (I1, F25).
#[test]
fn a_payment_caught_sending_asks_and_never_sends_again() {
    let caught = Scenario::collection().recorded().crashed().in_state("Uncertain");
    let request = caught.request();
    assert_eq!(request.path, "/v1/status/collection/07070707-0707-4707-8707-070707070707");
    let Action::Record(snapshot) = Scenario::collection().next() else { panic!() };
    assert_eq!(Execution::restore(&snapshot).unwrap().state(), "Uncertain");

    let mut asked = caught;
    for _ in 0..50 {
        asked = asked.asked("absent", 404);
        assert!(!matches!(asked.next(), Action::Record(_)));
    }
    assert_eq!(asked.machine.sends(), 1);
}

#[test]
fn a_payment_found_prepared_is_sent() {
    let prepared = Scenario::collection().crashed().in_state("Prepared");
    assert!(matches!(prepared.next(), Action::Record(_)));
}

/// A payout's passcode is in no snapshot (I10).
#[test]
fn a_payout_that_is_restored_before_it_was_sent_is_never_sent() {
    let payout = Scenario::of(Operation::Payout, Policy::default());
    assert!(payout.clone().recorded().request().body.unwrap().expose().contains(PASSCODE));
    let restored = payout.crashed();
    assert!(matches!(restored.verdict(), Verdict::Open { progress: Progress::NotSent, .. }));
    restored.refuses(Event::Recorded);
}

/// F22: the token had ended; a second 401 is no accident.
#[test]
fn a_401_on_the_post_is_repeated_once_and_then_refuses() {
    let once = posted("unauthorized", 401);
    assert!(matches!(once.next(), Action::Record(_)), "at once, with a fresh record");
    let twice = once.recorded().posted("refused", Told::http(401, r#"{"detail":"Not authenticated"}"#));
    assert!(matches!(twice.verdict(), Verdict::Refused(r) if r.to_string() == "HTTP 401: not accepted"));
}

#[test]
fn a_429_on_the_post_is_repeated_after_its_wait_with_a_fresh_record() {
    let held = posted("throttled", Told::http(429, "").header("Retry-After", "30"));
    held.clone().secs(29).refuses(Event::Recorded);
    let again = held.due();
    assert!(again.now >= START.after(Duration::from_secs(30)));
    let again = again.recorded();
    assert_eq!(again.request().exchange, Exchange { purpose: Purpose::Execute, number: 1 });
    again.crashed().in_state("Uncertain");
}

#[test]
fn a_request_that_never_left_is_repeated() {
    let scenario = Scenario::collection().recorded().post_lost("not_sent", Loss::NotSent);
    assert!(sends_again(scenario));
}

/// F5, F14 of redis-py: the answer of another request (T14).
#[test]
fn a_late_answer_to_an_earlier_post_is_refused() {
    let second = posted("throttled", 429).recorded();
    let exchange = Exchange { purpose: Purpose::Execute, number: 0 };
    let rejected = second.refuses(Event::Answered { exchange, response: Told::from(401).response() });
    assert!(rejected.event().starts_with("answered (to Execute 0)"), "{rejected}");
}

/// F8: refused is 4xx, but for those that say nothing about whether it was processed.
#[test]
fn a_4xx_refuses_and_no_money_moved() {
    for http in [400, 402, 403, 404, 405, 410, 413, 415, 418, 422, 499] {
        let refused = posted("refused", Told::http(http, r#"{"detail":"no"}"#));
        assert!(matches!(refused.verdict(), Verdict::Refused(r) if r.http_status == http));
        refused.refuses(Event::Recorded);
    }
}

/// F9, F10, F11: whatever leaves open whether it was processed is asked about, and never sent again.
#[test]
fn an_answer_that_says_nothing_is_ambiguous() {
    let told = [0, 100, 199, 300, 301, 302, 307, 308, 408, 409, 425, 500, 502, 503, 504, 520, 600, 999];
    let unreadable = [
        Told::http(200, "<html>"),
        Told::http(201, ""),
        Told::http(204, ""),
        Told::status("PENDING").with("reference_id", "\"0b8f6f2e-6a1d-4c5a-9a53-7d2f6a3c1e10\""),
        Told::status("PENDING").with("operation_type", "\"REFUND\""),
        Told::status("PENDING").twice("status", "\"FAILED\""),
        Told::status("PENDING").header("Age", "1"),
        Told::from(401).header("Age", "1"),
        Told::http(422, "").header("Age", "1"),
    ];
    for told in told.map(Told::from).into_iter().chain(unreadable) {
        let scenario = posted("ambiguous", &told).due();
        assert_eq!(scenario.request().exchange.purpose, Purpose::Status, "{told:?}");
    }
}

/// F4: the id is there already, so an earlier request did land.
#[test]
fn a_complaint_about_a_duplicate_is_ambiguous() {
    for (http, body) in [
        (400, r#"{"detail":"Duplicate request"}"#),
        (422, r#"{"detail":[{"loc":["body","reference_id"],"msg":"already exists"}]}"#),
        (400, r#"{"message":"This reference was already used"}"#),
        (403, r#"{"error":"idempotency key exists"}"#),
    ] {
        posted("ambiguous", Told::http(http, body));
    }
    posted("refused", Told::http(422, r#"{"detail":[{"loc":["body","reference_id"],"msg":"not a UUID"}]}"#));
}

/// I4: only the status API says `Paid`.
#[test]
fn a_post_that_answers_completed_is_asked_about_at_once() {
    for end in ["COMPLETED", "FAILED"] {
        let scenario = posted("accepted", Told::status(end)).in_state("Open");
        assert!(matches!(scenario.next(), Action::Send(_)), "at once");
        assert_eq!(scenario.request().exchange.purpose, Purpose::Status);
        assert!(matches!(scenario.machine.verdict(), Verdict::Open { .. }));
    }
}

/// API §5, rule 3: a repeat's refusal says nothing about the request before it.
#[test]
fn a_refused_repeat_leaves_the_first_request_open() {
    for told in
        [Told::http(403, ""), 401.into(), 429.into(), Told::http(422, r#"{"detail":"session expired"}"#)]
    {
        let again = repeated().posted("ambiguous", &told).in_state("Uncertain");
        assert!(matches!(again.machine.verdict(), Verdict::Open { progress: Progress::Unknown, .. }));
        let found = again.asked("in_progress", Told::status("PENDING"));
        found.asked("completed", Told::status("COMPLETED"));
    }
    repeated().post_lost("ambiguous", Loss::NotSent).in_state("Uncertain");
}

/// Sent, lost, forgotten, and sent again.
fn repeated() -> Scenario<Execution> {
    let resend = Resend::AfterGrace { grace: Duration::from_secs(1), sends: 2 };
    let lost = Scenario::of(Operation::Collection, Policy::default().resend(resend)).uncertain();
    lost.asked("forgotten", 404).recorded()
}

/// F25, with sending again: what may be on its way is never called unsent.
#[test]
fn a_payment_found_about_to_be_sent_again_asks_first() {
    let resend = Resend::AfterGrace { grace: Duration::from_secs(1), sends: 2 };
    for operation in Operation::ALL {
        let lost = Scenario::of(operation, Policy::default().resend(resend)).uncertain();
        let forgotten = lost.asked("forgotten", 404).in_state("Prepared");
        assert!(matches!(forgotten.machine.verdict(), Verdict::Open { progress: Progress::Unknown, .. }));
        let restored = forgotten.crashed().in_state("Uncertain");
        assert_eq!(restored.request().exchange.purpose, Purpose::Status);
    }
}

#[test]
fn sending_again_is_bounded_and_the_same_bytes() {
    let first = Scenario::collection().recorded().request();
    let again = repeated();
    assert_eq!(
        again.request().body.as_ref().map(dollr_core::Secret::expose),
        first.body.as_ref().map(dollr_core::Secret::expose)
    );
    let lost = again.post_lost("ambiguous", Loss::Unknown);
    lost.asked("absent", 404).asked("absent", 404).asked("absent", 404).in_state("Uncertain");
}

fn gone(at: Timestamp) -> Told {
    Told::http(404, "").dated(at)
}

fn lost_in_a_session_of(seconds: u64) -> Scenario<Execution> {
    let intent = intent(Operation::Collection).session_expires_at(START.after(Duration::from_secs(seconds)));
    Scenario::with(intent, Policy::default()).uncertain()
}

/// F3: a 404 is no proof of absence while the request may still be on its way.
#[test]
fn a_404_is_proof_of_absence_only_after_the_sessions_end_by_the_vendors_clock() {
    let end = START.after(Duration::from_secs(600));
    let lost = lost_in_a_session_of(600).absent_for(700).asked("absent", gone(end));
    let lost = lost.asked("absent", gone(end.after(Duration::from_secs(59))));
    let lost = lost.asked("expired", gone(end.after(Duration::from_secs(60))));
    assert_eq!(lost.verdict(), Verdict::NotLanded);
}

/// F31: the caller's clock alone proves nothing.
#[test]
fn a_clock_that_leaps_is_no_proof_of_absence() {
    let year = 365 * 86_400;
    lost_in_a_session_of(600).secs(year).answered("absent", gone(START)).answered("absent", 404);
    Scenario::collection().uncertain().secs(year).answered("absent", 404).answered("absent", 404);
}

/// F31: neither the vendor's clock alone, nor a session's end that is too early, nor a caller's clock that is ahead.
#[test]
fn a_clock_that_is_wrong_is_no_proof_of_absence() {
    let far = START.after(Duration::from_secs(10 * 365 * 86_400));
    lost_in_a_session_of(600).asked("absent", gone(far)).asked("absent", gone(far));
    lost_in_a_session_of(0).asked("absent", gone(START.after(Duration::from_secs(60))));
    lost_in_a_session_of(0).absent_for(300).asked("absent", 404);
    Scenario::collection().uncertain().asked("absent", gone(START)).asked("absent", gone(far));
}

/// F20, F29, F31: where the vendor tells no time, two hosts whose clocks are hours apart, and an hour's patience that it
/// asks of one of them, are not a quarter of an hour since the payment was sent.
#[test]
fn two_clocks_that_differ_are_no_proof_of_absence() {
    let at = |millis: i64| Timestamp::from_millis(START.as_millis().saturating_add_signed(millis));
    let (hour, day) = (3_600_000, 86_400_000);
    let ended = || intent(Operation::Collection).session_expires_at(at(900_000 - day));
    for (asks, judges) in [(-2 * hour, 106_000), (0, 2 * hour)] {
        for intent in [ended(), intent(Operation::Collection)] {
            let mut lost = Scenario::with(intent, Policy::default()).uncertain();
            lost.now = at(asks);
            lost = lost.asked("no_answer", Told::http(429, "").header("Retry-After", "3600"));
            lost.now = at(judges);
            lost.answered("absent", 404).crashed().asked("absent", 404);
        }
    }
}

/// F29, F31: nor are two hosts less than a minute apart, both hours ahead of the one that sent, and taking turns.
#[test]
fn hosts_that_take_turns_are_no_proof_of_absence() {
    let mut lost = Scenario::collection().uncertain();
    for round in 0..30 {
        lost.now = START.after(Duration::from_secs(7_200 + 2 * round));
        lost = lost.resumed(30);
        lost.now = lost.now.after(Duration::from_secs(59));
        lost = lost.answered("absent", 404);
    }
}

/// F31: nor is a clock that leaps over a session's end, although a quarter of an hour was watched before.
#[test]
fn without_the_vendors_clock_a_distant_end_must_be_watched_for() {
    let after = |seconds| START.after(Duration::from_secs(seconds));
    let mut lost = lost_in_a_session_of(7_200).resumed(86_400).due();
    while lost.now < after(1_000) {
        lost = lost.answered("absent", 404).due();
    }
    lost.now = after(8_000);
    lost.answered("absent", 404).asked("absent", 404);
}

/// I15, F29: who has watched all the time until a session's end needs no other clock.
#[test]
fn without_the_vendors_clock_an_end_that_was_watched_for_is_one() {
    let after = |seconds| START.after(Duration::from_secs(seconds));
    let mut lost = lost_in_a_session_of(1_200).resumed(86_400).due();
    while lost.now < after(1_260) {
        lost = lost.answered("absent", 404).due();
    }
    assert_eq!(lost.answered("expired", 404).verdict(), Verdict::NotLanded);
}

/// F29, F31: a clock that goes back is another's, or wrong: the quarter of an hour begins anew.
#[test]
fn without_the_vendors_clock_a_step_back_begins_the_quarter_of_an_hour_anew() {
    let after = |seconds| START.after(Duration::from_secs(seconds));
    let mut lost = Scenario::collection().uncertain().resumed(86_400).due();
    while lost.now < after(800) {
        lost = lost.answered("absent", 404).due();
    }
    lost.now = after(400);
    while lost.now < after(400 + 900) {
        lost = lost.answered("absent", 404).due();
    }
    lost.answered("expired", 404);
}

/// Without the session's end, the vendor's clock and the attended time must both have gone on for a session's life.
#[test]
fn without_the_sessions_end_the_vendors_clock_counts_from_its_first_404() {
    let late = |seconds| gone(START.after(Duration::from_secs(seconds)));
    let lost = Scenario::collection().uncertain().absent_for(1_000);
    lost.asked("absent", late(899)).asked("expired", late(900));
}

#[test]
fn without_the_vendors_clock_a_session_ends_after_a_quarter_of_an_hour_attended() {
    let end = START.after(Duration::from_secs(900));
    let mut lost = Scenario::collection().uncertain().resumed(3_600).due();
    while lost.now < end {
        lost = lost.answered("absent", 404).due();
    }
    lost.answered("expired", 404);
}

/// A payment that the vendor has known cannot have failed to land.
#[test]
fn a_404_about_an_open_payment_is_no_answer() {
    let end = START.after(Duration::from_secs(86_400));
    Scenario::collection().open().asked("no_answer", gone(end)).in_state("Open");
}

/// F14, F15, T17: underpaid by one minor unit, overpaid, another currency.
#[test]
fn another_amount_or_currency_is_never_paid() {
    for (field, json) in [
        ("payer_amount", "249.99"),
        ("payer_amount", "\"250.01\""),
        ("payer_amount", "2.5"),
        ("payer_amount", "25000"),
        ("payer_amount", "250.0000000000000000001"),
        ("payer_currency", "\"LRD\""),
    ] {
        let told = Told::status("COMPLETED").with(field, json);
        let stuck = Scenario::collection().open().asked("mismatched", told);
        let Verdict::Stuck(Stuck::Mismatch(mismatch)) = stuck.verdict() else { panic!() };
        assert!(field.ends_with(&mismatch.field), "{mismatch}");
    }
}

/// F13, F19, T10: an answer that is not about this payment, or not whole, is none.
#[test]
fn an_answer_about_something_else_is_no_answer() {
    let told = || Told::status("COMPLETED");
    for told in [
        told().with("reference_id", "\"0b8f6f2e-6a1d-4c5a-9a53-7d2f6a3c1e10\""),
        told().with("operation_type", "\"PAYOUT\""),
        told().without("operation_type"),
        told().without("payer_amount"),
        told().without("payer_currency"),
        told().with("payer_amount", "null"),
        told().with("payer_amount", "true"),
        told().with("payer_currency", "\"usd\""),
        told().with("status", "[\"COMPLETED\"]"),
        told().twice("status", "\"FAILED\""),
        told().header("Age", "17"),
        told().code(201),
        told().code(203),
    ] {
        Scenario::collection().open().asked("no_answer", &told).in_state("Open");
        Scenario::collection().uncertain().asked("no_answer", &told).in_state("Uncertain");
    }
}

/// F18, T16: `FAILED` that becomes `COMPLETED` is one conflict, and changes nothing.
#[test]
fn a_failed_payment_that_completes_is_reported_once() {
    let failed = Scenario::collection().open().asked("failed", Told::status("FAILED"));
    let before = failed.machine.clone();
    let late = failed.secs(5).answered("contradicted", Told::status("COMPLETED"));
    assert!(late.machine.moved_since(&before));
    let conflict = late.machine.conflict().unwrap().clone();
    assert_eq!(conflict.to_string(), "it had ended as Failed, and the vendor now says COMPLETED");
    let again = late.secs(60).answered("contradicted", Told::status("COMPLETED"));
    assert_eq!(again.machine.conflict(), Some(&conflict));
    assert_eq!(again.verdict(), Verdict::Failed { reason: None });
}
