//! Why: each state says what it is, on what evidence, what it waits for and what to do, in true and plain sentences. All of them
//! are in `vectors/explanations.txt`; `DOLLR_BLESS=1 cargo test -p dollr-core --test suite explain::` writes it anew, to be read.

use std::time::Duration;

use crate::scenario::{
    START, Scenario, Subject, Told, Walk, cases, executions, happenings, id, intent, policy,
    source_happenings, sources,
};
use dollr_core::{
    Action, Decision, Execution, Intent, Loss, Machine, Operation, Resend, Snapshot, Source, Timestamp,
    Verdict,
};
use proptest::prelude::*;
use proptest::sample::select;

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn after(seconds: u64) -> Timestamp {
    START.after(secs(seconds))
}

fn collection() -> Scenario<Execution> {
    Scenario::collection()
}

/// A session that ends ten minutes after the start.
fn short_session() -> Scenario<Execution> {
    Scenario::with(intent(Operation::Collection).session_expires_at(after(600)), policy())
}

fn resending() -> Scenario<Execution> {
    let resend = Resend::AfterGrace { grace: secs(5), sends: 2 };
    Scenario::of(Operation::Collection, policy().resend(resend))
}

fn wants_3ds() -> Told {
    Told::status("PENDING").with("requires_action", "true").with("client_secret", "\"pi_1\"")
}

/// Asked until nobody is patient any more.
fn handed_over<M: Subject>(mut scenario: Scenario<M>, told: &Told) -> Scenario<M> {
    scenario = scenario.due();
    while !matches!(scenario.next(), Action::Done(_)) {
        scenario = scenario.answered("in_progress", told).due();
    }
    scenario
}

/// The moments are there for programs, too, where they matter.
#[test]
fn what_matters_is_said_as_a_moment_and_nothing_else_is() {
    let moments = |scenario: &Scenario<Execution>| {
        let explanation = scenario.machine.explain(scenario.now);
        (explanation.horizon, explanation.absence_from)
    };
    let horizon = Some(START.after(policy().horizon));
    let lost = short_session().uncertain();
    assert_eq!(moments(&lost).0, horizon);
    let absent = lost.asked("absent", Told::http(404, "").dated(START));
    assert!(moments(&absent).1.is_some_and(|from| from >= after(600)), "after the session's end");
    let endless = collection().uncertain();
    assert_eq!(moments(&endless).1, None, "nothing was absent yet");
    let absent = endless.asked("absent", Told::http(404, "").dated(START));
    assert_eq!(moments(&absent).1, Some(after(15 * 60)), "a session's life after it was absent");
    assert_eq!(moments(&collection().open()), (horizon, None));
    assert_eq!(moments(&collection()), (None, None), "nothing was sent");
    assert_eq!(moments(&collection().open().answered("completed", Told::status("COMPLETED"))), (None, None));

    let invoice = Scenario::invoice();
    assert_eq!(invoice.machine.explain(START).horizon, horizon);
    let paid = invoice.due().answered("paid", Told::source("PAID"));
    assert_eq!(paid.machine.explain(paid.now).horizon, None);
}

/// Which of the two got no answer: the request that was sent again, or the question after it.
#[test]
fn it_tells_a_request_without_an_answer_from_a_question() {
    let said = |scenario: &Scenario<Execution>| scenario.machine.explain(scenario.now).to_string();
    let again = resending().uncertain().asked("absent", 404).asked("absent", 404).asked("forgotten", 404);
    let again = again.secs(1).recorded().post_lost("ambiguous", Loss::Unknown);
    let request = said(&again);
    assert!(request.contains("The request got no answer."), "{request}");
    let question = said(&again.secs(5).asked("no_answer", 502));
    assert!(!question.contains("The request got no answer.") && question.contains("HTTP 502"), "{question}");
}

