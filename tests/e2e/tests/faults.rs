//! What network and vendor do wrong to a payment (fault classes F1 to F20), one at a time, before and after the
//! effect. The ledger says how often the request arrived and how often money moved; the verdict must agree with it.

use dollr_e2e::World;
use dollr_sim::{Call, Fault, FaultKind, SourceKind};

fn on_execute(kind: FaultKind) -> Fault {
    Fault::new(Call::Execute, kind)
}

fn on_status(kind: FaultKind) -> Fault {
    Fault::new(Call::Status, kind)
}

fn status(code: u16) -> FaultKind {
    FaultKind::Status { code, retry_after: None, body: None }
}

fn text(text: &str) -> String {
    text.to_string()
}

/// The world, fault by fault; the request may arrive `posts` times, and the order ends so.
#[track_caller]
fn expect(world: &World, fault: Fault, verdict: &str, posts: u64, charges: u64) {
    let name = format!("{fault:?}");
    let (payment, report) = world.collect([fault]);
    assert_eq!(report.verdict.name(), verdict, "{name}: {report:?}");
    assert_eq!(world.posts_and_charges(&payment), (posts, charges), "{name}");
}

/// F1, F2, F6, F9, T1, T2: an answer that does not come, from a vendor that would charge twice for two requests.
#[test]
fn a_lost_answer_never_charges_twice() {
    let world = World::without_deduplication();
    for kind in
        [FaultKind::Drop, FaultKind::Reset, FaultKind::CutHead, FaultKind::CutBody, status(500), status(503)]
    {
        expect(&world, on_execute(kind.clone()).after(), "paid", 1, 1);
        expect(&world, on_execute(kind), "not_landed", 1, 0);
    }
}

/// F1: a request that never arrived is called so only when its session has ended, and is not sent again.
#[test]
fn a_request_that_never_arrived_is_known_for_sure_after_its_session() {
    let world = World::start();
    let begun = world.sim.clock().now_ms();
    expect(&world, on_execute(FaultKind::Drop), "not_landed", 1, 0);
    let waited = world.sim.clock().now_ms() - begun;
    assert!(waited >= 16 * 60_000, "called absent {waited} ms after a session of 15 min began");
}

/// F3: the vendor says 404 while the request is still on its way, and then it arrives.
#[test]
fn a_404_is_no_proof_of_absence() {
    for reads in [1, 2, 5] {
        let world = World::without_deduplication();
        expect(&world, on_execute(FaultKind::DelayEffect { reads }), "paid", 1, 1);
    }
}

/// F4: the network delivers the request twice, to a vendor that takes the id for an idempotency key.
#[test]
fn a_request_that_arrives_twice_charges_once() {
    let world = World::start();
    let (payment, report) = world.collect([on_execute(FaultKind::Duplicate)]);
    assert_eq!(report.verdict.name(), "paid");
    assert_eq!(world.posts_and_charges(&payment).1, 1);
    assert_eq!(report.calls.execute, 1);
}

/// F5, F12, F17: older answers after newer ones.
#[test]
fn an_old_answer_changes_no_outcome() {
    let world = World::start();
    for kind in
        [FaultKind::Reorder, FaultKind::RegressedStatus, FaultKind::Stale { age: 3_600, completed: false }]
    {
        expect(&world, on_status(kind).times(3), "paid", 1, 1);
    }
}

/// F12, T15: a cache says `COMPLETED` about a payment that is never completed.
#[test]
fn what_a_cache_says_is_never_paid() {
    let world = World::start();
    let stale = on_status(FaultKind::Stale { age: 1, completed: true }).for_ever();
    let (_, report) = world.collect_with(&world.client(), "2001", [stale]);
    assert_eq!(report.verdict.name(), "open", "{report:?}");
    let (_, report) = world.collect_with(
        &world.client(),
        "2001",
        [on_status(FaultKind::Stale { age: 1, completed: true })],
    );
    assert_eq!(report.verdict.name(), "failed", "{report:?}");
}

/// F6, F7, F23: the answer ends within its head or body, or comes a byte at a time, or not at all.
#[test]
fn a_call_that_hangs_or_breaks_off_is_asked_about() {
    let world = World::without_deduplication();
    let client = world.impatient_client();
    for kind in
        [FaultKind::CutHead, FaultKind::CutBody, FaultKind::SlowBody { ms_per_byte: 50 }, FaultKind::Silent]
    {
        for fault in [on_execute(kind.clone()).after(), on_status(kind.clone()).times(2)] {
            let name = format!("{fault:?}");
            let (payment, report) = world.collect_with(&client, "1002", [fault]);
            assert_eq!(report.verdict.name(), "paid", "{name}: {report:?}");
            assert_eq!(world.posts_and_charges(&payment), (1, 1), "{name}");
        }
    }
}

