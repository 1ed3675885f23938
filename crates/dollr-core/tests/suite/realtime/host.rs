//! A payment and its channel side by side, as an adapter drives them, with a vendor and a realtime server in virtual time.

use std::collections::BTreeMap;
use std::time::Duration;

use dollr_core::{
    Action, Channel, ChannelAction, ChannelEvent, ChannelPolicy, Ending, Event, Execution, Intent, Loss,
    Machine, Policy, Purpose, Rejected, Response, Timestamp, Verdict,
};

use super::{ID, KEY, change, heartbeat_reply, key_answer, reply_ok, system_ok, watch};
use crate::scenario::{START, http_date};

/// What the vendor will say, by the seconds since the start.
#[derive(Debug, Clone)]
pub(crate) struct Course {
    pub(crate) lost: bool,
    pub(crate) lands: bool,
    pub(crate) known: u64,
    pub(crate) ends: u64,
    pub(crate) end: &'static str,
    pub(crate) amount: &'static str,
}

impl Course {
    fn over(&self) -> u64 {
        self.known + self.ends
    }

    fn status(&self, now: Timestamp) -> Response {
        let word = match now.since(START).as_secs() {
            age if !self.lands || age < self.known => {
                return Response::new(404, "{}").with_header("Date", &http_date(now));
            }
            age if age < self.over() => "PROCESSING",
            _ => self.end,
        };
        self.answer(word)
    }

    fn answer(&self, status: &str) -> Response {
        let amount = self.amount;
        let body = format!(
            r#"{{"reference_id":"{ID}","operation_type":"COLLECTION","status":"{status}","payer_amount":{amount},"payer_currency":"USD"}}"#
        );
        Response::new(200, body)
    }

    pub(crate) fn expected(&self) -> &'static str {
        match (self.lands, self.end, self.amount) {
            (false, ..) => "not_landed",
            (true, "FAILED", _) => "failed",
            (true, _, "250") => "paid",
            _ => "stuck",
        }
    }
}

/// What becomes of the realtime server's frames.
#[derive(Debug, Clone, Default)]
pub(crate) struct Radio {
    /// Whether the channel is there at all.
    pub(crate) on: bool,
    /// For each frame of the server in turn: dropped, or delayed by so much, and repeated so often.
    pub(crate) fates: Vec<(bool, u64, u8)>,
    /// Frames that nobody honest sent, by when: milliseconds since the start.
    pub(crate) forged: Vec<(u64, String)>,
    /// When the socket breaks: milliseconds since the start.
    pub(crate) breaks: Vec<u64>,
    /// How many milliseconds a status call takes, in which nobody reads the socket.
    pub(crate) busy: u64,
}

/// How it went.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) verdict: Verdict,
    pub(crate) asks: u32,
    pub(crate) hints: Vec<Timestamp>,
    pub(crate) channel: Option<(Ending, Timestamp)>,
    /// When the payment was asked about.
    pub(crate) asked: Vec<Timestamp>,
}

pub(crate) struct Host {
    course: Course,
    radio: Radio,
    now: Timestamp,
    /// What is on its way, by when it arrives: frames, and breaks of the socket.
    air: BTreeMap<(u64, usize), ChannelEvent>,
    count: usize,
    hints: Vec<Timestamp>,
    asked: Vec<Timestamp>,
    ended: Option<(Ending, Timestamp)>,
}

impl Host {
    pub(crate) fn new(course: Course, radio: Radio) -> Self {
        let mut host = Self {
            course,
            now: START,
            air: BTreeMap::new(),
            count: 0,
            hints: Vec::new(),
            asked: Vec::new(),
            ended: None,
            radio,
        };
        for (at, frame) in host.radio.forged.clone() {
            host.arrives(at, ChannelEvent::Text(frame));
        }
        for at in host.radio.breaks.clone() {
            host.arrives(at, ChannelEvent::Closed);
        }
        host
    }

    fn age(&self) -> u64 {
        u64::try_from(self.now.since(START).as_millis()).unwrap()
    }

    fn arrives(&mut self, at: u64, event: ChannelEvent) {
        self.count += 1;
        self.air.insert((at, self.count), event);
    }

    /// An honest frame of the server, whatever becomes of it.
    fn says(&mut self, at: u64, frame: &str) {
        let (dropped, delay, copies) = self.radio.fates.pop().unwrap_or((false, 0, 0));
        for copy in 0..=u64::from(copies) {
            if !dropped {
                self.arrives(at + delay + copy * 137, ChannelEvent::Text(frame.to_owned()));
            }
        }
    }

