//! The codes that calls return. A number is given once and never used for anything else.

/// The call did what it says. 1 to 99 are misuse of this library, 100 to 199 are about values, events and snapshots, 200 to 299
/// about calls to the vendor, 300 to 399 about the journal. A code that this header does not know is an error.
pub const DOLLR_OK: i32 = 0;
/// A pointer is NULL that must not be.
pub const DOLLR_ERROR_NULL: i32 = 1;
/// A number is not one of those that an argument may have.
pub const DOLLR_ERROR_ARGUMENT: i32 = 2;
/// A handle is none of this process: it was freed, or never made.
pub const DOLLR_ERROR_HANDLE: i32 = 3;
/// A handle is of another type than the function wants.
pub const DOLLR_ERROR_TYPE: i32 = 4;
/// A handle was made before this process was forked. Make another one; it needs not be freed here.
pub const DOLLR_ERROR_FORKED: i32 = 5;
/// Another thread is using the handle, which is for one thread at a time.
pub const DOLLR_ERROR_BUSY: i32 = 6;
/// A mistake of this library was caught, and said on stderr. The handle is as it was; please report it.
pub const DOLLR_ERROR_PANIC: i32 = 7;
/// A text is not UTF-8.
pub const DOLLR_ERROR_UTF8: i32 = 8;
/// A structure's `size` is not the one of this library's header: build with the header of the library that is loaded.
pub const DOLLR_ERROR_SIZE: i32 = 9;
/// There are too many handles: 4,194,304 may live at the same time. There is no room for an error object then, either.
pub const DOLLR_ERROR_LIMIT: i32 = 10;
/// The operating system gave no random bytes.
pub const DOLLR_ERROR_RANDOM: i32 = 11;
/// A pointer is not aligned as its type must be.
pub const DOLLR_ERROR_ALIGNMENT: i32 = 12;
/// A value is not one: an id, an amount, a currency. The message says what would be.
pub const DOLLR_ERROR_INVALID: i32 = 100;
/// An event cannot be in the state that the machine is in. The machine is as it was.
pub const DOLLR_ERROR_REJECTED: i32 = 101;
/// A snapshot is damaged or cut short.
pub const DOLLR_ERROR_SNAPSHOT_DAMAGED: i32 = 102;
/// A snapshot has been changed since it was written.
pub const DOLLR_ERROR_SNAPSHOT_TAMPERED: i32 = 103;
/// A newer release wrote the snapshot.
pub const DOLLR_ERROR_SNAPSHOT_VERSION: i32 = 104;
/// The snapshot is of another kind of machine.
pub const DOLLR_ERROR_SNAPSHOT_KIND: i32 = 105;
/// A schedule is none: gaps in order of age, each from a second to an hour.
pub const DOLLR_ERROR_SCHEDULE: i32 = 106;
/// An answer of the vendor's is not what it should be.
pub const DOLLR_ERROR_BAD_ANSWER: i32 = 107;
/// A setting of the client is missing or wrong.
pub const DOLLR_ERROR_CONFIG: i32 = 200;
/// The vendor does not know the credentials.
pub const DOLLR_ERROR_AUTHENTICATION: i32 = 201;
/// The vendor would not do it. A payment that is refused is no error, but a verdict.
pub const DOLLR_ERROR_REFUSED: i32 = 202;
/// The vendor asks for fewer calls.
pub const DOLLR_ERROR_RATE_LIMITED: i32 = 203;
/// There was no usable answer. `outcome_unknown` says whether the request may have arrived.
pub const DOLLR_ERROR_TRANSPORT: i32 = 204;
/// Money moves only with a journal to record it in, and the client has none.
pub const DOLLR_ERROR_NO_JOURNAL: i32 = 205;
/// The journal has no such payment.
pub const DOLLR_ERROR_UNRECORDED: i32 = 206;
/// A mistake of this library; please report it.
pub const DOLLR_ERROR_INTERNAL: i32 = 207;
/// The journal has a payment with this key already.
pub const DOLLR_ERROR_EXISTS: i32 = 300;
/// Another attempt at the order has moved money or still may; or the source is another order's.
pub const DOLLR_ERROR_ORDER_TAKEN: i32 = 301;
/// Somebody else has written the row meanwhile.
pub const DOLLR_ERROR_STALE: i32 = 302;
/// The journal has no such row.
pub const DOLLR_ERROR_UNKNOWN_ENTRY: i32 = 303;
/// There is no journal at this place.
pub const DOLLR_ERROR_JOURNAL_ABSENT: i32 = 304;
/// The journal cannot be used.
pub const DOLLR_ERROR_JOURNAL_UNUSABLE: i32 = 305;
/// A newer release wrote the journal.
pub const DOLLR_ERROR_JOURNAL_NEWER: i32 = 306;
/// It is not known whether the journal was written: look before going on.
pub const DOLLR_ERROR_JOURNAL_UNSURE: i32 = 307;
/// A text that the journal cannot keep.
pub const DOLLR_ERROR_JOURNAL_UNFIT: i32 = 308;
/// What was to name a journal names none.
pub const DOLLR_ERROR_JOURNAL_ADDRESS: i32 = 309;
/// Another process held the journal all the time that was waited.
pub const DOLLR_ERROR_JOURNAL_BUSY: i32 = 310;
/// The disk of the journal is full.
pub const DOLLR_ERROR_JOURNAL_FULL: i32 = 311;

