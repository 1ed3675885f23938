//! Anything may happen, in any order: `Paid` is true (I4), ends are final (I6), a replay is exact (I9), waits are in range (I12),
//! an answer moves only the payment it is about (I11), and a snapshot is the machine (F25, F28).

use std::time::Duration;

use crate::scenario::{
    Exchanged, Happening, START, Subject, Walk, cases, happenings, intent, source_happenings,
};
use dollr_core::{
    Action, Event, Execution, Machine, Operation, Policy, Purpose, Resend, Source, Timestamp, Verdict,
};
use proptest::prelude::*;
use proptest::sample::select;

/// No wait is longer than the longest `Retry-After` and a tenth.
const LONGEST: Duration = Duration::from_secs(3_960);

fn resend() -> impl Strategy<Value = Resend> {
    let again = (0_u64..40, 1_u32..4)
        .prop_map(|(grace, sends)| Resend::AfterGrace { grace: Duration::from_secs(grace), sends });
    prop_oneof![Just(Resend::Never), again]
}

fn invoice() -> Source {
    let (currency, total) = ("USD".parse().unwrap(), "250.00".parse().unwrap());
    Source::watch("INVOICE:101".parse().unwrap(), currency, total, Policy::default(), START)
}

/// Whether what happened is the awaited answer of the status API, and proof: known from how it was drawn.
fn proves<M: Subject>(before: &Walk<M>, happening: &Happening) -> bool {
    let Happening::Answered(which, _, proof) = happening else { return false };
    let awaited = before.awaited().filter(|exchange| exchange.purpose == Purpose::Status);
    let to_it = match which {
        Exchanged::Awaited => awaited.is_some(),
        Exchanged::Other(exchange) => Some(*exchange) == awaited,
    };
    *proof && to_it
}

/// What holds for every step of every machine.
fn hold<M: Subject>(before: &Walk<M>, happening: &Happening, after: &Walk<M>) -> Result<(), TestCaseError> {
    let (old, new) = (&before.machine, &after.machine);
    if before.event(happening).is_some() && old != new {
        let edge = M::EDGES.iter().any(|edge| edge.from == old.state() && edge.to == new.state());
        prop_assert!(edge, "{} to {} is in no table", old.state(), new.state());
    }
    if old.is_terminal() {
        prop_assert_eq!(old.state(), new.state());
        prop_assert_eq!(old.verdict(), new.verdict());
        prop_assert!(old.conflict().is_none() || old.conflict() == new.conflict(), "two conflicts");
    }
    let paid = |machine: &M| matches!(machine.verdict(), Verdict::Paid(_));
    let proves = proves(before, happening);
    if paid(new) && !paid(old) {
        prop_assert!(proves, "paid without proof: {happening:?}");
    }
    if proves && !old.is_terminal() {
        prop_assert!(paid(new), "not paid, with proof: {happening:?}");
    }
    if let Verdict::Paid(settlement) = new.verdict() {
        prop_assert_eq!(settlement.amount(), Some("250".parse().unwrap()));
        prop_assert_eq!(settlement.currency(), Some("USD".parse().unwrap()));
    }
    in_range(after)
}

fn in_range<M: Subject>(walk: &Walk<M>) -> Result<(), TestCaseError> {
    let action = walk.machine.next(walk.now);
    prop_assert_eq!(&action, &walk.machine.next(walk.now));
    if let Action::Wait { until, .. } = action {
        let wait = until.since(walk.now);
        prop_assert!(wait > Duration::ZERO && wait <= LONGEST, "a wait of {wait:?}");
        // Earlier is harmless, and the wait was long enough.
        let early = Timestamp::from_millis(until.as_millis() - 1);
        prop_assert!(matches!(walk.machine.next(early), Action::Wait { .. }), "due before its time");
        // A clock that was corrected by a little is waited for, as long as it is behind and no longer.
        let mut at = until;
        while let Action::Wait { until, .. } = walk.machine.next(at) {
            prop_assert!(until > at && until.since(walk.now) <= wait + Duration::from_secs(60), "waits on");
            at = until;
        }
    }
    Ok(())
}

