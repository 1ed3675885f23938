//! What the vendor writes, apart from what the domain means by it: tolerant of what does not matter (unknown
//! fields, a `data` wrapper, the shape of an error), strict in what does (duplicate keys, wrong types).

mod checkout;
mod execution;
mod object;
mod problem;
mod realtime_key;
mod session;
mod source;
mod token;

pub use checkout::{Checkout, CheckoutOrder, Item};
pub use object::BadAnswer;
pub use problem::{Problem, Refusal};
pub use realtime_key::RealtimeKey;
pub use session::Session;

pub(crate) use execution::ExecutionAnswer;
pub(crate) use object::{Object, is_too_deep};
pub(crate) use source::SourceAnswer;
pub(crate) use token::TokenAnswer;
