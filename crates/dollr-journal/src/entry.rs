//! What a journal keeps: rows that are written over, each under a version, and the events that led there.

use dollr_core::{Snapshot, Timestamp};

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

/// How often a row was written. A write names the version it builds on, and is refused on any other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(u64);

impl Version {
    /// The version of a row that was just made.
    pub const FIRST: Self = Self(1);

    /// A version that was kept elsewhere.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// Its number, from 1.
    pub const fn number(self) -> u64 {
        self.0
    }

    /// The version of the next write.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// What is written each time.
#[derive(Clone, Debug)]
pub struct Page<'a> {
    /// The machine's state, in a word.
    pub state: &'a str,
    /// Whether there is more to come. What is open is listed until it no longer is.
    pub open: bool,
    /// The machine, to go on from.
    pub snapshot: &'a Snapshot,
    /// What happened: the name of the event that is appended.
    pub what: &'a str,
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
    /// The machine's state, in a word.
    pub state: String,
    /// Whether there is more to come.
    pub open: bool,
    /// The machine, to go on from.
    pub snapshot: Snapshot,
    /// The version to name when it is saved.
    pub version: Version,
    /// When it was made, by the host's clock.
    pub created_at: Timestamp,
    /// When it was last written, by the host's clock.
    pub updated_at: Timestamp,
}

impl Entry {
    /// The row that [`create`](crate::Journal::create) makes: for journals kept elsewhere.
    pub fn new(key: &str, kind: Kind, order: Option<&str>, page: &Page<'_>, now: Timestamp) -> Self {
        Self {
            key: key.to_owned(),
            kind,
            order: order.map(str::to_owned),
            state: page.state.to_owned(),
            open: page.open,
            snapshot: page.snapshot.clone(),
            version: Version::FIRST,
            created_at: now,
            updated_at: now,
        }
    }

    /// The row after a [`save`](crate::Journal::save): for journals kept elsewhere.
    pub fn write(&mut self, page: &Page<'_>, now: Timestamp) {
        page.state.clone_into(&mut self.state);
        self.open = page.open;
        self.snapshot = page.snapshot.clone();
        self.version = self.version.next();
        self.updated_at = now;
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
    /// The line that a write appends: for journals kept elsewhere.
    pub fn new(page: &Page<'_>, now: Timestamp) -> Self {
        Self { at: now, what: page.what.to_owned(), state: page.state.to_owned() }
    }
}
