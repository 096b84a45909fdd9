//! One side of a pair as MWAA describes it, and whether it could take over.

use crate::{Millis, Reading, Timestamp};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt};

/// An MWAA environment as `GetEnvironment` describes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Environment {
    /// Its name.
    pub name: String,
    /// Its status.
    pub status: EnvironmentStatus,
    /// The version of Apache Airflow, such as `3.0.6`.
    pub airflow_version: Option<String>,
    /// The class, such as `mw1.small`.
    pub class: Option<String>,
    /// The fewest and the most workers.
    pub workers: Option<(u32, u32)>,
    /// The number of schedulers.
    pub schedulers: Option<u32>,
    /// The host of the Airflow web server, without a scheme.
    pub web_address: Option<String>,
    /// The latest update of the environment.
    pub last_update: Option<LastUpdate>,
    /// What it is set up with, where the answer says so.
    #[serde(default)]
    pub setup: Setup,
}

/// What an environment is set up with: what should be the same on both sides, and where to look.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setup {
    /// The bucket of its DAGs.
    pub bucket: Option<String>,
    /// The folder of its DAGs in the bucket.
    pub dag_path: Option<String>,
    /// The requirements file and its version.
    pub requirements: Option<(String, Option<String>)>,
    /// The plugins file and its version.
    pub plugins: Option<(String, Option<String>)>,
    /// The start-up script and its version.
    pub startup: Option<(String, Option<String>)>,
    /// The configuration options by name.
    pub options: BTreeMap<String, OptionValue>,
    /// When AWS may do its maintenance: such as `TUE:03:30`, in UTC.
    pub maintenance_window: Option<String>,
    /// The role under which its tasks run.
    pub execution_role: Option<String>,
    /// Its log groups: what is logged there, and the group's name.
    pub log_groups: Vec<(String, String)>,
    /// The subnets that it stands in.
    #[serde(default)]
    pub subnets: Vec<String>,
    /// The key of KMS with which it encrypts; AWS's own where none is named.
    #[serde(default)]
    pub kms_key: Option<String>,
    /// What its tag `DeploymentMode` says.
    #[serde(default)]
    pub deployment_mode: Option<String>,
    /// The fewest and the most web servers, where they are told.
    #[serde(default)]
    pub web_servers: Option<(u32, u32)>,
    /// From where its web server is reached: `PRIVATE_ONLY`, `PUBLIC_ONLY`, `PUBLIC_AND_PRIVATE`.
    #[serde(default)]
    pub web_access: Option<String>,
}

/// How MWAA's answer is told that there is no environment of a name. What begins otherwise is a reading that failed.
pub const NO_SUCH: &str = "There is no MWAA environment named ";

/// The configuration option that becomes `AIRFLOW__CUSTOM__ENVIRONMENT_COLOR`, by which a DAG knows its side.
pub const COLOR_OPTION: &str = "custom.environment_color";

/// The configuration option by which a DAG knows which parameter to ask.
pub const FLAG_OPTION: &str = "custom.teal_flag";

/// What a configuration option is set to. Options may hold secrets, and whatever is known here goes to every viewer's
/// browser: only the two that Teal must read are kept as they are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OptionValue {
    /// The value itself.
    Plain(String),
    /// A mark that is the same for the same value of the same option, and tells nothing else.
    Sealed(String),
}

impl OptionValue {
    /// What is kept of a value: itself, if the option is one that must be read, or else the mark that `seal` makes of it.
    pub fn of(name: &str, value: &str, seal: impl FnOnce(&str) -> String) -> Self {
        if [COLOR_OPTION, FLAG_OPTION].contains(&name) {
            Self::Plain(value.to_owned())
        } else {
            Self::Sealed(seal(value))
        }
    }
}

impl Setup {
    /// What an option says, if it is one that is kept as it is.
    pub fn option(&self, name: &str) -> Option<&str> {
        match self.options.get(name)? {
            OptionValue::Plain(value) => Some(value),
            OptionValue::Sealed(_) => None,
        }
    }
}

impl Environment {
    /// For how long it has been changing, where it is and MWAA says since when.
    pub fn changing_for(&self, now: Timestamp) -> Option<Millis> {
        let EnvironmentStatus::Changing(change) = &self.status else { return None };
        // After these two the latest update is one that is over, or none at all.
        if matches!(change, Change::UpdateFailed | Change::Maintenance) {
            return None;
        }
        self.last_update.as_ref()?.created_at.map(|begun| now.since(begun))
    }
}

/// The latest update of an environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastUpdate {
    /// `SUCCESS`, `PENDING` or `FAILED`.
    pub status: String,
    /// When it was begun.
    pub created_at: Option<Timestamp>,
    /// What went wrong, in the words of AWS.
    pub error: Option<String>,
}

