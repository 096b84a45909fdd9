//! What an Airflow's refusals mean, and what to do about them.

use serde_json::Value;

use super::{AwsError, Call};

/// What it means that the Airflow of `environment` answered `call` with `status`, 400 or above. The code is the status.
pub fn refusal(environment: &str, call: &Call, status: u16, answer: &Value) -> AwsError {
    let said = detail(answer);
    let answered = format!("{} {} in {environment} answered {status}{said}", call.method, call.path);
    let mend = match status {
        401 => "Airflow did not accept the session that MWAA made: see whether the environment is being updated, and \
                whether Teal's policy allows `airflow:InvokeRestApi` for a role that exists there."
            .to_owned(),
        403 => {
            let (permission, roles) = permission(call);
            format!(
                "The Airflow role that Teal comes as lacks the permission `{permission}`: in Teal's policy, name a role \
                 that has it ({roles}) in the resource of `airflow:InvokeRestApi`, \
                 `arn:aws:airflow:REGION:ACCOUNT:role/{environment}/ROLE`."
            )
        }
        404 => "It is not there: see whether the DAG or the run was deleted, and whether the environment runs the \
                version of Airflow that Teal takes it for."
            .to_owned(),
        409 => "There is one already.".to_owned(),
        429 => "Airflow asks for fewer requests: wait a little.".to_owned(),
        400..500 => "This version of Airflow does not understand it: compare the two sides' versions.".to_owned(),
        _ => format!("See the log group `airflow-{environment}-WebServer`."),
    };
    AwsError {
        code: Some(status.to_string()),
        message: format!("{answered}. {mend}"),
        // A 408 is the service giving up on the request, not refusing it.
        refused: (400..500).contains(&status) && status != 408,
    }
}

/// The permission that a call needs, and the roles of Airflow's own that have it
/// (<https://airflow.apache.org/docs/apache-airflow-providers-fab/stable/auth-manager/access-control.html>).
fn permission(call: &Call) -> (&'static str, &'static str) {
    const ALL: &str = "Viewer, User, Op or Admin";
    const USER: &str = "User, Op or Admin";
    const OP: &str = "Op or Admin";
    let path = call.path.as_str();
    let has = |word: &str| path.split('/').any(|part| part == word);
    match call.method {
        "PATCH" if has("dagRuns") => ("DAG Runs.can_edit", USER),
        "PATCH" => ("DAGs.can_edit", USER),
        "POST" if !path.ends_with("/list") => ("DAG Runs.can_create", USER),
        _ if has("importErrors") => ("ImportError.can_read", ALL),
        _ if has("connections") => ("Connections.can_read", OP),
        _ if has("variables") => ("Variables.can_read", OP),
        _ if has("pools") => ("Pools.can_read", OP),
        _ if has("logs") => ("Task Logs.can_read", ALL),
        _ if has("taskInstances") || has("tasks") => ("Task Instances.can_read", ALL),
        _ if has("dagRuns") => ("DAG Runs.can_read", ALL),
        _ => ("DAGs.can_read", ALL),
    }
}

/// What Airflow said, shortened.
fn detail(answer: &Value) -> String {
    let said = match (&answer["detail"], &answer["title"]) {
        (Value::String(said), _) | (_, Value::String(said)) => said.clone(),
        (Value::Array(mistakes), _) => {
            let words: Vec<_> = mistakes.iter().filter_map(|mistake| mistake["msg"].as_str()).collect();
            words.join("; ")
        }
        _ => String::new(),
    };
    let short: String = said.chars().take(300).collect();
    match short.trim_end_matches('.') {
        "" => String::new(),
        short => format!(" ({short})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_403_names_the_permission_the_roles_and_where_to_put_them() {
        let call = Call::patch("/dags/orders", json!({"is_paused": true}));
        let error = refusal("blue-env", &call, 403, &json!({"detail": "Forbidden"}));
        assert_eq!(error.code.as_deref(), Some("403"));
        assert!(error.refused);
        for word in ["PATCH /dags/orders", "Forbidden", "DAGs.can_edit", "Op or Admin", "role/blue-env/ROLE"] {
            assert!(error.message.contains(word), "{word}: {error}");
        }
    }

    #[test]
    fn each_kind_of_call_needs_a_permission_of_its_own() {
        let needs = |call: Call| permission(&call).0;
        assert_eq!(needs(Call::get("/variables")), "Variables.can_read");
        assert_eq!(needs(Call::post("/dags/~/dagRuns/list", json!({}))), "DAG Runs.can_read");
        assert_eq!(needs(Call::post("/dags/~/dagRuns/~/taskInstances/list", json!({}))), "Task Instances.can_read");
        assert_eq!(needs(Call::post("/dags/pools/dagRuns", json!({}))), "DAG Runs.can_create");
        assert_eq!(needs(Call::get("/dags")), "DAGs.can_read");
        assert_eq!(needs(Call::get("/dags/orders/details")), "DAGs.can_read");
        assert_eq!(needs(Call::get("/dags/orders/tasks")), "Task Instances.can_read");
        assert_eq!(needs(Call::patch("/dags/orders", json!({}))), "DAGs.can_edit");
        assert_eq!(needs(Call::patch("/dags/orders/dagRuns/x", json!({}))), "DAG Runs.can_edit");
        assert_eq!(needs(Call::get("/dags/a/dagRuns/b/taskInstances/c/logs/1")), "Task Logs.can_read");
    }

    #[test]
    fn a_5xx_is_no_refusal_and_a_list_of_mistakes_is_told() {
        let call = Call::get("/dags");
        assert!(!refusal("blue-env", &call, 503, &Value::Null).refused);
        let error = refusal("blue-env", &call, 422, &json!({"detail": [{"msg": "Field required"}]}));
        assert!(error.message.contains("answered 422 (Field required)"), "{error}");
    }
}
