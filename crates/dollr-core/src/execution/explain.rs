//! An execution in sentences: what was sent, who answered what, and when a 404 will prove anything (API §5, rules 3 to 6).

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::intent::{MARGIN, SESSION_LIFE};
use super::state::{Open, State, Uncertain};
use super::{Execution, Sends};
use crate::explain::{
    because, contradicted, horizon, next_question, questions, span, times, unanswered, unended,
};
use crate::pace::{Call, History};
use crate::secret::Held;
use crate::{Action, Decision, Explanation, Machine as _, Operation, Resend, Timestamp};

impl Execution {
    pub(super) fn explanation(&self, now: Timestamp) -> Explanation {
        let history = self.pace.history(&self.policy, now);
        let explanation = Explanation::of(self, now);
        let is_asked_about = matches!(self.state, State::Uncertain(_) | State::Open(_));
        Explanation {
            subject: self.subject(&history),
            standing: self.standing(),
            evidence: self.evidence(&history),
            waiting: self.waiting(now, explanation.decision, &history),
            advice: self.advice(&explanation),
            absence_from: self.absence_from(),
            horizon: is_asked_about.then_some(history.horizon),
            ..explanation
        }
        .printable()
    }

    fn subject(&self, history: &History) -> Vec<String> {
        let Self { intent, .. } = self;
        let (operation, id, session) = (intent.operation(), intent.reference_id(), intent.session());
        let money = self.money();
        Vec::from([
            format!("This is a {operation} of {money}, with the reference id {id}, in session {session}."),
            format!("It was begun on {}.", history.born),
        ])
    }

    /// What is expected to move.
    pub(super) fn money(&self) -> String {
        match self.intent.expected() {
            (Some(amount), Some(currency)) => format!("{amount} {currency}"),
            (Some(amount), None) => format!("{amount} in a currency that the caller did not name"),
            (None, Some(currency)) => format!("an amount in {currency} that the caller did not name"),
            (None, None) => "an amount and currency that the caller did not name".to_string(),
        }
    }

    fn standing(&self) -> Vec<String> {
        if let Some(conflict) = &self.conflict {
            return Vec::from([contradicted(conflict)]);
        }
        Vec::from([match &self.state {
            State::Prepared(_) if self.sends.unanswered > 0 => {
                "The request may have arrived, and is to be sent again with the same reference id, as its policy says."
                    .to_string()
            }
            State::Prepared(_) if self.sends.total > 0 => {
                "Its request has not been processed, so no money can have moved.".to_string()
            }
            State::Prepared(_) => "It has not been sent, so no money can have moved.".to_string(),
            State::Sending(_) => "Its request is on record as sent, and has no answer yet.".to_string(),
            State::Uncertain(_) => {
                "It is not known yet whether its request took effect: money may have moved, or may still move.".to_string()
            }
            State::Open(Open { status, .. }) => {
                format!("The vendor has it, and it is not over: as far as is known it is {status}.")
            }
            State::Completed(state) => format!("It is paid: {}.", state.settlement),
            State::Failed(_) => "It has ended without moving money.".to_string(),
            State::Refused(_) => "The vendor would not take the request, and no money moved.".to_string(),
            State::NotLanded(_) => "Its request never arrived, and no money moved.".to_string(),
            State::Stuck(state) => {
                format!("Money has moved, but not what was ordered: {}.", state.mismatch)
            }
        }])
    }

    fn evidence(&self, history: &History) -> Vec<String> {
        let mut sentences = self.sendings(history);
        let proof = match &self.state {
            State::Refused(state) => {
                format!("The answer to the request was {}.", unended(&state.refusal.to_string()))
            }
            State::Completed(_) => self.proof(),
            State::Failed(state) => match &state.reason {
                Some(reason) => format!("The status API answered FAILED: {}.", unended(reason)),
                None => "The status API answered FAILED, and gave no reason.".to_string(),
            },
            State::NotLanded(_) => {
                "The status API answered 404 when the session could no longer be used, so that a late request would be refused."
                    .to_string()
            }
            State::Stuck(state) => {
                format!("The status API answered COMPLETED, but {}.", state.mismatch)
            }
            _ => String::new(),
        };
        let never_sent = self.sends.total == 0;
        sentences.extend((!proof.is_empty()).then_some(proof));
        if !never_sent {
            sentences.extend(questions(history, self.latest_answer(history)));
            let is_open = matches!(self.state, State::Open(_));
            let source = "What is known of it is from the answer to its request.".to_string();
            sentences.extend((is_open && history.latest == Call::Request).then_some(source));
            let rechecked = matches!(&self.state, State::Failed(state) if state.rechecked);
            let again = "It was asked about once more after a while, as FAILED is not always the last word."
                .to_string();
            sentences.extend(rechecked.then_some(again));
        }
        sentences
    }

