//! What one side's Airflow tells about itself.

use crate::{Millis, Timestamp};
use serde::{Deserialize, Serialize};

/// A DAG, as the REST API lists it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dag {
    /// Its id.
    pub id: String,
    /// Whether it is paused: then the scheduler starts nothing, and what runs is frozen.
    pub paused: bool,
    /// Its schedule in words or cron, as Airflow shows it; none where it is only triggered.
    pub schedule: Option<String>,
    /// When the scheduler would create its next run, if it was not paused.
    pub next_run: Option<Timestamp>,
    /// The moment that this run would be for (its logical date).
    #[serde(default)]
    pub next_logical: Option<Timestamp>,
    /// Its tags.
    pub tags: Vec<String>,
    /// Whether its file could not be imported at the last look.
    pub broken: bool,
}

impl Dag {
    /// How long after the moment that it is for a run is due: not at all where runs are triggered by the clock (Airflow 3's
    /// way), a whole interval where they are for a span of data (Airflow 2's).
    pub fn lead(&self) -> Millis {
        self.next_run.zip(self.next_logical).map_or_else(Millis::default, |(due, logical)| due.since(logical))
    }

    /// The moment that this Airflow's run for a tick is for, which it may name otherwise than another Airflow does. `before`
    /// is the tick before it, where that is known.
    pub fn logical_of(&self, due: Timestamp, before: Option<Timestamp>) -> Timestamp {
        if self.next_run == Some(due)
            && let Some(logical) = self.next_logical
        {
            return logical;
        }
        let lead = self.lead();
        if lead == Millis::default() { due } else { before.unwrap_or(due - lead) }
    }
}

/// One part of an Airflow, by the answer of `/monitor/health`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// `metadatabase`, `scheduler`, `triggerer` or `dag_processor`.
    pub name: String,
    /// `healthy` or `unhealthy`; none where that part does not run there.
    pub healthy: Option<bool>,
    /// Its last heartbeat.
    pub heartbeat: Option<Timestamp>,
}

/// A file that could not be imported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportError {
    /// The file.
    pub file: String,
    /// The last line of the stack trace: what is wrong.
    pub error: String,
    /// When it was seen.
    pub at: Option<Timestamp>,
}

/// The states of a task that runs or waits for something.
pub const UNDER_WAY: [&str; 7] =
    ["running", "queued", "scheduled", "deferred", "up_for_retry", "up_for_reschedule", "restarting"];

/// A task that runs or waits for a place to run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// The DAG.
    pub dag: String,
    /// The run of the DAG.
    pub run: String,
    /// The task.
    pub task: String,
    /// `running`, `queued`, `success`, `failed`, `skipped` …, as Airflow names it; empty where there is none yet.
    pub state: String,
    /// Which try it is, from 1.
    pub attempt: u32,
    /// When it began.
    pub began: Option<Timestamp>,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// The moment that the run is for (its logical date), where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logical: Option<Timestamp>,
}

impl Task {
    /// Whether it did something: it began, and was not passed over.
    pub fn worked(&self) -> bool {
        self.began.is_some() && !matches!(self.state.as_str(), "skipped" | "removed" | "upstream_failed" | "")
    }
}

/// What a side has to do just now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Work {
    /// Tasks that run or are queued, the oldest first.
    pub tasks: Vec<Task>,
    /// How long the runs of a DAG took lately (the median of those that succeeded), by DAG.
    pub usual: Vec<(String, Millis)>,
    /// When the oldest open run of a DAG began, by DAG.
    pub runs: Vec<(String, Timestamp)>,
}

impl Work {
    /// How many tasks of these DAGs run or wait.
    pub fn tasks_of(&self, dags: &[String]) -> u32 {
        let tasks = self.tasks.iter().filter(|task| dags.contains(&task.dag)).count();
        u32::try_from(tasks).unwrap_or(u32::MAX)
    }

    /// How many run, and how many wait.
    pub fn count(&self) -> (usize, usize) {
        let running = self.tasks.iter().filter(|task| task.state == "running").count();
        (running, self.tasks.len() - running)
    }

    /// When all that is under way should have ended, going by how long it took lately. None where nothing of it has
    /// ever succeeded.
    pub fn ends(&self, now: Timestamp) -> Option<Timestamp> {
        let ends = self.runs.iter().map(|(dag, began)| {
            let usual = self.usual.iter().find(|(known, _)| known == dag).map(|(_, usual)| *usual)?;
            Some((*began + usual).max(now))
        });
        ends.collect::<Option<Vec<_>>>()?.into_iter().max()
    }
}

/// What DAGs rely on by name. Values are never read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keys {
    /// Connection ids.
    pub connections: Vec<String>,
    /// Variable keys.
    pub variables: Vec<String>,
    /// Pools, with their slots.
    pub pools: Vec<String>,
}

/// What Teal wants to do in an Airflow, to be tried before it is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wish {
    /// `GET /monitor/health`
    Health,
    /// `GET /dags`
    ListDags,
    /// `PATCH /dags`
    PauseDags,
    /// `GET …/taskInstances`
    ListTasks,
    /// `GET /importErrors`
    ListImportErrors,
    /// `GET /connections`, `/variables`, `/pools`
    ListKeys,
    /// `GET /dags/{id}/details` and `/dags/{id}/tasks`
    ReadDags,
    /// `POST /dags/{id}/dagRuns`
    BeginRuns,
    /// `PATCH /dags/{id}/dagRuns/{run}`
    EndRuns,
    /// `GET …/logs/{try}`
    ReadLogs,
}

impl Wish {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Health,
        Self::ListDags,
        Self::PauseDags,
        Self::ListTasks,
        Self::ListImportErrors,
        Self::ListKeys,
        Self::ReadDags,
        Self::BeginRuns,
        Self::EndRuns,
        Self::ReadLogs,
    ];

    /// The word for evidence.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Health => "reading its health",
            Self::ListDags => "listing DAGs",
            Self::PauseDags => "pausing and unpausing DAGs",
            Self::ListTasks => "listing tasks",
            Self::ListImportErrors => "listing import errors",
            Self::ListKeys => "listing connections, variables and pools",
            Self::ReadDags => "reading how a DAG is made",
            Self::BeginRuns => "beginning runs",
            Self::EndRuns => "marking runs as done",
            Self::ReadLogs => "reading logs",
        }
    }
}

/// How the reason of a wish begins that nobody refused: there was no answer to it.
pub const UNTRIED: &str = "It could not be tried: ";

/// Whether a wish was granted when it was tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tried {
    /// What.
    pub wish: Wish,
    /// Why not, in words; none where it is granted.
    pub refused: Option<String>,
}
