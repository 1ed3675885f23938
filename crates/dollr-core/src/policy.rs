//! How patient to be, and how bold: what a caller may choose, with defaults that are safe.

use core::time::Duration;

use serde::{Deserialize, Serialize};

use crate::Schedule;

/// How to ask, for how long, and whether a request may be sent again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Policy {
    /// When to ask.
    pub schedule: Schedule,
    /// After this the payment is handed over as [`Verdict::Open`](crate::Verdict::Open), with one last question. Default: 5 minutes.
    pub patience: Duration,
    /// After this a person must look, once a last question is answered or a dozen calls in a row have come to nothing.
    /// Default: 72 hours.
    pub horizon: Duration,
    /// Whether an id that the vendor does not know may be sent again. Default: never.
    pub resend: Resend,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            schedule: Schedule::default(),
            patience: Duration::from_secs(5 * 60),
            horizon: Duration::from_secs(72 * 60 * 60),
            resend: Resend::Never,
        }
    }
}

impl Policy {
    /// With another schedule.
    #[must_use]
    pub fn schedule(self, schedule: Schedule) -> Self {
        Self { schedule, ..self }
    }

    /// With another patience; nought asks once.
    #[must_use]
    pub fn patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// With another horizon.
    #[must_use]
    pub fn horizon(self, horizon: Duration) -> Self {
        Self { horizon, ..self }
    }

    /// With another rule about sending again.
    #[must_use]
    pub fn resend(self, resend: Resend) -> Self {
        Self { resend, ..self }
    }
}

/// What to do when a request may have been lost and the vendor says 404 (API §5, rule 3).
///
/// A 404 is no proof of absence: the request may still be on its way. Only where the vendor truly takes the id for
/// an idempotency key is sending again harmless.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub enum Resend {
    /// An id is sent at most once in its life. Safe with every vendor.
    #[default]
    Never,
    /// After a 404 this long after the last sending, the same bytes are sent again.
    AfterGrace {
        /// How long the vendor must have had to know it.
        grace: Duration,
        /// How often in all the request may be sent.
        sends: u32,
    },
}
