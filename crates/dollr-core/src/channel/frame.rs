//! One text frame, read strictly: both serialisers, all types, no key twice. What cannot be read is no error, only a doubt.

use alloc::borrow::Cow;
use alloc::string::String;

use serde_json::value::RawValue;

use crate::wire::{Object, is_too_deep};

/// A longer frame is not looked at. What is listened for fits into a few hundred bytes.
const LONGEST: usize = 256 * 1024;

/// The parts of a frame.
pub(super) struct Frame<'a> {
    /// The join that it belongs to. The serialiser 1.0.0 says it only of the frames that end a channel.
    pub(super) join_ref: Option<String>,
    /// What it replies to.
    pub(super) reply_to: Option<String>,
    pub(super) topic: String,
    pub(super) event: String,
    pub(super) payload: Object<'a>,
    /// Whether a frame without a join may be about the current one: true of the serialiser 1.0.0.
    pub(super) vague: bool,
}

impl<'a> Frame<'a> {
    /// Reads a frame of 2.0.0, an array of five, or of 1.0.0, an object; `None` if it is neither.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        if text.len() > LONGEST || is_too_deep(text) {
            return None;
        }
        if text.trim_ascii_start().starts_with('[') { Self::of_array(text) } else { Self::of_object(text) }
    }

    fn of_array(text: &'a str) -> Option<Self> {
        type Five<'a> = (Option<String>, Option<String>, String, String, &'a RawValue);
        let (join_ref, reply_to, topic, event, payload): Five<'a> = serde_json::from_str(text).ok()?;
        let payload = Object::of(payload.get()).ok()?;
        Some(Self { join_ref, reply_to, topic, event, payload, vague: false })
    }

    fn of_object(text: &'a str) -> Option<Self> {
        let frame = Object::of(text).ok()?;
        let text = |name: &str| frame.required_text(name).ok().map(Cow::into_owned);
        let (topic, event) = (text("topic")?, text("event")?);
        let reference = frame.text("ref").ok().filter(|_| frame.has("ref"))?.map(Cow::into_owned);
        let ends = matches!(event.as_str(), "phx_close" | "phx_error");
        let (join_ref, reply_to) = if ends { (reference, None) } else { (None, reference) };
        let payload = Object::of(frame.raw("payload")?).ok()?;
        Some(Self { join_ref, reply_to, topic, event, payload, vague: !ends })
    }
}
