//! The handles of this process. A handle is a number that looks like a pointer and is never followed: what was freed, what is
//! of another type, what another process made and what nobody made are found out by looking the number up.

use std::any::Any;
use std::ptr::{null_mut, without_provenance_mut};
#[cfg(not(dollr_tsan))]
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, TryLockError};

use crate::code;
use crate::fault::Fault;
use crate::process::registry;

#[cfg(not(target_pointer_width = "64"))]
compile_error!("a handle needs the 64 bits of a pointer");

/// What is behind a handle. The type itself stands in the header, incomplete: C has pointers to it that point nowhere.
pub(crate) trait Object: Send + Sized + 'static {
    /// Its number in the handle, from 1 on.
    const TYPE: usize;
    /// What the header calls it.
    const NAME: &'static str;
    /// Whether threads share it: then it is held only while it is looked up, and callers wait for each other. What is not
    /// shared is held during the call, and a second thread is told that it is busy.
    const SHARED: bool = false;
}

// A handle, from its lowest bit on: place, generation, process, type.
const PLACE_BITS: u32 = 22;
const GENERATION_BITS: u32 = 20;
const PROCESS_BITS: u32 = 16;
const LAST_GENERATION: usize = (1 << GENERATION_BITS) - 1;
const PLACES: usize = 1 << PLACE_BITS;

/// Slots come in blocks of 64, 128, 256 …, so that few handles cost little and many are found without a search.
const FIRST_BLOCK: usize = 64;
const BLOCKS: usize = 17;

/// All handles of one process.
pub(crate) struct Registry {
    pub(crate) pid: u32,
    /// A random number, so that another process's handles are not taken for this one's.
    process: usize,
    /// Those of the processes that it descends from.
    ancestors: Vec<usize>,
    blocks: [OnceLock<Box<[Slot]>>; BLOCKS],
    unused: Mutex<Unused>,
}

#[derive(Default)]
struct Slot {
    /// The one handle that opens it; nought while it is empty.
    handle: AtomicUsize,
    content: Mutex<Content>,
}

#[derive(Default)]
struct Content {
    generation: usize,
    value: Option<Box<dyn Any + Send>>,
}

#[derive(Default)]
struct Unused {
    freed: Vec<usize>,
    /// No place from here on has been used.
    next: usize,
}

/// A handle for `value`.
pub(crate) fn insert<T: Object>(value: T) -> Result<*mut T, Fault> {
    Ok(room()?.fill(value))
}

/// Room for a handle to come: found before money moves, so that nothing is done whose outcome could not be told.
pub(crate) fn room() -> Result<Room, Fault> {
    let registry = registry();
    let full = || Fault::new(code::DOLLR_ERROR_LIMIT, format!("there are {PLACES} handles: free some"));
    let place = registry.unused_place().ok_or_else(full)?;
    Ok(Room { registry, place: Some(place) })
}

/// A place that nobody else gets.
pub(crate) struct Room {
    registry: &'static Registry,
    place: Option<usize>,
}

impl Room {
    /// A handle for `value`, here.
    pub(crate) fn fill<T: Object>(mut self, value: T) -> *mut T {
        let slot = self.place.and_then(|place| Some((place, self.registry.slot(place)?)));
        let Some((place, slot)) = slot else { return null_mut() };
        self.place = None;
        let mut content = lock(&slot.content);
        content.generation += 1;
        content.value = Some(Box::new(value));
        let handle = ((T::TYPE << PROCESS_BITS | self.registry.process) << GENERATION_BITS
            | content.generation)
            << PLACE_BITS
            | place;
        slot.handle.store(handle, Ordering::Release);
        without_provenance_mut(handle)
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        if let Some(place) = self.place {
            lock(&self.registry.unused).freed.push(place);
        }
    }
}

/// Does something with what is behind a handle, alone.
#[inline]
pub(crate) fn with<T: Object, R>(
    handle: *const T,
    act: impl FnOnce(&mut T) -> Result<R, Fault>,
) -> Result<R, Fault> {
    let mut content = registry().open::<T>(handle.addr())?;
    match content.value.as_mut().and_then(|value| value.downcast_mut()) {
        Some(value) => act(value),
        None => Err(not_one::<T>()),
    }
}

