//! The engines by SQL alone: to fill a journal faster than one durable write after the other would, and to have something
//! to compare with.

use std::collections::HashMap;
use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use dollr_journal::{Journal, SqliteJournal};
use rusqlite::{Connection, Transaction, TransactionBehavior};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, NoTls, Row, Statement};

use super::fill::{NOW, SPREAD, Template};
use super::server::Server;

/// A journal, and another program's view of it.
pub(crate) trait Bare: Send {
    fn journal(&self) -> Arc<dyn Journal>;

    /// Makes so many rows, `open` of them open, evenly among the others.
    fn fill(&mut self, rows: i64, open: i64);

    /// Gives each open row the snapshot of its own payment: a checksum is nothing that SQL could make.
    fn mend(&mut self, snapshot: &dyn Fn(&str) -> String);

    /// Lets the database find out what it has.
    fn analyze(&mut self);

    /// A row and its event, durably.
    fn create(&mut self, key: &str, snapshot: &str);

    /// A row written over, and its event, durably.
    fn save(&mut self, key: &str, snapshot: &str);

    /// The first of what is due, by id and snapshot, so many, and nobody else's until a term is over.
    fn take(&mut self, limit: i64, now: i64) -> Vec<(i64, String)>;

    /// What was taken is written over, and due again then.
    fn settle(&mut self, taken: &[(i64, String)], due: i64);
}

/// How long what was taken is nobody else's, in milliseconds.
const TERM: i64 = 120_000;

/// Each how-manieth row is open.
fn every(rows: i64, open: i64) -> i64 {
    if open == 0 { i64::MAX } else { rows / open }
}

/// All moments as the rows have them, in milliseconds.
fn moments() -> (i64, i64) {
    let whole = |millis| i64::try_from(millis).expect("a time of ours");
    (whole(u128::from(NOW.as_millis())), whole(SPREAD.as_millis()))
}

/// What is open and attended is due since it was written.
const WORK: &str = "INSERT INTO dollr_work (id, due_at, updated_at)
    SELECT id, updated_at, updated_at FROM dollr_entries WHERE open AND attended";

pub(crate) struct Sqlite {
    journal: Arc<SqliteJournal>,
    connection: Connection,
    /// Gone when all is measured.
    _folder: TempDir,
}

impl Sqlite {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("journal.db");
        let journal = Arc::new(SqliteJournal::open(&file).expect("a journal"));
        let connection = Connection::open(&file).expect("a connection");
        connection
            .execute_batch("PRAGMA synchronous = FULL; PRAGMA foreign_keys = 1; PRAGMA cache_size = -500000")
            .expect("set");
        Self { journal, connection, _folder: folder }
    }

    /// A transaction that writes.
    fn begin(&mut self) -> Transaction<'_> {
        self.connection.transaction_with_behavior(TransactionBehavior::Immediate).expect("begun")
    }
}

impl Bare for Sqlite {
    fn journal(&self) -> Arc<dyn Journal> {
        Arc::clone(&self.journal) as _
    }

