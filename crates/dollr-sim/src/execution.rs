//! Executions (§5): one processed POST, and its status and money at any moment.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::magic::{Plan, Step};
use crate::source::SourceKey;

/// What kind of money movement an execution is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Operation {
    /// `COLLECTION`: the payer pays the merchant.
    Collection,
    /// `PAYOUT`: the merchant pays an account.
    Payout,
    /// `TRANSFER`: the merchant moves money on.
    Transfer,
    /// `REFUND`: the merchant gives money back.
    Refund,
}

impl Operation {
    /// As the API writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Collection => "COLLECTION",
            Self::Payout => "PAYOUT",
            Self::Transfer => "TRANSFER",
            Self::Refund => "REFUND",
        }
    }
}

/// Reads the lower-case form of a path, e.g. `collection`.
impl FromStr for Operation {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "collection" => Ok(Self::Collection),
            "payout" => Ok(Self::Payout),
            "transfer" => Ok(Self::Transfer),
            "refund" => Ok(Self::Refund),
            _ => Err(()),
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The payer's answer to 3-D Secure.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Confirmation {
    pub(crate) at_ms: u64,
    pub(crate) approved: bool,
}

/// One POST that was taken in. Without de-duplication a reference id has as many as it was processed.
#[derive(Clone, Debug)]
pub(crate) struct Execution {
    pub(crate) reference_id: String,
    pub(crate) operation: Operation,
    pub(crate) source: SourceKey,
    pub(crate) amount: String,
    pub(crate) currency: String,
    pub(crate) created_at: u64,
    pub(crate) plan: Plan,
    pub(crate) confirmation: Option<Confirmation>,
    pub(crate) client_secret: String,
    pub(crate) transaction: u64,
    /// The request's body, to tell a repetition from a misuse of the id.
    pub(crate) body: serde_json::Value,
}

impl Execution {
    fn step_at(&self, now_ms: u64) -> Option<&Step> {
        let age = now_ms.saturating_sub(self.created_at);
        self.plan.steps.iter().rev().find(|step| step.after_ms <= age)
    }

    pub(crate) fn status_at(&self, now_ms: u64) -> &'static str {
        match self.confirmation {
            Some(Confirmation { at_ms, approved }) if at_ms <= now_ms => {
                if approved {
                    "COMPLETED"
                } else {
                    "FAILED"
                }
            }
            _ => self.step_at(now_ms).map_or("PENDING", |step| step.status),
        }
    }

    /// Each status it has had up to this moment, and since when.
    pub(crate) fn history(&self, now_ms: u64) -> Vec<(u64, &'static str)> {
        let confirmed = self.confirmation.map(|Confirmation { at_ms, .. }| (at_ms, self.status_at(at_ms)));
        let steps = self.plan.steps.iter().filter_map(|step| {
            let at_ms = self.created_at.saturating_add(step.after_ms);
            let counts = step.after_ms == 0 || confirmed.is_none_or(|(confirmed_at, _)| at_ms < confirmed_at);
            counts.then_some((at_ms, step.status))
        });
        let mut history: Vec<_> = steps.chain(confirmed).filter(|(at_ms, _)| *at_ms <= now_ms).collect();
        history.dedup_by_key(|(_, status)| *status);
        history
    }

    /// When its status changes next by itself.
    pub(crate) fn next_change(&self, now_ms: u64) -> Option<u64> {
        if self.confirmation.is_some() {
            return None;
        }
        let moments = self.plan.steps.iter().map(|step| self.created_at.saturating_add(step.after_ms));
        moments.filter(|at| *at > now_ms).min()
    }

    pub(crate) fn is_open_at(&self, now_ms: u64) -> bool {
        !matches!(self.status_at(now_ms), "COMPLETED" | "FAILED")
    }

    /// Whether the payer is asked to confirm at this moment.
    pub(crate) fn asks_at(&self, now_ms: u64) -> bool {
        self.confirmation.is_none() && self.step_at(now_ms).is_some_and(|step| step.asks)
    }

    /// When the money moves, past or future.
    pub(crate) fn money_at(&self) -> Option<u64> {
        if let Some(Confirmation { at_ms, approved }) = self.confirmation {
            return approved.then_some(at_ms);
        }
        let done = self.plan.steps.iter().find(|step| step.status == "COMPLETED")?;
        Some(self.created_at.saturating_add(done.after_ms))
    }
}
