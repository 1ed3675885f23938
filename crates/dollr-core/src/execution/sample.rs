//! What a recorded payment tells about how long payments take, and whether that may be believed.

use core::time::Duration;

use super::Execution;
use super::state::State;
use crate::{Schedule, Timestamp};

/// How long after its sending it is learned about a payment.
const WINDOW: Duration = Duration::from_secs(1_800);

/// How much later than the end of its caller's patience the last question may be answered.
const LAST_QUESTION: Duration = Duration::from_secs(60);

/// What an execution tells [`Schedule::learn`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Sample {
    /// A sample: from its sending to the moment at which its end was found out, or [`Duration::MAX`] where it was known to
    /// be open for longer than is learned about.
    Took(Duration),
    /// It was sent less than half an hour ago: of such payments, only the quick ones have ended.
    TooYoung,
    /// It was never sent, or refused, or did not arrive, or is contradicted: that is not how payments end.
    NoEnd,
    /// Its end was found out, or will be, by somebody who came by later: nobody knows how much later.
    FoundLate,
    /// It was asked about by another schedule than the one in force.
    OtherSchedule,
}

impl Execution {
    /// The schedule that it is asked about by.
    pub fn schedule(&self) -> &Schedule {
        &self.policy.schedule
    }

    /// What it tells about how long payments take; `ended` is when its end was recorded, by the caller's clock.
    pub fn sample(&self, ended: Option<Timestamp>, in_force: &Schedule, now: Timestamp) -> Sample {
        let is_one = matches!(self.state, State::Open(_) | State::Completed(_) | State::Failed(_));
        if !is_one || self.conflict.is_some() {
            return Sample::NoEnd;
        }
        if self.schedule() != in_force {
            return Sample::OtherSchedule;
        }
        let sent = self.pace.sent_at();
        if now.since(sent) < WINDOW {
            return Sample::TooYoung;
        }
        let took = match (&self.state, ended) {
            (State::Open(_), _)
                if self.pace.last_asked().is_some_and(|asked| asked.since(sent) >= WINDOW) =>
            {
                return Sample::Took(Duration::MAX);
            }
            (State::Open(_), _) | (_, None) => return Sample::FoundLate,
            (_, Some(ended)) => ended.since(sent),
        };
        if self.was_waited_for(took) { Sample::Took(took) } else { Sample::FoundLate }
    }

    /// Whether its caller was there all the time, and asked about as often as the schedule says.
    fn was_waited_for(&self, took: Duration) -> bool {
        let mut questions = 0;
        let mut age = self.schedule().first();
        while age <= took.min(WINDOW) {
            questions += 1;
            age += self.schedule().gap(age);
        }
        took <= self.policy.patience.saturating_add(LAST_QUESTION) && 2 * self.pace.asks() >= questions
    }
}
