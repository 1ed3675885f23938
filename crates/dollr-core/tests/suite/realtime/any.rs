//! Texts that a realtime server, or anybody in its place, may send.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::json;

use super::{
    ID, change, change_of, heartbeat_reply, reply, reply_error, reply_ok, system, system_ok, version_1,
};

/// A frame that may be honest, late, forged, or of another join, channel or serialiser.
fn well_formed() -> impl Strategy<Value = String> {
    (0_u32..6, select((0..20).collect::<Vec<u8>>()), any::<bool>()).prop_map(|(join, kind, older)| {
        let frame = match kind {
            0 | 1 => reply_ok(join, 7),
            2 | 3 => system_ok(join),
            4 | 5 => heartbeat_reply(join),
            6 => change(7),
            7 => change(8),
            8 => change_of(&json!([7]), "07070707-0707-4707-8707-070707070708", &json!({})),
            9 => change_of(
                &json!([7]),
                ID,
                &json!({ "errors": ["Error 401: Unauthorized"], "commit_timestamp": null }),
            ),
            10 => reply_error(join, "InvalidJWTToken: Token has expired 3 seconds ago"),
            11 => reply_error(join, "RealtimeRestarting: Realtime is restarting, please standby"),
            12 => reply_error(join, "PrivateOnly: This project only allows private channels"),
            13 => reply(join, join, "phx_error", &json!({ "reason": "channel_crash" })),
            14 => reply(join, join, "phx_close", &json!({})),
            15 => system(join, "system", "error", "Token has expired 0 seconds ago"),
            16 => system(join, "postgres_changes", "error", "{:error, :timeout}"),
            17 => system(join, "system", "ok", "Server requested disconnect"),
            18 => reply(
                join,
                join,
                "phx_reply",
                &json!({ "status": "error", "response": { "reason": "unmatched topic" } }),
            ),
            _ => reply(join, join, "presence_state", &json!({ "status": "COMPLETED" })),
        };
        if older { version_1(&frame) } else { frame }
    })
}

/// A frame, or what is left of one that was cut, mixed or made of noise.
pub(crate) fn text() -> impl Strategy<Value = String> {
    let cut = (well_formed(), any::<prop::sample::Index>()).prop_map(|(frame, at)| {
        let at = at.index(frame.len());
        frame.chars().take(at).collect()
    });
    let changed =
        (well_formed(), any::<prop::sample::Index>(), any::<char>()).prop_map(|(frame, at, letter)| {
            let at = at.index(frame.chars().count());
            frame.chars().enumerate().map(|(n, c)| if n == at { letter } else { c }).collect()
        });
    let json = select(vec![
        "[]",
        "{}",
        "null",
        "[null,null,\"\",\"\",{}]",
        "{\"topic\":\"\"}",
        "[[[[",
        "\"\\ud800\"",
        "1e999",
    ]);
    prop_oneof![
        8 => well_formed(),
        2 => cut,
        2 => changed,
        1 => json.prop_map(str::to_owned),
        1 => ".{0,60}",
        1 => "[\\[\\]{}\",:0-9a-z\\\\]{0,60}",
    ]
}
