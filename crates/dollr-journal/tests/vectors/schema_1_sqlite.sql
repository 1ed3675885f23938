-- A journal of schema 1, as the release before leases and claims has made and filled it. It is never edited.
PRAGMA journal_mode = WAL;
BEGIN;
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
PRAGMA application_id = 1145850962;
PRAGMA user_version = 1;

INSERT INTO dollr_entries (key, kind, order_id, state, open, snapshot, version, created_at, updated_at) VALUES
    ('3f2b8c1e-7d64-4a0e-9b15-52c7a8d0e601', 'execution', NULL, 'Open', 1, '{"row": 1}', 3, 1750000000000, 1750000008000),
    ('3f2b8c1e-7d64-4a0e-9b15-52c7a8d0e602', 'execution', 'A-1', 'Uncertain', 1, '{"row": 2}', 2, 1750000060000, 1750000064000),
    ('3f2b8c1e-7d64-4a0e-9b15-52c7a8d0e603', 'execution', 'A-2', 'Completed', 0, '{"row": 3}', 3, 1750000120000, 1750000128000),
    ('3f2b8c1e-7d64-4a0e-9b15-52c7a8d0e604', 'execution', 'A-3', 'Failed', 0, '{"row": 4}', 2, 1750000180000, 1750000184000),
    ('3f2b8c1e-7d64-4a0e-9b15-52c7a8d0e605', 'execution', 'A-4', 'Stuck', 0, '{"row": 5}', 2, 1750000240000, 1750000244000),
    ('INVOICE:101', 'source', NULL, 'Paid', 0, '{"row": 6}', 2, 1750000300000, 1750000304000),
    ('3f2b8c1e-7d64-4a0e-9b15-52c7a8d0e606', 'execution', 'A-5', 'Sending', 1, '{"row": 7}', 1, 1750000360000, 1750000360000);

INSERT INTO dollr_events (entry_id, version, at, what, state) VALUES
    (1, 1, 1750000000000, 'recorded', 'Sending'),
    (1, 2, 1750000004000, 'Sending to Uncertain', 'Uncertain'),
    (1, 3, 1750000008000, 'done', 'Open'),
    (2, 1, 1750000060000, 'recorded', 'Sending'),
    (2, 2, 1750000064000, 'done', 'Uncertain'),
    (3, 1, 1750000120000, 'recorded', 'Sending'),
    (3, 2, 1750000124000, 'Sending to Open', 'Open'),
    (3, 3, 1750000128000, 'Open to Completed', 'Completed'),
    (4, 1, 1750000180000, 'recorded', 'Sending'),
    (4, 2, 1750000184000, 'Open to Failed', 'Failed'),
    (5, 1, 1750000240000, 'recorded', 'Sending'),
    (5, 2, 1750000244000, 'Open to Stuck', 'Stuck'),
    (6, 1, 1750000300000, 'done', 'Sending'),
    (6, 2, 1750000304000, 'Watching to Paid', 'Paid'),
    (7, 1, 1750000360000, 'recorded', 'Sending');
COMMIT;
