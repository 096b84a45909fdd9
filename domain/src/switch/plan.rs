//! What was confirmed: everything about a switch that is fixed before it begins.

use crate::{Actor, Base, Color, Millis, OperationId, PairId, Reason, Timestamp, approval::Approval};
use serde::{Deserialize, Serialize};

/// The intent of a switch, as it was confirmed. It is journalled before anything else happens.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Plan {
    /// The identity of the operation.
    pub operation: OperationId,
    /// The pair whose flag is to move.
    pub pair: PairId,
    /// Planned, emergency or repair.
    pub kind: Kind,
    /// What the flag said when the person confirmed, if it named a side.
    pub from: Option<Color>,
    /// The side to make live.
    pub target: Color,
    /// The state of the flag that the person saw.
    pub base: Base,
    /// Who confirmed.
    pub actor: Actor,
    /// Why.
    pub reason: Reason,
    /// When they confirmed.
    pub confirmed_at: Timestamp,
    /// Until when the put may be begun. After that the confirmation is void.
    pub expires_at: Timestamp,
    /// SHA-256 over the checks as the person saw them, in hexadecimal.
    pub preflight: Option<String>,
    /// Whose approval it rests on, where policy asks for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<Approval>,
    /// Policy asked for a younger sign-in, and there was nobody to prove anything to: an emergency went through without.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unproven: bool,
    /// The change (the ticket) that it belongs to, as whoever confirmed named it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change_ref: Option<Reason>,
    /// Checks that blocked, and that somebody who may do so overrode.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overridden: Vec<String>,
    /// The switch that it takes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reverts: Option<OperationId>,
    /// The declared maintenance that stood when it was carried out: what it had said to expect did not speak against it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maintenance: Option<OperationId>,
    /// The run of a drill that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drill: Option<OperationId>,
    /// It leaves the DAGs alone, whatever policy says of them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub flag_only: bool,
}

/// What sort of switch it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// From one side to the other, with every check.
    Planned,
    /// Skips what policy lets it skip; marked for ever.
    Emergency,
    /// From a missing or invalid flag. No check ever blocks it.
    Repair,
}

impl Kind {
    /// What a switch is, by what the flag said when it was confirmed and whether it was called an emergency. From a
    /// flag that names no side it is a repair either way: no check blocks that.
    pub const fn of(from: Option<Color>, emergency: bool) -> Self {
        match (from, emergency) {
            (None, _) => Self::Repair,
            (Some(_), true) => Self::Emergency,
            (Some(_), false) => Self::Planned,
        }
    }

    /// The word that the journal and the pages use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Emergency => "emergency",
            Self::Repair => "repair",
        }
    }
}

impl Plan {
    /// How long a confirmation lives: what was shown is old after that.
    pub const CONFIRMATION_LIVES: Millis = Millis::from_secs(120);

    /// Whether the put may overwrite. A missing parameter is created with `Overwrite=false`, which is a
    /// true compare-and-swap: somebody else's creation makes it fail.
    pub const fn overwrites(&self) -> bool {
        !matches!(self.base, Base::Missing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn from_a_flag_that_names_no_side_it_is_a_repair_however_it_is_called() {
        for (from, emergency, kind) in [
            (None, false, Kind::Repair),
            (None, true, Kind::Repair),
            (Some(Color::Blue), true, Kind::Emergency),
            (Some(Color::Blue), false, Kind::Planned),
        ] {
            assert_eq!(Kind::of(from, emergency), kind);
        }
    }
}
