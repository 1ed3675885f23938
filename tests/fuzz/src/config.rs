//! What people write into files, arguments and the environment: taken within bounds, or refused in a sentence (I12, T20).

use std::time::Duration;

use dollr_client::Client;
use dollr_core::{Limit, Policy, Schedule};

use crate::draw::Draw;

/// What kind of configuration it is, and its text.
pub(crate) fn run(bytes: &[u8]) {
    let mut draw = Draw::new(bytes);
    match draw.below(4) {
        0 => schedule(&String::from_utf8_lossy(draw.rest())),
        1 => policy(&String::from_utf8_lossy(draw.rest())),
        2 => limit(&mut draw),
        _ => client(&mut draw),
    }
}

fn schedule(text: &str) {
    let Ok(schedule) = serde_json::from_str::<Schedule>(text) else { return };
    for age in [0, 1, 5_000, 60_000, 3_600_000, u64::MAX] {
        let gap = schedule.gap(Duration::from_millis(age));
        assert!(
            (Schedule::LEAST_GAP..=Schedule::GREATEST_GAP).contains(&gap),
            "a gap of {gap:?} at {age} ms"
        );
    }
    assert!((Schedule::LEAST_GAP..=Schedule::GREATEST_GAP).contains(&schedule.first()));
    let written = serde_json::to_string(&schedule).expect("a schedule is JSON");
    assert_eq!(serde_json::from_str::<Schedule>(&written).ok(), Some(schedule), "through JSON and back");
}

fn policy(text: &str) {
    let Ok(policy) = serde_json::from_str::<Policy>(text) else { return };
    let written = serde_json::to_string(&policy).expect("a policy is JSON");
    assert_eq!(serde_json::from_str::<Policy>(&written).ok(), Some(policy), "through JSON and back");
}

fn limit(draw: &mut Draw<'_>) {
    let calls = u32::try_from(draw.number() >> 32).unwrap_or_default();
    let made = Limit::new(calls, draw.span());
    let made =
        if draw.flag() { made.and_then(|limit| limit.burst(u32::from(draw.byte()) << 13)) } else { made };
    if let Ok(limit) = made {
        assert!((1..=1_000_000_000).contains(&limit.milli_calls_per_second()));
        assert!((1..=1_000_000).contains(&limit.calls_at_once()));
    }
}

/// As from `DOLLR_BASE_URL`, `DOLLR_CLIENT_ID`, `DOLLR_CLIENT_SECRET`, `SUPABASE_URL` and `SUPABASE_ANON_KEY`.
fn client(draw: &mut Draw<'_>) {
    let (url, id, secret) = (draw.text(), draw.text(), "client-secret-27182");
    let mut builder = Client::builder().credentials(id, secret).base_url(&url);
    if draw.flag() {
        builder = builder.realtime(draw.text(), "anon-key-16180");
    }
    if draw.flag() {
        builder = builder.proxy(draw.text());
    }
    if draw.flag() {
        builder = builder.user_agent(draw.text());
    }
    let told = match builder.build() {
        Ok(client) => format!("{client:?}"),
        Err(error) => format!("{error} {error:?}"),
    };
    for secret in [secret, "anon-key-16180"] {
        assert!(!told.contains(secret), "a secret is told (I10): {told}");
    }
}
