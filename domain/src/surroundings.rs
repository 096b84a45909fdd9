//! What surrounds the flag: the two Airflows, their files, alarms and metrics. It is what the checks look at. Each part
//! is a reading of its own: what could not be read is old or missing, and never passes for good.

use crate::{
    Color, Reading, Timestamp,
    airflow::{Dag, ImportError, Keys, Part, Tried, Work},
};
use serde::{Deserialize, Serialize};

/// Both sides, and what guards the pair.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Surroundings {
    /// Blue.
    pub blue: SideFacts,
    /// Green.
    pub green: SideFacts,
    /// The alarms that policy names as guards.
    pub alarms: Reading<Vec<Alarm>>,
}

impl Surroundings {
    /// One side.
    pub const fn side(&self, color: Color) -> &SideFacts {
        match color {
            Color::Blue => &self.blue,
            Color::Green => &self.green,
        }
    }

    /// One side, to be written.
    pub const fn side_mut(&mut self, color: Color) -> &mut SideFacts {
        match color {
            Color::Blue => &mut self.blue,
            Color::Green => &mut self.green,
        }
    }
}

/// What is known of one side beside its environment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SideFacts {
    /// Airflow's own word on its parts.
    pub health: Reading<Vec<Part>>,
    /// CloudWatch's last `SchedulerHeartbeat` above zero.
    pub heartbeat: Reading<Option<Timestamp>>,
    /// Files that could not be imported.
    pub import_errors: Reading<Vec<ImportError>>,
    /// Its DAGs, by id.
    pub dags: Reading<Vec<Dag>>,
    /// Those of its DAGs that work and have a task that waits for the run before (`depends_on_past`).
    pub depends_on_past: Reading<Vec<String>>,
    /// What it has to do just now.
    pub work: Reading<Work>,
    /// The DAG files in its bucket, by key below the DAG folder.
    pub files: Reading<Vec<DagFile>>,
    /// What DAGs rely on by name.
    pub keys: Reading<Keys>,
    /// What Teal's role may do there, tried.
    pub tried: Reading<Vec<Tried>>,
}

/// A file of the DAG folder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DagFile {
    /// Its key below the DAG folder.
    pub key: String,
    /// The hash that S3 keeps of it (ETag): the same content gives the same one where both were uploaded in one part.
    pub etag: String,
    /// Its size.
    pub bytes: u64,
}

/// A CloudWatch alarm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alarm {
    /// Its name.
    pub name: String,
    /// What it says.
    pub state: AlarmState,
    /// Since when.
    pub since: Option<Timestamp>,
    /// Why, in the words of CloudWatch.
    pub reason: String,
}

/// What an alarm says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlarmState {
    /// `OK`
    Fine,
    /// `ALARM`
    Alarm,
    /// `INSUFFICIENT_DATA`
    NoData,
    /// There is no alarm of that name.
    Missing,
}
