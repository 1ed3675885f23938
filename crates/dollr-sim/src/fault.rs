//! The faults that can be armed: what the vendor and the network do wrong, and to which calls.

use serde::{Deserialize, Serialize};

/// Which calls a fault may strike.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Call {
    /// `POST /v1/jwt/client/obtain/token`
    Token,
    /// `POST /v1/checkouts/create`
    Checkout,
    /// `POST /v1/sessions/checkout`
    Session,
    /// `POST /v1/executions/…`
    Execute,
    /// `GET /v1/status/{operation}/{reference_id}`
    Status,
    /// `GET /v1/status/source`
    SourceStatus,
    /// `GET /v1/links/…`
    Links,
    /// `POST /v1/realtime-keys/…`
    RealtimeKey,
    /// Every call under `/v1`.
    #[default]
    Any,
}

/// Whether the struck call has its effect.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// It has none: a request that was lost, an answer that says what would have been.
    #[default]
    Before,
    /// It has: an answer that was lost or spoilt.
    After,
}

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum FaultKind {
    /// The connection is closed without an answer.
    Drop,
    /// The connection is reset (RST) without an answer.
    Reset,
    /// The connection is closed at once; the request takes effect only after `reads` status calls for its reference id
    /// have been answered. Of a call without a reference id nothing is heard again.
    DelayEffect {
        /// How many status calls are answered first.
        #[serde(default = "one")]
        reads: u32,
    },
    /// The request takes effect twice, as if the network had delivered it twice.
    Duplicate,
    /// The answer ends within its head.
    CutHead,
    /// The answer ends within its body.
    CutBody,
    /// The answer's body comes a byte at a time.
    SlowBody {
        /// The pause before each byte, in ms of real time.
        ms_per_byte: u64,
    },
    /// Another status. 401 and 429 always strike before the effect: by the API's contract such a call was not processed.
    Status {
        /// The status code.
        code: u16,
        /// The `Retry-After` header's text.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after: Option<String>,
        /// The body; JSON or HTML. By default what such a status usually carries.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        body: Option<String>,
    },
    /// A proxy's HTML page with status 200.
    HtmlOk,
    /// A redirect.
    Redirect {
        /// The `Location` header's text.
        location: String,
        /// The status code.
        #[serde(default = "found")]
        code: u16,
    },
    /// A cached answer: the first one ever given to the same question, with an `Age` header.
    Stale {
        /// The `Age` header in seconds.
        #[serde(default = "minute")]
        age: u64,
        /// Answer that the payment is done, whatever was given before.
        #[serde(default)]
        completed: bool,
    },
    /// The previous answer to the same question.
    Reorder,
    /// A reference id (of a source: an id) that is another's.
    WrongReference,
    /// Other amounts.
    WrongAmount {
        /// The JSON text that is written, e.g. `249.99` or `"249.99"`.
        amount: String,
    },
    /// Another currency.
    WrongCurrency {
        /// What is written.
        currency: String,
    },
    /// A status that the documentation doesn't know.
    UnknownStatus {
        /// What is written.
        text: String,
    },
    /// The first status of all: `PENDING`, or of a source `IDLE`.
    RegressedStatus,
    /// On an execution: it fails, and completes all the same (the magic account 5000). On a status call: `FAILED` this time.
    FailedThenCompleted,
    /// A field is not there.
    MissingField {
        /// The field.
        name: String,
    },
    /// A field is there twice.
    DuplicateField {
        /// The field.
        name: String,
        /// The JSON text of the second one.
        json: String,
    },
    /// A field is null.
    NullField {
        /// The field.
        name: String,
    },
    /// A field has another type, or any other value.
    WrongType {
        /// The field.
        name: String,
        /// The JSON text that is written.
        json: String,
    },
    /// Amounts are written as strings, which is allowed.
    StringAmounts,
    /// A 429 with any `Retry-After`; it always strikes before the effect.
    RetryAfter {
        /// The header's text, sense or nonsense.
        value: String,
    },
    /// No answer, on a connection that stays open for ever.
    Silent,
    /// The answer is wrapped as `{"data": …}`, as some deployments do.
    WrapData,
    /// A body that never ends.
    EndlessBody,
    /// More headers.
    ExtraHeaders {
        /// Name to value.
        headers: std::collections::BTreeMap<String, String>,
    },
}

