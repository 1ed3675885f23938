//! Patience, horizon and clocks: every payment ends or names the moment to ask again, nothing spins (I7, I8, I12; F20, F23,
//! F24, F31; T12, T13).

use std::time::Duration;

use crate::scenario::{START, Scenario, Told, cases, intent};
use dollr_core::{
    Action, Event, Execution, Loss, Machine, Operation, Policy, Progress, Purpose, Stuck, Timestamp, Verdict,
};
use proptest::prelude::*;

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn patient(seconds: u64) -> Scenario<Execution> {
    Scenario::of(Operation::Collection, Policy::default().patience(secs(seconds)))
}

/// Answers every question with `told` until there is a verdict; how many there were.
fn until_done(mut scenario: Scenario<Execution>, told: &Told) -> (Scenario<Execution>, u32) {
    for asked in 0..1_000 {
        scenario = scenario.due();
        if let Action::Done(_) = scenario.next() {
            return (scenario, asked);
        }
        scenario = scenario.answered("in_progress", told);
    }
    panic!("it never ends");
}

/// I7: patience that is over is no failure; the hand-over comes with exactly one last question.
#[test]
fn patience_ends_with_one_last_question() {
    let (done, asked) = until_done(patient(60).open(), &Told::status("PROCESSING"));
    assert_eq!(done.now, START.after(secs(60)), "the last question is asked at the end of the patience");
    assert!((15..30).contains(&asked), "{asked} questions in a minute");
    let Verdict::Open { progress, trouble: None } = done.verdict() else { panic!() };
    assert_eq!(progress.to_string(), "PROCESSING");
    assert!(matches!(done.clone().secs(3_600).next(), Action::Done(Verdict::Open { .. })), "asks on");
    let (_, once) = until_done(patient(0).open(), &Told::status("PENDING"));
    assert_eq!(once, 1, "nought asks once");
}

#[test]
fn somebody_who_waits_longer_makes_it_go_on() {
    let (done, _) = until_done(patient(60).open(), &Told::status("PROCESSING"));
    let on = done.secs(120).resumed(60);
    assert!(matches!(on.next(), Action::Send(_)), "at once, because long nobody has asked");
    let (done, asked) = until_done(on, &Told::status("PROCESSING"));
    assert!(asked > 5 && done.now >= START.after(secs(240)), "{asked} by {}", done.now);
    let paid = done.resumed(60).asked("completed", Told::status("COMPLETED"));
    assert!(matches!(paid.verdict(), Verdict::Paid(_)));
}

#[test]
fn somebody_who_comes_back_without_patience_gets_one_more_question() {
    let (done, _) = until_done(patient(60).open(), &Told::status("PROCESSING"));
    let (again, asked) = until_done(done.resumed(0), &Told::status("PROCESSING"));
    assert_eq!(asked, 1);
    let (_, asked) = until_done(again.secs(120).resumed(0), &Told::status("PROCESSING"));
    assert_eq!(asked, 1);
}

#[test]
fn after_the_horizon_a_person_must_look_and_an_answer_still_moves_it() {
    let (done, _) = until_done(patient(60).open(), &Told::status("PROCESSING"));
    let late = done.secs(72 * 3_600);
    assert!(matches!(late.next(), Action::Send(_)), "one last question");
    let stuck = late.answered("in_progress", Told::status("PROCESSING"));
    assert_eq!(stuck.verdict(), Verdict::Stuck(Stuck::Horizon));
    // Who comes back gets questions for his patience, and at least one.
    for patience in [0, 60] {
        let (done, asked) = until_done(stuck.clone().resumed(patience), &Told::status("PROCESSING"));
        assert!(asked >= 1, "{patience}: {asked} questions");
        assert_eq!(done.verdict(), Verdict::Stuck(Stuck::Horizon));
    }
    let paid = stuck.answered("completed", Told::status("COMPLETED"));
    assert!(matches!(paid.verdict(), Verdict::Paid(_)));
}

