//! F27: a service outlives a database server that is away for a while, and ends where waiting will not help.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use dollr_client::core::Policy;
use dollr_client::journal;
use dollr_client::{Clock as _, SystemClock};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::reconcile::endpoint::{free_port, samples};
use crate::recorded::Recorded;
use crate::server::Server;
use crate::shop::{Running, bare, wait_until};

/// A service whose journal is on a server that comes and goes, and what it says on stderr.
struct Service {
    server: Server,
    folder: TempDir,
    running: Running,
}

impl Service {
    fn start(line: &str) -> Self {
        let (server, folder) = (Server::start(|_| String::new()), tempfile::tempdir().expect("a folder"));
        drop(journal::open(server.url()).expect("a journal"));
        let mut command: Command = bare(folder.path());
        command.args(line.split(' ')).env("DOLLR_JOURNAL", server.url());
        command.envs([("DOLLR_CLIENT_ID", "a"), ("DOLLR_CLIENT_SECRET", "b")]);
        command.env("DOLLR_BASE_URL", "http://127.0.0.1:1");
        command.stderr(File::create(folder.path().join("notes")).expect("a file"));
        Self { running: Running::start(command), server, folder }
    }

    fn notes(&self) -> Vec<String> {
        let file: PathBuf = self.folder.path().join("notes");
        fs::read_to_string(file).expect("UTF-8").lines().map(ToString::to_string).collect()
    }

    fn wait_for(&self, ending: &str, times: usize) {
        let ends = |line: &String| line.ends_with(ending);
        wait_until(ending, || self.notes().iter().filter(|line| ends(line)).count() >= times);
    }

    /// A payment that is paid now.
    fn paid(&self) -> Value {
        let payment = Recorded::new(Policy::default(), SystemClock.now(), Duration::ZERO);
        payment.write(&*journal::open(self.server.url()).expect("a journal"), None);
        json!(payment.id)
    }

    /// The payment on the next line.
    fn handed_out(&mut self) -> Value {
        serde_json::from_str::<Value>(&self.running.line()).expect("an object")["key"].clone()
    }

    /// A newer release has been here meanwhile.
    fn is_overtaken(&self) {
        self.server.psql("UPDATE dollr_schema SET version = 9, min_reader = 9").expect("marked");
        self.server.crash();
        self.server.start_again();
    }

    fn ends(self) -> (i32, Vec<String>) {
        let (folder, running) = (self.folder, self.running);
        let code = running.end().code;
        let notes = fs::read_to_string(folder.path().join("notes")).expect("UTF-8");
        (code, notes.lines().map(ToString::to_string).collect())
    }
}

#[test]
fn who_follows_what_is_paid_outlives_a_server_that_is_away() {
    let mut service = Service::start("paid --follow");
    let first = service.paid();
    assert_eq!(service.handed_out(), first);
    let gone = Instant::now();
    service.server.crash();
    for wait in ["; again in 1 s", "; again in 2 s", "; again in 4 s"] {
        service.wait_for(wait, 1);
    }
    assert!(gone.elapsed() >= Duration::from_secs(3), "it has waited for as long as it has said");
    assert!(
        service.notes()[0].starts_with("dollr: the journal at \"postgres://dollr@"),
        "{:?}",
        service.notes()
    );
    service.server.start_again();
    let second = service.paid();
    assert_eq!(service.handed_out(), second);
    // It waits from the beginning once more, and ends in the midst of it when it is to.
    service.server.crash();
    service.wait_for("; again in 1 s", 2);
    service.running.terminate();
    let (code, notes) = service.ends();
    assert!(
        code == 1 && notes.last().is_some_and(|said| said.contains(" cannot be used: ")),
        "{code} {notes:?}"
    );
}

#[test]
fn who_follows_what_is_paid_does_not_wait_for_what_will_not_pass() {
    let mut service = Service::start("paid --follow");
    let first = service.paid();
    assert_eq!(service.handed_out(), first);
    service.is_overtaken();
    let (code, notes) = service.ends();
    let says = "has schema 9, this release knows up to 3: use the release that wrote it";
    assert!(code == 1 && notes.last().is_some_and(|said| said.ends_with(says)), "{code} {notes:?}");
}

#[test]
fn a_service_that_reconciles_tries_again_until_that_will_not_help() {
    let port = free_port();
    let mut service = Service::start(&format!("reconcile --every 1s --json --metrics 127.0.0.1:{port}"));
    service.running.line();
    assert!(samples(port)["dollr_journal_up"] > 0.0);
    service.server.crash();
    service.wait_for("; the next pass tries again", 2);
    let told = samples(port);
    assert!(told["dollr_passes_total{outcome=\"failed\"}"] >= 2.0, "{told:#?}");
    assert!(told["dollr_journal_up"] < 1.0 && !told.contains_key("dollr_payments_open"), "{told:#?}");
    service.server.start_again();
    let pass: Value = serde_json::from_str(&service.running.line()).expect("an object");
    assert_eq!(pass["asked"], json!(0));
    service.is_overtaken();
    let (code, notes) = service.ends();
    let says = "has schema 9, this release knows up to 3: use the release that wrote it";
    assert!(code == 1 && notes.last().is_some_and(|said| said.ends_with(says)), "{code} {notes:?}");
}