/// A copy of what is behind a handle.
pub(crate) fn copy<T: Object, R>(handle: *const T, of: impl FnOnce(&T) -> R) -> Result<R, Fault> {
    with(handle, |value| Ok(of(value)))
}

/// Ends a handle. What was behind it is dropped when nobody waits for it.
pub(crate) fn remove<T: Object>(handle: *const T) -> Result<(), Fault> {
    let registry = registry();
    let mut content = registry.open::<T>(handle.addr())?;
    let place = handle.addr() & (PLACES - 1);
    if let Some(slot) = registry.slot(place) {
        slot.handle.store(0, Ordering::Release);
    }
    let value = content.value.take();
    // A generation is used once: a slot whose generations are used up is left empty for good.
    let again = content.generation < LAST_GENERATION;
    drop(content);
    if again {
        lock(&registry.unused).freed.push(place);
    }
    drop(value);
    Ok(())
}

impl Registry {
    /// A registry without handles, of this process.
    pub(crate) fn after(before: Option<&Self>) -> Self {
        let ancestors: Vec<_> =
            before.iter().flat_map(|it| it.ancestors.iter().copied().chain([it.process])).collect();
        let pid = std::process::id();
        Self {
            pid,
            process: unlike(&ancestors, pid),
            ancestors,
            blocks: [const { OnceLock::new() }; BLOCKS],
            unused: Mutex::default(),
        }
    }

    fn unused_place(&self) -> Option<usize> {
        let mut unused = lock(&self.unused);
        if let Some(place) = unused.freed.pop() {
            return Some(place);
        }
        let place = unused.next;
        if place == PLACES {
            return None;
        }
        let (block, _) = block_of(place);
        self.blocks.get(block)?.get_or_init(|| (0..FIRST_BLOCK << block).map(|_| Slot::default()).collect());
        unused.next += 1;
        Some(place)
    }

    #[inline]
    fn slot(&self, place: usize) -> Option<&Slot> {
        let (block, offset) = block_of(place);
        self.blocks.get(block)?.get()?.get(offset)
    }

    /// The content of the slot that `handle` opens.
    #[inline]
    fn open<T: Object>(&self, handle: usize) -> Result<MutexGuard<'_, Content>, Fault> {
        let slot = self.slot(handle & (PLACES - 1));
        let slot = slot.filter(|slot| handle != 0 && slot.handle.load(Ordering::Acquire) == handle);
        let Some(slot) = slot else { return Err(self.explain::<T>(handle)) };
        if type_of(handle) != T::TYPE {
            return Err(Fault::new(
                code::DOLLR_ERROR_TYPE,
                format!("the handle is not a {}: it is of another type", T::NAME),
            ));
        }
        let content = if T::SHARED { lock(&slot.content) } else { try_lock::<T>(slot)? };
        if slot.handle.load(Ordering::Acquire) == handle { Ok(content) } else { Err(not_one::<T>()) }
    }

    /// Why a handle opens nothing.
    #[cold]
    fn explain<T: Object>(&self, handle: usize) -> Fault {
        let process = handle >> (PLACE_BITS + GENERATION_BITS) & ((1 << PROCESS_BITS) - 1);
        if handle == 0 {
            Fault::new(code::DOLLR_ERROR_NULL, format!("the {} is NULL", T::NAME))
        } else if self.ancestors.contains(&process) {
            let message =
                format!("the {} was made before this process was forked: make another one", T::NAME);
            Fault::new(code::DOLLR_ERROR_FORKED, message)
        } else {
            not_one::<T>()
        }
    }
}

#[inline]
fn type_of(handle: usize) -> usize {
    handle >> (PLACE_BITS + GENERATION_BITS + PROCESS_BITS)
}

/// The block that a place is in, and where in it.
#[inline]
fn block_of(place: usize) -> (usize, usize) {
    let block = (place / FIRST_BLOCK + 1).ilog2();
    (block as usize, place + FIRST_BLOCK - (FIRST_BLOCK << block))
}

#[cold]
fn not_one<T: Object>() -> Fault {
    let message = format!("the handle is no {} of this process, or has been freed", T::NAME);
    Fault::new(code::DOLLR_ERROR_HANDLE, message)
}