/// I12: the last question before the horizon is as far from the one before it as any other.
#[test]
fn the_horizon_is_no_reason_to_ask_twice_within_a_second() {
    for before in [100, 900, 999] {
        let horizon = 60_000;
        let policy = Policy::default().patience(secs(3_600)).horizon(Duration::from_millis(horizon));
        let open = Scenario::of(Operation::Collection, policy).open();
        let asked = Scenario { now: START.after(Duration::from_millis(horizon - before)), ..open };
        let asked = asked.answered("in_progress", Told::status("PROCESSING"));
        let over = asked.due();
        assert_eq!(over.now, START.after(Duration::from_millis(horizon)));
        assert_eq!(
            over.next(),
            Action::Done(Verdict::Stuck(Stuck::Horizon)),
            "{before} ms after the last one"
        );
    }
}

/// F31, I12: a clock that is corrected by a little is no reason to ask early, least of all before `Retry-After` is over.
#[test]
fn a_clock_that_is_corrected_a_little_is_waited_for() {
    for back in [1, 60] {
        let told = Told::http(429, "").header("Retry-After", "120");
        let open = Scenario::collection().open().asked("no_answer", told);
        let told_at = open.now;
        let corrected = open.set_back(back);
        let (mut at, machine) = (corrected.now, corrected.machine);
        while let Action::Wait { until, .. } = machine.next(at) {
            assert!(until > at);
            at = until;
        }
        assert!(at.since(told_at) >= secs(120), "{back}: asked after {:?}", at.since(told_at));
        assert!(at.since(told_at) <= secs(180), "{back}: asked after {:?}", at.since(told_at));
    }
}

/// F31: set back, the next question is due at once; then all goes on as before.
#[test]
fn a_clock_that_is_set_back_makes_one_question_due_and_no_more() {
    for back in [61, 3_600, 10 * 365 * 86_400] {
        let open =
            Scenario::collection().open().asked("in_progress", Told::status("PROCESSING")).set_back(back);
        assert!(matches!(open.next(), Action::Send(_)), "{back}");
        let open = open.answered("in_progress", Told::status("PROCESSING"));
        let Action::Wait { until, .. } = open.next() else { panic!("{back}") };
        assert!(until.since(open.now) < secs(4), "{back}: a wait of {:?}", until.since(open.now));
    }
}

/// F31: a leap in the midst of a call ends no wait and no patience, and nothing spins.
#[test]
fn a_clock_that_leaps_during_a_call_does_not_make_the_wait_spin() {
    let leapt = Scenario::collection().recorded().secs(10 * 365 * 86_400);
    let held = leapt.posted("throttled", Told::http(429, "").header("Retry-After", "60"));
    let Action::Wait { until, .. } = held.next() else { panic!() };
    assert!(until.since(held.now) >= secs(60));

    let open = Scenario::collection().open().secs(8 * 3_600);
    let open = open.answered("in_progress", Told::status("PROCESSING"));
    assert!(matches!(open.next(), Action::Wait { .. }), "a suspended machine uses up no patience");
}

/// API §5, rule 5: shown once, polled on, never sent again.
#[test]
fn a_card_that_wants_3_d_secure_is_shown_once() {
    let wants =
        || Told::status("PENDING").with("requires_action", "true").with("client_secret", "\"pi_1_secret\"");
    let asked = Scenario::collection().recorded().posted("accepted", wants());
    let Action::Act { client_secret } = asked.next() else { panic!() };
    assert_eq!(client_secret.expose(), "pi_1_secret");
    let shown = asked.clone().shown();
    shown.refuses(Event::Shown);
    let shown = shown.asked("in_progress", wants());
    assert!(matches!(shown.next(), Action::Wait { .. }), "shown again");
    assert!(matches!(asked.crashed().next(), Action::Wait { .. }), "a secret was kept");
    let elsewhere = shown.crashed().asked("in_progress", wants());
    assert!(
        matches!(elsewhere.next(), Action::Act { .. }),
        "another process has a page of its own to show it on"
    );
    let no_flag = Told::status("PENDING").with("client_secret", "\"pi_1_secret\"");
    assert!(matches!(
        Scenario::collection().recorded().posted("accepted", no_flag).next(),
        Action::Wait { .. }
    ));
}

