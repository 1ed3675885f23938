//! One JSON object, read strictly: a generic JSON value would silently take the last of two equal keys and pass
//! numbers through floats (threats: duplicate keys, JSON depth, lossy amounts).

use alloc::borrow::Cow;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use core::fmt;

use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, Error, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::{Amount, Timestamp, text};

/// Deeper than this is no answer to any call of the API.
const DEEPEST: usize = 32;

/// Why an answer could not be taken: one sentence that names the field, never a whole body.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadAnswer(String);

impl BadAnswer {
    pub(crate) fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }

    pub(crate) fn missing(name: &str) -> Self {
        Self(format!("field `{name}` is missing"))
    }
}

/// The fields of an object, each as its own text. A field that is `null` counts as absent.
pub(crate) struct Object<'a>(BTreeMap<Cow<'a, str>, &'a RawValue>);

/// A field's name; a copy only where it has escapes.
#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'a> Object<'a> {
    /// Reads a body that is one object; where it lacks `marker` and has an object `data`, reads that.
    pub(crate) fn parse(body: &'a [u8], marker: &str) -> Result<Self, BadAnswer> {
        let text = core::str::from_utf8(body).map_err(|_| BadAnswer::new("the body is not UTF-8"))?;
        if is_too_deep(text) {
            return Err(BadAnswer::new(format!("the body is nested deeper than {DEEPEST} levels")));
        }
        let outer = Self::of(text)?;
        match outer.0.get("data") {
            Some(data) if !outer.has(marker) && data.get().starts_with('{') => Self::of(data.get()),
            _ => Ok(outer),
        }
    }

    /// Reads a text that is one object, or the part of one. How deep it may be is checked for the whole.
    pub(crate) fn of(text: &'a str) -> Result<Self, BadAnswer> {
        // Told apart here, because the parser's own words for it would quote the whole body.
        if !text.trim_ascii_start().starts_with('{') {
            return Err(BadAnswer::new("the body is not a JSON object"));
        }
        let mut json = serde_json::Deserializer::from_str(text);
        let fields = json
            .deserialize_map(Fields)
            .and_then(|fields| json.end().map(|()| fields))
            .map_err(|e| BadAnswer::new(format!("the body is not one JSON object: {e}")))?;
        Ok(Self(fields))
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// The field's own JSON text, if it is there and not `null`.
    pub(crate) fn raw(&self, name: &str) -> Option<&'a str> {
        self.0.get(name).map(|raw| raw.get()).filter(|text| *text != "null")
    }

    /// A string that must be there.
    pub(crate) fn required_text(&self, name: &str) -> Result<String, BadAnswer> {
        self.text(name)?.ok_or_else(|| BadAnswer::missing(name))
    }

    /// A string.
    pub(crate) fn text(&self, name: &str) -> Result<Option<String>, BadAnswer> {
        self.typed(name, "a string")
    }

    /// A message for people: a string, escaped and shortened.
    pub(crate) fn message(&self, name: &str) -> Result<Option<String>, BadAnswer> {
        Ok(self.text(name)?.map(|message| text::printable(&message, 300)))
    }

    /// `true` or `false`.
    pub(crate) fn flag(&self, name: &str) -> Result<Option<bool>, BadAnswer> {
        self.typed(name, "true or false")
    }

    /// A whole number, without sign.
    pub(crate) fn number(&self, name: &str) -> Result<Option<u64>, BadAnswer> {
        self.typed(name, "a whole number")
    }

    /// An amount: a JSON number or a string, exactly.
    pub(crate) fn amount(&self, name: &str) -> Result<Option<Amount>, BadAnswer> {
        let bad = |e: &dyn fmt::Display| BadAnswer::new(format!("field `{name}`: {e}"));
        match self.raw(name) {
            None => Ok(None),
            Some(raw) if raw.starts_with('"') => {
                let text: String = serde_json::from_str(raw).map_err(|e| bad(&e))?;
                text.parse().map(Some).map_err(|e| bad(&e))
            }
            Some(raw) if raw.starts_with(|c: char| c == '-' || c.is_ascii_digit()) => {
                Amount::from_json_number(raw).map(Some).map_err(|e| bad(&e))
            }
            Some(_) => Err(BadAnswer::new(format!("field `{name}` is not a number or a string"))),
        }
    }

    /// A date and time with zone; one that cannot be read is as good as none.
    pub(crate) fn moment(&self, name: &str) -> Result<Option<Timestamp>, BadAnswer> {
        Ok(self.text(name)?.and_then(|text| Timestamp::parse_iso8601(&text)))
    }

    fn typed<T: DeserializeOwned>(&self, name: &str, expected: &str) -> Result<Option<T>, BadAnswer> {
        let Some(raw) = self.raw(name) else { return Ok(None) };
        match serde_json::from_str(raw) {
            Ok(value) => Ok(Some(value)),
            Err(_) => Err(BadAnswer::new(format!("field `{name}` is not {expected}"))),
        }
    }
}

struct Fields;

impl<'a> Visitor<'a> for Fields {
    type Value = BTreeMap<Cow<'a, str>, &'a RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields = BTreeMap::new();
        while let Some((Name(name), value)) = map.next_entry::<Name<'a>, &RawValue>()? {
            if fields.contains_key(&name) {
                return Err(A::Error::custom(format!("field `{}` stands twice", text::printable(&name, 64))));
            }
            fields.insert(name, value);
        }
        Ok(fields)
    }
}

/// Whether no answer and no frame of the API is nested so deeply.
pub(crate) fn is_too_deep(json: &str) -> bool {
    depth(json) > DEEPEST
}

/// The deepest nesting of brackets outside strings.
fn depth(json: &str) -> usize {
    let (mut depth, mut deepest, mut quoted, mut escaped) = (0_usize, 0, false, false);
    for byte in json.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'{' | b'[' if !quoted => depth += 1,
            b'}' | b']' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}
