//! The C ABI, called as C calls it: any handles in any order, live, freed or made up, with any texts (I13, T23, T25).
#![allow(unsafe_code, reason = "it is C's side of the border; each call is sound by the header's contract")]
#![allow(clippy::wildcard_imports, reason = "it is the header")]

use std::mem::{MaybeUninit, zeroed};
use std::ptr::null_mut;

use dollr::*;

use crate::draw::{Draw, EXECUTION_BODIES, ID, NOW, SOURCE_BODIES};

/// Handles of every type, as pointers that say nothing.
struct Handles {
    live: Vec<(Kind, *mut u8)>,
    freed: Vec<*mut u8>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Execution,
    Source,
    Token,
    Channel,
}

/// A program.
pub(crate) fn run(bytes: &[u8]) {
    let mut draw = Draw::new(bytes);
    let mut handles = Handles { live: Vec::new(), freed: Vec::new() };
    for _ in 0..128 {
        if draw.is_empty() {
            break;
        }
        let mut error: *mut dollr_error = null_mut();
        let code = call(&mut draw, &mut handles, &mut error);
        assert_ne!(code, DOLLR_ERROR_PANIC, "a panic behind the border (I13)");
        assert_eq!(code == DOLLR_OK, error.is_null(), "an error without a code, or a code without an error");
        if !error.is_null() {
            read(error, code);
        }
    }
    for (kind, handle) in handles.live {
        assert_eq!(free(kind, handle), DOLLR_OK);
    }
}

/// An error says its code, and is freed once.
fn read(error: *mut dollr_error, code: i32) {
    // SAFETY: `error` was made by the call before; the place is C's, and is written before it is read.
    unsafe {
        let mut info: MaybeUninit<dollr_error_info> = MaybeUninit::uninit();
        assert_eq!(dollr_error_read(error, info.as_mut_ptr()), DOLLR_OK);
        let info = info.assume_init();
        assert_eq!(info.code, code);
        let message = std::slice::from_raw_parts(info.message.ptr.cast::<u8>(), info.message.len);
        assert!(str::from_utf8(message).is_ok_and(|text| !text.is_empty()));
        assert_eq!(dollr_error_free(error), DOLLR_OK);
        assert_ne!(dollr_error_free(error), DOLLR_OK, "freed twice");
    }
}

fn free(kind: Kind, handle: *mut u8) -> i32 {
    // SAFETY: a handle is looked up, never followed.
    unsafe {
        match kind {
            Kind::Execution => dollr_execution_free(handle.cast()),
            Kind::Source => dollr_source_free(handle.cast()),
            Kind::Token => dollr_token_free(handle.cast()),
            Kind::Channel => dollr_channel_free(handle.cast()),
        }
    }
}

impl Handles {
    fn any(&self, draw: &mut Draw<'_>) -> *mut u8 {
        let place = usize::from(draw.byte());
        match draw.below(8) {
            0 => null_mut(),
            1 => std::ptr::without_provenance_mut(usize::try_from(draw.number()).unwrap_or_default()),
            2 => self.freed.get(place % self.freed.len().max(1)).copied().unwrap_or(null_mut()),
            _ => self.live.get(place % self.live.len().max(1)).map_or(null_mut(), |(_, handle)| *handle),
        }
    }

    fn keep(&mut self, kind: Kind, handle: *mut u8, code: i32) -> i32 {
        assert_eq!(
            code == DOLLR_OK,
            !handle.is_null(),
            "a handle without success, or success without a handle"
        );
        if code == DOLLR_OK {
            self.live.push((kind, handle));
        }
        code
    }
}

fn text(text: &str) -> dollr_str {
    dollr_str { ptr: text.as_ptr().cast(), len: text.len() }
}

fn moment(draw: &mut Draw<'_>) -> u64 {
    draw.moment(dollr_core::Timestamp::from_millis(NOW)).as_millis()
}

fn call(draw: &mut Draw<'_>, handles: &mut Handles, error: &mut *mut dollr_error) -> i32 {
    match draw.below(6) {
        0 => make(draw, handles, error),
        1 => restore(draw, handles, error),
        2 => apply(draw, handles, error),
        3 => events(draw, handles, error),
        4 => look(draw, handles, error),
        _ => remove(draw, handles, error),
    }
}

