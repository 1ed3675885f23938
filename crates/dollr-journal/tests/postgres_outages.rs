//! A server or a connection that is lost in the middle: nothing is forgotten, nothing is done twice, and it goes on.

mod common;

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use common::{Database, Engine, Server, create, save};
use dollr_journal::{Journal, JournalError, Version};

/// I5, F25: a server that crashes and comes back.
#[test]
fn a_restart_in_the_middle_is_said_and_loses_nothing() {
    let server = Arc::new(Server::start(|_| String::new()));
    let database = Database::on(Arc::clone(&server));
    let journal = database.journal();
    let mut kept = Vec::new();
    for round in 0..3 {
        for n in 0..5 {
            let key = format!("{round} {n}");
            let first = create(&journal, &key).expect("room");
            save(&journal, &key, first, "answered").expect("the right version");
            kept.push(key);
        }
        server.crash();
        let lost = format!("lost {round}");
        let failed = [
            create(&journal, &lost).expect_err("no server").to_string(),
            save(&journal, &kept[0], Version::new(2), "lost").expect_err("no server").to_string(),
            journal.load(&kept[0]).expect_err("no server").to_string(),
        ];
        for error in failed {
            assert!(error.contains("the server cannot be reached: Connection refused"), "{error}");
            assert!(!error.contains(common::PASSWORD), "{error}");
        }
        server.start_again();
        assert_eq!(journal.load(&lost), Ok(None), "the same journal goes on");
    }
    let found: Vec<_> =
        journal.open_entries().expect("readable").into_iter().map(|entry| entry.key).collect();
    assert_eq!(found, kept);
    for key in &kept {
        assert_eq!(journal.lines(key).expect("readable").len(), 2, "{key}");
    }
}

/// F25: a server that was restarted while nobody looked is not even noticed.
#[test]
fn a_restart_while_idle_is_not_noticed() {
    let server = Arc::new(Server::start(|_| String::new()));
    let database = Database::on(Arc::clone(&server));
    let journal = database.journal();
    let first = create(&journal, "id").expect("room");
    server.crash();
    server.start_again();
    assert_eq!(save(&journal, "id", first, "after"), Ok(Version::new(2)));
    server.crash();
    server.start_again();
    assert_eq!(journal.lines("id").expect("readable").len(), 2);
}

/// Stands between journal and server, and cuts the line when a commit is asked for.
struct Line {
    port: u16,
    /// Whether the next commit is cut off.
    armed: Arc<AtomicBool>,
    /// Whether nobody is let through any more.
    closed: Arc<AtomicBool>,
}

/// What is done between the end of the server's side and that of the journal's.
type Meanwhile = Arc<dyn Fn() + Send + Sync>;

/// Where the line is cut.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cut {
    BeforeTheCommit,
    BeforeItsAnswer,
}

impl Line {
    /// What `meanwhile` gets is whether nobody is let through any more.
    fn to(server: &Server, cut: Cut, meanwhile: impl Fn(&AtomicBool) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let (armed, closed) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
        let line = Self { port, armed: Arc::clone(&armed), closed: Arc::clone(&closed) };
        let beyond = server.url().rsplit_once('@').and_then(|(_, rest)| rest.split('/').next());
        let beyond = beyond.expect("a host").to_owned();
        let door = Arc::clone(&closed);
        let meanwhile: Meanwhile = Arc::new(move || meanwhile(&door));
        thread::spawn(move || {
            for near in listener.incoming() {
                let near = near.expect("a connection");
                if !closed.load(Ordering::SeqCst) {
                    let far = TcpStream::connect(&beyond).expect("the server");
                    carry(near, far, cut, Arc::clone(&armed), Arc::clone(&meanwhile));
                }
            }
        });
        line
    }

    fn url(&self, database: &Database) -> String {
        let url = database.url();
        let (user, rest) = url.rsplit_once('@').expect("a user");
        let (_, path) = rest.split_once('/').expect("a database");
        format!("{user}@127.0.0.1:{}/{path}", self.port)
    }
}

