//! The fault classes F1–F32, the states that they can hit, and how often they did.

use std::fmt::Write as _;

macro_rules! faults {
    ($($number:literal $name:ident $words:literal,)+) => {
        /// A class of faults, by its number in `tests/promises.md`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[repr(usize)]
        pub(crate) enum Fault { $($name = $number,)+ }

        impl Fault {
            pub(crate) const ALL: [Self; 32] = [$(Self::$name,)+];

            const fn words(self) -> &'static str {
                match self { $(Self::$name => $words,)+ }
            }
        }
    };
}

faults! {
    1 RequestLost "request lost",
    2 AnswerLost "response lost",
    3 Delayed "request delayed past the next status read",
    4 Duplicated "duplicate delivery",
    5 Reordered "reordering",
    6 Cut "cut mid-head or mid-body",
    7 Slow "slow until the time-out",
    8 ClientError "4xx",
    9 ServerError "5xx before or after the effect",
    10 Html "HTML with 200",
    11 Redirected "redirect",
    12 Stale "stale cached body",
    13 WrongReference "wrong reference id",
    14 WrongAmount "wrong amount",
    15 WrongCurrency "wrong currency",
    16 UnknownStatus "unknown status",
    17 Regressed "regressed status",
    18 FailedThenCompleted "FAILED, then COMPLETED",
    19 Malformed "missing, duplicate, null or wrongly typed fields",
    20 RetryAfter "Retry-After abuse",
    21 NoConnection "DNS or TLS failure",
    22 TokenExpired "token expiry mid-flight",
    23 Silent "vendor silent for ever",
    24 Hint "hint lost, duplicated, forged",
    25 Crash "crash at any step",
    26 PowerLoss "power loss",
    27 Disk "journal full, I/O error, busy",
    28 Damaged "torn or bit-flipped snapshot",
    29 SecondProcess "second process",
    30 LongCall "lease expires during a call",
    31 Clock "clock back, forward, suspend",
    32 OtherRelease "upgrade or downgrade in flight",
}

macro_rules! columns {
    ($($name:ident),+) => {
        /// The state in which a payment is hit. `Token` is a call for the bearer token, whoever needs it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[repr(usize)]
        pub(crate) enum Column { $($name,)+ }

        impl Column {
            pub(crate) const ALL: [Self; 14] = [$(Self::$name,)+];

            pub(crate) const fn name(self) -> &'static str {
                match self { $(Self::$name => stringify!($name),)+ }
            }

            /// The state that a journal calls so.
            pub(crate) fn of(state: &str) -> Self {
                match state { $(stringify!($name) => Self::$name,)+ _ => unreachable!("no state {state}") }
            }
        }
    };
}

columns! {
    Prepared, Sending, Uncertain, Open, Completed, Failed, Refused, NotLanded, Stuck, Watching, Paid, Canceled,
    Mismatched, Token
}

impl Column {
    /// Whether no event leaves it.
    pub(crate) const fn is_terminal(self) -> bool {
        !matches!(
            self,
            Self::Prepared | Self::Sending | Self::Uncertain | Self::Open | Self::Watching | Self::Token
        )
    }
}

/// Why a fault cannot hit a payment in a state; nothing where it can.
#[allow(clippy::enum_glob_use, reason = "a table")]
pub(crate) fn impossible(fault: Fault, column: Column) -> Option<&'static str> {
    use Column::*;
    use Fault::*;
    let about_calls =
        !matches!(fault, Hint | Crash | PowerLoss | Disk | Damaged | SecondProcess | Clock | OtherRelease);
    let why = match (fault, column) {
        (_, Prepared) if about_calls => "nothing of it is on the wire",
        (_, Paid | Canceled | Mismatched) if about_calls => {
            "a source that has ended is never asked about again"
        }
        (TokenExpired, Token) => "the token call carries no token",
        (Silent, Token) => {
            "the vendor falls silent about a payment; about tokens it is an outage, which ends"
        }
        (Stale | WrongReference | WrongAmount | WrongCurrency | UnknownStatus | Regressed, Token) => {
            "a token's answer says nothing about a payment"
        }
        (WrongAmount | WrongCurrency | UnknownStatus | Regressed, Refused | NotLanded) => {
            "the vendor does not know it, and has nothing to say but 404"
        }
        (Regressed, Sending) => "the first answer has nothing to go back from",
        (FailedThenCompleted, column) if column != Failed => {
            "only who has heard FAILED can hear COMPLETED after it"
        }
        (Hint, Watching | Paid | Canceled | Mismatched | Token) => "hints are about executions",
        (Crash | PowerLoss | SecondProcess | Clock, Paid | Canceled | Mismatched) => "nothing runs there",
        (SecondProcess | Disk | Damaged | OtherRelease, Token) => "no token is ever on the disk",
        _ => return None,
    };
    Some(why)
}

/// How often each fault hit each state.
#[derive(Clone, Debug)]
pub(crate) struct Hits([[u64; 14]; 33]);

impl Hits {
    pub(crate) const fn new() -> Self {
        Self([[0; 14]; 33])
    }

    pub(crate) fn count(&mut self, fault: Fault, column: Column) {
        self.0[fault as usize][column as usize] += 1;
    }

    pub(crate) fn add(&mut self, other: &Self) {
        for (mine, theirs) in self.0.iter_mut().flatten().zip(other.0.iter().flatten()) {
            *mine += theirs;
        }
    }

    /// The combinations that can be and were not hit, and those that were and cannot be.
    pub(crate) fn wrong(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        for fault in Fault::ALL {
            for column in Column::ALL {
                let hits = self.0[fault as usize][column as usize];
                match (impossible(fault, column), hits) {
                    (None, 0) => wrong.push(format!("F{} never hit {}", fault as usize, column.name())),
                    (Some(why), 1..) => {
                        wrong.push(format!("F{} hit {}: {why}", fault as usize, column.name()));
                    }
                    _ => {}
                }
            }
        }
        wrong
    }

    /// The table, a row for each fault.
    pub(crate) fn table(&self) -> String {
        let mut text = format!("{:<52}", "");
        for column in Column::ALL {
            let _ = write!(text, "{:>11}", column.name());
        }
        for fault in Fault::ALL {
            let _ = write!(text, "\nF{:<3} {:<47}", fault as usize, fault.words());
            for column in Column::ALL {
                match (impossible(fault, column), self.0[fault as usize][column as usize]) {
                    (Some(_), 0) => text.push_str("          ·"),
                    (_, hits) => {
                        let _ = write!(text, "{hits:>11}");
                    }
                }
            }
        }
        text
    }
}
