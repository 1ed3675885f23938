//! The connections by which requests go out: those of ureq, with an eye on what comes by them after an answer, and fewer words with the
//! system about each.

use std::time::Duration;

use tracing::debug;
use ureq::unversioned::transport::time::Duration as Limit;
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, DefaultConnector, NextTimeout, Transport,
};

/// Makes connections, and says of an error that it came from there: the same one from a socket that is open tells nothing.
#[derive(Debug, Default)]
pub(crate) struct Dial(DefaultConnector);

impl Connector<()> for Dial {
    type Out = Box<dyn Transport>;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        chained: Option<()>,
    ) -> Result<Option<Self::Out>, ureq::Error> {
        let connected = self.0.connect(details, chained).map_err(|error| match error {
            ureq::Error::Io(error) => {
                debug!(%error, "no connection");
                ureq::Error::ConnectionFailed
            }
            other => other,
        })?;
        let dialled = |inner| Box::new(Dialled { inner, brim: false, just_read: false }) as Self::Out;
        Ok(connected.map(dialled))
    }
}

/// A connection that is not kept after an answer that has filled the buffer to its brim: what follows may be deciphered already, where
/// ureq does not look for it, and would be the next answer (T14).
#[derive(Debug)]
struct Dialled {
    inner: Box<dyn Transport>,
    brim: bool,
    /// Whether something was read since it was asked whether it is open.
    just_read: bool,
}

impl Transport for Dialled {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.inner.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        self.inner.transmit_output(amount, rounded(timeout))
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        let came = self.inner.await_input(rounded(timeout))?;
        self.brim = self.inner.buffers().input_append_buf().is_empty();
        self.just_read = true;
        Ok(came)
    }

    /// Asked twice: when an answer is over, and before the next request. What came with the answer, or after it, is there to be found the
    /// second time.
    fn is_open(&mut self) -> bool {
        let just_read = std::mem::take(&mut self.just_read);
        !self.brim && (just_read || self.inner.is_open())
    }

    fn is_tls(&self) -> bool {
        self.inner.is_tls()
    }
}

/// The time that is left, or up to a thirty-second more: nearly always what the socket was told the last time, so that it need not be told
/// again.
fn rounded(timeout: NextTimeout) -> NextTimeout {
    let Limit::Exact(left) = timeout.after else { return timeout };
    let Ok(nanos) = u64::try_from(left.as_nanos()) else { return timeout };
    let step = ((nanos / 32).next_power_of_two() / 2).max(1);
    let after = nanos.checked_next_multiple_of(step).unwrap_or(nanos);
    NextTimeout { after: Limit::Exact(Duration::from_nanos(after)), ..timeout }
}
