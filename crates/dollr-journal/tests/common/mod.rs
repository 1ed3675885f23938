//! A folder, a journal in it, a page to write, and a process of one's own.
#![allow(dead_code, unused_imports, reason = "each test file uses its own part")]

/// Runs each test on each engine.
#[allow(unused_macros, reason = "each test file uses its own part")]
macro_rules! on_each_engine {
    ($($test:ident,)+) => {
        mod sqlite {
            $(#[test] fn $test() { super::$test::<super::Desk>(); })+
        }
        mod postgres {
            $(#[test] fn $test() { super::$test::<super::Database>(); })+
        }
    };
}
pub(crate) use on_each_engine;

mod attempts;
mod database;
mod engine;
mod server;

pub(crate) use attempts::{at, attempt, ended, paid, what};
pub(crate) use database::Database;
pub(crate) use engine::Engine;
pub(crate) use server::{PASSWORD, Server};

use std::env;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use dollr_core::{Snapshot, Timestamp};
use dollr_journal::{Journal, JournalError, Kind, Page, SqliteJournal, Version};
use tempfile::TempDir;

pub(crate) const NOW: Timestamp = Timestamp::from_millis(1_750_000_000_000);

/// Names the file for a test that runs in a child process.
const FILE: &str = "DOLLR_TEST_JOURNAL";

pub(crate) struct Desk {
    folder: TempDir,
}

impl Desk {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder") }
    }

    pub(crate) fn folder(&self) -> PathBuf {
        self.folder.path().to_path_buf()
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.folder.path().join("journal.db")
    }

    pub(crate) fn journal(&self) -> SqliteJournal {
        SqliteJournal::open(self.file()).expect("a journal")
    }

    /// Another program's view of the file.
    pub(crate) fn raw(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.file()).expect("a connection")
    }

    /// The names in the folder, in order.
    pub(crate) fn names(&self) -> Vec<String> {
        let names = self.folder.path().read_dir().expect("a folder");
        let mut names: Vec<_> =
            names.map(|n| n.expect("a name").file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
}

pub(crate) fn create(journal: &dyn Journal, key: &str) -> Result<Version, JournalError> {
    let snapshot = Snapshot::new("{\"first\": true}");
    let page = Page::new("sending", true, &snapshot, "prepared");
    journal.create(key, Kind::Execution, None, &page, NOW)
}

pub(crate) fn save(
    journal: &dyn Journal,
    key: &str,
    expected: Version,
    what: &str,
) -> Result<Version, JournalError> {
    let snapshot = Snapshot::new(format!("{{\"by\": \"{what}\"}}"));
    let page = Page::new("open", true, &snapshot, what);
    journal.save(key, expected, &page, NOW)
}

/// The file, in a child process; none where the test was started by itself.
pub(crate) fn given() -> Option<PathBuf> {
    env::var_os(FILE).map(PathBuf::from)
}

/// A process that runs the ignored test `name` on `file`, after `prelude` in a shell.
pub(crate) fn child(name: &str, file: &Path, prelude: &str) -> Command {
    child_of(&env::current_exe().expect("this program"), name, file, prelude)
}

/// The same, where the program is a copy of this one.
pub(crate) fn child_of(program: &Path, name: &str, file: &Path, prelude: &str) -> Command {
    let mut command = Command::new("sh");
    command
        .args(["-c", &format!("{prelude}\nexec \"$0\" \"$@\"")])
        .arg(program)
        .args(["--ignored", "--exact", "--nocapture", name])
        .env(FILE, file)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit());
    command
}

/// Waits until a child has said `word`.
pub(crate) fn heard(child: &mut Child, word: &str) -> BufReader<ChildStdout> {
    let mut said = BufReader::new(child.stdout.take().expect("piped"));
    let mut line = String::new();
    while said.read_line(&mut line).expect("readable") > 0 {
        if line.trim_end().ends_with(word) {
            return said;
        }
        line.clear();
    }
    panic!("the child ended before it said {word}");
}

/// Blocks until the parent says go on, or forever.
pub(crate) fn wait_for_parent() {
    std::io::stdin().read_line(&mut String::new()).expect("a parent");
}

pub(crate) fn tell(word: &str) {
    let mut out = std::io::stdout();
    writeln!(out, "{word}").and_then(|()| out.flush()).expect("a parent");
}

/// Kills processes that have recorded something in `place`, and finds it in the journal there. Their test is called
/// `child_that_is_killed`.
pub(crate) fn leaves_what_it_recorded<J: Journal>(place: &Path, journal: impl Fn() -> J) {
    for (round, name) in (1..).zip(["a", "b", "c"]) {
        let mut child = child("child_that_is_killed", place, &format!("export KEY={name}"));
        let mut child = child.spawn().expect("it runs");
        let _said = heard(&mut child, "recorded");
        child.kill().expect("killed");
        child.wait().expect("gone");

        let journal = journal();
        assert_eq!(journal.open_entries().expect("readable").len(), round);
        let entry = journal.load(name).expect("readable").expect("there");
        assert_eq!((entry.version, entry.snapshot.as_str()), (Version::new(2), "{\"by\": \"answered\"}"));
        assert_eq!(journal.lines(name).expect("readable").len(), 2);
    }
}

/// What such a process does.
pub(crate) fn record_and_wait() {
    let Some(place) = given() else { return };
    let key = env::var("KEY").expect("a key");
    let journal = dollr_journal::open(place).expect("a journal");
    let first = create(&journal, &key).expect("room");
    save(&journal, &key, first, "answered").expect("the right version");
    tell("recorded");
    wait_for_parent();
}