    /// The server takes a frame in.
    fn hears(&mut self, text: &str) {
        let frame: serde_json::Value = serde_json::from_str(text).unwrap();
        let number: u32 = frame[1].as_str().unwrap().parse().unwrap();
        let age = self.age();
        match frame[3].as_str().unwrap() {
            "phx_join" => {
                assert_eq!(frame[4]["access_token"], KEY);
                self.says(age + 80, &reply_ok(number, 7));
                self.says(age + 1_300, &system_ok(number));
                for seconds in [self.course.known, self.course.over()] {
                    if seconds * 1_000 > age + 1_300 && self.course.lands {
                        self.says(seconds * 1_000 + 200, &change(7));
                    }
                }
            }
            "heartbeat" => self.says(age + 60, &heartbeat_reply(number)),
            _ => {}
        }
    }

    /// The channel's turn: what is to be done at once is done; then until when it listens.
    fn listen(&mut self, mut channel: Channel, payment: &mut Execution) -> (Channel, Option<Timestamp>) {
        for _ in 0..1_000 {
            let event = match channel.next(self.now) {
                ChannelAction::Key(request) => {
                    ChannelEvent::Answered { exchange: request.exchange, response: key_answer(KEY, 600) }
                }
                ChannelAction::Connect(_) => ChannelEvent::Connected,
                ChannelAction::Send(push) => {
                    self.hears(push.text.expose());
                    ChannelEvent::Sent { number: push.number }
                }
                ChannelAction::Hint => {
                    self.hints.push(self.now);
                    let told = payment.clone().apply(Event::Hint, self.now);
                    *payment = told.unwrap_or_else(Rejected::into_machine);
                    ChannelEvent::Hinted
                }
                ChannelAction::Close => ChannelEvent::Closed,
                ChannelAction::Wait { until } => return (channel, Some(until)),
                ChannelAction::Done(ending) => {
                    self.ended.get_or_insert((ending, self.now));
                    return (channel, None);
                }
            };
            channel = channel.apply(&event, self.now).unwrap();
        }
        panic!("the channel spins");
    }

    /// What has come over the air while the host was busy.
    fn drained(&mut self, mut channel: Channel) -> Channel {
        while self.air.first_key_value().is_some_and(|((at, _), _)| *at <= self.age()) {
            if let Some((_, event)) = self.air.pop_first() {
                channel = channel.apply(&event, self.now).unwrap_or_else(Rejected::into_machine);
            }
        }
        channel
    }

    /// Waits until then, or until something comes over the air.
    fn wait(&mut self, until: Timestamp) -> Option<ChannelEvent> {
        let first = self.air.first_key_value().map(|((at, _), _)| START.after(Duration::from_millis(*at)));
        let arrival = first.filter(|at| *at <= until);
        self.now = arrival.map_or(until, |at| self.now.max(at));
        arrival.and_then(|_| self.air.pop_first()).map(|(_, event)| event)
    }

    /// The whole life of a payment.
    pub(crate) fn run(mut self, intent: Intent) -> Ended {
        let policy = Policy::default().patience(Duration::from_secs(36_000));
        let intent = intent.session_expires_at(START.after(Duration::from_secs(900)));
        let mut payment = Execution::prepare(intent, policy, START);
        let mut channel = self.radio.on.then(|| watch(ChannelPolicy::default()));
        for _ in 0..50_000 {
            let mut until = None;
            channel = channel.map(|listening| self.drained(listening));
            if let Some(listening) = channel.take() {
                let (listening, then) = self.listen(listening, &mut payment);
                (channel, until) = (Some(listening), then);
            }
            let event = match payment.next(self.now) {
                Action::Record(_) => Event::Recorded,
                Action::Send(request) if request.exchange.purpose == Purpose::Execute && self.course.lost => {
                    Event::Lost { exchange: request.exchange, loss: Loss::Unknown }
                }
                Action::Send(request) => {
                    let execute = request.exchange.purpose == Purpose::Execute;
                    if !execute {
                        self.asked.push(self.now);
                        self.now = self.now.after(Duration::from_millis(self.radio.busy));
                    }
                    let response =
                        if execute { self.course.answer("PENDING") } else { self.course.status(self.now) };
                    Event::Answered { exchange: request.exchange, response }
                }
                Action::Wait { until: then, .. } => {
                    let told = self.wait(until.map_or(then, |until| until.min(then)));
                    // Without a socket nothing can come.
                    channel = channel.map(|listening| match told.filter(|_| until.is_some()) {
                        Some(event) => {
                            listening.apply(&event, self.now).unwrap_or_else(Rejected::into_machine)
                        }
                        None => listening,
                    });
                    continue;
                }
                Action::Act { .. } => Event::Shown,
                Action::Done(verdict) => {
                    let Self { hints, asked, ended, .. } = self;
                    return Ended { verdict, asks: payment.asks(), hints, channel: ended, asked };
                }
            };
            payment = payment.apply(event, self.now).unwrap();
        }
        panic!("it never ends");
    }
}
