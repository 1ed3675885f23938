//! Moves a connection's bytes: WebSocket frames (RFC 6455) over the stream that the handshake left, and the waiting for
//! what comes next, be it a byte, a moment, or news of the world.

use std::collections::VecDeque;
use std::future::pending;
use std::io::{self, Read, Write};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf};
use tokio::time::{Instant, sleep};
use tungstenite::protocol::frame::coding::CloseCode;
use tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tungstenite::{Error, Message, WebSocket};

use super::connection::{Connection, Output};
use super::log::{FrameDirection, FrameEntry, kept};
use crate::server::Shared;
use crate::stream::{Failure, Wire};

/// A client's frame may have so many bytes.
const FRAME_LIMIT: usize = 5_000_000;

/// How long the client may take to answer a close, in real time.
const CLOSE_PATIENCE: Duration = Duration::from_secs(5);

/// What tungstenite reads from and writes to; the bytes are moved by [`Socket::serve`].
#[derive(Debug, Default)]
struct Pipe {
    input: VecDeque<u8>,
    output: Vec<u8>,
}

impl Read for Pipe {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.input.is_empty() { Err(io::ErrorKind::WouldBlock.into()) } else { self.input.read(buf) }
    }
}

impl Write for Pipe {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.output.extend_from_slice(buf);
        Ok(buf.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Whether and how it goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Open,
    /// A close was said by either side.
    Closing,
    /// A close was sent to a client that can't be understood any more: what it still sends is thrown away.
    GivenUp,
    /// All that is left is to send what was said.
    Over,
    Reset,
    Stalled,
}

pub(crate) struct Socket {
    id: u64,
    web: WebSocket<Pipe>,
    connection: Connection,
    shared: Arc<Shared>,
    wire: Arc<Wire>,
    state: State,
}

impl Socket {
    pub(crate) fn new(id: u64, connection: Connection, shared: Arc<Shared>, wire: Arc<Wire>) -> Self {
        let config =
            WebSocketConfig::default().max_message_size(Some(FRAME_LIMIT)).max_frame_size(Some(FRAME_LIMIT));
        let web = WebSocket::from_raw_socket(Pipe::default(), Role::Server, Some(config));
        Self { id, web, connection, shared, wire, state: State::Open }
    }

    /// Serves until the connection's end.
    pub(crate) async fn serve(mut self, stream: TokioIo<Upgraded>) {
        let (mut reader, mut writer) = tokio::io::split(stream);
        let shared = Arc::clone(&self.shared);
        let mut news = shared.realtime.news.subscribe();
        let mut buffer = vec![0; 64 * 1024];
        let mut patience = pin!(sleep(CLOSE_PATIENCE));
        loop {
            news.mark_unchanged();
            self.advance();
            if !matches!(self.state, State::Open | State::Closing | State::GivenUp) {
                break;
            }
            if self.state == State::Open {
                patience.as_mut().reset(Instant::now() + CLOSE_PATIENCE);
            }
            let due = self.connection.next_due();
            tokio::select! {
                read = reader.read(&mut buffer) => match read {
                    Ok(count) if count > 0 => self.web.get_mut().input.extend(buffer.iter().take(count)),
                    _ => self.state = State::Over,
                },
                written = writer.write(&self.web.get_ref().output), if self.has_output() => match written {
                    Ok(count) => drop(self.web.get_mut().output.drain(..count)),
                    Err(_) => self.state = State::Over,
                },
                () = shared.clock.reach(due), if self.state == State::Open => {}
                () = &mut patience, if self.state != State::Open => self.state = State::Over,
                _ = news.changed() => {}
            }
        }
        self.finish(reader, writer).await;
    }

    fn has_output(&self) -> bool {
        !self.web.get_ref().output.is_empty()
    }

