//! `Journal`: where payments outlive the process, in a file or on a server.

use std::path::PathBuf;
use std::sync::Arc;

use dollr_client::journal::{self, Entry};
use pyo3::prelude::*;

use crate::blocking::briefly;
use crate::convert::datetime;
use crate::fork::Gated;
use crate::{errors, values};

type Opened = Arc<dyn journal::Journal>;

/// Something that belongs to the process that made it. A child drops nothing of its parent's: it leaks it.
pub(crate) struct Own<T> {
    process: u32,
    it: Option<T>,
}

impl<T> Own<T> {
    pub(crate) fn new(it: T) -> Self {
        Self { process: std::process::id(), it: Some(it) }
    }

    /// It, or a `ForkedError` in a child; asked before any lock of it is touched.
    pub(crate) fn get(&self, py: Python<'_>) -> PyResult<&T> {
        match &self.it {
            Some(it) if self.process == std::process::id() => Ok(it),
            _ => {
                let sentence = "this client or journal was made before the process was forked: make a new one after the fork";
                Err(errors::plain(py, "ForkedError", sentence))
            }
        }
    }
}

impl<T> Drop for Own<T> {
    fn drop(&mut self) {
        if self.process != std::process::id() {
            std::mem::forget(self.it.take());
        }
    }
}

/// A journal in a file, or in a `PostgreSQL` database. One for all threads; each process opens its own.
#[pyclass(frozen, module = "dollr", name = "Journal")]
pub(crate) struct PyJournal {
    journal: Own<Opened>,
}

impl PyJournal {
    pub(crate) fn open(py: Python<'_>, place: PathBuf) -> PyResult<Opened> {
        let opened = briefly(py, move || Gated::open(&place))?.map_err(|e| failed(py, e))?;
        Ok(Arc::new(opened))
    }

    pub(crate) fn opened(&self, py: Python<'_>) -> PyResult<Opened> {
        self.journal.get(py).cloned()
    }
}

fn failed(py: Python<'_>, error: journal::JournalError) -> PyErr {
    errors::of(py, &error.into())
}

#[pymethods]
impl PyJournal {
    #[new]
    fn new(py: Python<'_>, place: PathBuf) -> PyResult<Self> {
        Ok(Self { journal: Own::new(Self::open(py, place)?) })
    }

    /// The row of a payment, or `None`.
    fn load<'py>(&self, py: Python<'py>, key: String) -> PyResult<Bound<'py, PyAny>> {
        let journal = self.opened(py)?;
        let entry = briefly(py, move || journal.load(&key))?.map_err(|e| failed(py, e))?;
        match entry {
            Some(entry) => row(py, &entry),
            None => Ok(py.None().into_bound(py)),
        }
    }

    /// The rows, the one made last first, at most `limit`; of `open` ones, the oldest first.
    #[pyo3(signature = (*, limit = 100, open = false))]
    fn entries<'py>(&self, py: Python<'py>, limit: usize, open: bool) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let journal = self.opened(py)?;
        let entries =
            briefly(py, move || if open { journal.open_entries() } else { journal.entries(limit) })?;
        let entries = entries.map_err(|e| failed(py, e))?;
        entries.iter().take(limit).map(|entry| row(py, entry)).collect()
    }
}

fn row<'py>(py: Python<'py>, entry: &Entry) -> PyResult<Bound<'py, PyAny>> {
    let due = entry.due.map(|due| datetime(py, due)).transpose()?.flatten();
    let (key, order, state) = (&entry.key, &entry.order, &entry.state);
    values::made(py, "Entry", (key, order, state, entry.open, due, entry.snapshot.as_str()))
}
