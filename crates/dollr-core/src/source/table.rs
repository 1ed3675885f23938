//! The legal transitions of a source, once.

use crate::table::{Edge, edges};

/// Every legal transition of a [`Source`](crate::Source).
pub const SOURCE_TRANSITIONS: &[Edge] = edges! {
    Watching {
        paid => Paid, canceled => Canceled, mismatched => Mismatched,
        in_progress => Watching, no_answer => Watching, unauthorized => Watching,
        hinted => Watching, resumed => Watching, adopted => Watching,
    }
    Paid { confirmed => Paid, contradicted => Paid, outdated => Paid, no_answer => Paid, hinted => Paid, adopted => Paid }
    Canceled { confirmed => Canceled, contradicted => Canceled, outdated => Canceled, no_answer => Canceled, hinted => Canceled, adopted => Canceled }
    Mismatched { confirmed => Mismatched, contradicted => Mismatched, outdated => Mismatched, no_answer => Mismatched, hinted => Mismatched, adopted => Mismatched }
};
