//! What goes wrong with the socket on demand: which scenario, at which moment, for which payment.

use serde::{Deserialize, Serialize};

/// When a scenario strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Moment {
    /// At the key call.
    Key,
    /// At the WebSocket's handshake, where no payment is known yet.
    Connect,
    /// At a `phx_join`.
    Join,
    /// When a channel has been told that it is subscribed.
    Live,
    /// When a change would be delivered.
    Change,
    /// At once, on every channel that is there.
    Now,
}

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum ScenarioKind {
    /// The key expires so many seconds earlier than the answer says; negative: later.
    KeyClockSkew {
        /// Seconds.
        seconds: i64,
    },
    /// The handshake is refused.
    Refuse {
        /// 401, 403, 404, 429 or 500; any is possible.
        #[serde(default = "unauthorized")]
        status: u16,
        /// The sentence in `{"error": …}`; by default what the server says with this status.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<String>,
    },
    /// Nothing listens any more, so that new connections of any kind are refused; those that are open go on.
    RefuseConnections {
        /// For so many ms of real time.
        for_ms: u64,
    },
    /// The join is answered with an error.
    JoinError {
        /// The reason; by default that the token has expired.
        #[serde(default = "expired")]
        reason: String,
    },
    /// The join is never answered.
    NoReply,
    /// The join is answered late, by default after 12 s; the connection does nothing else meanwhile.
    LateReply,
    /// The join is answered, and the channel never becomes live.
    NoSystem,
    /// The channel becomes live late, by default after 8 s.
    LateSystem,
    /// The channel becomes live right after the payment's next change, which is lost.
    ChangeInGap,
    /// A `system` error instead of ok.
    SystemError {
        /// The message; by default that the table is not in the publication.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<String>,
        /// When the server tries again and succeeds; by default never.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after_ms: Option<u64>,
    },
    /// The row as it is comes as an event before the join is answered.
    EventBeforeReply,
    /// The answer to the join doesn't name the bindings.
    NoBindings,
    /// The answer to the join names another filter.
    BindingMismatch,
    /// The bindings' ids are strings.
    IdAsString,
    /// The bindings' ids are 0.
    IdZero,
    /// Change data capture restarts: the channel is deaf, and live again (a second `system` ok) after 1 s.
    SystemAgain,
    /// The token expires now, whatever it says.
    TokenExpired,
    /// The server takes the channel for an anonymous one: nothing is said, and nothing heard any more.
    AnonOverToken,
    /// The channel crashes.
    PhxError,
    /// The server ends the channel.
    PhxClose,
    /// A `phx_close` for a join that is over.
    StaleClose,
    /// A `system` error of extension `system`, and the end of the channel.
    SystemClose {
        /// The message.
        #[serde(default = "too_many")]
        message: String,
    },
    /// The server forgets the channel: what is pushed to it is an unmatched topic.
    ForgetChannel,
    /// The server closes the socket.
    Close {
        /// 1000, 1001, 1009, 1011 or 1012; any is possible.
        code: u16,
    },
    /// `Server requested disconnect`, and a close with 1012.
    ServerDisconnect,
    /// The connection ends without a close frame.
    Drop,
    /// The connection is reset (RST).
    Reset,
    /// The server neither reads nor writes any more.
    Stall,
    /// The server answers WebSocket pings and nothing else.
    AppDead,
    /// The event comes twice.
    DuplicateEvent,
    /// The event's `commit_timestamp` is a minute older than it should be.
    OutOfOrder,
    /// An event of another payment's.
    ForeignEvent,
    /// The event carries an id that no binding has.
    ForeignId,
    /// The event reports an error instead of the row.
    Errors {
        /// 400, 401 or 413.
        code: u16,
    },
    /// The row is deleted; it stays all the same.
    Delete,
    /// An event that nobody knows.
    UnknownEvent,
    /// A `presence_state` that nobody asked for.
    PresenceState,
    /// A binary frame.
    BinaryFrame,
    /// A text frame of any content.
    RawText {
        /// The text.
        text: String,
    },
    /// An event with a column of so many bytes more.
    BigFrame {
        /// Bytes.
        bytes: usize,
    },
    /// The same event so many times.
    Burst {
        /// How many.
        events: u32,
    },
}

fn unauthorized() -> u16 {
    401
}

fn expired() -> String {
    "InvalidJWTToken: Token has expired 10 seconds ago".to_owned()
}

fn too_many() -> String {
    "Too many messages per second".to_owned()
}

