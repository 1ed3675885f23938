//! The 422 of the API (§1): every field that is wrong is reported, each with `loc`, `msg` and `type`.

use rust_decimal::Decimal;
use serde_json::value::RawValue;
use uuid::{Uuid, Variant, Version};

use crate::answer::Answer;
use crate::fields::{Fields, quoted};
use crate::source::SourceKind;

/// One object of a request, being read; wrong fields yield a stand-in and are reported by [`Form::finish`].
pub(crate) struct Form {
    /// JSON texts of the leading `loc` elements.
    place: Vec<String>,
    fields: Fields,
    /// Whether numbers come as text, as they do in a query.
    textual: bool,
    errors: Vec<String>,
}

const STR: (&str, &str) = ("str type expected", "type_error.str");
const MISSING: (&str, &str) = ("field required", "value_error.missing");
const NULL: (&str, &str) = ("none is not an allowed value", "type_error.none.not_allowed");

impl Form {
    /// Reads a JSON body.
    pub(crate) fn body(text: &[u8]) -> Result<Self, Answer> {
        let place = vec![quoted("body")];
        match Fields::parse(text) {
            Some(fields) => Ok(Self { place, fields, textual: false, errors: Vec::new() }),
            None if text.is_empty() => Err(refusal(&[error(&place, MISSING.0, MISSING.1)])),
            None if serde_json::from_slice::<&RawValue>(text).is_ok() => {
                Err(refusal(&[error(&place, "value is not a valid dict", "type_error.dict")]))
            }
            None => Err(refusal(&[error(&place, "Expecting value", "value_error.jsondecode")])),
        }
    }

    /// Reads a query's pairs or a path's parameters; `place` is `query` or `path`.
    pub(crate) fn textual(place: &str, pairs: &[(String, String)]) -> Self {
        let fields = pairs.iter().map(|(name, value)| (name.as_str(), quoted(value))).collect();
        Self { place: vec![quoted(place)], fields, textual: true, errors: Vec::new() }
    }

    fn report(&mut self, name: &str, (msg, kind): (&str, &str)) {
        let place: Vec<String> = self.place.iter().cloned().chain([quoted(name)]).collect();
        self.errors.push(error(&place, msg, kind));
    }

    /// The field's JSON text; reports it when it is missing or null.
    fn required(&mut self, name: &str) -> Option<String> {
        match self.fields.get(name).map(str::to_owned) {
            None => self.report(name, MISSING),
            Some(json) if json == "null" => self.report(name, NULL),
            Some(json) => return Some(json),
        }
        None
    }

    fn checked(&mut self, name: &str, wrong: (&str, &str), holds: impl FnOnce(&str) -> bool) -> String {
        let Some(json) = self.required(name) else { return String::new() };
        let Ok(text) = serde_json::from_str::<String>(&json) else {
            self.report(name, STR);
            return String::new();
        };
        if !holds(&text) {
            self.report(name, wrong);
        }
        text
    }

    pub(crate) fn text(&mut self, name: &str) -> String {
        self.checked(name, STR, |_| true)
    }

    pub(crate) fn optional_text(&mut self, name: &str) -> Option<String> {
        self.is_given(name).then(|| self.text(name))
    }

    pub(crate) fn is_given(&self, name: &str) -> bool {
        self.fields.get(name).is_some_and(|json| json != "null")
    }

    pub(crate) fn integer(&mut self, name: &str) -> u64 {
        let wrong = ("value is not a valid integer", "type_error.integer");
        let Some(mut json) = self.required(name) else { return 0 };
        if self.textual {
            json = json.trim_matches('"').to_owned();
        }
        json.parse().unwrap_or_else(|_| {
            self.report(name, wrong);
            0
        })
    }

    pub(crate) fn source_kind(&mut self, name: &str) -> SourceKind {
        let wrong =
            ("value is not a valid enumeration member; permitted: 'INVOICE', 'ORDER'", "type_error.enum");
        let text = self.checked(name, wrong, |text| text.parse::<SourceKind>().is_ok());
        text.parse().unwrap_or(SourceKind::Invoice)
    }

    /// A source kind, or none for `SUBSCRIPTION`, which the realtime keys' schema has too.
    pub(crate) fn realtime_source(&mut self, name: &str) -> Option<SourceKind> {
        let wrong = (
            "value is not a valid enumeration member; permitted: 'INVOICE', 'ORDER', 'SUBSCRIPTION'",
            "type_error.enum",
        );
        let holds = |text: &str| text == "SUBSCRIPTION" || text.parse::<SourceKind>().is_ok();
        self.checked(name, wrong, holds).parse().ok()
    }