/// F8: which refusals are final, which are not, and which say nothing.
#[test]
fn each_4xx_means_what_it_means() {
    let world = World::start();
    for code in [400, 403, 404, 422] {
        expect(&world, on_execute(status(code)), "refused", 1, 0);
    }
    for code in [401, 429] {
        expect(&world, on_execute(status(code)), "paid", 2, 1);
    }
    for code in [408, 409, 425] {
        expect(&world, on_execute(status(code)), "not_landed", 1, 0);
        expect(&world, on_execute(status(code)).after(), "paid", 1, 1);
    }
    for code in [400, 401, 403, 404, 408, 409, 422, 425, 429] {
        expect(&world, on_status(status(code)).times(3), "paid", 1, 1);
    }
}

/// F8: a token that is refused twice in a row is not tried a third time.
#[test]
fn a_request_is_repeated_once_with_a_new_token() {
    let world = World::start();
    expect(&world, on_execute(status(401)).times(2), "refused", 2, 0);
}

/// F8, API §5 rule 3: the complaint that the id is there already means that the request landed.
#[test]
fn a_duplicate_error_means_that_it_landed() {
    let world = World::start();
    for code in [400, 409, 422] {
        let body = Some(text(r#"{"detail": "reference_id already exists"}"#));
        let fault = on_execute(FaultKind::Status { code, retry_after: None, body }).after();
        expect(&world, fault, "paid", 1, 1);
    }
}

/// F9, F10: errors and a proxy's page with status 200.
#[test]
fn an_answer_that_says_nothing_decides_nothing() {
    let world = World::without_deduplication();
    for kind in [status(500), status(502), status(504), FaultKind::HtmlOk] {
        expect(&world, on_execute(kind.clone()).after(), "paid", 1, 1);
        expect(&world, on_execute(kind.clone()), "not_landed", 1, 0);
        expect(&world, on_status(kind).times(4), "paid", 1, 1);
    }
}

/// F13, T14: the answer is about another payment.
#[test]
fn an_answer_about_another_payment_is_ignored() {
    let world = World::start();
    expect(&world, on_status(FaultKind::WrongReference).times(3), "paid", 1, 1);
    expect(&world, on_execute(FaultKind::WrongReference).after(), "paid", 1, 1);
    let (_, report) = world.collect([on_status(FaultKind::WrongReference).for_ever()]);
    assert_eq!(report.verdict.name(), "open");
}

/// F14, F15, T17: money moved, but not the money that was ordered.
#[test]
fn another_amount_or_currency_is_never_paid() {
    let world = World::start();
    let amount = |amount: &str| FaultKind::WrongAmount { amount: text(amount) };
    for kind in [
        amount("249.99"),
        amount("250.01"),
        amount("\"2.50\""),
        FaultKind::WrongCurrency { currency: text("LRD") },
    ] {
        expect(&world, on_status(kind).for_ever(), "stuck", 1, 1);
    }
    for kind in [
        amount("1e400"),
        amount("-250.00"),
        amount("\"250,00\""),
        FaultKind::WrongCurrency { currency: text("usd") },
    ] {
        expect(&world, on_status(kind).for_ever(), "open", 1, 1);
    }
    expect(&world, on_status(amount("\"250.0\"")), "paid", 1, 1);
}

/// F16: a status that nobody has heard of, or in lower case.
#[test]
fn an_unknown_status_is_kept_and_never_final() {
    let world = World::start();
    for word in ["SETTLING", "completed", "PAID", ""] {
        let kind = FaultKind::UnknownStatus { text: text(word) };
        expect(&world, on_status(kind.clone()).times(3), "paid", 1, 1);
        let (_, report) = world.collect([on_status(kind).for_ever()]);
        assert_eq!(report.verdict.to_string(), format!("still open: {word}"));
    }
}

/// F18, T16: `FAILED` is final; the money that moves all the same is reported, once.
#[test]
fn a_failure_that_completes_later_is_a_conflict() {
    let world = World::start();
    let client = world.client();
    let (payment, report) = world.collect_with(&client, "5000", []);
    assert_eq!((report.verdict.name(), report.conflict), ("failed", None));
    world.sim.clock().advance(60_000);
    for _ in 0..3 {
        let report = client.status(payment.intent.reference_id()).expect("a report");
        assert_eq!(report.verdict.name(), "failed");
        assert!(report.conflict.is_some_and(|conflict| conflict.answered == "COMPLETED"));
    }
    assert_eq!(world.posts_and_charges(&payment), (1, 1));
}

/// F19, T10: fields that are missing, twice, null or of another type are a bad answer, not another outcome.
#[test]
fn a_malformed_answer_is_a_failed_poll() {
    let world = World::start();
    for name in ["reference_id", "status", "operation_type", "payer_amount", "payer_currency"] {
        let (name, json) = (text(name), text("[1]"));
        let twice = if name == "status" { text(r#""COMPLETED""#) } else { json.clone() };
        for kind in [
            FaultKind::MissingField { name: name.clone() },
            FaultKind::NullField { name: name.clone() },
            FaultKind::WrongType { name: name.clone(), json: json.clone() },
            FaultKind::DuplicateField { name: name.clone(), json: twice },
        ] {
            expect(&world, on_status(kind.clone()).times(2), "paid", 1, 1);
            expect(&world, on_execute(kind.clone()).after(), "paid", 1, 1);
            let (_, report) = world.collect([on_status(kind.clone()).for_ever()]);
            assert_eq!(report.verdict.name(), "open", "{kind:?}");
        }
    }
}

/// F19: what does not matter is not minded: unknown fields, a wrapper, amounts as strings.
#[test]
fn a_tolerable_answer_is_tolerated() {
    let world = World::start();
    for kind in [FaultKind::WrapData, FaultKind::StringAmounts] {
        expect(&world, on_status(kind.clone()).for_ever(), "paid", 1, 1);
        expect(&world, on_execute(kind).after(), "paid", 1, 1);
    }
}

/// F20, T12: `Retry-After` is a floor; whatever stands there, the wait stays in range.
#[test]
fn any_retry_after_is_survived() {
    let world = World::start();
    let rubbish = ["9223372036854775808", "-1", "NaN", "soon", "", "0", "Sun, 06 Nov 1994 08:49:37 GMT"];
    for value in rubbish {
        let kind = FaultKind::RetryAfter { value: text(value) };
        let verdict = if value.len() == 19 { "open" } else { "paid" };
        let (payment, report) = world.collect([on_execute(kind.clone())]);
        assert_eq!(report.verdict.name(), verdict, "{value:?}");
        assert!(world.posts_and_charges(&payment).0 <= 2);
        let (_, report) = world.collect([on_status(kind)]);
        assert_eq!(report.verdict.name(), verdict, "{value:?}");
    }
}

/// F20, I12: nobody calls before `Retry-After` is over.
#[test]
fn retry_after_is_a_floor() {
    let world = World::start();
    for fault in
        [Call::Execute, Call::Status].map(|at| Fault::new(at, FaultKind::RetryAfter { value: text("120") }))
    {
        let (payment, report) = world.collect([fault]);
        assert_eq!(report.verdict.name(), "paid");
        let calls = world.sim.ledger().calls;
        let mut own = calls.iter().filter(|call| call.reference_id.as_deref() == Some(&payment.key()));
        let refused = own.find(|call| call.answered == Some(429)).expect("a 429");
        let next = own.next().expect("another call");
        assert!(
            next.at_ms >= refused.at_ms + 120_000,
            "called again after {} ms",
            next.at_ms - refused.at_ms
        );
    }
}

/// All of it on hosted checkouts: nothing but the source's own `PAID` is paid.
#[test]
fn a_source_is_paid_only_by_its_own_answer() {
    let world = World::start();
    let client = world.client();
    for (kind, verdict) in [
        (FaultKind::Drop, "paid"),
        (status(500), "paid"),
        (status(401), "paid"),
        (FaultKind::HtmlOk, "paid"),
        (FaultKind::WrongReference, "paid"),
        (FaultKind::DuplicateField { name: text("status"), json: text(r#""IDLE""#) }, "paid"),
        (FaultKind::Stale { age: 9, completed: false }, "paid"),
        (FaultKind::WrongAmount { amount: text("249.99") }, "mismatch"),
        (FaultKind::WrongCurrency { currency: text("LRD") }, "mismatch"),
    ] {
        let order = world.sim.create_source(SourceKind::Order, "USD", "250.00");
        assert!(world.sim.pay_source(SourceKind::Order, order));
        world.sim.arm(Fault::new(Call::SourceStatus, kind.clone()));
        let source = format!("ORDER:{order}").parse().expect("a source");
        let (usd, total) = ("USD".parse().expect("a currency"), "250.00".parse().expect("an amount"));
        let report =
            client.verify_source(source, usd, total, std::time::Duration::from_secs(60)).expect("a report");
        assert_eq!(report.verdict.name(), verdict, "{kind:?}");
    }
}
