//! What Teal may do in an Airflow, found out before it is needed. Nothing is changed by it: what would change something
//! is tried on a DAG that cannot exist, and that it is not there is said only to whoever may.

use futures::future::{join_all, try_join_all};
use serde_json::{Map, Value, json};
use teal_domain::airflow::{Tried, UNTRIED, Wish};

use super::{super::AwsError, Call, Dialect, client::Airflow};

/// No DAG has this id: Airflow takes none with a tilde in it
/// (<https://github.com/apache/airflow/blob/main/airflow-core/src/airflow/utils/helpers.py>, `KEY_REGEX`).
const NOTHING: &str = "teal~tries";
/// Its path.
const NO_DAG: &str = "/dags/teal~tries";

impl Airflow<'_> {
    /// Tries every wish, all at once.
    pub async fn tried(&self) -> Vec<Tried> {
        join_all(Wish::ALL.map(|wish| async move {
            let answer = try_join_all(self.trials(wish).into_iter().map(|call| self.attempt(call))).await;
            Tried { wish, refused: answer.err().map(|error| words(&error)) }
        }))
        .await
    }

    async fn attempt(&self, call: Call) -> Result<(), AwsError> {
        let on_nothing = call.path.starts_with(NO_DAG);
        match self.ask(call).await {
            Err(error) if on_nothing && error.code.as_deref() == Some("404") => Ok(()),
            answer => answer.map(drop),
        }
    }

    /// The calls that tell whether a wish is granted.
    fn trials(&self, wish: Wish) -> Vec<Call> {
        let one = |path: &'static str| Call::get(path).with("limit", 1);
        let list = |path: &'static str| Call::post(path, json!({"page_limit": 1}));
        let below = |path: &str| format!("{NO_DAG}{path}");
        match wish {
            Wish::Health => vec![self.health_call()],
            Wish::ListDags => vec![one("/dags")],
            Wish::PauseDags => {
                vec![Call::patch(below(""), json!({"is_paused": true})).with("update_mask", "is_paused")]
            }
            Wish::ListTasks => vec![list("/dags/~/dagRuns/list"), list("/dags/~/dagRuns/~/taskInstances/list")],
            Wish::ListImportErrors => vec![one("/importErrors")],
            Wish::ListKeys => ["/connections", "/variables", "/pools"].map(one).to_vec(),
            Wish::ReadDags => vec![Call::get(below("/details")), Call::get(below("/tasks"))],
            Wish::BeginRuns => vec![Call::post(below("/dagRuns"), self.a_run())],
            Wish::EndRuns => vec![Call::patch(below("/dagRuns/none"), json!({"state": "success"}))],
            Wish::ReadLogs => vec![Call::get(below("/dagRuns/none/taskInstances/none/logs/1"))],
        }
    }

    /// A run as each dialect wants it to be asked for.
    fn a_run(&self) -> Value {
        let mut run = Map::from_iter([("dag_run_id".to_owned(), json!(NOTHING)), ("conf".to_owned(), json!({}))]);
        if self.dialect() == Dialect::Three {
            run.insert("logical_date".to_owned(), Value::Null);
        }
        run.into()
    }
}

/// A refusal as it is, and what was not answered for what it is.
fn words(error: &AwsError) -> String {
    if error.refused { error.message.clone() } else { format!("{UNTRIED}{}", error.message) }
}
