//! `GET /metrics` on loopback. A caller who is slow, talks much or never ends is hung up on; payments do not wait for him.

use std::convert::Infallible;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use dollr_client::{Client, Error};
use hyper::body::Incoming;
use hyper::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::runtime::Builder;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::metrics::{Standing, Tally};

const TEXT_FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The longest head of a request, in bytes; the least that the HTTP library knows.
const LONGEST_HEAD: usize = 8_192;

/// How long a caller may take for the head of his request, and in all.
const HEAD: Duration = Duration::from_secs(5);
const CONVERSATION: Duration = Duration::from_secs(30);

/// So many callers at the same time; others wait.
const CALLERS: usize = 8;

/// What is served.
struct Source {
    client: Arc<Client>,
    tally: Arc<Tally>,
}

/// Serves on a thread of its own until the process ends.
pub(super) fn serve(address: SocketAddr, client: Arc<Client>, tally: Arc<Tally>) -> io::Result<()> {
    let listener = TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    let runtime = Builder::new_current_thread().enable_all().max_blocking_threads(1).build()?;
    let source = Arc::new(Source { client, tally });
    thread::Builder::new()
        .name("metrics".to_owned())
        .spawn(move || runtime.block_on(accept(listener, source)))
        .map(drop)
}

async fn accept(listener: TcpListener, source: Arc<Source>) {
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
    let places = Arc::new(Semaphore::new(CALLERS));
    while let Ok(place) = Arc::clone(&places).acquire_owned().await {
        match listener.accept().await {
            Ok((stream, _)) => {
                let source = Arc::clone(&source);
                tokio::spawn(async move {
                    let _place = place;
                    let service = service_fn(|request| respond(Arc::clone(&source), request));
                    let conversation = http1::Builder::new()
                        .timer(TokioTimer::new())
                        .header_read_timeout(HEAD)
                        .max_buf_size(LONGEST_HEAD)
                        .keep_alive(false)
                        .serve_connection(TokioIo::new(stream), service);
                    // A connection that breaks is the caller's business.
                    let _ = timeout(CONVERSATION, conversation).await;
                });
            }
            // Out of file descriptors, most likely: give those that are open a moment to end.
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
}

async fn respond(source: Arc<Source>, request: Request<Incoming>) -> Result<Response<String>, Infallible> {
    let is_read = [Method::GET, Method::HEAD].contains(request.method());
    let mut response = match request.uri().path() {
        "/metrics" if is_read => {
            // The journal blocks, and one question at a time is enough for it.
            let text = tokio::task::spawn_blocking(move || source.text()).await;
            text.map_or_else(|_| refused(StatusCode::INTERNAL_SERVER_ERROR, "no metrics\n"), Response::new)
        }
        "/metrics" => refused(StatusCode::METHOD_NOT_ALLOWED, "only GET\n"),
        _ => refused(StatusCode::NOT_FOUND, "it is at /metrics\n"),
    };
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(TEXT_FORMAT));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
    Ok(response)
}

fn refused(status: StatusCode, why: &str) -> Response<String> {
    let mut response = Response::new(why.to_owned());
    *response.status_mut() = status;
    response
}

impl Source {
    fn text(&self) -> String {
        let standing = || Ok(Standing { backlog: self.client.backlog()?, budget: self.client.budget()? });
        let standing: Result<_, Error> = standing();
        self.tally.text(standing.ok().as_ref())
    }
}
