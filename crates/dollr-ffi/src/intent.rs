//! What is to be moved, and the names of things.

use std::ffi::c_char;

use dollr_core::{Device, Holder, Intent, Passcode, ReferenceId, Secret, SessionId, SourceKind, Timestamp};

use crate::border::{Options, Out, guard, not_one_of};
use crate::code;
use crate::error::dollr_error;
use crate::fault::Fault;
use crate::text::dollr_str;

/// From a customer to the merchant: `account` and `currency` are the payer's.
pub const DOLLR_OPERATION_COLLECTION: i32 = 1;
/// From the merchant to `account`, with a `passcode`.
pub const DOLLR_OPERATION_PAYOUT: i32 = 2;
/// Between two accounts of the merchant.
pub const DOLLR_OPERATION_TRANSFER: i32 = 3;
/// Back to the customer.
pub const DOLLR_OPERATION_REFUND: i32 = 4;

/// An invoice.
pub const DOLLR_SOURCE_INVOICE: i32 = 1;
/// An order.
pub const DOLLR_SOURCE_ORDER: i32 = 2;

/// A reference id: a version-4 UUID in lower case, as text with a terminator.
#[repr(C)]
pub struct dollr_reference_id {
    /// 36 characters, and zeros.
    pub text: [c_char; 40],
}

/// The second factor of a payout. Set `size`; it is in no snapshot, and wiped when it has been sent.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct dollr_passcode {
    /// `sizeof(dollr_passcode)`.
    pub size: usize,
    /// The code; a secret.
    pub code: dollr_str,
    /// Whose code it is: a phone number, or else `user`.
    pub phone: dollr_str,
    /// Whose code it is: a user of the vendor's.
    pub user: dollr_str,
    /// The device that it was entered on, such as `till 3`.
    pub device_name: dollr_str,
    /// Such as `desktop`.
    pub device_kind: dollr_str,
    /// Such as `linux`.
    pub device_platform: dollr_str,
    /// The browser or program.
    pub user_agent: dollr_str,
    /// The device's address as the merchant sees it.
    pub client_ip: dollr_str,
}

// SAFETY: it is numbers and texts, and begins with its size.
unsafe impl Options for dollr_passcode {
    const NAME: &'static str = "dollr_passcode";
}

/// One attempt to move money, before it is sent. Set `size`; what is left 0 is absent.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct dollr_intent {
    /// `sizeof(dollr_intent)`.
    pub size: usize,
    /// One of `DOLLR_OPERATION_…`.
    pub operation: i32,
    /// The attempt's own id, from `dollr_reference_id_new`: one id for one attempt, for life.
    pub reference_id: dollr_str,
    /// The session that it is executed in.
    pub session: u64,
    /// When that session ends, in milliseconds since the epoch by the vendor's clock; 0 where it is not known.
    pub session_expires_at_ms: u64,
    /// Of a collection or payout, whose account.
    pub account: dollr_str,
    /// The currency, such as `USD`: required for a collection, else compared with the answer where it is there.
    pub currency: dollr_str,
    /// The amount that is expected, in major units such as `250.00`; any other is never paid. Absent: not compared.
    pub amount: dollr_str,
    /// Of a payout, the second factor.
    pub passcode: *const dollr_passcode,
    /// What the session was made for, such as `INVOICE:101`, so that what is paid on its page, too, is known to be the same payment or
    /// another one; absent where it is not known.
    pub source: dollr_str,
}

// SAFETY: it is numbers, texts and a pointer, and begins with its size.
unsafe impl Options for dollr_intent {
    const NAME: &'static str = "dollr_intent";
}

/// Makes a reference id of the operating system's random bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_reference_id_new(
    out: *mut dollr_reference_id,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_reference_id_new", error, {
        // SAFETY: the header's contract for output parameters.
        let out = unsafe { Out::new(out, "out") }?;
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).map_err(|e| {
            let message = format!("the operating system gives no random bytes: {e}");
            Fault::new(code::DOLLR_ERROR_RANDOM, message)
        })?;
        let mut text = [0; 40];
        for (place, byte) in text.iter_mut().zip(ReferenceId::from_random_bytes(bytes).to_string().bytes()) {
            // All of it is ASCII.
            *place = byte.cast_signed() as c_char;
        }
        out.write(dollr_reference_id { text });
    })
}

