//! The judgement: each verdict against the vendor's ledger.

use std::fmt::Write as _;
use std::time::Duration;

use dollr_client::Report;
use dollr_client::core::Verdict;
use dollr_sim::Ledger;
use serde_json::{Value, json};

use crate::demo::fate::{Fate, Outcome};
use crate::failure::Failure;
use crate::output;

/// One payment, judged.
pub(crate) struct Judged {
    title: &'static str,
    evidence: Option<Evidence>,
    /// Which promise was broken, if one was.
    broken: Option<String>,
}

/// What the client says, and what the vendor's ledger says.
struct Evidence {
    report: Report,
    charges: u64,
    posts: u64,
    polls: u64,
}

impl Judged {
    pub(crate) fn of(fate: &Fate, outcome: Option<Result<Outcome, Failure>>, ledger: &Ledger) -> Self {
        let title = fate.title;
        match outcome {
            Some(Ok(Outcome { order, report })) => {
                let charges = ledger.charges_for_order(order.kind, order.id);
                let broken = broken(fate, &report, charges, ledger);
                let posts = ledger.posts(&report.key);
                // Questions about a source name no reference id: there the client's own count has to do.
                let polls = ledger.reference(&report.key).map(|seen| seen.status_reads);
                let polls = polls.unwrap_or(report.calls.status.into());
                Self { title, evidence: Some(Evidence { report, charges, posts, polls }), broken }
            }
            Some(Err(failure)) => Self { title, evidence: None, broken: Some(failure.to_string()) },
            None => Self { title, evidence: None, broken: Some("it came to no end".to_string()) },
        }
    }

    pub(crate) fn is_kept(&self) -> bool {
        self.broken.is_none()
    }

    pub(crate) fn object(&self) -> Value {
        let mut object = match &self.evidence {
            Some(Evidence { report, charges, posts, polls }) => {
                let mut object = output::object(report);
                object["charges"] = json!(charges);
                object["posts"] = json!(posts);
                object["polls"] = json!(polls);
                object["calls"] = json!(posts + polls);
                object
            }
            None => json!({}),
        };
        object["fate"] = json!(self.title);
        object["broken"] = json!(self.broken);
        object
    }
}

/// The first promise that the ledger says was broken.
fn broken(fate: &Fate, report: &Report, charges: u64, ledger: &Ledger) -> Option<String> {
    let processed = ledger.reference(&report.key).map_or(0, |entry| entry.posts_at_risk);
    if charges > 1 {
        Some(format!("once: the order was charged {charges} times"))
    } else if processed > 1 {
        Some(format!("once: {processed} requests with its reference id were processed"))
    } else if report.verdict.name() == "paid" && charges != 1 {
        Some("true: it is called paid, and no money moved".to_string())
    } else if report.verdict.name() != fate.verdict {
        Some(format!("its verdict is {}, expected {}", report.verdict.name(), fate.verdict))
    } else if charges != fate.charges {
        Some(format!("the order was charged {charges} times, expected {}", fate.charges))
    } else if report.conflict.is_some() != fate.conflict {
        let what = if fate.conflict { "was not reported" } else { "was reported, and there is none" };
        Some(format!("a contradiction of the vendor's {what}"))
    } else {
        None
    }
}

/// The table and the proof, for people; no wider than 80 columns where nothing is broken.
pub(crate) fn text(judged: &[Judged], elapsed: Duration) -> String {
    let mut text = format!(
        "{:<38} {:<9} {:>5} {:>5} {:>7} {:>8}\n",
        "payment", "verdict", "POSTs", "polls", "seconds", "charges"
    );
    for payment in judged {
        row(&mut text, payment);
    }
    proof(&mut text, judged, elapsed);
    text
}

fn row(text: &mut String, Judged { title, evidence, broken }: &Judged) {
    let _ = match evidence {
        Some(Evidence { report, charges, posts, polls }) => {
            let (verdict, seconds) = (report.verdict.name(), report.elapsed.as_secs_f64());
            writeln!(text, "{title:<38} {verdict:<9} {posts:>5} {polls:>5} {seconds:>7.1} {charges:>8}")
        }
        None => writeln!(text, "{title:<38} no verdict"),
    };
    if let Some(conflict) = evidence.as_ref().and_then(|evidence| evidence.report.conflict.as_ref()) {
        let _ = writeln!(text, "  a person must look: {conflict}");
    }
    if let Some(broken) = broken {
        let _ = writeln!(text, "  BROKEN  {broken}");
    }
}

