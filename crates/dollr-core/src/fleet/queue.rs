//! Entries by key, and those that wait by due time: a heap whose entries know their place in it, so that any can be
//! moved or taken out. Nothing is deleted lazily: there is no garbage, and each change costs O(log n) moves.

use alloc::vec::Vec;
use core::hash::{BuildHasher, Hash};

use foldhash::fast::FixedState;
use hashbrown::HashTable;

/// How many there are below each place of the heap: half as many moves as with two, and those below are beside each other.
const BRANCHES: usize = 4;

/// The place of an entry that is not in the heap: it is in flight.
const AWAY: u32 = u32::MAX;

#[derive(Debug, Clone)]
pub(crate) struct Queue<K> {
    entries: Vec<Entry<K>>,
    heap: Vec<Node>,
    /// The slots of the entries, by the hash of their keys: keys stay with their entries, so that each is kept once.
    index: HashTable<u32>,
}

#[derive(Debug, Clone)]
struct Entry<K> {
    key: K,
    place: u32,
}

#[derive(Debug, Clone, Copy)]
struct Node {
    turn: Turn,
    slot: u32,
}

/// Oldest due first; of those due together, who was put there first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Turn {
    pub(crate) due: u64,
    pub(crate) order: u64,
}

impl Node {
    /// Its turn as one number: to compare these takes no jump, and which one is first cannot be foreseen.
    fn rank(self) -> u128 {
        u128::from(self.turn.due) << 64 | u128::from(self.turn.order)
    }
}

