//! A pair: two environments, one flag. Names follow the field's convention unless config says otherwise.

use crate::Color;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// The short name of a pair, as it stands in addresses: 1 to 40 characters of `a-z`, `0-9` and `-`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PairId(String);

/// The text was not the name of a pair.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a pair's id: 1 to 40 characters of a-z, 0-9 and -, beginning with a letter")]
pub struct NotAPairId(pub String);

impl PairId {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PairId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for PairId {
    type Err = NotAPairId;

    fn from_str(text: &str) -> Result<Self, NotAPairId> {
        let good = (1..=40).contains(&text.len())
            && text.starts_with(|c: char| c.is_ascii_lowercase())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if good { Ok(Self(text.to_owned())) } else { Err(NotAPairId(text.chars().take(60).collect())) }
    }
}

impl TryFrom<String> for PairId {
    type Error = NotAPairId;

    fn try_from(text: String) -> Result<Self, NotAPairId> {
        text.parse()
    }
}

impl From<PairId> for String {
    fn from(id: PairId) -> Self {
        id.0
    }
}

/// The names of a pair's resources in AWS.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PairNames {
    /// The SSM parameter: the flag.
    pub flag: String,
    /// The blue MWAA environment.
    pub blue: String,
    /// The green MWAA environment.
    pub green: String,
    /// The load balancer in front of the lineage service.
    #[serde(default)]
    pub load_balancer: String,
    /// The Auto Scaling group of the lineage service, where config names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// The one instance of the lineage service by its tag `Name`, where config names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// The cluster or the instance of its database, where config names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database: Option<String>,
    /// The secret of its database, where config names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
}

impl PairNames {
    /// The fixed name that the field's platform gives to the flag. Two pairs of one account and region
    /// collide on it, so config refuses that.
    pub const FLAG: &'static str = "/mwaa/blue-green/active-environment";

    /// The names that the field's platform gives: `{project}-{blue|green}-{environment}`, and for the lineage
    /// service's load balancer `{project}-marquez-{environment}`.
    pub fn by_convention(project: &str, environment: &str) -> Self {
        Self {
            flag: Self::FLAG.to_owned(),
            blue: format!("{project}-blue-{environment}"),
            green: format!("{project}-green-{environment}"),
            load_balancer: format!("{project}-marquez-{environment}"),
            group: None,
            instance: None,
            database: None,
            secret: None,
        }
    }

    /// The environment of one side.
    pub fn environment(&self, color: Color) -> &str {
        match color {
            Color::Blue => &self.blue,
            Color::Green => &self.green,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_fields_convention() {
        let names = PairNames::by_convention("mwaa-openlineage", "dev");
        assert_eq!(names.environment(Color::Blue), "mwaa-openlineage-blue-dev");
        assert_eq!(names.environment(Color::Green), "mwaa-openlineage-green-dev");
        assert_eq!(names.flag, "/mwaa/blue-green/active-environment");
        assert_eq!(names.load_balancer, "mwaa-openlineage-marquez-dev");
    }

    #[test]
    fn a_pair_id_fits_into_an_address_as_it_is() {
        assert!("dev".parse::<PairId>().is_ok());
        for wrong in ["", "Dev", "a b", "../x", "-dev", "a".repeat(41).as_str()] {
            assert!(wrong.parse::<PairId>().is_err(), "{wrong:?}");
        }
    }
}