/// The status of an environment, by the names that MWAA uses
/// (<https://docs.aws.amazon.com/mwaa/latest/API/API_Environment.html>).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum EnvironmentStatus {
    /// Up.
    Available,
    /// Up, while it is being changed.
    Changing(Change),
    /// Not up.
    Down(String),
    /// A word that this version of Teal does not know.
    Other(String),
}

/// What is being done to an environment that still works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Change {
    /// `UPDATING`
    Updating,
    /// `ROLLING_BACK`
    RollingBack,
    /// `CREATING_SNAPSHOT`
    CreatingSnapshot,
    /// `MAINTENANCE`
    Maintenance,
    /// `UPDATE_FAILED`: it works as before the update.
    UpdateFailed,
}

impl Change {
    const ALL: [(Self, &'static str); 5] = [
        (Self::Updating, "UPDATING"),
        (Self::RollingBack, "ROLLING_BACK"),
        (Self::CreatingSnapshot, "CREATING_SNAPSHOT"),
        (Self::Maintenance, "MAINTENANCE"),
        (Self::UpdateFailed, "UPDATE_FAILED"),
    ];
}

const DOWN: [&str; 6] = ["CREATING", "CREATE_FAILED", "DELETING", "DELETED", "UNAVAILABLE", "PENDING"];

impl From<String> for EnvironmentStatus {
    fn from(word: String) -> Self {
        if word == "AVAILABLE" {
            return Self::Available;
        }
        if let Some((change, _)) = Change::ALL.iter().find(|(_, name)| *name == word) {
            return Self::Changing(*change);
        }
        if DOWN.contains(&word.as_str()) { Self::Down(word) } else { Self::Other(word) }
    }
}

impl From<EnvironmentStatus> for String {
    fn from(status: EnvironmentStatus) -> Self {
        status.to_string()
    }
}

impl fmt::Display for EnvironmentStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Available => f.write_str("AVAILABLE"),
            Self::Changing(change) => {
                f.write_str(Change::ALL.iter().find(|(c, _)| c == change).map_or("UPDATING", |(_, name)| name))
            }
            Self::Down(word) | Self::Other(word) => f.write_str(word),
        }
    }
}

/// Whether a side could take over now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Readiness {
    /// It could.
    Ready,
    /// It works, but something asks for attention.
    Attention,
    /// It could not.
    Down,
    /// It has never been read, or its status is a word that Teal does not know.
    Unknown,
}

impl Readiness {
    /// Judges a side by the last good reading of it; the reading's age is shown beside the verdict.
    pub fn of(side: &Reading<Environment>) -> Self {
        match side.value().map(|environment| &environment.status) {
            Some(EnvironmentStatus::Available) if side.error().is_some() => Self::Attention,
            Some(EnvironmentStatus::Available) => Self::Ready,
            Some(EnvironmentStatus::Changing(_)) => Self::Attention,
            Some(EnvironmentStatus::Down(_)) => Self::Down,
            Some(EnvironmentStatus::Other(_)) | None => Self::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_an_option_that_teal_need_not_read_only_a_mark_is_kept() {
        let of = |name: &str| OptionValue::of(name, "hunter2", |value| value.len().to_string());
        assert_eq!(of("smtp.smtp_password"), OptionValue::Sealed("7".into()));
        assert_eq!(of("custom.teal_flag_password"), OptionValue::Sealed("7".into()));
        assert_eq!(of(COLOR_OPTION), OptionValue::Plain("hunter2".into()));
        let setup = Setup {
            options: [FLAG_OPTION, "core.x"].map(|name| (name.to_owned(), of(name))).into(),
            ..Setup::default()
        };
        assert_eq!((setup.option(FLAG_OPTION), setup.option("core.x")), (Some("hunter2"), None));
    }

    #[test]
    fn every_status_word_survives_the_round_trip() {
        let words = [
            "AVAILABLE",
            "UPDATING",
            "ROLLING_BACK",
            "CREATING_SNAPSHOT",
            "MAINTENANCE",
            "UPDATE_FAILED",
            "CREATING",
            "CREATE_FAILED",
            "DELETING",
            "DELETED",
            "UNAVAILABLE",
            "PENDING",
            "SOMETHING_NEW",
        ];
        for word in words {
            assert_eq!(EnvironmentStatus::from(word.to_owned()).to_string(), word);
        }
    }

    #[test]
    fn an_unknown_word_is_neither_ready_nor_down() {
        assert_eq!(
            EnvironmentStatus::from("SOMETHING_NEW".to_owned()),
            EnvironmentStatus::Other("SOMETHING_NEW".into())
        );
    }
}
