//! A disk, and what is on its way there. Nothing but a sync says that something has arrived, or in which order: what was
//! written since may be there in any part, and a write up to any sector of it.

use std::collections::BTreeMap;
use std::ops::Range;

/// The smallest piece that a disk writes as a whole.
const SECTOR: usize = 512;

/// A file, whatever its name.
pub(crate) type Inode = usize;

/// Something that is done to a disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Change {
    Write { inode: Inode, at: usize, bytes: Vec<u8> },
    Resize { inode: Inode, length: usize },
    Make { name: String, inode: Inode },
    Remove { name: String },
}

/// What a sync is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    File(Inode),
    /// The folder, which has the names.
    Folder,
}

impl Change {
    fn place(&self) -> Place {
        match *self {
            Self::Write { inode, .. } | Self::Resize { inode, .. } => Place::File(inode),
            Self::Make { .. } | Self::Remove { .. } => Place::Folder,
        }
    }

    /// Where a write may be cut: between two sectors of the disk.
    pub(crate) fn cuts(&self) -> Vec<usize> {
        let Self::Write { at, bytes, .. } = self else { return Vec::new() };
        let first = (at / SECTOR + 1) * SECTOR;
        (first..at + bytes.len()).step_by(SECTOR).map(|sector| sector - at).collect()
    }
}

/// What survives.
#[derive(Debug, Clone, Default)]
pub(crate) struct Disk {
    names: BTreeMap<String, Inode>,
    inodes: BTreeMap<Inode, Vec<u8>>,
}

impl Disk {
    /// The files, by name.
    pub(crate) fn files(&self) -> impl Iterator<Item = (&str, &[u8])> {
        let content = |inode| self.inodes.get(inode).map_or(&[][..], Vec::as_slice);
        self.names.iter().map(move |(name, inode)| (name.as_str(), content(inode)))
    }

    fn apply(&mut self, change: &Change) {
        match change {
            Change::Write { bytes, .. } => self.apply_part(change, &(0..bytes.len())),
            Change::Resize { inode, length } => self.inodes.entry(*inode).or_default().resize(*length, 0),
            Change::Make { name, inode } => drop(self.names.insert(name.clone(), *inode)),
            Change::Remove { name } => drop(self.names.remove(name)),
        }
    }

    /// Only this part of what a write brings.
    fn apply_part(&mut self, change: &Change, part: &Range<usize>) {
        let Change::Write { inode, at, bytes } = change else { return self.apply(change) };
        let content = self.inodes.entry(*inode).or_default();
        let (from, to) = (at + part.start, at + part.end);
        if content.len() < to {
            content.resize(to, 0);
        }
        content[from..to].copy_from_slice(&bytes[part.clone()]);
    }
}

/// A disk under way: what has arrived for certain, and what may have.
#[derive(Debug, Default)]
pub(crate) struct Moment {
    synced: Disk,
    pub(crate) pending: Vec<Change>,
}

/// What of each pending change has arrived; a write may have done so in part.
pub(crate) type Arrived = Vec<(usize, Option<Range<usize>>)>;

impl Moment {
    pub(crate) fn change(&mut self, change: &Change) {
        self.pending.push(change.clone());
    }

    pub(crate) fn sync(&mut self, place: Place) {
        let synced = &mut self.synced;
        self.pending.retain(|change| {
            let stays = change.place() != place;
            if !stays {
                synced.apply(change);
            }
            stays
        });
    }

    /// The disk, where the power is lost now.
    pub(crate) fn lose_power(&self, arrived: &Arrived) -> Disk {
        let mut disk = self.synced.clone();
        for (index, part) in arrived {
            match part {
                None => disk.apply(&self.pending[*index]),
                Some(part) => disk.apply_part(&self.pending[*index], part),
            }
        }
        disk
    }

    /// What may have arrived, in good order: each beginning, all but one, and a beginning whose last write is cut.
    pub(crate) fn orderly(&self) -> Vec<Arrived> {
        let count = self.pending.len();
        let whole = |indices: &mut dyn Iterator<Item = usize>| indices.map(|index| (index, None)).collect();
        let beginnings = (0..=count).map(|end| whole(&mut (0..end)));
        let without_one = (0..count).map(|missing| whole(&mut (0..count).filter(|index| *index != missing)));
        let mut all: Vec<Arrived> = beginnings.chain(without_one).collect();
        for (index, change) in self.pending.iter().enumerate() {
            for cut in change.cuts() {
                let mut arrived: Arrived = whole(&mut (0..index));
                arrived.push((index, Some(0..cut)));
                all.push(arrived);
            }
        }
        all
    }

    /// What may have arrived, in no order: any of it, and any sectors at either end of a write. `random` gives numbers below
    /// its argument.
    pub(crate) fn disorderly(&self, random: &mut impl FnMut(usize) -> usize) -> Arrived {
        let mut arrived = Arrived::new();
        for (index, change) in self.pending.iter().enumerate() {
            let cuts = change.cuts();
            match (random(4), change) {
                (1, Change::Write { bytes, .. }) if !cuts.is_empty() => {
                    let cut = cuts[random(cuts.len())];
                    let part = if random(2) == 0 { 0..cut } else { cut..bytes.len() };
                    arrived.push((index, Some(part)));
                }
                (0 | 1, _) => {}
                _ => arrived.push((index, None)),
            }
        }
        arrived
    }
}
