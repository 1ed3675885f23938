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
        let unknown = || -> ! { panic!("a line of the trace that is not understood: {line:.300}") };
        let call = line.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ');
        let Some((name, rest)) = call.split_once('(') else { unknown() };
        let Some((arguments, result)) = rest.rsplit_once(" = ") else { unknown() };
        if result.starts_with('-') {
            return None;
        }
        let arguments: Vec<_> = arguments.trim_end().trim_end_matches(')').split(", ").collect();
        let number = |index: usize| -> usize {
            arguments.get(index).and_then(|n| n.parse().ok()).unwrap_or_else(|| unknown())
        };
        if name == "write" && arguments[0].starts_with("1<") {
            return promise(&decode(arguments[1]));
        }
        let path = self.path(name, &arguments, result);
        if path == self.folder && name == "fsync" {
            return Some(Event::Sync(Place::Folder));
        }
        let file = path.strip_prefix(&self.folder)?.strip_prefix('/')?.to_owned();
        // The log's index is never read after a loss of power: the first to open the file makes it anew.
        if file.ends_with("-shm") {
            return None;
        }
        let event = match name {
            "openat" | "open" if !arguments.iter().any(|a| a.contains("O_CREAT")) => return None,
            "openat" | "open" if self.names.contains_key(&file) => return None,
            "openat" | "open" => {
                self.made += 1;
                self.names.insert(file.clone(), self.made);
                Event::Change(Change::Make { name: file, inode: self.made })
            }
            "unlink" => {
                self.names.remove(&file);
                Event::Change(Change::Remove { name: file })
            }
            _ => {
                let inode = *self.names.get(&file).unwrap_or_else(|| unknown());
                match name {
                    "pwrite64" => {
                        let bytes = decode(arguments[1]);
                        assert_eq!((number(2), result), (bytes.len(), arguments[2]), "a whole write");
                        Event::Change(Change::Write { inode, at: number(3), bytes })
                    }
                    "ftruncate" => Event::Change(Change::Resize { inode, length: number(1) }),
                    "fsync" | "fdatasync" => Event::Sync(Place::File(inode)),
                    _ => unknown(),
                }
            }
        };
        Some(event)
    }

    /// The file that a call is about: what it opens or removes, or what its descriptor is of.
    fn path(&self, call: &str, arguments: &[&str], result: &str) -> String {
        match call {
            "openat" | "open" => described(result),
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

/// The bytes of `\x2f\x74…`, with or without quotes.
fn decode(text: &str) -> Vec<u8> {
    assert!(!text.ends_with("..."), "the trace has only a part of what was written");
    text.trim_matches('"')
        .split("\\x")
        .filter_map(|byte| u8::from_str_radix(byte.get(..2)?, 16).ok())
        .collect()
}

fn text_of(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
