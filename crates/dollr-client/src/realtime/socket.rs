//! One WebSocket: text out, text in, each with a time limit of its own. Nothing here knows what is said.

use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::{ClientConnection, StreamOwned};
use tracing::debug;
use tungstenite::client::{ClientRequestBuilder, client_with_config};
use tungstenite::protocol::WebSocketConfig;
use tungstenite::{Error, HandshakeError, Message, WebSocket};

use super::Line;

/// No frame about a payment comes near it; the server sends none that is larger.
const LARGEST_FRAME: usize = 1024 * 1024;

/// An event is about half of it.
const BUFFER: usize = 4 * 1024;

/// How long a frame may take to go out.
const WRITE: Duration = Duration::from_secs(5);

/// An open socket.
#[derive(Debug)]
pub(super) struct Socket(WebSocket<Wire>);

/// What was read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Received {
    Text(String),
    Binary,
    /// Nothing that means anything, within the time.
    Nothing,
    Closed,
}

/// Why there is no socket, with the handshake's status where there was one.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unconnected(pub(super) Option<u16>);

impl Socket {
    /// Opens one within `limit`: name, TCP, TLS and handshake together, but for the time that a name takes to be looked up.
    pub(super) fn open(line: &Line, target: &str, limit: Duration) -> Result<Self, Unconnected> {
        let until = Instant::now() + limit;
        let failed = |what: &str, error: &dyn std::fmt::Display| {
            debug!(host = line.host, what, %error, "no socket");
            Unconnected(None)
        };
        let tcp = connect(line, until).map_err(|e| failed("connect", &e))?;
        let wire = Wire::new(Limited { tcp, until }, line).map_err(|e| failed("tls", &e))?;
        let uri = format!("{}{target}", line.base).parse().map_err(|_| Unconnected(None))?;
        let request = ClientRequestBuilder::new(uri).with_header("User-Agent", &line.user_agent);
        let config = WebSocketConfig::default()
            .read_buffer_size(BUFFER)
            .write_buffer_size(0)
            .max_message_size(Some(LARGEST_FRAME))
            .max_frame_size(Some(LARGEST_FRAME));
        match client_with_config(request, wire, Some(config)) {
            Ok((socket, _)) => Ok(Self(socket)),
            Err(HandshakeError::Failure(Error::Http(answer))) => {
                Err(Unconnected(Some(answer.status().as_u16())))
            }
            Err(HandshakeError::Failure(error)) => Err(failed("handshake", &error)),
            Err(HandshakeError::Interrupted(_)) => Err(failed("handshake", &"it takes too long")),
        }
    }

    /// Sends a text frame; `false` where the socket is broken.
    pub(super) fn send(&mut self, text: &str) -> bool {
        self.0.get_mut().limit(WRITE);
        self.0.send(Message::text(text)).is_ok()
    }

    /// Reads one frame, for no longer than `limit`. Pings are answered on the way.
    pub(super) fn read(&mut self, limit: Duration) -> Received {
        self.0.get_mut().limit(limit);
        match self.0.read() {
            Ok(Message::Text(text)) => Received::Text(text.as_str().to_owned()),
            Ok(Message::Binary(_)) => Received::Binary,
            Ok(_) => Received::Nothing,
            Err(Error::Io(error)) if is_early(&error) => Received::Nothing,
            Err(error) => {
                debug!(%error, "the socket is closed");
                Received::Closed
            }
        }
    }
}

impl Drop for Socket {
    /// Says goodbye, where that takes no time.
    fn drop(&mut self) {
        self.0.get_mut().limit(Duration::from_millis(1));
        let _ = self.0.close(None);
        let _ = self.0.flush();
    }
}

fn is_early(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted)
}

/// The first of the server's addresses that takes a connection.
fn connect(line: &Line, until: Instant) -> io::Result<TcpStream> {
    let host = line.host.trim_start_matches('[').trim_end_matches(']');
    let mut failure = io::Error::new(io::ErrorKind::NotFound, "the host has no address");
    for address in (host, line.port).to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, left(until)?) {
            Ok(tcp) => {
                tcp.set_nodelay(true)?;
                return Ok(tcp);
            }
            Err(error) => failure = error,
        }
    }
    Err(failure)
}

/// How long there still is, if at all.
fn left(until: Instant) -> io::Result<Duration> {
    match until.saturating_duration_since(Instant::now()) {
        Duration::ZERO => Err(io::ErrorKind::TimedOut.into()),
        left => Ok(left),
    }
}

/// TCP whose reads and writes all end at one moment, however few bytes come at a time.
#[derive(Debug)]
struct Limited {
    tcp: TcpStream,
    until: Instant,
}

impl Read for Limited {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.tcp.set_read_timeout(Some(left(self.until)?))?;
        self.tcp.read(buffer)
    }
}

impl Write for Limited {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.tcp.set_write_timeout(Some(left(self.until)?))?;
        self.tcp.write(buffer)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.tcp.flush()
    }
}

/// Plain on loopback, TLS everywhere else.
#[derive(Debug)]
enum Wire {
    Plain(Limited),
    Tls(Box<StreamOwned<ClientConnection, Limited>>),
}

impl Wire {
    fn new(limited: Limited, line: &Line) -> Result<Self, rustls::Error> {
        let Some(tls) = &line.tls else { return Ok(Self::Plain(limited)) };
        let connection = ClientConnection::new(Arc::clone(&tls.config), tls.name.clone())?;
        Ok(Self::Tls(Box::new(StreamOwned::new(connection, limited))))
    }

    /// What is read and written next ends by then.
    fn limit(&mut self, limit: Duration) {
        let until = Instant::now() + limit;
        match self {
            Self::Plain(limited) => limited.until = until,
            Self::Tls(stream) => stream.sock.until = until,
        }
    }
}

impl Read for Wire {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(limited) => limited.read(buffer),
            Self::Tls(stream) => stream.read(buffer),
        }
    }
}

impl Write for Wire {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(limited) => limited.write(buffer),
            Self::Tls(stream) => stream.write(buffer),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(limited) => limited.flush(),
            Self::Tls(stream) => stream.flush(),
        }
    }
}