/// The kind of a source.
pub(crate) fn parse_source_kind(kind: i32) -> Result<SourceKind, Fault> {
    match kind {
        DOLLR_SOURCE_INVOICE => Ok(SourceKind::Invoice),
        DOLLR_SOURCE_ORDER => Ok(SourceKind::Order),
        other => Err(not_one_of("kind of source", other)),
    }
}

impl dollr_intent {
    /// The intent at `place`.
    ///
    /// # Safety
    ///
    /// `place` is NULL or an intent whose texts and passcode can be read.
    pub(crate) unsafe fn parse(place: *const Self) -> Result<Intent, Fault> {
        // SAFETY: passed on to the caller.
        let this = unsafe { Self::read(place) }?;
        // SAFETY: passed on to the caller, for each of the texts.
        let (id, currency, amount, source) = unsafe {
            let (id, source) =
                (this.reference_id.parse("reference_id")?, this.source.parse_optional("source")?);
            (id, this.currency.parse_optional("currency")?, this.amount.parse_optional("amount")?, source)
        };
        let session = SessionId::new(this.session);
        let intent = match this.operation {
            DOLLR_OPERATION_COLLECTION => {
                // SAFETY: passed on to the caller.
                let account = unsafe { this.account.parse("account") }?;
                let missing = || Fault::new(code::DOLLR_ERROR_NULL, "currency is missing");
                Intent::collection(id, session, account, currency.ok_or_else(missing)?)
            }
            DOLLR_OPERATION_PAYOUT => {
                // SAFETY: passed on to the caller.
                let (account, passcode) =
                    unsafe { (this.account.parse("account")?, dollr_passcode::parse(this.passcode)?) };
                Intent::payout(id, session, account, &passcode)
            }
            DOLLR_OPERATION_TRANSFER => Intent::transfer(id, session),
            DOLLR_OPERATION_REFUND => Intent::refund(id, session),
            other => return Err(not_one_of("operation", other)),
        };
        let intent = currency.into_iter().fold(intent, Intent::currency);
        let intent = amount.into_iter().fold(intent, Intent::amount);
        let intent = source.into_iter().fold(intent, Intent::source);
        Ok(match this.session_expires_at_ms {
            0 => intent,
            moment => intent.session_expires_at(Timestamp::from_millis(moment)),
        })
    }
}

impl dollr_passcode {
    /// # Safety
    ///
    /// `place` is NULL or a passcode whose texts can be read.
    unsafe fn parse(place: *const Self) -> Result<Passcode, Fault> {
        // SAFETY: passed on to the caller.
        let this = unsafe { Self::read(place) }?;
        let text = |text: dollr_str, name| {
            // SAFETY: passed on to the caller.
            let text = unsafe { text.optional(name) }?;
            Ok::<_, Fault>(text.unwrap_or_default().to_owned())
        };
        // SAFETY: passed on to the caller, for each of the texts.
        let (code, phone, user) = unsafe {
            (this.code.required("code")?, this.phone.optional("phone")?, this.user.optional("user")?)
        };
        let holder = match (phone, user) {
            (Some(phone), None) => Holder::Phone(phone.to_owned()),
            (None, Some(user)) => Holder::User(user.to_owned()),
            _ => {
                let message = "a passcode is somebody's: set either phone or user";
                return Err(Fault::new(code::DOLLR_ERROR_ARGUMENT, message));
            }
        };
        let device = Device {
            name: text(this.device_name, "device_name")?,
            kind: text(this.device_kind, "device_kind")?,
            platform: text(this.device_platform, "device_platform")?,
            user_agent: text(this.user_agent, "user_agent")?,
            client_ip: text(this.client_ip, "client_ip")?,
        };
        Ok(Passcode { code: Secret::new(code), holder, device })
    }
}
