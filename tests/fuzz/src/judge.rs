//! A second reader of JSON that shares nothing with the first: it keeps every key and every digit, and says whether an answer
//! is proof of payment.

use crate::draw::ID;

/// A value, as it was written.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Json {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
    /// A text with half a character in it: JSON, but no text.
    Torn,
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

/// Deeper than this nobody reads.
const DEEPEST: usize = 32;

impl Json {
    /// The whole text as one value; none where it is not strictly that.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut reader = Reader { rest: text.as_bytes(), depth: 0 };
        let value = reader.value()?;
        reader.blank();
        reader.rest.is_empty().then_some(value)
    }

    /// The field of this name: of several, none.
    pub(crate) fn field(&self, name: &str) -> Option<&Self> {
        let Self::Object(fields) = self else { return None };
        let mut found = fields.iter().filter(|(key, _)| key == name);
        let (first, other) = (found.next(), found.next());
        if other.is_some() { None } else { first.map(|(_, value)| value) }
    }

    /// The text in a field.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        match self.field(name) {
            Some(Self::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// Whether a key stands twice in it, or is no text.
    pub(crate) fn repeats_a_key(&self) -> bool {
        let Self::Object(fields) = self else { return false };
        fields.iter().any(|(key, _)| key == TORN)
            || fields
                .iter()
                .enumerate()
                .any(|(n, (key, _))| fields[..n].iter().any(|(other, _)| other == key))
    }

    /// The object that an answer is about: itself, or what is wrapped in `data`.
    pub(crate) fn unwrapped(&self, marker: &str) -> Option<&Self> {
        let Self::Object(fields) = self else { return None };
        let has = |name: &str| fields.iter().any(|(key, _)| key == name);
        match self.field("data") {
            Some(data @ Self::Object(_)) if !has(marker) => Some(data),
            _ => Some(self),
        }
    }

    /// Whether it is this amount of money, in whatever digits.
    pub(crate) fn is_amount(&self, hundredths: u128) -> bool {
        match self {
            Self::Number(text) => value(text).is_some_and(|value| value == hundredths),
            Self::Text(text) => {
                let plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
                plain && value(text).is_some_and(|value| value == hundredths)
            }
            _ => false,
        }
    }
}

/// Whether an answer of the status API proves that an execution is paid.
pub(crate) fn proves_execution(body: &[u8], intent: &Expected) -> bool {
    let Some(outer) = str::from_utf8(body).ok().and_then(Json::parse) else { return false };
    let Some(answer) = outer.unwrapped("reference_id") else { return false };
    let Expected { operation, side: [amount_name, currency_name], amount, currency } = intent;
    !outer.repeats_a_key()
        && !answer.repeats_a_key()
        && answer.text("reference_id").is_some_and(|id| id.eq_ignore_ascii_case(ID))
        && answer.text("operation_type") == Some(operation)
        && answer.text("status") == Some("COMPLETED")
        && amount.is_none_or(|amount| answer.field(amount_name).is_some_and(|it| it.is_amount(amount)))
        && currency.is_none_or(|currency| answer.text(currency_name) == Some(currency))
}

/// Whether it proves that an invoice is: number 101, over 250.00 USD.
pub(crate) fn proves_source(body: &[u8]) -> bool {
    let Some(outer) = str::from_utf8(body).ok().and_then(Json::parse) else { return false };
    let Some(answer) = outer.unwrapped("source_id") else { return false };
    !outer.repeats_a_key()
        && !answer.repeats_a_key()
        && answer.field("source_id") == Some(&Json::Number("101".to_owned()))
        && answer.text("source_type") == Some("INVOICE")
        && answer.text("status") == Some("PAID")
        && answer.text("currency") == Some("USD")
        && answer.field("total_amount").is_some_and(|total| total.is_amount(25_000))
}

/// What an execution's proof must name.
#[derive(Debug, Clone)]
pub(crate) struct Expected {
    pub(crate) operation: &'static str,
    pub(crate) side: [&'static str; 2],
    /// In hundredths.
    pub(crate) amount: Option<u128>,
    pub(crate) currency: Option<&'static str>,
}

/// A decimal in hundredths; none where it has more digits than that, or than anybody needs.
fn value(text: &str) -> Option<u128> {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let exponent: i32 = exponent.parse().ok()?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let mut number: u128 = digits.parse().ok()?;
    let mut places = i32::try_from(fraction.len()).ok()? - exponent - 2;
    while places > 0 {
        if !number.is_multiple_of(10) {
            return None;
        }
        number /= 10;
        places -= 1;
    }
    for _ in places..0 {
        number = number.checked_mul(10)?;
    }
    Some(number)
}

/// Stands for what is no text; no text of ours is this one.
const TORN: &str = "\u{10ffff}torn\u{10ffff}";

/// What an escape stands for.
enum Escaped {
    Character(char),
    Half,
}

struct Reader<'a> {
    rest: &'a [u8],
    depth: usize,
}

