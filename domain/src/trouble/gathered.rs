//! What is looked at in trouble. Each part is there or says why it is not.

use super::log::Excerpt;
use crate::{
    Color, Environment, Flag, Millis, PairNames, Timestamp,
    airflow::{Dag, ImportError, Part, Task, Work},
    platform::{Balancer, Found},
    policy::DagRules,
};

/// What was asked for, or why it was not told.
pub type Told<T> = Result<T, String>;

/// What a side did is judged by its last hour.
pub(super) const LATELY: Millis = Millis::from_secs(3600);
/// Tasks are asked for from this long ago: a run of which one works in the last hour may have begun earlier.
pub const FAR_BACK: Millis = Millis::from_secs(2 * 3600);
/// So many logs of a side are read at most.
const LOGS: usize = 4;
/// Runs that Teal begins, to try a side, have ids that begin so. They work on the standby on purpose.
const OUR_RUNS: &str = "teal";

/// All of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gathered {
    /// The region.
    pub region: String,
    /// The account, where config names it.
    pub account: Option<String>,
    /// The names of the pair's resources.
    pub names: PairNames,
    /// What is done with the DAGs, and how they ask the flag.
    pub rules: DagRules,
    /// The flag.
    pub flag: Told<Flag>,
    /// Blue.
    pub blue: Side,
    /// Green.
    pub green: Side,
    /// The load balancer of the lineage service, with its targets, by the names that it may have.
    pub balancer: Told<Found<Balancer>>,
    /// Where the lineage service was asked how it is, and what it said; none where config does not say where.
    pub lineage: Option<(String, Told<Health>)>,
}

/// One side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Side {
    /// Its environment.
    pub environment: Told<Environment>,
    /// Airflow's own word on its parts.
    pub health: Told<Vec<Part>>,
    /// Files that could not be imported.
    pub import_errors: Told<Vec<ImportError>>,
    /// Its DAGs.
    pub dags: Told<Vec<Dag>>,
    /// Tasks that began in the last two hours, the oldest first.
    pub begun: Told<Vec<Task>>,
    /// What it has to do just now.
    pub work: Told<Work>,
    /// Logs of tasks that ask the flag.
    pub logs: Vec<(Task, Told<Excerpt>)>,
    /// Whether its execution role may read the flag, by IAM's own word.
    pub role: Told<Allowed>,
}

/// IAM's word on whether a role may do something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allowed {
    /// It may.
    Yes,
    /// No policy grants it.
    NotGranted,
    /// A policy, a boundary or the organization denies it.
    Denied,
}

/// What the lineage service says of its database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// Whether it reaches it; none where the answer says nothing about it.
    pub database: Option<bool>,
    /// What it says about it.
    pub message: String,
}

impl Gathered {
    /// One side.
    pub const fn side(&self, color: Color) -> &Side {
        match color {
            Color::Blue => &self.blue,
            Color::Green => &self.green,
        }
    }
}

impl Side {
    /// A side of which nothing could be asked, and why.
    pub fn silent(why: &str) -> Self {
        let why = || why.to_owned();
        Self {
            environment: Err(why()),
            health: Err(why()),
            import_errors: Err(why()),
            dags: Err(why()),
            begun: Err(why()),
            work: Err(why()),
            logs: Vec::new(),
            role: Err(why()),
        }
    }

    /// Its execution role.
    pub fn execution_role(&self) -> Option<&str> {
        self.environment.as_ref().ok()?.setup.execution_role.as_deref()
    }

    /// The tasks whose logs are worth reading: of each DAG the latest that asked the flag and did not go on. Those that
    /// failed come first, then the latest.
    pub fn worth_reading(&self, rules: &DagRules) -> Vec<Task> {
        let Ok(begun) = &self.begun else { return Vec::new() };
        let mut tasks: Vec<Task> = latest_guards(begun, rules, Timestamp(i64::MIN)).into_iter().cloned().collect();
        tasks.retain(|task| failed(task) || task.state == "skipped");
        tasks.sort_by_key(|task| (!failed(task), std::cmp::Reverse(task.began)));
        tasks.truncate(LOGS);
        tasks
    }

    /// The log group of its tasks, where MWAA names it.
    pub fn task_log_group(&self) -> Option<String> {
        let groups = &self.environment.as_ref().ok()?.setup.log_groups;
        groups.iter().find(|(part, _)| part == "tasks").map(|(_, group)| group.clone())
    }

    /// The tags of a DAG say that it asks the flag; none where its DAGs are not known.
    pub(super) fn guarded(&self, id: &str, rules: &DagRules) -> Option<bool> {
        let dags = self.dags.as_ref().ok()?;
        let dag = dags.iter().find(|dag| dag.id == id)?;
        Some(dag.tags.contains(&rules.guarded_tag))
    }

    /// What its log says that a task left.
    pub(super) fn log(&self, task: &Task) -> Option<&Told<Excerpt>> {
        self.logs.iter().find(|(known, _)| known == task).map(|(_, said)| said)
    }
}

/// Of each DAG, the latest task that asked the flag and began at `since` or later.
pub(super) fn latest_guards<'t>(tasks: &'t [Task], rules: &DagRules, since: Timestamp) -> Vec<&'t Task> {
    let mut latest: Vec<&Task> = Vec::new();
    let guards = tasks.iter().filter(|task| task.task == rules.guard_task && !is_ours(task));
    for task in guards.filter(|task| task.began.is_some_and(|began| began >= since)) {
        match latest.iter_mut().find(|known| known.dag == task.dag) {
            Some(known) if known.began <= task.began => *known = task,
            Some(_) => {}
            None => latest.push(task),
        }
    }
    latest
}

/// Whether it failed, or will be tried again because it did.
pub(super) fn failed(task: &Task) -> bool {
    matches!(task.state.as_str(), "failed" | "up_for_retry")
}

/// Whether a task does what its DAG is for: not one that only asks, nor one of a run of Teal's own.
pub(super) fn does_work(task: &Task, rules: &DagRules) -> bool {
    task.worked() && task.task != rules.guard_task && !is_ours(task)
}

fn is_ours(task: &Task) -> bool {
    task.run.starts_with(OUR_RUNS)
}
