//! One connection: made, set up and asked, each within its time.

use std::collections::HashMap;
use std::future::Future;
use std::time::Duration;

use futures_util::future::{join, join_all};
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Error, NoTls, Row, Statement};

use super::address::Address;
use super::fault::{Fault, unusable};

/// How long a statement may take, at the client. The server ends it sooner.
const ANSWER: Duration = Duration::from_secs(15);

/// How long a step of the schema may take.
const MIGRATION: Duration = Duration::from_secs(3_600);

/// How long the end of a connection may take.
const GOODBYE: Duration = Duration::from_millis(200);

const SETTINGS: &str = "
SET statement_timeout = '10s';
SET lock_timeout = '5s';
SET idle_in_transaction_session_timeout = '30s';
SET default_transaction_isolation = 'read committed';
SET client_min_messages = 'warning';
SET jit = off;
SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') <> 'remote_apply';
";

/// The parameters of a statement.
pub(super) type Values<'a> = &'a [&'a (dyn ToSql + Sync)];

/// A connection, with what drives it while it is asked.
pub(super) struct Wire {
    client: Client,
    link: JoinHandle<()>,
    statements: HashMap<String, Statement>,
    runtime: Runtime,
}

impl Wire {
    /// Connects, and makes sure that what is committed stays.
    pub(super) fn connect(address: &Address) -> Result<Self, Fault> {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|e| unusable(&address.place, e.to_string()))?;
        let linked = match runtime.block_on(async { timeout(address.patience, linked(address)).await }) {
            Ok(linked) => linked.map_err(Fault::Sql),
            Err(_) => Err(Fault::Late(address.patience)),
        };
        let (client, link) = match linked {
            Ok(linked) => linked,
            Err(fault) => {
                // A name look-up that hangs is not waited for.
                runtime.shutdown_background();
                return Err(fault);
            }
        };
        let mut wire = Self { client, link, statements: HashMap::new(), runtime };
        wire.batch(SETTINGS)?;
        wire.verify(address)?;
        Ok(wire)
    }

    /// Runs statements without values, or one of a transaction's.
    pub(super) fn batch(&mut self, sql: &str) -> Result<(), Fault> {
        let client = &self.client;
        in_time(&self.runtime, async { Ok(client.batch_execute(sql).await?) })
    }

    /// The same, for what takes long.
    pub(super) fn long_batch(&mut self, sql: &str) -> Result<(), Fault> {
        let client = &self.client;
        let work = async { timeout(MIGRATION, client.batch_execute(sql)).await };
        Ok(self.runtime.block_on(work).map_err(|_| Fault::Late(MIGRATION))??)
    }

    /// The rows that a statement gives. It is prepared once.
    pub(super) fn rows(&mut self, sql: &str, values: Values<'_>) -> Result<Vec<Row>, Fault> {
        let (client, statements) = (&self.client, &mut self.statements);
        in_time(&self.runtime, async {
            let statement = prepared(client, statements, sql).await?;
            Ok(client.query(&statement, values).await?)
        })
    }

    /// Begins a transaction with these statements, and gives the rows of each. All of it is sent at once, so that an answer takes no longer
    /// to come than that of one statement; the server does one after the other.
    pub(super) fn begin<const N: usize>(
        &mut self,
        begin: &str,
        asked: [(&str, Values<'_>); N],
    ) -> Result<[Vec<Row>; N], Fault> {
        let (client, statements) = (&self.client, &mut self.statements);
        in_time(&self.runtime, async {
            let mut ready = Vec::with_capacity(N);
            for (sql, values) in asked {
                ready.push((prepared(client, statements, sql).await?, values));
            }
            let answers = ready.iter().map(|(statement, values)| client.query(statement, values));
            // Each is sent when it is polled for the first time: in this order.
            let (start, answers) = join(client.batch_execute(begin), join_all(answers)).await;
            start?;
            let rows = answers.into_iter().collect::<Result<Vec<_>, _>>()?;
            rows.try_into().map_err(|_| Fault::Odd("an answer is missing"))
        })
    }

    /// Its first row.
    pub(super) fn row(&mut self, sql: &str, values: Values<'_>) -> Result<Option<Row>, Fault> {
        Ok(self.rows(sql, values)?.into_iter().next())
    }

    /// Tells the server that it ends, and does not wait long for it.
    pub(super) fn close(self) {
        let Self { client, link, statements, runtime } = self;
        drop((client, statements));
        let _ = runtime.block_on(async { timeout(GOODBYE, link).await });
        runtime.shutdown_background();
    }

    /// Reads back what safety rests on.
    fn verify(&mut self, address: &Address) -> Result<(), Fault> {
        let sql = "SELECT current_setting('synchronous_commit'), current_setting('fsync'),
                          current_setting('server_version_num')::int";
        let Some(row) = self.row(sql, &[])? else { return Ok(()) };
        let (commit, fsync, version): (String, String, i32) =
            (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        if !["on", "remote_apply"].contains(&commit.as_str()) || fsync != "on" {
            let why =
                format!("it runs with synchronous_commit={commit}, fsync={fsync}; payments need on, on");
            return Err(unusable(&address.place, why).into());
        }
        if version < 130_000 {
            let why = format!("the server is PostgreSQL {}; 13 or newer is needed", version / 10_000);
            return Err(unusable(&address.place, why).into());
        }
        Ok(())
    }
}

/// The statement, which is prepared when it is needed for the first time.
async fn prepared(
    client: &Client,
    statements: &mut HashMap<String, Statement>,
    sql: &str,
) -> Result<Statement, Error> {
    if let Some(statement) = statements.get(sql) {
        return Ok(statement.clone());
    }
    let statement = client.prepare(sql).await?;
    statements.insert(sql.to_owned(), statement.clone());
    Ok(statement)
}

/// Connects; from then on the link is driven whenever the runtime is.
async fn linked(address: &Address) -> Result<(Client, JoinHandle<()>), Error> {
    // What ends a link is said to the statement that waits for an answer.
    Ok(if let Some(tls) = address.tls.clone() {
        let (client, link) = address.config.connect(tls).await?;
        (client, tokio::spawn(async { link.await.unwrap_or_default() }))
    } else {
        let (client, link) = address.config.connect(NoTls).await?;
        (client, tokio::spawn(async { link.await.unwrap_or_default() }))
    })
}

fn in_time<T>(runtime: &Runtime, work: impl Future<Output = Result<T, Fault>>) -> Result<T, Fault> {
    runtime.block_on(async { timeout(ANSWER, work).await }).map_err(|_| Fault::Late(ANSWER))?
}
