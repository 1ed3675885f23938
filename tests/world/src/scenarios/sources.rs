//! Hosted checkouts: an invoice that is paid on the vendor's page.

use dollr_client::core::Purpose;

use crate::fault::Column::{Canceled, Completed, Mismatched, Paid as Settled, Watching};
use crate::fault::Fault;
use crate::script::Act::{Answer, Checkout, Claim, Crash, Forge, Pay, Reconcile, Ship, Verify, VerifyOrder};
use crate::script::Fate;
use crate::script::Hosted::{self, Never, Paid};
use crate::script::Scenario;

pub(super) fn scenarios() -> Vec<Scenario> {
    let new = Scenario::new;
    let next = |fault| Answer(Purpose::Status, fault);
    vec![
        new("verify-that-is-paid").hosted(Paid(20)).at(0, Verify(0, 0, 60)).ends(&[Settled]),
        new("verify-that-is-canceled").hosted(Hosted::Canceled(20)).at(0, Verify(0, 0, 60)).ends(&[Canceled]),
        new("verify-that-never-ends").hosted(Never).at(0, Verify(0, 0, 30)).ends(&[Watching]),
        new("verify-when-it-was-paid").hosted(Paid(1)).at(10, Verify(0, 0, 0)).ends(&[Settled]),
        new("verify-twice")
            .hosted(Paid(40))
            .at(0, Verify(0, 0, 10))
            .at(30, Verify(0, 0, 60))
            .ends(&[Settled]),
        new("verify-in-two-processes")
            .clients(2)
            .hosted(Paid(20))
            .at(0, Verify(0, 0, 60))
            .at(2, Verify(0, 1, 60))
            .ends(&[Settled]),
        new("verify-then-reconcile")
            .hosted(Paid(60))
            .at(0, Verify(0, 0, 5))
            .at(100, Reconcile(0))
            .ends(&[Settled]),
        new("verify-then-crash")
            .hosted(Paid(20))
            .at(0, Verify(0, 0, 60))
            .at(6, Crash(0, 5))
            .at(15, Verify(0, 0, 60))
            .ends(&[Settled]),
        new("verify-with-another-invoice")
            .hosted(Paid(5))
            .hosted(Paid(5))
            .at(10, Verify(1, 0, 30))
            .at(20, Verify(0, 0, 30))
            .at(30, Forge(0, 0))
            .ends(&[Settled, Settled]),
        new("verify-another-total-first")
            .hosted(Paid(5))
            .hosted(Paid(5))
            .at(10, Forge(0, 0))
            .ends(&[Mismatched]),
        new("verify-with-a-wrong-total")
            .hosted(Paid(5))
            .at(0, next(Fault::WrongAmount))
            .at(0, next(Fault::WrongAmount))
            .at(10, Verify(0, 0, 60))
            .ends(&[Mismatched]),
        new("verify-through-a-cache")
            .hosted(Paid(8))
            .at(0, next(Fault::Stale))
            .at(0, next(Fault::Regressed))
            .at(0, Verify(0, 0, 60))
            .ends(&[Settled]),
        new("checkout-then-verify")
            .checkout(Paid(40))
            .at(0, Checkout(0, 0))
            .at(20, Verify(0, 0, 60))
            .at(90, Claim(0, 0))
            .ends(&[Settled]),
        new("checkout-then-verify-in-another-process")
            .clients(2)
            .checkout(Hosted::Canceled(40))
            .at(0, Checkout(0, 0))
            .at(20, Verify(0, 1, 60))
            .ends(&[Canceled]),
        new("verify-then-ship")
            .ships()
            .hosted(Paid(20))
            .at(0, Verify(0, 0, 60))
            .at(60, Ship(0))
            .at(70, Claim(0, 0))
            .ends(&[Settled]),
    ]
    .into_iter()
    .chain(of_orders())
    .collect()
}

/// The page, or the phone: what is verified for its order.
fn of_orders() -> [Scenario; 7] {
    let new = |name| Scenario::new(name).ships();
    let by_phone = [Fate::Paid(10)];
    [
        new("verify-for-its-order")
            .either(Paid(20), &by_phone)
            .at(0, VerifyOrder(0, 0, 60))
            .at(70, Claim(0, 0))
            .at(80, Ship(0))
            .ends(&[Settled]),
        new("phone-while-the-page-is-open")
            .either(Paid(40), &by_phone)
            .at(0, VerifyOrder(0, 0, 5))
            .at(10, Pay(0, 0, 20))
            .at(50, VerifyOrder(0, 0, 30))
            .ends(&[Settled]),
        new("phone-while-the-page-is-open-elsewhere")
            .clients(2)
            .either(Paid(40), &by_phone)
            .at(0, VerifyOrder(0, 0, 60))
            .at(10, Pay(0, 1, 20))
            .ends(&[Settled]),
        new("phone-after-the-page-was-canceled")
            .either(Hosted::Canceled(10), &by_phone)
            .at(0, VerifyOrder(0, 0, 60))
            .at(70, Pay(0, 0, 60))
            .ends(&[Canceled, Completed]),
        new("page-and-phone-both-paid")
            .either(Paid(30), &by_phone)
            .at(0, Pay(0, 0, 60))
            .at(40, VerifyOrder(0, 0, 60))
            .at(110, Claim(0, 0))
            .ends(&[Settled, Completed]),
        new("verify-and-then-for-its-order")
            .either(Paid(40), &by_phone)
            .at(0, Verify(0, 0, 5))
            .at(10, VerifyOrder(0, 0, 5))
            .at(20, Pay(0, 0, 10))
            .at(60, VerifyOrder(0, 0, 30))
            .ends(&[Settled]),
        new("verify-for-two-orders")
            .hosted(Paid(5))
            .hosted(Paid(5))
            .at(10, VerifyOrder(1, 0, 30))
            .at(20, VerifyOrder(0, 0, 30))
            .at(30, Forge(0, 0))
            .ends(&[Settled, Settled]),
    ]
}
