//! How far a schema has come, and who may use it: the rule by which two releases work side by side.

/// The newest schema that this release knows, and makes of older ones.
pub const NEWEST_SCHEMA: u32 = 3;

/// One step of a schema. What was released is never edited: a change is a new step.
#[derive(Clone, Copy)]
pub(crate) struct Step {
    /// What it does.
    pub(crate) sql: &'static str,
    /// The newest schema that a release must know to work beside this one.
    pub(crate) min_reader: u32,
}

/// What a journal says of its schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Level {
    /// How many steps were taken.
    pub(crate) version: u32,
    /// The newest schema that a release must know to use it.
    pub(crate) min_reader: u32,
}

impl Level {
    /// Before the first step.
    pub(crate) const NONE: Self = Self { version: 0, min_reader: 0 };

    /// Whether a release that knows the schema up to `newest` may use it. An older schema is brought up to date first, a
    /// newer one has only had things added to it that this release does not miss.
    pub(crate) fn is_known_to(self, newest: u32) -> bool {
        self.version <= newest || self.min_reader <= newest
    }

    /// The step that comes next, and where it leads.
    pub(crate) fn next(self, steps: &[Step]) -> Option<(Step, Self)> {
        let step = *usize::try_from(self.version).ok().and_then(|taken| steps.get(taken))?;
        Some((step, Self { version: self.version + 1, min_reader: step.min_reader }))
    }
}
