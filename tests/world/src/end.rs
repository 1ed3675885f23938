//! The end of a world: what is on record is the truth, or is listed for a person (I5, I6, I7).

use hashbrown::HashMap;

use crate::fault::{Column, Fault};
use crate::order::Attempted;
use crate::vendor::Outcome as Fate;
use crate::world::World;

impl World<'_> {
    /// Each payment that anybody was told of or that was sent, after all is over.
    pub(crate) fn judge_the_end(&mut self) {
        self.judge_duplicates();
        for key in std::mem::take(&mut self.keys) {
            let (there, column) = {
                let books = self.books();
                (books.row(&key).is_some(), books.column(&key))
            };
            if !there {
                if self.books().was_posted(&key) {
                    self.violated(|| format!("I5: {key} was sent and is not on record"));
                }
                continue;
            }
            if self.judge_record(&key, column) && self.plan.has(Fault::Clock) {
                // Whose clock was wrong counts the time that it was attended, and it is still looked after.
                self.listed.insert(key.clone());
            }
            let wrong = if key.contains(':') {
                self.wrong_source(&key, column)
            } else {
                self.wrong_execution(&key, column)
            };
            if let Some(wrong) = wrong {
                self.violated(|| format!("{wrong}: {key} is {} at the end", column.name()));
            }
            self.keys.push(key);
        }
    }

    /// I5: the journal has what the books have; whether it is open, and somebody will look after it.
    fn judge_record(&self, key: &str, column: Column) -> bool {
        use dollr_client::journal::Journal as _;
        let Some(entry) = self.shelf.journal.load(key).expect("a journal that is whole") else {
            self.violated(|| format!("I5: {key} is gone"));
            return false;
        };
        if entry.state != column.name() {
            self.violated(|| {
                format!("I5: {key} is {} on record, and was written {}", entry.state, column.name())
            });
        }
        entry.open && entry.due.is_some()
    }

    /// I2: of what came in for an order all but the first payment is listed, and nothing else is. What was collected for an invoice and that
    /// invoice's page are one payment; where the merchant did not tell which invoice it was for, one pair may be.
    fn judge_duplicates(&mut self) {
        use dollr_client::journal::Journal as _;
        let listed = self.shelf.journal.duplicates(usize::MAX).expect("a journal that is whole");
        let listed: HashMap<String, String> =
            listed.into_iter().map(|duplicate| (duplicate.entry.key, duplicate.besides)).collect();
        self.twice += listed.len() as u64;
        let mut left = listed.len();
        let mut wrong = None;
        for (order, [collected, pages]) in self.books().paid_orders() {
            let told: Vec<_> = collected
                .iter()
                .filter_map(|key| self.collection(key))
                .map(|one| one.source.as_deref())
                .collect();
            let count = told.len() + pages.len();
            let pairs = pages.iter().filter(|page| told.contains(&Some(**page))).count();
            let guess = usize::from(told.contains(&None) && pairs < pages.len());
            let most = (count - pairs).saturating_sub(1);
            let least = most.saturating_sub(guess).max(told.len().max(pages.len()).saturating_sub(1));
            let both = || collected.iter().chain(&pages);
            let twice = both().filter_map(|key| Some((key, listed.get(*key)?)));
            let right = twice
                .filter(|(key, first)| **key != first.as_str() && both().any(|one| *one == first.as_str()));
            let right = right.count();
            left -= right.min(left);
            if !(least..=most).contains(&right) {
                wrong =
                    Some(format!("I2: {order} was paid by {told:?} and {pages:?}, and {right} are told of"));
            }
        }
        if left > 0 {
            wrong = wrong.or_else(|| Some(format!("I2: {left} of {listed:?} were not paid twice")));
        }
        if let Some(wrong) = wrong {
            self.violated(|| wrong);
        }
    }

    /// The attempt, if a customer pays by it.
    fn collection(&self, key: &str) -> Option<&Attempted> {
        let attempts = &self.orders[*self.order_of.get(key)?].attempts;
        attempts.iter().find(|attempted| attempted.key == key && attempted.collects())
    }

    fn wrong_execution(&self, key: &str, column: Column) -> Option<String> {
        let listed = self.listed.contains(key);
        let patient = !self.silent.contains(key) && !self.plan.has(Fault::Clock);
        let charge = self.vendor.charge(key);
        match (column, charge.map(|charge| charge.outcome)) {
            (Column::Completed, Some(Fate::Completed | Fate::FailedThenCompleted(_)))
            | (Column::Failed, Some(Fate::Failed | Fate::FailedThenCompleted(_)))
            | (Column::NotLanded | Column::Refused, None) => None,
            (Column::Stuck, _) => (!self.mismatched.contains(key)).then(|| "I4 (no other money)".to_owned()),
            (Column::Prepared, None) => listed_or(listed),
            (Column::Uncertain | Column::Sending | Column::Open, fate) => {
                // Only a vendor that never says how it ends leaves it open, and then a person is told.
                let late = self.is_over_in_trouble(key)
                    || charge.is_some_and(|charge| charge.ends + 1_800_000 > charge.landed + self.horizon());
                // Where neither the vendor's time nor the session's end is known, absence takes long to be believed.
                let unknowable = fate.is_none() && !(self.plan.dates && self.plan.tells_end);
                if patient && fate != Some(Fate::Never) && !late && !unknowable {
                    return Some(format!("I7 ({fate:?})"));
                }
                listed_or(listed)
            }
            (_, fate) => Some(format!("I4 ({fate:?})")),
        }
    }

    fn wrong_source(&self, key: &str, column: Column) -> Option<String> {
        let invoice = self.vendor.invoice(key.trim_start_matches("INVOICE:").parse().unwrap_or_default());
        let listed = self.listed.contains(key);
        match column {
            Column::Paid if !invoice.canceled && !invoice.never => None,
            Column::Canceled if invoice.canceled && !invoice.never => None,
            Column::Mismatched if self.mismatched.contains(key) => None,
            Column::Watching => {
                let late = self.is_over_in_trouble(key);
                let patient =
                    !self.silent.contains(key) && !self.plan.has(Fault::Clock) && !invoice.never && !late;
                if patient { Some("I7".to_owned()) } else { listed_or(listed) }
            }
            _ => Some("I4".to_owned()),
        }
    }

    /// Whether its horizon was over before the trouble was, and what that had held back: then a person is told.
    fn is_over_in_trouble(&self, key: &str) -> bool {
        let held = if self.plan.has(Fault::RetryAfter) { LONGEST_HOLD } else { 0 };
        let made = self.books().row(key).map_or(0, |row| row.made.as_millis());
        made + self.horizon() < self.calm_at + held
    }
}

/// For how long the vendor can ask to be left alone.
const LONGEST_HOLD: u64 = 3_600_000;

fn listed_or(listed: bool) -> Option<String> {
    (!listed).then(|| "I5: not listed for a person".to_owned())
}
