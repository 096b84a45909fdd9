//! What a record tells of a smoke test.

use serde::Serialize;
use teal_domain::{
    Color,
    history::Record,
    smoke::{Fate, SmokeRecord, SmokeResult},
};

use super::when;

/// What was tested, and what came of it.
#[derive(Clone, Debug, Serialize)]
pub struct Smoke {
    side: Color,
    dags: Vec<String>,
    ends_by: String,
    ended_at: Option<String>,
    results: Vec<Ran>,
    /// What was unpaused for it and is unpaused still.
    awake: Vec<String>,
}

#[derive(Clone, Debug, Serialize)]
struct Ran {
    dag: String,
    result: &'static str,
    task: Option<String>,
    told: String,
}

impl Smoke {
    pub(super) fn of(test: &SmokeRecord) -> Self {
        let ended = test.end.as_ref();
        Self {
            side: test.run.side,
            dags: test.run.dags.clone(),
            ends_by: when(test.run.ends_by),
            ended_at: ended.map(|(at, _)| when(*at)),
            results: ended.map(|(_, end)| end.results.iter().map(Ran::of).collect()).unwrap_or_default(),
            awake: ended.map(|(_, end)| end.awake.clone()).unwrap_or_default(),
        }
    }
}

impl Ran {
    fn of(result: &SmokeResult) -> Self {
        let task = match &result.fate {
            Fate::Failed { task } => task.clone(),
            _ => None,
        };
        Self { dag: result.dag.clone(), result: result.fate.as_str(), task, told: result.fate.told() }
    }
}

/// How far what is no switch has come, and the word for how it ended.
pub(super) fn state(record: &Record) -> (&'static str, Option<&'static str>) {
    match record.smoke() {
        Some(test) if test.end.is_none() => ("begun", None),
        Some(test) => ("ended", Some(if test.good() { "passed" } else { "failed" })),
        None => ("ended", None),
    }
}
