//! Runs and tasks of all DAGs: what is under way, what began, what failed.
//!
//! Filters go in the body of a POST, which both dialects understand and which may be as long as it must.

use std::collections::{BTreeMap, BTreeSet};

use futures::{FutureExt as _, StreamExt as _, TryStreamExt as _, stream};
use serde_json::{Value, json};
use teal_domain::{
    Millis, Timestamp,
    airflow::{Task, UNDER_WAY, Work},
    ticks::Tick,
};

use super::{
    super::AwsError,
    Dialect,
    answers::{self, just_before, moment, text, told},
    client::Airflow,
    paging::{List, PAGE},
};

/// How many DAGs are asked one by one how long they usually take, where a common page does not tell.
const ASKED_SINGLY: usize = 24;

/// How many are asked at the same time.
const AT_ONCE: usize = 8;

impl Airflow<'_> {
    /// What it has to do just now.
    pub async fn work(&self) -> Result<Work, AwsError> {
        let (tasks, runs) = futures::try_join!(
            self.tasks(json!({"state": UNDER_WAY})),
            self.all(List::runs(json!({"states": ["running", "queued"]})))
        )?;
        let mut oldest: BTreeMap<String, Timestamp> = BTreeMap::new();
        for (dag, began) in runs.iter().filter_map(|run| Some((text(&run["dag_id"]), began(run)?))) {
            let known = oldest.entry(dag).or_insert(began);
            *known = began.min(*known);
        }
        let usual = self.usual(oldest.keys().cloned().collect()).await?;
        Ok(Work { tasks, usual, runs: oldest.into_iter().collect() })
    }

    /// Tasks that began in `[from, until)`, the oldest first.
    pub async fn tasks_begun(&self, from: Timestamp, until: Timestamp) -> Result<Vec<Task>, AwsError> {
        let filter = json!({"start_date_gte": told(from), "start_date_lte": just_before(until)});
        let mut tasks = self.tasks(filter).await?;
        tasks.retain(|task| task.began.is_some_and(|began| from <= began && began < until));
        Ok(tasks)
    }

    /// Every task of the runs for these ticks, the oldest first.
    pub async fn tasks_of_ticks(&self, ticks: &BTreeSet<Tick>) -> Result<Vec<Task>, AwsError> {
        let mut by_moment: BTreeMap<Timestamp, Vec<&str>> = BTreeMap::new();
        for Tick { dag, logical } in ticks {
            by_moment.entry(*logical).or_default().push(dag);
        }
        let asked = by_moment.iter().flat_map(|(logical, dags)| {
            // Airflow counts microseconds.
            let filter = |some| self.for_moments(some, *logical, Some(*logical + Millis(1)));
            dags.chunks(PAGE).map(|some| self.tasks(filter(some)).boxed()).collect::<Vec<_>>()
        });
        let asked: Vec<_> = asked.collect();
        let answers: Vec<Vec<Task>> = stream::iter(asked).buffered(AT_ONCE).try_collect().await?;
        let mut tasks = answers.concat();
        tasks.retain(|task| Tick::of(task).is_some_and(|tick| ticks.contains(&tick)));
        Ok(tasks)
    }

    /// The runs that schedules made, by DAG for moments from one on: their ticks, and when they were due.
    pub async fn runs_from(&self, from: &BTreeMap<String, Timestamp>) -> Result<BTreeMap<Tick, Timestamp>, AwsError> {
        let mut by_moment: BTreeMap<Timestamp, Vec<&str>> = BTreeMap::new();
        for (dag, moment) in from {
            by_moment.entry(*moment).or_default().push(dag);
        }
        let asked = by_moment.iter().flat_map(|(moment, dags)| {
            let list = |some| List::runs(self.for_moments(some, *moment, None));
            dags.chunks(PAGE).map(|some| self.all(list(some)).boxed()).collect::<Vec<_>>()
        });
        let asked: Vec<_> = asked.collect();
        let answers: Vec<Vec<Value>> = stream::iter(asked).buffered(AT_ONCE).try_collect().await?;
        let runs = answers.iter().flatten().filter(|run| run["run_type"] != "manual");
        let ticks = runs.filter_map(|run| {
            let first = |names: &[&str]| names.iter().find_map(|name| moment(&run[*name]));
            let logical = first(&["logical_date", "execution_date"])?;
            let due = first(&["run_after", "data_interval_end"]).unwrap_or(logical);
            Some((Tick { dag: text(&run["dag_id"]), logical }, due))
        });
        Ok(ticks.filter(|(tick, _)| from.get(&tick.dag).is_some_and(|first| *first <= tick.logical)).collect())
    }

    /// A filter for runs of these DAGs whose logical date is in `[from, until)`.
    fn for_moments(&self, dags: &[&str], from: Timestamp, until: Option<Timestamp>) -> Value {
        let (from_word, until_word) = match self.dialect() {
            Dialect::Two => ("execution_date_gte", "execution_date_lte"),
            Dialect::Three => ("logical_date_gte", "logical_date_lte"),
        };
        let mut filter = json!({from_word: told(from), "dag_ids": dags});
        if let Some(until) = until {
            filter[until_word] = json!(just_before(until));
        }
        filter
    }

    /// How many tasks ended in `[from, until)` with a failure, and have not begun again since: a try that failed and
    /// was followed by another is not in the list any more, and its own list would take a call a task.
    pub async fn failures(&self, from: Timestamp, until: Timestamp) -> Result<u32, AwsError> {
        let filter = json!({
            "state": ["failed", "up_for_retry"], "end_date_gte": told(from), "end_date_lte": just_before(until),
        });
        let page = self.page(&List::tasks(filter), 0, 1).await?;
        Ok(u32::try_from(page.total).unwrap_or(u32::MAX))
    }

    /// Tasks by a filter, the oldest first, those that have not begun last.
    pub(super) async fn tasks(&self, filter: Value) -> Result<Vec<Task>, AwsError> {
        // No order is asked for: not every Airflow 2 knows one here, and those that do not refuse the word.
        let rows = self.all(List::tasks(filter)).await?;
        let mut tasks: Vec<_> = rows.iter().map(answers::task).collect();
        tasks.sort_by(|one, other| {
            let order = |task: &Task| (task.began.is_none(), task.began, task.logical);
            order(one)
                .cmp(&order(other))
                .then_with(|| (&one.dag, &one.run, &one.task).cmp(&(&other.dag, &other.run, &other.task)))
        });
        Ok(tasks)
    }

    /// How long the runs of these DAGs took lately: the median of those that succeeded.
    async fn usual(&self, dags: Vec<String>) -> Result<Vec<(String, Millis)>, AwsError> {
        if dags.is_empty() {
            return Ok(Vec::new());
        }
        let succeeded = |dags: &[String]| List::runs(json!({"dag_ids": dags, "states": ["success"]})).by("-start_date");
        let mut took = lengths(&self.page(&succeeded(&dags), 0, PAGE).await?.rows);
        // A DAG that runs often fills the page; the others are asked by themselves.
        let unknown: Vec<_> = dags.into_iter().filter(|dag| !took.contains_key(dag)).take(ASKED_SINGLY).collect();
        let lists: Vec<_> = unknown.iter().map(|dag| succeeded(std::slice::from_ref(dag))).collect();
        // Boxed: what borrows in a stream is otherwise not seen to be `Send`.
        let asked: Vec<_> = lists.iter().map(|list| self.page(list, 0, 10).boxed()).collect();
        let mut pages = stream::iter(asked).buffer_unordered(AT_ONCE);
        while let Some(page) = pages.next().await {
            took.extend(lengths(&page?.rows));
        }
        Ok(took.into_iter().map(|(dag, spans)| (dag, median(spans))).collect())
    }
}

/// When an open run began; one that has not was to begin when it was queued, or due.
fn began(run: &Value) -> Option<Timestamp> {
    ["start_date", "queued_at", "run_after", "data_interval_end"].iter().find_map(|name| moment(&run[name]))
}

fn lengths(runs: &[Value]) -> BTreeMap<String, Vec<Millis>> {
    let mut took: BTreeMap<String, Vec<Millis>> = BTreeMap::new();
    for run in runs {
        if let (Some(began), Some(ended)) = (moment(&run["start_date"]), moment(&run["end_date"])) {
            took.entry(text(&run["dag_id"])).or_default().push(ended.since(began));
        }
    }
    took
}

fn median(mut spans: Vec<Millis>) -> Millis {
    spans.sort();
    spans.get(spans.len() / 2).copied().unwrap_or_default()
}
