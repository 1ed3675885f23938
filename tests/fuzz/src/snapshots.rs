//! Snapshots: any text is refused, or is a machine that can be gone on with, and never one that sends at once (T29, F28).

use std::fmt::Debug;

use dollr_core::{Budget, Execution, Machine, Snapshot, Source, Timestamp};

use crate::draw::NOW;
use crate::walk::{glance, look};

/// The bytes are the text.
pub(crate) fn run(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let snapshot = Snapshot::new(text.clone());
    machine::<Execution>(&snapshot);
    machine::<Source>(&snapshot);
    if let Ok(budget) = Budget::restore(&snapshot) {
        let again = Budget::restore(&budget.snapshot());
        assert_eq!(again.as_ref(), Ok(&budget), "a second restart changes it");
        let now = Timestamp::from_millis(NOW);
        assert_eq!(budget.next(now), budget.next(now));
        let most = budget.limit().milli_calls_per_second();
        assert!((1..=most).contains(&budget.milli_calls_per_second()), "faster than its limit (I12)");
    }
}

fn machine<M: Machine + Debug>(snapshot: &Snapshot) {
    let machine = match M::restore(snapshot) {
        Ok(machine) => machine,
        Err(error) => {
            let told = error.to_string();
            assert!(told.chars().count() < 600, "the whole text is in the error");
            assert!(told.chars().all(dollr_core::is_printable), "{told:?} can move a cursor");
            return;
        }
    };
    for now in [0, NOW, 1 << 62] {
        glance(&machine, Timestamp::from_millis(now));
    }
    look(&machine, Timestamp::from_millis(NOW));
    // A flipped digit anywhere is found out, or makes no difference.
    let text = machine.snapshot().to_string();
    let place = snapshot.as_str().len() % text.len();
    let mut bent = text.clone().into_bytes();
    if bent[place].is_ascii_digit() {
        bent[place] ^= 1;
        let bent = Snapshot::new(String::from_utf8(bent).expect("ASCII stays ASCII"));
        if let Ok(other) = M::restore(&bent) {
            assert_eq!(other.snapshot(), machine.snapshot(), "another payment by one flipped bit");
        }
    }
}
