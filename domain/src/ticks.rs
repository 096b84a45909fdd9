//! The ticks of a schedule: which side has run which.

use crate::{
    Millis, Timestamp,
    airflow::{Dag, Task, UNDER_WAY},
    steps::Coverage,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A moment that a DAG runs for (its logical date), and the DAG.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Tick {
    /// The DAG.
    pub dag: String,
    /// The moment.
    pub logical: Timestamp,
}

/// What a side has made of a tick of a DAG that asks the flag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Made {
    /// It works on it, or has.
    Ran,
    /// It has passed over it: the other side is to run it.
    PassedOver,
    /// The run is there, and has not asked the flag yet.
    NotAskedYet,
}

impl Tick {
    /// The tick that a task belongs to, if its run has one.
    pub fn of(task: &Task) -> Option<Self> {
        Some(Self { dag: task.dag.clone(), logical: task.logical? })
    }

    /// What a side has made of it, by the tasks of the side's run for it; `guard` is the task that asks the flag.
    pub fn made(&self, tasks: &[Task], guard: &str) -> Made {
        let mut asked = None;
        for task in tasks.iter().filter(|task| Self::of(task).as_ref() == Some(self)) {
            if task.task == guard {
                asked = Some(task.state.as_str());
            } else if task.worked() {
                return Made::Ran;
            }
        }
        match asked {
            Some("success") => Made::Ran,
            // It could not find out, so it did nothing.
            Some("skipped" | "failed" | "upstream_failed" | "removed") | None => Made::PassedOver,
            Some(_) => Made::NotAskedYet,
        }
    }
}

/// How long after it was due a run may begin.
const BEGINS_WITHIN: Millis = Millis::from_secs(60);

/// What was seen of a tick.
#[derive(Clone, Copy, Default)]
struct Seen {
    on_old: bool,
    on_new: bool,
    open: bool,
}

/// Has tasks say when their runs were due instead of what they are for: two Airflows of different kinds name the same tick
/// differently, and are compared by that.
pub fn by_due(mut tasks: Vec<Task>, dags: &[Dag]) -> Vec<Task> {
    let leads: BTreeMap<&str, Millis> = dags.iter().map(|dag| (dag.id.as_str(), dag.lead())).collect();
    for task in &mut tasks {
        let lead = leads.get(task.dag.as_str()).copied().unwrap_or_default();
        task.logical = task.logical.map(|logical| logical + lead);
    }
    tasks
}

/// Ticks that are told by when they were due, as the side with these DAGs names them.
pub fn named_on(due: &BTreeSet<Tick>, dags: &[Dag]) -> BTreeSet<Tick> {
    let dags: BTreeMap<&str, &Dag> = dags.iter().map(|dag| (dag.id.as_str(), dag)).collect();
    let named = due.iter().map(|Tick { dag, logical }| {
        let logical = dags.get(dag.as_str()).map_or(*logical, |known| known.logical_of(*logical, None));
        Tick { dag: dag.clone(), logical }
    });
    named.collect()
}

/// The ticks that tasks belong to, each once.
pub fn of<'a>(tasks: impl IntoIterator<Item = &'a Task>) -> BTreeSet<Tick> {
    tasks.into_iter().filter_map(Tick::of).collect()
}

/// Whether everything that was due around the flip was run by exactly one side: `old` and `new` are the tasks of the runs
/// there, `due` what the old side had planned next, by DAG.
pub fn coverage(old: &[Task], new: &[Task], guard: &str, due: &[(String, Timestamp)], until: Timestamp) -> Coverage {
    let mut ticks: BTreeMap<Tick, Seen> = BTreeMap::new();
    for (tasks, on_new) in [(old, false), (new, true)] {
        for task in tasks {
            let Some(tick) = Tick::of(task) else { continue };
            let seen = ticks.entry(tick).or_default();
            let worked = task.task != guard && task.worked();
            *(if on_new { &mut seen.on_new } else { &mut seen.on_old }) |= worked;
            seen.open |= UNDER_WAY.contains(&task.state.as_str());
        }
    }
    let mut coverage = Coverage::default();
    for (Tick { dag, logical }, seen) in ticks {
        match (seen.on_old, seen.on_new) {
            (true, true) => coverage.twice.push((dag, logical)),
            // It is only just beginning.
            (false, false) if seen.open => {}
            (false, false) => coverage.missed.push((dag, logical)),
            _ => coverage.once += 1,
        }
    }
    for (dag, due) in due.iter().filter(|(_, due)| *due + BEGINS_WITHIN < until) {
        let begun =
            |tasks: &[Task]| tasks.iter().any(|task| task.dag == *dag && task.began.is_some_and(|at| at >= *due));
        if !begun(old) && !begun(new) {
            coverage.missed.push((dag.clone(), *due));
        }
    }
    coverage
}

#[cfg(test)]
mod tests;
