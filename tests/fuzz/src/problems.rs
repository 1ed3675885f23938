//! A refusal's body: bounded, printable, and without what was sent (I10, T31).

use dollr_core::{
    Action, Device, Event, Execution, Holder, Intent, Machine, Passcode, Policy, Problem, Refusal, Response,
    Secret, Timestamp, Verdict, is_printable,
};

use crate::draw::{Draw, ID, NOW};
use crate::walk::{SECRETS, look, tell};

/// A status, a code that was sent, and a body.
pub(crate) fn run(bytes: &[u8]) {
    let mut draw = Draw::new(bytes);
    let status = draw.one_of(&[422, 400, 403, 404, 401, 409, 429, 500]);
    let code = if draw.flag() { draw.text() } else { SECRETS[1].to_owned() };
    let response = Response::new(status, draw.rest());
    let refusal = Refusal::of(&response);
    assert!(refusal.problems.len() <= 20);
    let shown = refusal.to_string();
    assert!(shown.chars().all(is_printable), "{shown:?} can move a cursor");
    assert!(shown.chars().count() <= 21 * (300 + 110), "too long");

    let now = Timestamp::from_millis(NOW);
    let mut machine = payout(&code, now);
    assert!(tell(&mut machine, Event::Recorded, now));
    let Action::Send(request) = machine.next(now) else { unreachable!("it was recorded") };
    let body = request.body.as_ref().map_or("", Secret::expose);
    assert!(serde_json::from_str::<serde_json::Value>(body).is_ok(), "a body that is no JSON");
    assert!(tell(&mut machine, Event::Answered { exchange: request.exchange, response }, now));
    if code == SECRETS[1] {
        look(&machine, now);
    }
    if let Verdict::Refused(refusal) = machine.verdict() {
        let told = |problem: &Problem| problem.message.contains(&code) && problem.message != "not accepted";
        assert!(code.is_empty() || !refusal.problems.iter().any(told), "a code is repeated (I10)");
    }
}

fn payout(code: &str, now: Timestamp) -> Execution {
    let passcode = Passcode {
        code: Secret::new(code),
        holder: Holder::Phone("231770000001".to_owned()),
        device: Device::default(),
    };
    let (id, session) = (ID.parse().expect("an id"), "55".parse().expect("a session"));
    let intent = Intent::payout(id, session, "18".parse().expect("an account"), &passcode);
    Execution::prepare(intent, Policy::default(), now)
}
