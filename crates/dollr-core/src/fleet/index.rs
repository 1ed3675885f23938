//! Where an entry is, by the hash of its key: open addressing with linear probing, no tombstones. It holds numbers of
//! slots only; keys stay with their entries, so that each is kept once. The hash has no seed: same inputs, same table.

use alloc::vec;
use alloc::vec::Vec;
use core::hash::{Hash, Hasher};

/// A place in the table where there is nothing.
const EMPTY: u32 = u32::MAX;

/// A table is at most three quarters full.
const fn places(entries: usize) -> usize {
    (entries * 4 / 3 + 1).next_power_of_two()
}

#[derive(Debug, Clone)]
pub(crate) struct Index {
    table: Vec<u32>,
}

impl Index {
    pub(crate) const fn new() -> Self {
        Self { table: Vec::new() }
    }

    /// The slot of the entry that `is` what is looked for.
    pub(crate) fn find(&self, hash: u64, is: impl Fn(u32) -> bool) -> Option<u32> {
        self.probe(hash).map(|at| self.table[at]).take_while(|&slot| slot != EMPTY).find(|&slot| is(slot))
    }

    /// Makes room for `entries`, or gives room back.
    pub(crate) fn resize(&mut self, entries: usize, hashes: impl Iterator<Item = u64>) {
        let places = places(entries);
        if places > self.table.len() || places < self.table.len() / 4 {
            self.table = vec![EMPTY; places];
            for (slot, hash) in (0..).zip(hashes) {
                self.insert(hash, slot);
            }
        }
    }

    pub(crate) fn insert(&mut self, hash: u64, slot: u32) {
        if let Some(at) = self.probe(hash).find(|&at| self.table[at] == EMPTY) {
            self.table[at] = slot;
        }
    }

    /// The entry of this slot is now in that one.
    pub(crate) fn renumber(&mut self, hash: u64, from: u32, to: u32) {
        if let Some(at) = self.probe(hash).find(|&at| self.table[at] == from) {
            self.table[at] = to;
        }
    }

    /// Forgets a slot, and moves up those that had to make way for it.
    pub(crate) fn remove(&mut self, hash: u64, slot: u32, hash_of: impl Fn(u32) -> u64) {
        let Some(mut gap) = self.probe(hash).find(|&at| self.table[at] == slot) else { return };
        let last = self.table.len() - 1;
        let mut at = gap;
        loop {
            at = (at + 1) & last;
            let moved = self.table[at];
            if moved == EMPTY {
                break;
            }
            let home = self.home(hash_of(moved));
            if (at.wrapping_sub(home) & last) >= (at.wrapping_sub(gap) & last) {
                self.table[gap] = moved;
                gap = at;
            }
        }
        self.table[gap] = EMPTY;
    }

    pub(crate) fn bytes(&self) -> usize {
        self.table.capacity() * size_of::<u32>()
    }

    fn home(&self, hash: u64) -> usize {
        usize::try_from(hash & 0xffff_ffff).unwrap_or_default() & (self.table.len() - 1)
    }

    /// All places, from where the hash belongs.
    fn probe(&self, hash: u64) -> impl Iterator<Item = usize> + use<> {
        let (places, home) = (self.table.len(), if self.table.is_empty() { 0 } else { self.home(hash) });
        (0..places).map(move |step| (home + step) & (places - 1))
    }
}

/// The hash of a key, the same on every machine for the same bytes.
pub(crate) fn hash_of(key: &impl Hash) -> u64 {
    let mut hasher = Mixer(0xcbf2_9ce4_8422_2325);
    key.hash(&mut hasher);
    hasher.finish()
}

struct Mixer(u64);

impl Hasher for Mixer {
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            let mixed = (self.0 ^ u64::from_le_bytes(word)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            self.0 = mixed ^ (mixed >> 32);
        }
    }

    fn finish(&self) -> u64 {
        let mixed = (self.0 ^ (self.0 >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed ^ (mixed >> 32)
    }
}