impl ScenarioKind {
    /// The moments at which it can strike; the first unless it is said.
    fn moments(&self) -> &'static [Moment] {
        match self {
            Self::KeyClockSkew { .. } => &[Moment::Key],
            Self::Refuse { .. } => &[Moment::Connect],
            Self::RefuseConnections { .. } => &[Moment::Now],
            Self::JoinError { .. }
            | Self::NoReply
            | Self::LateReply
            | Self::NoSystem
            | Self::LateSystem
            | Self::ChangeInGap
            | Self::SystemError { .. }
            | Self::EventBeforeReply
            | Self::NoBindings
            | Self::BindingMismatch
            | Self::IdAsString
            | Self::IdZero => &[Moment::Join],
            Self::DuplicateEvent | Self::OutOfOrder | Self::ForeignId | Self::Errors { .. } => {
                &[Moment::Change, Moment::Live, Moment::Now]
            }
            _ => &[Moment::Live, Moment::Change, Moment::Now],
        }
    }

    /// Whether a change that it strikes is not delivered any more, or only as it makes it.
    pub(crate) fn swallows_change(&self) -> bool {
        !matches!(
            self,
            Self::DuplicateEvent
                | Self::ForeignEvent
                | Self::StaleClose
                | Self::UnknownEvent
                | Self::PresenceState
                | Self::BinaryFrame
                | Self::RawText { .. }
                | Self::BigFrame { .. }
                | Self::Burst { .. }
                | Self::Delete
        )
    }
}

/// A scenario that waits for its moment.
///
/// ```
/// use dollr_sim::{Moment, Scenario, ScenarioKind};
///
/// let drop_at_change = Scenario::new(ScenarioKind::Drop).at(Moment::Change);
/// let json = r#"{"kind": "drop", "at": "change"}"#;
/// assert_eq!(serde_json::from_str::<Scenario>(json).unwrap(), drop_at_change);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scenario {
    /// What goes wrong.
    #[serde(flatten)]
    pub kind: ScenarioKind,
    /// When it strikes; by default the first moment at which it can.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Moment>,
    /// Only the channels of this payment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference_id: Option<String>,
    /// How long after its moment it shows, in ms by the simulator's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_ms: Option<u64>,
    /// How often it strikes; `u32::MAX` is for ever. At [`Moment::Now`] it strikes once.
    #[serde(default = "one")]
    pub times: u32,
    /// How often it is let through first.
    #[serde(default)]
    pub skip: u32,
}

fn one() -> u32 {
    1
}

impl Scenario {
    /// Strikes once, at the first moment at which it can.
    pub fn new(kind: ScenarioKind) -> Self {
        Self { kind, at: None, reference_id: None, after_ms: None, times: 1, skip: 0 }
    }

    /// Strikes at this moment.
    #[must_use]
    pub fn at(self, moment: Moment) -> Self {
        Self { at: Some(moment), ..self }
    }

    /// Strikes only the channels of this payment.
    #[must_use]
    pub fn for_reference(self, reference_id: impl Into<String>) -> Self {
        Self { reference_id: Some(reference_id.into()), ..self }
    }

    /// Shows so many ms after its moment.
    #[must_use]
    pub fn after_ms(self, ms: u64) -> Self {
        Self { after_ms: Some(ms), ..self }
    }

    /// Strikes so many times.
    #[must_use]
    pub fn times(self, times: u32) -> Self {
        Self { times, ..self }
    }

    /// Is let through so many times first.
    #[must_use]
    pub fn skip(self, skip: u32) -> Self {
        Self { skip, ..self }
    }

    /// When it strikes.
    pub fn moment(&self) -> Moment {
        self.at.or(self.kind.moments().first().copied()).unwrap_or(Moment::Now)
    }

    pub(crate) fn is_for(&self, reference_id: Option<&str>) -> bool {
        self.reference_id.is_none() || self.reference_id.as_deref() == reference_id
    }

    /// Reads the JSON of `POST /_sim/realtime/scenarios`; a field that means nothing is an error.
    pub(crate) fn from_json(json: &[u8]) -> Result<Self, String> {
        let scenario: Self = serde_json::from_slice(json).map_err(|error| error.to_string())?;
        let given: serde_json::Value = serde_json::from_slice(json).map_err(|error| error.to_string())?;
        let known = serde_json::to_value(&scenario).map_err(|error| error.to_string())?;
        let name = known["kind"].as_str().unwrap_or_default();
        let mut fields = given.as_object().into_iter().flatten();
        if let Some((field, _)) = fields.find(|(field, json)| known.get(field).is_none() && !json.is_null()) {
            return Err(format!("a {name} scenario has no field `{field}`"));
        }
        if let Some(at) = scenario.at.filter(|at| !scenario.kind.moments().contains(at)) {
            return Err(format!("a {name} scenario strikes at {:?}, not at {at:?}", scenario.kind.moments()));
        }
        match scenario.kind {
            ScenarioKind::Refuse { status, .. } if !(400..600).contains(&status) => {
                Err(format!("a handshake is refused with a status from 400 to 599, not {status}"))
            }
            ScenarioKind::Errors { code } if error_text(code).is_none() => {
                Err(format!("the server reports 400, 401 or 413, not {code}"))
            }
            _ => Ok(scenario),
        }
    }
}

/// What an event says instead of a row.
pub(crate) fn error_text(code: u16) -> Option<&'static str> {
    match code {
        400 => Some("Error 400: Bad Request, no primary key"),
        401 => Some("Error 401: Unauthorized"),
        413 => Some("Error 413: Payload Too Large"),
        _ => None,
    }
}
