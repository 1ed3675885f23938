//! What a journal keeps: rows that are written over, each under a version, and the events that led there.

use std::fmt;
use std::time::Duration;

use dollr_core::{Machine, Snapshot, SourceRef, Timestamp};

/// What a row is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Money that moves: [`dollr_core::Execution`].
    Execution,
    /// An invoice or order that is watched: [`dollr_core::Source`].
    Source,
}

impl Kind {
    /// As it is stored: `execution` or `source`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Execution => "execution",
            Self::Source => "source",
        }
    }

    /// The kind that is stored so.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Execution, Self::Source].into_iter().find(|kind| kind.as_str() == text)
    }
}

/// How often a row was written, and taken since. A write names the version it builds on, and is refused on any other.
///
/// No version comes back: the first number only grows, and the second one does while the first stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    number: u64,
    takes: u64,
}

impl Version {
    /// The version of a row that was just made.
    pub const FIRST: Self = Self::new(1);

    /// The version of a row that was written so often, and not taken since.
    pub const fn new(number: u64) -> Self {
        Self { number, takes: 0 }
    }

    /// How often the row was written, from 1.
    pub const fn number(self) -> u64 {
        self.number
    }

    /// How often it was [taken](crate::Journal::take_due) since it was written.
    pub const fn takes(self) -> u64 {
        self.takes
    }

    /// The version after the next write.
    #[must_use]
    pub const fn next(self) -> Self {
        Self::new(self.number.saturating_add(1))
    }

    /// The version after so many takes.
    #[must_use]
    pub const fn taken(self, times: u64) -> Self {
        Self { number: self.number, takes: self.takes.saturating_add(times) }
    }
}

/// `3`, and `3.1` where it was taken once since.
impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.takes {
            0 => write!(f, "{}", self.number),
            takes => write!(f, "{}.{takes}", self.number),
        }
    }
}

/// What is written each time.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is a column, and none follows from another")]
pub struct Page<'a> {
    /// The machine's state, in a word.
    pub state: &'a str,
    /// Whether there is more to come. What is open is listed until it no longer is.
    pub open: bool,
    /// The machine, to go on from.
    pub snapshot: &'a Snapshot,
    /// What happened: the name of the event that is appended; none where there is nothing to note.
    pub what: Option<&'a str>,
    /// When somebody should look after it, if nobody does; never, where there is no such moment.
    pub due: Option<Timestamp>,
    /// Whether goods may be handed out for it, as a customer has paid.
    pub paid: bool,
    /// The invoice or order that is paid by it, where that is known: by this an execution and a source are told apart that are
    /// paid for one order of the merchant's.
    pub pays_for: Option<SourceRef>,
    /// Whether no other attempt at its order may begin.
    pub holds_order: bool,
    /// The order that the row is for from now on, if it has none: with its order, its goods are another's, so only what is
    /// neither paid nor claimed may get one. Where a row is made, its order is given beside the page.
    pub order: Option<&'a str>,
    /// Whether a request goes out after this: it is refused with [`JournalError::OrderTaken`](crate::JournalError::OrderTaken)
    /// where another attempt holds its order. What only says what happened is never refused.
    pub sends: bool,
}

impl<'a> Page<'a> {
    /// A page that is not due, pays for nothing and holds no order.
    pub const fn new(state: &'a str, open: bool, snapshot: &'a Snapshot, what: &'a str) -> Self {
        let what = Some(what);
        Self {
            state,
            open,
            snapshot,
            what,
            due: None,
            paid: false,
            pays_for: None,
            holds_order: false,
            order: None,
            sends: false,
        }
    }

    /// The page of a machine whose snapshot this is, with nothing to note; it is due when the machine says so.
    pub fn of<M: Machine>(machine: &M, snapshot: &'a Snapshot, now: Timestamp) -> Self {
        Self {
            state: machine.state(),
            open: !machine.is_terminal(),
            snapshot,
            what: None,
            due: machine.due(now),
            paid: machine.is_sold(),
            pays_for: machine.pays_for(),
            holds_order: machine.holds_order(),
            order: None,
            sends: false,
        }
    }

    /// With an event.
    #[must_use]
    pub fn noting(self, what: &'a str) -> Self {
        Self { what: Some(what), ..self }
    }
}

