//! Machines as they were restored lately. To read the same snapshot again comes to the same machine, and takes as long as all else that a
//! question does besides its call: a customer's page asks about one payment again and again.

use std::any::Any;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use dollr_core::{BadSnapshot, Machine, Snapshot};

/// So many are remembered.
const MOST: usize = 1_024;

/// By the keys of their rows.
#[derive(Default)]
pub(crate) struct Restored(Mutex<HashMap<String, Known>>);

#[derive(Clone)]
struct Known {
    snapshot: Arc<Snapshot>,
    machine: Arc<dyn Any + Send + Sync>,
}

impl Restored {
    /// The machine of this snapshot, which the row with this key has now.
    pub(crate) fn of<M>(&self, key: &str, snapshot: Snapshot) -> Result<M, BadSnapshot>
    where
        M: Machine + Send + Sync + 'static,
    {
        let known = self.all().get(key).cloned();
        if let Some(known) = known
            && *known.snapshot == snapshot
            && let Some(machine) = known.machine.downcast_ref::<M>()
        {
            return Ok(machine.clone());
        }
        let machine = M::restore(&snapshot)?;
        let known = Known { snapshot: Arc::new(snapshot), machine: Arc::new(machine.clone()) };
        let mut all = self.all();
        if all.len() >= MOST {
            all.clear();
        }
        all.insert(key.to_owned(), known);
        Ok(machine)
    }

    fn all(&self) -> MutexGuard<'_, HashMap<String, Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