fn proof(text: &mut String, judged: &[Judged], elapsed: Duration) {
    let seen: Vec<_> = judged.iter().filter_map(|p| Some((p.title, p.evidence.as_ref()?))).collect();
    let charges: u64 = seen.iter().map(|(_, e)| e.charges).sum();
    let (paid, unpaid): (Vec<_>, Vec<_>) = seen.iter().partition(|(_, e)| e.report.verdict.name() == "paid");
    let twice = match seen.iter().filter(|(_, e)| e.charges > 1).count() {
        0 => "none charged twice".to_string(),
        n => format!("{n} CHARGED MORE THAN ONCE"),
    };
    let once = match paid.iter().filter(|(_, e)| e.charges == 1).count() {
        n if n == paid.len() => "each charged exactly once".to_string(),
        n => format!("ONLY {n} OF THEM CHARGED EXACTLY ONCE"),
    };
    let _ = writeln!(text, "\nThe vendor's ledger: {charges} charges for {} orders, {twice}.", seen.len());
    let _ = writeln!(text, "{} paid, {once}; {:.1} s in all.", paid.len(), elapsed.as_secs_f64());
    for (title, evidence) in unpaid.into_iter().filter(|(_, e)| e.charges > 0) {
        let _ = writeln!(text, "Charged, not called paid: {title} ({}).", why(&evidence.report));
    }
    let _ = match judged.iter().filter(|payment| payment.broken.is_some()).count() {
        0 => write!(text, "Every promise was kept."),
        1 => write!(text, "1 PAYMENT BROKE A PROMISE."),
        n => write!(text, "{n} PAYMENTS BROKE A PROMISE."),
    };
}

/// Why a charged order need not be called paid.
fn why(report: &Report) -> &'static str {
    match &report.verdict {
        _ if report.conflict.is_some() => "a person must look",
        Verdict::Open { .. } => "still open, to be asked about again",
        _ => "wrongly",
    }
}

#[cfg(test)]
mod tests {
    use std::process::ExitCode;
    use std::time::Duration;

    use dollr_client::Client;
    use dollr_client::core::Verdict;
    use dollr_sim::{CLIENT_ID, CLIENT_SECRET, Ledger, Simulator, SourceKind};

    use super::{Judged, text};
    use crate::demo::exit_code;
    use crate::demo::fate::{FATES, Outcome};
    use crate::demo::stage::Order;

    /// A payment that was really paid, as its client and its vendor have it.
    fn paid() -> (Outcome, Ledger) {
        let sim = Simulator::builder().start().expect("a simulator");
        let client = Client::builder().credentials(CLIENT_ID, CLIENT_SECRET).base_url(&sim.base_url());
        let client = client.build().expect("a client");
        assert!(sim.pay_source(SourceKind::Order, 202));
        let source = "ORDER:202".parse().expect("a source");
        let [currency, total] = ["USD", "75.50"];
        let (currency, total) = (currency.parse().expect("a currency"), total.parse().expect("an amount"));
        let report = client.verify_source(source, currency, total, Duration::ZERO).expect("a report");
        (Outcome { order: Order { kind: SourceKind::Order, id: 202 }, report }, sim.ledger())
    }

    fn judge(outcome: Outcome, ledger: &Ledger) -> (ExitCode, String) {
        let judged = [Judged::of(&FATES[0], Some(Ok(outcome)), ledger)];
        (exit_code(&judged), text(&judged, Duration::from_secs(1)))
    }

    #[test]
    fn a_kept_promise_is_exit_code_0() {
        let (outcome, ledger) = paid();
        let (code, text) = judge(outcome, &ledger);
        assert_eq!(code, ExitCode::SUCCESS, "{text}");
        assert!(text.contains("1 charges for 1 orders, none charged twice."), "{text}");
        assert!(text.ends_with("Every promise was kept."), "{text}");
    }

    #[test]
    fn a_double_charge_in_the_ledger_is_exit_code_1_and_is_said() {
        let (outcome, mut ledger) = paid();
        for order in &mut ledger.orders {
            order.charges *= 2;
        }
        let (code, text) = judge(outcome, &ledger);
        assert_eq!(code, ExitCode::FAILURE, "{text}");
        assert!(text.contains("BROKEN  once: the order was charged 2 times"), "{text}");
        assert!(text.contains("1 CHARGED MORE THAN ONCE"), "{text}");
        assert!(text.contains("ONLY 0 OF THEM"), "{text}");
        assert!(!text.contains("none charged twice") && !text.contains("was kept"), "{text}");
    }

    #[test]
    fn paid_without_money_in_the_ledger_is_exit_code_1() {
        let (outcome, mut ledger) = paid();
        ledger.orders.clear();
        let (code, text) = judge(outcome, &ledger);
        assert_eq!(code, ExitCode::FAILURE, "{text}");
        assert!(text.contains("BROKEN  true:") && !text.contains("each charged"), "{text}");
    }

    #[test]
    fn another_verdict_than_the_right_one_is_exit_code_1() {
        let (mut outcome, ledger) = paid();
        outcome.report.verdict = Verdict::Failed { reason: None };
        let (code, text) = judge(outcome, &ledger);
        assert_eq!(code, ExitCode::FAILURE, "{text}");
        assert!(text.contains("its verdict is failed, expected paid"), "{text}");
        assert!(text.contains("Charged, not called paid: hosted page, paid (wrongly)."), "{text}");
    }

    #[test]
    fn a_payment_without_an_end_is_exit_code_1() {
        let (_, ledger) = paid();
        let judged = [Judged::of(&FATES[0], None, &ledger)];
        assert_eq!(exit_code(&judged), ExitCode::FAILURE);
        assert!(text(&judged, Duration::ZERO).contains("no verdict"));
    }
}
