//! Choices from bytes: whoever changes a byte changes a choice, and where the bytes are at their end, all that is chosen is the
//! first of its kind.

use std::time::Duration;

use dollr_core::{Exchange, Loss, Purpose, Response, Timestamp};

/// The moment around which everything happens.
pub(crate) const NOW: u64 = 1_750_000_000_000;

/// The latest moment at which a clock is read, some 146 million years ahead.
const LATEST: Timestamp = Timestamp::from_millis(1 << 62);

/// The id that everything is about.
pub(crate) const ID: &str = "07070707-0707-4707-8707-070707070707";

/// The bytes that are still to be used.
pub(crate) struct Draw<'a>(&'a [u8]);

impl<'a> Draw<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    pub(crate) fn below(&mut self, most: u8) -> u8 {
        self.byte() % most
    }

    pub(crate) fn flag(&mut self) -> bool {
        self.byte() & 1 == 1
    }

    pub(crate) fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[usize::from(self.byte()) % choices.len()]
    }

    /// Eight bytes, as a number.
    pub(crate) fn number(&mut self) -> u64 {
        (0..8).fold(0, |number, _| number << 8 | u64::from(self.byte()))
    }

    /// So many bytes as the first one says.
    pub(crate) fn bytes(&mut self) -> &'a [u8] {
        let length = usize::from(self.byte()).min(self.0.len());
        let (bytes, rest) = self.0.split_at(length);
        self.0 = rest;
        bytes
    }

    /// The same, as a text.
    pub(crate) fn text(&mut self) -> String {
        String::from_utf8_lossy(self.bytes()).into_owned()
    }

    /// All that is left.
    pub(crate) fn rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.0)
    }

    /// A span: short, long, or any.
    pub(crate) fn span(&mut self) -> Duration {
        Duration::from_millis(match self.below(8) {
            0 => 0,
            1 => self.number(),
            2 => u64::MAX,
            3 => u64::from(self.byte()) * 3_600_000,
            4 => u64::from(self.byte()) * 60_000,
            5 => u64::from(self.byte()),
            _ => u64::from(self.byte()) * 1_000,
        })
    }

    /// A moment to which the clock may have been set, either way. At the very end of time nothing can be waited for.
    pub(crate) fn moment(&mut self, now: Timestamp) -> Timestamp {
        let moment = match self.below(8) {
            0 => Timestamp::from_millis(self.number()),
            1 => Timestamp::from_millis(now.as_millis().saturating_sub(u64::from(self.byte()) * 60_000)),
            2 => Timestamp::from_millis(u64::MAX),
            3 => Timestamp::from_millis(0),
            _ => now.after(self.span()),
        };
        moment.min(LATEST)
    }

    /// A request that somebody says he has an answer to.
    pub(crate) fn exchange(&mut self) -> Exchange {
        let purpose = self.one_of(&[Purpose::Status, Purpose::Execute, Purpose::Other]);
        Exchange { purpose, number: u32::from(self.below(6)) }
    }

    pub(crate) fn loss(&mut self) -> Loss {
        self.one_of(&[Loss::Unknown, Loss::NotSent])
    }

    /// An answer with one of these bodies, or with any.
    pub(crate) fn response(&mut self, bodies: &[&str]) -> Response {
        let status = match self.below(4) {
            0 => self.one_of(&[404, 401, 429, 500, 503, 422, 400, 403, 409, 408, 425, 301, 201, 204, 0, 999]),
            1 if self.flag() => u16::from_be_bytes([self.byte(), self.byte()]),
            _ => 200,
        };
        let body = match self.below(4) {
            0 => self.bytes().to_vec(),
            _ => self.one_of(bodies).as_bytes().to_vec(),
        };
        let mut response = Response::new(status, body);
        if self.below(4) == 0 {
            let name = self.one_of(&["Retry-After", "Date", "Age"]);
            let value = self.header();
            response = response.with_header(name, &value);
        }
        response
    }

    fn header(&mut self) -> String {
        let values = [
            "0",
            "7",
            "20",
            "99999999999999999999",
            "-1",
            "Sun, 15 Jun 2025 15:06:40 GMT",
            "Sun, 15 Jun 2025 15:30:00 GMT",
            "Thu, 31 Dec 9998 23:59:59 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
            "soon",
            "",
        ];
        if self.below(4) == 0 { self.text() } else { self.one_of(&values).to_owned() }
    }
}

/// The bodies that an execution may be answered with.
pub(crate) const EXECUTION_BODIES: [&str; 12] = [
    r#"{"reference_id":"07070707-0707-4707-8707-070707070707","status":"PENDING","operation_type":"COLLECTION","payer_amount":250.00,"payer_currency":"USD"}"#,
    r#"{"reference_id":"07070707-0707-4707-8707-070707070707","status":"PROCESSING","operation_type":"COLLECTION"}"#,
    r#"{"reference_id":"07070707-0707-4707-8707-070707070707","status":"COMPLETED","operation_type":"COLLECTION","payer_amount":"250.00","payer_currency":"USD"}"#,
    r#"{"reference_id":"07070707-0707-4707-8707-070707070707","status":"FAILED","operation_type":"COLLECTION","wallet_message":"declined"}"#,
    r#"{"reference_id":"07070707-0707-4707-8707-070707070707","status":"COMPLETED","operation_type":"COLLECTION","payer_amount":249.99,"payer_currency":"USD"}"#,
    r#"{"reference_id":"08080808-0808-4808-8808-080808080808","status":"COMPLETED","operation_type":"COLLECTION","payer_amount":250.00,"payer_currency":"USD"}"#,
    r#"{"reference_id":"07070707-0707-4707-8707-070707070707","status":"PENDING","requires_action":true,"client_secret":"pi_secret_do_not_log"}"#,
    r#"{"data":{"reference_id":"07070707-0707-4707-8707-070707070707","status":"COMPLETED","operation_type":"COLLECTION","payer_amount":250,"payer_currency":"USD"}}"#,
    r#"{"reference_id":"07070707-0707-4707-8707-070707070707","status":"FAILED","status":"COMPLETED","operation_type":"COLLECTION","payer_amount":250.00,"payer_currency":"USD"}"#,
    r#"{"detail":"reference_id already exists"}"#,
    r#"{"detail":[{"loc":["body","currency"],"msg":"field required","type":"value_error.missing"}]}"#,
    "<html><body>Bad gateway</body></html>",
];

/// The bodies that a source may be answered with.
pub(crate) const SOURCE_BODIES: [&str; 7] = [
    r#"{"source_id":101,"source_type":"INVOICE","source_number":"I-101","status":"IDLE","currency":"USD","total_amount":250.00,"paid_at":null}"#,
    r#"{"source_id":101,"source_type":"INVOICE","status":"PAID","currency":"USD","total_amount":"250.00","paid_at":"2025-06-01T14:30:00Z"}"#,
    r#"{"source_id":101,"source_type":"INVOICE","status":"CANCELED","currency":"USD","total_amount":250}"#,
    r#"{"source_id":102,"source_type":"INVOICE","status":"PAID","currency":"USD","total_amount":250.00}"#,
    r#"{"source_id":101,"source_type":"INVOICE","status":"PAID","currency":"USD","total_amount":2.50}"#,
    r#"{"data":{"source_id":101,"source_type":"INVOICE","status":"PAID","currency":"USD","total_amount":250.00}}"#,
    "{}",
];
