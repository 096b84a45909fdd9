//! The smoke test of the standby: DAGs that ask the flag are passed over there, so Teal begins runs of some of them that
//! are rehearsals, and looks at what becomes of them.

use crate::{Actor, Color, OperationId, Timestamp};
use serde::{Deserialize, Serialize};

/// The key in a run's configuration that makes it a rehearsal; the guard of a DAG looks for it.
pub const REHEARSAL: &str = "teal_rehearsal";

/// What is tested, written down before the first run is begun.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SmokeRun {
    /// Its identity.
    pub id: OperationId,
    /// The side that stood by, and is tested.
    pub side: Color,
    /// The DAGs of which a run is begun.
    pub dags: Vec<String>,
    /// Those of them that were paused: they are unpaused for it, and paused again after it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub woken: Vec<String>,
    /// When it began.
    pub begun_at: Timestamp,
    /// A run that has not ended by then has failed.
    pub ends_by: Timestamp,
}

impl SmokeRun {
    /// The id that its runs have in Airflow: the same however often they are asked for, so that none is begun twice.
    pub fn run_id(&self) -> String {
        format!("teal_smoke__{}", self.id)
    }
}

/// What became of the run of one DAG.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Fate {
    /// It did its work.
    Success,
    /// A task failed.
    Failed {
        /// Which, where that could be read.
        task: Option<String>,
    },
    /// It ended well and did nothing: its guard passed over it in spite of the rehearsal.
    Skipped,
    /// It had not ended when the time was over.
    TimeOver {
        /// What it was at.
        state: String,
    },
    /// It was not begun, or nobody could tell what became of it.
    NotRun {
        /// Why.
        because: String,
    },
}

impl Fate {
    /// The word for answers.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failed { .. } => "failed",
            Self::Skipped => "skipped",
            Self::TimeOver { .. } => "time_over",
            Self::NotRun { .. } => "not_run",
        }
    }

    /// In a few words, with what is known of why.
    pub fn told(&self) -> String {
        match self {
            Self::Success => "ran well".to_owned(),
            Self::Failed { task: Some(task) } => format!("failed in the task {task}"),
            Self::Failed { task: None } => "failed".to_owned(),
            Self::Skipped => format!("did nothing: its guard does not know the rehearsal (`{REHEARSAL}`)"),
            Self::TimeOver { state } => format!("had not ended in time: it was {state}"),
            Self::NotRun { because } => format!("did not run: {because}"),
        }
    }
}

/// A DAG, and what became of its run.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SmokeResult {
    /// The DAG.
    pub dag: String,
    /// What became of its run.
    pub fate: Fate,
}

/// How a smoke test ended.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SmokeEnd {
    /// What became of each run.
    pub results: Vec<SmokeResult>,
    /// Those that had been paused and are unpaused still, and why; none where all is as it was.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub awake: Vec<String>,
    /// Why they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
}

/// A smoke test, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SmokeRecord {
    /// What was tested.
    pub run: SmokeRun,
    /// When and how it ended, once it has.
    pub end: Option<(Timestamp, SmokeEnd)>,
}

impl SmokeRecord {
    /// Whether it has ended, and every run did its work.
    pub fn good(&self) -> bool {
        self.end.as_ref().is_some_and(|(_, end)| end.results.iter().all(|result| result.fate == Fate::Success))
    }

    /// What did not go well.
    pub fn bad(&self) -> Vec<&SmokeResult> {
        let results = self.end.iter().flat_map(|(_, end)| &end.results);
        results.filter(|result| result.fate != Fate::Success).collect()
    }
}

/// The latest smoke test of a side, as the snapshot has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Smoked {
    /// The number of its record.
    pub seq: u64,
    /// Who began it.
    pub by: Actor,
    /// What it was.
    pub test: SmokeRecord,
}
