//! The tables, and how older ones become the newest ones. `{p}` stands for the prefix of their names.

use super::address::Address;
use super::fault::Fault;
use super::wire::Wire;
use crate::error::JournalError;
use crate::level::NEWEST_SCHEMA as NEWEST;
use crate::level::{Level, Step};

const STEPS: [Step; 3] = [
    Step { sql: ENTRIES_AND_EVENTS, min_reader: 1 },
    Step { sql: LEASES_AND_CLAIMS, min_reader: 1 },
    Step { sql: PAID, min_reader: 1 },
];

const _: () = assert!(NEWEST as usize == STEPS.len());

const ENTRIES_AND_EVENTS: &str = "
CREATE TABLE {p}schema (
    one        boolean PRIMARY KEY DEFAULT true CHECK (one),
    version    integer NOT NULL CHECK (version >= 1),
    min_reader integer NOT NULL CHECK (min_reader BETWEEN 1 AND version)
);

CREATE TABLE {p}entries (
    id         bigint  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key        text    COLLATE \"C\" NOT NULL UNIQUE,
    kind       text    NOT NULL CHECK (kind IN ('execution', 'source')),
    order_id   text,
    state      text    NOT NULL,
    open       boolean NOT NULL,
    snapshot   text    NOT NULL,
    version    bigint  NOT NULL CHECK (version >= 1),
    created_at bigint  NOT NULL CHECK (created_at >= 0),
    updated_at bigint  NOT NULL CHECK (updated_at >= 0)
);

CREATE INDEX {p}entries_open ON {p}entries (id) WHERE open;

CREATE TABLE {p}events (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    entry_id bigint NOT NULL REFERENCES {p}entries (id),
    version  bigint NOT NULL CHECK (version >= 1),
    at       bigint NOT NULL CHECK (at >= 0),
    what     text   NOT NULL,
    state    text   NOT NULL,
    UNIQUE (entry_id, version)
);

CREATE FUNCTION {p}events_stay() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'events are only appended'; END $$;

CREATE TRIGGER {p}events_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON {p}events
FOR EACH STATEMENT EXECUTE FUNCTION {p}events_stay();
";

/// A release before this step makes rows that are due at once and hold their order, and leaves those so that it ends: whoever
/// looks after them writes what it did not know of.
///
/// What changes as workers share the work is apart from the entries, whose rows are long and lie anywhere.
const LEASES_AND_CLAIMS: &str = "
ALTER TABLE {p}entries
    ADD COLUMN attended    boolean,
    ADD COLUMN holds_order boolean NOT NULL DEFAULT false,
    ADD COLUMN despite     text,
    ADD COLUMN deliver     boolean NOT NULL DEFAULT false,
    ADD COLUMN ended_at    bigint;

UPDATE {p}entries SET attended = open, ended_at = CASE WHEN open THEN NULL ELSE updated_at END,
    holds_order = order_id IS NOT NULL AND (open OR state IN ('Completed', 'Stuck'));
ALTER TABLE {p}entries ALTER COLUMN holds_order SET DEFAULT true;
-- Room in each page for a row that is written over, so that no index is written where it stays open.
ALTER TABLE {p}entries SET (fillfactor = 75);

CREATE INDEX {p}entries_unattended ON {p}entries (id) WHERE open AND NOT attended;
CREATE INDEX {p}entries_order ON {p}entries (order_id, id) WHERE holds_order AND order_id IS NOT NULL;
CREATE INDEX {p}entries_deliver ON {p}entries (ended_at, id) WHERE deliver;
CREATE INDEX {p}entries_ended ON {p}entries (ended_at) WHERE ended_at IS NOT NULL;

-- Each row is written over as often as it is taken and saved: half of each page is left for that, and what was is cleared
-- away soon.
CREATE TABLE {p}work (
    id          bigint PRIMARY KEY REFERENCES {p}entries (id),
    due_at      bigint NOT NULL,
    updated_at  bigint NOT NULL,
    holder      text,
    lease_until bigint,
    takes       bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 50, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0.1,
    autovacuum_analyze_scale_factor = 0.1);

CREATE INDEX {p}work_due ON {p}work (due_at, updated_at, id);

INSERT INTO {p}work (id, due_at, updated_at) SELECT id, 0, updated_at FROM {p}entries WHERE open;

-- A release that does not know of this table says nothing of `attended`.
CREATE FUNCTION {p}entries_attended() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
    INSERT INTO {p}work (id, due_at, updated_at) VALUES (NEW.id, 0, NEW.updated_at);
    RETURN NULL;
END $$;
CREATE TRIGGER {p}entries_attended AFTER INSERT ON {p}entries
FOR EACH ROW WHEN (NEW.attended IS NULL) EXECUTE FUNCTION {p}entries_attended();

CREATE TABLE {p}claims (
    goods        text   COLLATE \"C\" PRIMARY KEY,
    entry_id     bigint NOT NULL REFERENCES {p}entries (id),
    claimed_by   text   NOT NULL,
    claimed_at   bigint NOT NULL CHECK (claimed_at >= 0),
    lease_until  bigint,
    fulfilled_at bigint
);

-- Not unique, though there is no second: of two who claim at the same moment, the one who is late would trip over it.
CREATE INDEX {p}claims_entry ON {p}claims (entry_id);

CREATE TABLE {p}shared (
    name  text PRIMARY KEY,
    value text NOT NULL
);

-- Events go with their row, when that is pruned.
ALTER TABLE {p}events ALTER CONSTRAINT {p}events_entry_id_fkey DEFERRABLE INITIALLY IMMEDIATE;
CREATE OR REPLACE FUNCTION {p}events_stay() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
    IF TG_OP = 'DELETE' AND TG_LEVEL = 'ROW' THEN
        PERFORM FROM {p}entries WHERE id = OLD.entry_id;
        IF NOT FOUND THEN RETURN OLD; END IF;
    END IF;
    RAISE EXCEPTION 'events are only appended';
