//! Lists that are asked for by POST: their filters, which must be spelt as the dialect spells them.

use jiff::Timestamp as Moment;
use serde_json::{Map, Value};
use teal_domain::Timestamp;
use teal_server::aws::airflow::{Call, Dialect};

use super::{
    listing::{Wrong, page},
    world::Side,
};

/// A filter.
struct Filter<'c> {
    fields: &'c Map<String, Value>,
    logical: &'static str,
}

impl<'c> Filter<'c> {
    /// Reads a body, in which nothing may stand that the dialect does not know.
    fn of(call: &'c Call, dialect: Dialect, also: &[&str]) -> Result<Self, Wrong> {
        let status = if dialect == Dialect::Two { 400 } else { 422 };
        let Some(Value::Object(fields)) = &call.body else { return Err((status, "there is no body".into())) };
        let logical = if dialect == Dialect::Two { "execution_date" } else { "logical_date" };
        for name in fields.keys() {
            let span = name.strip_suffix("_gte").or_else(|| name.strip_suffix("_lte"));
            let known = span.is_some_and(|span| [logical, "start_date", "end_date"].contains(&span))
                || ["page_offset", "page_limit", "dag_ids"].contains(&name.as_str())
                || also.contains(&name.as_str());
            if !known {
                return Err((status, format!("{name}: unknown field")));
            }
        }
        Ok(Self { fields, logical })
    }

    fn one_of(&self, name: &str, value: &str) -> bool {
        match self.fields.get(name) {
            Some(Value::Array(values)) => values.iter().any(|known| known == value),
            _ => true,
        }
    }

    fn within(&self, name: &str, value: Option<Timestamp>) -> bool {
        let bound = |end: &str| {
            let word = self.fields.get(&format!("{name}_{end}")).and_then(Value::as_str)?;
            Some(word.parse::<Moment>().expect("a moment with its zone").as_microsecond())
        };
        let value = value.map(|value| value.0 * 1000);
        bound("gte").is_none_or(|from| value.is_some_and(|value| value >= from))
            && bound("lte").is_none_or(|until| value.is_some_and(|value| value <= until))
    }

    fn page(&self, name: &str, rows: Vec<Value>) -> Value {
        let number = |name: &str, otherwise| {
            let number = self.fields.get(name).and_then(Value::as_u64);
            number.map_or(otherwise, |number| usize::try_from(number).expect("a number that fits"))
        };
        page(name, rows, (number("page_offset", 0), number("page_limit", 100).min(100)))
    }
}

impl Side {
    pub(super) fn tasks_by(&self, call: &Call) -> Result<Value, Wrong> {
        let also: &[&str] = match self.dialect {
            Dialect::Two => &["dag_run_ids", "task_ids", "state"],
            Dialect::Three => &["dag_run_ids", "task_ids", "state", "order_by"],
        };
        let filter = Filter::of(call, self.dialect, also)?;
        let mut rows = Vec::new();
        for dag in self.dags.values().filter(|dag| filter.one_of("dag_ids", &dag.id)) {
            for run in dag.runs.iter().filter(|run| filter.one_of("dag_run_ids", &run.id)) {
                for task in &run.tasks {
                    if filter.one_of("task_ids", &task.task)
                        && filter.one_of("state", &task.state)
                        && filter.within(filter.logical, run.logical)
                        && filter.within("start_date", task.began)
                        && filter.within("end_date", task.ended)
                    {
                        rows.push(task.row(&dag.id, run, self.dialect));
                    }
                }
            }
        }
        Ok(filter.page("task_instances", rows))
    }

    pub(super) fn runs_by(&self, call: &Call) -> Result<Value, Wrong> {
        let filter = Filter::of(call, self.dialect, &["states", "order_by"])?;
        let mut runs = Vec::new();
        for dag in self.dags.values().filter(|dag| filter.one_of("dag_ids", &dag.id)) {
            let found = dag.runs.iter().filter(|run| {
                filter.one_of("states", &run.state)
                    && filter.within(filter.logical, run.logical)
                    && filter.within("start_date", run.began)
                    && filter.within("end_date", run.ended)
            });
            runs.extend(found.map(|run| (run.began, run.row(&dag.id, self.dialect))));
        }
        match filter.fields.get("order_by").and_then(Value::as_str) {
            None => {}
            Some("-start_date") => runs.sort_by_key(|(began, _)| std::cmp::Reverse(*began)),
            Some("-id") => runs.reverse(),
            Some(order) => return Err((400, format!("Ordering with '{order}' is not supported"))),
        }
        Ok(filter.page("dag_runs", runs.into_iter().map(|(_, row)| row).collect()))
    }
}
