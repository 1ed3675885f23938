//! The server: accepts connections, and takes each request from its arrival, through the fault that strikes it, to its
//! answer, or to none.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::response::Response as Routed;
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_LENGTH, DATE, HeaderValue, SERVER, TRANSFER_ENCODING};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tower_service::Service;

use crate::answer::Answer;
use crate::api::{self, Stage};
use crate::body::WireBody;
use crate::call::Received;
use crate::clock::{Clock, http_date};
use crate::control;
use crate::fault::{Fault, FaultKind};
use crate::hosted;
use crate::ledger::Ledger;
use crate::magic::FAILED_THEN_COMPLETED;
use crate::realtime::{self, Hub};
use crate::spoil::{Past, spoil};
use crate::stream::{Failure, FaultyStream, Wire};
use crate::traffic::Traffic;
use crate::world::World;

/// Bytes of an answer's head that are still sent before it is cut: within the status line.
const HEAD_BYTES_SENT: usize = 14;

/// All that requests, the control endpoints and the handle share.
pub(crate) struct Shared {
    pub(crate) clock: Clock,
    pub(crate) world: Arc<Mutex<World>>,
    pub(crate) realtime: Arc<Hub>,
    traffic: Mutex<Traffic>,
    router: Router,
}

/// What becomes of a call on the wire.
enum Outcome {
    Deliver(Answer, Delivery),
    Close,
    Reset,
    Silence,
}

enum Delivery {
    Whole,
    CutHead,
    CutBody,
    Slow { ms_per_byte: u64 },
    Endless,
}

impl Shared {
    pub(crate) fn new(clock: Clock, world: World) -> Self {
        let control = control::routes().merge(realtime::control::routes());
        let router = api::routes().merge(hosted::routes()).merge(control);
        let realtime = Arc::new(Hub::new());
        Self { clock, world: Arc::new(Mutex::new(world)), realtime, traffic: Mutex::default(), router }
    }

    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn traffic(&self) -> MutexGuard<'_, Traffic> {
        self.traffic.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn ledger(&self) -> Ledger {
        let (world, traffic) = (self.world(), self.traffic());
        Ledger::of(&world, &traffic.log, self.clock.now_ms())
    }

    /// Back to the start; the settings and the clock stay.
    pub(crate) fn reset(&self) {
        let (mut world, mut traffic) = (self.world(), self.traffic());
        *world = World::new(world.settings.clone(), self.clock.now_ms());
        *traffic = Traffic::default();
        drop((world, traffic));
        self.realtime.reset();
    }

    fn stage(&self, with_effect: bool, fate: Option<&'static str>) -> Stage {
        let now_ms = self.clock.now_ms();
        let world =
            if with_effect { Arc::clone(&self.world) } else { Arc::new(Mutex::new(self.world().clone())) };
        Stage { world, now_ms, fate }
    }

    async fn route(self: &Arc<Self>, received: &Received, stage: Stage) -> Answer {
        let mut request = received.to_request();
        request.extensions_mut().insert(stage);
        request.extensions_mut().insert(Arc::clone(self));
        let Ok(response) = self.router.clone().call(request).await;
        // Whatever it has done, those who watch may have to hear of it.
        self.realtime.tell();
        read_answer(response).await
    }

    async fn handle(self: &Arc<Self>, received: &Received) -> Outcome {
        if received.path().starts_with("/_sim") {
            return Outcome::Deliver(self.route(received, self.stage(true, None)).await, Delivery::Whole);
        }
        let now_ms = self.clock.now_ms();
        let client =
            received.bearer().and_then(|token| self.world().client_of(token, now_ms).map(str::to_owned));
        let (n, fault) = self.traffic().arrived(received, client, now_ms);
        let outcome = match &fault {
            None => self.answer(received).await,
            Some(fault) => self.struck(received, fault).await,
        };
        if let Outcome::Deliver(answer, _) = &outcome {
            self.traffic().answered(n, received, answer.status);
            self.let_delayed_in(received).await;
        }
        outcome
    }

    async fn answer(self: &Arc<Self>, received: &Received) -> Outcome {
        let answer = self.route(received, self.stage(true, None)).await;
        if received.call.is_some() {
            self.traffic().remember(received, &answer);
        }
        Outcome::Deliver(answer, Delivery::Whole)
    }

    async fn struck(self: &Arc<Self>, received: &Received, fault: &Fault) -> Outcome {
        if let FaultKind::DelayEffect { reads } = fault.kind {
            self.traffic().delay(received.clone(), reads);
            return Outcome::Close;
        }
        let with_effect = fault.spares_effect() || received.method() == Method::GET;
        let fated = fault.kind == FaultKind::FailedThenCompleted && received.is_execution();
        let stage = self.stage(with_effect, fated.then_some(FAILED_THEN_COMPLETED));
        let answer = self.route(received, stage.clone()).await;
        if fault.kind == FaultKind::Duplicate {
            self.route(received, stage).await;
        }
        let delivery = match fault.kind {
            FaultKind::Drop => return Outcome::Close,
            FaultKind::Reset => return Outcome::Reset,
            FaultKind::Silent => return Outcome::Silence,
            FaultKind::CutHead => Delivery::CutHead,
            FaultKind::CutBody => Delivery::CutBody,
            FaultKind::SlowBody { ms_per_byte } => Delivery::Slow { ms_per_byte },
            FaultKind::EndlessBody => Delivery::Endless,
            _ => Delivery::Whole,
        };
        if fated {
            return Outcome::Deliver(answer, delivery);
        }
        let past = if with_effect { self.traffic().remember(received, &answer) } else { Past::default() };
        Outcome::Deliver(spoil(&fault.kind, answer, past, received.reference_id.as_deref()), delivery)
    }

