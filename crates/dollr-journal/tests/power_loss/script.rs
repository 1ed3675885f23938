//! What the traced process writes, and promises. It is the same each time, so that whoever looks at a disk knows what
//! each version of each row is to hold.

use std::path::Path;

use dollr_core::Snapshot;
use dollr_journal::{Entry, Journal, Kind, Line, Order, Page, SqliteJournal, Version};
use rusqlite::{Connection, named_params};

use crate::common::{NOW, tell};

enum Step {
    /// The next version of this row.
    Write(&'static str),
    /// The log is copied into the file, and begun anew by the next write.
    Checkpoint,
    /// The last one closes the file, which copies the log and removes it.
    Reopen,
}

use Step::{Checkpoint, Reopen, Write};

const STEPS: [Step; 31] = [
    Write("a"),
    Write("a"),
    Write("b"),
    Write("a"),
    Write("b"),
    Checkpoint,
    Write("c"),
    Write("a"),
    Write("c"),
    Reopen,
    Write("b"),
    Write("d"),
    Write("a"),
    Write("c"),
    Write("a"),
    Checkpoint,
    Checkpoint,
    Write("e"),
    Write("e"),
    Write("d"),
    Write("b"),
    Reopen,
    Reopen,
    Write("f"),
    Write("a"),
    Write("f"),
    Checkpoint,
    Write("d"),
    Write("a"),
    Write("g"),
    Reopen,
];

/// All rows that there ever are.
pub(crate) const KEYS: [&str; 7] = ["a", "b", "c", "d", "e", "f", "g"];

/// The snapshot of a row's version: as long as a page and more, or short, so that rows move about in the file.
pub(crate) fn snapshot(key: &str, version: u64) -> Snapshot {
    let word = format!("{key}{version} ");
    let length = [90, 400, 9_000, 1_500, 40][usize::try_from(version % 5).expect("small")];
    Snapshot::new(word.repeat(length / word.len()))
}

fn what(key: &str, version: u64) -> String {
    format!("{key} became {version}")
}

const fn state(version: u64) -> &'static str {
    if version < 2 { "sending" } else { "open" }
}

/// Every third version has ended, so that the index of what is open is written, too.
pub(crate) const fn open(version: u64) -> bool {
    !version.is_multiple_of(3)
}

/// Whether this is a row that the script wrote, in one of its versions and with all of that one's lines.
pub(crate) fn is_whole(entry: &Entry, lines: &[Line]) -> bool {
    let (key, last) = (entry.key.as_str(), entry.version.number());
    let written = |(line, version): (&Line, u64)| {
        line.what == what(key, version) && line.state == state(version) && line.at == NOW
    };
    entry.snapshot == snapshot(key, last)
        && entry.state == state(last)
        && entry.open == open(last)
        && lines.iter().zip(1..).all(written)
        && u64::try_from(lines.len()) == Ok(last)
}

/// Somebody who writes rows, and has them on the disk when it returns.
pub(crate) trait Writer {
    fn create(&mut self, key: &str, page: &Page<'_>);
    fn save(&mut self, key: &str, version: u64, page: &Page<'_>);
}

impl Writer for SqliteJournal {
    fn create(&mut self, key: &str, page: &Page<'_>) {
        Journal::create(self, key, Kind::Execution, Some(Order::new("order")), page, NOW).expect("room");
    }

    fn save(&mut self, key: &str, version: u64, page: &Page<'_>) {
        Journal::save(self, key, Version::new(version - 1), page, NOW).expect("the right version");
    }
}

/// The journal's tables, written by hand.
pub(crate) struct Plain(pub(crate) Connection);

impl Writer for Plain {
    fn create(&mut self, key: &str, page: &Page<'_>) {
        let sql = "INSERT INTO dollr_entries (key, kind, order_id, state, open, snapshot, version, created_at, updated_at)
                   VALUES (:key, 'execution', 'order', :state, :open, :snapshot, :version, :now, :now)";
        self.write(sql, key, 1, page);
    }

    fn save(&mut self, key: &str, version: u64, page: &Page<'_>) {
        let sql =
            "UPDATE dollr_entries SET state = :state, open = :open, snapshot = :snapshot, version = :version,
                   updated_at = :now WHERE key = :key";
        self.write(sql, key, version, page);
    }
}

impl Plain {
    fn write(&mut self, sql: &str, key: &str, version: u64, page: &Page<'_>) {
        let (version, now) = (version.cast_signed(), NOW.as_millis().cast_signed());
        let transaction = self.0.transaction().expect("nobody else");
        let row = named_params! {
            ":key": key, ":state": page.state, ":open": page.open, ":snapshot": page.snapshot.as_str(),
            ":version": version, ":now": now,
        };
        assert_eq!(transaction.execute(sql, row), Ok(1));
        let sql = "INSERT INTO dollr_events (entry_id, version, at, what, state)
                   SELECT id, ?2, ?3, ?4, ?5 FROM dollr_entries WHERE key = ?1";
        assert_eq!(transaction.execute(sql, (key, version, now, page.what, page.state)), Ok(1));
        transaction.commit().expect("room");
    }
}

/// Runs the script on `file`; after each write it says what is durable now.
pub(crate) fn run<W: Writer>(file: &Path, open_file: impl Fn() -> W) {
    let mut versions = [0; KEYS.len()];
    let mut writer = Some(open_file());
    for step in &STEPS {
        match step {
            Reopen => {
                drop(writer.take());
                writer = Some(open_file());
            }
            Checkpoint => {
                let other = Connection::open(file).expect("a connection");
                let all = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get::<_, i64>(1)? > 0));
                let done: (i64, bool) =
                    other.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], all).expect("a log");
                assert_eq!(done.0, 0, "nobody is in the way");
            }
            Write(key) => {
                let at = KEYS.iter().position(|known| known == key).expect("a known key");
                versions[at] += 1;
                let version = versions[at];
                let (snapshot, what) = (snapshot(key, version), what(key, version));
                let (state, open) = (state(version), open(version));
                let page = Page::new(state, open, &snapshot, &what);
                let writer = writer.as_mut().expect("open");
                if version == 1 {
                    writer.create(key, &page);
                } else {
                    writer.save(key, version, &page);
                }
                tell(&format!("durable {key} {version}"));
            }
        }
    }
}
