//! The C ABI of `dollr`: the engine and the blocking client behind one header, `include/dollr.h`, which says everything to those
//! who use it. Here stands what those must know who change it.
//!
//! - A handle is never followed ([`registry`]); it is looked up, so that misuse is a code. A `fork` makes a new registry ([`process`]).
//! - Each export is one `guard!` around its body: it returns a code, and writes nothing but the error where it fails.
//! - All arguments are read and checked first, what is behind a handle comes last.
//! - Structures that C fills in begin with their size ([`border::Options`]), and nought is the default of each field.
//! - `unsafe` is only what reads and writes through C's pointers, by the header's contract.
#![deny(clippy::undocumented_unsafe_blocks, unsafe_op_in_unsafe_fn)]
#![allow(non_camel_case_types, reason = "types have the names that C gives them")]
#![allow(clippy::missing_safety_doc, reason = "the header says it once for all functions")]

mod border;
mod channel;
mod client;
mod code;
mod error;
mod execution;
mod fault;
#[cfg(feature = "inject-panics")]
mod inject;
mod intent;
mod journal;
mod machine;
mod policy;
mod process;
mod registry;
mod request;
mod shown;
mod source;
mod text;
mod token;
mod verdict;
mod version;

pub use channel::*;
pub use client::*;
pub use code::*;
pub use error::*;
pub use execution::*;
#[cfg(feature = "inject-panics")]
pub use inject::dollr_inject_panics;
pub use intent::*;
pub use journal::*;
pub use machine::*;
pub use policy::*;
pub use request::*;
pub use source::*;
pub use text::*;
pub use token::*;
pub use verdict::*;
pub use version::*;
