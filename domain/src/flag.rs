//! The flag: the SSM parameter that says which side is live.

use crate::{Color, OperationId, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The number that SSM gives to each value of a parameter, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FlagVersion(pub u64);

impl FlagVersion {
    /// The version that a put on top of this one is given when nobody else writes.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl fmt::Display for FlagVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// Which life of the parameter: it goes up by one each time that it is deleted and made anew, since
/// version numbers then start again from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Incarnation(pub u64);

impl Incarnation {
    /// The life after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// What the parameter holds.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FlagValue {
    /// A side.
    Color(Color),
    /// Anything else: no guarded DAG works anywhere.
    Invalid(String),
}

impl FlagValue {
    /// Parses what the parameter holds, literally, as the DAGs compare it.
    pub fn parse(text: &str) -> Self {
        text.parse().map_or_else(|_| Self::Invalid(text.to_owned()), Self::Color)
    }

    /// The side, if it is one.
    pub const fn color(&self) -> Option<Color> {
        match self {
            Self::Color(color) => Some(*color),
            Self::Invalid(_) => None,
        }
    }

    /// The text as the parameter holds it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Color(color) => color.as_str(),
            Self::Invalid(text) => text,
        }
    }
}

/// One reading of the flag.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flag {
    /// The parameter does not exist.
    Missing,
    /// The parameter exists.
    Present {
        /// What it holds.
        value: FlagValue,
        /// The version that was read.
        version: FlagVersion,
        /// When that version was written, by the clock of AWS.
        modified_at: Timestamp,
    },
}

impl Flag {
    /// The live side, if the flag names one.
    pub const fn color(&self) -> Option<Color> {
        match self {
            Self::Present { value, .. } => value.color(),
            Self::Missing => None,
        }
    }

    /// The version, if the parameter exists.
    pub const fn version(&self) -> Option<FlagVersion> {
        match self {
            Self::Present { version, .. } => Some(*version),
            Self::Missing => None,
        }
    }
}

/// How far the clocks of AWS may disagree about two writes of one parameter.
const CLOCKS_AGREE_WITHIN: crate::Millis = crate::Millis::from_secs(60);

impl Flag {
    /// Whether this reading may take the place of `shown`, or is a stale one of an earlier state. Neither
    /// number alone tells: a parameter made anew starts again from 1, and clocks differ a little.
    pub fn supersedes(&self, shown: &Self) -> bool {
        match (shown, self) {
            (Self::Missing, _) | (_, Self::Missing) => true,
            (
                Self::Present { version: a, modified_at: then, .. },
                Self::Present { version: b, modified_at: now, .. },
            ) => now > then || (now == then && b >= a) || (b > a && *now + CLOCKS_AGREE_WITHIN > *then),
        }
    }
}

/// One version in the parameter's history.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct VersionRecord {
    /// Its number.
    pub version: FlagVersion,
    /// What it holds.
    pub value: FlagValue,
    /// When it was written, by the clock of AWS.
    pub modified_at: Timestamp,
    /// Who wrote it, as AWS says: the ARN of the caller.
    pub modified_by: Option<String>,
    /// The description; SSM carries an omitted one over from the version before.
    pub description: Option<String>,
    /// Labels that point at this version.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<String>,
}

impl VersionRecord {
    /// The operation id in the description. Only the *lowest* version that carries an id belongs to it.
    pub fn operation(&self) -> Option<OperationId> {
        self.description.as_deref().and_then(OperationId::from_description)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(version: u64, seconds: i64) -> Flag {
        Flag::Present {
            value: FlagValue::Color(Color::Blue),
            version: FlagVersion(version),
            modified_at: Timestamp(seconds * 1000),
        }
    }

    #[test]
    fn a_stale_read_never_takes_the_place_of_a_newer_one() {
        assert!(at(32, 200).supersedes(&at(31, 100)));
        assert!(!at(31, 100).supersedes(&at(32, 200)));
    }

    #[test]
    fn a_parameter_made_anew_supersedes_its_former_life_and_not_the_other_way_round() {
        assert!(at(1, 500).supersedes(&at(31, 100)));
        assert!(!at(31, 100).supersedes(&at(1, 500)));
    }

    #[test]
    fn a_later_version_with_a_slightly_earlier_date_is_still_later() {
        assert!(at(32, 99).supersedes(&at(31, 100)));
    }

    #[test]
    fn only_the_exact_form_of_a_colour_is_valid() {
        assert_eq!(FlagValue::parse("purple"), FlagValue::Invalid("purple".into()));
        assert_eq!(FlagValue::parse("Blue").color(), None);
    }
}
