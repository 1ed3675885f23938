//! Each endpoint of the API: its answer, and how it refuses.

mod support;

use dollr_sim::{Simulator, SourceKind};
use serde_json::{Value, json};
use support::{errors, new_reference, world, world_of};

fn checkout() -> Value {
    json!({
        "mode": "HOSTED",
        "source_kind": "INVOICE",
        "party_phone": "231880000001",
        "party_name": null,
        "currency": "USD",
        "items": [
            {"name": "Rice", "currency": "USD", "amount": 200.10},
            {"name": "Oil", "currency": "USD", "amount": "49.90"},
        ],
        "success_url": "https://shop.example/thanks",
        "cancel_url": "https://shop.example/cart",
    })
}

#[test]
fn a_token_is_given_for_its_life_in_minutes() {
    let world = world_of(Simulator::builder().token_life_minutes(30).credentials("me", "mine"));
    let right =
        world.post("/v1/jwt/client/obtain/token", &json!({"client_id": "me", "client_secret": "mine"}));
    assert_eq!((right.status, right.json()["expires_in"].as_u64()), (200, Some(30)));
    let wrong = world.post("/v1/jwt/client/obtain/token", &json!({"client_id": "me", "client_secret": "x"}));
    assert_eq!((wrong.status, wrong.json()), (401, json!({"detail": "Could not validate credentials"})));
    let partial = world.post("/v1/jwt/client/obtain/token", &json!({"client_id": 7}));
    assert_eq!(
        errors(&partial),
        ["body.client_id: type_error.str", "body.client_secret: value_error.missing"]
    );
}

#[test]
fn a_token_ends_with_its_life_or_by_command() {
    let world = world();
    assert_eq!(world.get("/v1/status/source?source_type=ORDER&source_id=202").status, 200);
    world.clock.advance(60 * 60_000 - 1);
    assert_eq!(world.get("/v1/status/source?source_type=ORDER&source_id=202").status, 200);
    world.clock.advance(1);
    let expired = world.get("/v1/status/source?source_type=ORDER&source_id=202");
    assert_eq!((expired.status, expired.field("detail")), (401, "Could not validate credentials".to_owned()));

    let mut world = world;
    world.token = world.obtain_token();
    assert_eq!(world.get("/v1/status/source?source_type=ORDER&source_id=202").status, 200);
    world.sim.expire_tokens();
    assert_eq!(world.get("/v1/status/source?source_type=ORDER&source_id=202").status, 401);
}

#[test]
fn every_endpoint_wants_a_token_before_it_looks_at_the_request() {
    let mut world = world();
    world.token = "made-up".to_owned();
    let posts = ["checkouts/create", "sessions/checkout", "executions/collection", "executions/refund"];
    for path in posts {
        assert_eq!(world.post(&format!("/v1/{path}"), &json!({})).status, 401, "{path}");
    }
    for path in ["status/source", "status/payout/x", "links/pay", "links/receipt"] {
        let url = format!("{}/v1/{path}", world.sim.base_url());
        let anonymous = world.open(&url);
        assert_eq!(
            (anonymous.status, anonymous.field("detail")),
            (401, "Not authenticated".to_owned()),
            "{path}"
        );
    }
}

