-- A journal of schema 1, as the release before leases and claims has made and filled it. It is never edited.
BEGIN;
CREATE TABLE {p}schema (
    one        boolean PRIMARY KEY DEFAULT true CHECK (one),
    version    integer NOT NULL CHECK (version >= 1),
    min_reader integer NOT NULL CHECK (min_reader BETWEEN 1 AND version)
);

CREATE TABLE {p}entries (
    id         bigint  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key        text    COLLATE "C" NOT NULL UNIQUE,
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
INSERT INTO {p}schema (version, min_reader) VALUES (1, 1);

INSERT INTO {p}entries (key, kind, order_id, state, open, snapshot, version, created_at, updated_at) VALUES
    ('3f2b8c1e-7d64-4a0e-9b15-52c7a8d0e601', 'execution', NULL, 'Open', true, '{"row": 1}', 3, 1750000000000, 1750000008000),
    ('3f2b8c1e-7d64-4a0e-9b15-52c7a8d0e602', 'execution', 'A-1', 'Uncertain', true, '{"row": 2}', 2, 1750000060000, 1750000064000),
    ('3f2b8c1e-7d64-4a0e-9b15-52c7a8d0e603', 'execution', 'A-2', 'Completed', false, '{"row": 3}', 3, 1750000120000, 1750000128000),
    ('3f2b8c1e-7d64-4a0e-9b15-52c7a8d0e604', 'execution', 'A-3', 'Failed', false, '{"row": 4}', 2, 1750000180000, 1750000184000),
    ('3f2b8c1e-7d64-4a0e-9b15-52c7a8d0e605', 'execution', 'A-4', 'Stuck', false, '{"row": 5}', 2, 1750000240000, 1750000244000),
    ('INVOICE:101', 'source', NULL, 'Paid', false, '{"row": 6}', 2, 1750000300000, 1750000304000),
    ('3f2b8c1e-7d64-4a0e-9b15-52c7a8d0e606', 'execution', 'A-5', 'Sending', true, '{"row": 7}', 1, 1750000360000, 1750000360000);

INSERT INTO {p}events (entry_id, version, at, what, state) VALUES
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
