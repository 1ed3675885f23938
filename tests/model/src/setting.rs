//! What a world consists of, and how much may happen in it: the bounds that make it finite.

/// How a worker looks after the payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// As `collect` does: begins it or goes on with it, waits, and saves each step. What somebody else saved first is taken over.
    Attends,
    /// As `reconcile` does: takes the row, asks until the machine waits, and saves it once. What was not sent it does not send.
    Reconciles,
}

/// What the vendor takes a reference id for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Vendor {
    /// An idempotency key: the same id moves money once.
    Deduplicates,
    /// Nothing: each request moves money.
    ChargesEach,
}

/// What is broken on purpose, so that the checker can be seen to find it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Flaw {
    /// Nothing is.
    None,
    /// The journal takes any write, whoever has written since.
    NoFence,
    /// The host says that it has recorded, and has not.
    NoRecord,
    /// The host believes whatever status an answer to a question names, though it be another's, or a cache's.
    Believes,
    /// The host says that a request was not sent whenever no answer came.
    GuessesNotSent,
}

/// A world to be searched.
#[derive(Clone, Debug)]
pub struct Setting {
    /// What it is about, in a few words.
    pub name: &'static str,
    /// Who works on the payment: one or two.
    pub roles: &'static [Role],
    /// What the vendor does with a second request.
    pub vendor: Vendor,
    /// Whether an id that is not known after a grace is sent again, once.
    pub resends: bool,
    /// Whether the caller knows the session's end.
    pub end_is_known: bool,
    /// How often a process may die.
    pub crashes: u8,
    /// How often somebody may begin to look after the payment.
    pub starts: u8,
    /// How many questions may be asked.
    pub asks: u8,
    /// How many messages the network may repeat. A `POST` is repeated only to a vendor that deduplicates: no caller
    /// could help where the network itself sends it twice.
    pub repeats: u8,
    /// How often the vendor, or a proxy before it, may answer oddly.
    pub oddities: u8,
    /// How often somebody may say that something has happened.
    pub hints: u8,
    /// What is broken on purpose.
    pub flaw: Flaw,
}

impl Setting {
    /// One worker, and no more than one of anything.
    pub const fn new(name: &'static str, vendor: Vendor) -> Self {
        Self {
            name,
            roles: &[Role::Attends],
            vendor,
            resends: false,
            end_is_known: true,
            crashes: 1,
            starts: 2,
            asks: 3,
            repeats: 1,
            oddities: 1,
            hints: 0,
            flaw: Flaw::None,
        }
    }

    /// How long a worker waits, in milliseconds: past the moment from which a 404 proves that nothing will arrive.
    pub(crate) fn patience(&self) -> u32 {
        if self.end_is_known { 120_000 } else { 1_200_000 }
    }
}
