//! `ClientBuilder`: settings, checked once, with a sentence for each that cannot be.

use std::env::VarError;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use dollr_core::{ChannelPolicy, Credentials, Limit, Policy, Secret};
use dollr_journal::Journal;
use rustls::pki_types::CertificateDer;
use ureq::config::Config;
use ureq::http::HeaderValue;
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::{Agent, Proxy, ProxyProtocol};

use crate::caller::Caller;
use crate::client::Show;
use crate::fulfil::unused_name;
use crate::host::Host;
use crate::http::Http;
use crate::realtime::{Line, Realtime, Server, certificates};
use crate::throttle::Throttle;
use crate::url::{BaseUrl, is_loopback};
use crate::wire::Wire;
use crate::{Client, Clock, Error, SystemClock};

/// Each connection has two: a request and an answer are a few kilobytes.
const BUFFER: usize = 16 * 1024;

/// No answer is worth waiting for as long as this, and no call is to hold what it holds for longer.
const LONGEST: Duration = Duration::from_secs(3_600);

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
    realtime: Option<Result<Server, Error>>,
    channel: ChannelPolicy,
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
            realtime: None,
            channel: ChannelPolicy::default(),
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

    /// A proxy, such as `http://proxy.example:3128`; to an `http://` base URL only one on loopback. The environment's proxy
    /// settings are not looked at.
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.proxy = Some(url.into());
        self
    }

    /// How long a connection may take, with name look-up and TLS. At most an hour; default: 10 s.
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connect = limit;
        self
    }

    /// How long the vendor may take to begin answering. At most an hour; default: 20 s.
    pub fn read_timeout(mut self, limit: Duration) -> Self {
        self.read = limit;
        self
    }

    /// How long a call may take in all. At most an hour; default: 30 s.
    pub fn total_timeout(mut self, limit: Duration) -> Self {
        self.total = limit;
        self
    }

    /// What to do with the secret of a 3-D Secure card where an attempt does not say: give it to the browser of the payer of the
    /// payment with this key. Never store it, never log it.
    pub fn show(mut self, show: impl Fn(&str, &Secret) + Send + Sync + 'static) -> Self {
        self.show = Some(Arc::new(show));
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

    /// The realtime server, `SUPABASE_URL` and `SUPABASE_ANON_KEY` in the merchant portal: for [`Client::watch`] and
    /// [`Attempt::realtime`](crate::Attempt::realtime). It is trusted as the API is; a proxy is not used for it.
    pub fn realtime(mut self, url: impl Into<String>, anon_key: impl Into<String>) -> Self {
        self.realtime = Some(Ok(Server { url: url.into(), anon_key: Secret::new(anon_key) }));
        self
    }

    /// The realtime server from `SUPABASE_URL` and `SUPABASE_ANON_KEY`, where they are set.
    pub fn realtime_from_env(mut self) -> Self {
        let var = |name: &str| match std::env::var(name) {
            Ok(text) => Ok(Some(text)),
            Err(VarError::NotPresent) => Ok(None),
            Err(VarError::NotUnicode(_)) => Err(Error::Config(format!("{name} is not UTF-8 text"))),
        };
        let without =
            |name| Err(Error::Config(format!("{name} is not set: the merchant portal has its value")));
        self.realtime = match (var("SUPABASE_URL"), var("SUPABASE_ANON_KEY")) {
            (Ok(None), Ok(None)) => None,
            (Ok(Some(url)), Ok(Some(key))) => return self.realtime(url, key),
            (Err(error), _) | (_, Err(error)) => Some(Err(error)),
            (Ok(None), _) => Some(without("SUPABASE_URL")),
            (_, Ok(None)) => Some(without("SUPABASE_ANON_KEY")),
        };
        self
    }

    /// How long a channel lives, and how soon it finds out that it is dead.
    pub fn channel_policy(mut self, policy: ChannelPolicy) -> Self {
        self.channel = policy;
        self
    }

    /// Checks the settings. Nothing is called yet.
    pub fn build(self) -> Result<Client, Error> {
        if HeaderValue::from_str(&self.user_agent).is_err() {
            return Err(Error::Config(
                "the user agent holds a character that no header can have".to_string(),
            ));
        }
        self.check_limits()?;
        let (kept, fresh) = (self.config(8)?, self.config(0)?);
        let certificates = self.certificates()?;
        let realtime = match self.realtime {
            Some(server) => Some(Arc::new(Realtime {
                line: Line::new(server?, self.user_agent.clone(), &certificates)?,
                policy: self.channel,
            })),
            None => None,
        };
        let wire = Wire {
            base_url: self.base?.as_str().to_owned(),
            user_agent: self.user_agent,
            ca_bundle: self.ca_bundle,
            proxy: self.proxy.map(Secret::new),
            connect_timeout: self.connect,
            read_timeout: self.read,
            total_timeout: self.total,
        };
        let http = Http::new(kept, fresh, wire.base_url.clone());
        Ok(Client {
            host: Host::Thread,
            wire: Arc::new(wire),
            caller: Arc::new(Caller::new(http, self.credentials?, Arc::clone(&self.clock))),
            policy: self.policy,
            journal: self.journal,
            clock: self.clock,
            show: self.show,
            name: self.name.map_or_else(unused_name, Ok)?,
            limit: self.limit,
            throttle: self.limit.map(|limit| Arc::new(Throttle::new(limit, 1))),
            realtime,
            restored: Arc::default(),
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

    /// Without time no request would have an answer, and each payment would be uncertain; and no clock has the end of time.
    fn check_limits(&self) -> Result<(), Error> {
        for (what, limit) in
            [("a connection", self.connect), ("an answer's beginning", self.read), ("a call", self.total)]
        {
            let why = match limit {
                short if short.as_millis() == 0 => "under a millisecond",
                long if long > LONGEST => "over an hour",
                _ => continue,
            };
            let why = format!("the time-out of {what} is {why}: give it seconds, or none for the default");
            return Err(Error::Config(why));
        }
        Ok(())
    }

    fn config(&self, idle_connections: usize) -> Result<Config, Error> {
        Ok(Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .user_agent(&self.user_agent)
            .proxy(self.parse_proxy()?)
            .tls_config(self.tls()?)
            .input_buffer_size(BUFFER)
            .output_buffer_size(BUFFER)
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
        let wrong = |why: &str| Error::Config(format!("the proxy {why}"));
        let Some(url) = self.proxy.as_deref() else { return Ok(None) };
        let proxy = Proxy::new(url).map_err(|_| wrong("is not a URL such as http://proxy.example:3128"))?;
        if !matches!(proxy.protocol(), ProxyProtocol::Http | ProxyProtocol::Https) {
            return Err(wrong(
                "speaks SOCKS: expected one that speaks HTTP, such as http://proxy.example:3128",
            ));
        }
        let elsewhere = !is_loopback(proxy.host().trim_start_matches('[').trim_end_matches(']'));
        // What is allowed in plain text to this machine is not to cross the network on its way back to it.
        if elsewhere && self.base.as_ref().is_ok_and(|base| !base.is_secure()) {
            return Err(wrong(
                "is not on loopback and the base URL is http://, so the secret would cross the network in plain text: leave the proxy out, or use https://",
            ));
        }
        Ok(Some(proxy))
    }

    fn tls(&self) -> Result<TlsConfig, Error> {
        let certificates = self.certificates()?;
        if certificates.is_empty() {
            return Ok(TlsConfig::default());
        }
        let certificates: Vec<_> =
            certificates.iter().map(|der| Certificate::from_der(der).to_owned()).collect();
        Ok(TlsConfig::builder().root_certs(RootCerts::new_with_certs(&certificates)).build())
    }

    /// The authorities to trust; none means the built-in ones.
    fn certificates(&self) -> Result<Vec<CertificateDer<'static>>, Error> {
        self.ca_bundle.as_deref().map_or_else(|| Ok(Vec::new()), certificates)
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder").field("base", &self.base).finish_non_exhaustive()
    }
}