type Case = (&'static str, String);

fn told<M: Subject>(name: &'static str, scenario: &Scenario<M>) -> Case {
    let explanation = scenario.machine.explain(scenario.now);
    let word = format!("[{}, {}]", scenario.machine.state(), explanation.decision.name());
    (name, format!("{word}\n{explanation}"))
}

fn unsent() -> Vec<Case> {
    let no_connection =
        |scenario: Scenario<Execution>| scenario.recorded().post_lost("not_sent", Loss::NotSent);
    let throttled =
        || collection().recorded().posted("throttled", Told::http(429, "").header("Retry-After", "7"));
    let payout = Scenario::of(Operation::Payout, policy());
    let impatient = Scenario::of(Operation::Collection, policy().patience(Duration::ZERO));
    let anonymous = Intent::transfer(id(), "55".parse().unwrap());
    vec![
        told("prepared", &collection()),
        told("prepared, and nothing is named", &Scenario::with(anonymous, policy())),
        told("no connection", &no_connection(collection())),
        told("no connection, long ago", &no_connection(collection()).secs(3_600)),
        told("no connection, and nobody waits any more", &no_connection(impatient)),
        told("throttled", &throttled()),
        told("a token that had ended", &collection().recorded().posted("unauthorized", 401)),
        told("a payout whose process died before it was sent", &no_connection(payout).crashed()),
        told("looked after by somebody else", &no_connection(collection()).crashed().adopted()),
        told("sending", &collection().recorded()),
        told("sending, for the second time", &no_connection(collection()).recorded()),
    ]
}

fn uncertain() -> Vec<Case> {
    let dated = || Told::http(404, "").dated(after(5));
    let lost_again =
        resending().uncertain().asked("absent", 404).asked("absent", 404).asked("forgotten", 404);
    vec![
        told("lost", &collection().uncertain()),
        told("lost after a try without a connection", &{
            let first = collection().recorded().post_lost("not_sent", Loss::NotSent);
            first.recorded().post_lost("ambiguous", Loss::Unknown)
        }),
        told("answered 503", &collection().recorded().posted("ambiguous", 503)),
        told("its process died while it was sent", &collection().recorded().crashed().secs(60)),
        told("unknown to the vendor", &collection().uncertain().asked("absent", dated())),
        told("unknown, by an answer without a date", &collection().uncertain().asked("absent", 404)),
        told(
            "unknown, and the session's end is known",
            &short_session().uncertain().asked("absent", dated()),
        ),
        told("watched for long", &short_session().uncertain().absent_for(500)),
        told(
            "unknown, then no answer",
            &collection().uncertain().asked("absent", dated()).asked("no_answer", 502),
        ),
        told("no answer at all", &collection().uncertain().asked("no_answer", 500).asked("no_answer", 500)),
        told("told to be patient", &{
            let patient = Told::http(429, "").header("Retry-After", "60");
            collection().uncertain().asked("no_answer", patient)
        }),
        told("left alone for an hour", &{
            let patient = Told::http(429, "").header("Retry-After", "3600");
            collection().uncertain().resumed(86_400).asked("no_answer", patient).asked("absent", 404)
        }),
        told("it may be sent again", &resending().uncertain().asked("absent", 404)),
        told("about to be sent again", &lost_again),
        told("sent again", &lost_again.clone().recorded()),
        told("sent again and lost", &lost_again.clone().recorded().post_lost("ambiguous", Loss::Unknown)),
        told(
            "sent again and taken on",
            &lost_again.clone().recorded().posted("accepted", Told::status("PENDING")),
        ),
    ]
}

fn open() -> Vec<Case> {
    let processing = Told::status("PROCESSING");
    let over = handed_over(collection().open(), &processing).secs(72 * 3_600);
    let horizon = over.clone().answered("in_progress", &processing);
    vec![
        told("taken on", &collection().open()),
        told("a question is due", &collection().open().due()),
        told("processing", &collection().open().asked("in_progress", &processing)),
        told("found by asking", &collection().uncertain().asked("in_progress", Told::status("PENDING"))),
        told(
            "a word that nobody knows",
            &collection().open().asked("in_progress", Told::status("").with("status", r#""ON\u001bHOLD""#)),
        ),
        told("the status API fails", &collection().open().asked("no_answer", 503).asked("no_answer", 503)),
        told(
            "a cache answers",
            &collection().open().asked("no_answer", processing.clone().header("Age", "3")),
        ),
        told("a token that had ended", &collection().open().asked("unauthorized", 401)),
        told("3-D Secure", &collection().recorded().posted("accepted", wants_3ds())),
        told("3-D Secure, shown", &collection().recorded().posted("accepted", wants_3ds()).shown()),
        told("patience is over", &handed_over(collection().open(), &processing)),
        told("patience is over, for a payout", &{
            let payout = Scenario::of(Operation::Payout, policy()).open();
            handed_over(payout, &Told::of(Operation::Payout, "PENDING"))
        }),
        told("the clock is set back", &collection().open().asked("in_progress", &processing).set_back(3_600)),
        told("looked after", &handed_over(collection().open(), &processing).adopted()),
        told("the horizon has passed, one question is due", &over),
        told("the horizon has passed", &horizon),
        told(
            "somebody waits on after the horizon",
            &horizon.resumed(600).answered("in_progress", &processing),
        ),
    ]
}

fn ended() -> Vec<Case> {
    let completed = Told::status("COMPLETED").with("provider_transaction_id", "\"MTN-77.\"");
    let paid = || collection().open().asked("completed", &completed);
    let declined = || Told::status("FAILED").with("wallet_message", "\"insufficient funds.\"");
    let failed = || collection().open().asked("failed", declined());
    let other = Told::status("COMPLETED").with("payer_amount", "2.50");
    let stuck = || collection().open().asked("mismatched", &other);
    let complaint = r#"{"detail":[{"loc":["body","currency"],"msg":"field required"}]}"#;
    let gone =
        short_session().uncertain().absent_for(660).asked("expired", Told::http(404, "").dated(after(3_600)));
    let transfer = Intent::transfer(id(), "55".parse().unwrap());
    let transfer = Scenario::with(transfer, policy()).open();
    vec![
        told("paid", &paid()),
        told("paid, and a later look failed", &paid().secs(60).answered("no_answer", 500)),
        told("paid, then FAILED", &paid().secs(60).answered("contradicted", Told::status("FAILED"))),
        told("a transfer of whatever it was", &{
            let told =
                Told::of(Operation::Transfer, "COMPLETED").without("payer_amount").without("payer_currency");
            transfer.asked("completed", told)
        }),
        told("failed", &failed()),
        told("failed without a reason", &collection().open().asked("failed", Told::status("FAILED"))),
        told("failed, and looked after", &failed().adopted()),
        told("failed, and so it stayed", &failed().adopted().asked("confirmed", declined())),
        told("failed, then COMPLETED", &failed().secs(60).answered("contradicted", &completed)),
        told("refused", &collection().recorded().posted("refused", Told::http(422, complaint))),
        told("refused at the second try", &{
            let tried = collection().recorded().posted("unauthorized", 401);
            tried.recorded().posted("refused", Told::http(401, r#"{"detail": "Not authenticated"}"#))
        }),
        told("refused, then PENDING", &{
            let refused = collection().recorded().posted("refused", 403);
            refused.secs(60).answered("contradicted", Told::status("PENDING"))
        }),
        told("not landed", &gone),
        told("another amount", &stuck()),
        told("another amount, then the right one", &stuck().secs(60).answered("contradicted", &completed)),
    ]
}

fn watched() -> Vec<Case> {
    let paid_at = Told::source("PAID").with("paid_at", "\"2025-06-15T15:06:41Z\"");
    let active = Told::source("ACTIVE");
    let over = handed_over(Scenario::invoice(), &active).secs(72 * 3_600);
    let paid = || Scenario::invoice().asked("paid", &paid_at);
    vec![
        told("watched", &Scenario::invoice()),
        told("opened by the customer", &Scenario::invoice().asked("in_progress", &active)),
        told("no answer", &Scenario::invoice().asked("no_answer", 503)),
        told("no answer later", &Scenario::invoice().asked("in_progress", &active).asked("no_answer", 503)),
        told("patience is over", &handed_over(Scenario::invoice(), &active)),
        told("the horizon has passed", &over.answered("in_progress", &active)),
        told("paid", &paid()),
        told("paid, then CANCELED", &paid().secs(60).answered("contradicted", Told::source("CANCELED"))),
        told("canceled", &Scenario::invoice().asked("canceled", Told::source("CANCELED"))),
        told("another total", &{
            Scenario::invoice().asked("mismatched", Told::source("PAID").with("total_amount", "\"2.50\""))
        }),
    ]
}

#[test]
fn each_state_explains_itself() {
    let text = |title: &str, cases: Vec<Case>| {
        let cases = cases.into_iter().map(|(name, told)| format!("## {name}\n{told}\n"));
        format!("# {title}\n\n{}", cases.collect::<Vec<_>>().join("\n"))
    };
    let now = [
        text("An execution that was not sent, or is being sent", unsent()),
        text("An execution of which nobody knows", uncertain()),
        text("An execution that is under way", open()),
        text("An execution that has ended", ended()),
        text("A source", watched()),
    ]
    .join("\n");
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/explanations.txt");
    if std::env::var_os("DOLLR_BLESS").is_some() {
        std::fs::write(path, &now).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap();
    let (kept, now): (Vec<_>, Vec<_>) = (kept.lines().collect(), now.lines().collect());
    for (n, (kept, now)) in kept.iter().zip(&now).enumerate() {
        assert_eq!(kept, now, "line {} of explanations.txt", n + 1);
    }
    assert_eq!(kept.len(), now.len());
}

/// What holds for every machine at every moment.
fn hold<M: Subject>(machine: &M, now: Timestamp) -> Result<(), TestCaseError> {
    let explanation = machine.explain(now);
    prop_assert_eq!(&explanation, &machine.explain(now));
    for part in [&explanation.subject, &explanation.standing, &explanation.waiting, &explanation.advice] {
        prop_assert!(!part.is_empty(), "a part is missing: {explanation}");
    }
    for sentence in explanation.sentences() {
        prop_assert!(sentence.ends_with('.') && !sentence.ends_with(".."), "no sentence: {sentence}");
        prop_assert!(sentence.chars().next().is_some_and(char::is_uppercase), "no sentence: {sentence}");
        prop_assert!(!sentence.chars().any(char::is_control), "control characters: {sentence:?}");
    }
    let action = machine.next(now);
    let verdict = if let Action::Done(verdict) = &action { verdict.clone() } else { machine.verdict() };
    let decision = match verdict {
        _ if machine.conflict().is_some() => Decision::Person,
        Verdict::Paid(_) => Decision::Fulfil,
        Verdict::Open { .. } => Decision::Wait,
        Verdict::Stuck(_) | Verdict::Mismatch(_) => Decision::Person,
        _ => Decision::NewAttempt,
    };
    prop_assert_eq!(explanation.decision, decision);
    let said = |words: &str| explanation.advice.iter().any(|sentence| sentence.contains(words));
    prop_assert_eq!(said("A new attempt is safe"), decision == Decision::NewAttempt);
    prop_assert_eq!(said(", once."), decision == Decision::Fulfil);
    prop_assert_eq!(said("A person must look"), decision == Decision::Person);
    prop_assert!(decision != Decision::NewAttempt || !machine.holds_order());
    prop_assert_eq!(decision == Decision::Fulfil, machine.is_paid());
    let due = match action {
        Action::Record(_) | Action::Send(_) => Some(now),
        Action::Wait { until, .. } => Some(until),
        Action::Act { .. } | Action::Done(_) => None,
    };
    prop_assert_eq!(explanation.next_call, due);
    Ok(())
}

#[test]
fn every_script_explains_itself_at_any_time() {
    for late in [0, 1, 600, 72 * 3_600, 10 * 365 * 86_400] {
        for (name, script) in executions() {
            let done = script().secs(late);
            hold(&done.machine, done.now).unwrap_or_else(|e| panic!("{name}, {late} s later: {e}"));
        }
        for (name, script) in sources() {
            let done = script().secs(late);
            hold(&done.machine, done.now).unwrap_or_else(|e| panic!("{name}, {late} s later: {e}"));
        }
    }
}

/// T31: a snapshot that was written elsewhere, with the right checksum, may hold anything.
#[test]
fn words_that_were_kept_move_no_cursor() {
    let refused = collection().recorded().posted("refused", Told::http(422, r#"{"detail": "currency"}"#));
    let kept = refused.machine.snapshot().to_string();
    let kept = kept.replace("\"message\":\"currency\"", r#""message":"\u001b[2J\nPaid""#);
    let (head, content) = kept.split_once("\"content\":").unwrap();
    let content = content.strip_suffix('}').unwrap();
    let check = format!("{:08x}", crc32fast::hash(format!("execution/1/{content}").as_bytes()));
    let (before, after) = head.split_once("\"check\":\"").unwrap();
    let written = format!("{before}\"check\":\"{check}{}\"content\":{content}}}", &after[8..]);
    let restored = Execution::restore(&Snapshot::new(written)).unwrap();
    let told = restored.explain(START);
    assert!(told.sentences().all(|sentence| !sentence.chars().any(char::is_control)), "{told:?}");
    assert!(told.to_string().contains(r"HTTP 422: \u{1b}[2J\u{a}Paid."), "{told}");
    let escalation = restored.escalation(START);
    assert!(!escalation.details.iter().any(|detail| detail.value.chars().any(char::is_control)));
}

fn invoice() -> Source {
    let (currency, total) = ("USD".parse().unwrap(), "250.00".parse().unwrap());
    Source::watch("INVOICE:101".parse().unwrap(), currency, total, policy(), START)
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn whatever_happens_to_an_execution_it_explains_itself(
        (operation, happenings) in select(Operation::ALL.to_vec())
            .prop_flat_map(|operation| (Just(operation), happenings(operation))),
        again in any::<bool>(),
    ) {
        let resend = Resend::AfterGrace { grace: secs(5), sends: 3 };
        let policy = if again { policy().resend(resend) } else { policy() };
        let mut walk = Walk::new(Execution::prepare(intent(operation), policy, START));
        for happening in &happenings {
            walk = walk.step(happening);
            hold(&walk.machine, walk.now)?;
        }
    }

    #[test]
    fn whatever_happens_to_a_source_it_explains_itself(happenings in source_happenings(), shift in any::<u64>()) {
        let mut walk = Walk::new(invoice());
        for happening in &happenings {
            walk = walk.step(happening);
            hold(&walk.machine, walk.now)?;
            hold(&walk.machine, Timestamp::from_millis(shift))?;
        }
    }
}
