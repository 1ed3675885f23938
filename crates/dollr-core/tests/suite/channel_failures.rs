//! What each failure of a channel leads to: the end, or one more attempt, then or later, with this key or another (API §6).

use std::time::Duration;

use crate::realtime::{Listener, reply, reply_error, reply_ok, system, system_ok};
use dollr_core::{ChannelEvent, ChannelPolicy, Ending};
use serde_json::json;

#[test]
fn a_channel_that_crashes_is_joined_once_more_on_the_same_socket() {
    for (event, payload) in [
        ("phx_error", json!({})),
        ("phx_error", json!({ "reason": "channel_crash" })),
        ("phx_close", json!({})),
    ] {
        let crashed = Listener::new().live().millis(1_000);
        let crashed = crashed.text("dismissed", &reply(1, 1, event, &payload)).hinted();
        let rejoined = crashed.due().sends("phx_join").text("joined", &reply_ok(2, 7)).millis(1_000).hinted();
        // The old channel's close, late.
        let rejoined = rejoined.text("heard", &reply(1, 1, "phx_close", &json!({}))).idle();
        assert_eq!(rejoined.text("given_up", &reply(2, 2, event, &payload)).ends(), Ending::Dismissed);
    }
    let unknown = json!({ "status": "error", "response": { "reason": "unmatched topic" } });
    let beaten = Listener::new().live().due().sends("heartbeat");
    beaten.clone().text("dismissed", &reply(1, 2, "phx_reply", &unknown));
    beaten.text("heard", &reply(1, 9, "phx_reply", &unknown));
}

#[test]
fn each_reason_of_a_refused_join_has_its_cure() {
    for (reason, code) in [
        ("InvalidJWTToken: Fields `role` and `exp` are required in JWT", "InvalidJWTToken"),
        ("MalformedJWT: The token provided is not a valid JWT", "MalformedJWT"),
        ("JwtSignatureError: Failed to validate JWT signature", "JwtSignatureError"),
        ("JwtSignerError: Failed to generate JWT signer", "JwtSignerError"),
        ("Unauthorized: You do not have permissions to read from this Channel topic: x", "Unauthorized"),
        ("PrivateOnly: This project only allows private channels", "PrivateOnly"),
        ("TopicNameRequired: You must provide a topic name", "TopicNameRequired"),
        ("RealtimeDisabledForTenant: Realtime disabled for this tenant", "RealtimeDisabledForTenant"),
        ("RealtimeDisabledForConfiguration: no", "RealtimeDisabledForConfiguration"),
        ("TenantNotFound: Tenant with the given ID does not exist", "TenantNotFound"),
    ] {
        let ending = Listener::new().joining().text("given_up", &reply_error(1, reason)).ends();
        assert_eq!(ending, Ending::Denied { code }, "{reason}");
    }
    for reason in [
        "ConnectionRateLimitReached: Too many connected users",
        "ChannelRateLimitReached: Too many channels",
        "ClientJoinRateLimitReached: Too many joins per second",
        "DatabaseConnectionRateLimitReached: Too many database connections attempts per second",
    ] {
        let joining = Listener::new().joining();
        assert_eq!(joining.text("given_up", &reply_error(1, reason)).ends(), Ending::Throttled);
        let patient = Listener::with(ChannelPolicy::default().life(Duration::from_secs(300))).joining();
        let patient = patient.text("dismissed", &reply_error(1, reason)).hinted();
        assert!(patient.until().since(patient.now) >= Duration::from_secs(30), "{reason}");
    }
    for reason in [
        "InitializingProjectConnection: wait",
        "UnableToConnectToProject: Realtime was unable to connect to the project database",
        "RealtimeRestarting: Realtime is restarting, please standby",
        "PostgresChangesSubscribeTimeout: x",
        "Unknown Error on Channel",
        "join crashed",
        "unmatched topic",
        "",
    ] {
        let again = Listener::new().joining().text("dismissed", &reply_error(1, reason)).hinted();
        let wait = again.until().since(again.now);
        assert!((1_000..=2_000).contains(&wait.as_millis()), "{reason}: {wait:?}");
        let again = again.due().sends("phx_join");
        assert_eq!(again.text("given_up", &reply_error(2, reason)).ends(), Ending::Dismissed);
    }
}

