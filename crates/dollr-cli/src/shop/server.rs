//! The shop over HTTP: who may ask, what a request may be, and the headers of each answer.

use std::convert::Infallible;
use std::future::poll_fn;
use std::io;
use std::net::{IpAddr, TcpListener};
use std::pin::Pin;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use hyper::body::{Body as _, Incoming};
use hyper::header::{HOST, HeaderMap, HeaderValue, ORIGIN};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::runtime::Builder;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::answer::{Answer, Asked};
use super::backend::Backend;
use super::routes;

/// The longest form, in bytes.
const LONGEST_FORM: usize = 4_096;

/// How long a caller may take for the head of his request, for its body, and in all.
const HEAD: Duration = Duration::from_secs(5);
const FORM: Duration = Duration::from_secs(5);
const CONVERSATION: Duration = Duration::from_secs(60);

/// So many callers at the same time; others wait. Each may wait for the vendor meanwhile.
const CALLERS: usize = 64;

/// What all requests share.
struct Site {
    backend: Arc<Backend>,
    vendor: String,
    policy: HeaderValue,
}

/// Serves on threads of its own until the process ends.
pub(super) fn serve(listener: TcpListener, backend: Arc<Backend>, vendor: &str) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    let runtime = Builder::new_current_thread().enable_all().max_blocking_threads(CALLERS).build()?;
    let policy = HeaderValue::try_from(policy(vendor)).map_err(io::Error::other)?;
    let site = Arc::new(Site { backend, vendor: vendor.to_owned(), policy });
    let serve = move || runtime.block_on(accept(listener, site));
    thread::Builder::new().name("shop".to_owned()).spawn(serve).map(drop)
}

/// Scripts, styles and answers are the shop's own; the browser speaks to the vendor by the socket, and goes to its page.
fn policy(vendor: &str) -> String {
    let socket = vendor.replacen("http", "ws", 1);
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self' {socket}; \
         form-action 'self' {vendor}; base-uri 'none'; frame-ancestors 'none'"
    )
}

async fn accept(listener: TcpListener, site: Arc<Site>) {
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
    let places = Arc::new(Semaphore::new(CALLERS));
    while let Ok(place) = Arc::clone(&places).acquire_owned().await {
        match listener.accept().await {
            Ok((stream, _)) => {
                let site = Arc::clone(&site);
                tokio::spawn(async move {
                    let _place = place;
                    let service = service_fn(|request| respond(Arc::clone(&site), request));
                    let conversation = http1::Builder::new()
                        .timer(TokioTimer::new())
                        .header_read_timeout(HEAD)
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

async fn respond(site: Arc<Site>, request: Request<Incoming>) -> Result<Response<String>, Infallible> {
    let answer = match read(request).await {
        Ok(asked) => {
            let site = Arc::clone(&site);
            // The client blocks, and so does the journal.
            let work =
                tokio::task::spawn_blocking(move || routes::answer(&site.backend, &site.vendor, &asked));
            work.await.unwrap_or_else(|_| {
                Answer::plain(StatusCode::INTERNAL_SERVER_ERROR, "The shop has made a mistake.")
            })
        }
        Err(answer) => answer,
    };
    Ok(answer.into_response(&site.policy))
}

async fn read(request: Request<Incoming>) -> Result<Asked, Answer> {
    let (head, body) = request.into_parts();
    let host = own_host(&head.headers)?;
    let Ok(Some(body)) = timeout(FORM, read_form(body)).await else {
        return Err(Answer::plain(StatusCode::BAD_REQUEST, "The form cannot be read."));
    };
    let (path, query) = (head.uri.path().to_owned(), head.uri.query().unwrap_or_default().to_owned());
    Ok(Asked { method: head.method, path, query, body, host })
}

/// The name by which the browser knows the shop. A page of another site may neither send a form here, nor have its own name
/// lead here (DNS rebinding): the name is an address, or `localhost`.
fn own_host(headers: &HeaderMap) -> Result<String, Answer> {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let host = text(HOST).filter(|host| is_address(host)).ok_or_else(|| {
        Answer::plain(StatusCode::MISDIRECTED_REQUEST, "The shop is reached by its address or as localhost.")
    })?;
    let same =
        headers.get(ORIGIN).is_none_or(|origin| origin.as_bytes() == format!("http://{host}").as_bytes());
    if same {
        Ok(host.to_owned())
    } else {
        Err(Answer::plain(StatusCode::FORBIDDEN, "This was sent by a page of another site."))
    }
}

fn is_address(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let address = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(name);
    name == "localhost" || address.parse::<IpAddr>().is_ok()
}

/// The body, unless it breaks, is too long or no text.
async fn read_form(mut body: Incoming) -> Option<String> {
    let mut bytes = Vec::new();
    while let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        if let Some(data) = frame.ok()?.data_ref() {
            if bytes.len() + data.len() > LONGEST_FORM {
                return None;
            }
            bytes.extend_from_slice(data);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::is_address;

    #[test]
    fn only_an_address_or_localhost_is_the_shops_own_name() {
        for host in [
            "127.0.0.1:8788",
            "127.0.0.1",
            "localhost",
            "localhost:80",
            "[::1]:8788",
            "[::1]",
            "192.168.1.7:8788",
        ] {
            assert!(is_address(host), "{host}");
        }
        for host in [
            "",
            ":8788",
            "shop.example",
            "shop.example:8788",
            "127.0.0.1.shop.example",
            "127.0.0.1:8788@x",
            "localhost.x",
        ] {
            assert!(!is_address(host), "{host}");
        }
    }
}
