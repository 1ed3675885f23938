//! `ClientBuilder`: settings, checked once, with a sentence for each that cannot be.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use dollr_core::{Credentials, Limit, Policy, Secret};
use dollr_journal::Journal;
use ureq::config::Config;
use ureq::http::{HeaderValue, Uri};
use ureq::tls::{PemItem, RootCerts, TlsConfig};
use ureq::{Agent, Proxy};

use crate::caller::Caller;
use crate::client::Show;
use crate::fulfil::unused_name;
use crate::http::Http;
use crate::throttle::Throttle;
use crate::{Client, Clock, Error, SystemClock};

/// Where the API is: `https`, or `http` on loopback; scheme, host and port, and maybe a path before `/v1`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl(String);

impl BaseUrl {
    /// Without a slash at its end.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for BaseUrl {
    /// The vendor's own.
    fn default() -> Self {
        Self("https://api.heydollr.app".to_string())
    }
}

impl FromStr for BaseUrl {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let wrong = |why: &str| Error::Config(format!("the base URL (DOLLR_BASE_URL) {why}"));
        let uri: Uri =
            text.parse().map_err(|_| wrong("is not a URL: expected one such as https://api.heydollr.app"))?;
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
        match uri.scheme_str() {
            Some("https") => {}
            Some("http") if is_loopback(host) => {}
            Some("http") => {
                return Err(wrong(&format!(
                    "is http:// to {host:?}: expected https://, plain http is for loopback only"
                )));
            }
            _ => return Err(wrong("has no scheme: expected https://")),
        }
        Ok(Self(text.trim_end_matches('/').to_string()))
    }
}

fn is_loopback(host: &str) -> bool {
    let ip = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || ip.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
}

/// The settings of a [`Client`]. Only the credentials have no default.
#[must_use]
pub struct ClientBuilder {
    base: Result<BaseUrl, Error>,
    credentials: Result<Credentials, Error>,
    policy: Policy,
    journal: Option<Arc<dyn Journal>>,
    clock: Arc<dyn Clock>,
    user_agent: String,
    ca_bundle: Option<PathBuf>,
    proxy: Option<String>,
    connect: Duration,
    read: Duration,
    total: Duration,
    show: Option<Show>,
    name: Option<String>,
    limit: Option<Limit>,
}

impl Default for ClientBuilder {
    fn default() -> Self {
        let missing = "the credentials are missing: set DOLLR_CLIENT_ID and DOLLR_CLIENT_SECRET, or give them to the builder";
        Self {
            base: Ok(BaseUrl::default()),
            credentials: Err(Error::Config(missing.to_string())),
            policy: Policy::default(),
            journal: None,
            clock: Arc::new(SystemClock),
            user_agent: concat!("dollr/", env!("CARGO_PKG_VERSION")).to_string(),
            ca_bundle: None,
            proxy: None,
            connect: Duration::from_secs(10),
            read: Duration::from_secs(20),
            total: Duration::from_secs(30),
            show: None,
            name: None,
            limit: None,
        }
    }
}

impl ClientBuilder {
    /// The merchant's client id and secret.
    pub fn credentials(mut self, client_id: impl Into<String>, client_secret: impl Into<String>) -> Self {
        let credentials =
            Credentials { client_id: client_id.into(), client_secret: Secret::new(client_secret) };
        let empty = |name| Err(Error::Config(format!("the {name} is empty")));
        self.credentials = match &credentials {
            c if c.client_id.is_empty() => empty("client id (DOLLR_CLIENT_ID)"),
            c if c.client_secret.expose().is_empty() => empty("client secret (DOLLR_CLIENT_SECRET)"),
            _ => Ok(credentials),
        };
        self
    }

    /// Credentials and base URL from `DOLLR_CLIENT_ID`, `DOLLR_CLIENT_SECRET` and `DOLLR_BASE_URL`.
    pub fn credentials_from_env(self) -> Self {
        let var = |name: &str| std::env::var_os(name);
        let with_base = match var("DOLLR_BASE_URL") {
            Some(base) => self.base_url(&base.to_string_lossy()),
            None => self,
        };
        match (var("DOLLR_CLIENT_ID"), var("DOLLR_CLIENT_SECRET")) {
            (Some(id), Some(secret)) => match (id.into_string(), secret.into_string()) {
                (Ok(id), Ok(secret)) => with_base.credentials(id, secret),
                (Err(_), _) => with_base.unreadable("DOLLR_CLIENT_ID"),
                (_, Err(_)) => with_base.unreadable("DOLLR_CLIENT_SECRET"),
            },
            (Some(_), None) => with_base.without("DOLLR_CLIENT_SECRET"),
            (None, _) => with_base.without("DOLLR_CLIENT_ID"),
        }
    }

    /// Where the API is; `http://` only on loopback. Default: the vendor's.
    pub fn base_url(mut self, url: &str) -> Self {
        self.base = url.parse();
        self
    }

