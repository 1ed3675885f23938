//! The handle: starts a simulator, acts as its customer, reads its ledger, and stops it when dropped.

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle};

use rust_decimal::Decimal;
use tokio::net::TcpListener;
use tokio::runtime;
use tokio::sync::oneshot;

use crate::clock::Clock;
use crate::fault::Fault;
use crate::ledger::Ledger;
use crate::realtime::{ANON_KEY, RealtimeLog, RealtimeSettings, Scenario, sign_key};
use crate::server::{Shared, serve};
use crate::source::{Checkout, Means, SourceKind};
use crate::validate::parse_amount;
use crate::world::{Settings, World};

/// The client id that the token call accepts unless told otherwise.
pub const CLIENT_ID: &str = "sim-client";
/// The client secret that goes with [`CLIENT_ID`].
pub const CLIENT_SECRET: &str = "sim-secret";

/// What a simulator starts with; from [`Simulator::builder`].
#[derive(Clone)]
pub struct Builder {
    listen: SocketAddr,
    clock: Clock,
    settings: Settings,
    realtime: RealtimeSettings,
}

impl Builder {
    /// The address to listen on; by default a free port of the loopback.
    #[must_use]
    pub fn listen(self, listen: SocketAddr) -> Self {
        Self { listen, ..self }
    }

    /// The clock that everything goes by; by default the machine's.
    #[must_use]
    pub fn clock(self, clock: Clock) -> Self {
        Self { clock, ..self }
    }

    /// Whether a reference id that is sent again moves money only once; by default yes.
    #[must_use]
    pub fn deduplicate(mut self, deduplicate: bool) -> Self {
        self.settings.deduplicate = deduplicate;
        self
    }

    /// A bearer token's life in minutes; by default 60.
    #[must_use]
    pub fn token_life_minutes(mut self, minutes: u64) -> Self {
        self.settings.token_life_minutes = minutes;
        self
    }

    /// The credentials that the token call accepts; by default [`CLIENT_ID`] and [`CLIENT_SECRET`].
    #[must_use]
    pub fn credentials(mut self, client_id: impl Into<String>, client_secret: impl Into<String>) -> Self {
        self.settings.client_id = client_id.into();
        self.settings.client_secret = client_secret.into();
        self
    }

    /// How long the realtime socket's server takes for things.
    #[must_use]
    pub fn realtime(self, realtime: RealtimeSettings) -> Self {
        Self { realtime, ..self }
    }

    /// Listens, on a thread of its own.
    ///
    /// # Errors
    /// When the address can't be listened on, or the system gives no thread.
    pub fn start(self) -> io::Result<Simulator> {
        let listener = std::net::TcpListener::bind(self.listen)?;
        listener.set_nonblocking(true)?;
        let base_url = format!("http://{}", reachable(listener.local_addr()?));
        let settings = Settings { base_url: base_url.clone(), ..self.settings };
        let world = World::new(settings, self.clock.now_ms());
        let shared = Arc::new(Shared::new(self.clock, world));
        shared.realtime.set(self.realtime);
        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        let (stop, stopped) = oneshot::channel();
        let served = Arc::clone(&shared);
        let listener = {
            let _inside = runtime.enter();
            TcpListener::from_std(listener)?
        };
        let handle = runtime.handle().clone();
        let thread = thread::Builder::new()
            .name("dollr-sim".to_owned())
            .spawn(move || runtime.block_on(serve(listener, served, stopped)))?;
        Ok(Simulator { shared, base_url, runtime: handle, stop: Some(stop), thread: Some(thread) })
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder").field("listen", &self.listen).finish_non_exhaustive()
    }
}

/// The address to reach it by: a server that listens everywhere is reached by the loopback.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(match address.ip() {
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    address
}

