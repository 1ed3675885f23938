//! Frames as a server writes them.

use serde_json::{Value, json};

pub(crate) const ID: &str = "07070707-0707-4707-8707-070707070707";
pub(crate) const TABLE: &str = "checkout_payment_intent_public_status";

pub(crate) fn topic() -> String {
    format!("realtime:payment-intent:55:{ID}")
}

/// A frame of 2.0.0 on the channel's topic.
fn frame(join: Option<u32>, number: Option<u32>, event: &str, payload: &Value) -> String {
    let text = |number: Option<u32>| number.map(|number| number.to_string());
    json!([text(join), text(number), topic(), event, payload]).to_string()
}

/// Any event of a join.
pub(crate) fn reply(join: u32, number: u32, event: &str, payload: &Value) -> String {
    frame(Some(join), Some(number), event, payload)
}

/// The join was taken, with the number of the subscription.
pub(crate) fn reply_ok(join: u32, id: u64) -> String {
    let binding = json!({ "event": "*", "schema": "public", "table": TABLE, "filter": format!("reference_id=eq.{ID}"), "id": id });
    reply(join, join, "phx_reply", &json!({ "status": "ok", "response": { "postgres_changes": [binding] } }))
}

/// The join was not taken.
pub(crate) fn reply_error(join: u32, reason: &str) -> String {
    reply(join, join, "phx_reply", &json!({ "status": "error", "response": { "reason": reason } }))
}

pub(crate) fn system(join: u32, extension: &str, status: &str, message: &str) -> String {
    let channel = format!("payment-intent:55:{ID}");
    let payload = json!({ "extension": extension, "status": status, "message": message, "channel": channel });
    frame(Some(join), None, "system", &payload)
}

pub(crate) fn system_ok(join: u32) -> String {
    system(join, "postgres_changes", "ok", "Subscribed to PostgreSQL")
}

pub(crate) fn heartbeat_reply(number: u32) -> String {
    let payload = json!({ "status": "ok", "response": {} });
    json!([null, number.to_string(), "phoenix", "phx_reply", payload]).to_string()
}

/// The row of the payment changed.
pub(crate) fn change(id: u64) -> String {
    change_of(&json!([id]), ID, &json!({}))
}

/// A change, with other ids, another row, or other parts of `data`; a part that is null is left out.
pub(crate) fn change_of(ids: &Value, row: &str, parts: &Value) -> String {
    let mut data = json!({
        "schema": "public", "table": TABLE, "type": "UPDATE", "commit_timestamp": "2026-11-21T09:00:00.123Z",
        "columns": [{ "name": "reference_id", "type": "text" }, { "name": "amount", "type": "int8" }],
        "record": { "id": "6b1f", "reference_id": row, "status": "COMPLETED", "amount": 25_000 },
        "old_record": { "id": "6b1f" }, "errors": null,
    });
    for (name, part) in parts.as_object().unwrap() {
        if part.is_null() {
            data.as_object_mut().unwrap().remove(name);
        } else {
            data[name] = part.clone();
        }
    }
    frame(None, None, "postgres_changes", &json!({ "ids": ids, "data": data }))
}

/// The same in the form of 1.0.0.
pub(crate) fn version_1(frame: &str) -> String {
    let frame: Value = serde_json::from_str(frame).unwrap();
    let ends = frame[3] == "phx_close" || frame[3] == "phx_error";
    let reference = if ends { &frame[0] } else { &frame[1] };
    json!({ "topic": frame[2], "event": frame[3], "payload": frame[4], "ref": reference }).to_string()
}
