//! T1, F6: a connection that ends after each byte of each request and of each answer, in order or at once, a new one and one that
//! was used before. Whatever is lost, the payment is sent once, and ends as the vendor has it.

use std::collections::BTreeMap;
use std::thread;
use std::time::Duration;

use dollr_client::{Attempt, Client, Report};
use dollr_e2e::{Cut, Cutter, How, Made, Payment, Side, World};

const EXECUTE: &str = "POST /v1/executions/";
const STATUS: &str = "GET /v1/status/";

/// So many trials have a vendor of their own, whose ledger does not get long.
const WORLD: usize = 32;

/// A vendor for whom each request moves money, and a relay before it.
struct Wire {
    world: World,
    cutter: Cutter,
}

impl Wire {
    fn new(kept: bool) -> Self {
        let world = World::without_deduplication();
        let cutter = Cutter::start(&world.sim.base_url(), kept);
        Self { world, cutter }
    }

    fn client(&self) -> Client {
        // Nobody waits long for a relay on the same machine, and where nothing comes, it ends the connection.
        self.world.builder().base_url(self.cutter.url()).build().expect("a client")
    }

    /// Collects through a cut.
    fn collect(&self, client: &Client, cut: &Cut) -> (Payment, Report, Made) {
        let payment = self.world.payment("1000");
        // What has not landed has not once its session is over: that is soon.
        self.world.sim.clock().advance_to(self.world.sim.clock().now_ms() + 14 * 60_000);
        let (before, _) = self.cutter.executes();
        self.cutter.arm(cut.clone());
        let attempt = Attempt::new(payment.intent.clone()).patience(Duration::from_secs(3_600));
        let report = client.collect(attempt).expect("a report");
        self.world.check_promises(&payment, &report);
        let (after, reused) = self.cutter.executes();
        assert_eq!((after - before, reused), (1, 0), "T1: sent once, on a connection of its own: {cut:?}");
        let made = self.cutter.made().unwrap_or_else(|| panic!("it was cut: {cut:?} {report:?}"));
        (payment, report, made)
    }
}

/// Every byte of one message. Gives the verdicts, with how often each was come to.
fn every_byte(cut: &Cut, kept: bool) -> BTreeMap<&'static str, usize> {
    let mut verdicts = BTreeMap::new();
    for first in (0..).step_by(WORLD) {
        let wire = Wire::new(kept);
        let shared = wire.client();
        if kept {
            // The connection that is kept has carried something.
            shared.create_session("ORDER:202".parse().expect("a source")).expect("a session");
        }
        for after in first..first + WORLD {
            let own = (!kept).then(|| wire.client());
            let cut = Cut { after, ..cut.clone() };
            let (payment, report, made) = wire.collect(own.as_ref().unwrap_or(&shared), &cut);
            let (_, charges) = wire.world.posts_and_charges(&payment);
            let verdict = report.verdict.name();
            *verdicts.entry(verdict).or_default() += 1;
            let expected = if charges == 1 { "paid" } else { "not_landed" };
            assert_eq!(verdict, expected, "{cut:?}: {charges} charges, {report:?}");
            let reused = kept && cut.call == STATUS;
            assert_eq!(made.carried > 0, reused, "{cut:?}: the connection had carried {}", made.carried);
            if made.length <= after {
                return verdicts;
            }
        }
    }
    verdicts
}

fn trial(call: &'static str, side: Side) -> Vec<BTreeMap<&'static str, usize>> {
    // A payment's connection is its own in any case: others are kept beside it, or not.
    let ways: &[_] = match call {
        EXECUTE => &[(How::Fin, false), (How::Rst, true)],
        _ => &[(How::Fin, false), (How::Fin, true), (How::Rst, false), (How::Rst, true)],
    };
    thread::scope(|scope| {
        let threads: Vec<_> = ways
            .iter()
            .map(|&(how, kept)| scope.spawn(move || every_byte(&Cut { call, side, after: 0, how }, kept)))
            .collect();
        threads.into_iter().map(|thread| thread.join().expect("no assertion failed")).collect()
    })
}

/// What the vendor has had whole is charged once and found out; what it has had in part has not landed.
#[test]
fn a_payment_is_cut_after_each_byte() {
    for verdicts in trial(EXECUTE, Side::Request) {
        assert!(verdicts["not_landed"] > 300, "{verdicts:?}");
        assert_eq!(verdicts["paid"], 1, "the whole of it was sent, and no answer came: {verdicts:?}");
    }
}

/// The answer to a payment is not what is believed.
#[test]
fn the_answer_to_a_payment_is_cut_after_each_byte() {
    for verdicts in trial(EXECUTE, Side::Answer) {
        assert!(verdicts.keys().eq(["paid"].iter()) && verdicts["paid"] > 100, "{verdicts:?}");
    }
}

/// What is asked is asked again.
#[test]
fn a_question_is_cut_after_each_byte() {
    for side in [Side::Request, Side::Answer] {
        for verdicts in trial(STATUS, side) {
            assert!(verdicts.keys().eq(["paid"].iter()) && verdicts["paid"] > 100, "{verdicts:?}");
        }
    }
}
