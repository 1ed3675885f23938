//! `BaseUrl`: where a server is, checked once.

use std::net::IpAddr;
use std::str::FromStr;

use ureq::http::Uri;

use crate::Error;

/// Where the API is: `https`, or `http` on loopback; scheme, host and port, and maybe a path before `/v1`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl {
    text: String,
    host: String,
    port: Option<u16>,
}

impl BaseUrl {
    /// Without a slash at its end, and with its scheme in small letters.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it is `https`.
    pub(crate) fn is_secure(&self) -> bool {
        self.text.starts_with("https:")
    }

    /// An IPv6 address without its brackets.
    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    pub(crate) fn port(&self) -> Option<u16> {
        self.port
    }

    /// Reads a URL; what is wrong with it is said of `name`, with an `example` of a right one.
    pub(crate) fn parse(text: &str, name: &str, example: &str) -> Result<Self, Error> {
        let wrong = |why: &str| Error::Config(format!("{name} {why}"));
        let uri: Uri =
            text.parse().map_err(|_| wrong(&format!("is not a URL: expected one such as {example}")))?;
        let host = uri.host().unwrap_or_default();
        if uri.authority().is_some_and(|authority| authority.as_str().contains('@')) {
            return Err(wrong("holds a user name or password: leave it out"));
        }
        if uri.authority().is_some_and(|a| a.port_u16().is_none() && a.as_str() != host) {
            return Err(wrong("has no valid port: expected a number up to 65535"));
        }
        if uri.query().is_some() || text.contains('#') {
            return Err(wrong("has a query or a fragment: leave it out"));
        }
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let scheme = match uri.scheme_str() {
            Some("https") => "https",
            Some("http") if is_loopback(host) => "http",
            Some("http") => {
                return Err(wrong(&format!(
                    "is http:// to {host:?}: expected https://, plain http is for loopback only"
                )));
            }
            _ => return Err(wrong("has no scheme: expected https://")),
        };
        // Whoever reads the text after this finds the scheme that was checked, however it was written.
        let rest = text.trim_end_matches('/').split_once(':').map_or("", |(_, rest)| rest);
        Ok(Self { text: format!("{scheme}:{rest}"), host: host.to_owned(), port: uri.port_u16() })
    }
}

impl Default for BaseUrl {
    /// The vendor's own.
    fn default() -> Self {
        let host = "api.heydollr.app".to_owned();
        Self { text: format!("https://{host}"), host, port: None }
    }
}

impl FromStr for BaseUrl {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::parse(text, "the base URL (DOLLR_BASE_URL)", "https://api.heydollr.app")
    }
}

/// Whether `host`, an IPv6 address without its brackets, is this machine.
pub(crate) fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}
