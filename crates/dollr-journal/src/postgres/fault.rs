//! What the server said, or that it said nothing, as a sentence about the journal.

use std::error::Error as _;
use std::path::Path;
use std::time::Duration;

use tokio_postgres::Error;
use tokio_postgres::error::SqlState;

use crate::error::JournalError;

/// How long a writer waits for another one; the server keeps it.
pub(super) const LOCK: Duration = Duration::from_secs(5);

/// Why a statement has no answer.
#[derive(Debug)]
pub(super) enum Fault {
    /// The driver's own word for it.
    Sql(Error),
    /// No answer in time.
    Late(Duration),
    /// A row that is not as it was written.
    Odd(&'static str),
    /// Already a sentence.
    Said(JournalError),
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Sql(error)
    }
}

impl From<JournalError> for Fault {
    fn from(error: JournalError) -> Self {
        Self::Said(error)
    }
}

impl Fault {
    /// Whether the connection is of no more use, and another one may be: it has ended, or the server is about to end it.
    pub(super) fn is_broken(&self) -> bool {
        match self {
            Self::Sql(error) => match error.code() {
                Some(code) => {
                    code.code().starts_with("08")
                        || [
                            SqlState::ADMIN_SHUTDOWN,
                            SqlState::CRASH_SHUTDOWN,
                            SqlState::CANNOT_CONNECT_NOW,
                            SqlState::DATABASE_DROPPED,
                            SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
                            // No longer the primary: of several hosts, another one is.
                            SqlState::READ_ONLY_SQL_TRANSACTION,
                            // Taken back as a whole, for another one's sake.
                            SqlState::T_R_DEADLOCK_DETECTED,
                            SqlState::T_R_SERIALIZATION_FAILURE,
                        ]
                        .contains(code)
                }
                None => true,
            },
            Self::Late(_) => true,
            Self::Odd(_) | Self::Said(_) => false,
        }
    }

    pub(super) fn at(self, place: &Path) -> JournalError {
        match self {
            Self::Sql(error) => sentence(place, &error),
            Self::Late(waited) => {
                unusable(place, format!("the server did not answer within {} ms", waited.as_millis()))
            }
            Self::Odd(why) => unusable(place, why),
            Self::Said(error) => error,
        }
    }
}

pub(super) fn unusable(place: &Path, why: impl Into<String>) -> JournalError {
    JournalError::Unusable { path: place.to_path_buf(), why: why.into() }
}

fn sentence(place: &Path, error: &Error) -> JournalError {
    let path = place.to_path_buf();
    let Some(said) = error.as_db_error() else { return unusable(place, unanswered(error)) };
    let code = said.code();
    let why = if *code == SqlState::LOCK_NOT_AVAILABLE {
        return JournalError::Busy { path, waited: LOCK };
    } else if *code == SqlState::QUERY_CANCELED {
        "the server took too long and was told to stop; try again".to_owned()
    } else if *code == SqlState::DISK_FULL {
        return JournalError::Full { path };
    } else if *code == SqlState::INVALID_PASSWORD {
        "the server refused the user or its password".to_owned()
    } else if *code == SqlState::INVALID_AUTHORIZATION_SPECIFICATION {
        format!("the server refused the log-in: {:?}", said.message())
    } else if *code == SqlState::INVALID_CATALOG_NAME {
        "there is no such database; create it first".to_owned()
    } else if *code == SqlState::READ_ONLY_SQL_TRANSACTION {
        "it cannot be written to; name the primary server, not a standby".to_owned()
    } else if [SqlState::ADMIN_SHUTDOWN, SqlState::CRASH_SHUTDOWN, SqlState::CANNOT_CONNECT_NOW]
        .contains(code)
    {
        "the server is stopping or starting; try again".to_owned()
    } else {
        // The message names tables and rights; a row's values would be in the detail, which is left out.
        format!("the server said {:?} ({})", said.message(), code.code())
    };
    unusable(place, why)
}

/// Where the server itself has said nothing.
fn unanswered(error: &Error) -> String {
    let mut deepest = error.source();
    while let Some(next) = deepest.and_then(std::error::Error::source) {
        deepest = Some(next);
    }
    let cause = deepest.map(ToString::to_string);
    match (error.to_string().as_str(), cause) {
        ("error connecting to server", Some(cause)) => format!("the server cannot be reached: {cause}"),
        ("error performing TLS handshake", Some(cause)) => format!("TLS with the server failed: {cause}"),
        ("invalid configuration", Some(cause)) if cause == "password missing" => {
            "the server asks for a password; put it into the URL or PGPASSWORD".to_owned()
        }
        ("invalid configuration" | "authentication error", Some(cause)) => {
            format!("the log-in failed: {cause}")
        }
        ("unexpected message from server" | "error parsing response from server", _) => {
            "what answers there is not a PostgreSQL server".to_owned()
        }
        (_, Some(cause)) => format!("the connection was lost: {cause}"),
        (_, None) => "the connection was lost".to_owned(),
    }
}
