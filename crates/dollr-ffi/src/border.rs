//! The border: what every export does first and last, and how pointers are looked at before anything is done.

use std::any::Any;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::NonNull;

use crate::code;
use crate::error::{dollr_error, new_error};
use crate::fault::Fault;

/// Wraps the whole body of an export: a panic becomes a code, an error becomes an object if the caller wants one.
macro_rules! guard {
    ($name:literal, $error:expr, $body:block) => {{
        // SAFETY: the caller's `error` is NULL or a place for a pointer, as the header says of each function that has one.
        let error = unsafe { $crate::border::ErrorOut::new($error) };
        $crate::border::run($name, error, || -> Result<(), $crate::fault::Fault> {
            $body
            Ok(())
        })
    }};
    ($name:literal, $body:block) => {
        guard!($name, std::ptr::null_mut(), $body)
    };
}
pub(crate) use guard;

/// Frees a handle; NULL is fine.
macro_rules! free {
    ($name:literal, $handle:expr) => {
        $crate::border::guard!($name, {
            if !$handle.is_null() {
                $crate::registry::remove($handle)?;
            }
        })
    };
}
pub(crate) use free;

/// Runs the body of the export `name`.
pub(crate) fn run(name: &'static str, error: ErrorOut, body: impl FnOnce() -> Result<(), Fault>) -> i32 {
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        #[cfg(feature = "inject-panics")]
        crate::inject::panic_if_asked(name);
        body()
    }));
    let fault = match outcome {
        Ok(Ok(())) => return code::DOLLR_OK,
        Ok(Err(fault)) => fault,
        Err(payload) => {
            drop_payload(payload);
            let message = format!("{name} has panicked, which is a mistake of dollr: please report it");
            Fault::new(code::DOLLR_ERROR_PANIC, message)
        }
    };
    report(fault, error)
}

/// What is thrown may itself panic when it is dropped.
fn drop_payload(payload: Box<dyn Any + Send>) {
    if let Err(another) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        mem::forget(another);
    }
}

/// The code of `fault`, and its object where the caller has a place for it.
fn report(fault: Fault, error: ErrorOut) -> i32 {
    let details = fault.into_details();
    let code = details.code;
    match error {
        ErrorOut::Unwanted => code,
        ErrorOut::Misaligned => code::DOLLR_ERROR_ALIGNMENT,
        ErrorOut::Wanted(place) => {
            let made = catch_unwind(AssertUnwindSafe(|| new_error(details)));
            if let Ok(Some(made)) = made {
                // SAFETY: by the contract of `ErrorOut::new` there is a place for a pointer.
                unsafe { place.write(made) };
            }
            code
        }
    }
}

/// Where an error object goes, if anywhere.
#[derive(Clone, Copy)]
pub(crate) enum ErrorOut {
    /// Nobody wants it.
    Unwanted,
    /// The pointer cannot be one.
    Misaligned,
    /// Here.
    Wanted(NonNull<*mut dollr_error>),
}

impl ErrorOut {
    /// # Safety
    ///
    /// `place` is NULL, or valid for writing a pointer until the call is over.
    pub(crate) unsafe fn new(place: *mut *mut dollr_error) -> Self {
        match NonNull::new(place) {
            None => Self::Unwanted,
            Some(place) if !place.is_aligned() => Self::Misaligned,
            Some(place) => Self::Wanted(place),
        }
    }
}

/// A place for a result. Nothing is written before all has gone well.
pub(crate) struct Out<T>(NonNull<T>);

impl<T> Out<T> {
    /// # Safety
    ///
    /// `place` is NULL, or valid for writing a `T` until the call is over.
    pub(crate) unsafe fn new(place: *mut T, name: &'static str) -> Result<Self, Fault> {
        aligned(place, name).map(Self)
    }

    pub(crate) fn write(self, value: T) {
        // SAFETY: by the contract of `new`, which has found it neither NULL nor misaligned.
        unsafe { self.0.write(value) }
    }
}

/// A structure that C fills in: numbers, pointers and texts only, so that all bytes are a value, and nought is the default.
///
/// # Safety
///
/// All bit patterns are valid, and the first field is `size: usize`.
pub(crate) unsafe trait Options: Copy {
    /// What the header calls it.
    const NAME: &'static str;

    /// Reads it.
    ///
    /// # Safety
    ///
    /// `place` is NULL, or valid for reading a `usize`, and a `Self` where that is the size of one.
    unsafe fn read(place: *const Self) -> Result<Self, Fault> {
        let place = aligned(place.cast_mut(), Self::NAME)?;
        // SAFETY: it is aligned for `Self`, so for its first field, which the caller says can be read.
        let size = unsafe { place.cast::<usize>().read() };
        if size != size_of::<Self>() {
            let message = format!(
                "the size of {} is {size}, expected {}: set it to sizeof, and build with the header of this release",
                Self::NAME,
                size_of::<Self>()
            );
            return Err(Fault::new(code::DOLLR_ERROR_SIZE, message));
        }
        // SAFETY: the caller says that a `Self` can be read, as its size is right; all its bit patterns are valid.
        Ok(unsafe { place.read() })
    }

    /// Reads it where it is given.
    ///
    /// # Safety
    ///
    /// As for [`Options::read`].
    unsafe fn read_optional(place: *const Self) -> Result<Option<Self>, Fault> {
        if place.is_null() {
            return Ok(None);
        }
        // SAFETY: passed on to the caller.
        unsafe { Self::read(place) }.map(Some)
    }
}

/// The items of an array of C's.
///
/// # Safety
///
/// `first` is valid for reading `count` items, whose bit patterns are all valid, or the count is nought.
pub(crate) unsafe fn items<T: Copy>(
    first: *const T,
    count: usize,
    name: &'static str,
) -> Result<Vec<T>, Fault> {
    const MOST: usize = 65_536;
    if count == 0 {
        return Ok(Vec::new());
    }
    if count > MOST {
        let message = format!("{count} {name} are too many: {MOST} are allowed");
        return Err(Fault::new(code::DOLLR_ERROR_ARGUMENT, message));
    }
    let first = aligned(first.cast_mut(), name)?;
    // SAFETY: it is neither NULL nor misaligned, and the caller says that as many can be read.
    Ok((0..count).map(|n| unsafe { first.add(n).read() }).collect())
}

fn aligned<T>(place: *mut T, name: &'static str) -> Result<NonNull<T>, Fault> {
    let found = NonNull::new(place)
        .ok_or_else(|| Fault::new(code::DOLLR_ERROR_NULL, format!("the pointer {name} is NULL")))?;
    if !found.is_aligned() {
        let message = format!("the pointer {name} is not aligned");
        return Err(Fault::new(code::DOLLR_ERROR_ALIGNMENT, message));
    }
    Ok(found)
}

/// A number that is none of those that an argument may have.
pub(crate) fn not_one_of(name: &str, found: i32) -> Fault {
    let message = format!("{found} is no {name}: use one of the header's numbers");
    Fault::new(code::DOLLR_ERROR_ARGUMENT, message)
}
