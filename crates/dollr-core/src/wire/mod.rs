//! What the vendor writes, apart from what the domain means by it: tolerant of what does not matter (unknown
//! fields, a `data` wrapper, the shape of an error), strict in what does (duplicate keys, wrong types).

mod checkout;
mod execution;
mod object;
mod problem;
mod session;
mod source;
mod token;

pub use checkout::{Checkout, CheckoutOrder, Item};
pub use object::BadAnswer;
pub use problem::{Problem, Refusal};
pub use session::Session;

pub(crate) use execution::ExecutionAnswer;
pub(crate) use object::Object;
pub(crate) use source::SourceAnswer;
pub(crate) use token::TokenAnswer;
