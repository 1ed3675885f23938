//! What the customer is told: one state, in honest words, for each verdict. The page and its script say the same, for both have
//! it from here.

use dollr_client::core::{Progress, SourceStatus, Verdict};
use serde_json::{Value, json};

use super::goods::CURRENCY;
use super::order::{Order, Payment, Way};

/// How an order stands, in words.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Standing {
    /// One word, for the style sheet and for tests.
    pub(super) state: &'static str,
    pub(super) title: String,
    pub(super) text: String,
    /// Whether the page has nothing more to wait for.
    pub(super) is_final: bool,
    pub(super) may_begin: bool,
    pub(super) may_go_on: bool,
}

impl Standing {
    pub(super) fn of(order: &Order) -> Self {
        let payment = order.payment();
        let (state, title, text) = say(order, &payment);
        Self {
            state,
            title: title.to_owned(),
            text,
            // A payment that is not begun is not waited for.
            is_final: payment.way == Way::None || payment.is_final(),
            may_begin: payment.may_begin(),
            may_go_on: payment.may_go_on(),
        }
    }

    pub(super) fn object(&self, order: &Order) -> Value {
        json!({ "order": order.name, "state": self.state, "title": self.title, "text": self.text,
            "final": self.is_final, "may_begin": self.may_begin, "may_go_on": self.may_go_on })
    }
}

type Words = (&'static str, &'static str, String);

/// The sum that the customer sees.
pub(super) fn total(order: &Order) -> String {
    format!("{} {CURRENCY}", order.good.price)
}

fn say(order: &Order, payment: &Payment) -> Words {
    let Some(report) = &payment.report else { return say_without_report(order, payment) };
    if report.conflict.is_some() {
        return attention(order);
    }
    match &report.verdict {
        Verdict::Paid(settlement) => {
            let number = settlement.provider_transaction_id();
            let number = number.map_or_else(String::new, |number| format!(", under the number {number}"));
            let ships = if payment.shipped { "It is packed, and on its way." } else { "We are packing it." };
            let text = format!("Dollr has confirmed {settlement} for your order{number}. {ships}");
            ("paid", "Paid. Thank you!", text)
        }
        Verdict::Failed { reason } => {
            let why =
                reason.as_deref().map_or_else(String::new, |said| format!(" The wallet said: “{said}”."));
            let text = format!("Dollr says that it was not paid, and that no money has moved.{why}");
            ("failed", "The payment did not go through", format!("{text} You can try again."))
        }
        Verdict::Refused(_) => {
            let text = "Dollr did not take the payment, so your wallet was never asked. No money has moved.";
            ("refused", "The payment was refused", format!("{text} You can try again, or pay another way."))
        }
        Verdict::NotLanded => {
            let text = "It never reached Dollr, and it no longer can. No money has moved. You can try again.";
            ("not-landed", "The payment was never made", text.to_owned())
        }
        Verdict::Canceled => {
            let text = "You turned the payment down on Dollr's page, so nothing was charged and this order is closed.";
            ("canceled", "Canceled", format!("{text} You can place a new one."))
        }
        Verdict::Open { progress: Progress::NotSent, .. } if !payment.is_attended() => not_begun(),
        Verdict::Open { progress: Progress::NotSent | Progress::Unknown, .. } if payment.is_young() => {
            asking(order)
        }
        Verdict::Open { trouble: Some(_), .. } => {
            unknown(order, "We cannot get an answer from Dollr just now.")
        }
        Verdict::Open { progress: Progress::NotSent | Progress::Unknown, .. } => {
            unknown(order, "Dollr has not told us whether your payment has arrived.")
        }
        Verdict::Open { progress, .. } if payment.way == Way::Hosted => hosted(order, progress),
        Verdict::Open { .. } if payment.is_late() => {
            unknown(order, "Your wallet is taking longer than usual.")
        }
        Verdict::Open { .. } => waiting(order),
        _ => attention(order),
    }
}

fn say_without_report(order: &Order, payment: &Payment) -> Words {
    match &payment.way {
        Way::None if payment.not_begun => not_begun(),
        Way::None => {
            let text = format!("Choose how to pay {}. We keep your order.", total(order));
            ("new", "Not paid yet", text)
        }
        Way::Wallet(_) if payment.is_late() => unknown(order, "Your wallet is taking longer than usual."),
        Way::Wallet(_) => asking(order),
        Way::Hosted => hosted(order, &Progress::Unknown),
    }
}

/// The request is on its way: whether the wallet has it is not known yet.
fn asking(order: &Order) -> Words {
    let text = format!(
        "We are sending your wallet the request for {}. This page changes by itself; one click is enough.",
        total(order)
    );
    ("waiting", "We are asking your wallet", text)
}

fn waiting(order: &Order) -> Words {
    let text = format!(
        "We have asked your wallet for {}. Approve it on your phone; this page then changes by itself.",
        total(order)
    );
    ("waiting", "Approve the payment on your phone", text)
}

fn hosted(order: &Order, progress: &Progress) -> Words {
    if *progress == Progress::Source(SourceStatus::Processing) {
        return unknown(order, "Dollr has your approval, and is still moving the money.");
    }
    let text = "Dollr does not say that this order is paid. If you have not finished on Dollr's page, go on there. \
        If you have, wait: this page asks again by itself.";
    ("elsewhere", "Not paid yet", text.to_owned())
}

/// The honest one: it may still go through.
fn unknown(order: &Order, why: &str) -> Words {
    let text = format!(
        "{why} The payment may still go through, so please do not pay again. We keep order {} and complete it when the \
         money arrives, even if you close this page.",
        order.name
    );
    ("unknown", "We don't know yet", text)
}

fn not_begun() -> Words {
    let text = "We could not reach Dollr, so nothing was sent to your wallet and nothing was charged.";
    ("not-begun", "The payment could not be started", format!("{text} Please try again in a moment."))
}

fn attention(order: &Order) -> Words {
    let text = format!(
        "What Dollr tells us does not fit this order, so a person has to look at it. Please do not pay again. If you \
         write to us, name the order {}.",
        order.name
    );
    ("attention", "We have to look at this", text)
}
