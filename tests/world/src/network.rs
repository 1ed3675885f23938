//! The network between hosts and the vendor: what is sent is lost, late, doubled, cut, answered by others or spoilt, by chance.

use dollr_client::core::{Bearer, Loss, Purpose, Request};

use crate::answer::{About, Answer};
use crate::fault::{Column, Fault};
use crate::needle::{Call, Kind};
use crate::vendor::Arrival;
use crate::world::{Happening, World};

/// How long a host waits for an answer, in ms.
pub(crate) const TIME_OUT: u64 = 30_000;

/// Who has sent it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Host {
    /// A call of a client.
    Task(u64),
    /// A queue worker: its process, and in which of its lives.
    Worker(usize, u32),
}

/// A request under way.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    host: Host,
    call: u64,
    sent: u64,
    path: String,
    body: Option<String>,
    bearer: Option<String>,
    purpose: Purpose,
    pub(crate) key: String,
    column: Column,
    fault: Option<Fault>,
    /// Whether the vendor has it before it is cut, where that is not left to chance.
    seen: Option<bool>,
}

/// What a host hears of its call.
#[derive(Clone, Debug)]
pub(crate) enum Heard {
    Answer(Box<Answer>, Option<u64>),
    Lost(Loss),
}

/// What a request is about: a reference id, `INVOICE:101`, or nothing.
pub(crate) fn key_of(path: &str, body: Option<&str>) -> String {
    if let Some(query) = path.strip_prefix("/v1/status/source?source_type=") {
        return query.replacen("&source_id=", ":", 1);
    }
    if let Some((_, id)) = path.strip_prefix("/v1/status/").and_then(|rest| rest.split_once('/')) {
        return id.to_owned();
    }
    let id =
        body.and_then(|body| body.split_once(r#""reference_id":""#)).and_then(|(_, rest)| rest.get(..36));
    id.unwrap_or_default().to_owned()
}

impl World<'_> {
    /// Sends a request once; the number of the call.
    pub(crate) fn send(&mut self, host: Host, request: &Request, bearer: Option<&Bearer>) -> u64 {
        self.calls += 1;
        let body = request.body.as_ref().map(|body| body.expose().to_owned());
        let key = key_of(&request.path, body.as_deref());
        let purpose = request.exchange.purpose;
        let column = self.column_of_call(purpose, &key);
        let mut message = Message {
            host,
            call: self.calls,
            sent: self.clock.now(),
            path: request.path.clone(),
            body,
            bearer: bearer.map(|bearer| bearer.secret.expose().to_owned()),
            purpose,
            key,
            column,
            fault: None,
            seen: None,
        };
        let failing = self.process_of(host).and_then(|process| self.needle.call(process, Call::Socket));
        let fault = match failing {
            Some(kind) => self.fails(host, kind),
            None => self.choose(&message),
        };
        message.fault = fault;
        message.seen = failing.map(|kind| kind == Kind::Cut);
        if failing == Some(Kind::DiesSending) {
            return self.calls;
        }
        self.count_calls(purpose);
        if purpose == Purpose::Execute && fault != Some(Fault::NoConnection) {
            let body = message.body.clone().unwrap_or_default();
            self.books().posted(&message.key, &body);
        }
        self.trace(|| format!("{host:?} sends {} ({}) {fault:?}", message.path, message.key));
        self.dispatch(message);
        self.calls
    }

    fn column_of_call(&mut self, purpose: Purpose, key: &str) -> Column {
        match purpose {
            Purpose::Execute => Column::Sending,
            Purpose::Status => match self.books().column(key) {
                // What was caught sending is restored as something that asks.
                Column::Prepared | Column::Sending => Column::Uncertain,
                // Somebody else knows already what this one still asks.
                Column::Paid | Column::Canceled | Column::Mismatched => Column::Watching,
                column => column,
            },
            Purpose::Other => Column::Token,
        }
    }

    /// At most one fault strikes a call; any of them may come first.
    fn choose(&mut self, message: &Message) -> Option<Fault> {
        const CALLS: [Fault; 24] = [
            Fault::RequestLost,
            Fault::AnswerLost,
            Fault::Delayed,
            Fault::Duplicated,
            Fault::Reordered,
            Fault::Cut,
            Fault::Slow,
            Fault::ClientError,
            Fault::ServerError,
            Fault::Html,
            Fault::Redirected,
            Fault::Stale,
            Fault::WrongReference,
            Fault::WrongAmount,
            Fault::WrongCurrency,
            Fault::UnknownStatus,
            Fault::Regressed,
            Fault::Malformed,
            Fault::RetryAfter,
            Fault::NoConnection,
            Fault::TokenExpired,
            Fault::Silent,
            Fault::LongCall,
            Fault::Reordered,
        ];
        if let Some(fault) = self.written(message.purpose) {
            return Some(fault);
        }
        if self.silent.contains(&message.key) {
            return Some(Fault::Silent);
        }
        if self.plan.calm {
            return None;
        }
        if self.denied.contains_key(&message.key) && message.purpose != Purpose::Other {
            return Some(Fault::ClientError);
        }
        let from = self.rng.usize(..CALLS.len());
        let fault = (0..CALLS.len())
            .map(|n| CALLS[(from + n) % CALLS.len()])
            .find(|fault| self.plan.strikes(&mut self.rng, *fault))?;
        let doubles_charge =
            fault == Fault::Duplicated && message.purpose == Purpose::Execute && !self.plan.deduplicates;
        let fits = crate::fault::impossible(fault, message.column).is_none() && !doubles_charge;
        // Forever is long: few payments are never heard of again.
        (fits && (fault != Fault::Silent || self.rng.u8(..4) == 0)).then_some(fault)
    }

    fn dispatch(&mut self, message: Message) {
        let now = self.clock.now();
        let there = now + self.rng.u64(5..300);
        let fault = message.fault;
        let lost = |loss| Heard::Lost(loss);
        match fault {
            Some(Fault::NoConnection) => self.tell(&message, there, lost(Loss::NotSent)),
            Some(Fault::RequestLost) => self.tell(&message, now + TIME_OUT, lost(Loss::Unknown)),
            Some(Fault::Silent) => {
                self.silent.insert(message.key.clone());
                self.tell(&message, now + TIME_OUT, lost(Loss::Unknown));
            }
            Some(Fault::Delayed) => {
                self.tell(&message, now + TIME_OUT, lost(Loss::Unknown));
                let late = now + TIME_OUT + self.rng.u64(100..self.plan.latest);
                let late = self.last_moment(&message.key, message.body.as_deref()).unwrap_or(late);
                self.queue.push(late, Happening::Arrive(Box::new(message.clone())));
            }
            Some(Fault::Duplicated) => {
                let again = there + self.rng.u64(1..60_000);
                self.queue.push(there, Happening::Arrive(Box::new(message.clone())));
                self.queue.push(again, Happening::Arrive(Box::new(message.clone())));
            }
            Some(Fault::Reordered) => {
                let late = now + self.rng.u64(1_000..25_000);
                self.queue.push(late, Happening::Arrive(Box::new(message.clone())));
            }
            _ => return self.queue.push(there, Happening::Arrive(Box::new(message))),
        }
        if let Some(fault) = fault {
            self.hit(fault, message.column);
        }
    }

    fn tell(&mut self, message: &Message, at: u64, heard: Heard) {
        let Message { host, call, purpose, .. } = *message;
        let key = message.key.clone();
        self.queue.push(at, Happening::Deliver { host, call, purpose, key, heard });
    }

    /// It reaches the vendor, or something in front of it.
    pub(crate) fn arrive(&mut self, message: &Message) {
        let back = self.clock.now() + self.rng.u64(5..300);
        match message.fault {
            // The host has given up long ago.
            Some(Fault::Delayed) => {
                self.reach(message);
            }
            Some(Fault::AnswerLost | Fault::Slow) => {
                self.reach(message);
                self.tell(message, message.sent + TIME_OUT, Heard::Lost(Loss::Unknown));
                self.hit(message.fault.unwrap_or(Fault::Slow), message.column);
            }
            Some(Fault::Cut) => {
                if message.seen.unwrap_or_else(|| self.rng.bool()) {
                    self.reach(message);
                }
                self.tell(message, back, Heard::Lost(Loss::Unknown));
                self.hit(Fault::Cut, message.column);
            }
            Some(Fault::LongCall) => {
                let answer = self.reach(message);
                let late = message.sent + self.rng.u64(121_000..200_000);
                self.tell(message, late, Heard::Answer(Box::new(answer), None));
                self.hit(Fault::LongCall, message.column);
            }
            Some(fault) => {
                let (answer, hold) = self.spoil(message, fault);
                self.tell(message, back, Heard::Answer(Box::new(answer), hold));
            }
            None => {
                let answer = self.reach(message);
                self.tell(message, back, Heard::Answer(Box::new(answer), None));
            }
        }
    }

    fn reach(&mut self, message: &Message) -> Answer {
        let now = self.clock.now();
        let arrival = Arrival {
            path: &message.path,
            body: message.body.as_deref(),
            bearer: message.bearer.as_deref(),
            // What is on its way for long was let in at once, and waits at the vendor's own.
            let_in: if message.fault == Some(Fault::Delayed) { message.sent } else { now },
        };
        self.vendor.answer(now, &self.plan, &arrival)
    }

    /// The effect, perhaps, and another answer than the vendor's.
    fn spoil(&mut self, message: &Message, fault: Fault) -> (Answer, Option<u64>) {
        let mut hold = None;
        let answer = match fault {
            Fault::ClientError => self.client_error(message),
            Fault::ServerError => {
                self.instead(message, |n| Answer::new([500, 502, 503, 504][n % 4], "<html>"))
            }
            Fault::Html => self.instead(message, |_| Answer::new(200, "<html><body>Welcome</body></html>")),
            Fault::Redirected => self.instead(message, |n| Answer::new([301, 302, 307][n % 3], "")),
            Fault::RetryAfter => {
                let (text, asked) = self.vendor.retry_after(self.clock.now());
                hold = asked;
                let status = if self.rng.bool() { 429 } else { 503 };
                if status == 503 && self.rng.bool() {
                    self.reach(message);
                }
                Answer { retry_after: Some(text), ..Answer::new(status, "") }
            }
            Fault::TokenExpired => {
                if let Some(bearer) = &message.bearer {
                    self.vendor.expire(bearer);
                }
                self.reach(message)
            }
            Fault::Reordered | Fault::Duplicated => return (self.reach(message), None),
            _ => match self.misquoted(message, fault) {
                (answer, true) => answer,
                (answer, false) => return (answer, None),
            },
        };
        self.hit(fault, message.column);
        (answer, hold)
    }

    /// An answer of something in front of the vendor, which the request has or has not reached.
    fn instead(&mut self, message: &Message, answer: impl FnOnce(usize) -> Answer) -> Answer {
        if self.rng.bool() {
            self.reach(message);
        }
        answer(self.rng.usize(..12))
    }

    fn client_error(&mut self, message: &Message) -> Answer {
        const ALL: [u16; 9] = [400, 401, 403, 408, 409, 422, 425, 429, 404];
        const UNCLEAR: [u16; 4] = [408, 409, 425, 422];
        if let Some(left) = self.denied.get_mut(&message.key).filter(|_| message.purpose != Purpose::Other) {
            *left -= 1;
            if *left == 0 {
                self.denied.remove(&message.key);
            }
            return Answer::new(401, r#"{"detail":"Could not validate credentials"}"#);
        }
        if message.purpose == Purpose::Execute && self.rng.bool() {
            self.reach(message);
            let status = UNCLEAR[self.rng.usize(..4)];
            let body = if status == 422 { r#"{"detail":"duplicate reference_id"}"# } else { "" };
            return Answer::new(status, body);
        }
        // That it does not know what it knows is no answer of this vendor, after its lag.
        let codes = if message.purpose == Purpose::Status { &ALL[..8] } else { &ALL[..] };
        let status = codes[self.rng.usize(..codes.len())];
        if status == 401 && self.rng.bool() {
            // A new token does not help either.
            self.denied.insert(message.key.clone(), self.rng.u8(1..6));
        }
        Answer::new(status, r#"{"detail":"no"}"#)
    }

    /// The vendor's answer, with something else in it; whether there was something to change.
    fn misquoted(&mut self, message: &Message, fault: Fault) -> (Answer, bool) {
        let true_answer = self.reach(message);
        let Some(about) = true_answer.about.clone().or_else(|| Self::anything(message, fault)) else {
            return if fault == Fault::Malformed {
                let body = ["{}", "[]", r#"{"expires_in":5}"#, "{"][self.rng.usize(..4)];
                (Answer { date: true_answer.date, ..Answer::new(200, body) }, true)
            } else {
                (true_answer, false)
            };
        };
        let paid = if about.key.contains(':') { "PAID" } else { "COMPLETED" };
        let claims_paid = self.rng.bool();
        let status = if claims_paid { paid.to_owned() } else { about.status.clone() };
        let mut spoilt = Answer { date: true_answer.date, ..Answer::new(200, "") };
        let changed = match fault {
            Fault::Stale => {
                spoilt.age = Some("17");
                About { status, ..about }
            }
            Fault::WrongReference => About { key: self.other_key(&about.key), status, ..about },
            Fault::WrongAmount => {
                let amount = format!("{}.{:02}", self.rng.u32(600..1_000), self.rng.u8(1..99));
                About { status, amount, ..about }
            }
            Fault::WrongCurrency => About { currency: "RWF".to_owned(), status, ..about },
            Fault::UnknownStatus => About { status: "SETTLING".to_owned(), ..about },
            Fault::Regressed => match regressed(&about.status) {
                Some(status) => About { status: status.to_owned(), ..about },
                None => return (true_answer, false),
            },
            _ => {
                spoilt.body = about.malformed(self.rng.u8(..));
                return (spoilt, true);
            }
        };
        spoilt.body = changed.body();
        if changed.status == paid && matches!(fault, Fault::WrongAmount | Fault::WrongCurrency) {
            self.mismatched.insert(message.key.clone());
        }
        (spoilt, true)
    }

    /// What a cache, or a mixed-up answer, may say even where the vendor knows nothing.
    fn anything(message: &Message, fault: Fault) -> Option<About> {
        let tells =
            matches!(fault, Fault::Stale | Fault::WrongReference) && message.purpose != Purpose::Other;
        tells.then(|| About {
            key: message.key.clone(),
            operation: "COLLECTION",
            status: "PROCESSING".to_owned(),
            amount: "250.00".to_owned(),
            currency: "USD".to_owned(),
        })
    }

    fn other_key(&mut self, key: &str) -> String {
        match key.split_once(':') {
            Some((kind, id)) => format!("{kind}:{id}0"),
            None => self.some_key().filter(|other| other != key && !other.contains(':')).unwrap_or_default(),
        }
    }
}

/// The status before.
fn regressed(status: &str) -> Option<&'static str> {
    match status {
        "COMPLETED" | "FAILED" => Some("PROCESSING"),
        "PROCESSING" => Some("PENDING"),
        "PAID" | "CANCELED" => Some("ACTIVE"),
        "ACTIVE" => Some("IDLE"),
        _ => None,
    }
}
