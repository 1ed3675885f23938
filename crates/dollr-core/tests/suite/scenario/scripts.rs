//! Scripts that together walk every edge and visit every state.

use dollr_core::{Execution, Loss, Operation, Resend, Source};
use std::time::Duration;

use super::{START, Scenario, Told, policy};

/// A name, and a script.
pub(crate) type Script<M> = (&'static str, fn() -> Scenario<M>);

/// Every script of an execution, by name.
pub(crate) fn executions() -> Vec<Script<Execution>> {
    [sending(), uncertain(), open(), ended()].concat()
}

fn collection() -> Scenario<Execution> {
    Scenario::collection()
}

fn sending() -> Vec<Script<Execution>> {
    vec![
        ("prepared", || collection().hinted().resumed(60).adopted()),
        ("recorded and not sent", || collection().recorded().hinted().resumed(60).adopted()),
        ("no connection, then taken on", || {
            collection()
                .recorded()
                .post_lost("not_sent", Loss::NotSent)
                .recorded()
                .posted("accepted", Told::status("PENDING"))
        }),
        ("throttled", || {
            collection().recorded().posted("throttled", Told::http(429, "").header("Retry-After", "7"))
        }),
        ("a token that had ended", || {
            collection()
                .recorded()
                .posted("unauthorized", 401)
                .recorded()
                .posted("accepted", Told::status("PROCESSING"))
        }),
        ("a second 401", || {
            collection().recorded().posted("unauthorized", 401).recorded().posted("refused", 401)
        }),
        ("refused", || {
            let body = r#"{"detail":[{"loc":["body","currency"],"msg":"field required"}]}"#;
            collection().recorded().posted("refused", Told::http(422, body))
        }),
    ]
}

fn uncertain() -> Vec<Script<Execution>> {
    vec![
        ("lost", || collection().uncertain().adopted()),
        ("lost, then found", || collection().uncertain().asked("in_progress", Told::status("PENDING"))),
        ("lost, then paid", || {
            collection().uncertain().hinted().resumed(600).asked("completed", Told::status("COMPLETED"))
        }),
        ("lost, then failed", || {
            collection().uncertain().asked("unauthorized", 401).asked("failed", Told::status("FAILED"))
        }),
        ("lost, and another amount", || {
            collection()
                .uncertain()
                .asked("mismatched", Told::status("COMPLETED").with("payer_amount", "2.50"))
        }),
        ("lost for good", || {
            let late = START.after(Duration::from_secs(3_600));
            let intent = super::intent(Operation::Collection)
                .session_expires_at(START.after(Duration::from_secs(600)));
            Scenario::with(intent, policy())
                .uncertain()
                .absent_for(660)
                .asked("no_answer", 502)
                .asked("expired", Told::http(404, "").dated(late))
        }),
        ("lost, forgotten and sent again", || {
            let resend = Resend::AfterGrace { grace: Duration::from_secs(5), sends: 2 };
            Scenario::of(Operation::Collection, policy().resend(resend))
                .uncertain()
                .asked("absent", 404)
                .asked("absent", 404)
                .asked("forgotten", 404)
                .recorded()
                .posted("accepted", Told::status("PENDING"))
        }),
    ]
}

fn open() -> Vec<Script<Execution>> {
    vec![
        ("paid at the second question", || {
            collection()
                .open()
                .hinted()
                .resumed(600)
                .asked("in_progress", Told::status("PROCESSING"))
                .asked("unauthorized", 401)
                .asked("no_answer", 503)
                .asked("completed", Told::status("COMPLETED"))
        }),
        ("a card that wants 3-D Secure", || {
            let wants =
                Told::status("PENDING").with("requires_action", "true").with("client_secret", "\"pi_1\"");
            collection()
                .recorded()
                .posted("accepted", wants)
                .shown()
                .asked("in_progress", Told::status("PROCESSING"))
        }),
        ("a card that waits for its payer", || {
            let wants =
                Told::status("PENDING").with("requires_action", "true").with("client_secret", "\"pi_1\"");
            collection().recorded().posted("accepted", wants)
        }),
        ("a word that nobody knows", || {
            collection().open().adopted().asked("in_progress", Told::status("ON_HOLD"))
        }),
        ("declined", || {
            let told = Told::status("FAILED").with("wallet_message", "\"insufficient funds\"");
            collection().open().asked("failed", told)
        }),
        ("another currency", || {
            collection()
                .open()
                .asked("mismatched", Told::status("COMPLETED").with("payer_currency", "\"LRD\""))
        }),
    ]
}

fn ended() -> Vec<Script<Execution>> {
    vec![
        ("after paid", || {
            let paid = collection().open().asked("completed", Told::status("COMPLETED"));
            after(paid, "COMPLETED", "FAILED").answered("outdated", Told::status("PROCESSING"))
        }),
        ("after failed", || {
            let failed = collection().open().asked("failed", Told::status("FAILED"));
            after(failed, "FAILED", "COMPLETED").answered("outdated", Told::status("PENDING"))
        }),
        ("after refused", || after(collection().recorded().posted("refused", 403), "FAILED", "PENDING")),
        ("after not landed", || {
            let intent = super::intent(Operation::Collection).session_expires_at(START);
            let late = START.after(Duration::from_secs(60));
            let gone = Scenario::with(intent, policy()).uncertain().absent_for(60);
            after(gone.asked("expired", Told::http(404, "").dated(late)), "FAILED", "PROCESSING")
        }),
        ("after another amount", || {
            let other = || Told::status("COMPLETED").with("payer_amount", "249.99");
            let stuck = collection().open().asked("mismatched", other()).answered("confirmed", other());
            let stuck = stuck.answered("contradicted", Told::status("COMPLETED"));
            stuck.answered("outdated", Told::status("PENDING")).answered("no_answer", 500).hinted().adopted()
        }),
    ]
}

/// What can happen after each end.
fn after(ended: Scenario<Execution>, same: &str, other: &str) -> Scenario<Execution> {
    ended
        .hinted()
        .adopted()
        .answered("no_answer", 500)
        .answered("confirmed", Told::status(same))
        .answered("contradicted", Told::status(other))
}

/// Every script of a source, by name.
pub(crate) fn sources() -> Vec<Script<Source>> {
    vec![
        ("watched", || Scenario::invoice().hinted().resumed(60).adopted()),
        ("opened by the customer", || Scenario::invoice().asked("in_progress", Told::source("ACTIVE"))),
        ("paid", || {
            let paid = Scenario::invoice()
                .asked("unauthorized", 401)
                .asked("no_answer", 500)
                .asked("paid", Told::source("PAID").with("paid_at", "\"2025-06-15T15:06:41Z\""));
            around(paid, "PAID", "CANCELED").answered("outdated", Told::source("PROCESSING"))
        }),
        ("canceled", || {
            let canceled = Scenario::invoice().asked("canceled", Told::source("CANCELED"));
            around(canceled, "CANCELED", "PAID").answered("outdated", Told::source("IDLE"))
        }),
        ("another total", || {
            let other = Told::source("PAID").with("total_amount", "\"2.50\"");
            let mismatched = Scenario::invoice().asked("mismatched", &other).answered("confirmed", &other);
            let mismatched = mismatched.hinted().adopted().answered("no_answer", 404);
            mismatched
                .answered("outdated", Told::source("ACTIVE"))
                .answered("contradicted", Told::source("PAID"))
        }),
    ]
}

fn around(ended: Scenario<Source>, same: &str, other: &str) -> Scenario<Source> {
    ended
        .hinted()
        .adopted()
        .answered("no_answer", 429)
        .answered("confirmed", Told::source(same))
        .answered("contradicted", Told::source(other))
}
