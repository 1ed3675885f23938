//! Bad input gets one clear sentence that names the value's place, exit code 2, and leaves nothing behind.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;

use dollr_sim::CLIENT_SECRET;

use crate::shop::{Run, Shop, run};

const COLLECT: [&str; 7] = ["collect", "--session", "55", "--account", "18", "--currency", "USD"];
const ID: &str = "0b8f6f2e-6a1d-4c5a-9a53-7d2f6a3c1e10";

/// A good `collect`, but for one argument.
fn collect_but<'a>(name: &str, value: &'a str) -> Vec<&'a str> {
    let mut args = COLLECT.to_vec();
    if let Some(at) = args.iter().position(|arg| *arg == name) {
        args[at + 1] = value;
    } else {
        args.extend([
            ["--amount", "--reference-id", "--patience", "--order"]
                .into_iter()
                .find(|n| *n == name)
                .expect("known"),
            value,
        ]);
    }
    args
}

/// Arguments, the place that the sentence names, and what it says would have been right.
fn cases() -> Vec<(Vec<&'static str>, &'static str, &'static str)> {
    let checkout = |name, value| {
        let mut args =
            vec!["checkout", "--phone", "231770000001", "--currency", "USD", "--item", "Shoes=250.00"];
        match args.iter().position(|arg| *arg == name) {
            Some(at) => args[at + 1] = value,
            None => args.extend([name, value]),
        }
        args
    };
    let verify = |source, amount, currency| {
        vec!["verify", "--source", source, "--amount", amount, "--currency", currency]
    };
    let mut cases = Vec::new();
    let mut collect = |name, expected: &'static str, values: &[&'static str]| {
        cases.extend(values.iter().map(|value| (collect_but(name, value), name, expected)));
    };
    collect(
        "--currency",
        "three upper-case letters such as USD",
        &["usd", "US", "USDX", "U$D", "ÜSD", "", "US\u{1b}[31mD"],
    );
    collect(
        "--amount",
        "a decimal in major units",
        &["1e400", "NaN", "inf", "1,00", "+5", "-5", "0", "0.001", ".5", "5.", "1\u{7}"],
    );
    collect(
        "--session",
        "a whole number such as 55",
        &["../55", "-55", "55/../56", "fifty", "18446744073709551616", "5 5", "55\r\nX: y"],
    );
    collect("--account", "letters, digits", &["../18", "1/8", "a b", "1\u{1b}[31m8", "1\n8", "é", "%2e%2e"]);
    collect(
        "--reference-id",
        "a version-4 UUID",
        &[
            "nope",
            "0b8f6f2e-6a1d-1c5a-9a53-7d2f6a3c1e10",
            "0b8f6f2e-6a1d-4c5a-7a53-7d2f6a3c1e10",
            "0b8f6f2e6a1d4c5a9a537d2f6a3c1e10",
            "{0b8f6f2e-6a1d-4c5a-9a53-7d2f6a3c1e1}",
            "../../../v1/executions/payouts/00000",
            "00000000-0000-0000-0000-000000000000",
            "\u{1b}[31mb8f6f2e-6a1d-4c5a-9a53-7d2f6a3c1e1",
        ],
    );
    collect(
        "--patience",
        "such as 90s, 5m or 1h",
        &["soon", "", "5 parsecs", "1s\u{1b}[2J", "99999999999999999999h"],
    );
    collect(
        "--order",
        "without control characters",
        &["", " ", "A-1 ", " A-1", "A\u{1b}]0;owned\u{7}", "A\nB", "A\u{202e}B"],
    );
    cases.extend([
        (vec!["status", "../journal"], "REFERENCE_ID", "a version-4 UUID"),
        (vec!["status", "0b8f6f2e-6a1d-1c5a-9a53-7d2f6a3c1e10"], "REFERENCE_ID", "a version-4 UUID"),
        (verify("101", "250.00", "USD"), "--source", "a kind and a number such as INVOICE:101"),
        (verify("invoice:101", "250.00", "USD"), "--source", "INVOICE:101"),
        (verify("INVOICE:101&source_id=1", "250.00", "USD"), "--source", "INVOICE:101"),
        (verify("INVOICE:101", "1e400", "USD"), "--amount", "a decimal"),
        (verify("INVOICE:101", "250.00", "Usd"), "--currency", "three upper-case letters"),
        (checkout("--phone", "23177"), "--phone", "8 to 15 digits"),
        (checkout("--phone", "+231770000001"), "--phone", "without `+`"),
        (checkout("--kind", "invoice"), "--kind", "INVOICE or ORDER"),
        (checkout("--item", "Shoes"), "--item", "NAME=AMOUNT such as Shoes=250.00"),
        (checkout("--item", "=5"), "--item", "NAME=AMOUNT"),
        (checkout("--item", "Shoes=1e400"), "--item", "a decimal"),
        (checkout("--item", "\u{1b}[31mShoes=5"), "--item", "without control characters"),
        (checkout("--success-url", "javascript:alert(1)"), "--success-url", "https://shop.example/thanks"),
        (checkout("--cancel-url", "https://a b"), "--cancel-url", "https://shop.example/thanks"),
        (vec!["journal", "show", "../x"], "KEY", "a reference id, or a source"),
        (vec!["journal", "show", "\u{1b}[31m"], "KEY", "a reference id, or a source"),
        (vec!["journal", "list", "--limit", "-1"], "--limit", "a whole number"),
        (vec!["sim", "--listen", "localhost"], "--listen", "127.0.0.1:8787"),
        (vec!["sim", "--shop=localhost"], "--shop", "127.0.0.1:8787"),
        (vec!["sim", "--time-scale", "NaN"], "--time-scale", "a number from 0.001"),
    ]);
    cases
}

