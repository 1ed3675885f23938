//! The judgement: each verdict against the vendor's ledger.

use std::time::Duration;

use dollr_client::Report;
use dollr_sim::Ledger;
use serde_json::{Value, json};

use crate::demo::fate::{Fate, Outcome};
use crate::failure::Failure;
use crate::output;

/// One payment, judged.
pub(crate) struct Judged {
    title: &'static str,
    outcome: Option<(Report, u64, u64)>,
    /// Which promise was broken, if one was.
    pub(crate) broken: Option<String>,
}

impl Judged {
    pub(crate) fn of(fate: &Fate, outcome: Option<Result<Outcome, Failure>>, ledger: &Ledger) -> Self {
        let title = fate.title;
        match outcome {
            Some(Ok(Outcome { order, report })) => {
                let charges = ledger.charges_for_order(order.kind, order.id);
                let posts = ledger.posts(&report.key);
                let broken = broken(fate, &report, charges, ledger);
                Self { title, outcome: Some((report, charges, posts)), broken }
            }
            Some(Err(failure)) => Self { title, outcome: None, broken: Some(failure.to_string()) },
            None => Self { title, outcome: None, broken: Some("it came to no end".to_string()) },
        }
    }

    pub(crate) fn object(&self) -> Value {
        let mut object = match &self.outcome {
            Some((report, charges, posts)) => {
                let mut object = output::object(report);
                object["charges"] = json!(charges);
                object["posts_seen_by_the_vendor"] = json!(posts);
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
    let processed = ledger.reference(&report.key).map_or(0, |entry| entry.posts_processed);
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
        Some("a contradiction of the vendor's was not reported".to_string())
    } else {
        None
    }
}

pub(crate) fn print(judged: &[Judged], elapsed: Duration) {
    println!(
        "{:<38} {:<9} {:>5} {:>5} {:>7} {:>8}",
        "payment", "verdict", "POSTs", "polls", "seconds", "charges"
    );
    for payment in judged {
        match &payment.outcome {
            Some((report, charges, posts)) => {
                let (verdict, polls) = (report.verdict.name(), report.calls.status);
                let seconds = report.elapsed.as_secs_f64();
                println!(
                    "{:<38} {verdict:<9} {posts:>5} {polls:>5} {seconds:>7.1} {charges:>8}",
                    payment.title
                );
                if let Some(conflict) = &report.conflict {
                    println!("  a person must look: {conflict}");
                }
            }
            None => println!("{:<38} no verdict", payment.title),
        }
        if let Some(broken) = &payment.broken {
            println!("  BROKEN  {broken}");
        }
    }
    let broken = judged.iter().filter(|payment| payment.broken.is_some()).count();
    let charged: u64 = judged.iter().filter_map(|payment| Some(payment.outcome.as_ref()?.1)).sum();
    let paid = judged.iter().filter(|p| p.outcome.as_ref().is_some_and(|(r, ..)| r.verdict.name() == "paid"));
    let paid = paid.count();
    println!();
    println!("The vendor's ledger: {charged} charges for {} orders, none charged twice.", judged.len());
    println!("{paid} paid, each charged once; {:.1} s in all.", elapsed.as_secs_f64());
    match broken {
        0 => println!("Every promise was kept."),
        n => println!("{n} payments broke a promise."),
    }
}