    /// A version-4 UUID, in the hyphenated form or the simple one.
    pub(crate) fn reference(&mut self, name: &str) -> String {
        let wrong = ("value is not a valid version 4 UUID", "value_error.uuid");
        self.checked(name, wrong, |text| {
            text.len() == 36
                && Uuid::try_parse(text).is_ok_and(|id| {
                    id.get_version() == Some(Version::Random) && id.get_variant() == Variant::RFC4122
                })
        })
    }

    pub(crate) fn currency(&mut self, name: &str) -> String {
        let wrong = (r#"string does not match regex "^[A-Z]{3}$""#, "value_error.str.regex");
        self.checked(name, wrong, |text| {
            text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase())
        })
    }

    /// E.164 digits without `+`.
    pub(crate) fn phone(&mut self, name: &str) -> String {
        let wrong = (r#"string does not match regex "^[1-9]\d{7,14}$""#, "value_error.str.regex");
        self.checked(name, wrong, |text| {
            (8..=15).contains(&text.len())
                && !text.starts_with('0')
                && text.bytes().all(|byte| byte.is_ascii_digit())
        })
    }

    pub(crate) fn optional_url(&mut self, name: &str) -> Option<String> {
        let wrong = ("invalid or missing URL scheme", "value_error.url.scheme");
        let holds = |text: &str| {
            let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
            rest.is_some_and(|rest| !rest.is_empty()) && text.bytes().all(|byte| byte.is_ascii_graphic())
        };
        self.is_given(name).then(|| self.checked(name, wrong, holds))
    }

    /// A decimal of 0.01 or more in major units, as a number or a string.
    pub(crate) fn amount(&mut self, name: &str) -> Decimal {
        let Some(json) = self.required(name) else { return Decimal::ZERO };
        let text = serde_json::from_str::<String>(&json).unwrap_or(json);
        match parse_amount(&text) {
            None => self.report(name, ("value is not a valid decimal", "type_error.decimal")),
            Some(amount) if amount < Decimal::new(1, 2) => self.report(
                name,
                ("ensure this value is greater than or equal to 0.01", "value_error.number.not_ge"),
            ),
            Some(amount) => return amount,
        }
        Decimal::ZERO
    }

    /// Reads an object within this one.
    pub(crate) fn object(&mut self, name: &str, read: impl FnOnce(&mut Self)) {
        let Some(json) = self.required(name) else { return };
        let place = self.place.iter().cloned().chain([quoted(name)]).collect();
        self.nested(place, &json, read);
    }

    /// Reads a list of objects within this one; an empty one is refused.
    pub(crate) fn list(&mut self, name: &str, mut read: impl FnMut(&mut Self)) {
        let Some(json) = self.required(name) else { return };
        let Ok(entries) = serde_json::from_str::<Vec<&RawValue>>(&json) else {
            return self.report(name, ("value is not a valid list", "type_error.list"));
        };
        if entries.is_empty() {
            self.report(name, ("ensure this value has at least 1 items", "value_error.list.min_items"));
        }
        for (at, entry) in entries.into_iter().enumerate() {
            let place = self.place.iter().cloned().chain([quoted(name), at.to_string()]).collect();
            self.nested(place, entry.get(), &mut read);
        }
    }

    fn nested(&mut self, place: Vec<String>, json: &str, read: impl FnOnce(&mut Self)) {
        let Some(fields) = Fields::parse(json.as_bytes()) else {
            self.errors.push(error(&place, "value is not a valid dict", "type_error.dict"));
            return;
        };
        let mut form = Self { place, fields, textual: false, errors: Vec::new() };
        read(&mut form);
        self.errors.append(&mut form.errors);
    }

    /// Reports a field that is there but can't be used.
    pub(crate) fn refuse(&mut self, name: &str, msg: &str) {
        self.report(name, (msg, "value_error"));
    }

    /// The 422, if anything was wrong.
    pub(crate) fn finish(self) -> Result<(), Answer> {
        if self.errors.is_empty() { Ok(()) } else { Err(refusal(&self.errors)) }
    }
}

/// A plain decimal: digits, one point, digits.
pub(crate) fn parse_amount(text: &str) -> Option<Decimal> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b'-');
    if plain { Decimal::from_str_exact(text).ok() } else { None }
}

fn error(place: &[String], msg: &str, kind: &str) -> String {
    format!(r#"{{"loc":[{}],"msg":{},"type":{}}}"#, place.join(","), quoted(msg), quoted(kind))
}

fn refusal(errors: &[String]) -> Answer {
    Answer::json(422, format!(r#"{{"detail":[{}]}}"#, errors.join(",")))
}
