//! One payment, one process, and a vendor that answers as it should.

use dollr_client::core::Purpose;

use crate::fault::Column::{Completed, Failed, NotLanded, Open, Refused};
use crate::fault::Fault;
use crate::script::Act::{
    Again, Answer, Claim, Crash, Decline, Insist, Leave, Pay, Reconcile, Ship, Status, Wait,
};
use crate::script::Fate::{self, FailedThenPaid, Never, Paid};
use crate::script::Scenario;

/// A payment that takes twenty seconds.
const PAID: &[Fate] = &[Paid(20)];
const FAILED: &[Fate] = &[Fate::Failed(20)];

pub(super) fn scenarios() -> Vec<Scenario> {
    let new = Scenario::new;
    vec![
        new("collect-that-is-paid").order(PAID).at(0, Pay(0, 0, 60)).ends(&[Completed]),
        new("collect-that-is-paid-twice")
            .order(&[Paid(5), Paid(5)])
            .at(0, Pay(0, 0, 60))
            .at(20, Insist(0, 0, 60))
            .at(60, Claim(0, 0))
            .at(70, Reconcile(0))
            .ends(&[Completed, Completed]),
        new("collect-that-fails").order(FAILED).at(0, Pay(0, 0, 60)).ends(&[Failed]),
        new("collect-that-is-refused").order(&[Fate::Refused]).at(0, Pay(0, 0, 60)).ends(&[Refused]),
        new("collect-paid-at-once").order(&[Paid(1)]).at(0, Pay(0, 0, 60)).ends(&[Completed]),
        new("collect-with-a-code-that-comes-late")
            .order(&[Paid(170)])
            .at(0, Pay(0, 0, 180))
            .ends(&[Completed]),
        new("collect-without-waiting").order(PAID).at(0, Pay(0, 0, 0)).ends(&[Completed]),
        new("collect-without-waiting-then-wait")
            .order(PAID)
            .at(0, Pay(0, 0, 0))
            .at(5, Wait(0, 0, 60))
            .ends(&[Completed]),
        new("collect-with-little-patience").order(&[Paid(90)]).at(0, Pay(0, 0, 10)).ends(&[Completed]),
        new("collect-that-never-ends").order(&[Never]).at(0, Pay(0, 0, 30)).ends(&[Open]),
        new("collect-whose-session-has-no-end").endless().order(PAID).at(0, Pay(0, 0, 60)).ends(&[Completed]),
        new("failed-then-completed")
            .order(&[FailedThenPaid(10, 1_800)])
            .at(0, Pay(0, 0, 60))
            .at(2_000, Status(0, 0))
            .ends(&[Failed]),
        new("not-landed-after-an-outage")
            .order(PAID)
            .at(0, Answer(Purpose::Execute, Fault::RequestLost))
            .at(0, Pay(0, 0, 60))
            .at(1_800, Reconcile(0))
            .ends(&[NotLanded]),
    ]
}

