//! What may be wrong with a PostgreSQL server: each gets one sentence that names the place, and no password.

mod common;

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use common::{Database, Engine, NOW, PASSWORD, Server, create};
use dollr_core::Snapshot;
use dollr_journal::{Journal, JournalError, Kind, Order, Page, PostgresJournal, Version};

/// One sentence, from either door.
fn refused(url: &str, says: &str) {
    for opened in [PostgresJournal::open(url), PostgresJournal::open_existing(url)] {
        let error = opened.expect_err(says);
        let (text, debug) = (error.to_string(), format!("{error:?}"));
        assert!(matches!(error, JournalError::Unusable { .. }), "{debug}");
        assert!(text.starts_with("the journal at \"postgres://") && text.contains(says), "{text}");
        assert!(
            !text.contains('\n') && !text.contains(PASSWORD) && !debug.contains(PASSWORD),
            "{text} {debug}"
        );
    }
}

/// A port on which somebody listens who does `talk`.
fn stranger(talk: impl Fn(TcpStream) + Send + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    thread::spawn(move || listener.incoming().for_each(|stream| talk(stream.expect("a connection"))));
    port
}

/// Of several hosts the one that can be written to is used, also once they have changed places.
#[test]
fn of_several_hosts_the_primary_is_used() {
    let servers = [(); 2].map(|()| Server::start(|_| String::new()));
    let [one, two] = &servers;
    for server in &servers {
        PostgresJournal::open(server.url()).expect("a journal on each");
    }
    let is_primary = |server: &Server, is_one: bool| {
        let mode = if is_one { "off" } else { "on" };
        server.psql(&format!("ALTER SYSTEM SET default_transaction_read_only = {mode}")).expect("an option");
        server.psql("SELECT pg_reload_conf()").expect("it reads it");
        let patience = Instant::now() + Duration::from_secs(30);
        while server.psql("SHOW default_transaction_read_only").as_deref() != Ok(mode) {
            assert!(Instant::now() < patience, "it never became {mode}");
        }
    };
    is_primary(one, false);
    let ports = format!(":{}/", one.port());
    let both = one.url().replace(&ports, &format!(":{},127.0.0.1:{}/", one.port(), two.port()));
    let journal = PostgresJournal::open(&both).expect("the second is the primary");
    create(&journal, "a").expect("written to the second");
    is_primary(one, true);
    is_primary(two, false);
    let found = create(&journal, "b").or_else(|_| create(&journal, "b"));
    assert!(found.is_ok(), "{found:?}");
    let keys = |server: &Server| server.psql("SELECT string_agg(key, ' ') FROM dollr_entries");
    assert_eq!((keys(one).as_deref(), keys(two).as_deref()), (Ok("b"), Ok("a")));
}

/// I10: a log-in that fails is said, and the password is not.
#[test]
fn a_wrong_password_or_user_is_said() {
    let server = Server::shared();
    let url = server.url();
    refused(&url.replace(PASSWORD, "hush-hush-2"), "the server refused the user or its password");
    refused(&url.replace("dollr:", "nobody:"), "the server refused the user or its password");
    let nameless = url.replace(&format!(":{PASSWORD}"), "");
    assert_ne!(nameless, url);
    refused(&nameless, "the server asks for a password; put it into the URL or PGPASSWORD");
}

#[test]
fn a_database_that_is_missing_is_said() {
    let server = Server::shared();
    let (base, _) = server.url().rsplit_once('/').expect("a database");
    refused(&format!("{base}/nowhere"), "there is no such database; create it first");
}

#[test]
fn a_host_that_is_missing_is_said() {
    let closed = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a port").port();
    refused(
        &format!("postgres://dollr:{PASSWORD}@127.0.0.1:{closed}/postgres"),
        "the server cannot be reached: Connection refused",
    );
    refused(
        &format!("postgres://dollr:{PASSWORD}@no-such-host.invalid/postgres"),
        "the server cannot be reached: failed to lookup address",
    );
}

/// I7: whatever answers, or does not, there is an end.
#[test]
fn what_is_no_postgresql_server_is_said() {
    let web = stranger(|mut stream| {
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
    });
    let rude = stranger(drop);
    refused(&format!("postgres://dollr:{PASSWORD}@127.0.0.1:{web}/postgres"), "cannot be used: ");
    refused(&format!("postgres://dollr:{PASSWORD}@127.0.0.1:{rude}/postgres"), "the connection was lost");

    let (kept, silent) = std::sync::mpsc::channel();
    let port = stranger(move |stream| kept.send(stream).expect("kept open"));
    let begun = Instant::now();
    let url = format!("postgres://dollr:{PASSWORD}@127.0.0.1:{port}/postgres?connect_timeout=1");
    refused(&url, "the server did not answer within 1000 ms");
    assert!(begun.elapsed() < Duration::from_secs(10), "it took {:?}", begun.elapsed());
    drop(silent);
}

