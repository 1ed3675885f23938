//! How a machine keeps time: its age, its patience, and when the next question is due.
//!
//! Time is kept on an axis of its own, *attended time*: the caller's clock from event to event, where a step back
//! counts nothing and a leap counts no more than the wait that was asked for and a minute for the call. So neither
//! a clock that jumps nor a suspended machine uses up a patience or makes a wait endless (fault F31).

mod history;

pub(crate) use history::{Call, History};

use alloc::string::String;
use core::time::Duration;

use serde::{Deserialize, Serialize};

use crate::schedule::lengthened;
use crate::secret::Held;
use crate::timestamp::millis;
use crate::{Policy, Schedule, Timestamp, Why};

/// What one call may take on top of the wait before it.
const GRACE: u64 = 60_000;

/// No question is asked sooner than this after the last one, whoever wants it.
const LEAST_GAP: u64 = 1_000;

/// How much of the time between two events is taken on the word of clocks that nobody else confirms.
const LONGEST_STEP: u64 = 300_000;

/// A last question that comes to nothing is asked again, unless so many in a row have come to nothing.
const LAST_TRIES: u32 = 12;

/// A clock that is behind the last event by no more than this has been corrected, not set back.
const DRIFT: Duration = Duration::from_secs(60);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Pace {
    /// The caller's clock at birth, and at the last event.
    born: Timestamp,
    seen: Timestamp,
    /// Attended time at the last event; all below are on this axis.
    spent: u64,
    /// When the next call is due, and before when none may be made whatever happens.
    due: u64,
    floor: u64,
    /// The end of the caller's patience, and whether it was given past the horizon.
    patience: u64,
    extended: bool,
    /// When the payment was sent, and when a question was last answered or lost.
    sent: Option<Mark>,
    asked: Option<Mark>,
    /// What of the attended time since it was sent may be no more than two clocks that differ.
    #[serde(default, skip_serializing_if = "is_zero")]
    doubtful: u64,
    /// Questions so far; errors in a row; what the last one was.
    asks: u32,
    failures: u32,
    throttled: bool,
    trouble: Option<String>,
    /// Whether the last call was answered 401 and is being repeated, once.
    reauthorized: bool,
    /// Whether this process looks after it without having begun it.
    #[serde(skip)]
    adopted: Held<bool>,
}

/// A moment on both axes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Mark {
    at: Timestamp,
    spent: u64,
}

/// What the time says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Due,
    Wait { until: Timestamp, why: Why },
    PatienceOver,
    HorizonOver,
}

impl Pace {
    pub(crate) fn start(policy: &Policy, now: Timestamp) -> Self {
        Self {
            born: now,
            seen: now,
            spent: 0,
            due: 0,
            floor: 0,
            patience: millis(policy.patience),
            extended: false,
            sent: None,
            asked: None,
            doubtful: 0,
            asks: 0,
            failures: 0,
            throttled: false,
            trouble: None,
            reauthorized: false,
            adopted: Held(false),
        }
    }

    /// Whether to ask, to wait, or to stop, where asking is a question about the status.
    pub(crate) fn step(&self, policy: &Policy, now: Timestamp) -> Step {
        let elapsed = self.elapsed(now);
        let over_horizon = self.over_horizon(policy, now);
        let bounded = over_horizon && !self.extended;
        let owed = bounded && self.is_owed_an_answer();
        if elapsed < self.patience && (!bounded || owed) {
            return self.wait(self.due.min(self.patience), policy, now);
        }
        // One last question is asked at the end, unless calls are held back or one was asked just before it.
        let last = |mark: Mark| {
            let spent = mark.spent.saturating_add(LEAST_GAP);
            if bounded {
                self.reached(policy, mark.at.after(Duration::from_millis(LEAST_GAP)), spent)
            } else {
                spent >= self.patience
            }
        };
        let over = self.floor > elapsed || self.asked.is_some_and(last);
        match (over, over_horizon) {
            (false, _) => Step::Due,
            (true, true) if !owed => Step::HorizonOver,
            (true, _) => Step::PatienceOver,
        }
    }

    /// The same for a request that has not been sent: the first try is always due, and patience ends without one.
    pub(crate) fn step_unsent(&self, policy: &Policy, now: Timestamp) -> Step {
        if self.failures == 0 {
            Step::Due
        } else if self.elapsed(now) >= self.patience {
            Step::PatienceOver
        } else {
            self.wait(self.due.min(self.patience), policy, now)
        }
    }

