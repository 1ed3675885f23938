//! `dollr sim --shop`: a shop to see payments in a browser: order, pay from a wallet or on the vendor's page, and be told how
//! it stands. It is the merchant's side as this project would have it, on the simulated vendor beside it, over real HTTP.
//!
//! Out of scope: baskets, accounts, stock. What a page says about money comes from the client's verdict alone.

mod answer;
mod assets;
mod backend;
mod goods;
mod order;
mod pages;
mod routes;
mod server;
mod words;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use tempfile::TempDir;

use crate::failure::Failure;
use backend::Backend;

/// A shop that is open; its journal goes with it, as the simulator's payments do.
pub(crate) struct Shop {
    url: String,
    folder: TempDir,
}

impl Shop {
    /// Opens at this address, for a simulated vendor at `vendor`.
    pub(crate) fn open(address: SocketAddr, vendor: &str) -> Result<Self, Failure> {
        let closed = |e: std::io::Error| Failure::new(format!("--shop: cannot listen on {address}: {e}"));
        let listener = TcpListener::bind(address).map_err(closed)?;
        let mut reached = listener.local_addr().map_err(closed)?;
        match reached.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => reached.set_ip(Ipv4Addr::LOCALHOST.into()),
            IpAddr::V6(ip) if ip.is_unspecified() => reached.set_ip(Ipv6Addr::LOCALHOST.into()),
            _ => {}
        }
        let url = format!("http://{reached}");
        let folder = tempfile::tempdir().map_err(closed)?;
        let backend = Arc::new(Backend::open(vendor, &folder.path().join("shop.db"))?);
        server::serve(listener, Arc::clone(&backend), vendor).map_err(closed)?;
        let reconcile = move || backend.reconcile_for_ever();
        thread::Builder::new().name("reconcile".to_owned()).spawn(reconcile).map_err(closed)?;
        Ok(Self { url, folder })
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The file in which its payments are recorded.
    pub(crate) fn journal(&self) -> PathBuf {
        self.folder.path().join("shop.db")
    }
}
