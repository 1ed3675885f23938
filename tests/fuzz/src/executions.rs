//! Anything that may happen to an execution, in any order.

use dollr_core::{
    Action, Device, Event, Execution, Holder, Intent, Loss, Machine, Passcode, Policy, Purpose, Resend,
    Secret, Timestamp, Verdict,
};

use crate::draw::{Draw, EXECUTION_BODIES, ID, NOW};
use crate::judge::{Expected, proves_execution};
use crate::walk::{glance, look, policy, tell};

/// A payment, and what is known of it from outside.
struct Life {
    machine: Execution,
    expected: Expected,
    policy: Policy,
    now: Timestamp,
    /// Requests that were sent and may have been processed.
    sent: u32,
}

/// A payment's life.
pub(crate) fn run(bytes: &[u8]) {
    let mut draw = Draw::new(bytes);
    let now = Timestamp::from_millis(NOW);
    let policy = policy(&mut draw);
    let (intent, expected) = intent(&mut draw);
    let machine = Execution::prepare(intent, policy.clone(), now);
    let mut life = Life { machine, expected, policy, now, sent: 0 };
    for _ in 0..256 {
        if draw.is_empty() {
            break;
        }
        life.step(&mut draw);
        glance(&life.machine, life.now);
    }
    look(&life.machine, life.now);
}

impl Life {
    fn step(&mut self, draw: &mut Draw<'_>) {
        match draw.below(12) {
            0..=2 => self.obey(draw),
            3 => self.now = draw.moment(self.now),
            4 => {
                self.machine = Execution::restore(&self.machine.snapshot()).expect("its own snapshot");
            }
            5 => {
                tell(&mut self.machine, Event::Hint, self.now);
            }
            6 => {
                tell(&mut self.machine, Event::Resumed { patience: draw.span() }, self.now);
            }
            7 => {
                let horizon = draw.flag().then(|| draw.span());
                tell(&mut self.machine, Event::Adopted { horizon }, self.now);
            }
            8 => {
                let event = if draw.flag() { Event::Shown } else { Event::Recorded };
                self.record_or(event);
            }
            9 => {
                let (exchange, loss) = (draw.exchange(), draw.loss());
                self.hear(Event::Lost { exchange, loss });
            }
            10 => {
                let exchange = draw.exchange();
                self.hear(Event::Answered { exchange, response: draw.response(&EXECUTION_BODIES) });
            }
            _ => {
                if let Some(request) = self.machine.ask() {
                    let response = draw.response(&EXECUTION_BODIES);
                    self.hear(Event::Answered { exchange: request.exchange, response });
                }
            }
        }
    }

    /// Does what the machine wants, as a host would.
    fn obey(&mut self, draw: &mut Draw<'_>) {
        match self.machine.next(self.now) {
            Action::Record(snapshot) => {
                let found = Execution::restore(&snapshot).expect("its own snapshot");
                assert_eq!(
                    found.state(),
                    "Uncertain",
                    "what is recorded says that it may have been sent (I1)"
                );
                self.record_or(Event::Recorded);
                assert_eq!(self.machine.snapshot(), snapshot, "it becomes something else than was recorded");
            }
            Action::Send(request) => {
                let exchange = request.exchange;
                let event = match draw.below(4) {
                    0 => Event::Lost { exchange, loss: draw.loss() },
                    _ => Event::Answered { exchange, response: draw.response(&EXECUTION_BODIES) },
                };
                assert!(self.hear(event), "an answer that is awaited is refused");
            }
            Action::Wait { until, .. } => self.now = until,
            Action::Act { .. } => assert!(tell(&mut self.machine, Event::Shown, self.now)),
            Action::Done(_) => {}
        }
    }

    fn record_or(&mut self, event: Event) {
        let records = event == Event::Recorded;
        if tell(&mut self.machine, event, self.now) && records {
            self.sent += 1;
            let most = match self.policy.resend {
                Resend::AfterGrace { sends, .. } => sends.max(1),
                _ => 1,
            };
            assert!(self.sent <= most, "sent {} times of {most} (I2)", self.sent);
        }
    }

    /// Tells it an answer or a loss, and looks at what it makes of it.
    fn hear(&mut self, event: Event) -> bool {
        let before = self.machine.clone();
        let (proof, unprocessed) = match &event {
            Event::Answered { exchange, response } => {
                let fresh = response.status() == 200 && !response.is_cached();
                let proof = fresh && exchange.purpose == Purpose::Status;
                let thrown_back = matches!(response.status(), 401 | 429) && !response.is_cached();
                (proof && proves_execution(response.body(), &self.expected), thrown_back)
            }
            Event::Lost { loss, .. } => (false, *loss == Loss::NotSent),
            _ => (false, false),
        };
        let taken = tell(&mut self.machine, event, self.now);
        if before.state() == "Sending" && self.machine.state() == "Prepared" {
            assert!(unprocessed, "sent again after what may have been processed (I2)");
            self.sent -= 1;
        }
        if !before.is_terminal() && matches!(self.machine.verdict(), Verdict::Paid(_)) {
            assert!(proof, "paid without proof (I4)");
        }
        taken
    }
}

fn intent(draw: &mut Draw<'_>) -> (Intent, Expected) {
    let (id, session) = (ID.parse().expect("an id"), "55".parse().expect("a session"));
    let account = "231770000001".parse().expect("an account");
    let (pays, gets) = (["payer_amount", "payer_currency"], ["payee_amount", "payee_currency"]);
    let usd = "USD".parse().expect("a currency");
    let (intent, operation, side) = match draw.below(8) {
        1 => (Intent::payout(id, session, account, &passcode()), "PAYOUT", gets),
        2 => (Intent::transfer(id, session), "TRANSFER", pays),
        3 => (Intent::refund(id, session), "REFUND", gets),
        _ => (Intent::collection(id, session, account, usd), "COLLECTION", pays),
    };
    let mut expected = Expected { operation, side, amount: None, currency: None };
    expected.currency = (operation == "COLLECTION").then_some("USD");
    let mut intent = intent;
    if draw.flag() {
        intent = intent.amount("250.00".parse().expect("an amount")).currency(usd);
        (expected.amount, expected.currency) = (Some(25_000), Some("USD"));
    }
    if draw.flag() {
        intent = intent.session_expires_at(draw.moment(Timestamp::from_millis(NOW)));
    }
    (intent, expected)
}

fn passcode() -> Passcode {
    let device = Device { name: "till 3".to_owned(), ..Device::default() };
    Passcode { code: Secret::new("passcode-31415"), holder: Holder::User("cashier".to_owned()), device }
}
