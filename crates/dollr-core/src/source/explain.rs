//! A source in sentences: what the order expects, what the status API last said, and what that allows (API §4).

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::{Source, State, Watching};
use crate::explain::{contradicted, horizon, next_question, questions};
use crate::pace::History;
use crate::{Decision, Explanation, Machine as _, SourceKind, Timestamp};

impl Source {
    pub(super) fn explanation(&self, now: Timestamp) -> Explanation {
        let history = self.pace.history(&self.policy, now);
        let explanation = Explanation::of(self, now);
        Explanation {
            subject: self.subject(&history),
            standing: self.standing(),
            evidence: self.evidence(&history),
            waiting: self.waiting(now, explanation.decision, &history),
            advice: self.advice(explanation.decision),
            horizon: (!self.is_terminal()).then_some(history.horizon),
            ..explanation
        }
        .printable()
    }

    fn subject(&self, history: &History) -> Vec<String> {
        let Self { id, total, currency, .. } = self;
        Vec::from([
            format!("This is the {} {id}, which is to be paid with {total} {currency}.", self.kind()),
            format!("It has been watched since {}.", history.born),
        ])
    }

    fn kind(&self) -> &'static str {
        match self.id.kind {
            SourceKind::Invoice => "invoice",
            SourceKind::Order => "order",
        }
    }

    fn standing(&self) -> Vec<String> {
        if let Some(conflict) = &self.conflict {
            return Vec::from([contradicted(conflict)]);
        }
        Vec::from([match &self.state {
            State::Watching(Watching { status: None }) => "Whether it is paid is not known yet.".to_string(),
            State::Watching(Watching { status: Some(status) }) => {
                format!("It was not paid when the status API last told: {status}.")
            }
            State::Paid(paid) => format!("It is paid: {}.", paid.settlement),
            State::Canceled(_) => "The vendor has called it off.".to_string(),
            State::Mismatched(state) => {
                format!("It is paid, but it is not the one that was expected: {}.", state.mismatch)
            }
        }])
    }

    fn evidence(&self, history: &History) -> Vec<String> {
        let paid_at = |paid: &super::Paid| match paid.settlement.paid_at() {
            Some(at) => format!("; it was paid on {at} by the vendor's clock"),
            None => String::new(),
        };
        let proof = match &self.state {
            State::Watching(_) => None,
            State::Paid(paid) => {
                let same = "id, type, currency and total";
                Some(format!("The status API answered PAID, with this very {same}{}.", paid_at(paid)))
            }
            State::Canceled(_) => Some("The status API answered CANCELED.".to_string()),
            State::Mismatched(state) => {
                Some(format!("The status API answered PAID, but {}.", state.mismatch))
            }
        };
        let latest = match &self.state {
            State::Watching(Watching { status: Some(status) }) => {
                Some(format!("The latest answer was {status}."))
            }
            _ => None,
        };
        proof.into_iter().chain(questions(history, latest)).collect()
    }

    fn waiting(&self, now: Timestamp, decision: Decision, history: &History) -> Vec<String> {
        let mut sentences = Vec::from([match &self.state {
            State::Watching(_) => next_question(self, now, history, &self.policy),
            _ if decision == Decision::Person => "It waits for a person.".to_string(),
            _ => "It waits for nothing: it has ended.".to_string(),
        }]);
        if let State::Watching(_) = &self.state {
            sentences.extend(horizon(history, &self.policy));
        }
        sentences
    }

    fn advice(&self, decision: Decision) -> Vec<String> {
        let kind = self.kind();
        match decision {
            Decision::Wait => Vec::from([
                "Do not hand out goods: that the customer came back from the payment page proves nothing."
                    .to_string(),
                format!("Do not ask for the same money in another way while this {kind} can still be paid."),
            ]),
            Decision::Fulfil => Vec::from(["Goods may be handed out, once.".to_string()]),
            Decision::NewAttempt => Vec::from([
                "Do not hand out goods.".to_string(),
                format!("A new attempt is safe: it needs a new {kind}, and is the caller's decision."),
            ]),
            Decision::Person => Vec::from([
                "A person must look, with the vendor's support.".to_string(),
                "Until then do not hand out goods, and do not ask for the money again.".to_string(),
            ]),
        }
    }
}
