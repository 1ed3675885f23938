//! `dollr_channel`: news of one payment over Supabase Realtime. All that it ever says is *ask now*.

mod events;
mod policy;

pub use events::*;
pub use policy::*;

use dollr_core::{Channel, ChannelAction, Handshake, Secret, SessionId, Timestamp};

use crate::border::{Out, free, guard};
use crate::error::dollr_error;
use crate::intent::parse_source_kind;
use crate::registry::{self, Object};
use crate::request::{Sent, dollr_request};
use crate::shown::{Shown, keep};
use crate::text::dollr_str;

/// Send `request` for a key, then call `dollr_channel_apply_answered` or `dollr_channel_apply_unanswered`.
pub const DOLLR_CHANNEL_KEY: i32 = 1;
/// Open a WebSocket to what `dollr_channel_target` says, until `until_ms`, then call `dollr_channel_apply_connected` or
/// `dollr_channel_apply_unconnected`.
pub const DOLLR_CHANNEL_CONNECT: i32 = 2;
/// Send `text` as a text frame, then call `dollr_channel_apply_sent` with `number`, or `dollr_channel_apply_closed` where that failed.
pub const DOLLR_CHANNEL_SEND: i32 = 3;
/// Call `dollr_execution_apply_hint`, then `dollr_channel_apply_hinted`.
pub const DOLLR_CHANNEL_HINT: i32 = 4;
/// Close the socket without waiting for an answer, then call `dollr_channel_apply_closed`.
pub const DOLLR_CHANNEL_CLOSE: i32 = 5;
/// Read frames, where a socket is open, until `until_ms`; earlier is harmless.
pub const DOLLR_CHANNEL_WAIT: i32 = 6;
/// It is over, and no socket is open: `ending` and `text` say why.
pub const DOLLR_CHANNEL_DONE: i32 = 7;

/// News of one payment, for its first half minute. It does nothing by itself, and what it says is only ever a hint: the verdict comes
/// from the execution. It is yours: free it with `dollr_channel_free`. One thread at a time.
pub struct dollr_channel {
    channel: Channel,
    shown: Shown,
}

/// What the host is to do for a channel. What does not go with `kind` is 0 or absent. The texts are the channel's, and valid until
/// the next call with it.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct dollr_channel_action {
    /// One of `DOLLR_CHANNEL_…`.
    pub kind: i32,
    /// At the end, one of `DOLLR_ENDING_…`.
    pub ending: i32,
    /// Of a frame, its number.
    pub number: u32,
    /// Of a wait or a handshake, until when, in milliseconds since the epoch.
    pub until_ms: u64,
    /// Of a frame, its text: a secret, it may hold the key. At the end, why, for people.
    pub text: dollr_str,
    /// What to send for a key.
    pub request: dollr_request,
}

impl Object for dollr_channel {
    const TYPE: usize = 5;
    const NAME: &'static str = "dollr_channel";
}

/// Will watch the execution with this reference id, in its session, paying for a source of this kind (`DOLLR_SOURCE_…`). Make it when
/// the execution has been sent: its life begins now. `policy` may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_channel_watch(
    session: u64,
    source_kind: i32,
    reference_id: dollr_str,
    policy: *const dollr_channel_policy,
    now_ms: u64,
    out: *mut *mut dollr_channel,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_channel_watch", error, {
        // SAFETY: the header's contract for output parameters, texts and structures that are read.
        let (out, id, policy) = unsafe {
            let id = reference_id.parse("reference_id")?;
            (Out::new(out, "out")?, id, dollr_channel_policy::parse(policy)?)
        };
        let (session, kind) = (SessionId::new(session), parse_source_kind(source_kind)?);
        let channel = Channel::watch(session, kind, id, policy, Timestamp::from_millis(now_ms));
        out.write(registry::insert(dollr_channel { channel, shown: None })?);
    })
}