/// One word for a code, which is the same in every release.
pub(crate) const fn kind(code: i32) -> &'static str {
    match code {
        DOLLR_OK => "ok",
        DOLLR_ERROR_NULL => "null",
        DOLLR_ERROR_ARGUMENT => "argument",
        DOLLR_ERROR_HANDLE => "handle",
        DOLLR_ERROR_TYPE => "type",
        DOLLR_ERROR_FORKED => "forked",
        DOLLR_ERROR_BUSY => "busy",
        DOLLR_ERROR_PANIC => "panic",
        DOLLR_ERROR_UTF8 => "utf8",
        DOLLR_ERROR_SIZE => "size",
        DOLLR_ERROR_LIMIT => "limit",
        DOLLR_ERROR_RANDOM => "random",
        DOLLR_ERROR_ALIGNMENT => "alignment",
        DOLLR_ERROR_INVALID => "invalid",
        DOLLR_ERROR_REJECTED => "rejected",
        DOLLR_ERROR_SNAPSHOT_DAMAGED => "snapshot_damaged",
        DOLLR_ERROR_SNAPSHOT_TAMPERED => "snapshot_tampered",
        DOLLR_ERROR_SNAPSHOT_VERSION => "snapshot_version",
        DOLLR_ERROR_SNAPSHOT_KIND => "snapshot_kind",
        DOLLR_ERROR_SCHEDULE => "schedule",
        DOLLR_ERROR_BAD_ANSWER => "bad_answer",
        DOLLR_ERROR_CONFIG => "config",
        DOLLR_ERROR_AUTHENTICATION => "authentication",
        DOLLR_ERROR_REFUSED => "refused",
        DOLLR_ERROR_RATE_LIMITED => "rate_limited",
        DOLLR_ERROR_TRANSPORT => "transport",
        DOLLR_ERROR_NO_JOURNAL => "no_journal",
        DOLLR_ERROR_UNRECORDED => "unrecorded",
        DOLLR_ERROR_EXISTS => "exists",
        DOLLR_ERROR_ORDER_TAKEN => "order_taken",
        DOLLR_ERROR_STALE => "stale",
        DOLLR_ERROR_UNKNOWN_ENTRY => "unknown_entry",
        DOLLR_ERROR_JOURNAL_ABSENT => "journal_absent",
        DOLLR_ERROR_JOURNAL_UNUSABLE => "journal_unusable",
        DOLLR_ERROR_JOURNAL_NEWER => "journal_newer",
        DOLLR_ERROR_JOURNAL_UNSURE => "journal_unsure",
        DOLLR_ERROR_JOURNAL_UNFIT => "journal_unfit",
        DOLLR_ERROR_JOURNAL_ADDRESS => "journal_address",
        DOLLR_ERROR_JOURNAL_BUSY => "journal_busy",
        DOLLR_ERROR_JOURNAL_FULL => "journal_full",
        _ => "internal",
    }
}

#[cfg(test)]
mod tests {
    use super::kind;

    /// Bindings make their classes of errors by these words, and so may a caller: each is its code's name in the header.
    #[test]
    fn each_code_of_the_header_has_its_name_for_a_word() {
        let header = include_str!("../../../include/dollr.h");
        let mut codes = 0;
        for line in header.lines() {
            let Some((name, code)) =
                line.strip_prefix("#define DOLLR_ERROR_").and_then(|it| it.split_once(' '))
            else {
                continue;
            };
            let code = code.parse().unwrap_or_else(|_| panic!("{line}: not a number"));
            assert_eq!(kind(code), name.to_lowercase(), "{line}");
            codes += 1;
        }
        assert!(codes >= 40, "{codes} codes in the header");
        assert_eq!((kind(0), kind(-1)), ("ok", "internal"));
    }
}
