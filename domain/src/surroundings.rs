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

    /// Whether both say the same but for times: when it was read, and when something gave its last sign of life.
    pub fn same_but_for_times(&self, other: &Self) -> bool {
        Color::BOTH.into_iter().all(|color| self.side(color).same_but_for_times(other.side(color)))
            && self.alarms.says_the_same(&other.alarms)
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
    /// The requirements, the plugins and the start-up script that its environment names, by their keys in its bucket.
    #[serde(default)]
    pub artifacts: Reading<Vec<DagFile>>,
    /// What DAGs rely on by name.
    pub keys: Reading<Keys>,
    /// What Teal's role may do there, tried.
    pub tried: Reading<Vec<Tried>>,
}

impl SideFacts {
    /// As [`Surroundings::same_but_for_times`], of one side. A sign of life that comes or goes for good is a change; one
    /// that is younger than the last is not.
    pub fn same_but_for_times(&self, other: &Self) -> bool {
        self.health.alike(&other.health, |one, another| same_parts(one, another))
            && self.heartbeat.alike(&other.heartbeat, |one, another| one.is_some() == another.is_some())
            && self.import_errors.alike(&other.import_errors, |one, another| same_errors(one, another))
            && self.dags.says_the_same(&other.dags)
            && self.depends_on_past.says_the_same(&other.depends_on_past)
            && self.work.says_the_same(&other.work)
            && self.files.says_the_same(&other.files)
            && self.artifacts.says_the_same(&other.artifacts)
            && self.keys.says_the_same(&other.keys)
            && self.tried.says_the_same(&other.tried)
    }
}

fn same_parts(one: &[Part], another: &[Part]) -> bool {
    let told = |part: &Part| (part.healthy, part.heartbeat.is_some());
    one.len() == another.len() && one.iter().zip(another).all(|(a, b)| a.name == b.name && told(a) == told(b))
}

/// A file that is still broken is looked at again and again, and bears the time of the last look.
fn same_errors(one: &[ImportError], another: &[ImportError]) -> bool {
    one.len() == another.len() && one.iter().zip(another).all(|(a, b)| a.file == b.file && a.error == b.error)
}

/// A file of the DAG folder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DagFile {
    /// Its key below the DAG folder.
    pub key: String,
    /// S3's mark of its content (`ETag`). Where two files have the same one, their content is the same.
    pub etag: String,
    /// What another `ETag` says.
    #[serde(default)]
    pub mark: Mark,
    /// Its size.
    pub bytes: u64,
}

/// What it says of two files that their `ETag`s differ
/// (<https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html>).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// Their content differs: the `ETag` is the content's hash.
    #[default]
    Content,
    /// Nothing: it was uploaded in parts.
    Parts,
    /// Nothing: its bucket encrypts with a key of KMS, or does not tell with what.
    Encrypted,
}

impl DagFile {
    /// Whether two files hold the same; none where that cannot be told.
    pub fn same(&self, other: &Self) -> Option<bool> {
        if self.bytes != other.bytes {
            return Some(false);
        }
        if self.etag.is_empty() || other.etag.is_empty() {
            return None;
        }
        if self.etag == other.etag {
            return Some(true);
        }
        (self.mark == Mark::Content && other.mark == Mark::Content).then_some(false)
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_files_are_the_same_by_their_hash_and_differ_only_where_that_is_one() {
        let file = |etag: &str, bytes, mark| DagFile { key: "a.py".into(), etag: etag.into(), bytes, mark };
        let (whole, parts, encrypted) = (Mark::Content, Mark::Parts, Mark::Encrypted);
        for (one, another, same) in [
            (file("a", 1, whole), file("a", 1, whole), Some(true)),
            (file("a", 1, whole), file("b", 1, whole), Some(false)),
            (file("a", 1, whole), file("a", 2, whole), Some(false)),
            (file("a-2", 1, parts), file("b", 1, whole), None),
            (file("a", 1, encrypted), file("b", 1, encrypted), None),
            (file("a", 1, whole), file("b", 1, encrypted), None),
            (file("a", 1, encrypted), file("b", 2, encrypted), Some(false)),
            (file("", 1, whole), file("", 1, whole), None),
        ] {
            assert_eq!(one.same(&another), same, "{one:?} {another:?}");
            assert_eq!(another.same(&one), same, "{another:?} {one:?}");
        }
    }

    fn healthy(healthy: bool, heartbeat: i64) -> Vec<Part> {
        vec![Part { name: "scheduler".into(), healthy: Some(healthy), heartbeat: Some(Timestamp(heartbeat)) }]
    }

    fn known(healthy_then: bool, time: i64) -> Surroundings {
        let mut known = Surroundings::default();
        known.green.health.succeed(healthy(healthy_then, time), Timestamp(time));
        known.green.heartbeat.succeed(Some(Timestamp(time)), Timestamp(time));
        let error = ImportError { file: "a.py".into(), error: "no such module".into(), at: Some(Timestamp(time)) };
        known.green.import_errors.succeed(vec![error], Timestamp(time));
        known.green.dags.succeed(Vec::new(), Timestamp(time));
        known.alarms.succeed(Vec::new(), Timestamp(time));
        known
    }

    #[test]
    fn the_same_read_again_with_younger_signs_of_life_is_the_same() {
        assert!(known(true, 10).same_but_for_times(&known(true, 70)));
    }

    #[test]
    fn whatever_else_is_different_is_a_change() {
        let before = known(true, 10);
        assert!(!before.same_but_for_times(&known(false, 70)), "a part that fell ill");
        let changes: [fn(&mut Surroundings); 6] = [
            |after| after.green.heartbeat.succeed(None, Timestamp(70)),
            |after| after.green.import_errors.succeed(Vec::new(), Timestamp(70)),
            |after| after.green.work.succeed(Work::default(), Timestamp(70)),
            |after| after.green.dags.fail("Airflow did not answer in 8 s.", Timestamp(70)),
            |after| after.alarms.fail("CloudWatch did not answer in 8 s.", Timestamp(70)),
            |after| after.blue.keys.succeed(Keys::default(), Timestamp(70)),
        ];
        for (number, change) in changes.into_iter().enumerate() {
            let mut after = known(true, 70);
            change(&mut after);
            assert!(!before.same_but_for_times(&after), "change {number}");
        }
    }
}
