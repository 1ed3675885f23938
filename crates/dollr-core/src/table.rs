//! Transition tables: what may happen, written once; legality, diagrams and the tests' coverage come from them.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// One legal transition: in state `from`, the fact `on` leads to state `to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    /// The state before.
    pub from: &'static str,
    /// What was found to have happened.
    pub on: &'static str,
    /// The state after.
    pub to: &'static str,
}

/// The table as a Mermaid state diagram, as the README shows it. `birth` is the first state.
///
/// A fact that changes no state is left out; the table has it.
pub fn mermaid(birth: &str, edges: &[Edge]) -> String {
    let mut arrows: BTreeMap<(usize, &str), Vec<&str>> = BTreeMap::new();
    let mut states: Vec<&str> = Vec::new();
    for state in edges.iter().map(|edge| edge.from).chain(edges.iter().map(|edge| edge.to)) {
        if !states.contains(&state) {
            states.push(state);
        }
    }
    let rank = |state: &str| states.iter().position(|s| *s == state).unwrap_or(usize::MAX);
    for edge in edges.iter().filter(|edge| edge.from != edge.to) {
        arrows.entry((rank(edge.from), edge.to)).or_default().push(edge.on);
    }
    let mut out = format!("stateDiagram-v2\n    [*] --> {birth}\n");
    for ((from, to), facts) in &arrows {
        let facts = facts.join(" / ").replace('_', " ");
        out.extend(["    ", states[*from], " --> ", to, ": ", &facts, "\n"]);
    }
    let ends = |state: &&&str| edges.iter().all(|e| e.from != **state || e.from == e.to);
    for end in states.iter().filter(ends) {
        out.extend(["    ", end, " --> [*]\n"]);
    }
    out
}

/// Whether `fact` is legal in `state`.
pub(crate) fn is_legal(edges: &[Edge], state: &str, fact: &str) -> bool {
    edges.iter().any(|edge| edge.from == state && edge.on == fact)
}

/// What is legal in `state`.
pub(crate) fn legal(edges: &[Edge], state: &str) -> Vec<&'static str> {
    let mut facts = Vec::new();
    for edge in edges.iter().filter(|edge| edge.from == state) {
        if !facts.contains(&edge.on) {
            facts.push(edge.on);
        }
    }
    facts
}

/// Builds edges: `edges! { State { fact => Next, … } … }`.
macro_rules! edges {
    ($($from:ident { $($on:ident => $to:ident),* $(,)? })*) => {
        &[$($($crate::table::Edge { from: stringify!($from), on: stringify!($on), to: stringify!($to) },)*)*]
    };
}
pub(crate) use edges;
