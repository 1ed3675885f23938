//! A JSON object whose values keep the very text they were written in: amounts never pass through a float, the order of
//! the fields stays, and a fault may write a field twice.

use std::fmt;

use serde::Deserializer as _;
use serde::de::{self, MapAccess, Visitor};
use serde_json::value::RawValue;

/// The fields of one object, in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads an object; `None` when the text is no JSON object.
    pub(crate) fn parse(text: &[u8]) -> Option<Self> {
        let mut reader = serde_json::Deserializer::from_slice(text);
        let fields = reader.deserialize_map(Reader).ok()?;
        reader.end().ok()?;
        Some(fields)
    }

    /// The JSON text of a field; the last one wins when it is there twice.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().rev().find(|(key, _)| key == name).map(|(_, json)| json.as_str())
    }

    /// A field's string value.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        serde_json::from_str(self.get(name)?).ok()
    }

    /// Replaces a field in its place, or adds it at the end.
    pub(crate) fn set(&mut self, name: &str, json: impl Into<String>) {
        match self.0.iter_mut().find(|(key, _)| key == name) {
            Some((_, old)) => *old = json.into(),
            None => self.push(name, json),
        }
    }

    /// Replaces a field that is there.
    pub(crate) fn replace(&mut self, name: &str, json: impl Into<String>) {
        if self.get(name).is_some() {
            self.set(name, json);
        }
    }

    /// Adds a field, even one that is there already.
    pub(crate) fn push(&mut self, name: &str, json: impl Into<String>) {
        self.0.push((name.to_owned(), json.into()));
    }

    pub(crate) fn remove(&mut self, name: &str) {
        self.0.retain(|(key, _)| key != name);
    }
}

/// Builds an object from names and ready JSON texts.
impl<'a, J: Into<String>> FromIterator<(&'a str, J)> for Fields {
    fn from_iter<I: IntoIterator<Item = (&'a str, J)>>(pairs: I) -> Self {
        Self(pairs.into_iter().map(|(name, json)| (name.to_owned(), json.into())).collect())
    }
}

impl fmt::Display for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{")?;
        for (at, (name, json)) in self.0.iter().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            write!(f, "{comma}{}:{json}", quoted(name))?;
        }
        f.write_str("}")
    }
}

/// A string as JSON text.
pub(crate) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A string or `null` as JSON text.
pub(crate) fn quoted_or_null(text: Option<&str>) -> String {
    text.map_or_else(|| "null".to_owned(), quoted)
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Fields;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
        let mut fields = Fields::default();
        while let Some((name, json)) = map.next_entry::<String, Box<RawValue>>()? {
            fields.push(&name, json.get());
        }
        Ok(fields)
    }

    fn visit_unit<E: de::Error>(self) -> Result<Fields, E> {
        Err(E::custom("null is no object"))
    }
}

#[cfg(test)]
mod tests {
    use super::Fields;

    #[test]
    fn a_number_keeps_its_digits_and_a_field_its_place() {
        let mut fields = Fields::parse(br#"{"z": 250.00, "a": {"b": 1e400}}"#).expect("an object");
        fields.set("z", "250.10");
        fields.push("z", "\"x\"");
        assert_eq!(fields.to_string(), r#"{"z":250.10,"a":{"b": 1e400},"z":"x"}"#);
        fields.remove("z");
        assert_eq!(fields.to_string(), r#"{"a":{"b": 1e400}}"#);
    }

    #[test]
    fn what_is_no_object_is_refused() {
        for text in ["", "[]", "null", "{", "{} x"] {
            assert!(Fields::parse(text.as_bytes()).is_none(), "{text}");
        }
    }
}