/// Somebody else asks for the same, goes away or comes back.
pub(super) fn with_more_than_one_call() -> Vec<Scenario> {
    let new = Scenario::new;
    vec![
        new("status-while-it-waits").order(PAID).at(0, Pay(0, 0, 60)).at(8, Status(0, 0)).ends(&[Completed]),
        new("status-after-the-end").order(PAID).at(0, Pay(0, 0, 60)).at(60, Status(0, 0)).ends(&[Completed]),
        new("status-of-a-failed-one").order(FAILED).at(0, Pay(0, 0, 60)).at(60, Status(0, 0)).ends(&[Failed]),
        new("wait-after-the-end").order(PAID).at(0, Pay(0, 0, 60)).at(60, Wait(0, 0, 30)).ends(&[Completed]),
        new("wait-without-patience").order(PAID).at(0, Pay(0, 0, 5)).at(40, Wait(0, 0, 0)).ends(&[Completed]),
        new("the-same-id-again").order(PAID).at(0, Pay(0, 0, 60)).at(5, Again(0, 0, 60)).ends(&[Completed]),
        new("the-same-id-after-the-end")
            .order(PAID)
            .at(0, Pay(0, 0, 60))
            .at(60, Again(0, 0, 60))
            .ends(&[Completed]),
        new("a-second-attempt-meanwhile")
            .order(PAID)
            .at(0, Pay(0, 0, 60))
            .at(5, Pay(0, 0, 60))
            .ends(&[Completed]),
        new("a-second-attempt-after-a-failure")
            .order(&[Fate::Failed(10), Paid(10)])
            .at(0, Pay(0, 0, 60))
            .at(60, Pay(0, 0, 60))
            .ends(&[Failed, Completed]),
        new("a-second-attempt-after-a-refusal")
            .order(&[Fate::Refused, Paid(10)])
            .at(0, Pay(0, 0, 60))
            .at(60, Pay(0, 0, 60))
            .ends(&[Refused, Completed]),
        new("leave-while-it-waits")
            .order(PAID)
            .at(0, Pay(0, 0, 60))
            .at(5, Leave(0, true))
            .at(30, Reconcile(0))
            .ends(&[Completed]),
        new("leave-while-it-is-sent")
            .order(PAID)
            .order(PAID)
            .at(0, Pay(0, 0, 60))
            .at(30, Pay(1, 0, 60))
            .at_millis(30_003, Leave(1, true))
            .at(60, Reconcile(0))
            .ends(&[Completed, Completed]),
        new("leave-before-it-is-sent")
            .order(PAID)
            .at(0, Pay(0, 0, 60))
            .at(0, Leave(0, true))
            .at(9, Reconcile(0)),
        new("leave-without-a-word")
            .order(PAID)
            .at(0, Pay(0, 0, 60))
            .at(5, Leave(0, false))
            .ends(&[Completed]),
        new("leave-and-come-back")
            .order(PAID)
            .at(0, Pay(0, 0, 60))
            .at(3, Leave(0, true))
            .at(10, Wait(0, 0, 60))
            .ends(&[Completed]),
        new("two-customers")
            .order(PAID)
            .order(&[Paid(8)])
            .at(0, Pay(0, 0, 60))
            .at(1, Pay(1, 0, 60))
            .ends(&[Completed, Completed]),
        new("crash-while-it-waits")
            .order(PAID)
            .at(0, Pay(0, 0, 60))
            .at(8, Crash(0, 5))
            .at(15, Wait(0, 0, 60))
            .ends(&[Completed]),
        new("crash-then-reconcile")
            .order(PAID)
            .at(0, Pay(0, 0, 10))
            .at(8, Crash(0, 5))
            .at(100, Reconcile(0))
            .ends(&[Completed]),
    ]
}

/// What becomes of the goods.
pub(super) fn with_goods() -> Vec<Scenario> {
    let new = Scenario::new;
    vec![
        new("claim-by-hand").order(PAID).at(0, Pay(0, 0, 60)).at(60, Claim(0, 0)).ends(&[Completed]),
        new("claim-of-what-is-not-paid")
            .order(FAILED)
            .at(0, Pay(0, 0, 60))
            .at(60, Claim(0, 0))
            .ends(&[Failed]),
        new("the-queue-ships")
            .ships()
            .order(PAID)
            .at(0, Pay(0, 0, 5))
            .at(40, Reconcile(0))
            .at(50, Ship(0))
            .at(60, Ship(0))
            .ends(&[Completed]),
        new("the-queue-declines")
            .ships()
            .order(PAID)
            .at(0, Pay(0, 0, 5))
            .at(40, Reconcile(0))
            .at(50, Decline(0))
            .at(60, Ship(0))
            .ends(&[Completed]),
        new("page-and-queue-ship")
            .ships()
            .order(PAID)
            .order(&[Paid(15)])
            .at(0, Pay(0, 0, 60))
            .at(0, Pay(1, 0, 5))
            .at(40, Reconcile(0))
            .at(41, Ship(0))
            .ends(&[Completed, Completed]),
    ]
}
