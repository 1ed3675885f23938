//! `collect --realtime`, `watch` and `realtime-key`: pattern 3 from a shell.

use dollr_sim::{ANON_KEY, CLIENT_SECRET};
use serde_json::json;

use crate::shop::{Run, Shop, new_id, run};

const SERVER: &str = "SUPABASE_URL";
const KEY: &str = "SUPABASE_ANON_KEY";

/// Runs a command line where the environment names the realtime server.
fn listening(shop: &Shop, line: &str) -> Run {
    with(shop, line, &[(SERVER, &shop.sim.supabase_url()), (KEY, ANON_KEY)])
}

fn with(shop: &Shop, line: &str, settings: &[(&str, &str)]) -> Run {
    let mut command = shop.command(line.split_whitespace());
    command.envs(settings.iter().copied());
    run(command)
}

/// A payment that somebody has begun and left at once.
fn handed_over(shop: &Shop) -> (String, u64) {
    let (id, session) = (new_id(), shop.session("25.00"));
    let run = shop.run(&format!(
        "collect --session {session} --account 1002 --currency USD --amount 25.00 --reference-id {id} --patience 0s"
    ));
    assert_eq!(run.code, 4, "{run:?}");
    (id, session)
}

/// I8: the verdict is that of any other way to wait, and one socket is opened for it.
#[test]
fn a_payment_is_collected_with_its_channel_open() {
    let shop = Shop::open();
    let session = shop.session("25.00");
    let pay = format!("--session {session} --kind ORDER --account 1002 --currency USD --amount 25.00");
    let run = listening(&shop, &format!("collect --realtime {pay} --json"));
    assert_eq!((run.code, &run.json()["verdict"]), (0, &json!("paid")), "{run:?}");
    let log = shop.sim.realtime_log();
    assert_eq!((log.connections.len(), log.tokens.len()), (1, 1));
    assert_eq!(log.tokens[0].refused, None);
}

/// I8, pattern 3
#[test]
fn a_recorded_payment_is_watched() {
    let shop = Shop::open();
    let (id, session) = handed_over(&shop);
    let run = listening(&shop, &format!("watch {id} --session {session} --kind ORDER --json"));
    assert_eq!((run.code, &run.json()["verdict"]), (0, &json!("paid")), "{run:?}");
    assert_eq!((shop.posts(&id), shop.charges(&id)), (1, 1), "I2");
    assert_eq!(shop.sim.realtime_log().connections.len(), 1);
}

/// API §6, I10: a browser gets a key for one payment, and nothing else that opens something.
#[test]
fn a_key_for_a_browser_is_for_one_payment() {
    let shop = Shop::open();
    let (id, session) = handed_over(&shop);
    let run = shop.run(&format!("realtime-key {id} --session {session} --kind ORDER"));
    let key = run.json();
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    assert_eq!(key["expires_in"], 300, "in seconds");
    assert_eq!(key["channel"], format!("payment-intent:{session}:{id}"));
    assert_eq!(key["reference_id"], id);
    let claims = key["access_token"].as_str().and_then(|token| token.split('.').nth(1)).expect("a JWT");
    assert!(claims.len() > 20 && !run.out.contains(CLIENT_SECRET), "{run:?}");
    let bearer = shop.sim.ledger().calls.iter().any(|call| call.path == "/v1/realtime-keys/collection");
    assert!(bearer, "the vendor minted it");
}

/// A command line, what the environment names, the exit code, and what the sentence says.
type Case<'a> = (String, &'a [(&'a str, &'a str)], i32, &'a str);

/// Each sentence names what is missing or wrong, and what would be right; nothing is sent.
#[test]
fn what_is_missing_or_wrong_is_named() {
    let shop = Shop::open();
    let (id, session) = handed_over(&shop);
    let other = session + 1;
    let pay = format!("collect --realtime --session {session} --account 1002 --currency USD");
    let url = shop.sim.supabase_url();
    let both: &[_] = &[(SERVER, url.as_str()), (KEY, ANON_KEY)];
    let cases: &[Case<'_>] = &[
        (format!("watch {id}"), &[], 2, "set SUPABASE_URL and SUPABASE_ANON_KEY"),
        (pay.clone(), &[], 2, "set SUPABASE_URL and SUPABASE_ANON_KEY"),
        (format!("watch {id}"), &[(SERVER, &url)], 2, "SUPABASE_ANON_KEY is not set"),
        (format!("watch {id}"), &[(KEY, ANON_KEY)], 2, "SUPABASE_URL is not set"),
        (
            format!("watch {id}"),
            &[(SERVER, &url), (KEY, " ")],
            2,
            "the anon key (SUPABASE_ANON_KEY) is empty",
        ),
        (
            format!("watch {id}"),
            &[(SERVER, "http://abc.supabase.co"), (KEY, ANON_KEY)],
            2,
            "the realtime URL (SUPABASE_URL) is http:// to \"abc.supabase.co\": expected https://",
        ),
        (format!("watch {id}"), &[(SERVER, "abc"), (KEY, ANON_KEY)], 2, "has no scheme: expected https://"),
        (format!("watch {id} --session {other}"), both, 2, "is executed in session"),
        (format!("watch {}", new_id()), both, 1, "the journal has no payment"),
        (format!("watch {id} --session x"), both, 2, "--session"),
        (format!("realtime-key {id}"), both, 2, "missing: --session"),
        (format!("realtime-key {id} --session 1 --kind SHOES"), both, 2, "--kind"),
        (
            "collect --source ORDER:202 --kind ORDER --account 1 --currency USD".to_owned(),
            both,
            2,
            "--realtime",
        ),
    ];
    let posts =
        || shop.sim.ledger().calls.iter().filter(|call| call.path.starts_with("/v1/executions")).count();
    let before = posts();
    for (line, settings, code, says) in cases {
        let run = with(&shop, line, settings);
        assert!(run.sentence().contains(says), "{line}: {run:?}");
        assert_eq!(run.code, *code, "{line}: {run:?}");
        assert!(!run.err.contains(ANON_KEY), "{run:?}");
    }
    assert_eq!(posts(), before, "I1");
}

/// I10: neither the key, nor the anon key, nor a frame is in the log of a payment that is listened to.
#[test]
fn the_log_holds_no_key() {
    let shop = Shop::open();
    let (id, _) = handed_over(&shop);
    let run = listening(&shop, &format!("watch {id} --kind ORDER -vvv"));
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.err.contains("the channel"), "it is logged at all: {run:?}");
    for secret in [ANON_KEY, CLIENT_SECRET, "phx_join", "eyJ"] {
        assert!(!run.err.contains(secret), "{secret}: {run:?}");
    }
}
