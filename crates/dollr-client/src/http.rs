//! One request out, one answer in. Nothing here follows, repeats, caches or decompresses (threats T1, T4, T8, T15, T21).

use std::time::Instant;

use dollr_core::{Bearer, Event, Loss, Purpose, Request, Response};
use tracing::debug;
use ureq::config::Config;
use ureq::http::header::{AUTHORIZATION, HeaderName, HeaderValue};
use ureq::unversioned::resolver::DefaultResolver;
use ureq::{Agent, Body, Timeout, http};

use crate::Wire;
use crate::addresses::Addresses;
use crate::dial::Dial;

/// As every host has it.
const LARGEST_BODY: u64 = Wire::LARGEST_BODY as u64;

/// The sockets, and where they lead.
#[derive(Debug)]
pub(crate) struct Http {
    /// For calls that may be repeated: connections are kept and used again.
    kept: Agent,
    /// For calls that move money: a connection of its own each, so that none is sent into one that has died.
    fresh: Agent,
    base: String,
}

impl Http {
    /// `config` makes the same settings twice; `base` has no slash at its end.
    pub(crate) fn new(kept: Config, fresh: Config, base: String) -> Self {
        let agent =
            |config| Agent::with_parts(config, Dial::default(), Addresses::by(DefaultResolver::default()));
        Self { kept: agent(kept), fresh: agent(fresh), base }
    }

    /// Sends `request` once and says what became of it, as its machine wants to hear it.
    pub(crate) fn exchange(&self, request: &Request, bearer: Option<&Bearer>) -> Event {
        let exchange = request.exchange;
        match self.send(request, bearer) {
            Ok(response) => Event::Answered { exchange, response },
            Err(loss) => Event::Lost { exchange, loss },
        }
    }

    fn send(&self, request: &Request, bearer: Option<&Bearer>) -> Result<Response, Loss> {
        let begun = Instant::now();
        let outcome =
            self.run(request, bearer).and_then(|answer| read(answer).map_err(|e| (Loss::Unknown, e)));
        let latency_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        let (method, path, attempt) = (request.method.as_str(), &request.path, request.exchange.number);
        match outcome {
            Ok(response) => {
                debug!(method, path, attempt, status = response.status(), latency_ms, "answered");
                Ok(response)
            }
            Err((loss, error)) => {
                debug!(method, path, attempt, ?loss, latency_ms, %error, "no answer");
                Err(loss)
            }
        }
    }

    fn run(
        &self,
        request: &Request,
        bearer: Option<&Bearer>,
    ) -> Result<http::Response<Body>, (Loss, ureq::Error)> {
        let unbuilt = |error| (Loss::NotSent, ureq::Error::Http(error));
        let failed = |error| (loss(&error), error);
        let agent = if request.exchange.purpose == Purpose::Execute { &self.fresh } else { &self.kept };
        let head = self.head(request, bearer).map_err(unbuilt)?;
        match &request.body {
            Some(body) => agent.run(head.map(|()| body.expose())).map_err(failed),
            None => agent.run(head).map_err(failed),
        }
    }

    fn head(&self, request: &Request, bearer: Option<&Bearer>) -> http::Result<http::Request<()>> {
        let mut head = http::Request::new(());
        *head.method_mut() = request.method.as_str().parse()?;
        *head.uri_mut() = format!("{}{}", self.base, request.path).try_into()?;
        let headers = head.headers_mut();
        for (name, value) in request.headers() {
            headers.insert(name, HeaderValue::from_static(value));
        }
        if let Some(bearer) = bearer {
            let mut value = HeaderValue::try_from(format!("Bearer {}", bearer.secret.expose()))?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        Ok(head)
    }
}

/// Whether an error surely came before the request's first byte. What is not known to be so may have been sent.
fn loss(error: &ureq::Error) -> Loss {
    use ureq::Error;
    match error {
        Error::HostNotFound
        | Error::ConnectionFailed
        | Error::BadUri(_)
        | Error::RequireHttpsOnly(_)
        | Error::Timeout(Timeout::Resolve | Timeout::Connect) => Loss::NotSent,
        _ => Loss::Unknown,
    }
}

fn read(mut answer: http::Response<Body>) -> Result<Response, ureq::Error> {
    let body = answer.body_mut().with_config().limit(LARGEST_BODY).read_to_vec()?;
    let response = Response::new(answer.status().as_u16(), body);
    let told = |response: Response, (name, value): (&HeaderName, &HeaderValue)| {
        response.with_header(name.as_str(), &String::from_utf8_lossy(value.as_bytes()))
    };
    Ok(answer.headers().iter().fold(response, told))
}

#[cfg(test)]
mod tests {
    use super::*;
    use dollr_core::Session;

    /// F21: nothing is sent to a name that leads nowhere, or to an address that no packet goes to.
    #[test]
    fn where_there_is_no_connection_nothing_was_sent() {
        let closed = std::net::TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a port");
        let request = Session::request("ORDER:202".parse().expect("a source"));
        for base in [
            format!("http://{closed}"),
            "https://no-such-host.invalid".into(),
            "https://255.255.255.255".into(),
        ] {
            let config = || Agent::config_builder().proxy(None).build();
            let http = Http::new(config(), config(), base.clone());
            let event = http.exchange(&request, None);
            assert!(matches!(event, Event::Lost { loss: Loss::NotSent, .. }), "{base}: {event:?}");
        }
    }
}
