//! Texts across the border: a pointer and a length, never a terminator.

use std::ffi::c_char;
use std::ptr::null;
use std::slice;
use std::str::FromStr;

use dollr_core::Invalid;

use crate::code;
use crate::fault::Fault;

/// A text: bytes and their number, not terminated. Given to this library it must be UTF-8 (a body may be any bytes) and is
/// only read during the call; NULL with the length 0 is a text that is absent. Given by this library it belongs to the handle
/// that it came from, and is valid until the next call with that handle.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct dollr_str {
    /// The first byte; NULL where there is no text.
    pub ptr: *const c_char,
    /// How many bytes.
    pub len: usize,
}

// SAFETY: it is two numbers until somebody follows the pointer, and whoever keeps one keeps what it points to beside it.
unsafe impl Send for dollr_str {}

impl dollr_str {
    /// No text.
    pub(crate) const NONE: Self = Self { ptr: null(), len: 0 };

    /// A view of `text`, as long as that lives.
    pub(crate) const fn of(text: &str) -> Self {
        Self { ptr: text.as_ptr().cast(), len: text.len() }
    }

    /// A view, if there is something to see.
    pub(crate) fn of_optional(text: Option<&str>) -> Self {
        text.map_or(Self::NONE, Self::of)
    }

    /// The bytes, none where it is absent.
    ///
    /// # Safety
    ///
    /// `ptr` is valid for reading `len` bytes while the result is used, or NULL.
    pub(crate) unsafe fn bytes<'a>(self, name: &'static str) -> Result<Option<&'a [u8]>, Fault> {
        match (self.ptr.is_null(), self.len) {
            (true, 0) => Ok(None),
            (true, _) => {
                Err(Fault::new(code::DOLLR_ERROR_NULL, format!("{name} is NULL, and its length is not 0")))
            }
            (false, len) if len > isize::MAX.unsigned_abs() => {
                Err(Fault::new(code::DOLLR_ERROR_ARGUMENT, format!("no text is as long as {name} says")))
            }
            // SAFETY: it is not NULL, no longer than an object can be, and the caller says that it can be read.
            (false, len) => Ok(Some(unsafe { slice::from_raw_parts(self.ptr.cast(), len) })),
        }
    }

    /// The text, none where it is absent.
    ///
    /// # Safety
    ///
    /// As for [`dollr_str::bytes`].
    pub(crate) unsafe fn optional<'a>(self, name: &'static str) -> Result<Option<&'a str>, Fault> {
        // SAFETY: passed on to the caller.
        let Some(bytes) = (unsafe { self.bytes(name) })? else { return Ok(None) };
        let text = str::from_utf8(bytes);
        text.map(Some).map_err(|_| Fault::new(code::DOLLR_ERROR_UTF8, format!("{name} is not UTF-8")))
    }

    /// The text, which must be there.
    ///
    /// # Safety
    ///
    /// As for [`dollr_str::bytes`].
    pub(crate) unsafe fn required<'a>(self, name: &'static str) -> Result<&'a str, Fault> {
        let missing = || Fault::new(code::DOLLR_ERROR_NULL, format!("{name} is missing"));
        // SAFETY: passed on to the caller.
        unsafe { self.optional(name) }?.ok_or_else(missing)
    }

    /// The value that the text names, which must be there.
    ///
    /// # Safety
    ///
    /// As for [`dollr_str::bytes`].
    pub(crate) unsafe fn parse<T: FromStr<Err = Invalid>>(self, name: &'static str) -> Result<T, Fault> {
        // SAFETY: passed on to the caller.
        Ok(unsafe { self.required(name) }?.parse()?)
    }

    /// The value that the text names, if there is one.
    ///
    /// # Safety
    ///
    /// As for [`dollr_str::bytes`].
    pub(crate) unsafe fn parse_optional<T: FromStr<Err = Invalid>>(
        self,
        name: &'static str,
    ) -> Result<Option<T>, Fault> {
        // SAFETY: passed on to the caller.
        Ok(unsafe { self.optional(name) }?.map(str::parse).transpose()?)
    }
}
