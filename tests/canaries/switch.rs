//! Which of the changes that are woven into the sources is turned on: the one whose number `MUTANT` bears, or none.
//! Where `MUTANTS_SEEN` names a folder, none is, and each that is come by is written down there, once by each process.

use std::env;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

static ON: LazyLock<u32> = LazyLock::new(|| env::var("MUTANT").map_or(0, |number| number.parse().expect("a number")));
static SEEN: LazyLock<Option<PathBuf>> = LazyLock::new(|| env::var_os("MUTANTS_SEEN").map(PathBuf::from));
static WRITTEN: [AtomicU64; 256] = [const { AtomicU64::new(0) }; 256];

pub fn on(number: u32) -> bool {
    let Some(folder) = &*SEEN else { return number == *ON };
    let bit = 1 << (number % 64);
    if WRITTEN[number as usize / 64].fetch_or(bit, Relaxed) & bit == 0 {
        // Where the process may no longer write, it is not known that it came by.
        let file = OpenOptions::new().create(true).append(true).open(folder.join(std::process::id().to_string()));
        // In one piece, as other threads write, too.
        let _ = file.and_then(|mut file| file.write_all(format!("{number}\n").as_bytes()));
    }
    false
}