    /// How often the request went out, and what came back to it.
    fn sendings(&self, history: &History) -> Vec<String> {
        let Sends { total, unanswered: lost } = self.sends;
        let Some(sent) = history.sent else { return Vec::new() };
        let mut sentences = Vec::from([if total == 1 {
            format!("Its request was handed out to be sent once, on {sent}.")
        } else {
            format!("Its request was handed out to be sent {}, the last time on {sent}.", times(total))
        }]);
        let void = total.saturating_sub(lost).saturating_sub(self.settled_sends());
        if void > 0 {
            let which = match total {
                1 => "It was".to_string(),
                _ => format!("Of these, {void} {}", if void == 1 { "was" } else { "were" }),
            };
            let why = "there was no connection, or the answer was 401 or 429";
            sentences.push(format!("{which} certainly not processed: {why}."));
        }
        match (&self.state, history.trouble.as_ref().filter(|_| history.latest == Call::Request)) {
            (State::Sending(_), _) => {}
            (State::Uncertain(_), Some(what)) => {
                sentences.push(unanswered("The request", what));
            }
            (State::Prepared(_), Some(what)) => {
                sentences.push(format!("The last try ended with: {}.", unended(what)));
            }
            (state, _) if lost > 0 && (self.is_sent_once() || matches!(state, State::Uncertain(_))) => {
                sentences.push("No answer to it is known that settles it.".to_string());
            }
            _ => {}
        }
        sentences
    }

    /// The sendings that are under way, or whose answer settled something; those that might be are counted.
    fn settled_sends(&self) -> u32 {
        let rest = self.sends.total.saturating_sub(self.sends.unanswered);
        match &self.state {
            State::Prepared(_) | State::Uncertain(_) => 0,
            State::Sending(_) | State::Refused(_) => rest.min(1),
            // Taken on by the answer to the request, or found by asking.
            _ if self.is_sent_once() => rest.min(u32::from(self.sends.unanswered == 0)),
            _ => rest,
        }
    }

    /// Whether a request that may have arrived is never sent again.
    fn is_sent_once(&self) -> bool {
        self.policy.resend == Resend::Never
    }

    /// What made it paid (invariant I4).
    fn proof(&self) -> String {
        let (amount, currency) = self.intent.expected();
        let mut same = Vec::from(["reference id", "operation"]);
        same.extend(currency.map(|_| "currency"));
        same.extend(amount.map(|_| "amount"));
        let (last, first) = same.split_last().unwrap_or((&"", &[]));
        let number = match &self.state {
            State::Completed(state) => state.settlement.provider_transaction_id(),
            _ => None,
        };
        let number = number.map(|number| format!("; the provider's number of it is {}", unended(number)));
        format!(
            "The status API answered COMPLETED, with this very {} and {last}{}.",
            first.join(", "),
            number.unwrap_or_default()
        )
    }

    /// What an answer to the latest question said, as far as the state still tells.
    fn latest_answer(&self, history: &History) -> Option<String> {
        match &self.state {
            State::Uncertain(Uncertain { absent_since }) => {
                let first = absent_since
                    .map(|first| format!(", and the first dated one since it was sent is of {first}"));
                let first = first.map(|first| format!("{first} by the vendor's clock")).unwrap_or_default();
                Some(format!("The latest answer was 404: the vendor does not know it{first}."))
            }
            State::Open(_) if history.latest == Call::Question => {
                Some("What is known of it is from that answer.".to_string())
            }
            _ => None,
        }
    }

    fn waiting(&self, now: Timestamp, decision: Decision, history: &History) -> Vec<String> {
        let mut sentences = Vec::from([match &self.state {
            State::Sending(_) => "It waits for the answer to its request.".to_string(),
            State::Prepared(_) => self.waiting_to_be_sent(now),
            State::Open(Open { client_secret: Held(Some(_)), .. }) => {
                "It waits for its payer, who has to confirm it (3-D Secure): the card's secret is to be shown now."
                    .to_string()
            }
            State::Uncertain(_) | State::Open(_) => next_question(self, now, history, &self.policy),
            _ if decision == Decision::Person => "It waits for a person.".to_string(),
            _ => "It waits for nothing: it has ended.".to_string(),
        }]);
        if let State::Uncertain(Uncertain { absent_since }) = &self.state {
            sentences.push(self.believed_absent(*absent_since, history));
            sentences.extend(self.sent_again());
        }
        if let State::Uncertain(_) | State::Open(_) = &self.state {
            sentences.extend(horizon(history, &self.policy));
        }
        if let State::Failed(_) = &self.state {
            let again = |due| {
                let why = "a payment that FAILED has been seen to complete later";
                format!("Whoever looks after it asks once more on {due}, because {why}.")
            };
            sentences.extend(self.due(now).map(again));
        }
        sentences
    }

