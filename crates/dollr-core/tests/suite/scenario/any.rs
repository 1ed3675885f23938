//! Anything that may happen to a machine, in any order. An answer is drawn field by field, each with a mark of whether a
//! merchant could accept it; whether the whole is proof of payment is thus known without reading it back.

use std::time::Duration;

use dollr_core::{Action, Event, Exchange, Loss, Operation, Purpose, Timestamp};
use proptest::prelude::*;
use proptest::sample::select;

use super::{CLIENT_SECRET, START, Subject, Told, http_date};

/// One thing that may happen.
#[derive(Debug, Clone)]
pub(crate) enum Happening {
    Recorded,
    Shown,
    Hint,
    Resumed(u64),
    Lost(Exchanged, Loss),
    /// An answer, and whether it proves the payment if it is the awaited status answer.
    Answered(Exchanged, Box<Told>, bool),
    /// Time goes by.
    Sleep(u64),
    /// The host waits as long as it is told.
    Due,
    /// The clock is set, by so many milliseconds.
    Clock(i64),
    /// The process dies and another goes on.
    Crash,
}

/// Which request an answer claims to be to.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Exchanged {
    Awaited,
    Other(Exchange),
}

/// A machine in the midst of it all.
#[derive(Debug, Clone)]
pub(crate) struct Walk<M> {
    pub(crate) machine: M,
    pub(crate) now: Timestamp,
}

impl<M: Subject> Walk<M> {
    pub(crate) fn new(machine: M) -> Self {
        Self { machine, now: START }
    }

    /// The exchange of the request that is to be sent or could be asked.
    pub(crate) fn awaited(&self) -> Option<Exchange> {
        match self.machine.next(self.now) {
            Action::Send(request) => Some(request.exchange),
            _ => self.machine.ask().map(|request| request.exchange),
        }
    }

    /// The event that a happening is for the machine, if it is one.
    pub(crate) fn event(&self, happening: &Happening) -> Option<Event> {
        let nobody = Exchange { purpose: Purpose::Other, number: 0 };
        let exchange = |which: &Exchanged| match which {
            Exchanged::Awaited => self.awaited().unwrap_or(nobody),
            Exchanged::Other(exchange) => *exchange,
        };
        Some(match happening {
            Happening::Recorded => Event::Recorded,
            Happening::Shown => Event::Shown,
            Happening::Hint => Event::Hint,
            Happening::Resumed(seconds) => Event::Resumed { patience: Duration::from_secs(*seconds) },
            Happening::Lost(which, loss) => Event::Lost { exchange: exchange(which), loss: *loss },
            Happening::Answered(which, told, _) => {
                Event::Answered { exchange: exchange(which), response: told.response() }
            }
            Happening::Sleep(_) | Happening::Due | Happening::Clock(_) | Happening::Crash => return None,
        })
    }

    /// Lets it happen. An event that cannot be must leave the machine as it was.
    pub(crate) fn step(mut self, happening: &Happening) -> Self {
        if let Some(event) = self.event(happening) {
            let before = self.machine.clone();
            self.machine = self.machine.apply(event, self.now).unwrap_or_else(|rejected| {
                let machine = rejected.into_machine();
                assert_eq!(machine, before, "a refused event changed the machine");
                machine
            });
            return self;
        }
        match happening {
            Happening::Sleep(millis) => self.now = self.now.after(Duration::from_millis(*millis)),
            Happening::Clock(millis) => {
                self.now = Timestamp::from_millis(self.now.as_millis().saturating_add_signed(*millis));
            }
            Happening::Due => {
                if let Action::Wait { until, .. } = self.machine.next(self.now) {
                    self.now = until;
                }
            }
            Happening::Crash => {
                self.machine = M::restore(&self.machine.snapshot()).expect("its own snapshot");
            }
            _ => {}
        }
        self
    }
}

/// Ten years, either way.
const FAR: i64 = 10 * 365 * 86_400_000;

/// What may happen to an execution.
pub(crate) fn happenings(operation: Operation) -> impl Strategy<Value = Vec<Happening>> {
    prop::collection::vec(happening(execution_answer(operation).boxed()), 0..40)
}

/// What may happen to a source.
pub(crate) fn source_happenings() -> impl Strategy<Value = Vec<Happening>> {
    prop::collection::vec(happening(source_answer().boxed()), 0..30)
}

