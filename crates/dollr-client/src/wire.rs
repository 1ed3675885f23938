//! How a host that sends itself is to send what a [`Step`](crate::Step) says.

use std::path::PathBuf;
use std::time::Duration;

use dollr_core::Secret;

/// The client's settings for the wire, checked. Nothing beside them is to be done: no redirects, no cookies, no retries, no
/// decompression, no proxy of the environment's, and a connection of its own for what moves money.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Wire {
    /// Where the API is, without a slash at its end: a request's path comes after it.
    pub base_url: String,
    /// What the program calls itself.
    pub user_agent: String,
    /// A PEM file of certificate authorities to trust instead of the built-in ones.
    pub ca_bundle: Option<PathBuf>,
    /// A proxy's URL, which may hold its password.
    pub proxy: Option<Secret>,
    /// How long a connection may take, with name look-up and TLS.
    pub connect_timeout: Duration,
    /// How long the vendor may take to begin answering.
    pub read_timeout: Duration,
    /// How long a call may take in all.
    pub total_timeout: Duration,
}

impl Wire {
    /// No answer of the API comes near so many bytes: what has more is as good as none.
    pub const LARGEST_BODY: usize = 1024 * 1024;
}
