//! The faults that wait for their calls, and which of them strikes.

use crate::fault::{Call, Fault};

/// The faults that are armed, in the order they were.
#[derive(Debug, Default)]
pub(crate) struct Armed(Vec<Fault>);

impl Armed {
    pub(crate) fn add(&mut self, fault: Fault) {
        if fault.times > 0 {
            self.0.push(fault);
        }
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    pub(crate) fn list(&self) -> &[Fault] {
        &self.0
    }

    /// The fault that strikes this call, if any. Each that would let the call through has one fewer to let through.
    pub(crate) fn strike(&mut self, at: Call, reference_id: Option<&str>) -> Option<Fault> {
        let mut struck = None;
        for (place, fault) in self.0.iter_mut().enumerate() {
            if !fault.matches(at, reference_id) {
                continue;
            }
            if fault.skip > 0 {
                fault.skip -= 1;
            } else if struck.is_none() {
                struck = Some(place);
            }
        }
        let place = struck?;
        let fault = self.0.get_mut(place)?;
        if fault.times == u32::MAX {
            return Some(fault.clone());
        }
        fault.times -= 1;
        if fault.times > 0 { Some(fault.clone()) } else { Some(self.0.remove(place)) }
    }
}

#[cfg(test)]
mod tests {
    use super::Armed;
    use crate::fault::{Call, Fault, FaultKind};

    #[test]
    fn a_fault_strikes_the_calls_it_was_armed_for() {
        let mut armed = Armed::default();
        armed.add(Fault::new(Call::Status, FaultKind::Drop).skip(1).times(2).for_reference("r"));
        let mut strikes = |at, reference| armed.strike(at, reference).is_some();
        assert!(!strikes(Call::Execute, Some("r")), "another call");
        assert!(!strikes(Call::Status, Some("s")), "another reference");
        assert!(!strikes(Call::Status, Some("r")), "let through");
        assert!(strikes(Call::Status, Some("r")));
        assert!(strikes(Call::Status, Some("r")));
        assert!(!strikes(Call::Status, Some("r")), "used up");
    }

    #[test]
    fn faults_strike_one_at_a_time_in_the_order_they_were_armed() {
        let mut armed = Armed::default();
        armed.add(Fault::new(Call::Any, FaultKind::Drop));
        armed.add(Fault::new(Call::Any, FaultKind::Reset).for_ever());
        let kinds: Vec<_> = (0..3).filter_map(|_| armed.strike(Call::Token, None)).map(|f| f.kind).collect();
        assert_eq!(kinds, [FaultKind::Drop, FaultKind::Reset, FaultKind::Reset]);
    }
}
