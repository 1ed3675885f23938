//! Which files this process has open, and which it has inherited open from the process that forked it.
//!
//! SQLite counts a file's locks once per process. In a forked child it takes the parent's for its own, so that not even a
//! fresh connection to the same file is safe there: whoever closes first throws away what the other writes.

use std::path::{Path, PathBuf};
use std::process;
use std::sync::{Mutex, MutexGuard, PoisonError};

static OPEN: Mutex<Vec<(u32, PathBuf)>> = Mutex::new(Vec::new());

/// A file that is open, until it is dropped by the process that took it.
pub(super) struct Held {
    process: u32,
    file: PathBuf,
}

impl Held {
    /// Notes that `file` is about to be opened; none where it was inherited open.
    pub(super) fn take(file: &Path) -> Option<Self> {
        let process = process::id();
        let mut open = all();
        if open.iter().any(|(other, held)| *other != process && held == file) {
            return None;
        }
        open.push((process, file.to_path_buf()));
        Some(Self { process, file: file.to_path_buf() })
    }

    /// Whether this is still the process that took it.
    pub(super) fn is_ours(&self) -> bool {
        self.process == process::id()
    }

    /// As it is seen by a child that was forked off just now.
    #[cfg(test)]
    pub(super) fn inherit(&mut self) {
        let parent = self.process + 1;
        let mut open = all();
        if let Some(held) =
            open.iter_mut().find(|(process, file)| *process == self.process && *file == self.file)
        {
            held.0 = parent;
        }
        self.process = parent;
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if !self.is_ours() {
            return;
        }
        let mut open = all();
        if let Some(at) =
            open.iter().position(|(process, file)| *process == self.process && *file == self.file)
        {
            open.swap_remove(at);
        }
    }
}

fn all() -> MutexGuard<'static, Vec<(u32, PathBuf)>> {
    OPEN.lock().unwrap_or_else(PoisonError::into_inner)
}
