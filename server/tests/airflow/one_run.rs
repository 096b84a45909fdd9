//! One run of one DAG.

use serde_json::json;
use teal_server::aws::airflow::client::Log;

use crate::{BEGIN, BOTH, ENV, an_airflow, minutes, support::airflow::Fault, teal};

/// 52 characters: too long for what is below its path, not for the path itself.
const LONG: &str = "warehouse_orders_daily_incremental_with_snapshots_v2";

#[tokio::test]
async fn a_run_is_begun_followed_and_looked_at() {
    for dialect in BOTH {
        let fake = an_airflow(dialect, |side| {
            side.dag("orders").tasks(&["extract", "load"]);
        });
        let teal = teal(&fake, dialect);
        teal.trigger("orders", "teal-1", json!({"teal_rehearsal": true})).await.expect("begun");
        assert_eq!(teal.run_state("orders", "teal-1").await, Ok("running".to_owned()), "{dialect:?}");
        let conf = fake.change(ENV, |side| side.dag("orders").run("teal-1").conf.clone());
        assert_eq!(conf, json!({"teal_rehearsal": true}));
        fake.let_tasks_end(ENV);
        fake.let_tasks_end(ENV);
        assert_eq!(teal.run_state("orders", "teal-1").await, Ok("success".to_owned()));
        let tasks = teal.tasks_of_run("orders", "teal-1").await.expect("an answer");
        let told: Vec<_> = tasks.iter().map(|task| (task.task.as_str(), task.state.as_str())).collect();
        assert_eq!(told, [("extract", "success"), ("load", "success")]);
        let error = teal.trigger("orders", "teal-1", json!({})).await.expect_err("there is one already");
        assert_eq!(error.code.as_deref(), Some("409"));
    }
}

#[tokio::test]
async fn a_run_of_a_paused_dag_stays_queued_and_one_that_is_not_there_is_said_to_be_missing() {
    for dialect in BOTH {
        let fake = an_airflow(dialect, |side| {
            side.dag("orders").paused();
        });
        let teal = teal(&fake, dialect);
        teal.trigger("orders", "teal-1", json!({})).await.expect("begun");
        assert_eq!(teal.run_state("orders", "teal-1").await, Ok("queued".to_owned()));
        let error = teal.run_state("orders", "teal-2").await.expect_err("there is none");
        assert_eq!(error.code.as_deref(), Some("404"));
        let error = teal.trigger("other", "teal-1", json!({})).await.expect_err("there is no such DAG");
        assert_eq!(error.code.as_deref(), Some("404"));
    }
}

#[tokio::test]
async fn where_ids_are_too_long_for_a_path_lists_tell_the_same() {
    let id = "scheduled__2026-11-24T00:00:00+00:00";
    for dialect in BOTH {
        let fake = an_airflow(dialect, |side| {
            let dag = side.dag(LONG);
            for number in 0..150 {
                dag.run(&format!("r{number}")).running(BEGIN).task("work", "running", Some(BEGIN), None);
            }
            dag.runs.insert(3, dag.runs[0].clone());
            let found = &mut dag.runs[3];
            found.id = id.to_owned();
            found.ended("failed", BEGIN, BEGIN + minutes(1));
        });
        let teal = teal(&fake, dialect);
        assert_eq!(teal.run_state(LONG, id).await, Ok("failed".to_owned()), "{dialect:?}");
        assert_eq!(fake.count("*/dags/~/dagRuns/list"), 2, "it is on the second page");
        assert_eq!(teal.tasks_of_run(LONG, id).await.expect("an answer").len(), 1);
        let error = teal.run_state(LONG, &id.replace("24T", "25T")).await.expect_err("there is none");
        assert_eq!(error.code.as_deref(), Some("404"));

        fake.forget_calls();
        let error = teal.trigger(LONG, "teal-1", json!({})).await.expect_err("there is no other way");
        assert!(error.refused && error.message.contains("64 characters"), "{error}");
        assert!(error.message.contains(LONG));
        assert!(fake.calls().is_empty(), "nothing was sent");
    }
}

#[tokio::test]
async fn a_dag_whose_tasks_wait_for_the_run_before_is_found() {
    for dialect in BOTH {
        let fake = an_airflow(dialect, |side| {
            side.dag("free");
            side.dag("chained").depends_on_past();
        });
        let teal = teal(&fake, dialect);
        assert_eq!(teal.depends_on_past("free").await, Ok(false));
        assert_eq!(teal.depends_on_past("chained").await, Ok(true));
        let long = "x".repeat(53);
        let error = teal.depends_on_past(&long).await.expect_err("the path is too long");
        assert!(error.message.contains("has 65"), "{error}");
    }
}

#[tokio::test]
async fn a_log_is_read_where_its_path_is_short_and_otherwise_it_is_said_where_it_is() {
    for dialect in BOTH {
        let fake = an_airflow(dialect, |side| {
            let dag = side.dag("a");
            for id in ["t1", "scheduled__2026-11-24T00:00:00+00:00"] {
                dag.run(id).running(BEGIN).task("guard", "skipped", Some(BEGIN), Some(BEGIN));
                dag.run(id).tasks[0].log = vec!["the flag says green".into(), "standby".into()];
            }
        });
        let teal = teal(&fake, dialect);
        let tasks = teal.tasks_of_run("a", "t1").await.expect("an answer");
        let log = teal.log(&tasks[0]).await.expect("a log");
        assert!(matches!(&log, Log::Told(log) if log.contains("the flag says green\nstandby")), "{dialect:?}: {log:?}");

        let tasks = teal.tasks_of_run("a", "scheduled__2026-11-24T00:00:00+00:00").await.expect("an answer");
        let group = "airflow-blue-env-Task".to_owned();
        let stream = "dag_id=a/run_id=scheduled__2026-11-24T00_00_00+00_00/task_id=guard/attempt=1.log".to_owned();
        assert_eq!(teal.log(&tasks[0]).await, Ok(Log::Elsewhere { group, stream }), "the path is too long");
    }
}

#[tokio::test]
async fn a_run_is_not_begun_twice_when_the_answer_is_lost() {
    for dialect in BOTH {
        let fake = an_airflow(dialect, |side| {
            side.dag("orders");
        });
        fake.fail("*POST /dags/orders/dagRuns", Fault::LandsUnanswered, 1);
        let teal = teal(&fake, dialect);
        let error = teal.trigger("orders", "teal-1", json!({})).await.expect_err("nobody answered");
        assert!(!error.refused, "it may have been begun");
        assert_eq!(fake.calls().len(), 1);
        assert_eq!(teal.run_state("orders", "teal-1").await, Ok("running".to_owned()));
    }
}
