//! The demonstration keeps every promise, whatever is in the environment.

use serde_json::Value;

use crate::shop::{Running, bare};

/// Settings that are somebody's own must not touch it.
const FOREIGN: [(&str, &str); 7] = [
    ("HTTP_PROXY", "http://127.0.0.1:1"),
    ("http_proxy", "http://127.0.0.1:1"),
    ("ALL_PROXY", "http://127.0.0.1:1"),
    ("DOLLR_BASE_URL", "https://nobody.invalid"),
    ("DOLLR_CLIENT_ID", "other"),
    ("DOLLR_CREDENTIALS", "/nowhere"),
    ("DOLLR_JOURNAL", "/nowhere/dollr.db"),
];

fn count(payment: &Value, name: &str) -> u64 {
    payment[name].as_u64().unwrap_or_else(|| panic!("{name} of {payment}"))
}

#[test]
fn demo_keeps_every_promise_and_proves_it_from_the_ledger() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut machine = bare(folder.path());
    machine.args(["demo", "--json"]).envs(FOREIGN);
    let mut person = bare(folder.path());
    person.arg("demo");
    let (machine, person) = (Running::start(machine), Running::start(person));
    let (machine, person) = (machine.end(), person.end());

    let object = machine.json();
    assert_eq!((machine.code, &object["promises_kept"]), (0, &Value::Bool(true)), "{object:#}");
    assert!(object["elapsed_ms"].as_u64().is_some_and(|ms| ms < 30_000), "{object:#}");
    let payments = object["payments"].as_array().expect("payments");
    assert!(payments.len() >= 12, "{}", payments.len());
    for payment in payments {
        assert!(payment["broken"].is_null() && payment["verdict"].is_string(), "{payment}");
        let charges = count(payment, "charges");
        assert!(charges <= 1 && (payment["verdict"] != "paid" || charges == 1), "{payment}");
        assert_eq!(count(payment, "calls"), count(payment, "posts") + count(payment, "polls"), "{payment}");
        assert!(count(payment, "polls") > 0 && payment["elapsed_ms"].is_u64(), "{payment}");
    }
    let verdicts: std::collections::BTreeSet<_> = payments.iter().map(|p| p["verdict"].as_str()).collect();
    assert!(verdicts.len() >= 4, "different fates: {verdicts:?}");
    assert_eq!(machine.err, "", "nothing but the object");

    assert_eq!(person.code, 0, "{person:?}");
    for payment in payments {
        let fate = payment["fate"].as_str().expect("a fate");
        assert!(person.out.lines().any(|line| line.starts_with(fate)), "{fate}: {person:?}");
    }
    assert!(
        person.out.contains(", none charged twice.") && person.out.ends_with("Every promise was kept.\n")
    );
    assert!(person.out.contains(" paid, each charged exactly once; "), "{}", person.out);
    for why in [
        "FAILED, later COMPLETED (a person must look)",
        "never answered (still open, to be asked about again)",
    ] {
        assert!(person.out.contains(&format!("Charged, not called paid: {why}.\n")), "{}", person.out);
    }
    // The question that came before the customer had paid is counted, too.
    let early = payments.iter().find(|payment| payment["fate"] == "success_url opened before paying");
    assert!(early.is_some_and(|payment| count(payment, "polls") > 1), "{early:?}");
    assert!(person.out.lines().all(|line| line.chars().count() <= 80), "{}", person.out);
    assert_eq!(std::fs::read_dir(folder.path()).expect("the folder").count(), 0, "it leaves nothing behind");
}