/// Carries both ways, each on its thread.
fn carry(near: TcpStream, far: TcpStream, cut: Cut, armed: Arc<AtomicBool>, meanwhile: Meanwhile) {
    let both = |stream: &TcpStream| stream.try_clone().expect("a handle");
    let (mut from_near, mut to_far) = (both(&near), both(&far));
    let (mut from_far, mut to_near) = (far, near);
    let asked = Arc::new(AtomicBool::new(false));
    let waiting = Arc::clone(&asked);
    thread::spawn(move || {
        let mut buffer = [0; 8_192];
        while let Ok(count @ 1..) = from_near.read(&mut buffer) {
            let bytes = &buffer[..count];
            let strikes = bytes.windows(6).any(|six| six == b"COMMIT") && armed.swap(false, Ordering::SeqCst);
            asked.fetch_or(strikes, Ordering::SeqCst);
            if strikes && cut == Cut::BeforeTheCommit || to_far.write_all(bytes).is_err() {
                break;
            }
        }
        let _ = to_far.shutdown(Shutdown::Both);
    });
    thread::spawn(move || {
        let mut buffer = [0; 8_192];
        while let Ok(count @ 1..) = from_far.read(&mut buffer) {
            if waiting.load(Ordering::SeqCst) || to_near.write_all(&buffer[..count]).is_err() {
                break;
            }
        }
        let _ = from_far.shutdown(Shutdown::Both);
        if waiting.load(Ordering::SeqCst) {
            meanwhile();
        }
        let _ = to_near.shutdown(Shutdown::Both);
    });
}

/// I14, F2: the commit was made, its answer was lost: the server is asked, and says so.
#[test]
fn a_commit_whose_answer_was_lost_is_found() {
    let database = Database::new();
    let line = Line::to(&database.server, Cut::BeforeItsAnswer, |_| ());
    let journal = dollr_journal::open(line.url(&database)).expect("a journal");
    line.armed.store(true, Ordering::SeqCst);
    let first = create(&journal, "id").expect("it was committed");
    assert!(!line.armed.load(Ordering::SeqCst), "the line was cut");
    line.armed.store(true, Ordering::SeqCst);
    let second = save(&journal, "id", first, "answered").expect("it was committed");
    assert_eq!(second, Version::new(2));
    assert_eq!(journal.lines("id").expect("readable").len(), 2, "once each");
}

/// I2, F1: the commit was lost on its way. It is not repeated, and nobody is told that it was done.
#[test]
fn a_commit_that_was_lost_is_not_repeated() {
    let database = Database::new();
    let line = Line::to(&database.server, Cut::BeforeTheCommit, |_| ());
    let journal = dollr_journal::open(line.url(&database)).expect("a journal");
    line.armed.store(true, Ordering::SeqCst);
    let error = create(&journal, "id").expect_err("nobody knows");
    assert!(matches!(error, JournalError::Unsure { .. }), "{error:?}");
    let text = error.to_string();
    let says = "it is not known whether the entry for \"id\" was written: load it before going on (";
    assert!(text.starts_with(says) && !text.contains(common::PASSWORD), "{text}");
    assert_eq!(journal.load("id"), Ok(None), "loading it says");
    assert_eq!(create(&journal, "id"), Ok(Version::FIRST));
}

/// I14: what another writer has written meanwhile, with the very same content, is not taken for one's own.
#[test]
fn a_rivals_write_is_never_taken_for_ones_own() {
    let database = Database::new();
    let rival = database.journal();
    let line = Line::to(&database.server, Cut::BeforeTheCommit, move |_| {
        assert_eq!(create(&rival, "id"), Ok(Version::FIRST), "the rival is first");
    });
    let journal = dollr_journal::open(line.url(&database)).expect("a journal");
    line.armed.store(true, Ordering::SeqCst);
    let error = create(&journal, "id").expect_err("nobody knows");
    assert!(matches!(error, JournalError::Unsure { .. }), "{error:?}");
    assert!(journal.load("id").expect("readable").is_some(), "the rival's row was there to be mistaken");
    assert_eq!(journal.lines("id").expect("readable").len(), 1);
}

/// F2: the commit was made, its answer lost, and nobody there to ask.
#[test]
fn a_commit_that_nobody_can_tell_about_is_left_open() {
    let database = Database::new();
    let line = Line::to(&database.server, Cut::BeforeItsAnswer, |door| door.store(true, Ordering::SeqCst));
    let journal = dollr_journal::open(line.url(&database)).expect("a journal");
    line.armed.store(true, Ordering::SeqCst);
    let error = create(&journal, "id").expect_err("nobody knows");
    assert!(matches!(error, JournalError::Unsure { .. }), "{error:?}");
    line.closed.store(false, Ordering::SeqCst);
    assert!(journal.load("id").expect("readable").is_some(), "loading it says");
}