END $$;
DROP TRIGGER {p}events_stay ON {p}events;
CREATE TRIGGER {p}events_stay BEFORE UPDATE OR TRUNCATE ON {p}events
FOR EACH STATEMENT EXECUTE FUNCTION {p}events_stay();
CREATE TRIGGER {p}events_remain BEFORE DELETE ON {p}events
FOR EACH ROW EXECUTE FUNCTION {p}events_stay();
";

/// What was paid before counts as one payment of its order: nothing of it is told now. Some of it was noted among the claims.
const PAID: &str = r#"
CREATE TABLE {p}paid (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    entry_id    bigint NOT NULL UNIQUE REFERENCES {p}entries (id) ON DELETE CASCADE,
    order_id    text   NOT NULL,
    source      text,
    payment     text   NOT NULL,
    noted_at    bigint NOT NULL CHECK (noted_at >= 0),
    besides     text,
    resolved_at bigint
);

CREATE INDEX {p}paid_order ON {p}paid (order_id);
CREATE INDEX {p}paid_twice ON {p}paid (id) WHERE besides IS NOT NULL AND resolved_at IS NULL;

INSERT INTO {p}paid (entry_id, order_id, source, payment, noted_at)
SELECT id, order_id, CASE WHEN kind = 'source' THEN key END,
    first_value(key) OVER (PARTITION BY order_id ORDER BY id), coalesce(ended_at, updated_at)
FROM {p}entries
WHERE order_id IS NOT NULL AND (kind = 'source' AND state = 'Paid' OR kind = 'execution' AND state = 'Completed'
    AND strpos(snapshot, '"instruction":{"collection":') > 0)
ORDER BY id;

UPDATE {p}paid SET besides = claimed_by, noted_at = claimed_at, resolved_at = fulfilled_at
FROM {p}entries JOIN {p}claims ON goods = 'duplicate ' || key
WHERE {p}entries.id = {p}paid.entry_id;
DELETE FROM {p}claims WHERE goods LIKE 'duplicate %' OR goods LIKE 'first %';
"#;

/// What to do where there are no tables.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Missing {
    Make,
    Refuse,
}

/// The schema that the tables have, which are left as they are.
pub(super) fn look(wire: &mut Wire, address: &Address) -> Result<u32, Fault> {
    let found = level(wire, address)?;
    if found == Level::NONE {
        return Err(JournalError::Absent { path: address.place.clone() }.into());
    }
    check(address, found)?;
    Ok(found.version)
}

/// Brings the tables up to date, or refuses them. Whoever comes second waits, and finds it done.
pub(super) fn ensure(wire: &mut Wire, address: &Address, missing: Missing) -> Result<(), Fault> {
    let found = level(wire, address)?;
    if found == Level::NONE && missing == Missing::Refuse {
        return Err(JournalError::Absent { path: address.place.clone() }.into());
    }
    check(address, found)?;
    if found.version >= NEWEST {
        return Ok(());
    }
    // 0x444C4C52 is `DLLR`: a lock of ours alone, for this prefix. It is taken before the transaction begins, because what
    // others have made since a transaction began is not always seen in it.
    wire.rows("SELECT pg_advisory_lock(x'444C4C52'::int, hashtext($1))", &[&address.prefix])?;
    // A step takes as long as there are rows.
    wire.batch("BEGIN; SET LOCAL statement_timeout = 0")?;
    climb(wire, address)?;
    wire.batch("COMMIT")?;
    wire.rows("SELECT pg_advisory_unlock(x'444C4C52'::int, hashtext($1))", &[&address.prefix])?;
    Ok(())
}

/// Takes the steps that are missing. Where one fails, the connection is closed, and with it goes all that was begun.
fn climb(wire: &mut Wire, address: &Address) -> Result<(), Fault> {
    let mut level = level(wire, address)?;
    check(address, level)?;
    while let Some((step, next)) = level.next(&STEPS) {
        wire.long_batch(&named(step.sql, &address.prefix))?;
        level = next;
    }
    let (version, min_reader) = (level.version, level.min_reader);
    wire.batch(&named(
        &format!(
            "INSERT INTO {{p}}schema (version, min_reader) VALUES ({version}, {min_reader})
             ON CONFLICT (one) DO UPDATE SET version = excluded.version, min_reader = excluded.min_reader"
        ),
        &address.prefix,
    ))
}

/// What the tables say of themselves.
fn level(wire: &mut Wire, address: &Address) -> Result<Level, Fault> {
    let table = named("{p}schema", &address.prefix);
    let there = wire.row("SELECT to_regclass($1) IS NOT NULL", &[&table])?;
    if !there.map(|row| row.try_get(0)).transpose()?.unwrap_or(false) {
        return Ok(Level::NONE);
    }
    let sql = named("SELECT version, min_reader FROM {p}schema", &address.prefix);
    let Some(row) = wire.row(&sql, &[])? else { return Ok(Level::NONE) };
    let number = |at| Ok::<_, Fault>(u32::try_from(row.try_get::<_, i32>(at)?).unwrap_or_default());
    Ok(Level { version: number(0)?, min_reader: number(1)? })
}

fn check(address: &Address, level: Level) -> Result<(), JournalError> {
    if level.is_known_to(NEWEST) {
        return Ok(());
    }
    Err(JournalError::Newer { path: address.place.clone(), found: level.version, known: NEWEST })
}

/// SQL with the tables' prefix, which was checked to be a plain name.
pub(super) fn named(sql: &str, prefix: &str) -> String {
    sql.replace("{p}", prefix)
}
