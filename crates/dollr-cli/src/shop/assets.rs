//! The files that the shop serves as they are. They are in the program: nothing is loaded from elsewhere.

use super::answer::Answer;

const STYLE: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// What a merchant copies: the shop's page uses this very file.
const WATCH_PAYMENT: &str = include_str!("assets/watch-payment.js");

pub(super) fn find(name: &str) -> Option<Answer> {
    let (kind, text) = match name {
        "watch-payment.js" => (SCRIPT, WATCH_PAYMENT),
        "shop.js" => (SCRIPT, include_str!("assets/shop.js")),
        "supabase.js" => (SCRIPT, include_str!("assets/supabase.js")),
        "shop.css" => (STYLE, include_str!("assets/shop.css")),
        "order.css" => (STYLE, include_str!("assets/order.css")),
        "icon.svg" => ("image/svg+xml", include_str!("assets/icon.svg")),
        _ => return None,
    };
    Some(Answer::asset(kind, text))
}
