//! Where rows were when they were taken, so that nobody searches for their keys again to save them. It is a hint only: a row may be gone
//! by then, and another one be where it was.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The places of this many rows are remembered; those that are not are searched for.
const MOST: usize = 4_096;

#[derive(Default)]
pub(super) struct Places(Mutex<HashMap<String, i64>>);

impl Places {
    pub(super) fn remember<'a>(&self, rows: impl Iterator<Item = (&'a str, i64)>) {
        let mut all = self.all();
        for (key, id) in rows {
            if all.len() == MOST {
                all.clear();
            }
            all.insert(key.to_owned(), id);
        }
    }

    /// Where it was, which is forgotten: a row that was saved is no longer taken.
    pub(super) fn recall(&self, key: &str) -> Option<i64> {
        self.all().remove(key)
    }

    fn all(&self) -> MutexGuard<'_, HashMap<String, i64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
