//! The pages that the customer sees (§4): pay, confirm a card with 3-D Secure, read a receipt. Plain HTML that works
//! without scripts and on a narrow phone.

use std::fmt::Write as _;

use axum::Router;
use axum::extract::{Form, Path};
use axum::routing::get;
use serde::Deserialize;

use crate::answer::Answer;
use crate::api::Stage;
use crate::clock::iso;
use crate::source::{Means, Source, SourceKey};
use crate::world::World;

pub(crate) fn routes() -> Router {
    Router::new()
        .route("/sim/pay/{page}", get(show_pay).post(decide))
        .route("/sim/3ds/{client_secret}", get(show_3ds).post(confirm))
        .route("/sim/receipt/{page}", get(receipt))
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Choice {
    Approve,
    Decline,
}

#[derive(Deserialize)]
struct PayForm {
    decision: Choice,
    #[serde(rename = "method")]
    means: Means,
}

#[derive(Deserialize)]
struct ConfirmForm {
    decision: Choice,
}

fn not_found() -> Answer {
    let mut answer = page("Not found", "<p>There is no such page.</p>");
    answer.status = 404;
    answer
}

async fn show_pay(stage: Stage, Path(token): Path<String>) -> Answer {
    let mut world = stage.world();
    let Some(source) = world.source_by_page(&token) else { return not_found() };
    let key = (source.kind, source.id);
    world.sources.entry(key).and_modify(|source| source.opened = true);
    pay_page(&world, key, stage.now_ms)
}

fn pay_page(world: &World, key: SourceKey, now_ms: u64) -> Answer {
    let Some(source) = world.sources.get(&key) else { return not_found() };
    match world.source_status(source, now_ms) {
        "PAID" => page("Paid", &format!("<p>{} is paid. Thank you.</p>", source.number())),
        "CANCELED" => page("Canceled", &format!("<p>{} is canceled.</p>", source.number())),
        "PROCESSING" => {
            page("Payment under way", &format!("<p>A payment of {} is under way.</p>", source.number()))
        }
        _ => page(&format!("Pay {}", source.number()), &form(source)),
    }
}

fn form(source: &Source) -> String {
    let checkout = &source.checkout;
    let mut html = String::from("<p>to <strong>Simulated merchant</strong></p>");
    if let Some(name) = &checkout.party_name {
        let _ = write!(html, "<p>Billed to {}</p>", escape(name));
    }
    html.push_str("<table><caption>What you pay for</caption><tbody>");
    for item in &checkout.items {
        let _ = write!(
            html,
            "<tr><th scope=\"row\">{}</th><td>{} {}</td></tr>",
            escape(&item.name),
            escape(&item.amount),
            escape(&source.currency),
        );
    }
    let _ = write!(
        html,
        "</tbody><tfoot><tr><th scope=\"row\">Total</th><td>{} {}</td></tr></tfoot></table>",
        escape(&source.total),
        escape(&source.currency),
    );
    if let Some(note) = &checkout.note {
        let _ = write!(html, "<p>{}</p>", escape(note));
    }
    html.push_str(PAY_FORM);
    html
}

const PAY_FORM: &str = r#"<form method="post">
<fieldset><legend>Pay with</legend>
<label><input type="radio" name="method" value="wallet" checked> Mobile-money wallet</label>
<label><input type="radio" name="method" value="card"> Card</label>
</fieldset>
<p class="choice"><button name="decision" value="approve">Approve</button>
<button name="decision" value="decline" class="quiet">Decline</button></p>
</form>"#;

async fn decide(stage: Stage, Path(token): Path<String>, Form(form): Form<PayForm>) -> Answer {
    let mut world = stage.world();
    let Some(source) = world.source_by_page(&token) else { return not_found() };
    let key = (source.kind, source.id);
    let approve = matches!(form.decision, Choice::Approve);
    let urls = (source.checkout.success_url.clone(), source.checkout.cancel_url.clone());
    if !world.decide(key, approve.then_some(form.means), stage.now_ms) {
        return pay_page(&world, key, stage.now_ms);
    }
    match if approve { urls.0 } else { urls.1 } {
        Some(url) => Answer::see_other(&url),
        None => pay_page(&world, key, stage.now_ms),
    }
}

async fn show_3ds(stage: Stage, Path(secret): Path<String>) -> Answer {
    let world = stage.world();
    let mut executions = world.executions.values().flatten();
    let Some(execution) = executions.find(|execution| execution.client_secret == secret) else {
        return not_found();
    };
    if !execution.asks_at(stage.now_ms) {
        return page("Card confirmation", "<p>There is nothing left to confirm.</p>");
    }
    let sum = format!("{} {}", escape(&execution.amount), escape(&execution.currency));
    page("Confirm your card", &format!("<p>Your bank asks you to confirm {sum}.</p>{CONFIRM_FORM}"))
}

const CONFIRM_FORM: &str = r#"<form method="post">
<p class="choice"><button name="decision" value="approve">Confirm</button>
<button name="decision" value="decline" class="quiet">Refuse</button></p>
</form>"#;

async fn confirm(stage: Stage, Path(secret): Path<String>, Form(form): Form<ConfirmForm>) -> Answer {
    let approved = matches!(form.decision, Choice::Approve);
    let asked = stage.world().confirm(approved, stage.now_ms, |execution| execution.client_secret == secret);
    let text = match (asked, approved) {
        (false, _) => "There is nothing left to confirm.",
        (true, true) => "Confirmed. You may close this page.",
        (true, false) => "Refused. You may close this page.",
    };
    page("Card confirmation", &format!("<p>{text}</p>"))
}

async fn receipt(stage: Stage, Path(token): Path<String>) -> Answer {
    let world = stage.world();
    let Some(source) = world.source_by_page(&token) else { return not_found() };
    let status = world.source_status(source, stage.now_ms);
    let paid = world.paid_at(source, stage.now_ms).map_or_else(|| "not yet".to_owned(), iso);
    let means = match source.hosted_means() {
        Some(Means::Wallet) => "Mobile-money wallet",
        Some(Means::Card) => "Card",
        None => "—",
    };
    let html = format!(
        "<table><tbody><tr><th scope=\"row\">Amount</th><td>{} {}</td></tr>\
         <tr><th scope=\"row\">Status</th><td>{status}</td></tr>\
         <tr><th scope=\"row\">Paid</th><td>{paid}</td></tr>\
         <tr><th scope=\"row\">With</th><td>{means}</td></tr></tbody></table>",
        escape(&source.total),
        escape(&source.currency),
    );
    page(&format!("Receipt {}", source.number()), &html)
}

/// A whole page. `title` is text, `body` is HTML.
pub(crate) fn page(title: &str, body: &str) -> Answer {
    let title = escape(title);
    Answer::html(
        200,
        format!(
            "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
             <title>{title}</title><style>{STYLE}</style></head>\n\
             <body><main><h1>{title}</h1>{body}</main>\
             <footer>Dollr simulator: no real money moves.</footer></body></html>\n"
        ),
    )
}

const STYLE: &str = "\
:root{color-scheme:light dark}\
body{font:1rem/1.5 system-ui,sans-serif;margin:0;padding:1rem}\
main{max-width:32rem;margin:0 auto}\
main:has(pre){max-width:64rem}\
h1{font-size:1.5rem;line-height:1.2}\
table{width:100%;border-collapse:collapse}\
caption{text-align:left;font-weight:600;padding:.5rem 0}\
th{text-align:left;font-weight:400;overflow-wrap:anywhere}\
td{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}\
th,td{padding:.4rem 0;border-top:1px solid #8886;vertical-align:top}\
tfoot th,tfoot td{font-weight:700}\
fieldset{border:1px solid #8886;border-radius:.5rem;margin:1rem 0}\
label{display:block;padding:.5rem 0;min-height:1.75rem}\
.choice{display:flex;flex-wrap:wrap;gap:.75rem}\
button{flex:1 1 8rem;font:inherit;font-weight:600;padding:.75rem;border-radius:.5rem;border:2px solid #0b5d3b;\
background:#0b5d3b;color:#fff}\
button.quiet{background:none;color:inherit;border-color:#888}\
button:focus-visible,input:focus-visible{outline:3px solid #2a7de1;outline-offset:2px}\
pre{overflow-x:auto;font-size:.875rem}\
footer{max-width:32rem;margin:2rem auto 0;font-size:.875rem}";

/// Text as HTML.
pub(crate) fn escape(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            other => html.push(other),
        }
    }
    html
}
