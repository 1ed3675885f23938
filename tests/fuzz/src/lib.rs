//! What any bytes may be taken for, and what must hold of it all the same. Each target is a plain function that panics where a
//! promise is broken; `libfuzzer/` lets it be searched with coverage, `tests/corpus.rs` replays what is kept in `corpus/`.

mod amounts;
mod answers;
mod c_abi;
mod channels;
mod config;
mod differential;
mod draw;
mod executions;
mod fleets;
mod headers;
mod ids;
mod journal;
mod judge;
mod problems;
mod snapshots;
mod sources;
mod tokens;
mod walk;

/// Takes bytes, and panics where a promise is broken.
pub type Target = fn(&[u8]);

/// Every target by its name.
pub const TARGETS: [(&str, Target); 16] = [
    ("amounts", amounts::run),
    ("answers", answers::run),
    ("c_abi", c_abi::run),
    ("channels", channels::run),
    ("config", config::run),
    ("differential", differential::run),
    ("executions", executions::run),
    ("fleets", fleets::run),
    ("frames", channels::hear),
    ("headers", headers::run),
    ("ids", ids::run),
    ("journal", journal::run),
    ("problems", problems::run),
    ("snapshots", snapshots::run),
    ("sources", sources::run),
    ("tokens", tokens::run),
];

/// The target of this name.
///
/// # Panics
///
/// Where there is none.
pub fn target(name: &str) -> Target {
    TARGETS.into_iter().find(|(other, _)| *other == name).expect("a target of that name").1
}