fn one() -> u32 {
    1
}

fn found() -> u16 {
    302
}

fn minute() -> u64 {
    60
}

impl FaultKind {
    /// The name it has in JSON.
    pub fn name(&self) -> String {
        let json = serde_json::to_value(self).unwrap_or_default();
        json.get("kind").and_then(|kind| kind.as_str()).unwrap_or_default().to_owned()
    }
}

/// A fault that waits for its calls.
///
/// ```
/// use dollr_sim::{Call, Fault, FaultKind};
///
/// let lost_answer = Fault::new(Call::Execute, FaultKind::Drop).after();
/// let json = r#"{"at": "execute", "kind": "drop", "when": "after"}"#;
/// assert_eq!(serde_json::from_str::<Fault>(json).unwrap(), lost_answer);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// Which calls it may strike.
    #[serde(default)]
    pub at: Call,
    /// Only calls that carry this reference id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference_id: Option<String>,
    /// What goes wrong.
    #[serde(flatten)]
    pub kind: FaultKind,
    /// Whether the struck call has its effect.
    #[serde(default)]
    pub when: When,
    /// How many calls it strikes; `u32::MAX` is for ever.
    #[serde(default = "one")]
    pub times: u32,
    /// How many calls that match are let through first.
    #[serde(default)]
    pub skip: u32,
}

impl Fault {
    /// Strikes the next such call once, before its effect.
    pub fn new(at: Call, kind: FaultKind) -> Self {
        Self { at, reference_id: None, kind, when: When::Before, times: 1, skip: 0 }
    }

    /// Strikes after the effect.
    #[must_use]
    pub fn after(self) -> Self {
        Self { when: When::After, ..self }
    }

    /// Strikes only calls that carry this reference id.
    #[must_use]
    pub fn for_reference(self, reference_id: impl Into<String>) -> Self {
        Self { reference_id: Some(reference_id.into()), ..self }
    }

    /// Strikes so many calls.
    #[must_use]
    pub fn times(self, times: u32) -> Self {
        Self { times, ..self }
    }

    /// Strikes until it is disarmed.
    #[must_use]
    pub fn for_ever(self) -> Self {
        self.times(u32::MAX)
    }

    /// Lets so many matching calls through first.
    #[must_use]
    pub fn skip(self, skip: u32) -> Self {
        Self { skip, ..self }
    }

    /// Reads the JSON of `POST /_sim/faults`; a field that means nothing is an error, so that a slip of the pen is seen.
    pub(crate) fn from_json(json: &[u8]) -> Result<Self, String> {
        let fault: Self = serde_json::from_slice(json).map_err(|error| error.to_string())?;
        if let FaultKind::Status { code, .. } | FaultKind::Redirect { code, .. } = fault.kind
            && !(200..600).contains(&code)
        {
            return Err(format!("a status code is from 200 to 599, not {code}"));
        }
        let given: serde_json::Value = serde_json::from_slice(json).map_err(|error| error.to_string())?;
        let known = serde_json::to_value(&fault).map_err(|error| error.to_string())?;
        let mut names = given.as_object().into_iter().flat_map(serde_json::Map::keys);
        match names.find(|name| known.get(name).is_none() && !given[name.as_str()].is_null()) {
            Some(name) => Err(format!("a {} fault has no field `{name}`", fault.kind.name())),
            None => Ok(fault),
        }
    }

    /// Whether the struck call still has its effect.
    pub(crate) fn spares_effect(&self) -> bool {
        match self.kind {
            FaultKind::Duplicate | FaultKind::FailedThenCompleted => true,
            FaultKind::RetryAfter { .. } | FaultKind::Status { code: 401 | 429, .. } => false,
            _ => self.when == When::After,
        }
    }

    pub(crate) fn matches(&self, at: Call, reference_id: Option<&str>) -> bool {
        let here = self.at == Call::Any || self.at == at;
        here && (self.reference_id.is_none() || self.reference_id.as_deref() == reference_id)
    }
}

