//! TLS to a PostgreSQL server: encrypted, and only with the server that was meant (T20).

mod common;

use std::fs;
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use common::{Database, PASSWORD, Server, create};
use dollr_journal::{JournalError, PostgresJournal, Version};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};

fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new([]).expect("a certificate");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("signed")
}

/// A server with a certificate for `names`.
fn server(authority: &CertifiedIssuer<'static, KeyPair>, names: &[&str]) -> Arc<Server> {
    let names: Vec<_> = names.iter().map(ToString::to_string).collect();
    let key = KeyPair::generate().expect("a key");
    let certificate =
        CertificateParams::new(names).expect("names").signed_by(&key, authority).expect("signed");
    Arc::new(Server::start(|data| {
        fs::write(data.join("server.crt"), certificate.pem()).expect("a file");
        fs::write(data.join("server.key"), key.serialize_pem()).expect("a file");
        let mode = Command::new("chmod").arg("600").arg(data.join("server.key")).status();
        assert!(mode.is_ok_and(|status| status.success()));
        // Whoever comes without TLS is turned away, so that a journal that works is encrypted.
        let rules = "hostssl all all 127.0.0.1/32 scram-sha-256\nlocal all all scram-sha-256\n";
        fs::write(data.join("pg_hba.conf"), rules).expect("a file");
        "-c ssl=on".to_owned()
    }))
}

fn file(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    fs::write(&path, text).expect("a file");
    path.to_string_lossy().into_owned()
}

fn refused(url: &str, says: &str) {
    let error = PostgresJournal::open(url).expect_err(says);
    let text = error.to_string();
    assert!(matches!(error, JournalError::Unusable { .. }) && text.contains(says), "{text}");
    assert!(!text.contains(PASSWORD) && !text.contains('\n'), "{text}");
}

#[test]
fn only_the_server_that_was_meant_is_talked_to() {
    let (ours, strangers) = (authority(), authority());
    let folder = tempfile::tempdir().expect("a folder");
    let ours_pem = file(folder.path(), "ours.pem", &ours.pem());
    let strangers_pem = file(folder.path(), "strangers.pem", &strangers.pem());
    let loopback = IpAddr::V4(Ipv4Addr::LOCALHOST).to_string();
    let database = Database::on(server(&ours, &[&loopback]));
    let url = database.url();

    for good in ["", "&sslmode=require", "&sslmode=verify-full"] {
        let journal =
            PostgresJournal::open(&format!("{url}&sslrootcert={ours_pem}{good}")).expect("verified");
        let key = format!("id{good}");
        assert_eq!(create(&journal, &key), Ok(Version::FIRST));
    }
    refused(&url, "no encryption");
    refused(&format!("{url}&sslmode=disable&sslrootcert={ours_pem}"), "no encryption");
    refused(
        &format!("{url}&sslmode=require"),
        "TLS with the server failed: invalid peer certificate: UnknownIssuer",
    );
    refused(
        &format!("{url}&sslrootcert={strangers_pem}"),
        "TLS with the server failed: invalid peer certificate: ",
    );
    refused(
        &format!("{}&sslrootcert={ours_pem}", url.replace("127.0.0.1", "localhost")),
        "TLS with the server failed: invalid peer certificate: certificate not valid for name \"localhost\"",
    );
}

#[test]
fn a_server_without_tls_is_not_talked_to_where_it_is_wanted() {
    let database = Database::new();
    refused(
        &format!("{}&sslmode=require", database.url()),
        "TLS with the server failed: server does not support TLS",
    );
}

#[test]
fn a_root_file_that_will_not_do_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let empty = file(folder.path(), "empty.pem", "");
    for (path, says) in
        [(empty.as_str(), "it has no certificate in PEM form"), ("/nowhere/ca.pem", "ca.pem\": ")]
    {
        let url = format!("postgres://shop:{PASSWORD}@localhost/shop?sslrootcert={path}");
        let error = PostgresJournal::open(&url).expect_err(says).to_string();
        assert!(error.starts_with("the journal's URL will not do: its sslrootcert \"/"), "{error}");
        assert!(error.contains(says) && !error.contains(PASSWORD), "{error}");
    }
}

/// A Unix socket needs no TLS: nobody is in between.
#[test]
fn a_unix_socket_will_do() {
    let server = Arc::new(Server::start(|_| String::new()));
    // The test's user must be let into the folder of the server's.
    let opened = Command::new("chmod").arg("755").arg(server.socket()).status();
    assert!(opened.is_ok_and(|status| status.success()));
    let (folder, port) = (server.socket().display(), server.port());
    let url = format!("postgres://dollr:{PASSWORD}@/postgres?host={folder}&port={port}");
    assert_eq!(create(&PostgresJournal::open(&url).expect("a journal"), "id"), Ok(Version::FIRST));
}
