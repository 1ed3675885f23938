//! A server's URL: what it may say, what is assumed where it says nothing, and what of it may be shown.

use std::borrow::Cow;
use std::env;
use std::fmt::Write as _;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode, TargetSessionAttrs};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::tls;
use crate::error::JournalError;

const EXPECTED: &str =
    "expected postgres://USER@HOST:5432/DATABASE, with @ : / ? in a name or password percent-encoded";
const PREFIX: &str = "dollr_";
/// What is handed on to the driver as it is.
const OPTIONS: [&str; 6] = ["application_name", "connect_timeout", "host", "options", "password", "port"];

/// Where a journal is kept, and how it is reached.
pub(super) struct Address {
    /// Without the password.
    pub(super) place: PathBuf,
    /// What the tables' names begin with.
    pub(super) prefix: String,
    /// How long a connection may take, with name look-up, TLS and log-in.
    pub(super) patience: Duration,
    pub(super) config: Config,
    pub(super) tls: Option<MakeRustlsConnect>,
}

/// The part of the query that is not the driver's.
#[derive(Default)]
struct Options<'a> {
    prefix: Option<Cow<'a, str>>,
    mode: Option<Cow<'a, str>>,
    roots: Option<Cow<'a, str>>,
    rest: String,
}

impl Address {
    pub(super) fn parse(url: &str) -> Result<Self, JournalError> {
        let (base, query) = url.split_once('?').unwrap_or((url, ""));
        if base.matches('@').count() > 1 || query.contains('@') || url.contains('#') {
            return Err(wrong(EXPECTED));
        }
        let options = Options::read(query)?;
        // The driver's own words may repeat a part of the URL.
        let mut config =
            Config::from_str(&format!("{base}?{}", options.rest)).map_err(|_| wrong(EXPECTED))?;
        if config.get_hosts().is_empty() {
            return Err(wrong("it names no host: expected postgres://USER@HOST/DATABASE"));
        }
        if config.get_user().is_none_or(str::is_empty) {
            return Err(wrong("it names no user: expected postgres://USER@HOST/DATABASE"));
        }
        if config.get_password().is_none()
            && let Ok(password) = env::var("PGPASSWORD")
        {
            config.password(password);
        }
        let patience = config.get_connect_timeout().copied().unwrap_or(Duration::from_secs(10));
        if config.get_hosts().len() > 1 {
            // Where they have changed places, the one that can be written to is the primary.
            config.target_session_attrs(TargetSessionAttrs::ReadWrite);
        }
        config.keepalives_idle(Duration::from_secs(15)).tcp_user_timeout(Duration::from_secs(20));
        if config.get_application_name().is_none() {
            config.application_name("dollr");
        }
        let tls = options.tls(&mut config)?;
        let prefix = options.prefix.unwrap_or(Cow::Borrowed(PREFIX)).into_owned();
        check_prefix(&prefix)?;
        Ok(Self { place: shown(&config), prefix, patience, config, tls })
    }
}

impl<'a> Options<'a> {
    fn read(query: &'a str) -> Result<Self, JournalError> {
        let mut options = Self::default();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').ok_or_else(|| wrong(EXPECTED))?;
            match name {
                "prefix" => options.prefix = Some(decoded(value)?),
                "sslmode" => options.mode = Some(decoded(value)?),
                "sslrootcert" => options.roots = Some(decoded(value)?),
                _ if OPTIONS.contains(&name) => {
                    let _ = write!(options.rest, "{}{pair}", if options.rest.is_empty() { "" } else { "&" });
                }
                _ => {
                    let known = OPTIONS.join(", ");
                    return Err(wrong(&format!(
                        "it has an option that is not known: expected prefix, sslmode, sslrootcert, {known}"
                    )));
                }
            }
        }
        Ok(options)
    }

    /// Encrypted and verified, unless it was turned off or does not leave the machine.
    fn tls(&self, config: &mut Config) -> Result<Option<MakeRustlsConnect>, JournalError> {
        let encrypted = match self.mode.as_deref() {
            Some("disable") => false,
            Some("require" | "verify-full") => true,
            None => self.roots.is_some() || !config.get_hosts().iter().all(is_local),
            Some(_) => {
                return Err(wrong(
                    "its sslmode is none of require, verify-full (both verify the server) and disable",
                ));
            }
        };
        config.ssl_mode(if encrypted { SslMode::Require } else { SslMode::Disable });
        let roots = self.roots.as_deref().map(Path::new);
        encrypted.then(|| tls::connector(roots)).transpose().map_err(|why| wrong(&why))
    }
}

fn is_local(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => {
            name == "localhost" || name.parse().is_ok_and(|address: IpAddr| address.is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    }
}

/// It becomes part of the SQL, so it is a plain name.
fn check_prefix(prefix: &str) -> Result<(), JournalError> {
    let starts = prefix.starts_with(|c: char| c == '_' || c.is_ascii_lowercase());
    let plain = |c: char| c == '_' || c.is_ascii_lowercase() || c.is_ascii_digit();
    if starts && prefix.chars().all(plain) && prefix.len() <= 21 {
        Ok(())
    } else {
        Err(wrong("its prefix is no plain name: expected 1 to 21 of a-z, 0-9 and _, not a digit first"))
    }
}

fn decoded(value: &str) -> Result<Cow<'_, str>, JournalError> {
    if !value.contains('%') {
        return Ok(Cow::Borrowed(value));
    }
    let mut bytes = Vec::new();
    let mut rest = value.bytes();
    while let Some(byte) = rest.next() {
        let hex = |digit: Option<u8>| digit.and_then(|digit| char::from(digit).to_digit(16));
        let decoded = match byte {
            b'%' => {
                let (high, low) = (hex(rest.next()), hex(rest.next()));
                high.zip(low).and_then(|(high, low)| u8::try_from(high * 16 + low).ok())
            }
            other => Some(other),
        };
        bytes.push(decoded.ok_or_else(|| wrong(EXPECTED))?);
    }
    String::from_utf8(bytes).map(Cow::Owned).map_err(|_| wrong(EXPECTED))
}

/// `postgres://user@host:5432/database`.
fn shown(config: &Config) -> PathBuf {
    let ports = config.get_ports();
    let hosts: Vec<_> = config
        .get_hosts()
        .iter()
        .enumerate()
        .map(|(at, host)| match host {
            Host::Tcp(name) => {
                format!("{name}:{}", ports.get(at).or(ports.first()).copied().unwrap_or(5432))
            }
            #[cfg(unix)]
            Host::Unix(folder) => folder.to_string_lossy().into_owned(),
        })
        .collect();
    let (user, hosts) = (config.get_user().unwrap_or_default(), hosts.join(","));
    PathBuf::from(format!("postgres://{user}@{hosts}/{}", config.get_dbname().unwrap_or(user)))
}

fn wrong(why: &str) -> JournalError {
    JournalError::Address { why: why.to_owned() }
}
