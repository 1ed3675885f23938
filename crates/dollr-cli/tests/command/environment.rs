//! Where settings come from: flags over the environment, a credentials file, never a proxy that was not asked for (T21).

use std::net::TcpListener;
use std::process::Command;

use dollr_sim::{CLIENT_ID, CLIENT_SECRET, SourceKind};

use crate::shop::{Shop, run, write_file};

const VERIFY: &str = "verify --source INVOICE:101 --amount 250.00 --currency USD";

fn verify(shop: &Shop) -> Command {
    shop.command(VERIFY.split_whitespace())
}

fn paid_shop() -> Shop {
    let shop = Shop::open();
    assert!(shop.sim.pay_source(SourceKind::Invoice, 101));
    shop
}

#[test]
fn the_journal_is_the_flags_then_the_environments_then_dollr_db() {
    let shop = paid_shop();
    assert_eq!(run(verify(&shop)).code, 0);
    assert_eq!(shop.files(), ["dollr.db"]);
    let mut command = verify(&shop);
    command.env("DOLLR_JOURNAL", "environment.db");
    assert_eq!(run(command).code, 0);
    let mut command = verify(&shop);
    command.env("DOLLR_JOURNAL", "unused.db").args(["--journal", "flag.db"]);
    assert_eq!(run(command).code, 0);
    assert_eq!(shop.files(), ["dollr.db", "environment.db", "flag.db"]);
}

#[test]
fn a_base_url_flag_wins_over_the_environment() {
    let shop = paid_shop();
    let mut command = verify(&shop);
    command.env("DOLLR_BASE_URL", "https://nobody.invalid").args(["--base-url", &shop.sim.base_url()]);
    assert_eq!(run(command).code, 0);
}

#[test]
fn a_private_credentials_file_wins_over_the_environment() {
    let shop = paid_shop();
    let text =
        format!("# the shop's\nDOLLR_CLIENT_ID = {CLIENT_ID}\r\nDOLLR_CLIENT_SECRET=\"{CLIENT_SECRET}\"\r\n");
    write_file(&shop.path("credentials"), &text, 0o600);
    let mut command = verify(&shop);
    command.env("DOLLR_CLIENT_ID", "other").env("DOLLR_CLIENT_SECRET", "other");
    command.args(["--credentials", "credentials"]);
    assert_eq!(run(command).code, 0);
    let mut command = verify(&shop);
    command
        .env_remove("DOLLR_CLIENT_ID")
        .env_remove("DOLLR_CLIENT_SECRET")
        .env("DOLLR_CREDENTIALS", "credentials");
    assert_eq!(run(command).code, 0);
}

#[test]
fn a_credentials_file_that_will_not_do_is_named_and_not_shown() {
    let shop = paid_shop();
    let good = format!("DOLLR_CLIENT_ID={CLIENT_ID}\nDOLLR_CLIENT_SECRET=hush-hush\n");
    write_file(&shop.path("shared"), &good, 0o644);
    write_file(&shop.path("group"), &good, 0o640);
    write_file(&shop.path("half"), "DOLLR_CLIENT_SECRET=hush-hush\n", 0o600);
    write_file(&shop.path("other-half"), "DOLLR_CLIENT_ID=hush-hush\nexport X=1\n", 0o600);
    write_file(&shop.path("empty"), "DOLLR_CLIENT_ID=\nDOLLR_CLIENT_SECRET=hush-hush\n", 0o600);
    std::fs::create_dir(shop.path("folder")).expect("a folder");
    let before = shop.files();
    for (name, why) in [
        ("shared", "others can read it: make it private with chmod 600"),
        ("group", "others can read it"),
        ("half", "it has no line DOLLR_CLIENT_ID="),
        ("other-half", "it has no line DOLLR_CLIENT_SECRET="),
        ("empty", "the client id (DOLLR_CLIENT_ID) is empty"),
        ("folder", "it is a directory"),
        ("nowhere", "No such file"),
    ] {
        let run = shop.run(&format!("{VERIFY} --credentials {name}"));
        let sentence = run.sentence();
        assert!(run.code == 2 && sentence.contains(why) && !sentence.contains("hush"), "{name}: {run:?}");
        assert!(
            name == "empty" || sentence.starts_with(&format!("the credentials file \"{name}\"")),
            "{sentence}"
        );
    }
    assert_eq!(shop.files(), before, "nothing was left behind");
    assert_eq!(shop.sim.ledger().calls, []);
}

/// T21
#[test]
fn a_proxy_in_the_environment_is_not_used() {
    let shop = paid_shop();
    let proxy = TcpListener::bind("127.0.0.1:0").expect("a port");
    proxy.set_nonblocking(true).expect("a listener that does not wait");
    let url = format!("http://{}", proxy.local_addr().expect("its address"));
    let proxied = |mut command: Command| {
        for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
            command.env(name, &url).env(name.to_lowercase(), &url);
        }
        run(command)
    };
    assert_eq!(proxied(verify(&shop)).code, 0);
    // TLS to a host that isn't there: what would go to a proxy goes nowhere.
    let verify = "verify --source ORDER:202 --amount 75.50 --currency USD --base-url https://127.0.0.1:1";
    let command = shop.command(verify.split_whitespace());
    assert_eq!(proxied(command).code, 4);
    let reached = proxy.accept().map(|(_, from)| from);
    assert!(reached.is_err_and(|e| e.kind() == std::io::ErrorKind::WouldBlock), "the proxy was called");
}
