//! What the client tells goes to Python's `logging`, to the logger `dollr`. It is kept until a thread that waits for a call comes
//! by and says it, because a thread that is not Python's must not.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU8, Ordering};

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use tracing::{Level, Metadata, Subscriber};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::{Context, Filter, SubscriberExt};
use tracing_subscriber::{Layer, Registry};

/// A line and Python's number of its level.
type Line = (u8, String);

/// What was not said yet.
static LINES: Mutex<VecDeque<Line>> = Mutex::new(VecDeque::new());

/// The least level that somebody listens to, as Python numbers it.
static LEAST: AtomicU8 = AtomicU8::new(30);

/// More than this is not kept for somebody to come by.
const MOST: usize = 10_000;

fn number(level: Level) -> u8 {
    match level {
        Level::ERROR => 40,
        Level::WARN => 30,
        Level::INFO => 20,
        Level::DEBUG => 10,
        // Python has no such level, and bytes of the wire are nobody's business.
        Level::TRACE => 0,
    }
}

fn is_heard(metadata: &Metadata<'_>) -> bool {
    let number = number(*metadata.level());
    number > 0 && number >= LEAST.load(Ordering::Relaxed) && metadata.target().starts_with("dollr")
}

struct Heard;

impl<S: Subscriber> Filter<S> for Heard {
    fn enabled(&self, metadata: &Metadata<'_>, _: &Context<'_, S>) -> bool {
        // A span has no level of its own for people: it names the payment of what is said inside.
        metadata.is_span() || is_heard(metadata)
    }
}

/// Gathers one line.
struct Gathered(u8, Vec<u8>);

impl Write for Gathered {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.1.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Gathered {
    fn drop(&mut self) {
        let line = String::from_utf8_lossy(&self.1).trim_end().to_owned();
        // A lock that was held while the process forked stays locked in the child: then a line is lost, not the child.
        for _ in 0..1_000 {
            if let Ok(mut lines) = LINES.try_lock() {
                if lines.len() < MOST && !line.is_empty() {
                    lines.push_back((self.0, line));
                }
                return;
            }
            std::thread::yield_now();
        }
    }
}

struct Writer;

impl<'a> MakeWriter<'a> for Writer {
    type Writer = Gathered;

    fn make_writer(&'a self) -> Gathered {
        Gathered(20, Vec::new())
    }

    fn make_writer_for(&'a self, metadata: &Metadata<'_>) -> Gathered {
        Gathered(number(*metadata.level()), Vec::new())
    }
}

fn logger(py: Python<'_>) -> PyResult<&Bound<'_, PyAny>> {
    static LOGGER: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let logger = LOGGER.get_or_try_init(py, || {
        let lines = tracing_subscriber::fmt::layer()
            .without_time()
            .with_level(false)
            .with_target(false)
            .with_ansi(false)
            .with_writer(Writer);
        // Somebody else's cannot be there: this library has a `tracing` of its own.
        let _ = tracing::subscriber::set_global_default(Registry::default().with(lines.with_filter(Heard)));
        py.import("logging")?.call_method1("getLogger", ("dollr",)).map(Bound::unbind)
    })?;
    Ok(logger.bind(py))
}

/// Finds out which levels are listened to now.
pub(crate) fn listen(py: Python<'_>) -> PyResult<()> {
    let level: u32 = logger(py)?.call_method0(intern!(py, "getEffectiveLevel"))?.extract()?;
    LEAST.store(u8::try_from(level.max(1)).unwrap_or(u8::MAX), Ordering::Relaxed);
    Ok(())
}

/// Says what was gathered.
pub(crate) fn tell(py: Python<'_>) -> PyResult<()> {
    let lines = match LINES.try_lock() {
        Ok(mut lines) if !lines.is_empty() => std::mem::take(&mut *lines),
        _ => return Ok(()),
    };
    let logger = logger(py)?;
    for (level, line) in lines {
        logger.call_method1("log", (level, "%s", line))?;
    }
    Ok(())
}
