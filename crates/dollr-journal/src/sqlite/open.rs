//! Opening: nothing is touched before the file is known to be ours, and nothing is used before it is known to be safe.

use std::fs::{self, OpenOptions};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::held::Held;
use super::places::Places;
use super::schema::{self, Mark};
use super::{NOT_A_DATABASE, READ_ONLY, SqliteJournal, fault};
use crate::error::JournalError;

/// The length of the shortest database: its header, in bytes.
const HEADER: u64 = 100;

/// More than this crate has, so that none is prepared twice.
const STATEMENTS: usize = 64;

/// What to do where there is no file.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Missing {
    Make,
    Refuse,
}

/// Opens the journal at `path`; a writer is waited for `patience` long.
pub(super) fn journal(
    path: &Path,
    missing: Missing,
    patience: Duration,
) -> Result<SqliteJournal, JournalError> {
    let (mut connection, held) = connect(path, missing, patience)?;
    let failed = |error: rusqlite::Error| fault(path, patience, &error);
    durable(&connection).map_err(failed)?;
    migrate(path, &mut connection, patience)?;
    log_ahead(&connection, patience).map_err(failed)?;
    verify(path, &connection).map_err(failed)??;
    Ok(SqliteJournal {
        path: path.to_path_buf(),
        patience,
        held,
        connection: Mutex::new(Some(connection)),
        places: Places::default(),
    })
}

/// The journal in memory that has this name, in this process; a writer is waited for `patience` long.
pub(super) fn memory(name: &str, patience: Duration) -> Result<SqliteJournal, JournalError> {
    let path = PathBuf::from(format!("memory:{name}"));
    let held = Held::take(&path).ok_or_else(|| JournalError::Forked { path: path.clone() })?;
    let failed = |error: rusqlite::Error| fault(&path, patience, &error);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_URI
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    // Only names that begin with `/` are shared.
    let place = uri(Path::new(&format!("/{name}")), "vfs=memdb");
    let mut connection = Connection::open_with_flags(place, flags).map_err(failed)?;
    // What a transaction may have to roll back is copied by whole pages, which costs more here than a deeper tree.
    connection.pragma_update(None, "page_size", 2_048).map_err(failed)?;
    prepare(&connection, patience).and_then(|()| durable(&connection)).map_err(failed)?;
    migrate(&path, &mut connection, patience)?;
    Ok(SqliteJournal {
        path,
        patience,
        held,
        connection: Mutex::new(Some(connection)),
        places: Places::default(),
    })
}

/// Brings the tables to the newest schema, or makes them.
fn migrate(path: &Path, connection: &mut Connection, patience: Duration) -> Result<(), JournalError> {
    let failed = |error: rusqlite::Error| fault(path, patience, &error);
    while check(path, schema::mark(connection).map_err(failed)?)? < schema::NEWEST {
        check(path, schema::step(connection).map_err(failed)?)?;
    }
    Ok(())
}

/// The schema of the journal at `path`, which is left as it is.
pub(super) fn schema(path: &Path, patience: Duration) -> Result<u32, JournalError> {
    let (mut connection, _held) = connect(path, Missing::Refuse, patience)?;
    let mark = schema::mark(&mut connection).map_err(|error| fault(path, patience, &error))?;
    drop(connection);
    check(path, mark)
}

/// Connects to a file that is a journal, or may become one.
fn connect(path: &Path, missing: Missing, patience: Duration) -> Result<(Connection, Held), JournalError> {
    let file = file(path, missing)?;
    let held = Held::take(&file).ok_or_else(|| JournalError::Forked { path: path.to_path_buf() })?;
    let failed = |error: rusqlite::Error| fault(path, patience, &error);
    let unfinished = unfinished(&file);
    if !unfinished {
        peek(path, &file).map_err(failed)??;
        tighten(path, &file)?;
    }
    // Without CREATE: the file is there, or somebody has just taken it away.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(&file, flags).map_err(failed)?;
    prepare(&connection, patience).map_err(failed)?;
    if unfinished {
        check(path, schema::mark(&mut connection).map_err(failed)?)?;
        tighten(path, &file)?;
    }
    if connection.is_readonly("main").map_err(failed)? {
        return Err(unusable(path, READ_ONLY));
    }
    Ok((connection, held))
}

/// How long it waits for another writer, and how it keeps its statements.
fn prepare(connection: &Connection, patience: Duration) -> rusqlite::Result<()> {
    connection.busy_timeout(patience)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // No value of a parameter changes a plan: a statement is prepared once, and not again each time that it is run.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map(drop)
}

/// Finds the file behind `path`, or makes an empty one for its owner alone. Its full name begins with `/`, so that
/// SQLite takes it for a name and never for a URI or `:memory:`.
fn file(path: &Path, missing: Missing) -> Result<PathBuf, JournalError> {
    /// One at a time: closing a file drops every lock that the process has on it, also another thread's that has
    /// opened it in between.
    static MAKING: Mutex<()> = Mutex::new(());
    let _alone = MAKING.lock().unwrap_or_else(PoisonError::into_inner);

    let absent = || JournalError::Absent { path: path.to_path_buf() };
    let size = match fs::metadata(path) {
        Ok(found) if found.is_dir() => return Err(unusable(path, "it is a directory; name a file in it")),
        Ok(found) if !found.is_file() => {
            return Err(unusable(path, "it is not a regular file; name another"));
        }
        // SQLite would take a single byte for an empty file.
        Ok(found) if (1..HEADER).contains(&found.len()) => return Err(unusable(path, NOT_A_DATABASE)),
        Ok(found) => found.len(),
        Err(e) if e.kind() == ErrorKind::NotFound => 0,
        Err(e) => return Err(unusable(path, &e.to_string())),
    };
    if size == 0 && fs::metadata(beside(path, "-wal")).is_ok_and(|log| log.len() > 0) {
        return Err(unusable(
            path,
            "its -wal is there but the file is not; put it back, there may be payments in it",
        ));
    }
    if size == 0 {
        match missing {
            Missing::Refuse => return Err(absent()),
            Missing::Make => make(path)?,
        }
    }
    fs::canonicalize(path).map_err(|e| unusable(path, &e.to_string()))
}

