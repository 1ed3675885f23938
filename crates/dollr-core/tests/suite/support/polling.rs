//! A host of one payment with a clock that leaps: at which ages an `Execution` asks, as the engine really does it.

use std::time::Duration;

use dollr_core::{
    Action, Event, Execution, Intent, Machine, Policy, Purpose, ReferenceId, Response, Timestamp,
};

/// When every payment here is sent.
pub(crate) const SENT: Timestamp = Timestamp::from_millis(1_750_000_000_000);

/// What the ids are made from, so that every run is the same.
pub(crate) const SEED: u64 = 20_250_615;

/// This many reference ids, as if from the operating system's random source.
pub(crate) fn reference_ids(count: usize) -> impl Iterator<Item = ReferenceId> {
    let mut random = SplitMix64(SEED);
    (0..count).map(move |_| {
        let bits = (u128::from(random.draw()) << 64) | u128::from(random.draw());
        ReferenceId::from_random_bytes(bits.to_be_bytes())
    })
}

/// An execution that is being prepared.
pub(crate) fn payment(id: ReferenceId, policy: Policy) -> Execution {
    let (session, account) = ("55".parse().unwrap(), "18".parse().unwrap());
    let intent = Intent::collection(id, session, account, "USD".parse().unwrap());
    Execution::prepare(intent, policy, SENT)
}

/// The answer about a payment that goes on.
pub(crate) fn pending(id: ReferenceId) -> Response {
    let body = format!(r#"{{"reference_id": "{id}", "status": "PENDING", "operation_type": "COLLECTION"}}"#);
    Response::new(200, body)
}

/// The ages, in milliseconds, at which it asks about a payment that is answered like this, until patience is over.
pub(crate) fn asked_with(
    id: ReferenceId,
    policy: Policy,
    mut answer: impl FnMut(Timestamp) -> Response,
) -> Vec<u64> {
    let (mut payment, mut now, mut ages) = (payment(id, policy), SENT, Vec::new());
    loop {
        let event = match payment.next(now) {
            Action::Record(_) => Event::Recorded,
            Action::Send(request) if request.exchange.purpose == Purpose::Execute => {
                Event::Answered { exchange: request.exchange, response: pending(id) }
            }
            Action::Send(request) => {
                ages.push(now.as_millis() - SENT.as_millis());
                Event::Answered { exchange: request.exchange, response: answer(now) }
            }
            Action::Wait { until, .. } => {
                assert!(until > now, "a wait that ends before it begins");
                now = until;
                continue;
            }
            Action::Act { .. } | Action::Done(_) => return ages,
        };
        payment = payment.apply(event, now).unwrap();
    }
}

/// The ages, in milliseconds, at which it asks about a payment that never ends, by this policy until patience is over.
pub(crate) fn asked(id: ReferenceId, policy: Policy) -> Vec<u64> {
    asked_with(id, policy, |_| pending(id))
}

/// The same in seconds, for as long as the optimum is known.
pub(crate) fn asked_until(horizon: f64, id: ReferenceId, policy: Policy) -> Vec<f64> {
    let ages = asked(id, policy.patience(Duration::from_secs_f64(horizon)));
    ages.into_iter().map(|age| Duration::from_millis(age).as_secs_f64()).collect()
}

/// Bits that look random.
pub(crate) struct SplitMix64(pub(crate) u64);

impl SplitMix64 {
    pub(crate) fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}