/// A running simulator; dropping it ends it and all its connections.
pub struct Simulator {
    shared: Arc<Shared>,
    base_url: String,
    runtime: runtime::Handle,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Simulator {
    /// A simulator on a free port of the loopback, at the machine's time, that de-duplicates.
    pub fn builder() -> Builder {
        Builder {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            clock: Clock::real(),
            settings: Settings {
                deduplicate: true,
                token_life_minutes: 60,
                client_id: CLIENT_ID.to_owned(),
                client_secret: CLIENT_SECRET.to_owned(),
                base_url: String::new(),
            },
            realtime: RealtimeSettings::default(),
        }
    }

    /// Where it is, e.g. `http://127.0.0.1:40123`; the API is under `/v1`.
    pub fn base_url(&self) -> String {
        self.base_url.clone()
    }

    /// The clock it goes by.
    pub fn clock(&self) -> Clock {
        self.shared.clock.clone()
    }

    /// Everything that has happened until now.
    pub fn ledger(&self) -> Ledger {
        self.shared.ledger()
    }

    /// Makes something go wrong; of several faults that match a call, the one armed first strikes.
    pub fn arm(&self, fault: Fault) {
        self.shared.traffic().armed.add(fault);
    }

    /// Lets everything go right again. Requests that are held up stay so.
    pub fn disarm_all(&self) {
        self.shared.traffic().armed.clear();
    }

    /// Lets every request in that [`FaultKind::DelayEffect`](crate::FaultKind::DelayEffect) still holds up, and says how
    /// many there were: after it, no lost request can move money any more.
    pub fn deliver_delayed(&self) -> usize {
        let (done, count) = mpsc::channel();
        let shared = Arc::clone(&self.shared);
        self.runtime.spawn(async move { done.send(shared.deliver_delayed().await) });
        count.recv().unwrap_or(0)
    }

    /// Whether a reference id that is sent again moves money only once, from now on.
    pub fn set_deduplicate(&self, deduplicate: bool) {
        self.shared.world().settings.deduplicate = deduplicate;
    }

    /// Every token handed out so far stops working.
    pub fn expire_tokens(&self) {
        self.shared.world().tokens.clear();
    }

    /// Back to the start; settings and clock stay.
    pub fn reset(&self) {
        self.shared.reset();
    }

    /// Creates an invoice or order over an amount in major units, e.g. `"250.00"`, and says its id.
    ///
    /// # Panics
    /// When the amount is no plain decimal of 0.01 or more.
    pub fn create_source(&self, kind: SourceKind, currency: &str, total_amount: &str) -> u64 {
        let amount = parse_amount(total_amount).filter(|amount| *amount >= Decimal::new(1, 2));
        assert!(amount.is_some(), "an amount is a decimal of 0.01 or more, not {total_amount:?}");
        let now_ms = self.shared.clock.now_ms();
        self.shared.world().add_source(kind, currency, total_amount, Checkout::default(), now_ms).1
    }

    /// Creates a session on an invoice or order, and says its id.
    ///
    /// # Panics
    /// When there is no such source.
    pub fn create_session(&self, kind: SourceKind, source_id: u64) -> u64 {
        let mut world = self.shared.world();
        assert!(world.sources.contains_key(&(kind, source_id)), "there is no {kind} {source_id}");
        world.add_session((kind, source_id), self.shared.clock.now_ms()).id
    }

    /// The customer approves on the hosted page; says whether there was still something to decide.
    pub fn pay_source(&self, kind: SourceKind, source_id: u64) -> bool {
        self.shared.world().decide((kind, source_id), Some(Means::default()), self.shared.clock.now_ms())
    }

    /// The customer declines on the hosted page; says whether there was still something to decide.
    pub fn cancel_source(&self, kind: SourceKind, source_id: u64) -> bool {
        self.shared.world().decide((kind, source_id), None, self.shared.clock.now_ms())
    }

    /// The payer answers 3-D Secure for a payment; says whether it was asking.
    pub fn confirm_3ds(&self, reference_id: &str, approve: bool) -> bool {
        let now_ms = self.shared.clock.now_ms();
        let asked =
            self.shared.world().confirm(approve, now_ms, |execution| execution.reference_id == reference_id);
        self.shared.realtime.tell();
        asked
    }

    /// What `createClient` takes as its URL (`SUPABASE_URL`); the socket is at `/realtime/v1/websocket` under it.
    pub fn supabase_url(&self) -> String {
        self.base_url()
    }

    /// The `apikey` that opens the socket (`SUPABASE_ANON_KEY`).
    pub fn anon_key(&self) -> &'static str {
        ANON_KEY
    }

    /// A key for a payment's row that is good for so many seconds, without the key call; negative: it has expired.
    pub fn realtime_key(&self, session_id: u64, reference_id: &str, seconds: i64) -> String {
        let now_ms = self.shared.clock.now_ms();
        sign_key(session_id, reference_id, now_ms, (now_ms / 1000).saturating_add_signed(seconds))
    }

    /// Makes something go wrong with the realtime socket; of several that match a moment, the one armed first strikes.
    pub fn stage(&self, scenario: Scenario) {
        self.shared.realtime.arm(scenario);
    }

    /// Lets everything go right again on the realtime socket.
    pub fn unstage_all(&self) {
        self.shared.realtime.disarm();
    }

    /// Every connection, token and frame of the realtime socket until now.
    pub fn realtime_log(&self) -> RealtimeLog {
        self.shared.realtime.log()
    }

    /// How long the realtime socket's server takes for things, from now on.
    pub fn set_realtime(&self, settings: RealtimeSettings) {
        self.shared.realtime.set(settings);
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // It may have ended by itself already.
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl fmt::Debug for Simulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Simulator").field("base_url", &self.base_url).finish_non_exhaustive()
    }
}
