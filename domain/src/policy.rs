//! What a pair asks of whoever switches it, beyond a role.

use crate::Millis;
use serde::{Deserialize, Serialize};

/// The policy of a pair. Nothing is asked by default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// A planned switch needs somebody else's approval, which is good for so long from the moment it is asked for.
    pub two_person: Option<Millis>,
}
