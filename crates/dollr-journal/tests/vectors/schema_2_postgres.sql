-- What the release that knew schema 2 made of schema 1, and a few payments of its own.
BEGIN;
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
    goods        text   COLLATE "C" PRIMARY KEY,
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
UPDATE {p}schema SET version = 2, min_reader = 1;

INSERT INTO {p}entries (id, key, kind, order_id, state, open, snapshot, version, created_at, updated_at, attended, holds_order, ended_at) OVERRIDING SYSTEM VALUE VALUES
    (11, 'phone', 'execution', 'B-1', 'Completed', false, '{"intent":{"instruction":{"collection":{"account":"18"}}}}', 1, 1, 1750000400000, false, true, 1750000400000),
    (12, 'INVOICE:7', 'source', 'B-1', 'Paid', false, '{}', 1, 1, 1750000401000, false, true, 1750000401000),
    (13, 'refund', 'execution', 'B-2', 'Completed', false, '{"intent":{"instruction":"refund"}}', 1, 1, 1750000402000, false, true, 1750000402000),
    (14, 'one', 'execution', 'B-3', 'Completed', false, '{"intent":{"instruction":{"collection":{"account":"18"}}}}', 1, 1, 1750000403000, false, true, 1750000403000),
    (15, 'two', 'execution', 'B-3', 'Completed', false, '{"intent":{"instruction":{"collection":{"account":"18"}}}}', 1, 1, 1750000404000, false, true, 1750000404000);

INSERT INTO {p}claims (goods, entry_id, claimed_by, claimed_at, fulfilled_at) VALUES
    ('order B-3', 14, 'the page', 1750000403500, 1750000403600),
    ('first execution B-3', 14, 'one', 1750000403000, 1750000403000),
    ('duplicate two', 15, 'one', 1750000404000, NULL);
SELECT setval(pg_get_serial_sequence('{p}entries', 'id'), 100);
COMMIT;
