//! Tables of a test's own, on a real server.

use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use super::Server;

pub(crate) struct Database {
    pub(crate) server: Arc<Server>,
    pub(crate) prefix: String,
}

impl Database {
    /// On the server that all tests share.
    pub(crate) fn new() -> Self {
        Self::on(Server::shared())
    }

    /// No other test has this prefix, whether it runs in this process or not.
    pub(crate) fn on(server: Arc<Server>) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock").subsec_nanos();
        let (id, count) = (process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        Self { server, prefix: format!("t{id:x}_{count:x}_{now:x}_") }
    }

    pub(crate) fn url(&self) -> String {
        format!("{}?prefix={}", self.server.url(), self.prefix)
    }
}
