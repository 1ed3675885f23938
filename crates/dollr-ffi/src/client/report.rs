//! What a call of the client came to.

use ::dollr_client::Report;

use crate::border::{Out, free, guard};
use crate::error::{dollr_error, millis};
use crate::registry::{self, Object};
use crate::text::dollr_str;
use crate::verdict::{Told, dollr_verdict};

/// How a payment stands, and what it took to know. It is yours: free it with `dollr_report_free`. One thread at a time.
pub struct dollr_report {
    report: Report,
    conflict: Option<String>,
    told: Told,
}

impl Object for dollr_report {
    const TYPE: usize = 9;
    const NAME: &'static str = "dollr_report";
}

/// What a report says. The texts are the report's, and valid until it is freed.
#[repr(C)]
pub struct dollr_report_info {
    /// Whether goods may be handed out: it is paid, and nothing contradicts that. Claim them first: `dollr_client_claim_fulfilment`.
    pub paid: bool,
    /// Calls that move money which were made for it now.
    pub execute_calls: u32,
    /// Questions about its status which were asked now.
    pub status_calls: u32,
    /// How long that took, in milliseconds.
    pub elapsed_ms: u64,
    /// The reference id, or the source such as `INVOICE:101`.
    pub key: dollr_str,
    /// The state in a word.
    pub state: dollr_str,
    /// A later answer that contradicts the verdict, as a sentence; absent where there is none.
    pub conflict: dollr_str,
    /// How it stands.
    pub verdict: dollr_verdict,
}

impl dollr_report {
    pub(super) fn new(report: Report) -> Self {
        let conflict = report.conflict.as_ref().map(ToString::to_string);
        Self { conflict, told: Told::new(report.verdict.clone()), report }
    }
}

/// Reads a report into `*out`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_report_read(
    report: *const dollr_report,
    out: *mut dollr_report_info,
    error: *mut *mut dollr_error,
) -> i32 {
    guard!("dollr_report_read", error, {
        // SAFETY: the header's contract for output parameters.
        let out = unsafe { Out::new(out, "out") }?;
        registry::with(report, |it| {
            let verdict = it.told.view();
            out.write(dollr_report_info {
                paid: verdict.kind == crate::DOLLR_VERDICT_PAID && it.conflict.is_none(),
                execute_calls: it.report.calls.execute,
                status_calls: it.report.calls.status,
                elapsed_ms: millis(it.report.elapsed),
                key: dollr_str::of(&it.report.key),
                state: dollr_str::of(it.report.state),
                conflict: dollr_str::of_optional(it.conflict.as_deref()),
                verdict,
            });
            Ok(())
        })?;
    })
}

/// Frees a report. NULL is fine; one that was freed already is `DOLLR_ERROR_HANDLE`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dollr_report_free(report: *mut dollr_report) -> i32 {
    free!("dollr_report_free", report)
}