fn try_lock<T: Object>(slot: &Slot) -> Result<MutexGuard<'_, Content>, Fault> {
    match slot.content.try_lock() {
        Ok(content) => Ok(content),
        // Whoever panicked left a whole value: it is replaced, never changed in part.
        Err(TryLockError::Poisoned(poisoned)) => Ok(poisoned.into_inner()),
        Err(TryLockError::WouldBlock) => {
            let message = format!("another thread is using the {}: one at a time", T::NAME);
            Err(Fault::new(code::DOLLR_ERROR_BUSY, message))
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // ThreadSanitizer does not see what the standard library, which is compiled already, does where two want a lock.
    #[cfg(dollr_tsan)]
    loop {
        match mutex.try_lock() {
            Ok(guard) => return guard,
            Err(TryLockError::Poisoned(poisoned)) => return poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => std::thread::yield_now(),
        }
    }
    #[cfg(not(dollr_tsan))]
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A number that no ancestor has.
fn unlike(ancestors: &[usize], pid: u32) -> usize {
    let mut bytes = [0; 2];
    if getrandom::fill(&mut bytes).is_err() {
        // Processes of one machine are still told apart.
        let [a, b, c, d] = pid.to_ne_bytes();
        bytes = [a ^ c, b ^ d];
    }
    let drawn = u16::from_ne_bytes(bytes);
    let all = 1 << PROCESS_BITS;
    (0..all).map(|n| (usize::from(drawn) + n) % all).find(|n| !ancestors.contains(n)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    struct Thing(usize);

    impl Object for Thing {
        const TYPE: usize = 63;
        const NAME: &'static str = "thing";
    }

    /// T28: a child's handles are never taken for its parents', however many there were.
    #[test]
    fn a_process_has_a_number_that_no_ancestor_has() {
        let all = 1_usize << PROCESS_BITS;
        for left in [0, 1] {
            let ancestors: Vec<_> = (0..all).filter(|number| number % 2 != left).collect();
            let numbers: BTreeSet<_> = (0..64).map(|_| unlike(&ancestors, 1)).collect();
            assert!(numbers.iter().all(|number| number % 2 == left), "none of the others: {numbers:?}");
        }
        let numbers: BTreeSet<_> = (0..64).map(|_| unlike(&[], 1)).collect();
        assert!(numbers.len() > 32 && numbers.iter().all(|number| *number < all), "drawn: {numbers:?}");
    }

    /// However many handles there are, each has a place of its own.
    #[test]
    fn places_come_in_blocks_that_grow() {
        let registry = Registry::after(None);
        let count = 8 * FIRST_BLOCK;
        let places: Vec<_> = (0..count).filter_map(|_| registry.unused_place()).collect();
        assert_eq!(places, (0..count).collect::<Vec<_>>());
        let slots: BTreeSet<_> =
            places.iter().filter_map(|place| registry.slot(*place)).map(std::ptr::from_ref).collect();
        assert_eq!(slots.len(), count);
        // Blocks of 64, 128, 256 and 512, of which the last one is begun.
        let made = |block: &OnceLock<Box<[Slot]>>| block.get().map(|slots| slots.len());
        assert_eq!(registry.blocks.iter().filter_map(made).collect::<Vec<_>>(), [64, 128, 256, 512]);
    }

    /// T28: a place whose generations are used up is used no more, so that no handle comes twice; room that was not filled is given
    /// back.
    #[test]
    fn a_generation_is_used_once() {
        let place_of = |handle: *mut Thing| handle.addr() & (PLACES - 1);
        let spare = room().expect("room");
        let place = spare.place;
        drop(spare);
        let free = || lock(&registry().unused).freed.clone();
        assert!(place.is_some_and(|place| free().contains(&place)), "it is given back");

        let first = insert(Thing(1)).expect("a handle");
        let place = place_of(first);
        let slot = registry().slot(place).expect("a slot");
        remove(first.cast_const()).expect("freed");
        assert!(free().contains(&place), "it may be used again");
        lock(&registry().unused).freed.retain(|freed| *freed != place);
        lock(&slot.content).generation = LAST_GENERATION - 1;
        let last = Room { registry: registry(), place: Some(place) }.fill(Thing(2));
        assert_eq!(copy(last.cast_const(), |thing| thing.0).ok(), Some(2));
        remove(last.cast_const()).expect("freed");
        assert!(!free().contains(&place), "it has no generation left");
    }
}
