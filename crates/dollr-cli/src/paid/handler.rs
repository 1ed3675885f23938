//! Who ships: a command that gets the payment on its stdin and in its environment, or whoever reads stdout.

use std::ffi::OsString;
use std::fmt;
use std::io::{self, Write as _};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use dollr_client::Delivery;
use serde_json::Value;

use super::write_line;
use crate::failure::Failure;

/// How often it is looked whether a handler has ended.
const GLANCE: Duration = Duration::from_millis(20);

pub(super) enum Handler {
    /// A line for each payment on stdout.
    Reader,
    Command {
        program: OsString,
        arguments: Vec<OsString>,
        timeout: Duration,
    },
}

/// How a handler ended.
#[derive(Debug, Clone, Copy)]
pub(super) enum Ending {
    /// The goods were handed out.
    Done,
    Failed(ExitStatus),
    /// It took too long and was killed.
    Killed(Duration),
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Done => f.write_str("handed out"),
            Self::Failed(status) => write!(f, "not handed out: the handler ended with {status}"),
            Self::Killed(timeout) => {
                write!(
                    f,
                    "not handed out: the handler took longer than {} s and was killed",
                    timeout.as_secs_f64()
                )
            }
        }
    }
}

impl Handler {
    pub(super) fn of(command: &[OsString], timeout: Duration) -> Self {
        match command.split_first() {
            None => Self::Reader,
            Some((program, arguments)) => {
                Self::Command { program: program.clone(), arguments: arguments.to_vec(), timeout }
            }
        }
    }

    /// Hands a payment over and waits for what becomes of it. An error is nobody's answer: no payment can be handed out.
    pub(super) fn run(&self, delivery: &Delivery, payment: &Value) -> Result<Ending, Failure> {
        let Self::Command { program, arguments, timeout } = self else {
            return write_line(payment).map(|()| Ending::Done);
        };
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::piped());
        environment(&mut command, payment);
        apart(&mut command);
        let cannot = |e: io::Error| {
            let (program, key) = (program.to_string_lossy(), &delivery.key);
            Failure::new(format!("the handler {program:?} cannot be run: {e}; {key} is given again"))
        };
        let mut child = command.spawn().map_err(cannot)?;
        if let Some(mut stdin) = child.stdin.take() {
            let payment = format!("{payment}\n");
            // Beside, for it need not read; then nobody hears that this fails.
            thread::spawn(move || stdin.write_all(payment.as_bytes()));
        }
        await_end(&mut child, *timeout).map_err(cannot)
    }
}

/// The payment's fields as `DOLLR_…`, and nothing of this command's own: no secret and no password.
fn environment(command: &mut Command, payment: &Value) {
    let ours = |name: &OsString| name.as_encoded_bytes().starts_with(b"DOLLR_") || name == "PGPASSWORD";
    for name in std::env::vars_os().map(|(name, _)| name).filter(ours) {
        command.env_remove(name);
    }
    for (name, value) in payment.as_object().into_iter().flatten() {
        if let Some(value) = value.as_str() {
            command.env(format!("DOLLR_{}", name.to_uppercase()), value);
        }
    }
}

fn await_end(child: &mut Child, timeout: Duration) -> io::Result<Ending> {
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(if status.success() { Ending::Done } else { Ending::Failed(status) });
        }
        if begun.elapsed() >= timeout {
            kill(child)?;
            child.wait()?;
            return Ok(Ending::Killed(timeout));
        }
        thread::sleep(GLANCE.min(timeout));
    }
}

/// A process group of its own: Ctrl-C is for this command, which lets the handler finish, and what the handler has
/// started can be killed with it.
#[cfg(unix)]
fn apart(command: &mut Command) {
    std::os::unix::process::CommandExt::process_group(command, 0);
}

#[cfg(not(unix))]
fn apart(_: &mut Command) {}

#[cfg(unix)]
fn kill(child: &mut Child) -> io::Result<()> {
    use rustix::process::{Signal, kill_process_group};
    Ok(kill_process_group(rustix::process::Pid::from_child(child), Signal::KILL)?)
}

#[cfg(not(unix))]
fn kill(child: &mut Child) -> io::Result<()> {
    child.kill()
}
