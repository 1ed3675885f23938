//! From arguments, environment and files to a client. Nothing is opened or created before all of it is valid.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use dollr_client::core::{Policy, Schedule};
use dollr_client::journal::{Journal, JournalError};
use dollr_client::{Client, ClientBuilder, journal};

use crate::args::Args;
use crate::failure::{Failure, names_no_file};

/// A client with the journal that was named. One is made only for credentials that the vendor knows.
pub(crate) fn client(args: &Args) -> Result<Client, Failure> {
    with_journal(args, client_without_journal(args)?)
}

/// The same, with the realtime server that the environment names, where it does.
pub(crate) fn listening_client(args: &Args) -> Result<Client, Failure> {
    with_journal(args, builder(args)?.realtime_from_env().build()?)
}

fn with_journal(args: &Args, client: Client) -> Result<Client, Failure> {
    let journal = match journal::open_existing(&args.journal) {
        Err(JournalError::Absent { path }) => {
            // A path that can be no journal is said without a call.
            if !names_no_file(&path) {
                client.sign_in()?;
            }
            journal::open(&args.journal)?
        }
        opened => opened?,
    };
    Ok(client.with_journal(journal))
}

/// A journal that is only looked into is not made, and needs no credentials.
pub(crate) fn existing_journal(args: &Args) -> Result<Arc<dyn Journal>, Failure> {
    Ok(journal::open_existing(&args.journal)?)
}

/// Arguments are seen by every user of the machine, in `ps`.
pub(crate) fn refuse_password_in_arguments(args: &Args) -> Result<(), Failure> {
    let secret = args.journal.as_os_str().as_encoded_bytes();
    let shown = |argument: std::ffi::OsString| {
        let bytes = argument.as_encoded_bytes();
        bytes.len() >= secret.len() && bytes.windows(secret.len().max(1)).any(|part| part == secret)
    };
    if journal::holds_password(&args.journal) && std::env::args_os().any(shown) {
        let why = "a password in an argument can be seen by others: put the URL into DOLLR_JOURNAL, or the password into PGPASSWORD";
        return Err(Failure::usage(format!("--journal: {why}")));
    }
    Ok(())
}

/// A client that needs no journal.
pub(crate) fn client_without_journal(args: &Args) -> Result<Client, Failure> {
    Ok(builder(args)?.build()?)
}

fn builder(args: &Args) -> Result<ClientBuilder, Failure> {
    let policy = Policy::default().patience(Duration::from_secs(300));
    let policy = match &args.schedule {
        Some(path) => policy.schedule(read_schedule(path)?),
        None => policy,
    };
    let builder = Client::builder().policy(policy).credentials_from_env();
    let builder = match &args.credentials {
        Some(path) => {
            let [id, secret] = read_credentials(path)?;
            builder.credentials(id, secret)
        }
        None => builder,
    };
    Ok(match &args.base_url {
        Some(url) => builder.base_url(url),
        None => builder,
    })
}

/// What `dollr journal tune` has printed.
fn read_schedule(path: &Path) -> Result<Schedule, Failure> {
    let wrong =
        |why: String| Failure::usage(format!("the schedule file {:?}: {why}", path.to_string_lossy()));
    let text = std::fs::read_to_string(path).map_err(|e| wrong(e.to_string()))?;
    serde_json::from_str(&text).map_err(|e| wrong(format!("expected what `dollr journal tune` prints: {e}")))
}

/// The two lines of a credentials file, which nobody else may read.
fn read_credentials(path: &Path) -> Result<[String; 2], Failure> {
    let wrong =
        |why: String| Failure::usage(format!("the credentials file {:?}: {why}", path.to_string_lossy()));
    refuse_shared(path).map_err(wrong)?;
    let text = std::fs::read_to_string(path).map_err(|e| wrong(e.to_string()))?;
    let value = |name: &str| {
        let line =
            text.lines().find_map(|line| line.trim().strip_prefix(name)?.trim_start().strip_prefix('='));
        line.map(|value| value.trim().trim_matches('"').to_string())
            .ok_or_else(|| wrong(format!("it has no line {name}=…")))
    };
    Ok([value("DOLLR_CLIENT_ID")?, value("DOLLR_CLIENT_SECRET")?])
}

#[cfg(unix)]
fn refuse_shared(path: &Path) -> Result<(), String> {
    use std::os::unix::fs::PermissionsExt;
    let found = std::fs::metadata(path).map_err(|e| e.to_string())?;
    if found.is_dir() {
        return Err("it is a directory: name a file in it".to_string());
    }
    let mode = found.permissions().mode();
    if mode.trailing_zeros() >= 6 {
        Ok(())
    } else {
        Err("others can read it: make it private with chmod 600".to_string())
    }
}

#[cfg(not(unix))]
fn refuse_shared(_: &Path) -> Result<(), String> {
    Ok(())
}
