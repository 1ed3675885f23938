//! Once: one payment moves money at most once, whatever is lost, late, repeated or crashes (I2, I3, I6; F1–F6, F8–F13, F22, F25,
//! F31; T2). The vendor's ledger is the judge.

use std::time::Duration;

use crate::scenario::{Fates, Vendor, World, cases};
use dollr_core::{Operation, Policy, Progress, Resend, Verdict};
use proptest::prelude::*;
use proptest::sample::select;

fn fates() -> impl Strategy<Value = Fates> {
    prop::collection::vec(any::<u8>(), 0..250).prop_map(Fates::new)
}

fn vendor(deduplicates: bool) -> impl Strategy<Value = Vendor> {
    (any::<bool>(), any::<bool>(), 60_u64..800).prop_map(move |(dated, pays, session)| Vendor {
        deduplicates,
        dated,
        pays,
        session: Duration::from_secs(session),
    })
}

/// Whether a verdict says that no money moved, so that somebody may try again with a new id.
fn says_nothing_moved(verdict: &Verdict) -> bool {
    matches!(
        verdict,
        Verdict::Failed { .. }
            | Verdict::Refused(_)
            | Verdict::NotLanded
            | Verdict::Open { progress: Progress::NotSent, .. }
    )
}

fn hold(world: &World) -> Result<(), TestCaseError> {
    prop_assert!(world.charges() <= 1, "charged {} times: {world:#?}", world.charges());
    prop_assert!(world.bodies.windows(2).all(|two| two[0] == two[1]), "bodies differ: {:?}", world.bodies);
    if let Some(verdict) = &world.verdict {
        let paid = matches!(verdict, Verdict::Paid(_));
        prop_assert!(!paid || world.charges() == 1, "paid, and nothing was charged: {world:#?}");
        let nothing = says_nothing_moved(verdict);
        prop_assert!(!nothing || world.charges() == 0, "{verdict}, and it was charged: {world:#?}");
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases(512))]

    /// I2 with a vendor that does *not* de-duplicate: what may have been processed leaves once in its life.
    #[test]
    fn a_payment_is_posted_once_in_its_life(
        operation in select(Operation::ALL.to_vec()),
        vendor in vendor(false),
        fates in fates(),
    ) {
        let mut world = World::new(operation, Policy::default(), vendor, fates);
        world.run(400);
        prop_assert!(world.posts <= 1, "posted {} times: {world:#?}", world.posts);
        hold(&world)?;
    }

    /// I2 with a vendor that de-duplicates, where sending again was asked for: bounded, the same bytes, one charge.
    #[test]
    fn sending_again_never_charges_twice(
        operation in select(Operation::ALL.to_vec()),
        vendor in vendor(true),
        fates in fates(),
        grace in 0_u64..90,
        sends in 1_u32..4,
    ) {
        let resend = Resend::AfterGrace { grace: Duration::from_secs(grace), sends };
        let mut world = World::new(operation, Policy::default().resend(resend), vendor, fates);
        world.run(400);
        prop_assert!(world.posts <= sends, "posted {} times of {sends}: {world:#?}", world.posts);
        hold(&world)?;
    }
}
