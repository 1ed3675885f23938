//! What every test needs: a vendor, an empty folder to run in, and the command.

use std::ffi::OsStr;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use dollr_sim::{CLIENT_ID, CLIENT_SECRET, Simulator, SourceKind};
use rustix::process::Signal;
use serde_json::Value;
use tempfile::TempDir;

/// A vendor, and a folder that is the command's working directory.
pub(crate) struct Shop {
    pub(crate) sim: Simulator,
    pub(crate) folder: TempDir,
}

/// What a run of the command left.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Shop {
    pub(crate) fn open() -> Self {
        Self::of(Simulator::builder().start().expect("a simulator"))
    }

    pub(crate) fn of(sim: Simulator) -> Self {
        Self { sim, folder: tempfile::tempdir().expect("a folder") }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The command in this shop's folder, with this shop's vendor and credentials and nothing else in its environment.
    pub(crate) fn command<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Command {
        let mut command = bare(self.folder.path());
        command
            .args(args)
            .env("DOLLR_BASE_URL", self.sim.base_url())
            .env("DOLLR_CLIENT_ID", CLIENT_ID)
            .env("DOLLR_CLIENT_SECRET", CLIENT_SECRET);
        command
    }

    /// Runs a command line, its words apart by spaces.
    pub(crate) fn run(&self, line: &str) -> Run {
        run(self.command(line.split_whitespace()))
    }

    /// A session on a new order of this total.
    pub(crate) fn session(&self, total: &str) -> u64 {
        let order = self.sim.create_source(SourceKind::Order, "USD", total);
        self.sim.create_session(SourceKind::Order, order)
    }

    pub(crate) fn posts(&self, id: &str) -> u64 {
        self.sim.ledger().posts(id)
    }

    pub(crate) fn charges(&self, id: &str) -> u64 {
        self.sim.ledger().charges(id)
    }

    /// The names of all files in the folder.
    pub(crate) fn files(&self) -> Vec<String> {
        let names = std::fs::read_dir(self.folder.path()).expect("the folder");
        let mut names: Vec<_> =
            names.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
}

/// The command in this folder, with an empty environment.
pub(crate) fn bare(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dollr"));
    command
        .current_dir(folder)
        .env_clear()
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Runs it to its end.
pub(crate) fn run(mut command: Command) -> Run {
    let output = command.output().expect("the command");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    let code = output.status.code().expect("an exit code");
    Run { code, out: text(output.stdout), err: text(output.stderr) }
}

impl Run {
    /// The one object on stdout.
    pub(crate) fn json(&self) -> Value {
        let value: Value = serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("{e}: {self:?}"));
        assert!(value.is_object() && self.out.lines().count() == 1, "one object on one line: {self:?}");
        value
    }

    /// The sentence that says why not: nothing is on stdout then, and nobody has panicked.
    pub(crate) fn sentence(&self) -> &str {
        assert_eq!(self.out, "", "{self:?}");
        let sentence = self.err.strip_prefix("dollr: ").unwrap_or_else(|| panic!("no sentence: {self:?}"));
        let sentence = sentence.strip_suffix('\n').expect("a line");
        assert!(!sentence.contains('\n') && !sentence.contains("panicked"), "one sentence: {self:?}");
        sentence
    }
}

/// A process that is killed when the test is over, however it ends.
pub(crate) struct Running(Child);

impl Running {
    pub(crate) fn start(mut command: Command) -> Self {
        Self(command.spawn().expect("the command"))
    }

    /// What the system says of it, in one of its files.
    #[cfg(target_os = "linux")]
    pub(crate) fn proc(&self, file: &str) -> String {
        std::fs::read_to_string(format!("/proc/{}/{file}", self.0.id())).expect("a process")
    }

    /// SIGKILL: it can't say goodbye.
    pub(crate) fn kill(&mut self) {
        self.0.kill().expect("killed");
        self.0.wait().expect("its end");
    }

    /// SIGTERM: it is asked to end, and has heard it.
    pub(crate) fn terminate(&self) {
        let id = self.0.id().to_string();
        let status = Command::new("kill").args(["-TERM", &id]).status();
        assert!(status.is_ok_and(|status| status.success()), "it is there to be asked");
        wait_until("the signal is heard", || !self.is_in_mask("ShdPnd:", Signal::TERM).unwrap_or_default());
    }

    /// Waits until it catches the signals that ask it to end; before, they kill it. It comes to SIGINT last.
    pub(crate) fn wait_until_it_listens(&self) {
        wait_until("it catches signals", || self.is_in_mask("SigCgt:", Signal::INT).unwrap_or(true));
    }

    /// Whether the signal is in this mask of the process; none where the system does not tell.
    fn is_in_mask(&self, name: &str, signal: Signal) -> Option<bool> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0.id())).ok()?;
        let mask = status.lines().find_map(|line| line.strip_prefix(name))?;
        let mask = u64::from_str_radix(mask.trim(), 16).ok()?;
        Some(mask >> (signal.as_raw() - 1) & 1 == 1)
    }

    /// The signal that it ends by, if it is one.
    pub(crate) fn signal(mut self) -> Option<i32> {
        std::os::unix::process::ExitStatusExt::signal(&self.0.wait().expect("its end"))
    }

    /// A line of its stdout.
    pub(crate) fn line(&mut self) -> String {
        let stdout = self.0.stdout.as_mut().expect("its stdout");
        let mut line = Vec::new();
        let mut byte = [0];
        while stdout.read(&mut byte).expect("a byte") == 1 && byte[0] != b'\n' {
            line.push(byte[0]);
        }
        String::from_utf8(line).expect("UTF-8")
    }

    pub(crate) fn id(&self) -> i32 {
        i32::try_from(self.0.id()).expect("an id")
    }

    pub(crate) fn has_ended(&mut self) -> bool {
        self.0.try_wait().expect("its state").is_some()
    }

    pub(crate) fn end(mut self) -> Run {
        let text = |source: &mut dyn std::io::Read| {
            let mut text = String::new();
            source.read_to_string(&mut text).expect("UTF-8");
            text
        };
        let out = self.0.stdout.take().map(|mut out| text(&mut out)).unwrap_or_default();
        let err = self.0.stderr.take().map(|mut err| text(&mut err)).unwrap_or_default();
        let code = self.0.wait().expect("its end").code().expect("an exit code");
        Run { code, out, err }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Waits until `condition` holds; far longer than it can take.
pub(crate) fn wait_until(what: &str, mut condition: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !condition() {
        assert!(begun.elapsed() < Duration::from_secs(60), "it never came to this: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// A version-4 UUID that no other test of this process has.
pub(crate) fn new_id() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(1);
    format!("00000000-0000-4000-8000-{:012x}", COUNT.fetch_add(1, Ordering::Relaxed))
}

/// A file with this text and these rights.
pub(crate) fn write_file(path: &Path, text: &str, mode: u32) {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut options = std::fs::OpenOptions::new();
    let mut file = options.write(true).create_new(true).mode(mode).open(path).expect("a file");
    file.write_all(text.as_bytes()).expect("written");
    let rights = std::os::unix::fs::PermissionsExt::from_mode(mode);
    std::fs::set_permissions(path, rights).expect("its rights");
}
