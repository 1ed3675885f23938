//! How patient to be, and how bold.

use std::time::Duration;

use dollr_core::{Policy, Resend, Schedule};

use crate::border::{Options, items, not_one_of};
use crate::code;
use crate::fault::Fault;

/// The library's choice: for mobile money.
pub const DOLLR_SCHEDULE_DEFAULT: i32 = 0;
/// For mobile money, whose customers approve on a phone after seconds or minutes.
pub const DOLLR_SCHEDULE_MOBILE_MONEY: i32 = 1;
/// For cards, which mostly end within seconds.
pub const DOLLR_SCHEDULE_CARDS: i32 = 2;
/// One's own: `first_ms` and `gaps`.
pub const DOLLR_SCHEDULE_CUSTOM: i32 = 3;

/// In a structure of options, where 0 is the default: no patience at all, so that the payment is handed over at once.
pub const DOLLR_NO_PATIENCE: u64 = u64::MAX;

/// A point of a schedule: how long to wait between questions about a payment of this age.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct dollr_gap {
    /// Milliseconds since the payment was sent.
    pub age_ms: u64,
    /// Milliseconds between two questions, from a second to an hour; between two ages it is interpolated.
    pub gap_ms: u64,
}

/// How to ask, for how long, and whether a request may be sent again. Set `size`; what is left 0 is the default.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct dollr_policy {
    /// `sizeof(dollr_policy)`.
    pub size: usize,
    /// One of `DOLLR_SCHEDULE_…`.
    pub schedule: i32,
    /// Of a request that may have been lost and is not known to the vendor: how often it may be sent in all. 0 and 1 never
    /// send again, which is safe with every vendor; more only where the vendor truly takes the reference id for an
    /// idempotency key.
    pub sends: u32,
    /// Of one's own schedule, the delay before the first question, in milliseconds.
    pub first_ms: u64,
    /// Of one's own schedule, its points, in order of age.
    pub gaps: *const dollr_gap,
    /// How many points.
    pub gap_count: usize,
    /// After this the payment is handed over, still open, in milliseconds; 0 is 5 minutes, `DOLLR_NO_PATIENCE` at once.
    pub patience_ms: u64,
    /// After this a person must look, in milliseconds; 0 is 72 hours.
    pub horizon_ms: u64,
    /// With more than one of `sends`: how long the vendor must have had to know a request before it is sent again, in milliseconds.
    pub grace_ms: u64,
}

// SAFETY: it is numbers and a pointer, and begins with its size.
unsafe impl Options for dollr_policy {
    const NAME: &'static str = "dollr_policy";
}

impl dollr_policy {
    /// The policy at `place`, the default one where it is NULL.
    ///
    /// # Safety
    ///
    /// `place` is NULL or a policy whose points can be read.
    pub(crate) unsafe fn parse(place: *const Self) -> Result<Policy, Fault> {
        // SAFETY: passed on to the caller.
        let Some(this) = (unsafe { Self::read_optional(place) })? else { return Ok(Policy::default()) };
        // SAFETY: passed on to the caller.
        let mut policy = Policy::default().schedule(unsafe { this.schedule() }?);
        if let Some(patience) = patience(this.patience_ms) {
            policy = policy.patience(patience);
        }
        if this.horizon_ms > 0 {
            policy = policy.horizon(Duration::from_millis(this.horizon_ms));
        }
        if this.sends > 1 {
            let grace = Duration::from_millis(this.grace_ms);
            policy = policy.resend(Resend::AfterGrace { grace, sends: this.sends });
        }
        Ok(policy)
    }

    /// # Safety
    ///
    /// The points can be read.
    unsafe fn schedule(&self) -> Result<Schedule, Fault> {
        // SAFETY: passed on to the caller.
        let gaps = unsafe { items(self.gaps, self.gap_count, "gaps") }?;
        if self.schedule != DOLLR_SCHEDULE_CUSTOM && !gaps.is_empty() {
            let message = "gaps go with DOLLR_SCHEDULE_CUSTOM";
            return Err(Fault::new(code::DOLLR_ERROR_ARGUMENT, message));
        }
        match self.schedule {
            DOLLR_SCHEDULE_DEFAULT => Ok(Schedule::default()),
            DOLLR_SCHEDULE_MOBILE_MONEY => Ok(Schedule::mobile_money()),
            DOLLR_SCHEDULE_CARDS => Ok(Schedule::cards()),
            DOLLR_SCHEDULE_CUSTOM => {
                let span = Duration::from_millis;
                let gaps: Vec<_> = gaps.iter().map(|gap| (span(gap.age_ms), span(gap.gap_ms))).collect();
                Ok(Schedule::new(span(self.first_ms), &gaps)?)
            }
            other => Err(not_one_of("schedule", other)),
        }
    }
}

/// A patience among options; none where the default is wanted.
pub(crate) fn patience(millis: u64) -> Option<Duration> {
    match millis {
        0 => None,
        DOLLR_NO_PATIENCE => Some(Duration::ZERO),
        millis => Some(Duration::from_millis(millis)),
    }
}
