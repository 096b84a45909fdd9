//! Ticks: what the old side has run already is not run again on the new one, what it has passed over is; and in the end
//! whether each was run by exactly one side.

use std::collections::{BTreeMap, BTreeSet};

use futures::{FutureExt as _, StreamExt as _, stream};
use teal_domain::{
    Millis, Timestamp,
    airflow::Dag,
    steps::Coverage,
    ticks::{self, Made, Tick},
};
use tokio::time::timeout;

use super::{GLANCE, OneSide, PATIENCE, Walk, in_time, within};
use crate::aws::AwsError;

/// How many calls are made at the same time.
const AT_ONCE: usize = 8;

/// How long after the flip a run of the old side may take to ask the flag. From then on it hears that it is standby, also
/// from what a process remembers.
const ASKS_WITHIN: Millis = Millis::from_secs(60);

/// So many ticks of a DAG are covered without asking whether it would run them all.
const FEW: usize = 4;

/// More ticks of a DAG are not covered: somebody must look at it.
const MOST: usize = 60;

/// DAGs that cannot be unpaused yet, or only with something to be said.
#[derive(Debug, Default)]
pub(super) struct NotYet {
    /// Their guard on the old side has not told yet.
    pub(super) undecided: Vec<String>,
    /// They would run again what could not be covered, and why it could not.
    pub(super) refused: Vec<(String, String)>,
    /// They would run again so much that somebody must look at them first.
    pub(super) held: Vec<(String, String)>,
    /// So would these, but nothing can be waited for any more.
    pub(super) uncovered: Vec<(String, String)>,
}

impl NotYet {
    pub(super) fn holds(&self, dag: &String) -> bool {
        self.undecided.contains(dag) || self.refused.iter().chain(&self.held).any(|(held, _)| held == dag)
    }
}

