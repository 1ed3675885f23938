//! What the public door cannot bring about without a server or a fork.

use std::sync::RwLock;
use std::time::Duration;

use tokio_postgres::config::SslMode;

use super::PostgresJournal;
use super::address::Address;
use super::rows;
use crate::{JournalError, holds_password};

fn parsed(url: &str) -> Address {
    Address::parse(url).unwrap_or_else(|e| panic!("{url}: {e}"))
}

fn refused(url: &str) -> String {
    match Address::parse(url) {
        Err(error @ JournalError::Address { .. }) => error.to_string(),
        Err(other) => panic!("{url}: {other:?}"),
        Ok(_) => panic!("{url} was taken"),
    }
}

/// T20: what leaves the machine is encrypted and verified, unless somebody said otherwise.
#[test]
fn a_server_elsewhere_is_verified_unless_that_is_turned_off() {
    for (url, encrypted) in [
        ("postgres://shop@db.example/shop", true),
        ("postgresql://shop@10.0.0.7:6432/shop", true),
        ("postgres://shop@db.example/shop?sslmode=require", true),
        ("postgres://shop@db.example/shop?sslmode=verify-full", true),
        ("postgres://shop@db.example/shop?sslmode=disable", false),
        ("postgres://shop@localhost/shop", false),
        ("postgres://shop@127.0.0.1/shop", false),
        ("postgres://shop@[::1]/shop", false),
        ("postgres://shop@localhost,db.example/shop", true),
        ("postgres://shop@127.0.0.1/shop?sslmode=require", true),
        ("postgres://shop@/shop?host=/run/postgresql", false),
        ("postgres://shop@%2Frun%2Fpostgresql/shop", false),
    ] {
        let address = parsed(url);
        assert_eq!(address.tls.is_some(), encrypted, "{url}");
        let mode = if encrypted { SslMode::Require } else { SslMode::Disable };
        assert_eq!(address.config.get_ssl_mode(), mode, "{url}");
    }
    for mode in ["prefer", "allow", "verify-ca", "on", ""] {
        let said = refused(&format!("postgres://shop@db.example/shop?sslmode={mode}"));
        assert!(
            said.ends_with("none of require, verify-full (both verify the server) and disable"),
            "{said}"
        );
    }
}

/// I10: what is shown of a URL is what leads to the server, never the password.
#[test]
fn a_place_is_shown_without_its_password() {
    for (url, shown) in [
        ("postgres://shop:hush@db.example:6432/pay", "postgres://shop@db.example:6432/pay"),
        ("postgres://shop:hush@127.0.0.1?prefix=a_", "postgres://shop@127.0.0.1:5432/shop"),
        (
            "postgres://shop@localhost/pay?password=hush&connect_timeout=3",
            "postgres://shop@localhost:5432/pay",
        ),
        ("postgres://shop:h%40ush@/pay?host=/run/postgresql", "postgres://shop@/run/postgresql/pay"),
    ] {
        let address = parsed(url);
        assert_eq!(address.place.to_string_lossy(), shown);
        assert!(address.config.get_password().is_some_and(|password| password.starts_with(b"h")), "{url}");
        assert!(holds_password(url), "{url}");
    }
    assert_eq!(parsed("postgres://shop@localhost/pay?connect_timeout=3").patience, Duration::from_secs(3));
    for url in
        ["postgres://shop@localhost/pay", "sqlite:pay.db", "pay.db", "a:b@c", "postgres://localhost/a?b=c"]
    {
        assert!(!holds_password(url), "{url}");
    }
}

/// I10, T3: a server that is named in another way than by its URL is never taken for a file, of which each machine would have its own.
#[test]
fn a_server_that_is_not_named_by_its_url_is_refused_and_not_repeated() {
    for (place, secret) in [
        ("host=db.example user=shop password=hush dbname=pay", true),
        ("dbname=pay", false),
        ("postgres:/shop:hush@db.example/pay", true),
        ("postgresql:shop@db.example/pay", false),
        ("postgres:pay", false),
    ] {
        for opened in [crate::open(place), crate::open_existing(place)] {
            let said = opened.expect_err(place).to_string();
            assert!(
                said.ends_with("expected a file, sqlite:FILE or postgres://USER@HOST/DATABASE"),
                "{said}"
            );
            assert!(!said.contains("hush"), "{said}");
        }
        assert_eq!(holds_password(place), secret, "{place}");
    }
    // A name that only looks like a URL is a file's.
    let said = crate::open("1st://till:3@shop.db").expect_err("no such folder").to_string();
    assert!(said.ends_with("its folder does not exist; make it first"), "{said}");
    assert!(!holds_password("1st://till:3@shop.db") && !holds_password("sqlite://till:3@shop.db"));
}

/// I10, T27: what cannot be a URL is refused without being repeated, and a prefix is a plain name.
#[test]
fn a_url_that_will_not_do_is_refused_and_not_repeated() {
    for url in [
        "postgres://shop:hush@db@localhost/shop",
        "postgres://shop:hush@localhost:port/shop",
        "postgres://shop:hush@localhost/shop?hush",
        "postgres://shop:hush@localhost/shop?hush=hush",
        "postgres://shop:hu?sh=hush@localhost/shop",
        "postgres://shop:hu#hush@localhost/shop",
        "postgres://shop:hush@localhost/shop?connect_timeout=hush",
        "postgres://shop:hush@localhost/shop?sslrootcert=/nowhere/ca.pem",
        "postgres://shop:hush@/shop",
        "postgres://localhost/shop",
        "postgres://",
        "postgres://shop:hush@localhost/shop?prefix=%zz",
    ] {
        let said = refused(url);
        assert!(
            said.starts_with("the journal's URL will not do: ") && !said.contains("hush"),
            "{url}: {said}"
        );
        assert!(!said.contains('\n'), "{said}");
    }
    let said = refused("postgres://shop@localhost/shop?passfile=pass");
    assert!(said.contains("it has an option that is not known: expected prefix, sslmode"), "{said}");
    for prefix in ["", "1a", "A", "a-b", "a;--", "a%22", "a b", "ä", "abcdefghijklmnopqrstuv"] {
        let said = refused(&format!("postgres://shop@localhost/shop?prefix={prefix}"));
        assert!(said.contains("its prefix is no plain name"), "{prefix}: {said}");
    }
    for (written, meant) in [("pay_1_", "pay_1_"), ("p%61y%5f1%5F", "pay_1_"), ("%7a", "z")] {
        assert_eq!(parsed(&format!("postgres://shop@localhost/shop?prefix={written}")).prefix, meant);
    }
    assert!(rows::sql(rows::LOAD, "pay_1_").contains(" FROM pay_1_entries "));
}

/// T22: the parent's connections are not a child's.
#[test]
fn a_forked_child_is_told_to_open_its_own() {
    // The fork is only told, so that no server is needed: the child asks before it touches a connection.
    let address = parsed("postgres://shop@localhost/shop");
    let place = address.place.clone();
    let journal = PostgresJournal { pool: super::Pool::inherited(address), texts: RwLock::default() };
    let forked = JournalError::Forked { path: place };
    assert_eq!(crate::Journal::load(&journal, "a"), Err(forked.clone()));
    assert_eq!(crate::Journal::open_entries(&journal), Err(forked.clone()));
    assert!(forked.to_string().ends_with("open it after the fork"), "{forked}");
    assert_eq!(
        format!("{journal:?}"),
        "PostgresJournal { place: \"postgres://shop@localhost:5432/shop\", .. }"
    );
}
