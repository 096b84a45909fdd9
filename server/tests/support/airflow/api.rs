//! The REST API: which call does what.

use serde_json::{Value, json};
use teal_domain::Timestamp;
use teal_server::aws::airflow::{Call, Dialect};

use super::{
    listing::{Wrong, asked, bounds, ilike, page},
    rows::at,
    world::{FakeDag, FakeRun, FakeTask, Side},
};

impl Side {
    pub(super) fn answer(&mut self, call: &Call, now: Timestamp) -> Result<Value, Wrong> {
        let parts: Vec<String> = call.path.trim_start_matches('/').split('/').map(decoded).collect();
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        match (call.method, parts.as_slice(), self.dialect) {
            ("GET", ["health"], Dialect::Two) | ("GET", ["monitor", "health"], Dialect::Three) => Ok(self.health(now)),
            ("GET", ["dags"], _) => self.list_dags(call),
            ("PATCH", ["dags"], _) => self.patch_many(call, now),
            ("POST", ["dags", "~", "dagRuns", "list"], _) => self.runs_by(call),
            ("POST", ["dags", "~", "dagRuns", "~", "taskInstances", "list"], _) => self.tasks_by(call),
            ("GET", ["dags", id], _) => Ok(self.known(id)?.row(self.dialect)),
            ("PATCH", ["dags", id], _) => self.patch_one(id, call, now),
            ("GET", ["dags", id, "details"], _) => {
                let mut row = self.known(id)?.row(self.dialect);
                row["catchup"] = self.known(id)?.catchup.into();
                Ok(row)
            }
            ("GET", ["dags", id, "tasks"], _) => Ok(self.known(id)?.task_list()),
            ("POST", ["dags", id, "dagRuns"], _) => self.trigger(id, call, now),
            ("PATCH", ["dags", id, "dagRuns", run], _) => self.end_run(id, run, call, now),
            ("GET", ["dags", id, "dagRuns", run], _) => Ok(self.known(id)?.known(run)?.row(id, self.dialect)),
            ("GET", ["dags", id, "dagRuns", run, "taskInstances", task, "logs", attempt], _) => {
                let run = self.known(id)?.known(run)?;
                let found = run.tasks.iter().find(|known| known.task == *task && known.attempt.to_string() == *attempt);
                let found = found.ok_or_else(|| (404, format!("there is no try {attempt} of {task}")))?;
                Ok(found.log(self.dialect))
            }
            ("GET", [name @ ("importErrors" | "connections" | "variables" | "pools")], _) => self.list(name, call),
            _ => Err((404, "Not Found".into())),
        }
    }

    fn known(&self, id: &str) -> Result<&FakeDag, Wrong> {
        self.dags.get(id).ok_or_else(|| (404, format!("Dag with id: {id} was not found")))
    }

    fn list_dags(&self, call: &Call) -> Result<Value, Wrong> {
        let pattern = format!("%{}%", asked(call, "dag_id_pattern").unwrap_or_default());
        let only = asked(call, "paused").map(|word| word == "true");
        let found = self
            .dags
            .values()
            .filter(|dag| !dag.gone && ilike(&pattern, &dag.id) && only.is_none_or(|only| dag.paused == only));
        Ok(page("dags", found.map(|dag| dag.row(self.dialect)).collect(), bounds(call, self.dialect)?))
    }

    fn list(&self, name: &str, call: &Call) -> Result<Value, Wrong> {
        let (key, rows): (_, Vec<_>) = match name {
            "importErrors" => {
                let rows = self
                    .import_errors
                    .iter()
                    .map(|(file, trace, seen)| json!({"filename": file, "stack_trace": trace, "timestamp": at(*seen)}));
                ("import_errors", rows.collect())
            }
            "connections" => {
                let rows = self.connections.iter().map(|id| json!({"connection_id": id, "login": "a-planted-login"}));
                ("connections", rows.collect())
            }
            "variables" => (
                "variables",
                self.variables.iter().map(|key| json!({"key": key, "value": "a-planted-value"})).collect(),
            ),
            _ => {
                let rows = self.pools.iter().map(|(name, slots)| json!({"name": name, "slots": slots}));
                ("pools", rows.collect())
            }
        };
        Ok(page(key, rows, bounds(call, self.dialect)?))
    }