impl Walk<'_> {
    /// An Airflow runs the tick that it had planned for a DAG as soon as the DAG is unpaused, and the latest one, even
    /// without catching up; with it, all between. What the old side has run already is covered, so that it is not run
    /// again; what its guard has passed over is left to the new side. A DAG that cannot be covered waits until the old
    /// side's time to drain is over, or somebody says not to wait. In an emergency nothing waits at all.
    pub(super) async fn cover(&self, known: &[Dag], ids: &[String]) -> NotYet {
        let now = self.engine.clock.now();
        let due = |dag: &&Dag| dag.paused && ids.contains(&dag.id) && dag.next_run.is_some_and(|due| due <= now);
        let due: Vec<&Dag> = known.iter().filter(due).collect();
        if due.is_empty() {
            return NotYet::default();
        }
        let hurried = self.course.at_once();
        let patience = if hurried { GLANCE } else { PATIENCE * 3 };
        let old = self.airflow(self.switch.target.other());
        let took = now.since(self.landed_at);
        let waits = !hurried && !self.course.skipped() && took <= self.pair.config.policy.dags.drain;
        let asked = due.iter().map(|dag| dag.id.clone()).collect::<Vec<_>>();
        let (ticks, mut not_yet) = match within(patience, self.to_cover(&old, due)).await {
            Ok(found) => found,
            Err(error) => {
                let because = format!("What {} has run is not known: {}", old.name, error.message);
                let told = asked.into_iter().map(|dag| (dag, because.clone())).collect();
                (BTreeSet::new(), NotYet { refused: told, ..NotYet::default() })
            }
        };
        if took > ASKS_WITHIN {
            not_yet.undecided.clear();
        }
        let here = self.airflow(self.switch.target);
        let airflow = here.ask();
        let asked = ticks.into_iter().filter(|tick| !not_yet.holds(&tick.dag));
        let asked: Vec<_> = asked
            .map(|tick| async move {
                let answer = in_time(airflow.cover(&tick.dag, tick.logical)).await;
                answer.err().map(|error| (tick.dag, error))
            })
            .map(futures::FutureExt::boxed)
            .collect();
        let answers: Vec<Option<(String, AwsError)>> = stream::iter(asked).buffered(AT_ONCE).collect().await;
        let mut failed: BTreeMap<String, AwsError> = BTreeMap::new();
        for (dag, error) in answers.into_iter().flatten() {
            failed.entry(dag).or_insert(error);
        }
        for (dag, error) in failed {
            // What was never sent, since its id is too long for MWAA, could not be mended by waiting.
            let hopeless = error.refused && error.code.is_none();
            let told = if hopeless { &mut not_yet.uncovered } else { &mut not_yet.refused };
            told.push((dag, format!("What {} has run could not be marked as done: {}", old.name, error.message)));
        }
        if !waits {
            let NotYet { refused, .. } = &mut not_yet;
            let refused = std::mem::take(refused);
            not_yet.uncovered.extend(refused);
        }
        if hurried {
            not_yet.undecided.clear();
        }
        not_yet
    }

    /// The ticks that are to be covered, of DAGs that would fire, as the new side names them.
    async fn to_cover(&self, old: &OneSide<'_>, due: Vec<&Dag>) -> Result<(BTreeSet<Tick>, NotYet), AwsError> {
        let there = old.dags().await?;
        let mut from = BTreeMap::new();
        for (dag, next) in due.iter().filter_map(|dag| Some((dag, dag.next_run?))) {
            let twin = there.iter().find(|other| other.id == dag.id && other.next_run > dag.next_run);
            if let Some(twin) = twin {
                // The old side may be for an earlier moment with a run that was due at the same time; and no two
                // intervals need be equally long.
                from.insert(dag.id.clone(), next - twin.lead() - twin.lead() - twin.lead());
            }
        }
        let mut runs = old.ask().runs_from(&from).await?;
        runs.retain(|tick, at| {
            due.iter().any(|dag| dag.id == tick.dag && dag.next_run.is_some_and(|next| next <= *at))
        });
        let named = named(&runs, &due);
        let mut ticks: BTreeSet<Tick> = runs.into_keys().collect();
        let mut not_yet = NotYet { undecided: self.passed_over(old, &mut ticks).await?, ..NotYet::default() };
        let mut by_dag: BTreeMap<String, Vec<Tick>> = BTreeMap::new();
        for tick in ticks.iter().filter_map(|tick| named.get(tick)) {
            by_dag.entry(tick.dag.clone()).or_default().push(tick.clone());
        }
        let many: Vec<String> =
            by_dag.iter().filter(|(_, ticks)| ticks.len() > FEW).map(|(dag, _)| dag.clone()).collect();
        let new = self.airflow(self.switch.target);
        let airflow = new.ask();
        let asked: Vec<_> = many.iter().map(|dag| airflow.catches_up(dag).boxed()).collect();
        let answers: Vec<Result<bool, AwsError>> = stream::iter(asked).buffered(AT_ONCE).collect().await;
        for (dag, catches_up) in many.into_iter().zip(answers) {
            let Some(ticks) = by_dag.get_mut(&dag) else { continue };
            // Where nobody knows, it may.
            if !catches_up.unwrap_or(true) {
                let (first, last) = (ticks[0].clone(), ticks[ticks.len() - 1].clone());
                *ticks = vec![first, last];
            } else if ticks.len() > MOST {
                let because = format!(
                    "{dag} catches up: unpaused, it would run {} ticks again that {} has run. Mark them as done in its \
                     Airflow, or set catchup=False, and unpause it there.",
                    ticks.len(),
                    old.name
                );
                not_yet.held.push((dag, because));
            }
        }
        Ok((by_dag.into_values().flatten().collect(), not_yet))
    }

    /// Drops the ticks that the old side has a run for and has not worked on, and answers with the DAGs whose guard has
    /// not told yet. A DAG without a guard works on whatever it has a run for.
    async fn passed_over(&self, old: &OneSide<'_>, ticks: &mut BTreeSet<Tick>) -> Result<Vec<String>, AwsError> {
        let moves = self.course.plan.iter().flat_map(|plan| &plan.moves);
        let guarded: BTreeSet<&str> = moves.filter(|moved| moved.guarded).map(|moved| &*moved.dag).collect();
        let mut undecided = BTreeSet::new();
        // What was run before the flip was run; only the latest ticks can have met it.
        let asking: BTreeSet<Tick> = ticks.iter().filter(|tick| guarded.contains(&*tick.dag)).cloned().collect();
        if asking.is_empty() {
            return Ok(Vec::new());
        }
        let tasks = old.ask().tasks_of_ticks(&asking).await?;
        for tick in asking {
            let made = tick.made(&tasks, &self.pair.config.policy.dags.guard_task);
            if made != Made::Ran {
                ticks.remove(&tick);
            }
            if made == Made::NotAskedYet {
                undecided.insert(tick.dag);
            }
        }
        Ok(undecided.into_iter().collect())
    }

    /// Whether everything due was run by exactly one side; none where a side does not tell.
    pub(super) async fn coverage(&self, until: Timestamp) -> Option<Coverage> {
        let rules = &self.pair.config.policy;
        let from = self.landed_at - rules.watch.lasts;
        let (new, old) = (self.airflow(self.switch.target), self.airflow(self.switch.target.other()));
        let (new_side, old_side) = (new.ask(), old.ask());
        let begun =
            tokio::join!(in_time(new_side.tasks_begun(from, until)), in_time(old_side.tasks_begun(from, until)));
        let begun = (begun.0.ok()?, begun.1.ok()?);
        let (new, old) = if new_side.dialect() == old_side.dialect() {
            let ticks = ticks::of(begun.0.iter().chain(&begun.1));
            // A tick that one side runs now the other may have run long before.
            let all = futures::future::try_join(new_side.tasks_of_ticks(&ticks), old_side.tasks_of_ticks(&ticks));
            timeout(PATIENCE * 3, all).await.ok()?.ok()?
        } else {
            // They name the same tick differently, and are compared by when it was due.
            let dags = futures::future::try_join(new.dags(), old.dags()).await.ok()?;
            let due = ticks::of(&[ticks::by_due(begun.0, &dags.0), ticks::by_due(begun.1, &dags.1)].concat());
            let here = (ticks::named_on(&due, &dags.0), ticks::named_on(&due, &dags.1));
            let all = futures::future::try_join(new_side.tasks_of_ticks(&here.0), old_side.tasks_of_ticks(&here.1));
            let (new, old) = timeout(PATIENCE * 3, all).await.ok()?.ok()?;
            (ticks::by_due(new, &dags.0), ticks::by_due(old, &dags.1))
        };
        let moves = self.course.plan.iter().flat_map(|plan| &plan.moves);
        let due: Vec<_> = moves.filter_map(|moved| Some((moved.dag.clone(), moved.due?))).collect();
        Some(ticks::coverage(&old, &new, &rules.dags.guard_task, &due, until))
    }
}

/// The ticks of the old side by the names that the new one has for them.
fn named(runs: &BTreeMap<Tick, Timestamp>, dags: &[&Dag]) -> BTreeMap<Tick, Tick> {
    let mut named = BTreeMap::new();
    for dag in dags {
        let mut of: Vec<(&Tick, Timestamp)> =
            runs.iter().filter(|(tick, _)| tick.dag == dag.id).map(|(tick, due)| (tick, *due)).collect();
        of.sort_by_key(|(_, due)| *due);
        let mut before = None;
        for (tick, due) in of {
            let logical = dag.logical_of(due, before);
            named.insert(tick.clone(), Tick { dag: dag.id.clone(), logical });
            before = Some(due);
        }
    }
    named
}
