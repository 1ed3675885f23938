//! Which process is this? A registry belongs to one process. After a `fork` the child sees none and makes its own: the
//! parent's may have been locked by a thread that the child does not have.
//!
//! The pointer to the registry lies in a page that the kernel empties in each child (`MADV_WIPEONFORK`), so that asking costs a
//! read and no system call, also after a bare `clone`. Where there is no such page, the process id is compared.

use std::ptr::null_mut;
use std::sync::atomic::{AtomicBool, AtomicPtr, Ordering};

use crate::registry::Registry;

/// Where the registry is found, in a page of its own.
static PLACE: AtomicPtr<AtomicPtr<Registry>> = AtomicPtr::new(null_mut());

/// Whether a child finds that page empty.
static WIPED: AtomicBool = AtomicBool::new(false);

/// The latest registry of this process or one that it descends from: never freed, so that its handles are known for what they are.
static LATEST: AtomicPtr<Registry> = AtomicPtr::new(null_mut());

/// The registry of this process. It takes no lock.
#[inline]
pub(crate) fn registry() -> &'static Registry {
    let place = PLACE.load(Ordering::Acquire);
    if place.is_null() {
        return found(make_place());
    }
    found(place)
}

#[inline]
fn found(place: *mut AtomicPtr<Registry>) -> &'static Registry {
    // SAFETY: `make_place` made it, for an atomic pointer that is null at first, and nobody frees it.
    let place = unsafe { &*place };
    let found = place.load(Ordering::Acquire);
    if let Some(registry) = own(found) { registry } else { renewed(place, found) }
}

/// The registry, if it is this process's.
#[inline]
fn own(found: *mut Registry) -> Option<&'static Registry> {
    // SAFETY: it is null, or `renewed` made it, and registries are never freed once they are in their place.
    let registry = unsafe { found.as_ref() }?;
    (WIPED.load(Ordering::Relaxed) || registry.pid == std::process::id()).then_some(registry)
}

/// A new registry instead of `found`; of threads that want one at the same time, one makes it.
#[cold]
fn renewed(place: &AtomicPtr<Registry>, found: *mut Registry) -> &'static Registry {
    // SAFETY: as in `own`; a registry's ancestors never change, so a lock that nobody will open does not matter.
    let before = unsafe { LATEST.load(Ordering::Acquire).as_ref() };
    let made = Box::into_raw(Box::new(Registry::after(before)));
    match place.compare_exchange(found, made, Ordering::AcqRel, Ordering::Acquire) {
        Ok(_) => {
            LATEST.store(made, Ordering::Release);
            // SAFETY: it was made above, and is never freed from here on.
            unsafe { &*made }
        }
        Err(other) => {
            // SAFETY: it was made above, and nobody else has seen it.
            drop(unsafe { Box::from_raw(made) });
            // SAFETY: what is in its place is a registry, and never freed.
            unsafe { &*other }
        }
    }
}

/// A place for the pointer; of threads that want one at the same time, one wins, and the other's page is left unused.
#[cold]
fn make_place() -> *mut AtomicPtr<Registry> {
    let (made, wiped) =
        wiped_page().map_or_else(|| (Box::into_raw(Box::default()), false), |page| (page, true));
    match PLACE.compare_exchange(null_mut(), made, Ordering::AcqRel, Ordering::Acquire) {
        Ok(_) => {
            WIPED.store(wiped, Ordering::Release);
            made
        }
        Err(other) => other,
    }
}

/// An empty page that is empty again in each child.
#[cfg(target_os = "linux")]
fn wiped_page() -> Option<*mut AtomicPtr<Registry>> {
    use rustix::mm::{Advice, MapFlags, ProtFlags, madvise, mmap_anonymous, munmap};
    const PAGE: usize = 4_096;
    // SAFETY: a new mapping, at an address that the kernel chooses, touches nothing that is there.
    let page =
        unsafe { mmap_anonymous(null_mut(), PAGE, ProtFlags::READ | ProtFlags::WRITE, MapFlags::PRIVATE) }
            .ok()?;
    // SAFETY: the mapping is this function's own; the advice changes what a child finds in it, and nothing here.
    if unsafe { madvise(page, PAGE, Advice::LinuxWipeOnFork) }.is_err() {
        // SAFETY: nobody else has seen the mapping.
        let _ = unsafe { munmap(page, PAGE) };
        return None;
    }
    Some(page.cast())
}

#[cfg(not(target_os = "linux"))]
fn wiped_page() -> Option<*mut AtomicPtr<Registry>> {
    None
}