fn happening(answer: BoxedStrategy<(Told, bool)>) -> impl Strategy<Value = Happening> {
    let answered = (exchanged(), answer)
        .prop_map(|(which, (told, proof))| Happening::Answered(which, Box::new(told), proof));
    prop_oneof![
        4 => Just(Happening::Recorded),
        1 => Just(Happening::Shown),
        2 => Just(Happening::Hint),
        1 => select(vec![0, 1, 600, 100_000, u64::MAX]).prop_map(Happening::Resumed),
        2 => (exchanged(), select(vec![Loss::NotSent, Loss::Unknown])).prop_map(|(w, l)| Happening::Lost(w, l)),
        8 => answered,
        2 => (0_u64..100_000).prop_map(Happening::Sleep),
        4 => Just(Happening::Due),
        1 => prop_oneof![-FAR..FAR, -5_000_i64..5_000].prop_map(Happening::Clock),
        1 => Just(Happening::Crash),
    ]
}

fn exchanged() -> impl Strategy<Value = Exchanged> {
    let purpose = select(vec![Purpose::Execute, Purpose::Status, Purpose::Other]);
    let other = (purpose, prop_oneof![0_u32..4, any::<u32>()])
        .prop_map(|(purpose, number)| Exchanged::Other(Exchange { purpose, number }));
    prop_oneof![6 => Just(Exchanged::Awaited), 1 => other]
}

