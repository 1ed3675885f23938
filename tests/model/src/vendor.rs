//! The vendor, and whatever stands before it: what arrives has an effect or none, and is answered truly or oddly.

use crate::answer::{Answer, ODD_STATUS};
use crate::bench::{Call, Moment, SESSION_END};
use crate::setting::Vendor;
use crate::world::{Ledger, Message, Record, World};

/// What the vendor makes of a message: its books, the answer, and whether that is odd.
pub(crate) struct Outcome {
    pub(crate) ledger: Ledger,
    pub(crate) answer: Answer,
    pub(crate) odd: bool,
}

/// All that may come of a request that arrives.
pub(crate) fn outcomes(world: &World, vendor: Vendor, message: Message) -> Vec<Outcome> {
    match message {
        Message::Post { .. } => of_post(world, vendor, message),
        Message::Get { .. } => of_get(world),
        Message::Answer { .. } => Vec::new(),
    }
}

/// Who is answered, and to which request.
pub(crate) fn asker(message: Message) -> Option<(u8, Call)> {
    match message {
        Message::Post { from, call } => from.map(|from| (from, call)),
        Message::Get { from, call } => Some((from, call)),
        Message::Answer { .. } => None,
    }
}

fn of_post(world: &World, vendor: Vendor, message: Message) -> Vec<Outcome> {
    let before = world.ledger;
    let plain = |ledger, answer| Outcome { ledger, answer, odd: false };
    let odd = |ledger, answer| Outcome { ledger, answer, odd: true };
    let charged = Ledger { record: Record::Pending, charges: before.charges + 1, ..before };
    let unprocessed = Ledger { unprocessed: before.unprocessed + 1, ..before };
    // Refused for a reason that passes; another copy of the same request would make that a lie.
    let copies = world.wire.iter().filter(|other| **other == message).count();
    let whim = (copies == 1 && before.record == Record::None).then(|| odd(before, Answer::Refused));
    let outcomes = match before.record {
        Record::Refused => vec![plain(before, Answer::Refused)],
        Record::None if is_over(world.now) => vec![plain(before, Answer::Refused)],
        Record::None => vec![
            plain(charged, Answer::Pending),
            plain(Ledger { record: Record::Refused, ..before }, Answer::Refused),
            // The answer says that it is over, which it is not: a POST's own answer proves nothing.
            odd(charged, Answer::Completed),
            odd(charged, Answer::Broken),
            odd(before, Answer::Broken),
            odd(unprocessed, Answer::Unauthorized),
            odd(unprocessed, Answer::Throttled),
        ],
        known if vendor == Vendor::Deduplicates => {
            vec![plain(before, status(known, world.now)), odd(before, Answer::Duplicate)]
        }
        _ if is_over(world.now) => vec![plain(before, Answer::Refused)],
        known => vec![plain(Ledger { record: known, ..charged }, Answer::Pending)],
    };
    outcomes.into_iter().chain(whim).collect()
}

fn of_get(world: &World) -> Vec<Outcome> {
    let ledger = world.ledger;
    let truth = Outcome { ledger, answer: status(ledger.record, world.now), odd: false };
    let odd = ODD_STATUS.into_iter().map(|answer| Outcome { ledger, answer, odd: true });
    std::iter::once(truth).chain(odd).collect()
}

fn status(record: Record, now: Moment) -> Answer {
    match record {
        Record::None | Record::Refused => Answer::Unknown(now),
        Record::Pending => Answer::Pending,
        Record::Completed => Answer::Completed,
        Record::Failed => Answer::Failed,
    }
}

/// A request that comes after its session's end is refused.
fn is_over(now: Moment) -> bool {
    now >= SESSION_END
}

/// What the vendor comes to, on its own: a payment ends; what has failed may turn out to have gone through.
pub(crate) fn settled(world: &World) -> Vec<(Record, bool)> {
    match world.ledger.record {
        Record::Pending => vec![(Record::Completed, false), (Record::Failed, false)],
        Record::Failed => vec![(Record::Completed, true)],
        _ => Vec::new(),
    }
}
