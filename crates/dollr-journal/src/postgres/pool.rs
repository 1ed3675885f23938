//! A few connections for all threads, made when they are needed and made again when they are lost.

use std::process;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

use super::address::Address;
use super::fault::Fault;
use super::schema::{self, Missing};
use super::wire::Wire;
use crate::error::JournalError;

const CONNECTIONS: usize = 4;

type Slot = Mutex<Option<Wire>>;

pub(super) struct Pool {
    pub(super) address: Address,
    process: u32,
    slots: [Slot; CONNECTIONS],
    turn: AtomicUsize,
}

impl Pool {
    /// As it is seen by a child that was forked off just now.
    #[cfg(test)]
    pub(super) fn inherited(address: Address) -> Self {
        Self { address, process: process::id() + 1, slots: Default::default(), turn: AtomicUsize::new(0) }
    }

    /// Connects once, and makes or checks the tables.
    pub(super) fn open(address: Address, missing: Missing) -> Result<Self, JournalError> {
        let pool =
            Self { address, process: process::id(), slots: Default::default(), turn: AtomicUsize::new(0) };
        let wire = pool.connect(missing)?;
        *pool.slot() = Some(wire);
        Ok(pool)
    }

    /// Runs `work`, which may be run again on a fresh connection where the one that was there turned out to be lost: it
    /// must not have committed anything then.
    pub(super) fn with<T>(&self, work: impl Fn(&mut Wire) -> Result<T, Fault>) -> Result<T, JournalError> {
        if self.process != process::id() {
            return Err(JournalError::Forked { path: self.address.place.clone() });
        }
        let mut slot = self.slot();
        // Taken out, so that a connection on which something went wrong is never used again.
        if let Some(mut wire) = slot.take() {
            match work(&mut wire) {
                Ok(done) => {
                    *slot = Some(wire);
                    return Ok(done);
                }
                Err(fault) if !fault.is_broken() => {
                    wire.close();
                    return Err(fault.at(&self.address.place));
                }
                Err(_) => {}
            }
        }
        let mut wire = self.connect(Missing::Refuse)?;
        let done = work(&mut wire).map_err(|fault| fault.at(&self.address.place))?;
        *slot = Some(wire);
        Ok(done)
    }

    fn connect(&self, missing: Missing) -> Result<Wire, JournalError> {
        let connected = Wire::connect(&self.address).and_then(|mut wire| {
            schema::ensure(&mut wire, &self.address, missing)?;
            Ok(wire)
        });
        connected.map_err(|fault| fault.at(&self.address.place))
    }

    /// A slot that nobody uses, or the next one in turn.
    fn slot(&self) -> MutexGuard<'_, Option<Wire>> {
        for slot in &self.slots {
            match slot.try_lock() {
                Ok(free) => return free,
                Err(TryLockError::Poisoned(free)) => return free.into_inner(),
                Err(TryLockError::WouldBlock) => {}
            }
        }
        let turn = self.turn.fetch_add(1, Ordering::Relaxed) % CONNECTIONS;
        self.slots[turn].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Pool {
    /// A child that was forked off lets go of the parent's connections: closing them would say goodbye in its name.
    fn drop(&mut self) {
        for slot in &mut self.slots {
            let Some(wire) = slot.get_mut().unwrap_or_else(PoisonError::into_inner).take() else { continue };
            if self.process == process::id() { wire.close() } else { std::mem::forget(wire) }
        }
    }
}
