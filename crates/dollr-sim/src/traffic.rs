//! What is known about the calls themselves, beside the vendor's world: the log, the armed faults, earlier answers, and
//! requests that are still on their way.

use std::collections::BTreeMap;

use crate::answer::Answer;
use crate::armed::Armed;
use crate::call::Received;
use crate::fault::Fault;
use crate::ledger::{CallEntry, Caller, Log, short_hash};
use crate::spoil::Past;

#[derive(Debug)]
struct Delayed {
    reads_left: u32,
    request: Received,
}

#[derive(Debug, Default)]
pub(crate) struct Traffic {
    pub(crate) log: Log,
    pub(crate) armed: Armed,
    past: BTreeMap<String, Past>,
    delayed: Vec<Delayed>,
}

impl Traffic {
    /// Notes an arrival and says which fault strikes it.
    pub(crate) fn arrived(
        &mut self,
        received: &Received,
        client_id: Option<String>,
        at_ms: u64,
    ) -> (u64, Option<Fault>) {
        let reference_id = received.reference_id.as_deref();
        let fault = received.call.and_then(|call| self.armed.strike(call, reference_id));
        let with_body = received.is_execution();
        let n = self.log.arrived(CallEntry {
            n: 0,
            at_ms,
            caller: Caller { user_agent: received.user_agent(), client_id },
            method: received.method().to_string(),
            path: public_path(received.path()),
            reference_id: received.reference_id.clone(),
            body_hash: with_body.then(|| short_hash(&received.body)),
            answered: None,
            fault: fault.as_ref().map(|fault| fault.kind.name()),
        });
        if let Some(reference_id) = reference_id {
            if received.is_execution() {
                self.log.execution_arrived(reference_id, &received.body);
            } else if received.is_status() {
                self.log.status_arrived(reference_id);
            }
        }
        (n, fault)
    }

    /// Notes what went on the wire.
    pub(crate) fn answered(&mut self, n: u64, received: &Received, status: u16) {
        self.log.answered(n, status);
        if let (true, 401 | 429, Some(id)) = (received.is_execution(), status, &received.reference_id) {
            self.log.turned_away(id);
        }
    }

    /// Remembers a true answer, and gives those from before it.
    pub(crate) fn remember(&mut self, received: &Received, answer: &Answer) -> Past {
        let past = self.past.entry(received.question()).or_default();
        let before = past.clone();
        past.first.get_or_insert_with(|| answer.clone());
        past.previous = Some(answer.clone());
        before
    }

    pub(crate) fn delay(&mut self, request: Received, reads: u32) {
        self.delayed.push(Delayed { reads_left: reads, request });
    }

    /// The requests that arrive now that a status call for their reference id was answered.
    pub(crate) fn due(&mut self, reference_id: &str) -> Vec<Received> {
        let mut due = Vec::new();
        self.delayed.retain_mut(|delayed| {
            if delayed.request.reference_id.as_deref() != Some(reference_id) {
                return true;
            }
            delayed.reads_left = delayed.reads_left.saturating_sub(1);
            if delayed.reads_left == 0 {
                due.push(delayed.request.clone());
            }
            delayed.reads_left > 0
        });
        due
    }

    /// All requests that are still on their way.
    pub(crate) fn all_due(&mut self) -> Vec<Received> {
        std::mem::take(&mut self.delayed).into_iter().map(|delayed| delayed.request).collect()
    }
}

/// The path without what is known to the payer only.
fn public_path(path: &str) -> String {
    match path.strip_prefix("/sim/3ds/") {
        Some(_) => "/sim/3ds/***".to_owned(),
        None => path.to_owned(),
    }
}