/// Makes an empty file; one that is there already, perhaps since just now, is as good.
pub(super) fn make(path: &Path) -> Result<(), JournalError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let why = match options.open(path) {
        Ok(_) => return Ok(()),
        Err(e) if e.kind() == ErrorKind::AlreadyExists => return Ok(()),
        Err(e) if e.kind() == ErrorKind::NotFound => "its folder does not exist; make it first".to_owned(),
        Err(e) if e.kind() == ErrorKind::StorageFull => {
            return Err(JournalError::Full { path: path.to_path_buf() });
        }
        Err(e) => e.to_string(),
    };
    Err(unusable(path, &why))
}

/// Whether the file is blank, or a write was cut short that SQLite has to take back before it can be judged.
fn unfinished(file: &Path) -> bool {
    fs::metadata(file).is_ok_and(|found| found.len() == 0) || beside(file, "-journal").exists()
}

/// Judges the file without a lock, a log or any other trace. SQLite reads, because closing a file that this process
/// has open elsewhere would drop its locks, and SQLite knows of them.
fn peek(path: &Path, file: &Path) -> rusqlite::Result<Result<(), JournalError>> {
    let flags =
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(uri(file, "immutable=1"), flags)?;
    let mark = match schema::mark(&mut connection) {
        // Ours bears its marks from the first page that it has; whatever is only in the log is another's.
        Ok(Mark::Blank) => Mark::Foreign,
        Ok(mark) => mark,
        // A checkpoint is under way, or was cut short: with its log the file is whole.
        Err(e) if e.sqlite_error_code() == Some(ErrorCode::DatabaseCorrupt) => return Ok(Ok(())),
        Err(e) => return Err(e),
    };
    Ok(check(path, mark).map(|_| ()))
}

fn uri(file: &Path, query: &str) -> String {
    let name: String = file
        .as_os_str()
        .as_encoded_bytes()
        .iter()
        .map(|byte| match byte {
            b'/' | b'-' | b'.' | b'_' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => {
                char::from(*byte).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect();
    format!("file://{name}?{query}")
}

/// The schema's version, where the file is ours or may become so.
fn check(path: &Path, mark: Mark) -> Result<u32, JournalError> {
    match mark {
        Mark::Blank => Ok(0),
        Mark::Ours(level) if !level.is_known_to(schema::NEWEST) => {
            Err(JournalError::Newer { path: path.to_path_buf(), found: level.version, known: schema::NEWEST })
        }
        Mark::Ours(level) => Ok(level.version),
        Mark::Foreign => Err(unusable(path, "it is the database of another program; name another file")),
    }
}

/// Takes away what others may do with the file and its companions.
#[cfg(unix)]
fn tighten(path: &Path, file: &Path) -> Result<(), JournalError> {
    use std::os::unix::fs::PermissionsExt;
    for name in [file.to_path_buf(), beside(file, "-wal"), beside(file, "-shm"), beside(file, "-journal")] {
        let Ok(found) = fs::metadata(&name) else { continue };
        let mode = found.permissions().mode();
        if mode & 0o700 == mode & 0o777 {
            continue;
        }
        if let Err(e) = fs::set_permissions(&name, fs::Permissions::from_mode(mode & 0o700)) {
            let why =
                format!("others may read it (mode {:03o}), and that could not be changed: {e}", mode & 0o777);
            return Err(unusable(path, &why));
        }
    }
    Ok(())
}

#[cfg(not(unix))]
fn tighten(_: &Path, _: &Path) -> Result<(), JournalError> {
    Ok(())
}

pub(super) fn durable(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "synchronous", "FULL")?;
    // Where a plain fsync does not reach the disk (macOS). Elsewhere it changes nothing.
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    // In KiB, of which no more is used than is read: the pages of some ten thousand open rows.
    connection.pragma_update(None, "cache_size", -32_768)
}

/// Turns the write-ahead log on. It comes after the schema, so that the marks are in the file itself. SQLite waits for
/// a reader here, but of several that turn it on at once it sends some away without waiting, lest they wait for each
/// other: they try again.
pub(super) fn log_ahead(connection: &Connection, patience: Duration) -> rusqlite::Result<()> {
    let begun = Instant::now();
    loop {
        match connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(())) {
            Err(e)
                if e.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && begun.elapsed() < patience =>
            {
                thread::sleep(Duration::from_millis(2));
            }
            other => return other,
        }
    }
}

/// Reads back what safety rests on.
pub(super) fn verify(path: &Path, connection: &Connection) -> rusqlite::Result<Result<(), JournalError>> {
    let mode: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
    let synchronous: i64 = connection.pragma_query_value(None, "synchronous", |row| row.get(0))?;
    let foreign_keys: bool = connection.pragma_query_value(None, "foreign_keys", |row| row.get(0))?;
    Ok(if mode == "wal" && synchronous == 2 && foreign_keys {
        Ok(())
    } else {
        let why = format!(
            "SQLite runs it with journal_mode={mode}, synchronous={synchronous}, foreign_keys={}; payments need wal, 2, 1",
            u8::from(foreign_keys)
        );
        Err(unusable(path, &why))
    })
}

/// A companion of the file: its name with `suffix`.
fn beside(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn unusable(path: &Path, why: &str) -> JournalError {
    JournalError::Unusable { path: path.to_path_buf(), why: why.to_owned() }
}
