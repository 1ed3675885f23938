//! The states of an execution: one struct each, so that a field of another state cannot even be named.

use alloc::string::String;

use serde::{Deserialize, Serialize};

use crate::secret::{Held, Secret};
use crate::wire::ExecutionAnswer;
use crate::{ExecutionStatus, Mismatch, Refusal, Settlement, Timestamp};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum State {
    Prepared(Prepared),
    Sending(Sending),
    Uncertain(Uncertain),
    Open(Open),
    Completed(Completed),
    Failed(Failed),
    Refused(Refused),
    NotLanded(NotLanded),
    Stuck(Stuck),
}

/// Not sent, or answered in a way that says it was not processed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Prepared {}

/// Durable, and maybe on the wire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sending {}

/// Sent, and nobody knows whether it arrived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Uncertain {
    /// The vendor's own time of its first 404, which is after the sending.
    pub(super) absent_since: Option<Timestamp>,
}

/// The vendor has it, and it is not over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Open {
    pub(super) status: ExecutionStatus,
    /// Whether this process has handed a secret to the payer; another one may have to do it again.
    #[serde(skip)]
    pub(super) shown: Held<bool>,
    /// The secret that is still to be handed over.
    #[serde(skip)]
    pub(super) client_secret: Held<Option<Secret>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Completed {
    pub(super) settlement: Settlement,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Failed {
    pub(super) reason: Option<String>,
    /// Whether it was asked about once more, a while later.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub(super) rechecked: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Refused {
    pub(super) refusal: Refusal,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NotLanded {}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Stuck {
    pub(super) mismatch: Mismatch,
}

impl State {
    /// The state's name, as in the table and the diagram.
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Prepared(_) => "Prepared",
            Self::Sending(_) => "Sending",
            Self::Uncertain(_) => "Uncertain",
            Self::Open(_) => "Open",
            Self::Completed(_) => "Completed",
            Self::Failed(_) => "Failed",
            Self::Refused(_) => "Refused",
            Self::NotLanded(_) => "NotLanded",
            Self::Stuck(_) => "Stuck",
        }
    }

    /// Whether no event leaves it.
    pub(super) const fn is_terminal(&self) -> bool {
        !matches!(self, Self::Prepared(_) | Self::Sending(_) | Self::Uncertain(_) | Self::Open(_))
    }

    /// Open as `answer` says; a status never goes back, and an end that is not proven is `PROCESSING`.
    pub(super) fn open(self, answer: ExecutionAnswer) -> Open {
        let (before, shown) = match self {
            Self::Open(open) => (Some(open.status), open.shown),
            _ => (None, Held(false)),
        };
        let back = before == Some(ExecutionStatus::Processing) && answer.status == ExecutionStatus::Pending;
        let status =
            if back || answer.status.is_terminal() { ExecutionStatus::Processing } else { answer.status };
        let client_secret = Held(answer.client_secret.filter(|_| answer.requires_action && !shown.0));
        Open { status, shown, client_secret }
    }

    pub(super) fn has_secret(&self) -> bool {
        matches!(self, Self::Open(Open { client_secret: Held(Some(_)), .. }))
    }

    pub(super) fn absent(self, date: Option<Timestamp>) -> Self {
        match self {
            Self::Uncertain(Uncertain { absent_since: None }) => {
                Self::Uncertain(Uncertain { absent_since: date })
            }
            other => other,
        }
    }

    pub(super) fn rechecked(self) -> Self {
        match self {
            Self::Failed(failed) => Self::Failed(Failed { rechecked: true, ..failed }),
            other => other,
        }
    }

    pub(super) fn shown(self) -> Self {
        match self {
            Self::Open(open) => Self::Open(Open { shown: Held(true), client_secret: Held(None), ..open }),
            other => other,
        }
    }
}