#[test]
fn a_checkout_answers_every_documented_field() {
    let world = world();
    let reply = world.post("/v1/checkouts/create", &checkout());
    assert_eq!(reply.status, 200, "{}", reply.text);
    let json = reply.json();
    for name in [
        "id",
        "mode",
        "url",
        "hosted_path_or_token",
        "source_type",
        "source_id",
        "source_number",
        "source_status",
        "counterparty_id",
        "party_id",
        "currency",
        "total_amount",
        "reference_id",
        "due_date",
        "expires_at",
        "success_url",
        "cancel_url",
    ] {
        assert!(json.get(name).is_some(), "{name}");
    }
    assert!(reply.text.contains(r#""total_amount":250.00,"#), "exact: {}", reply.text);
    let id = json["source_id"].as_u64().expect("an integer");
    assert_eq!(json["source_number"], format!("INV-{id:06}"));
    assert_eq!(json["source_status"], "IDLE");
}

#[test]
fn a_checkout_names_every_wrong_field() {
    let world = world();
    let mut body = checkout();
    body["source_type"] = body["source_kind"].take();
    body["party_phone"] = json!("+231880000001");
    body["currency"] = json!("usd");
    body["success_url"] = json!("javascript:alert(1)");
    body["items"][1]["amount"] = json!("0.001");
    body["items"][0].as_object_mut().expect("an item").remove("name");
    let mut found = errors(&world.post("/v1/checkouts/create", &body));
    found.sort();
    assert_eq!(
        found,
        [
            "body.currency: value_error.str.regex",
            "body.items.0.currency: value_error",
            "body.items.0.name: value_error.missing",
            "body.items.1.amount: value_error.number.not_ge",
            "body.items.1.currency: value_error",
            "body.party_phone: value_error.str.regex",
            "body.source_kind: type_error.none.not_allowed",
            "body.success_url: value_error.url.scheme",
        ]
    );
    for (text, kind) in [
        ("{", "value_error.jsondecode"),
        ("[]", "type_error.dict"),
        ("null", "type_error.dict"),
        ("", "value_error.missing"),
    ] {
        let reply = world.try_send("/v1/checkouts/create", text).expect("an answer");
        assert_eq!(errors(&reply), [format!("body: {kind}")]);
    }
}

#[test]
fn amounts_that_no_one_may_send_are_refused() {
    let world = world();
    for amount in
        [json!(-1), json!("1,00"), json!(1e300), json!("NaN"), json!(true), json!(0), json!("1_000.00")]
    {
        let mut body = checkout();
        body["items"] = json!([{"name": "x", "currency": "USD", "amount": amount}]);
        assert_eq!(world.post("/v1/checkouts/create", &body).status, 422, "{amount}");
    }
}

#[test]
fn a_session_lives_fifteen_minutes() {
    let world = world();
    let reply = world.post("/v1/sessions/checkout", &json!({"source_id": 202, "source_type": "ORDER"}));
    assert_eq!(reply.status, 200, "{}", reply.text);
    assert!(reply.json()["id"].is_u64());
    assert_eq!(reply.field("created_at"), "2025-06-01T14:30:00Z");
    assert_eq!(reply.field("expires_at"), "2025-06-01T14:45:00Z");
    let missing = world.post("/v1/sessions/checkout", &json!({"source_id": 9, "source_type": "ORDER"}));
    assert_eq!((missing.status, missing.field("detail")), (404, "Source not found".to_owned()));
    let wrong = world.post("/v1/sessions/checkout", &json!({"source_id": "202", "source_type": "order"}));
    assert_eq!(errors(&wrong), ["body.source_id: type_error.integer", "body.source_type: type_error.enum"]);
}

#[test]
fn a_collection_goes_from_pending_to_completed() {
    let world = world();
    let payment = world.prepare("7000");
    let reply = world.collect(&payment);
    assert_eq!(reply.status, 200, "{}", reply.text);
    assert_eq!(reply.field("operation_type"), "COLLECTION");
    assert!(reply.text.contains(r#""payer_amount":75.50,"#), "{}", reply.text);
    for (advance, status, charges) in [(0, "PENDING", 0), (4_000, "PROCESSING", 0), (8_000, "COMPLETED", 1)] {
        world.clock.advance(advance);
        let reply = world.status(&payment);
        assert_eq!((reply.field("status").as_str(), world.charges(&payment)), (status, charges));
        assert_eq!(reply.field("reference_id"), payment.reference);
    }
}

#[test]
fn a_session_id_that_is_a_number_is_refused() {
    let world = world();
    let mut payment = world.prepare("1000");
    payment.body["session_id"] = json!(payment.session_id);
    let reply = world.collect(&payment);
    assert_eq!(
        reply.json(),
        json!({"detail": [{"loc": ["body", "session_id"], "msg": "str type expected", "type": "type_error.str"}]})
    );
    assert_eq!(world.charges(&payment), 0);
}

#[test]
fn a_reference_that_is_no_version_4_uuid_is_refused() {
    let world = world();
    for reference in [
        "550e8400e29b41d4a716446655440000",
        "550e8400-e29b-11d4-a716-446655440000",
        "550e8400-e29b-41d4-c716-446655440000",
        "d41d8cd98f00b204e9800998ecf8427e",
        "../source",
        "",
    ] {
        let mut payment = world.prepare("1000");
        payment.body["reference_id"] = json!(reference);
        assert_eq!(errors(&world.collect(&payment)), ["body.reference_id: value_error.uuid"], "{reference}");
    }
    assert_eq!(errors(&world.get("/v1/status/collection/123")), ["path.reference_id: value_error.uuid"]);
}

#[test]
fn what_is_unknown_is_not_found() {
    let world = world();
    let payment = world.prepare("1000");
    assert_eq!(world.status(&payment).status, 404);
    world.collect(&payment);
    assert_eq!(world.status(&payment).status, 200);
    assert_eq!(
        world.get(&format!("/v1/status/payout/{}", payment.reference)).status,
        404,
        "another operation"
    );
    assert_eq!(world.get("/v1/status/source?source_type=ORDER&source_id=101").status, 404, "an invoice's id");
    assert_eq!(world.get("/v1/unheard/of").json(), json!({"detail": "Not Found"}));
    assert_eq!(world.get("/v1/checkouts/create").status, 405);
    let mut payment = world.prepare("1000");
    payment.body["session_id"] = json!("999999");
    assert_eq!(world.collect(&payment).status, 404);
}

#[test]
fn a_session_pays_once_in_its_life_and_for_one_reference() {
    let world = world();
    let late = world.prepare("1000");
    world.clock.advance(15 * 60_000);
    assert_eq!(world.collect(&late).field("detail"), "Session has expired");

    let first = world.prepare("3000");
    assert_eq!(world.collect(&first).status, 200);
    let mut second = first.body.clone();
    second["reference_id"] = json!(new_reference());
    let reply = world.post("/v1/executions/collection", &second);
    assert_eq!((reply.status, reply.field("detail")), (400, "Session has already been used".to_owned()));
}

#[test]
fn a_source_is_collected_in_its_currency_until_it_is_paid() {
    let world = world();
    let mut payment = world.prepare("1000");
    payment.body["currency"] = json!("LRD");
    assert_eq!(world.collect(&payment).field("detail"), "Currency is not the source's");
    payment.body["currency"] = json!("USD");
    assert_eq!(world.collect(&payment).field("status"), "COMPLETED");

    let session = world.sim.create_session(SourceKind::Order, payment.source_id);
    payment.body["session_id"] = json!(session.to_string());
    payment.body["reference_id"] = json!(new_reference());
    let again = world.collect(&payment);
    assert_eq!((again.status, again.field("detail")), (400, "Source is already paid".to_owned()));
}

#[test]
fn a_payout_a_transfer_and_a_refund_move_money_the_other_way() {
    let world = world();
    let paid = world.prepare("1000");
    world.collect(&paid);
    let passcode = json!({
        "token": {"code": "1234", "phone": "231880000001"},
        "device": {"name": "till", "type": "server", "platform": "linux", "user_agent": "x", "client_ip": "::1"},
    });
    for operation in ["payout", "transfer", "refund"] {
        let session = world.sim.create_session(SourceKind::Order, paid.source_id).to_string();
        let reference = new_reference();
        let body = json!({
            "session_id": session, "reference_id": reference, "payout_account_id": "18", "passcode": passcode,
        });
        let reply = world.post(&format!("/v1/executions/{operation}"), &body);
        assert_eq!(reply.status, 200, "{}", reply.text);
        assert_eq!(reply.field("operation_type"), operation.to_uppercase());
        world.clock.advance(3_000);
        let status = world.get(&format!("/v1/status/{operation}/{reference}"));
        assert_eq!(
            (status.field("status"), world.sim.ledger().charges(&reference)),
            ("COMPLETED".to_owned(), 1)
        );
    }
    let ledger = world.sim.ledger();
    assert_eq!(ledger.charges_for_order(SourceKind::Order, paid.source_id), 1, "only the collection charges");
    assert_eq!(ledger.order(SourceKind::Order, paid.source_id).expect("the order").movements.len(), 4);
}

#[test]
fn a_payout_and_a_refund_are_refused_where_they_make_no_sense() {
    let world = world();
    let open = world.prepare("1000");
    let refund = json!({"session_id": open.session_id.to_string(), "reference_id": open.reference});
    assert_eq!(world.post("/v1/executions/refund", &refund).field("detail"), "Source is not paid");
    let mut payout = refund;
    payout["payout_account_id"] = json!(18);
    payout["passcode"] = json!({"token": {"code": "1"}});
    assert_eq!(
        errors(&world.post("/v1/executions/payout", &payout)),
        [
            "body.payout_account_id: type_error.str",
            "body.passcode.token.phone: value_error",
            "body.passcode.device: value_error.missing",
        ]
    );
}

#[test]
fn the_status_of_a_source_tells_all_that_must_be_compared() {
    let world = world();
    let payment = world.prepare("7000");
    let path = format!("/v1/status/source?source_type=ORDER&source_id={}", payment.source_id);
    assert_eq!(world.get(&path).field("status"), "ACTIVE");
    world.collect(&payment);
    assert_eq!(world.get(&path).field("status"), "PROCESSING");
    world.clock.advance(12_000);
    let reply = world.get(&path);
    assert_eq!(reply.field("status"), "PAID");
    assert_eq!(reply.field("paid_at"), "2025-06-01T14:30:12Z");
    assert_eq!(reply.json()["source_id"].as_u64(), Some(payment.source_id));
    assert!(reply.text.contains(r#""total_amount":75.50,"#));
    assert_eq!(
        errors(&world.get("/v1/status/source?source_kind=ORDER&source_id=x")),
        ["query.source_type: value_error.missing", "query.source_id: type_error.integer"]
    );
}

#[test]
fn links_lead_to_the_page_and_to_the_receipt() {
    let world = world();
    for (kind, title) in [("pay", "Pay INV-000101"), ("receipt", "Receipt INV-000101")] {
        let reply = world.get(&format!("/v1/links/{kind}?source_type=INVOICE&source_number=INV-000101"));
        let page = world.open(&reply.field("url"));
        assert!(page.status == 200 && page.text.contains(title), "{}", page.text);
    }
    assert_eq!(world.get("/v1/links/pay?source_type=ORDER&source_number=INV-000101").status, 404);
    assert_eq!(errors(&world.get("/v1/links/receipt")).len(), 2);
}

#[test]
fn every_answer_carries_the_simulated_date() {
    let world = world();
    world.clock.advance(1_000);
    for path in ["/v1/status/source?source_type=ORDER&source_id=202", "/v1/nowhere", "/_sim/ledger", "/"] {
        let reply = world.get(path);
        assert_eq!(reply.header("date"), "Sun, 01 Jun 2025 14:30:01 GMT", "{path}");
        assert_eq!(reply.headers.get_all("date").iter().count(), 1);
    }
}
