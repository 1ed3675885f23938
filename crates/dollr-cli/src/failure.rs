//! Why the command could not do its work, and the exit code that says so.

use std::fmt;
use std::path::Path;
use std::process::ExitCode;

use dollr_client::Error;
use dollr_client::core::SourceRef;
use dollr_client::journal::JournalError;

/// One sentence, and what is to blame.
#[derive(Debug)]
pub(crate) struct Failure {
    sentence: String,
    blame: Blame,
}

#[derive(Debug, Clone, Copy)]
enum Blame {
    /// What happened: exit code 1.
    Event,
    /// What was given: exit code 2.
    Usage,
    /// Nobody: it was refused. Exit code 3.
    Nobody,
}

impl Failure {
    pub(crate) fn new(sentence: impl Into<String>) -> Self {
        Self { sentence: sentence.into(), blame: Blame::Event }
    }

    pub(crate) fn usage(sentence: impl Into<String>) -> Self {
        Self { sentence: sentence.into(), blame: Blame::Usage }
    }

    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self.blame {
            Blame::Event => 1,
            Blame::Usage => 2,
            Blame::Nobody => 3,
        })
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let blame = match &error {
            Error::Payment { key, error }
                if matches!(**error, Error::Journal(JournalError::Exists { .. })) =>
            {
                let why = "is in the journal already, and an id is sent only once";
                return Self::usage(format!("--reference-id: {key} {why}: ask with `dollr status {key}`"));
            }
            Error::Journal(JournalError::OrderTaken { key, .. }) => {
                let ask = if key.parse::<SourceRef>().is_ok() { "journal why" } else { "status" };
                let next = format!("ask with `dollr {ask} {key}`, or give --despite REASON");
                return Self { sentence: format!("{error}: {next}"), blame: Blame::Nobody };
            }
            Error::Config(_) | Error::Invalid(_) => Blame::Usage,
            Error::Refused(_) | Error::OtherOrder { .. } => Blame::Nobody,
            _ => Blame::Event,
        };
        Self { sentence: error.to_string(), blame }
    }
}

impl From<JournalError> for Failure {
    fn from(error: JournalError) -> Self {
        let sentence = error.to_string();
        match error {
            JournalError::Address { .. } => Self::usage(sentence),
            JournalError::Unusable { path, .. } if names_no_file(&path) => Self::usage(sentence),
            _ => Self::new(sentence),
        }
    }
}

/// Whether the path itself is wrong, whatever may stand there: a directory, or in a folder that does not exist. A server's
/// place is no path.
pub(crate) fn names_no_file(path: &Path) -> bool {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if path.starts_with("postgres:") {
        return false;
    }
    path.is_dir() || folder.is_some_and(|folder| !folder.is_dir())
}
