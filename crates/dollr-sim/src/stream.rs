//! A connection that can be made to fail: to stop within an answer's head or body (F6), or to be reset instead of closed.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// How the connection is to fail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Failure {
    #[default]
    None,
    /// Only so many more bytes are written.
    CutAfter(usize),
    /// Only so many bytes after the next answer's head are written.
    CutBodyAfter(usize),
    /// Closing sends RST.
    Reset,
}

/// What the service says to the stream beneath it.
#[derive(Debug, Default)]
pub(crate) struct Wire(Mutex<Failure>);

impl Wire {
    pub(crate) fn fail(&self, failure: Failure) {
        *self.failure() = failure;
    }

    fn failure(&self) -> MutexGuard<'_, Failure> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How much of these bytes may be written.
    fn allowed(&self, bytes: &[u8]) -> usize {
        let mut failure = self.failure();
        if let Failure::CutBodyAfter(rest) = *failure {
            let head = bytes.windows(4).position(|four| four == b"\r\n\r\n").map_or(0, |at| at + 4);
            *failure = Failure::CutAfter(head + rest);
        }
        match *failure {
            Failure::CutAfter(left) => left.min(bytes.len()),
            _ => bytes.len(),
        }
    }

    fn written(&self, count: usize) {
        if let Failure::CutAfter(left) = &mut *self.failure() {
            *left = left.saturating_sub(count);
        }
    }
}

/// A connection under the rule of its [`Wire`].
#[derive(Debug)]
pub(crate) struct FaultyStream {
    inner: TcpStream,
    wire: Arc<Wire>,
}

impl FaultyStream {
    pub(crate) fn new(inner: TcpStream, wire: Arc<Wire>) -> Self {
        Self { inner, wire }
    }
}

impl Drop for FaultyStream {
    fn drop(&mut self) {
        if *self.wire.failure() == Failure::Reset {
            // Without it the peer sees an ordinary end, which is the milder fault.
            let _ = self.inner.set_zero_linger();
        }
    }
}

impl AsyncRead for FaultyStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(cx, buf)
    }
}

impl AsyncWrite for FaultyStream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let allowed = self.wire.allowed(bytes);
        if allowed == 0 && !bytes.is_empty() {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        let done = Pin::new(&mut self.inner).poll_write(cx, bytes.get(..allowed).unwrap_or(bytes));
        if let Poll::Ready(Ok(count)) = done {
            self.wire.written(count);
        }
        done
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}
