//! A snapshot is a promise to every later release: what was written restores to the same machine, or is refused by name —
//! never silently reset (F28, F32; T29).

use std::path::Path;

use crate::scenario::{Scenario, Script, Subject, cases, executions, sources};
use dollr_core::{BadSnapshot, Execution, Machine, Snapshot, Source};
use proptest::prelude::*;
use serde_json::{Value, json};

/// `text` restored, if it is taken.
fn restored<M: Machine>(text: &str) -> Result<M, BadSnapshot> {
    M::restore(&Snapshot::new(text))
}

/// One machine of every script.
fn machines<M: Subject>(scripts: Vec<Script<M>>) -> Vec<(&'static str, M)> {
    scripts.into_iter().map(|(name, script)| (name, script().machine)).collect()
}

/// A damaged text is refused, or says the very same.
fn refused_or_same<M: Subject>(text: &str, same: &M) {
    if let Ok(machine) = restored::<M>(text) {
        assert_eq!(machine.snapshot(), same.snapshot(), "taken for another machine: {text}");
    }
}

fn damage_everywhere<M: Subject>(name: &str, machine: &M) {
    let text = machine.snapshot().to_string();
    let same = restored::<M>(&text).unwrap();
    for length in 0..text.len() {
        assert!(restored::<M>(&text[..length]).is_err(), "{name}: cut to {length} it was taken");
    }
    for at in 0..text.len() {
        for bit in 0..7 {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= 1 << bit;
            refused_or_same(&String::from_utf8(bytes).unwrap(), &same);
        }
    }
}

#[test]
fn a_cut_or_flipped_snapshot_of_an_execution_is_refused() {
    for (name, machine) in machines(executions()).into_iter().filter(|(name, _)| name.len() % 4 == 0) {
        damage_everywhere(name, &machine);
    }
}

#[test]
fn a_cut_or_flipped_snapshot_of_a_source_is_refused() {
    for (name, machine) in machines(sources()) {
        damage_everywhere(name, &machine);
    }
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn a_snapshot_with_bytes_changed_is_refused_or_the_same(
        which in 0_usize..100, changes in prop::collection::vec((any::<prop::sample::Index>(), b' '..=b'~'), 1..6),
    ) {
        let machines = machines(executions());
        let (_, machine) = &machines[which % machines.len()];
        let same = restored::<Execution>(machine.snapshot().as_str()).unwrap();
        let mut bytes = machine.snapshot().to_string().into_bytes();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        refused_or_same(&String::from_utf8(bytes).unwrap(), &same);
    }

    #[test]
    fn no_text_at_all_makes_it_panic(text: String, json in "[\\[\\]{}\",:a-z0-9 ]{0,60}") {
        for text in [text, json] {
            prop_assert!(restored::<Execution>(&text).is_err());
            prop_assert!(restored::<Source>(&text).is_err());
        }
    }
}

fn value<M: Machine>(machine: &M) -> Value {
    serde_json::from_str(machine.snapshot().as_str()).unwrap()
}

/// What a `jsonb` column does: another order of keys, other white space.
#[test]
fn white_space_and_the_order_of_keys_do_not_matter() {
    for (name, machine) in machines(executions()) {
        let same = restored::<Execution>(machine.snapshot().as_str()).unwrap();
        let pretty = serde_json::to_string_pretty(&value(&machine)).unwrap();
        assert_ne!(pretty, machine.snapshot().as_str());
        assert_eq!(restored::<Execution>(&pretty).unwrap(), same, "{name}");
    }
}

