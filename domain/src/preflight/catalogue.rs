//! The checks by name: what each is about, and in which order they stand. Policy, records and documents refer to these.

use serde::{Deserialize, Serialize};

/// What a check is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// The flag, and whether it can be moved.
    Flag,
    /// The side that is to become live.
    #[default]
    Target,
    /// What runs, and what is due.
    Work,
    /// What should be the same on both sides, or must not be.
    Pair,
    /// What policy asks for.
    Policy,
}

impl Group {
    /// The word for columns.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Flag => "flag",
            Self::Target => "target",
            Self::Work => "work",
            Self::Pair => "pair",
            Self::Policy => "policy",
        }
    }
}

/// Every check by name with what it is about, in the order in which they stand.
pub const CATALOGUE: [(&str, Group); 34] = [
    ("flag", Group::Flag),
    ("label", Group::Flag),
    ("under-way", Group::Flag),
    ("store", Group::Flag),
    ("target", Group::Target),
    ("update", Group::Target),
    ("maintenance-window", Group::Target),
    ("surroundings", Group::Target),
    ("airflow", Group::Target),
    ("heartbeat", Group::Target),
    ("import-errors", Group::Target),
    ("guard", Group::Target),
    ("permissions", Group::Target),
    ("smoke", Group::Target),
    ("tasks", Group::Work),
    ("ticks", Group::Work),
    ("environment-color", Group::Pair),
    ("airflow-version", Group::Pair),
    ("class", Group::Pair),
    ("workers", Group::Pair),
    ("options", Group::Pair),
    ("requirements", Group::Pair),
    ("plugins", Group::Pair),
    ("startup", Group::Pair),
    ("dag-files", Group::Pair),
    ("dag-set", Group::Pair),
    ("paused-set", Group::Pair),
    ("schedules", Group::Pair),
    ("keys", Group::Pair),
    ("freeze", Group::Policy),
    ("anti-flap", Group::Policy),
    ("proven-on", Group::Policy),
    ("change-ref", Group::Policy),
    ("approval", Group::Policy),
];

/// What compares the two sides: a declared maintenance may expect these to differ for a while.
pub const PARITY: [&str; 12] = [
    "airflow-version",
    "class",
    "workers",
    "options",
    "requirements",
    "plugins",
    "startup",
    "dag-files",
    "dag-set",
    "paused-set",
    "schedules",
    "keys",
];

/// What a check is about, by its name.
pub fn group(name: &str) -> Group {
    CATALOGUE.iter().find(|(known, _)| *known == name).map_or(Group::default(), |(_, group)| *group)
}

/// Where a check stands among the others.
pub(super) fn place(name: &str) -> usize {
    CATALOGUE.iter().position(|(known, _)| *known == name).unwrap_or(CATALOGUE.len())
}
