//! A relay in front of the vendor that cuts one connection after a given byte, of a request or of its answer.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// Where a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// After so many bytes of the request have reached the vendor.
    Request,
    /// After so many bytes of the answer have reached the client.
    Answer,
}

/// How a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// In order.
    Fin,
    /// At once, with what is under way thrown away.
    Rst,
}

/// The one cut.
#[derive(Debug, Clone)]
pub struct Cut {
    /// What the request's first line begins with.
    pub call: &'static str,
    /// In which direction the bytes are counted.
    pub side: Side,
    /// After so many bytes.
    pub after: usize,
    /// With which farewell.
    pub how: How,
}

/// What came of the cuts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Made {
    /// How long what was cut would have been.
    pub length: usize,
    /// The requests that its connection had carried before.
    pub carried: usize,
}

/// The relay.
#[derive(Debug, Clone)]
pub struct Cutter {
    url: String,
    keeps: bool,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    armed: Option<Cut>,
    made: Option<Made>,
    executes: usize,
    reused_by_executes: usize,
}

impl Cutter {
    /// In front of the vendor at this URL, until the process ends. Unless it keeps connections, each carries one call.
    pub fn start(upstream: &str, keeps: bool) -> Self {
        let upstream = upstream.strip_prefix("http://").expect("a plain vendor").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let cutter = Self { url, keeps, state: Arc::default() };
        let relay = cutter.clone();
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (relay, upstream) = (relay.clone(), upstream.clone());
                thread::spawn(move || relay.relay(client, &upstream));
            }
        });
        cutter
    }

    /// Where it listens.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The next such call is cut, once.
    pub fn arm(&self, cut: Cut) {
        let mut state = self.state();
        (state.armed, state.made) = (Some(cut), None);
    }

    /// What came of the last one; nothing while it still waits for its call.
    pub fn made(&self) -> Option<Made> {
        self.state().made
    }

    /// How many requests that move money were begun on the wire, whole or not, and how many of them on a connection that had carried
    /// others before.
    pub fn executes(&self) -> (usize, usize) {
        let state = self.state();
        (state.executes, state.reused_by_executes)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One connection, a request and its answer at a time.
    fn relay(&self, client: TcpStream, upstream: &str) -> io::Result<()> {
        let (mut client, mut vendor) =
            (BufReader::new(client), BufReader::new(TcpStream::connect(upstream)?));
        for carried in 0.. {
            let request = read_message(&mut client)?;
            if request.is_empty() {
                return Ok(());
            }
            let cut = self.cut_for(&request, carried);
            if let Some(Cut { side: Side::Request, after, how, .. }) = cut {
                self.note(&request, carried);
                vendor.get_mut().write_all(&request[..after.min(request.len())])?;
                if after < request.len() {
                    vendor.get_mut().shutdown(Shutdown::Write)?;
                }
                end(client.into_inner(), how);
                // What it has had whole it does, although nobody hears of it.
                return read_message(&mut vendor).map(drop);
            }
            vendor.get_mut().write_all(&request)?;
            let mut answer = read_message(&mut vendor)?;
            if !self.keeps {
                let head = answer.windows(2).position(|end| end == b"\r\n").expect("a status line");
                answer.splice(head..head, *b"\r\nconnection: close");
            }
            if let Some(Cut { after, how, .. }) = cut {
                self.note(&answer, carried);
                client.get_mut().write_all(&answer[..after.min(answer.len())])?;
                end(client.into_inner(), how);
                return Ok(());
            }
            client.get_mut().write_all(&answer)?;
            if !self.keeps {
                return Ok(());
            }
        }
        unreachable!("connections end")
    }

    fn cut_for(&self, request: &[u8], carried: usize) -> Option<Cut> {
        let mut state = self.state();
        if request.starts_with(b"POST /v1/executions/") {
            state.executes += 1;
            state.reused_by_executes += usize::from(carried > 0);
        }
        state.armed.take_if(|cut| request.starts_with(cut.call.as_bytes()))
    }

    fn note(&self, message: &[u8], carried: usize) {
        self.state().made = Some(Made { length: message.len(), carried });
    }
}

/// Closes it: what has not been read yet is read, or thrown away with the connection.
fn end(client: TcpStream, how: How) {
    if how == How::Rst {
        rustix::net::sockopt::set_socket_linger(&client, Some(Duration::ZERO)).expect("a socket");
    }
    drop(client);
}

/// A head and as much of a body as it announces; nothing where the peer has gone.
pub fn read_message(stream: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut message = Vec::new();
    while !message.ends_with(b"\r\n\r\n") {
        if stream.read_until(b'\n', &mut message)? == 0 {
            return Ok(Vec::new());
        }
    }
    let head = String::from_utf8_lossy(&message).to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
    let body = length.map_or(0, |length| length.trim().parse().expect("a number"));
    let head = message.len();
    message.resize(head + body, 0);
    stream.read_exact(&mut message[head..])?;
    Ok(message)
}
