//! The calls themselves: each with the token it needs, which is renewed once for all threads and tasks. A channel keeps one of its own,
//! so that it can end later than the call that it was opened for.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use dollr_core::{Bearer, Credentials, Event, Loss, Refusal, Request, Response, Token, TokenAction};

use crate::host::Host;
use crate::http::Http;
use crate::{Clock, Error};

/// A merchant's line to the vendor.
#[derive(Debug)]
pub(crate) struct Caller {
    http: Http,
    credentials: Credentials,
    token: Mutex<Token>,
    /// Held by who renews the token. Who finds a token that can be used waits for nobody: a lock that is handed on in turn, as this one is,
    /// makes a queue of all threads.
    renewing: tokio::sync::Mutex<()>,
    clock: Arc<dyn Clock>,
    process: u32,
}

impl Caller {
    pub(crate) fn new(http: Http, credentials: Credentials, clock: Arc<dyn Clock>) -> Self {
        let (token, renewing) = (Mutex::new(Token::new()), tokio::sync::Mutex::new(()));
        Self { http, credentials, token, renewing, clock, process: std::process::id() }
    }

    /// One call of a machine. A token that cannot be had means that nothing was sent.
    pub(crate) async fn exchange(&self, host: &Host, request: &Request) -> Result<Event, Error> {
        let bearer = match self.bearer(host).await {
            Ok(bearer) => bearer,
            Err(Error::Transport { .. }) => {
                return Ok(Event::Lost { exchange: request.exchange, loss: Loss::NotSent });
            }
            Err(error) => return Err(error),
        };
        let event = host.send(&self.http, request, Some(&bearer)).await;
        if matches!(&event, Event::Answered { response, .. } if response.status() == 401) {
            self.give_up(&bearer);
        }
        Ok(event)
    }

    /// The same, repeated once with a new token after a 401 (API §1).
    pub(crate) async fn exchange_again(&self, host: &Host, request: &Request) -> Result<Event, Error> {
        match self.exchange(host, request).await? {
            Event::Answered { response, .. } if response.status() == 401 => {
                self.exchange(host, request).await
            }
            event => Ok(event),
        }
    }

    /// One call that is no machine's, with its answer or what is wrong with it.
    pub(crate) async fn call(&self, host: &Host, request: &Request) -> Result<Response, Error> {
        match self.exchange_again(host, request).await? {
            Event::Answered { response, .. } => match response.status() {
                200..=299 => Ok(response),
                401 => Err(Error::Authentication(Refusal::of(&response))),
                429 => {
                    let retry_after = response.retry_after(self.clock.now());
                    Err(Error::RateLimited { refusal: Refusal::of(&response), retry_after })
                }
                status if status >= 500 => {
                    let what = format!("{} {}: HTTP {status}", request.method.as_str(), request.path);
                    Err(Error::Transport { what, outcome_unknown: true })
                }
                _ => Err(Error::Refused(Refusal::of(&response))),
            },
            Event::Lost { loss, .. } => {
                let how = if loss == Loss::Unknown { "no answer" } else { "the vendor cannot be reached" };
                let what = format!("{} {}: {how}", request.method.as_str(), request.path);
                Err(Error::Transport { what, outcome_unknown: loss == Loss::Unknown })
            }
            other => Err(Error::Rejected(format!("{other:?}"))),
        }
    }

    /// The token to call with, which is renewed once for all.
    pub(crate) async fn bearer(&self, host: &Host) -> Result<Bearer, Error> {
        if std::process::id() != self.process {
            return Err(Error::Forked);
        }
        if let TokenAction::Use(bearer) = self.next() {
            return Ok(bearer);
        }
        let _renewing = self.renewing.lock().await;
        loop {
            match self.next() {
                TokenAction::Use(bearer) => return Ok(bearer),
                TokenAction::Denied(refusal) => return Err(Error::Authentication(refusal)),
                TokenAction::Wait { .. } => {
                    let what = "no token: the token call gets no usable answer".to_string();
                    return Err(Error::Transport { what, outcome_unknown: false });
                }
                TokenAction::Obtain(request) => {
                    let event = host.send(&self.http, &request, None).await;
                    let now = self.clock.now();
                    let mut token = self.token();
                    *token = std::mem::take(&mut *token)
                        .apply(&event, now)
                        .map_err(|e| Error::Rejected(e.to_string()))?;
                }
            }
        }
    }

    fn give_up(&self, bearer: &Bearer) {
        let mut token = self.token();
        *token = std::mem::take(&mut *token).expired(bearer);
    }

    fn next(&self) -> TokenAction {
        let now = self.clock.now();
        self.token().next(&self.credentials, now)
    }

    fn token(&self) -> MutexGuard<'_, Token> {
        self.token.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
