//! Pausing and unpausing DAGs: exactly those that are wanted, quickly, and told truthfully.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Mutex,
    time::Duration,
};

use futures::{FutureExt as _, StreamExt as _, stream};
use serde_json::{Value, json};
use teal_domain::airflow::Dag;

use super::{
    super::AwsError,
    Call,
    at_once::AtOnce,
    client::Airflow,
    paging::PAGE,
    path,
    pattern::{self, EVERYTHING},
};

/// How many calls are under way at the same time.
const AT_ONCE: usize = 8;

/// From how many DAGs on a call for all of them is worth the look at the list that must come before it.
const WORTH_A_LOOK: usize = 12;

/// After so many calls in a row that nobody answered, the rest is not tried.
const GIVES_UP_AFTER: usize = 8;

/// How long it may take to find out what came of a call that was not answered.
const SECOND_LOOK: Duration = Duration::from_secs(5);

/// What was done with the DAGs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changed {
    /// Those that now stand as they should, by id.
    pub done: Vec<String>,
    /// Those of which that is not known, and why, by id.
    pub failed: Vec<(String, AwsError)>,
    /// Those that nobody wanted and that a call for all touched, since they came or were changed in that moment: they
    /// have been put back, or why not.
    pub put_back: Vec<(String, Option<AwsError>)>,
}

/// Whether one call for all DAGs would change these and no other.
fn may_be_all_at_once(known: &[Dag], wanted: &BTreeSet<&str>, paused: bool) -> bool {
    wanted.len() >= WORTH_A_LOOK && pattern::touched(EVERYTHING, known, wanted, paused).is_empty()
}

/// The DAGs in such parts that each is changed in a moment: all of them where one call does it, else `most` at a time.
pub fn parts<'i>(known: &[Dag], ids: &'i [String], paused: bool, most: usize) -> std::slice::Chunks<'i, String> {
    let wanted = ids.iter().map(String::as_str).collect();
    ids.chunks(if may_be_all_at_once(known, &wanted, paused) { ids.len() } else { most })
}

