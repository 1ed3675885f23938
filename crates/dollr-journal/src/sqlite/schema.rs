//! The tables, and how an older file gets to the newest ones.

use rusqlite::{Connection, Transaction, TransactionBehavior};

pub(super) use crate::level::NEWEST_SCHEMA as NEWEST;
use crate::level::{Level, Step};

/// Marks a file as ours: `DLLR`.
pub(super) const APPLICATION: i32 = 0x444C_4C52;

const STEPS: [Step; 3] = [
    Step { sql: ENTRIES_AND_EVENTS, min_reader: 1 },
    Step { sql: LEASES_AND_CLAIMS, min_reader: 1 },
    Step { sql: PAID, min_reader: 1 },
];

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

/// A release before this step makes rows that are due at once and hold their order, and leaves those so that it ends: whoever
/// looks after them writes what it did not know of.
///
/// What changes as workers share the work is apart from the entries, whose rows are long and lie anywhere.
const LEASES_AND_CLAIMS: &str = "
ALTER TABLE dollr_entries ADD COLUMN attended    INTEGER;
ALTER TABLE dollr_entries ADD COLUMN holds_order INTEGER NOT NULL DEFAULT 1;
ALTER TABLE dollr_entries ADD COLUMN despite     TEXT;
ALTER TABLE dollr_entries ADD COLUMN deliver     INTEGER NOT NULL DEFAULT 0;
ALTER TABLE dollr_entries ADD COLUMN ended_at    INTEGER;

UPDATE dollr_entries SET attended = open, ended_at = CASE WHEN open = 0 THEN updated_at END;
UPDATE dollr_entries SET holds_order = 0
WHERE order_id IS NULL OR (open = 0 AND state NOT IN ('Completed', 'Stuck'));

CREATE INDEX dollr_entries_unattended ON dollr_entries (id) WHERE open = 1 AND attended = 0;
CREATE INDEX dollr_entries_order ON dollr_entries (order_id, id) WHERE holds_order = 1 AND order_id IS NOT NULL;
CREATE INDEX dollr_entries_deliver ON dollr_entries (ended_at, id) WHERE deliver = 1;
CREATE INDEX dollr_entries_ended ON dollr_entries (ended_at) WHERE ended_at IS NOT NULL;

CREATE TABLE dollr_work (
    id          INTEGER PRIMARY KEY REFERENCES dollr_entries (id),
    due_at      INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    holder      TEXT,
    lease_until INTEGER,
    takes       INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX dollr_work_due ON dollr_work (due_at, updated_at, id);

INSERT INTO dollr_work (id, due_at, updated_at) SELECT id, 0, updated_at FROM dollr_entries WHERE open = 1;

-- A release that does not know of this table says nothing of `attended`.
CREATE TRIGGER dollr_entries_attended AFTER INSERT ON dollr_entries WHEN NEW.attended IS NULL
BEGIN INSERT INTO dollr_work (id, due_at, updated_at) VALUES (NEW.id, 0, NEW.updated_at); END;

CREATE TABLE dollr_claims (
    goods        TEXT    PRIMARY KEY,
    entry_id     INTEGER NOT NULL REFERENCES dollr_entries (id),
    claimed_by   TEXT    NOT NULL,
    claimed_at   INTEGER NOT NULL CHECK (claimed_at >= 0),
    lease_until  INTEGER,
    fulfilled_at INTEGER
) STRICT;

CREATE INDEX dollr_claims_entry ON dollr_claims (entry_id);

CREATE TABLE dollr_shared (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

-- Events go with their row, when that is pruned.
DROP TRIGGER dollr_events_remain;
CREATE TRIGGER dollr_events_remain BEFORE DELETE ON dollr_events
WHEN EXISTS (SELECT 1 FROM dollr_entries WHERE id = OLD.entry_id)
BEGIN SELECT RAISE(ABORT, 'events are only appended'); END;
";

/// What was paid before counts as one payment of its order: nothing of it is told now. Some of it was noted among the claims.
const PAID: &str = r#"
CREATE TABLE dollr_paid (
    id          INTEGER PRIMARY KEY,
    entry_id    INTEGER NOT NULL UNIQUE REFERENCES dollr_entries (id) ON DELETE CASCADE,
    order_id    TEXT    NOT NULL,
    source      TEXT,
    payment     TEXT    NOT NULL,
    noted_at    INTEGER NOT NULL CHECK (noted_at >= 0),
    besides     TEXT,
    resolved_at INTEGER
) STRICT;

CREATE INDEX dollr_paid_order ON dollr_paid (order_id);
CREATE INDEX dollr_paid_twice ON dollr_paid (id) WHERE besides IS NOT NULL AND resolved_at IS NULL;

INSERT INTO dollr_paid (entry_id, order_id, source, payment, noted_at)
SELECT id, order_id, CASE WHEN kind = 'source' THEN key END,
    first_value(key) OVER (PARTITION BY order_id ORDER BY id), coalesce(ended_at, updated_at)
FROM dollr_entries
WHERE order_id IS NOT NULL AND (kind = 'source' AND state = 'Paid' OR kind = 'execution' AND state = 'Completed'
    AND instr(snapshot, '"instruction":{"collection":') > 0)
ORDER BY id;

UPDATE dollr_paid SET besides = claimed_by, noted_at = claimed_at, resolved_at = fulfilled_at
FROM dollr_entries JOIN dollr_claims ON goods = 'duplicate ' || key
WHERE dollr_entries.id = dollr_paid.entry_id;
DELETE FROM dollr_claims WHERE goods >= 'duplicate ' AND goods < 'duplicate!' OR goods >= 'first ' AND goods < 'first!';
"#;

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
