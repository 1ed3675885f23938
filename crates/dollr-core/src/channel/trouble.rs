//! What a failure means for the channel: whether to try once more, when, and with which key. The server's words are only ever
//! compared; what is said of them to people are words of this module.

use core::fmt;
use core::time::Duration;

/// Why a channel has ended. Whatever the reason: the payment is asked about as if there had been no channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ending {
    /// It has lived as long as it was to.
    LifeOver,
    /// The host wanted no more of it.
    Left,
    /// No key was to be had for it.
    NoKey,
    /// The server does not open a socket.
    Refused {
        /// The handshake's HTTP status.
        status: u16,
    },
    /// The server does not let it join.
    Denied {
        /// The server's code, as it is documented.
        code: &'static str,
    },
    /// The key ended, and a new one did not help.
    KeyExpired,
    /// The server has too many users, channels or joins.
    Throttled,
    /// The server cannot watch the table with these parameters: nothing would ever be heard.
    Deaf,
    /// Connecting and joining took longer than the budget.
    Late,
    /// A heartbeat was not answered.
    Silent,
    /// The channel crashed or was closed by the server.
    Dismissed,
    /// The connection was lost or did not come about.
    Lost,
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LifeOver => f.write_str("it has lived its life"),
            Self::Left => f.write_str("it was left"),
            Self::NoKey => f.write_str("there was no key for it"),
            Self::Refused { status } => write!(f, "the handshake was answered HTTP {status}"),
            Self::Denied { code } => write!(f, "the join was refused: {code}"),
            Self::KeyExpired => f.write_str("its key expired"),
            Self::Throttled => f.write_str("the server has too many users, channels or joins"),
            Self::Deaf => f.write_str("the server cannot watch the table with these parameters"),
            Self::Late => f.write_str("connecting and joining took too long"),
            Self::Silent => f.write_str("a heartbeat was not answered"),
            Self::Dismissed => f.write_str("the server ended it"),
            Self::Lost => f.write_str("the connection was lost"),
        }
    }
}

/// What may help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cure {
    Nothing,
    NewKey,
    /// Trying again so much later.
    Patience(Duration),
}

/// A failure: what it would be called in the end, and what may help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Trouble {
    pub(super) ending: Ending,
    pub(super) cure: Cure,
}

const SOON: Cure = Cure::Patience(Duration::from_secs(1));
const SLOWLY: Cure = Cure::Patience(Duration::from_secs(30));

/// What no second join helps against.
const DENIALS: [&str; 10] = [
    "InvalidJWTToken",
    "MalformedJWT",
    "JwtSignatureError",
    "JwtSignerError",
    "Unauthorized",
    "PrivateOnly",
    "TopicNameRequired",
    "RealtimeDisabledForTenant",
    "RealtimeDisabledForConfiguration",
    "TenantNotFound",
];

/// What helps only those who stay away for a while.
const LIMITS: [&str; 4] = [
    "ConnectionRateLimitReached",
    "ChannelRateLimitReached",
    "ClientJoinRateLimitReached",
    "DatabaseConnectionRateLimitReached",
];

/// How messages begin that the channel's own end follows, and the code that a join would be refused with.
const MESSAGES: [(&str, &str); 5] = [
    ("Fields `role` and `exp` are required in JWT", "InvalidJWTToken"),
    ("The token provided is not a valid JWT", "MalformedJWT"),
    ("Failed to validate JWT signature", "JwtSignatureError"),
    ("Failed to generate JWT signer", "JwtSignerError"),
    ("You no longer have permission", "Unauthorized"),
];

const EXPIRED: &str = "Token has expired";

impl Trouble {
    pub(super) const LOST: Self = Self { ending: Ending::Lost, cure: SOON };
    pub(super) const LATE: Self = Self { ending: Ending::Late, cure: SOON };
    pub(super) const SILENT: Self = Self { ending: Ending::Silent, cure: SOON };
    pub(super) const DISMISSED: Self = Self { ending: Ending::Dismissed, cure: SOON };
    pub(super) const DEAF: Self = Self { ending: Ending::Deaf, cure: Cure::Nothing };
    const EXPIRED: Self = Self { ending: Ending::KeyExpired, cure: Cure::NewKey };
    const THROTTLED: Self = Self { ending: Ending::Throttled, cure: SLOWLY };

    /// A handshake that was answered with an HTTP status, or not at all.
    pub(super) fn of_handshake(status: Option<u16>) -> Self {
        match status {
            None => Self::LOST,
            Some(429) => Self::THROTTLED,
            Some(status @ (408 | 425 | 500..=599)) => Self { ending: Ending::Refused { status }, cure: SOON },
            Some(status) => Self { ending: Ending::Refused { status }, cure: Cure::Nothing },
        }
    }

    /// A join's `reason`, such as `InvalidJWTToken: Token has expired 3 seconds ago`.
    pub(super) fn of_join(reason: &str) -> Self {
        let (code, message) = reason.split_once(": ").unwrap_or((reason, ""));
        let known = |codes: &'static [&str]| codes.iter().copied().find(|known| *known == code);
        if code == "InvalidJWTExpiration" || (code == "InvalidJWTToken" && message.starts_with(EXPIRED)) {
            Self::EXPIRED
        } else if let Some(code) = known(&DENIALS) {
            Self { ending: Ending::Denied { code }, cure: Cure::Nothing }
        } else if known(&LIMITS).is_some() {
            Self::THROTTLED
        } else {
            Self::DISMISSED
        }
    }

    /// The message of a `system` error, which the channel's end follows.
    pub(super) fn of_system(message: &str) -> Self {
        if message.starts_with(EXPIRED) {
            return Self::EXPIRED;
        }
        let denial = MESSAGES.iter().find(|(beginning, _)| message.starts_with(beginning));
        denial.map_or(Self::DISMISSED, |&(_, code)| Self {
            ending: Ending::Denied { code },
            cure: Cure::Nothing,
        })
    }
}
