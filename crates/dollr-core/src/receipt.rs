//! What has come in for an order: which of it is the same money, told of by the phone and by the page, and which was paid twice (invariant I2).

use alloc::string::String;

use crate::SourceRef;

/// Money that came in for an order, as one machine tells of it.
///
/// What is collected pays for the source of its session, so an execution and a source may tell of the same money: surely where they name
/// the same source, surely not where they name two. Where the execution's source is not known, one pair an order is taken for the same.
///
/// ```
/// use dollr_core::Receipt;
///
/// let source = "INVOICE:101".parse().ok();
/// let phone = Receipt::new("3f2b8c1e-7d64-4a0e-9b15-52c7a8d0e601", true, source);
/// let page = Receipt::new("INVOICE:101", false, source).after(&[phone.clone()]);
/// assert_eq!(page.besides(&[phone.clone()]), None);
///
/// let another = Receipt::new("INVOICE:102", false, "INVOICE:102".parse().ok()).after(&[phone.clone()]);
/// assert_eq!(another.besides(&[phone.clone()]), Some(phone.key.as_str()));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The machine's key.
    pub key: String,
    /// Whether it is an execution; a source otherwise.
    pub is_collected: bool,
    /// What was paid for, where that is known.
    pub source: Option<SourceRef>,
    /// The key of the first machine that told of this money.
    pub payment: String,
}

impl Receipt {
    /// Of money that nobody else has told of.
    pub fn new(key: &str, is_collected: bool, source: Option<SourceRef>) -> Self {
        Self { key: key.into(), is_collected, source, payment: key.into() }
    }

    /// After those that came `before` it for the same order, the first of them first: one of them may have told of this money.
    #[must_use]
    pub fn after(self, before: &[Self]) -> Self {
        let free =
            || before.iter().filter(|other| !before.iter().any(|it| it.is_with(other)) && self.may_be(other));
        let known = free().find(|other| self.source.is_some() && self.source == other.source);
        let guessed = before
            .iter()
            .any(|one| before.iter().any(|two| one.is_with(two) && !(one.is_named() && two.is_named())));
        let maybe = || free().find(|other| !(guessed || self.is_named() && other.is_named()));
        match known.or_else(maybe) {
            Some(other) => Self { payment: other.payment.clone(), ..self },
            None => self,
        }
    }

    /// The key of what was paid first, where this was paid besides it.
    pub fn besides<'a>(&self, before: &'a [Self]) -> Option<&'a str> {
        let first = before.first().filter(|_| self.payment == self.key)?;
        Some(&first.key)
    }

    fn is_named(&self) -> bool {
        self.source.is_some()
    }

    /// Whether the other one tells of the same money in the other way.
    fn is_with(&self, other: &Self) -> bool {
        self.may_be(other) && self.payment == other.payment
    }

    fn may_be(&self, other: &Self) -> bool {
        self.is_collected != other.is_collected
    }
}
