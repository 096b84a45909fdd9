//! The name of one switch, from request to outcome.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use ulid::Ulid;

/// The identity of one operation: a ULID, so that it sorts by time and reads well in a console.
///
/// It travels in the parameter's description (`teal op=<id>`) and is the only proof of who wrote a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OperationId(Ulid);

/// The text was not an operation id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an operation id (26 characters of 0-9 and A-Z without I, L, O, U)")]
pub struct NotAnOperationId(pub String);

impl OperationId {
    /// An id from a moment and 80 random bits.
    pub const fn new(at: crate::Timestamp, random: u128) -> Self {
        Self(Ulid::from_parts(at.0.unsigned_abs(), random))
    }

    /// What the put writes into the parameter's description. It holds no personal data.
    pub fn description(self) -> String {
        format!("{PREFIX}{self}")
    }

    /// The id in a description, if one is there in exactly the form that Teal writes.
    pub fn from_description(description: &str) -> Option<Self> {
        description.strip_prefix(PREFIX)?.parse().ok()
    }
}

const PREFIX: &str = "teal op=";

impl fmt::Display for OperationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl FromStr for OperationId {
    type Err = NotAnOperationId;

    fn from_str(text: &str) -> Result<Self, NotAnOperationId> {
        let wrong = || NotAnOperationId(text.chars().take(40).collect());
        let id = Ulid::from_string(text).map_err(|_| wrong())?;
        // One spelling an id: a parser that also takes lower case would let two texts mean one operation.
        if id.to_string() == text { Ok(Self(id)) } else { Err(wrong()) }
    }
}

impl Serialize for OperationId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for OperationId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Timestamp;

    #[test]
    fn a_description_gives_back_the_id_it_was_made_from() {
        let id = OperationId::new(Timestamp(1_795_363_309_000), 7);
        assert_eq!(OperationId::from_description(&id.description()), Some(id));
    }

    #[test]
    fn a_description_in_any_other_form_is_not_ours() {
        let id = OperationId::new(Timestamp(1_795_363_309_000), 7);
        for other in [
            format!("teal op={id} "),
            format!("Teal op={id}"),
            format!("teal op={}", id.to_string().to_lowercase()),
            "teal op=".into(),
            "upgrade".into(),
        ] {
            assert_eq!(OperationId::from_description(&other), None, "{other:?}");
        }
    }

    #[test]
    fn ids_sort_by_time() {
        assert!(OperationId::new(Timestamp(1), u128::MAX) < OperationId::new(Timestamp(2), 0));
    }
}
