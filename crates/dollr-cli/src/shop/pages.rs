//! The pages, as plain HTML: they work without scripts, at 360 px, by keyboard and for a screen reader. No script and no style is
//! inline, and no secret is in them.

use std::fmt::Write as _;

use super::goods::{CURRENCY, GOODS, PHONES, WALLETS};
use super::order::{Order, Way};
use super::words::{Standing, total};

/// What can be bought. `trouble` is why an order was not taken.
pub(super) fn shelf(trouble: Option<&str>) -> String {
    let mut html = String::from(
        "<h1>What would you like?</h1>\n\
         <p class=\"lead\">Order something, pay for it, and watch how it comes to be known that it is paid.</p>\n",
    );
    if let Some(trouble) = trouble {
        let _ = writeln!(html, "<p class=\"notice\" role=\"alert\">{}</p>", escape(trouble));
    }
    html.push_str(
        "<form method=\"post\" action=\"/orders\">\n<fieldset class=\"shelf\"><legend>Goods</legend>\n",
    );
    for (at, good) in GOODS.iter().enumerate() {
        let checked = if at == 0 { " checked" } else { "" };
        let _ = writeln!(
            html,
            "<label class=\"good\"><input type=\"radio\" name=\"good\" value=\"{}\" required{checked}>\
             <svg viewBox=\"0 0 96 96\" aria-hidden=\"true\">{}</svg>\
             <span class=\"name\">{}</span><span class=\"about\">{}</span>\
             <span class=\"price\">{} {CURRENCY}</span></label>",
            good.id, good.picture, good.name, good.about, good.price,
        );
    }
    let _ = write!(
        html,
        "</fieldset>\n<div class=\"field\"><label for=\"phone\">Your phone number</label>\n\
         <select id=\"phone\" name=\"phone\" aria-describedby=\"phone-hint\">{}</select>\n\
         <p class=\"hint\" id=\"phone-hint\">Of a pretended customer: it decides what Dollr's page does after you approve.</p></div>\n\
         <p class=\"actions\"><button>Place the order</button></p>\n</form>\n",
        options(&PHONES),
    );
    page("The Corner Shop", "", &html)
}

/// One order: how it stands, and what can be done.
pub(super) fn order(order: &Order, standing: &Standing, notice: Option<&str>) -> String {
    let address = format!("/orders/{}", order.name);
    let mut html = format!("<h1>Your order</h1>\n{}", summary(order));
    if let Some(notice) = notice {
        let _ = writeln!(html, "<p class=\"notice\" id=\"notice\">{}</p>", escape(notice));
    }
    let _ = write!(
        html,
        "<section class=\"standing\" id=\"standing\" data-state=\"{}\" aria-labelledby=\"title\">\n\
         <span class=\"mark\" aria-hidden=\"true\"></span>\n\
         <div role=\"status\" aria-live=\"polite\" aria-atomic=\"true\">\
         <h2 id=\"title\">{}</h2><p id=\"text\">{}</p></div>\n",
        standing.state,
        escape(&standing.title),
        escape(&standing.text),
    );
    if !standing.is_final {
        html.push_str("<p class=\"line\" id=\"line\" data-line=\"quiet\">&nbsp;</p>\n");
        let _ = writeln!(
            html,
            "<noscript><p>Without JavaScript this page does not change by itself. <a href=\"{address}?ask=1\">Ask \
             again</a></p></noscript>"
        );
    }
    html.push_str("</section>\n");
    html.push_str(&choices(&address, standing));
    html.push_str("<p class=\"back\"><a href=\"/\">Back to the shop</a></p>\n");
    html.push_str(
        "<details class=\"trace\"><summary>What this page is doing</summary>\n\
         <p>Whatever comes over the socket only makes the page ask the shop, which asks Dollr.</p>\n\
         <ol id=\"trace\"></ol></details>\n",
    );
    let channel = matches!(order.payment().way, Way::Wallet(_));
    let waits = if standing.is_final { "" } else { " data-waits" };
    let key = if channel { format!(" data-key=\"{address}/realtime.json\"") } else { String::new() };
    let settings = format!(" data-status=\"{address}/status.json?ask=1\"{key}{waits}");
    page(&format!("Order {} – The Corner Shop", order.name), &settings, &html)
}

fn summary(order: &Order) -> String {
    format!(
        "<dl class=\"summary\"><div><dt>Order</dt><dd><code>{}</code></dd></div>\
         <div><dt>{}</dt><dd>{}</dd></div></dl>\n",
        order.name,
        order.good.name,
        total(order),
    )
}

/// Ways to pay: shown where one may be chosen, and there for the script to show when that changes.
fn choices(address: &str, standing: &Standing) -> String {
    let hidden = |shown: bool| if shown { "" } else { " hidden" };
    format!(
        "<section id=\"choices\" class=\"choices\" aria-label=\"Ways to pay\"{}>\n\
         <form method=\"post\" action=\"{address}/pay\" class=\"way\" id=\"wallet\"{}>\n<h2>From your wallet</h2>\n\
         <div class=\"field\"><label for=\"account\">A wallet that</label>\n\
         <select id=\"account\" name=\"account\">{}</select></div>\n\
         <p class=\"actions\"><button>Pay by wallet</button></p></form>\n\
         <form method=\"post\" action=\"{address}/checkout\" class=\"way\" id=\"hosted\">\n<h2>On Dollr's page</h2>\n\
         <p>You approve there, and come back here.</p>\n\
         <p class=\"actions\"><button class=\"quiet\">Go to Dollr's page</button></p></form>\n</section>\n",
        hidden(standing.may_go_on),
        hidden(standing.may_begin),
        options(&WALLETS),
    )
}

pub(super) fn not_found() -> String {
    let html = "<h1>There is no such page</h1>\n<p class=\"lead\">Orders live as long as this demonstration runs.</p>\n\
        <p class=\"back\"><a href=\"/\">To the shop</a></p>\n";
    page("Not found – The Corner Shop", "", html)
}

fn options(choices: &[(&str, &str)]) -> String {
    choices.iter().fold(String::new(), |mut html, (value, what)| {
        let _ = write!(html, "<option value=\"{value}\">{value}: {what}</option>");
        html
    })
}

/// A whole page; `settings` are attributes for the script.
fn page(title: &str, settings: &str, main: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n\
         <link rel=\"icon\" href=\"/assets/icon.svg\" type=\"image/svg+xml\">\n\
         <link rel=\"stylesheet\" href=\"/assets/shop.css\">\n\
         <link rel=\"stylesheet\" href=\"/assets/order.css\">\n\
         <script src=\"/assets/supabase.js\" defer></script>\n\
         <script src=\"/assets/shop.js\" type=\"module\"></script>\n</head>\n<body>\n\
         <header><a href=\"/\" class=\"sign\">The Corner Shop</a></header>\n\
         <main{settings}>\n{main}</main>\n\
         <footer>A demonstration on a simulated Dollr: nothing is sold, and no money moves.</footer>\n\
         </body>\n</html>\n"
    )
}

/// Text as HTML.
fn escape(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            other => html.push(other),
        }
    }
    html
}
