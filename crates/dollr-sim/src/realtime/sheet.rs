//! The realtime part of the cheat sheet: each scenario in the JSON that arms it, and what it does.

/// A line for each kind.
pub(crate) const SCENARIOS: [(&str, &str); 42] = [
    (r#""kind":"key_clock_skew","seconds":60"#, "the key expires a minute before it says"),
    (r#""kind":"refuse","status":401,"times":2"#, "the handshake is refused twice, then it isn't"),
    (r#""kind":"refuse_connections","for_ms":3000"#, "nothing listens for 3 s of real time"),
    (
        r#""kind":"join_error","reason":"…","after_ms":0"#,
        "the join is refused; after 5 s unless said otherwise",
    ),
    (r#""kind":"no_reply""#, "the join is never answered"),
    (r#""kind":"late_reply","after_ms":12000"#, "the join is answered after 12 s"),
    (r#""kind":"no_system""#, "joined, and never live"),
    (r#""kind":"late_system","after_ms":8000"#, "joined, and live after 8 s"),
    (r#""kind":"change_in_gap""#, "live right after the next change, which is lost"),
    (r#""kind":"system_error""#, "joined, and told that the table is not published"),
    (
        r#""kind":"system_error","message":"…","retry_after_ms":5000"#,
        "joined, told of an error, and live 5 s later",
    ),
    (r#""kind":"event_before_reply""#, "an event comes before the answer to the join"),
    (r#""kind":"no_bindings""#, "the answer to the join names no bindings"),
    (r#""kind":"binding_mismatch""#, "the answer to the join names another filter"),
    (r#""kind":"id_as_string""#, "the bindings' ids are strings"),
    (r#""kind":"id_zero""#, "the bindings' ids are 0"),
    (r#""kind":"system_again","after_ms":1000"#, "deaf for 1 s, then told again that it is live"),
    (r#""kind":"token_expired""#, "the token expires"),
    (r#""kind":"anon_over_token""#, "silently deaf, as if the anon key had replaced the token"),
    (r#""kind":"phx_error""#, "the channel crashes"),
    (r#""kind":"phx_close""#, "the server ends the channel"),
    (r#""kind":"stale_close""#, "a phx_close for a join that is over"),
    (r#""kind":"system_close","message":"…""#, "a system error, and the end of the channel"),
    (r#""kind":"forget_channel""#, "the next push is an unmatched topic"),
    (r#""kind":"close","code":1012"#, "the server closes the socket"),
    (r#""kind":"server_disconnect""#, "Server requested disconnect, then 1012"),
    (r#""kind":"drop","at":"change""#, "the connection ends just as the change commits"),
    (r#""kind":"reset""#, "the connection is reset (RST)"),
    (r#""kind":"stall""#, "no read, no write"),
    (r#""kind":"app_dead""#, "pongs, and nothing else"),
    (r#""kind":"duplicate_event""#, "the event twice"),
    (r#""kind":"out_of_order""#, "an older commit_timestamp"),
    (r#""kind":"foreign_event""#, "an event of another payment's"),
    (r#""kind":"foreign_id""#, "an id that no binding has"),
    (r#""kind":"errors","code":401"#, "an error instead of the row: 400, 401 or 413"),
    (r#""kind":"delete""#, "a DELETE"),
    (r#""kind":"unknown_event""#, "an event that nobody knows"),
    (r#""kind":"presence_state""#, "a presence_state that nobody asked for"),
    (r#""kind":"binary_frame""#, "a binary frame"),
    (r#""kind":"raw_text","text":"[]""#, "any text: {, [], null, {}, a wrong number of elements"),
    (r#""kind":"big_frame","bytes":1500000"#, "an event of 1.5 MB"),
    (r#""kind":"burst","events":10000"#, "10,000 events"),
];

/// What stands above the lines.
pub(crate) const HEADING: &str = "
Realtime scenarios: {\"at\": …, \"reference_id\": …, \"after_ms\": …, \"times\": 1, \"skip\": 0, and one of the lines below}
  at: live (a channel has been told that it is subscribed), change (an event would be delivered) or now (every channel);
  live unless given, and change for what spoils an event; what concerns the key, the handshake or the join has its own
";

#[cfg(test)]
mod tests {
    use super::SCENARIOS;
    use crate::realtime::scenario::Scenario;

    #[test]
    fn every_line_arms_the_scenario_it_names() {
        let mut names = std::collections::BTreeSet::new();
        for (json, _) in SCENARIOS {
            let scenario = Scenario::from_json(format!("{{{json}}}").as_bytes());
            let scenario = scenario.unwrap_or_else(|error| panic!("{json}: {error}"));
            let value = serde_json::to_value(&scenario.kind).expect("JSON");
            names.insert(value["kind"].as_str().expect("a name").to_owned());
        }
        assert_eq!(names.len(), 41, "one line for each kind, and one more: {names:?}");
    }

    #[test]
    fn a_slip_of_the_pen_is_refused() {
        for json in [
            r#"{"kind":"drop","wen":"live"}"#,
            r#"{"kind":"close"}"#,
            r#"{"kind":"drop","at":"join"}"#,
            r#"{"kind":"no_reply","at":"change"}"#,
            r#"{"kind":"errors","code":404}"#,
            r#"{"kind":"refuse","status":200}"#,
            r#"{"kind":"drip"}"#,
        ] {
            assert!(Scenario::from_json(json.as_bytes()).is_err(), "{json}");
        }
    }
}
