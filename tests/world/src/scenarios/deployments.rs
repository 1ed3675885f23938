//! Several payments, processes and runs, and the queue worker with its fleet.

use dollr_client::core::Purpose;

use crate::fault::Column::{Completed, Failed, Paid as Settled};
use crate::fault::Fault;
use crate::script::Act::{
    Again, Answer, Claim, Crash, Enqueue, Hint, Leave, Pay, Reconcile, Ship, Status, Verify, Wait,
};
use crate::script::Fate::{self, Paid};
use crate::script::{Hosted, Scenario};

const PAID: &[Fate] = &[Paid(20)];

pub(super) fn scenarios() -> Vec<Scenario> {
    let one = |name| Scenario::new(name).clients(2).order(PAID);
    let three = |name| {
        Scenario::new(name)
            .clients(2)
            .order(PAID)
            .order(&[Fate::Failed(20)])
            .order(&[Paid(25)])
            .at(0, Pay(0, 0, 0))
            .at(1, Pay(1, 0, 0))
            .at(2, Pay(2, 1, 0))
            .ends(&[Completed, Failed, Completed])
    };
    vec![
        one("wait-from-another-process").at(0, Pay(0, 0, 5)).at(10, Wait(0, 1, 60)).ends(&[Completed]),
        one("two-processes-wait").at(0, Pay(0, 0, 60)).at(4, Wait(0, 1, 60)).ends(&[Completed]),
        one("the-same-id-in-two-processes").at(0, Pay(0, 0, 60)).at(0, Again(0, 1, 60)).ends(&[Completed]),
        one("two-attempts-in-two-processes").at(0, Pay(0, 0, 60)).at(1, Pay(0, 1, 60)).ends(&[Completed]),
        one("another-process-after-a-crash")
            .at(0, Pay(0, 0, 60))
            .at(5, Crash(0, 30))
            .at(8, Wait(0, 1, 60))
            .ends(&[Completed]),
        one("reconcile-beside-who-waits")
            .at(0, Pay(0, 0, 60))
            .at(10, Reconcile(1))
            .at(30, Reconcile(1))
            .ends(&[Completed]),
        one("status-from-another-process").at(0, Pay(0, 0, 60)).at(5, Status(0, 1)).ends(&[Completed]),
        one("two-processes-claim")
            .ships()
            .at(0, Pay(0, 0, 60))
            .at(0, Wait(0, 1, 60))
            .at(40, Claim(0, 1))
            .at(40, Claim(0, 0))
            .at(45, Ship(1))
            .ends(&[Completed]),
        one("leave-and-another-reconciles")
            .at(0, Pay(0, 0, 60))
            .at(4, Leave(0, true))
            .at(30, Reconcile(1))
            .ends(&[Completed]),
        three("reconcile-several").at(60, Reconcile(0)),
        three("reconcile-twice").at(10, Reconcile(0)).at(70, Reconcile(0)),
        three("reconcile-in-two-processes").at(60, Reconcile(0)).at(60, Reconcile(1)),
        three("reconcile-and-crash").at(60, Reconcile(0)).at(61, Crash(0, 5)).at(70, Reconcile(1)),
        three("reconcile-under-a-budget").limit(1).at(60, Reconcile(0)).at(62, Reconcile(1)),
        three("reconcile-then-ship").ships().at(60, Reconcile(0)).at(70, Ship(0)).at(71, Ship(1)),
        three("reconcile-with-a-new-token").token_minutes(1).at(90, Reconcile(0)),
        three("reconcile-past-a-429")
            .limit(4)
            .at(0, Answer(Purpose::Status, Fault::RetryAfter))
            .at(60, Reconcile(0)),
        Scenario::new("reconcile-sources-and-executions")
            .order(PAID)
            .hosted(Hosted::Paid(30))
            .at(0, Pay(0, 0, 0))
            .at(0, Verify(1, 0, 0))
            .at(120, Reconcile(0))
            .ends(&[Settled, Completed]),
        Scenario::new("worker").worker().order(PAID).at(0, Enqueue(0)).ends(&[Completed]),
        Scenario::new("worker-with-several")
            .worker()
            .order(PAID)
            .order(&[Fate::Failed(15)])
            .order(&[Paid(10)])
            .at(0, Enqueue(0))
            .at(0, Enqueue(1))
            .at(1, Enqueue(2))
            .ends(&[Completed, Failed, Completed]),
        Scenario::new("worker-with-hints")
            .worker()
            .order(PAID)
            .at(0, Enqueue(0))
            .at(5, Hint(0))
            .at(6, Hint(0))
            .at(25, Hint(0))
            .ends(&[Completed]),
        Scenario::new("worker-crashes")
            .worker()
            .order(PAID)
            .at(0, Enqueue(0))
            .at(8, Crash(1, 10))
            .at(120, Reconcile(0))
            .ends(&[Completed]),
        Scenario::new("worker-and-who-waits")
            .worker()
            .order(PAID)
            .at(0, Enqueue(0))
            .at(5, Wait(0, 0, 60))
            .ends(&[Completed]),
        Scenario::new("worker-and-reconcile")
            .worker()
            .limit(3)
            .order(PAID)
            .order(PAID)
            .at(0, Enqueue(0))
            .at(0, Pay(1, 0, 5))
            .at(60, Reconcile(0))
            .ends(&[Completed, Completed]),
    ]
}