/// Each kind in the JSON that arms it, and what it does, for the cheat sheet.
pub(crate) const KINDS: [(&str, &str); 29] = [
    (r#""kind":"drop""#, "the connection closes without an answer"),
    (r#""kind":"reset""#, "the connection is reset (RST) without an answer"),
    (r#""kind":"silent""#, "no answer, for ever"),
    (r#""kind":"delay_effect","reads":2"#, "closes at once; takes effect after 2 status calls"),
    (r#""kind":"duplicate""#, "takes effect twice, as if delivered twice"),
    (r#""kind":"cut_head""#, "the answer ends within its head"),
    (r#""kind":"cut_body""#, "the answer ends within its body"),
    (r#""kind":"slow_body","ms_per_byte":50"#, "the body comes a byte at a time"),
    (r#""kind":"endless_body""#, "the body never ends"),
    (r#""kind":"status","code":503,"retry_after":"5""#, "another status; body optional"),
    (r#""kind":"retry_after","value":"-1""#, "429 with any Retry-After"),
    (r#""kind":"html_ok""#, "200 with a proxy's HTML page"),
    (r#""kind":"redirect","location":"http://127.0.0.1:1/""#, "302, or another code"),
    (r#""kind":"stale","age":60,"completed":false"#, "the first answer ever given, with Age; or COMPLETED"),
    (r#""kind":"reorder""#, "the previous answer"),
    (r#""kind":"wrong_reference""#, "another payment's id"),
    (r#""kind":"wrong_amount","amount":"249.99""#, "other amounts"),
    (r#""kind":"wrong_currency","currency":"LRD""#, "another currency"),
    (r#""kind":"unknown_status","text":"completed""#, "a status that isn't documented"),
    (r#""kind":"regressed_status""#, "PENDING (IDLE) again"),
    (r#""kind":"failed_then_completed""#, "FAILED, and COMPLETED all the same"),
    (r#""kind":"missing_field","name":"status""#, "a field is not there"),
    (r#""kind":"null_field","name":"status""#, "a field is null"),
    (r#""kind":"duplicate_field","name":"status","json":"\"COMPLETED\"""#, "a field is there twice"),
    (r#""kind":"wrong_type","name":"status","json":"7""#, "a field has any other JSON text"),
    (r#""kind":"string_amounts""#, "amounts as strings, which is allowed"),
    (r#""kind":"wrap_data""#, "wrapped as {\"data\": …}, which is allowed"),
    (r#""kind":"extra_headers","headers":{"x-a":"b"}"#, "more headers"),
    (
        r#""kind":"drop","reference_id":"…","skip":1,"times":3"#,
        "any kind: for one id, from the 2nd to the 4th call",
    ),
];

#[cfg(test)]
mod tests {
    use super::{Fault, FaultKind, KINDS};

    #[test]
    fn every_line_of_the_cheat_sheet_arms_the_fault_it_names() {
        let mut names = std::collections::BTreeSet::new();
        for (json, _) in KINDS {
            let fault =
                Fault::from_json(format!("{{{json}}}").as_bytes()).unwrap_or_else(|e| panic!("{json}: {e}"));
            names.insert(fault.kind.name());
        }
        assert_eq!(names.len(), 28, "one line for each kind: {names:?}");
    }

    #[test]
    fn a_slip_of_the_pen_is_refused() {
        for json in [
            r#"{"kind":"drop","wen":"after"}"#,
            r#"{"kind":"drop","ms_per_byte":5}"#,
            r#"{"kind":"drip"}"#,
            r#"{"kind":"drop","at":"everything"}"#,
            r#"{"kind":"status","code":99}"#,
            r#"{"at":"any"}"#,
        ] {
            assert!(Fault::from_json(json.as_bytes()).is_err(), "{json}");
        }
    }

    #[test]
    fn json_names_what_the_docs_name() {
        let json = r#"{"at":"status","kind":"stale","age":5,"times":3}"#;
        let fault: Fault = serde_json::from_str(json).expect("a fault");
        assert_eq!(fault.kind, FaultKind::Stale { age: 5, completed: false });
        assert_eq!((fault.times, fault.skip), (3, 0));
        let again = serde_json::from_value(serde_json::to_value(&fault).expect("JSON")).expect("a fault");
        assert_eq!(fault, again);
    }
}