    /// Whether a request that was held back may go now.
    pub(crate) fn is_due(&self, now: Timestamp) -> bool {
        self.is_set_back(now) || self.elapsed(now) >= self.due
    }

    /// An event happened at `now`.
    pub(crate) fn observe(&mut self, now: Timestamp) {
        let before = self.spent;
        self.spent = self.elapsed(now);
        self.doubtful = if self.is_set_back(now) {
            millis(self.since_sent().0)
        } else {
            // What a small step back takes away is counted a second time when it passes again.
            let twice = millis(self.seen.since(now));
            let leap = (self.spent - before).saturating_sub(LONGEST_STEP);
            self.doubtful.saturating_add(twice).saturating_add(leap)
        };
        self.seen = now;
    }

    /// The payment is being sent: its age counts from here.
    pub(crate) fn note_sent(&mut self) {
        self.sent = Some(self.mark());
        self.doubtful = 0;
    }

    /// The next call is due after `delay` and up to a tenth more, errors forgotten.
    pub(crate) fn due_in(&mut self, delay: Duration, seed: u64) {
        self.forgive();
        self.due = self.spent.saturating_add(millis(lengthened(delay, seed)));
    }

    fn forgive(&mut self) {
        self.floor = 0;
        self.failures = 0;
        self.throttled = false;
        self.trouble = None;
        self.reauthorized = false;
    }

    /// A question was answered: the next one by the schedule.
    pub(crate) fn answered(&mut self, policy: &Policy, seed: u64) {
        self.note_asked();
        let gap = policy.schedule.jittered_gap(self.age(), seed ^ u64::from(self.asks));
        self.forgive();
        self.due = self.spent.saturating_add(millis(gap));
    }

    /// A question got no answer: the next one by the schedule, the back-off or `Retry-After`, whichever is last.
    pub(crate) fn unanswered(&mut self, policy: &Policy, seed: u64, trouble: String, told: Option<Duration>) {
        self.note_asked();
        let gap = policy.schedule.jittered_gap(self.age(), seed ^ u64::from(self.asks));
        self.held_back(seed, trouble, told);
        self.due = self.due.max(self.spent.saturating_add(millis(gap)));
    }

    /// A call failed and may be repeated after the back-off or `Retry-After`, whichever is longer.
    pub(crate) fn held_back(&mut self, seed: u64, trouble: String, told: Option<Duration>) {
        self.failures = self.failures.saturating_add(1);
        let floor = Schedule::back_off(self.failures).max(told.unwrap_or_default());
        let delay = lengthened(floor, seed ^ (u64::from(self.failures) << 32) ^ u64::from(self.asks));
        self.floor = self.spent.saturating_add(millis(floor));
        self.due = self.spent.saturating_add(millis(delay));
        self.throttled = told.is_some();
        self.trouble = Some(trouble);
        self.reauthorized = false;
    }

    /// The token was refused: the call is repeated with a new one, once (API §1).
    pub(crate) fn reauthorize(&mut self) {
        self.due = self.spent;
        self.reauthorized = true;
    }

    /// The same for a question, whose repeat has a number of its own.
    pub(crate) fn ask_again(&mut self) {
        self.asks = self.asks.saturating_add(1);
        self.reauthorize();
    }

    /// Whether a call has been repeated with a new token already.
    pub(crate) fn is_reauthorized(&self) -> bool {
        self.reauthorized
    }

    /// Somebody says that something happened: ask soon, but not within a second of the last question, and not while
    /// a call is held back (invariant I8).
    pub(crate) fn hint(&mut self) {
        let coalesced = self.asked.map_or(self.spent, |mark| mark.spent.saturating_add(LEAST_GAP));
        self.due = self.due.min(coalesced.max(self.spent).max(self.floor));
    }

    /// Somebody waits on for `patience`, even past the horizon, and at least for one more question: those from before do
    /// not count.
    pub(crate) fn resume(&mut self, policy: &Policy, patience: Duration) {
        self.extended = self.over_horizon(policy, self.seen);
        let one_more = self.asked.map_or(0, |mark| mark.spent.saturating_add(LEAST_GAP + 1));
        self.patience = self.spent.saturating_add(millis(patience)).max(one_more);
    }

    /// It was asked about this moment, by somebody else's count.
    pub(crate) fn note_asked_elsewhere(&mut self) {
        self.asked = Some(self.mark());
        self.due = self.due.max(self.spent.saturating_add(LEAST_GAP));
    }

