//! One payment, and a vendor or a network that does not answer as it should.

use dollr_client::core::Purpose::{Execute, Other, Status};

use crate::fault::Column::{Completed, Open, Refused, Uncertain};
use crate::fault::Fault;
use crate::script::Act::{Answer, Leap, Pay, Reconcile, Silence, Wait};
use crate::script::Fate::{self, Paid};
use crate::script::Scenario;

const PAID: &[Fate] = &[Paid(20)];

pub(super) fn scenarios() -> Vec<Scenario> {
    let new = |name| Scenario::new(name).order(PAID);
    let pay = Pay(0, 0, 60);
    vec![
        new("de-duplicating-vendor").deduplicates().at(0, pay).ends(&[Completed]),
        new("de-duplicating-vendor-sent-again")
            .resends(5)
            .at(0, Answer(Execute, Fault::RequestLost))
            .at(0, Pay(0, 0, 120))
            .ends(&[Completed]),
        new("de-duplicating-vendor-that-has-it-already")
            .resends(5)
            .lag(50)
            .at(0, Answer(Execute, Fault::AnswerLost))
            .at(0, Pay(0, 0, 180))
            .ends(&[Completed]),
        new("answer-lost").at(0, Answer(Execute, Fault::AnswerLost)).at(0, pay).ends(&[Completed]),
        new("status-lags").lag(50).at(0, Pay(0, 0, 120)).ends(&[Completed]),
        new("answer-lost-and-status-lags")
            .lag(50)
            .at(0, Answer(Execute, Fault::AnswerLost))
            .at(0, Pay(0, 0, 180))
            .ends(&[Completed]),
        new("vendor-without-dates").undated().at(0, pay).ends(&[Completed]),
        new("vendor-that-knows-nothing-of-it")
            .endless()
            .undated()
            .at(0, Answer(Execute, Fault::RequestLost))
            .at(0, pay)
            .at(1_000, Reconcile(0))
            .ends(&[Uncertain]),
        new("vendor-falls-silent").at(0, Pay(0, 0, 30)).at(4, Silence(0)).ends(&[Open]),
        new("vendor-silent-from-the-start")
            .at(0, Answer(Execute, Fault::Silent))
            .at(0, Pay(0, 0, 30))
            .ends(&[Uncertain]),
        new("vendor-out-of-reach")
            .at(0, Answer(Other, Fault::NoConnection))
            .at(0, Answer(Execute, Fault::NoConnection))
            .at(0, Answer(Execute, Fault::NoConnection))
            .at(0, Answer(Execute, Fault::NoConnection))
            .at(0, Answer(Execute, Fault::NoConnection))
            .at(0, Pay(0, 0, 180))
            .ends(&[Completed]),
        new("server-error-at-the-request")
            .at(0, Answer(Execute, Fault::ServerError))
            .at(0, Pay(0, 0, 120))
            .at(1_800, Reconcile(0))
            .ends(&[Completed]),
        new("server-errors-at-questions")
            .at(0, Answer(Status, Fault::ServerError))
            .at(0, Answer(Status, Fault::Html))
            .at(0, Answer(Status, Fault::Redirected))
            .at(0, Pay(0, 0, 120))
            .ends(&[Completed]),
        new("malformed-answers")
            .at(0, Answer(Status, Fault::Malformed))
            .at(0, Answer(Status, Fault::UnknownStatus))
            .at(0, Answer(Status, Fault::WrongReference))
            .at(0, Pay(0, 0, 120))
            .ends(&[Completed]),
        new("retry-after")
            .at(0, Answer(Status, Fault::RetryAfter))
            .at(0, Answer(Status, Fault::RetryAfter))
            .at(0, Pay(0, 0, 120))
            .ends(&[Completed]),
        new("budget").limit(2).at(0, pay).ends(&[Completed]),
        new("budget-and-retry-after")
            .limit(2)
            .at(0, Answer(Status, Fault::RetryAfter))
            .at(0, Pay(0, 0, 120))
            .at(100, Reconcile(0))
            .ends(&[Completed]),
        new("clock-set-back").at(0, pay).at(8, Leap(0, -3_600)).ends(&[Completed]),
        new("clock-set-forward").at(0, pay).at(8, Leap(0, 3_600)).at(20, Wait(0, 0, 60)).ends(&[Completed]),
        Scenario::new("refused-after-a-401")
            .order(&[Fate::Refused])
            .at(0, Answer(Execute, Fault::TokenExpired))
            .at(0, pay)
            .ends(&[Refused]),
    ]
}

/// The bearer token ends, or is not to be had.
pub(super) fn of_tokens() -> Vec<Scenario> {
    let new = |name| Scenario::new(name).order(PAID);
    let pay = Pay(0, 0, 60);
    vec![
        new("token-renewed-midway")
            .token_minutes(2)
            .at(0, Pay(0, 0, 180))
            .at(200, Wait(0, 0, 10))
            .ends(&[Completed]),
        Scenario::new("token-renewed-under-a-slow-one")
            .token_minutes(1)
            .order(&[Paid(150)])
            .at(0, Pay(0, 0, 170))
            .ends(&[Completed]),
        new("token-expires-at-the-request")
            .at(0, Answer(Execute, Fault::TokenExpired))
            .at(0, pay)
            .ends(&[Completed]),
        new("token-expires-at-a-question")
            .at(0, Answer(Status, Fault::TokenExpired))
            .at(0, Answer(Status, Fault::TokenExpired))
            .at(0, pay)
            .ends(&[Completed]),
        new("token-call-fails")
            .at(0, Answer(Other, Fault::ServerError))
            .at(0, pay)
            .at(5, Pay(0, 0, 60))
            .ends(&[Completed]),
    ]
}
