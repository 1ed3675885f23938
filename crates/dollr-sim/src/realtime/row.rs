//! The table that the socket watches: one row for each execution, as it stood after each of its changes, and the event
//! that announces a change. The columns are this simulator's own; the vendor's are not documented.

use crate::clock::iso_with_millis;
use crate::execution::Execution;
use crate::fields::{Fields, quoted};

/// The schema and the table.
pub(crate) const SCHEMA: &str = "public";
pub(crate) const TABLE: &str = "checkout_payment_intent_public_status";

/// Each column and its type in `PostgreSQL`; `id` is the primary key.
const COLUMNS: [(&str, &str); 9] = [
    ("id", "int8"),
    ("reference_id", "text"),
    ("source_type", "text"),
    ("source_id", "int8"),
    ("status", "text"),
    ("amount", "numeric"),
    ("currency", "text"),
    ("created_at", "timestamptz"),
    ("updated_at", "timestamptz"),
];

pub(crate) fn is_column(name: &str) -> bool {
    COLUMNS.iter().any(|(column, _)| *column == name)
}

/// What was done to a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    Insert,
    Update,
    Delete,
}

impl Deed {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Insert => "INSERT",
            Self::Update => "UPDATE",
            Self::Delete => "DELETE",
        }
    }
}

/// A committed change of one row.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    pub(crate) deed: Deed,
    /// When it was committed, in ms since the Unix epoch.
    pub(crate) at_ms: u64,
    /// The row as it is now; the last one, when it was deleted.
    pub(crate) record: Fields,
    /// What the server reports instead of the row.
    pub(crate) error: Option<&'static str>,
}

/// Every change of an execution's row up to a moment, oldest first.
pub(crate) fn changes(execution: &Execution, now_ms: u64) -> Vec<Change> {
    let mut changes = Vec::new();
    for (at_ms, status) in execution.history(now_ms) {
        let deed = if changes.is_empty() { Deed::Insert } else { Deed::Update };
        changes.push(Change { deed, at_ms, record: record(execution, status, at_ms), error: None });
    }
    changes
}

/// A change of a payment that nobody has heard of.
pub(crate) fn made_up(reference_id: &str, at_ms: u64) -> Change {
    let moment = quoted(&timestamptz(at_ms));
    let record = Fields::from_iter([
        ("id", "1".to_owned()),
        ("reference_id", quoted(reference_id)),
        ("source_type", quoted("ORDER")),
        ("source_id", "1".to_owned()),
        ("status", quoted("PROCESSING")),
        ("amount", "1.00".to_owned()),
        ("currency", quoted("USD")),
        ("created_at", moment.clone()),
        ("updated_at", moment),
    ]);
    Change { deed: Deed::Update, at_ms, record, error: None }
}

fn record(execution: &Execution, status: &str, at_ms: u64) -> Fields {
    let (kind, id) = execution.source;
    Fields::from_iter([
        ("id", execution.transaction.to_string()),
        ("reference_id", quoted(&execution.reference_id)),
        ("source_type", quoted(kind.as_str())),
        ("source_id", id.to_string()),
        ("status", quoted(status)),
        ("amount", execution.amount.clone()),
        ("currency", quoted(&execution.currency)),
        ("created_at", quoted(&timestamptz(execution.created_at))),
        ("updated_at", quoted(&timestamptz(at_ms))),
    ])
}

/// As `to_jsonb` writes it.
fn timestamptz(ms: u64) -> String {
    iso_with_millis(ms).replace('Z', "+00:00")
}

impl Change {
    /// The payload of the `postgres_changes` event; `ids` is JSON text.
    pub(crate) fn payload(&self, ids: &str) -> String {
        let mut data = Fields::from_iter([
            ("schema", quoted(SCHEMA)),
            ("table", quoted(TABLE)),
            ("type", quoted(self.deed.as_str())),
        ]);
        match self.error {
            Some("Error 413: Payload Too Large") | None => self.describe(&mut data),
            // The server knows neither the row nor when it changed.
            Some(_) => {
                for (name, json) in
                    [("commit_timestamp", "null"), ("columns", "[]"), ("record", "{}"), ("old_record", "{}")]
                {
                    data.push(name, json);
                }
            }
        }
        let errors = self.error.map_or_else(|| "null".to_owned(), |error| format!("[{}]", quoted(error)));
        data.push("errors", errors);
        format!(r#"{{"ids":{ids},"data":{data}}}"#)
    }

    fn describe(&self, data: &mut Fields) {
        let columns: Vec<_> =
            COLUMNS.iter().map(|(name, kind)| format!(r#"{{"name":"{name}","type":"{kind}"}}"#)).collect();
        data.push("commit_timestamp", quoted(&iso_with_millis(self.at_ms)));
        data.push("columns", format!("[{}]", columns.join(",")));
        if self.deed != Deed::Delete {
            data.push("record", self.record.to_string());
        }
        if self.deed != Deed::Insert {
            // The replica identity is the default one: the primary key.
            data.push("old_record", format!(r#"{{"id":{}}}"#, self.record.get("id").unwrap_or("null")));
        }
    }
}
