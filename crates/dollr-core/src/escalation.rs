//! What the vendor's support needs to look at a payment, as its checklist for escalations asks: the ids, the request without
//! what is nobody's business, what was answered and when. What may leave the house is decided here.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::explain::standing;
use crate::pace::History;
use crate::{AccountId, Machine, ReferenceId, Timestamp, Verdict, text};

/// A payment for the eyes of the vendor's support. No secret, no whole account or phone number is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Escalation {
    /// What to find out, in a sentence or two.
    pub question: String,
    /// What is known, in the order in which it is read. Moments are ISO 8601 in UTC.
    pub details: Vec<Detail>,
    /// What support asks for and only the merchant knows.
    pub to_add: &'static [&'static str],
    /// What was left out on purpose.
    pub left_out: &'static [&'static str],
}

/// One thing that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Detail {
    /// Its name in `snake_case`, such as `reference_id`; no two are the same.
    pub name: &'static str,
    /// It.
    pub value: String,
}

const TO_ADD: &[&str] =
    &["merchant id", "environment (live or test)", "payment method, provider and market of the account"];

const LEFT_OUT: &[&str] = &[
    "credentials, tokens, passcodes and 3-D Secure secrets",
    "all of the account's id but its end, and long numbers in anybody's words",
    "the bodies of answers, which are not kept",
    "the merchant's own name of the order",
];

impl Escalation {
    pub(crate) fn new(question: String, details: Details<'_>) -> Self {
        Self { question, details: details.list, to_add: TO_ADD, left_out: LEFT_OUT }
    }

    /// The detail of this name.
    pub fn detail(&self, name: &str) -> Option<&str> {
        self.details.iter().find(|detail| detail.name == name).map(|detail| detail.value.as_str())
    }
}

/// Details being gathered about a payment from this account.
pub(crate) struct Details<'a> {
    account: Option<&'a AccountId>,
    list: Vec<Detail>,
}

impl<'a> Details<'a> {
    pub(crate) fn about(account: Option<&'a AccountId>) -> Self {
        Self { account, list: Vec::new() }
    }

    /// Something of our own.
    pub(crate) fn own(&mut self, name: &'static str, value: &impl ToString) {
        let value = text::printable(&value.to_string(), usize::MAX);
        self.list.push(Detail { name, value });
    }

    /// The same, where it is known.
    pub(crate) fn known(&mut self, name: &'static str, value: Option<impl ToString>) {
        if let Some(value) = value {
            self.own(name, &value);
        }
    }

    /// Somebody else's words, which may repeat what was sent.
    pub(crate) fn words(&mut self, name: &'static str, words: Option<impl ToString>) {
        self.known(name, words.map(|words| redacted(&words.to_string(), self.account)));
    }

    /// A number that somebody else gave it, by which it is found there.
    pub(crate) fn number(&mut self, name: &'static str, number: Option<&str>) {
        self.known(name, number.map(|number| without_account(number, self.account)));
    }

    /// How it stands, and whether a later answer contradicts that.
    pub(crate) fn standing<M: Machine>(&mut self, machine: &M, now: Timestamp) {
        let verdict = standing(machine, now);
        self.own("verdict", &verdict.name());
        self.own("state", &machine.state());
        match verdict {
            Verdict::Failed { .. } | Verdict::Refused(_) | Verdict::Open { .. } => {
                self.words("explanation", Some(verdict));
            }
            // An amount may be long, and is none of these words.
            _ => self.own("explanation", &verdict),
        }
        self.words("conflict", machine.conflict());
        self.known("conflict_at", machine.conflict().map(|conflict| conflict.at));
    }

    /// The questions that were asked, and how the latest went.
    pub(crate) fn questions<M: Machine>(&mut self, machine: &M, history: &History) {
        self.known(
            "status_request",
            machine.ask().map(|ask| format!("{} {}", ask.method.as_str(), ask.path)),
        );
        self.own("status_questions", &history.asks);
        self.known("last_question_at", history.asked);
        self.words("last_trouble", history.trouble.as_ref());
    }
}

/// `words` without the account's id, and with only the end of any number that is long enough to be a phone's or a card's.
/// The id of a payment is left as it is.
pub(crate) fn redacted(words: &str, account: Option<&AccountId>) -> String {
    let words = without_account(words, account);
    let mut out = String::new();
    let mut rest = words.as_str();
    while let Some((at, id)) = reference_id(rest) {
        let (before, after) = rest.split_at(at);
        out += &without_numbers(before);
        out += id;
        rest = &after[id.len()..];
    }
    out + &without_numbers(rest)
}

/// The first id of a payment in it, and where it begins.
fn reference_id(text: &str) -> Option<(usize, &str)> {
    let windows = (0..text.len()).filter_map(|at| Some((at, text.get(at..at + 36)?)));
    windows.into_iter().find(|(_, window)| window.parse::<ReferenceId>().is_ok())
}

/// A short id is masked where it stands alone; a long one wherever it is.
fn without_account(words: &str, account: Option<&AccountId>) -> String {
    let Some(account) = account else { return words.to_string() };
    if account.as_str().len() >= 6 {
        return words.replace(account.as_str(), &account.masked());
    }
    let is_apart = |c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_';
    let parts = words.split_inclusive(is_apart);
    let masked = |part: &str| match part.strip_prefix(account.as_str()) {
        Some(end) if end.chars().all(is_apart) => account.masked() + end,
        _ => part.to_string(),
    };
    parts.map(masked).collect()
}

/// Each run of seven digits or more, however they are parted, but for the last two.
fn without_numbers(words: &str) -> String {
    let (mut out, mut number) = (String::new(), String::new());
    for c in words.chars().map(Some).chain([None]) {
        match c {
            Some(c) if c.is_ascii_digit() || (!number.is_empty() && matches!(c, ' ' | '-' | '.')) => {
                number.push(c);
            }
            c => {
                out += &masked_number(&number);
                number.clear();
                out.extend(c);
            }
        }
    }
    out
}

fn masked_number(number: &str) -> String {
    let body = number.trim_end_matches(|c: char| !c.is_ascii_digit());
    let digits = body.bytes().filter(u8::is_ascii_digit).count();
    if digits < 7 {
        return number.to_string();
    }
    let end: Vec<char> = body.chars().rev().filter(char::is_ascii_digit).take(2).collect();
    let end: String = end.into_iter().rev().collect();
    format!("****{end}{}", &number[body.len()..])
}
