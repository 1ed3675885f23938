//! An execution for the vendor's support: the request as it was sent, but redacted, and the one question to answer.

use alloc::format;
use alloc::string::String;

use super::Execution;
use super::state::{Open, State, Uncertain};
use crate::escalation::{Details, redacted};
use crate::{Escalation, ExecutionStatus, Timestamp};

impl Execution {
    pub(super) fn dossier(&self, now: Timestamp) -> Escalation {
        let history = self.pace.history(&self.policy, now);
        let Self { intent, sends, .. } = self;
        let (amount, currency) = intent.expected();
        let (path, body) = intent.redacted();
        let mut details = Details::about(intent.account());
        details.own("reference_id", &intent.reference_id());
        details.own("session_id", &intent.session());
        details.own("operation", &intent.operation());
        details.known("expected_amount", amount);
        details.known("expected_currency", currency);
        details.known("account", intent.account().map(crate::AccountId::masked));
        details.standing(self, now);
        details.words("status", self.status());
        details.number("provider_transaction_id", self.provider_transaction_id());
        details.own("created_at", &history.born);
        details.known("session_expires_at", intent.expires_at());
        details.own("request", &format!("POST {path}"));
        details.own("request_body", &body);
        details.own("requests_sent", &sends.total);
        details.own("requests_without_answer", &sends.unanswered);
        details.known("last_sent_at", history.sent);
        details.questions(self, &history);
        details.known("first_404_at", self.first_404());
        Escalation::new(self.question(), details)
    }

    /// The vendor's word for how far it is, as far as it is known.
    fn status(&self) -> Option<&str> {
        match &self.state {
            State::Open(Open { status, .. }) => Some(status.as_str()),
            State::Completed(_) | State::Stuck(_) => Some(ExecutionStatus::Completed.as_str()),
            State::Failed(_) => Some(ExecutionStatus::Failed.as_str()),
            _ => None,
        }
    }

    fn provider_transaction_id(&self) -> Option<&str> {
        match &self.state {
            State::Completed(state) => state.settlement.provider_transaction_id(),
            _ => None,
        }
    }

    fn first_404(&self) -> Option<Timestamp> {
        match &self.state {
            State::Uncertain(Uncertain { absent_since }) => *absent_since,
            _ => None,
        }
    }

    fn question(&self) -> String {
        let (id, operation) = (self.reference_id(), self.intent.operation());
        let it = format!("the {operation} with the reference id {id}");
        if let Some(conflict) = &self.conflict {
            let ended = &conflict.ended;
            let answered = redacted(&conflict.answered, self.intent.account());
            return format!(
                "Please say whether {it} moved money. We took it to have ended as {ended}; later your status API answered {answered}."
            );
        }
        match &self.state {
            State::Prepared(_) if self.sends.unanswered == 0 => {
                format!(
                    "We have not sent {it}, or it was not processed. Please say whether you know it all the same."
                )
            }
            State::Prepared(_) | State::Sending(_) | State::Uncertain(_) => format!(
                "Please say whether {it} arrived and moved money. If it never arrived, please make sure that it cannot be executed any more."
            ),
            State::Open(Open { status, .. }) => format!(
                "Please say whether {it} moved money, and bring it to COMPLETED or FAILED: your status API has left it at {}.",
                redacted(status.as_str(), self.intent.account())
            ),
            State::Stuck(state) => {
                format!("Please say what {it} moved. It is COMPLETED, but {}.", state.mismatch)
            }
            State::Completed(_) => format!("Please confirm that {it} moved the money, once."),
            State::Failed(_) | State::Refused(_) | State::NotLanded(_) => {
                format!("Please confirm that {it} moved no money, and will not.")
            }
        }
    }
}
