//! What it costs to cross the border: `next` on an open payment, by a call from Rust and by the C ABI's function, in the same run. The
//! least of many batches is shown, because whatever else the machine does only adds.
#![allow(clippy::undocumented_unsafe_blocks, reason = "each call is given what the header asks for")]

use std::hint::black_box;
use std::mem::MaybeUninit;
use std::ptr::null_mut;
use std::time::Instant;

use dollr::{
    DOLLR_ACTION_WAIT, DOLLR_OK, dollr_action, dollr_execution, dollr_execution_free, dollr_execution_next,
    dollr_execution_restore, dollr_str,
};
use dollr_core::{Action, Event, Execution, Intent, Machine, Policy, ReferenceId, Response, Timestamp};

const NOW: Timestamp = Timestamp::from_millis(1_750_000_000_000);
const CALLS: u32 = 100_000;
const BATCHES: usize = 200;

/// A payment that was taken on, and waits for its first question.
fn open() -> Execution {
    let id = ReferenceId::from_random_bytes([7; 16]);
    let value = "a value that is one";
    let intent = Intent::collection(
        id,
        "55".parse().expect(value),
        "18".parse().expect(value),
        "USD".parse().expect(value),
    );
    let prepared = Execution::prepare(intent, Policy::default(), NOW);
    let sending = prepared.apply(Event::Recorded, NOW).expect("it was to be recorded");
    let Action::Send(request) = sending.next(NOW) else { panic!("it was to be sent") };
    let body = format!(r#"{{"reference_id": "{id}", "status": "PENDING", "operation_type": "COLLECTION"}}"#);
    let answered = Event::Answered { exchange: request.exchange, response: Response::new(201, body) };
    sending.apply(answered, NOW).expect("it was sent")
}

/// Nanoseconds of a call.
fn least(mut call: impl FnMut()) -> f64 {
    let batch = |_| {
        let begun = Instant::now();
        for _ in 0..CALLS {
            call();
        }
        begun.elapsed().as_secs_f64() * 1e9 / f64::from(CALLS)
    };
    (0..BATCHES).map(batch).fold(f64::INFINITY, f64::min)
}

fn main() {
    let machine = open();
    assert!(matches!(machine.next(NOW), Action::Wait { .. }));
    let snapshot = machine.snapshot();
    let text = dollr_str { ptr: snapshot.as_str().as_ptr().cast(), len: snapshot.as_str().len() };
    let mut handle: *mut dollr_execution = null_mut();
    assert_eq!(unsafe { dollr_execution_restore(text, &raw mut handle, null_mut()) }, DOLLR_OK);

    let rust = least(|| {
        let _ = black_box(black_box(&machine).next(black_box(NOW)));
    });
    let mut action = MaybeUninit::<dollr_action>::uninit();
    let c = least(|| {
        let code = unsafe {
            dollr_execution_next(black_box(handle), NOW.as_millis(), action.as_mut_ptr(), null_mut())
        };
        assert_eq!(black_box(code), DOLLR_OK);
    });
    assert_eq!(unsafe { action.assume_init() }.kind, DOLLR_ACTION_WAIT);
    assert_eq!(unsafe { dollr_execution_free(handle) }, DOLLR_OK);

    println!("next on an open payment, the least of {BATCHES} batches of {CALLS} calls");
    println!("| by | ns a call |\n| --- | ---: |");
    println!("| Rust | {rust:.1} |\n| C | {c:.1} |\n| the crossing | {:.1} |", c - rust);
}
