//! The shop's addresses, and what is behind each.

use std::sync::Arc;

use dollr_client::Error;
use dollr_sim::ANON_KEY;
use hyper::{Method, StatusCode};
use serde_json::json;

use super::answer::{Answer, Asked};
use super::backend::Backend;
use super::order::{Attempt, Order};
use super::words::Standing;
use super::{assets, goods, pages};

/// `vendor` is also where the realtime socket is.
pub(super) fn answer(backend: &Arc<Backend>, vendor: &str, asked: &Asked) -> Answer {
    let reads = [Method::GET, Method::HEAD].contains(&asked.method);
    let writes = asked.method == Method::POST;
    let parts: Vec<_> = asked.path.trim_start_matches('/').split('/').collect();
    match parts[..] {
        [""] if reads => Answer::page(StatusCode::OK, pages::shelf(None)),
        ["assets", name] if reads => assets::find(name).unwrap_or_else(not_found),
        ["orders"] if writes => place(backend, asked),
        ["orders", name] if reads => found(backend, name, |order| show(backend, order, asked)),
        ["orders", name, "pay"] if writes => found(backend, name, |order| pay(backend, order, asked)),
        ["orders", name, "checkout"] if writes => found(backend, name, |order| checkout(backend, order)),
        // Being sent to one of these proves nothing: anybody can open them. Both ask the vendor.
        ["orders", name, "success" | "cancel"] if reads => {
            found(backend, name, |order| returned(backend, order))
        }
        ["orders", name, "status.json"] if reads => {
            found(backend, name, |order| status(backend, order, asked))
        }
        ["orders", name, "realtime.json"] if writes => {
            found(backend, name, |order| realtime(backend, order, vendor))
        }
        _ => not_found(),
    }
}

fn found(backend: &Backend, name: &str, then: impl FnOnce(&Arc<Order>) -> Answer) -> Answer {
    backend.order(name).map_or_else(not_found, |order| then(&order))
}

fn not_found() -> Answer {
    Answer::page(StatusCode::NOT_FOUND, pages::not_found())
}

fn place(backend: &Backend, asked: &Asked) -> Answer {
    let good = asked.field("good").and_then(|id| goods::find(&id));
    let Some(good) = good else {
        return again(StatusCode::UNPROCESSABLE_ENTITY, "Please choose something to buy.");
    };
    let phone = asked.field("phone").unwrap_or_default();
    match backend.place(good, phone.trim(), &format!("http://{}", asked.host)) {
        Ok(order) => to_order(&order),
        Err(Error::Invalid(_)) => again(
            StatusCode::UNPROCESSABLE_ENTITY,
            "Please give your phone number with its country code: 8 to 15 digits, such as 231770000001.",
        ),
        Err(_) => again(
            StatusCode::BAD_GATEWAY,
            "We cannot take orders just now, and have taken none. Please try again.",
        ),
    }
}

fn again(status: StatusCode, why: &str) -> Answer {
    Answer::page(status, pages::shelf(Some(why)))
}

fn to_order(order: &Order) -> Answer {
    Answer::see_other(format!("/orders/{}", order.name))
}

fn show(backend: &Backend, order: &Order, asked: &Asked) -> Answer {
    if asked.wants_news() {
        backend.ask(order);
    }
    Answer::page(StatusCode::OK, pages::order(order, &Standing::of(order), None))
}

fn pay(backend: &Arc<Backend>, order: &Arc<Order>, asked: &Asked) -> Answer {
    if backend.pay(order, asked.field("account").unwrap_or_default().trim()).is_ok() {
        return to_order(order);
    }
    let why = "Please choose a wallet to pay with. Nothing was charged.";
    let page = pages::order(order, &Standing::of(order), Some(why));
    Answer::page(StatusCode::UNPROCESSABLE_ENTITY, page)
}

fn checkout(backend: &Backend, order: &Order) -> Answer {
    if backend.send_to_vendor(order) { Answer::see_other(&order.hosted) } else { to_order(order) }
}

fn returned(backend: &Backend, order: &Order) -> Answer {
    backend.verify(order);
    let standing = Standing::of(order);
    let why = "We have asked Dollr, and this order is not paid. That this page was opened proves nothing.";
    let notice = (standing.state == "new").then_some(why);
    Answer::page(StatusCode::OK, pages::order(order, &standing, notice))
}

fn status(backend: &Backend, order: &Order, asked: &Asked) -> Answer {
    if asked.wants_news() {
        backend.ask(order);
    }
    Answer::json(StatusCode::OK, &Standing::of(order).object(order))
}

/// What a browser may have: the payment's own key and the anon key. The bearer token stays here.
fn realtime(backend: &Backend, order: &Order, vendor: &str) -> Answer {
    match backend.realtime_key(order) {
        None => Answer::json(StatusCode::NOT_FOUND, &json!({ "error": "no wallet payment is under way" })),
        Some((_, _, Err(_))) => {
            Answer::json(StatusCode::BAD_GATEWAY, &json!({ "error": "the vendor gives no key just now" }))
        }
        Some((Attempt { reference, .. }, session, Ok(key))) => {
            let object = json!({ "supabase_url": vendor, "anon_key": ANON_KEY,
                "access_token": key.access_token.expose(), "expires_in": key.expires_in.as_secs(),
                "channel": format!("payment-intent:{session}:{reference}"), "reference_id": reference.to_string() });
            Answer::json(StatusCode::OK, &object)
        }
    }
}