    fn fill(&mut self, rows: i64, open: i64) {
        let (every, (now, spread)) = (every(rows, open), moments());
        let [going, gone] = [Template::open(), Template::completed()];
        self.connection.execute_batch("BEGIN").expect("begun");
        let sql = "WITH RECURSIVE counted (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < ?1),
            made AS (SELECT n, n % ?2 = 0 AS open, ?3 - 1 - abs(random() % ?4) AS moment, lower(hex(randomblob(4)) || '-'
                || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-8'
                || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6))) AS key FROM counted)
            INSERT INTO dollr_entries (key, kind, order_id, state, open, snapshot, version, created_at, updated_at,
                attended, holds_order, ended_at)
            SELECT key, 'execution', 'order ' || n, CASE WHEN open THEN 'Open' ELSE 'Completed' END, open,
                CASE WHEN open THEN replace(?5, ?6, key) ELSE replace(?7, ?8, key) END, 3, moment, moment,
                open, 1, CASE WHEN open THEN NULL ELSE moment END
            FROM made";
        self.connection
            .execute(sql, (rows, every, now, spread, going.text, going.id, gone.text, gone.id))
            .expect("filled");
        self.connection.execute_batch(WORK).expect("filled");
        self.connection.execute_batch("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)").expect("committed");
        // From now on with no more cache than the journal has.
        self.connection.execute_batch("PRAGMA cache_size = -32768; PRAGMA shrink_memory").expect("set");
    }

    fn mend(&mut self, snapshot: &dyn Fn(&str) -> String) {
        let transaction = self.begin();
        let keys: Vec<String> = {
            let mut open =
                transaction.prepare("SELECT key FROM dollr_entries WHERE open = 1").expect("a statement");
            open.query_map([], |row| row.get(0)).and_then(Iterator::collect).expect("keys")
        };
        let sql = "UPDATE dollr_entries SET snapshot = ?2 WHERE key = ?1";
        for key in keys {
            transaction
                .prepare_cached(sql)
                .and_then(|mut s| s.execute((&key, snapshot(&key))))
                .expect("mended");
        }
        transaction.commit().expect("committed");
    }

    fn analyze(&mut self) {}

    fn create(&mut self, key: &str, snapshot: &str) {
        let transaction = self.begin();
        let entry = "INSERT INTO dollr_entries (key, kind, state, open, snapshot, version, created_at, updated_at, attended)
            VALUES (?1, 'execution', 'Sending', 1, ?2, 1, ?3, ?3, 0)";
        transaction
            .prepare_cached(entry)
            .and_then(|mut s| s.execute((key, snapshot, moments().0)))
            .expect("made");
        let event = "INSERT INTO dollr_events (entry_id, version, at, what, state) VALUES (?1, 1, ?2, 'recorded', 'Sending')";
        let id = transaction.last_insert_rowid();
        transaction.prepare_cached(event).and_then(|mut s| s.execute((id, moments().0))).expect("noted");
        transaction.commit().expect("committed");
    }

    fn save(&mut self, key: &str, snapshot: &str) {
        let transaction = self.begin();
        let entry =
            "UPDATE dollr_entries SET state = 'Open', snapshot = ?2, version = version + 1, updated_at = ?3
            WHERE key = ?1 RETURNING id";
        let update = |key: &str| {
            let mut statement = transaction.prepare_cached(entry)?;
            statement.query_row((key, snapshot, moments().0), |row| row.get::<_, i64>(0))
        };
        let id = update(key).expect("written");
        let event = "INSERT INTO dollr_events (entry_id, version, at, what, state) VALUES (?1, 2, ?2, 'answered', 'Open')";
        transaction.prepare_cached(event).and_then(|mut s| s.execute((id, moments().0))).expect("noted");
        transaction.commit().expect("committed");
    }

    fn take(&mut self, limit: i64, now: i64) -> Vec<(i64, String)> {
        let transaction = self.begin();
        let due = "SELECT id, snapshot FROM dollr_work INDEXED BY dollr_work_due CROSS JOIN dollr_entries USING (id)
            WHERE due_at <= ?1 AND (lease_until IS NULL OR lease_until <= ?1) ORDER BY due_at LIMIT ?2";
        let taken: Vec<(i64, String)> = {
            let mut due = transaction.prepare_cached(due).expect("a statement");
            let rows = due.query_map((now, limit), |row| Ok((row.get(0)?, row.get(1)?))).expect("rows");
            rows.collect::<Result<_, _>>().expect("rows")
        };
        let take = "UPDATE dollr_work SET holder = 'bare', lease_until = ?2, takes = takes + 1 WHERE id = ?1";
        for (id, _) in &taken {
            transaction.prepare_cached(take).and_then(|mut s| s.execute((id, now + TERM))).expect("taken");
        }
        transaction.commit().expect("committed");
        taken
    }

    fn settle(&mut self, taken: &[(i64, String)], due: i64) {
        let transaction = self.begin();
        let entry =
            "UPDATE dollr_entries SET snapshot = ?2, version = version + 1, updated_at = ?3 WHERE id = ?1";
        let work =
            "UPDATE dollr_work SET due_at = ?2, updated_at = ?2, holder = NULL, lease_until = NULL, takes = 0
            WHERE id = ?1";
        for (id, snapshot) in taken {
            let entry = transaction.prepare_cached(entry).and_then(|mut s| s.execute((id, snapshot, due)));
            let work = transaction.prepare_cached(work).and_then(|mut s| s.execute((id, due)));
            entry.and(work).expect("written");
        }
        transaction.commit().expect("committed");
    }
}

pub(crate) struct Postgres {
    prefix: String,
    journal: Arc<dyn Journal>,
    client: Client,
    runtime: Runtime,
    prepared: HashMap<&'static str, Statement>,
}

impl Postgres {
    pub(crate) fn new(server: &Server) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let prefix = format!("b{}_{}_", process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let journal = dollr_journal::open(format!("{}?prefix={prefix}", server.url())).expect("a journal");
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        let (client, link) =
            runtime.block_on(tokio_postgres::connect(server.url(), NoTls)).expect("a connection");
        runtime.spawn(async { link.await.expect("a connection") });
        Self { prefix, journal: Arc::new(journal), client, runtime, prepared: HashMap::new() }
    }

    fn run(&self, sql: &str) {
        let sql = sql.replace("{p}", &self.prefix);
        self.runtime.block_on(self.client.batch_execute(&sql)).expect("done");
    }

    /// Runs a statement that was prepared when it was run for the first time.
    fn rows(&mut self, sql: &'static str, values: &[&(dyn ToSql + Sync)]) -> Vec<Row> {
        let Self { prefix, client, runtime, prepared, .. } = self;
        let statement = prepared.entry(sql).or_insert_with(|| {
            runtime.block_on(client.prepare(&sql.replace("{p}", prefix))).expect("a statement")
        });
        runtime.block_on(client.query(&*statement, values)).expect("done")
    }
}

