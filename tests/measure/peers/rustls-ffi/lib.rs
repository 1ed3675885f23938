//! Its C functions, exported.

pub use rustls_ffi::*;
