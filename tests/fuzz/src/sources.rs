//! Anything that may happen to a source, in any order.

use dollr_core::{Action, Event, Machine, Source, Timestamp, Verdict};

use crate::draw::{Draw, NOW, SOURCE_BODIES};
use crate::judge::proves_source;
use crate::walk::{glance, look, policy, tell};

/// An invoice's life.
pub(crate) fn run(bytes: &[u8]) {
    let mut draw = Draw::new(bytes);
    let mut now = Timestamp::from_millis(NOW);
    let mut source = watch(&mut draw, now);
    for _ in 0..256 {
        if draw.is_empty() {
            break;
        }
        match draw.below(8) {
            0 => now = draw.moment(now),
            1 => source = Source::restore(&source.snapshot()).expect("its own snapshot"),
            2 => {
                let events = [Event::Hint, Event::Recorded, Event::Shown];
                let event = events[usize::from(draw.below(3))].clone();
                tell(&mut source, event, now);
            }
            3 => {
                tell(&mut source, Event::Resumed { patience: draw.span() }, now);
            }
            4 => {
                let horizon = draw.flag().then(|| draw.span());
                tell(&mut source, Event::Adopted { horizon }, now);
            }
            5 => {
                let (exchange, loss) = (draw.exchange(), draw.loss());
                tell(&mut source, Event::Lost { exchange, loss }, now);
            }
            _ => match source.next(now) {
                Action::Wait { until, .. } if draw.flag() => now = until,
                _ => ask(&mut source, &mut draw, now),
            },
        }
        glance(&source, now);
    }
    look(&source, now);
}

/// An invoice over 250.00 USD.
pub(crate) fn watch(draw: &mut Draw<'_>, now: Timestamp) -> Source {
    let (id, currency) = ("INVOICE:101".parse().expect("a source"), "USD".parse().expect("a currency"));
    Source::watch(id, currency, "250.00".parse().expect("an amount"), policy(draw), now)
}

fn ask(source: &mut Source, draw: &mut Draw<'_>, now: Timestamp) {
    let Some(request) = source.ask() else { return };
    let (open, response) = (!source.is_terminal(), draw.response(&SOURCE_BODIES));
    let fresh = response.status() == 200 && !response.is_cached();
    let proof = fresh && proves_source(response.body());
    let exchange = request.exchange;
    assert!(tell(source, Event::Answered { exchange, response }, now), "an awaited answer is refused");
    if open && matches!(source.verdict(), Verdict::Paid(_)) {
        assert!(proof, "paid without proof (I4)");
    }
}
