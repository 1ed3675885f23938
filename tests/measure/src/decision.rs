//! What it costs to take an answer of the status API in and to decide: `apply` and `next`, beside what anybody has to do
//! at least, reading the same JSON into a struct.

use std::hint::black_box;
use std::time::Duration;

use allocation_counter::measure as allocations;
use dollr_core::{
    Action, Event, Exchange, Execution, Intent, Machine, Policy, Purpose, ReferenceId, Response, Timestamp,
};
use serde::Deserialize;

use crate::report::{Axis, Bar, Part, Plot, Ratio, Row};
use crate::rounds::{Series, alternating, nanos_each, real, timed};

const ROUNDS: usize = 41;
/// Answers at a time, so few that all they are made of fits into a processor's cache; and how many times a round.
const ANSWERS: usize = 32;
const TIMES: usize = 32;
const SENT: Timestamp = Timestamp::from_millis(1_750_000_000_000);
const PEER: &str = "serde_json 1.0 into a struct";

/// What somebody writes who reads the answer by hand, after the API's own table (API §5).
#[derive(Deserialize)]
#[expect(dead_code, reason = "it is read into, and no more")]
struct Plain {
    reference_id: String,
    status: String,
    operation_type: String,
    payer_amount: f64,
    payer_currency: String,
    payee_amount: f64,
    payee_currency: String,
    provider_transaction_id: Option<String>,
    gateway_message: Option<String>,
    wallet_message: Option<String>,
    requires_action: Option<bool>,
    client_secret: Option<String>,
}

/// An answer, by its name on the page.
struct Case {
    name: &'static str,
    status: &'static str,
    transaction: &'static str,
    wallet: &'static str,
}

const CASES: [Case; 2] = [
    Case { name: "PROCESSING, then wait", status: "PROCESSING", transaction: "null", wallet: "null" },
    Case {
        name: "COMPLETED, then the verdict",
        status: "COMPLETED",
        transaction: r#""MP250615.1706.C04417""#,
        wallet: r#""The transaction was successful.""#,
    },
];

pub(crate) fn measure() -> Part {
    let (mut rows, mut ratios, mut bars) = (Vec::new(), Vec::new(), Vec::new());
    for case in &CASES {
        let [ours, theirs] = times(case);
        ratios.push(Ratio::at_most(1.5, case.name, "dollr", PEER, ours.ratio_to(&theirs)));
        let (our_count, their_count) = counts(case);
        for (of, series, count) in [("dollr", &ours, our_count), (PEER, &theirs, their_count)] {
            bars.push(Bar::of(format!("{}: {of}", case.name), series));
            rows.push(Row::measured(case.name, of, "ns", series).note(format!("{count} allocations")));
        }
    }
    let waiting = allocations_while_it_waits();
    rows.push(Row::exact("`next` while it says wait", "dollr", "allocations", real(waiting)));
    ratios.push(Ratio {
        what: "allocations of `next` while it says wait".to_owned(),
        of: "dollr".to_owned(),
        to: "none".to_owned(),
        value: real(waiting),
        goal: "0".to_owned(),
        met: Some(waiting == 0),
    });
    Part {
        title: "Deciding",
        goal: "`apply` of a status answer and `next` take at most 1.5 × the time of reading the same JSON into a plain \
               struct with serde_json; `next` allocates nothing while it says wait.",
        rows,
        ratios,
        plots: vec![Plot {
            file: "decision.svg".to_owned(),
            title: "An answer taken in and decided on".to_owned(),
            x: Axis::linear(""),
            y: Axis::linear("ns"),
            lines: Vec::new(),
            bars,
        }],
        limits: "Of what a decision costs by callgrind, two fifths are reading the fields, a third checking them (the id, the \
                 operation, two exact decimals, two currencies, messages made safe to print), and the rest overwriting the body, \
                 which may hold a secret, moving the machine, and its time. Whoever reads into a struct checks nothing, and has \
                 amounts as floating-point numbers. Allocations are counted in both, which costs each of them a few \
                 nanoseconds."
            .to_owned(),
    }
}

