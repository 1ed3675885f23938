//! The two serializers of the socket: 1.0.0 writes objects, 2.0.0 arrays of five. Refs are opaque and kept as they came.

use serde_json::{Value, json};

/// How a connection's frames are written; chosen by its `vsn`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Serializer {
    V1,
    V2,
}

/// A frame from the client.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Incoming {
    pub(crate) join_ref: Value,
    pub(crate) reference: Value,
    pub(crate) topic: String,
    pub(crate) event: String,
    pub(crate) payload: Value,
}

/// A frame to the client. The payload is JSON text, so that amounts keep their digits.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Outgoing {
    pub(crate) join_ref: Value,
    pub(crate) reference: Value,
    pub(crate) topic: String,
    pub(crate) event: &'static str,
    pub(crate) payload: String,
}

impl Serializer {
    /// Which serializer a `vsn` asks for: `~> 1.0.0` or `~> 2.0.0`, and 1.0.0 when it asks for none.
    pub(crate) fn of(vsn: Option<&str>) -> Option<Self> {
        let of_patch = |text: &str, minor: &str| {
            let patch = text.strip_prefix(minor)?;
            (!patch.is_empty() && patch.bytes().all(|byte| byte.is_ascii_digit())).then_some(())
        };
        let Some(text) = vsn else { return Some(Self::V1) };
        match (of_patch(text, "1.0."), of_patch(text, "2.0.")) {
            (Some(()), _) => Some(Self::V1),
            (_, Some(())) => Some(Self::V2),
            _ => None,
        }
    }

    /// Reads a text frame; what is none is dropped.
    pub(crate) fn read(self, text: &str) -> Option<Incoming> {
        let mut value: Value = serde_json::from_str(text).ok()?;
        let [join_ref, reference, topic, event, payload] = match self {
            Self::V2 => {
                let parts: Vec<Value> = value.as_array_mut().map(std::mem::take)?;
                <[Value; 5]>::try_from(parts).ok()?
            }
            Self::V1 => {
                let object = value.as_object_mut()?;
                let join_ref = object.remove("join_ref").unwrap_or_default();
                let mut take = |name| object.remove(name);
                [join_ref, take("ref")?, take("topic")?, take("event")?, take("payload")?]
            }
        };
        let text = |value: &Value| value.as_str().map(str::to_owned);
        Some(Incoming { topic: text(&topic)?, event: text(&event)?, join_ref, reference, payload })
    }

    pub(crate) fn write(self, frame: &Outgoing) -> String {
        let Outgoing { join_ref, reference, topic, event, payload } = frame;
        let topic = json!(topic);
        match self {
            Self::V1 => {
                format!(r#"{{"ref":{reference},"event":"{event}","payload":{payload},"topic":{topic}}}"#)
            }
            Self::V2 => format!(r#"[{join_ref},{reference},{topic},"{event}",{payload}]"#),
        }
    }
}

impl Outgoing {
    /// The answer to a frame.
    pub(crate) fn reply(to: &Incoming, status: &str, response: &str) -> Self {
        Self {
            join_ref: to.join_ref.clone(),
            reference: to.reference.clone(),
            topic: to.topic.clone(),
            event: "phx_reply",
            payload: format!(r#"{{"status":"{status}","response":{response}}}"#),
        }
    }

    pub(crate) fn ok(to: &Incoming) -> Self {
        Self::reply(to, "ok", "{}")
    }

    pub(crate) fn error(to: &Incoming, reason: &str) -> Self {
        Self::reply(to, "error", &json!({ "reason": reason }).to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::{Incoming, Outgoing, Serializer};
    use serde_json::json;

    #[test]
    fn a_version_is_chosen_as_the_server_does() {
        for (vsn, expected) in [
            (None, Some(Serializer::V1)),
            (Some("1.0.0"), Some(Serializer::V1)),
            (Some("2.0.0"), Some(Serializer::V2)),
            (Some("2.0.7"), Some(Serializer::V2)),
            (Some("2.1.0"), None),
            (Some("3.0.0"), None),
            (Some(""), None),
        ] {
            assert_eq!(Serializer::of(vsn), expected, "{vsn:?}");
        }
    }

    #[test]
    fn a_frame_is_read_with_whatever_refs_it_has() {
        let v1 = r#"{"topic":"phoenix","event":"heartbeat","payload":{},"ref":null,"more":1}"#;
        let frame = Serializer::V1.read(v1).expect("a frame");
        assert_eq!((&frame.reference, &frame.join_ref), (&json!(null), &json!(null)));
        let frame: Incoming = Serializer::V2.read(r#"["6","x7","t","e",{"a":1}]"#).expect("a frame");
        assert_eq!((frame.join_ref, frame.reference), (json!("6"), json!("x7")));
    }

    #[test]
    fn what_is_no_frame_is_dropped() {
        for text in ["", "null", "[]", "{}", r#"["1","2","t","e"]"#, r#"["1","2",3,"e",{}]"#, "{"] {
            assert_eq!(Serializer::V2.read(text), None, "{text}");
            assert_eq!(Serializer::V1.read(text), None, "{text}");
        }
        assert_eq!(Serializer::V1.read(r#"{"topic":"t","event":"e","payload":{}}"#), None, "no ref");
    }

    #[test]
    fn version_1_never_writes_a_join_ref() {
        let frame = Outgoing {
            join_ref: json!("6"),
            reference: json!(null),
            topic: "realtime:t".to_owned(),
            event: "system",
            payload: r#"{"amount":10.50}"#.to_owned(),
        };
        let v1 = r#"{"ref":null,"event":"system","payload":{"amount":10.50},"topic":"realtime:t"}"#;
        assert_eq!(Serializer::V1.write(&frame), v1);
        assert_eq!(Serializer::V2.write(&frame), r#"["6",null,"realtime:t","system",{"amount":10.50}]"#);
    }
}
