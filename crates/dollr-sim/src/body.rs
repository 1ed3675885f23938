//! The body of an answer on the wire: whole, a byte at a time (F7), or without end (T8).

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use hyper::body::{Body, Bytes, Frame, SizeHint};
use tokio::time::{Sleep, sleep};

const ENDLESS_HEAD: &[u8] = b"{\"status\":\"COMPLETED\",\"pad\":\"";
const ENDLESS_PART: &[u8] = &[b'a'; 16 * 1024];

pub(crate) enum WireBody {
    Whole(Bytes),
    Slow { rest: Bytes, pause: Duration, sleep: Pin<Box<Sleep>> },
    Endless { begun: bool },
}

impl WireBody {
    pub(crate) fn slow(body: Vec<u8>, ms_per_byte: u64) -> Self {
        let pause = Duration::from_millis(ms_per_byte);
        Self::Slow { rest: body.into(), pause, sleep: Box::pin(sleep(pause)) }
    }

    fn next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Bytes>> {
        match self {
            Self::Whole(bytes) if bytes.is_empty() => Poll::Ready(None),
            Self::Whole(bytes) => Poll::Ready(Some(std::mem::take(bytes))),
            Self::Slow { rest, .. } if rest.is_empty() => Poll::Ready(None),
            Self::Slow { rest, pause, sleep: nap } => {
                ready!(nap.as_mut().poll(cx));
                *nap = Box::pin(sleep(*pause));
                Poll::Ready(Some(rest.split_to(1)))
            }
            Self::Endless { begun } => {
                let part = if *begun { ENDLESS_PART } else { ENDLESS_HEAD };
                *begun = true;
                Poll::Ready(Some(Bytes::from_static(part)))
            }
        }
    }
}

impl Body for WireBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.next(cx).map(|part| part.map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Self::Whole(rest) | Self::Slow { rest, .. } if rest.is_empty())
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(rest) | Self::Slow { rest, .. } => {
                SizeHint::with_exact(u64::try_from(rest.len()).unwrap_or(u64::MAX))
            }
            Self::Endless { .. } => SizeHint::default(),
        }
    }
}
