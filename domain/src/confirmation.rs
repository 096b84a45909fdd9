//! What somebody saw when they said yes.

use crate::{Color, Flag, FlagVersion, Timestamp};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// The state of the flag on which a confirmation rests. The put is made only if it still holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Base {
    /// There was no parameter: the put must create it.
    Missing,
    /// The parameter stood at this version.
    Version {
        /// Its number.
        version: FlagVersion,
        /// When it was written, where the one who confirmed knew: it tells two lives of a parameter apart.
        modified_at: Option<Timestamp>,
    },
}

impl Base {
    /// The base that a reading gives.
    pub const fn of(flag: &Flag) -> Self {
        match flag {
            Flag::Missing => Self::Missing,
            Flag::Present { version, modified_at, .. } => {
                Self::Version { version: *version, modified_at: Some(*modified_at) }
            }
        }
    }

    /// Whether the flag still stands where it stood.
    pub fn holds(self, flag: &Flag) -> bool {
        match (self, flag) {
            (Self::Missing, Flag::Missing) => true,
            (Self::Version { version, modified_at }, Flag::Present { version: now, modified_at: written, .. }) => {
                version == *now && modified_at.is_none_or(|at| at == *written)
            }
            _ => false,
        }
    }

    /// The version, if there was one.
    pub const fn version(self) -> Option<FlagVersion> {
        match self {
            Self::Missing => None,
            Self::Version { version, .. } => Some(version),
        }
    }
}

impl fmt::Display for Base {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("missing"),
            Self::Version { version, .. } => fmt::Display::fmt(version, f),
        }
    }
}

/// What `--confirm` takes: the target and the version that the person saw, such as `green@31` or
/// `blue@missing`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Confirm {
    /// The side to make live.
    pub target: Color,
    /// What the person saw.
    pub base: Base,
}

/// The text was not a confirmation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a confirmation: write the target and the version that you saw, such as green@31, or green@missing"
)]
pub struct NotAConfirm(pub String);

impl FromStr for Confirm {
    type Err = NotAConfirm;

    fn from_str(text: &str) -> Result<Self, NotAConfirm> {
        let wrong = || NotAConfirm(text.chars().take(60).collect());
        let (target, base) = text.split_once('@').ok_or_else(wrong)?;
        let target = target.parse().map_err(|_| wrong())?;
        let base = match base {
            "missing" => Base::Missing,
            number => match number.parse() {
                Ok(version @ 1..) => Base::Version { version: FlagVersion(version), modified_at: None },
                _ => return Err(wrong()),
            },
        };
        Ok(Self { target, base })
    }
}

impl fmt::Display for Confirm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.target, self.base)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FlagValue;

    #[test]
    fn a_confirmation_names_the_target_and_the_version_seen() {
        let confirm: Confirm = "green@31".parse().expect("good");
        assert_eq!((confirm.target, confirm.base.version()), (Color::Green, Some(FlagVersion(31))));
        assert_eq!(confirm.to_string(), "green@31");
        assert_eq!("blue@missing".parse::<Confirm>().map(|c| c.base), Ok(Base::Missing));
        for wrong in ["green", "green@", "green@0", "purple@3", "Green@3", "green@-1", "@3"] {
            assert!(wrong.parse::<Confirm>().is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn the_same_number_in_another_life_of_the_parameter_is_another_base() {
        let seen = Base::Version { version: FlagVersion(1), modified_at: Some(Timestamp(10)) };
        let anew =
            Flag::Present { value: FlagValue::Color(Color::Blue), version: FlagVersion(1), modified_at: Timestamp(99) };
        assert!(!seen.holds(&anew));
    }
}
