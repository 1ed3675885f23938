//! A journal in PostgreSQL, named by its URL: the same commands, and no password where others can see it.

use std::process::{Command, id};

use dollr_sim::SourceKind;
use serde_json::json;

use crate::server::{PASSWORD, Server};
use crate::shop::{Run, Shop, new_id, run};

/// Tables of this test's own.
pub(crate) fn url(server: &Server, test: &str) -> String {
    format!("{}?prefix=c{:x}_{test}_", server.url(), id())
}

fn with(shop: &Shop, line: &str, url: &str) -> Run {
    let mut command: Command = shop.command(line.split_whitespace());
    command.env("DOLLR_JOURNAL", url);
    let run = run(command);
    assert!(!run.out.contains(PASSWORD) && !run.err.contains(PASSWORD), "{run:?}");
    run
}

#[test]
fn a_payment_is_kept_and_found_in_postgresql() {
    let (shop, server) = (Shop::open(), Server::shared());
    let url = url(&server, "kept");
    let absent = with(&shop, "journal list", &url);
    assert!(
        absent.code == 1 && absent.sentence().starts_with("there is no journal at \"postgres://"),
        "{absent:?}"
    );

    assert!(shop.sim.pay_source(SourceKind::Invoice, 101));
    assert_eq!(with(&shop, "verify --source INVOICE:101 --amount 250.00 --currency USD", &url).code, 0);
    let (id, session) = (new_id(), shop.session("25.00"));
    let collect = format!(
        "collect --session {session} --account 3000 --currency USD --patience 0s --reference-id {id}"
    );
    assert_eq!(with(&shop, &collect, &url).code, 4);
    let again = with(&shop, &collect, &url);
    assert!(again.code == 2 && again.sentence().contains("is in the journal already"), "{again:?}");
    assert_eq!(shop.posts(&id), 1);

    let listed = with(&shop, "journal list --json", &url).json();
    assert_eq!(listed["payments"][0]["key"], json!(id));
    assert_eq!(listed["payments"][1]["key"], json!("INVOICE:101"));
    let shown = with(&shop, &format!("journal show {id} --json"), &url).json();
    assert_eq!(shown["events"][0]["what"], json!("recorded"), "{shown}");
    assert_eq!(with(&shop, &format!("status {id}"), &url).code, 4);
    assert_eq!(shop.files(), Vec::<String>::new(), "nothing is kept here");
}

/// I10: argv is seen by every user of the machine.
#[test]
fn a_password_in_an_argument_is_refused() {
    let shop = Shop::open();
    let url = format!("postgres://shop:{PASSWORD}@localhost/shop");
    let option = format!("postgres://shop@localhost/shop?password={PASSWORD}");
    for arguments in [
        vec!["--journal".to_string(), url.clone()],
        vec![format!("--journal={url}")],
        vec!["--journal".to_string(), option],
    ] {
        let mut command = shop.command(["journal", "list"]);
        command.args(&arguments);
        let run = run(command);
        let says = "--journal: a password in an argument can be seen by others: put the URL into DOLLR_JOURNAL, \
                    or the password into PGPASSWORD";
        assert_eq!((run.code, run.sentence()), (2, says));
    }
    assert_eq!(shop.sim.ledger().calls, []);
}

#[test]
fn the_password_may_come_from_pgpassword() {
    let (shop, server) = (Shop::open(), Server::shared());
    let url = url(&server, "env").replace(&format!(":{PASSWORD}"), "");
    let collect = "verify --source INVOICE:101 --amount 250.00 --currency USD --journal";
    let mut command = shop.command(collect.split_whitespace());
    command.arg(&url).env("PGPASSWORD", PASSWORD);
    assert_eq!(run(command).code, 4);
    let mut command = shop.command(collect.split_whitespace());
    command.arg(&url);
    let run = run(command);
    assert!(run.code == 1 && run.sentence().contains("put it into the URL or PGPASSWORD"), "{run:?}");
}

/// F27: what happened to the server is no slip of the one who typed.
#[test]
fn a_server_that_is_not_there_is_an_error() {
    let shop = Shop::open();
    for line in ["journal list", "verify --source INVOICE:101 --amount 250.00 --currency USD"] {
        let run = with(&shop, line, &format!("postgres://shop:{PASSWORD}@127.0.0.1:1/shop"));
        let says = "the journal at \"postgres://shop@127.0.0.1:1/shop\" cannot be used: the server cannot be reached";
        assert!(run.code == 1 && run.sentence().starts_with(says), "{run:?}");
    }
    assert_eq!(shop.sim.ledger().calls, []);
}

#[test]
fn a_url_that_names_no_journal_is_refused() {
    let shop = Shop::open();
    for (url, says) in [
        ("mysql://shop@localhost/shop", "expected a file, sqlite:FILE or postgres://USER@HOST/DATABASE"),
        ("https://localhost/shop", "expected a file, sqlite:FILE or postgres://USER@HOST/DATABASE"),
        ("postgres://localhost/shop", "it names no user: expected postgres://USER@HOST/DATABASE"),
        ("postgres://shop@localhost/shop?prefix=A-", "its prefix is no plain name"),
        ("postgres://shop@localhost/shop?sslmode=prefer", "its sslmode is none of require"),
    ] {
        for line in ["journal list", "verify --source INVOICE:101 --amount 250.00 --currency USD"] {
            let run = with(&shop, line, url);
            let sentence = run.sentence();
            assert!(run.code == 2 && sentence.starts_with("the journal's URL will not do: "), "{run:?}");
            assert!(sentence.contains(says), "{sentence}");
        }
    }
    assert_eq!(
        with(&shop, "verify --source INVOICE:101 --amount 250.00 --currency USD", "sqlite:pay.db").code,
        4
    );
    assert_eq!(shop.files(), ["pay.db"]);
}