impl Reader<'_> {
    fn blank(&mut self) {
        let blanks = self.rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r')).count();
        self.rest = &self.rest[blanks..];
    }

    fn next_is(&mut self, byte: u8) -> bool {
        let is = self.rest.first() == Some(&byte);
        if is {
            self.rest = &self.rest[1..];
        }
        is
    }

    fn word(&mut self, word: &str, value: Json) -> Option<Json> {
        self.rest = self.rest.strip_prefix(word.as_bytes())?;
        Some(value)
    }

    fn value(&mut self) -> Option<Json> {
        self.blank();
        match self.rest.first()? {
            b'n' => self.word("null", Json::Null),
            b't' => self.word("true", Json::Bool(true)),
            b'f' => self.word("false", Json::Bool(false)),
            b'"' => self.string().map(|text| if text == TORN { Json::Torn } else { Json::Text(text) }),
            b'[' => self.list(),
            b'{' => self.object(),
            _ => self.number(),
        }
    }

    fn list(&mut self) -> Option<Json> {
        self.enter()?;
        let mut items = Vec::new();
        self.blank();
        if !self.next_is(b']') {
            loop {
                items.push(self.value()?);
                self.blank();
                if self.next_is(b']') {
                    break;
                }
                self.next_is(b',').then_some(())?;
            }
        }
        self.depth -= 1;
        Some(Json::List(items))
    }

    fn object(&mut self) -> Option<Json> {
        self.enter()?;
        let mut fields = Vec::new();
        self.blank();
        if !self.next_is(b'}') {
            loop {
                self.blank();
                let key = self.string()?;
                self.blank();
                self.next_is(b':').then_some(())?;
                fields.push((key, self.value()?));
                self.blank();
                if self.next_is(b'}') {
                    break;
                }
                self.next_is(b',').then_some(())?;
            }
        }
        self.depth -= 1;
        Some(Json::Object(fields))
    }

    fn enter(&mut self) -> Option<()> {
        self.rest = &self.rest[1..];
        self.depth += 1;
        (self.depth <= DEEPEST).then_some(())
    }

    fn number(&mut self) -> Option<Json> {
        let digits = |rest: &[u8], from: usize| {
            rest[from..].iter().take_while(|byte| byte.is_ascii_digit()).count() + from
        };
        let rest = self.rest;
        let begin = usize::from(rest[0] == b'-');
        let mut end = digits(rest, begin);
        if end == begin || (rest[begin] == b'0' && end > begin + 1) {
            return None;
        }
        if rest.get(end) == Some(&b'.') {
            let after = digits(rest, end + 1);
            (after > end + 1).then_some(())?;
            end = after;
        }
        if matches!(rest.get(end), Some(b'e' | b'E')) {
            let signed = end + 1 + usize::from(matches!(rest.get(end + 1), Some(b'+' | b'-')));
            if signed > rest.len() {
                return None;
            }
            let after = digits(rest, signed);
            (after > signed).then_some(())?;
            end = after;
        }
        let (text, rest) = rest.split_at(end);
        self.rest = rest;
        Some(Json::Number(String::from_utf8_lossy(text).into_owned()))
    }

    fn string(&mut self) -> Option<String> {
        self.next_is(b'"').then_some(())?;
        let (mut out, mut torn) = (Vec::new(), false);
        loop {
            let (byte, rest) = self.rest.split_first()?;
            self.rest = rest;
            match byte {
                b'"' if torn => return Some(TORN.to_owned()),
                b'"' => return String::from_utf8(out).ok(),
                b'\\' => match self.escape()? {
                    Escaped::Character(c) => out.extend(c.encode_utf8(&mut [0; 4]).as_bytes()),
                    Escaped::Half => torn = true,
                },
                0..0x20 => return None,
                byte => out.push(*byte),
            }
        }
    }

    /// A character, or none for half of one.
    fn escape(&mut self) -> Option<Escaped> {
        let (byte, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(Escaped::Character(match byte {
            b'"' | b'\\' | b'/' => char::from(*byte),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return Some(self.unicode(self.hex_ahead()?).map_or(Escaped::Half, Escaped::Character)),
            _ => return None,
        }))
    }

    fn unicode(&mut self, first: u32) -> Option<char> {
        self.rest = &self.rest[4..];
        if !(0xD800..0xDC00).contains(&first) {
            return char::from_u32(first);
        }
        let second = Reader { rest: self.rest.strip_prefix(b"\\u")?, depth: 0 }.hex_ahead()?;
        if !(0xDC00..0xE000).contains(&second) {
            return None;
        }
        self.rest = &self.rest[6..];
        char::from_u32(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))
    }

    fn hex_ahead(&self) -> Option<u32> {
        let digits = self.rest.get(..4)?;
        digits.iter().try_fold(0, |number, digit| Some(number * 16 + char::from(*digit).to_digit(16)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_reader_reads_json_as_the_first_one_does() {
        for text in [
            "null",
            " [1, -0.5e+3, \"a\\u00e9\\ud83d\\ude00\"] ",
            "{\"a\":{},\"b\":[]}",
            "01",
            "1.",
            "[1,]",
            "{\"a\" 1}",
            "\"\u{1}\"",
            "-",
            "1e",
            "\u{feff}1",
            "tru",
            "[[",
            "{\"a\":1,\"a\":2}",
        ] {
            let first = serde_json::from_str::<serde_json::Value>(text).is_ok();
            assert_eq!(Json::parse(text).is_some(), first, "{text}");
        }
        let twice = Json::parse("{\"a\":1,\"\\u0061\":2}").expect("JSON");
        assert!(twice.repeats_a_key() && twice.field("a").is_none());
    }

    #[test]
    fn an_amount_is_the_same_in_any_digits() {
        for text in ["250", "250.00", "2.5e2", "25000E-2", "250.000"] {
            assert!(Json::Number(text.to_owned()).is_amount(25_000), "{text}");
        }
        for text in ["250.001", "25", "-250", "2.5"] {
            assert!(!Json::Number(text.to_owned()).is_amount(25_000), "{text}");
        }
    }
}
