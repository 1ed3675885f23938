//! Money, exactly: decimals in major units that never pass through a binary float (API §1; invariant I15).

use alloc::string::{String, ToString};
use core::fmt;
use core::str::FromStr;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::Invalid;
use crate::id::text_serde;

/// An ISO 4217 code: three upper-case letters, compared exactly (API §1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency([u8; 3]);

impl Currency {
    /// The three letters.
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(&self.0).unwrap_or("???")
    }
}

impl FromStr for Currency {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        match text.as_bytes() {
            &[a, b, c] if [a, b, c].iter().all(u8::is_ascii_uppercase) => Ok(Self([a, b, c])),
            _ => Err(Invalid::new("currency", text, "three upper-case letters such as USD")),
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An exact, non-negative decimal in **major** units: `250.00` is 250 dollars, not cents (API §1).
///
/// At most 28 significant digits. `250` and `250.00` are equal; each is printed as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Amount(Decimal);

impl Amount {
    /// Reads the text of a JSON number, which may have an exponent, exactly or not at all.
    pub(crate) fn from_json_number(text: &str) -> Result<Self, Invalid> {
        let Some(at) = text.bytes().position(|byte| matches!(byte, b'e' | b'E')) else { return text.parse() };
        let (mantissa, exponent) = (&text[..at], &text[at + 1..]);
        let invalid = || Invalid::new("amount", text, EXPECTED);
        let mantissa = mantissa.parse::<Self>()?.0;
        let exponent: i32 = exponent.parse().map_err(|_| invalid())?;
        let scale = i64::from(mantissa.scale()) - i64::from(exponent);
        let mut digits = mantissa;
        digits.set_scale(u32::try_from(scale.max(0)).map_err(|_| invalid())?).map_err(|_| invalid())?;
        for _ in scale..0 {
            digits = digits.checked_mul(Decimal::TEN).ok_or_else(invalid)?;
            if digits.is_zero() {
                break;
            }
        }
        Ok(Self(digits))
    }

    /// Whether the amount is nought.
    pub fn is_zero(&self) -> bool {
        self.0.is_zero()
    }
}

const EXPECTED: &str = "a decimal in major units with a dot and no sign, such as 250.00";

impl FromStr for Amount {
    type Err = Invalid;

    /// Takes digits, and after a dot more digits; no sign, exponent, grouping or blank.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let invalid = || Invalid::new("amount", text, EXPECTED);
        let bytes = text.as_bytes();
        let dot = bytes.iter().position(|byte| *byte == b'.');
        let (whole, fraction) = dot.map_or((bytes, &b"0"[..]), |dot| (&bytes[..dot], &bytes[dot + 1..]));
        let digits = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
        if !digits(whole) || !digits(fraction) || (whole.len() > 1 && whole.starts_with(b"0")) {
            return Err(invalid());
        }
        Decimal::from_str_exact(text).map(Self).map_err(|_| invalid())
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

text_serde!(Currency, Amount);
