-- What the release that knew schema 2 made of schema 1, and a few payments of its own.
BEGIN;
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
PRAGMA user_version = 65538;

INSERT INTO dollr_entries (id, key, kind, order_id, state, open, snapshot, version, created_at, updated_at, attended, holds_order, ended_at) VALUES
    (11, 'phone', 'execution', 'B-1', 'Completed', 0, '{"intent":{"instruction":{"collection":{"account":"18"}}}}', 1, 1, 1750000400000, 0, 1, 1750000400000),
    (12, 'INVOICE:7', 'source', 'B-1', 'Paid', 0, '{}', 1, 1, 1750000401000, 0, 1, 1750000401000),
    (13, 'refund', 'execution', 'B-2', 'Completed', 0, '{"intent":{"instruction":"refund"}}', 1, 1, 1750000402000, 0, 1, 1750000402000),
    (14, 'one', 'execution', 'B-3', 'Completed', 0, '{"intent":{"instruction":{"collection":{"account":"18"}}}}', 1, 1, 1750000403000, 0, 1, 1750000403000),
    (15, 'two', 'execution', 'B-3', 'Completed', 0, '{"intent":{"instruction":{"collection":{"account":"18"}}}}', 1, 1, 1750000404000, 0, 1, 1750000404000);

INSERT INTO dollr_claims (goods, entry_id, claimed_by, claimed_at, fulfilled_at) VALUES
    ('order B-3', 14, 'the page', 1750000403500, 1750000403600),
    ('first execution B-3', 14, 'one', 1750000403000, 1750000403000),
    ('duplicate two', 15, 'one', 1750000404000, NULL);
COMMIT;
