//! What happens to a channel.

use dollr_core::{ChannelEvent, Timestamp};

use super::dollr_channel;
use crate::border::guard;
use crate::error::dollr_error;
use crate::fault::Fault;
use crate::registry;
use crate::request::{dollr_exchange, dollr_response};
use crate::text::dollr_str;

/// The call for a key was answered, with any status.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_channel_apply_answered(
    channel: *mut dollr_channel,
    exchange: dollr_exchange,
    response: *const dollr_response,
    now_ms: u64,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_channel_apply_answered", error, {
        // SAFETY: the header's contract for structures that are read.
        let (exchange, response) = (exchange.parse()?, unsafe { dollr_response::parse(response) }?);
        apply(channel, &ChannelEvent::Answered { exchange, response }, now_ms)?;
    })
}

/// The call for a key was not answered.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_channel_apply_unanswered(
    channel: *mut dollr_channel,
    exchange: dollr_exchange,
    now_ms: u64,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_channel_apply_unanswered", error, {
        let exchange = exchange.parse()?;
        apply(channel, &ChannelEvent::Unanswered { exchange }, now_ms)?;
    })
}

/// The socket is open.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_channel_apply_connected(
    channel: *mut dollr_channel,
    now_ms: u64,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_channel_apply_connected", error, {
        apply(channel, &ChannelEvent::Connected, now_ms)?;
    })
}

/// The socket did not come about; `http_status` is the handshake's, 0 where it was not answered.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_channel_apply_unconnected(
    channel: *mut dollr_channel,
    http_status: u16,
    now_ms: u64,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_channel_apply_unconnected", error, {
        let status = (http_status > 0).then_some(http_status);
        apply(channel, &ChannelEvent::Unconnected { status }, now_ms)?;
    })
}

/// The frame of this number is on its way.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_channel_apply_sent(
    channel: *mut dollr_channel,
    number: u32,
    now_ms: u64,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_channel_apply_sent", error, {
        apply(channel, &ChannelEvent::Sent { number }, now_ms)?;
    })
}

/// A text frame came. Bound its size where you read it; 1 MiB is plenty.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_channel_apply_text(
    channel: *mut dollr_channel,
    text: dollr_str,
    now_ms: u64,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_channel_apply_text", error, {
        // SAFETY: the header's contract for texts.
        let text = unsafe { text.required("text") }?.to_owned();
        apply(channel, &ChannelEvent::Text(text), now_ms)?;
    })
}

/// A binary frame came. It is never about a payment.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_channel_apply_binary(
    channel: *mut dollr_channel,
    now_ms: u64,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_channel_apply_binary", error, {
        apply(channel, &ChannelEvent::Binary, now_ms)?;
    })
}

/// The socket is closed, whoever did it, or broken.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_channel_apply_closed(
    channel: *mut dollr_channel,
    now_ms: u64,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_channel_apply_closed", error, {
        apply(channel, &ChannelEvent::Closed, now_ms)?;
    })
}

/// The payment was told.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_channel_apply_hinted(
    channel: *mut dollr_channel,
    now_ms: u64,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_channel_apply_hinted", error, {
        apply(channel, &ChannelEvent::Hinted, now_ms)?;
    })
}

/// Nobody wants the channel any more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_channel_apply_leave(
    channel: *mut dollr_channel,
    now_ms: u64,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_channel_apply_leave", error, {
        apply(channel, &ChannelEvent::Leave, now_ms)?;
    })
}

fn apply(channel: *const dollr_channel, event: &ChannelEvent, now_ms: u64) -> Result<(), Fault> {
    registry::with(channel, |channel| {
        channel.shown = None;
        channel.channel = channel.channel.clone().apply(event, Timestamp::from_millis(now_ms))?;
        Ok(())
    })
}
