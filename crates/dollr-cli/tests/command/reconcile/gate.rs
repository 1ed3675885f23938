//! A door in front of the vendor, behind which answers about payments are kept until it is opened.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

use crate::shop::{Shop, wait_until};

pub(super) struct Gate {
    address: SocketAddr,
    state: Arc<(Mutex<State>, Condvar)>,
}

#[derive(Default)]
struct State {
    open: bool,
    /// How many questions about payments have come by.
    asked: usize,
}

impl Gate {
    /// Closed.
    pub(super) fn before(shop: &Shop) -> Self {
        let vendor = shop.sim.base_url().trim_start_matches("http://").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let state = Arc::new((Mutex::new(State::default()), Condvar::new()));
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for near in listener.incoming() {
                let far = TcpStream::connect(&vendor).expect("the vendor");
                carry(near.expect("a connection"), far, &shared);
            }
        });
        Self { address, state }
    }

    /// The command, whose vendor is behind the gate.
    pub(super) fn command(&self, shop: &Shop, line: &str) -> Command {
        let mut command = shop.command(line.split_whitespace());
        command.env("DOLLR_BASE_URL", format!("http://{}", self.address));
        command
    }

    pub(super) fn wait_for_questions(&self, count: usize) {
        wait_until("they are asked", || self.state.0.lock().expect("whole").asked >= count);
    }

    pub(super) fn open(&self) {
        self.state.0.lock().expect("whole").open = true;
        self.state.1.notify_all();
    }
}

/// Carries both ways, each on its thread. Once a question has come by, its answer waits for the gate.
fn carry(near: TcpStream, far: TcpStream, shared: &Arc<(Mutex<State>, Condvar)>) {
    let both = |stream: &TcpStream| stream.try_clone().expect("a handle");
    let (mut from_near, mut to_far, mut from_far, mut to_near) = (both(&near), both(&far), far, near);
    let held = Arc::new(Mutex::new(false));
    let (ours, state) = (Arc::clone(&held), Arc::clone(shared));
    thread::spawn(move || {
        let mut buffer = [0; 8_192];
        while let Ok(count @ 1..) = from_near.read(&mut buffer) {
            if buffer[..count].starts_with(b"GET /v1/status") {
                // Before it is passed on, so that its answer comes later.
                *ours.lock().expect("whole") = true;
                state.0.lock().expect("whole").asked += 1;
            }
            if to_far.write_all(&buffer[..count]).is_err() {
                break;
            }
        }
        let _ = to_far.shutdown(Shutdown::Both);
    });
    let state = Arc::clone(shared);
    thread::spawn(move || {
        let mut buffer = [0; 8_192];
        while let Ok(count @ 1..) = from_far.read(&mut buffer) {
            if *held.lock().expect("whole") {
                let (lock, opened) = &*state;
                drop(opened.wait_while(lock.lock().expect("whole"), |state| !state.open));
            }
            if to_near.write_all(&buffer[..count]).is_err() {
                break;
            }
        }
        let _ = to_near.shutdown(Shutdown::Both);
    });
}
