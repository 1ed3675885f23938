//! `ExecutionResponse` (API §5): what an execution and its status call answer.

use alloc::format;
use alloc::string::String;

use super::{BadAnswer, Object};
use crate::{Amount, Currency, ExecutionStatus, Operation, ReferenceId, Secret, text};

/// An answer about one execution; its reference id and operation have been checked to be the ones asked for.
#[derive(Debug, Clone)]
pub(crate) struct ExecutionAnswer {
    pub(crate) status: ExecutionStatus,
    pub(crate) operation_named: bool,
    pub(crate) payer: Side,
    pub(crate) payee: Side,
    pub(crate) provider_transaction_id: Option<String>,
    pub(crate) reason: Option<String>,
    pub(crate) requires_action: bool,
    pub(crate) client_secret: Option<Secret>,
}

/// One side's money.
#[derive(Debug, Clone)]
pub(crate) struct Side {
    pub(crate) amount: Option<Amount>,
    pub(crate) currency: Option<Currency>,
}

impl ExecutionAnswer {
    /// Reads `body`; an answer about another payment or operation is a bad one (F13, F19; invariant I11).
    pub(crate) fn parse(body: &[u8], id: ReferenceId, operation: Operation) -> Result<Self, BadAnswer> {
        let object = Object::parse(body, "reference_id")?;
        let answered = object.required_text("reference_id")?;
        if answered.parse() != Ok(id) {
            let answered = text::printable(&answered, 64);
            return Err(BadAnswer::new(format!("it is about `{answered}`, not about {id}")));
        }
        let status = object.required_text("status")?;
        let named = object.text("operation_type")?;
        if let Some(other) = named.as_ref().filter(|word| *word != operation.as_str()) {
            let other = text::printable(other, 64);
            return Err(BadAnswer::new(format!("its operation_type is `{other}`, not {operation}")));
        }
        Ok(Self {
            status: ExecutionStatus::from(&*status),
            operation_named: named.is_some(),
            payer: side(&object, "payer_amount", "payer_currency")?,
            payee: side(&object, "payee_amount", "payee_currency")?,
            provider_transaction_id: object.message("provider_transaction_id")?,
            reason: {
                let gateway = object.message("gateway_message")?;
                object.message("wallet_message")?.or(gateway)
            },
            requires_action: object.flag("requires_action")?.unwrap_or(false),
            client_secret: object.text("client_secret")?.map(Secret::new),
        })
    }

    /// The side whose money is the payment's: who pays a collection or transfer, who gets a payout or refund.
    pub(crate) fn side(&self, operation: Operation) -> &Side {
        match operation {
            Operation::Collection | Operation::Transfer => &self.payer,
            Operation::Payout | Operation::Refund => &self.payee,
        }
    }
}

fn side(object: &Object<'_>, amount: &str, currency: &str) -> Result<Side, BadAnswer> {
    Ok(Side { amount: object.amount(amount)?, currency: parse_currency(object, currency)? })
}

/// A currency; one that is not three capitals is a wrong type, not another currency.
pub(super) fn parse_currency(object: &Object<'_>, name: &str) -> Result<Option<Currency>, BadAnswer> {
    let Some(text) = object.text(name)? else { return Ok(None) };
    text.parse().map(Some).map_err(|e| BadAnswer::new(format!("field `{name}`: {e}")))
}