/// The order that an attempt is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order<'a> {
    /// The merchant's own name of it.
    pub name: &'a str,
    /// Why this attempt may begin although another one holds the order; it is kept.
    pub despite: Option<&'a str>,
}

impl<'a> Order<'a> {
    /// An order that must be free.
    pub const fn new(name: &'a str) -> Self {
        Self { name, despite: None }
    }
}

/// A write over one row among many.
#[derive(Clone, Debug)]
pub struct Write<'a> {
    /// The row.
    pub key: &'a str,
    /// The version that it must have.
    pub expected: Version,
    /// What is written.
    pub page: Page<'a>,
}

/// How a worker takes rows: for whom, how many, and how long nobody else gets them.
#[derive(Clone, Copy, Debug)]
pub struct Lease<'a> {
    /// The worker's name, unlike any other's.
    pub holder: &'a str,
    /// At most so many rows.
    pub limit: usize,
    /// After this they can be taken by others.
    pub term: Duration,
}

/// How much there is to do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Backlog {
    /// Rows with more to come.
    pub open: u64,
    /// Rows that are due, taken or not.
    pub due: u64,
    /// When the oldest of those was due.
    pub oldest_due: Option<Timestamp>,
}

/// Whose task it is to hand out the goods of a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Claim {
    /// The payment that was claimed: where it has an order, maybe another one of the same order.
    pub key: String,
    /// Who claimed it.
    pub by: String,
    /// When, by his clock.
    pub at: Timestamp,
    /// When the goods were handed out, if that was said.
    pub fulfilled_at: Option<Timestamp>,
}

/// A payment of an order that another one has paid for: the customer has paid twice.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Duplicate {
    /// The payment.
    pub entry: Entry,
    /// The key of the one that was paid first.
    pub besides: String,
    /// When that was noted, by the host's clock.
    pub at: Timestamp,
}

/// A row, as it was last written.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Entry {
    /// What it is found by: a reference id, or a source's kind and id.
    pub key: String,
    /// What it is about.
    pub kind: Kind,
    /// The merchant's order, where there is one.
    pub order: Option<String>,
    /// Why it could begin although another attempt held the order.
    pub despite: Option<String>,
    /// The machine's state, in a word.
    pub state: String,
    /// Whether there is more to come.
    pub open: bool,
    /// The machine, to go on from.
    pub snapshot: Snapshot,
    /// The version to name when it is saved.
    pub version: Version,
    /// When somebody should look after it.
    pub due: Option<Timestamp>,
    /// When it was made, by the host's clock.
    pub created_at: Timestamp,
    /// When it was last written, by the host's clock.
    pub updated_at: Timestamp,
    /// When it was first written that there is no more to come, by the host's clock.
    pub ended_at: Option<Timestamp>,
}

impl Entry {
    /// The row that [`create`](crate::Journal::create) makes: for journals kept elsewhere.
    pub fn new(key: &str, kind: Kind, order: Option<Order<'_>>, page: &Page<'_>, now: Timestamp) -> Self {
        Self {
            key: key.to_owned(),
            kind,
            order: order.map(|order| order.name.to_owned()),
            despite: order.and_then(|order| order.despite).map(str::to_owned),
            state: page.state.to_owned(),
            open: page.open,
            snapshot: page.snapshot.clone(),
            version: Version::FIRST,
            due: page.due,
            created_at: now,
            updated_at: now,
            ended_at: (!page.open).then_some(now),
        }
    }

    /// The row after a [`save`](crate::Journal::save): for journals kept elsewhere.
    pub fn write(&mut self, page: &Page<'_>, now: Timestamp) {
        page.state.clone_into(&mut self.state);
        self.open = page.open;
        self.snapshot = page.snapshot.clone();
        self.version = self.version.next();
        self.due = page.due;
        self.updated_at = now;
        self.ended_at = if page.open { None } else { self.ended_at.or(Some(now)) };
    }
}

/// One event of a row. Events are appended, never changed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Line {
    /// When, by the host's clock.
    pub at: Timestamp,
    /// What happened.
    pub what: String,
    /// The state that it led to.
    pub state: String,
}

impl Line {
    /// The line that a write appends, if it does: for journals kept elsewhere.
    pub fn of(page: &Page<'_>, now: Timestamp) -> Option<Self> {
        page.what.map(|what| Self { at: now, what: what.to_owned(), state: page.state.to_owned() })
    }
}