/// I5: a server that may lose what it has committed is not trusted with payments.
#[test]
fn a_server_that_does_not_sync_is_refused() {
    let server = Server::start(|_| "-c fsync=off".to_owned());
    refused(server.url(), "it runs with synchronous_commit=on, fsync=off; payments need on, on");
}

/// I5: a database that commits before it has written is overruled, for this journal alone.
#[test]
fn a_commit_is_synchronous_whatever_the_database_says() {
    let server = Arc::new(Server::start(|_| "-c synchronous_commit=off -c log_statement=none".to_owned()));
    let database = Database::on(Arc::clone(&server));
    create(&database.journal(), "id").expect("room");
    assert_eq!(server.psql("SHOW synchronous_commit").as_deref(), Ok("off"), "for others it stays");
}

#[test]
fn a_user_without_the_right_is_said_and_nothing_is_made() {
    let database = Database::new();
    let server = &database.server;
    let role = format!("{}guest", database.prefix);
    server.psql(&format!("CREATE ROLE {role} LOGIN PASSWORD '{PASSWORD}'")).expect("a role");
    let url = database.url().replace("//dollr:", &format!("//{role}:"));
    let error = PostgresJournal::open(&url).expect_err("no right").to_string();
    assert!(error.contains("permission denied for schema public") && !error.contains(PASSWORD), "{error}");
    assert!(matches!(PostgresJournal::open_existing(&url), Err(JournalError::Absent { .. })));

    server.psql(&format!("ALTER ROLE dollr SET default_transaction_read_only = off; ALTER ROLE {role} SET default_transaction_read_only = on")).expect("set");
    drop(database.journal());
    server.psql(&format!("GRANT ALL ON ALL TABLES IN SCHEMA public TO {role}")).expect("granted");
    let journal = PostgresJournal::open(&url).expect("it may look");
    let error = create(&journal, "id").expect_err("read-only").to_string();
    assert!(error.contains("it cannot be written to; name the primary server"), "{error}");
}

/// Two journals in one database are two journals.
#[test]
fn prefixes_keep_journals_apart() {
    let (one, two) = (Database::new(), Database::new());
    create(&one.journal(), "id").expect("room");
    create(&two.journal(), "id").expect("its own");
    assert_eq!(one.journal().entries(9).expect("readable").len(), 1);
}

/// What PostgreSQL would not keep as it is, is refused before it is asked.
#[test]
fn a_text_that_cannot_be_kept_is_said() {
    let database = Database::new();
    let journal = database.journal();
    let snapshot = Snapshot::new("{}");
    let page = Page::new("open", true, &snapshot, "prepared");
    for (key, order, says) in [
        ("a\0b", None, "the key cannot be kept: it has a NUL character, which PostgreSQL does not keep"),
        (
            "id",
            Some("a\0"),
            "the order cannot be kept: it has a NUL character, which PostgreSQL does not keep",
        ),
        (&"ü".repeat(501), None, "the key cannot be kept: it is longer than 1,000 bytes"),
    ] {
        let error = journal.create(key, Kind::Execution, order.map(Order::new), &page, NOW).expect_err(says);
        assert_eq!(error.to_string(), says);
        assert_eq!(journal.load(key), Ok(None));
        assert_eq!(journal.lines(key), Ok(Vec::new()));
    }
    assert_eq!(journal.open_entries(), Ok(Vec::new()));
    assert_eq!(create(&journal, "id"), Ok(Version::FIRST));
}

/// F27: no endless wait on a writer that never lets go, and nothing half-written.
#[test]
fn a_held_row_is_named_when_patience_ends() {
    let database = Database::new();
    let journal = database.journal();
    let first = create(&journal, "id").expect("room");
    let holder = database.server.hold(&format!("UPDATE {}entries SET state = 'held'", database.prefix));
    let error = common::save(&journal, "id", first, "late").expect_err("held");
    assert!(matches!(error, JournalError::Busy { .. }), "{error:?}");
    assert!(error.to_string().ends_with("was held by another writer for 5000 ms: try again"), "{error}");
    assert!(journal.load("id").is_ok(), "readers are not held up");
    drop(holder);
    common::save(&journal, "id", first, "now").expect("free again");
}

/// The list of open rows does not read the closed ones.
#[test]
fn open_rows_are_found_by_their_index() {
    let database = Database::new();
    drop(database.journal());
    let rows = "INSERT INTO {p}entries (key, kind, state, open, snapshot, version, created_at, updated_at)
                SELECT n::text, 'execution', 's', n % 500 = 0, '{}', 1, 0, 0 FROM generate_series(1, 5000) AS n";
    for sql in [rows, "ANALYZE {p}entries"] {
        database.sql(sql).expect(sql);
    }
    let prefix = &database.prefix;
    let sql = format!("EXPLAIN SELECT key, snapshot FROM {prefix}entries WHERE open ORDER BY id");
    let plan = database.server.psql(&sql).expect("a plan");
    assert!(plan.starts_with(&format!("Index Scan using {prefix}entries_open")), "{plan}");
}
