//! What Teal may do in an Airflow, found out before it is needed. Nothing is changed by it.

use futures::future::{join_all, try_join_all};
use serde_json::json;
use teal_domain::airflow::{Tried, UNTRIED, Wish};

use super::{super::AwsError, Call, client::Airflow, pattern::NOTHING, pausing::patch_many};

impl Airflow<'_> {
    /// Tries every wish, all at once.
    pub async fn tried(&self) -> Vec<Tried> {
        join_all(Wish::ALL.map(|wish| async move {
            let answer = try_join_all(self.trials(wish).into_iter().map(|call| self.ask(call))).await;
            Tried { wish, refused: answer.err().map(|error| words(&error)) }
        }))
        .await
    }

    /// The calls that tell whether a wish is granted.
    fn trials(&self, wish: Wish) -> Vec<Call> {
        let one = |path: &'static str| Call::get(path).with("limit", 1);
        let list = |path: &'static str| Call::post(path, json!({"page_limit": 1}));
        match wish {
            Wish::Health => vec![self.health_call()],
            Wish::ListDags => vec![one("/dags")],
            Wish::PauseDags => vec![patch_many(NOTHING, true)],
            Wish::ListTasks => vec![list("/dags/~/dagRuns/list"), list("/dags/~/dagRuns/~/taskInstances/list")],
            Wish::ListImportErrors => vec![one("/importErrors")],
            Wish::ListKeys => ["/connections", "/variables", "/pools"].map(one).to_vec(),
        }
    }
}

/// A refusal as it is, and what was not answered for what it is.
fn words(error: &AwsError) -> String {
    if error.refused { error.message.clone() } else { format!("{UNTRIED}{}", error.message) }
}