/// One sentence without control characters, exit code 2, nothing made, nobody called.
fn assert_refused(shop: &Shop, run: &Run) -> String {
    let sentence = run.sentence().to_string();
    assert_eq!(run.code, 2, "{run:?}");
    assert!(!sentence.chars().any(char::is_control), "{sentence:?}");
    assert!(!run.err.contains(CLIENT_SECRET), "{run:?}");
    assert_eq!(shop.files(), Vec::<String>::new(), "{sentence}");
    assert_eq!(shop.sim.ledger().calls, [], "{sentence}");
    sentence
}

#[test]
fn a_value_that_cannot_be_one_is_refused_by_a_sentence_that_names_its_place() {
    let shop = Shop::open();
    for (args, place, right) in cases() {
        for more in [&["--json"][..], &["-vvv"]] {
            let sentence = assert_refused(&shop, &run(shop.command(args.iter().chain(more))));
            assert!(sentence.starts_with(&format!("{place}: ")), "{args:?}: {sentence}");
            assert!(sentence.contains(right) && sentence.contains("expected"), "{args:?}: {sentence}");
        }
    }
}

#[test]
fn a_control_character_never_reaches_the_terminal_raw_even_where_colours_are_forced() {
    let shop = Shop::open();
    for args in [
        &["\u{1b}[31mcollect"][..],
        &["--\u{1b}[31m"],
        &["demo", "\u{9b}31m"],
        &["status", "\u{1b}]0;owned\u{7}"],
        &["journal", "\u{1b}c"],
        &["verify", "--source", "\u{1b}[8mINVOICE:101", "--amount", "1", "--currency", "USD"],
        &[
            "--credentials",
            "\u{1b}[31m",
            "verify",
            "--source",
            "INVOICE:1",
            "--amount",
            "1",
            "--currency",
            "USD",
        ],
        &[
            "--base-url",
            "http://\u{1b}[31m",
            "verify",
            "--source",
            "INVOICE:1",
            "--amount",
            "1",
            "--currency",
            "USD",
        ],
    ] {
        let mut command = shop.command(args);
        command.env("CLICOLOR_FORCE", "1").env("TERM", "xterm");
        assert_refused(&shop, &run(command));
    }
}

#[test]
fn a_journal_that_is_a_directory_is_refused_whoever_asks() {
    let shop = Shop::open();
    let folder = tempfile::tempdir().expect("a folder");
    let commands = [
        &COLLECT[..],
        &["status", ID],
        &["journal", "list"],
        &["verify", "--source", "INVOICE:101", "--amount", "1", "--currency", "USD"],
    ];
    for args in commands {
        let mut command = shop.command(args);
        command.arg("--journal").arg(folder.path());
        let sentence = assert_refused(&shop, &run(command));
        assert!(
            sentence.starts_with("the journal at \"") && sentence.contains("it is a directory"),
            "{sentence}"
        );
        assert_eq!(std::fs::read_dir(folder.path()).expect("the folder").count(), 0);
    }
}

