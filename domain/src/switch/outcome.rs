//! How a switch ended. Each intent reaches exactly one of these, and it is true.

use crate::{Flag, FlagVersion, OperationId, Timestamp};
use serde::{Deserialize, Serialize};

/// How a switch ended.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Outcome {
    /// The put landed.
    Landed {
        /// The version that it was given.
        version: FlagVersion,
        /// Whether somebody else wrote between the confirmation and the put.
        interleaving: Interleaving,
        /// How we know.
        verification: Verification,
    },
    /// The flag named the target already: nothing was put.
    NothingToDo,
    /// The flag had moved since the person confirmed: nothing was put, and they are asked again.
    Moved {
        /// Where it stands.
        found: Flag,
    },
    /// Nothing was put.
    Refused {
        /// Why.
        refusal: Refusal,
    },
    /// The process stopped before the put was begun, and the confirmation has run out: nothing was put.
    Expired,
    /// The put was sent, no answer came, and the parameter's history does not hold it after the grace
    /// period.
    NotLanded,
    /// The put was sent, no answer came, and the history that would tell is gone.
    Undetermined {
        /// What is missing.
        why: String,
    },
}

/// Whether somebody else wrote between the version that was confirmed and ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Interleaving {
    /// Nobody: our version follows the confirmed one directly.
    None,
    /// Somebody did: ours is higher than the next.
    SomebodyWrote,
    /// The parameter was deleted meanwhile, and our put made it anew.
    MadeAnew,
}

impl Interleaving {
    /// Judges by the version that was confirmed (none: the parameter was missing) and the one that the put
    /// was given.
    pub fn between(base: Option<FlagVersion>, given: FlagVersion) -> Self {
        let expected = base.map_or(FlagVersion(1), FlagVersion::next);
        match given.cmp(&expected) {
            std::cmp::Ordering::Equal => Self::None,
            std::cmp::Ordering::Greater => Self::SomebodyWrote,
            std::cmp::Ordering::Less => Self::MadeAnew,
        }
    }
}

/// How we know that a put landed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "how", rename_all = "snake_case")]
pub enum Verification {
    /// SSM answered the put, and a read showed the version.
    Read,
    /// SSM answered the put, and a read showed that somebody has written again since.
    WrittenOver {
        /// What the read showed.
        found: Flag,
    },
    /// SSM answered the put; no read has shown the version yet.
    AnswerOnly {
        /// Why not.
        why: String,
    },
    /// No answer came; the operation id was found in the parameter's history.
    History {
        /// When that version was written, by the clock of AWS.
        written_at: Timestamp,
    },
}

/// Why nothing was put.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum Refusal {
    /// The store cannot record it, so it must not happen.
    StoreAway {
        /// What the store said.
        message: String,
    },
    /// Another switch of the pair is under way.
    LeaseHeld {
        /// Who holds the lease.
        holder: String,
    },
    /// The outcome of another switch of the pair is unknown.
    WaitsFor {
        /// That switch.
        operation: OperationId,
    },
    /// The flag could not be read again.
    Unreadable {
        /// What SSM said.
        message: String,
    },
    /// The confirmation had run out before the put.
    TooLate,
    /// A check blocks.
    Blocked {
        /// The names of the checks.
        checks: Vec<String>,
    },
    /// SSM refused the put.
    Rejected {
        /// Its error code.
        code: String,
        /// Its message.
        message: String,
    },
}

/// What the parameter's history says about an operation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Found {
    /// The lowest version that carries its id.
    Landed {
        /// That version.
        version: FlagVersion,
        /// When it was written.
        written_at: Timestamp,
    },
    /// No version carries its id, and none that could have is missing.
    Nowhere,
    /// No version carries its id, but versions that could have are no longer readable.
    HistoryGone(String),
}

impl Outcome {
    /// The word for columns and filters.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Landed { .. } => "landed",
            Self::NothingToDo => "nothing_to_do",
            Self::Moved { .. } => "moved",
            Self::Refused { .. } => "refused",
            Self::Expired => "expired",
            Self::NotLanded => "not_landed",
            Self::Undetermined { .. } => "undetermined",
        }
    }

    /// Whether a version of the flag came of it, as far as this outcome knows.
    pub const fn landed(&self) -> Option<FlagVersion> {
        match self {
            Self::Landed { version, .. } => Some(*version),
            _ => None,
        }
    }
}
