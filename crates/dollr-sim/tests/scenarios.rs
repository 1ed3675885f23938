//! The magic values, the hosted page, the control endpoints, and the vendor's own curl calls.

mod support;

use std::process::Command;

use dollr_sim::{Clock, Simulator, SourceKind, cheat_sheet};
use serde_json::json;
use support::{START_MS, World, new_reference, world, world_of};

#[test]
fn each_magic_account_lives_the_life_the_cheat_sheet_tells() {
    type Life = &'static [(u64, &'static str, u64)];
    let lives: [(&str, Life); 12] = [
        (
            "18",
            &[(0, "PENDING", 0), (1_500, "PROCESSING", 0), (2_999, "PROCESSING", 0), (3_000, "COMPLETED", 1)],
        ),
        ("1000", &[(0, "COMPLETED", 1)]),
        ("1002", &[(0, "PENDING", 0), (1_000, "PROCESSING", 0), (2_000, "COMPLETED", 1)]),
        ("2000", &[(0, "FAILED", 0), (99_000, "FAILED", 0)]),
        ("2001", &[(0, "PENDING", 0), (1_000, "PROCESSING", 0), (3_000, "FAILED", 0)]),
        ("3000", &[(0, "PROCESSING", 0), (3_000_000, "PROCESSING", 0)]),
        ("3001", &[(0, "PENDING", 0), (3_000_000, "PENDING", 0)]),
        ("4001", &[(0, "PENDING", 0), (5_000, "COMPLETED", 1)]),
        ("5000", &[(0, "PENDING", 0), (2_000, "FAILED", 0), (5_999, "FAILED", 0), (6_000, "COMPLETED", 1)]),
        ("6000", &[(0, "PENDING", 0), (1_000, "SETTLING", 0), (6_000, "COMPLETED", 1)]),
        ("7000", &[(3_999, "PENDING", 0), (4_000, "PROCESSING", 0), (12_000, "COMPLETED", 1)]),
        ("8000", &[(0, "COMPLETED", 1)]),
    ];
    for (account, life) in lives {
        let world = world();
        let payment = world.prepare(account);
        assert_eq!(world.collect(&payment).status, 200);
        for (at, status, charges) in life {
            world.clock.advance_to(START_MS + at);
            let reply = world.status(&payment);
            assert_eq!(
                (reply.field("status").as_str(), world.charges(&payment)),
                (*status, *charges),
                "{account}"
            );
            assert_eq!(reply.field("wallet_message") != "null", *status == "FAILED", "{account}");
        }
    }
}

/// Nobody types an account for money that goes back: it behaves like the one that the phone number ends with.
#[test]
fn a_refund_lives_the_life_that_its_phone_number_names() {
    let world = world();
    for (phone, status, moved) in [("231880002000", "FAILED", 0), ("231880001000", "COMPLETED", 1)] {
        let checkout = checkout(&world, phone, true);
        let back =
            world.post_form(checkout["url"].as_str().expect("a url"), "method=wallet&decision=approve");
        assert_eq!((back.status, source_status(&world, &checkout).as_str()), (303, "PAID"));
        let order = checkout["source_id"].as_u64().expect("an id");
        let session = world.sim.create_session(SourceKind::Order, order).to_string();
        let reference = new_reference();
        let body = json!({"session_id": session, "reference_id": reference});
        assert_eq!(world.post("/v1/executions/refund", &body).field("status"), status, "{phone}");
        assert_eq!(world.sim.ledger().charges(&reference), moved);
    }
}

#[test]
fn a_simulator_that_is_reset_has_forgotten_all_but_its_time() {
    let world = world();
    let payment = world.prepare("1000");
    world.collect(&payment);
    world.clock.advance(1_000);
    world.sim.reset();
    assert_eq!(world.sim.ledger().charges(&payment.reference), 0);
    assert_eq!(world.status(&payment).status, 401, "tokens are among it");
    assert_eq!(world.clock.now_ms(), START_MS + 1_000);
}