/// Two machines that are told the same are the same, byte for byte.
fn walk_twice<M: Subject>(
    machine: M,
    happenings: &[Happening],
    mut each: impl FnMut(&Walk<M>, &Happening, &Walk<M>) -> Result<(), TestCaseError>,
) -> Result<(), TestCaseError> {
    let mut walk = Walk::new(machine);
    let mut twin = walk.clone();
    for happening in happenings {
        let before = walk.clone();
        walk = walk.step(happening);
        twin = twin.step(happening);
        prop_assert_eq!(walk.machine.snapshot(), twin.machine.snapshot());
        prop_assert_eq!(walk.machine.next(walk.now), twin.machine.next(twin.now));
        hold(&before, happening, &walk)?;
        each(&before, happening, &walk)?;
    }
    Ok(())
}

fn executions() -> impl Strategy<Value = (Operation, Resend, Vec<Happening>)> {
    select(Operation::ALL.to_vec())
        .prop_flat_map(|operation| (Just(operation), resend(), happenings(operation)))
}

proptest! {
    #![proptest_config(cases(384))]

    #[test]
    fn whatever_happens_an_execution_keeps_its_promises((operation, resend, happenings) in executions()) {
        let policy = Policy::default().resend(resend);
        let allowed = if let Resend::AfterGrace { sends, .. } = resend { sends } else { 1 };
        let (mut body, mut may_have_landed) = (None, 0);
        walk_twice(Execution::prepare(intent(operation), policy, START), &happenings, |before, _, after| {
            if let Action::Send(request) = after.machine.next(after.now)
                && request.exchange.purpose == Purpose::Execute
            {
                let sent = request.body.map(|body| body.expose().to_owned());
                prop_assert_eq!(body.get_or_insert(sent.clone()), &sent);
            }
            if before.machine.state() == "Sending" && !["Sending", "Prepared"].contains(&after.machine.state()) {
                may_have_landed += 1;
            }
            prop_assert!(may_have_landed <= allowed, "sent {may_have_landed} times, {allowed} allowed");
            Ok(())
        })?;
    }

    #[test]
    fn whatever_happens_a_source_keeps_its_promises(happenings in source_happenings()) {
        walk_twice(invoice(), &happenings, |_, _, _| Ok(()))?;
    }

    /// F25, F28: but for what was caught sending, the snapshot is the machine.
    #[test]
    fn a_machine_restores_as_it_was((operation, resend, happenings) in executions()) {
        let policy = Policy::default().resend(resend);
        let mut walk = Walk::new(Execution::prepare(intent(operation), policy, START));
        for happening in &happenings {
            walk = walk.step(happening);
            let restored = Execution::restore(&walk.machine.snapshot()).unwrap();
            let state = walk.machine.state();
            if state == "Sending" || (state == "Prepared" && restored != walk.machine) {
                prop_assert_eq!(restored.state(), "Uncertain");
                prop_assert!(resend != Resend::Never || state == "Sending");
            } else {
                prop_assert_eq!(restored.snapshot(), walk.machine.snapshot());
                prop_assert_eq!(&restored, &walk.machine);
            }
        }
    }

    #[test]
    fn a_source_restores_as_it_was(happenings in source_happenings()) {
        let mut walk = Walk::new(invoice());
        for happening in &happenings {
            walk = walk.step(happening);
            let restored = Source::restore(&walk.machine.snapshot()).unwrap();
            prop_assert_eq!(restored.snapshot(), walk.machine.snapshot());
            prop_assert_eq!(&restored, &walk.machine);
            prop_assert_eq!(restored.next(walk.now), walk.machine.next(walk.now));
        }
    }

    /// F20, T12: what `Retry-After` asks for is a floor, up to an hour; a hint doesn't lower it.
    #[test]
    fn a_retry_after_is_honoured(seconds in prop_oneof![0_u64..4_000, any::<u64>()], http in select(vec![429, 503])) {
        let told = crate::scenario::Told::http(http, "").header("Retry-After", seconds.to_string());
        let open = crate::scenario::Scenario::collection().open().resumed(100_000).asked("no_answer", &told);
        let least = Duration::from_secs(seconds.min(3_600));
        for machine in [open.machine.clone(), open.machine.clone().apply(Event::Hint, open.now).unwrap()] {
            if let Some(before) = least.checked_sub(Duration::from_millis(1)) {
                let action = machine.next(open.now.after(before));
                prop_assert!(matches!(action, Action::Wait { .. }), "{before:?} on: {action:?}");
            }
            let action = machine.next(open.now.after(least.max(Duration::from_secs(6)) * 11 / 10));
            prop_assert!(matches!(action, Action::Send(_)), "{action:?}");
        }
    }
}
