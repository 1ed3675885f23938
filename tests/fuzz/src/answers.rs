//! The body of a status answer: to an execution that waits for it, and to a source.

use dollr_core::{
    Action, Event, Execution, Intent, Loss, Machine, Policy, Response, Source, Timestamp, Verdict,
};

use crate::draw::{Draw, ID, NOW};
use crate::judge::{Expected, proves_execution, proves_source};
use crate::sources::watch;
use crate::walk::{glance, look, tell};

/// The bytes are the body.
pub(crate) fn run(bytes: &[u8]) {
    let now = Timestamp::from_millis(NOW);
    let mut execution = uncertain(now);
    if answer(&mut execution, bytes, now) {
        assert!(proves_execution(bytes, &collection()), "paid without proof (I4)");
    }
    look(&execution, now);
    let mut source: Source = watch(&mut Draw::new(&[]), now);
    if answer(&mut source, bytes, now) {
        assert!(proves_source(bytes), "paid without proof (I4)");
    }
    // The POST's own answer proves nothing.
    let mut sending = recorded(now);
    assert!(!answer(&mut sending, bytes, now), "paid by the answer to a POST (I4)");
}

/// Whether it is paid by that.
pub(crate) fn answer<M: Machine + std::fmt::Debug>(machine: &mut M, body: &[u8], now: Timestamp) -> bool {
    let exchange = match machine.next(now) {
        Action::Send(request) => request.exchange,
        _ => machine.ask().expect("something to ask").exchange,
    };
    let event = Event::Answered { exchange, response: Response::new(200, body) };
    assert!(tell(machine, event, now), "an answer that is awaited is refused");
    glance(machine, now);
    matches!(machine.verdict(), Verdict::Paid(_))
}

/// What proves that the collection is paid.
pub(crate) fn collection() -> Expected {
    Expected {
        operation: "COLLECTION",
        side: ["payer_amount", "payer_currency"],
        amount: Some(25_000),
        currency: Some("USD"),
    }
}

/// A collection of 250.00 USD whose request is on its way.
pub(crate) fn recorded(now: Timestamp) -> Execution {
    let intent = Intent::collection(
        ID.parse().expect("an id"),
        "55".parse().expect("a session"),
        "18".parse().expect("an account"),
        "USD".parse().expect("a currency"),
    );
    let intent = intent.amount("250.00".parse().expect("an amount"));
    let mut execution = Execution::prepare(intent, Policy::default(), now);
    assert!(tell(&mut execution, Event::Recorded, now));
    execution
}

/// The same, after its answer was lost.
pub(crate) fn uncertain(now: Timestamp) -> Execution {
    let mut execution = recorded(now);
    let Action::Send(request) = execution.next(now) else { unreachable!("it was recorded") };
    assert!(tell(&mut execution, Event::Lost { exchange: request.exchange, loss: Loss::Unknown }, now));
    execution
}
