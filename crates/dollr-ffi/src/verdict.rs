//! How a payment stands, as a plain structure: one tag, and the fields that go with it.

use dollr_core::{Mismatch, Problem, Progress, Refusal, Settlement, Stuck, Timestamp, Verdict};

use crate::text::dollr_str;

/// Nothing that this header knows.
pub const DOLLR_VERDICT_OTHER: i32 = 0;
/// The status API says so, for this very payment: hand out the goods, once. See `amount` to `paid_at_ms`.
pub const DOLLR_VERDICT_PAID: i32 = 1;
/// The attempt ended without moving money. See `reason`. Trying again is a new session and a new reference id.
pub const DOLLR_VERDICT_FAILED: i32 = 2;
/// The vendor would not take the request; no money moved. See `http_status` and `problems`.
pub const DOLLR_VERDICT_REFUSED: i32 = 3;
/// The request never arrived: its session has ended, and the vendor does not know it.
pub const DOLLR_VERDICT_NOT_LANDED: i32 = 4;
/// The invoice or order was called off.
pub const DOLLR_VERDICT_CANCELED: i32 = 5;
/// The invoice or order is not the one that was expected: never hand out goods. See `field`, `expected`, `answered`.
pub const DOLLR_VERDICT_MISMATCH: i32 = 6;
/// Patience is over and the payment is not: no failure. Ask again later, never pay again. See `progress`, `status`, `trouble`.
pub const DOLLR_VERDICT_OPEN: i32 = 7;
/// A person must look: it is open after its horizon, or other money moved than was ordered (then `field` is there).
pub const DOLLR_VERDICT_STUCK: i32 = 8;

/// Nothing that this header knows.
pub const DOLLR_PROGRESS_OTHER: i32 = 0;
/// It was never sent: no money can have moved.
pub const DOLLR_PROGRESS_NOT_SENT: i32 = 1;
/// It may have been sent; the vendor has not said that it knows it.
pub const DOLLR_PROGRESS_UNKNOWN: i32 = 2;
/// `status` is the vendor's word for the execution.
pub const DOLLR_PROGRESS_EXECUTION: i32 = 3;
/// `status` is the vendor's word for the invoice or order.
pub const DOLLR_PROGRESS_SOURCE: i32 = 4;

/// One complaint of the vendor's.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct dollr_problem {
    /// Where, such as `body.currency`; absent where the vendor did not say.
    pub field: dollr_str,
    /// What is wrong, in the vendor's words.
    pub message: dollr_str,
}

/// The answer to “has this been paid?”. What does not go with `kind` is 0 or absent.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct dollr_verdict {
    /// One of `DOLLR_VERDICT_…`.
    pub kind: i32,
    /// Of an open payment, one of `DOLLR_PROGRESS_…`.
    pub progress: i32,
    /// Of a refusal, the HTTP status.
    pub http_status: u16,
    /// Of a paid invoice or order, when it was paid, in milliseconds since the epoch by the vendor's clock; 0 where it is not known.
    pub paid_at_ms: u64,
    /// The kind in a word, such as `not_landed`; the same in every language.
    pub name: dollr_str,
    /// One sentence for people.
    pub text: dollr_str,
    /// What was paid, in major units, such as `250.00`; absent where nobody said.
    pub amount: dollr_str,
    /// Its currency.
    pub currency: dollr_str,
    /// What was paid for, such as `INVOICE:101`, where that was asked about.
    pub source: dollr_str,
    /// The provider's own number of the movement.
    pub provider_transaction_id: dollr_str,
    /// Why it failed, in the wallet's or gateway's words.
    pub reason: dollr_str,
    /// Of an open payment, the vendor's latest word, such as `PENDING`.
    pub status: dollr_str,
    /// Of an open payment, what went wrong with the latest question, if it did.
    pub trouble: dollr_str,
    /// Of a mismatch, what differs: `amount` or `currency`.
    pub field: dollr_str,
    /// What the order says.
    pub expected: dollr_str,
    /// What the vendor says.
    pub answered: dollr_str,
    /// Of a refusal, what the vendor minds.
    pub problems: *const dollr_problem,
    /// How many problems.
    pub problem_count: usize,
}

/// The texts of problems, and views of them.
#[derive(Default)]
pub(crate) struct Problems {
    views: Box<[dollr_problem]>,
    _texts: Box<[Problem]>,
}

impl Problems {
    pub(crate) fn of(problems: &[Problem]) -> Self {
        let texts: Box<[Problem]> = problems.into();
        let view = |problem: &Problem| dollr_problem {
            field: dollr_str::of_optional(problem.field.as_deref()),
            message: dollr_str::of(&problem.message),
        };
        Self { views: texts.iter().map(view).collect(), _texts: texts }
    }

    pub(crate) fn first(&self) -> *const dollr_problem {
        if self.views.is_empty() { std::ptr::null() } else { self.views.as_ptr() }
    }

    pub(crate) fn count(&self) -> usize {
        self.views.len()
    }
}

/// A verdict with all its texts, for as long as somebody looks at them.
pub(crate) struct Told {
    verdict: Verdict,
    text: String,
    amount: Option<String>,
    source: Option<String>,
    currency: Option<String>,
    problems: Problems,
}

impl Told {
    pub(crate) fn new(verdict: Verdict) -> Self {
        let paid = if let Verdict::Paid(paid) = &verdict { Some(paid) } else { None };
        let problems =
            if let Verdict::Refused(Refusal { problems, .. }) = &verdict { &problems[..] } else { &[] };
        Self {
            text: verdict.to_string(),
            amount: paid.and_then(Settlement::amount).map(|it| it.to_string()),
            source: paid.and_then(Settlement::source).map(|it| it.to_string()),
            currency: paid.and_then(Settlement::currency).map(|it| it.to_string()),
            problems: Problems::of(problems),
            verdict,
        }
    }

