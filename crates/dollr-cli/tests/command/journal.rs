//! `dollr journal`: what it shows is what happened, and looking makes nothing.

use dollr_sim::SourceKind;
use serde_json::{Value, json};

use crate::shop::{Shop, new_id};

/// A paid invoice, an order that is open, and a collection that is open.
fn shop_with_payments() -> (Shop, String) {
    let shop = Shop::open();
    assert!(shop.sim.pay_source(SourceKind::Invoice, 101));
    assert_eq!(shop.run("verify --source INVOICE:101 --amount 250.00 --currency USD").code, 0);
    assert_eq!(shop.run("verify --source ORDER:202 --amount 75.50 --currency USD").code, 4);
    let (id, session) = (new_id(), shop.session("25.00"));
    let collect = "--account 3000 --currency USD --patience 0s --order Größe-1 --reference-id";
    assert_eq!(shop.run(&format!("collect --session {session} {collect} {id}")).code, 4);
    (shop, id)
}

fn keys(object: &Value) -> Vec<&str> {
    let payments = object["payments"].as_array().expect("payments");
    payments.iter().map(|payment| payment["key"].as_str().expect("a key")).collect()
}

#[test]
fn list_names_each_payment_and_open_those_without_a_verdict() {
    let (shop, id) = shop_with_payments();
    let all = shop.run("journal list --json").json();
    assert_eq!(keys(&all), [id.as_str(), "ORDER:202", "INVOICE:101"], "newest first");
    let newest = &all["payments"][0];
    assert_eq!((&newest["order"], &newest["kind"]), (&json!("Größe-1"), &json!("execution")), "{newest}");
    assert_eq!((&newest["open"], newest["version"].is_u64()), (&json!(true), true), "{newest}");
    assert_eq!(all["payments"][2]["open"], json!(false));
    let open = shop.run("journal list --open --json").json();
    assert_eq!(keys(&open), ["ORDER:202", id.as_str()], "oldest first");
    assert_eq!(keys(&shop.run("journal list --limit 1 --json").json()), [id.as_str()]);
    assert_eq!(keys(&shop.run("journal list --open --limit 1 --json").json()), ["ORDER:202"]);

    let person = shop.run("journal list");
    assert_eq!((person.code, person.err.as_str(), person.out.lines().count()), (0, "", 3), "{person:?}");
    assert!(person.out.lines().next().is_some_and(|row| row.contains(&id) && row.contains("Größe-1")));
}

#[test]
fn show_tells_what_happened_in_its_order() {
    let (shop, id) = shop_with_payments();
    let shown = shop.run(&format!("journal show {} --json", id.to_uppercase())).json();
    assert_eq!((&shown["payment"]["key"], shown["snapshot"].is_object()), (&json!(id), true), "{shown}");
    let events: Vec<_> = shown["events"].as_array().expect("events").iter().map(|e| &e["what"]).collect();
    assert_eq!(events.first(), Some(&&json!("recorded")), "it was recorded first: {shown}");
    let person = shop.run(&format!("journal show {id}"));
    assert_eq!((person.code, person.out.lines().count()), (0, events.len() + 1), "{person:?}");
    assert_eq!(shop.run("journal show INVOICE:101 --json").json()["payment"]["open"], json!(false));
}

#[test]
fn what_is_not_there_is_an_error_that_names_it() {
    let (shop, _) = shop_with_payments();
    for key in [new_id(), "ORDER:303".to_string()] {
        let run = shop.run(&format!("journal show {key} --json"));
        assert_eq!((run.code, run.sentence()), (1, format!("the journal has no payment {key}").as_str()));
    }
}

#[test]
fn a_journal_that_is_only_looked_into_is_not_made() {
    let shop = Shop::open();
    for line in [
        "journal list",
        "journal list --open --json",
        "journal show INVOICE:101",
        &format!("status {}", new_id()),
    ] {
        let run = shop.run(line);
        assert_eq!((run.code, run.sentence()), (1, "there is no journal at \"dollr.db\""), "{line}");
        assert_eq!(shop.files(), Vec::<String>::new(), "{line}");
    }
    assert_eq!(shop.sim.ledger().calls, []);
}

#[test]
fn a_file_that_is_no_journal_is_an_error_and_stays_as_it_is() {
    let shop = Shop::open();
    std::fs::write(shop.path("notes.txt"), "buy milk\n".repeat(100)).expect("a file");
    for line in ["journal list", "verify --source INVOICE:101 --amount 250.00 --currency USD"] {
        let run = shop.run(&format!("{line} --journal notes.txt"));
        assert!(run.code == 1 && run.sentence().starts_with("the journal at \"notes.txt\""), "{run:?}");
    }
    let run = shop.run("verify --source INVOICE:101 --amount 1 --currency USD --journal no/such/folder.db");
    assert!(run.code == 2 && run.sentence().contains("its folder does not exist"), "{run:?}");
    assert_eq!(std::fs::read_to_string(shop.path("notes.txt")).expect("it"), "buy milk\n".repeat(100));
    assert_eq!(shop.files(), ["notes.txt"]);
    assert_eq!(shop.sim.ledger().calls, []);
}
