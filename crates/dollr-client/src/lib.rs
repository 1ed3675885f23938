//! Has this been paid? The part of `dollr` that **acts**: it drives the machines of [`dollr_core`] over HTTP, keeps them
//! in a [`dollr_journal`], and blocks until there is a verdict.
//!
//! ```
//! use dollr_client::{Attempt, Client, Verdict};
//! use dollr_client::core::Intent;
//! use dollr_client::journal::SqliteJournal;
//!
//! # let vendor = dollr_sim::Simulator::builder().start()?;
//! # let folder = tempfile::tempdir()?;
//! # let (url, payments) = (vendor.base_url(), folder.path().join("payments.db"));
//! # let (id, secret) = (dollr_sim::CLIENT_ID, dollr_sim::CLIENT_SECRET);
//! let client = Client::builder()
//!     .credentials(id, secret)                // or .credentials_from_env(): DOLLR_CLIENT_ID, DOLLR_CLIENT_SECRET, DOLLR_BASE_URL
//!     .base_url(&url)                         // the vendor's, if left out
//!     .journal(SqliteJournal::open(payments)?) // a payment is on disk before it is on the wire
//!     .build()?;
//!
//! let session = client.create_session("INVOICE:101".parse()?)?;
//! let intent = Intent::collection(client.reference_id()?, session.id, "1000".parse()?, "USD".parse()?)
//!     .amount("250.00".parse()?);
//! let report = client.collect(Attempt::new(intent).order("A-1"))?;
//! match &report.verdict {
//!     Verdict::Paid(settlement) => println!("ship it: {settlement}"),
//!     Verdict::Open { .. } => println!("not a failure: ask again later with client.wait({})", report.key),
//!     other => println!("{other}"),
//! }
//! # assert_eq!(report.verdict.name(), "paid");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What others have left open
//!
//! A process may die, or lose its patience. [`Client::reconcile`] asks about each payment on record that is due, once, and saves
//! what was learnt; any number of processes and machines do so beside each other, under one budget of calls. Who ships is
//! decided in the same place: [`Client::claim_fulfilment`] says yes to one caller, and [`Client::next_paid`] gives each payment to one until it is shipped.
//!
//! ```
//! use std::time::Duration;
//! use dollr_client::{Client, Reconcile};
//! use dollr_client::core::{Limit, Timestamp};
//! # use dollr_client::journal::SqliteJournal;
//! # let vendor = dollr_sim::Simulator::builder().start()?;
//! # let folder = tempfile::tempdir()?;
//! # let client = Client::builder().credentials(dollr_sim::CLIENT_ID, dollr_sim::CLIENT_SECRET)
//! #     .base_url(&vendor.base_url()).journal(SqliteJournal::open(folder.path().join("payments.db"))?).build()?;
//!
//! // Every two minutes, from as many places as you like:
//! let how = Reconcile::default().workers(8).rate(Limit::new(20, Duration::from_secs(1))?);
//! let summary = client.reconcile(&how)?;
//! // What this run has found paid, or the success page, or a run that has crashed: each is given until it is shipped.
//! while let Some(delivery) = client.next_paid(Duration::from_secs(900), Timestamp::from_millis(0))? {
//!     println!("ship {}: {}", delivery.key, delivery.settlement);
//!     client.fulfilled(&delivery.key)?;
//! }
//! if summary.needs_a_person() {
//!     println!("look at {:?} and {:?}", summary.conflicts, summary.stuck);
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Shipping once
//!
//! [`Fulfilment`] claims goods without credentials, for success pages and shells, and gives what is newly paid to a worker until
//! it acknowledges.
//!
//! # Seen at once
//!
//! [`Attempt::realtime`] and [`Client::watch`] listen to the payment's channel at Supabase Realtime for the first half minute
//! (API §6). A thread of its own does so, and all that it says is *ask now*; it ends soon after the payment, at the latest when
//! a call for a key or a connection that hangs is over. What is believed comes from the status call, with a channel or without.
//! For a browser that listens itself, [`Client::realtime_key`] mints the key.
//!
//! ```
//! use dollr_client::{Attempt, Client};
//! use dollr_client::core::{Intent, SourceKind};
//! # use dollr_client::journal::SqliteJournal;
//! # let vendor = dollr_sim::Simulator::builder().start()?;
//! # let folder = tempfile::tempdir()?;
//! # let (url, supabase_url, anon_key) = (vendor.base_url(), vendor.supabase_url(), vendor.anon_key());
//! # let builder = Client::builder().credentials(dollr_sim::CLIENT_ID, dollr_sim::CLIENT_SECRET)
//! #     .base_url(&url).journal(SqliteJournal::open(folder.path().join("payments.db"))?);
//!
//! let client = builder.realtime(supabase_url, anon_key).build()?; // or .realtime_from_env()
//! let session = client.create_session("INVOICE:101".parse()?)?;
//! let intent = Intent::collection(client.reference_id()?, session.id, "1001".parse()?, "USD".parse()?);
//! let report = client.collect(Attempt::new(intent).realtime(SourceKind::Invoice))?;
//! assert_eq!(report.verdict.name(), "paid");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Without a thread
//!
//! [`Client::stepwise`] has the same calls as [`Steps`]: each step is a request to send, a moment to wait for, or the end. Event
//! loops and other languages go through them with an HTTP client and a sleep of their own; what is decided is the same.
//!
//! # What it takes care of
//!
//! One token for all threads, renewed once at a time. Nothing is followed, repeated or decompressed by the HTTP stack:
//! a request is sent once, or the machine says so. TLS everywhere but on loopback, no proxy unless asked for, time-outs on
//! everything, bodies of at most 1 MiB. [`Client`] is `Send + Sync`; a child process must make its own.
//!
//! # Logs
//!
//! The client writes spans and events with [`tracing`]: method, path, attempt, status, latency; never a body or a secret. The
//! HTTP library under it dumps the wire to the `log` crate at TRACE; the default feature `no-wire-trace` compiles that level
//! of `log` (not of `tracing`) away in the whole program.
//!
//! # What is out of scope
//!
//! Decisions are the core's: there is no rule about payments here. No async runtime is in here, either: [`Client::stepwise`] gives
//! the same calls to an event loop that sends with an HTTP client of its own and sleeps in its own way. A WebSocket through a proxy is not there yet: realtime goes straight.
#![forbid(unsafe_code)]

mod addresses;
mod attempt;
mod builder;
mod caller;
mod calls;
mod client;
mod clock;
mod dial;
mod drive;
mod error;
mod fulfil;
mod host;
mod http;
mod realtime;
mod reconcile;
mod recording;
mod restored;
mod steps;
mod throttle;
mod url;
mod wire;

pub use attempt::Attempt;
pub use builder::ClientBuilder;
pub use client::Client;
pub use clock::{Clock, SystemClock};
pub use drive::{Calls, Report};
pub use error::Error;
pub use fulfil::{Claimed, Delivery, Duplicate, Fulfilment};
pub use reconcile::{Reconcile, Summary};
pub use steps::{Step, Steps, Stepwise};
pub use url::BaseUrl;
pub use wire::Wire;

pub use dollr_core as core;
pub use dollr_core::Verdict;
pub use dollr_journal as journal;
