//! A call that blocks has a thread to itself; the one that called waits for it in slices, without the GIL, so that others run and
//! Ctrl-C is heard. The call's thread touches nothing of Python's: what it has to say comes by a channel. A call that takes moments, of a
//! thread to which Python tells no signals, stays where it is, without the GIL.
//!
//! Who is interrupted leaves at once. The call goes on behind his back until its verdict or its patience, or the end of
//! the process; the payment is in the journal either way.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::Duration;

use dollr_client::core::Secret;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

use crate::{errors, logs, threads};

/// How long Ctrl-C may go unheard.
const SLICE: Duration = Duration::from_millis(50);

/// What a call's thread has to say.
enum Word<T> {
    /// A card's secret for the payer of this payment.
    Show(String, Secret),
    /// It is over. None where it panicked.
    Over(Option<T>),
}

type Show = Box<dyn Fn(&str, &Secret)>;

thread_local! {
    /// Where the call of this thread leaves a card's secret, to be shown by Python.
    static SHOW: RefCell<Option<Show>> = const { RefCell::new(None) };
}

/// Has Python show a card's secret to the payer of the payment with this key, where somebody waits for this thread's call.
pub(crate) fn show(key: &str, secret: &Secret) {
    SHOW.with_borrow(|show| show.iter().for_each(|show| show(key, secret)));
}

/// Does `work` on this thread, and says what it [`show`]s.
pub(crate) fn showing<T>(work: impl FnOnce() -> T) -> (T, Vec<(String, Secret)>) {
    let (tell, told) = mpsc::channel();
    SHOW.replace(Some(Box::new(move |key, secret| {
        let _ = tell.send((key.to_owned(), secret.clone()));
    })));
    let result = work();
    SHOW.replace(None);
    (result, told.try_iter().collect())
}

/// Does `work`, which shows nothing and waits for neither a payer nor a schedule: a request with its token, or something about a journal. What
/// it logs is said when it is over.
pub(crate) fn briefly<T: Send + 'static>(
    py: Python<'_>,
    work: impl FnOnce() -> T + Send + 'static,
) -> PyResult<T> {
    if is_told_of_signals(py)? {
        return blocking(py, None, work);
    }
    logs::listen(py)?;
    let result = py.detach(|| catch_unwind(AssertUnwindSafe(work)));
    logs::tell(py)?;
    result.map_err(|_| panicked(py))
}

/// Whether this is the thread on which Python handles signals.
fn is_told_of_signals(py: Python<'_>) -> PyResult<bool> {
    static MAIN: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    static HERE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    // Which thread it is may change by a fork.
    let main = MAIN.import(py, "threading", "main_thread")?.call0()?;
    let here = HERE.import(py, "threading", "get_ident")?.call0()?;
    main.getattr(intern!(py, "ident"))?.eq(here)
}

/// Does `work` on another thread and waits for it. `shower` is called with what the work [`show`]s.
pub(crate) fn blocking<T: Send + 'static>(
    py: Python<'_>,
    shower: Option<&Bound<'_, PyAny>>,
    work: impl FnOnce() -> T + Send + 'static,
) -> PyResult<T> {
    logs::listen(py)?;
    let (tell, told) = mpsc::channel();
    let given = threads::have_done(Box::new(move || {
        let to_show = tell.clone();
        SHOW.replace(Some(Box::new(move |key, secret| {
            // Where nobody waits any more, nobody can show it.
            let _ = to_show.send(Word::Show(key.to_owned(), secret.clone()));
        })));
        let result = catch_unwind(AssertUnwindSafe(work)).ok();
        SHOW.replace(None);
        Box::new(move || {
            // Nobody may be there any more.
            let _ = tell.send(Word::Over(result));
        })
    }));
    if let Err(error) = given {
        return Err(errors::plain(py, "DollrError", &format!("no thread could be started: {error}")));
    }
    let result = wait(py, told, shower);
    logs::tell(py)?;
    result
}

fn wait<T: Send>(
    py: Python<'_>,
    mut told: Receiver<Word<T>>,
    shower: Option<&Bound<'_, PyAny>>,
) -> PyResult<T> {
    loop {
        let word;
        (told, word) = py.detach(move || {
            let word = told.recv_timeout(SLICE);
            (told, word)
        });
        match word {
            Ok(Word::Over(Some(result))) => return Ok(result),
            Ok(Word::Show(key, secret)) => {
                if let Some(shower) = shower {
                    shower.call1((key, secret.expose()))?;
                }
            }
            Err(RecvTimeoutError::Timeout) => {}
            Ok(Word::Over(None)) | Err(RecvTimeoutError::Disconnected) => return Err(panicked(py)),
        }
        logs::tell(py)?;
        py.check_signals()?;
    }
}

fn panicked(py: Python<'_>) -> PyErr {
    let sentence = "a mistake of this library ended the call; the payment is as the journal has it";
    errors::plain(py, "InternalError", sentence)
}
