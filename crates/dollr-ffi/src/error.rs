//! The error object: owned by whoever asked for it, good on any thread and after anything else.

use std::time::Duration;

use crate::border::{Out, free, guard};
use crate::code;
use crate::fault::Details;
use crate::registry::{self, Object};
use crate::text::dollr_str;
use crate::verdict::{Problems, dollr_problem};

/// What went wrong, in full. It is yours: free it with `dollr_error_free`. It holds no secret. One thread at a time.
pub struct dollr_error {
    details: Details,
    problems: Problems,
}

impl Object for dollr_error {
    const TYPE: usize = 1;
    const NAME: &'static str = "dollr_error";
}

/// What an error says. The texts are the error's, and valid until it is freed.
#[repr(C)]
pub struct dollr_error_info {
    /// The code that the call returned.
    pub code: i32,
    /// The HTTP status of the vendor's answer; 0 where there was none.
    pub http_status: u16,
    /// Whether the same call may be made again, and may go well then.
    pub retryable: bool,
    /// Whether the request may have arrived although no answer came. Never pay again then: ask.
    pub outcome_unknown: bool,
    /// How long to stay away before that, in milliseconds; 0 where the vendor did not say.
    pub retry_after_ms: u64,
    /// One word for the code, such as `order_taken`; the same in every release.
    pub kind: dollr_str,
    /// One sentence for people: what, where, and what would be right.
    pub message: dollr_str,
    /// The payment that it happened to, if it had begun: go on with it by this key. Of `DOLLR_ERROR_ORDER_TAKEN`, the attempt that has the
    /// order.
    pub key: dollr_str,
    /// What the vendor minds, field by field.
    pub problems: *const dollr_problem,
    /// How many problems.
    pub problem_count: usize,
}

/// An object for the caller, if one can be made.
pub(crate) fn new_error(details: Details) -> Option<*mut dollr_error> {
    let problems = Problems::of(&details.problems);
    registry::insert(dollr_error { details, problems }).ok()
}

/// Reads an error into `*out`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_error_read(error: *const dollr_error, out: *mut dollr_error_info) -> i32 {
    guard!("dollr_error_read", {
        // SAFETY: the header's contract for output parameters.
        let out = unsafe { Out::new(out, "out") }?;
        registry::with(error, |error| {
            let dollr_error { details, problems } = &*error;
            out.write(dollr_error_info {
                code: details.code,
                http_status: details.http_status,
                retryable: details.retryable,
                outcome_unknown: details.outcome_unknown,
                retry_after_ms: millis(details.retry_after),
                kind: dollr_str::of(code::kind(details.code)),
                message: dollr_str::of(&details.message),
                key: dollr_str::of_optional(details.key.as_deref()),
                problems: problems.first(),
                problem_count: problems.count(),
            });
            Ok(())
        })?;
    })
}

/// Frees an error. NULL is fine; an error that was freed already is `DOLLR_ERROR_HANDLE`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_error_free(error: *mut dollr_error) -> i32 {
    free!("dollr_error_free", error)
}

/// In whole milliseconds, saturating.
pub(crate) fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}