    /// Somebody waits on for `patience` who has just heard how it stands: no further question is owed.
    pub(crate) fn resume_informed(&mut self, policy: &Policy, patience: Duration) {
        self.extended = self.over_horizon(policy, self.seen);
        self.patience = self.spent.saturating_add(millis(patience));
    }

    /// Nobody waits for it any more: it is asked about until its horizon.
    pub(crate) fn adopt(&mut self, policy: &Policy) {
        self.adopted = Held(true);
        self.extended = false;
        self.patience = self.spent.saturating_add(millis(policy.horizon));
    }

    /// Whether this process looks after it without having begun it.
    pub(crate) fn is_adopted(&self) -> bool {
        self.adopted.0
    }

    /// When the next call is due, on the axis of attended time; and back to that.
    pub(crate) fn due(&self) -> u64 {
        self.due
    }

    pub(crate) fn due_as_before(&mut self, due: u64) {
        self.due = due;
    }

    /// The number of the next question.
    pub(crate) fn asks(&self) -> u32 {
        self.asks
    }

    /// What went wrong with the latest call, if it did.
    pub(crate) fn trouble(&self) -> Option<String> {
        self.trouble.clone()
    }

    /// Attended time since the payment was sent (a source: since it is watched), and by the clock.
    pub(crate) fn since_sent(&self) -> (Duration, Duration) {
        let mark = self.sent.unwrap_or(Mark { at: self.born, spent: 0 });
        (Duration::from_millis(self.spent.saturating_sub(mark.spent)), self.seen.since(mark.at))
    }

    /// The attended time since the payment was sent that needs no other clock to confirm it.
    ///
    /// Two hosts whose clocks differ by hours see a wait of hours pass in a moment, as each takes the other's clock for
    /// its own. So one step counts no more than five minutes, what a clock goes back is taken off, and where it goes back by
    /// more than a minute the count begins anew.
    pub(crate) fn surely_since_sent(&self) -> Duration {
        self.since_sent().0.saturating_sub(Duration::from_millis(self.doubtful))
    }

    /// When the payment was sent, by the caller's clock.
    pub(crate) fn sent_at(&self) -> Timestamp {
        self.sent.map_or(self.seen, |mark| mark.at)
    }

    /// When a question was last answered or lost, by the caller's clock.
    pub(crate) fn last_asked(&self) -> Option<Timestamp> {
        self.asked.map(|mark| mark.at)
    }

    fn wait(&self, due: u64, policy: &Policy, now: Timestamp) -> Step {
        if self.is_set_back(now) || self.elapsed(now) >= due {
            return Step::Due;
        }
        let wait = Duration::from_millis(due - self.spent);
        let until = self.seen.after(wait).min(now.after(wait));
        let end = self.born.after(policy.horizon);
        // A horizon that is behind ends no wait: a wait until now would spin.
        let is_cut = now < end && !self.is_owed_an_answer();
        Step::Wait { until: if is_cut { until.min(end) } else { until }, why: self.why() }
    }

    /// Whether the latest call came to nothing, so that the horizon must wait for what it would have said.
    fn is_owed_an_answer(&self) -> bool {
        (1..LAST_TRIES).contains(&self.failures)
    }

    fn why(&self) -> Why {
        match self.failures {
            0 => Why::Schedule,
            _ if self.throttled => Why::RetryAfter,
            failures => Why::BackOff { failures },
        }
    }

    fn is_set_back(&self, now: Timestamp) -> bool {
        now.after(DRIFT) < self.seen
    }

    fn elapsed(&self, now: Timestamp) -> u64 {
        let longest = self.due.saturating_sub(self.spent).saturating_add(GRACE);
        self.spent.saturating_add(millis(now.since(self.seen)).min(longest))
    }

    fn over_horizon(&self, policy: &Policy, now: Timestamp) -> bool {
        self.reached(policy, now, self.elapsed(now))
    }

    fn reached(&self, policy: &Policy, at: Timestamp, spent: u64) -> bool {
        at.since(self.born) >= policy.horizon || spent >= millis(policy.horizon)
    }

    /// The older of the two ages: a payment that nobody attended to has aged all the same.
    fn age(&self) -> Duration {
        let (attended, by_clock) = self.since_sent();
        attended.max(by_clock)
    }

    fn note_asked(&mut self) {
        self.asks = self.asks.saturating_add(1);
        self.asked = Some(self.mark());
    }

    fn mark(&self) -> Mark {
        Mark { at: self.seen, spent: self.spent }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands out references")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}
