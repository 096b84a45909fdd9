//! The spool: while the store is away, an emergency switch is recorded to a local file, one JSON object a
//! line, each on disk before the next step. Later it is merged into the journal.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use teal_domain::{
    Actor, FlagVersion, OperationId, Reason, Timestamp,
    history::HistoryQuery,
    journal::{Body, Timings},
    switch::{Outcome, Plan},
};

use super::{Engine, recorder::Recorder};
use crate::store::{Result, Store, StoreError, lease::Lease, operations::Turn};

/// One line of a spool file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// When.
    pub at: Timestamp,
    /// What, as the journal will tell it.
    pub body: Body,
}

/// A spool file that is being written.
#[derive(Debug)]
pub struct Spool(Mutex<File>);

impl Spool {
    /// Opens a spool file, or makes it.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        // The name must be on disk as well as the content.
        if let Some(folder) = path.parent() {
            let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
            File::open(folder)?.sync_all()?;
        }
        Ok(Self(Mutex::new(file)))
    }

    fn write(&self, at: Timestamp, body: Body) -> Result<()> {
        let away = |why: String| StoreError::Away(format!("the spool file cannot be written: {why}"));
        let mut line = serde_json::to_string(&Line { at, body }).map_err(|why| away(why.to_string()))?;
        line.push('\n');
        let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(line.as_bytes()).and_then(|()| file.sync_all()).map_err(|why| away(why.to_string()))
    }
}

#[async_trait]
impl Recorder for Spool {
    async fn intent(&self, plan: &Plan, at: Timestamp) -> Result<Option<Turn>> {
        self.write(at, Body::Intent { plan: plan.clone(), spooled: true })?;
        Ok(Some(Turn::Ours { waits_for: None }))
    }

    async fn lease(&self, _: &Plan, _: &str, _: Timestamp) -> Result<Lease> {
        Ok(Lease::Taken)
    }

    async fn unknown(&self, _: &Plan) -> Result<Option<OperationId>> {
        Ok(None)
    }

    async fn mark(&self, plan: &Plan, at: Timestamp) -> Result<bool> {
        if at > plan.expires_at {
            return Ok(false);
        }
        self.write(at, Body::Put { operation: plan.operation, overwrite: plan.overwrites() }).map(|()| true)
    }

    async fn record_unknown(&self, plan: &Plan, cause: String, at: Timestamp) -> Result<()> {
        self.write(at, Body::Unknown { operation: plan.operation, cause })
    }

    async fn outcome(&self, plan: &Plan, outcome: Outcome, timings: Option<Timings>, at: Timestamp) -> Result<Outcome> {
        self.write(at, Body::Outcome { operation: plan.operation, outcome: outcome.clone(), timings }).map(|()| outcome)
    }

    async fn correction(&self, plan: &Plan, version: FlagVersion, at: Timestamp) -> Result<()> {
        self.write(at, Body::Correction { operation: plan.operation, version })
    }

    async fn give_back(&self, _: &Plan, _: &str) -> Result<()> {
        Ok(())
    }
}

/// Why a spool file was not merged.
#[derive(Debug, thiserror::Error)]
pub enum MergeError {
    /// It cannot be read.
    #[error("{path}: {why}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        why: io::Error,
    },
    /// A line is not one of ours.
    #[error(
        "{path}:{line}: not a line of a Teal spool file ({why}): mend or remove it, nothing of this file was merged after it"
    )]
    Line {
        /// The file.
        path: PathBuf,
        /// The line.
        line: usize,
        /// What is wrong.
        why: String,
    },
    /// The store did not take it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Reads a spool file. A last line without its end is what a crash left of a write: it never counted.
pub fn read(path: &Path) -> Result<Vec<Line>, MergeError> {
    let text = std::fs::read_to_string(path).map_err(|why| MergeError::File { path: path.to_owned(), why })?;
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    whole
        .lines()
        .enumerate()
        .map(|(at, line)| parsed(line).map_err(|why| MergeError::Line { path: path.to_owned(), line: at + 1, why }))
        .collect()
}

fn parsed(line: &str) -> Result<Line, String> {
    let said: Value = serde_json::from_str(line).map_err(|why| why.to_string())?;
    let parsed: Line = serde_json::from_str(line).map_err(|why| why.to_string())?;
    let known = serde_json::to_value(&parsed).map_err(|why| why.to_string())?;
    passed_over(&said, &known).map_or(Ok(parsed), |name| Err(format!("unknown field `{name}`")))
}

