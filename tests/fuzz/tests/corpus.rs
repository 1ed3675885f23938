//! What was found, and what is real, is tried again and again: each entry of `corpus/` as it is, and in dozens of variations
//! that follow from a seed. `DOLLR_SEED=N` repeats a run, `DOLLR_LONG=1` tries two hundred times as many.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use dollr_fuzz::{TARGETS, Target};

/// Variations of each entry.
const VARIATIONS: u32 = 50;

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")
}

fn entries(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = corpus().join(target);
    let files = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut entries: Vec<_> = files
        .map(|file| {
            let path = file.expect("a file").path();
            (
                path.file_name().expect("a name").to_string_lossy().into_owned(),
                fs::read(&path).expect("its bytes"),
            )
        })
        .collect();
    entries.sort();
    entries
}

/// A xorshift: the same numbers on each machine.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, most: usize) -> usize {
        usize::try_from(self.roll() % u64::try_from(most.max(1)).unwrap_or(1)).unwrap_or_default()
    }

    /// One to four small things are done to the bytes.
    fn vary(&mut self, bytes: &[u8], other: &[u8]) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        for _ in 0..=self.below(4) {
            let place = self.below(bytes.len() + 1);
            match self.below(7) {
                0 if place < bytes.len() => bytes[place] ^= 1 << self.below(8),
                1 if place < bytes.len() => bytes[place] = self.roll().to_le_bytes()[0],
                2 if place < bytes.len() => drop(bytes.remove(place)),
                3 => bytes.truncate(place),
                4 => {
                    let end = place + self.below((bytes.len() - place).min(32) + 1);
                    let piece = bytes[place..end].to_vec();
                    bytes.splice(place..place, piece);
                }
                5 => {
                    let from = self.below(other.len() + 1);
                    let to = from + self.below((other.len() - from).min(64) + 1);
                    bytes.splice(place..place, other[from..to].iter().copied());
                }
                _ => bytes.insert(place, self.roll().to_le_bytes()[0]),
            }
        }
        bytes
    }
}

fn seed() -> u64 {
    match std::env::var("DOLLR_SEED") {
        Ok(seed) => seed.parse().expect("DOLLR_SEED is a number"),
        Err(_) => {
            SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |now| u64::from(now.subsec_nanos()) + 1)
        }
    }
}

fn variations() -> u32 {
    if std::env::var_os("DOLLR_LONG").is_some_and(|long| long != "0") { VARIATIONS * 200 } else { VARIATIONS }
}

/// Where it fails, says with which bytes: put them into a file of `corpus/`, and it is tried from then on.
fn attempt(name: &str, target: Target, bytes: &[u8], from: &str) {
    if catch_unwind(AssertUnwindSafe(|| target(bytes))).is_err() {
        let hex = bytes.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
        panic!("{name} fails with {from}: {hex} ({})", String::from_utf8_lossy(bytes).escape_debug());
    }
}

#[test]
fn nothing_that_was_kept_breaks_a_promise_nor_does_what_is_near_it() {
    let seed = seed();
    println!("DOLLR_SEED={seed}");
    for (name, target) in TARGETS {
        let entries = entries(name);
        assert!(entries.len() >= 3, "{name} has a corpus");
        let mut dice = Dice(seed);
        for (n, (entry, bytes)) in entries.iter().enumerate() {
            attempt(name, target, bytes, entry);
            for _ in 0..variations() {
                let other = &entries[(n + 1 + dice.below(entries.len())) % entries.len()].1;
                let varied = dice.vary(bytes, other);
                attempt(name, target, &varied, &format!("a variation of {entry}, DOLLR_SEED={seed}"));
            }
        }
        println!("{name}: {} entries, {} variations of each", entries.len(), variations());
    }
}

#[test]
fn every_target_can_be_searched_with_coverage_and_every_corpus_belongs_to_one() {
    let programs = Path::new(env!("CARGO_MANIFEST_DIR")).join("libfuzzer");
    let manifest = fs::read_to_string(programs.join("Cargo.toml")).expect("the manifest");
    for (name, _) in TARGETS {
        let program =
            fs::read_to_string(programs.join(format!("fuzz_targets/{name}.rs"))).expect("a program");
        assert!(program.contains(&format!("target(\"{name}\")")), "{name}.rs runs another target");
        assert!(manifest.contains(&format!("name = \"{name}\"")), "{name} is in the manifest");
    }
    for folder in fs::read_dir(corpus()).expect("the corpora") {
        let name = folder.expect("a folder").file_name();
        assert!(TARGETS.iter().any(|(target, _)| name == *target), "{} belongs to nobody", name.display());
    }
}