impl<K: Hash + Eq> Queue<K> {
    pub(crate) const fn new() -> Self {
        Self { entries: Vec::new(), heap: Vec::new(), index: HashTable::new() }
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn waiting(&self) -> usize {
        self.heap.len()
    }

    pub(crate) fn find(&self, key: &K) -> Option<u32> {
        self.index.find(hash_of(key), |&slot| self.entries[slot as usize].key == *key).copied()
    }

    /// The turn of an entry that waits.
    pub(crate) fn turn(&self, slot: u32) -> Option<Turn> {
        self.heap.get(self.entries[slot as usize].place as usize).map(|node| node.turn)
    }

    pub(crate) fn first(&self) -> Option<(&K, Turn)> {
        self.heap.first().map(|node| (&self.entries[node.slot as usize].key, node.turn))
    }

    /// Adds an entry whose key is not there yet. There are at most as many as slots can be told apart.
    pub(crate) fn insert(&mut self, key: K, turn: Turn) -> bool {
        let Some(slot) = u32::try_from(self.entries.len()).ok().filter(|&slot| slot < AWAY - 1) else {
            return false;
        };
        let hash = hash_of(&key);
        grow(&mut self.entries);
        self.entries.push(Entry { key, place: AWAY });
        let entries = &self.entries;
        self.index.insert_unique(hash, slot, |&slot| hash_of(&entries[slot as usize].key));
        self.put(slot, turn);
        true
    }

    /// Puts an entry, in flight or waiting, where its turn is.
    pub(crate) fn put(&mut self, slot: u32, turn: Turn) {
        let place = self.entries[slot as usize].place;
        if place == AWAY {
            grow(&mut self.heap);
            self.heap.push(Node { turn, slot });
            self.settle(self.heap.len() - 1);
        } else {
            self.heap[place as usize].turn = turn;
            self.settle(place as usize);
        }
    }

    /// Takes the first entry out of the heap: it is in flight.
    pub(crate) fn send_first(&mut self) {
        if let Some(first) = self.heap.first() {
            self.lift(first.slot);
        }
    }

    /// Takes an entry out, and gives back room if there is much of it.
    pub(crate) fn remove(&mut self, slot: u32) -> K {
        self.lift(slot);
        let last = u32::try_from(self.entries.len() - 1).unwrap_or(AWAY);
        self.forget(slot);
        self.renumber(last, slot);
        let removed = self.entries.swap_remove(slot as usize);
        if let Some(moved) = self.entries.get(slot as usize)
            && moved.place != AWAY
        {
            self.heap[moved.place as usize].slot = slot;
        }
        shrink(&mut self.entries);
        shrink(&mut self.heap);
        if self.entries.len() < self.index.capacity() / 4 {
            let entries = &self.entries;
            self.index.shrink_to_fit(|&slot| hash_of(&entries[slot as usize].key));
        }
        removed.key
    }

    fn forget(&mut self, slot: u32) {
        let hash = hash_of(&self.entries[slot as usize].key);
        if let Ok(found) = self.index.find_entry(hash, |&other| other == slot) {
            found.remove();
        }
    }

    /// The entry of the slot `from` will be that of `to`.
    fn renumber(&mut self, from: u32, to: u32) {
        let hash = hash_of(&self.entries[from as usize].key);
        if let Some(slot) = self.index.find_mut(hash, |&other| other == from) {
            *slot = to;
        }
    }

    /// What is allocated, less the keys that are in it.
    pub(crate) fn bytes_beyond_keys(&self) -> usize {
        self.entries.capacity() * size_of::<Entry<K>>() - self.entries.len() * size_of::<K>()
            + self.heap.capacity() * size_of::<Node>()
            + self.index.allocation_size()
    }

    /// Takes an entry out of the heap, if it is there.
    fn lift(&mut self, slot: u32) {
        let place = core::mem::replace(&mut self.entries[slot as usize].place, AWAY) as usize;
        if place < self.heap.len() {
            self.heap.swap_remove(place);
            if place < self.heap.len() {
                self.settle(place);
            }
        }
    }

    /// Moves the node at `place` up or down to where it belongs.
    fn settle(&mut self, place: usize) {
        let node = self.heap[place];
        let risen = self.rise(place, node);
        let place = if risen == place { self.sink(place, node) } else { risen };
        self.set(place, node);
    }

    fn rise(&mut self, mut place: usize, node: Node) -> usize {
        while place > 0 {
            let parent = (place - 1) / BRANCHES;
            if self.heap[parent].rank() <= node.rank() {
                break;
            }
            self.set(place, self.heap[parent]);
            place = parent;
        }
        place
    }

    fn sink(&mut self, mut place: usize, node: Node) -> usize {
        while let Some((below, least)) = self.earliest_below(place)
            && least.rank() < node.rank()
        {
            self.set(place, least);
            place = below;
        }
        place
    }

    /// Who comes first of those below a place, and where it is.
    fn earliest_below(&self, place: usize) -> Option<(usize, Node)> {
        let first = BRANCHES * place + 1;
        let below = self.heap.get(first..)?;
        let Some(all) = below.first_chunk::<BRANCHES>() else {
            return (first..).zip(below.iter().copied()).min_by_key(|(_, node)| node.rank());
        };
        // Of the four, one of each two, and one of these.
        let left = usize::from(all[1].rank() < all[0].rank());
        let right = 2 + usize::from(all[3].rank() < all[2].rank());
        let least = if all[right].rank() < all[left].rank() { right } else { left };
        Some((first + least, all[least]))
    }

    /// Places are counted like slots, of which there are fewer than `AWAY`.
    fn set(&mut self, place: usize, node: Node) {
        self.heap[place] = node;
        self.entries[node.slot as usize].place = u32::try_from(place).unwrap_or(AWAY);
    }
}

/// The hash of a key, the same on every machine for the same bytes: the engine draws nothing.
fn hash_of(key: &impl Hash) -> u64 {
    FixedState::default().hash_one(key)
}

/// Room for one more, growing by an eighth: a doubling would leave half of it empty.
fn grow<T>(items: &mut Vec<T>) {
    if items.len() == items.capacity() {
        items.reserve_exact(items.len() / 8 + 4);
    }
}

/// Gives room back once three quarters are empty.
fn shrink<T>(items: &mut Vec<T>) {
    if items.len() < items.capacity() / 4 {
        items.shrink_to(items.len() + items.len() / 8 + 4);
    }
}