/// The first field that was not taken up: what a newer Teal wrote down must not be merged without it.
fn passed_over(said: &Value, known: &Value) -> Option<String> {
    match (said, known) {
        (Value::Object(said), Value::Object(known)) => said.iter().find_map(|(name, said)| match known.get(name) {
            Some(known) => passed_over(said, known),
            None => Some(name.clone()),
        }),
        (Value::Array(said), Value::Array(known)) => {
            said.iter().zip(known).find_map(|(said, known)| passed_over(said, known))
        }
        _ => None,
    }
}

/// Merges a spool file into the journal. It may be done again: what is there already stays as it is.
/// Answers with the operations that it held.
pub async fn merge(store: &Store, path: &Path) -> Result<Vec<OperationId>, MergeError> {
    let mut plans: Vec<Plan> = Vec::new();
    for Line { at, body } in read(path)? {
        let plan = body.operation().and_then(|id| plans.iter().find(|plan| plan.operation == id).cloned());
        match (body, plan) {
            (Body::Intent { plan, .. }, _) => {
                store.record_intent(&plan, at, true).await?;
                link(store, &plan, at).await?;
                plans.push(plan);
            }
            (Body::Put { .. }, Some(plan)) => drop(store.mark_put(&plan, at).await?),
            (Body::Unknown { cause, .. }, Some(plan))
                if store.operation(plan.operation).await?.is_some_and(|op| op.outcome.is_none()) =>
            {
                store.record_unknown(&plan, cause, at).await?;
            }
            (Body::Outcome { outcome, timings, .. }, Some(plan)) => {
                drop(store.record_outcome(&plan, outcome, timings, at).await?)
            }
            (Body::Correction { version, .. }, Some(plan)) => store.record_correction(&plan, version, at).await?,
            _ => {}
        }
    }
    Ok(plans.into_iter().map(|plan| plan.operation).collect())
}

/// The version that the switch wrote may be in the journal already, as one with an id that nobody knew:
/// a note there says where it came from.
async fn link(store: &Store, plan: &Plan, at: Timestamp) -> Result<(), MergeError> {
    let external = HistoryQuery { kind: Some(teal_domain::journal::Listed::External), ..HistoryQuery::default() };
    let page = store.history(&plan.pair, &external, 100).await?;
    let stray = page.records.into_iter().find(|record| {
        record.notes.is_empty() && matches!(&record.what, teal_domain::history::What::External(change) if change.foreign == Some(plan.operation))
    });
    if let Some(record) = stray
        && let Ok(text) = Reason::parse(&format!(
            "This is the emergency switch {} of {}, merged from its spool file.",
            plan.operation, plan.actor
        ))
    {
        store.record_note(&plan.pair, record.seq, &Actor::teal(), text, at).await?;
    }
    Ok(())
}

/// Merges the spool files that lie in the configured folder, and renames each when it is merged.
pub async fn merge_folder(engine: &Arc<Engine>) {
    let Some(folder) = &engine.settings.spool else { return };
    let Ok(files) = std::fs::read_dir(folder) else { return };
    for path in files.filter_map(|file| file.ok().map(|file| file.path())) {
        if path.extension().is_none_or(|ending| ending != "spool") {
            continue;
        }
        match merge(&engine.store, &path).await {
            Ok(operations) => {
                tracing::warn!(file = %path.display(), count = operations.len(), "emergency switches were merged from a spool file");
                if let Err(error) = std::fs::rename(&path, path.with_extension("spool.merged")) {
                    tracing::warn!(file = %path.display(), %error, "the merged spool file could not be renamed");
                }
                for pair in &engine.pairs {
                    engine.refresh_records(pair).await;
                    pair.nudge.notify_one();
                }
            }
            Err(error) => tracing::error!(%error, "a spool file was not merged"),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn row_35_a_field_that_teal_does_not_know_is_not_passed_over_wherever_it_stands(
            name in "[a-z_]{1,12}",
            place in proptest::sample::select(vec!["", "/body", "/body/outcome", "/body/timings"]),
        ) {
            let outcome = Body::Outcome {
                operation: OperationId::new(Timestamp(1), 7),
                outcome: Outcome::NotLanded,
                timings: Some(Timings::default()),
            };
            let mut line = serde_json::to_value(Line { at: Timestamp(2), body: outcome }).expect("JSON");
            prop_assert!(parsed(&line.to_string()).is_ok());
            let object = line.pointer_mut(place).and_then(Value::as_object_mut).expect("an object");
            prop_assume!(!object.contains_key(&name));
            object.insert(name, Value::from("anything"));
            let why = parsed(&line.to_string()).expect_err("it is refused");
            prop_assert!(why.contains("unknown field"), "{}", why);
        }
    }
}