    fn end_run(&mut self, id: &str, run: &str, call: &Call, now: Timestamp) -> Result<Value, Wrong> {
        let dialect = self.dialect;
        let state = call.body.as_ref().and_then(|body| body["state"].as_str()).unwrap_or_default().to_owned();
        self.known(id)?.known(run)?;
        let dag = self.dags.get_mut(id).expect("it is known");
        let run = dag.runs.iter_mut().find(|known| known.id == run).expect("it is known");
        (run.state, run.ended) = (state, Some(now));
        Ok(run.row(id, dialect))
    }

    fn trigger(&mut self, id: &str, call: &Call, now: Timestamp) -> Result<Value, Wrong> {
        let (dialect, live) = (self.dialect, self.live);
        let dag = self.dags.get_mut(id).ok_or_else(|| (404, format!("DAG with dag_id: '{id}' not found")))?;
        let body = call.body.clone().unwrap_or_default();
        match (dialect, body.get("logical_date")) {
            (Dialect::Three, None) => return Err((422, "logical_date: Field required".into())),
            (Dialect::Two, Some(Value::Null)) => return Err((400, "logical_date: Field may not be null.".into())),
            _ => {}
        }
        if !body["conf"].is_object() {
            return Err((422, "conf: Input should be a valid dictionary".into()));
        }
        let run = body["dag_run_id"].as_str().unwrap_or("manual__1");
        if dag.runs.iter().any(|known| known.id == run) {
            return Err((409, format!("DAGRun with DAG ID: '{id}' and DAGRun ID: '{run}' already exists")));
        }
        let mut run = FakeRun::new(run);
        run.conf = body["conf"].clone();
        if let Some(word) = body["logical_date"].as_str() {
            let moment = word.parse::<jiff::Timestamp>().map_err(|wrong| (422, wrong.to_string()))?;
            let logical = Timestamp(moment.as_millisecond());
            if dag.runs.iter().any(|known| known.logical == Some(logical)) {
                return Err((409, format!("DAGRun with DAG ID: '{id}' and logical date {word} already exists")));
            }
            run.of(logical);
        }
        // Nobody looks at the runs of a paused DAG.
        if dag.paused {
            dag.runs.push(run);
        } else {
            dag.begin(run, live, now);
        }
        Ok(dag.runs.last().expect("it was pushed just now").row(id, dialect))
    }
}

impl FakeDag {
    fn known(&self, run: &str) -> Result<&FakeRun, Wrong> {
        let found = self.runs.iter().find(|known| known.id == run);
        found.ok_or_else(|| (404, format!("DAGRun with DAG ID: '{}' and DagRun ID: '{run}' not found", self.id)))
    }

    fn task_list(&self) -> Value {
        let tasks = self.guard.iter().chain(&self.tasks).map(
            |task| json!({"task_id": task, "depends_on_past": self.depends_on_past, "wait_for_downstream": false}),
        );
        let tasks: Vec<_> = tasks.collect();
        json!({"tasks": tasks, "total_entries": tasks.len()})
    }
}

impl FakeTask {
    fn log(&self, dialect: Dialect) -> Value {
        let content = match dialect {
            Dialect::Two => json!(format!("[('worker', '{}')]", self.log.join("\\n"))),
            Dialect::Three => self.log.iter().map(|line| json!({"timestamp": null, "event": line})).collect(),
        };
        json!({"content": content, "continuation_token": null})
    }
}

/// A part of a path, as it was before it was encoded.
fn decoded(part: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = part.as_bytes();
    while let [first, after @ ..] = rest {
        let hex = after.get(..2).filter(|_| *first == b'%').and_then(|hex| std::str::from_utf8(hex).ok());
        if let Some(byte) = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            bytes.push(byte);
            rest = &after[2..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8(bytes).expect("text")
}
