//! One run of one DAG: begun by Teal, and looked at. Where ids are too long for a path, lists with filters tell the same.

use serde_json::{Map, Value, json};
use teal_domain::{Timestamp, airflow::Task};

use super::{
    super::AwsError,
    Call, Dialect,
    answers::{text, told},
    client::Airflow,
    paging::{List, PAGE},
    path::{self, part},
};

/// What is noted on a run that stands for one of the other side.
const COVERED: &str = "Teal: the other side of the pair has run this one.";

impl Airflow<'_> {
    /// Whether a task of a DAG waits for the run before.
    pub async fn depends_on_past(&self, dag: &str) -> Result<bool, AwsError> {
        let answer = self.ask(Call::get(path::dag(dag, "/tasks"))).await?;
        let Value::Array(tasks) = &answer["tasks"] else {
            return Err(self.odd(format!("answered the tasks of {dag} without `tasks`")));
        };
        let waits = |task: &Value| task["depends_on_past"] == true || task["wait_for_downstream"] == true;
        Ok(tasks.iter().any(waits))
    }

    /// Whether a DAG runs every tick that it has missed, and not only the latest.
    pub async fn catches_up(&self, dag: &str) -> Result<bool, AwsError> {
        let answer = self.ask(Call::get(path::dag(dag, "/details"))).await?;
        answer["catchup"].as_bool().ok_or_else(|| self.odd(format!("answered the details of {dag} without `catchup`")))
    }

    /// Begins a run of a DAG under an id, with a configuration.
    pub async fn trigger(&self, dag: &str, run: &str, conf: Value) -> Result<(), AwsError> {
        let mut body = Map::from_iter([("dag_run_id".to_owned(), json!(run)), ("conf".to_owned(), conf)]);
        if self.dialect() == Dialect::Three {
            // Airflow 3 demands the key; with none the run stands for no moment.
            body.insert("logical_date".to_owned(), Value::Null);
        }
        self.ask(Call::post(path::dag(dag, "/dagRuns"), body.into())).await.map(drop)
    }

    /// Covers a tick: a run for that moment that is done already, so that Airflow makes none of its own when the DAG is
    /// unpaused. It must be paused. Where there is a run for that moment, nothing is to be covered.
    pub async fn cover(&self, dag: &str, logical: Timestamp) -> Result<(), AwsError> {
        // Short, since the path to it may not be long.
        let run = format!("teal-{:x}", logical.0.div_euclid(60_000));
        let body = json!({"dag_run_id": run, "logical_date": told(logical), "conf": {}, "note": COVERED});
        let begin = Call::post(path::dag(dag, "/dagRuns"), body);
        let end = Call::patch(path::dag(dag, &format!("/dagRuns/{run}")), json!({"state": "success"}));
        // One that was begun and could not be ended would run.
        end.check()?;
        match self.ask(begin).await {
            Ok(_) => {}
            // Ours, from a try that nobody answered, is ended below; a run of Airflow's own is none of our business.
            Err(error) if error.code.as_deref() == Some("409") => {
                let runs = self.all(List::runs(json!({"dag_ids": [dag], "states": ["queued", "running"]}))).await?;
                if !runs.iter().any(|known| known["dag_run_id"] == *run) {
                    return Ok(());
                }
            }
            Err(error) => return Err(error),
        }
        self.ask(end).await.map(drop)
    }

    /// The state of a run: `queued`, `running`, `success` or `failed`.
    pub async fn run_state(&self, dag: &str, run: &str) -> Result<String, AwsError> {
        let call = Call::get(path::dag(dag, &format!("/dagRuns/{}", part(run))));
        if call.fits() {
            return self.ask(call).await.map(|answer| text(&answer["state"]));
        }
        let list = List::runs(json!({"dag_ids": [dag]})).by("-id");
        let mut offset = 0;
        loop {
            let page = self.page(&list, offset, PAGE).await?;
            if let Some(found) = page.rows.iter().find(|row| row["dag_run_id"] == run) {
                return Ok(text(&found["state"]));
            }
            offset += page.rows.len();
            if page.rows.is_empty() || offset >= page.total {
                break;
            }
        }
        Err(AwsError {
            code: Some("404".into()),
            message: format!(
                "{} knows no run {run} of {dag}: see in its Airflow whether the run was deleted.",
                self.environment()
            ),
            refused: true,
        })
    }

    /// The tasks of a run, the oldest first.
    pub async fn tasks_of_run(&self, dag: &str, run: &str) -> Result<Vec<Task>, AwsError> {
        let mut tasks = self.tasks(json!({"dag_ids": [dag], "dag_run_ids": [run]})).await?;
        tasks.retain(|task| task.dag == dag && task.run == run);
        Ok(tasks)
    }

    /// The log of a task's try. Logs are asked for by path alone, and with the ids of scheduled runs it is too long for
    /// MWAA: then it is said where the log is.
    pub async fn log(&self, task: &Task) -> Result<Log, AwsError> {
        let (run, name, attempt) = (part(&task.run), part(&task.task), task.attempt.max(1));
        let below = format!("/dagRuns/{run}/taskInstances/{name}/logs/{attempt}");
        let call = Call::get(path::dag(&task.dag, &below)).with("full_content", true);
        if !call.fits() {
            let (dag, run, task) = (&task.dag, task.run.replace(':', "_"), &task.task);
            return Ok(Log::Elsewhere {
                group: format!("airflow-{}-Task", self.environment()),
                stream: format!("dag_id={dag}/run_id={run}/task_id={task}/attempt={attempt}.log"),
            });
        }
        let answer = self.ask(call).await?;
        let lines = match &answer["content"] {
            Value::Array(lines) => lines.iter().map(line).collect::<Vec<_>>().join("\n"),
            // Airflow 2 writes a list of pairs as one text, line ends and all.
            content => text(content).replace("\\n", "\n"),
        };
        Ok(Log::Told(lines))
    }
}

/// The log of a task's try, or where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Log {
    /// The log.
    Told(String),
    /// Airflow cannot be asked for it; it is in CloudWatch Logs.
    Elsewhere {
        /// The log group, by MWAA's own rule for names.
        group: String,
        /// The stream.
        stream: String,
    },
}

/// A line of a log: an event with its moment, or plain text.
fn line(line: &Value) -> String {
    match (&line["timestamp"], &line["event"]) {
        (Value::String(at), Value::String(event)) => format!("{at} {event}"),
        (_, Value::String(event)) => event.clone(),
        _ => text(line),
    }
}
