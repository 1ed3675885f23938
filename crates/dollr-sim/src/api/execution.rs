//! §5: executions. The reference id is the idempotency key; without de-duplication every processed POST moves money.

use axum::body::Bytes;
use axum::extract::Path;

use super::{Bearer, Stage};
use crate::answer::Answer;
use crate::execution::{Execution, Operation};
use crate::fields::{Fields, quoted, quoted_or_null};
use crate::magic::{account_of_phone, plan_for};
use crate::source::SourceKey;
use crate::validate::Form;
use crate::world::{DOCS_SESSION, World, random_token};

struct Order {
    operation: Operation,
    session_id: String,
    account: Option<String>,
    currency: Option<String>,
    reference_id: String,
}

pub(crate) async fn execute(
    _: Bearer,
    stage: Stage,
    Path(operation): Path<String>,
    body: Bytes,
) -> Result<Answer, Answer> {
    let operation = operation.parse().map_err(|()| Answer::detail(404, "Not Found"))?;
    stage.world().count_processed(&body);
    let order = read(operation, &body)?;
    let body = serde_json::from_slice(&body).map_err(|_| Answer::detail(400, "The body can't be read"))?;
    let mut world = stage.world();
    if let Some(known) = world.executions.get(&order.reference_id).and_then(|attempts| attempts.first())
        && world.settings.deduplicate
    {
        if known.operation != operation || known.body != body {
            return Err(Answer::detail(409, "reference_id already used"));
        }
        return Ok(Answer::object(&describe(known, stage.now_ms)));
    }
    let source = world.admit(&order, stage.now_ms)?;
    let execution = world.begin(order, source, body, &stage)?;
    let answer = Answer::object(&describe(&execution, stage.now_ms));
    world.add_execution(execution);
    Ok(answer)
}

fn read(operation: Operation, body: &[u8]) -> Result<Order, Answer> {
    let mut form = Form::body(body)?;
    let session_id = form.text("session_id");
    let account = match operation {
        Operation::Collection => Some(form.text("payment_account_id")),
        Operation::Payout => Some(form.text("payout_account_id")),
        Operation::Transfer | Operation::Refund => None,
    };
    let currency = (operation == Operation::Collection).then(|| form.currency("currency"));
    let reference_id = form.reference("reference_id");
    if operation == Operation::Payout {
        form.object("passcode", read_passcode);
    }
    form.finish()?;
    Ok(Order { operation, session_id, account, currency, reference_id })
}

fn read_passcode(passcode: &mut Form) {
    passcode.object("token", |token| {
        token.text("code");
        match (token.is_given("phone"), token.is_given("user_id")) {
            (false, false) => token.refuse("phone", "phone or user_id is required"),
            (true, _) => drop(token.phone("phone")),
            (false, true) => drop(token.text("user_id")),
        }
    });
    passcode.object("device", |device| {
        for name in ["name", "type", "platform", "user_agent", "client_ip"] {
            device.optional_text(name);
        }
    });
}

impl World {
    fn count_processed(&mut self, body: &[u8]) {
        if let Some(reference) = Fields::parse(body).and_then(|fields| fields.text("reference_id")) {
            *self.processed.entry(reference).or_default() += 1;
        }
    }

    /// Whether the session and its source may be used for this; which source it is.
    fn admit(&mut self, order: &Order, now_ms: u64) -> Result<SourceKey, Answer> {
        let refuse = |why| Err(Answer::detail(400, why));
        let id = order.session_id.parse::<u64>().ok();
        let Some(session) = id.and_then(|id| self.sessions.get(&id)) else {
            return Err(Answer::detail(404, "Session not found"));
        };
        if session.expires_at <= now_ms {
            return refuse("Session has expired");
        }
        let another = session.used_by.as_ref().is_some_and(|by| *by != order.reference_id);
        if another && session.id != DOCS_SESSION {
            return refuse("Session has already been used");
        }
        let (id, key) = (session.id, session.source);
        let Some(source) = self.sources.get(&key) else {
            return Err(Answer::detail(404, "Source not found"));
        };
        // A repetition of the same id is let through: hiding it would hide the double charge it stands for.
        let repeated = self.executions.contains_key(&order.reference_id);
        match (order.operation, self.source_status(source, now_ms)) {
            (Operation::Collection, "PAID") if !repeated => return refuse("Source is already paid"),
            (Operation::Collection, "CANCELED") if !repeated => return refuse("Source is canceled"),
            (Operation::Refund, status) if status != "PAID" => return refuse("Source is not paid"),
            _ => {}
        }
        if order.currency.as_ref().is_some_and(|currency| *currency != source.currency) {
            return refuse("Currency is not the source's");
        }
        self.sessions.entry(id).and_modify(|session| session.used_by = Some(order.reference_id.clone()));
        Ok(key)
    }

    fn begin(
        &mut self,
        order: Order,
        key: SourceKey,
        body: serde_json::Value,
        stage: &Stage,
    ) -> Result<Execution, Answer> {
        let transaction = self.next_transaction();
        let source = self.sources.get(&key).ok_or_else(|| Answer::detail(404, "Source not found"))?;
        let account =
            order.account.as_deref().unwrap_or_else(|| account_of_phone(&source.checkout.party_phone));
        Ok(Execution {
            plan: plan_for(stage.fate.unwrap_or(account)),
            reference_id: order.reference_id,
            operation: order.operation,
            source: key,
            amount: source.total.clone(),
            currency: source.currency.clone(),
            created_at: stage.now_ms,
            confirmation: None,
            client_secret: format!("sim_3ds_{}", random_token()),
            transaction,
            body,
        })
    }
}

/// The `ExecutionResponse` of this moment.
pub(crate) fn describe(execution: &Execution, now_ms: u64) -> Fields {
    let status = execution.status_at(now_ms);
    let amount =
        if execution.plan.amounts_as_strings { quoted(&execution.amount) } else { execution.amount.clone() };
    let transaction = (status != "PENDING").then(|| format!("SIM-{:06}", execution.transaction));
    let gateway = if execution.asks_at(now_ms) { Some("Waiting for 3-D Secure") } else { None };
    let wallet = (status == "FAILED").then_some("Declined by the payer");
    let mut fields = Fields::from_iter([
        ("reference_id", quoted(&execution.reference_id)),
        ("status", quoted(status)),
        ("operation_type", quoted(execution.operation.as_str())),
        ("payer_amount", amount.clone()),
        ("payer_currency", quoted(&execution.currency)),
        ("payee_amount", amount),
        ("payee_currency", quoted(&execution.currency)),
        ("provider_transaction_id", quoted_or_null(transaction.as_deref())),
        ("gateway_message", quoted_or_null(gateway)),
        ("wallet_message", quoted_or_null(wallet)),
    ]);
    if execution.plan.card {
        let asks = execution.asks_at(now_ms);
        fields.push("requires_action", asks.to_string());
        fields.push("client_secret", quoted_or_null(asks.then_some(&execution.client_secret)));
    }
    fields
}