/// F17, T16: a status never goes back; API §3: unknown words are kept and not final, and case matters.
#[test]
fn a_status_goes_forward_and_unknown_words_are_kept() {
    let progress = |scenario: &Scenario<Execution>| match scenario.machine.verdict() {
        Verdict::Open { progress, .. } => progress.to_string(),
        other => panic!("{other}"),
    };
    let open = Scenario::collection().open().asked("in_progress", Told::status("PROCESSING"));
    let open = open.asked("in_progress", Told::status("PENDING"));
    assert_eq!(progress(&open), "PROCESSING");
    for (word, kept) in [("completed", "completed"), ("ON_HOLD", "ON_HOLD"), ("", ""), ("PAID", "PAID")] {
        let open = Scenario::collection().open().asked("in_progress", Told::status(word)).in_state("Open");
        assert_eq!(progress(&open), kept);
        open.asked("completed", Told::status("COMPLETED"));
    }
    let noisy = Told::status("PENDING").with("status", "\"A\\r\\nB\"");
    assert_eq!(progress(&Scenario::collection().open().asked("in_progress", noisy)), "A\\u{d}\\u{a}B");
}

/// I8: at most one question a second, whoever shouts.
#[test]
fn a_flood_of_hints_costs_one_question_a_second() {
    let mut open = Scenario::collection().open().hinted();
    let mut asked = 0;
    for _ in 0..200 {
        if let Action::Send(_) = open.next() {
            open = open.answered("in_progress", Told::status("PROCESSING"));
            asked += 1;
        }
        open = open.hinted();
        open.now = open.now.after(Duration::from_millis(50));
    }
    assert!((9..=11).contains(&asked), "{asked} questions in ten seconds");
}

/// What a host with an honest clock and a vendor that never answers again sees: when it ended, and after how many calls.
fn silent(patience: u64, call: u64, hints: bool) -> (Duration, u32, Execution) {
    let policy = Policy::default().patience(Duration::from_millis(patience));
    let mut machine = Execution::prepare(intent(Operation::Collection), policy, START);
    let (mut now, mut calls) = (START, 0);
    for _ in 0..20_000 {
        let event = match machine.next(now) {
            Action::Record(_) => Event::Recorded,
            Action::Send(request) => {
                now = now.after(Duration::from_millis(call));
                calls += 1;
                Event::Lost { exchange: request.exchange, loss: Loss::Unknown }
            }
            Action::Wait { until, .. } => {
                now = until;
                if !hints {
                    continue;
                }
                Event::Hint
            }
            Action::Act { .. } => Event::Shown,
            Action::Done(_) => return (now.since(START), calls, machine),
        };
        machine = machine.apply(event, now).unwrap();
    }
    panic!("it never ends");
}

/// Ten years, either way.
const FAR: i64 = 10 * 365 * 86_400_000;
const FAR_APART: Duration = Duration::from_secs(86_400);

