//! The same inputs make the same transitions, byte for byte, in every language (I9): what happened in each script is kept with the
//! snapshots that it led to, and is replayed here, through the C ABI (`tests/c`), and by every binding to come.

use std::path::Path;

use crate::scenario::{Script, Subject, executions, sources};
use dollr_core::{Execution, Source};
use serde_json::{Value, json};

fn replays<M: Subject>(scripts: Vec<Script<M>>) -> Vec<Value> {
    let replay = |(name, script): Script<M>| {
        let ended = script();
        // The machine before anything happened has the same beginning in its snapshot as the one after.
        let content: Value = serde_json::from_str(ended.machine.snapshot().as_str()).expect("JSON");
        let mut begun = content["content"].clone();
        for changed in ["pace", "sends", "state", "conflict"] {
            begun.as_object_mut().expect("an object").remove(changed);
        }
        json!({
            "name": name, "begun_at": crate::scenario::START.as_millis(), "begun": begun, "steps": ended.steps,
            "snapshot": ended.machine.snapshot().as_str(),
        })
    };
    scripts.into_iter().map(replay).collect()
}

/// The vectors are written only once, with `DOLLR_BLESS=1` where there are none: a change to them is another replay.
#[test]
fn the_same_events_lead_to_the_same_snapshots_for_ever() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/transitions-v1.json");
    let now =
        json!({ "executions": replays::<Execution>(executions()), "sources": replays::<Source>(sources()) });
    if std::env::var_os("DOLLR_BLESS").is_some() && !path.exists() {
        std::fs::write(&path, serde_json::to_string_pretty(&now).unwrap() + "\n").unwrap();
    }
    let kept: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    for kind in ["executions", "sources"] {
        for (kept, now) in kept[kind].as_array().unwrap().iter().zip(now[kind].as_array().unwrap()) {
            assert_eq!(kept, now, "{}", kept["name"]);
        }
        assert_eq!(kept[kind].as_array().unwrap().len(), now[kind].as_array().unwrap().len(), "{kind}");
    }
}
