//! The tables, and how an older file gets to the newest ones.

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::level::{Level, Step};

/// Marks a file as ours: `DLLR`.
pub(super) const APPLICATION: i32 = 0x444C_4C52;

const STEPS: [Step; 1] = [Step { sql: ENTRIES_AND_EVENTS, min_reader: 1 }];

/// The newest schema of this release.
pub(super) const NEWEST: u32 = 1;
const _: () = assert!(NEWEST as usize == STEPS.len());

const ENTRIES_AND_EVENTS: &str = "
CREATE TABLE dollr_entries (
    id         INTEGER PRIMARY KEY,
    key        TEXT    NOT NULL UNIQUE,
    kind       TEXT    NOT NULL CHECK (kind IN ('execution', 'source')),
    order_id   TEXT,
    state      TEXT    NOT NULL,
    open       INTEGER NOT NULL CHECK (open IN (0, 1)),
    snapshot   TEXT    NOT NULL,
    version    INTEGER NOT NULL CHECK (version >= 1),
    created_at INTEGER NOT NULL CHECK (created_at >= 0),
    updated_at INTEGER NOT NULL CHECK (updated_at >= 0)
) STRICT;

CREATE INDEX dollr_entries_open ON dollr_entries (id) WHERE open = 1;

CREATE TABLE dollr_events (
    id       INTEGER PRIMARY KEY,
    entry_id INTEGER NOT NULL REFERENCES dollr_entries (id),
    version  INTEGER NOT NULL CHECK (version >= 1),
    at       INTEGER NOT NULL CHECK (at >= 0),
    what     TEXT    NOT NULL,
    state    TEXT    NOT NULL,
    UNIQUE (entry_id, version)
) STRICT;

CREATE TRIGGER dollr_events_stay BEFORE UPDATE ON dollr_events
BEGIN SELECT RAISE(ABORT, 'events are only appended'); END;

CREATE TRIGGER dollr_events_remain BEFORE DELETE ON dollr_events
BEGIN SELECT RAISE(ABORT, 'events are only appended'); END;

-- INSERT OR REPLACE deletes without asking the trigger above.
CREATE TRIGGER dollr_events_once BEFORE INSERT ON dollr_events
WHEN EXISTS (SELECT 1 FROM dollr_events
             WHERE id = NEW.id OR (entry_id = NEW.entry_id AND version = NEW.version))
BEGIN SELECT RAISE(ABORT, 'events are only appended'); END;
";

/// Whose file it is, and how far its schema has come.
#[derive(Clone, Copy)]
pub(super) enum Mark {
    /// Nothing is in it yet.
    Blank,
    /// Another program's.
    Foreign,
    /// Ours, with this schema.
    Ours(Level),
}

/// A `user_version` has the schema in its lower 16 bits and its `min_reader` above; the first schema, and one that does
/// not say, needs a release that knows all of it.
fn level(user_version: u32) -> Level {
    let (version, min_reader) = (user_version & 0xFFFF, user_version >> 16);
    Level { version, min_reader: if min_reader == 0 { version } else { min_reader } }
}

fn user_version(level: Level) -> u32 {
    if level.min_reader == level.version { level.version } else { level.min_reader << 16 | level.version }
}

/// Reads the marks that the file bears, all at one moment: another process may be making it.
pub(super) fn mark(connection: &mut Connection) -> rusqlite::Result<Mark> {
    marked(&Transaction::new(connection, TransactionBehavior::Deferred)?)
}

fn marked(transaction: &Transaction<'_>) -> rusqlite::Result<Mark> {
    let application: i32 = transaction.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let version: i32 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if application == APPLICATION {
        return Ok(u32::try_from(version).map_or(Mark::Foreign, |version| Mark::Ours(level(version))));
    }
    let things: i64 = transaction.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    Ok(if application == 0 && version == 0 && things == 0 { Mark::Blank } else { Mark::Foreign })
}

/// Takes the next step, if there is one. Whoever comes second waits for the lock and finds it taken.
pub(super) fn step(connection: &mut Connection) -> rusqlite::Result<Mark> {
    let transaction = Transaction::new(connection, TransactionBehavior::Immediate)?;
    let mark = marked(&transaction)?;
    let from = match mark {
        Mark::Blank => Level::NONE,
        Mark::Ours(level) => level,
        Mark::Foreign => return Ok(mark),
    };
    let Some((step, to)) = from.next(&STEPS) else { return Ok(mark) };
    transaction.execute_batch(step.sql)?;
    transaction.pragma_update(None, "application_id", APPLICATION)?;
    transaction.pragma_update(None, "user_version", user_version(to))?;
    transaction.commit()?;
    Ok(Mark::Ours(to))
}
