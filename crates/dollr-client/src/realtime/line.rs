//! Where the realtime server is, checked once, and how it is trusted: as the API is.

use std::path::Path;
use std::sync::Arc;

use dollr_core::Secret;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};

use super::Server;
use crate::Error;
use crate::url::BaseUrl;

/// What a socket is opened with.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    /// `ws` or `wss`, with no slash at its end; what is behind the host goes before `/realtime/v1`.
    pub(super) base: String,
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) anon_key: Secret,
    pub(super) user_agent: String,
    pub(super) tls: Option<Tls>,
}

/// How the server proves itself.
#[derive(Debug, Clone)]
pub(super) struct Tls {
    pub(super) config: Arc<ClientConfig>,
    pub(super) name: ServerName<'static>,
}

impl Line {
    /// To this server, trusting the authorities in `certificates`, or the built-in ones where there are none.
    pub(crate) fn new(
        server: Server,
        user_agent: String,
        certificates: &[CertificateDer<'static>],
    ) -> Result<Self, Error> {
        let url = BaseUrl::parse(&server.url, "the realtime URL (SUPABASE_URL)", "https://abc.supabase.co")?;
        if server.anon_key.expose().trim().is_empty() {
            return Err(Error::Config(
                "the anon key (SUPABASE_ANON_KEY) is empty: the merchant portal has it".into(),
            ));
        }
        let host = url.host().to_owned();
        let (scheme, port, tls) = if url.is_secure() {
            ("wss", 443, Some(Tls::new(&host, certificates)?))
        } else {
            ("ws", 80, None)
        };
        let rest = url.as_str().split_once(':').map_or("", |(_, rest)| rest);
        Ok(Self {
            base: format!("{scheme}:{rest}"),
            port: url.port().unwrap_or(port),
            host,
            anon_key: server.anon_key,
            user_agent,
            tls,
        })
    }
}

impl Tls {
    fn new(host: &str, certificates: &[CertificateDer<'static>]) -> Result<Self, Error> {
        let wrong = |why: &dyn std::fmt::Display| Error::Config(format!("TLS to the realtime server: {why}"));
        let mut roots = RootCertStore::empty();
        for certificate in certificates {
            roots.add(certificate.clone()).map_err(|e| wrong(&e))?;
        }
        if certificates.is_empty() {
            roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        }
        // The provider that the HTTP library has, too: one crypto library is linked.
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|e| wrong(&e))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = ServerName::try_from(host.to_owned()).map_err(|e| wrong(&e))?;
        Ok(Self { config: Arc::new(config), name })
    }
}

/// The certificates in a PEM file, at least one.
pub(crate) fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    use rustls::pki_types::pem::PemObject as _;
    let wrong =
        |why: &dyn std::fmt::Display| Error::Config(format!("the CA bundle {}: {why}", path.display()));
    let pem = std::fs::read(path).map_err(|e| wrong(&e))?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    match found.map_err(|e| wrong(&e))? {
        none if none.is_empty() => Err(wrong(&"it has no certificate in PEM form")),
        some => Ok(some),
    }
}
