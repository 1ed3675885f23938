//! The compiled part of the Python package `dollr`. What it decides is the core's; here values are only carried across.
//!
//! Nothing of it runs Python code on a thread of its own, so that no interpreter's end can be in its way.

mod action;
mod alarm;
mod blocking;
mod call;
mod channel;
mod client;
mod convert;
mod errors;
mod fork;
mod goods;
mod intent;
mod journal;
mod logs;
mod machine;
mod request;
mod settings;
mod steps;
mod threads;
mod token;
mod values;

/// The compiled part of `dollr`.
#[pyo3::pymodule]
mod _dollr {
    use std::sync::OnceLock;

    use pyo3::exceptions::PyImportError;
    use pyo3::prelude::*;

    #[pymodule_export]
    use crate::action::{Act, Done, Record, Send, Wait};
    #[pymodule_export]
    use crate::alarm::Alarm;
    #[pymodule_export]
    use crate::channel::{Close, Connect, Ended, MintKey, PyChannel, PyPush, Ring};
    #[pymodule_export]
    use crate::client::PyClient;
    #[pymodule_export]
    use crate::fork::{_after_fork_in_child, _after_fork_in_parent, _before_fork};
    #[pymodule_export]
    use crate::intent::{PyIntent, PyPasscode, PyPolicy, reference_id_from};
    #[pymodule_export]
    use crate::journal::PyJournal;
    #[pymodule_export]
    use crate::machine::{PyExecution, PySource};
    #[pymodule_export]
    use crate::request::PyRequest;
    #[pymodule_export]
    use crate::steps::{Outgoing, PyStep, PySteps, PyWire, Run};
    #[pymodule_export]
    use crate::token::{Denied, Obtain, PyToken, Use};

    /// A second interpreter in the process would share what belongs to the first one.
    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        static FIRST: OnceLock<usize> = OnceLock::new();
        // Each interpreter has a `sys` of its own.
        let here = module.py().import("sys")?.as_ptr().addr();
        if *FIRST.get_or_init(|| here) == here {
            return Ok(());
        }
        Err(PyImportError::new_err(
            "dollr works in one interpreter of a process: subinterpreters are not supported",
        ))
    }

    /// The version of this release.
    #[pymodule_export]
    const VERSION: &str = env!("CARGO_PKG_VERSION");
}