/// Says into `*out` what to do at `now_ms`. Asking twice gives the same answer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_channel_next(
    channel: *const dollr_channel,
    now_ms: u64,
    out: *mut dollr_channel_action,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_channel_next", error, {
        // SAFETY: the header's contract for output parameters.
        let out = unsafe { Out::new(out, "out") }?;
        registry::with(channel, |channel| {
            out.write(channel.next(now_ms));
            Ok(())
        })?;
    })
}

/// Gives into `*out` path and query of the WebSocket's handshake, to be put behind the realtime server's origin. `anon_key` is the merchant
/// portal's `SUPABASE_ANON_KEY`. The text holds it: do not log it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_channel_target(
    channel: *const dollr_channel,
    anon_key: dollr_str,
    out: *mut dollr_str,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_channel_target", error, {
        // SAFETY: the header's contract for output parameters and texts.
        let (out, key) = unsafe { (Out::new(out, "out")?, anon_key.required("anon_key")?) };
        registry::with(channel, |channel| {
            let handshake = Handshake { until: Timestamp::from_millis(0) };
            let target = handshake.target(&Secret::new(key));
            out.write(dollr_str::of(target.expose()));
            channel.shown = keep(target);
            Ok(())
        })?;
    })
}

/// Says into `*out` when to ask although nothing was heard, in milliseconds since the epoch: a payment that its schedule keeps waiting
/// until `due_ms`, and that was sent or asked about last at `asked_ms`. A live channel makes that later, and nothing else does.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_channel_safety_poll(
    channel: *const dollr_channel,
    due_ms: u64,
    asked_ms: u64,
    now_ms: u64,
    out: *mut u64,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_channel_safety_poll", error, {
        // SAFETY: the header's contract for output parameters.
        let out = unsafe { Out::new(out, "out") }?;
        registry::with(channel, |channel| {
            let [due, asked, now] = [due_ms, asked_ms, now_ms].map(Timestamp::from_millis);
            out.write(channel.channel.safety_poll(due, asked, now).as_millis());
            Ok(())
        })?;
    })
}

/// Frees a channel and wipes its key. NULL is fine; one that was freed already is `DOLLR_ERROR_HANDLE`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_channel_free(channel: *mut dollr_channel) -> i32 {
    free!("dollr_channel_free", channel)
}

impl dollr_channel {
    fn next(&mut self, now_ms: u64) -> dollr_channel_action {
        let nothing = dollr_channel_action {
            kind: 0,
            ending: 0,
            number: 0,
            until_ms: 0,
            text: dollr_str::NONE,
            request: dollr_request::NONE,
        };
        let plain = |kind| (None, dollr_channel_action { kind, ..nothing });
        let until = |kind, until: Timestamp| {
            (None, dollr_channel_action { kind, until_ms: until.as_millis(), ..nothing })
        };
        let (shown, action) = match self.channel.next(Timestamp::from_millis(now_ms)) {
            ChannelAction::Key(request) => {
                let sent = Sent::new(request);
                let action =
                    dollr_channel_action { kind: DOLLR_CHANNEL_KEY, request: sent.view(), ..nothing };
                (keep(sent), action)
            }
            ChannelAction::Connect(handshake) => until(DOLLR_CHANNEL_CONNECT, handshake.until),
            ChannelAction::Send(push) => {
                let (number, text) = (push.number, dollr_str::of(push.text.expose()));
                let action = dollr_channel_action { kind: DOLLR_CHANNEL_SEND, number, text, ..nothing };
                (keep(push), action)
            }
            ChannelAction::Hint => plain(DOLLR_CHANNEL_HINT),
            ChannelAction::Close => plain(DOLLR_CHANNEL_CLOSE),
            ChannelAction::Wait { until: moment } => until(DOLLR_CHANNEL_WAIT, moment),
            ChannelAction::Done(ending) => {
                let text = ending.to_string();
                let action = dollr_channel_action {
                    kind: DOLLR_CHANNEL_DONE,
                    ending: number_of(ending),
                    text: dollr_str::of(&text),
                    ..nothing
                };
                (keep(text), action)
            }
        };
        self.shown = shown;
        action
    }
}