/// Nanoseconds an answer: ours and serde's.
fn times(case: &Case) -> [Series; 2] {
    let (machine, body) = (open(), case.body());
    let (mut decided, mut read) = (Vec::with_capacity(ANSWERS), Vec::with_capacity(ANSWERS));
    let mut ours = || {
        let pair = || (machine.clone(), answered(&machine, &body));
        each(pair, |(machine, event)| decide(machine, event), &mut decided)
    };
    let mut theirs = || each(|| body.clone().into_bytes(), plain, &mut read);
    let all = alternating(ROUNDS, &mut [&mut ours, &mut theirs]);
    all.try_into().expect("two things were measured")
}

/// Nanoseconds each, without those in which it is got ready, and in which what came of it goes.
fn each<T, U>(ready: impl Fn() -> T, take: impl Fn(T) -> U, taken: &mut Vec<U>) -> f64 {
    let mut all = Duration::ZERO;
    for _ in 0..TIMES {
        let things: Vec<T> = (0..ANSWERS).map(|_| ready()).collect();
        let ((), time) = timed(|| things.into_iter().for_each(|thing| taken.push(take(thing))));
        black_box(&taken);
        taken.clear();
        all += time;
    }
    nanos_each(all, ANSWERS * TIMES)
}

/// Allocations an answer: ours and serde's.
fn counts(case: &Case) -> (u64, u64) {
    let (machine, body) = (open(), case.body());
    let event = answered(&machine, &body);
    let ours = allocations(|| drop(black_box(decide(machine, event)))).count_total;
    let bytes = body.into_bytes();
    (ours, allocations(|| drop(black_box(plain(bytes)))).count_total)
}

fn allocations_while_it_waits() -> usize {
    let machine = open();
    let counted = allocations(|| {
        assert!(matches!(black_box(&machine).next(SENT), Action::Wait { .. }), "it waits after the sending");
    });
    usize::try_from(counted.count_total).unwrap_or(usize::MAX)
}

/// What a host does with an answer. The body goes with the event, as it does when it is read by hand.
#[inline(never)]
fn decide(machine: Execution, event: Event) -> (Execution, Action) {
    let machine = machine.apply(event, SENT).expect("the answer that is awaited");
    let action = machine.next(SENT);
    (machine, action)
}

#[inline(never)]
fn plain(body: Vec<u8>) -> Plain {
    let read = serde_json::from_slice(&body).expect("an answer of the API");
    drop(body);
    read
}

/// A payment that the vendor has, and that is asked about.
fn open() -> Execution {
    let parsed = "the values are well formed";
    let (session, account) = ("55".parse().expect(parsed), "18".parse().expect(parsed));
    let intent = Intent::collection(id(), session, account, "USD".parse().expect(parsed))
        .amount("250.00".parse().expect(parsed));
    let machine = Execution::prepare(intent, Policy::default(), SENT);
    let machine = machine.apply(Event::Recorded, SENT).expect("it is prepared");
    let Action::Send(request) = machine.next(SENT) else { panic!("it sends what was recorded") };
    let pending = Case { name: "", status: "PENDING", transaction: "null", wallet: "null" };
    let response = Response::new(200, pending.body());
    machine.apply(Event::Answered { exchange: request.exchange, response }, SENT).expect("it was sent")
}

fn answered(machine: &Execution, body: &str) -> Event {
    let exchange = Exchange { purpose: Purpose::Status, number: machine.asks() };
    Event::Answered { exchange, response: Response::new(200, body) }
}

fn id() -> ReferenceId {
    ReferenceId::from_random_bytes([7; 16])
}

impl Case {
    /// All fields of the API's table, in its order.
    fn body(&self) -> String {
        let (status, transaction, wallet) = (self.status, self.transaction, self.wallet);
        format!(
            r#"{{"reference_id":"{}","status":"{status}","operation_type":"COLLECTION","payer_amount":250.00,"payer_currency":"USD","payee_amount":245.00,"payee_currency":"USD","provider_transaction_id":{transaction},"gateway_message":null,"wallet_message":{wallet},"requires_action":false,"client_secret":null}}"#,
            id()
        )
    }
}
