//! The calls that may be made, by all who share a journal: permits are taken from its [`Budget`] a handful at a time, so
//! that a call costs no write of its own.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use dollr_core::{Budget, BudgetAction, Event, Limit, Permit, Snapshot, Timestamp, Why};
use dollr_journal::Journal;

use crate::host::Host;
use crate::{Clock, Error};

/// What the journal calls it.
const NAME: &str = "budget";

/// Permits are for now: no more are taken than are used up in about this time.
const HANDFUL: Duration = Duration::from_millis(250);

/// One process's view of the budget that it shares with others.
#[derive(Debug)]
pub(crate) struct Throttle {
    limit: Limit,
    handful: u32,
    purse: Mutex<Purse>,
}

#[derive(Debug, Default)]
struct Purse {
    permits: Vec<Permit>,
    /// The permit of the latest call that was answered, where that is still to be said.
    succeeded: Option<Permit>,
}

/// No call may be made yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotYet {
    pub(crate) wait: Duration,
    pub(crate) why: Why,
}

impl Throttle {
    /// For so many at once as call at the same time.
    pub(crate) fn new(limit: Limit, at_once: usize) -> Self {
        let rate = u64::from(limit.milli_calls_per_second());
        let in_time = rate * u64::try_from(HANDFUL.as_millis()).unwrap_or(u64::MAX) / 1_000_000;
        let handful = u32::try_from(in_time.min(u64::try_from(at_once).unwrap_or(u64::MAX))).unwrap_or(1);
        Self { limit, handful: handful.max(1), purse: Mutex::default() }
    }

    /// A permit for one call now, or how long there is none.
    pub(crate) fn permit(
        &self,
        journal: &dyn Journal,
        now: Timestamp,
    ) -> Result<Result<Permit, NotYet>, Error> {
        let mut purse = self.purse.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(permit) = purse.permits.pop() {
            return Ok(Ok(permit));
        }
        let succeeded = purse.succeeded.take();
        let mut not_yet = None;
        self.change(journal, now, |budget, now| {
            if let Some(permit) = succeeded {
                budget.succeeded(permit, now);
            }
            purse.permits = (0..self.handful).map_while(|_| budget.take(now)).collect();
            not_yet = match budget.next(now) {
                BudgetAction::Wait { until, why } => Some(NotYet { wait: until.since(now), why }),
                BudgetAction::Call => None,
            };
        })?;
        let none = NotYet { wait: Duration::ZERO, why: Why::Budget };
        Ok(purse.permits.pop().ok_or_else(|| not_yet.unwrap_or(none)))
    }

    /// How the call went that the permit was for.
    pub(crate) fn tell(
        &self,
        journal: &dyn Journal,
        permit: Permit,
        event: &Event,
        now: Timestamp,
    ) -> Result<(), Error> {
        let Event::Answered { response, .. } = event else { return Ok(()) };
        let mut purse = self.purse.lock().unwrap_or_else(PoisonError::into_inner);
        if response.status() != 429 {
            purse.succeeded = Some(permit);
            return Ok(());
        }
        // What was taken before the vendor asked for patience is not spent.
        purse.permits.clear();
        let told = response.retry_after(now);
        self.change(journal, now, |budget, now| budget.throttled(permit, told, now))
    }

    fn change(
        &self,
        journal: &dyn Journal,
        now: Timestamp,
        mut change: impl FnMut(&mut Budget, Timestamp),
    ) -> Result<(), Error> {
        let mut shared = |kept: Option<Snapshot>, now: Timestamp| {
            // A budget that cannot be read is another release's: calls are better counted anew than not made.
            let kept = kept.and_then(|kept| Budget::restore(&kept).ok());
            let mut budget = match kept {
                Some(budget) if budget.limit() == self.limit => budget,
                Some(budget) => budget.limited(self.limit, now),
                None => Budget::new(self.limit, now),
            };
            change(&mut budget, now);
            Some(budget.snapshot())
        };
        Ok(journal.share(NAME, now, &mut shared)?)
    }
}

/// The budget as it stands, where there is one that can be read.
pub(crate) fn shared(journal: &dyn Journal, now: Timestamp) -> Result<Option<Budget>, Error> {
    let mut budget = None;
    journal.share(NAME, now, &mut |kept, _| {
        budget = kept.and_then(|kept| Budget::restore(&kept).ok());
        None
    })?;
    Ok(budget)
}

/// Waits for a permit as long as `patience` says, which is told how long that was so far, and in steps, so that who stops is heard.
pub(crate) async fn wait_for_permit(
    host: &Host,
    throttle: &Throttle,
    journal: &dyn Journal,
    clock: &dyn Clock,
    patience: impl Fn(NotYet, Duration) -> bool,
) -> Result<Result<Permit, NotYet>, Error> {
    const STEP: Duration = Duration::from_millis(200);
    let mut begun = clock.now();
    loop {
        host.at_journal().await;
        let now = clock.now();
        // A clock that is set back meanwhile begins the wait anew.
        begun = begun.min(now);
        match throttle.permit(journal, now)? {
            Ok(permit) => return Ok(Ok(permit)),
            Err(not_yet) if !patience(not_yet, now.since(begun)) => return Ok(Err(not_yet)),
            Err(not_yet) if host.is_leaving() => return Ok(Err(not_yet)),
            Err(not_yet) => {
                let step = not_yet.wait.clamp(Duration::from_millis(1), STEP);
                host.sleep_until(clock, now, now.after(step)).await;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dollr_core::{Exchange, Purpose, Response};
    use dollr_journal::SqliteJournal;

    /// I12: who has taken permits before the vendor asked for patience does not spend them after it.
    #[test]
    fn a_429_takes_back_what_was_taken_before_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let journal = SqliteJournal::open(folder.path().join("journal.db")).expect("a journal");
        let now = Timestamp::from_millis(1_750_000_000_000);
        let limit = Limit::new(100, Duration::from_secs(1)).expect("a limit");
        let throttle = Throttle::new(limit, 8);
        let permit = throttle.permit(&journal, now).expect("readable").expect("a full bucket");
        let exchange = Exchange { purpose: Purpose::Status, number: 0 };
        let event = Event::Answered { exchange, response: Response::new(429, "") };
        throttle.tell(&journal, permit, &event, now).expect("kept");
        let NotYet { why, .. } = throttle.permit(&journal, now).expect("readable").expect_err("a cool-down");
        assert_eq!(why, Why::CoolDown);
    }
}