/// Freeing has no error to give: one is made of a call that fails.
fn remove(draw: &mut Draw<'_>, handles: &mut Handles, error: &mut *mut dollr_error) -> i32 {
    if handles.live.is_empty() {
        // SAFETY: NULL is looked at, and refused.
        return unsafe { dollr_execution_snapshot(null_mut(), null_mut(), error) };
    }
    let (kind, handle) = handles.live.swap_remove(usize::from(draw.byte()) % handles.live.len());
    assert_eq!(free(kind, handle), DOLLR_OK);
    assert_ne!(free(kind, handle), DOLLR_OK, "freed twice");
    handles.freed.push(handle);
    DOLLR_OK
}

fn make(draw: &mut Draw<'_>, handles: &mut Handles, error: &mut *mut dollr_error) -> i32 {
    let (words, now) = (draw.text(), moment(draw));
    let id = if draw.below(4) == 0 { words.as_str() } else { ID };
    // SAFETY: the texts and structures outlive the calls; all-zero is the default of each structure.
    unsafe {
        match draw.below(4) {
            0 => {
                let mut intent: dollr_intent = zeroed();
                intent.size = size_of::<dollr_intent>() - usize::from(draw.below(16) == 1);
                intent.operation = i32::from(draw.below(6));
                (intent.reference_id, intent.session) = (text(id), draw.number());
                (intent.account, intent.currency) = (text("18"), text("USD"));
                if draw.flag() {
                    intent.amount = text(if draw.flag() { &words } else { "250.00" });
                }
                let mut out: *mut dollr_execution = null_mut();
                let code = dollr_execution_prepare(&raw const intent, null_mut(), now, &raw mut out, error);
                handles.keep(Kind::Execution, out.cast(), code)
            }
            1 => {
                let mut out: *mut dollr_source = null_mut();
                let source = if draw.below(4) == 0 { words.as_str() } else { "INVOICE:101" };
                let (source, usd, total) = (text(source), text("USD"), text("250.00"));
                let code = dollr_source_watch(source, usd, total, null_mut(), now, &raw mut out, error);
                handles.keep(Kind::Source, out.cast(), code)
            }
            2 => {
                let mut out: *mut dollr_token = null_mut();
                let code = dollr_token_new(text(&words), text("secret"), &raw mut out, error);
                handles.keep(Kind::Token, out.cast(), code)
            }
            _ => {
                let mut out: *mut dollr_channel = null_mut();
                let kind = i32::from(draw.below(4));
                let code = dollr_channel_watch(55, kind, text(id), null_mut(), now, &raw mut out, error);
                handles.keep(Kind::Channel, out.cast(), code)
            }
        }
    }
}

/// From any text, and from a snapshot of what there is.
fn restore(draw: &mut Draw<'_>, handles: &mut Handles, error: &mut *mut dollr_error) -> i32 {
    let (words, handle) = (draw.text(), handles.any(draw));
    // SAFETY: the texts outlive the calls; the snapshot's until the next call about its handle.
    unsafe {
        let mut snapshot = text(&words);
        let mut first: *mut dollr_error = null_mut();
        if draw.flag()
            && dollr_execution_snapshot(handle.cast(), &raw mut snapshot, &raw mut first) != DOLLR_OK
        {
            snapshot = text(&words);
        }
        dollr_error_free(first);
        if draw.flag() {
            let mut out: *mut dollr_execution = null_mut();
            let code = dollr_execution_restore(snapshot, &raw mut out, error);
            handles.keep(Kind::Execution, out.cast(), code)
        } else {
            let mut out: *mut dollr_source = null_mut();
            let code = dollr_source_restore(snapshot, &raw mut out, error);
            handles.keep(Kind::Source, out.cast(), code)
        }
    }
}

