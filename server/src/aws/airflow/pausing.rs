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
    Call, Dialect,
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
}

impl Airflow<'_> {
    /// Pauses or unpauses the DAGs of these ids. `known` are all DAGs of the side as they stand: by them it is judged
    /// whether one call for many would touch others.
    pub async fn set_paused(&self, known: &[Dag], ids: &[String], paused: bool) -> Changed {
        let wanted: BTreeSet<&str> = ids.iter().map(String::as_str).collect();
        let mut done = BTreeSet::new();
        if wanted.len() >= WORTH_A_LOOK && pattern::touched(EVERYTHING, known, &wanted, paused).is_empty() {
            done = self.all_at_once(&wanted, paused).await;
        }
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
        let mut changed = Changed::default();
        for (id, answer) in answers {
            match answer {
                Ok(()) => drop(done.insert(id)),
                Err(error) => changed.failed.push((id, error)),
            }
        }
        changed.done = done.into_iter().collect();
        changed
    }

    /// One call for every DAG there is, a page at a time, if a fresh look at the list says that nothing else would be
    /// touched. Answers with what certainly stands as it should; whatever goes wrong here is tried again singly.
    async fn all_at_once(&self, wanted: &BTreeSet<&str>, paused: bool) -> BTreeSet<String> {
        let standing = |dags: &[Dag]| {
            let so = dags.iter().filter(|dag| dag.paused == paused && wanted.contains(dag.id.as_str()));
            so.map(|dag| dag.id.clone()).collect::<BTreeSet<_>>()
        };
        let Ok(fresh) = self.dags().await else { return BTreeSet::new() };
        if !pattern::touched(EVERYTHING, &fresh, wanted, paused).is_empty() {
            return BTreeSet::new();
        }
        let mut done = standing(&fresh);
        let mut offset = 0;
        // Airflow 2 and 3.0 change only the page that they answer with, later ones all at once.
        for _ in 0..=fresh.len() / PAGE {
            let mut call = patch_many(EVERYTHING, paused).with("offset", offset);
            if self.dialect() == Dialect::Three {
                // Here the list is not ordered, but it can be had of those only that do not stand so yet.
                call = call.with("paused", !paused);
            }
            let Ok(answer) = self.ask(call).await else { break };
            let rows = rows(&answer);
            if rows.is_empty() {
                break;
            }
            if self.dialect() == Dialect::Two {
                offset += rows.len();
            }
            done.extend(confirmed(rows, paused).filter(|id| wanted.contains(id)).map(str::to_owned));
        }
        if done.len() < wanted.len()
            && let Ok(after) = self.dags().await
        {
            done = standing(&after);
        }
        done
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

fn rows(answer: &Value) -> &[Value] {
    answer["dags"].as_array().map_or(&[], Vec::as_slice)
}

/// The DAGs of an answer that stand as they should.
fn confirmed(rows: &[Value], paused: bool) -> impl Iterator<Item = &str> {
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
