//! What a frame means to a channel: what is not of the current join is nothing, what is not provably ours is a doubt, and no value of
//! a row is looked at but whose it is (threats: forged and replayed events, another order's id).

use alloc::vec::Vec;

use serde_json::value::RawValue;

use super::frame::Frame;
use super::trouble::Trouble;
use super::watch::{SCHEMA, TABLE, Watch};
use crate::ReferenceId;
use crate::wire::{BadAnswer, Object};

/// What a frame says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Heard {
    /// Nothing that concerns us.
    Nothing,
    /// Perhaps something has happened.
    Doubt,
    /// The row of this payment has changed.
    Change,
    /// The heartbeat was answered.
    Beat,
    /// The join was taken; the number of the subscription, if it is the one that was asked for.
    Joined(Option<u64>),
    /// Changes are watched for from now on.
    Subscribed,
    /// They are not, and the server tries again by itself.
    Unsubscribed,
    /// The channel is gone, the socket is not.
    Dismissed(Trouble),
    /// Nothing will come of it.
    Failed(Trouble),
    /// The socket will be closed.
    Disconnecting,
}

/// What is awaited at the moment.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Awaited {
    /// The reference of the current join.
    pub(super) join: Option<u32>,
    /// Whether it has not been answered yet.
    pub(super) joining: bool,
    /// The number of the subscription.
    pub(super) subscription: Option<u64>,
    /// The heartbeat that is to be answered.
    pub(super) beat: Option<u32>,
    /// The latest reference that was used.
    pub(super) latest: u32,
}

impl Awaited {
    /// What `text` says to whoever watches this.
    pub(super) fn hear(&self, watch: &Watch, text: &str) -> Heard {
        let Some(frame) = Frame::parse(text) else { return Heard::Doubt };
        let reply_to = number(frame.reply_to.as_deref());
        if frame.topic == "phoenix" {
            let answered = frame.event == "phx_reply" && reply_to.is_some() && reply_to == self.beat;
            return if answered { Heard::Beat } else { Heard::Nothing };
        }
        if frame.topic != watch.topic() {
            return Heard::Nothing;
        }
        let join = frame.join_ref.as_deref();
        let current = join.is_some() && number(join) == self.join;
        if frame.event == "postgres_changes" {
            let stale = join.is_some() && !current;
            return if stale {
                Heard::Nothing
            } else {
                self.change(watch, &frame.payload).unwrap_or(Heard::Doubt)
            };
        }
        let unnamed = join.is_none() && frame.vague && self.join.is_some();
        if !current && !unnamed {
            return Heard::Nothing;
        }
        let heard = match frame.event.as_str() {
            "phx_reply" => self.reply(watch, reply_to, &frame.payload),
            "system" => system(&frame.payload),
            "phx_error" | "phx_close" => Ok(Heard::Dismissed(Trouble::DISMISSED)),
            _ => Ok(Heard::Nothing),
        };
        heard.unwrap_or(Heard::Doubt)
    }

    fn reply(&self, watch: &Watch, to: Option<u32>, payload: &Object<'_>) -> Result<Heard, BadAnswer> {
        let (status, response) = (payload.required_text("status")?, payload.raw("response").unwrap_or("{}"));
        let response = Object::of(response)?;
        let reason = || Ok(response.text("reason")?.unwrap_or_default());
        match &*status {
            "ok" if self.joining && to == self.join => Ok(Heard::Joined(subscription(watch, &response))),
            "error" if self.joining && to == self.join => Ok(Heard::Dismissed(Trouble::of_join(&reason()?))),
            // To a later push: the server knows no such channel any more.
            "error" if to > self.join && to <= Some(self.latest) && reason()? == "unmatched topic" => {
                Ok(Heard::Dismissed(Trouble::DISMISSED))
            }
            _ => Ok(Heard::Nothing),
        }
    }

    /// A change counts as this payment's if the subscription, the table and the row's reference id are ours and the server
    /// had no trouble with it.
    fn change(&self, watch: &Watch, payload: &Object<'_>) -> Result<Heard, BadAnswer> {
        let data = Object::of(payload.raw("data").unwrap_or_default())?;
        let record = Object::of(data.raw("record").unwrap_or_default())?;
        let ids: Vec<u64> = serde_json::from_str(payload.raw("ids").unwrap_or_default()).unwrap_or_default();
        let subscribed = self.subscription.is_some_and(|id| ids.contains(&id));
        let row: Option<ReferenceId> = record.required_text("reference_id")?.parse().ok();
        let ours = subscribed
            && data.required_text("schema")? == SCHEMA
            && data.required_text("table")? == TABLE
            && row == Some(watch.reference)
            && data.raw("errors").is_none();
        Ok(if ours { Heard::Change } else { Heard::Doubt })
    }
}

/// The number that the server gave the one binding that was asked for; `None` where it echoes another.
fn subscription(watch: &Watch, response: &Object<'_>) -> Option<u64> {
    let bindings: Vec<&RawValue> = serde_json::from_str(response.raw("postgres_changes")?).ok()?;
    let [binding] = bindings.as_slice() else { return None };
    let binding = Object::of(binding.get()).ok()?;
    let is = |name: &str, value: &str| binding.text(name).ok().flatten().is_some_and(|text| text == value);
    let same =
        is("event", "*") && is("schema", SCHEMA) && is("table", TABLE) && is("filter", &watch.filter());
    binding.number("id").ok().flatten().filter(|_| same)
}

fn system(payload: &Object<'_>) -> Result<Heard, BadAnswer> {
    let (status, message) = (payload.required_text("status")?, payload.text("message")?.unwrap_or_default());
    let about_changes = payload.text("extension")?.is_some_and(|extension| extension == "postgres_changes");
    let hopeless = [
        "Unable to subscribe to changes with given parameters",
        "Error parsing `filter` params",
        "No subscription params provided",
    ];
    Ok(match (&*status, about_changes) {
        ("ok", _) if message == "Server requested disconnect" => Heard::Disconnecting,
        ("ok", true) if message == "Subscribed to PostgreSQL" => Heard::Subscribed,
        ("error", true) if hopeless.iter().any(|words| message.starts_with(words)) => {
            Heard::Failed(Trouble::DEAF)
        }
        ("error", true) => Heard::Unsubscribed,
        ("error", false) => Heard::Dismissed(Trouble::of_system(&message)),
        _ => Heard::Nothing,
    })
}

/// A reference of ours: plain digits, as it was sent.
fn number(text: Option<&str>) -> Option<u32> {
    let text = text?;
    let plain = text.bytes().all(|b| b.is_ascii_digit()) && !text.starts_with('0');
    if plain { text.parse().ok() } else { None }
}
