//! Hints change times, never outcomes (I8; F24; T18): whoever shouts, however often.

use std::time::Duration;

use crate::scenario::{START, Told, cases, intent};
use dollr_core::{Action, Event, Execution, Loss, Machine, Operation, Policy, Purpose, Timestamp, Verdict};
use proptest::prelude::*;
use proptest::sample::select;

/// What the vendor will say, by the time since the start.
#[derive(Debug, Clone)]
struct Course {
    lands: bool,
    known: u64,
    ends: u64,
    end: &'static str,
    amount: &'static str,
}

impl Course {
    fn told(&self, now: Timestamp) -> Told {
        let age = now.since(START).as_secs();
        let word = match age {
            _ if !self.lands || age < self.known => return Told::http(404, "").dated(now),
            _ if age < self.known + self.ends => "PROCESSING",
            _ => self.end,
        };
        Told::status(word).with("payer_amount", self.amount)
    }
}

/// A host that lets hints come when they will; the final verdict, and the number of questions.
fn watched(course: &Course, lost: bool, hints: &[u64]) -> (Verdict, u32) {
    let policy = Policy::default().patience(Duration::from_secs(36_000));
    let intent = intent(Operation::Collection).session_expires_at(START.after(Duration::from_secs(900)));
    let mut machine = Execution::prepare(intent, policy, START);
    let (mut now, mut hints) = (START, hints.iter());
    for _ in 0..20_000 {
        let event = match machine.next(now) {
            Action::Record(_) => Event::Recorded,
            Action::Send(request) if request.exchange.purpose == Purpose::Execute && lost => {
                Event::Lost { exchange: request.exchange, loss: Loss::Unknown }
            }
            Action::Send(request) => {
                let execute = request.exchange.purpose == Purpose::Execute;
                let told = if execute { Told::status("PENDING") } else { course.told(now) };
                Event::Answered { exchange: request.exchange, response: told.response() }
            }
            Action::Wait { until, .. } => {
                let Some(wait) = hints.next() else {
                    now = until;
                    continue;
                };
                now = now.after(Duration::from_millis(*wait).min(until.since(now)));
                Event::Hint
            }
            Action::Act { .. } => Event::Shown,
            Action::Done(verdict) => return (verdict, machine.asks()),
        };
        machine = machine.apply(event, now).unwrap();
    }
    panic!("it never ends");
}

fn course() -> impl Strategy<Value = (Course, bool)> {
    let end = select(vec!["COMPLETED", "FAILED"]);
    let amount = select(vec!["250", "249.99"]);
    // What was not lost has landed.
    (any::<bool>(), any::<bool>(), 0_u64..60, 0_u64..1_200, end, amount).prop_map(
        |(lost, lands, known, ends, end, amount)| {
            (Course { lands: lands || !lost, known: if lost { known } else { 0 }, ends, end, amount }, lost)
        },
    )
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn hints_change_times_and_never_outcomes(
        (course, lost) in course(),
        hints in prop::collection::vec(0_u64..3_000, 0..200),
    ) {
        let (quiet, asked) = watched(&course, lost, &[]);
        let (loud, asked_more) = watched(&course, lost, &hints);
        prop_assert_eq!(&quiet, &loud);
        // A hint costs a question at most; those after it fall elsewhere, and their gaps vary by a tenth either way.
        let most = asked + asked / 5 + 1 + u32::try_from(hints.len()).unwrap();
        prop_assert!(asked_more <= most, "{asked_more} questions, {asked} without {} hints", hints.len());
        let expected = match (course.lands, course.end, course.amount) {
            (false, ..) => "not_landed",
            (true, "FAILED", _) => "failed",
            (true, _, "250") => "paid",
            _ => "stuck",
        };
        prop_assert_eq!(quiet.name(), expected);
    }
}
