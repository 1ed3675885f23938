//! §4: a hosted checkout. `source_kind` on this call only.

use axum::body::Bytes;
use rust_decimal::Decimal;

use super::{Bearer, Stage};
use crate::answer::Answer;
use crate::fields::{Fields, quoted, quoted_or_null};
use crate::source::{Checkout, Item, Source};
use crate::validate::Form;
use crate::world::World;

pub(crate) async fn create(_: Bearer, stage: Stage, body: Bytes) -> Result<Answer, Answer> {
    let mut form = Form::body(&body)?;
    if form.text("mode") != "HOSTED" && form.is_given("mode") {
        form.refuse("mode", "value is not a valid enumeration member; permitted: 'HOSTED'");
    }
    let kind = form.source_kind("source_kind");
    let currency = form.currency("currency");
    let mut checkout = read_party(&mut form);
    let total = read_items(&mut form, &currency, &mut checkout.items);
    form.finish()?;
    let mut world = stage.world();
    let key = world.add_source(kind, &currency, &total.to_string(), checkout, stage.now_ms);
    let source = world.sources.get(&key).ok_or_else(|| Answer::detail(404, "Source not found"))?;
    Ok(Answer::object(&describe(&world, source, stage.now_ms)))
}

fn read_party(form: &mut Form) -> Checkout {
    for name in ["party_email", "party_relationship"] {
        form.optional_text(name);
    }
    Checkout {
        party_phone: form.phone("party_phone"),
        party_name: form.optional_text("party_name"),
        note: form.optional_text("note"),
        reference_id: form.optional_text("reference_id"),
        due_date: form.optional_text("due_date"),
        expires_at: form.optional_text("expires_at"),
        counterparty_id: form.optional_text("counterparty_id"),
        success_url: form.optional_url("success_url"),
        cancel_url: form.optional_url("cancel_url"),
        items: Vec::new(),
    }
}

/// Adds the amounts up exactly.
fn read_items(form: &mut Form, currency: &str, items: &mut Vec<Item>) -> Decimal {
    let mut total = Decimal::ZERO;
    form.list("items", |item| {
        let name = item.text("name");
        if item.currency("currency") != currency && item.is_given("currency") {
            item.refuse("currency", "currency differs from the checkout's");
        }
        let amount = item.amount("amount");
        match total.checked_add(amount) {
            Some(sum) => total = sum,
            None => item.refuse("amount", "the total is too large"),
        }
        items.push(Item { name, amount: amount.to_string() });
    });
    total
}

fn describe(world: &World, source: &Source, now_ms: u64) -> Fields {
    let checkout = &source.checkout;
    let url = format!("{}/sim/pay/{}", world.settings.base_url, source.page);
    let optional = |text: &Option<String>| quoted_or_null(text.as_deref());
    Fields::from_iter([
        ("id", source.id.to_string()),
        ("mode", quoted("HOSTED")),
        ("url", quoted(&url)),
        ("hosted_path_or_token", quoted(&source.page)),
        ("source_type", quoted(source.kind.as_str())),
        ("source_id", source.id.to_string()),
        ("source_number", quoted(&source.number())),
        ("source_status", quoted(world.source_status(source, now_ms))),
        ("counterparty_id", optional(&checkout.counterparty_id)),
        ("party_id", quoted(&format!("party-{}", source.id))),
        ("currency", quoted(&source.currency)),
        ("total_amount", source.total.clone()),
        ("reference_id", optional(&checkout.reference_id)),
        ("due_date", optional(&checkout.due_date)),
        ("expires_at", optional(&checkout.expires_at)),
        ("success_url", optional(&checkout.success_url)),
        ("cancel_url", optional(&checkout.cancel_url)),
    ])
}
