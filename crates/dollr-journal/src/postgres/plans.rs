//! How the server finds rows: by their indexes, whatever it knows of the tables, and with plans for any values, too.

#[allow(dead_code, reason = "other tests use the rest of it")]
#[path = "../../tests/common/server.rs"]
mod server;

use std::process;

use super::wire::Wire;
use super::{PostgresJournal, duplicates, goods, rows, work};
use server::Server;

/// Rows of a test, of which each tenth is open and due.
const ROWS: &str = "INSERT INTO {p}entries
    (key, kind, order_id, state, open, snapshot, version, created_at, updated_at, attended, holds_order, ended_at)
    SELECT n, 'execution', 'order ' || n, 'Open', n % 10 = 0, repeat('x', 1200), 1, 0, 0,
        n % 10 = 0, true, CASE WHEN n % 10 = 0 THEN NULL ELSE n END
    FROM generate_series(1, 20000) AS n;
    INSERT INTO {p}work (id, due_at, updated_at) SELECT id, id, 0 FROM {p}entries WHERE open";

/// What is asked again and again, and the indexes that it is found by. A plan with any of the words is a bad one.
const QUESTIONS: [(&str, &str, &[&str], &[&str]); 8] = [
    (work::TAKE, "30000, 100, 'a', 120000", &["work_due", "entries_pkey"], &["Seq Scan", "Sort"]),
    (work::BACKLOG, "1000", &["entries_open", "work_due"], &["Seq Scan"]),
    (work::UNATTENDED, "100", &["entries_unattended"], &["Seq Scan", "Sort"]),
    (rows::OPEN, "", &["entries_open"], &["Seq Scan on {p}entries"]),
    (rows::HOLDER, "'order 7'", &["entries_order"], &["Seq Scan", "Sort"]),
    (duplicates::LIST, "100", &["paid_twice", "entries_pkey"], &["Seq Scan"]),
    (duplicates::BEFORE, "ARRAY['7', '8']", &["entries_pkey", "paid_order"], &["Seq Scan"]),
    (goods::PAID, "0", &["entries_deliver"], &["Seq Scan on {p}entries", "Sort"]),
];

#[test]
fn rows_are_found_by_their_indexes() {
    let server = Server::shared();
    let prefix = format!("plan{:x}_", process::id());
    let journal = PostgresJournal::open(&format!("{}?prefix={prefix}", server.url())).expect("a journal");
    for table in ["entries", "work"] {
        run(&journal, &format!("ALTER TABLE {{p}}{table} SET (autovacuum_enabled = off)"));
    }
    run(&journal, ROWS);
    for known in ["", "ANALYZE {p}entries, {p}work", "VACUUM ANALYZE {p}entries, {p}work"] {
        run(&journal, known);
        for mode in ["force_generic_plan", "force_custom_plan"] {
            for (question, values, indexes, bad) in QUESTIONS {
                let plan = plan(&journal, mode, question, values);
                let all = indexes.iter().all(|index| plan.contains(&format!("{prefix}{index}")));
                let none = !bad.iter().any(|word| plan.contains(&word.replace("{p}", &prefix)));
                assert!(all && none, "{mode}, {known:?}: {question}\n{plan}");
            }
        }
    }
    run(
        &journal,
        "DROP TABLE {p}paid, {p}claims, {p}shared, {p}events, {p}work, {p}entries, {p}schema;
        DROP FUNCTION {p}events_stay, {p}entries_attended",
    );
}

fn run(journal: &PostgresJournal, sql: &str) {
    let sql = journal.sql(sql);
    journal.pool.with(|wire: &mut Wire| wire.batch(&sql)).expect("done");
}

fn plan(journal: &PostgresJournal, mode: &str, question: &str, values: &str) -> String {
    run(journal, &format!("SET plan_cache_mode = {mode}; PREPARE question AS {question}"));
    let values = if values.is_empty() { String::new() } else { format!("({values})") };
    let asked = journal.rows(&format!("EXPLAIN (COSTS OFF) EXECUTE question{values}"), &[], |row| {
        Ok(row.try_get::<_, String>(0)?)
    });
    run(journal, "DEALLOCATE question; RESET plan_cache_mode");
    asked.expect("a plan").join("\n")
}
