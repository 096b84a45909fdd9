//! How an Airflow writes what it has, in each dialect.

use jiff::Timestamp as Moment;
use serde_json::{Value, json};
use teal_domain::Timestamp;
use teal_server::aws::airflow::Dialect;

use super::world::{FakeDag, FakeRun, FakeTask, Side};

/// A moment as Airflow writes it.
pub(super) fn at(moment: Timestamp) -> String {
    Moment::from_millisecond(moment.0).expect("a moment").to_string().replace('Z', "+00:00")
}

fn maybe(moment: Option<Timestamp>) -> Value {
    moment.map_or(Value::Null, |moment| at(moment).into())
}

impl FakeDag {
    pub(super) fn row(&self, dialect: Dialect) -> Value {
        let tags: Vec<_> = self.tags.iter().map(|tag| json!({"name": tag})).collect();
        let schedule = self.schedule.as_ref();
        match dialect {
            Dialect::Two => json!({
                "dag_id": self.id, "is_paused": self.paused, "is_active": !self.gone, "tags": tags,
                "schedule_interval": schedule.map(|(_, span)| json!({
                    "__type": "TimeDelta", "days": 0, "seconds": span.as_secs(), "microseconds": 0
                })),
                "next_dagrun_create_after": maybe(self.next_run), "next_dagrun": maybe(self.next_run.map(|due| self.logical_of(due))), "has_import_errors": self.broken,
            }),
            Dialect::Three => json!({
                "dag_id": self.id, "is_paused": self.paused, "is_stale": self.gone, "tags": tags,
                "timetable_summary": schedule.map(|(words, _)| words),
                "next_dagrun_run_after": maybe(self.next_run), "next_dagrun_logical_date": maybe(self.next_run.map(|due| self.logical_of(due))), "has_import_errors": self.broken,
            }),
        }
    }
}

impl FakeRun {
    pub(super) fn row(&self, dag: &str, dialect: Dialect) -> Value {
        let mut row = json!({
            "dag_id": dag, "dag_run_id": self.id, "state": self.state, "conf": self.conf,
            "run_type": if self.id.starts_with("scheduled__") { "scheduled" } else { "manual" },
            "logical_date": maybe(self.logical), "start_date": maybe(self.began), "end_date": maybe(self.ended),
            "data_interval_end": maybe(self.due.or(self.logical)),
        });
        match dialect {
            Dialect::Two => row["execution_date"] = maybe(self.logical),
            Dialect::Three => row["run_after"] = maybe(self.due.or(self.logical).or(self.began)),
        }
        row
    }
}

impl FakeTask {
    pub(super) fn row(&self, dag: &str, run: &FakeRun, dialect: Dialect) -> Value {
        let state = if self.state.is_empty() { Value::Null } else { self.state.clone().into() };
        let mut row = json!({
            "dag_id": dag, "dag_run_id": run.id, "task_id": self.task, "map_index": -1, "state": state,
            "try_number": self.attempt, "start_date": maybe(self.began), "end_date": maybe(self.ended),
        });
        let logical = if dialect == Dialect::Two { "execution_date" } else { "logical_date" };
        row[logical] = maybe(run.logical);
        row
    }
}

impl Side {
    pub(super) fn health(&self, now: Timestamp) -> Value {
        let part = |name: &str| {
            let status = if self.ill.iter().any(|ill| ill == name) { "unhealthy" } else { "healthy" };
            json!({"status": status, format!("latest_{name}_heartbeat"): at(now)})
        };
        let mut answer = json!({"metadatabase": {"status": part("metadatabase")["status"]}});
        for name in ["scheduler", "triggerer", "dag_processor"] {
            let absent = self.absent.iter().any(|absent| absent == name);
            answer[name] = if absent { json!({"status": null}) } else { part(name) };
        }
        answer
    }
}
