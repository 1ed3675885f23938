//! The legal transitions of an execution, once. `README.md` shows them as a diagram, the tests walk each.

use crate::table::{Edge, edges};

/// Every legal transition of an [`Execution`](crate::Execution).
pub const EXECUTION_TRANSITIONS: &[Edge] = edges! {
    Prepared {
        recorded => Sending,
        hinted => Prepared, resumed => Prepared, adopted => Prepared,
    }
    Sending {
        not_sent => Prepared, throttled => Prepared, unauthorized => Prepared,
        accepted => Open,
        ambiguous => Uncertain,
        refused => Refused,
        hinted => Sending, resumed => Sending, adopted => Sending,
    }
    Uncertain {
        in_progress => Open,
        completed => Completed, failed => Failed, mismatched => Stuck,
        expired => NotLanded,
        forgotten => Prepared,
        absent => Uncertain, no_answer => Uncertain, unauthorized => Uncertain,
        hinted => Uncertain, resumed => Uncertain, adopted => Uncertain,
    }
    Open {
        completed => Completed, failed => Failed, mismatched => Stuck,
        in_progress => Open, no_answer => Open, unauthorized => Open,
        shown => Open, hinted => Open, resumed => Open, adopted => Open,
    }
    Completed { confirmed => Completed, contradicted => Completed, outdated => Completed, no_answer => Completed, hinted => Completed, adopted => Completed }
    Failed { confirmed => Failed, contradicted => Failed, outdated => Failed, no_answer => Failed, hinted => Failed, adopted => Failed }
    Refused { confirmed => Refused, contradicted => Refused, no_answer => Refused, hinted => Refused, adopted => Refused }
    NotLanded { confirmed => NotLanded, contradicted => NotLanded, no_answer => NotLanded, hinted => NotLanded, adopted => NotLanded }
    Stuck { confirmed => Stuck, contradicted => Stuck, outdated => Stuck, no_answer => Stuck, hinted => Stuck, adopted => Stuck }
};