    /// A view, as long as this lives where it lies.
    pub(crate) fn view(&self) -> dollr_verdict {
        let text = |text: &Option<String>| dollr_str::of_optional(text.as_deref());
        let mut view = dollr_verdict {
            name: dollr_str::of(self.verdict.name()),
            text: dollr_str::of(&self.text),
            amount: text(&self.amount),
            currency: text(&self.currency),
            source: text(&self.source),
            ..NOTHING
        };
        view.take_in(&self.verdict);
        view.problems = self.problems.first();
        view.problem_count = self.problems.count();
        view
    }
}

/// No verdict.
pub(crate) const NOTHING: dollr_verdict = dollr_verdict {
    kind: DOLLR_VERDICT_OTHER,
    progress: DOLLR_PROGRESS_OTHER,
    http_status: 0,
    paid_at_ms: 0,
    name: dollr_str::NONE,
    text: dollr_str::NONE,
    amount: dollr_str::NONE,
    currency: dollr_str::NONE,
    source: dollr_str::NONE,
    provider_transaction_id: dollr_str::NONE,
    reason: dollr_str::NONE,
    status: dollr_str::NONE,
    trouble: dollr_str::NONE,
    field: dollr_str::NONE,
    expected: dollr_str::NONE,
    answered: dollr_str::NONE,
    problems: std::ptr::null(),
    problem_count: 0,
};

impl dollr_verdict {
    fn take_in(&mut self, verdict: &Verdict) {
        self.kind = match verdict {
            Verdict::Paid(paid) => {
                self.provider_transaction_id = dollr_str::of_optional(paid.provider_transaction_id());
                self.paid_at_ms = paid.paid_at().map_or(0, Timestamp::as_millis);
                DOLLR_VERDICT_PAID
            }
            Verdict::Failed { reason } => {
                self.reason = dollr_str::of_optional(reason.as_deref());
                DOLLR_VERDICT_FAILED
            }
            Verdict::Refused(refusal) => {
                self.http_status = refusal.http_status;
                DOLLR_VERDICT_REFUSED
            }
            Verdict::NotLanded => DOLLR_VERDICT_NOT_LANDED,
            Verdict::Canceled => DOLLR_VERDICT_CANCELED,
            Verdict::Mismatch(mismatch) => {
                self.differs(mismatch);
                DOLLR_VERDICT_MISMATCH
            }
            Verdict::Open { progress, trouble } => {
                self.trouble = dollr_str::of_optional(trouble.as_deref());
                self.stands(progress);
                DOLLR_VERDICT_OPEN
            }
            Verdict::Stuck(stuck) => {
                if let Stuck::Mismatch(mismatch) = stuck {
                    self.differs(mismatch);
                }
                DOLLR_VERDICT_STUCK
            }
            _ => DOLLR_VERDICT_OTHER,
        };
    }

    fn differs(&mut self, mismatch: &Mismatch) {
        self.field = dollr_str::of(&mismatch.field);
        self.expected = dollr_str::of(&mismatch.expected);
        self.answered = dollr_str::of(&mismatch.answered);
    }

    fn stands(&mut self, progress: &Progress) {
        (self.progress, self.status) = match progress {
            Progress::NotSent => (DOLLR_PROGRESS_NOT_SENT, dollr_str::NONE),
            Progress::Unknown => (DOLLR_PROGRESS_UNKNOWN, dollr_str::NONE),
            Progress::Execution(status) => (DOLLR_PROGRESS_EXECUTION, dollr_str::of(status.as_str())),
            Progress::Source(status) => (DOLLR_PROGRESS_SOURCE, dollr_str::of(status.as_str())),
            _ => (DOLLR_PROGRESS_OTHER, dollr_str::NONE),
        };
    }
}

#[cfg(test)]
mod tests {
    use dollr_core::{ExecutionStatus, SourceStatus};

    use super::*;

    /// I15: each verdict has its own number in C, and what goes with it.
    #[test]
    fn verdicts_are_told_apart() {
        let viewed = |verdict: &Verdict| {
            let mut view = NOTHING;
            view.take_in(verdict);
            view
        };
        let failed = viewed(&Verdict::Failed { reason: Some("no money".to_owned()) });
        assert_eq!((failed.kind, failed.reason.len), (DOLLR_VERDICT_FAILED, 8));
        let open = |progress| viewed(&Verdict::Open { progress, trouble: None });
        for (verdict, kind) in [
            (viewed(&Verdict::NotLanded), DOLLR_VERDICT_NOT_LANDED),
            (viewed(&Verdict::Canceled), DOLLR_VERDICT_CANCELED),
            (open(Progress::Unknown), DOLLR_VERDICT_OPEN),
        ] {
            assert_eq!((verdict.kind, verdict.http_status, verdict.reason.len), (kind, 0, 0));
        }
        for (progress, number, status) in [
            (Progress::NotSent, DOLLR_PROGRESS_NOT_SENT, 0),
            (Progress::Unknown, DOLLR_PROGRESS_UNKNOWN, 0),
            (Progress::Execution(ExecutionStatus::Pending), DOLLR_PROGRESS_EXECUTION, "PENDING".len()),
            (Progress::Source(SourceStatus::Processing), DOLLR_PROGRESS_SOURCE, "PROCESSING".len()),
        ] {
            let verdict = open(progress);
            assert_eq!(
                (verdict.kind, verdict.progress, verdict.status.len),
                (DOLLR_VERDICT_OPEN, number, status)
            );
        }
    }
}
