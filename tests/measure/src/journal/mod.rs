//! What a journal costs with a million rows, of which ten thousand are open: on both engines, beside the same by SQL alone and as durably; and
//! how fast it is reconciled, beside a bare loop of the same questions.

mod bare;
pub(crate) mod fill;
mod reconcile;
mod rows;
#[path = "../../../../crates/dollr-journal/tests/common/server.rs"]
#[expect(dead_code, reason = "tests do more with a server")]
mod server;

use bare::{Bare, Postgres, Sqlite};

use crate::report::Part;

/// How much there is.
#[derive(Clone, Copy)]
struct Size {
    rows: i64,
    open: i64,
    rounds: usize,
}

const WHOLE: Size = Size { rows: 1_000_000, open: 10_000, rounds: 7 };

/// A journal, and what it is called on the page.
struct Engine {
    name: &'static str,
    bare: Box<dyn Bare>,
}

pub(crate) fn measure() -> Part {
    let server = server::Server::shared();
    let mut engines = [
        Engine { name: "SQLite", bare: Box::new(Sqlite::new()) },
        Engine { name: "PostgreSQL", bare: Box::new(Postgres::new(&server)) },
    ];
    let mut part = Part {
        title: "The journal",
        goal: "At least 0.8 × bare SQL with the same durability, at least 0.8 × a bare loop of GETs, and near-linear in workers until the budget binds.",
        rows: Vec::new(),
        ratios: Vec::new(),
        plots: Vec::new(),
        limits: "A million rows, of which 10,000 are open and due. A single write waits for the disk, or for PostgreSQL's log, with the journal as with SQL alone. \
            With a vendor that answers at once, the rows are the limit: a loop that takes 50 of them in a transaction, asks, and saves them in another one is \
            no faster than its database, however many threads it has. With one that takes 5 ms, the workers are."
            .to_owned(),
    };
    for engine in &mut engines {
        engine.bare.fill(WHOLE.rows, WHOLE.open);
        engine.bare.mend(&|key| fill::Template::open_with(key.parse().expect("an id")).text);
        engine.bare.analyze();
        rows::measure(&mut part, engine, WHOLE);
    }
    let open = usize::try_from(WHOLE.open).expect("few");
    reconcile::measure(&mut part, &mut engines, open, WHOLE.rounds.min(5));
    part
}