/// I10: what is printed of it says where it is, and nothing of what is in it.
#[test]
fn what_is_printed_of_a_simulator_is_its_address() {
    let builder = Simulator::builder();
    assert!(format!("{builder:?}").starts_with("Builder { listen: 127.0.0.1:0"), "{builder:?}");
    let sim = builder.start().expect("a simulator");
    assert_eq!(format!("{sim:?}"), format!("Simulator {{ base_url: {:?}, .. }}", sim.base_url()));
}

#[test]
fn account_8000_writes_amounts_as_strings() {
    let world = world();
    let payment = world.prepare("8000");
    assert!(world.collect(&payment).text.contains(r#""payer_amount":"75.50""#));
}

#[test]
fn a_card_waits_for_the_payer_on_the_3ds_page() {
    for (decision, status, charges) in [("approve", "COMPLETED", 1), ("decline", "FAILED", 0)] {
        let world = world();
        let payment = world.prepare("4000");
        let reply = world.collect(&payment).json();
        assert_eq!((&reply["status"], &reply["requires_action"]), (&json!("PENDING"), &json!(true)));
        let secret = reply["client_secret"].as_str().expect("a client secret");
        let page = format!("{}/sim/3ds/{secret}", world.sim.base_url());
        assert!(world.open(&page).text.contains("75.50 USD"));
        world.clock.advance(60_000);
        assert_eq!(world.status(&payment).field("status"), "PENDING");
        assert_eq!(world.post_form(&page, &format!("decision={decision}")).status, 200);
        let reply = world.status(&payment).json();
        assert_eq!((&reply["status"], world.charges(&payment)), (&json!(status), charges));
        assert_eq!((&reply["requires_action"], &reply["client_secret"]), (&json!(false), &json!(null)));
        assert!(world.post_form(&page, "decision=approve").text.contains("nothing left to confirm"));
        assert!(!world.sim.confirm_3ds(&payment.reference, true), "and not by the handle either");
    }
}

fn checkout(world: &World, phone: &str, urls: bool) -> serde_json::Value {
    let url = |path: &str| urls.then(|| format!("https://shop.example/{path}?a=1&b=2"));
    let body = json!({
        "mode": "HOSTED", "source_kind": "ORDER", "party_phone": phone, "currency": "USD",
        "party_name": "Ma <b>Kou</b>",
        "items": [{"name": "\"Rice\" & <script>", "currency": "USD", "amount": "12.50"}],
        "success_url": url("thanks"), "cancel_url": url("cart"),
    });
    let reply = world.post("/v1/checkouts/create", &body);
    assert_eq!(reply.status, 200, "{}", reply.text);
    reply.json()
}

fn source_status(world: &World, checkout: &serde_json::Value) -> String {
    let id = &checkout["source_id"];
    world.get(&format!("/v1/status/source?source_type=ORDER&source_id={id}")).field("status")
}

#[test]
fn the_customer_approves_or_declines_on_the_page_and_is_sent_back() {
    for (decision, location, status, charges) in [
        ("approve", "https://shop.example/thanks?a=1&b=2", "PAID", 1),
        ("decline", "https://shop.example/cart?a=1&b=2", "CANCELED", 0),
    ] {
        let world = world();
        let checkout = checkout(&world, "231880000001", true);
        assert_eq!(source_status(&world, &checkout), "IDLE");
        let url = checkout["url"].as_str().expect("a url");
        let page = world.open(url);
        assert!(
            page.text.contains("12.50 USD") && page.text.contains("&quot;Rice&quot; &amp; &lt;script&gt;")
        );
        assert!(
            !page.text.contains("<script") && !page.text.contains("<b>Kou"),
            "nothing of the caller's is HTML"
        );
        assert_eq!(source_status(&world, &checkout), "ACTIVE");
        let back = world.post_form(url, &format!("method=card&decision={decision}"));
        assert_eq!((back.status, back.header("location")), (303, location));
        assert_eq!(source_status(&world, &checkout), status);
        let receipt = world.open(&url.replace("/pay/", "/receipt/")).text;
        assert!(receipt.contains(status) && receipt.contains("Card") == (status == "PAID"), "{receipt}");
        let again = world.post_form(url, "method=wallet&decision=approve");
        assert_eq!(again.status, 200, "a decision is final");
        let said = if status == "PAID" { "is paid. Thank you." } else { "is canceled." };
        assert!(world.open(url).text.contains(said), "{}", world.open(url).text);
        let id = checkout["source_id"].as_u64().expect("an id");
        assert_eq!(world.sim.ledger().charges_for_order(SourceKind::Order, id), charges);
    }
}

#[test]
fn without_urls_the_page_itself_says_what_became_of_it() {
    let world = world();
    let checkout = checkout(&world, "231880000001", false);
    let url = checkout["url"].as_str().expect("a url");
    let page = world.post_form(url, "method=wallet&decision=approve");
    assert!(page.status == 200 && page.text.contains("is paid"), "{}", page.text);
    assert_eq!(world.post_form(url, "decision=maybe").status, 422);
    assert_eq!(world.open(&format!("{}/sim/pay/nothing", world.sim.base_url())).status, 404);
}

#[test]
fn a_magic_phone_chooses_the_customers_life() {
    let world = world();
    let slow = checkout(&world, "231880009002", true);
    let never = checkout(&world, "231880009003", true);
    for source in [&slow, &never] {
        let back = world.post_form(source["url"].as_str().expect("a url"), "method=wallet&decision=approve");
        assert_eq!(back.status, 303, "the success page may be seen before the payment is done");
        assert_eq!(source_status(&world, source), "PROCESSING");
        let page = world.open(source["url"].as_str().expect("a url")).text;
        assert!(page.contains("is under way."), "nothing to decide any more: {page}");
    }
    let pays = checkout(&world, "231880009004", true);
    let cancels = checkout(&world, "231880009005", true);
    world.clock.advance(2_999);
    assert_eq!(
        (source_status(&world, &pays), source_status(&world, &cancels)),
        ("IDLE".into(), "IDLE".into())
    );
    world.clock.advance(1);
    assert_eq!(
        (source_status(&world, &pays), source_status(&world, &cancels)),
        ("PAID".into(), "CANCELED".into())
    );
    world.clock.advance(2_000);
    assert_eq!(
        (source_status(&world, &slow), source_status(&world, &never)),
        ("PAID".into(), "PROCESSING".into())
    );
}

#[test]
fn the_handle_acts_as_the_customer() {
    let world = world();
    let paid = world.sim.create_source(SourceKind::Invoice, "LRD", "1000");
    let canceled = world.sim.create_source(SourceKind::Invoice, "LRD", "1000");
    assert!(
        world.sim.pay_source(SourceKind::Invoice, paid)
            && world.sim.cancel_source(SourceKind::Invoice, canceled)
    );
    assert!(
        !world.sim.pay_source(SourceKind::Invoice, canceled)
            && !world.sim.pay_source(SourceKind::Order, paid)
    );
    let status =
        |id| world.get(&format!("/v1/status/source?source_type=INVOICE&source_id={id}")).field("status");
    assert_eq!((status(paid), status(canceled)), ("PAID".to_owned(), "CANCELED".to_owned()));
}

#[test]
fn the_control_endpoints_do_what_the_handle_does() {
    let world = world();
    let armed = world.post("/_sim/faults", &json!({"kind": "status", "code": 503}));
    assert_eq!(armed.status, 200, "{}", armed.text);
    assert_eq!(
        world.get("/_sim/faults").json(),
        json!([{"at": "any", "kind": "status", "code": 503, "when": "before", "times": 1, "skip": 0}])
    );
    assert_eq!(world.get("/v1/links/pay").status, 503);
    assert_eq!(world.post("/_sim/faults", &json!({"kind": "drop", "wen": "after"})).status, 422);

    assert_eq!(
        world.post("/_sim/dedup", &json!({"deduplicate": false})).json(),
        json!({"deduplicate": false})
    );
    assert_eq!(world.get("/_sim/dedup").json(), json!({"deduplicate": false}));
    let payment = world.prepare("1000");
    world.collect(&payment);
    world.collect(&payment);
    assert_eq!(world.charges(&payment), 2);

    let clock = world.post("/_sim/clock", &json!({"advance_ms": 5_000})).json();
    assert_eq!(clock, json!({"now_ms": START_MS + 5_000, "now": "2025-06-01T14:30:05Z", "manual": true}));
    world.post("/_sim/clock", &json!({"advance_to_ms": START_MS + 9_000}));
    assert_eq!(world.get("/_sim/clock").json()["now_ms"], START_MS + 9_000);

    assert_eq!(world.post("/_sim/tokens/expire", &json!({})).json(), json!({"expired": 1}));
    assert_eq!(world.status(&payment).status, 401);
    assert_eq!(world.post("/_sim/reset", &json!({})).status, 200);
    assert!(world.sim.ledger().calls.is_empty() && world.sim.ledger().references.is_empty());
    assert!(world.get("/").text.contains("Magic accounts"));
}

#[test]
fn a_scaled_clock_runs_ahead() {
    let clock = Clock::scaled(1_000_000.0);
    let start = clock.now_ms();
    while clock.now_ms() < start + 60_000 {
        std::thread::yield_now();
    }
    clock.advance(86_400_000);
    assert!(clock.now_ms() >= start + 86_460_000 && !clock.is_manual());
}

#[test]
fn the_cheat_sheet_fits_a_terminal() {
    let sheet = cheat_sheet();
    for line in sheet.lines() {
        assert!(line.chars().count() <= 120, "{line}");
    }
}

/// Runs curl as the vendor's documentation writes it, but for the host.
fn curl(world: &World, path: &str, body: Option<&str>) -> serde_json::Value {
    let mut command = Command::new("curl");
    command.args(["--silent", "--show-error", "--noproxy", "*", &format!("{}{path}", world.sim.base_url())]);
    command.args(["-H", "Authorization: Bearer YOUR_ACCESS_TOKEN"]);
    if let Some(body) = body {
        command.args(["-X", "POST", "-H", "Content-Type: application/json", "-d", body]);
    }
    let output = command.output().expect("curl runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

#[test]
fn the_vendors_documented_curl_calls_work() {
    let world = world_of(Simulator::builder());
    let session =
        curl(&world, "/v1/sessions/checkout", Some(r#"{"source_id": 101, "source_type": "INVOICE"}"#));
    assert_eq!(session["source_type"], "INVOICE");
    let collection = r#"{
        "session_id": "55",
        "payment_account_id": "18",
        "currency": "USD",
        "reference_id": "550e8400-e29b-41d4-a716-446655440000"
    }"#;
    let execution = curl(&world, "/v1/executions/collection", Some(collection));
    assert_eq!(execution["status"], "PENDING");
    world.clock.advance(3_000);
    let status = curl(&world, "/v1/status/collection/550e8400-e29b-41d4-a716-446655440000", None);
    assert_eq!(status["status"], "COMPLETED");
    let source = curl(&world, "/v1/status/source?source_type=INVOICE&source_id=101", None);
    assert_eq!((&source["status"], &source["source_number"]), (&json!("PAID"), &json!("INV-000101")));
    let link = curl(&world, "/v1/links/receipt?source_type=INVOICE&source_number=INV-000101", None);
    assert!(link["url"].as_str().is_some_and(|url| url.starts_with("http://127.0.0.1:")));
    assert_eq!(world.sim.ledger().charges_for_order(SourceKind::Invoice, 101), 1);
}

#[test]
fn a_simulator_is_shared_between_threads() {
    fn shareable<T: Send + Sync>() {}
    shareable::<Simulator>();
}