    async fn finish(mut self, reader: ReadHalf<TokioIo<Upgraded>>, mut writer: WriteHalf<TokioIo<Upgraded>>) {
        // A client that is gone doesn't miss it.
        let _ = writer.write_all(&self.web.get_ref().output).await;
        self.web.get_mut().output.clear();
        if self.state == State::Stalled {
            return pending().await;
        }
        let now_ms = self.shared.clock.now_ms();
        self.shared.realtime.note(|log| log.change(self.id, |entry| entry.ended_at_ms = Some(now_ms)));
        if self.state == State::Reset {
            self.wire.fail(Failure::Reset);
        } else {
            let _ = writer.shutdown().await;
        }
        drop((reader, writer));
    }

    /// Does what can be done now: reads what has come, and says what there is to say.
    fn advance(&mut self) {
        while matches!(self.state, State::Open | State::Closing) {
            match self.web.read() {
                Ok(message) => self.receive(&message),
                Err(Error::Io(error)) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(Error::Capacity(_)) => self.give_up(1009),
                Err(Error::Utf8(_)) => self.give_up(1007),
                Err(Error::Protocol(_)) if self.state == State::Open => self.give_up(1002),
                Err(_) => self.state = State::Over,
            }
            self.say();
        }
        if self.state == State::Open {
            self.connection.run(self.shared.clock.now_ms());
            self.say();
        }
        if self.state == State::GivenUp {
            self.web.get_mut().input.clear();
        }
        // Pongs and the answer to a close wait for it.
        let _ = self.web.flush();
    }

    fn receive(&mut self, message: &Message) {
        let now_ms = self.shared.clock.now_ms();
        self.connection.heard(now_ms);
        match message {
            Message::Text(text) => {
                // In this order, so that what is in the log has been dealt with.
                self.connection.receive(text, now_ms);
                self.note(FrameDirection::In, "text", kept(text));
            }
            Message::Binary(_) => self.note(FrameDirection::In, "binary", String::new()),
            Message::Ping(_) => self.note(FrameDirection::In, "ping", String::new()),
            Message::Pong(_) => self.note(FrameDirection::In, "pong", String::new()),
            Message::Close(frame) => {
                let code = frame.as_ref().map(|frame| u16::from(frame.code));
                self.note(
                    FrameDirection::In,
                    "close",
                    code.map_or_else(String::new, |code| code.to_string()),
                );
                self.shared.realtime.note(|log| log.change(self.id, |entry| entry.closed_by_client = code));
                self.state = State::Closing;
            }
            Message::Frame(_) => {}
        }
    }

    fn say(&mut self) {
        for output in self.connection.take_output() {
            if self.state != State::Open {
                return;
            }
            match output {
                Output::Text(text) => {
                    self.note(FrameDirection::Out, "text", kept(&text));
                    self.send(Message::text(text));
                }
                Output::Binary(bytes) => {
                    self.note(FrameDirection::Out, "binary", String::new());
                    self.send(Message::binary(bytes));
                }
                Output::Close(code) => self.close(code),
                Output::Drop => self.state = State::Over,
                Output::Reset => self.state = State::Reset,
                Output::Stall => self.state = State::Stalled,
            }
        }
    }

    /// The pipe takes everything; what is not allowed any more is left out.
    fn send(&mut self, message: Message) {
        let _ = self.web.send(message);
    }

    fn close(&mut self, code: u16) {
        self.note(FrameDirection::Out, "close", code.to_string());
        let _ = self.web.close(Some(CloseFrame { code: CloseCode::from(code), reason: "".into() }));
        self.state = State::Closing;
    }

    fn give_up(&mut self, code: u16) {
        self.close(code);
        self.state = State::GivenUp;
    }

    fn note(&self, direction: FrameDirection, kind: &str, text: String) {
        let (connection, at_ms) = (self.id, self.shared.clock.now_ms());
        let frame = FrameEntry { connection, at_ms, direction, kind: kind.to_owned(), text };
        self.shared.realtime.note(|log| log.frame(frame));
    }
}
