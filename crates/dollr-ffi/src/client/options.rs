//! The settings of a client.

use std::time::Duration;

use ::dollr_client::{Client, ClientBuilder};
use dollr_core::Limit;

use crate::border::Options;
use crate::fault::Fault;
use crate::journal::{self, dollr_journal};
use crate::policy::dollr_policy;
use crate::text::dollr_str;

/// The settings of a client. Set `size`; what is left 0 is the default.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct dollr_client_options {
    /// `sizeof(dollr_client_options)`.
    pub size: usize,
    /// Not 0: credentials and base URL from `DOLLR_CLIENT_ID`, `DOLLR_CLIENT_SECRET` and `DOLLR_BASE_URL`. What is set here wins.
    /// No other thread may change the environment meanwhile.
    pub from_env: i32,
    /// Not 0: the realtime server from `SUPABASE_URL` and `SUPABASE_ANON_KEY`, where they are set.
    pub realtime_from_env: i32,
    /// The merchant's client id.
    pub client_id: dollr_str,
    /// The client secret; it is copied, and wiped when the client is freed.
    pub client_secret: dollr_str,
    /// Where the API is; `http://` only on loopback. Absent: the vendor's.
    pub base_url: dollr_str,
    /// Where payments are recorded before they are sent. Without one no money moves.
    pub journal: *const dollr_journal,
    /// How to ask and how patiently; may be NULL.
    pub policy: *const dollr_policy,
    /// A PEM file of certificate authorities to trust instead of the built-in ones.
    pub ca_bundle: dollr_str,
    /// A proxy, such as `http://proxy.example:3128`. The environment's is not looked at.
    pub proxy: dollr_str,
    /// What the program calls itself.
    pub user_agent: dollr_str,
    /// What this client is called in the journal, unlike any other. Absent: a name is made up.
    pub name: dollr_str,
    /// The realtime server, `SUPABASE_URL` in the merchant portal.
    pub realtime_url: dollr_str,
    /// Its key, `SUPABASE_ANON_KEY` in the merchant portal.
    pub realtime_anon_key: dollr_str,
    /// How long a connection may take, in milliseconds; 0 is 10 s.
    pub connect_timeout_ms: u64,
    /// How long the vendor may take to begin answering, in milliseconds; 0 is 20 s.
    pub read_timeout_ms: u64,
    /// How long a call may take in all, in milliseconds; 0 is 30 s.
    pub total_timeout_ms: u64,
    /// With `rate_per_ms`: at most so many calls in that time, by all clients with a limit that share the journal.
    pub rate_calls: u32,
    /// The time of `rate_calls`, in milliseconds. Both 0 is no limit; one of them 0 without the other is an error.
    pub rate_per_ms: u64,
}

// SAFETY: it is numbers, pointers and texts, and begins with its size.
unsafe impl Options for dollr_client_options {
    const NAME: &'static str = "dollr_client_options";
}

impl dollr_client_options {
    /// The settings at `place`.
    ///
    /// # Safety
    ///
    /// `place` is NULL or settings whose texts and policy can be read.
    pub(super) unsafe fn parse(place: *const Self) -> Result<ClientBuilder, Fault> {
        // SAFETY: passed on to the caller.
        let this = unsafe { Self::read(place) }?;
        let mut builder = Client::builder();
        if this.from_env != 0 {
            builder = builder.credentials_from_env();
        }
        if this.realtime_from_env != 0 {
            builder = builder.realtime_from_env();
        }
        // SAFETY: passed on to the caller.
        builder = unsafe { this.texts(builder) }?;
        // SAFETY: passed on to the caller.
        builder = builder.policy(unsafe { dollr_policy::parse(this.policy) }?);
        let span = Duration::from_millis;
        if this.connect_timeout_ms > 0 {
            builder = builder.connect_timeout(span(this.connect_timeout_ms));
        }
        if this.read_timeout_ms > 0 {
            builder = builder.read_timeout(span(this.read_timeout_ms));
        }
        if this.total_timeout_ms > 0 {
            builder = builder.total_timeout(span(this.total_timeout_ms));
        }
        if let Some(limit) = limit(this.rate_calls, this.rate_per_ms)? {
            builder = builder.limit(limit);
        }
        if !this.journal.is_null() {
            builder = builder.journal(journal::of(this.journal)?);
        }
        Ok(builder)
    }

    /// # Safety
    ///
    /// The texts can be read.
    unsafe fn texts(&self, mut builder: ClientBuilder) -> Result<ClientBuilder, Fault> {
        // SAFETY: passed on to the caller.
        let text = |text: dollr_str, name| unsafe { text.optional(name) };
        let id = text(self.client_id, "client_id")?;
        let secret = text(self.client_secret, "client_secret")?;
        if id.is_some() || secret.is_some() {
            builder = builder.credentials(id.unwrap_or_default(), secret.unwrap_or_default());
        }
        let url = text(self.realtime_url, "realtime_url")?;
        let key = text(self.realtime_anon_key, "realtime_anon_key")?;
        if url.is_some() || key.is_some() {
            builder = builder.realtime(url.unwrap_or_default(), key.unwrap_or_default());
        }
        if let Some(url) = text(self.base_url, "base_url")? {
            builder = builder.base_url(url);
        }
        if let Some(path) = text(self.ca_bundle, "ca_bundle")? {
            builder = builder.ca_bundle(path);
        }
        if let Some(url) = text(self.proxy, "proxy")? {
            builder = builder.proxy(url);
        }
        if let Some(name) = text(self.user_agent, "user_agent")? {
            builder = builder.user_agent(name);
        }
        if let Some(name) = text(self.name, "name")? {
            builder = builder.name(name);
        }
        Ok(builder)
    }
}

/// A limit of calls; none where neither number is given.
pub(super) fn limit(calls: u32, per_ms: u64) -> Result<Option<Limit>, Fault> {
    if (calls, per_ms) == (0, 0) {
        return Ok(None);
    }
    Ok(Some(Limit::new(calls, Duration::from_millis(per_ms))?))
}
