//! Whatever a realtime server or anybody in its place says, a payment ends as it would without (I8; F24; T18, T19).

use std::time::Duration;

use crate::realtime::{Course, Ended, Host, Radio, change, system_ok, text};
use crate::scenario::{START, cases, intent};
use dollr_core::{Ending, Operation};
use proptest::prelude::*;
use proptest::sample::select;

fn course() -> impl Strategy<Value = Course> {
    let end = select(vec!["COMPLETED", "FAILED"]);
    let amount = select(vec!["250", "249.99"]);
    // What was not lost has landed.
    (any::<bool>(), any::<bool>(), 0_u64..20, 0_u64..40, end, amount).prop_map(
        |(lost, lands, known, ends, end, amount)| {
            let known = if lost { known } else { 0 };
            Course { lost, lands: lands || !lost, known, ends, end, amount }
        },
    )
}

fn life_of(course: &Course, radio: Radio) -> Ended {
    Host::new(course.clone(), radio).run(intent(Operation::Collection))
}

proptest! {
    #![proptest_config(cases(256))]

    /// I8: without any hint, with all, and with lost, repeated, reordered, late and forged ones, the verdict is the same, and
    /// the channel costs no more questions than it gives hints.
    #[test]
    fn a_channel_changes_times_and_never_outcomes(
        course in course(),
        fates in prop::collection::vec((any::<bool>(), 0_u64..9_000, 0_u8..4), 0..12),
        forged in prop::collection::vec((0_u64..40_000, text()), 0..60),
        breaks in prop::collection::vec(0_u64..30_000, 0..3),
        busy in select(vec![0_u64, 150, 4_000]),
    ) {
        let quiet = life_of(&course, Radio::default());
        prop_assert_eq!(quiet.verdict.name(), course.expected());
        let honest = life_of(&course, Radio { on: true, busy, ..Radio::default() });
        let hostile = life_of(&course, Radio { on: true, fates, forged, breaks, busy });
        for (told, name) in [(&honest, "honest"), (&hostile, "hostile")] {
            prop_assert_eq!(&told.verdict, &quiet.verdict, "{}", name);
            let most = quiet.asks + quiet.asks / 5 + 1 + u32::try_from(told.hints.len()).unwrap();
            prop_assert!(told.asks <= most, "{name}: {} questions, {} without {} hints", told.asks, quiet.asks, told.hints.len());
            prop_assert!(told.hints.len() <= 33, "{name}: {} hints", told.hints.len());
            let close = told.asked.windows(2).find(|two| two[1].since(two[0]) < Duration::from_secs(1));
            prop_assert!(close.is_none(), "{name}: two questions within a second: {close:?}");
        }
    }
}

/// What it is for: a change is known a moment after it happened, where a schedule would come later.
#[test]
fn an_honest_channel_makes_the_verdict_sooner() {
    let (mut sooner, mut later) = (0, 0);
    for ends in 5..25 {
        let course = Course { lost: false, lands: true, known: 0, ends, end: "COMPLETED", amount: "250" };
        let honest = life_of(&course, Radio { on: true, ..Radio::default() });
        let quiet = life_of(&course, Radio::default());
        let delay = |ended: &Ended| ended.asked.last().unwrap().since(START.after(Duration::from_secs(ends)));
        // The change is heard after 200 ms; a question may have been asked just before.
        assert!(delay(&honest) <= Duration::from_millis(1_200), "{ends}: {:?}", delay(&honest));
        sooner += delay(&honest).as_millis();
        later += delay(&quiet).as_millis();
    }
    assert!(sooner * 2 < later, "{sooner} ms in all with a channel, {later} ms without");
}

/// T18: a replayed or forged frame costs one rate-limited question at most.
#[test]
fn a_forged_frame_costs_one_question_at_most() {
    let course = Course { lost: false, lands: true, known: 0, ends: 25, end: "COMPLETED", amount: "250" };
    let honest = life_of(&course, Radio { on: true, ..Radio::default() });
    for frame in [change(7), change(8), "rubbish".to_owned(), system_ok(1), "[".repeat(300_000)] {
        let forged = vec![(10_000, frame)];
        let told = life_of(&course, Radio { on: true, forged, ..Radio::default() });
        assert!(told.hints.len() <= honest.hints.len() + 1);
        assert!(told.asks <= honest.asks + 1);
    }
    // Ten thousand of them cost no more than their seconds.
    let forged = (0..10_000).map(|n| (5_000 + n, change(7))).collect();
    let flood = life_of(&course, Radio { on: true, forged, ..Radio::default() });
    assert!(flood.hints.len() <= honest.hints.len() + 11, "{} hints", flood.hints.len());
    let forged = (0..10_000).map(|n| (5_000 + n, change(8))).collect();
    let doubts = life_of(&course, Radio { on: true, forged, ..Radio::default() });
    assert!(doubts.hints.len() <= honest.hints.len() + 5, "{} hints", doubts.hints.len());
}

/// A host with one thread does not take a channel for dead that it had no time to read.
#[test]
fn slow_calls_do_not_make_an_honest_channel_silent() {
    let course = Course { lost: false, lands: true, known: 0, ends: 50, end: "COMPLETED", amount: "250" };
    for busy in [0, 500, 2_000, 4_500] {
        // So slow that an answer comes while the next status call is being made.
        let fates = vec![(false, 2_900, 0); 60];
        let told = life_of(&course, Radio { on: true, busy, fates, ..Radio::default() });
        let (ending, _) = told.channel.unwrap();
        assert_eq!(ending, Ending::LifeOver, "with calls of {busy} ms");
    }
}
