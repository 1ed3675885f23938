//! `GET /v1/status/source` (API §4): how far an invoice or order is.

use alloc::format;

use super::execution::parse_currency;
use super::{BadAnswer, Object};
use crate::{Amount, Currency, SourceRef, SourceStatus, Timestamp, text};

/// An answer about one source; its id and type have been checked to be the ones asked for.
#[derive(Debug, Clone)]
pub(crate) struct SourceAnswer {
    pub(crate) status: SourceStatus,
    pub(crate) currency: Currency,
    pub(crate) total: Amount,
    pub(crate) paid_at: Option<Timestamp>,
}

impl SourceAnswer {
    /// Reads `body`; an answer about another source is a bad one (F13; invariant I11).
    pub(crate) fn parse(body: &[u8], source: SourceRef) -> Result<Self, BadAnswer> {
        let object = Object::parse(body, "source_id")?;
        let id = object.number("source_id")?.ok_or_else(|| BadAnswer::missing("source_id"))?;
        let kind = object.required_text("source_type")?;
        if id != source.id || kind != source.kind.as_str() {
            let kind = text::printable(&kind, 64);
            return Err(BadAnswer::new(format!("it is about `{kind}:{id}`, not about {source}")));
        }
        Ok(Self {
            status: SourceStatus::from(&*object.required_text("status")?),
            currency: parse_currency(&object, "currency")?.ok_or_else(|| BadAnswer::missing("currency"))?,
            total: object.amount("total_amount")?.ok_or_else(|| BadAnswer::missing("total_amount"))?,
            paid_at: object.moment("paid_at")?,
        })
    }
}
