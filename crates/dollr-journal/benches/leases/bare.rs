//! The engines by SQL alone: to fill a journal faster than one durable write after the other would, and to have something
//! to compare with.

use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use dollr_journal::{Journal, SqliteJournal};
use rusqlite::Connection;
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};
use tokio_postgres::{Client, NoTls};

use super::fill::{NOW, SPREAD, Template};
use super::server::Server;

/// A journal, and another program's view of it.
pub(crate) trait Bare {
    fn journal(&self) -> Arc<dyn Journal>;

    /// Makes so many rows, `open` of them open, evenly among the others.
    fn fill(&mut self, rows: i64, open: i64);

    /// Makes rows of payments that are open and due, by key and snapshot.
    fn add(&mut self, open: &[(String, String)]);

    /// Lets the database find out what it has; `false` where that makes no difference.
    fn analyze(&mut self) -> bool;

    /// A row and its event, durably.
    fn create(&mut self, key: &str, snapshot: &str);

    /// A row written over, and its event, durably.
    fn save(&mut self, key: &str, snapshot: &str);
}

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
    folder: TempDir,
    journal: Arc<SqliteJournal>,
    connection: Connection,
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
        Self { folder, journal, connection }
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
    }

    fn add(&mut self, open: &[(String, String)]) {
        let transaction = self.connection.transaction().expect("begun");
        let sql = "INSERT INTO dollr_entries (key, kind, order_id, state, open, snapshot, version, created_at, updated_at,
                attended, holds_order)
            VALUES (?1, 'execution', 'order of ' || ?1, 'Open', 1, ?2, 3, ?3, ?3, 1, 1)";
        for (key, snapshot) in open {
            let add =
                transaction.prepare_cached(sql).and_then(|mut s| s.execute((key, snapshot, moments().0)));
            add.expect("added");
        }
        transaction.execute_batch(WORK).expect("added");
        transaction.commit().expect("committed");
    }

    fn analyze(&mut self) -> bool {
        false
    }

    fn create(&mut self, key: &str, snapshot: &str) {
        let transaction = self.connection.transaction().expect("begun");
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
        let transaction = self.connection.transaction().expect("begun");
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
}

pub(crate) struct Postgres {
    prefix: String,
    journal: Arc<dyn Journal>,
    client: Client,
    runtime: Runtime,
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
        Self { prefix, journal: Arc::new(journal), client, runtime }
    }

    fn run(&self, sql: &str) {
        let sql = sql.replace("{p}", &self.prefix);
        self.runtime.block_on(self.client.batch_execute(&sql)).expect("done");
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

    fn add(&mut self, open: &[(String, String)]) {
        let sql = "INSERT INTO {p}entries (key, kind, order_id, state, open, snapshot, version, created_at, updated_at,
                attended, holds_order)
            SELECT key, 'execution', 'order of ' || key, 'Open', true, snapshot, 3, $3, $3, true, true
            FROM unnest($1::text[], $2::text[]) AS rows (key, snapshot)";
        let (keys, snapshots): (Vec<&str>, Vec<&str>) =
            open.iter().map(|(key, snapshot)| (key.as_str(), snapshot.as_str())).unzip();
        let sql = sql.replace("{p}", &self.prefix);
        let added = async { self.client.execute(&sql, &[&keys, &snapshots, &moments().0]).await };
        self.runtime.block_on(added).expect("added");
        self.run(&WORK.replace("dollr_", "{p}"));
    }

    fn analyze(&mut self) -> bool {
        self.run("VACUUM ANALYZE {p}entries, {p}work");
        true
    }

    fn create(&mut self, key: &str, snapshot: &str) {
        let now = moments().0;
        self.run(&format!(
            "WITH made AS (INSERT INTO {{p}}entries (key, kind, state, open, snapshot, version, created_at, updated_at, attended)
                VALUES ('{key}', 'execution', 'Sending', true, $${snapshot}$$, 1, {now}, {now}, false) RETURNING id)
            INSERT INTO {{p}}events (entry_id, version, at, what, state) SELECT id, 1, {now}, 'recorded', 'Sending' FROM made"
        ));
    }

    fn save(&mut self, key: &str, snapshot: &str) {
        let now = moments().0;
        self.run(&format!(
            "WITH made AS (UPDATE {{p}}entries SET state = 'Open', snapshot = $${snapshot}$$, version = version + 1,
                updated_at = {now} WHERE key = '{key}' RETURNING id)
            INSERT INTO {{p}}events (entry_id, version, at, what, state) SELECT id, 2, {now}, 'answered', 'Open' FROM made"
        ));
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.run(
            "DROP TABLE {p}claims, {p}shared, {p}events, {p}work, {p}entries, {p}schema;
            DROP FUNCTION {p}events_stay, {p}entries_attended",
        );
    }
}