impl Airflow<'_> {
    /// Pauses or unpauses the DAGs of these ids. `known` are all DAGs of the side as they stand: by them it is judged
    /// whether one call for many would touch others.
    pub async fn set_paused(&self, known: &[Dag], ids: &[String], paused: bool) -> Changed {
        let wanted: BTreeSet<&str> = ids.iter().map(String::as_str).collect();
        let AtOnce { mut done, touched } = if may_be_all_at_once(known, &wanted, paused) {
            self.all_at_once(known, &wanted, paused).await
        } else {
            AtOnce::default()
        };
        let put_back = self.put_back(known, touched, paused).await;
        let rest: Vec<&str> = wanted.iter().copied().filter(|id| !done.contains(*id)).collect();
        let patience = Patience::default();
        let one = |id: &str| {
            let (id, wanted, patience) = (id.to_owned(), &wanted, &patience);
            async move {
                let answer = match patience.lost() {
                    Some(error) => Err(not_tried(&error)),
                    None => self.set_one(known, wanted, &id, paused).await,
                };
                patience.note(&answer);
                (id, answer)
            }
            .boxed()
        };
        let asked: Vec<_> = rest.into_iter().map(one).collect();
        let answers: BTreeMap<_, _> = stream::iter(asked).buffer_unordered(AT_ONCE).collect().await;
        let mut changed = Changed { put_back, ..Changed::default() };
        for (id, answer) in answers {
            match answer {
                Ok(()) => drop(done.insert(id)),
                Err(error) => changed.failed.push((id, error)),
            }
        }
        changed.done = done.into_iter().collect();
        changed
    }

    /// Undoes what nobody wanted.
    async fn put_back(
        &self,
        known: &[Dag],
        touched: BTreeSet<String>,
        paused: bool,
    ) -> Vec<(String, Option<AwsError>)> {
        let mut told = Vec::new();
        for id in touched {
            let error = self.set_one(known, &BTreeSet::from([id.as_str()]), &id, !paused).await.err();
            tracing::warn!(environment = self.environment(), dag = id, paused = !paused, failed = ?error, "a DAG that a call for all had touched was put back");
            told.push((id, error));
        }
        told
    }

    /// One DAG, by its path, or by a pattern where that is too long.
    async fn set_one(&self, known: &[Dag], wanted: &BTreeSet<&str>, id: &str, paused: bool) -> Result<(), AwsError> {
        let call = Call::patch(path::dag(id, ""), json!({"is_paused": paused})).with("update_mask", "is_paused");
        if !call.fits() {
            return self.set_by_pattern(known, wanted, id, paused).await;
        }
        match self.ask(call).await {
            Ok(answer) if answer["is_paused"] == paused => Ok(()),
            Ok(_) => Err(self.odd(format!("did not say that {id} is {}", word(paused)))),
            Err(error) if error.refused => Err(error),
            Err(error) => {
                // Nobody knows what came of it, but one can look.
                let look = self.ask(Call::get(path::dag(id, "")));
                match tokio::time::timeout(SECOND_LOOK, look).await {
                    Ok(Ok(dag)) if dag["is_paused"] == paused => Ok(()),
                    _ => Err(error),
                }
            }
        }
    }

    /// A DAG whose path is too long for MWAA: its id as a pattern, if that touches no other DAG.
    async fn set_by_pattern(
        &self,
        known: &[Dag],
        wanted: &BTreeSet<&str>,
        id: &str,
        paused: bool,
    ) -> Result<(), AwsError> {
        let others = pattern::touched(id, known, wanted, paused);
        if !others.is_empty() {
            return Err(AwsError {
                code: None,
                message: format!(
                    "{id} was not {}: its id is too long for a path of MWAA's, and as a pattern it matches {} too. Do it \
                     by hand in the Airflow web page, or give it a shorter id.",
                    word(paused),
                    others.join(", ")
                ),
                refused: true,
            });
        }
        let answer = self.ask(patch_many(id, paused)).await?;
        let found = confirmed(rows(&answer), paused).any(|found| found == id);
        if found { Ok(()) } else { Err(self.odd(format!("did not say that {id} is {}", word(paused)))) }
    }
}

/// A call for all DAGs that a pattern matches.
pub(super) fn patch_many(pattern: &str, paused: bool) -> Call {
    Call::patch("/dags", json!({"is_paused": paused}))
        .with("dag_id_pattern", pattern)
        .with("update_mask", "is_paused")
        .with("limit", PAGE)
}

pub(super) fn rows(answer: &Value) -> &[Value] {
    answer["dags"].as_array().map_or(&[], Vec::as_slice)
}

/// The DAGs of an answer that stand as they should.
pub(super) fn confirmed(rows: &[Value], paused: bool) -> impl Iterator<Item = &str> {
    rows.iter().filter(move |row| row["is_paused"] == paused).filter_map(|row| row["dag_id"].as_str())
}

const fn word(paused: bool) -> &'static str {
    if paused { "paused" } else { "unpaused" }
}

fn not_tried(because: &AwsError) -> AwsError {
    AwsError { message: format!("Not tried, since others before it failed. {because}"), ..because.clone() }
}

/// Counts calls in a row that nobody answered, so that a side that is away is not asked five hundred times.
#[derive(Default)]
struct Patience(Mutex<(usize, Option<AwsError>)>);

impl Patience {
    fn note(&self, answer: &Result<(), AwsError>) {
        let mut state = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        match answer {
            Err(error) if !error.refused => *state = (state.0 + 1, state.1.take().or_else(|| Some(error.clone()))),
            _ => *state = (0, None),
        }
    }

    fn lost(&self) -> Option<AwsError> {
        let state = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        state.1.clone().filter(|_| state.0 >= GIVES_UP_AFTER)
    }
}