    fn waiting_to_be_sent(&self, now: Timestamp) -> String {
        match self.next(now) {
            Action::Record(_) => "It waits to be recorded and sent, which may be done now.".to_string(),
            Action::Wait { until, why } => {
                format!("It waits to be sent, which may be done from {until} on, {}.", because(why))
            }
            _ if !self.intent.can_be_sent() => {
                "It waits for nothing: it cannot be sent from here, because its passcode is not kept."
                    .to_string()
            }
            _ if !self.may_send() => {
                "It waits for nothing: only the process that prepared it may send it.".to_string()
            }
            _ => {
                "Nobody waits for it now: the patience that was given is over, and it is not sent by itself."
                    .to_string()
            }
        }
    }

    /// When a 404 will prove that the request never arrived.
    fn believed_absent(&self, first: Option<Timestamp>, history: &History) -> String {
        let (margin, life) = (span(MARGIN), span(SESSION_LIFE));
        let mut watched = format!("it has been watched for {}", span(history.attended));
        if history.surely < history.attended {
            let surely = span(history.surely);
            watched = format!("{watched}, of which only {surely} count where the answer carries no date");
        }
        if let Some(end) = self.intent.expires_at() {
            return format!(
                "A 404 proves that it never arrived only from {} on by the vendor's clock, {margin} after the session's end, and after \
                 {margin} of watching (by your own clock, and after {life}, where the answer carries no date); {watched}.",
                end.after(MARGIN)
            );
        }
        let on =
            first.map(|first| format!(", which is on {}", first.after(SESSION_LIFE))).unwrap_or_default();
        format!(
            "The session's end is not known, so a 404 proves that it never arrived only {life} after the first 404 by the vendor's clock{on} \
             ({life} after the sending, where the answer carries no date), and after {life} of watching; {watched}."
        )
    }

    fn absence_from(&self) -> Option<Timestamp> {
        match (&self.state, self.intent.expires_at()) {
            (State::Uncertain(_), Some(end)) => Some(end.after(MARGIN)),
            (State::Uncertain(Uncertain { absent_since }), None) => {
                absent_since.map(|first| first.after(SESSION_LIFE))
            }
            _ => None,
        }
    }

    /// Whether a 404 before that makes it go out once more.
    fn sent_again(&self) -> Option<String> {
        match self.policy.resend {
            Resend::AfterGrace { grace, sends }
                if self.sends.unanswered < sends && self.intent.can_be_sent() =>
            {
                Some(format!(
                    "Its policy lets the same request be sent again on a 404 that comes after {} of watching, {sends} sendings in all.",
                    span(grace)
                ))
            }
            _ => None,
        }
    }

    fn advice(&self, explanation: &Explanation) -> Vec<String> {
        let operation = self.intent.operation();
        let (again, done) = match operation {
            Operation::Collection => ("charge", "hand out goods"),
            Operation::Payout => ("pay out", "book it as paid out"),
            Operation::Transfer => ("transfer", "book it as transferred"),
            Operation::Refund => ("refund", "book it as refunded"),
        };
        let anew = "A new attempt is safe: it needs a new session and a new reference id, and is the caller's decision.";
        match (&self.state, explanation.decision) {
            (State::Prepared(_), Decision::Wait) if self.sends.unanswered == 0 => Vec::from([
                format!("Do not {again} anew while somebody may still send this one."),
                format!("Do not {done}."),
            ]),
            (_, Decision::Wait) => Vec::from([
                format!(
                    "Never {again} again for it, with this reference id or another: this one may still move the money."
                ),
                format!("Do not {done} yet."),
            ]),
            (_, Decision::Fulfil) => Vec::from([match operation {
                Operation::Collection => "Goods may be handed out, once.".to_string(),
                _ => "It may be booked as done, once.".to_string(),
            }]),
            (State::Failed(state), Decision::NewAttempt) if !state.rechecked => Vec::from([
                "Ask once more before a new attempt: a payment that FAILED has been seen to complete later."
                    .to_string(),
                anew.replace("is safe:", "is safe if it is still FAILED then:"),
            ]),
            (State::Refused(_), Decision::NewAttempt) => {
                Vec::from(["Mend what the vendor complains of first.".to_string(), anew.to_string()])
            }
            (_, Decision::NewAttempt) => Vec::from([anew.to_string()]),
            (_, Decision::Person) => Vec::from([
                "A person must look, with the vendor's support.".to_string(),
                format!("Until then do not {again} again, and do not {done}."),
            ]),
        }
    }
}
