//! The fates: what is done to a payment, what its verdict must be, and how often its order may be charged.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use dollr_client::Report;
use dollr_client::core::{CheckoutOrder, SourceKind, SourceRef};
use dollr_sim::{CLIENT_ID, CLIENT_SECRET, Call, Fault, FaultKind};

use crate::demo::stage::{Order, PATIENCE, Scene, amount, approve_on, submit, usd};
use crate::failure::Failure;

/// One payment of the demonstration.
pub(crate) struct Fate {
    pub(crate) title: &'static str,
    /// The verdict that is right, by name.
    pub(crate) verdict: &'static str,
    /// How often the ledger must have charged the order.
    pub(crate) charges: u64,
    /// Whether the vendor contradicts itself, and that must be reported.
    pub(crate) conflict: bool,
    pub(crate) live: fn(&Scene<'_>) -> Result<Outcome, Failure>,
}

/// How it ended, for which order.
pub(crate) struct Outcome {
    pub(crate) order: Order,
    pub(crate) report: Report,
}

const fn fate(
    title: &'static str,
    verdict: &'static str,
    charges: u64,
    live: fn(&Scene<'_>) -> Result<Outcome, Failure>,
) -> Fate {
    Fate { title, verdict, charges, conflict: false, live }
}

pub(crate) const FATES: [Fate; 16] = [
    fate("hosted page, paid", "paid", 1, hosted),
    fate("success_url opened before paying", "paid", 1, opened_too_early),
    fate("success_url opened, never paid", "open", 0, never_paid),
    fate("another order's paid id brought back", "mismatch", 0, another_orders_id),
    fate("wallet, approved after 3 s", "paid", 1, |scene| collect(scene, "18", None)),
    fate("slow wallet", "paid", 1, |scene| collect(scene, "7000", None)),
    fate("answer lost after the charge", "paid", 1, |scene| {
        collect(scene, "1002", Some(Fault::new(Call::Execute, FaultKind::Drop).after()))
    }),
    fate("502 after the charge", "paid", 1, |scene| {
        let kind = FaultKind::Status { code: 502, retry_after: None, body: None };
        collect(scene, "1002", Some(Fault::new(Call::Execute, kind).after()))
    }),
    fate("429, Retry-After: 2", "paid", 1, |scene| {
        let kind = FaultKind::RetryAfter { value: "2".to_string() };
        collect(scene, "1002", Some(Fault::new(Call::Execute, kind)))
    }),
    fate("request delivered late", "paid", 1, |scene| {
        collect(scene, "1002", Some(Fault::new(Call::Execute, FaultKind::DelayEffect { reads: 2 })))
    }),
    fate("a cache that says COMPLETED", "failed", 0, |scene| {
        let kind = FaultKind::Stale { age: 60, completed: true };
        collect(scene, "2001", Some(Fault::new(Call::Status, kind)))
    }),
    fate("declined", "failed", 0, |scene| collect(scene, "2001", None)),
    fate("card with 3-D Secure", "paid", 1, three_d_secure),
    Fate { conflict: true, ..fate("FAILED, later COMPLETED", "failed", 1, failed_then_completed) },
    fate("killed while waiting, then resumed", "paid", 1, killed_and_resumed),
    fate("never answered", "open", 1, never_answered),
];

fn collect(scene: &Scene<'_>, account: &str, fault: Option<Fault>) -> Result<Outcome, Failure> {
    let (order, intent) = scene.intent(account, "25.00")?;
    if let Some(fault) = fault {
        scene.arm(&intent, fault);
    }
    Ok(Outcome { order, report: scene.client().collect(intent)? })
}

/// A hosted checkout of one item: its order, its source and its page.
fn checkout(scene: &Scene<'_>, total: &str) -> Result<(Order, SourceRef, String), Failure> {
    let order =
        CheckoutOrder::new(SourceKind::Order, "231770000001", usd()).map_err(dollr_client::Error::from)?;
    let made = scene.client().create_checkout(&order.item("A pair of shoes", amount(total)))?;
    scene.is_about(made.source.to_string());
    Ok((Order { kind: dollr_sim::SourceKind::Order, id: made.source.id }, made.source, made.url))
}

fn verify(scene: &Scene<'_>, source: SourceRef, total: &str, patience: Duration) -> Result<Report, Failure> {
    Ok(scene.client().verify_source(source, usd(), amount(total), patience)?)
}

fn hosted(scene: &Scene<'_>) -> Result<Outcome, Failure> {
    let (order, source, page) = checkout(scene, "250.00")?;
    let report = std::thread::scope(|scope| {
        let customer = scope.spawn(|| {
            std::thread::sleep(Duration::from_secs(3));
            approve_on(&page)
        });
        let report = verify(scene, source, "250.00", PATIENCE);
        customer.join().unwrap_or_else(|_| Err(Failure::new("the customer has gone")))?;
        report
    })?;
    Ok(Outcome { order, report })
}

fn opened_too_early(scene: &Scene<'_>) -> Result<Outcome, Failure> {
    let (order, source, page) = checkout(scene, "60.00")?;
    let early = verify(scene, source, "60.00", Duration::ZERO)?;
    if early.verdict.name() != "open" {
        return Ok(Outcome { order, report: early });
    }
    approve_on(&page)?;
    let mut report = verify(scene, source, "60.00", PATIENCE)?;
    report.calls.status += early.calls.status;
    Ok(Outcome { order, report })
}

fn never_paid(scene: &Scene<'_>) -> Result<Outcome, Failure> {
    let (order, source, _) = checkout(scene, "60.00")?;
    Ok(Outcome { order, report: verify(scene, source, "60.00", Duration::from_secs(6))? })
}

/// The customer of a dear order brings the id of a cheap one along, which is paid.
fn another_orders_id(scene: &Scene<'_>) -> Result<Outcome, Failure> {
    let (dear, ..) = checkout(scene, "900.00")?;
    let (_, cheap, page) = checkout(scene, "1.00")?;
    approve_on(&page)?;
    Ok(Outcome { order: dear, report: verify(scene, cheap, "900.00", Duration::ZERO)? })
}

fn three_d_secure(scene: &Scene<'_>) -> Result<Outcome, Failure> {
    let (order, intent) = scene.intent("4000", "80.00")?;
    let url = scene.stage.url();
    let confirm = move |secret: &dollr_client::core::Secret| {
        // The payer's browser does this, with the card provider's own page.
        let page = format!("{url}/sim/3ds/{}", secret.expose());
        let _ = submit(&page, "decision=approve");
    };
    let report = scene.client().collect(dollr_client::Attempt::new(intent).show(confirm))?;
    Ok(Outcome { order, report })
}

/// `FAILED` is final; that the money moved all the same is reported for a person to look at.
fn failed_then_completed(scene: &Scene<'_>) -> Result<Outcome, Failure> {
    let (order, intent) = scene.intent("5000", "40.00")?;
    let id = intent.reference_id();
    scene.client().collect(intent)?;
    let begun = Instant::now();
    loop {
        std::thread::sleep(Duration::from_secs(2));
        let report = scene.client().status(id)?;
        if report.conflict.is_some() || begun.elapsed() > PATIENCE {
            return Ok(Outcome { order, report });
        }
    }
}

/// Another process begins the payment and is killed once the request has left; this one goes on from the journal.
fn killed_and_resumed(scene: &Scene<'_>) -> Result<Outcome, Failure> {
    let order = scene.order("120.00");
    let session = scene.sim().create_session(order.kind, order.id).to_string();
    let id = scene.client().reference_id()?;
    scene.is_about(id.to_string());
    let failed = |e: std::io::Error| Failure::new(format!("the second process: {e}"));
    let mut process = Command::new(std::env::current_exe().map_err(failed)?)
        .args([
            "collect",
            "--session",
            &session,
            "--account",
            "1006",
            "--currency",
            "USD",
            "--amount",
            "120.00",
        ])
        .args(["--reference-id", &id.to_string(), "--journal"])
        .arg(scene.stage.journal_path())
        .envs([("DOLLR_BASE_URL", scene.stage.url().as_str()), ("DOLLR_CLIENT_ID", CLIENT_ID)])
        .env("DOLLR_CLIENT_SECRET", CLIENT_SECRET)
        .env_remove("DOLLR_CREDENTIALS")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(failed)?;
    let begun = Instant::now();
    while scene.stage.ledger().posts(&id.to_string()) == 0 && begun.elapsed() < PATIENCE {
        std::thread::sleep(Duration::from_millis(20));
    }
    process.kill().and_then(|()| process.wait()).map_err(failed)?;
    let report = scene.another_client()?.wait(id, PATIENCE)?;
    Ok(Outcome { order, report })
}

fn never_answered(scene: &Scene<'_>) -> Result<Outcome, Failure> {
    let (order, intent) = scene.intent("1002", "15.00")?;
    scene.arm(&intent, Fault::new(Call::Execute, FaultKind::Silent).after());
    scene.arm(&intent, Fault::new(Call::Status, FaultKind::Silent).for_ever());
    Ok(Outcome { order, report: scene.client().collect(intent)? })
}
