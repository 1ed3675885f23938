//! One JSON object, read strictly: a generic JSON value would silently take the last of two equal keys and pass
//! numbers through floats (threats: duplicate keys, JSON depth, lossy amounts).

use alloc::borrow::Cow;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::Cell;
use core::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, Visitor};
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
pub(crate) struct Object<'a>(Fields<'a>);

/// Fields by name. An answer has a dozen, and looking through these costs less than keeping them in order; what somebody
/// sends with a hundred thousand fields is kept in order from `FEW` on.
#[derive(Default)]
struct Fields<'a> {
    few: Vec<(&'a str, &'a str)>,
    /// The marks of their names. A name whose mark is not among them is not theirs.
    marks: u64,
    /// Where the next one is looked for first, behind the last: they are asked for in about the order in which they stand.
    next: Cell<usize>,
    /// And those whose names have escapes.
    others: BTreeMap<Cow<'a, str>, &'a str>,
}

const FEW: usize = 16;

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
        if outer.has(marker) {
            return Ok(outer);
        }
        match outer.0.get("data") {
            Some(data) if data.starts_with('{') => Self::of(data),
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
            .deserialize_map(Reader)
            .and_then(|fields| json.end().map(|()| fields))
            .map_err(|e| BadAnswer::new(format!("the body is not one JSON object: {e}")))?;
        Ok(Self(fields))
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// The field's own JSON text, if it is there and not `null`.
    pub(crate) fn raw(&self, name: &str) -> Option<&'a str> {
        self.0.get(name).filter(|text| *text != "null")
    }

    /// A string that must be there.
    pub(crate) fn required_text(&self, name: &str) -> Result<Cow<'a, str>, BadAnswer> {
        self.text(name)?.ok_or_else(|| BadAnswer::missing(name))
    }

    /// A string; a copy only where it has escapes.
    pub(crate) fn text(&self, name: &str) -> Result<Option<Cow<'a, str>>, BadAnswer> {
        self.typed(name, "a string", unquoted)
    }

    /// A message for people: a string, escaped and shortened.
    pub(crate) fn message(&self, name: &str) -> Result<Option<String>, BadAnswer> {
        Ok(self.text(name)?.map(|message| text::printable(&message, 300)))
    }

    /// `true` or `false`.
    pub(crate) fn flag(&self, name: &str) -> Result<Option<bool>, BadAnswer> {
        let flag = |raw: &str| matches!(raw, "true" | "false").then_some(raw == "true");
        self.typed(name, "true or false", flag)
    }

    /// A whole number, without sign.
    pub(crate) fn number(&self, name: &str) -> Result<Option<u64>, BadAnswer> {
        self.typed(name, "a whole number", |raw| serde_json::from_str(raw).ok())
    }

    /// An amount: a JSON number or a string, exactly.
    pub(crate) fn amount(&self, name: &str) -> Result<Option<Amount>, BadAnswer> {
        let bad = |e: &dyn fmt::Display| BadAnswer::new(format!("field `{name}`: {e}"));
        match self.raw(name) {
            None => Ok(None),
            Some(raw) if raw.starts_with('"') => {
                let text: Cow<'_, str> = match unquoted(raw) {
                    Some(text) => text,
                    None => serde_json::from_str(raw).map_err(|e| bad(&e))?,
                };
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

    fn typed<T>(
        &self,
        name: &str,
        expected: &str,
        read: impl FnOnce(&'a str) -> Option<T>,
    ) -> Result<Option<T>, BadAnswer> {
        let Some(raw) = self.raw(name) else { return Ok(None) };
        match read(raw) {
            Some(value) => Ok(Some(value)),
            None => Err(BadAnswer::new(format!("field `{name}` is not {expected}"))),
        }
    }
}

/// The string that a JSON value is, if it is one. The parser has passed it: without a backslash it is what stands
/// between its quotes.
fn unquoted(raw: &str) -> Option<Cow<'_, str>> {
    let inner = raw.strip_prefix('"')?.strip_suffix('"')?;
    if inner.as_bytes().contains(&b'\\') {
        serde_json::from_str(raw).ok().map(Cow::Owned)
    } else {
        Some(Cow::Borrowed(inner))
    }
}

impl<'a> Fields<'a> {
    #[inline]
    fn get(&self, name: &str) -> Option<&'a str> {
        let next = self.next.get();
        match self.few.get(next) {
            Some(&(known, raw)) if known == name => {
                self.next.set(next + 1);
                Some(raw)
            }
            _ => self.find(name),
        }
    }

    /// Wherever it stands.
    #[inline(never)]
    fn find(&self, name: &str) -> Option<&'a str> {
        let Some(place) = self.few.iter().position(|&(known, _)| known == name) else {
            return self.others.get(name).copied();
        };
        self.next.set(place + 1);
        Some(self.few[place].1)
    }

    fn contains_key(&self, name: &str) -> bool {
        self.few.iter().any(|&(known, _)| known == name) || self.others.contains_key(name)
    }

    /// Gives the name back if it is there already.
    #[inline]
    fn insert(&mut self, name: Cow<'a, str>, raw: &'a str) -> Result<(), Cow<'a, str>> {
        match name {
            Cow::Borrowed(name) if self.few.len() < FEW && self.others.is_empty() => {
                let mark = mark(name);
                if self.marks & mark != 0 && self.contains_key(name) {
                    return Err(Cow::Borrowed(name));
                }
                self.marks |= mark;
                self.few.push((name, raw));
                Ok(())
            }
            name => self.insert_other(name, raw),
        }
    }

    #[cold]
    fn insert_other(&mut self, name: Cow<'a, str>, raw: &'a str) -> Result<(), Cow<'a, str>> {
        if self.contains_key(&name) {
            return Err(name);
        }
        self.others.insert(name, raw);
        Ok(())
    }
}

/// One bit, by which most names differ.
#[inline]
fn mark(name: &str) -> u64 {
    let fifth = name.as_bytes().get(4).copied().unwrap_or_default();
    1 << ((name.len() ^ usize::from(fifth)) % 64)
}

struct Reader;

impl<'a> Visitor<'a> for Reader {
    type Value = Fields<'a>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields = Fields { few: Vec::with_capacity(FEW), ..Fields::default() };
        while let Some((Name(name), value)) = map.next_entry::<Name<'a>, &RawValue>()? {
            if let Err(name) = fields.insert(name, value.get()) {
                return Err(A::Error::custom(format!("field `{}` stands twice", text::printable(&name, 64))));
            }
        }
        Ok(fields)
    }
}

/// Whether no answer and no frame of the API is nested so deeply.
pub(crate) fn is_too_deep(json: &str) -> bool {
    // So much depth takes as many brackets at least, and to count these is quick.
    brackets(json) > DEEPEST && depth(json) > DEEPEST
}

/// All opening brackets, in strings or not; the two kinds differ in a single bit. Counted in bytes as far as these reach, so
/// that a processor takes many at once.
fn brackets(json: &str) -> usize {
    let few = |chunk: &[u8]| chunk.iter().map(|byte| u8::from(byte | 0x20 == b'{')).sum::<u8>();
    json.as_bytes().chunks(usize::from(u8::MAX)).map(|chunk| usize::from(few(chunk))).sum()
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