    /// Where payments are recorded before they are sent; [`dollr_journal::open`] opens what a file name or URL means.
    pub fn journal(mut self, journal: impl Journal + 'static) -> Self {
        self.journal = Some(Arc::new(journal));
        self
    }

    /// How to ask and how patiently, where an attempt does not say otherwise.
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// Another clock than the operating system's.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// What the program calls itself.
    pub fn user_agent(mut self, name: impl Into<String>) -> Self {
        self.user_agent = name.into();
        self
    }

    /// A PEM file of certificate authorities to trust instead of the built-in ones.
    pub fn ca_bundle(mut self, path: impl Into<PathBuf>) -> Self {
        self.ca_bundle = Some(path.into());
        self
    }

    /// A proxy, such as `http://proxy.example:3128`. The environment's proxy settings are not looked at.
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.proxy = Some(url.into());
        self
    }

    /// How long a connection may take, with name look-up and TLS. Default: 10 s.
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connect = limit;
        self
    }

    /// How long the vendor may take to begin answering. Default: 20 s.
    pub fn read_timeout(mut self, limit: Duration) -> Self {
        self.read = limit;
        self
    }

    /// How long a call may take in all. Default: 30 s.
    pub fn total_timeout(mut self, limit: Duration) -> Self {
        self.total = limit;
        self
    }

    /// What to do with the secret of a 3-D Secure card where an attempt does not say: give it to the browser of the payer of the
    /// payment with this key. Never store it, never log it.
    pub fn show(mut self, show: impl Fn(&str, &Secret) + Send + Sync + 'static) -> Self {
        self.show = Some(Box::new(show));
        self
    }

    /// What this client is called in the journal, where it takes payments over or claims goods; unlike any other's. Without
    /// it, a name is made of the process and a random number.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// At most so many questions and payments, by all clients with a limit that share the journal. Give all the same one.
    pub fn limit(mut self, limit: Limit) -> Self {
        self.limit = Some(limit);
        self
    }

    /// Checks the settings. Nothing is called yet.
    pub fn build(self) -> Result<Client, Error> {
        if HeaderValue::from_str(&self.user_agent).is_err() {
            return Err(Error::Config(
                "the user agent holds a character that no header can have".to_string(),
            ));
        }
        let (kept, fresh) = (self.config(8)?, self.config(0)?);
        let http = Http::new(kept, fresh, self.base?.0);
        Ok(Client {
            caller: Arc::new(Caller::new(http, self.credentials?, Arc::clone(&self.clock))),
            policy: self.policy,
            journal: self.journal,
            clock: self.clock,
            show: self.show,
            name: self.name.map_or_else(unused_name, Ok)?,
            limit: self.limit,
            throttle: self.limit.map(|limit| Throttle::new(limit, 1)),
        })
    }

    fn without(mut self, name: &str) -> Self {
        self.credentials =
            Err(Error::Config(format!("{name} is not set: the merchant portal has its value")));
        self
    }

    fn unreadable(mut self, name: &str) -> Self {
        self.credentials = Err(Error::Config(format!("{name} is not UTF-8 text")));
        self
    }

    fn config(&self, idle_connections: usize) -> Result<Config, Error> {
        Ok(Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .user_agent(&self.user_agent)
            .proxy(self.parse_proxy()?)
            .tls_config(self.tls()?)
            .max_idle_connections(idle_connections)
            .max_idle_connections_per_host(idle_connections)
            .timeout_resolve(Some(self.connect))
            .timeout_connect(Some(self.connect))
            .timeout_send_request(Some(self.read))
            .timeout_send_body(Some(self.read))
            .timeout_recv_response(Some(self.read))
            .timeout_recv_body(Some(self.read))
            .timeout_global(Some(self.total))
            .build())
    }

    fn parse_proxy(&self) -> Result<Option<Proxy>, Error> {
        let wrong = |_| Error::Config("the proxy is not a URL such as http://proxy.example:3128".to_string());
        self.proxy.as_deref().map(|url| Proxy::new(url).map_err(wrong)).transpose()
    }

    fn tls(&self) -> Result<TlsConfig, Error> {
        let Some(path) = &self.ca_bundle else { return Ok(TlsConfig::default()) };
        let wrong =
            |why: &dyn fmt::Display| Error::Config(format!("the CA bundle {}: {why}", path.display()));
        let pem = std::fs::read(path).map_err(|e| wrong(&e))?;
        let mut certificates = Vec::new();
        for item in ureq::tls::parse_pem(&pem) {
            if let PemItem::Certificate(certificate) = item.map_err(|e| wrong(&e))? {
                certificates.push(certificate);
            }
        }
        if certificates.is_empty() {
            return Err(wrong(&"it has no certificate in PEM form"));
        }
        Ok(TlsConfig::builder().root_certs(RootCerts::new_with_certs(&certificates)).build())
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder").field("base", &self.base).finish_non_exhaustive()
    }
}