    /// Requests that a fault held up arrive when enough status calls were answered without them (F3).
    async fn let_delayed_in(self: &Arc<Self>, received: &Received) {
        if let (true, Some(id)) = (received.is_status(), &received.reference_id) {
            let due = self.traffic().due(id);
            self.let_in(due).await;
        }
    }

    async fn let_in(self: &Arc<Self>, requests: Vec<Received>) {
        for request in requests {
            self.route(&request, self.stage(true, None)).await;
        }
    }

    /// Lets every request in that a fault holds up, and says how many there were.
    pub(crate) async fn deliver_delayed(self: &Arc<Self>) -> usize {
        let due = self.traffic().all_due();
        let count = due.len();
        self.let_in(due).await;
        count
    }
}

async fn read_answer(response: Routed) -> Answer {
    let (head, body) = response.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
    let headers = head.headers.iter().filter(|(name, _)| *name != CONTENT_LENGTH);
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    Answer {
        status: head.status.as_u16(),
        headers: headers.map(|(name, value)| (name.to_string(), text(value))).collect(),
        body: body.into(),
    }
}

/// Serves until told to stop. Connections end with the runtime that runs them.
pub(crate) async fn serve(listener: TcpListener, shared: Arc<Shared>, stop: oneshot::Receiver<()>) {
    tokio::select! {
        () = accept(listener, shared) => {}
        _ = stop => {}
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut outages = shared.realtime.outages();
    let address = listener.local_addr();
    let mut listener = Some(listener);
    loop {
        let accepted = async {
            match &listener {
                Some(listener) => listener.accept().await,
                None => Err(io::ErrorKind::NotConnected.into()),
            }
        };
        tokio::select! {
            accepted = accepted => match accepted {
                Ok((stream, _)) => {
                    tokio::spawn(converse(stream, Arc::clone(&shared)));
                }
                // Out of file descriptors, most likely: give those that are open a moment to end.
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            },
            _ = outages.changed() => {
                listener = None;
                let for_ms = *outages.borrow_and_update();
                tokio::time::sleep(Duration::from_millis(for_ms)).await;
            }
        }
        if let (None, Ok(address)) = (&listener, &address) {
            listener = TcpListener::bind(address).await.ok();
        }
    }
}

async fn converse(stream: TcpStream, shared: Arc<Shared>) {
    let _ = stream.set_nodelay(true);
    let wire = Arc::new(Wire::default());
    let io = TokioIo::new(FaultyStream::new(stream, Arc::clone(&wire)));
    let service = service_fn(|request| respond(Arc::clone(&shared), Arc::clone(&wire), request));
    // A connection that breaks is the client's business, or a fault's.
    let _ = http1::Builder::new().auto_date_header(false).serve_connection(io, service).with_upgrades().await;
}

/// An error closes the connection without an answer.
async fn respond(
    shared: Arc<Shared>,
    wire: Arc<Wire>,
    request: Request<Incoming>,
) -> io::Result<Response<WireBody>> {
    if realtime::is_socket(&request) {
        return realtime::accept(shared, wire, request).await;
    }
    let received = Received::read(request).await?;
    match shared.handle(&received).await {
        Outcome::Deliver(answer, delivery) => Ok(deliver(answer, &delivery, &wire, shared.clock.now_ms())),
        Outcome::Close => Err(io::ErrorKind::ConnectionAborted.into()),
        Outcome::Reset => {
            wire.fail(Failure::Reset);
            Err(io::ErrorKind::ConnectionReset.into())
        }
        Outcome::Silence => std::future::pending().await,
    }
}

fn deliver(answer: Answer, delivery: &Delivery, wire: &Wire, now_ms: u64) -> Response<WireBody> {
    let mut response = Response::new(WireBody::Whole(Bytes::new()));
    *response.status_mut() = answer.status.try_into().unwrap_or(hyper::StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in answer.header_values() {
        // These two belong to the body that is really sent.
        if name != CONTENT_LENGTH && name != TRANSFER_ENCODING {
            response.headers_mut().append(name, value);
        }
    }
    let headers = response.headers_mut();
    headers.insert(SERVER, HeaderValue::from_static("dollr-sim"));
    if let (false, Ok(date)) = (headers.contains_key(DATE), http_date(now_ms).parse()) {
        headers.insert(DATE, date);
    }
    match delivery {
        Delivery::CutHead => wire.fail(Failure::CutAfter(HEAD_BYTES_SENT)),
        Delivery::CutBody => wire.fail(Failure::CutBodyAfter(answer.body.len() / 2)),
        _ => {}
    }
    *response.body_mut() = match delivery {
        Delivery::Slow { ms_per_byte } => WireBody::slow(answer.body, *ms_per_byte),
        Delivery::Endless => WireBody::Endless { begun: false },
        _ => WireBody::Whole(answer.body.into()),
    };
    response
}