/// A field's JSON text (none leaves it out), and whether it is as it should be.
type Field = (Option<&'static str>, bool);

/// A field that is mostly as it should be.
fn field(good: &[&'static str], bad: &[&'static str]) -> impl Strategy<Value = Field> + use<> {
    let good: Vec<Field> = good.iter().map(|text| (Some(*text), true)).collect();
    let bad: Vec<Field> = bad.iter().map(|text| (Some(*text), false)).chain([(None, false)]).collect();
    prop_oneof![12 => select(good), 1 => select(bad)]
}

fn amount() -> impl Strategy<Value = Field> {
    let good = ["250", "250.00", "\"250.00\"", "\"250.000\"", "2.5e2", "25000E-2"];
    let bad = ["250.01", "249.99", "\"2.50\"", "25000", "-250", "\"250,00\"", "1e400", "null", "[]", "0"];
    field(&good, &bad)
}

fn currency() -> impl Strategy<Value = Field> {
    field(&["\"USD\""], &["\"LRD\"", "\"usd\"", "\"USDT\"", "null", "840"])
}

fn execution_answer(operation: Operation) -> impl Strategy<Value = (Told, bool)> {
    let (own, other): (&[_], &[_]) = match operation {
        Operation::Collection => (&["\"COLLECTION\""], &["\"PAYOUT\"", "\"collection\"", "null", "7"]),
        Operation::Payout => (&["\"PAYOUT\""], &["\"COLLECTION\"", "null"]),
        Operation::Transfer => (&["\"TRANSFER\""], &["\"REFUND\"", "null"]),
        Operation::Refund => (&["\"REFUND\""], &["\"TRANSFER\"", "null"]),
    };
    let side = match operation {
        Operation::Collection | Operation::Transfer => ["payer_amount", "payer_currency"],
        Operation::Payout | Operation::Refund => ["payee_amount", "payee_currency"],
    };
    let ids = field(
        &["\"07070707-0707-4707-8707-070707070707\""],
        &["\"07070707-0707-4707-8707-070707070708\"", "\"\"", "null", "7", "\"../../x\""],
    );
    let words = ["\"PENDING\"", "\"PROCESSING\"", "\"FAILED\"", "\"completed\"", "\"ON_HOLD\"", "null", "1"];
    let status = prop_oneof![
        field(&["\"COMPLETED\""], &words),
        select(words.to_vec()).prop_map(|word| (Some(word), false))
    ];
    let fields = (ids, field(own, other), status, amount(), currency(), any::<bool>());
    answer(fields.prop_map(move |(id, operation_type, status, amount, currency, action)| {
        let told = Told::of(operation, "PENDING")
            .with("requires_action", action.to_string())
            .with("client_secret", format!("{CLIENT_SECRET:?}"));
        let named = [
            ("reference_id", id),
            ("operation_type", operation_type),
            ("status", status),
            (side[0], amount),
            (side[1], currency),
        ];
        settle(told, &named)
    }))
}

fn source_answer() -> impl Strategy<Value = (Told, bool)> {
    let status =
        field(&["\"PAID\""], &["\"IDLE\"", "\"ACTIVE\"", "\"CANCELED\"", "\"paid\"", "\"HELD\"", "null"]);
    let fields = (
        field(&["101"], &["102", "\"101\"", "null", "101.5"]),
        field(&["\"INVOICE\""], &["\"ORDER\"", "\"invoice\"", "null"]),
        status,
        amount(),
        currency(),
    );
    answer(fields.prop_map(|(id, kind, status, total, currency)| {
        let named = [
            ("source_id", id),
            ("source_type", kind),
            ("status", status),
            ("total_amount", total),
            ("currency", currency),
        ];
        settle(Told::source("IDLE"), &named)
    }))
}

fn settle(told: Told, named: &[(&'static str, Field)]) -> (Told, bool) {
    let proof = named.iter().all(|(_, (_, good))| *good);
    let told = named.iter().fold(told, |told, (name, (text, _))| match text {
        Some(text) => told.with(name, *text),
        None => told.without(name),
    });
    (told, proof)
}

/// What surrounds the fields: the HTTP status, the wrapper, a key said twice, headers, or another body altogether.
fn answer(fields: impl Strategy<Value = (Told, bool)>) -> impl Strategy<Value = (Told, bool)> {
    let codes = vec![
        0, 100, 201, 204, 301, 302, 400, 401, 403, 404, 408, 409, 418, 422, 425, 429, 500, 502, 503, 504, 999,
    ];
    let code = prop_oneof![10 => Just(200), 6 => select(codes), 1 => any::<u16>()];
    let shape = prop_oneof![12 => Just(0), 1 => Just(1), 1 => Just(2), 3 => Just(3)];
    (fields, code, shape, junk(), age(), other_headers()).prop_map(
        |(fields, code, shape, junk, age, headers)| {
            let (told, proof) = fields;
            let (told, proof) = match shape {
                0 => (told, proof),
                1 => (told.wrapped(), proof),
                2 => (told.twice("status", "\"FAILED\""), false),
                _ => (Told::http(200, junk), false),
            };
            let (age, fresh) = age;
            let told = age.into_iter().fold(told.code(code), |told, age| told.header("Age", age));
            let told = headers.into_iter().fold(told, |told, (name, value)| told.header(name, value));
            (told, proof && code == 200 && fresh)
        },
    )
}

fn junk() -> impl Strategy<Value = &'static str> {
    select(vec![
        "",
        "null",
        "[]",
        "{}",
        "{",
        "<html><body>Bad gateway</body></html>",
        "\"COMPLETED\"",
        "{\"data\": null}",
        "{\"detail\": \"duplicate reference_id\"}",
        "{\"detail\": [{\"loc\": [\"body\", \"currency\"], \"msg\": \"field\\r\\nrequired\"}]}",
        "{\"detail\": \"Not authenticated\"}",
    ])
}

/// An `Age`, and whether an answer with it comes from the vendor.
fn age() -> impl Strategy<Value = (Option<&'static str>, bool)> {
    let stale = select(vec![(Some("3"), false), (Some(""), false), (Some("-0"), false), (Some("x"), false)]);
    prop_oneof![20 => Just((None, true)), 2 => Just((Some("0"), true)), 2 => stale]
}

fn other_headers() -> impl Strategy<Value = Vec<(&'static str, String)>> {
    let rubbish =
        ["-1", "NaN", "1e9", "soon", "", "\u{0}", "99999999999999999999", "Thu, 31 Dec 9998 23:59:59 GMT"];
    let retry = prop_oneof![
        select(rubbish.to_vec()).prop_map(str::to_owned),
        (0_u64..8_000).prop_map(|s| s.to_string()),
        any::<u64>().prop_map(|s| s.to_string()),
    ];
    let date = prop_oneof![
        Just("rubbish".to_owned()),
        (-100_000_i64..100_000).prop_map(|s| {
            http_date(Timestamp::from_millis(START.as_millis().saturating_add_signed(s * 1_000)))
        }),
    ];
    let retry = prop::option::weighted(0.3, retry).prop_map(|v| v.map(|v| ("Retry-After", v)));
    let date = prop::option::weighted(0.3, date).prop_map(|v| v.map(|v| ("date", v)));
    (retry, date).prop_map(|(a, b)| a.into_iter().chain(b).collect())
}
