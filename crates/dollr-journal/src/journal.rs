//! The door: what any journal can do.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use dollr_core::{Snapshot, Timestamp};

use crate::entry::{Backlog, Claim, Duplicate, Entry, Kind, Lease, Line, Order, Page, Version, Write};
use crate::error::JournalError;

/// No page is due later than this after it is written, and no lease lasts longer: what is further ahead was written by a
/// clock that has been set back since, and is taken as due, or over.
pub const AHEAD: Duration = Duration::from_secs(7_200);

/// Makes of what is kept what is to be kept, at the moment that it is given; none leaves it as it is.
pub type Change<'a> = &'a mut dyn FnMut(Option<Snapshot>, Timestamp) -> Option<Snapshot>;

/// A journal behind a pointer is one, so what it can do is written down once, and forwarded.
macro_rules! journal {
    ($($(#[$doc:meta])* fn $name:ident(&self $(, $arg:ident: $type:ty)* $(,)?) -> $result:ty;)+) => {
        /// A place where payments outlive the process. It may be shared between threads.
        pub trait Journal: Send + Sync + Debug {
            $($(#[$doc])* fn $name(&self $(, $arg: $type)*) -> Result<$result, JournalError>;)+
        }

        impl<J: Journal + ?Sized> Journal for Arc<J> {
            $(fn $name(&self $(, $arg: $type)*) -> Result<$result, JournalError> { (**self).$name($($arg),*) })+
        }

        impl<J: Journal + ?Sized> Journal for &J {
            $(fn $name(&self $(, $arg: $type)*) -> Result<$result, JournalError> { (**self).$name($($arg),*) })+
        }
    };
}

journal! {
    /// Makes a row and its first line. Durable when it returns. [`JournalError::Exists`] when the key is there already,
    /// [`JournalError::OrderTaken`] where the page [`sends`](Page::sends) and another attempt holds its order.
    fn create(&self, key: &str, kind: Kind, order: Option<Order<'_>>, page: &Page<'_>, now: Timestamp) -> Version;

    /// Writes a row over, appends its line and ends its lease. Durable when it returns; only if the row still has the
    /// version `expected`, else [`JournalError::Stale`].
    fn save(&self, key: &str, expected: Version, page: &Page<'_>, now: Timestamp) -> Version;

    /// Saves many rows at once, each that still has the version it must have; none for the others. No page may
    /// [`send`](Page::sends).
    fn save_all(&self, writes: &[Write<'_>], now: Timestamp) -> Vec<Option<Version>>;

    /// The row, if there is one.
    fn load(&self, key: &str) -> Option<Entry>;

    /// The rows with more to come, in the order they were made: oldest first.
    fn open_entries(&self) -> Vec<Entry>;

    /// The rows, the one made last first, at most `limit`.
    fn entries(&self, limit: usize) -> Vec<Entry>;

    /// What happened to a row, in order; nothing where there is no such row.
    fn lines(&self, key: &str) -> Vec<Line>;

    /// Takes rows that are due, the longest due first, and then those whose due moment is further than [`AHEAD`]. Nobody else gets them until the term is over or they are saved, and
    /// taking makes a new version: whoever had them before can no longer save them (invariant I14). The rows of a worker
    /// that has crashed come back when its term is over.
    fn take_due(&self, lease: Lease<'_>, now: Timestamp) -> Vec<Entry>;

    /// Gives back rows that were taken and not looked at: they are due as before.
    fn give_back(&self, taken: &[(&str, Version)]) -> ();

    /// How much there is to do.
    fn backlog(&self, now: Timestamp) -> Backlog;

    /// Rows with more to come for which there is no moment to look after them: never sent, or open after their horizon. Oldest
    /// first, at most `limit`.
    fn unattended(&self, limit: usize) -> Vec<Entry>;

    /// Changes what all who use this journal share under a name, one after the other. The moment that `change` gets is the
    /// server's, where there is one, and else `now`. It may be called again where the server was lost.
    fn share(&self, name: &str, now: Timestamp, change: Change<'_>) -> ();

    /// Claims the goods of a payment, or those of its order where it has one, once for all callers: none when `by` has it now,
    /// and else the claim that was first. That it is paid is the caller's to know. [`JournalError::Unknown`] where there is no row.
    fn claim(&self, key: &str, by: &str, now: Timestamp) -> Option<Claim>;

    /// The claim on the goods of a payment, if there is one.
    fn claimed(&self, key: &str) -> Option<Claim>;

    /// Claims the next payment whose goods nobody has claimed, the longest paid first, of those that ended `since`. Unless it is
    /// [`fulfilled`](Journal::fulfil) within `term`, it is given to somebody else again.
    fn take_paid(&self, by: &str, term: Duration, since: Timestamp, now: Timestamp) -> Option<Entry>;

    /// The goods were handed out: nobody gets the claim again. `false` where it is not claimed, by him if one is named.
    fn fulfil(&self, key: &str, by: Option<&str>, now: Timestamp) -> bool;

    /// The goods were not handed out: somebody else may claim them. `false` where it is not claimed, by him if one is
    /// named, or fulfilled.
    fn release(&self, key: &str, by: Option<&str>, now: Timestamp) -> bool;

    /// The goods were not handed out, and are given again after this time: until then `by` keeps his claim. `false` where he has
    /// none that he [took](Journal::take_paid), or it is fulfilled.
    fn put_off(&self, key: &str, by: &str, wait: Duration, now: Timestamp) -> bool;

    /// Payments that were written as paid after another one of the same order and kind was: the customer has paid twice. Each is listed
    /// until it is [resolved](Journal::resolve); at most `limit`, by their keys.
    ///
    /// An execution and a source are not told apart from one payment: what is collected pays for its source, too.
    fn duplicates(&self, limit: usize) -> Vec<Duplicate>;

    /// A person has dealt with what is [`unattended`](Journal::unattended), or was [paid twice](Journal::duplicates): it is listed no longer,
    /// and his reason is an event. Its order stays held. `false` where it is neither.
    fn resolve(&self, key: &str, why: &str, now: Timestamp) -> bool;

    /// Forgets payments that ended before that moment, with their lines and claims, at most `limit`: how many. What is open, due,
    /// claimed and not fulfilled, paid twice and not resolved, or paid and released by whoever had claimed it, stays.
    fn prune(&self, before: Timestamp, limit: usize) -> usize;

    /// How many payments [`prune`](Journal::prune) would forget, without a limit.
    fn prunable(&self, before: Timestamp) -> usize;

    /// The schema that it has.
    fn schema(&self) -> u32;
}
