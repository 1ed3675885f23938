//! What customers and shops are told, and who ships. I2 and I4 are judged where it matters: at what is told and what is shipped.

use std::time::Duration;

use dollr_client::core::{Progress, Timestamp, Verdict};
use dollr_client::journal::JournalError;
use dollr_client::{Claimed, Error, Report};

use crate::fault::{Column, Fault};
use crate::order::{HUSH, Order, Visit};
use crate::vendor::Outcome as Fate;
use crate::world::{Happening, World};

/// How long the goods of a payment are with who delivers them.
const TERM: Duration = Duration::from_secs(900);

impl World<'_> {
    /// What somebody is told of a payment, and what he makes of it.
    pub(crate) fn told(&mut self, key: &str, process: usize, done: Result<Report, Error>) {
        let number = key.strip_prefix("forged:").and_then(|rest| rest.split(':').next()?.parse().ok());
        if let Some(number) = number {
            return self.told_of_another(number, done);
        }
        self.trace(|| format!("process {process} is told of {key}: {done:?}"));
        let number = self.order_of[key];
        match done {
            Ok(Report { verdict, .. }) => self.told_verdict(number, key, process, &verdict),
            Err(error) => {
                self.judge_error(key, &error);
                self.judge_whose(key, &error);
                if matches!(error, Error::Journal(JournalError::OrderTaken { .. })) || self.rng.bool() {
                    return;
                }
                let visit = if matches!(error, Error::Unrecorded(_)) { Visit::Pay } else { Visit::Look };
                self.come_back(number, visit, 60_000);
            }
        }
    }

    pub(crate) fn told_verdict(&mut self, number: usize, key: &str, process: usize, verdict: &Verdict) {
        // Who leaves before anything was recorded is told that nothing was sent.
        let unsent = matches!(verdict, Verdict::Open { progress: Progress::NotSent, .. });
        if !unsent && self.books().row(key).is_none() {
            self.violated(|| format!("I5: somebody is told of {key}, which is not on record: {verdict}"));
        }
        match verdict {
            Verdict::Paid(settlement) => {
                self.judge_paid(key);
                let amount = settlement.amount().map(|amount| amount.to_string());
                if amount.as_deref() != Some(&self.orders[number].amount.to_string()) {
                    self.violated(|| format!("I15: {key} is paid with {amount:?}"));
                }
                self.hand_out(number, key, process);
            }
            Verdict::Failed { .. } | Verdict::Refused(_) | Verdict::NotLanded => {
                self.judge_unpaid(key, verdict);
                if self.rng.bool() {
                    self.come_back(number, Visit::Pay, 60_000);
                }
            }
            Verdict::Open { .. } if self.rng.bool() => self.come_back(number, Visit::Return, 300_000),
            _ => {}
        }
    }

    fn told_of_another(&mut self, number: usize, done: Result<Report, Error>) {
        let settlement = match done {
            Ok(Report { verdict: Verdict::Paid(settlement), .. }) => settlement,
            Ok(_) => return,
            Err(error) => return self.judge_error("another's invoice", &error),
        };
        let Order { amount, currency, .. } = &self.orders[number];
        let same = settlement.amount() == Some(*amount)
            && settlement.currency().is_some_and(|answered| answered.as_str() == *currency);
        if !same {
            self.violated(|| format!("I4: order {number} is told paid by another's invoice: {settlement}"));
        }
    }

    fn come_back(&mut self, number: usize, visit: Visit, within: u64) {
        if self.script.is_some() {
            return;
        }
        let later = self.clock.now() + self.rng.u64(1_000..within);
        self.queue.push(later, Happening::Visit(number, visit));
    }

    /// I4: whoever says paid has the vendor's word for it, and the vendor its money.
    pub(crate) fn judge_paid(&mut self, key: &str) {
        if !self.books().is_evident(key) {
            self.violated(|| format!("I4: {key} is told paid without an answer that says so"));
        }
        if !self.is_truly_paid(key) {
            self.violated(|| format!("I4: {key} is told paid, and is not"));
        }
    }

    pub(crate) fn is_truly_paid(&self, key: &str) -> bool {
        let now = self.clock.now();
        if let Some(id) = key.strip_prefix("INVOICE:") {
            let invoice = self.vendor.invoice(id.parse().unwrap_or_default());
            return !invoice.canceled && !invoice.never && invoice.ends <= now;
        }
        self.vendor.charge(key).is_some_and(|charge| match charge.outcome {
            Fate::Completed => charge.ends <= now,
            Fate::FailedThenCompleted(at) => at <= now,
            Fate::Failed | Fate::Never => false,
        })
    }

    /// I2: nobody is told that no money moved, and tries again, while it moves.
    fn judge_unpaid(&mut self, key: &str, verdict: &Verdict) {
        let Some(charge) = self.vendor.charge(key) else { return };
        let fine = matches!(charge.outcome, Fate::Failed | Fate::FailedThenCompleted(_))
            && matches!(verdict, Verdict::Failed { .. });
        if !fine {
            let outcome = charge.outcome;
            self.violated(|| format!("I2: {key} is told {verdict}, and has landed: {outcome:?}"));
        }
    }

    /// A mistake of the engine's own is never what comes of a fault.
    pub(crate) fn judge_error(&mut self, key: &str, error: &Error) {
        let text = error.to_string();
        if text.contains("internal:") || !is_a_sentence(&text) {
            self.violated(|| format!("{key}: {text}"));
        }
        self.held += u64::from(matches!(error, Error::Journal(JournalError::OrderTaken { .. })));
        self.others += u64::from(matches!(error, Error::OtherOrder { .. }));
        self.trace(|| format!("{key}: {text}"));
    }

    /// The success page ships, if it is the one to.
    pub(crate) fn hand_out(&mut self, number: usize, key: &str, process: usize) {
        let Some(client) = &self.processes[process].client else { return };
        let is_sale = self.orders[number].is_sale(key);
        match client.claim_fulfilment(key) {
            Ok(claimed) if !is_sale => {
                return self
                    .violated(|| format!("I4: somebody asks for the goods of {key}, and is told {claimed}"));
            }
            Err(Error::Invalid(_)) if !is_sale => return,
            Ok(Claimed::Claimed(_)) => {}
            // Unless something contradicts it since, or its row is damaged, what is told paid is on record as that.
            Ok(Claimed::NotPaid(verdict)) if !matches!(verdict, Verdict::Paid(_)) => {
                let damaged = self.books().damaged.contains(key);
                if !damaged {
                    self.violated(|| format!("I5: {key} is told paid, and is {verdict} to who ships"));
                }
                return;
            }
            Ok(_) => return,
            Err(error) => {
                self.judge_error(key, &error);
                return self.claim_again(number, process);
            }
        }
        let dies = self.plan.strikes(&mut self.rng, Fault::Crash);
        let order = &mut self.orders[number];
        order.claimed += 1;
        if order.claimed > 1 || order.delivered {
            self.violated(|| format!("I2: the goods of order {number} are handed out twice, for {key}"));
        }
        if dies {
            self.hit(Fault::Crash, Column::Completed);
            return self.crash(process, None);
        }
        let client = self.processes[process].client.as_ref();
        let _ = client.map(|client| client.fulfilled(key));
    }

    /// A queue delivers what nobody has claimed, by its key and so once.
    pub(crate) fn ship(&mut self, process: usize) {
        if self.script.is_none() {
            let later = self.clock.now() + self.rng.u64(30_000..600_000);
            self.queue.push(later, Happening::Ship(process));
        }
        for _ in 0..4 {
            let Some(client) = &self.processes[process].client else { return };
            let since = Timestamp::from_millis(0);
            let Ok(Some(delivery)) = client.next_paid(TERM, since) else { return };
            self.judge_paid(&delivery.key);
            let number = self.order_of[&delivery.key];
            if !self.orders[number].is_sale(&delivery.key) {
                self.violated(|| {
                    format!("I4: goods are handed out for {}, by which no customer has paid", delivery.key)
                });
            }
            let order = &mut self.orders[number];
            order.delivered = true;
            if order.claimed > 0 {
                self.violated(|| {
                    format!("I2: the goods of order {number} are handed out twice, by the queue")
                });
            }
            if self.plan.strikes(&mut self.rng, Fault::Crash) {
                return self.crash(process, None);
            }
            let client = self.processes[process].client.as_ref();
            let _ = client.map(|client| client.acknowledge(&delivery));
        }
    }
}

/// One line that a person can read: no body, no value as a program prints it, no secret.
fn is_a_sentence(text: &str) -> bool {
    let prints = ["Some(", "None", "Err(", " { ", "s3cret", HUSH].iter().any(|print| text.contains(print));
    (10..400).contains(&text.len()) && !prints && !text.contains(char::is_control)
}
