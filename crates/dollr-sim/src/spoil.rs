//! How a fault changes an answer (F8–F20): in the JSON text itself, so that what it doesn't mean to change stays.

use crate::answer::Answer;
use crate::fault::FaultKind;
use crate::fields::{Fields, quoted};
use crate::world::random_reference;

const GATEWAY_PAGE: &str =
    "<!DOCTYPE html><html><head><title>Bad gateway</title></head><body><h1>502</h1></body></html>";
const PROXY_PAGE: &str = "<!DOCTYPE html><html><head><title>Welcome</title></head><body><p>Sign in to the network.</p></body></html>";

/// What was answered to the same question before.
#[derive(Clone, Debug, Default)]
pub(crate) struct Past {
    pub(crate) first: Option<Answer>,
    pub(crate) previous: Option<Answer>,
}

/// The answer as the fault leaves it. Faults of the wire itself change nothing here.
pub(crate) fn spoil(kind: &FaultKind, answer: Answer, past: Past, reference_id: Option<&str>) -> Answer {
    match kind {
        FaultKind::Status { code, retry_after, body } => {
            error(*code, retry_after.as_deref(), body.as_deref())
        }
        FaultKind::RetryAfter { value } => error(429, Some(value), None),
        FaultKind::HtmlOk => Answer::html(200, PROXY_PAGE),
        FaultKind::Redirect { location, code } => {
            let mut answer = Answer::html(*code, "");
            answer.set_header("location", location);
            answer
        }
        FaultKind::Stale { age, completed } => {
            let mut answer =
                if *completed { complete(answer, reference_id) } else { past.first.unwrap_or(answer) };
            answer.set_header("age", &age.to_string());
            answer
        }
        FaultKind::Reorder => past.previous.unwrap_or(answer),
        FaultKind::ExtraHeaders { headers } => {
            let mut answer = answer;
            for (name, value) in headers {
                answer.set_header(name, value);
            }
            answer
        }
        FaultKind::WrapData => {
            let body = [b"{\"data\":".as_slice(), &answer.body, b"}"].concat();
            Answer { body, ..answer }
        }
        _ => rewrite(answer, |fields| spoil_fields(kind, fields)),
    }
}

/// Changes the fields of a successful answer.
fn rewrite(mut answer: Answer, change: impl FnOnce(&mut Fields)) -> Answer {
    if answer.is_success()
        && let Some(mut fields) = Fields::parse(&answer.body)
    {
        change(&mut fields);
        answer.body = fields.to_string().into_bytes();
    }
    answer
}

fn spoil_fields(kind: &FaultKind, fields: &mut Fields) {
    let is_source = fields.get("source_number").is_some();
    match kind {
        FaultKind::WrongReference => {
            fields.replace("reference_id", quoted(&random_reference()));
            let id = fields.get("source_id").and_then(|id| id.parse::<u64>().ok());
            fields.replace("source_id", id.map_or(0, |id| id + 1).to_string());
        }
        FaultKind::WrongAmount { amount } => replace_all(fields, AMOUNTS, |_| amount.clone()),
        FaultKind::WrongCurrency { currency } => {
            replace_all(fields, ["payer_currency", "payee_currency", "currency"], |_| quoted(currency));
        }
        FaultKind::StringAmounts => replace_all(fields, AMOUNTS, |json| quoted(json.trim_matches('"'))),
        FaultKind::UnknownStatus { text } => fields.replace("status", quoted(text)),
        FaultKind::RegressedStatus => {
            fields.replace("status", quoted(if is_source { "IDLE" } else { "PENDING" }));
        }
        FaultKind::FailedThenCompleted => {
            fields.replace("status", quoted(if is_source { "CANCELED" } else { "FAILED" }));
        }
        FaultKind::MissingField { name } => fields.remove(name),
        FaultKind::DuplicateField { name, json } => fields.push(name, json),
        FaultKind::NullField { name } => fields.set(name, "null"),
        FaultKind::WrongType { name, json } => fields.set(name, json),
        _ => {}
    }
}

const AMOUNTS: [&str; 3] = ["payer_amount", "payee_amount", "total_amount"];

fn replace_all(fields: &mut Fields, names: [&str; 3], change: impl Fn(&str) -> String) {
    for name in names {
        if let Some(json) = fields.get(name).map(&change) {
            fields.set(name, json);
        }
    }
}

fn error(code: u16, retry_after: Option<&str>, body: Option<&str>) -> Answer {
    let mut answer = match (body, code) {
        (Some(body), _) if body.trim_start().starts_with(['{', '[']) => Answer::json(code, body),
        (Some(body), _) => Answer::html(code, body),
        (None, 401) => Answer::detail(401, "Could not validate credentials"),
        (None, 422) => Answer::json(
            422,
            r#"{"detail":[{"loc":["body","currency"],"msg":"field required","type":"value_error.missing"}]}"#,
        ),
        (None, 500..) => Answer::html(code, GATEWAY_PAGE),
        (None, _) => Answer::detail(code, "The simulator was told to answer this"),
    };
    if let Some(value) = retry_after {
        answer.set_header("retry-after", value);
    }
    answer
}

/// The answer as if the payment were done; of an execution that isn't known, a plausible one.
fn complete(answer: Answer, reference_id: Option<&str>) -> Answer {
    if let (false, Some(reference_id)) = (answer.is_success(), reference_id) {
        return Answer::object(&Fields::from_iter([
            ("reference_id", quoted(reference_id)),
            ("status", quoted("COMPLETED")),
            ("operation_type", quoted("COLLECTION")),
            ("payer_amount", "250.00".to_owned()),
            ("payer_currency", quoted("USD")),
            ("payee_amount", "250.00".to_owned()),
            ("payee_currency", quoted("USD")),
            ("provider_transaction_id", quoted("SIM-000000")),
            ("gateway_message", "null".to_owned()),
            ("wallet_message", "null".to_owned()),
        ]));
    }
    rewrite(answer, |fields| {
        let done = if fields.get("source_number").is_some() { "PAID" } else { "COMPLETED" };
        fields.replace("status", quoted(done));
    })
}

#[cfg(test)]
mod tests {
    use super::{Past, spoil};
    use crate::answer::Answer;
    use crate::fault::FaultKind;

    fn spoilt(kind: &FaultKind, body: &str) -> String {
        let answer = spoil(kind, Answer::json(200, body), Past::default(), None);
        String::from_utf8(answer.body).expect("UTF-8")
    }

    #[test]
    fn a_fault_changes_only_what_it_names() {
        let body = r#"{"status":"PENDING","payer_amount":250.00,"payer_currency":"USD"}"#;
        let amount = FaultKind::WrongAmount { amount: "249.99".to_owned() };
        assert_eq!(
            spoilt(&amount, body),
            r#"{"status":"PENDING","payer_amount":249.99,"payer_currency":"USD"}"#
        );
        let twice = FaultKind::DuplicateField { name: "status".to_owned(), json: "\"COMPLETED\"".to_owned() };
        assert!(spoilt(&twice, body).ends_with(r#""payer_currency":"USD","status":"COMPLETED"}"#));
        assert_eq!(
            spoilt(&FaultKind::StringAmounts, r#"{"total_amount":1.10}"#),
            r#"{"total_amount":"1.10"}"#
        );
    }

    #[test]
    fn an_error_answer_stays_as_it_is() {
        let null = FaultKind::NullField { name: "status".to_owned() };
        let answer = spoil(&null, Answer::detail(404, "no"), Past::default(), None);
        assert_eq!((answer.status, answer.body.as_slice()), (404, br#"{"detail":"no"}"#.as_slice()));
    }
}
