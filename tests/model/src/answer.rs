//! What can be answered, as real HTTP answers: the machine reads the very bytes that a vendor would send.

use std::time::Duration;

use dollr_core::{Response, Timestamp};

use crate::bench::{Moment, REFERENCE, at};

/// An answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Answer {
    Pending,
    Completed,
    Failed,
    /// 404, and when by the vendor's clock.
    Unknown(Moment),
    /// 422: it is not done, and never will be.
    Refused,
    /// 401 and 429: it was not processed.
    Unauthorized,
    Throttled,
    /// 503, before the effect or after it: nobody can tell.
    Broken,
    /// 409: the id is there already.
    Duplicate,
    /// `COMPLETED`, but of another payment, from a cache, of less money, or in a page that is no JSON.
    OfAnother,
    Cached,
    OfLess,
    Page,
}

/// What is odd about an answer to a question, whatever the truth is.
pub(crate) const ODD_STATUS: [Answer; 7] = [
    Answer::OfAnother,
    Answer::Cached,
    Answer::OfLess,
    Answer::Page,
    Answer::Broken,
    Answer::Throttled,
    Answer::Unauthorized,
];

impl Answer {
    /// As it comes over the wire.
    pub(crate) fn response(self) -> Response {
        let other = "08080808-0808-4808-8808-080808080808";
        match self {
            Self::Pending => Response::new(200, body(REFERENCE, "PENDING", "250.00")),
            Self::Completed => Response::new(200, body(REFERENCE, "COMPLETED", "250.00")),
            Self::Failed => Response::new(200, body(REFERENCE, "FAILED", "250.00")),
            Self::Unknown(moment) => {
                Response::new(404, r#"{"detail":"Not found"}"#).with_header("Date", &http_date(at(moment)))
            }
            Self::Refused => {
                Response::new(422, r#"{"detail":[{"loc":["body","session_id"],"msg":"expired"}]}"#)
            }
            Self::Unauthorized => Response::new(401, r#"{"detail":"Could not validate credentials"}"#),
            Self::Throttled => Response::new(429, "").with_header("Retry-After", "20"),
            Self::Broken => Response::new(503, "<html>Service Unavailable</html>"),
            Self::Duplicate => Response::new(409, r#"{"detail":"reference_id already exists"}"#),
            Self::OfAnother => Response::new(200, body(other, "COMPLETED", "250.00")),
            Self::Cached => {
                Response::new(200, body(REFERENCE, "COMPLETED", "250.00")).with_header("Age", "7")
            }
            Self::OfLess => Response::new(200, body(REFERENCE, "COMPLETED", "2.50")),
            Self::Page => Response::new(200, "<html><body>COMPLETED</body></html>"),
        }
    }

    /// Whether a careless reader would find the word `COMPLETED` in it.
    pub(crate) fn names_completed(self) -> bool {
        matches!(self, Self::Completed | Self::OfAnother | Self::Cached | Self::OfLess | Self::Page)
    }
}

fn body(reference: &str, status: &str, amount: &str) -> String {
    format!(
        r#"{{"reference_id":"{reference}","status":"{status}","operation_type":"COLLECTION","payer_amount":{amount},"payer_currency":"USD"}}"#
    )
}

/// In the form of RFC 9110, within the day on which all of this happens: Sunday, 15 June 2025.
fn http_date(moment: Timestamp) -> String {
    let seconds = moment.since(Timestamp::from_millis(MIDNIGHT)).as_secs();
    let day = Duration::from_secs(86_400).as_secs();
    assert!(seconds < day, "a life is longer than its day");
    format!("Sun, 15 Jun 2025 {:02}:{:02}:{:02} GMT", seconds / 3_600, seconds / 60 % 60, seconds % 60)
}

/// The midnight before everything begins.
const MIDNIGHT: u64 = 1_749_945_600_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_tells_the_vendors_time() {
        for moment in [0, 999, 59_000, 3_600_000] {
            let date = Answer::Unknown(moment).response().date().map(Timestamp::as_millis);
            assert_eq!(date, Some(at(moment).as_millis() / 1_000 * 1_000));
        }
    }
}
