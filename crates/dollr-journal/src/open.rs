//! Which journal a name or URL means.

use std::path::Path;
use std::sync::Arc;

use crate::error::JournalError;
use crate::journal::Journal;
use crate::sqlite::SqliteJournal;

/// Opens the journal at `place`, and makes it where there is none.
///
/// | place | journal |
/// | --- | --- |
/// | `payments.db`, `sqlite:payments.db` | [`SqliteJournal`], in this file |
/// | `postgres://user@host:5432/database`, `postgresql://…` | `PostgresJournal`, with the feature `postgres` |
///
/// [`JournalError::Address`] where it is none of them.
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// # std::env::set_current_dir(&folder)?;
/// let journal = dollr_journal::open("sqlite:payments.db")?;
/// assert!(journal.open_entries()?.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn open(place: impl AsRef<Path>) -> Result<Arc<dyn Journal>, JournalError> {
    match Place::of(place.as_ref())? {
        Place::File(path) => Ok(Arc::new(SqliteJournal::open(path)?)),
        #[cfg(feature = "postgres")]
        Place::Server(url) => Ok(Arc::new(crate::PostgresJournal::open(url)?)),
        #[cfg(not(feature = "postgres"))]
        Place::Server(_) => Err(not_built_in()),
    }
}

/// The same, but [`JournalError::Absent`] where there is none: nothing is made.
pub fn open_existing(place: impl AsRef<Path>) -> Result<Arc<dyn Journal>, JournalError> {
    match Place::of(place.as_ref())? {
        Place::File(path) => Ok(Arc::new(SqliteJournal::open_existing(path)?)),
        #[cfg(feature = "postgres")]
        Place::Server(url) => Ok(Arc::new(crate::PostgresJournal::open_existing(url)?)),
        #[cfg(not(feature = "postgres"))]
        Place::Server(_) => Err(not_built_in()),
    }
}

/// The schema of the journal at `place`, which is left as it is: opening it makes [`NEWEST_SCHEMA`](crate::NEWEST_SCHEMA) of an
/// older one. [`JournalError::Absent`] where there is none, [`JournalError::Newer`] where this release cannot use it.
pub fn schema_of(place: impl AsRef<Path>) -> Result<u32, JournalError> {
    match Place::of(place.as_ref())? {
        Place::File(path) => SqliteJournal::schema_of(path),
        #[cfg(feature = "postgres")]
        Place::Server(url) => crate::PostgresJournal::schema_of(url),
        #[cfg(not(feature = "postgres"))]
        Place::Server(_) => Err(not_built_in()),
    }
}

/// Whether `place` is a URL with a password in it, which does not belong where others can see it: in `ps`, a log, a shell's
/// history.
pub fn holds_password(place: impl AsRef<Path>) -> bool {
    let place = place.as_ref().to_string_lossy();
    let rest = match scheme(&place) {
        Some((scheme, rest)) if is_postgres(scheme) => rest,
        None if is_servers(&place) => place.trim_start_matches("postgresql:").trim_start_matches("postgres:"),
        _ => return false,
    };
    // Whatever stands before an `@` may be one, also where it was not written as it should be.
    let user = rest.rsplit_once('@').is_some_and(|(before, _)| before.contains(':'));
    let option =
        |pair: &str| pair.split_once('=').is_some_and(|(name, _)| name.to_lowercase().contains("pass"));
    user || rest.split(['?', '&', ' ']).any(option)
}

enum Place<'a> {
    File(&'a Path),
    #[cfg_attr(not(feature = "postgres"), allow(dead_code, reason = "there is nothing to give it to"))]
    Server(&'a str),
}

impl<'a> Place<'a> {
    fn of(place: &'a Path) -> Result<Self, JournalError> {
        let Some(text) = place.to_str() else { return Ok(Self::File(place)) };
        if let Some(path) = text.strip_prefix("sqlite:") {
            return Ok(Self::File(Path::new(path.strip_prefix("//").unwrap_or(path))));
        }
        match scheme(text) {
            None if is_servers(text) => Err(not_one_of_them()),
            None => Ok(Self::File(place)),
            Some((name, _)) if is_postgres(name) => Ok(Self::Server(text)),
            Some(_) => Err(not_one_of_them()),
        }
    }
}

fn not_one_of_them() -> JournalError {
    let why = "expected a file, sqlite:FILE or postgres://USER@HOST/DATABASE";
    JournalError::Address { why: why.to_owned() }
}

#[cfg(not(feature = "postgres"))]
fn not_built_in() -> JournalError {
    let why = "PostgreSQL is not built in: enable the feature `postgres`";
    JournalError::Address { why: why.to_owned() }
}

fn is_postgres(scheme: &str) -> bool {
    ["postgres", "postgresql"].contains(&scheme)
}

/// Whether it means a server in some other way than by its URL: taken for a file's name, each machine would have a journal of its own.
fn is_servers(text: &str) -> bool {
    // As PostgreSQL's own programs have it: `host=db.example dbname=pay`.
    let names_server = |word: &str| {
        word.split_once('=').is_some_and(|(name, _)| {
            ["host", "hostaddr", "port", "dbname", "user", "password", "service"].contains(&name)
        })
    };
    ["postgres:", "postgresql:"].iter().any(|scheme| text.starts_with(scheme))
        || text.split_whitespace().any(names_server)
}

/// The word before `://`, and what comes after.
fn scheme(text: &str) -> Option<(&str, &str)> {
    let (name, rest) = text.split_once("://")?;
    let is_one = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
    is_one.then_some((name, rest))
}