impl Bare for Postgres {
    fn journal(&self) -> Arc<dyn Journal> {
        Arc::clone(&self.journal)
    }

    fn fill(&mut self, rows: i64, open: i64) {
        let (every, (now, spread)) = (every(rows, open), moments());
        let [going, gone] = [Template::open(), Template::completed()];
        let (going_id, going, gone_id, gone) = (going.id, going.text, gone.id, gone.text);
        self.run(&format!(
            "INSERT INTO {{p}}entries (key, kind, order_id, state, open, snapshot, version, created_at, updated_at,
                attended, holds_order, ended_at)
            SELECT key, 'execution', 'order ' || n, CASE WHEN open THEN 'Open' ELSE 'Completed' END, open,
                CASE WHEN open THEN replace($${going}$$, '{going_id}', key) ELSE replace($${gone}$$, '{gone_id}', key) END,
                3, moment, moment, open, true, CASE WHEN open THEN NULL ELSE moment END
            FROM (SELECT n, n % {every} = 0 AS open, gen_random_uuid()::text AS key,
                      {now} - 1 - floor(random() * {spread})::bigint AS moment
                  FROM generate_series(1, {rows}) AS n) AS made"
        ));
        self.run(&WORK.replace("dollr_", "{p}"));
    }

    fn mend(&mut self, snapshot: &dyn Fn(&str) -> String) {
        let open = self.rows("SELECT key FROM {p}entries WHERE open", &[]);
        let keys: Vec<String> = open.iter().map(|row| row.get(0)).collect();
        let snapshots: Vec<String> = keys.iter().map(|key| snapshot(key)).collect();
        let sql = "UPDATE {p}entries AS entry SET snapshot = mended.snapshot
            FROM unnest($1::text[], $2::text[]) AS mended (key, snapshot) WHERE entry.key = mended.key";
        self.rows(sql, &[&keys, &snapshots]);
    }

    fn analyze(&mut self) {
        self.run("VACUUM ANALYZE {p}entries, {p}work");
    }

    fn create(&mut self, key: &str, snapshot: &str) {
        let sql = "WITH made AS (INSERT INTO {p}entries (key, kind, state, open, snapshot, version, created_at, updated_at, attended)
                VALUES ($1, 'execution', 'Sending', true, $2, 1, $3, $3, false) RETURNING id)
            INSERT INTO {p}events (entry_id, version, at, what, state) SELECT id, 1, $3, 'recorded', 'Sending' FROM made";
        self.rows(sql, &[&key, &snapshot, &moments().0]);
    }

    fn save(&mut self, key: &str, snapshot: &str) {
        let sql = "WITH made AS (UPDATE {p}entries SET state = 'Open', snapshot = $2, version = version + 1, updated_at = $3
                WHERE key = $1 RETURNING id)
            INSERT INTO {p}events (entry_id, version, at, what, state) SELECT id, 2, $3, 'answered', 'Open' FROM made";
        self.rows(sql, &[&key, &snapshot, &moments().0]);
    }

    fn take(&mut self, limit: i64, now: i64) -> Vec<(i64, String)> {
        let sql = "WITH due AS (SELECT id FROM {p}work
                WHERE due_at <= $1 AND (lease_until IS NULL OR lease_until <= $1)
                ORDER BY due_at LIMIT $2 FOR UPDATE SKIP LOCKED)
            UPDATE {p}work SET holder = 'bare', lease_until = $1 + $3, takes = takes + 1
            FROM due, {p}entries AS entry WHERE {p}work.id = due.id AND entry.id = due.id RETURNING entry.id, entry.snapshot";
        self.rows(sql, &[&now, &limit, &TERM]).iter().map(|row| (row.get(0), row.get(1))).collect()
    }

    fn settle(&mut self, taken: &[(i64, String)], due: i64) {
        let (ids, snapshots): (Vec<i64>, Vec<&str>) =
            taken.iter().map(|(id, snapshot)| (*id, snapshot.as_str())).unzip();
        let sql = "WITH told AS (SELECT * FROM unnest($1::bigint[], $2::text[]) AS told (id, snapshot)),
            later AS (UPDATE {p}work SET due_at = $3, updated_at = $3, holder = NULL, lease_until = NULL, takes = 0
                FROM told WHERE {p}work.id = told.id)
            UPDATE {p}entries AS entry SET snapshot = told.snapshot, version = version + 1, updated_at = $3
            FROM told WHERE entry.id = told.id";
        self.rows(sql, &[&ids, &snapshots, &due]);
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.run(
            "DROP TABLE {p}paid, {p}claims, {p}shared, {p}events, {p}work, {p}entries, {p}schema;
            DROP FUNCTION {p}events_stay, {p}entries_attended",
        );
    }
}
