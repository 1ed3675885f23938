//! A source for the vendor's support: what the order expects, what the status API said, and the one question to answer.

use alloc::format;
use alloc::string::String;

use super::{Source, State, Watching};
use crate::escalation::{Details, redacted};
use crate::{Escalation, SourceStatus, Timestamp};

impl Source {
    pub(super) fn dossier(&self, now: Timestamp) -> Escalation {
        let history = self.pace.history(&self.policy, now);
        let mut details = Details::about(None);
        details.own("source", &self.id);
        details.own("source_type", &self.id.kind);
        details.own("source_id", &self.id.id);
        details.own("expected_amount", &self.total);
        details.own("expected_currency", &self.currency);
        details.standing(self, now);
        details.words("status", self.status());
        details.own("created_at", &history.born);
        details.questions(self, &history);
        Escalation::new(self.question(), details)
    }

    fn status(&self) -> Option<&str> {
        match &self.state {
            State::Watching(Watching { status }) => status.as_ref().map(SourceStatus::as_str),
            State::Paid(_) | State::Mismatched(_) => Some(SourceStatus::Paid.as_str()),
            State::Canceled(_) => Some(SourceStatus::Canceled.as_str()),
        }
    }

    fn question(&self) -> String {
        let Self { id, total, currency, .. } = self;
        if let Some(conflict) = &self.conflict {
            let (ended, answered) = (&conflict.ended, redacted(&conflict.answered, None));
            return format!(
                "Please say whether {id} is paid. We took it to have ended as {ended}; later your status API answered {answered}."
            );
        }
        match &self.state {
            State::Watching(_) => format!(
                "Please say whether {id}, over {total} {currency}, has been paid, and if so by which execution and when."
            ),
            State::Paid(_) => {
                format!("Please confirm that {id} has been paid with {total} {currency}, once.")
            }
            State::Canceled(_) => {
                format!("Please confirm that {id} has been called off and cannot be paid any more.")
            }
            State::Mismatched(state) => {
                format!("Please say what was paid for {id}. It is PAID, but {}.", state.mismatch)
            }
        }
    }
}