/// An answer to what is asked.
fn apply(draw: &mut Draw<'_>, handles: &mut Handles, error: &mut *mut dollr_error) -> i32 {
    let (handle, now, words) = (handles.any(draw), moment(draw), draw.text());
    let body = match draw.below(4) {
        0 => words.as_str(),
        1 => draw.one_of(&SOURCE_BODIES),
        _ => draw.one_of(&EXECUTION_BODIES),
    };
    // SAFETY: the texts and structures outlive the calls; all-zero is the default of each structure.
    unsafe {
        let mut response: dollr_response = zeroed();
        response.size = size_of::<dollr_response>();
        (response.status, response.body) = (draw.one_of(&[200, 404, 401, 429, 500, 201, 0]), text(body));
        let exchange = dollr_exchange { purpose: i32::from(draw.below(5)), number: u32::from(draw.below(4)) };
        let response = &raw const response;
        match draw.below(4) {
            0 => dollr_execution_apply_answered(handle.cast(), exchange, response, now, error),
            1 => dollr_source_apply_answered(handle.cast(), exchange, response, now, error),
            2 => dollr_token_apply_answered(handle.cast(), exchange, response, now, error),
            _ => dollr_channel_apply_answered(handle.cast(), exchange, response, now, error),
        }
    }
}

fn events(draw: &mut Draw<'_>, handles: &mut Handles, error: &mut *mut dollr_error) -> i32 {
    let (handle, now, span) = (handles.any(draw), moment(draw), draw.number());
    let exchange = dollr_exchange { purpose: i32::from(draw.below(5)), number: u32::from(draw.below(4)) };
    let loss = i32::from(draw.below(4));
    let words = draw.text();
    // SAFETY: a handle is looked up, never followed; the text outlives the call.
    unsafe {
        match draw.below(15) {
            0 => dollr_execution_apply_recorded(handle.cast(), now, error),
            1 => dollr_execution_apply_shown(handle.cast(), now, error),
            2 => dollr_execution_apply_lost(handle.cast(), exchange, loss, now, error),
            3 => dollr_execution_apply_hint(handle.cast(), now, error),
            4 => dollr_execution_apply_resumed(handle.cast(), span, now, error),
            5 => dollr_execution_apply_adopted(handle.cast(), span, now, error),
            6 => dollr_source_apply_lost(handle.cast(), exchange, loss, now, error),
            7 => dollr_source_apply_resumed(handle.cast(), span, now, error),
            8 => dollr_source_apply_adopted(handle.cast(), span, now, error),
            9 => dollr_token_apply_lost(handle.cast(), exchange, loss, now, error),
            10 => dollr_token_expired(handle.cast(), exchange.number, error),
            11 => dollr_channel_apply_connected(handle.cast(), now, error),
            12 => dollr_channel_apply_sent(handle.cast(), exchange.number, now, error),
            13 => dollr_channel_apply_text(handle.cast(), text(&words), now, error),
            _ => dollr_source_apply_hint(handle.cast(), now, error),
        }
    }
}

fn look(draw: &mut Draw<'_>, handles: &mut Handles, error: &mut *mut dollr_error) -> i32 {
    let (handle, now) = (handles.any(draw), moment(draw));
    let mut out = dollr_str { ptr: null_mut(), len: 0 };
    // SAFETY: the places are C's, of the right types, and are not read; `out` is read only after success.
    unsafe {
        let code = match draw.below(9) {
            0 => return dollr_execution_next(handle.cast(), now, MaybeUninit::uninit().as_mut_ptr(), error),
            1 => return dollr_source_next(handle.cast(), now, MaybeUninit::uninit().as_mut_ptr(), error),
            2 => return dollr_token_next(handle.cast(), now, MaybeUninit::uninit().as_mut_ptr(), error),
            3 => return dollr_channel_next(handle.cast(), now, MaybeUninit::uninit().as_mut_ptr(), error),
            4 => return dollr_execution_look(handle.cast(), now, MaybeUninit::uninit().as_mut_ptr(), error),
            5 => return dollr_source_look(handle.cast(), now, MaybeUninit::uninit().as_mut_ptr(), error),
            6 => dollr_execution_explain(handle.cast(), now, &raw mut out, error),
            7 => dollr_source_explain(handle.cast(), now, &raw mut out, error),
            _ => dollr_execution_snapshot(handle.cast(), &raw mut out, error),
        };
        if code == DOLLR_OK {
            let told = std::slice::from_raw_parts(out.ptr.cast::<u8>(), out.len);
            assert!(str::from_utf8(told).is_ok_and(|text| !text.is_empty()));
        }
        code
    }
}