#[test]
fn an_expired_key_is_replaced_before_the_second_join() {
    for reason in ["InvalidJWTToken: Token has expired 3 seconds ago", "InvalidJWTExpiration: x"] {
        let expired = Listener::new().joining().text("dismissed", &reply_error(1, reason)).hinted();
        let again = expired.keyed_with("another-key", 600);
        assert_eq!(again.frame()[4]["access_token"], "another-key");
        let again = again.sends("phx_join");
        assert_eq!(again.text("given_up", &reply_error(2, reason)).ends(), Ending::KeyExpired);
    }
    // While it is joined: the message, and then the close of a channel that is not the current one any more.
    let live = Listener::new().live().millis(1_000);
    let expired = live.text("dismissed", &system(1, "system", "error", "Token has expired 0 seconds ago"));
    let expired = expired.text("heard", &reply(1, 1, "phx_close", &json!({}))).hinted().keyed();
    expired.sends("phx_join").text("joined", &reply_ok(2, 7));
}

#[test]
fn each_system_message_is_taken_for_what_it_is() {
    let live = || Listener::new().live().millis(1_000);
    for message in [
        "Unable to subscribe to changes with given parameters. Please check Realtime is enabled for the given connect parameters: [event: *]",
        "Unable to subscribe to changes with given parameters. An exception happened so please check your connect parameters: []. Exception: x",
        "Error parsing `filter` params: x",
        "No subscription params provided. Please provide at least a `schema` or `table`",
    ] {
        let deaf = live().text("given_up", &system(1, "postgres_changes", "error", message));
        assert_eq!(deaf.ends(), Ending::Deaf, "{message}");
    }
    let retried = live().text(
        "unsubscribed",
        &system(1, "postgres_changes", "error", "{:error, \"Too many database timeouts\"}"),
    );
    assert!(!retried.channel.is_live(retried.now));
    retried.hinted().millis(6_000).text("subscribed", &system_ok(1)).in_state("Live");
    for (message, code) in [
        ("Fields `role` and `exp` are required in JWT", "InvalidJWTToken"),
        ("The token provided is not a valid JWT", "MalformedJWT"),
        ("You no longer have permission to read from this Channel topic: x", "Unauthorized"),
    ] {
        let denied = live().text("given_up", &system(1, "system", "error", message));
        assert_eq!(denied.ends(), Ending::Denied { code });
    }
    for message in ["Too many messages per second", "Node request timeout", "anything"] {
        live().text("dismissed", &system(1, "system", "error", message)).hinted().due().sends("phx_join");
    }
    let bare = json!({ "extension": "system", "status": "ok", "message": "Server requested disconnect" });
    let drained = live().text("lost", &reply(1, 1, "system", &bare)).hinted().closes();
    drained.due().connected();
    live().text("heard", &system(1, "system", "ok", "Replication connection established")).idle();
}

#[test]
fn a_handshake_is_tried_again_only_where_that_may_help() {
    let keyed = || Listener::new().keyed();
    for status in [301, 400, 401, 403, 404, 426] {
        assert_eq!(keyed().unconnected("given_up", Some(status)).ends(), Ending::Refused { status });
    }
    assert_eq!(keyed().unconnected("given_up", Some(429)).ends(), Ending::Throttled);
    for status in [None, Some(408), Some(500), Some(503)] {
        let again = keyed().unconnected("lost", status).hinted().idle().due();
        let ending = again.unconnected("given_up", status).ends();
        assert_eq!(ending, status.map_or(Ending::Lost, |status| Ending::Refused { status }));
    }
}

/// A connection that fails behind its back does not bring back a channel that was left.
#[test]
fn a_channel_that_was_left_hears_of_no_failed_handshake() {
    for status in [None, Some(403), Some(503)] {
        let left = Listener::new().keyed().happens("left", &ChannelEvent::Leave);
        assert_eq!(left.unconnected("closed", status).ends(), Ending::Left);
    }
}
