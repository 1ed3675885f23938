//! TLS in front of the vendor, by an authority of this test's own.

use std::net::TcpListener;
use std::sync::Arc;

use rcgen::{CertificateParams, Issuer, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

/// A certificate authority, and the server certificates by it.
#[derive(Debug)]
pub struct Authority {
    /// Its own certificate, to be trusted.
    pub pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Default for Authority {
    fn default() -> Self {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new(Vec::new()).expect("parameters");
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let pem = params.self_signed(&key).expect("a certificate").pem();
        Self { pem, issuer: Issuer::new(params, key) }
    }
}

impl Authority {
    /// A TLS server for `host` on loopback, whose certificate is or was valid. What is said to it goes to `upstream` in plain
    /// text, and what that says goes back, as long as both like. The URL is `https://localhost:PORT`.
    pub fn serve(&self, host: &str, expired: bool, upstream: String) -> String {
        let acceptor = TlsAcceptor::from(Arc::new(self.config(host, expired)));
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        listener.set_nonblocking(true).expect("a listener");
        std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(relay(listener, acceptor, upstream));
        });
        format!("https://localhost:{port}")
    }

    /// TLS on a connection that somebody has made to `localhost`. What is written to it at once is sent at once.
    pub fn accept(&self, stream: std::net::TcpStream) -> StreamOwned<ServerConnection, std::net::TcpStream> {
        let config = Arc::new(self.config("localhost", false));
        StreamOwned::new(ServerConnection::new(config).expect("a connection"), stream)
    }

    fn config(&self, host: &str, expired: bool) -> ServerConfig {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new(vec![host.to_string()]).expect("parameters");
        if expired {
            params.not_after = rcgen::date_time_ymd(2020, 1, 1);
        }
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate");
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .expect("a configuration")
    }
}

async fn relay(listener: TcpListener, acceptor: TlsAcceptor, upstream: String) {
    let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let (acceptor, upstream) = (acceptor.clone(), upstream.clone());
        tokio::spawn(async move {
            let mut tls = acceptor.accept(stream).await?;
            let mut vendor = TcpStream::connect(upstream).await?;
            tokio::io::copy_bidirectional(&mut tls, &mut vendor).await
        });
    }
}