#[test]
fn a_base_url_that_would_show_the_token_is_refused() {
    let shop = Shop::open();
    for (url, right) in [
        ("http://api.heydollr.app", "expected https://, plain http is for loopback only"),
        ("http://127.0.0.1.example.com", "expected https://"),
        ("http://[::ffff:10.0.0.1]", "expected https://"),
        ("ftp://127.0.0.1", "expected https://"),
        ("api.heydollr.app", "expected https://"),
        ("https://me:hush@api.heydollr.app", "leave it out"),
        ("https://api.heydollr.app?token=hush", "leave it out"),
        ("https://", "is not a URL"),
        ("", "is not a URL"),
    ] {
        let by_flag = run(shop.command(COLLECT.iter().chain(&["--base-url", url])));
        let mut by_environment = shop.command(COLLECT);
        by_environment.env("DOLLR_BASE_URL", url);
        for run in [by_flag, run(by_environment)] {
            let sentence = assert_refused(&shop, &run);
            assert!(sentence.starts_with("the base URL (DOLLR_BASE_URL) "), "{url}: {sentence}");
            assert!(sentence.contains(right) && !sentence.contains("hush"), "{url}: {sentence}");
        }
    }
}

#[test]
fn a_missing_credential_is_named() {
    let shop = Shop::open();
    let commands = [
        &COLLECT[..],
        &["verify", "--source", "INVOICE:101", "--amount", "1", "--currency", "USD"],
        &["checkout", "--phone", "231770000001", "--currency", "USD", "--item", "a=1"],
    ];
    for args in commands {
        for name in ["DOLLR_CLIENT_ID", "DOLLR_CLIENT_SECRET"] {
            let mut unset = shop.command(args);
            unset.env_remove(name);
            let mut empty = shop.command(args);
            empty.env(name, "");
            let mut odd = shop.command(args);
            odd.env(name, OsString::from_vec(vec![0xff]));
            for (command, why) in [
                (unset, "is not set: the merchant portal has its value"),
                (empty, "is empty"),
                (odd, "is not UTF-8 text"),
            ] {
                let sentence = assert_refused(&shop, &run(command));
                assert!(sentence.contains(name) && sentence.ends_with(why), "{sentence}");
            }
        }
    }
}

#[test]
fn a_slip_of_the_pen_gets_a_sentence_too() {
    let shop = Shop::open();
    let id: &str = ID;
    for (args, expected) in [
        (vec!["frob"], "there is no command `frob`: `dollr --help` lists what there is"),
        (vec!["colect"], "there is no command `colect`: did you mean `collect`?"),
        (vec!["collect", "--sesion", "5"], "there is no argument `--sesion`: did you mean `--session`?"),
        (vec!["collect"], "missing: --account, --currency, --session or --source; `--help` explains each"),
        (vec!["status"], "missing: REFERENCE_ID; `--help` explains each"),
        (
            vec!["status", id, id],
            "there is no argument `0b8f6f2e-6a1d-4c5a-9a53-7d2f6a3c1e10`: `dollr --help` lists what there is",
        ),
        (vec!["status", id, "--journal"], "--journal: a value is missing"),
        (vec!["status", id, "--json=yes"], "--json takes no value"),
        ([&COLLECT[..], &["--session", "56"]].concat(), "--session is given twice: give it once"),
        (
            [&COLLECT[..], &["--source", "INVOICE:101"]].concat(),
            "--session and --source exclude each other: give one of them",
        ),
    ] {
        assert_eq!(assert_refused(&shop, &run(shop.command(&args))), expected, "{args:?}");
    }
}

#[test]
fn an_argument_that_is_not_utf8_is_refused() {
    let shop = Shop::open();
    let mut command = shop.command(["status"]);
    command.arg(OsString::from_vec(vec![0xff, 0xfe]));
    let sentence = assert_refused(&shop, &run(command));
    assert!(sentence.contains("an argument is not UTF-8"), "{sentence}");
}

#[test]
fn a_credential_on_the_command_line_is_refused_and_not_repeated() {
    let shop = Shop::open();
    for args in [
        &["--client-secret=hush"][..],
        &["--client-secret", "hush"],
        &["DOLLR_CLIENT_SECRET=hush", "collect"],
        &["collect", "DOLLR_CLIENT_SECRET=hush"],
    ] {
        let sentence = assert_refused(&shop, &run(shop.command(args)));
        assert!(!sentence.contains("hush"), "{sentence}");
    }
}

#[test]
fn help_shows_no_value_of_the_environment() {
    let shop = Shop::open();
    for args in [&["--help"][..], &["collect", "--help"], &["help", "journal"], &["--version"], &[]] {
        let mut command = shop.command(args);
        command.env("DOLLR_BASE_URL", "https://me:hush@example.com").env("DOLLR_CREDENTIALS", "hush");
        command.env("DOLLR_CLIENT_SECRET", "hush").env("DOLLR_JOURNAL", "\u{1b}[31mhush");
        let run = run(command);
        assert_eq!(run.code, if args.is_empty() { 2 } else { 0 }, "{run:?}");
        let both = [run.out, run.err].concat();
        assert!(both.contains("dollr") && !both.contains("hush") && !both.contains('\u{1b}'), "{both}");
    }
}
