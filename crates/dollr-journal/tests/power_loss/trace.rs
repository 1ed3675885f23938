//! What a process did to its journal's folder, and what it said, in order: from `strace`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::common;
use crate::disk::{Change, Inode, Place};

/// Every call that could write to a disk. Those that are not understood below fail the test.
const CALLS: &str = "trace=openat,?open,?creat,write,pwrite64,writev,pwritev,pwritev2,ftruncate,truncate,fallocate,fsync,fdatasync,\
                     sync_file_range,syncfs,sendfile,copy_file_range,?rename,?renameat,renameat2,?unlink,unlinkat,?link,linkat,\
                     ?symlink,symlinkat";

/// A step of a process.
#[derive(Debug)]
pub(crate) enum Event {
    Change(Change),
    Sync(Place),
    /// This version of this row is durable: a promise.
    Durable(String, u64),
}

/// Runs the ignored test `child` on `file`, and says what it did.
pub(crate) fn of(child: &str, file: &Path) -> Vec<Event> {
    let shelf = tempfile::tempdir().expect("a folder");
    let log = shelf.path().join("trace");
    let traced = common::child(child, file, "");
    let mut strace = Command::new("strace");
    strace
        .args(["-f", "-qq", "-y", "-xx", "-s", "1000000", "-e", "signal=none", "-e", CALLS, "-o"])
        .arg(&log)
        .arg(traced.get_program())
        .args(traced.get_args());
    for (name, value) in traced.get_envs() {
        strace.env(name, value.expect("a value"));
    }
    let output = strace
        .output()
        .unwrap_or_else(|e| panic!("strace cannot be run ({e}): this test needs it, so install it"));
    assert!(
        output.status.success(),
        "strace could not trace the child, or the child failed: {}{}",
        String::from_utf8_lossy(&output.stderr),
        String::from_utf8_lossy(&output.stdout)
    );
    let folder = file.parent().expect("a folder").canonicalize().expect("there");
    let mut reader = Reader { folder: folder.to_str().expect("UTF-8").to_owned(), ..Reader::default() };
    let log = fs::read_to_string(log).expect("a trace");
    let events: Vec<_> = log.lines().filter_map(|line| reader.event(line)).collect();
    let promises = events.iter().filter(|event| matches!(event, Event::Durable(..))).count();
    assert!(promises > 0, "the child has promised nothing: {log:.2000}");
    events
}

/// A line of the trace.
struct Call<'a> {
    line: &'a str,
    name: &'a str,
    arguments: Vec<&'a str>,
    result: &'a str,
}

impl<'a> Call<'a> {
    fn parse(line: &'a str) -> Self {
        let call = line.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ');
        let (name, rest) = call.split_once('(').unwrap_or_default();
        let (arguments, result) = rest.rsplit_once(" = ").unwrap_or_default();
        let arguments = arguments.trim_end().trim_end_matches(')').split(", ").collect();
        let parsed = Self { line, name, arguments, result };
        if result.is_empty() { parsed.unknown() } else { parsed }
    }

    fn number(&self, index: usize) -> usize {
        self.arguments.get(index).and_then(|n| n.parse().ok()).unwrap_or_else(|| self.unknown())
    }

    fn unknown(&self) -> ! {
        panic!("a line of the trace that is not understood: {:.300}", self.line)
    }
}

/// The files that there are while the trace is read.
#[derive(Default)]
struct Reader {
    folder: String,
    names: BTreeMap<String, Inode>,
    made: Inode,
}

impl Reader {
    /// Lines look like `17 pwrite64(5<\x2f…>, "\x00…", 4096, 56) = 4096`.
    fn event(&mut self, line: &str) -> Option<Event> {
        let call = Call::parse(line);
        if call.result.starts_with('-') {
            return None;
        }
        if call.name == "write" && call.arguments[0].starts_with("1<") {
            return promise(&decode(call.arguments[1]));
        }
        let path = self.path(&call);
        if path == self.folder && call.name == "fsync" {
            return Some(Event::Sync(Place::Folder));
        }
        let file = path.strip_prefix(&self.folder)?.strip_prefix('/')?;
        // The log's index is not synced, and need not be: it is made anew.
        if file.ends_with("-shm") { None } else { self.on(file, &call) }
    }

    /// A call on a file of the folder.
    fn on(&mut self, file: &str, call: &Call<'_>) -> Option<Event> {
        let name = file.to_owned();
        let known = self.names.get(file).copied();
        let event = match (call.name, known) {
            ("openat" | "open", None) if call.arguments.iter().any(|a| a.contains("O_CREAT")) => {
                self.made += 1;
                self.names.insert(name.clone(), self.made);
                Event::Change(Change::Make { name, inode: self.made })
            }
            ("openat" | "open", Some(_)) if !call.arguments.iter().any(|a| a.contains("O_TRUNC")) => {
                return None;
            }
            ("unlink", Some(_)) => {
                self.names.remove(file);
                Event::Change(Change::Remove { name })
            }
            ("pwrite64", Some(inode)) => {
                let bytes = decode(call.arguments[1]);
                assert_eq!(call.result, bytes.len().to_string(), "a whole write, and all of it in the trace");
                Event::Change(Change::Write { inode, at: call.number(3), bytes })
            }
            ("ftruncate", Some(inode)) => Event::Change(Change::Resize { inode, length: call.number(1) }),
            ("fsync" | "fdatasync", Some(inode)) => Event::Sync(Place::File(inode)),
            _ => call.unknown(),
        };
        Some(event)
    }

    /// The file that a call is about: what it opens or removes, or what its descriptor is of.
    fn path(&self, call: &Call<'_>) -> String {
        let arguments = &call.arguments;
        match call.name {
            "openat" | "open" => described(call.result),
            "unlink" => text_of(&decode(arguments[0])),
            "pwrite64" | "ftruncate" | "fsync" | "fdatasync" => described(arguments[0]),
            // Any other call that names a file of the folder, wherever it does, is not understood.
            _ => {
                let mut named = arguments.iter().map(|argument| text_of(&decode(argument)));
                named.find(|path| path.starts_with(&self.folder)).unwrap_or_default()
            }
        }
    }
}

/// The path of a descriptor, as in `5<\x2f…>`.
fn described(text: &str) -> String {
    let path = text.split_once('<').and_then(|(_, path)| path.split_once('>'));
    path.map_or(String::new(), |(path, _)| text_of(&decode(path)))
}

/// `durable KEY VERSION`, maybe after what the test's own harness says.
fn promise(said: &[u8]) -> Option<Event> {
    let said = text_of(said);
    let mut words = said.split_once("durable ")?.1.split_whitespace();
    let (key, version) = (words.next()?.to_owned(), words.next()?.parse().ok()?);
    Some(Event::Durable(key, version))
}

/// The bytes of `\x2f\x74…`, whatever is around them.
fn decode(text: &str) -> Vec<u8> {
    assert!(!text.ends_with("..."), "the trace has only a part of what was written");
    text.split("\\x").skip(1).filter_map(|byte| u8::from_str_radix(byte.get(..2)?, 16).ok()).collect()
}

fn text_of(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
