//! Where the vendor's name leads. ureq asks for each call anew, even where it has a connection already, and with a time limit it does so on a
//! new thread each time; so what was found is kept for a moment.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tracing::debug;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::http::uri::Authority;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

/// Shorter than any name server's own memory, and longer than the gap between two of many questions.
const KEPT: Duration = Duration::from_secs(5);

/// An address needs no looking up; a name is looked up by `by`.
#[derive(Debug)]
pub(crate) struct Addresses<R> {
    by: R,
    found: Mutex<Option<Found>>,
}

/// Where one name has led, and when.
#[derive(Debug)]
struct Found {
    host: Authority,
    secure: bool,
    addresses: ResolvedSocketAddrs,
    at: Instant,
}

impl<R> Addresses<R> {
    pub(crate) fn by(by: R) -> Self {
        Self { by, found: Mutex::default() }
    }

    /// What was found for this name a moment ago.
    fn kept(&self, host: &Authority, secure: bool) -> Option<ResolvedSocketAddrs> {
        let found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh =
            |found: &&Found| found.secure == secure && found.host == *host && found.at.elapsed() < KEPT;
        found.as_ref().filter(fresh).map(|found| found.addresses.clone())
    }
}

impl<R: Resolver> Addresses<R> {
    /// A look-up that fails comes before the connection, so nothing was sent; the operating system's error does not say so itself.
    fn look_up(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        self.by.resolve(uri, config, timeout).map_err(|error| match error {
            ureq::Error::Io(error) => {
                debug!(%error, "no address");
                ureq::Error::HostNotFound
            }
            other => other,
        })
    }
}

impl<R: Resolver> Resolver for Addresses<R> {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let secure = uri.scheme_str() == Some("https");
        let host = uri.host().unwrap_or_default();
        if let Ok(ip) = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>() {
            let mut addresses = self.empty();
            addresses.push(SocketAddr::new(ip, uri.port_u16().unwrap_or(if secure { 443 } else { 80 })));
            return Ok(addresses);
        }
        let Some(authority) = uri.authority() else { return self.look_up(uri, config, timeout) };
        if let Some(addresses) = self.kept(authority, secure) {
            return Ok(addresses);
        }
        let addresses = self.look_up(uri, config, timeout)?;
        let found =
            Found { host: authority.clone(), secure, addresses: addresses.clone(), at: Instant::now() };
        *self.found.lock().unwrap_or_else(PoisonError::into_inner) = Some(found);
        Ok(addresses)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    /// Finds one name, and counts how often it is asked.
    #[derive(Debug)]
    struct Names(Arc<AtomicU32>);

    impl Resolver for Names {
        fn resolve(&self, uri: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
            self.0.fetch_add(1, Ordering::SeqCst);
            if uri.host() == Some("unknown.example") {
                return Err(ureq::Error::HostNotFound);
            }
            let mut addresses = self.empty();
            addresses.push(([192, 0, 2, 7], uri.port_u16().unwrap_or(443)).into());
            Ok(addresses)
        }
    }

    #[test]
    fn a_name_is_looked_up_once_for_many_calls_and_a_failure_is_not_kept() {
        let asked = Arc::new(AtomicU32::new(0));
        let addresses = Addresses::by(Names(Arc::clone(&asked)));
        let ask = |uri: &str| {
            let uri = uri.parse().expect("a URI");
            let found = addresses.resolve(&uri, &Config::default(), NextTimeout::default());
            (found.ok().map(|found| found[0].to_string()), asked.load(Ordering::SeqCst))
        };
        let there = |address: &str| Some(address.to_owned());
        assert_eq!(ask("https://127.0.0.1/v1"), (there("127.0.0.1:443"), 0), "it is an address");
        assert_eq!(ask("http://[::1]:8080/v1"), (there("[::1]:8080"), 0), "it is an address");
        assert_eq!(ask("https://api.example/v1"), (there("192.0.2.7:443"), 1));
        assert_eq!(ask("https://api.example/v1/other"), (there("192.0.2.7:443"), 1), "it is kept");
        assert_eq!(ask("https://api.example:444/v1"), (there("192.0.2.7:444"), 2), "it leads elsewhere");
        assert_eq!(ask("https://unknown.example/v1"), (None, 3));
        assert_eq!(ask("https://unknown.example/v1"), (None, 4), "it may be there by now");
        assert_eq!(ask("https://api.example:444/v1"), (there("192.0.2.7:444"), 4), "it is kept");
    }
}
