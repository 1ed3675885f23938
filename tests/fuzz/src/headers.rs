//! `Retry-After`, `Date` and `Age`: whatever stands there, waits stay in range (T12, T15).

use std::time::Duration;

use dollr_core::{Action, Event, Machine, Response, Timestamp};

use crate::answers::uncertain;
use crate::draw::{Draw, NOW};
use crate::walk::{look, tell};

const LONGEST: Duration = Duration::from_secs(3_600);

/// Three headers, and a status.
pub(crate) fn run(bytes: &[u8]) {
    let mut draw = Draw::new(bytes);
    let now = Timestamp::from_millis(NOW);
    let status = draw.one_of(&[429, 503, 404, 200, 401]);
    let mut response = Response::new(status, "");
    for name in ["Retry-After", "Date", "aGe"] {
        if draw.flag() {
            response = response.with_header(name, &draw.text());
        }
    }
    let wait = response.retry_after(now);
    assert!(wait.is_none_or(|wait| wait <= LONGEST), "a wait of {wait:?}");
    let _ = response.date();

    let mut machine = uncertain(now);
    if let Action::Wait { until, .. } = machine.next(now) {
        assert!(until.since(now) <= Duration::from_secs(10), "it waits for long before anybody said so");
    }
    let exchange = machine.ask().expect("it was sent").exchange;
    let cached = response.is_cached();
    assert!(tell(&mut machine, Event::Answered { exchange, response }, now));
    look(&machine, now);
    if let Action::Wait { until, .. } = machine.next(now) {
        let most = LONGEST + LONGEST / 10;
        assert!(until.since(now) <= most, "a wait until {until}");
        if let Some(wait) = wait.filter(|_| matches!(status, 429 | 503) && !cached) {
            let patience = Duration::from_secs(300);
            assert!(until.since(now) >= wait.min(patience), "asked before the vendor said (I12)");
        }
    }
}