/// Whatever the clock does, two questions are a second apart, unless a 401 or a clock that was set came between them; and no
/// wait is over before it has begun.
fn spin(steps: &[(u8, u64, i64)]) -> Result<(), TestCaseError> {
    // The end of a patience has a question of its own, however soon after another.
    let policy = Policy::default().patience(secs(1_000_000));
    let mut machine = Execution::prepare(intent(Operation::Collection), policy, START);
    let (mut time, mut skew, mut excuse) = (START, 0_i64, true);
    let mut last = None;
    for (fate, call, leap) in steps {
        let clock = |time: Timestamp| Timestamp::from_millis(time.as_millis().saturating_add_signed(skew));
        let now = clock(time);
        let event = match machine.next(now) {
            Action::Wait { until, .. } if *fate < 19 => {
                prop_assert!(until > now, "a wait that is over");
                time = time.after(until.since(now));
                continue;
            }
            Action::Wait { .. } if *fate < 21 => {
                skew = if *fate == 19 { *leap } else { skew + leap % 5_000 };
                excuse = true;
                continue;
            }
            Action::Record(_) => Event::Recorded,
            Action::Wait { .. } => Event::Hint,
            Action::Act { .. } => Event::Shown,
            Action::Done(Verdict::Stuck(_)) => return Ok(()),
            Action::Done(_) => Event::Resumed { patience: secs(1_000_000) },
            Action::Send(request) => {
                let asks = request.exchange.purpose == Purpose::Status;
                let apart = last.map_or(FAR_APART, |last| time.since(last));
                prop_assert!(!asks || excuse || apart >= secs(1), "asked twice within {apart:?}");
                time = time.after(Duration::from_millis(if *fate < 8 { *call } else { 0 }));
                let unauthorized = asks && *fate == 9;
                let told = if unauthorized { Told::from(401) } else { Told::status("PROCESSING") };
                (last, excuse) = (asks.then_some(time), unauthorized);
                Event::Answered { exchange: request.exchange, response: told.response() }
            }
        };
        machine = machine.apply(event, clock(time)).unwrap();
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases(256))]

    /// I7, F23.
    #[test]
    fn a_vendor_that_is_silent_for_ever_ends_by_patience_and_one_poll(
        patience in 0_u64..7_200_000, call in 0_u64..60_000, hints: bool,
    ) {
        let (took, calls, machine) = silent(patience, call, hints);
        // The request itself, then at most one question a second.
        let bound = Duration::from_millis(patience.max(call) + call);
        prop_assert!(took <= bound, "took {took:?} of {bound:?}");
        prop_assert!(u64::from(calls) <= patience / 1_000 + 3, "{calls} calls");
        let unknown = matches!(machine.verdict(), Verdict::Open { progress: Progress::Unknown, trouble: Some(_) });
        prop_assert!(unknown, "{:?}", machine.verdict());
        let due = Timestamp::from_millis(START.as_millis() + 80 * 3_600_000);
        let Action::Send(request) = machine.next(due) else { panic!("no last question") };
        let lost = Event::Lost { exchange: request.exchange, loss: Loss::Unknown };
        let (mut over, mut time, mut more) = (machine.apply(lost, due).unwrap(), due, 0);
        prop_assert!(matches!(over.next(due), Action::Done(_)), "nobody waits for it: {:?}", over.next(due));
        // Whoever looks after it asks on, and not for ever.
        let end = loop {
            let adopted = over.apply(Event::Adopted { horizon: None }, time).unwrap();
            over = match adopted.next(time) {
                Action::Wait { until, .. } if until > time => { time = until; adopted }
                Action::Send(request) => {
                    more += 1;
                    prop_assert!(more < 12, "{more} questions");
                    adopted.apply(Event::Lost { exchange: request.exchange, loss: Loss::Unknown }, time).unwrap()
                }
                end => break end,
            };
        };
        prop_assert_eq!(end, Action::Done(Verdict::Stuck(Stuck::Horizon)));
    }

    /// I7, F31, T13.
    #[test]
    fn no_clock_makes_it_spin(steps in prop::collection::vec((0_u8..24, 0_u64..9_000, -FAR..FAR), 1..120)) {
        spin(&steps)?;
    }
}

/// I12, T12: `Retry-After` raises a delay and never lowers it: after seven errors, a vendor that says *in a second* is asked in a minute.
#[test]
fn a_retry_after_lowers_no_back_off() {
    let mut open = Scenario::collection().open().resumed(100_000);
    for _ in 0..6 {
        open = open.due().asked("no_answer", Told::http(500, ""));
    }
    let soon = Told::http(429, "").header("Retry-After", "1");
    let open = open.due().asked("no_answer", soon);
    assert!(matches!(open.machine.next(open.now.after(Duration::from_secs(59))), Action::Wait { .. }));
    assert!(matches!(open.machine.next(open.now.after(Duration::from_secs(67))), Action::Send(_)));
}