#[test]
fn a_newer_version_and_another_kind_are_refused_by_name() {
    let execution = Scenario::collection().open().machine;
    let mut newer = value(&execution);
    newer["version"] = json!(2);
    let error = restored::<Execution>(&newer.to_string()).unwrap_err();
    assert_eq!(error, BadSnapshot::OtherVersion { found: 2 });
    assert!(error.to_string().contains("version 2") && error.to_string().contains("version 1"), "{error}");

    // To the byte as it was written, but for that.
    let newest = execution.snapshot().as_str().replacen(r#""version":1,"#, r#""version":2,"#, 1);
    assert_ne!(newest, execution.snapshot().as_str());
    assert_eq!(restored::<Execution>(&newest).unwrap_err(), BadSnapshot::OtherVersion { found: 2 });

    // Whatever else a newer release may write around it.
    newer["sealed"] = json!("by somebody");
    let error = restored::<Execution>(&newer.to_string()).unwrap_err();
    assert_eq!(error, BadSnapshot::OtherVersion { found: 2 });

    let error = restored::<Source>(execution.snapshot().as_str()).unwrap_err();
    assert_eq!(error, BadSnapshot::OtherKind { found: "execution".into(), expected: "source" });
    assert!(error.to_string().contains("execution") && error.to_string().contains("source"), "{error}");
    let invoice = Scenario::invoice().machine;
    let error = restored::<Execution>(invoice.snapshot().as_str()).unwrap_err();
    assert!(matches!(error, BadSnapshot::OtherKind { .. }), "{error}");
}

#[test]
fn an_edited_snapshot_is_refused_with_both_checksums() {
    let mut edited = value(&Scenario::collection().open().machine);
    edited["content"]["intent"]["amount"] = json!("2.50");
    let error = restored::<Execution>(&edited.to_string()).unwrap_err();
    let BadSnapshot::Tampered { found, content } = &error else { panic!("{error}") };
    assert_eq!(edited["check"], json!(found));
    assert!(found != content && error.to_string().contains(content.as_str()), "{error}");
}

#[test]
fn a_field_too_many_or_too_few_or_said_twice_is_refused() {
    let machine = Scenario::collection().open().machine;
    let mut more = value(&machine);
    more["content"]["surprise"] = json!(1);
    let mut less = value(&machine);
    less["content"].as_object_mut().unwrap().remove("pace");
    let twice = machine.snapshot().to_string().replacen("\"version\":1", "\"version\":1,\"version\":1", 1);
    for text in [more.to_string(), less.to_string(), twice] {
        let error = restored::<Execution>(&text).unwrap_err();
        assert!(matches!(error, BadSnapshot::Damaged(_)), "{error}");
    }
}

fn vectors() -> Value {
    let entry = |name: &str, state: &str, snapshot: Value| json!({ "name": name, "state": state, "snapshot": snapshot });
    let executions: Vec<_> =
        machines(executions()).iter().map(|(name, m)| entry(name, m.state(), value(m))).collect();
    let sources: Vec<_> =
        machines(sources()).iter().map(|(name, m)| entry(name, m.state(), value(m))).collect();
    json!({ "executions": executions, "sources": sources })
}

/// Restores what an earlier release wrote, and writes the same again.
fn go_on<M: Subject>(entries: &Value) -> Vec<String> {
    let mut states = Vec::new();
    for entry in entries.as_array().unwrap() {
        let (name, state) = (&entry["name"], entry["state"].as_str().unwrap());
        let machine: M = restored(&entry["snapshot"].to_string()).unwrap_or_else(|e| panic!("{name}: {e}"));
        if state == "Sending" {
            assert_eq!(machine.state(), "Uncertain", "{name}");
        } else {
            assert_eq!(machine.state(), state, "{name}");
            assert_eq!(value(&machine), entry["snapshot"], "{name}");
        }
        states.push(state.to_owned());
    }
    states
}

/// F32. A change that breaks this breaks payments that are under way: raise the version instead, and read both. The vectors are
/// written only once, with `DOLLR_BLESS=1` where there are none.
#[test]
fn what_version_1_wrote_is_read_for_ever() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/snapshots-v1.json");
    if std::env::var_os("DOLLR_BLESS").is_some() && !path.exists() {
        std::fs::write(&path, serde_json::to_string_pretty(&vectors()).unwrap() + "\n").unwrap();
    }
    let kept: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    let states = [go_on::<Execution>(&kept["executions"]), go_on::<Source>(&kept["sources"])].concat();
    for edge in Execution::EDGES.iter().chain(Source::EDGES) {
        assert!(states.iter().any(|state| state == edge.from), "no vector of the state {}", edge.from);
    }
}
