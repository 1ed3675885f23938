//! I10: what held a secret is overwritten when it is dropped. This process reads its own memory, as a core dump would keep it.
#![cfg(target_os = "linux")]
#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    reason = "the core reads no files, and this looks at it from outside"
)]

use std::fs::{self, File};
use std::os::unix::fs::FileExt;

use dollr_core::{Response, Secret};

/// No byte of the needle stands in memory as itself, but where it is looked for.
const MASK: u8 = 0x55;

/// The process's memory, read piece by piece into a place of its own.
struct Memory {
    file: File,
    piece: Vec<u8>,
    /// All that can be written to.
    ranges: Vec<(u64, u64)>,
}

impl Memory {
    fn open() -> Self {
        let file = File::open("/proc/self/mem").expect("one's own memory");
        Self { file, piece: vec![0; 1 << 16], ranges: Vec::new() }
    }

    /// Looks where there is memory now.
    fn look_around(&mut self) {
        let address = |text: &str| u64::from_str_radix(text, 16).expect("an address");
        let range = |line: &str| {
            let (from, to) = line.split_once(' ')?.0.split_once('-')?;
            Some((address(from), address(to)))
        };
        let maps = fs::read_to_string("/proc/self/maps").expect("a map");
        self.ranges = maps.lines().filter(|line| line.contains(" rw")).filter_map(range).collect();
    }

    /// Whether the needle is anywhere. It takes no memory itself, or it might be given what was just given back, and write over it.
    fn holds(&mut self, masked: &[u8]) -> bool {
        let Self { file, piece, ranges } = self;
        let is_it = |window: &[u8]| window.iter().zip(masked).all(|(byte, masked)| byte ^ MASK == *masked);
        // Pieces overlap, so that it is cut in none.
        let step = piece.len() - masked.len();
        let pieces = ranges.iter().flat_map(|(from, to)| (*from..*to).step_by(step).map(|at| (at, *to - at)));
        let mut found = false;
        for (at, left) in pieces {
            let most = usize::try_from(left).unwrap_or(usize::MAX).min(piece.len());
            let read = file.read_at(&mut piece[..most], at).unwrap_or(0);
            found |= piece[..read].windows(masked.len()).any(is_it);
        }
        // What was found stays nowhere but where it was.
        piece.fill(0);
        found
    }
}

/// Bytes that are nowhere else, masked.
fn needle(salt: u8) -> Vec<u8> {
    (0..48_u8).map(|n| (b'a' + (n.wrapping_mul(7) ^ salt) % 26) ^ MASK).collect()
}

/// The needle behind some straw: the first bytes of what is given back are written over by whoever manages memory.
fn plain(masked: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(64 + masked.len());
    plain.extend([b'-'; 64]);
    plain.extend(masked.iter().map(|byte| byte ^ MASK));
    plain
}

/// One test, for what another one has read would be found as well.
#[test]
fn i10_the_body_of_an_answer_and_a_secret_are_gone_from_memory() {
    let mut memory = Memory::open();
    let masked = needle(11);
    let response = Response::new(200, plain(&masked));
    memory.look_around();
    assert!(memory.holds(&masked), "it is looked for where it is");
    drop(response);
    assert!(!memory.holds(&masked), "the body is still in memory");

    let masked = needle(29);
    let secret = Secret::new(String::from_utf8(plain(&masked)).expect("letters"));
    memory.look_around();
    assert!(memory.holds(&masked), "it is looked for where it is");
    drop(secret);
    assert!(!memory.holds(&masked), "the secret is still in memory");
}
